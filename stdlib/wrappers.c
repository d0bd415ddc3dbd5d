/* wrappers.c -- the machine form of every body: one calling shape for generated code.
 *
 * Compiled to bitcode beside the bodies, so that wrapper and body melt into the generated function. */
#include "stdlib/wrappers.h"

#define MACHINE_SAME(form, symbol, R, params, args)
#define MACHINE_FIRST(form, symbol, R, params, args) MACHINE_##form(symbol, R, params, args)
#define UNWRAP(...) __VA_ARGS__

#define MACHINE_STRICT(symbol, R, params, args)                                                                        \
    bool rtw_##symbol(FnCtx *ctx UNWRAP params, FnOut_##R *out)                                                        \
    {                                                                                                                  \
        fn_to_machine_##R(out, fn_##symbol(ctx UNWRAP args));                                                          \
        return true;                                                                                                   \
    }
#define MACHINE_STRICT_NULL(symbol, R, params, args)                                                                   \
    bool rtw_##symbol(FnCtx *ctx UNWRAP params, FnOut_##R *out)                                                        \
    {                                                                                                                  \
        FnC_##R value = { 0 };                                                                                         \
        bool known = fn_##symbol(ctx UNWRAP args, &value);                                                             \
        fn_to_machine_##R(out, value);                                                                                 \
        return known;                                                                                                  \
    }

#define FN_ROW0(form, first, name, symbol, R, traits, doc)                                                             \
    MACHINE_##first(form, symbol, R,                                                                                   \
        (),                                                                                                            \
        ())
#define FN_ROW1(form, first, name, symbol, R, A, traits, doc)                                                          \
    MACHINE_##first(form, symbol, R,                                                                                   \
        (, FnMachine_##A a),                                                                                           \
        (, fn_from_machine_##A(a)))
#define FN_ROW2(form, first, name, symbol, R, A, B, traits, doc)                                                       \
    MACHINE_##first(form, symbol, R,                                                                                   \
        (, FnMachine_##A a, FnMachine_##B b),                                                                          \
        (, fn_from_machine_##A(a), fn_from_machine_##B(b)))
#define FN_ROW3(form, first, name, symbol, R, A, B, C, traits, doc)                                                    \
    MACHINE_##first(form, symbol, R,                                                                                   \
        (, FnMachine_##A a, FnMachine_##B b, FnMachine_##C c),                                                         \
        (, fn_from_machine_##A(a), fn_from_machine_##B(b), fn_from_machine_##C(c)))
#define FN_ROW4(form, first, name, symbol, R, A, B, C, D, traits, doc)                                                 \
    MACHINE_##first(form, symbol, R,                                                                                   \
        (, FnMachine_##A a, FnMachine_##B b, FnMachine_##C c, FnMachine_##D d),                                        \
        (, fn_from_machine_##A(a), fn_from_machine_##B(b), fn_from_machine_##C(c), fn_from_machine_##D(d)))
#define FN_ROW5(form, first, name, symbol, R, A, B, C, D, E, traits, doc)                                              \
    MACHINE_##first(form, symbol, R,                                                                                   \
        (, FnMachine_##A a, FnMachine_##B b, FnMachine_##C c, FnMachine_##D d, FnMachine_##E e),                       \
        (, fn_from_machine_##A(a), fn_from_machine_##B(b), fn_from_machine_##C(c)                                      \
         , fn_from_machine_##D(d), fn_from_machine_##E(e)))
#define ANY_SAME(symbol)
#define ANY_FIRST(symbol)                                                                                              \
    bool rtw_##symbol(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)                                   \
    {                                                                                                                  \
        fn_##symbol(ctx, args, count, out);                                                                            \
        return !out->is_null;                                                                                          \
    }
#define FN_ROW_ANY(first, name, symbol, R, fewest, most, traits, doc) ANY_##first(symbol)
#include "stdlib/fn_rows.def"
