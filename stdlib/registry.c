/* registry.c -- functions.def as an array. */
#include "stdlib/registry.h"

#include "stdlib/wrappers.h"

#define ENTRY(form_, name_, symbol_, R, n, words, traits_, doc_)                                                       \
    { .name = name_,                                                                                                   \
      .symbol = #symbol_,                                                                                              \
      .form = FORM_##form_,                                                                                            \
      .result = TW_##R,                                                                                                \
      .args_min = n,                                                                                                   \
      .args_max = n,                                                                                                   \
      .args = words,                                                                                                   \
      .traits = (traits_),                                                                                             \
      .boxed = rtb_##symbol_,                                                                                          \
      .machine = (void (*)(void))rtw_##symbol_,                                                                        \
      .doc = doc_ },
#define WORDS(...) { __VA_ARGS__ }

const FnDef FN_DEFS[] = {
#define FN_ROW0(form, first, name, symbol, R, traits, doc)                                                             \
    ENTRY(form, name, symbol, R, 0, WORDS(0), traits, doc)
#define FN_ROW1(form, first, name, symbol, R, A, traits, doc)                                                          \
    ENTRY(form, name, symbol, R, 1, WORDS(TW_##A), traits, doc)
#define FN_ROW2(form, first, name, symbol, R, A, B, traits, doc)                                                       \
    ENTRY(form, name, symbol, R, 2, WORDS(TW_##A, TW_##B), traits, doc)
#define FN_ROW3(form, first, name, symbol, R, A, B, C, traits, doc)                                                    \
    ENTRY(form, name, symbol, R, 3, WORDS(TW_##A, TW_##B, TW_##C), traits, doc)
#define FN_ROW4(form, first, name, symbol, R, A, B, C, D, traits, doc)                                                 \
    ENTRY(form, name, symbol, R, 4, WORDS(TW_##A, TW_##B, TW_##C, TW_##D), traits, doc)
#define FN_ROW5(form, first, name, symbol, R, A, B, C, D, E, traits, doc)                                              \
    ENTRY(form, name, symbol, R, 5, WORDS(TW_##A, TW_##B, TW_##C, TW_##D, TW_##E), traits, doc)
#define FN_ROW_ANY(first, name_, symbol_, R, fewest, most, traits_, doc_)                                              \
    { .name = name_,                                                                                                   \
      .symbol = #symbol_,                                                                                              \
      .form = FORM_ANY,                                                                                                \
      .result = TW_##R,                                                                                                \
      .args_min = fewest,                                                                                              \
      .args_max = most,                                                                                                \
      .traits = (traits_),                                                                                             \
      .boxed = fn_##symbol_,                                                                                           \
      .machine = (void (*)(void))rtw_##symbol_,                                                                        \
      .doc = doc_ },
#include "stdlib/fn_rows.def"
};

const uint32_t FN_DEF_COUNT = sizeof FN_DEFS / sizeof FN_DEFS[0];

RtKind type_word_kind(TypeWord word)
{
    static const uint8_t KINDS[] = {
#define TYPE_WORD(word, kind, ctype, doc) PK_##kind,
#include "stdlib/types.def"
#undef TYPE_WORD
    };
    assert(word < TW_COUNT);
    return (RtKind)KINDS[word];
}

const char *type_word_name(TypeWord word)
{
    static const char *const NAMES[] = {
#define TYPE_WORD(word, kind, ctype, doc) #word,
#include "stdlib/types.def"
#undef TYPE_WORD
    };
    assert(word < TW_COUNT);
    return NAMES[word];
}
