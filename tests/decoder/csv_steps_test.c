/* csv_steps_test.c -- the steps of a compiled CSV decoder against plain loops: as compiled for this processor, and the
 * way for processors without wide registers, which is built here a second time. */
#undef __AVX2__
#undef __SSE2__
#define rt_csv_find        plain_csv_find
#define rt_csv_find_called plain_csv_find_called
#define rt_csv_integer     plain_csv_integer
#define rt_csv_skip        plain_csv_skip
#include "runtime/format/csv_fast.c"
#undef rt_csv_find
#undef rt_csv_find_called
#undef rt_csv_integer
#undef rt_csv_skip

#include "runtime/base/number.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
/* cmocka wants the four above */
#include <cmocka.h>

const char *rt_csv_find(const char *p, uint32_t mark, uint32_t escape);
const char *rt_csv_integer(const char *p, int64_t *value);
const char *rt_csv_skip(const char *p, uint32_t count, uint32_t delimiter, uint32_t quote, uint32_t escape);

enum { ROOM = 256, PADDING = 64 };

static void each_stop_is_found_at_each_place(void **state)
{
    (void)state;
    static const char STOPS[] = { ',', '\\', '\n' };
    char text[ROOM + PADDING];
    for (uint32_t from = 0; from < 40; from++) {
        for (uint32_t at = from; at < from + 100; at++) {
            for (uint32_t s = 0; s < sizeof STOPS; s++) {
                memset(text, 'x', sizeof text);
                text[ROOM - 1] = '\n';
                text[at] = STOPS[s];
                assert_ptr_equal(rt_csv_find(text + from, ',', '\\'), text + at);
                assert_ptr_equal(plain_csv_find(text + from, ',', '\\'), text + at);
            }
        }
    }
}

static void text_beyond_ascii_is_judged(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t stop; /* -1: not UTF-8 */
    } CASES[] = {
        { "\xC3\xA9,\n", 2 },
        { "a\xE2\x82\xAC"
          "b,\n",
          5 },
        { "\xC3,\xA9\n", -1 },
        { "ab\xFF"
          "c,\n",
          -1 },
        { "\xF0\x9F\x98\x80\n", 4 },
        { "\xED\xA0\x80,\n", -1 },
        { "\xC3\xA9\xC3\n", -1 },
        { "ok,\xFF\n", 2 },
    };
    for (uint32_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char text[ROOM + PADDING] = { 0 };
        memcpy(text, CASES[i].text, strlen(CASES[i].text));
        const char *want = CASES[i].stop < 0 ? NULL : text + CASES[i].stop;
        assert_ptr_equal(rt_csv_find(text, ',', CSV_NO_ESCAPE), want);
        assert_ptr_equal(plain_csv_find(text, ',', CSV_NO_ESCAPE), want);
    }
}

static void digits_are_the_number_that_they_spell(void **state)
{
    (void)state;
    static const char DIGITS[] = "98765432109876543210";
    static const char BEHIND[] = { ',', '\n', '.', ':', '/', ' ', '\x7f', '\xC3', '\xFF', 'e' };
    for (int len = 0; len <= 20; len++) {
        for (int negative = 0; negative <= 1; negative++) {
            for (uint32_t b = 0; b < sizeof BEHIND; b++) {
                char text[ROOM + PADDING] = { 0 };
                int all = snprintf(text, sizeof text, "%s%.*s", negative ? "-" : "", len, DIGITS);
                int64_t want = 0, got = 0, plain = 0;
                bool fits = len >= 1 && len <= 18;
                memset(text + all, '7', 10); /* digits behind what ends the number */
                text[all] = BEHIND[b];
                if (fits)
                    assert_int_equal(int_parse((Str){ text, (uint64_t)all }, &want), PARSE_OK);
                assert_ptr_equal(rt_csv_integer(text, &got), fits ? text + all : NULL);
                assert_ptr_equal(plain_csv_integer(text, &plain), fits ? text + all : NULL);
                assert_true(got == want && plain == want);
            }
        }
    }
}

static void fields_are_skipped_one_by_one(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t count;
        int64_t behind; /* -1: not simple */
    } CASES[] = {
        { "a,b,c\n", 2, 4 },         { ",,\n", 2, 2 },         { "a\n", 1, -1 },      { "\"a,b\",c\n", 1, 6 },
        { "\"a\"\"b\",c\n", 1, -1 }, { "\"a\" ,c\n", 1, -1 },  { "a\"b,c\n", 1, 4 },  { "\"a\n", 1, -1 },
        { "a\\,b,c\n", 1, -1 },      { "\"\",\"\",\n", 2, 6 }, { "\xC3,b\n", 1, -1 }, { "a,b,c\n", 0, 0 },
    };
    for (uint32_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char text[ROOM + PADDING] = { 0 };
        memcpy(text, CASES[i].text, strlen(CASES[i].text));
        const char *want = CASES[i].behind < 0 ? NULL : text + CASES[i].behind;
        assert_ptr_equal(rt_csv_skip(text, CASES[i].count, ',', '"', '\\'), want);
        assert_ptr_equal(plain_csv_skip(text, CASES[i].count, ',', '"', '\\'), want);
    }
}

static void long_runs_end_where_counting_ends(void **state)
{
    (void)state;
    static const char *const FIELDS[] = { "",         "a",    "\"q,\"", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                                          "\xC3\xA9", "b\"b", "1234567" };
    enum { KINDS = sizeof FIELDS / sizeof FIELDS[0], RUN = 24 };
    for (uint32_t step = 1; step < KINDS; step++) {
        char text[1024 + PADDING] = { 0 };
        size_t behind[RUN + 1] = { 0 };
        for (uint32_t i = 0; i < RUN; i++) {
            const char *field = FIELDS[i * step % KINDS];
            memcpy(text + behind[i], field, strlen(field));
            text[behind[i] + strlen(field)] = ',';
            behind[i + 1] = behind[i] + strlen(field) + 1;
        }
        text[behind[RUN]] = '\n';
        for (uint32_t from = 0; from < RUN; from++) {
            for (uint32_t to = from; to <= RUN; to++)
                assert_ptr_equal(rt_csv_skip(text + behind[from], to - from, ',', '"', '\\'), text + behind[to]);
            assert_null(rt_csv_skip(text + behind[from], RUN - from + 1, ',', '"', '\\'));
            assert_null(plain_csv_skip(text + behind[from], RUN - from + 1, ',', '"', '\\'));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_stop_is_found_at_each_place),      cmocka_unit_test(text_beyond_ascii_is_judged),
        cmocka_unit_test(digits_are_the_number_that_they_spell), cmocka_unit_test(fields_are_skipped_one_by_one),
        cmocka_unit_test(long_runs_end_where_counting_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
