/* agg_extreme.c -- MIN and MAX.
 *
 * Order is the order of keys: FALSE below TRUE, -0 equal to 0 (and answered as 0), NaN above all numbers, text by
 * bytes.  Rows that compare equal are the same answer, so no order of rows can show. */
#include "stdlib/agg_block.h"
#include "stdlib/agg_prototypes.h"

/* ---- BOOLEAN: the state is 1 + the value ---- */
#define BOOL_BODY(symbol, better)                                                                                      \
    static void keep_##symbol(BoolExtreme *state, BoolExtreme value)                                                   \
    {                                                                                                                  \
        if (value != 0 && (*state == 0 || value better * state))                                                       \
            *state = value;                                                                                            \
    }                                                                                                                  \
    void agg_step_##symbol(FnCtx *ctx, BoolExtreme *state, bool value)                                                 \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        keep_##symbol(state, value ? 2 : 1);                                                                           \
    }                                                                                                                  \
    void agg_merge_##symbol(FnCtx *ctx, BoolExtreme *into, const BoolExtreme *from)                                    \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        keep_##symbol(into, *from);                                                                                    \
    }                                                                                                                  \
    bool agg_final_##symbol(FnCtx *ctx, const BoolExtreme *state, bool *out)                                           \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        *out = *state == 2;                                                                                            \
        return *state != 0;                                                                                            \
    }

BOOL_BODY(min_boolean, <)
BOOL_BODY(max_boolean, >)

/* ---- fixed-size kinds: is_below says the order, store and load pass between body and state ---- */
#define BELOW(type, name, expression)                                                                                  \
    static inline bool is_below_##name(type a, type b)                                                                 \
    {                                                                                                                  \
        return expression;                                                                                             \
    }
BELOW(int64_t, int, a < b)
BELOW(Int128, decimal, a < b)
BELOW(double, float, a < b || (b != b && a == a))
BELOW(RtTime96, time96, a.us != b.us ? a.us < b.us : a.ns < b.ns)

#define KEEP_AS_IS(value) (value)
/* One zero and one NaN, so that the bits do not tell which row came first. */
#define KEEP_NUMBER(value) ((value) == 0 ? 0 : (value) != (value) ? __builtin_nanf("") : (value))

#define VALUE_BODY(symbol, State, type, below, first, second, store, load)                                             \
    void agg_step_##symbol(FnCtx *ctx, State *state, type value)                                                       \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        type best = load(state->value);                                                                                \
        if (state->has_value && !is_below_##below(first, second))                                                      \
            return;                                                                                                    \
        state->value = store(value);                                                                                   \
        state->has_value = true;                                                                                       \
    }                                                                                                                  \
    void agg_merge_##symbol(FnCtx *ctx, State *into, const State *from)                                                \
    {                                                                                                                  \
        if (from->has_value)                                                                                           \
            agg_step_##symbol(ctx, into, load(from->value));                                                           \
    }                                                                                                                  \
    bool agg_final_##symbol(FnCtx *ctx, const State *state, type *out)                                                 \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        *out = load(state->value);                                                                                     \
        return state->has_value;                                                                                       \
    }
#define MIN_MAX(word, State, type, below, store, load)                                                                 \
    VALUE_BODY(min_##word, State, type, below, value, best, store, load)                                               \
    VALUE_BODY(max_##word, State, type, below, best, value, store, load)

MIN_MAX(tinyint, I8Extreme, int8_t, int, KEEP_AS_IS, KEEP_AS_IS)
MIN_MAX(smallint, I16Extreme, int16_t, int, KEEP_AS_IS, KEEP_AS_IS)
MIN_MAX(int, I32Extreme, int32_t, int, KEEP_AS_IS, KEEP_AS_IS)
MIN_MAX(bigint, I64Extreme, int64_t, int, KEEP_AS_IS, KEEP_AS_IS)
MIN_MAX(float, F32Extreme, float, float, KEEP_NUMBER, KEEP_AS_IS)
MIN_MAX(double, F64Extreme, double, float, KEEP_NUMBER, KEEP_AS_IS)
MIN_MAX(decimal, D128Extreme, Int128, decimal, d128_from, d128_get)
MIN_MAX(date, I32Extreme, int32_t, int, KEEP_AS_IS, KEEP_AS_IS)
MIN_MAX(time, I32Extreme, int32_t, int, KEEP_AS_IS, KEEP_AS_IS)
MIN_MAX(timestamp, I64Extreme, int64_t, int, KEEP_AS_IS, KEEP_AS_IS)
MIN_MAX(timestamp_ltz, I64Extreme, int64_t, int, KEEP_AS_IS, KEEP_AS_IS)
MIN_MAX(timestamp9, Time96Extreme, RtTime96, time96, KEEP_AS_IS, KEEP_AS_IS)
MIN_MAX(timestamp_ltz9, Time96Extreme, RtTime96, time96, KEEP_AS_IS, KEEP_AS_IS)
MIN_MAX(interval_month, I32Extreme, int32_t, int, KEEP_AS_IS, KEEP_AS_IS)
MIN_MAX(interval_second, I64Extreme, int64_t, int, KEEP_AS_IS, KEEP_AS_IS)

/* ---- text: the best one is copied into the heap; the answer into the batch, since the slice goes ---- */
#define TEXT_BODY(symbol, better)                                                                                      \
    void agg_step_##symbol(FnCtx *ctx, TextExtreme *state, Str value)                                                  \
    {                                                                                                                  \
        if (heap_is_refused(ctx))                                                                                      \
            return;                                                                                                    \
        if (state->ref == 0 || str_compare(value, heap_get(ctx->heap, state->ref)) better 0)                           \
            state->ref = heap_replace(ctx->heap, state->ref, value.data, value.len);                                   \
    }                                                                                                                  \
    void agg_merge_##symbol(FnCtx *ctx, TextExtreme *into, const TextExtreme *from)                                    \
    {                                                                                                                  \
        if (from->ref != 0 && !heap_is_refused(ctx))                                                                   \
            agg_step_##symbol(ctx, into, heap_get(ctx->heap, from->ref));                                              \
    }                                                                                                                  \
    bool agg_final_##symbol(FnCtx *ctx, const TextExtreme *state, Str *out)                                            \
    {                                                                                                                  \
        Str best = heap_is_refused(ctx) ? STR_EMPTY : heap_get(ctx->heap, state->ref);                                 \
        char *copy = fn_alloc(ctx, best.len);                                                                          \
        if (best.len != 0)                                                                                             \
            memcpy(copy, best.data, best.len);                                                                         \
        *out = (Str){ copy, best.len };                                                                                \
        return state->ref != 0;                                                                                        \
    }

TEXT_BODY(min_string, <)
TEXT_BODY(max_string, >)
TEXT_BODY(min_bytes, <)
TEXT_BODY(max_bytes, >)
