/* store_internal.h -- what writing and reading of the store share. */
#ifndef SQC_STORE_STORE_INTERNAL_H
#define SQC_STORE_STORE_INTERNAL_H

#include "runtime/base/vec.h"
#include "runtime/store/store.h"

#include <sqlite3.h>

enum { STORE_FORMAT = 1 };

typedef struct StoreRung {
    uint32_t metric;
    int64_t id;
    int64_t grain_us;
    sqlite3_stmt *insert;
    BlockWriter writer;
    int64_t bucket_us; /* of the rows in the writer */
} StoreRung;

struct Store {
    sqlite3 *db;
    Arena arena;
    Str path;
    int64_t generation; /* being written */
    bool keep, is_writing, in_transaction;
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
/* The name of a rung's table, quoted. */
Str store_table_name(Arena *arena, int64_t rung_id);

#endif
