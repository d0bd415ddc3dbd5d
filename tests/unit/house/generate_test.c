/* generate_test.c -- what the generators promise about their bytes. */
#include "compiler/generate/generate.h"
#include "runtime/base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static const char *const SOCIAL_FILES[] = { "user_events.ndjson", "content_events.ndjson", "ad_events.ndjson",
                                            "truths.json" };
static const char *const YSB_FILES[] = { "ysb_events.ndjson", "ads.csv" };

typedef struct Folder {
    char path[64];
} Folder;

static Folder folder_new(void)
{
    Folder folder = { "/tmp/sqc-generate-XXXXXX" };
    assert_non_null(mkdtemp(folder.path));
    return folder;
}

static Buf folder_read(const Folder *folder, const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder->path, name);
    Buf buf = { 0 };
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    for (size_t n = 1; n != 0;) {
        char *to = buf_reserve(&buf, 1 << 16);
        assert_non_null(to);
        n = fread(to, 1, 1 << 16, file);
        buf.len += n;
    }
    fclose(file);
    return buf;
}

static void folder_remove(const Folder *folder, const char *const *files, uint32_t count)
{
    char path[128];
    for (uint32_t i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder->path, files[i]);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rmdir(folder->path), 0);
}

static uint64_t count_text(Str text, Str needle)
{
    uint64_t count = 0;
    for (int64_t at = str_find(text, needle); at >= 0; at = str_find(text, needle)) {
        text = str_slice(text, (uint64_t)at + needle.len, text.len - (uint64_t)at - needle.len);
        count++;
    }
    return count;
}

static Str next_line(Str *rest)
{
    int64_t end = str_find(*rest, STR("\n"));
    assert_true(end >= 0);
    Str line = str_slice(*rest, 0, (uint64_t)end);
    *rest = str_slice(*rest, line.len + 1, rest->len - line.len - 1);
    return line;
}

static int64_t number_after(Str line, Str key)
{
    int64_t at = str_find(line, key);
    assert_true(at >= 0);
    int64_t number = 0;
    for (uint64_t i = (uint64_t)at + key.len; i < line.len && line.data[i] >= '0' && line.data[i] <= '9'; i++)
        number = number * 10 + (line.data[i] - '0');
    return number;
}

/* The three social files one after the other. */
static Buf social(GenerateOptions options)
{
    Folder folder = folder_new();
    options.out_folder = folder.path;
    RtError error;
    assert_int_equal(generate_social(&options, &error), RT_OK);
    Buf all = { 0 };
    for (uint32_t i = 0; i < 3; i++) {
        Buf one = folder_read(&folder, SOCIAL_FILES[i]);
        buf_append_str(&all, buf_str(&one));
        buf_free(&one);
    }
    folder_remove(&folder, SOCIAL_FILES, 4);
    return all;
}

static Buf ysb(uint64_t seed, uint64_t rows, Buf *ads)
{
    Folder folder = folder_new();
    GenerateOptions options = { .out_folder = folder.path, .seed = seed, .rows = rows };
    RtError error;
    assert_int_equal(generate_ysb(&options, &error), RT_OK);
    Buf events = folder_read(&folder, YSB_FILES[0]);
    *ads = folder_read(&folder, YSB_FILES[1]);
    folder_remove(&folder, YSB_FILES, 2);
    return events;
}

static void a_seed_decides_every_byte(void **state)
{
    (void)state;
    Buf a = social((GenerateOptions){ .seed = 7, .rows = 3000 });
    Buf b = social((GenerateOptions){ .seed = 7, .rows = 3000 });
    Buf c = social((GenerateOptions){ .seed = 8, .rows = 3000 });
    assert_true(str_equal(buf_str(&a), buf_str(&b)));
    assert_false(str_equal(buf_str(&a), buf_str(&c)));
    buf_free(&a);
    buf_free(&b);
    buf_free(&c);
}

static void as_many_rows_as_were_asked_for(void **state)
{
    (void)state;
    Buf rows = social((GenerateOptions){ .seed = 1, .rows = 12345 });
    assert_int_equal(count_text(buf_str(&rows), STR("\n")), 12345);
    assert_int_equal(count_text(buf_str(&rows), STR("\"event_id\":\"")), 12345);
    buf_free(&rows);
}

static void rows_fill_the_time_asked_for(void **state)
{
    (void)state;
    const int64_t start_us = INT64_C(1767571200000000);
    const int64_t day_us = INT64_C(86400000000);
    Buf rows = social((GenerateOptions){ .seed = 3, .rows = 40000 });
    int64_t last_us = 0;
    for (Str rest = buf_str(&rows); rest.len > 0;) {
        int64_t time_us = number_after(next_line(&rest), STR("\"ts_event\":"));
        assert_true(time_us >= start_us);
        last_us = time_us > last_us ? time_us : last_us;
    }
    assert_in_range(last_us - start_us, day_us * 9 / 10, day_us * 11 / 10);
    buf_free(&rows);
}

static void rows_stand_where_they_arrived_and_few_are_late(void **state)
{
    (void)state;
    Folder folder = folder_new();
    RtError error;
    GenerateOptions options = { .out_folder = folder.path, .seed = 5, .rows = 50000 };
    assert_int_equal(generate_social(&options, &error), RT_OK);
    Buf rows = folder_read(&folder, "content_events.ndjson");
    int64_t arrived_us = 0, newest_us = 0;
    uint64_t count = 0, out_of_order = 0, late = 0;
    for (Str rest = buf_str(&rows); rest.len > 0; count++) {
        Str line = next_line(&rest);
        int64_t time_us = number_after(line, STR("\"ts_event\":"));
        int64_t received_us = number_after(line, STR("\"ts_received\":"));
        assert_true(received_us >= arrived_us && received_us >= time_us);
        arrived_us = received_us;
        out_of_order += time_us < newest_us;
        late += time_us < newest_us - 5000000;
        newest_us = time_us > newest_us ? time_us : newest_us;
    }
    assert_true(out_of_order > count / 20);
    assert_true(late > 0 && late < count / 200);
    buf_free(&rows);
    folder_remove(&folder, SOCIAL_FILES, 4);
}

static void rows_are_damaged_only_when_asked(void **state)
{
    (void)state;
    Buf clean = social((GenerateOptions){ .seed = 2, .rows = 20000 });
    assert_int_equal(count_text(buf_str(&clean), STR("}\n")), 20000);
    assert_int_equal(count_text(buf_str(&clean), STR("yesterday")), 0);
    buf_free(&clean);

    Buf dirty = social((GenerateOptions){ .seed = 2, .rows = 20000, .malformed_per_million = 10000 });
    uint64_t cut = 20000 - count_text(buf_str(&dirty), STR("}\n"));
    assert_in_range(cut, 50, 150);
    assert_in_range(count_text(buf_str(&dirty), STR("yesterday")), 50, 150);
    buf_free(&dirty);
}

static int compare_ids(const void *a, const void *b)
{
    return memcmp(a, b, 36);
}

static uint64_t count_repeated_ids(Str rest)
{
    Arena arena;
    arena_init(&arena);
    uint64_t count = count_text(rest, STR("\n"));
    char *ids = ARENA_ARRAY(&arena, char, count * 36);
    for (uint64_t i = 0; i < count; i++) {
        Str line = next_line(&rest);
        int64_t at = str_find(line, STR("\"event_id\":\""));
        memcpy(ids + 36 * i, line.data + at + 12, 36);
    }
    qsort(ids, count, 36, compare_ids);
    uint64_t repeated = 0;
    for (uint64_t i = 1; i < count; i++)
        repeated += memcmp(ids + 36 * i, ids + 36 * (i - 1), 36) == 0;
    arena_free(&arena);
    return repeated;
}

static void events_are_sent_twice_only_when_asked(void **state)
{
    (void)state;
    Buf once = social((GenerateOptions){ .seed = 4, .rows = 20000 });
    Buf twice = social((GenerateOptions){ .seed = 4, .rows = 20000, .duplicates_per_million = 10000 });
    assert_int_equal(count_repeated_ids(buf_str(&once)), 0);
    assert_in_range(count_repeated_ids(buf_str(&twice)), 100, 300);
    buf_free(&once);
    buf_free(&twice);
}

static void ysb_rows_have_the_published_shape(void **state)
{
    (void)state;
    Buf ads;
    Buf events = ysb(1, 1000, &ads);
    assert_int_equal(count_text(buf_str(&events), STR("\n")), 1000);
    Str rest = buf_str(&events);
    for (int64_t i = 0; i < 1000; i++) {
        Str line = next_line(&rest);
        assert_true(str_starts_with(line, STR("{\"user_id\": \"")));
        assert_true(str_ends_with(line, STR("\", \"ip_address\": \"1.2.3.4\"}")));
        assert_int_equal(str_find(line, STR("\"page_id\": ")), 52);
        assert_int_equal(str_find(line, STR("\"ad_id\": ")), 103);
        assert_int_equal(str_find(line, STR("\"ad_type\": ")), 152);
        assert_true(str_find(line, STR("\"event_type\": ")) > 0);
        assert_int_equal(number_after(line, STR("\"event_time\": \"")), INT64_C(1700000000000) + i / 100);
    }
    buf_free(&events);
    buf_free(&ads);
}

static void every_ysb_event_names_an_ad_of_the_table(void **state)
{
    (void)state;
    Buf ads;
    Buf events = ysb(9, 2000, &ads);
    assert_int_equal(count_text(buf_str(&ads), STR("\n")), 1000);
    assert_int_equal(count_text(buf_str(&ads), STR(",campaign-099\n")), 10);
    for (Str rest = buf_str(&events); rest.len > 0;) {
        Str line = next_line(&rest);
        Str ad = str_slice(line, (uint64_t)str_find(line, STR("\"ad_id\": \"")) + 10, 36);
        assert_true(str_find(buf_str(&ads), ad) >= 0);
    }
    buf_free(&events);
    buf_free(&ads);
}

static void a_folder_that_cannot_be_made_is_an_error_with_its_name(void **state)
{
    (void)state;
    uint32_t count;
    const Generator *list = generators(&count);
    for (uint32_t i = 0; i < count; i++) {
        RtError error;
        GenerateOptions options = { .out_folder = "/dev/null/here", .rows = 10 };
        assert_int_equal(list[i].run(&options, &error), RT_FATAL);
        assert_true(str_find(str_from(error.text), STR("/dev/null")) >= 0);
    }
}

static void a_full_disk_is_an_error_with_the_file(void **state)
{
    (void)state;
    const char *const files[] = { "user_events.ndjson", "ysb_events.ndjson" };
    RtStatus (*const run[])(const GenerateOptions *, RtError *) = { generate_social, generate_ysb };
    for (uint32_t i = 0; i < 2; i++) {
        Folder folder = folder_new();
        char path[128];
        snprintf(path, sizeof path, "%s/%s", folder.path, files[i]);
        assert_int_equal(symlink("/dev/full", path), 0);
        RtError error;
        GenerateOptions options = { .out_folder = folder.path, .seed = 1, .rows = 20000 };
        assert_int_equal(run[i](&options, &error), RT_FATAL);
        assert_true(str_find(str_from(error.text), str_from(files[i])) >= 0);
        assert_true(str_find(str_from(error.text), STR("No space left")) >= 0);
        folder_remove(&folder, i == 0 ? SOCIAL_FILES : YSB_FILES, i == 0 ? 3 : 2); /* no truths about half a day */
    }
}

static void generators_are_found_by_name(void **state)
{
    (void)state;
    assert_string_equal(generator_find(STR("social"))->name, "social");
    assert_string_equal(generator_find(STR("ysb"))->name, "ysb");
    assert_null(generator_find(STR("nothing")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_decides_every_byte),
        cmocka_unit_test(as_many_rows_as_were_asked_for),
        cmocka_unit_test(rows_fill_the_time_asked_for),
        cmocka_unit_test(rows_stand_where_they_arrived_and_few_are_late),
        cmocka_unit_test(rows_are_damaged_only_when_asked),
        cmocka_unit_test(events_are_sent_twice_only_when_asked),
        cmocka_unit_test(ysb_rows_have_the_published_shape),
        cmocka_unit_test(every_ysb_event_names_an_ad_of_the_table),
        cmocka_unit_test(a_folder_that_cannot_be_made_is_an_error_with_its_name),
        cmocka_unit_test(a_full_disk_is_an_error_with_the_file),
        cmocka_unit_test(generators_are_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
