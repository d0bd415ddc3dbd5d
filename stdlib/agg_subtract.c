/* agg_subtract.c -- see agg_subtract.h.  Native only: it runs once for each group of a slice, not for each row. */
#include "stdlib/agg_subtract.h"

#include "stdlib/agg_prototypes.h"

typedef unsigned __int128 UInt128;

static void subtract_count(FnCtx *ctx, void *from, const void *part)
{
    (void)ctx;
    *(CountState *)from -= *(const CountState *)part;
}

static bool is_narrow(const IntSum *state)
{
    return (uint32_t)(state->high >> 32) < INT_SUM_ROWS_MAX;
}

static void subtract_int(FnCtx *ctx, void *from, const void *part)
{
    IntSum *state = from;
    const IntSum *less = part;
    if (!is_narrow(state) || !is_narrow(less)) {
        int_sum_subtract_wide(ctx, state, less);
        return;
    }
    UInt128 sum = (UInt128)state->high << 64 | state->low;
    sum -= (UInt128)less->high << 64 | less->low;
    *state = (IntSum){ (uint64_t)sum, (uint64_t)(sum >> 64) };
}

static void subtract_decimal(FnCtx *ctx, void *from, const void *part)
{
    (void)ctx;
    DecimalSum *state = from;
    const DecimalSum *less = part;
    UInt128 before = (UInt128)state->middle << 64 | state->low;
    UInt128 taken = (UInt128)less->middle << 64 | less->low;
    UInt128 after = before - taken;
    state->low = (uint64_t)after;
    state->middle = (uint64_t)(after >> 64);
    state->high = (int64_t)((uint64_t)state->high - (uint64_t)less->high - (before < taken));
    state->count -= less->count;
}

static void subtract_float(FnCtx *ctx, void *from, const void *part)
{
    FloatSum *state = from;
    const FloatSum *less = part;
    Int128 sum;
    bool is_alike = state->base == less->base && state->wide == 0 && less->wide == 0;
    if (is_alike && !__builtin_sub_overflow(d128_get(state->sum), d128_get(less->sum), &sum)) {
        state->sum = d128_from(sum);
        state->count -= less->count;
    } else {
        float_sum_subtract_slow(ctx, state, less);
    }
    if (state->count != 0)
        return;
    if (state->wide != 0)
        heap_free(ctx->heap, state->wide);
    *state = (FloatSum){ 0 };
}

static void subtract_variance(FnCtx *ctx, void *from, const void *part)
{
    VarState *state = from;
    const VarState *less = part;
    subtract_float(ctx, &state->sum, &less->sum);
    subtract_float(ctx, &state->squares, &less->squares);
    subtract_float(ctx, &state->lost, &less->lost);
}

static void subtract_xor(FnCtx *ctx, void *from, const void *part)
{
    (void)ctx;
    BitState *state = from;
    const BitState *less = part;
    state->bits ^= less->bits;
    state->rows -= less->rows;
}

static void subtract_bag(FnCtx *ctx, void *from, const void *part)
{
    bag_subtract(ctx, from, part);
}

/* By the symbols of the rows: two aggregates may keep the same state and mean something else by it. */
static const struct {
    const char *symbol;
    AggSubtract subtract;
} SUBTRACTS[] = {
    { "count", subtract_count },
    { "sum_tinyint", subtract_int },
    { "sum_smallint", subtract_int },
    { "sum_int", subtract_int },
    { "sum_bigint", subtract_int },
    { "sum_interval_month", subtract_int },
    { "avg_tinyint", subtract_int },
    { "avg_smallint", subtract_int },
    { "avg_int", subtract_int },
    { "avg_bigint", subtract_int },
    { "avg_interval_month", subtract_int },
    { "sum_interval_second", subtract_int },
    { "avg_interval_second", subtract_int },
    { "sum_decimal", subtract_decimal },
    { "avg_decimal", subtract_decimal },
    { "sum_float", subtract_float },
    { "sum_double", subtract_float },
    { "avg_float", subtract_float },
    { "avg_double", subtract_float },
    { "count_star", subtract_count },
    { "count_if", subtract_count },
    { "bag", subtract_bag },
    { "var_pop", subtract_variance },
    { "var_samp", subtract_variance },
    { "variance", subtract_variance },
    { "stddev_pop", subtract_variance },
    { "stddev_samp", subtract_variance },
    { "stddev", subtract_variance },
    { "bit_xor_tinyint", subtract_xor },
    { "bit_xor_smallint", subtract_xor },
    { "bit_xor_int", subtract_xor },
    { "bit_xor_bigint", subtract_xor },
};

AggSubtract agg_subtract_of(const AggDef *agg)
{
    for (uint32_t i = 0; i < sizeof SUBTRACTS / sizeof SUBTRACTS[0]; i++) {
        if (strcmp(agg->symbol, SUBTRACTS[i].symbol) == 0)
            return SUBTRACTS[i].subtract;
    }
    return NULL;
}

AggSubtract agg_take_of(const AggDef *agg)
{
    static const struct {
        const char *symbol;
        AggSubtract take;
    } TAKES[] = { { "dd_state", dd_subtract },
                  { "lowest_key", subtract_bag },
                  { "highest_key", subtract_bag },
                  { "key_count", subtract_bag } };
    for (uint32_t i = 0; i < sizeof TAKES / sizeof TAKES[0]; i++) {
        if (strcmp(agg->symbol, TAKES[i].symbol) == 0)
            return TAKES[i].take;
    }
    return agg_subtract_of(agg);
}
