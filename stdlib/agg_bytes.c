/* agg_bytes.c -- the states of aggregates as canonical bytes, and back.  Native only.
 *
 * Stores, sinks and state columns use these bytes; a snapshot has the pages instead.  They start with a letter for the
 * type of state, so that bytes of another one are refused.  A float sum is written as its exact value: in which form it
 * stood (128 bits or words) does not show. */
#include "stdlib/agg_bytes.h"

#include "stdlib/agg_block.h"
#include "stdlib/agg_wide_internal.h"

enum {
    MAGNITUDE_WORDS = FLOAT_WORDS + 1,
    NARROW_WORDS = 3,
    TOP_WORD_MAX = (1 << 17) - 1, /* it counts 2^1070; 2^63 rows below 2^1024 come to less than 2^1087 */
};

/* More rows than this are no state of ours, and sums of so few cannot overflow a counter. */
static bool is_row_count(int64_t rows)
{
    return rows >= 0 && rows <= STATE_ROWS_MAX;
}

static ByteOut out_start(FnCtx *ctx, char letter)
{
    ByteOut out = { .arena = ctx->batch };
    out_u8(&out, (uint8_t)letter);
    return out;
}

/* ---- counts and sums of integers ---- */
Str agg_put_CountState(FnCtx *ctx, const void *state)
{
    int64_t count = *(const CountState *)state;
    if (count == 0)
        return STR_EMPTY;
    ByteOut out = out_start(ctx, 'C');
    out_u64(&out, (uint64_t)count);
    return out_str(&out);
}

bool agg_get_CountState(FnCtx *ctx, void *state, Str bytes)
{
    (void)ctx;
    CountState count;
    if (bytes.len == 0)
        return true;
    if (bytes.len != 1 + sizeof count || bytes.data[0] != 'C')
        return false;
    memcpy(&count, bytes.data + 1, sizeof count);
    if (count == 0 || !is_row_count(count))
        return false;
    *(CountState *)state = count;
    return true;
}

Str agg_put_IntSum(FnCtx *ctx, const void *state)
{
    WideIntSum sum = int_sum_read(ctx, state);
    if (sum.count == 0)
        return STR_EMPTY;
    ByteOut out = out_start(ctx, 'I');
    out_u64(&out, sum.sum.low);
    out_u64(&out, (uint64_t)sum.sum.high);
    out_u64(&out, (uint64_t)sum.count);
    return out_str(&out);
}

bool agg_get_IntSum(FnCtx *ctx, void *state, Str bytes)
{
    WideIntSum sum; /* low and high half of the sum, rows: as it is written */
    if (bytes.len == 0)
        return true;
    if (bytes.len != 1 + sizeof sum || bytes.data[0] != 'I')
        return false;
    memcpy(&sum, bytes.data + 1, sizeof sum);
    if (sum.count <= 0 || sum.count > STATE_ROWS_MAX)
        return false;
    /* No rows can sum up to more than their number times the largest value. */
    Int128 most = (Int128)sum.count << 63;
    Int128 value = d128_get(sum.sum);
    if (value < -most || value > most)
        return false;
    if (sum.count >= INT_SUM_ROWS_MAX - 2) {
        int_sum_write(ctx, state, sum);
        return true;
    }
    unsigned __int128 packed = (unsigned __int128)value + ((unsigned __int128)sum.count << 96);
    *(IntSum *)state = (IntSum){ (uint64_t)packed, (uint64_t)(packed >> 64) };
    return true;
}

Str agg_put_DecimalSum(FnCtx *ctx, const void *state)
{
    const DecimalSum *sum = state;
    if (sum->count == 0)
        return STR_EMPTY;
    ByteOut out = out_start(ctx, 'D');
    out_bytes(&out, sum, sizeof *sum);
    return out_str(&out);
}

bool agg_get_DecimalSum(FnCtx *ctx, void *state, Str bytes)
{
    (void)ctx;
    DecimalSum sum;
    if (bytes.len == 0)
        return true;
    if (bytes.len != 1 + sizeof sum || bytes.data[0] != 'D')
        return false;
    memcpy(&sum, bytes.data + 1, sizeof sum);
    if (sum.count == 0 || !is_row_count(sum.count))
        return false;
    *(DecimalSum *)state = sum;
    return true;
}

/* ---- sums of floats: sign, first word, magnitude without zero words at either end ---- */
typedef struct Magnitude {
    uint32_t words[MAGNITUDE_WORDS];
    uint32_t first, count; /* count 0: zero */
    bool is_negative;
} Magnitude;

static Magnitude magnitude_of(WideFloatSum wide)
{
    Magnitude m = { 0 };
    wide_float_carry(&wide);
    m.is_negative = wide.words[FLOAT_WORDS - 1] < 0;
    for (uint32_t i = 0; m.is_negative && i < FLOAT_WORDS; i++)
        wide.words[i] = -wide.words[i];
    wide_float_carry(&wide);
    uint32_t words[MAGNITUDE_WORDS], last = MAGNITUDE_WORDS;
    for (uint32_t i = 0; i < FLOAT_WORDS; i++)
        words[i] = (uint32_t)wide.words[i];
    words[FLOAT_WORDS] = (uint32_t)((uint64_t)wide.words[FLOAT_WORDS - 1] >> 32);
    while (last > 0 && words[last - 1] == 0)
        last--;
    while (m.first < last && words[m.first] == 0)
        m.first++;
    m.count = last - m.first;
    memcpy(m.words, words + m.first, m.count * sizeof *words);
    return m;
}

static WideFloatSum wide_of(const Magnitude *m)
{
    WideFloatSum wide = { 0 };
    for (uint32_t i = 0; i < m->count; i++) {
        uint32_t at = m->first + i;
        if (at < FLOAT_WORDS)
            wide.words[at] += m->words[i];
        else
            wide.words[FLOAT_WORDS - 1] += (int64_t)m->words[i] << 32;
    }
    for (uint32_t i = 0; m->is_negative && i < FLOAT_WORDS; i++)
        wide.words[i] = -wide.words[i];
    wide_float_carry(&wide);
    return wide;
}

void float_sum_put(FnCtx *ctx, ByteOut *out, const FloatSum *sum)
{
    WideFloatSum wide = float_sum_read(ctx, sum);
    Magnitude m = magnitude_of(wide);
    bool is_special = wide.above != 0 || wide.below != 0 || wide.nan != 0;
    out_u64(out, (uint64_t)sum->count);
    out_u8(out, (uint8_t)(m.is_negative | is_special << 1));
    if (is_special) {
        out_u64(out, (uint64_t)wide.above);
        out_u64(out, (uint64_t)wide.below);
        out_u64(out, (uint64_t)wide.nan);
    }
    out_u8(out, (uint8_t)m.first);
    out_u8(out, (uint8_t)m.count);
    out_bytes(out, m.words, m.count * sizeof *m.words);
}

static bool is_canonical(const Magnitude *m)
{
    if (m->count == 0)
        return m->first == 0 && !m->is_negative;
    uint32_t top = m->words[m->count - 1];
    bool is_beyond = m->first + m->count == MAGNITUDE_WORDS && top > TOP_WORD_MAX;
    return m->words[0] != 0 && top != 0 && !is_beyond;
}

/* Back in 128 bits where it fits, as a sum of so few bits would stand. */
static bool narrow(const Magnitude *m, FloatSum *sum)
{
    UInt128 value = 0;
    int32_t base = 32 * (int32_t)m->first + 1;
    if (m->count > NARROW_WORDS || base > FLOAT_BASE_MAX)
        return false;
    for (uint32_t i = m->count; i-- > 0;)
        value = value << 32 | m->words[i];
    sum->sum = d128_from(m->is_negative ? -(Int128)value : (Int128)value);
    sum->base = m->count == 0 ? 0 : base;
    return true;
}

bool float_sum_get(FnCtx *ctx, ByteIn *in, FloatSum *sum)
{
    Magnitude m = { 0 };
    WideFloatSum special = { 0 };
    FloatSum read = { .count = (int64_t)in_u64(in) };
    uint8_t flags = in_u8(in);
    m.is_negative = flags & 1;
    if ((flags & 2) != 0) {
        special.above = (int64_t)in_u64(in);
        special.below = (int64_t)in_u64(in);
        special.nan = (int64_t)in_u64(in);
    }
    bool is_special = special.above != 0 || special.below != 0 || special.nan != 0;
    m.first = in_u8(in);
    m.count = in_u8(in);
    if (flags > 3 || is_special != (flags >> 1) || m.first + m.count > MAGNITUDE_WORDS)
        return false;
    Str words = in_bytes(in, m.count * sizeof *m.words);
    if (words.len != 0)
        memcpy(m.words, words.data, words.len);
    bool are_counts = is_row_count(read.count) && is_row_count(special.above) && is_row_count(special.below) &&
                      is_row_count(special.nan);
    if (in->bad || !are_counts || !is_canonical(&m))
        return false;
    if (is_special || !narrow(&m, &read)) {
        WideFloatSum wide = wide_of(&m);
        wide.above = special.above;
        wide.below = special.below;
        wide.nan = special.nan;
        read.wide = heap_put(ctx->heap, &wide, sizeof wide);
    }
    *sum = read;
    return true;
}

Str agg_put_FloatSum(FnCtx *ctx, const void *state)
{
    if (((const FloatSum *)state)->count == 0)
        return STR_EMPTY;
    ByteOut out = out_start(ctx, 'F');
    float_sum_put(ctx, &out, state);
    return out_str(&out);
}

bool agg_get_FloatSum(FnCtx *ctx, void *state, Str bytes)
{
    FloatSum sum = { 0 };
    if (bytes.len == 0)
        return true;
    ByteIn in = byte_in(bytes);
    if (in_u8(&in) != 'F' || !float_sum_get(ctx, &in, &sum))
        return false;
    if (!in_done(&in) || sum.count <= 0) {
        heap_free(ctx->heap, sum.wide);
        return false;
    }
    *(FloatSum *)state = sum;
    return true;
}

/* ---- MIN and MAX ---- */
Str agg_put_BoolExtreme(FnCtx *ctx, const void *state)
{
    uint8_t value = *(const BoolExtreme *)state;
    if (value == 0)
        return STR_EMPTY;
    ByteOut out = out_start(ctx, 'X');
    out_u8(&out, (uint8_t)(value - 1));
    return out_str(&out);
}

bool agg_get_BoolExtreme(FnCtx *ctx, void *state, Str bytes)
{
    (void)ctx;
    if (bytes.len == 0)
        return true;
    if (bytes.len != 2 || bytes.data[0] != 'X' || (uint8_t)bytes.data[1] > 1)
        return false;
    *(BoolExtreme *)state = (BoolExtreme)(bytes.data[1] + 1);
    return true;
}

#define EXTREME_BYTES(Name)                                                                                            \
    Str agg_put_##Name(FnCtx *ctx, const void *state)                                                                  \
    {                                                                                                                  \
        const Name *extreme = state;                                                                                   \
        if (!extreme->has_value)                                                                                       \
            return STR_EMPTY;                                                                                          \
        ByteOut out = out_start(ctx, 'X');                                                                             \
        out_bytes(&out, &extreme->value, sizeof extreme->value);                                                       \
        return out_str(&out);                                                                                          \
    }                                                                                                                  \
    bool agg_get_##Name(FnCtx *ctx, void *state, Str bytes)                                                            \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        Name *extreme = state;                                                                                         \
        if (bytes.len == 0)                                                                                            \
            return true;                                                                                               \
        if (bytes.len != 1 + sizeof extreme->value || bytes.data[0] != 'X')                                            \
            return false;                                                                                              \
        memcpy(&extreme->value, bytes.data + 1, sizeof extreme->value);                                                \
        extreme->has_value = true;                                                                                     \
        return true;                                                                                                   \
    }
EXTREME_BYTES(I8Extreme)
EXTREME_BYTES(I16Extreme)
EXTREME_BYTES(I32Extreme)
EXTREME_BYTES(I64Extreme)
EXTREME_BYTES(F32Extreme)
EXTREME_BYTES(F64Extreme)
EXTREME_BYTES(D128Extreme)
EXTREME_BYTES(Time96Extreme)

Str agg_put_TextExtreme(FnCtx *ctx, const void *state)
{
    HeapRef ref = ((const TextExtreme *)state)->ref;
    if (ref == 0 || heap_is_refused(ctx))
        return STR_EMPTY;
    ByteOut out = out_start(ctx, 'T');
    Str text = heap_get(ctx->heap, ref);
    out_bytes(&out, text.data, text.len);
    return out_str(&out);
}

bool agg_get_TextExtreme(FnCtx *ctx, void *state, Str bytes)
{
    if (bytes.len == 0)
        return true;
    if (bytes.data[0] != 'T')
        return false;
    ((TextExtreme *)state)->ref = heap_put(ctx->heap, bytes.data + 1, bytes.len - 1);
    return true;
}

/* ---- sums of squares and of bits ---- */
Str agg_put_VarState(FnCtx *ctx, const void *state)
{
    const VarState *var = state;
    if (var->sum.count == 0)
        return STR_EMPTY;
    ByteOut out = out_start(ctx, 'V');
    float_sum_put(ctx, &out, &var->sum);
    float_sum_put(ctx, &out, &var->squares);
    float_sum_put(ctx, &out, &var->lost);
    return out_str(&out);
}

bool agg_get_VarState(FnCtx *ctx, void *state, Str bytes)
{
    VarState var = { 0 };
    if (bytes.len == 0)
        return true;
    ByteIn in = byte_in(bytes);
    bool known = in_u8(&in) == 'V' && float_sum_get(ctx, &in, &var.sum) && float_sum_get(ctx, &in, &var.squares) &&
                 float_sum_get(ctx, &in, &var.lost);
    if (!known || !in_done(&in) || var.sum.count <= 0) {
        heap_free(ctx->heap, var.sum.wide);
        heap_free(ctx->heap, var.squares.wide);
        heap_free(ctx->heap, var.lost.wide);
        return false;
    }
    *(VarState *)state = var;
    return true;
}

Str agg_put_BitState(FnCtx *ctx, const void *state)
{
    const BitState *bits = state;
    if (bits->rows == 0)
        return STR_EMPTY;
    ByteOut out = out_start(ctx, 'B');
    out_u64(&out, (uint64_t)bits->bits);
    out_u64(&out, (uint64_t)bits->rows);
    return out_str(&out);
}

bool agg_get_BitState(FnCtx *ctx, void *state, Str bytes)
{
    (void)ctx;
    if (bytes.len == 0)
        return true;
    ByteIn in = byte_in(bytes);
    bool known = in_u8(&in) == 'B';
    BitState bits = { .bits = (int64_t)in_u64(&in) };
    bits.rows = (int64_t)in_u64(&in);
    if (!known || !in_done(&in) || bits.rows == 0 || !is_row_count(bits.rows))
        return false;
    *(BitState *)state = bits;
    return true;
}
