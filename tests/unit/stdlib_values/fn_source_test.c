/* fn_source_test.c -- what METADATA columns say: of a file, and of rows that stand in none. */
#include "stdlib/fn_prototypes.h"

#include "tests/unit/stdlib_values/fn_check.h"

static void rows_of_no_file_say_so(void **state)
{
    (void)state;
    static const FnCase CASES[] = {
        { "SOURCE_PATH", "", "STRING -" },
        { "SOURCE_NAME", "", "STRING -" },
        { "SOURCE_SIZE", "", "BIGINT 0" },
        { "SOURCE_TIME", "", "TIMESTAMP_LTZ 1970-01-01 00:00:00.000000" },
    };
    fn_check(CASES, sizeof CASES / sizeof CASES[0], NULL);
}

static void the_file_at_hand_answers(void **state)
{
    (void)state;
    FnSource file = { STR("/data/day.ndjson"), STR("day.ndjson"), 42, 1000 };
    FnCtx ctx = { .source = &file };
    assert_true(str_equal(fn_source_path(&ctx), STR("/data/day.ndjson")));
    assert_true(str_equal(fn_source_name(&ctx), STR("day.ndjson")));
    assert_int_equal(fn_source_size(&ctx), 42);
    assert_int_equal(fn_source_time(&ctx), 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_no_file_say_so),
        cmocka_unit_test(the_file_at_hand_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
