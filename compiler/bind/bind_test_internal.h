/* bind_test_internal.h -- what the files that bind TEST blocks share.
 *
 *   bind_test.c           columns, rows and steps
 *   bind_test_value.c     literals by the type of their column
 *   bind_test_generate.c  GIVEN .. GENERATE n ROWS
 *   bind_test_role.c      AS ROLE, EXPECT HIDDEN
 *   bind_test_check.c     steps that contradict each other */
#ifndef SQC_BIND_BIND_TEST_INTERNAL_H
#define SQC_BIND_BIND_TEST_INTERNAL_H

#include "compiler/bind/bind_internal.h"
#include "compiler/bind/bind_test_value.h"

enum { TEST_PARTITIONS_MAX = 16, TEST_GENERATED_MAX = 100000 };

typedef struct TestColumns {
    const Table *table; /* NULL: of the result */
    Str *names;
    const Type **types;
    uint32_t count;
} TestColumns;

typedef struct TestBinder {
    Binder *binder;
    const BoundProgram *program;
    BoundTest *test;
    TestClock clock;
    const LogicalColumn *result; /* columns of what is tested */
    uint32_t result_count;
    const MetricModel *model; /* of the metric that is tested; NULL: none, or broken */
    VEC(TestStep) steps;
    VEC(GivenColumn) given;
    VEC(TestColumns) lists; /* the last list of each stream and of the result */
    bool failed;
} TestBinder;

Diag *test_error(TestBinder *t, DiagCode code, Span span, Str message);
/* The type of `actor.id` in rows of a table; a computed column becomes one that is given.  NULL: reported. */
const Type *test_given_type(TestBinder *t, const Table *table, const AstNode *qname);
void test_note_given(TestBinder *t, const Table *table, const TableColumn *column);
/* Columns and rows of GENERATE n ROWS. */
void test_generate(TestBinder *t, TestStep *step, const AstNode *given);
/* After the subject is known; NULL: no role. */
void test_bind_role(TestBinder *t, const AstNode *name);
void test_bind_hidden(TestBinder *t, const AstNode *ast);
bool test_column_is_hidden(const TestBinder *t, Str name);
/* E0343 for what expects nothing or cannot come true. */
void test_check_steps(TestBinder *t);

#endif
