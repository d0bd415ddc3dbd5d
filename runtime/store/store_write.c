/* store_write.c -- a generation of metrics: blocks go out when the time moves on or they are large. */
#include "runtime/store/store_internal.h"

#include "runtime/base/vec.h"

#include <assert.h>

enum { BLOCK_ROWS_MAX = 4096, BLOCK_TEXT_MAX = 1 << 20, TRANSACTION_BYTES = 32 << 20 };

static RtStatus begin(Store *store, RtError *error)
{
    if (store->in_transaction)
        return RT_OK;
    RtStatus status = store_run(store, "BEGIN IMMEDIATE", error);
    store->in_transaction = status == RT_OK;
    return status;
}

static RtStatus commit(Store *store, RtError *error)
{
    if (!store->in_transaction)
        return RT_OK;
    RtStatus status = store_run(store, "COMMIT", error);
    store->in_transaction = status != RT_OK;
    store->unsaved_bytes = 0;
    return status;
}

RtStatus store_run_with(Store *store, const char *sql, const int64_t *values, int count, RtError *error)
{
    sqlite3_stmt *statement = NULL;
    RtStatus status = store_prepare(store, sql, &statement, error);
    if (status != RT_OK)
        return status;
    for (int i = 0; i < count; i++)
        sqlite3_bind_int64(statement, i + 1, values[i]);
    status = store_step(store, statement, error);
    sqlite3_finalize(statement);
    return status;
}

/* Drops the metrics that `which` says with their rungs, and generations that have none left. */
static RtStatus drop_metrics(Store *store, Str which, RtError *error)
{
    Str list =
        str_printf(&store->arena, "SELECT id FROM rung WHERE metric IN (SELECT id FROM metric WHERE %s)", which.data);
    sqlite3_stmt *statement = NULL;
    VEC(int64_t) rungs = { 0 };
    RtStatus status = store_prepare(store, list.data, &statement, error);
    while (status == RT_OK && sqlite3_step(statement) == SQLITE_ROW) {
        int64_t id = sqlite3_column_int64(statement, 0);
        vec_push(&store->arena, &rungs, id);
    }
    sqlite3_finalize(statement);
    for (uint32_t i = 0; status == RT_OK && i < rungs.count; i++) {
        Str table = store_table_name(&store->arena, rungs.items[i]);
        status = store_run(store, str_printf(&store->arena, "DROP TABLE IF EXISTS %s", table.data).data, error);
        if (status == RT_OK)
            status = store_run_with(store, "DELETE FROM rung WHERE id = ?", &rungs.items[i], 1, error);
    }
    if (status != RT_OK)
        return status;
    Str forget = str_printf(&store->arena,
                            "DELETE FROM metric WHERE %s;"
                            "DELETE FROM generation WHERE id <> %lld AND id NOT IN (SELECT generation FROM metric)",
                            which.data, (long long)store->generation);
    status = store_run(store, forget.data, error);
    return status == RT_OK ? store_unseal(store, error) : status;
}

/* What a run left that did not end well. */
static RtStatus drop_unfinished(Store *store, RtError *error)
{
    return drop_metrics(store, STR("generation IN (SELECT id FROM generation WHERE NOT finished)"), error);
}

/* What the generation that is finished takes the place of. */
static RtStatus drop_replaced(Store *store, RtError *error)
{
    Str older = str_printf(&store->arena, "generation <> %lld", (long long)store->generation);
    if (store->keep == STORE_KEEP_ALL)
        return RT_OK;
    if (store->keep == STORE_KEEP_OTHERS)
        older = str_printf(&store->arena, "%s AND name IN (SELECT name FROM metric WHERE generation = %lld)",
                           older.data, (long long)store->generation);
    return drop_metrics(store, older, error);
}

RtStatus store_begin(Store *store, StoreKeep keep, RtError *error)
{
    sqlite3_stmt *statement = NULL;
    store->keep = keep;
    store->generation = -1;
    RtStatus status = begin(store, error);
    if (status == RT_OK)
        status = store_run(store, "PRAGMA user_version = 2", error);
    if (status == RT_OK)
        status = store_make_seals(store, error);
    if (status == RT_OK)
        status = drop_unfinished(store, error);
    if (status == RT_OK)
        status = store_prepare(store, "INSERT INTO generation SELECT COALESCE(MAX(id), 0) + 1, 0 FROM generation",
                               &statement, error);
    if (status == RT_OK)
        status = store_step(store, statement, error);
    sqlite3_finalize(statement);
    store->generation = sqlite3_last_insert_rowid(store->db);
    store->is_writing = status == RT_OK;
    return status;
}

RtStatus store_add_metric(Store *store, const StoreMetric *metric, RtError *error)
{
    sqlite3_stmt *statement = NULL;
    assert(store->is_writing && metric->layout->kinds[metric->time_column] == PK_I64);
    RtStatus status = store_prepare(store, "INSERT INTO metric VALUES (NULL, ?, ?, ?, NULL, 0, 0)", &statement, error);
    if (status != RT_OK)
        return status;
    sqlite3_bind_int64(statement, 1, store->generation);
    sqlite3_bind_text(statement, 2, metric->name.data, (int)metric->name.len, SQLITE_TRANSIENT);
    sqlite3_bind_int64(statement, 3, (int64_t)metric->definition);
    status = store_step(store, statement, error);
    sqlite3_finalize(statement);
    int64_t id = sqlite3_last_insert_rowid(store->db);
    vec_push(&store->arena, &store->metric_ids, id);
    vec_push(&store->arena, &store->metrics, *metric);
    return status;
}

RtStatus store_add_rung(Store *store, uint32_t metric, int64_t grain_us, uint32_t *out, RtError *error)
{
    StoreRung rung = { .metric = metric, .grain_us = grain_us, .cut_us = INT64_MIN };
    rung.writer.layout = store->metrics.items[metric].layout;
    int64_t values[] = { store->metric_ids.items[metric], grain_us };
    RtStatus status = store_run_with(store, "INSERT INTO rung VALUES (NULL, ?, ?)", values, 2, error);
    if (status != RT_OK)
        return status;
    rung.id = sqlite3_last_insert_rowid(store->db);
    Str table = store_table_name(&store->arena, rung.id);
    status =
        store_run(store,
                  str_printf(&store->arena,
                             "CREATE TABLE %s(time_us INTEGER, part INTEGER, rows INTEGER NOT NULL, block BLOB NOT "
                             "NULL, PRIMARY KEY(time_us, part)) WITHOUT ROWID",
                             table.data)
                      .data,
                  error);
    if (status == RT_OK)
        status = store_prepare(
            store,
            str_printf(&store->arena,
                       "INSERT INTO %s SELECT ?1, COALESCE(MAX(part), -1) + 1, ?2, ?3 FROM %s WHERE time_us = ?1",
                       table.data, table.data)
                .data,
            &rung.insert, error);
    *out = store->rungs.count;
    vec_push(&store->arena, &store->rungs, rung);
    return status;
}

static RtStatus write_block(Store *store, StoreRung *rung, RtError *error)
{
    if (rung->writer.count == 0)
        return RT_OK;
    uint32_t count = rung->writer.count;
    buf_clear(&store->block);
    if (!block_finish(&rung->writer, &store->block))
        return rt_error(error, RT_FATAL, "no memory for the store");
    RtStatus status = begin(store, error);
    if (status != RT_OK)
        return status;
    sqlite3_bind_int64(rung->insert, 1, rung->bucket_us);
    sqlite3_bind_int64(rung->insert, 2, count);
    sqlite3_bind_blob64(rung->insert, 3, store->block.data, store->block.len, SQLITE_STATIC);
    status = store_step(store, rung->insert, error);
    store->unsaved_bytes += store->block.len;
    rung->blocks += status == RT_OK;
    if (status == RT_OK && store->unsaved_bytes >= TRANSACTION_BYTES)
        status = commit(store, error);
    return status;
}

/* Where the bucket of a time begins. */
static int64_t bucket_of(const Store *store, const StoreRung *rung, int64_t time_us)
{
    int64_t bucket_us = store->metrics.items[rung->metric].bucket_us;
    int64_t size = rung->grain_us > bucket_us ? rung->grain_us : bucket_us;
    int64_t past = time_us % size, begin;
    return __builtin_sub_overflow(time_us, past < 0 ? past + size : past, &begin) ? INT64_MIN : begin;
}

RtStatus store_put(Store *store, uint32_t number, const void *row, RtError *error)
{
    StoreRung *rung = &store->rungs.items[number];
    const StoreMetric *metric = &store->metrics.items[rung->metric];
    int64_t time_us = row_get(row, metric->layout, metric->time_column).value.i64;
    int64_t bucket_us = bucket_of(store, rung, time_us);
    bool is_full = rung->writer.count >= BLOCK_ROWS_MAX || rung->writer.text.len >= BLOCK_TEXT_MAX;
    RtStatus status = RT_OK;
    if (is_full || bucket_us != rung->bucket_us)
        status = write_block(store, rung, error);
    rung->bucket_us = bucket_us;
    block_add(&rung->writer, row);
    return status;
}

RtStatus store_flush(Store *store, RtError *error)
{
    RtStatus status = RT_OK;
    for (uint32_t i = 0; status == RT_OK && i < store->rungs.count; i++)
        status = write_block(store, &store->rungs.items[i], error);
    return status;
}

RtStatus store_expire(Store *store, uint32_t number, int64_t before_us, RtError *error)
{
    StoreRung *rung = &store->rungs.items[number];
    int64_t cut_us = bucket_of(store, rung, before_us);
    Str table = store_table_name(&store->arena, rung->id);
    Str sql = str_printf(&store->arena, "DELETE FROM %s WHERE time_us < ?", table.data);
    RtStatus status = begin(store, error);
    if (status == RT_OK)
        status = store_run_with(store, sql.data, &cut_us, 1, error);
    int64_t gone = status == RT_OK ? sqlite3_changes64(store->db) : 0;
    rung->blocks -= gone;
    rung->cut_us = gone > 0 && cut_us > rung->cut_us ? cut_us : rung->cut_us;
    return status;
}

RtStatus store_drop_rung(Store *store, uint32_t number, RtError *error)
{
    StoreRung *rung = &store->rungs.items[number];
    Str table = store_table_name(&store->arena, rung->id);
    sqlite3_finalize(rung->insert);
    rung->insert = NULL;
    RtStatus status = begin(store, error);
    if (status == RT_OK)
        status = store_run_with(store, "DELETE FROM rung WHERE id = ?", &rung->id, 1, error);
    rung->is_dropped = true;
    return status == RT_OK ? store_run(store, str_printf(&store->arena, "DROP TABLE %s", table.data).data, error)
                           : status;
}

RtStatus store_mark(Store *store, uint32_t metric, StoreMarks marks, RtError *error)
{
    int64_t values[] = { marks.watermark_us, (int64_t)marks.late, (int64_t)marks.bad, store->metric_ids.items[metric] };
    RtStatus status = begin(store, error);
    if (status != RT_OK)
        return status;
    return store_run_with(store, "UPDATE metric SET watermark_us = ?, late = ?, bad = ? WHERE id = ?", values, 4,
                          error);
}

RtStatus store_finish(Store *store, RtError *error)
{
    RtStatus status = store_flush(store, error);
    if (status == RT_OK)
        status = begin(store, error);
    if (status == RT_OK)
        status = store_seal(store, error);
    if (status == RT_OK)
        status = store_run_with(store, "UPDATE generation SET finished = 1 WHERE id = ?", &store->generation, 1, error);
    for (uint32_t i = 0; i < store->rungs.count; i++) { /* their tables may be dropped by the next run */
        sqlite3_finalize(store->rungs.items[i].insert);
        store->rungs.items[i].insert = NULL;
    }
    if (status == RT_OK)
        status = drop_replaced(store, error);
    if (status == RT_OK)
        status = commit(store, error);
    store->is_writing = false;
    if (status == RT_OK) /* what the last generation took */
        status = store_run(store, "PRAGMA incremental_vacuum", error);
    return status;
}
