/* agg_many.c -- see agg_many.h.  Native only. */
#include "stdlib/agg_many.h"

#include "stdlib/agg_prototypes.h"
#include "stdlib/agg_subtract.h"

typedef unsigned __int128 UInt128;

static void merge_counts(FnCtx *ctx, char *const *into, const char *const *from, uint32_t count, uint32_t offset)
{
    (void)ctx;
    for (uint32_t i = 0; i < count; i++)
        *(CountState *)(into[i] + offset) += *(const CountState *)(from[i] + offset);
}

static void subtract_counts(FnCtx *ctx, char *const *into, const char *const *from, uint32_t count, uint32_t offset)
{
    (void)ctx;
    for (uint32_t i = 0; i < count; i++)
        *(CountState *)(into[i] + offset) -= *(const CountState *)(from[i] + offset);
}

static UInt128 packed(const IntSum *state)
{
    return (UInt128)state->high << 64 | state->low;
}

static void pack(IntSum *state, UInt128 sum)
{
    *state = (IntSum){ (uint64_t)sum, (uint64_t)(sum >> 64) };
}

/* As agg_sum_int.c does it. */
static void merge_sums(FnCtx *ctx, char *const *into, const char *const *from, uint32_t count, uint32_t offset)
{
    for (uint32_t i = 0; i < count; i++) {
        IntSum *state = (IntSum *)(into[i] + offset);
        const IntSum *more = (const IntSum *)(from[i] + offset);
        if ((state->high >> 32) + (more->high >> 32) + 2 < INT_SUM_ROWS_MAX)
            pack(state, packed(state) + packed(more));
        else
            int_sum_merge_wide(ctx, state, more);
    }
}

/* As agg_subtract.c does it. */
static void subtract_sums(FnCtx *ctx, char *const *into, const char *const *from, uint32_t count, uint32_t offset)
{
    for (uint32_t i = 0; i < count; i++) {
        IntSum *state = (IntSum *)(into[i] + offset);
        const IntSum *less = (const IntSum *)(from[i] + offset);
        if ((state->high >> 32) < INT_SUM_ROWS_MAX && (less->high >> 32) < INT_SUM_ROWS_MAX)
            pack(state, packed(state) - packed(less));
        else
            int_sum_subtract_wide(ctx, state, less);
    }
}

static const struct {
    const char *symbol;
    AggManyFn merge, subtract;
} MANY[] = {
    { "count", merge_counts, subtract_counts },           { "count_star", merge_counts, subtract_counts },
    { "count_if", merge_counts, subtract_counts },        { "sum_tinyint", merge_sums, subtract_sums },
    { "sum_smallint", merge_sums, subtract_sums },        { "sum_int", merge_sums, subtract_sums },
    { "sum_bigint", merge_sums, subtract_sums },          { "sum_interval_month", merge_sums, subtract_sums },
    { "sum_interval_second", merge_sums, subtract_sums }, { "avg_tinyint", merge_sums, subtract_sums },
    { "avg_smallint", merge_sums, subtract_sums },        { "avg_int", merge_sums, subtract_sums },
    { "avg_bigint", merge_sums, subtract_sums },          { "avg_interval_month", merge_sums, subtract_sums },
    { "avg_interval_second", merge_sums, subtract_sums },
};

static int32_t row_of(const AggDef *agg)
{
    for (uint32_t i = 0; i < sizeof MANY / sizeof MANY[0] && agg->user == NULL && agg->carry == AGG_CARRY_NONE; i++) {
        if (strcmp(agg->symbol, MANY[i].symbol) == 0)
            return (int32_t)i;
    }
    return -1;
}

AggManyFn agg_merge_many_of(const AggDef *agg)
{
    int32_t row = row_of(agg);
    return row < 0 ? NULL : MANY[row].merge;
}

AggManyFn agg_subtract_many_of(const AggDef *agg)
{
    int32_t row = row_of(agg);
    return row < 0 ? NULL : MANY[row].subtract;
}
