/* agg_sum_int.c -- SUM and AVG of integers and intervals.
 *
 * The state is one 128-bit number, sum + rows * 2^96 (agg_states.h): a step is one addition and one compare, and 16
 * bytes a group.  Keeping the rows in a word of its own was rejected: 24 bytes. */
#include "stdlib/agg_prototypes.h"

typedef unsigned __int128 UInt128;

static UInt128 packed(const IntSum *state)
{
    return (UInt128)state->high << 64 | state->low;
}

static void pack(IntSum *state, UInt128 value)
{
    state->low = (uint64_t)value;
    state->high = (uint64_t)(value >> 64);
}

static bool is_narrow(const IntSum *state)
{
    return __builtin_expect((uint32_t)(state->high >> 32) < INT_SUM_ROWS_MAX, 1);
}

#define ONE_ROW ((UInt128)1 << 96)

static void step(FnCtx *ctx, IntSum *state, int64_t value)
{
    if (is_narrow(state))
        pack(state, packed(state) + (UInt128)(Int128)value + ONE_ROW);
    else
        int_sum_add_wide(ctx, state, value, 1);
}

/* Taking a row from the empty state is the caller's mistake; it stays empty. */
static void retract(FnCtx *ctx, IntSum *state, int64_t value)
{
    if (is_narrow(state))
        pack(state, packed(state) == 0 ? 0 : packed(state) - (UInt128)(Int128)value - ONE_ROW);
    else
        int_sum_add_wide(ctx, state, value, -1);
}

static void merge(FnCtx *ctx, IntSum *into, const IntSum *from)
{
    uint64_t rows = (into->high >> 32) + (from->high >> 32) + 2;
    if (rows < INT_SUM_ROWS_MAX)
        pack(into, packed(into) + packed(from));
    else
        int_sum_merge_wide(ctx, into, from);
}

/* int_sum_read, without a call for the usual form. */
static WideIntSum read(FnCtx *ctx, const IntSum *state)
{
    if (!is_narrow(state))
        return int_sum_read(ctx, state);
    Int128 sum = (Int128)(packed(state) << 32) >> 32;
    return (WideIntSum){ .sum = d128_from(sum), .count = (int64_t)((packed(state) - (UInt128)sum) >> 96) };
}

static bool in_range(FnCtx *ctx, Int128 value, int64_t least, int64_t most, int64_t *out)
{
    *out = (int64_t)value;
    if (value >= least && value <= most)
        return true;
    ctx->overflow_count++;
    return false;
}

static bool sum(FnCtx *ctx, const IntSum *state, int64_t least, int64_t most, int64_t *out)
{
    WideIntSum all = read(ctx, state);
    *out = 0;
    return all.count != 0 && in_range(ctx, d128_get(all.sum), least, most, out);
}

static bool average(FnCtx *ctx, const IntSum *state, int64_t *out)
{
    WideIntSum all = read(ctx, state);
    *out = all.count == 0 ? 0 : (int64_t)(d128_get(all.sum) / all.count);
    return all.count != 0;
}

#define SHARED_BODY(symbol, type)                                                                                      \
    void agg_step_##symbol(FnCtx *ctx, IntSum *state, type value)                                                      \
    {                                                                                                                  \
        step(ctx, state, value);                                                                                       \
    }                                                                                                                  \
    void agg_merge_##symbol(FnCtx *ctx, IntSum *into, const IntSum *from)                                              \
    {                                                                                                                  \
        merge(ctx, into, from);                                                                                        \
    }                                                                                                                  \
    void agg_retract_##symbol(FnCtx *ctx, IntSum *state, type value)                                                   \
    {                                                                                                                  \
        retract(ctx, state, value);                                                                                    \
    }

#define INT_BODY(word, type, least, most)                                                                              \
    SHARED_BODY(sum_##word, type)                                                                                      \
    SHARED_BODY(avg_##word, type)                                                                                      \
    bool agg_final_sum_##word(FnCtx *ctx, const IntSum *state, type *out)                                              \
    {                                                                                                                  \
        int64_t value;                                                                                                 \
        bool known = sum(ctx, state, least, most, &value);                                                             \
        *out = (type)value;                                                                                            \
        return known;                                                                                                  \
    }                                                                                                                  \
    bool agg_final_avg_##word(FnCtx *ctx, const IntSum *state, type *out)                                              \
    {                                                                                                                  \
        int64_t value;                                                                                                 \
        bool known = average(ctx, state, &value);                                                                      \
        *out = (type)value;                                                                                            \
        return known;                                                                                                  \
    }

INT_BODY(tinyint, int8_t, INT8_MIN, INT8_MAX)
INT_BODY(smallint, int16_t, INT16_MIN, INT16_MAX)
INT_BODY(int, int32_t, INT32_MIN, INT32_MAX)
INT_BODY(bigint, int64_t, INT64_MIN, INT64_MAX)
INT_BODY(interval_month, int32_t, INT32_MIN, INT32_MAX)
INT_BODY(interval_second, int64_t, INT64_MIN, INT64_MAX)
