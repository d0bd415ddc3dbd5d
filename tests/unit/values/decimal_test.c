/* decimal_test.c -- golden tables of decimal text and arithmetic. */
#include "runtime/base/decimal.h"

#include "tests/unit/values/golden.h"

typedef __int128 I128;

#define BIG "99999999999999999999999999999999999999"

static I128 whole(const char *text)
{
    I128 value = 0;
    assert_int_equal(decimal_parse(str_from(text), 38, 0, &value), PARSE_OK);
    return value;
}

static void text_rounds_half_up_to_the_scale(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t precision, scale;
        ParseStatus status;
        const char *printed;
    } CASES[] = {
        { "1.005", 10, 2, PARSE_OK, "1.01" },
        { "-1.005", 10, 2, PARSE_OK, "-1.01" },
        { "1.0049999999999999999999999999999999999999999999", 10, 2, PARSE_OK, "1.00" },
        { "1.5e3", 10, 2, PARSE_OK, "1500.00" },
        { "1E2", 10, 2, PARSE_OK, "100.00" },
        { "150e-2", 10, 1, PARSE_OK, "1.5" },
        { "5e-3", 10, 2, PARSE_OK, "0.01" },
        { "4e-3", 10, 2, PARSE_OK, "0.00" },
        { "5e-4", 10, 2, PARSE_OK, "0.00" },
        { "9e-99999999999999", 10, 2, PARSE_OK, "0.00" },
        { "0e99999999999999", 10, 2, PARSE_OK, "0.00" },
        { "1e99999999999999", 10, 2, PARSE_RANGE, "" },
        { "+1.5", 10, 2, PARSE_OK, "1.50" },
        { ".5", 10, 2, PARSE_OK, "0.50" },
        { "5.", 10, 2, PARSE_OK, "5.00" },
        { "-0.00", 10, 2, PARSE_OK, "0.00" },
        { "99999999.99", 10, 2, PARSE_OK, "99999999.99" },
        { "99999999.995", 10, 2, PARSE_RANGE, "" },
        { "100000000", 10, 2, PARSE_RANGE, "" },
        { BIG, 38, 0, PARSE_OK, BIG },
        { "-" BIG, 38, 0, PARSE_OK, "-" BIG },
        { "0.00000000000000000000000000000000000001", 38, 38, PARSE_OK, "0.00000000000000000000000000000000000001" },
        { "100000000000000000000000000000000000000", 38, 0, PARSE_RANGE, "" },
        { "", 10, 2, PARSE_INVALID, "" },
        { ".", 10, 2, PARSE_INVALID, "" },
        { "1e", 10, 2, PARSE_INVALID, "" },
        { "abc", 10, 2, PARSE_INVALID, "" },
        { "1.2.3", 10, 2, PARSE_INVALID, "" },
        { "NaN", 10, 2, PARSE_INVALID, "" },
    };
    for (size_t i = 0; i < COUNT(CASES); i++) {
        I128 value = 0;
        ParseStatus status = decimal_parse(str_from(CASES[i].text), CASES[i].precision, CASES[i].scale, &value);
        assert_case(CASES[i].text, status == CASES[i].status);
        char out[DECIMAL_TEXT_MAX];
        if (status == PARSE_OK)
            assert_text(CASES[i].text, out, decimal_print(value, CASES[i].scale, out), CASES[i].printed);
    }
}

static void literals_have_the_digits_they_are_written_with(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t precision, scale;
        int64_t value;
    } CASES[] = {
        { "0.908", 4, 3, 908 }, { "1.50", 3, 2, 150 }, { "12", 2, 0, 12 },   { "0", 1, 0, 0 },
        { "0.00", 3, 2, 0 },    { ".5", 2, 1, 5 },     { "007.5", 2, 1, 75 }, { "10.", 2, 0, 10 },
    };
    for (size_t i = 0; i < COUNT(CASES); i++) {
        I128 value;
        uint32_t precision, scale;
        ParseStatus status = decimal_parse_literal(str_from(CASES[i].text), &value, &precision, &scale);
        assert_case(CASES[i].text, status == PARSE_OK);
        assert_case(CASES[i].text, precision == CASES[i].precision && scale == CASES[i].scale);
        assert_case(CASES[i].text, value == CASES[i].value);
    }
}

static void rescaling_rounds_away_from_zero_at_a_tie(void **state)
{
    (void)state;
    I128 out;
    assert_true(decimal_rescale(125, 2, 1, 10, &out) && out == 13);
    assert_true(decimal_rescale(-125, 2, 1, 10, &out) && out == -13);
    assert_true(decimal_rescale(124, 2, 1, 10, &out) && out == 12);
    assert_true(decimal_rescale(12, 1, 3, 10, &out) && out == 1200);
    assert_true(decimal_rescale(0, 0, 38, 38, &out) && out == 0);
    assert_false(decimal_rescale(12, 1, 3, 3, &out));
    assert_false(decimal_rescale(whole(BIG), 0, 1, 38, &out));
    assert_true(decimal_rescale(whole(BIG), 38, 0, 38, &out) && out == 1);
    assert_false(decimal_rescale(995, 1, 0, 2, &out));
}

static void products_are_rounded_once_from_256_bits(void **state)
{
    (void)state;
    I128 out, big = whole(BIG);
    assert_true(decimal_multiply(15, 15, 1, 38, &out) && out == 23);
    assert_true(decimal_multiply(-15, 15, 1, 38, &out) && out == -23);
    assert_false(decimal_multiply(big, big, 0, 38, &out));
    assert_true(decimal_multiply(big, big, 38, 38, &out) && out == whole("99999999999999999999999999999999999998"));
    assert_true(decimal_multiply(big, 10, 1, 38, &out) && out == big);
    assert_false(decimal_multiply(big, 10, 0, 38, &out));
    assert_true(decimal_multiply(whole("12345678901234567890123"), whole("98765432109876543210"), 10, 38, &out));
    assert_true(out == whole("121932631137021795224961194926078"));
}

static void quotients_are_rounded_once(void **state)
{
    (void)state;
    I128 out, big = whole(BIG);
    assert_true(decimal_divide(1, 3, 6, 38, &out) && out == 333333);
    assert_true(decimal_divide(2, 3, 6, 38, &out) && out == 666667);
    assert_true(decimal_divide(-2, 3, 6, 38, &out) && out == -666667);
    assert_true(decimal_divide(5, 10, 0, 38, &out) && out == 1);
    assert_true(decimal_divide(big, big, 37, 38, &out) && out == whole("10000000000000000000000000000000000000"));
    assert_true(decimal_divide(1, big, 75, 38, &out) && out == whole("10000000000000000000000000000000000000"));
    assert_false(decimal_divide(1, big, 76, 38, &out));
    assert_true(decimal_divide(7, whole("12345678901234567890123456789"), 60, 38, &out));
    assert_true(out == whole("567000005103000046437300422580001"));
    assert_false(decimal_divide(big, 1, 1, 38, &out));
    assert_true(decimal_divide(big, 3, -37, 38, &out) && out == 3);
    assert_true(decimal_divide(big, 1, -38, 38, &out) && out == 1);
    assert_true(decimal_divide(big, 2, -38, 38, &out) && out == 0);
    assert_true(decimal_divide(big, big, -38, 38, &out) && out == 0);
}

static void division_inverts_multiplication(void **state)
{
    (void)state;
    uint64_t seed = 7;
    for (int i = 0; i < 20000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        I128 a = (I128)(seed >> 2) * (int64_t)(seed % 1000003 + 1);
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        I128 b = (I128)(int64_t)(seed >> (seed % 50)) + 1;
        I128 product, back;
        if (!decimal_multiply(a, b, 0, 38, &product))
            continue;
        assert_true(product == a * b);
        assert_true(decimal_divide(product, b, 0, 38, &back) && back == a);
        I128 scaled;
        if (decimal_multiply(a, b, 5, 38, &scaled)) {
            I128 rest = product % 100000;
            assert_true(scaled == product / 100000 + (rest >= 50000));
        }
    }
}

static void doubles_convert_through_their_shortest_text(void **state)
{
    (void)state;
    I128 out;
    assert_true(decimal_from_double(1.005, 10, 2, &out) && out == 101);
    assert_true(decimal_from_double(1.115, 10, 2, &out) && out == 112);
    assert_true(decimal_from_double(-1e3, 10, 2, &out) && out == -100000);
    assert_false(decimal_from_double(1e30, 10, 2, &out));
    assert_false(decimal_from_double(NAN, 10, 2, &out));
    assert_true(decimal_to_double(12345, 2) == 123.45);
    assert_true(decimal_to_double(whole(BIG), 38) == 1.0);
    assert_true(decimal_to_double(whole("1234567890123456789"), 19) == 0.12345678901234568);
    assert_true(decimal_to_double(-1, 38) == -1e-38);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_rounds_half_up_to_the_scale),
        cmocka_unit_test(literals_have_the_digits_they_are_written_with),
        cmocka_unit_test(rescaling_rounds_away_from_zero_at_a_tie),
        cmocka_unit_test(products_are_rounded_once_from_256_bits),
        cmocka_unit_test(quotients_are_rounded_once),
        cmocka_unit_test(division_inverts_multiplication),
        cmocka_unit_test(doubles_convert_through_their_shortest_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
