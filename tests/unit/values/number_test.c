/* number_test.c -- golden tables of number parsing and printing. */
#include "runtime/base/number.h"

#include "tests/unit/values/golden.h"

static void integers_parse_up_to_both_ends_of_64_bits(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        ParseStatus status;
        int64_t value;
    } CASES[] = {
        { "0", PARSE_OK, 0 },
        { "-0", PARSE_OK, 0 },
        { "+7", PARSE_OK, 7 },
        { "000000000000000000000000012", PARSE_OK, 12 },
        { "9223372036854775807", PARSE_OK, INT64_MAX },
        { "-9223372036854775808", PARSE_OK, INT64_MIN },
        { "9223372036854775808", PARSE_RANGE, 0 },
        { "-9223372036854775809", PARSE_RANGE, 0 },
        { "99999999999999999999999999999", PARSE_RANGE, 0 },
        { "", PARSE_INVALID, 0 },
        { "+", PARSE_INVALID, 0 },
        { "--1", PARSE_INVALID, 0 },
        { " 1", PARSE_INVALID, 0 },
        { "1 ", PARSE_INVALID, 0 },
        { "1_000", PARSE_INVALID, 0 },
        { "0x10", PARSE_INVALID, 0 },
        { "99999999999999999999999999999x", PARSE_INVALID, 0 },
    };
    for (size_t i = 0; i < COUNT(CASES); i++) {
        int64_t value = 0;
        assert_case(CASES[i].text, int_parse(str_from(CASES[i].text), &value) == CASES[i].status);
        if (CASES[i].status == PARSE_OK)
            assert_case(CASES[i].text, value == CASES[i].value);
    }
    char out[INT_TEXT_MAX];
    assert_text("min", out, int_print(INT64_MIN, out), "-9223372036854775808");
    assert_text("max", out, int_print(INT64_MAX, out), "9223372036854775807");
    assert_text("0", out, int_print(0, out), "0");
}

static void doubles_parse_to_the_nearest_value(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
    } CASES[] = {
        { "0", 0.0 },
        { ".5", 0.5 },
        { "5.", 5.0 },
        { "1e3", 1000.0 },
        { "1E+3", 1000.0 },
        { "-2.5e-3", -0.0025 },
        { "0.1", 0.1 },
        { "123456789012345678", 123456789012345678.0 },
        { "9007199254740993", 9007199254740992.0 },
        { "9007199254740993.00000000000000000001", 9007199254740994.0 },
        { "1.7976931348623157e308", 1.7976931348623157e308 },
        { "4.9e-324", 4.9e-324 },
        { "2.4703282292062327e-324", 0.0 },
        { "2.4703282292062328e-324", 4.9e-324 },
        { "1e-400", 0.0 },
        { "0e999999999", 0.0 },
        { "0.000000000000000000000000000000000000000000000000000001e54", 1.0 },
        { "100000000000000000000000000000000000000000e-41", 1.0 },
        { "1797693134862315807937289714053034150799341327100378269361737789804449682927647509466490179775872070"
          "9633028641669288791094655554785194040263065748867150582068190890200070838367627385484581771153176447"
          "5730270069855571366959622842914819860834936475292719074168444365510704342711559699508093042880177904"
          "174497792", INFINITY },
        { "1797693134862315807937289714053034150799341327100378269361737789804449682927647509466490179775872070"
          "9633028641669288791094655554785194040263065748867150582068190890200070838367627385484581771153176447"
          "5730270069855571366959622842914819860834936475292719074168444365510704342711559699508093042880177904"
          "174497791e0", 1.7976931348623157e308 },
        { "2.2250738585072011e-308", 2.2250738585072011e-308 },
        { "8.5", 8.5 },
        { "3.14159265358979323846264338327950288", 3.141592653589793 },
    };
    for (size_t i = 0; i < COUNT(CASES); i++) {
        double value = -1;
        ParseStatus status = double_parse(str_from(CASES[i].text), &value);
        assert_case(CASES[i].text, status == (isinf(CASES[i].value) ? PARSE_RANGE : PARSE_OK));
        assert_case(CASES[i].text, memcmp(&value, &CASES[i].value, sizeof value) == 0);
    }
    static const char *const INVALID[] = { "",    ".",     "e5", "1e", "1e+", "1.2.3", "NaN",
                                           "inf", "0x1p3", "1d", " 1", "1 ",  "+-1" };
    for (size_t i = 0; i < COUNT(INVALID); i++) {
        double value;
        assert_case(INVALID[i], double_parse(str_from(INVALID[i]), &value) == PARSE_INVALID);
    }
}

static void eight_hundred_digits_still_decide_a_tie(void **state)
{
    (void)state;
    char text[1200];
    memset(text, '0', sizeof text);
    memcpy(text, "9007199254740993.", 17);
    double value;
    assert_int_equal(double_parse((Str){ text, 1100 }, &value), PARSE_OK);
    assert_true(value == 9007199254740992.0);
    text[1099] = '1';
    assert_int_equal(double_parse((Str){ text, 1100 }, &value), PARSE_OK);
    assert_true(value == 9007199254740994.0);
}

static void every_path_of_the_parser_rounds_as_the_c_library(void **state)
{
    (void)state;
    uint64_t seed = 99;
    for (int i = 0; i < 200000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        char text[64];
        uint32_t len = digits_print(seed >> (seed % 61), 0, text);
        len = len > 19 ? 19 : len;
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        snprintf(text + len, 16, "e%d", (int)(seed >> 40) % 50 - 25);
        double value;
        float narrow;
        double_parse(str_from(text), &value);
        float_parse(str_from(text), &narrow);
        assert_case(text, value == strtod(text, NULL));
        assert_case(text, narrow == strtof(text, NULL));
    }
}

static void doubles_print_as_in_java(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } CASES[] = {
        { 0.0, "0.0" },
        { -0.0, "-0.0" },
        { 1.0, "1.0" },
        { -1.5, "-1.5" },
        { 100.0, "100.0" },
        { 0.001, "0.001" },
        { 0.0012, "0.0012" },
        { 0.0001, "1.0E-4" },
        { 0.1, "0.1" },
        { 9999999.0, "9999999.0" },
        { 1e7, "1.0E7" },
        { 12345678.9, "1.23456789E7" },
        { 1234567.891, "1234567.891" },
        { 123.456, "123.456" },
        { 1e21, "1.0E21" },
        { 1e23, "1.0E23" },
        { 2e23, "2.0E23" },
        { 4.9e-324, "4.9E-324" },
        { 9.9e-324, "9.9E-324" },
        { 1.7976931348623157e308, "1.7976931348623157E308" },
        { 0.30000000000000004, "0.30000000000000004" },
        { 1.0 / 3, "0.3333333333333333" },
        { 2.0 / 3, "0.6666666666666666" },
        { 9007199254740992.0, "9.007199254740992E15" },
        { 5e-324 * 3, "1.5E-323" },
        { NAN, "NaN" },
        { INFINITY, "Infinity" },
        { -INFINITY, "-Infinity" },
    };
    char out[DOUBLE_TEXT_MAX];
    for (size_t i = 0; i < COUNT(CASES); i++)
        assert_text(CASES[i].text, out, double_print(CASES[i].value, out), CASES[i].text);
    assert_text("0.1f", out, float_print(0.1f, out), "0.1");
    assert_text("123456.79f", out, float_print(123456.789f, out), "123456.79");
    assert_text("1e10f", out, float_print(1e10f, out), "1.0E10");
    assert_text("1.4e-45f", out, float_print(1.4e-45f, out), "1.4E-45");
    assert_text("max", out, float_print(3.4028235e38f, out), "3.4028235E38");
    assert_text("16777216", out, float_print(16777216.0f, out), "1.6777216E7");
}

/* The fewest digits by trial: what the C library prints and reads back. */
static void assert_shortest(double value)
{
    char text[64], digits[DOUBLE_TEXT_MAX];
    int32_t exponent;
    uint32_t count = double_shortest(value, digits, &exponent);
    int precision = 1;
    for (; precision < 17; precision++) {
        snprintf(text, sizeof text, "%.*e", precision - 1, value);
        if (strtod(text, NULL) == value)
            break;
    }
    snprintf(text, sizeof text, "%.*e", precision - 1, value);
    assert_case(text, (int)count == precision);
    assert_case(text, digits[0] == text[0] && (count == 1 || memcmp(digits + 1, text + 2, count - 1) == 0));
    assert_case(text, exponent == strtol(strchr(text, 'e') + 1, NULL, 10));
}

static void doubles_print_with_the_fewest_digits(void **state)
{
    (void)state;
    uint64_t seed = 4711;
    for (int i = 0; i < 50000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        double value;
        uint64_t bits = seed >> 1;
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value) && value >= 2.2250738585072014e-308)
            assert_shortest(value);
        assert_shortest((double)(int64_t)(seed >> 40) / 1000 + 0.001);
    }
    for (int power = -1022; power < 1024; power++) /* neighbours on both sides of a change of spacing */
        assert_shortest(nextafter(ldexp(1, power), INFINITY));
}

/* Below a power of two the spacing halves: the shortest text may be one that no printing to n digits shows. */
static void powers_of_two_print_as_short_as_any_that_reads_back(void **state)
{
    (void)state;
    for (int power = -1022; power < 1024; power++) {
        double value = ldexp(1, power), back;
        char text[64], out[DOUBLE_TEXT_MAX], digits[DOUBLE_TEXT_MAX];
        int32_t exponent;
        assert_int_equal(double_parse((Str){ out, double_print(value, out) }, &back), PARSE_OK);
        assert_true(back == value);
        uint32_t count = double_shortest(value, digits, &exponent);
        snprintf(text, sizeof text, "%.*e", count < 2 ? 0 : (int)count - 2, value);
        assert_case(text, count == 1 || strtod(text, NULL) != value);
    }
}

static void printed_doubles_read_back_as_the_same_bits(void **state)
{
    (void)state;
    uint64_t seed = 12345;
    for (int i = 0; i < 20000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        double value, back;
        memcpy(&value, &seed, sizeof value);
        if (!isfinite(value))
            continue;
        char out[DOUBLE_TEXT_MAX];
        uint32_t len = double_print(value, out);
        assert_int_equal(double_parse((Str){ out, len }, &back), PARSE_OK);
        assert_memory_equal(&value, &back, sizeof value);
        float narrow = (float)value, narrow_back;
        if (!isfinite(narrow))
            continue;
        len = float_print(narrow, out);
        assert_int_equal(float_parse((Str){ out, len }, &narrow_back), PARSE_OK);
        assert_memory_equal(&narrow, &narrow_back, sizeof narrow);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_parse_up_to_both_ends_of_64_bits),
        cmocka_unit_test(doubles_parse_to_the_nearest_value),
        cmocka_unit_test(eight_hundred_digits_still_decide_a_tie),
        cmocka_unit_test(every_path_of_the_parser_rounds_as_the_c_library),
        cmocka_unit_test(doubles_print_as_in_java),
        cmocka_unit_test(doubles_print_with_the_fewest_digits),
        cmocka_unit_test(powers_of_two_print_as_short_as_any_that_reads_back),
        cmocka_unit_test(printed_doubles_read_back_as_the_same_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
