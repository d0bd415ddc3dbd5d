/* golden.h -- tables of input and expected answer; a failure names the input. */
#ifndef SQC_TESTS_GOLDEN_H
#define SQC_TESTS_GOLDEN_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Compares a printed piece with its golden text. */
#define assert_text(input, data, len, expected)                                                                        \
    do {                                                                                                               \
        if ((len) != strlen(expected) || memcmp((data), (expected), (len)) != 0)                                       \
            fail_msg("%s: got %.*s, expected %s", (input), (int)(len), (data), (expected));                            \
    } while (0)

#define assert_case(input, condition)                                                                                  \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            fail_msg("%s: not %s", (input), #condition);                                                               \
    } while (0)

#endif
