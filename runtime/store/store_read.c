/* store_read.c -- blocks back into rows. */
#include "runtime/store/store_internal.h"

#include "runtime/base/alloc.h"
#include "runtime/base/vec.h"

/* A store that was last written before there were cuts has none. */
static RtStatus has_cuts(Store *store, bool *has, RtError *error)
{
    sqlite3_stmt *statement = NULL;
    RtStatus status = store_prepare(store, "SELECT 1 FROM sqlite_master WHERE name = 'cut'", &statement, error);
    if (status != RT_OK)
        return status;
    int answer = sqlite3_step(statement);
    *has = answer == SQLITE_ROW;
    sqlite3_finalize(statement);
    return answer == SQLITE_ROW || answer == SQLITE_DONE ? RT_OK : store_failure(store, answer, "read rungs", error);
}

static RtStatus find_rungs(Store *store, Arena *arena, StoredMetric *metric, RtError *error)
{
    sqlite3_stmt *statement = NULL;
    VEC(int64_t) grains = { 0 }, cuts = { 0 };
    bool with_cuts;
    RtStatus status = has_cuts(store, &with_cuts, error);
    if (status == RT_OK)
        status = store_prepare(store,
                               with_cuts ? "SELECT grain_us, before_us FROM rung LEFT JOIN cut ON cut.rung = rung.id"
                                           " WHERE metric = ? ORDER BY grain_us"
                                         : "SELECT grain_us, NULL FROM rung WHERE metric = ? ORDER BY grain_us",
                               &statement, error);
    if (status != RT_OK)
        return status;
    sqlite3_bind_int64(statement, 1, metric->id);
    int answer;
    while ((answer = sqlite3_step(statement)) == SQLITE_ROW) {
        bool is_cut = sqlite3_column_type(statement, 1) != SQLITE_NULL;
        int64_t grain = sqlite3_column_int64(statement, 0);
        int64_t cut = is_cut ? sqlite3_column_int64(statement, 1) : INT64_MIN;
        vec_push(arena, &grains, grain);
        vec_push(arena, &cuts, cut);
    }
    sqlite3_finalize(statement);
    metric->grains = grains.items;
    metric->cuts = cuts.items;
    metric->grain_count = grains.count;
    return answer == SQLITE_DONE ? RT_OK : store_failure(store, answer, "read rungs", error);
}

RtStatus store_find(Store *store, Arena *arena, Str name, StoredMetric *metric, RtError *error)
{
    sqlite3_stmt *statement = NULL;
    RtStatus status =
        store_prepare(store,
                      "SELECT m.generation, m.id, g.finished, m.definition, m.watermark_us, m.late, m.bad FROM metric m"
                      " JOIN generation g ON g.id = m.generation WHERE m.name = ? AND (?2 = 0 OR g.id = ?2)"
                      " ORDER BY g.finished DESC, g.id DESC LIMIT 1",
                      &statement, error);
    if (status != RT_OK)
        return status;
    sqlite3_bind_text(statement, 1, name.data, (int)name.len, SQLITE_TRANSIENT);
    sqlite3_bind_int64(statement, 2, store->is_writing ? store->generation : 0);
    int answer = sqlite3_step(statement);
    if (answer == SQLITE_ROW) {
        bool has_watermark = sqlite3_column_type(statement, 4) != SQLITE_NULL;
        *metric = (StoredMetric){
            .generation = sqlite3_column_int64(statement, 0),
            .id = sqlite3_column_int64(statement, 1),
            .finished = sqlite3_column_int(statement, 2) != 0,
            .definition = (uint64_t)sqlite3_column_int64(statement, 3),
            .marks = { has_watermark ? sqlite3_column_int64(statement, 4) : INT64_MIN,
                       (uint64_t)sqlite3_column_int64(statement, 5), (uint64_t)sqlite3_column_int64(statement, 6) },
        };
    }
    sqlite3_finalize(statement);
    if (answer == SQLITE_DONE)
        return rt_error(error, RT_END, "E0823: the store %.*s has nothing of `%.*s`", STR_ARG(store->path),
                        STR_ARG(name));
    if (answer != SQLITE_ROW)
        return store_failure(store, answer, "find a metric", error);
    return find_rungs(store, arena, metric, error);
}

static RtStatus rung_table(Store *store, const StoreRange *range, Str *table, RtError *error)
{
    sqlite3_stmt *statement = NULL;
    RtStatus status = store_prepare(store, "SELECT id FROM rung WHERE metric = ? AND grain_us = ?", &statement, error);
    if (status != RT_OK)
        return status;
    sqlite3_bind_int64(statement, 1, range->metric->id);
    sqlite3_bind_int64(statement, 2, range->grain_us);
    int answer = sqlite3_step(statement);
    *table = store_table_name(&store->arena, sqlite3_column_int64(statement, 0));
    sqlite3_finalize(statement);
    return answer == SQLITE_ROW ? RT_OK : store_failure(store, answer, "find a rung", error);
}

typedef struct Taker {
    const RowLayout *layout;
    BlockColumn *columns; /* room for those of a block */
    StoreTake *take;
    void *user;
} Taker;

/* The block under the cursor, copied where its numbers are not aligned. */
static RtStatus take_block(Store *store, sqlite3_stmt *statement, const Taker *taker, RtError *error)
{
    BlockRows rows = { .columns = taker->columns };
    const char *bytes = sqlite3_column_blob(statement, 1);
    uint64_t len = (uint64_t)sqlite3_column_bytes(statement, 1);
    if ((uintptr_t)bytes % 8 != 0) {
        buf_clear(&store->block);
        char *room = buf_reserve(&store->block, len + 8);
        if (room == NULL)
            return rt_error(error, RT_FATAL, "no memory for the store");
        memcpy(room, bytes, len);
        bytes = room;
    }
    if (!block_open(taker->layout, bytes, len, taker->columns, &rows.count))
        return rt_error(error, RT_BAD_DATA, "E0820: %.*s is damaged: a block of %lld does not check",
                        STR_ARG(store->path), (long long)sqlite3_column_int64(statement, 0));
    return taker->take(taker->user, &rows, error);
}

RtStatus store_read(Store *store, const StoreRange *range, StoreTake *take, void *user, RtError *error)
{
    Str table;
    sqlite3_stmt *statement = NULL;
    Taker taker = { range->layout, NULL, take, user };
    taker.columns = ARENA_ARRAY(&store->arena, BlockColumn, range->layout->column_count + 1);
    RtStatus status = rung_table(store, range, &table, error);
    if (status == RT_OK)
        status = store_prepare(store,
                               str_printf(&store->arena,
                                          "SELECT time_us, block FROM %s WHERE time_us >= ? AND time_us < ?"
                                          " ORDER BY time_us, part",
                                          table.data)
                                   .data,
                               &statement, error);
    if (status != RT_OK)
        return status;
    sqlite3_bind_int64(statement, 1, range->from_us);
    sqlite3_bind_int64(statement, 2, range->to_us);
    int answer;
    while (status == RT_OK && (answer = sqlite3_step(statement)) != SQLITE_DONE) {
        status = answer == SQLITE_ROW ? take_block(store, statement, &taker, error)
                                      : store_failure(store, answer, "read", error);
    }
    sqlite3_finalize(statement);
    return status;
}
