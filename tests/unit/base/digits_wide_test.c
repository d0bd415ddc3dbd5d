/* digits_wide_test.c -- sixteen digits at a time, as bitcode is compiled; base_test.c has the way without. */
#if defined(__x86_64__)
#pragma GCC target("sse4.1")
#endif
#include "runtime/base/digits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
/* cmocka wants the four above */
#include <cmocka.h>

static bool processor_can(void)
{
#if defined(__x86_64__)
    return __builtin_cpu_supports("sse4.1");
#else
    return true;
#endif
}

static void every_length_has_its_number(void **state)
{
    (void)state;
    unsigned seed = 5;
    for (int i = 0; i < 100000; i++) {
        char text[24];
        int len = 1 + i % 20;
        for (int k = 0; k < len; k++)
            text[k] = (char)('0' + rand_r(&seed) % 10);
        text[len] = '\0';
        int64_t value = -1;
        assert_int_equal(digits_quick((Str){ text, (uint64_t)len }, &value), len >= 8 && len <= 16);
        assert_true(len < 8 || len > 16 || value == strtoll(text, NULL, 10));
    }
    int64_t value = 0;
    assert_true(digits_quick(STR("9999999999999999"), &value));
    assert_true(value == 9999999999999999);
}

static void any_other_byte_at_any_place_is_refused(void **state)
{
    (void)state;
    for (int len = 8; len <= 16; len++) {
        for (int at = 0; at < len; at++) {
            for (int byte = 0; byte < 256; byte++) {
                char text[16];
                memset(text, '7', sizeof text);
                text[at] = (char)byte;
                int64_t value;
                assert_int_equal(digits_quick((Str){ text, (uint64_t)len }, &value), byte >= '0' && byte <= '9');
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_length_has_its_number),
        cmocka_unit_test(any_other_byte_at_any_place_is_refused),
    };
    if (!processor_can())
        return 0;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
