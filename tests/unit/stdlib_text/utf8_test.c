/* utf8_test.c -- code points: what is valid, how many there are, and their case. */
#include "runtime/base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Every code point that is no surrogate, and nothing else, is read back from what was written. */
static void all_code_points_survive(void **state)
{
    (void)state;
    for (uint32_t code = 0; code <= 0x10FFFF; code++) {
        char bytes[UTF8_BYTES_MAX];
        const char *at = bytes, *end = bytes + utf8_put(bytes, code);
        bool surrogate = code >= 0xD800 && code <= 0xDFFF;
        assert_int_equal(utf8_step(bytes, end), surrogate ? 0 : end - bytes);
        assert_int_equal(utf8_next(&at, end), surrogate ? UTF8_REPLACEMENT : code);
    }
}

/* Of all texts of two and three bytes exactly those that some code points make are valid. */
static void nothing_else_is_valid(void **state)
{
    (void)state;
    uint32_t valid[4] = { 0 };
    for (uint32_t bits = 0; bits < 0x10000; bits++) {
        char two[] = { (char)(bits >> 8), (char)bits };
        valid[2] += utf8_valid((Str){ two, 2 }, NULL);
    }
    for (uint32_t bits = 0x800000; bits < 0x1000000; bits++) {
        char three[] = { (char)(bits >> 16), (char)(bits >> 8), (char)bits };
        valid[3] += utf8_valid((Str){ three, 3 }, NULL);
    }
    assert_int_equal(valid[2], 128 * 128 + 1920);
    /* first byte beyond ASCII: a code point of three bytes, or one of two and an ASCII byte */
    assert_int_equal(valid[3], 61440 + 1920 * 128);
}

static void errors_are_found_where_they_are(void **state)
{
    (void)state;
    uint64_t at = 0;
    assert_false(utf8_valid(STR("0123456789abcdef\xC3"), &at));
    assert_int_equal(at, 16);
    assert_false(utf8_valid(STR("\xF0\x9F\x98\x80\xF0\x9F\x98"), &at));
    assert_int_equal(at, 4);
    assert_true(utf8_valid(STR("h\xC3\xA9llo \xE2\x82\xAC \xF0\x9F\x98\x80 and plain text behind it"), &at));
}

static void counting_and_cutting_agree(void **state)
{
    (void)state;
    Str s = STR("a\xC3\xB1\xE2\x82\xAC\xF0\x9F\x98\x80z");
    uint64_t offsets[] = { 0, 1, 3, 6, 10, 11, 11 };
    assert_int_equal(utf8_count(s), 5);
    for (uint64_t i = 0; i < 7; i++)
        assert_int_equal(utf8_offset(s, i), offsets[i]);
}

static void case_maps_as_unicode_says(void **state)
{
    (void)state;
    static const struct {
        const char *text, *upper, *lower;
    } CASES[] = {
        { "plain TEXT 123", "PLAIN TEXT 123", "plain text 123" },
        { "Stra\xC3\x9F"
          "e",
          "STRASSE", "stra\xC3\x9F"
                     "e" },
        { "\xCE\xA3\xCE\x91\xCE\xA3.", "\xCE\xA3\xCE\x91\xCE\xA3.", "\xCF\x83\xCE\xB1\xCF\x82." },
        { "\xE1\xBE\x90", "\xE1\xBC\xA8\xCE\x99", "\xE1\xBE\x90" },
        { "\xC4\xB0", "\xC4\xB0", "i\xCC\x87" },
        { "a\xFF", "A\xFF", "a\xFF" }, /* what is no UTF-8 stays */
    };
    Arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        assert_true(str_equal(utf8_upper(&arena, str_from(CASES[i].text)), str_from(CASES[i].upper)));
        assert_true(str_equal(utf8_lower(&arena, str_from(CASES[i].text)), str_from(CASES[i].lower)));
    }
    arena_free(&arena);
}

/* The room for upper and lower case is a fixed multiple of the text. */
static void no_code_point_outgrows_its_room(void **state)
{
    (void)state;
    Arena arena;
    arena_init(&arena);
    for (uint32_t code = 0x80; code <= 0x10FFFF; code++) {
        char bytes[UTF8_BYTES_MAX];
        Str s = { bytes, utf8_put(bytes, code) };
        if (code >= 0xD800 && code <= 0xDFFF)
            continue;
        assert_true(utf8_upper(&arena, s).len <= 3 * s.len);
        assert_true(utf8_lower(&arena, s).len <= 2 * s.len);
        arena_reset(&arena);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_code_points_survive),       cmocka_unit_test(nothing_else_is_valid),
        cmocka_unit_test(errors_are_found_where_they_are), cmocka_unit_test(counting_and_cutting_agree),
        cmocka_unit_test(case_maps_as_unicode_says),     cmocka_unit_test(no_code_point_outgrows_its_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
