/* agg_sum_decimal.c -- SUM and AVG of DECIMAL: unscaled values of one scale, added in 192 bits. */
#include "stdlib/agg_prototypes.h"

typedef unsigned __int128 UInt128;

static void add(DecimalSum *state, UInt128 low, int64_t high)
{
    UInt128 before = (UInt128)state->middle << 64 | state->low;
    UInt128 after = before + low;
    state->low = (uint64_t)after;
    state->middle = (uint64_t)(after >> 64);
    state->high = (int64_t)((uint64_t)state->high + (uint64_t)high + (after < before));
}

static void step(DecimalSum *state, Int128 value)
{
    add(state, (UInt128)value, value < 0 ? -1 : 0);
    state->count++;
}

static void retract(DecimalSum *state, Int128 value)
{
    add(state, -(UInt128)value, value > 0 ? -1 : 0);
    state->count--;
}

static void merge(DecimalSum *into, const DecimalSum *from)
{
    add(into, (UInt128)from->middle << 64 | from->low, from->high);
    into->count += from->count;
}

#define TEN_TO_19 ((UInt128)10000000000000000000u)

/* A magnitude of up to 38 digits with its sign; false, counted: more digits. */
static bool in_range(FnCtx *ctx, UInt128 magnitude, bool is_large, bool is_negative, Int128 *out)
{
    if (is_large || magnitude >= TEN_TO_19 * TEN_TO_19) {
        ctx->overflow_count++;
        return false;
    }
    *out = is_negative ? -(Int128)magnitude : (Int128)magnitude;
    return true;
}

/* The magnitude of the sum in three words, least first; the answer: it is negative. */
static bool magnitude_of(const DecimalSum *state, uint64_t words[3])
{
    DecimalSum sum = *state;
    bool is_negative = sum.high < 0;
    if (is_negative) {
        UInt128 low = (UInt128)sum.middle << 64 | sum.low;
        sum = (DecimalSum){ 0 };
        add(&sum, -low, (int64_t)(~(uint64_t)state->high + (low == 0)));
    }
    words[0] = sum.low;
    words[1] = sum.middle;
    words[2] = (uint64_t)sum.high;
    return is_negative;
}

static bool sum_of(FnCtx *ctx, const DecimalSum *state, Int128 *out)
{
    uint64_t words[3];
    if (state->count == 0)
        return false;
    bool is_negative = magnitude_of(state, words);
    return in_range(ctx, (UInt128)words[1] << 64 | words[0], words[2] != 0, is_negative, out);
}

/* Half up: a tie goes away from zero. */
static bool average_of(FnCtx *ctx, const DecimalSum *state, Int128 *out)
{
    uint64_t words[3], rest = 0;
    if (state->count == 0)
        return false;
    bool is_negative = magnitude_of(state, words);
    uint64_t count = (uint64_t)state->count;
    for (int i = 2; i >= 0; i--) {
        UInt128 part = (UInt128)rest << 64 | words[i];
        words[i] = (uint64_t)(part / count);
        rest = (uint64_t)(part % count);
    }
    UInt128 quotient = ((UInt128)words[1] << 64 | words[0]) + (rest >= count - rest);
    return in_range(ctx, quotient, words[2] != 0, is_negative, out);
}

#define DECIMAL_BODY(symbol, final)                                                                                    \
    void agg_step_##symbol(FnCtx *ctx, DecimalSum *state, Int128 value)                                                \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        step(state, value);                                                                                            \
    }                                                                                                                  \
    void agg_merge_##symbol(FnCtx *ctx, DecimalSum *into, const DecimalSum *from)                                      \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        merge(into, from);                                                                                             \
    }                                                                                                                  \
    void agg_retract_##symbol(FnCtx *ctx, DecimalSum *state, Int128 value)                                             \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        retract(state, value);                                                                                         \
    }                                                                                                                  \
    bool agg_final_##symbol(FnCtx *ctx, const DecimalSum *state, Int128 *out)                                          \
    {                                                                                                                  \
        *out = 0;                                                                                                      \
        return final(ctx, state, out);                                                                                 \
    }

DECIMAL_BODY(sum_decimal, sum_of)
DECIMAL_BODY(avg_decimal, average_of)
