/* agg_registry.c -- aggregates.def as an array, and the boxed form of every aggregate.
 *
 * Native only: the interpreter and tests call the boxed forms. */
#include "stdlib/agg_bytes.h"
#include "stdlib/agg_wrappers_internal.h"
#include "stdlib/registry.h"

#include <assert.h>
#include <string.h>

#define STATE_TYPE(State, size) static const char SIZE_##State[] = size;
#include "stdlib/agg_state_types.def"
#undef STATE_TYPE

#define BOXED_FINAL(symbol, R)                                                                                         \
    static void boxed_final_##symbol(FnCtx *ctx, const void *state, RtDatum *out)                                      \
    {                                                                                                                  \
        FnC_##R value = { 0 };                                                                                         \
        *out = fn_null_##R();                                                                                          \
        if (agg_final_##symbol(ctx, state, &value))                                                                    \
            *out = fn_to_datum_##R(value);                                                                             \
    }
#define BOXED_RETRACT_WITHOUT(symbol, A)
#define BOXED_RETRACT_WITH(symbol, A)                                                                                  \
    static void boxed_retract_##symbol(FnCtx *ctx, void *state, const RtDatum *arg)                                    \
    {                                                                                                                  \
        agg_retract_##symbol(ctx, state, fn_from_datum_##A(arg));                                                      \
    }

#define AGG_VALUE(inverse, name, symbol, R, A, State, traits, doc)                                                     \
    static_assert(_Alignof(State) <= 8, "states are aligned to 8");                                                    \
    static void boxed_step_##symbol(FnCtx *ctx, void *state, const RtDatum *arg)                                       \
    {                                                                                                                  \
        agg_step_##symbol(ctx, state, fn_from_datum_##A(arg));                                                         \
    }                                                                                                                  \
    BOXED_RETRACT_##inverse(symbol, A) BOXED_FINAL(symbol, R)
#define AGG_ROW(name, symbol, R, A, State, traits, doc)                                                                \
    static void boxed_step_##symbol(FnCtx *ctx, void *state, const RtDatum *arg)                                       \
    {                                                                                                                  \
        (void)arg;                                                                                                     \
        agg_step_##symbol(ctx, state);                                                                                 \
    }                                                                                                                  \
    static void boxed_retract_##symbol(FnCtx *ctx, void *state, const RtDatum *arg)                                    \
    {                                                                                                                  \
        (void)arg;                                                                                                     \
        agg_retract_##symbol(ctx, state);                                                                              \
    }                                                                                                                  \
    BOXED_FINAL(symbol, R)
#include "stdlib/agg_rows.def"

#define RETRACT_ENTRY_WITHOUT(symbol_)
#define RETRACT_ENTRY_WITH(symbol_)                                                                                    \
    .retract = boxed_retract_##symbol_, .machine_retract = (void (*)(void))rta_retract_##symbol_,
#define ENTRY(inverse, name_, symbol_, R, A, State, traits_, doc_)                                                     \
    { .name = name_,                                                                                                   \
      .symbol = #symbol_,                                                                                              \
      .result = TW_##R,                                                                                                \
      .arg = TW_##A,                                                                                                   \
      .state_bytes = sizeof(State),                                                                                    \
      .state_align = _Alignof(State),                                                                                  \
      .traits = (traits_),                                                                                             \
      .step = boxed_step_##symbol_,                                                                                    \
      .merge = rta_merge_##symbol_,                                                                                    \
      RETRACT_ENTRY_##inverse(symbol_).final = boxed_final_##symbol_,                                                  \
      .machine_step = (void (*)(void))rta_step_##symbol_,                                                              \
      .machine_final = (void (*)(void))rta_final_##symbol_,                                                            \
      .put = agg_put_##State,                                                                                          \
      .get = agg_get_##State,                                                                                          \
      .size = SIZE_##State,                                                                                            \
      .doc = doc_ },

const AggDef AGG_DEFS[] = {
#define AGG_VALUE(inverse, name, symbol, R, A, State, traits, doc)                                                     \
    ENTRY(inverse, name, symbol, R, A, State, traits, doc)
#define AGG_ROW(name, symbol, R, A, State, traits, doc) ENTRY(WITH, name, symbol, R, A, State, traits, doc)
#include "stdlib/agg_rows.def"
};

const uint32_t AGG_DEF_COUNT = sizeof AGG_DEFS / sizeof AGG_DEFS[0];

const AggDef *agg_of_symbol(const char *symbol)
{
    for (uint32_t i = 0; i < AGG_DEF_COUNT; i++) {
        if (strcmp(AGG_DEFS[i].symbol, symbol) == 0)
            return &AGG_DEFS[i];
    }
    assert(!"the symbol is a row's");
    return NULL;
}
