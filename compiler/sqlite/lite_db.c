/* lite_db.c -- see lite_db.h. */
#include "compiler/sqlite/lite_db.h"

#include "compiler/sqlite/lite_fn.h"
#include "compiler/sqlite/lite_value.h"
#include "runtime/base/alloc.h"

#include <assert.h>

/* Without mutexes values of columns may be read as they are. */
enum { OPEN_FLAGS = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX };

struct LiteDb {
    Arena *arena;
    const LiteQuery *query;
    sqlite3 *connection;
    LiteFns fns;
    sqlite3_stmt **inserts; /* by table: all columns, then p, then mark */
    int64_t position;       /* of the last row given */
    LiteAnswer state;       /* sticky once it is no answer */
    Str why;
};

static void spoil(LiteDb *db, LiteAnswer state, Str why)
{
    if (db->state != LITE_ANSWERED)
        return;
    db->state = state;
    db->why = str_copy(db->arena, why);
}

/* What ended a statement: a body that failed, or SQLite itself. */
static void spoil_by_sqlite(LiteDb *db)
{
    if (db->fns.no_opinion.len > 0) {
        spoil(db, LITE_NO_OPINION, db->fns.no_opinion);
        return;
    }
    Str message = str_from(sqlite3_errmsg(db->connection));
    bool is_limit = str_find(message, STR("too many")) >= 0 || str_find(message, STR("too large")) >= 0;
    spoil(db, is_limit ? LITE_NO_OPINION : LITE_BROKEN, str_printf(db->arena, "SQLite says: %.*s", STR_ARG(message)));
}

/* ---- tables ---- */

static bool is_stored(const LogicalNode *node, uint32_t column)
{
    return node->kind == LOGICAL_LOOKUP_JOIN || node->as.scan.computed[column] == NULL;
}

static void create_table(LiteDb *db, uint32_t table)
{
    const LogicalNode *node = db->query->tables.items[table];
    char letter = node->kind == LOGICAL_LOOKUP_JOIN ? 'd' : 'c';
    Buf create = { 0 }, insert = { 0 };
    buf_printf(&create, "CREATE TABLE t%u (", table);
    buf_printf(&insert, "INSERT INTO t%u VALUES (", table);
    for (uint32_t c = 0; c < lite_table_column_count(node); c++) {
        if (!is_stored(node, c))
            continue;
        buf_printf(&create, "%c%u, ", letter, c); /* no type: values stay what they are */
        buf_append_str(&insert, STR("?, "));
    }
    buf_append_str(&create, STR("p, mark)"));
    buf_append_str(&insert, STR("?, ?)"));
    Str text = buf_str(&insert);
    if (sqlite3_exec(db->connection, str_printf(db->arena, "%.*s", STR_ARG(buf_str(&create))).data, NULL, NULL, NULL) !=
            SQLITE_OK ||
        sqlite3_prepare_v2(db->connection, text.data, (int)text.len, &db->inserts[table], NULL) != SQLITE_OK)
        spoil_by_sqlite(db);
    buf_free(&create);
    buf_free(&insert);
}

LiteDb *lite_open(Arena *arena, const LiteQuery *query)
{
    assert(query->why_not.len == 0);
    LiteDb *db = ARENA_NEW(arena, LiteDb);
    db->arena = arena;
    db->query = query;
    db->inserts = ARENA_ARRAY(arena, sqlite3_stmt *, query->tables.count + 1);
    if (sqlite3_open_v2(":memory:", &db->connection, OPEN_FLAGS, NULL) != SQLITE_OK)
        mem_exhausted();
    if (!lite_fns_init(&db->fns, arena, db->connection, query))
        spoil_by_sqlite(db);
    for (uint32_t i = 0; db->state == LITE_ANSWERED && i < query->tables.count; i++)
        create_table(db, i);
    return db;
}

void lite_close(LiteDb *db)
{
    if (db == NULL)
        return;
    for (uint32_t i = 0; i < db->query->tables.count; i++)
        sqlite3_finalize(db->inserts[i]);
    sqlite3_close(db->connection);
    lite_fns_release(&db->fns);
}

Str lite_why(const LiteDb *db)
{
    return db->why;
}

/* ---- rows in ---- */

static void insert(LiteDb *db, uint32_t table, const RtDatum *values, RtDatum mark)
{
    if (db->state != LITE_ANSWERED)
        return;
    const LogicalNode *node = db->query->tables.items[table];
    sqlite3_stmt *statement = db->inserts[table];
    int at = 1;
    for (uint32_t c = 0; c < lite_table_column_count(node); c++) {
        if (is_stored(node, c))
            lite_bind(statement, at++, values == NULL ? datum_null(PK_I64) : values[c]);
    }
    lite_bind(statement, at, (RtDatum){ .value.i64 = ++db->position, .kind = PK_I64 });
    lite_bind(statement, at + 1, mark);
    if (sqlite3_step(statement) != SQLITE_DONE || sqlite3_reset(statement) != SQLITE_OK)
        spoil_by_sqlite(db);
}

void lite_row(LiteDb *db, uint32_t table, const RtDatum *values)
{
    insert(db, table, values, datum_null(PK_I64));
}

void lite_watermark(LiteDb *db, uint32_t table, int64_t time_us)
{
    if (db->query->tables.items[table]->kind == LOGICAL_SCAN)
        insert(db, table, NULL, (RtDatum){ .value.i64 = time_us, .kind = PK_I64 });
}

/* ---- answers out ---- */

/* Parameters are numbered in the order of the text; a shorter text has the first of them. */
static sqlite3_stmt *prepare(LiteDb *db, Str text)
{
    sqlite3_stmt *statement = NULL;
    if (db->state != LITE_ANSWERED)
        return NULL;
    if (sqlite3_prepare_v2(db->connection, text.data, (int)text.len, &statement, NULL) != SQLITE_OK) {
        spoil_by_sqlite(db);
        return NULL;
    }
    int count = sqlite3_bind_parameter_count(statement);
    for (int i = 0; i < count; i++)
        lite_bind(statement, i + 1, db->query->parameters.items[i]);
    return statement;
}

static void finish(LiteDb *db, sqlite3_stmt *statement, int code)
{
    if (db->state == LITE_ANSWERED && code != SQLITE_DONE)
        spoil_by_sqlite(db);
    sqlite3_finalize(statement);
}

LiteAnswer lite_rows(LiteDb *db, void (*on_row)(void *user, const RtDatum *row), void *user)
{
    const LogicalNode *sink = db->query->sink;
    RtDatum *row = ARENA_ARRAY(db->arena, RtDatum, sink->column_count + 1);
    sqlite3_stmt *statement = prepare(db, db->query->text);
    int code = SQLITE_DONE;
    while (db->state == LITE_ANSWERED && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        for (uint32_t c = 0; c < sink->column_count; c++)
            row[c] = lite_datum(sqlite3_column_value(statement, (int)c), type_physical(sink->columns[c].type));
        on_row(user, row);
    }
    finish(db, statement, code);
    return db->state;
}

LiteAnswer lite_late(LiteDb *db, uint64_t *count)
{
    assert(db->query->late_text.len > 0);
    sqlite3_stmt *statement = prepare(db, db->query->late_text);
    int code = SQLITE_DONE;
    while (db->state == LITE_ANSWERED && (code = sqlite3_step(statement)) == SQLITE_ROW)
        *count = (uint64_t)sqlite3_column_int64(statement, 0);
    finish(db, statement, code);
    return db->state;
}
