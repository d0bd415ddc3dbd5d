/* test_repeat.h -- the rows of a test, with copies of events that came before.
 *
 * Where a stream says DEDUPLICATE BY, what a test expects must come whatever was sent twice.  Copies are of rows of
 * this GIVEN and of those before it, and come while they are still known for what they are: a row without a key or a
 * time, and one that the watermark has left too far behind, is not repeated.  Nor is one that was a copy itself: it is
 * known as long as the row that counts is, which is not as long as its own time says.
 *
 * Ownership  rows live in the arena given.
 * Threads    one. */
#ifndef SQC_DRIVER_TEST_REPEAT_H
#define SQC_DRIVER_TEST_REPEAT_H

#include "compiler/physical/plan.h"
#include "runtime/base/vec.h"

/* A row that may come again. */
typedef struct RepeatRow {
    const char *row;
    int64_t watermark_us; /* that it makes alone */
} RepeatRow;

typedef struct TestRepeat {
    const PhysProgram *physical;
    uint32_t scan;
    uint64_t *random; /* state of the draws */
    VEC(RepeatRow) rows;
    VEC(const char *) seen; /* all rows of the stream so far */
    int64_t watermark_us;   /* how far the stream has come */
    uint64_t added;         /* copies so far */
} TestRepeat;

bool test_repeats(const PhysProgram *physical);
/* `count`: of the rows, then with the copies among them. */
const char *test_repeat_rows(Arena *arena, TestRepeat *repeat, const char *rows, uint32_t *count);

#endif
