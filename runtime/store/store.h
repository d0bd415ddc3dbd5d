/* store.h -- the embedded store: what metrics keep, in one SQLite file.
 *
 * Each metric has a table for each of its rungs; a row of a table is a block (block.h) of the groups of one time, or of
 * one bucket of times, with their dimensions and states.  A run writes a generation; readers see the newest one that
 * was finished, or, where none was, what the newest has so far.  Finishing a generation drops those before it in the
 * same transaction, so that whenever a process ends, readers have one or the other, whole.
 *
 *   store        format version
 *   generation   id, finished
 *   metric       generation, id, name, definition (hash), watermark, late and bad rows
 *   rung         id, metric, grain
 *   whole        rung, time before which rows have been dropped, number of its blocks: of finished generations
 *   seal         metric, hash of all that is known of it
 *   <metric> <grain>   generation, time, part, rows, block
 *
 * A byte that changes is told, or means nothing: blocks and what is known of metrics have checks, and whoever reads a
 * rung from its first block to its last misses none.
 *
 * Several blocks of one time are parts of it; all of their rows count.
 *
 * Units      times and grains are microseconds.
 * Ownership  the store owns its connection and buffers; rows handed out live until the next call.
 * Threads    one.
 * Errors     RT_BAD_DATA: no store of this format, damaged, or of other definitions; RT_RETRY: locked by another
 *            process; RT_FATAL: the rest.  Texts begin with the code of the failure: "E0820: ..". */
#ifndef SQC_STORE_STORE_H
#define SQC_STORE_STORE_H

#include "runtime/abi/row.h"
#include "runtime/base/status.h"
#include "runtime/store/block.h"

typedef struct Store Store;

typedef enum StoreMode { STORE_READ, STORE_WRITE } StoreMode;

/* WRITE makes the file where there is none. */
RtStatus store_open(Store **store, const char *path, StoreMode mode, RtError *error) RT_CHECKED;
void store_close(Store *store);

/* ---- writing ---- */
typedef struct StoreMetric {
    Str name;
    uint64_t definition; /* rows of another definition are not read */
    const RowLayout *layout;
    uint32_t time_column; /* I64 */
    int64_t bucket_us;    /* rows of so much time share a block; the grain, or more where times are not regular */
} StoreMetric;

/* What a finished generation leaves of those before it. */
typedef enum StoreKeep {
    STORE_KEEP_NOTHING,
    STORE_KEEP_OTHERS, /* the metrics that it has no rows of its own for */
    STORE_KEEP_ALL,
} StoreKeep;

/* A new generation. */
RtStatus store_begin(Store *store, StoreKeep keep, RtError *error) RT_CHECKED;
/* Metrics are numbered from 0 in the order of adding. */
RtStatus store_add_metric(Store *store, const StoreMetric *metric, RtError *error) RT_CHECKED;
/* A rung of the metric; its number among all rungs of the generation. */
RtStatus store_add_rung(Store *store, uint32_t metric, int64_t grain_us, uint32_t *rung, RtError *error) RT_CHECKED;
RtStatus store_put(Store *store, uint32_t rung, const void *row, RtError *error) RT_CHECKED;
/* Writes out what is collected. */
RtStatus store_flush(Store *store, RtError *error) RT_CHECKED;
/* Drops the buckets that end by `before_us`, and notes where it cut when there were any. */
RtStatus store_expire(Store *store, uint32_t rung, int64_t before_us, RtError *error) RT_CHECKED;

/* The rung was needed to make others and is not kept itself. */
RtStatus store_drop_rung(Store *store, uint32_t rung, RtError *error) RT_CHECKED;

typedef struct StoreMarks {
    int64_t watermark_us; /* INT64_MIN: none */
    uint64_t late, bad;
} StoreMarks;
RtStatus store_mark(Store *store, uint32_t metric, StoreMarks marks, RtError *error) RT_CHECKED;
RtStatus store_finish(Store *store, RtError *error) RT_CHECKED;

/* ---- reading ---- */
typedef struct StoredMetric {
    int64_t generation, id;
    bool finished;
    uint64_t definition;
    StoreMarks marks;
    int64_t *grains; /* of its rungs, ascending */
    int64_t *rungs;  /* of each: its number in the store */
    int64_t *cuts;   /* what was before it has been dropped; INT64_MIN: nothing was */
    int64_t *blocks; /* how many it has; -1: not known */
    uint32_t grain_count;
} StoredMetric;

/* RT_END: the store has no such metric.  From its newest readable generation, or the one being written. */
RtStatus store_find(Store *store, Arena *arena, Str name, StoredMetric *metric, RtError *error) RT_CHECKED;

typedef struct StoreRange {
    const StoredMetric *metric;
    int64_t grain_us;
    int64_t from_us, to_us; /* buckets that begin in [from, to) */
    const RowLayout *layout;
} StoreRange;
/* Rows by bucket, in the order of writing in each; not RT_OK from `take` ends the reading. */
typedef RtStatus StoreTake(void *user, const BlockRows *rows, RtError *error);
RtStatus store_read(Store *store, const StoreRange *range, StoreTake *take, void *user, RtError *error) RT_CHECKED;

#endif
