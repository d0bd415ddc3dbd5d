/* test_rows.h -- rows of a test: those it gives, those that came, and how they differ from those it expects. */
#ifndef SQC_DRIVER_TEST_ROWS_H
#define SQC_DRIVER_TEST_ROWS_H

#include "compiler/bind/bind.h"
#include "compiler/physical/plan.h"
#include "runtime/base/vec.h"

/* Result rows, copied. */
typedef struct TestRows {
    const PhysNode **sinks; /* of each row */
    RtDatum **rows;         /* one datum per column of its sink */
    RowChange *changes;
    uint32_t count, capacity;
} TestRows;

const PhysNode *test_sink(const PhysProgram *physical, uint32_t node);
void test_rows_add(TestRows *rows, Arena *arena, const PhysNode *sink, RowChange change, const void *row);
/* A row that comes new, from one datum per column. */
void test_rows_add_values(TestRows *rows, Arena *arena, const PhysNode *sink, const RtDatum *row);
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
/* Empty when the rows are those of the EXPECT step, in any order; else what is missing and what is too much, with the
 * nearest row that came beside each expected one. */
Str test_rows_compare(Arena *arena, const TestRows *rows, const TestStep *step);

#endif
