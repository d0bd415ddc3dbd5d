/* fn_source.c -- bodies of functions_source.def. */
#include "runtime/abi/blob.h"
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

/* ---- of the record of a log ---- */

static bool is_record(const FnCtx *ctx, uint64_t at)
{
    return ctx->records[at].text <= ctx->line && (at + 1 == ctx->record_count || ctx->records[at + 1].text > ctx->line);
}

/* The record whose value is the line at hand: mostly the one asked for last, or the next.  NULL: there is none. */
static const FnRecord *record_of(FnCtx *ctx)
{
    uint64_t from = 0, to = ctx->record_count;
    if (ctx->line == NULL || ctx->records == NULL || to == 0 || ctx->line < ctx->records[0].text)
        return NULL;
    for (uint64_t at = ctx->record_at; at < to && at <= ctx->record_at + 1; at++) {
        if (is_record(ctx, at)) {
            ctx->record_at = at;
            return &ctx->records[at];
        }
    }
    while (to - from > 1) {
        uint64_t middle = from + (to - from) / 2;
        if (ctx->records[middle].text <= ctx->line)
            from = middle;
        else
            to = middle;
    }
    ctx->record_at = from;
    return &ctx->records[from];
}

Str fn_record_topic(FnCtx *ctx)
{
    const FnRecord *record = record_of(ctx);
    return record == NULL ? STR("-") : record->topic;
}

int64_t fn_record_partition(FnCtx *ctx)
{
    const FnRecord *record = record_of(ctx);
    return record == NULL ? 0 : record->partition;
}

int64_t fn_record_offset(FnCtx *ctx)
{
    const FnRecord *record = record_of(ctx);
    return record == NULL ? 0 : record->offset;
}

int64_t fn_record_time(FnCtx *ctx)
{
    const FnRecord *record = record_of(ctx);
    return record == NULL ? 0 : record->timestamp_us;
}

Str fn_record_time_type(FnCtx *ctx)
{
    const FnRecord *record = record_of(ctx);
    return record == NULL ? STR("NoTimestampType") : record->timestamp_type;
}

Str fn_record_headers(FnCtx *ctx)
{
    const FnRecord *record = record_of(ctx);
    if (record != NULL && record->headers.data != NULL)
        return record->headers;
    char *empty = fn_alloc(ctx, BLOB_HEADER_BYTES);
    memset(empty, 0, BLOB_HEADER_BYTES);
    empty[0] = BLOB_MAP;
    empty[1] = empty[2] = PK_STR;
    return (Str){ empty, BLOB_HEADER_BYTES };
}

bool fn_record_key(FnCtx *ctx, Str *out)
{
    const FnRecord *record = record_of(ctx);
    if (record == NULL || record->key.data == NULL)
        return false;
    *out = record->key;
    return true;
}
