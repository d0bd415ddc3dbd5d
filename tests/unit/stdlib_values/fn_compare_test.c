/* fn_compare_test.c -- comparisons, GREATEST, LEAST */
#include "tests/unit/stdlib_values/fn_check.h"

static void values_compare_within_their_type(void **state)
{
    (void)state;
    static const FnCase CASES[] = {
        { "=", "BOOLEAN TRUE | BOOLEAN TRUE", "BOOLEAN TRUE" },
        { ">", "BOOLEAN TRUE | BOOLEAN FALSE", "BOOLEAN TRUE" },
        { "<", "TINYINT -1 | TINYINT 1", "BOOLEAN TRUE" },
        { "<>", "SMALLINT 1 | SMALLINT 1", "BOOLEAN FALSE" },
        { "<=", "INT 1 | INT 1", "BOOLEAN TRUE" },
        { ">=", "BIGINT 1 | BIGINT 2", "BOOLEAN FALSE" },
        { "=", "DOUBLE NaN | DOUBLE NaN", "BOOLEAN FALSE" },
        { "<>", "DOUBLE NaN | DOUBLE 1", "BOOLEAN TRUE" },
        { ">", "FLOAT NaN | FLOAT 1", "BOOLEAN FALSE" },
        { "=", "DOUBLE -0.0 | DOUBLE 0", "BOOLEAN TRUE" },
        { "<", "DECIMAL -12345678901234567890123 | DECIMAL 1", "BOOLEAN TRUE" },
        { "=", "DECIMAL 5 | DECIMAL 5", "BOOLEAN TRUE" },
        { "=", "STRING a | STRING a", "BOOLEAN TRUE" },
        { "=", "STRING a | STRING a ", "BOOLEAN FALSE" },
        { "<", "STRING a | STRING B", "BOOLEAN FALSE" },
        { "<", "STRING a | STRING ab", "BOOLEAN TRUE" },
        { "<", "STRING | STRING a", "BOOLEAN TRUE" },
        { "<=", "STRING é | STRING z", "BOOLEAN FALSE" },
        { "<>", "STRING a | STRING b", "BOOLEAN TRUE" },
        { ">=", "STRING b | STRING a", "BOOLEAN TRUE" },
        { ">", "STRING b | STRING b", "BOOLEAN FALSE" },
        { "<", "BYTES 61 | BYTES 6161", "BOOLEAN TRUE" },
        { "<", "BYTES 7f | BYTES 80", "BOOLEAN TRUE" },
        { "<", "DATE 2020-01-01 | DATE 2020-01-02", "BOOLEAN TRUE" },
        { "=", "TIME 12:00 | TIME 12:00:00", "BOOLEAN TRUE" },
        { ">", "TIMESTAMP 2020-01-01 00:00:00.1 | TIMESTAMP 2020-01-01", "BOOLEAN TRUE" },
        { "=", "TIMESTAMP_LTZ 2020-01-01 | TIMESTAMP_LTZ 2020-01-01", "BOOLEAN TRUE" },
        { "<", "TIMESTAMP9 2020-01-01 00:00:00.000000001 | TIMESTAMP9 2020-01-01 00:00:00.000000002", "BOOLEAN TRUE" },
        { "=", "TIMESTAMP_LTZ9 2020-01-01 | TIMESTAMP_LTZ9 2020-01-01 00:00:00.000000001", "BOOLEAN FALSE" },
        { "<", "TIMESTAMP9 1969-12-31 23:59:59.999999999 | TIMESTAMP9 1970-01-01", "BOOLEAN TRUE" },
        { "<", "INTERVAL_MONTH 1 | INTERVAL_MONTH 2", "BOOLEAN TRUE" },
        { ">=", "INTERVAL_SECOND 5 | INTERVAL_SECOND 5", "BOOLEAN TRUE" },
    };
    fn_check(CASES, COUNT(CASES), NULL);
}

static void distinct_never_answers_null(void **state)
{
    (void)state;
    static const FnCase CASES[] = {
        { "IS DISTINCT FROM", "INT NULL | INT NULL", "BOOLEAN FALSE" },
        { "IS DISTINCT FROM", "INT NULL | INT 1", "BOOLEAN TRUE" },
        { "IS DISTINCT FROM", "INT 1 | INT 1", "BOOLEAN FALSE" },
        { "IS NOT DISTINCT FROM", "STRING a | STRING a", "BOOLEAN TRUE" },
        { "IS NOT DISTINCT FROM", "STRING a | STRING NULL", "BOOLEAN FALSE" },
        { "IS NOT DISTINCT FROM", "STRING NULL | STRING NULL", "BOOLEAN TRUE" },
        { "IS NOT DISTINCT FROM", "DOUBLE NaN | DOUBLE NaN", "BOOLEAN FALSE" },
        { "IS DISTINCT FROM", "DECIMAL 1 | DECIMAL 2", "BOOLEAN TRUE" },
    };
    fn_check(CASES, COUNT(CASES), NULL);
}

static void greatest_and_least_are_null_with_a_null(void **state)
{
    (void)state;
    static const FnCase CASES[] = {
        { "GREATEST", "INT 1 | INT 3 | INT 2", "INT 3" },
        { "GREATEST", "INT 1 | INT NULL | INT 2", "INT NULL" },
        { "GREATEST", "INT NULL | INT 1", "INT NULL" },
        { "GREATEST", "STRING a | STRING b", "STRING b" },
        { "LEAST", "DECIMAL 10 | DECIMAL 25", "DECIMAL 10" },
        { "LEAST", "DOUBLE 2 | DOUBLE 1.5", "DOUBLE 1.5" },
        { "LEAST", "TIMESTAMP 2020-01-01 00:00:00.5 | TIMESTAMP 2020-01-01", "TIMESTAMP 2020-01-01 00:00:00.000000" },
        { "GREATEST",
          "TIMESTAMP9 2020-01-01 00:00:00.000000001 | TIMESTAMP9 2020-01-01",
          "TIMESTAMP9 2020-01-01 00:00:00.000000001" },
        { "LEAST", "BOOLEAN TRUE | BOOLEAN FALSE", "BOOLEAN FALSE" },
        { "LEAST", "DATE 2020-01-02", "DATE 2020-01-02" },
    };
    fn_check(CASES, COUNT(CASES), NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_compare_within_their_type),
        cmocka_unit_test(distinct_never_answers_null),
        cmocka_unit_test(greatest_and_least_are_null_with_a_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
