/* test_one.h -- one TEST in all its ways, which must agree.
 *
 * Native code in batches of 1 and of 1,024, in three partitions, restarted at every batch, with its rows shuffled; the
 * interpreter, in one partition and in three; SQLite.  Code is compiled once for all ways, and once for tests of the
 * same metric that follow each other.
 *
 * Ownership  everything in the arena of the program, but code, which test_runner_close frees.
 * Errors     in the verdict; what is wrong with the text of a test is a diagnostic of the program, too. */
#ifndef SQC_DRIVER_TEST_ONE_H
#define SQC_DRIVER_TEST_ONE_H

#include "compiler/driver/program.h"
#include "compiler/driver/test_run.h"

typedef struct TestPlan TestPlan;

typedef struct TestRunner {
    Program *program;
    bool all_codes;   /* also code from object files, unoptimised and optimised */
    uint64_t seed;    /* of shuffling; 0: one for each test, by its name */
    TestEdits *edits; /* --update: takes the texts of snapshots; NULL: they are judged */
    TestPlan *plan;   /* of the last test */
    const Str *words; /* names of tests and metrics that were asked for; nothing else is bound then */
    uint32_t word_count;
} TestRunner;

typedef struct TestVerdict {
    Str name, metric, file;
    uint32_t line;
    bool passed;
    bool of_rows;        /* it compares rows: */
    bool by_sqlite;      /* and SQLite judged them, too */
    Str silent;          /* why it did not */
    uint64_t duplicates; /* that it gives, in streams that take each event once */
    Str unshuffled;      /* why the order of rows may show; empty: they were shuffled */
    double ms;
    Str where; /* of a failure: "file:line:column, way" */
    Str text;  /* what differs, in lines; empty: diagnostics say it */
} TestVerdict;

TestVerdict test_one(TestRunner *runner, BoundTest *test);
void test_runner_close(TestRunner *runner);
/* How many ways each test of rows is run in, SQLite apart. */
int test_way_count(const TestRunner *runner);

#endif
