/* agg_prototypes.h -- the C prototypes of every aggregate's body, from its row.
 *
 * A body of another type than its row says does not compile.  Every agg_*.c with bodies includes this header.
 *
 * Threads    task thread only, as fn.h says. */
#ifndef SQC_STDLIB_AGG_PROTOTYPES_H
#define SQC_STDLIB_AGG_PROTOTYPES_H

#include "stdlib/agg_states.h"
#include "stdlib/fn_prototypes.h"

#define PROTO_WITHOUT(symbol, State, A)
#define PROTO_WITH(symbol, State, A) void agg_retract_##symbol(FnCtx *ctx, State *state, FnC_##A value);

#define AGG_VALUE(inverse, name, symbol, R, A, State, traits, doc)                                                     \
    void agg_step_##symbol(FnCtx *ctx, State *state, FnC_##A value);                                                   \
    void agg_merge_##symbol(FnCtx *ctx, State *into, const State *from);                                               \
    PROTO_##inverse(symbol, State, A)                                                                                  \
    bool agg_final_##symbol(FnCtx *ctx, const State *state, FnC_##R *out);
#define AGG_ROW(name, symbol, R, A, State, traits, doc)                                                                \
    void agg_step_##symbol(FnCtx *ctx, State *state);                                                                  \
    void agg_merge_##symbol(FnCtx *ctx, State *into, const State *from);                                               \
    void agg_retract_##symbol(FnCtx *ctx, State *state);                                                               \
    bool agg_final_##symbol(FnCtx *ctx, const State *state, FnC_##R *out);
#include "stdlib/agg_rows.def"
#undef PROTO_WITH
#undef PROTO_WITHOUT

#endif
