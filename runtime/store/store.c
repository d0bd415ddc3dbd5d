/* store.c -- the file, its tables, and what SQLite answers. */
#include "runtime/store/store_internal.h"

#include "runtime/base/alloc.h"
#include "runtime/base/vec.h"

#include <assert.h>
#include <errno.h>
#include <unistd.h>

enum { BUSY_MS = 2000 };

RtStatus store_failure(Store *store, int answer, const char *what, RtError *error)
{
    const char *why = store->db == NULL ? sqlite3_errstr(answer) : sqlite3_errmsg(store->db);
    switch (answer & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return rt_error(error, RT_RETRY, "E0821: %.*s is in use by another process", STR_ARG(store->path));
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return rt_error(error, RT_BAD_DATA, "E0820: %.*s is damaged, or no store: %s", STR_ARG(store->path), why);
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_FULL:
    case SQLITE_IOERR:
        return rt_error(error, RT_FATAL, "E0822: %.*s: %s: %s", STR_ARG(store->path), what, why);
    default:
        return rt_error(error, RT_BAD_DATA, "E0820: %.*s: %s: %s", STR_ARG(store->path), what, why);
    }
}

RtStatus store_run(Store *store, const char *sql, RtError *error)
{
    int answer = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
    return answer == SQLITE_OK ? RT_OK : store_failure(store, answer, "write", error);
}

RtStatus store_prepare(Store *store, const char *sql, sqlite3_stmt **statement, RtError *error)
{
    int answer = sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);
    return answer == SQLITE_OK ? RT_OK : store_failure(store, answer, "prepare", error);
}

RtStatus store_step(Store *store, sqlite3_stmt *statement, RtError *error)
{
    int answer = sqlite3_step(statement);
    RtStatus status = answer == SQLITE_DONE ? RT_OK : store_failure(store, answer, "write", error);
    sqlite3_reset(statement);
    return status;
}

Str store_table_name(Arena *arena, int64_t rung_id)
{
    return str_printf(arena, "rung_%lld", (long long)rung_id);
}

static RtStatus format_of(Store *store, int *format, RtError *error)
{
    sqlite3_stmt *statement = NULL;
    RtStatus status = store_prepare(store, "PRAGMA user_version", &statement, error);
    *format = 0;
    if (status != RT_OK)
        return status;
    int answer = sqlite3_step(statement);
    if (answer == SQLITE_ROW)
        *format = sqlite3_column_int(statement, 0);
    else
        status = store_failure(store, answer, "read", error);
    sqlite3_finalize(statement);
    return status;
}

static RtStatus make_tables(Store *store, RtError *error)
{
    return store_run(store,
                     "PRAGMA auto_vacuum = INCREMENTAL;"
                     "BEGIN IMMEDIATE;"
                     "CREATE TABLE IF NOT EXISTS generation(id INTEGER PRIMARY KEY, finished INTEGER NOT NULL);"
                     "CREATE TABLE IF NOT EXISTS metric(id INTEGER PRIMARY KEY, generation INTEGER NOT NULL,"
                     " name TEXT NOT NULL, definition INTEGER NOT NULL, watermark_us INTEGER, late INTEGER NOT NULL,"
                     " bad INTEGER NOT NULL, UNIQUE(generation, name));"
                     "CREATE TABLE IF NOT EXISTS rung(id INTEGER PRIMARY KEY, metric INTEGER NOT NULL,"
                     " grain_us INTEGER NOT NULL, UNIQUE(metric, grain_us));"
                     "PRAGMA user_version = 2;"
                     "COMMIT",
                     error);
}

static RtStatus open_file(Store *store, StoreMode mode, RtError *error)
{
    /* Readers, too, may have to take back what a killed run left half-written; a file that cannot be written is opened
     * for reading all the same. */
    int flags = SQLITE_OPEN_READWRITE | (mode == STORE_WRITE ? SQLITE_OPEN_CREATE : 0);
    int answer = sqlite3_open_v2(store->path.data, &store->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (answer != SQLITE_OK)
        return store_failure(store, answer, "open", error);
    sqlite3_busy_timeout(store->db, BUSY_MS);
    int format;
    RtStatus status = format_of(store, &format, error);
    if (status == RT_OK && format == 0 && mode == STORE_WRITE)
        status = make_tables(store, error);
    else if (status == RT_OK && (format < STORE_FORMAT_MIN || format > STORE_FORMAT))
        status = rt_error(error, RT_BAD_DATA, "E0820: %.*s has format %d, this sqc reads %d", STR_ARG(store->path),
                          format, STORE_FORMAT);
    /* A commit survives the end of the process; a power cut may lose the last one, whole.  Pages wait in memory for
     * their commit: written before, they would shut readers out until then. */
    if (status == RT_OK)
        status = store_run(store,
                           mode == STORE_WRITE ? "PRAGMA synchronous = NORMAL; PRAGMA cache_spill = OFF"
                                               : "PRAGMA query_only = ON; PRAGMA mmap_size = 1073741824",
                           error);
    return status;
}

RtStatus store_open(Store **out, const char *path, StoreMode mode, RtError *error)
{
    *out = NULL;
    if (mode == STORE_READ && access(path, F_OK) != 0)
        return rt_error(error, RT_END, "E0823: there is no store %s: %s", path, strerror(errno));
    Store *store = mem_alloc_zeroed(sizeof *store);
    if (store == NULL)
        return rt_error(error, RT_FATAL, "no memory for the store");
    arena_init(&store->arena);
    store->path = str_copy(&store->arena, str_from(path));
    RtStatus status = open_file(store, mode, error);
    if (status == RT_OK)
        *out = store;
    else
        store_close(store);
    return status;
}

void store_close(Store *store)
{
    if (store == NULL)
        return;
    for (uint32_t i = 0; i < store->rungs.count; i++) {
        sqlite3_finalize(store->rungs.items[i].insert);
        block_writer_free(&store->rungs.items[i].writer);
    }
    if (store->in_transaction)
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_close(store->db);
    buf_free(&store->block);
    arena_free(&store->arena);
    mem_free(store);
}
