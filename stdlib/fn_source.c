/* fn_source.c -- bodies of functions_source.def. */
#include "stdlib/fn_prototypes.h"

Str fn_source_path(FnCtx *ctx)
{
    return ctx->source == NULL ? STR("-") : ctx->source->path;
}

Str fn_source_name(FnCtx *ctx)
{
    return ctx->source == NULL ? STR("-") : ctx->source->name;
}

int64_t fn_source_size(FnCtx *ctx)
{
    return ctx->source == NULL ? 0 : ctx->source->size_bytes;
}

int64_t fn_source_time(FnCtx *ctx)
{
    return ctx->source == NULL ? 0 : ctx->source->changed_us;
}
