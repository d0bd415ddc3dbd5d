/* fn_cast_test.c -- casts, against Flink's answers */
#include "tests/unit/stdlib_values/fn_check.h"

static void numbers_wrap_saturate_and_cut_as_in_java(void **state)
{
    (void)state;
    static const FnCase CASES[] = {
        { "CAST", "INT 300", "TINYINT 44" },
        { "CAST", "BIGINT 4294967297", "INT 1" },
        { "CAST", "BIGINT 70000", "SMALLINT 4464" },
        { "CAST", "TINYINT -1", "BIGINT -1" },
        { "CAST", "INT 5", "DOUBLE 5.0" },
        { "CAST", "BIGINT 9223372036854775807", "FLOAT 9.223372E18" },
        { "CAST", "DOUBLE NaN", "INT 0" },
        { "CAST", "DOUBLE 3e9", "INT 2147483647" },
        { "CAST", "DOUBLE -3e9", "INT -2147483648" },
        { "CAST", "DOUBLE 1e30", "BIGINT 9223372036854775807" },
        { "CAST", "DOUBLE -1e30", "BIGINT -9223372036854775808" },
        { "CAST", "DOUBLE 1e30", "SMALLINT -1" },
        { "CAST", "DOUBLE 1e30", "TINYINT -1" },
        { "CAST", "DOUBLE 70000.9", "SMALLINT 4464" },
        { "CAST", "FLOAT -70000.9", "TINYINT -112" },
        { "CAST", "DOUBLE -1.9", "INT -1" },
        { "CAST", "FLOAT 1.9", "BIGINT 1" },
        { "CAST", "FLOAT 0.1", "DOUBLE 0.10000000149011612" },
        { "CAST", "DOUBLE 1e300", "FLOAT Infinity" },
        { "CAST", "DOUBLE 99999999999.5", "FLOAT 1.0E11" },
    };
    fn_check(CASES, COUNT(CASES), NULL);
}

static void booleans_are_one_and_zero(void **state)
{
    (void)state;
    static const FnCase CASES[] = {
        { "CAST", "BOOLEAN TRUE", "INT 1" },
        { "CAST", "BOOLEAN FALSE", "DOUBLE 0.0" },
        { "CAST", "BOOLEAN TRUE | INT 5 | INT 2", "DECIMAL 100" },
        { "CAST", "INT 2", "BOOLEAN TRUE" },
        { "CAST", "DOUBLE 0.5", "BOOLEAN TRUE" },
        { "CAST", "DECIMAL 5 | INT 1", "BOOLEAN TRUE" },
        { "CAST", "DECIMAL 0 | INT 1", "BOOLEAN FALSE" },
        { "CAST", "BOOLEAN TRUE", "STRING TRUE" },
        { "CAST", "BOOLEAN FALSE", "STRING FALSE" },
        { "CAST", "STRING true", "BOOLEAN TRUE" },
        { "CAST", "STRING T", "BOOLEAN TRUE" },
        { "CAST", "STRING yes", "BOOLEAN TRUE" },
        { "CAST", "STRING 1", "BOOLEAN TRUE" },
        { "CAST", "STRING 0", "BOOLEAN FALSE" },
        { "CAST", "STRING n", "BOOLEAN FALSE" },
        { "CAST", "STRING  true ", "BOOLEAN !602" },
        { "CAST", "STRING x", "BOOLEAN !602" },
        { "CAST", "STRING", "BOOLEAN !602" },
    };
    fn_check(CASES, COUNT(CASES), NULL);
}

static void text_becomes_numbers_as_in_flink(void **state)
{
    (void)state;
    static const FnCase CASES[] = {
        { "CAST", "STRING  12 ", "INT 12" },
        { "CAST", "STRING +5", "INT 5" },
        { "CAST", "STRING -1.9", "INT -1" },
        { "CAST", "STRING .5", "INT 0" },
        { "CAST", "STRING 5.", "INT 5" },
        { "CAST", "STRING 1.234", "INT 1" },
        { "CAST", "STRING 1e3", "INT !602" },
        { "CAST", "STRING", "INT !602" },
        { "CAST", "STRING 5.x", "INT !602" },
        { "CAST", "STRING - 1", "INT !602" },
        { "CAST", "STRING +", "INT !602" },
        { "CAST", "STRING 1_000", "INT !602" },
        { "CAST", "STRING ９", "INT !602" },
        { "CAST", "STRING 128", "TINYINT !603" },
        { "CAST", "STRING -128", "TINYINT -128" },
        { "CAST", "STRING 32768", "SMALLINT !603" },
        { "CAST", "STRING 99999999999", "INT !603" },
        { "CAST", "STRING 99999999999", "BIGINT 99999999999" },
        { "CAST", "STRING 9223372036854775808", "BIGINT !603" },
        { "CAST", "STRING  1.5 ", "DOUBLE 1.5" },
        { "CAST", "STRING 1.5d", "DOUBLE 1.5" },
        { "CAST", "STRING NaN", "DOUBLE NaN" },
        { "CAST", "STRING -Infinity", "DOUBLE -Infinity" },
        { "CAST", "STRING 1e400", "DOUBLE Infinity" },
        { "CAST", "STRING nan", "DOUBLE !602" },
        { "CAST", "STRING inf", "DOUBLE !602" },
        { "CAST", "STRING", "DOUBLE !602" },
        { "CAST", "STRING 1.5f", "FLOAT 1.5" },
        { "CAST", "STRING 1e40", "FLOAT Infinity" },
        { "CAST", "STRING x", "FLOAT !602" },
        { "CAST", "STRING  1.5e3  | INT 10 | INT 2", "DECIMAL 150000" },
        { "CAST", "STRING 1.005 | INT 10 | INT 2", "DECIMAL 101" },
        { "CAST", "STRING -1.005 | INT 10 | INT 2", "DECIMAL -101" },
        { "CAST", "STRING abc | INT 10 | INT 2", "DECIMAL !602" },
        { "CAST", "STRING 99999999999 | INT 10 | INT 2", "DECIMAL !603" },
    };
    fn_check(CASES, COUNT(CASES), NULL);
}

static void decimals_round_and_are_null_where_they_do_not_fit(void **state)
{
    (void)state;
    static const FnCase CASES[] = {
        { "CAST", "DECIMAL 12345678 | INT 3", "INT 12345" },
        { "CAST", "DECIMAL -12345678 | INT 3", "INT -12345" },
        { "CAST", "DECIMAL 123456789019 | INT 1", "INT -539222987" },
        { "CAST", "DECIMAL 123456789019 | INT 1", "TINYINT 53" },
        { "CAST", "DECIMAL 123456789019 | INT 1", "SMALLINT 7221" },
        { "CAST", "DECIMAL 99999999999999999999 | INT 0", "BIGINT 7766279631452241919" },
        { "CAST", "DECIMAL 99999999999999999999 | INT 0", "INT 1661992959" },
        { "CAST", "DECIMAL 15 | INT 1", "DOUBLE 1.5" },
        { "CAST", "DECIMAL 1234567890123456789 | INT 19", "DOUBLE 0.12345678901234568" },
        { "CAST", "DECIMAL 15 | INT 1", "FLOAT 1.5" },
        { "CAST", "DECIMAL 125 | INT 2 | INT 10 | INT 1", "DECIMAL 13" },
        { "CAST", "DECIMAL -125 | INT 2 | INT 10 | INT 1", "DECIMAL -13" },
        { "CAST", "DECIMAL 123 | INT 0 | INT 2 | INT 0", "DECIMAL NULL" },
        { "CAST", "DECIMAL 5 | INT 0 | INT 10 | INT 3", "DECIMAL 5000" },
        { "CAST", "INT 123 | INT 2 | INT 0", "DECIMAL NULL" },
        { "DEC_WIDEN", "BIGINT -5", "DECIMAL -5" },
        { "DEC_NARROW", "DECIMAL -999999999999999999", "BIGINT -999999999999999999" },
        { "CAST", "INT 123 | INT 5 | INT 2", "DECIMAL 12300" },
        { "CAST", "TINYINT -5 | INT 5 | INT 2", "DECIMAL -500" },
        { "CAST", "BIGINT 9223372036854775807 | INT 38 | INT 19", "DECIMAL 92233720368547758070000000000000000000" },
        { "CAST", "DOUBLE 1.005 | INT 10 | INT 2", "DECIMAL 101" },
        { "CAST", "DOUBLE 0.125 | INT 10 | INT 2", "DECIMAL 13" },
        { "CAST", "DOUBLE 0.1 | INT 20 | INT 18", "DECIMAL 100000000000000000" },
        { "CAST", "FLOAT 0.1 | INT 20 | INT 18", "DECIMAL 100000001490116120" },
        { "CAST", "DOUBLE 1e30 | INT 10 | INT 2", "DECIMAL NULL" },
        { "CAST", "DOUBLE NaN | INT 10 | INT 2", "DECIMAL !603" },
    };
    fn_check(CASES, COUNT(CASES), NULL);
}

static void numbers_print_as_in_flink(void **state)
{
    (void)state;
    static const FnCase CASES[] = {
        { "CAST", "TINYINT -128", "STRING -128" },
        { "CAST", "SMALLINT 5", "STRING 5" },
        { "CAST", "INT 0", "STRING 0" },
        { "CAST", "BIGINT -9223372036854775808", "STRING -9223372036854775808" },
        { "CAST", "DECIMAL 120 | INT 2", "STRING 1.20" },
        { "CAST", "DECIMAL 1 | INT 8", "STRING 0.00000001" },
        { "CAST", "DECIMAL -5 | INT 0", "STRING -5" },
        { "CAST", "DOUBLE 1e7", "STRING 1.0E7" },
        { "CAST", "DOUBLE 0.0001", "STRING 1.0E-4" },
        { "CAST", "DOUBLE 0.001", "STRING 0.001" },
        { "CAST", "FLOAT 123456.789", "STRING 123456.79" },
        { "CAST", "FLOAT 1e10", "STRING 1.0E10" },
        { "CAST", "DOUBLE -Infinity", "STRING -Infinity" },
        { "CAST", "DOUBLE NaN", "STRING NaN" },
    };
    fn_check(CASES, COUNT(CASES), NULL);
}

static void bytes_and_text_exchange_their_bytes(void **state)
{
    (void)state;
    static const FnCase CASES[] = {
        { "CAST", "BYTES 616263", "STRING abc" },
        { "CAST", "BYTES ff61", "STRING �a" },
        { "CAST", "STRING abc", "BYTES 616263" },
        { "CAST", "BYTES f09f9880", "STRING 😀" },
        { "CAST_LENGTH", "STRING abc | INT 5 | BOOLEAN TRUE", "STRING abc  " },
        { "CAST_LENGTH", "STRING abc | INT 2 | BOOLEAN FALSE", "STRING ab" },
        { "CAST_LENGTH", "STRING abc | INT 2 | BOOLEAN TRUE", "STRING ab" },
        { "CAST_LENGTH", "STRING äöü | INT 2 | BOOLEAN FALSE", "STRING äö" },
        { "CAST_LENGTH", "STRING äö | INT 3 | BOOLEAN TRUE", "STRING äö " },
        { "CAST_LENGTH", "STRING abc | INT 2147483647 | BOOLEAN FALSE", "STRING abc" },
        { "CAST_LENGTH", "STRING äöü | INT 3 | BOOLEAN FALSE", "STRING äöü" },
        { "CAST_LENGTH", "BYTES 616263 | INT 2 | BOOLEAN TRUE", "BYTES 6162" },
        { "CAST_LENGTH", "BYTES 616263 | INT 5 | BOOLEAN TRUE", "BYTES 6162630000" },
        { "CAST_LENGTH", "BYTES 616263 | INT 5 | BOOLEAN FALSE", "BYTES 616263" },
    };
    fn_check(CASES, COUNT(CASES), NULL);
}

static void times_become_text_and_back(void **state)
{
    (void)state;
    static const FnCase CASES[] = {
        { "CAST", "DATE 2020-01-01", "STRING 2020-01-01" },
        { "CAST", "TIME 12:34:56.789 | INT 0", "STRING 12:34:56" },
        { "CAST", "TIME 12:34:56.789 | INT 3", "STRING 12:34:56.789" },
        { "CAST", "TIMESTAMP 2020-01-01 12:34:56.1 | INT 3", "STRING 2020-01-01 12:34:56.100" },
        { "CAST", "TIMESTAMP 2020-01-01 12:34:56 | INT 0", "STRING 2020-01-01 12:34:56" },
        { "CAST", "TIMESTAMP 1969-12-31 23:59:58.5 | INT 1", "STRING 1969-12-31 23:59:58.5" },
        { "CAST", "TIMESTAMP9 2020-01-01 12:34:56.123456789 | INT 9", "STRING 2020-01-01 12:34:56.123456789" },
        { "CAST", "TIMESTAMP_LTZ 2020-01-01 12:34:56.1 | INT 3", "STRING 2020-01-01 12:34:56.100" },
        { "CAST", "TIMESTAMP_LTZ9 2020-01-01 12:34:56.1 | INT 7", "STRING 2020-01-01 12:34:56.1000000" },
        { "CAST", "STRING 2020-01-01 12:00:00", "DATE 2020-01-01" },
        { "CAST", "STRING 123", "DATE 0123-01-01" },
        { "CAST", "STRING 2020-02-30", "DATE !602" },
        { "CAST", "STRING 2020-01-01T12:00:00", "DATE !602" },
        { "CAST", "STRING 12:34", "TIME 12:34:00.000" },
        { "CAST", "STRING 123", "TIME 23:00:00.000" },
        { "CAST", "STRING 12:60:00", "TIME 13:00:00.000" },
        { "CAST", "STRING 24:00:00", "TIME !603" },
        { "CAST", "STRING abc", "TIME !602" },
        { "CAST", "STRING 2020-1-1 1:2:3", "TIMESTAMP 2020-01-01 01:02:03.000000" },
        { "CAST", "STRING 2020-02-30 01:02:03", "TIMESTAMP 2020-02-29 01:02:03.000000" },
        { "CAST", "STRING 2020-01-01T01:02:03", "TIMESTAMP !602" },
        { "CAST", "STRING abc", "TIMESTAMP !602" },
        { "CAST", "STRING 10000-01-01 01:02:03", "TIMESTAMP !602" },
        { "CAST", "STRING 2020-01-01 01:02:03.123456789", "TIMESTAMP9 2020-01-01 01:02:03.123456789" },
        { "CAST", "STRING 2020-01-01 01:02:03.123456789", "TIMESTAMP 2020-01-01 01:02:03.123456" },
        { "CAST", "STRING 2020-01-01", "TIMESTAMP_LTZ 2020-01-01 00:00:00.000000" },
        { "CAST", "STRING 2020-01-01", "TIMESTAMP_LTZ9 2020-01-01 00:00:00.000000000" },
        { "CAST", "INTERVAL_SECOND 93784567000", "STRING +1 02:03:04.567" },
        { "CAST", "INTERVAL_SECOND -93784567000", "STRING -1 02:03:04.567" },
        { "CAST", "INTERVAL_MONTH 13", "STRING +1-01" },
        { "CAST", "INTERVAL_MONTH -13", "STRING -1-01" },
    };
    fn_check(CASES, COUNT(CASES), NULL);
}

static void times_convert_into_each_other(void **state)
{
    (void)state;
    static const FnCase CASES[] = {
        { "CAST", "TIMESTAMP 2020-01-01 12:34:56.789", "DATE 2020-01-01" },
        { "CAST", "TIMESTAMP 2020-01-01 12:34:56.789", "TIME 12:34:56.789" },
        { "CAST", "TIMESTAMP 1969-12-31 22:59:58.5", "DATE 1969-12-31" },
        { "CAST", "TIMESTAMP 1969-12-31 22:59:58.5", "TIME 22:59:58.500" },
        { "CAST", "DATE 2020-01-01", "TIMESTAMP 2020-01-01 00:00:00.000000" },
        { "CAST", "DATE 1960-01-01", "TIMESTAMP9 1960-01-01 00:00:00.000000000" },
        { "CAST", "TIME 12:34:56", "TIMESTAMP 1970-01-01 12:34:56.000000" },
        { "CAST", "TIME 12:34:56", "TIMESTAMP_LTZ 1970-01-01 12:34:56.000000" },
        { "CAST", "TIMESTAMP 2020-01-01", "TIMESTAMP_LTZ 2020-01-01 00:00:00.000000" },
        { "CAST", "TIMESTAMP_LTZ 2020-01-01", "TIMESTAMP 2020-01-01 00:00:00.000000" },
        { "CAST", "TIMESTAMP9 2020-01-01 00:00:00.123456789", "TIMESTAMP 2020-01-01 00:00:00.123456" },
        { "CAST", "TIMESTAMP9 2020-01-01 00:00:00.123456789", "TIMESTAMP_LTZ9 2020-01-01 00:00:00.123456789" },
        { "CAST", "TIMESTAMP 2020-01-01", "TIMESTAMP9 2020-01-01 00:00:00.000000000" },
        { "CAST", "TIMESTAMP_LTZ9 2020-01-01 00:00:00.123456789", "DATE 2020-01-01" },
        { "CAST_PRECISION", "TIMESTAMP 2020-01-01 12:34:56.987654 | INT 3", "TIMESTAMP 2020-01-01 12:34:56.987000" },
        { "CAST_PRECISION", "TIMESTAMP 1960-01-01 12:34:56.789 | INT 0", "TIMESTAMP 1960-01-01 12:34:56.000000" },
        { "CAST_PRECISION",
          "TIMESTAMP_LTZ 1969-12-31 22:59:58.567 | INT 1",
          "TIMESTAMP_LTZ 1969-12-31 22:59:58.500000" },
        { "CAST_PRECISION",
          "TIMESTAMP9 2020-01-01 00:00:00.123456789 | INT 7",
          "TIMESTAMP9 2020-01-01 00:00:00.123456700" },
        { "CAST_PRECISION",
          "TIMESTAMP9 2020-01-01 00:00:00.123456789 | INT 6",
          "TIMESTAMP9 2020-01-01 00:00:00.123456000" },
        { "CAST_PRECISION",
          "TIMESTAMP_LTZ9 2020-01-01 00:00:00.123456789 | INT 2",
          "TIMESTAMP_LTZ9 2020-01-01 00:00:00.120000000" },
        { "CAST_PRECISION", "TIME 12:34:56.789 | INT 0", "TIME 12:34:56.000" },
        { "CAST_PRECISION", "TIME 12:34:56.789 | INT 3", "TIME 12:34:56.789" },
    };
    fn_check(CASES, COUNT(CASES), NULL);
}

static void intervals_of_one_unit_are_numbers(void **state)
{
    (void)state;
    static const FnCase CASES[] = {
        { "CAST", "INTERVAL_SECOND 36000000000 | INT HOUR", "BIGINT 10" },
        { "CAST", "INTERVAL_SECOND 10000000 | INT SECOND", "INT 10" },
        { "CAST", "INTERVAL_MONTH 10 | INT MONTH", "INT 10" },
        { "CAST", "INTERVAL_MONTH 24 | INT YEAR", "BIGINT 2" },
        { "CAST", "INTERVAL_SECOND 5400000000 | INT MINUTE | INT 10 | INT 2", "DECIMAL 9000" },
        { "CAST", "INT 5 | INT DAY", "INTERVAL_SECOND 432000000000" },
        { "CAST", "BIGINT 5 | INT MONTH", "INTERVAL_MONTH 5" },
        { "CAST", "TINYINT 2 | INT YEAR", "INTERVAL_MONTH 24" },
    };
    fn_check(CASES, COUNT(CASES), NULL);
}

static void ltz_casts_look_at_the_session_zone(void **state)
{
    (void)state;
    static const FnCase CASES[] = {
        { "CAST", "TIMESTAMP_LTZ 2020-01-01 23:30:00", "DATE 2020-01-02" },
        { "CAST", "TIMESTAMP_LTZ 2020-07-01 23:30:00", "TIME 01:30:00.000" },
        { "CAST", "TIMESTAMP_LTZ 2020-01-01 23:30:00 | INT 0", "STRING 2020-01-02 00:30:00" },
        { "CAST", "TIMESTAMP 2020-07-01 12:00:00", "TIMESTAMP_LTZ 2020-07-01 10:00:00.000000" },
        { "CAST", "STRING 2020-07-01 12:00:00", "TIMESTAMP_LTZ 2020-07-01 10:00:00.000000" },
        { "CAST", "DATE 2020-01-01", "TIMESTAMP_LTZ 2019-12-31 23:00:00.000000" },
        { "CAST", "TIMESTAMP_LTZ 2020-07-01 10:00:00", "TIMESTAMP 2020-07-01 12:00:00.000000" },
        { "CAST", "TIMESTAMP9 2020-07-01 12:00:00.000000001", "TIMESTAMP_LTZ9 2020-07-01 10:00:00.000000001" },
        { "CAST", "TIMESTAMP 2020-03-29 02:30:00", "TIMESTAMP_LTZ 2020-03-29 01:30:00.000000" },
        { "CAST", "TIMESTAMP 2020-10-25 02:30:00", "TIMESTAMP_LTZ 2020-10-25 00:30:00.000000" },
    };
    fn_check(CASES, COUNT(CASES), "Europe/Berlin");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_wrap_saturate_and_cut_as_in_java),
        cmocka_unit_test(booleans_are_one_and_zero),
        cmocka_unit_test(text_becomes_numbers_as_in_flink),
        cmocka_unit_test(decimals_round_and_are_null_where_they_do_not_fit),
        cmocka_unit_test(numbers_print_as_in_flink),
        cmocka_unit_test(bytes_and_text_exchange_their_bytes),
        cmocka_unit_test(times_become_text_and_back),
        cmocka_unit_test(times_convert_into_each_other),
        cmocka_unit_test(intervals_of_one_unit_are_numbers),
        cmocka_unit_test(ltz_casts_look_at_the_session_zone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
