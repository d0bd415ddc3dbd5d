/* fn.h -- how a SQL function body is called, and what it may use.
 *
 * A body is plain C over typed arguments.  It is compiled twice, as native code and as bitcode that generated code
 * inlines, so it keeps no static or thread-local state, and everything from outside comes through FnCtx.
 *
 *   strict, total         R    fn_x(FnCtx *ctx, A a, B b)          FN1 FN2 FN3 ..  never sees NULL, never answers it
 *   strict, may be NULL   bool fn_x(FnCtx *ctx, A a, B b, R *out)  FN1_NULL ..     false: NULL
 *   sees NULL             void fn_x(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)   FN_ANY
 *
 * The rows of stdlib/functions.def generate from it: the prototype, a boxed wrapper (interpreter, constant folding) and
 * a machine wrapper with one shape for all (generated code):
 *
 *   bool rtw_x(FnCtx *ctx, <scalars by value; STR, BLOB, D128, TIME96 by const pointer>, R *out)   false: NULL
 *   FN_ANY:  bool rtw_x(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
 *
 * A body that cannot answer (division by zero, text that is no number) calls fn_fail and returns anything; the row is
 * then a bad row for the statement that asked, with code, reason and position.  TRY_CAST turns the failure into NULL.
 *
 * Ownership  results that need room take it from ctx->batch (fn_alloc), which lives until the end of the batch;
 *            arguments may be returned as they are.
 * Threads    task thread only. */
#ifndef SQC_ABI_FN_H
#define SQC_ABI_FN_H

#include "runtime/abi/value.h"

struct StateHeap;
struct Zone;

enum { FN_FAILURE_TEXT_MAX = 160 };

typedef struct FnFailure {
    uint32_t code; /* 0: none; else the number of an E06xx diagnostic */
    char text[FN_FAILURE_TEXT_MAX];
} FnFailure;

/* What one call site keeps between calls (a compiled regular expression): made on first use, owned by the task. */
typedef struct FnSite {
    void *cached;
    void (*release)(void *cached);
} FnSite;

typedef struct FnUserAgg FnUserAgg;
struct FnCtx;
/* Merges the fields of one state of such an aggregate into those of another; false: an expression failed, and nothing
 * has changed. */
typedef bool (*FnUserMerge)(const FnUserAgg *agg, struct FnCtx *ctx, void *row, const void *from);

/* Does to the states at `offset` of `count` groups what a merge or its inverse does to one. */
typedef void (*AggManyFn)(struct FnCtx *ctx, char *const *into, const char *const *from, uint32_t count,
                          uint32_t offset);

/* The file whose rows are at hand; rows that stand in no file have none. */
typedef struct FnSource {
    Str path, name; /* the whole path, and what stands behind its last slash */
    int64_t size_bytes;
    int64_t changed_us;
} FnSource;

/* A record of a log, in front of the others of its block. */
typedef struct FnRecord {
    const char *text;     /* where its value stands in the block */
    int64_t offset;       /* in its partition */
    int64_t timestamp_us; /* 0: it has none */
    int64_t partition;
    Str topic;
    Str timestamp_type; /* as Kafka's client for Java names it */
    Str key;            /* data NULL: it has none */
    Str headers;        /* a BLOB: MAP<STRING, BYTES>; data NULL: none was wanted */
} FnRecord;

typedef struct FnCtx {
    Arena *batch;
    FnSite *site;            /* of the call in progress; set for FN_SITE functions only */
    struct StateHeap *heap;  /* variable-size parts of aggregate states; set while an aggregate body runs */
    const struct Zone *zone; /* session time zone; NULL is UTC */
    const FnSource *source;  /* of the rows at hand; NULL: no file */
    const FnRecord *records; /* of the block at hand, in its order; NULL: rows are no records */
    uint64_t record_count;
    uint64_t record_at;   /* number of the record that was asked for last */
    const char *line;     /* of the row at hand; set where a scan has METADATA columns */
    int64_t now_us;       /* PROCTIME(), NOW(): time of the record, monotone */
    int64_t watermark_us; /* CURRENT_WATERMARK(): before this row; INT64_MIN when there is none */
    FnFailure failure;
    uint64_t overflow_count;       /* aggregate results that did not fit their type and became NULL */
    const FnUserAgg *user;         /* whose form is called, of those written in SQL (stdlib/agg_user.h) */
    const FnUserAgg *const *users; /* all of the program, by the number of the function */
    const FnUserMerge *merges;     /* generated, by that number; NULL: each has its own */
} FnCtx;

/* Never NULL (out of memory ends the process). */
static inline char *fn_alloc(FnCtx *ctx, uint64_t bytes)
{
    return (char *)arena_alloc(ctx->batch, bytes, 1);
}

/* Records the first failure of the row. */
void fn_fail(FnCtx *ctx, uint32_t code, const char *format, ...) __attribute__((format(printf, 3, 4), cold));

#endif
