/* text_functions_test.c -- the text, pattern, JSON, hash and collection functions answer as their tables say.
 *
 * Most of the tables were asked of Flink 2.0; lines where we differ on purpose say so. */
#include "tests/unit/stdlib_text/golden_calls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void string_functions_answer_as_their_table(void **state)
{
    (void)state;
    assert_in_range(golden_run("tests/unit/stdlib_text/golden/strings.txt"), 100, 1000);
}

static void pattern_functions_answer_as_their_table(void **state)
{
    (void)state;
    assert_in_range(golden_run("tests/unit/stdlib_text/golden/patterns.txt"), 100, 1000);
}

static void json_functions_answer_as_their_table(void **state)
{
    (void)state;
    assert_in_range(golden_run("tests/unit/stdlib_text/golden/json.txt"), 100, 1000);
}

static void hash_functions_answer_as_their_table(void **state)
{
    (void)state;
    assert_in_range(golden_run("tests/unit/stdlib_text/golden/hash.txt"), 15, 1000);
}

static void collection_functions_answer_as_their_table(void **state)
{
    (void)state;
    assert_in_range(golden_run("tests/unit/stdlib_text/golden/collections.txt"), 50, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(string_functions_answer_as_their_table),
        cmocka_unit_test(pattern_functions_answer_as_their_table),
        cmocka_unit_test(json_functions_answer_as_their_table),
        cmocka_unit_test(hash_functions_answer_as_their_table),
        cmocka_unit_test(collection_functions_answer_as_their_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
