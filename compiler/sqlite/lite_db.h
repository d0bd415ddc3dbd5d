/* lite_db.h -- a SQLite database in memory that answers one lite_query over the rows given so far.
 *
 *   lite_open -> lite_row, lite_watermark, in the order of a stream -> lite_rows, lite_late -> more rows -> ..
 *
 * Each answer is that of the whole query over everything given: windows that the watermarks have closed, rows that were
 * not late.  Nothing that was answered once changes later, so what is new since an earlier answer is the difference.
 *
 * Ownership  the database lives in the arena given until lite_close; query and arena outlive it.
 * Threads    one.
 * Errors     in the answer: LITE_NO_OPINION where a row is bad or SQLite has a limit; LITE_BROKEN where it refuses the
 *            text, which is a bug of ours. */
#ifndef SQC_SQLITE_LITE_DB_H
#define SQC_SQLITE_LITE_DB_H

#include "compiler/sqlite/lite_query.h"

typedef struct LiteDb LiteDb;

typedef enum LiteAnswer { LITE_ANSWERED, LITE_NO_OPINION, LITE_BROKEN } LiteAnswer;

/* The query must be expressible. */
LiteDb *lite_open(Arena *arena, const LiteQuery *query);
/* One row of query->tables[table]: lite_table_column_count datums (those of computed columns are not looked at). */
void lite_row(LiteDb *db, uint32_t table, const RtDatum *values);
void lite_watermark(LiteDb *db, uint32_t table, int64_t time_us);
/* Hands over result rows, one datum per column of the sink, borrowed for the call, in no order. */
LiteAnswer lite_rows(LiteDb *db, void (*on_row)(void *user, const RtDatum *row), void *user);
/* How many rows came late so far; query->late_text must not be empty. */
LiteAnswer lite_late(LiteDb *db, uint64_t *count);
/* Behind an answer that is none: why, as a phrase. */
Str lite_why(const LiteDb *db);
void lite_close(LiteDb *db);

#endif
