/* fn_arith_test.c -- arithmetic and numeric functions, against Flink's answers */
#include "tests/unit/stdlib_values/fn_check.h"

static void integers_wrap(void **state)
{
    (void)state;
    static const FnCase CASES[] = {
        { "+", "INT 2147483647 | INT 1", "INT -2147483648" },
        { "+", "TINYINT 127 | TINYINT 1", "TINYINT -128" },
        { "+", "SMALLINT 32767 | SMALLINT 1", "SMALLINT -32768" },
        { "+", "BIGINT 9223372036854775807 | BIGINT 1", "BIGINT -9223372036854775808" },
        { "-", "INT -2147483648 | INT 1", "INT 2147483647" },
        { "-", "TINYINT -128 | TINYINT 1", "TINYINT 127" },
        { "*", "INT 2147483647 | INT 2", "INT -2" },
        { "*", "SMALLINT 300 | SMALLINT 300", "SMALLINT 24464" },
        { "*", "BIGINT 9223372036854775807 | BIGINT 3", "BIGINT 9223372036854775805" },
        { "-", "INT -2147483648", "INT -2147483648" },
        { "-", "BIGINT 5", "BIGINT -5" },
        { "ABS", "INT -2147483648", "INT -2147483648" },
        { "ABS", "TINYINT -5", "TINYINT 5" },
        { "SIGN", "BIGINT -7", "BIGINT -1" },
        { "CEIL", "INT 5", "INT 5" },
        { "FLOOR", "SMALLINT 5", "SMALLINT 5" },
        { "CEILING", "BIGINT 5", "BIGINT 5" },
    };
    fn_check(CASES, COUNT(CASES), NULL);
}

static void division_by_zero_fails_for_integers_and_decimals(void **state)
{
    (void)state;
    static const FnCase CASES[] = {
        { "/", "INT 7 | INT 2", "INT 3" },
        { "/", "INT -7 | INT 2", "INT -3" },
        { "/", "INT -2147483648 | INT -1", "INT -2147483648" },
        { "/", "TINYINT -128 | TINYINT -1", "TINYINT -128" },
        { "%", "INT -7 | INT 3", "INT -1" },
        { "%", "INT 7 | INT -3", "INT 1" },
        { "%", "BIGINT -9223372036854775808 | BIGINT -1", "BIGINT 0" },
        { "MOD", "SMALLINT 7 | SMALLINT 4", "SMALLINT 3" },
        { "/", "INT 7 | INT 0", "INT !601" },
        { "/", "BIGINT 7 | BIGINT 0", "BIGINT !601" },
        { "MOD", "INT 7 | INT 0", "INT !601" },
        { "%", "DECIMAL 7 | DECIMAL 0", "DECIMAL !601" },
        { "/", "DECIMAL 7 | DECIMAL 0 | INT 6 | INT 38", "DECIMAL !601" },
        { "/", "DOUBLE 1 | DOUBLE 0", "DOUBLE Infinity" },
        { "/", "FLOAT -1 | FLOAT 0", "FLOAT -Infinity" },
        { "/", "DOUBLE 0 | DOUBLE 0", "DOUBLE NaN" },
        { "%", "DOUBLE -7.5 | DOUBLE 2", "DOUBLE -1.5" },
        { "%", "DOUBLE 1 | DOUBLE 0", "DOUBLE NaN" },
    };
    fn_check(CASES, COUNT(CASES), NULL);
}

static void floating_point_is_ieee(void **state)
{
    (void)state;
    static const FnCase CASES[] = {
        { "+", "DOUBLE 0.1 | DOUBLE 0.2", "DOUBLE 0.30000000000000004" },
        { "+", "FLOAT 0.1 | FLOAT 0.2", "FLOAT 0.3" },
        { "-", "DOUBLE 1 | DOUBLE 0.9", "DOUBLE 0.09999999999999998" },
        { "*", "DOUBLE 1e308 | DOUBLE 10", "DOUBLE Infinity" },
        { "-", "DOUBLE 0", "DOUBLE -0.0" },
        { "ABS", "DOUBLE -0.0", "DOUBLE 0.0" },
        { "ABS", "FLOAT -1.5", "FLOAT 1.5" },
        { "SIGN", "DOUBLE -2.5", "DOUBLE -1.0" },
        { "SIGN", "DOUBLE NaN", "DOUBLE NaN" },
        { "SIGN", "FLOAT 3", "FLOAT 1.0" },
        { "CEIL", "DOUBLE -1.25", "DOUBLE -1.0" },
        { "FLOOR", "DOUBLE -1.25", "DOUBLE -2.0" },
        { "CEIL", "FLOAT 1.25", "FLOAT 2.0" },
        { "FLOOR", "FLOAT 1.75", "FLOAT 1.0" },
    };
    fn_check(CASES, COUNT(CASES), NULL);
}

static void decimals_are_null_beyond_their_precision(void **state)
{
    (void)state;
    static const FnCase CASES[] = {
        { "+", "DECIMAL 123 | DECIMAL 877 | INT 0 | INT 0", "DECIMAL 1000" },
        { "+", "DECIMAL 99999999999999999999999999999999999999 | DECIMAL 1 | INT 0 | INT 0", "DECIMAL NULL" },
        { "-", "DECIMAL -99999999999999999999999999999999999999 | DECIMAL 1 | INT 0 | INT 0", "DECIMAL NULL" },
        { "-",
          "DECIMAL 99999999999999999999999999999999999999 | "
          "DECIMAL 99999999999999999999999999999999999999 | INT 0 | INT 0",
          "DECIMAL 0" },
        { "*", "DECIMAL 908 | DECIMAL 1 | INT 0 | INT 24", "DECIMAL 908" },
        { "*", "DECIMAL 9999 | DECIMAL 9999 | INT 0 | INT 9", "DECIMAL 99980001" },
        { "*", "DECIMAL 9999 | DECIMAL 9999 | INT 0 | INT 7", "DECIMAL NULL" },
        { "*", "DECIMAL 15 | DECIMAL -15 | INT 1 | INT 38", "DECIMAL -23" },
        { "*",
          "DECIMAL 99999999999999999999999999999999999999 | "
          "DECIMAL 99999999999999999999999999999999999999 | INT 38 | INT 38",
          "DECIMAL 99999999999999999999999999999999999998" },
        { "*", "DECIMAL 99999999999999999999999999999999999999 | DECIMAL 2 | INT 0 | INT 38", "DECIMAL NULL" },
        { "/", "DECIMAL 100 | DECIMAL 300 | INT 13 | INT 23", "DECIMAL 3333333333333" },
        { "/", "DECIMAL 5 | DECIMAL 30 | INT 7 | INT 17", "DECIMAL 1666667" },
        { "/", "DECIMAL -2 | DECIMAL 3 | INT 0 | INT 38", "DECIMAL -1" },
        { "/", "DECIMAL 99999999999999999999999999999999999999 | DECIMAL 1 | INT 1 | INT 38", "DECIMAL NULL" },
        { "+", "DECIMAL 5 | DECIMAL 25 | INT 1 | INT 0", "DECIMAL 75" },
        { "+", "DECIMAL 25 | DECIMAL 5 | INT -1 | INT 0", "DECIMAL 75" },
        { "-", "DECIMAL 255 | DECIMAL 5 | INT 8 | INT 1", "DECIMAL 2550000000" },
        { "+", "DECIMAL -255 | DECIMAL 5 | INT 8 | INT 1", "DECIMAL -2550000000" },
        { "+", "DECIMAL 99999999999999999999999999999999999999 | DECIMAL 9999999999 | INT -8 | INT 1",
          "DECIMAL 10000000000000000000099999999990000000" },
        { "-", "DECIMAL 99999999999999999999999999999999999999 | DECIMAL -1 | INT 0 | INT 1",
          "DECIMAL 10000000000000000000000000000000000000" },
        { "+", "DECIMAL 99999999999999999999999999999999999999 | DECIMAL 1 | INT 20 | INT 14", "DECIMAL NULL" },
        { "%", "DECIMAL 500 | DECIMAL 300", "DECIMAL 200" },
        { "%", "DECIMAL -75 | DECIMAL 20", "DECIMAL -15" },
        { "MOD", "DECIMAL 12345678901234567890123 | DECIMAL 1000", "DECIMAL 123" },
        { "%", "DECIMAL 5 | DECIMAL -1", "DECIMAL 0" },
        { "-", "DECIMAL 5", "DECIMAL -5" },
        { "ABS", "DECIMAL -99999999999999999999999999999999999999", "DECIMAL 99999999999999999999999999999999999999" },
        { "SIGN", "DECIMAL -525 | INT 2", "DECIMAL -100" },
        { "SIGN", "DECIMAL 0 | INT 2", "DECIMAL 0" },
        { "CEIL", "DECIMAL 125 | INT 2", "DECIMAL 2" },
        { "CEIL", "DECIMAL -125 | INT 2", "DECIMAL -1" },
        { "CEIL", "DECIMAL 200 | INT 2", "DECIMAL 2" },
        { "FLOOR", "DECIMAL 125 | INT 2", "DECIMAL 1" },
        { "FLOOR", "DECIMAL -125 | INT 2", "DECIMAL -2" },
    };
    fn_check(CASES, COUNT(CASES), NULL);
}

static void rounding_is_half_away_from_zero(void **state)
{
    (void)state;
    static const FnCase CASES[] = {
        { "ROUND", "INT 1234 | INT -2", "INT 1200" },
        { "ROUND", "INT 1250 | INT -2", "INT 1300" },
        { "ROUND", "INT -1250 | INT -2", "INT -1300" },
        { "ROUND", "TINYINT 127 | INT -1", "TINYINT -126" },
        { "ROUND", "INT 1234 | INT 5", "INT 1234" },
        { "ROUND", "INT 5 | INT -1", "INT 10" },
        { "ROUND", "INT 4 | INT -1", "INT 0" },
        { "ROUND", "BIGINT 5 | INT -30", "BIGINT 0" },
        { "ROUND", "BIGINT 5", "BIGINT 5" },
        { "TRUNCATE", "INT 1299 | INT -2", "INT 1200" },
        { "TRUNCATE", "SMALLINT 5", "SMALLINT 5" },
        { "ROUND", "DOUBLE 1.005 | INT 2", "DOUBLE 1.01" },
        { "ROUND", "DOUBLE 2.5", "DOUBLE 3.0" },
        { "ROUND", "DOUBLE -2.5", "DOUBLE -3.0" },
        { "ROUND", "DOUBLE 123.456 | INT -1", "DOUBLE 120.0" },
        { "ROUND", "DOUBLE 1e300 | INT 2", "DOUBLE 1.0E300" },
        { "ROUND", "DOUBLE 0.4", "DOUBLE 0.0" },
        { "ROUND", "DOUBLE 5 | INT -1", "DOUBLE 10.0" },
        { "ROUND", "DOUBLE 9.99 | INT 1", "DOUBLE 10.0" },
        { "ROUND", "DOUBLE NaN | INT 1", "DOUBLE NaN" },
        { "ROUND", "FLOAT 1.55 | INT 1", "FLOAT 1.5" },
        { "TRUNCATE", "FLOAT 42.345 | INT 2", "FLOAT 42.34" },
        { "TRUNCATE", "FLOAT 42.9", "FLOAT 42.0" },
        { "ROUND", "FLOAT 42.5", "FLOAT 43.0" },
        { "TRUNCATE", "DOUBLE -1.259 | INT 2", "DOUBLE -1.25" },
        { "TRUNCATE", "DOUBLE 1.999 | INT 2", "DOUBLE 1.99" },
        { "TRUNCATE", "DOUBLE 9.9", "DOUBLE 9.0" },
        { "ROUND", "DECIMAL 1255 | INT 2 | INT 3 | INT 2", "DECIMAL 126" },
        { "ROUND", "DECIMAL 1255 | INT 3 | INT 0", "DECIMAL 1" },
        { "ROUND", "DECIMAL 1255 | INT -1 | INT 1 | INT 0", "DECIMAL 130" },
        { "ROUND", "DECIMAL 1255 | INT 5 | INT 1 | INT 1", "DECIMAL 1255" },
        { "ROUND", "DECIMAL 999 | INT 1 | INT 2 | INT 1", "DECIMAL 100" },
        { "ROUND", "DECIMAL 99999999999999999999999999999999999999 | INT -1 | INT 0 | INT 0", "DECIMAL NULL" },
        { "ROUND", "DECIMAL 5 | INT -1000 | INT 0 | INT 0", "DECIMAL 0" },
        { "TRUNCATE", "DECIMAL 1259 | INT 2 | INT 3 | INT 2", "DECIMAL 125" },
        { "TRUNCATE", "DECIMAL -42999 | INT 3 | INT 0", "DECIMAL -42" },
    };
    fn_check(CASES, COUNT(CASES), NULL);
}

static void mathematics_answers_as_the_double_functions_of_java(void **state)
{
    (void)state;
    static const FnCase CASES[] = {
        { "POWER", "DOUBLE 2 | DOUBLE 10", "DOUBLE 1024.0" },
        { "SQRT", "DOUBLE -1", "DOUBLE NaN" },
        { "SQRT", "DOUBLE 2", "DOUBLE 1.4142135623730951" },
        { "EXP", "DOUBLE 1", "DOUBLE 2.718281828459045" },
        { "LN", "DOUBLE 0", "DOUBLE -Infinity" },
        { "LN", "DOUBLE -1", "DOUBLE NaN" },
        { "LOG", "DOUBLE 2.718281828459045", "DOUBLE 1.0" },
        { "LOG", "DOUBLE 2 | DOUBLE 8", "DOUBLE 3.0" },
        { "LOG", "DOUBLE 1 | DOUBLE 10", "DOUBLE Infinity" },
        { "LOG2", "DOUBLE 8", "DOUBLE 3.0" },
        { "LOG10", "DOUBLE 100", "DOUBLE 2.0" },
        { "COT", "DOUBLE 1", "DOUBLE 0.6420926159343306" },
        { "COT", "DOUBLE 0", "DOUBLE Infinity" },
        { "DEGREES", "DOUBLE 1.5", "DOUBLE 85.94366926962348" },
        { "RADIANS", "DOUBLE 90", "DOUBLE 1.5707963267948966" },
        { "PI", "", "DOUBLE 3.141592653589793" },
        { "E", "", "DOUBLE 2.718281828459045" },
        { "ATAN2", "DOUBLE 1 | DOUBLE 2", "DOUBLE 0.4636476090008061" },
        { "TANH", "DOUBLE 1", "DOUBLE 0.7615941559557649" },
        { "SIN", "DOUBLE 0", "DOUBLE 0.0" },
        { "COS", "DOUBLE 0", "DOUBLE 1.0" },
        { "TAN", "DOUBLE 0", "DOUBLE 0.0" },
        { "ASIN", "DOUBLE 2", "DOUBLE NaN" },
        { "ACOS", "DOUBLE 1", "DOUBLE 0.0" },
        { "ATAN", "DOUBLE 0", "DOUBLE 0.0" },
        { "SINH", "DOUBLE 0", "DOUBLE 0.0" },
        { "COSH", "DOUBLE 0", "DOUBLE 1.0" },
    };
    fn_check(CASES, COUNT(CASES), NULL);
}

static void digits_in_other_bases(void **state)
{
    (void)state;
    static const FnCase CASES[] = {
        { "BIN", "BIGINT 4", "STRING 100" },
        { "BIN", "BIGINT 0", "STRING 0" },
        { "BIN", "BIGINT -1", "STRING 11111111111111111111111111111111"
                         "11111111111111111111111111111111" },
        { "HEX", "BIGINT 255", "STRING FF" },
        { "HEX", "BIGINT -1", "STRING FFFFFFFFFFFFFFFF" },
        { "HEX", "BIGINT 0", "STRING 0" },
        { "HEX", "STRING abc", "STRING 616263" },
        { "HEX", "STRING", "STRING" },
        { "UNHEX", "STRING 616263", "BYTES 616263" },
        { "UNHEX", "STRING 12z", "BYTES NULL" },
        { "UNHEX", "STRING 123", "BYTES 0023" },
        { "UNHEX", "STRING", "BYTES" },
        { "UNHEX", "STRING aF", "BYTES af" },
    };
    fn_check(CASES, COUNT(CASES), NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_wrap),
        cmocka_unit_test(division_by_zero_fails_for_integers_and_decimals),
        cmocka_unit_test(floating_point_is_ieee),
        cmocka_unit_test(decimals_are_null_beyond_their_precision),
        cmocka_unit_test(rounding_is_half_away_from_zero),
        cmocka_unit_test(mathematics_answers_as_the_double_functions_of_java),
        cmocka_unit_test(digits_in_other_bases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
