/* fn_prototypes.h -- the C prototype of every body, from its row.
 *
 * A body of another type than its row says does not compile.  Every fn_*.c includes this header.
 *
 * Threads    task thread only, as fn.h says. */
#ifndef SQC_STDLIB_FN_PROTOTYPES_H
#define SQC_STDLIB_FN_PROTOTYPES_H

#include "runtime/abi/fn.h"

#define TYPE_WORD(word, kind, ctype, doc) typedef ctype FnC_##word;
#include "stdlib/types.def"
#undef TYPE_WORD

#define PROTO_SAME(form, symbol, R, ...)
#define PROTO_FIRST(form, symbol, R, ...) PROTO_##form(symbol, R __VA_OPT__(, ) __VA_ARGS__)
#define PROTO_STRICT(symbol, R, ...) FnC_##R fn_##symbol(FnCtx *ctx __VA_OPT__(, ) __VA_ARGS__);
#define PROTO_STRICT_NULL(symbol, R, ...) bool fn_##symbol(FnCtx *ctx __VA_OPT__(, ) __VA_ARGS__, FnC_##R *out);

#define FN_ROW0(form, first, name, symbol, R, traits, doc)                                                             \
    PROTO_##first(form, symbol, R)
#define FN_ROW1(form, first, name, symbol, R, A, traits, doc)                                                          \
    PROTO_##first(form, symbol, R, FnC_##A)
#define FN_ROW2(form, first, name, symbol, R, A, B, traits, doc)                                                       \
    PROTO_##first(form, symbol, R, FnC_##A, FnC_##B)
#define FN_ROW3(form, first, name, symbol, R, A, B, C, traits, doc)                                                    \
    PROTO_##first(form, symbol, R, FnC_##A, FnC_##B, FnC_##C)
#define FN_ROW4(form, first, name, symbol, R, A, B, C, D, traits, doc)                                                 \
    PROTO_##first(form, symbol, R, FnC_##A, FnC_##B, FnC_##C, FnC_##D)
#define FN_ROW5(form, first, name, symbol, R, A, B, C, D, E, traits, doc)                                              \
    PROTO_##first(form, symbol, R, FnC_##A, FnC_##B, FnC_##C, FnC_##D, FnC_##E)
#define ANY_PROTO_SAME(symbol)
#define ANY_PROTO_FIRST(symbol) void fn_##symbol(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out);
#define FN_ROW_ANY(first, name, symbol, R, fewest, most, traits, doc) ANY_PROTO_##first(symbol)
#include "stdlib/fn_rows.def"

#endif
