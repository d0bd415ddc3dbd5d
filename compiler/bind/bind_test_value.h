/* bind_test_value.h -- a literal of a test as a datum of its column's type. */
#ifndef SQC_BIND_BIND_TEST_VALUE_H
#define SQC_BIND_BIND_TEST_VALUE_H

#include "compiler/bind/bind_internal.h"

typedef struct TestClock {
    Str date;                /* of times without one */
    const struct Zone *zone; /* in which times of TIMESTAMP_LTZ columns are written; NULL: UTC */
} TestClock;

/* False after E0340 or E0500. */
bool test_value(Binder *binder, const TestClock *clock, const AstNode *ast, const Type *type, TestValue *out);
/* The same for text that stands in no literal; false: it is no such value, and nothing is reported. */
bool test_text_value(Binder *binder, const TestClock *clock, Str text, const Type *type, RtDatum *out);

#endif
