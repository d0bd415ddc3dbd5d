/* lite_value.h -- how our values stand in SQLite.
 *
 *   BOOL, I8 .. I64       INTEGER (dates, times, intervals and DECIMAL of up to 18 digits too)
 *   F32, F64              REAL; NaN, which SQLite takes for NULL, is a BLOB and so above all numbers
 *   STR                   TEXT, bytes as they are, compared by memcmp
 *   D128, TIME96          BLOB: the key encoding (key.h), so that SQLite orders them as SQL does
 *   BLOB                  BLOB
 *
 * Ownership  values put are copied by SQLite; values got borrow from it. */
#ifndef SQC_SQLITE_LITE_VALUE_H
#define SQC_SQLITE_LITE_VALUE_H

#include "runtime/abi/value.h"

#include <sqlite3.h>

enum { LITE_KEY_BYTES_MAX = 32 };

void lite_bind(sqlite3_stmt *statement, int at, RtDatum datum);
void lite_result(sqlite3_context *context, RtDatum datum);
RtDatum lite_datum(sqlite3_value *value, RtKind kind);

#endif
