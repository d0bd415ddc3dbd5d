/* json_corpus_test.c -- the 318 texts of the JSON parsing suite and mutated real events, each judged as the suite or a
 * second, independent reader judges it.  Skipped where the shared data is not there. */
#include "tests/unit/format/decode_case.h"
#include "tests/unit/format/json_reference.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define DATA "../shared/data"

static const FieldType STRING = { .id = FT_VARCHAR };

static Str slurp(Arena *arena, const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size_t len = (size_t)ftell(file);
    rewind(file);
    char *data = arena_alloc(arena, len + 1, 1);
    assert_int_equal(fread(data, 1, len, file), len);
    fclose(file);
    return (Str){ data, len };
}

/* The texts of free choice that are refused here: what is not UTF-8.  All others (huge numbers, lone surrogate escapes,
 * 500 levels of arrays) are JSON. */
static bool is_refused_by_choice(const char *name)
{
    static const char *const names[] = {
        "i_string_UTF-16LE_with_BOM.json",      "i_string_UTF-8_invalid_sequence.json",
        "i_string_UTF8_surrogate_U+D800.json",  "i_string_invalid_utf-8.json",
        "i_string_iso_latin_1.json",            "i_string_lone_utf8_continuation_byte.json",
        "i_string_not_in_unicode_range.json",   "i_string_overlong_sequence_2_bytes.json",
        "i_string_overlong_sequence_6_bytes.json", "i_string_overlong_sequence_6_bytes_null.json",
        "i_string_truncated-utf-8.json",        "i_string_utf16BE_no_BOM.json",
        "i_string_utf16LE_no_BOM.json",         "i_structure_UTF-8_BOM_empty_object.json",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i]) == 0)
            return true;
    }
    return false;
}

static DecodeOutcome decode(DecodeCase *test, Str line)
{
    return json_decode_row(&test->schema, line, test->row, &test->arena, &test->issues);
}

static void check_text(DecodeCase *test, const char *name, Str text)
{
    bool good = name[0] == 'y' || (name[0] == 'i' && !is_refused_by_choice(name));
    static const char head[] = "{\"x\":1,\"a\":";
    char *row = arena_alloc(&test->arena, sizeof head + text.len, 1);
    memcpy(row, head, sizeof head - 1);
    memcpy(row + sizeof head - 1, text.data, text.len);
    row[sizeof head - 1 + text.len] = '}';
    if ((decode(test, (Str){ row, sizeof head + text.len }) == DECODE_OK) != good)
        fail_msg("%s as a value", name);
    DecodeOutcome outcome = decode(test, text);
    bool is_row = outcome == DECODE_OK ||
                  (outcome == DECODE_BAD && test->issues.items[0].reason == DECODE_ROW_NOT_OBJECT);
    bool is_blank = outcome == DECODE_SKIP;
    if (is_row != good && !is_blank)
        fail_msg("%s as a line", name);
    assert_false(is_blank && good);
}

static void every_text_of_the_suite_is_judged_right(void **state)
{
    (void)state;
    DIR *folder = opendir(DATA "/json_parsing");
    if (folder == NULL) {
        print_message("skipped: no shared data\n");
        skip();
    }
    DecodeCase test;
    case_open(&test, &STRING, 1);
    uint32_t count = 0;
    const struct dirent *entry;
    while ((entry = readdir(folder)) != NULL) {
        if (!str_ends_with(str_from(entry->d_name), STR(".json")))
            continue;
        check_text(&test, entry->d_name,
                   slurp(&test.arena, arena_printf(&test.arena, DATA "/json_parsing/%s", entry->d_name)));
        count++;
    }
    closedir(folder);
    assert_int_equal(count, 318);
    case_close(&test);
}

/* The decoder and the reader must agree on the line, and where both take it, on column `a`. */
static void agree(DecodeCase *test, Str line)
{
    ReferenceJson wanted = reference_json(line.data, line.len);
    DecodeOutcome outcome = decode(test, line);
    if (outcome == DECODE_SKIP)
        return;
    bool valid = outcome == DECODE_OK || test->issues.items[0].reason == DECODE_ROW_NOT_OBJECT;
    if (valid != wanted.valid || (valid && (outcome == DECODE_OK) != wanted.is_object))
        fail_msg("disagreement on %.*s", STR_ARG(line));
    if (outcome != DECODE_OK || !wanted.has_a)
        return;
    const char *text = line.data + wanted.a_from;
    RtDatum a = case_get(test, 0);
    assert_int_equal(a.is_null, wanted.a_len == 4 && memcmp(text, "null", 4) == 0);
    if (!a.is_null && text[0] != '"' && text[0] != '{' && text[0] != '[') {
        assert_int_equal(a.value.str.len, wanted.a_len);
        assert_memory_equal(a.value.str.data, text, wanted.a_len);
    }
}

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* Changes, drops or doubles a few bytes, with a liking for those that mean something. */
static Str mutate(Arena *arena, Str line, uint64_t *seed)
{
    static const char bytes[] = "\"\\{}[],:0123456789eE+-.truefalsn \t\n\x01\x7F\xC3\xA9\xED\xA0\x80\xF0u";
    char *copy = arena_alloc(arena, line.len + 16, 1);
    memcpy(copy, line.data, line.len);
    uint64_t len = line.len;
    for (uint64_t n = next_random(seed) % 3 + 1; n > 0 && len > 1; n--) {
        uint64_t at = next_random(seed) % len;
        switch (next_random(seed) % 3) {
        case 0: copy[at] = bytes[next_random(seed) % (sizeof bytes - 1)]; break;
        case 1: memmove(copy + at, copy + at + 1, --len - at); break;
        default:
            memmove(copy + at + 1, copy + at, len++ - at);
            copy[at] = bytes[next_random(seed) % (sizeof bytes - 1)];
        }
    }
    return (Str){ copy, len };
}

static void mutated_rows_are_judged_as_by_a_second_reader(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "{\"a\":1,\"b\":\"x\",\"a\":2}",
        "{\"b\":{\"a\":[1,2,{\"a\":3}]},\"a\":-12.5e+3}",
        "{ \"c\" : \"\\u00e9\\ud83d\\ude00\" , \"a\" : true , \"d\" : null }",
        "{\"a\":\"gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x98\x80\",\"b\":[[],[{}],\"\"]}",
        "{\"a\":{\"k\":\"v\"},\"b\":0.1e-2,\"c\":false}",
    };
    DecodeCase test;
    case_open(&test, &STRING, 1);
    uint64_t seed = 20240101;
    ArenaMark mark = arena_mark(&test.arena);
    for (uint32_t i = 0; i < 100000; i++) {
        agree(&test, mutate(&test.arena, str_from(rows[i % 5]), &seed));
        arena_release(&test.arena, mark);
    }
    case_close(&test);
}

static void mutated_real_events_are_judged_as_by_a_second_reader(void **state)
{
    (void)state;
    FILE *file = fopen(DATA "/github_events.ndjson", "rb");
    if (file == NULL) {
        print_message("skipped: no shared data\n");
        skip();
    }
    DecodeCase test;
    case_open(&test, &STRING, 1);
    test.nodes[0].name = STR("public");
    uint64_t seed = 7;
    char *line = NULL;
    size_t room = 0;
    ssize_t len;
    ArenaMark mark = arena_mark(&test.arena);
    for (uint32_t n = 0; n < 200 && (len = getline(&line, &room, file)) > 0; n++) {
        agree(&test, (Str){ line, (uint64_t)len - 1 });
        assert_int_equal(test.issues.count, 0);
        for (uint32_t i = 0; i < 20; i++)
            agree(&test, mutate(&test.arena, (Str){ line, (uint64_t)len - 1 }, &seed));
        arena_release(&test.arena, mark);
    }
    free(line);
    fclose(file);
    case_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_text_of_the_suite_is_judged_right),
        cmocka_unit_test(mutated_rows_are_judged_as_by_a_second_reader),
        cmocka_unit_test(mutated_real_events_are_judged_as_by_a_second_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
