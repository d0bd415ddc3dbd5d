/* wrappers_boxed.c -- the boxed form of every strict body: datums in, datum out, NULL when an argument is NULL.
 *
 * Native only: the interpreter, constant folding and tests call these. */
#include "stdlib/wrappers.h"

static bool any_null(const RtDatum *args, uint32_t count)
{
    bool found = false;
    for (uint32_t i = 0; i < count; i++)
        found |= args[i].is_null;
    return found;
}

#define BOXED_SAME(form, n, symbol, R, args_)
#define BOXED_FIRST(form, n, symbol, R, args_)                                                                         \
    void rtb_##symbol(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)                                   \
    {                                                                                                                  \
        assert(count == (n));                                                                                          \
        *out = fn_null_##R();                                                                                          \
        if (any_null(args, count))                                                                                     \
            return;                                                                                                    \
        BOXED_##form(symbol, R, args_)                                                                                 \
    }
#define UNWRAP(...) __VA_ARGS__
#define BOXED_STRICT(symbol, R, args_) *out = fn_to_datum_##R(fn_##symbol(ctx UNWRAP args_));
#define BOXED_STRICT_NULL(symbol, R, args_)                                                                            \
    FnC_##R value = { 0 };                                                                                             \
    if (fn_##symbol(ctx UNWRAP args_, &value))                                                                         \
        *out = fn_to_datum_##R(value);

#define FN_ROW0(form, first, name, symbol, R, traits, doc)                                                             \
    BOXED_##first(form, 0, symbol, R, ())
#define FN_ROW1(form, first, name, symbol, R, A, traits, doc)                                                          \
    BOXED_##first(form, 1, symbol, R, (, fn_from_datum_##A(&args[0])))
#define FN_ROW2(form, first, name, symbol, R, A, B, traits, doc)                                                       \
    BOXED_##first(form, 2, symbol, R, (, fn_from_datum_##A(&args[0]), fn_from_datum_##B(&args[1])))
#define FN_ROW3(form, first, name, symbol, R, A, B, C, traits, doc)                                                    \
    BOXED_##first(form, 3, symbol, R,                                                                                  \
        (, fn_from_datum_##A(&args[0]), fn_from_datum_##B(&args[1]), fn_from_datum_##C(&args[2])))
#define FN_ROW4(form, first, name, symbol, R, A, B, C, D, traits, doc)                                                 \
    BOXED_##first(form, 4, symbol, R,                                                                                  \
        (, fn_from_datum_##A(&args[0]), fn_from_datum_##B(&args[1]), fn_from_datum_##C(&args[2])                       \
         , fn_from_datum_##D(&args[3])))
#define FN_ROW5(form, first, name, symbol, R, A, B, C, D, E, traits, doc)                                              \
    BOXED_##first(form, 5, symbol, R,                                                                                  \
        (, fn_from_datum_##A(&args[0]), fn_from_datum_##B(&args[1]), fn_from_datum_##C(&args[2])                       \
         , fn_from_datum_##D(&args[3]), fn_from_datum_##E(&args[4])))
#define FN_ROW_ANY(first, name, symbol, R, fewest, most, traits, doc)
#include "stdlib/fn_rows.def"
