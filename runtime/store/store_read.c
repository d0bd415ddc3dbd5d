/* store_read.c -- blocks back into rows. */
#include "runtime/store/store_internal.h"

#include "runtime/base/alloc.h"
#include "runtime/base/vec.h"

static RtStatus find_rungs(Store *store, Arena *arena, StoredMetric *metric, RtError *error)
{
    sqlite3_stmt *statement = NULL;
    VEC(int64_t) grains = { 0 }, rungs = { 0 }, cuts = { 0 }, blocks = { 0 };
    RtStatus status =
        store_prepare(store, "SELECT grain_us, id FROM rung WHERE metric = ? ORDER BY grain_us", &statement, error);
    if (status != RT_OK)
        return status;
    sqlite3_bind_int64(statement, 1, metric->id);
    int answer;
    while ((answer = sqlite3_step(statement)) == SQLITE_ROW) {
        int64_t grain = sqlite3_column_int64(statement, 0), rung = sqlite3_column_int64(statement, 1);
        int64_t no_cut = INT64_MIN, unknown = -1;
        vec_push(arena, &grains, grain);
        vec_push(arena, &rungs, rung);
        vec_push(arena, &cuts, no_cut);
        vec_push(arena, &blocks, unknown);
    }
    sqlite3_finalize(statement);
    metric->grains = grains.items;
    metric->rungs = rungs.items;
    metric->cuts = cuts.items;
    metric->blocks = blocks.items;
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
    RtStatus found = find_rungs(store, arena, metric, error);
    return found == RT_OK && metric->finished ? store_check_seal(store, name, metric, error) : found;
}

/* The rung of the range among those of its metric. */
static RtStatus rung_of(Store *store, const StoreRange *range, uint32_t *rung, RtError *error)
{
    for (*rung = 0; *rung < range->metric->grain_count; (*rung)++) {
        if (range->metric->grains[*rung] == range->grain_us)
            return RT_OK;
    }
    return rt_error(error, RT_BAD_DATA, "E0820: %.*s has no such rung", STR_ARG(store->path));
}

/* Does the range leave out no block that there is? */
static bool is_everything(const StoreRange *range, uint32_t rung)
{
    return range->to_us == INT64_MAX && range->metric->blocks[rung] >= 0 &&
           (range->from_us == INT64_MIN || range->from_us <= range->metric->cuts[rung]);
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
    uint32_t rung = 0;
    int64_t blocks = 0;
    sqlite3_stmt *statement = NULL;
    Taker taker = { range->layout, NULL, take, user };
    taker.columns = ARENA_ARRAY(&store->arena, BlockColumn, range->layout->column_count + 1);
    RtStatus status = rung_of(store, range, &rung, error);
    if (status != RT_OK)
        return status;
    Str sql = str_printf(&store->arena,
                         "SELECT time_us, block FROM %s WHERE time_us >= ? AND time_us < ? ORDER BY time_us, part",
                         store_table_name(&store->arena, range->metric->rungs[rung]).data);
    status = store_prepare(store, sql.data, &statement, error);
    if (status != RT_OK)
        return status;
    sqlite3_bind_int64(statement, 1, range->from_us);
    sqlite3_bind_int64(statement, 2, range->to_us);
    int answer;
    while (status == RT_OK && (answer = sqlite3_step(statement)) != SQLITE_DONE) {
        status = answer == SQLITE_ROW ? take_block(store, statement, &taker, error)
                                      : store_failure(store, answer, "read", error);
        blocks++;
    }
    sqlite3_finalize(statement);
    if (status == RT_OK && is_everything(range, rung) && blocks != range->metric->blocks[rung])
        return rt_error(error, RT_BAD_DATA, "E0820: %.*s is damaged: %lld of %lld blocks are there",
                        STR_ARG(store->path), (long long)blocks, (long long)range->metric->blocks[rung]);
    return status;
}
