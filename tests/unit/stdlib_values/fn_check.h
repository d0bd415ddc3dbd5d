/* fn_check.h -- golden tables over the registry: a function by name and type words, its arguments and answer as text.
 *
 *   { "ROUND", "DOUBLE 1.005 | INT 2", "DOUBLE 1.01" }
 *   { "/", "INT 1 | INT 0", "INT !601" }               fails with that code
 *   { "CAST", "STRING 'x' ", ..}                        no quotes: a text is everything behind the blank
 *
 * Every row calls the boxed and the machine form, which must agree bit by bit, then calls with each argument NULL in
 * turn.
 *
 * Values     text as it is, BYTES as hexadecimal, DECIMAL unscaled, times as SQL text, months and microseconds as
 * numbers;
 *            NULL is NULL. */
#ifndef SQC_TESTS_FN_CHECK_H
#define SQC_TESTS_FN_CHECK_H

#include "stdlib/registry.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

typedef struct FnCase {
    const char *name, *args, *answer;
} FnCase;

/* The machine form of a strict function, called by its true type; false: NULL. */
bool fn_call_machine(const FnDef *fn, FnCtx *ctx, const RtDatum *args, RtDatum *out);

/* `zone` NULL is UTC.  Fails the running test with the row as message. */
void fn_check(const FnCase *cases, size_t count, const char *zone);

#endif
