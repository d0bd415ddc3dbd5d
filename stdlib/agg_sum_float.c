/* agg_sum_float.c -- SUM and AVG of FLOAT and DOUBLE: exact, so no order of rows can change a bit.
 *
 * The usual row costs a shift and a 128-bit addition; what does not fit goes to agg_wide.c.  A value m * 2^(e - 1075)
 * is counted in units of 2^(base - 1075), where `base` was chosen 40 bits below the first value. */
#include "stdlib/agg_prototypes.h"

enum { SHIFT_MAX = 72 }; /* 53 + 72 bits leave two for the sum and its sign; overflow is tested for the rest */

static void add(FnCtx *ctx, FloatSum *state, double value, int32_t rows)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint32_t exponent = (uint32_t)(bits >> 52) & 0x7ff;
    uint64_t fraction = bits & (((uint64_t)1 << 52) - 1);
    if ((bits << 1) == 0) { /* zeros of either sign */
        state->count += rows;
        return;
    }
    uint32_t shift = exponent - (uint32_t)state->base;
    if (__builtin_expect(shift > SHIFT_MAX || state->base == 0 || exponent == 0, 0)) { /* wide: base is 0 */
        float_sum_add_slow(ctx, state, value, rows);
        return;
    }
    Int128 units = (Int128)(fraction | (uint64_t)1 << 52) << shift;
    Int128 sum;
    bool is_negative = (int64_t)bits < 0;
    if (__builtin_add_overflow(d128_get(state->sum), is_negative != (rows < 0) ? -units : units, &sum)) {
        float_sum_add_slow(ctx, state, value, rows);
        return;
    }
    state->sum = d128_from(sum);
    state->count += rows;
}

/* All rows taken back: nothing is left, not even what the first value chose. */
static void forget_when_empty(FnCtx *ctx, FloatSum *state)
{
    if (state->count != 0)
        return;
    if (state->wide != 0)
        heap_free(ctx->heap, state->wide);
    *state = (FloatSum){ 0 };
}

static void merge(FnCtx *ctx, FloatSum *into, const FloatSum *from)
{
    Int128 sum;
    bool alike = into->base == from->base && into->wide == 0 && from->wide == 0;
    if (!alike || __builtin_add_overflow(d128_get(into->sum), d128_get(from->sum), &sum)) {
        float_sum_merge_slow(ctx, into, from);
        return;
    }
    into->sum = d128_from(sum);
    into->count += from->count;
}

#define FLOAT_BODY(symbol, type, divisor, to_float)                                                                    \
    void agg_step_##symbol(FnCtx *ctx, FloatSum *state, type value)                                                    \
    {                                                                                                                  \
        add(ctx, state, value, 1);                                                                                     \
    }                                                                                                                  \
    void agg_merge_##symbol(FnCtx *ctx, FloatSum *into, const FloatSum *from)                                          \
    {                                                                                                                  \
        merge(ctx, into, from);                                                                                        \
    }                                                                                                                  \
    void agg_retract_##symbol(FnCtx *ctx, FloatSum *state, type value)                                                 \
    {                                                                                                                  \
        add(ctx, state, value, -1);                                                                                    \
        forget_when_empty(ctx, state);                                                                                 \
    }                                                                                                                  \
    bool agg_final_##symbol(FnCtx *ctx, const FloatSum *state, type *out)                                              \
    {                                                                                                                  \
        *out = 0;                                                                                                      \
        if (state->count == 0)                                                                                         \
            return false;                                                                                              \
        *out = (type)float_sum_round(ctx, state, divisor, to_float);                                                   \
        return true;                                                                                                   \
    }

FLOAT_BODY(sum_float, float, 1, true)
FLOAT_BODY(sum_double, double, 1, false)
FLOAT_BODY(avg_float, float, state->count, true)
FLOAT_BODY(avg_double, double, state->count, false)
