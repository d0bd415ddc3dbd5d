/* agg_count.c -- COUNT. */
#include "stdlib/agg_prototypes.h"

#define COUNT_BODY(symbol)                                                                                             \
    void agg_step_##symbol(FnCtx *ctx, CountState *state)                                                              \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        *state += 1;                                                                                                   \
    }                                                                                                                  \
    void agg_merge_##symbol(FnCtx *ctx, CountState *into, const CountState *from)                                      \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        *into += *from;                                                                                                \
    }                                                                                                                  \
    void agg_retract_##symbol(FnCtx *ctx, CountState *state)                                                           \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        *state -= 1;                                                                                                   \
    }                                                                                                                  \
    bool agg_final_##symbol(FnCtx *ctx, const CountState *state, int64_t *out)                                         \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        *out = *state;                                                                                                 \
        return true;                                                                                                   \
    }

COUNT_BODY(count_star)
COUNT_BODY(count)

void agg_step_count_if(FnCtx *ctx, CountState *state, bool value)
{
    (void)ctx;
    *state += value;
}

void agg_merge_count_if(FnCtx *ctx, CountState *into, const CountState *from)
{
    (void)ctx;
    *into += *from;
}

void agg_retract_count_if(FnCtx *ctx, CountState *state, bool value)
{
    (void)ctx;
    *state -= value;
}

bool agg_final_count_if(FnCtx *ctx, const CountState *state, int64_t *out)
{
    (void)ctx;
    *out = *state;
    return true;
}
