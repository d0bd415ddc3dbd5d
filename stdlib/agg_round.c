/* agg_round.c -- an exact sum, divided exactly and rounded once, to nearest, ties to even.  Native only.
 *
 * Any magnitude is reduced to its top 128 bits and one bit that says whether anything stands below them.  128 bits
 * divided by a count below 2^63 leave 65 bits, more than a double has: quotient and remainder decide the rounding. */
#include "stdlib/agg_block.h"
#include "stdlib/agg_wide_internal.h"

#include <math.h>

/* (top + something in [0, 1) that is not 0 when `has_rest`) * 2^unit */
typedef struct Magnitude {
    UInt128 top;
    int32_t unit;
    bool has_rest;
} Magnitude;

static int32_t top_bit(UInt128 value)
{
    uint64_t high = (uint64_t)(value >> 64);
    return high != 0 ? 127 - __builtin_clzll(high) : 63 - __builtin_clzll((uint64_t)value);
}

/* Moves the top bit to bit 127. */
static Magnitude normalised(Magnitude m)
{
    int32_t shift = 127 - top_bit(m.top);
    return (Magnitude){ m.top << shift, m.unit - shift, m.has_rest };
}

static Magnitude divided(Magnitude m, uint64_t divisor)
{
    if (divisor == 1 || m.top == 0)
        return m;
    m = normalised(m);
    UInt128 quotient = m.top / divisor;
    return (Magnitude){ quotient, m.unit, m.has_rest || m.top % divisor != 0 };
}

/* To a format with `digits` bits whose smallest number is 2^least. */
static double rounded(Magnitude m, int32_t digits, int32_t least)
{
    if (m.top == 0)
        return 0;
    int32_t ulp = top_bit(m.top) + m.unit - (digits - 1);
    ulp = ulp < least ? least : ulp;
    int32_t drop = ulp - m.unit;
    if (drop <= 0)
        return ldexp((double)(uint64_t)(m.top << -drop), ulp);
    if (drop > 128)
        return 0;
    UInt128 whole = drop == 128 ? 0 : m.top >> drop;
    bool half = (m.top >> (drop - 1)) & 1;
    bool rest = m.has_rest || (m.top & (((UInt128)1 << (drop - 1)) - 1)) != 0;
    if (half && (rest || (whole & 1)))
        whole++;
    return ldexp((double)(uint64_t)whole, ulp);
}

/* Words of 32 bits, least first, counting 2^-1074; the last may have more bits. */
static Magnitude from_words(const int64_t words[FLOAT_WORDS])
{
    int32_t at = FLOAT_WORDS - 1;
    while (at > 0 && words[at] == 0)
        at--;
    Magnitude m = { .top = (uint64_t)words[at] };
    for (at--; at >= 0 && m.top >> 96 == 0; at--)
        m.top = m.top << 32 | (uint64_t)words[at];
    m.unit = 32 * (at + 1) - 1074;
    if (m.top == 0 || at < 0)
        return m;
    int32_t shift = 127 - top_bit(m.top); /* up to 31 free bits, filled from the next word */
    m.has_rest = (uint32_t)((uint64_t)words[at] << shift) != 0;
    m.top = m.top << shift | (uint64_t)words[at] >> (32 - shift);
    m.unit -= shift;
    for (at--; at >= 0; at--)
        m.has_rest |= words[at] != 0;
    return m;
}

static Magnitude from_wide(const WideFloatSum *sum, bool *is_negative)
{
    WideFloatSum wide = *sum;
    wide_float_carry(&wide);
    *is_negative = wide.words[FLOAT_WORDS - 1] < 0;
    if (*is_negative) {
        for (uint32_t i = 0; i < FLOAT_WORDS; i++)
            wide.words[i] = -wide.words[i];
        wide_float_carry(&wide);
    }
    return from_words(wide.words);
}

double float_sum_round(FnCtx *ctx, const FloatSum *state, int64_t divisor, bool to_float)
{
    Magnitude m;
    bool is_negative;
    if (heap_is_refused(ctx))
        return 0;
    if (state->wide == 0) {
        Int128 sum = d128_get(state->sum);
        is_negative = sum < 0;
        m = (Magnitude){ .top = is_negative ? -(UInt128)sum : (UInt128)sum, .unit = state->base - 1075 };
    } else {
        WideFloatSum wide = { 0 };
        Str block = heap_get(ctx->heap, state->wide);
        memcpy(&wide, block.data, block.len < sizeof wide ? block.len : sizeof wide);
        if (wide.nan > 0 || (wide.above > 0 && wide.below > 0))
            return __builtin_nan("");
        if (wide.above > 0 || wide.below > 0)
            return wide.above > 0 ? __builtin_inf() : -__builtin_inf();
        m = from_wide(&wide, &is_negative);
    }
    m = divided(m, (uint64_t)divisor);
    double value = to_float ? rounded(m, 24, -149) : rounded(m, 53, -1074);
    return is_negative && value != 0 ? -value : value; /* a sum or mean of zero has no sign */
}
