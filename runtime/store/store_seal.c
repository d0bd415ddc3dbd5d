/* store_seal.c -- what a finished generation says of itself, so that a byte that changed is told.
 *
 * Blocks have checks of their own.  Times, counts and numbers of tables stand in rows of SQLite, which has none: what
 * is known of a metric is hashed when its generation is finished, and again when it is found.  Stores that were last
 * written before there were seals have no such tables. */
#include "runtime/store/store_internal.h"

#include "runtime/abi/key.h"
#include "runtime/base/vec.h"

RtStatus store_make_seals(Store *store, RtError *error)
{
    return store_run(store,
                     "CREATE TABLE IF NOT EXISTS whole(rung INTEGER PRIMARY KEY, cut_us INTEGER NOT NULL,"
                     " blocks INTEGER NOT NULL);"
                     "CREATE TABLE IF NOT EXISTS seal(metric INTEGER PRIMARY KEY, digest INTEGER NOT NULL)",
                     error);
}

static int64_t digest_of(Arena *arena, Str name, const StoredMetric *metric)
{
    VEC(int64_t) known = { 0 };
    int64_t head[] = { (int64_t)key_hash(name.data, name.len),
                       metric->generation,
                       metric->id,
                       (int64_t)metric->definition,
                       metric->marks.watermark_us,
                       (int64_t)metric->marks.late,
                       (int64_t)metric->marks.bad };
    for (uint32_t i = 0; i < sizeof head / sizeof head[0]; i++)
        vec_push(arena, &known, head[i]);
    for (uint32_t i = 0; i < metric->grain_count; i++) {
        vec_push(arena, &known, metric->grains[i]);
        vec_push(arena, &known, metric->rungs[i]);
        vec_push(arena, &known, metric->cuts[i]);
        vec_push(arena, &known, metric->blocks[i]);
    }
    return (int64_t)key_hash((const char *)known.items, known.count * sizeof known.items[0]);
}

/* ---- writing ---- */

static RtStatus seal_metric(Store *store, uint32_t number, RtError *error)
{
    StoredMetric metric;
    Str name = store->metrics.items[number].name;
    RtStatus status = store_find(store, &store->arena, name, &metric, error);
    for (uint32_t r = 0; status == RT_OK && r < store->rungs.count; r++) {
        const StoreRung *rung = &store->rungs.items[r];
        int64_t whole[] = { rung->id, rung->cut_us, rung->blocks };
        if (rung->metric != number || rung->is_dropped)
            continue;
        status = store_run_with(store, "INSERT OR REPLACE INTO whole VALUES (?, ?, ?)", whole, 3, error);
        for (uint32_t i = 0; i < metric.grain_count; i++) {
            if (metric.rungs[i] != rung->id)
                continue;
            metric.cuts[i] = rung->cut_us;
            metric.blocks[i] = rung->blocks;
        }
    }
    if (status != RT_OK)
        return status;
    int64_t seal[] = { metric.id, digest_of(&store->arena, name, &metric) };
    return store_run_with(store, "INSERT OR REPLACE INTO seal VALUES (?, ?)", seal, 2, error);
}

RtStatus store_seal(Store *store, RtError *error)
{
    RtStatus status = RT_OK;
    for (uint32_t i = 0; status == RT_OK && i < store->metrics.count; i++)
        status = seal_metric(store, i, error);
    return status;
}

RtStatus store_unseal(Store *store, RtError *error)
{
    return store_run(store,
                     "DELETE FROM whole WHERE rung NOT IN (SELECT id FROM rung);"
                     "DELETE FROM seal WHERE metric NOT IN (SELECT id FROM metric)",
                     error);
}

/* ---- reading ---- */

/* Of a row of numbers; RT_END: there is none. */
static RtStatus read_numbers(Store *store, const char *sql, int64_t key, int64_t *numbers, int count, RtError *error)
{
    sqlite3_stmt *statement = NULL;
    RtStatus status = store_prepare(store, sql, &statement, error);
    if (status != RT_OK)
        return status;
    sqlite3_bind_int64(statement, 1, key);
    int answer = sqlite3_step(statement);
    for (int i = 0; answer == SQLITE_ROW && i < count; i++)
        numbers[i] = sqlite3_column_int64(statement, i);
    sqlite3_finalize(statement);
    if (answer == SQLITE_DONE)
        return RT_END;
    return answer == SQLITE_ROW ? RT_OK : store_failure(store, answer, "read", error);
}

RtStatus store_check_seal(Store *store, Str name, StoredMetric *metric, RtError *error)
{
    int64_t tables, digest, whole[2];
    const char *count = "SELECT COUNT(*) FROM sqlite_master WHERE name IN ('whole', 'seal') AND ?1 IS NOT NULL";
    RtStatus status = read_numbers(store, count, 0, &tables, 1, error);
    if (status != RT_OK || tables != 2)
        return status;
    for (uint32_t i = 0; i < metric->grain_count; i++) {
        status =
            read_numbers(store, "SELECT cut_us, blocks FROM whole WHERE rung = ?", metric->rungs[i], whole, 2, error);
        if (status == RT_OK) {
            metric->cuts[i] = whole[0];
            metric->blocks[i] = whole[1];
        } else if (status != RT_END) {
            return status;
        }
    }
    status = read_numbers(store, "SELECT digest FROM seal WHERE metric = ?", metric->id, &digest, 1, error);
    if (status == RT_END) /* of a generation from before there were seals */
        return RT_OK;
    if (status == RT_OK && digest != digest_of(&store->arena, name, metric))
        return rt_error(error, RT_BAD_DATA, "E0820: %.*s is damaged: what it says of `%.*s` does not check",
                        STR_ARG(store->path), STR_ARG(name));
    return status;
}
