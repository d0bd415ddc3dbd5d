/* agg_variance.c -- VAR_POP, VAR_SAMP, STDDEV_POP, STDDEV_SAMP: from exact sums of x and of x * x.  Native only.
 *
 * x * x is added as the rounded product and what the rounding lost, both exactly.  So the sums do not depend on the
 * order of rows, and a large mean does not drown a small spread: (n * sum(x * x) - sum(x)^2) / n^2 is computed once, in
 * 113 bits. */
#include "stdlib/agg_prototypes.h"
#include "stdlib/agg_wide_internal.h"

#include <math.h>

#if defined(__x86_64__)
typedef __float128 Quad;
#else
typedef long double Quad;
#endif

static void add(FnCtx *ctx, VarState *state, double value, int32_t rows)
{
    double square = value * value, lost = fma(value, value, -square);
    float_sum_add_slow(ctx, &state->sum, value, rows);
    float_sum_add_slow(ctx, &state->squares, square, rows);
    if (lost != 0)
        float_sum_add_slow(ctx, &state->lost, lost, rows);
}

static void forget(FnCtx *ctx, FloatSum *sum)
{
    heap_free(ctx->heap, sum->wide);
    *sum = (FloatSum){ 0 };
}

static void merge(FnCtx *ctx, VarState *into, const VarState *from)
{
    float_sum_merge_slow(ctx, &into->sum, &from->sum);
    float_sum_merge_slow(ctx, &into->squares, &from->squares);
    float_sum_merge_slow(ctx, &into->lost, &from->lost);
}

static void retract(FnCtx *ctx, VarState *state, double value)
{
    add(ctx, state, value, -1);
    if (state->lost.count == 0)
        forget(ctx, &state->lost);
    if (state->sum.count == 0) {
        forget(ctx, &state->sum);
        forget(ctx, &state->squares);
        forget(ctx, &state->lost);
    }
}

/* False: an infinity or NaN is among the values. */
static bool exact(FnCtx *ctx, const FloatSum *sum, Quad *out)
{
    WideFloatSum wide = float_sum_read(ctx, sum);
    wide_float_carry(&wide);
    Quad value = 0;
    for (uint32_t i = FLOAT_WORDS; i-- > 0;)
        value = value * 4294967296.0 + (Quad)wide.words[i];
    *out = value * 0x1p-1000 * 0x1p-74;
    return wide.above == 0 && wide.below == 0 && wide.nan == 0;
}

/* `less` is 1 for a sample. */
static bool variance(FnCtx *ctx, const VarState *state, int64_t less, double *out)
{
    Quad sum, squares, lost;
    *out = 0;
    if (state->sum.count <= less)
        return false;
    bool is_finite = exact(ctx, &state->sum, &sum);
    is_finite &= exact(ctx, &state->squares, &squares);
    is_finite &= exact(ctx, &state->lost, &lost);
    Quad rows = (Quad)state->sum.count;
    Quad spread = rows * (squares + lost) - sum * sum;
    *out = !is_finite ? __builtin_nan("") : spread <= 0 ? 0 : (double)(spread / (rows * (rows - (Quad)less)));
    return true;
}

#define VARIANCE_BODY(symbol, less, result)                                                                            \
    void agg_step_##symbol(FnCtx *ctx, VarState *state, double value)                                                  \
    {                                                                                                                  \
        add(ctx, state, value, 1);                                                                                     \
    }                                                                                                                  \
    void agg_merge_##symbol(FnCtx *ctx, VarState *into, const VarState *from)                                          \
    {                                                                                                                  \
        merge(ctx, into, from);                                                                                        \
    }                                                                                                                  \
    void agg_retract_##symbol(FnCtx *ctx, VarState *state, double value)                                               \
    {                                                                                                                  \
        retract(ctx, state, value);                                                                                    \
    }                                                                                                                  \
    bool agg_final_##symbol(FnCtx *ctx, const VarState *state, double *out)                                            \
    {                                                                                                                  \
        double spread;                                                                                                 \
        bool known = variance(ctx, state, less, &spread);                                                              \
        *out = result;                                                                                                 \
        return known;                                                                                                  \
    }

VARIANCE_BODY(var_pop, 0, spread)
VARIANCE_BODY(var_samp, 1, spread)
VARIANCE_BODY(variance, 1, spread)
VARIANCE_BODY(stddev_pop, 0, sqrt(spread))
VARIANCE_BODY(stddev_samp, 1, sqrt(spread))
VARIANCE_BODY(stddev, 1, sqrt(spread))
