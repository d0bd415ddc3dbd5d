/* wrappers.h -- prototypes of the boxed and machine wrappers, for the two files that define them and the one
 * that lists them. */
#ifndef SQC_STDLIB_WRAPPERS_H
#define SQC_STDLIB_WRAPPERS_H

#include "stdlib/fn_glue.h"
#include "stdlib/fn_prototypes.h"

#define DECLARE_SAME(symbol, ...)
#define DECLARE_FIRST(symbol, ...)                                                                                     \
    bool rtw_##symbol(FnCtx *ctx, __VA_ARGS__ *out);                                                                   \
    void rtb_##symbol(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out);

#define FN_ROW0(form, first, name, symbol, R, traits, doc)                                                             \
    DECLARE_##first(symbol, FnOut_##R)
#define FN_ROW1(form, first, name, symbol, R, A, traits, doc)                                                          \
    DECLARE_##first(symbol, FnMachine_##A, FnOut_##R)
#define FN_ROW2(form, first, name, symbol, R, A, B, traits, doc)                                                       \
    DECLARE_##first(symbol, FnMachine_##A, FnMachine_##B, FnOut_##R)
#define FN_ROW3(form, first, name, symbol, R, A, B, C, traits, doc)                                                    \
    DECLARE_##first(symbol, FnMachine_##A, FnMachine_##B, FnMachine_##C, FnOut_##R)
#define FN_ROW4(form, first, name, symbol, R, A, B, C, D, traits, doc)                                                 \
    DECLARE_##first(symbol, FnMachine_##A, FnMachine_##B, FnMachine_##C, FnMachine_##D, FnOut_##R)
#define FN_ROW5(form, first, name, symbol, R, A, B, C, D, E, traits, doc)                                              \
    DECLARE_##first(symbol, FnMachine_##A, FnMachine_##B, FnMachine_##C, FnMachine_##D, FnMachine_##E, FnOut_##R)
#define ANY_DECLARE_SAME(symbol)
#define ANY_DECLARE_FIRST(symbol) bool rtw_##symbol(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out);
#define FN_ROW_ANY(first, name, symbol, R, fewest, most, traits, doc) ANY_DECLARE_##first(symbol)
#include "stdlib/fn_rows.def"

#endif
