/* fn_support.c -- what bodies call and generated code does not inline. */
#include "runtime/abi/fn.h"

#include <stdarg.h>
#include <stdio.h>

void fn_fail(FnCtx *ctx, uint32_t code, const char *format, ...)
{
    if (ctx->failure.code != 0)
        return; /* the first failure of a row is the one to report */
    ctx->failure.code = code;
    va_list args;
    va_start(args, format);
    vsnprintf(ctx->failure.text, sizeof ctx->failure.text, format, args);
    va_end(args);
}
