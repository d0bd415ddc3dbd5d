/* agg_wide.c -- sums that have outgrown their 128 bits.  Native only.
 *
 * Of a refused pool (agg_block.h) no state is one: nothing is read from it or done to it. */
#include "stdlib/agg_block.h"
#include "stdlib/agg_wide_internal.h"

#include <assert.h>

/* ---- integers ---- */
static bool int_is_wide(const IntSum *state)
{
    return state->high == WIDE_SUM_MARK;
}

WideIntSum int_sum_read(FnCtx *ctx, const IntSum *state)
{
    WideIntSum wide = { 0 };
    if (heap_is_refused(ctx))
        return wide;
    if (int_is_wide(state)) {
        Str block = heap_get(ctx->heap, (HeapRef)state->low);
        if (block.len == sizeof wide)
            memcpy(&wide, block.data, sizeof wide);
        return wide;
    }
    unsigned __int128 packed = (unsigned __int128)state->high << 64 | state->low;
    Int128 sum = (Int128)(packed << 32) >> 32;
    wide.sum = d128_from(sum);
    wide.count = (int64_t)((packed - (unsigned __int128)sum) >> 96);
    return wide;
}

/* Puts it back in the form that holds it. */
void int_sum_write(FnCtx *ctx, IntSum *state, WideIntSum sum)
{
    if (heap_is_refused(ctx))
        return;
    bool fits = sum.count < INT_SUM_ROWS_MAX - 2;
    if (!fits && int_is_wide(state)) {
        memcpy(heap_write(ctx->heap, (HeapRef)state->low), &sum, sizeof sum);
    } else if (!fits) {
        *state = (IntSum){ .low = heap_put(ctx->heap, &sum, sizeof sum), .high = WIDE_SUM_MARK };
    } else {
        if (int_is_wide(state))
            heap_free(ctx->heap, (HeapRef)state->low);
        unsigned __int128 packed = (unsigned __int128)d128_get(sum.sum) + ((unsigned __int128)sum.count << 96);
        *state = (IntSum){ (uint64_t)packed, (uint64_t)(packed >> 64) };
    }
}

void int_sum_add_wide(FnCtx *ctx, IntSum *state, int64_t value, int32_t rows)
{
    WideIntSum sum = int_sum_read(ctx, state);
    if (sum.count == 0 && rows < 0)
        return;
    sum.sum = d128_from(d128_get(sum.sum) + (Int128)value * rows);
    sum.count += rows;
    int_sum_write(ctx, state, sum);
}

void int_sum_merge_wide(FnCtx *ctx, IntSum *into, const IntSum *from)
{
    WideIntSum sum = int_sum_read(ctx, into), more = int_sum_read(ctx, from);
    sum.sum = d128_from(d128_get(sum.sum) + d128_get(more.sum));
    sum.count += more.count;
    int_sum_write(ctx, into, sum);
}

void int_sum_subtract_wide(FnCtx *ctx, IntSum *from, const IntSum *part)
{
    WideIntSum sum = int_sum_read(ctx, from), less = int_sum_read(ctx, part);
    sum.sum = d128_from(d128_get(sum.sum) - d128_get(less.sum));
    sum.count -= less.count;
    int_sum_write(ctx, from, sum);
}

/* ---- floating point ---- */
enum {
    FIRST_VALUE_ROOM = 40, /* bits below the first value's last bit */
    SUM_ROOM = 32,         /* bits that a sum keeps free when its unit is made smaller */
    ADDS_MAX = 1 << 30,    /* words overflow after twice as many */
};

FloatParts float_parts(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint32_t exponent = (uint32_t)(bits >> 52) & 0x7ff;
    uint64_t fraction = bits & (((uint64_t)1 << 52) - 1);
    return (FloatParts){ .mantissa = exponent == 0 ? fraction : fraction | (uint64_t)1 << 52,
                         .exponent = exponent == 0 ? 1 : (int32_t)exponent,
                         .is_negative = (bits >> 63) != 0,
                         .is_finite = exponent != 0x7ff };
}

void wide_float_carry(WideFloatSum *wide)
{
    int64_t carry = 0;
    for (uint32_t i = 0; i + 1 < FLOAT_WORDS; i++) {
        int64_t word = wide->words[i] + carry;
        wide->words[i] = word & UINT32_MAX;
        carry = word >> 32;
    }
    wide->words[FLOAT_WORDS - 1] += carry;
    wide->adds = 0;
}

/* Adds magnitude * 2^(exponent - 1075). */
static void wide_add(WideFloatSum *wide, unsigned __int128 magnitude, int32_t exponent, bool is_negative)
{
    uint32_t bit = (uint32_t)(exponent - 1);
    uint32_t word = bit / 32;
    uint64_t carry = 0;
    for (uint32_t i = 0; i < 5 && word + i < FLOAT_WORDS; i++) {
        uint64_t part = i < 4 ? (uint64_t)(uint32_t)(magnitude >> (32 * i)) << (bit % 32) : 0;
        int64_t chunk = (int64_t)((part & UINT32_MAX) + carry);
        carry = part >> 32;
        wide->words[word + i] += is_negative ? -chunk : chunk;
    }
    if (++wide->adds >= ADDS_MAX)
        wide_float_carry(wide);
}

static void wide_add_narrow(WideFloatSum *wide, const FloatSum *state)
{
    Int128 sum = d128_get(state->sum);
    unsigned __int128 magnitude = sum < 0 ? -(unsigned __int128)sum : (unsigned __int128)sum;
    if (magnitude != 0)
        wide_add(wide, magnitude, state->base, sum < 0);
}

/* The wide form of a state, made when it is not there yet; for a refused pool the trash page. */
static WideFloatSum *widen(FnCtx *ctx, FloatSum *state)
{
    if (state->wide != 0)
        return heap_write(ctx->heap, state->wide);
    WideFloatSum wide = { 0 };
    wide_add_narrow(&wide, state);
    state->wide = heap_put(ctx->heap, &wide, sizeof wide);
    state->sum = (RtD128){ 0 };
    state->base = 0;
    return heap_write(ctx->heap, state->wide);
}

WideFloatSum float_sum_read(FnCtx *ctx, const FloatSum *state)
{
    WideFloatSum wide = { 0 };
    if (heap_is_refused(ctx))
        return wide;
    if (state->wide == 0) {
        wide_add_narrow(&wide, state);
        return wide;
    }
    Str block = heap_get(ctx->heap, state->wide);
    if (block.len == sizeof wide)
        memcpy(&wide, block.data, sizeof wide);
    return wide;
}

static void count_special(WideFloatSum *wide, FloatParts parts, int32_t rows)
{
    bool is_nan = parts.mantissa != (uint64_t)1 << 52;
    int64_t *counter = is_nan ? &wide->nan : parts.is_negative ? &wide->below : &wide->above;
    *counter += rows;
}

/* Makes the unit 2^(base - 1075) when that loses nothing and leaves room. */
static bool rebase(FloatSum *state, int32_t base)
{
    Int128 sum = d128_get(state->sum);
    int32_t shift = state->base - base;
    unsigned __int128 magnitude = sum < 0 ? -(unsigned __int128)sum : (unsigned __int128)sum;
    if (base < 1 || shift < 0 || shift > 127 - SUM_ROOM || magnitude >> (127 - SUM_ROOM - shift) != 0)
        return false;
    state->sum = d128_from((Int128)((unsigned __int128)sum << shift));
    state->base = base;
    return true;
}

/* In 128 bits, when it fits after all. */
static bool add_narrow(FloatSum *state, FloatParts parts, int32_t rows)
{
    if (state->base == 0) {
        int32_t base = parts.exponent - FIRST_VALUE_ROOM;
        state->base = base < 1 ? 1 : base > FLOAT_BASE_MAX ? FLOAT_BASE_MAX : base;
    }
    int32_t shift = parts.exponent - state->base;
    int32_t zeros = __builtin_ctzll(parts.mantissa);
    if (shift < 0 && zeros < -shift) {
        int32_t base = parts.exponent - FIRST_VALUE_ROOM / 4;
        if (!rebase(state, base < 1 ? 1 : base))
            return false;
        shift = parts.exponent - state->base;
    }
    if (shift > 72)
        return false;
    Int128 units = shift < 0 ? (Int128)(parts.mantissa >> -shift) : (Int128)parts.mantissa << shift;
    Int128 sum;
    if (__builtin_add_overflow(d128_get(state->sum), parts.is_negative != (rows < 0) ? -units : units, &sum))
        return false;
    state->sum = d128_from(sum);
    return true;
}

void float_sum_add_slow(FnCtx *ctx, FloatSum *state, double value, int32_t rows)
{
    FloatParts parts = float_parts(value);
    if (heap_is_refused(ctx))
        return;
    state->count += rows;
    if (parts.is_finite && parts.mantissa == 0)
        return;
    if (parts.is_finite && state->wide == 0 && add_narrow(state, parts, rows))
        return;
    WideFloatSum *wide = widen(ctx, state);
    if (parts.is_finite)
        wide_add(wide, parts.mantissa, parts.exponent, parts.is_negative != (rows < 0));
    else
        count_special(wide, parts, rows);
}

static void wide_merge(WideFloatSum *into, const WideFloatSum *from)
{
    WideFloatSum more = *from;
    wide_float_carry(&more);
    wide_float_carry(into);
    for (uint32_t i = 0; i < FLOAT_WORDS; i++)
        into->words[i] += more.words[i];
    into->above += more.above;
    into->below += more.below;
    into->nan += more.nan;
    into->adds = 2;
}

/* Two narrow sums of different units. */
static bool merge_narrow(FloatSum *into, const FloatSum *from)
{
    FloatSum more = *from;
    Int128 sum;
    if (into->base == 0)
        into->base = more.base;
    if (more.base == 0)
        more.base = into->base;
    if (more.base < into->base ? !rebase(into, more.base) : !rebase(&more, into->base))
        return false;
    if (__builtin_add_overflow(d128_get(into->sum), d128_get(more.sum), &sum))
        return false;
    into->sum = d128_from(sum);
    return true;
}

void float_sum_merge_slow(FnCtx *ctx, FloatSum *into, const FloatSum *from)
{
    if (from->count == 0 || heap_is_refused(ctx))
        return;
    into->count += from->count;
    if (into->wide == 0 && from->wide == 0 && merge_narrow(into, from))
        return;
    WideFloatSum *wide = widen(ctx, into);
    if (from->wide == 0) {
        wide_add_narrow(wide, from);
        return;
    }
    WideFloatSum more = float_sum_read(ctx, from);
    wide_merge(wide, &more);
}

/* Merging the part with every sign turned. */
void float_sum_subtract_slow(FnCtx *ctx, FloatSum *from, const FloatSum *part)
{
    FloatSum turned = *part;
    if (heap_is_refused(ctx))
        return;
    turned.count = -part->count;
    turned.sum = d128_from((Int128)(-(unsigned __int128)d128_get(part->sum)));
    if (part->wide != 0) {
        WideFloatSum wide;
        Str block = heap_get(ctx->heap, part->wide);
        if (block.len != sizeof wide)
            return; /* a refused pool: the batch is void */
        memcpy(&wide, block.data, sizeof wide);
        for (uint32_t i = 0; i < FLOAT_WORDS; i++)
            wide.words[i] = -wide.words[i];
        wide.above = -wide.above;
        wide.below = -wide.below;
        wide.nan = -wide.nan;
        turned.wide = heap_put(ctx->heap, &wide, sizeof wide);
    }
    float_sum_merge_slow(ctx, from, &turned);
    if (turned.wide != 0)
        heap_free(ctx->heap, turned.wide);
}
