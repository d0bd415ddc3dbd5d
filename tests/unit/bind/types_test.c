/* types_test.c -- what types promise: digits of decimals, common types, conversions, the choice of a row. */
#include "compiler/types/decimal_type.h"
#include "compiler/types/fn_rules.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static int start(void **state)
{
    static Arena query;
    arena_init(&query);
    *state = &query;
    return 0;
}

static int stop(void **state)
{
    arena_free(*state);
    return 0;
}

static const Type *decimal(Arena *query, uint32_t precision, uint32_t scale)
{
    return type_decimal(query, precision, scale, true);
}

static void assert_type(Arena *query, const Type *type, const char *text)
{
    assert_non_null(type);
    Str name = type_name(query, type);
    assert_int_equal(name.len, strlen(text));
    assert_memory_equal(name.data, text, name.len);
}

static void assert_size(DecimalSize size, uint32_t precision, uint32_t scale)
{
    assert_int_equal(size.precision, precision);
    assert_int_equal(size.scale, scale);
}

static void decimals_up_to_18_digits_are_64_bits_wide(void **state)
{
    assert_int_equal(type_physical(decimal(*state, 18, 2)), PK_I64);
    assert_int_equal(type_physical(decimal(*state, 19, 2)), PK_D128);
}

static void timestamps_from_7_digits_are_96_bits_wide(void **state)
{
    assert_int_equal(type_physical(type_timestamp(*state, TYPE_TIMESTAMP, 6, true)), PK_I64);
    assert_int_equal(type_physical(type_timestamp(*state, TYPE_TIMESTAMP_LTZ, 7, true)), PK_TIME96);
}

static void a_decimal_product_has_one_digit_more_than_both(void **state)
{
    (void)state;
    assert_size(decimal_multiply_size((DecimalSize){ 4, 3 }, (DecimalSize){ 19, 0 }), 24, 3);
}

static void results_beyond_38_digits_give_up_fraction_digits_first(void **state)
{
    (void)state;
    assert_size(decimal_multiply_size((DecimalSize){ 38, 10 }, (DecimalSize){ 38, 10 }), 38, 6);
    assert_size(decimal_add_size((DecimalSize){ 38, 10 }, (DecimalSize){ 38, 2 }), 38, 6);
    assert_size(decimal_divide_size((DecimalSize){ 10, 2 }, (DecimalSize){ 10, 0 }), 21, 13);
    assert_size(decimal_modulo_size((DecimalSize){ 10, 2 }, (DecimalSize){ 5, 3 }), 5, 3);
}

static void rounding_keeps_one_digit_for_the_carry(void **state)
{
    (void)state;
    assert_size(decimal_round_size((DecimalSize){ 10, 2 }, 1), 10, 1);
    assert_size(decimal_round_size((DecimalSize){ 10, 2 }, 5), 10, 2);
    assert_size(decimal_round_size((DecimalSize){ 10, 2 }, -1), 9, 0);
}

static void numbers_meet_in_the_type_that_holds_both(void **state)
{
    Arena *query = *state;
    const Type *bigint = type_simple(TYPE_BIGINT, false), *flt = type_simple(TYPE_FLOAT, false);
    assert_type(query, type_common(query, type_simple(TYPE_TINYINT, false), bigint), "BIGINT NOT NULL");
    assert_type(query, type_common(query, bigint, decimal(query, 5, 2)), "DECIMAL(21, 2)");
    assert_type(query, type_common(query, bigint, flt), "FLOAT NOT NULL");
    assert_type(query, type_common(query, flt, decimal(query, 5, 2)), "DOUBLE");
}

static void texts_of_two_lengths_meet_in_varchar(void **state)
{
    Arena *query = *state;
    const Type *two = type_text(query, TYPE_CHAR, 2, false), *three = type_text(query, TYPE_CHAR, 3, false);
    assert_type(query, type_common(query, two, three), "VARCHAR(3) NOT NULL");
    assert_type(query, type_common(query, two, two), "CHAR(2) NOT NULL");
    assert_type(query, type_common(query, two, type_simple(TYPE_VARCHAR, true)), "STRING");
}

static void text_and_numbers_do_not_meet(void **state)
{
    Arena *query = *state;
    assert_null(type_common(query, type_simple(TYPE_VARCHAR, true), type_simple(TYPE_INT, true)));
    assert_null(type_common(query, type_simple(TYPE_TIME, true), type_simple(TYPE_DATE, true)));
}

static void null_takes_any_type_and_makes_it_nullable(void **state)
{
    Arena *query = *state;
    assert_type(query, type_common(query, type_simple(TYPE_NULL, true), type_simple(TYPE_INT, false)), "INT");
}

static void rows_and_arrays_meet_part_by_part(void **state)
{
    Arena *query = *state;
    const Type *ints = type_array(query, type_simple(TYPE_INT, false), false);
    const Type *longs = type_array(query, type_simple(TYPE_BIGINT, true), false);
    assert_type(query, type_common(query, ints, longs), "ARRAY<BIGINT> NOT NULL");
    assert_null(type_common(query, ints, type_array(query, type_simple(TYPE_VARCHAR, true), false)));
}

static void narrowing_needs_a_cast(void **state)
{
    (void)state;
    const Type *integer = type_simple(TYPE_INT, true), *bigint = type_simple(TYPE_BIGINT, true);
    assert_true(type_can_convert_implicitly(integer, bigint));
    assert_false(type_can_convert_implicitly(bigint, integer));
    assert_true(type_can_cast(bigint, integer));
    assert_false(type_can_cast(type_simple(TYPE_BOOLEAN, true), type_simple(TYPE_DATE, true)));
}

static FnChoice choose(Arena *query, const char *name, const Type *a, const Type *b)
{
    FnArg args[] = { { .type = a }, { .type = b } };
    FnChoice choice;
    assert_true(fn_choose(query, str_from(name), args, b == NULL ? 1 : 2, &choice));
    return choice;
}

static void ceil_and_floor_keep_every_digit_as_a_whole_one(void **state)
{
    Arena *query = *state;
    FnChoice ceil = choose(query, "CEIL", decimal(query, 3, 2), NULL);
    assert_type(query, ceil.result, "DECIMAL(3, 0)");
    assert_int_equal(ceil.hidden[0], 2);
    assert_type(query, choose(query, "FLOOR", decimal(query, 38, 38), NULL).result, "DECIMAL(38, 0)");
}

/* Every size of dividend against a few of the divisor: it is scaled up or left alone, so there is one rounding. */
static void a_dividend_keeps_all_its_digits(void **state)
{
    Arena *query = *state;
    static const uint32_t DIVISORS[][2] = { { 1, 0 }, { 10, 0 }, { 38, 0 }, { 38, 2 }, { 30, 20 }, { 38, 38 } };
    for (uint32_t precision = 1; precision <= 38; precision++) {
        for (uint32_t i = 0; i < (precision + 1) * (sizeof DIVISORS / sizeof DIVISORS[0]); i++) {
            uint32_t scale = i % (precision + 1);
            const uint32_t *divisor = DIVISORS[i / (precision + 1)];
            const Type *dividend = decimal(query, precision, scale);
            FnChoice quotient = choose(query, "/", dividend, decimal(query, divisor[0], divisor[1]));
            assert_true(type_equal(quotient.args[0], dividend));
            assert_true(quotient.hidden[0] >= 0);
            assert_int_equal(quotient.hidden[0], (int64_t)quotient.result->scale + divisor[1] - scale);
        }
    }
}

static void the_row_that_widens_least_wins(void **state)
{
    Arena *query = *state;
    const Type *small = type_simple(TYPE_SMALLINT, true), *bigint = type_simple(TYPE_BIGINT, true);
    assert_type(query, choose(query, "ABS", small, NULL).result, "SMALLINT");
    assert_type(query, choose(query, "SQRT", bigint, NULL).result, "DOUBLE");
    assert_type(query, choose(query, "upper", type_text(query, TYPE_CHAR, 3, false), NULL).result, "STRING NOT NULL");
}

static void decimal_rows_answer_their_digits_and_hide_them_from_the_text(void **state)
{
    Arena *query = *state;
    FnChoice product = choose(query, "*", decimal(query, 10, 2), decimal(query, 10, 4));
    assert_type(query, product.result, "DECIMAL(21, 6)");
    assert_int_equal(product.hidden_count, 2);
    assert_int_equal(product.hidden[0], 0);
    assert_int_equal(product.hidden[1], 21);
    FnChoice sum = choose(query, "+", decimal(query, 10, 2), decimal(query, 10, 4));
    assert_type(query, sum.result, "DECIMAL(13, 4)");
    assert_int_equal(sum.hidden[0], 2); /* a is scaled up by the body, which rounds the exact sum once */
    assert_int_equal(sum.hidden[1], 0);
}

static void no_row_takes_what_would_have_to_narrow(void **state)
{
    FnArg text = { .type = type_simple(TYPE_VARCHAR, true) };
    FnChoice choice;
    assert_false(fn_choose(*state, STR("ABS"), &text, 1, &choice));
    assert_false(fn_choose(*state, STR("NO_SUCH_FUNCTION"), &text, 1, &choice));
}

static void sums_keep_the_type_and_means_of_decimals_have_six_digits(void **state)
{
    Arena *query = *state;
    AggChoice choice;
    assert_true(agg_choose(query, STR("SUM"), type_simple(TYPE_INT, false), &choice));
    assert_type(query, choice.result, "INT");
    assert_true(agg_choose(query, STR("sum"), decimal(query, 10, 2), &choice));
    assert_type(query, choice.result, "DECIMAL(38, 2)");
    assert_true(agg_choose(query, STR("AVG"), decimal(query, 10, 2), &choice));
    assert_type(query, choice.result, "DECIMAL(38, 6)");
    assert_type(query, choice.arg, "DECIMAL(38, 6)");
    assert_false(agg_choose(query, STR("SUM"), type_simple(TYPE_VARCHAR, true), &choice));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(decimals_up_to_18_digits_are_64_bits_wide),
        TEST(timestamps_from_7_digits_are_96_bits_wide),
        TEST(a_decimal_product_has_one_digit_more_than_both),
        TEST(results_beyond_38_digits_give_up_fraction_digits_first),
        TEST(rounding_keeps_one_digit_for_the_carry),
        TEST(numbers_meet_in_the_type_that_holds_both),
        TEST(texts_of_two_lengths_meet_in_varchar),
        TEST(text_and_numbers_do_not_meet),
        TEST(null_takes_any_type_and_makes_it_nullable),
        TEST(rows_and_arrays_meet_part_by_part),
        TEST(narrowing_needs_a_cast),
        TEST(ceil_and_floor_keep_every_digit_as_a_whole_one),
        TEST(a_dividend_keeps_all_its_digits),
        TEST(the_row_that_widens_least_wins),
        TEST(decimal_rows_answer_their_digits_and_hide_them_from_the_text),
        TEST(no_row_takes_what_would_have_to_narrow),
        TEST(sums_keep_the_type_and_means_of_decimals_have_six_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
