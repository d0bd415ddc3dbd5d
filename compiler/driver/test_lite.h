/* test_lite.h -- the steps of a test, asked of SQLite.
 *
 * SQLite answers in batch, over everything given so far; the rows that are new at an EXPECT are the difference to what
 * it answered at the one before.
 *
 * Ownership  the arena given, until test_lite_close. */
#ifndef SQC_DRIVER_TEST_LITE_H
#define SQC_DRIVER_TEST_LITE_H

#include "compiler/driver/test_rows.h"
#include "compiler/sqlite/lite_db.h"

typedef struct TestLite {
    Arena *arena;
    const LiteQuery *query;
    const PhysNode *sink; /* whose columns the rows have */
    LiteDb *db;
    VEC(Str) seen; /* keys of the rows answered before */
    TestRows *out; /* of the answer in progress */
    VEC(Str) now;
    bool *matched; /* by number in `seen` */
    bool has_rows; /* of a stream */
    Str no_opinion;
} TestLite;

void test_lite_open(TestLite *lite, Arena *arena, const LiteQuery *query, const PhysNode *sink);
void test_lite_give(TestLite *lite, const TestStep *step);
void test_lite_watermark(TestLite *lite, const TestStep *step);
/* Adds the rows that are new since the last call. */
LiteAnswer test_lite_rows(TestLite *lite, TestRows *out);
/* Late rows so far; false: not known. */
bool test_lite_late(TestLite *lite, uint64_t *count);
void test_lite_close(TestLite *lite);

#endif
