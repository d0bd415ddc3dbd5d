/* agg_wrappers.c -- the machine forms of every aggregate: one calling shape for generated code.
 *
 * Compiled to bitcode beside the bodies.  COUNT(x) has the shape of an aggregate over a BLOB that it does not read. */
#include "stdlib/agg_wrappers_internal.h"

#define UNUSED_COUNT
#define UNUSED_ANY (void)value;

#define RETRACT_WITHOUT(symbol, A)
#define RETRACT_WITH(symbol, A)                                                                                        \
    void rta_retract_##symbol(FnCtx *ctx, void *state, FnMachine_##A value)                                            \
    {                                                                                                                  \
        agg_retract_##symbol(ctx, state, fn_from_machine_##A(value));                                                  \
    }
#define MERGE_AND_FINAL(symbol, R)                                                                                     \
    void rta_merge_##symbol(FnCtx *ctx, void *into, const void *from)                                                  \
    {                                                                                                                  \
        agg_merge_##symbol(ctx, into, from);                                                                           \
    }                                                                                                                  \
    bool rta_final_##symbol(FnCtx *ctx, const void *state, FnOut_##R *out)                                             \
    {                                                                                                                  \
        FnC_##R value = { 0 };                                                                                         \
        bool known = agg_final_##symbol(ctx, state, &value);                                                           \
        fn_to_machine_##R(out, value);                                                                                 \
        return known;                                                                                                  \
    }

#define AGG_VALUE(inverse, name, symbol, R, A, State, traits, doc)                                                     \
    void rta_step_##symbol(FnCtx *ctx, void *state, FnMachine_##A value)                                               \
    {                                                                                                                  \
        agg_step_##symbol(ctx, state, fn_from_machine_##A(value));                                                     \
    }                                                                                                                  \
    RETRACT_##inverse(symbol, A)                                                                                       \
    MERGE_AND_FINAL(symbol, R)
#define AGG_ROW(name, symbol, R, A, State, traits, doc)                                                                \
    void rta_step_##symbol(FnCtx *ctx, void *state PARAM_##A)                                                          \
    {                                                                                                                  \
        UNUSED_##A agg_step_##symbol(ctx, state);                                                                      \
    }                                                                                                                  \
    void rta_retract_##symbol(FnCtx *ctx, void *state PARAM_##A)                                                       \
    {                                                                                                                  \
        UNUSED_##A agg_retract_##symbol(ctx, state);                                                                   \
    }                                                                                                                  \
    MERGE_AND_FINAL(symbol, R)
#include "stdlib/agg_rows.def"
