/* agg_carried.c -- see agg_carried.h. */
#include "stdlib/agg_carried.h"

#include "stdlib/agg_bytes.h"
#include "stdlib/agg_user.h"
#include "stdlib/agg_wrappers_internal.h"

#include <assert.h>
#include <string.h>

enum { E_NO_STATE = 651 };

enum {
#define AGG_VALUE(inverse, name, symbol, R, A, State, traits, doc) ROW_##symbol,
#define AGG_ROW(name, symbol, R, A, State, traits, doc)            ROW_##symbol,
#include "stdlib/agg_rows.def"
    ROW_COUNT
};

/* Written out for each row: a question takes a state for every stored row, and most states are a few bytes. */
#define TAKE(name, symbol, State)                                                                                      \
    static void take_##symbol(FnCtx *ctx, void *state, Str bytes)                                                      \
    {                                                                                                                  \
        State other = { 0 };                                                                                           \
        if (agg_get_##State(ctx, &other, bytes))                                                                       \
            rta_merge_##symbol(ctx, state, &other);                                                                    \
        else                                                                                                           \
            fn_fail(ctx, E_NO_STATE, "these bytes are no state of %s", name);                                          \
    }
#define AGG_VALUE(inverse, name, symbol, R, A, State, traits, doc) TAKE(name, symbol, State)
#define AGG_ROW(name, symbol, R, A, State, traits, doc)            TAKE(name, symbol, State)
#include "stdlib/agg_rows.def"

static void (*const TAKES[])(FnCtx *ctx, void *state, Str bytes) = {
#define AGG_VALUE(inverse, name, symbol, R, A, State, traits, doc) take_##symbol,
#define AGG_ROW(name, symbol, R, A, State, traits, doc)            take_##symbol,
#include "stdlib/agg_rows.def"
};

void rt_agg_take(FnCtx *ctx, uint32_t row, void *state, const Str *bytes)
{
    if (row >= AGG_DEF_COUNT) {
        ctx->user = ctx->users[row - AGG_DEF_COUNT];
        agg_user_take(ctx, state, *bytes);
        return;
    }
    TAKES[row](ctx, state, *bytes);
}

void rt_agg_give(FnCtx *ctx, uint32_t row, const void *state, Str *bytes)
{
    if (row >= AGG_DEF_COUNT) {
        ctx->user = ctx->users[row - AGG_DEF_COUNT];
        *bytes = agg_user_give(ctx, state);
        return;
    }
    *bytes = AGG_DEFS[row].put(ctx, state);
}

#define BOXED_BYTES(symbol)                                                                                            \
    static void boxed_take_##symbol(FnCtx *ctx, void *state, const RtDatum *arg)                                       \
    {                                                                                                                  \
        take_##symbol(ctx, state, arg->value.str);                                                                     \
    }                                                                                                                  \
    static void boxed_give_##symbol(FnCtx *ctx, const void *state, RtDatum *out)                                       \
    {                                                                                                                  \
        *out = (RtDatum){ .kind = PK_STR, .value.str = AGG_DEFS[ROW_##symbol].put(ctx, state) };                       \
    }
/* The value forms of the row, by way of its table entry: they are private to agg_registry.c. */
#define BOXED(symbol)                                                                                                  \
    BOXED_BYTES(symbol)                                                                                                \
    static void boxed_step_##symbol(FnCtx *ctx, void *state, const RtDatum *arg)                                       \
    {                                                                                                                  \
        AGG_DEFS[ROW_##symbol].step(ctx, state, arg);                                                                  \
    }                                                                                                                  \
    static void boxed_final_##symbol(FnCtx *ctx, const void *state, RtDatum *out)                                      \
    {                                                                                                                  \
        AGG_DEFS[ROW_##symbol].final(ctx, state, out);                                                                 \
    }
#define AGG_VALUE(inverse, name, symbol, R, A, State, traits, doc) BOXED(symbol)
#define AGG_ROW(name, symbol, R, A, State, traits, doc)            BOXED(symbol)
#include "stdlib/agg_rows.def"

/* A row that was counted may be taken back, a state that was merged may not: only OUT has an inverse. */
#define OUT_INVERSE_WITHOUT(symbol_)
#define OUT_INVERSE_WITH(symbol_)                                                                                      \
    static void boxed_retract_##symbol_(FnCtx *ctx, void *state, const RtDatum *arg)                                   \
    {                                                                                                                  \
        AGG_DEFS[ROW_##symbol_].retract(ctx, state, arg);                                                              \
    }
#define AGG_VALUE(inverse, name, symbol, R, A, State, traits, doc) OUT_INVERSE_##inverse(symbol)
#define AGG_ROW(name, symbol, R, A, State, traits, doc)            OUT_INVERSE_WITH(symbol)
#include "stdlib/agg_rows.def"

#define CARRIED(name_, symbol_, R_, A_, State, traits_, form_, step_, final_)                                          \
    .name = name_, .symbol = #symbol_, .result = TW_##R_, .arg = TW_##A_, .state_bytes = sizeof(State),                \
    .state_align = _Alignof(State), .traits = (traits_), .step = boxed_##step_##_##symbol_,                            \
    .merge = rta_merge_##symbol_, .final = boxed_##final_##_##symbol_, .put = agg_put_##State, .get = agg_get_##State, \
    .carry = (form_), .row = ROW_##symbol_

#define RETRACT_OF_WITHOUT(symbol_)
#define RETRACT_OF_WITH(symbol_) .retract = boxed_retract_##symbol_,
#define OUT_ENTRY(inverse, name, symbol, A, State, traits)                                                             \
    { RETRACT_OF_##inverse(symbol) CARRIED(name, symbol, BYTES, A, State, traits, AGG_CARRY_OUT, step, give) },

static const AggDef OUT[] = {
#define AGG_VALUE(inverse, name, symbol, R, A, State, traits, doc) OUT_ENTRY(inverse, name, symbol, A, State, traits)
#define AGG_ROW(name, symbol, R, A, State, traits, doc)            OUT_ENTRY(WITH, name, symbol, A, State, traits)
#include "stdlib/agg_rows.def"
};

#define MERGED(name, symbol, R, State, traits, form, final)                                                            \
    { CARRIED(name, symbol, R, BYTES, State, (traits) & ~(uint32_t)AGG_RETRACTS, form, take, final) },

static const AggDef ON[] = {
#define AGG_VALUE(inverse, name, symbol, R, A, State, traits, doc)                                                     \
    MERGED(name, symbol, BYTES, State, traits, AGG_CARRY_ON, give)
#define AGG_ROW(name, symbol, R, A, State, traits, doc) MERGED(name, symbol, BYTES, State, traits, AGG_CARRY_ON, give)
#include "stdlib/agg_rows.def"
};

static const AggDef IN[] = {
#define AGG_VALUE(inverse, name, symbol, R, A, State, traits, doc)                                                     \
    MERGED(name, symbol, R, State, traits, AGG_CARRY_IN, final)
#define AGG_ROW(name, symbol, R, A, State, traits, doc) MERGED(name, symbol, R, State, traits, AGG_CARRY_IN, final)
#include "stdlib/agg_rows.def"
};

const AggDef *agg_carried(const AggDef *base, AggCarry carry)
{
    if (base->user != NULL)
        return &base->user->forms[carry];
    uint32_t row = (uint32_t)(base - AGG_DEFS);
    assert(base->carry == AGG_CARRY_NONE && row < ROW_COUNT);
    switch (carry) {
    case AGG_CARRY_OUT:
        return &OUT[row];
    case AGG_CARRY_ON:
        return &ON[row];
    case AGG_CARRY_IN:
        return &IN[row];
    default:
        return base;
    }
}
