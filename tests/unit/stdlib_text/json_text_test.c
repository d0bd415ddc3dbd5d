/* json_text_test.c -- the JSON scanner: what it accepts, what it refuses and where, what it hands out. */
#include "runtime/base/json_text.h"

#include "runtime/base/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>

static const char SUITE[] = "../shared/data/json_parsing";

/* The file's bytes; freed by mem_free. */
static Str read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long size = ftell(file);
    rewind(file);
    char *data = mem_alloc((size_t)size + 1);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, (size_t)size, file), (size_t)size);
    fclose(file);
    return (Str){ data, (uint64_t)size };
}

static void the_test_suite_is_judged_as_it_says(void **state)
{
    (void)state;
    DIR *folder = opendir(SUITE);
    if (folder == NULL) {
        print_message("skipped: no folder %s\n", SUITE);
        skip();
    }
    int wrong = 0, judged = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char verdict = entry->d_name[0];
        if (strchr("yn", verdict) == NULL || entry->d_name[1] != '_')
            continue;
        char path[512];
        snprintf(path, sizeof path, "%s/%s", SUITE, entry->d_name);
        Str text = read_file(path);
        judged++;
        if (json_is_valid(text) != (verdict == 'y')) {
            print_error("%s\n", entry->d_name);
            wrong++;
        }
        mem_free((char *)text.data);
    }
    closedir(folder);
    assert_int_equal(wrong, 0);
    assert_true(judged > 250);
}

static void errors_say_what_and_where(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t at;
        const char *reason;
    } CASES[] = {
        { "", 0, "a value must stand here" },
        { "{\"a\":1,}", 7, "a key in quotes must stand here" },
        { "{\"a\" 1}", 5, "a colon must follow the key" },
        { "{\"a\":1 \"b\":2}", 7, "a comma or `}` must follow a member" },
        { "[1 2]", 3, "a comma or `]` must follow an element" },
        { "[1,]", 3, "a value must stand here" },
        { "[01]", 1, "a number cannot begin with 0 and a further digit" },
        { "[1.]", 3, "a digit must stand here" },
        { "\"abc", 4, "the string has no closing quote" },
        { "\"a\tb\"", 2, "a control character in a string must be escaped" },
        { "\"0123456789\x01\"", 11, "a control character in a string must be escaped" },
        { "\"\\x\"", 2, "no such escape in a string" },
        { "\"\\u12g4\"", 2, "`\\u` must be followed by four hexadecimal digits" },
        { "\"12345678\xC0\xAF\"", 9, "the bytes are no UTF-8" },
        { "\"\xED\xA0\x80\"", 1, "the bytes are no UTF-8" },
        { "\"\xF4\x90\x80\x80\"", 1, "the bytes are no UTF-8" },
        { "1 1", 2, "nothing may follow the value" },
        { "\xEF\xBB\xBF{}", 0, "a value must stand here" },
        { "nul", 0, "a value must stand here" },
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        JsonScan scan;
        JsonText value;
        json_begin(&scan, str_from(CASES[i].text));
        assert_false(json_value(&scan, &value) && json_finish(&scan));
        assert_string_equal(scan.error, CASES[i].reason);
        assert_int_equal(scan.error_at, CASES[i].at);
    }
}

static void members_and_elements_come_one_by_one(void **state)
{
    (void)state;
    JsonScan scan;
    JsonText key, value;
    json_begin(&scan, STR(" {\"a\" : 1, \"b\":[ ], \"c\":[1,{\"x\":[[]]},\"z\"] , \"d\":{} } "));
    assert_true(json_enter_object(&scan));
    assert_true(json_next_member(&scan, &key) && str_equal(key.text, STR("a")));
    assert_true(json_value(&scan, &value) && value.integral && str_equal(value.text, STR("1")));
    assert_true(json_next_member(&scan, &key) && json_peek(&scan) == JSON_ARRAY);
    assert_true(json_enter_array(&scan));
    assert_false(json_next_element(&scan));
    assert_true(json_next_member(&scan, &key) && json_enter_array(&scan));
    assert_true(json_next_element(&scan) && json_value(&scan, &value) && value.kind == JSON_NUMBER);
    assert_true(json_next_element(&scan) && json_value(&scan, &value));
    assert_true(value.kind == JSON_OBJECT && str_equal(value.text, STR("{\"x\":[[]]}")));
    assert_true(json_next_element(&scan) && json_value(&scan, &value) && value.kind == JSON_STRING);
    assert_false(json_next_element(&scan));
    assert_true(json_next_member(&scan, &key) && json_value(&scan, &value) && value.kind == JSON_OBJECT);
    assert_false(json_next_member(&scan, &key));
    assert_true(json_finish(&scan));
}

static void depth_is_bounded_without_recursion(void **state)
{
    (void)state;
    enum { FAR = 100000 };
    char *deep = mem_alloc(2 * FAR);
    assert_non_null(deep);
    memset(deep, '[', FAR);
    memset(deep + FAR, ']', FAR);
    assert_true(json_is_valid((Str){ deep + FAR - JSON_DEPTH_MAX, 2 * JSON_DEPTH_MAX }));
    assert_false(json_is_valid((Str){ deep + FAR - JSON_DEPTH_MAX - 1, 2 * JSON_DEPTH_MAX + 2 }));
    assert_false(json_is_valid((Str){ deep, 2 * FAR }));
    mem_free(deep);
}

static void escapes_decode_to_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *text, *decoded;
    } CASES[] = {
        { "\"plain\"", "plain" },
        { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t" },
        { "\"\\u0041\\u00e9\\u20AC\"", "A\xC3\xA9\xE2\x82\xAC" },
        { "\"\\uD83D\\uDE00!\"", "\xF0\x9F\x98\x80!" },
        { "\"\\uD83Dx\"", "?x" },
        { "\"\\uDE00\\uD83D\"", "??" },
        { "\"\\uD83D\\u0041\"", "?A" },
    };
    Arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        JsonScan scan;
        JsonText value;
        json_begin(&scan, str_from(CASES[i].text));
        assert_true(json_value(&scan, &value) && json_finish(&scan));
        Str decoded = json_decode(&arena, value);
        assert_int_equal(decoded.len, strlen(CASES[i].decoded));
        assert_memory_equal(decoded.data, CASES[i].decoded, decoded.len);
        assert_true(json_equals(value, decoded));
        assert_false(json_equals(value, STR("other")));
    }
    arena_free(&arena);
}

static void after_an_error_nothing_goes_on(void **state)
{
    (void)state;
    JsonScan scan;
    JsonText key, value;
    json_begin(&scan, STR("[1,x,2]"));
    assert_true(json_enter_array(&scan) && json_next_element(&scan) && json_value(&scan, &value));
    assert_true(json_next_element(&scan));
    assert_false(json_value(&scan, &value));
    assert_false(json_next_element(&scan));
    assert_false(json_next_member(&scan, &key));
    assert_false(json_value(&scan, &value));
    assert_false(json_finish(&scan));
    assert_int_equal(scan.error_at, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_test_suite_is_judged_as_it_says),
        cmocka_unit_test(errors_say_what_and_where),
        cmocka_unit_test(members_and_elements_come_one_by_one),
        cmocka_unit_test(depth_is_bounded_without_recursion),
        cmocka_unit_test(escapes_decode_to_utf8),
        cmocka_unit_test(after_an_error_nothing_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
