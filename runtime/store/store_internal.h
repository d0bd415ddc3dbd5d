/* store_internal.h -- what writing and reading of the store share. */
#ifndef SQC_STORE_STORE_INTERNAL_H
#define SQC_STORE_STORE_INTERNAL_H

#include "runtime/base/vec.h"
#include "runtime/store/store.h"

#include <sqlite3.h>

/* Before 2 all texts of a block had ends of their own; these stores are read, and go on as 2. */
enum { STORE_FORMAT = 2, STORE_FORMAT_MIN = 1 };

typedef struct StoreRung {
    uint32_t metric;
    int64_t id;
    int64_t grain_us;
    sqlite3_stmt *insert;
    BlockWriter writer;
    int64_t bucket_us; /* of the rows in the writer */
    int64_t cut_us;    /* INT64_MIN: nothing was dropped */
    int64_t blocks;    /* written, and not dropped again */
    bool is_dropped;
} StoreRung;

struct Store {
    sqlite3 *db;
    Arena arena;
    Str path;
    int64_t generation; /* being written */
    StoreKeep keep;
    bool is_writing, in_transaction;
    VEC(StoreMetric) metrics;
    VEC(int64_t) metric_ids; /* of the table */
    VEC(StoreRung) rungs;
    Buf block;
    uint64_t unsaved_bytes;
};

/* The status and text of what SQLite answered. */
RtStatus store_failure(Store *store, int answer, const char *what, RtError *error);
RtStatus store_run(Store *store, const char *sql, RtError *error) RT_CHECKED;
RtStatus store_prepare(Store *store, const char *sql, sqlite3_stmt **statement, RtError *error) RT_CHECKED;
/* Steps a statement that gives no rows, and resets it. */
RtStatus store_step(Store *store, sqlite3_stmt *statement, RtError *error) RT_CHECKED;
/* The same of a statement with so many numbers as its parameters. */
RtStatus store_run_with(Store *store, const char *sql, const int64_t *values, int count, RtError *error) RT_CHECKED;

/* ---- seals (store_seal.c) ---- */
RtStatus store_make_seals(Store *store, RtError *error) RT_CHECKED;
/* Notes of the rungs being finished what they hold, and seals what is known of each metric. */
RtStatus store_seal(Store *store, RtError *error) RT_CHECKED;
/* Drops the seals of rungs and metrics that are no longer there. */
RtStatus store_unseal(Store *store, RtError *error) RT_CHECKED;
/* Cuts and blocks of the rungs, and whether the seal fits. */
RtStatus store_check_seal(Store *store, Str name, StoredMetric *metric, RtError *error) RT_CHECKED;

/* The name of a rung's table, quoted. */
Str store_table_name(Arena *arena, int64_t rung_id);

#endif
