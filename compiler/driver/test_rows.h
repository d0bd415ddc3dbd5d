/* test_rows.h -- rows of a test: those it gives and those that came. */
#ifndef SQC_DRIVER_TEST_ROWS_H
#define SQC_DRIVER_TEST_ROWS_H

#include "compiler/bind/bind.h"
#include "compiler/physical/plan.h"
#include "runtime/base/vec.h"

enum { TEST_ROWS_SHOWN = 20 }; /* of one kind, in a message */

/* Result rows, copied. */
typedef struct TestRows {
    const PhysNode **sinks; /* of each row */
    RtDatum **rows;         /* one datum per column of its sink */
    RowChange *changes;
    uint32_t count, capacity;
} TestRows;

const PhysNode *test_sink(const PhysProgram *physical, uint32_t node);
void test_rows_add(TestRows *rows, Arena *arena, const PhysNode *sink, RowChange change, const void *row);
void test_rows_add_changed(TestRows *rows, Arena *arena, const PhysNode *sink, RowChange change, const RtDatum *row);
/* A row that comes new, from one datum per column. */
void test_rows_add_values(TestRows *rows, Arena *arena, const PhysNode *sink, const RtDatum *row);
/* Halves of updates that follow each other become one update; what changes nothing in the end goes. */
void test_rows_fold(TestRows *rows, Arena *arena);
/* What an EXPECT takes: new rows, those of updates, and those that are there no more. */
typedef enum TestTakes { TAKES_NEW = 1, TAKES_UPDATES = 2, TAKES_DELETES = 4 } TestTakes;
/* Takes rows of these kinds (bits) out of `from`, behind those of `to`. */
void test_rows_move(TestRows *to, TestRows *from, Arena *arena, uint32_t takes);
/* One row a line, as the test would write them. */
Str test_rows_text(Arena *arena, const TestRows *rows);
/* What row `row` of a GIVEN step has for a column of the table, or a part of a ROW column; NULL where it says
 * nothing.  A ROW is put together from what is given of its fields. */
RtDatum test_given_value(Arena *arena, const Table *table, const ScanSource *source, const TestStep *step,
                         uint32_t row);
/* The rows of a GIVEN step in the scan's layout; columns that the plan does not read are left out. */
char *test_given_rows(Arena *arena, const PhysScan *scan, const TestStep *step);
/* The same in the layout of a lookup table. */
char *test_given_lookup_rows(Arena *arena, const PhysLookupJoin *join, const TestStep *step);
/* The time of a WATERMARK step for a stream: ZONE tells where its event time is a TIMESTAMP_LTZ. */
int64_t test_time(const Table *table, const TestStep *step);
/* As a test would write it: 'EU', NULL, 12. */
void test_put_value(Buf *out, Arena *arena, const Type *type, RtDatum datum);
/* +I ('12:00:00', 'EU') */
void test_put_row(Buf *out, Arena *arena, const TestRows *rows, uint32_t at);
const char *test_change_name(RowChange change);
/* The text in the arena; the buffer is freed. */
Str test_take(Arena *arena, Buf *text);

#endif
