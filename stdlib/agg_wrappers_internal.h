/* agg_wrappers_internal.h -- prototypes of the machine wrappers of aggregates, for the files that define and list them.
 *
 * Threads    task thread only. */
#ifndef SQC_STDLIB_AGG_WRAPPERS_INTERNAL_H
#define SQC_STDLIB_AGG_WRAPPERS_INTERNAL_H

#include "stdlib/agg_prototypes.h"
#include "stdlib/fn_glue.h"

#define PROTO_WITHOUT(symbol, A)
#define PROTO_WITH(symbol, A) void rta_retract_##symbol(FnCtx *ctx, void *state, FnMachine_##A value);
#define PARAM_COUNT
#define PARAM_ANY , const Str *value

#define AGG_VALUE(inverse, name, symbol, R, A, State, traits, doc)                                                     \
    void rta_step_##symbol(FnCtx *ctx, void *state, FnMachine_##A value);                                              \
    void rta_merge_##symbol(FnCtx *ctx, void *into, const void *from);                                                 \
    PROTO_##inverse(symbol, A)                                                                                         \
    bool rta_final_##symbol(FnCtx *ctx, const void *state, FnOut_##R *out);
#define AGG_ROW(name, symbol, R, A, State, traits, doc)                                                                \
    void rta_step_##symbol(FnCtx *ctx, void *state PARAM_##A);                                                         \
    void rta_merge_##symbol(FnCtx *ctx, void *into, const void *from);                                                 \
    void rta_retract_##symbol(FnCtx *ctx, void *state PARAM_##A);                                                      \
    bool rta_final_##symbol(FnCtx *ctx, const void *state, FnOut_##R *out);
#include "stdlib/agg_rows.def"
#undef PROTO_WITH
#undef PROTO_WITHOUT

#endif
