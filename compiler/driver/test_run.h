/* test_run.h -- one TEST, run in one way.
 *
 * A way is an engine (native code, the interpreter or SQLite), a batch size and a number of partitions.  Given rows go
 * to the partitions in turn; after each row (each batch) every partition is told the largest watermark so far, so that
 * a test says the same whatever the split.  Where the test itself says GIVEN .. PARTITION n, rows go there in every
 * way and each partition has its own time.
 *
 * Ownership  the outcome's texts live in the arena given.
 * Errors     in the outcome. */
#ifndef SQC_DRIVER_TEST_RUN_H
#define SQC_DRIVER_TEST_RUN_H

#include "compiler/bind/bind.h"
#include "compiler/driver/tiers.h"
#include "compiler/physical/plan.h"
#include "compiler/sqlite/lite_query.h"
#include "runtime/base/vec.h"

typedef enum TestEngine { TEST_NATIVE, TEST_INTERPRETER, TEST_SQLITE } TestEngine;

typedef struct TestWay {
    const char *name; /* "native code, batches of 1" */
    TestEngine engine;
    uint64_t batch_rows;
    uint32_t partitions;
    bool restart;  /* kill and restore at every batch */
    uint64_t seed; /* shuffles the rows of each GIVEN inside the watermark's bound; 0: they come as written */
    bool repeats;  /* repeats rows of streams that take each once, in place of shuffling them */
} TestWay;

/* What EXPECT SNAPSHOT becomes. */
typedef struct TestEdit {
    Span span; /* of the old text; empty: behind SNAPSHOT */
    Str text;
} TestEdit;

typedef struct TestEdits {
    VEC(TestEdit) items;
} TestEdits;

typedef struct TestOutcome {
    bool passed;
    Span span;           /* of the step that failed */
    Str text;            /* what was expected and what came, several lines */
    Str no_opinion;      /* passed, but not judged to the end: why */
    uint64_t duplicates; /* that the test itself gave */
} TestOutcome;

typedef struct TestProgram {
    const BoundTest *test;
    const PhysProgram *physical;
    Tiers *tiers;
    RtProgram *image;
    const LiteQuery *lite; /* for TEST_SQLITE */
    TestEdits *edits;      /* --update: snapshots are not judged but taken; else NULL */
} TestProgram;

TestOutcome test_run(Arena *arena, const TestProgram *program, const TestWay *way);

#endif
