/* agg_decay.c -- DECAYED_SUM: a value counts half after each half-life.  Native only.
 *
 * A row at time t counts x * 2^(t / h) in units that shrink with the time: of t / h = 512 c + j + f the state keeps c,
 * and adds x * 2^f * 2^(j - 256) exactly.  It keeps the sums of the newest c and the one before; what is older is less
 * than 2^-512 of what was newest.  So the state is a function of the set of rows: order and split do not show.  The
 * value at a time T divides by 2^(T / h).
 *
 *   a step takes   double x, i64 t, i64 h (microseconds)
 *   the answer is  i64 h, i64 c, i64 newest t, double sum of c, double sum of c - 1 */
#include "stdlib/agg_decay.h"

#include "stdlib/agg_bytes.h"
#include "stdlib/agg_prototypes.h"
#include "stdlib/agg_wide_internal.h"

#include <math.h>

enum { CHUNK_HALVES = 512, EXPONENT_MIDDLE = CHUNK_HALVES / 2, SERIES = 22 };

static int64_t floor_div(int64_t a, int64_t b)
{
    int64_t quotient = a / b;
    return quotient - (a % b != 0 && (a < 0) != (b < 0));
}

/* 2^f for f in [0, 1): the series of e^(f ln 2), the same bits on every processor. */
static double two_to(double f)
{
    double x = f * 0.693147180559945309417, sum = 1;
    for (int n = SERIES; n > 0; n--)
        sum = 1 + sum * x / n;
    return sum;
}

/* t / h as chunk, whole halves within it, fraction. */
static int64_t split(int64_t t, int64_t h, int32_t *halves, double *fraction)
{
    int64_t whole = floor_div(t, h), chunk = floor_div(whole, CHUNK_HALVES);
    *halves = (int32_t)(whole - chunk * CHUNK_HALVES);
    *fraction = (double)(t - whole * h) / (double)h;
    return chunk;
}

static void clear(FnCtx *ctx, FloatSum *sum)
{
    heap_free(ctx->heap, sum->wide);
    *sum = (FloatSum){ 0 };
}

/* Makes `chunk` the newest. */
static void advance(FnCtx *ctx, DecayState *state, int64_t chunk)
{
    if (state->half_us != 0 && chunk <= state->chunk)
        return;
    clear(ctx, &state->older);
    if (state->half_us != 0 && chunk == state->chunk + 1)
        state->older = state->newer;
    else
        clear(ctx, &state->newer);
    state->newer = (FloatSum){ 0 };
    state->chunk = chunk;
}

static FloatSum *sum_of(DecayState *state, int64_t chunk)
{
    return chunk == state->chunk ? &state->newer : chunk == state->chunk - 1 ? &state->older : NULL;
}

void agg_step_decay(FnCtx *ctx, DecayState *state, Str value)
{
    DecayItem item;
    if (value.len != sizeof item)
        return;
    memcpy(&item, value.data, sizeof item);
    if (item.half_us <= 0)
        return;
    int32_t halves;
    double fraction;
    int64_t chunk = split(item.time_us, item.half_us, &halves, &fraction);
    advance(ctx, state, chunk);
    state->last_us = state->half_us == 0 || item.time_us > state->last_us ? item.time_us : state->last_us;
    state->half_us = item.half_us;
    FloatSum *sum = sum_of(state, chunk);
    if (sum != NULL)
        float_sum_add_slow(ctx, sum, ldexp(item.value * two_to(fraction), halves - EXPONENT_MIDDLE), 1);
}

void agg_merge_decay(FnCtx *ctx, DecayState *into, const DecayState *from)
{
    if (from->half_us == 0)
        return;
    advance(ctx, into, from->chunk);
    into->last_us = into->half_us == 0 || from->last_us > into->last_us ? from->last_us : into->last_us;
    into->half_us = from->half_us;
    FloatSum *newer = sum_of(into, from->chunk), *older = sum_of(into, from->chunk - 1);
    if (newer != NULL)
        float_sum_merge_slow(ctx, newer, &from->newer);
    if (older != NULL)
        float_sum_merge_slow(ctx, older, &from->older);
}

bool agg_final_decay(FnCtx *ctx, const DecayState *state, Str *out)
{
    DecaySum sum = { .half_us = state->half_us, .chunk = state->chunk, .last_us = state->last_us };
    if (state->half_us == 0)
        return false;
    sum.newer = float_sum_round(ctx, &state->newer, 1, false);
    sum.older = float_sum_round(ctx, &state->older, 1, false);
    char *bytes = fn_alloc(ctx, sizeof sum);
    memcpy(bytes, &sum, sizeof sum);
    *out = (Str){ bytes, sizeof sum };
    return true;
}

static int clamped(int64_t exponent)
{
    enum { EXPONENT_MAX = 100000 };
    return exponent < -EXPONENT_MAX ? -EXPONENT_MAX : exponent > EXPONENT_MAX ? EXPONENT_MAX : (int)exponent;
}

double decay_at(DecaySum sum, int64_t at_us)
{
    int32_t halves;
    double fraction;
    int64_t chunk = split(at_us, sum.half_us, &halves, &fraction);
    int64_t past = sum.chunk - chunk; /* in chunks: 0 or below */
    past = past < -CHUNK_HALVES ? -CHUNK_HALVES : past > CHUNK_HALVES ? CHUNK_HALVES : past;
    int64_t exponent = past * CHUNK_HALVES + EXPONENT_MIDDLE - halves;
    double newer = ldexp(sum.newer, clamped(exponent)), older = ldexp(sum.older, clamped(exponent - CHUNK_HALVES));
    return (newer + older) / two_to(fraction);
}

/* ---- bytes ---- */
Str agg_put_DecayState(FnCtx *ctx, const void *state)
{
    const DecayState *decay = state;
    if (decay->half_us == 0)
        return STR_EMPTY;
    ByteOut out = { .arena = ctx->batch };
    out_u8(&out, 'K');
    out_u64(&out, (uint64_t)decay->half_us);
    out_u64(&out, (uint64_t)decay->chunk);
    out_u64(&out, (uint64_t)decay->last_us);
    float_sum_put(ctx, &out, &decay->newer);
    float_sum_put(ctx, &out, &decay->older);
    return out_str(&out);
}

bool agg_get_DecayState(FnCtx *ctx, void *state, Str bytes)
{
    if (bytes.len == 0)
        return true;
    ByteIn in = byte_in(bytes);
    bool known = in_u8(&in) == 'K';
    DecayState decay = { .half_us = (int64_t)in_u64(&in) };
    decay.chunk = (int64_t)in_u64(&in);
    decay.last_us = (int64_t)in_u64(&in);
    known = known && float_sum_get(ctx, &in, &decay.newer) && float_sum_get(ctx, &in, &decay.older);
    if (!known || !in_done(&in) || decay.half_us <= 0 || decay.newer.count < 0 || decay.older.count < 0) {
        heap_free(ctx->heap, decay.newer.wide);
        heap_free(ctx->heap, decay.older.wide);
        return false;
    }
    *(DecayState *)state = decay;
    return true;
}
