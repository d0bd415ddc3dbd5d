/* store_test.c -- what the store promises: rows come back as they went in, a generation replaces the one before it
 * whole or not at all, and bytes that are no store are told, never read. */
#include "runtime/store/store.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

enum { TIME, NAME, COUNT, COLUMNS, SECOND = 1000000 };

typedef struct Fixture {
    Arena arena;
    char folder[64], path[128];
    RowLayout layout;
    char *row;
} Fixture;

static int set_up(void **state)
{
    static const uint8_t KINDS[] = { PK_I64, PK_STR, PK_I64 };
    Fixture *f = calloc(1, sizeof *f);
    arena_init(&f->arena);
    snprintf(f->folder, sizeof f->folder, "/tmp/sqc-store-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof f->path, "%s/store.db", f->folder);
    f->layout = row_layout(&f->arena, KINDS, COLUMNS);
    f->row = arena_alloc_zeroed(&f->arena, f->layout.row_bytes, 16);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *f = *state;
    char command[160];
    snprintf(command, sizeof command, "rm -rf %s", f->folder);
    assert_int_equal(system(command), 0);
    arena_free(&f->arena);
    free(f);
    return 0;
}

static void ok(RtStatus status, const RtError *error)
{
    if (status != RT_OK)
        fail_msg("%s", error->text);
}

static void put(Fixture *f, Store *store, uint32_t rung, int64_t time, const char *name, int64_t count)
{
    RtError error;
    row_clear(f->row, &f->layout);
    row_set(f->row, &f->layout, TIME, (RtDatum){ .kind = PK_I64, .value.i64 = time });
    if (name != NULL)
        row_set(f->row, &f->layout, NAME, (RtDatum){ .kind = PK_STR, .value.str = str_from(name) });
    row_set(f->row, &f->layout, COUNT, (RtDatum){ .kind = PK_I64, .value.i64 = count });
    ok(store_put(store, rung, f->row, &error), &error);
}

static Store *begin(Fixture *f, StoreKeep keep, uint32_t *rung)
{
    RtError error;
    Store *store;
    StoreMetric metric = {
        .name = STR("ads.ctr"), .definition = 42, .layout = &f->layout, .time_column = TIME, .bucket_us = SECOND
    };
    ok(store_open(&store, f->path, STORE_WRITE, &error), &error);
    ok(store_begin(store, keep, &error), &error);
    ok(store_add_metric(store, &metric, &error), &error);
    ok(store_add_rung(store, 0, SECOND, rung, &error), &error);
    return store;
}

static void finish(Store *store)
{
    RtError error;
    ok(store_mark(store, 0, (StoreMarks){ 9 * SECOND, 1, 2 }, &error), &error);
    ok(store_finish(store, &error), &error);
    store_close(store);
}

typedef struct Seen {
    const RowLayout *layout;
    char text[2000];
    StoreMarks marks;
} Seen;

static RtStatus see(void *user, const BlockRows *rows, RtError *error)
{
    (void)error;
    Seen *seen = user;
    for (uint32_t i = 0; i < rows->count; i++) {
        const BlockColumn *name = &rows->columns[NAME];
        int64_t time, count;
        memcpy(&time, block_value(&rows->columns[TIME], i), sizeof time);
        memcpy(&count, block_value(&rows->columns[COUNT], i), sizeof count);
        Str text = block_is_null(name, i) ? STR("NULL") : block_text(name, i);
        size_t at = strlen(seen->text);
        snprintf(seen->text + at, sizeof seen->text - at, "%lld %.*s %lld;", (long long)time / SECOND, STR_ARG(text),
                 (long long)count);
    }
    return RT_OK;
}

/* The rows of the store in [from, to); the status of finding and reading them. */
static RtStatus read_range(Fixture *f, int64_t from_us, int64_t to_us, Seen *seen, RtError *error)
{
    Store *store;
    StoredMetric metric;
    *seen = (Seen){ .layout = &f->layout };
    RtStatus status = store_open(&store, f->path, STORE_READ, error);
    if (status != RT_OK)
        return status;
    status = store_find(store, &f->arena, STR("ads.ctr"), &metric, error);
    StoreRange range = { &metric, SECOND, from_us, to_us, &f->layout };
    if (status == RT_OK)
        status = store_read(store, &range, see, seen, error);
    if (status == RT_OK)
        seen->marks = metric.marks;
    store_close(store);
    return status;
}

/* The same in seconds. */
static RtStatus read_rows(Fixture *f, int64_t from, int64_t to, Seen *seen, RtError *error)
{
    return read_range(f, from * SECOND, to * SECOND, seen, error);
}

static void expect_rows(Fixture *f, int64_t from, int64_t to, const char *text)
{
    RtError error;
    Seen seen;
    ok(read_rows(f, from, to, &seen, &error), &error);
    assert_string_equal(seen.text, text);
}

/* Whether the store knows a metric, with its marks. */
static void expect_metric(Fixture *f, const char *name, bool is_there)
{
    RtError error;
    Store *store;
    StoredMetric metric;
    ok(store_open(&store, f->path, STORE_READ, &error), &error);
    RtStatus status = store_find(store, &f->arena, str_from(name), &metric, &error);
    assert_int_equal(status, is_there ? RT_OK : RT_END);
    store_close(store);
}

static void rows_come_back_by_time(void **state)
{
    Fixture *f = *state;
    uint32_t rung;
    Store *store = begin(f, STORE_KEEP_NOTHING, &rung);
    put(f, store, rung, 1 * SECOND, "a", 1);
    put(f, store, rung, 1 * SECOND, NULL, 2);
    put(f, store, rung, 3 * SECOND, "", 3);
    put(f, store, rung, 2 * SECOND, "a text that is longer than sixteen bytes", 4);
    put(f, store, rung, 1 * SECOND, "later", 5);
    put(f, store, rung, -2 * SECOND, "before 1970", 6);
    finish(store);
    expect_rows(f, -10, 10,
                "-2 before 1970 6;1 a 1;1 NULL 2;1 later 5;2 a text that is longer than sixteen bytes 4;3  3;");
    expect_rows(f, 1, 3, "1 a 1;1 NULL 2;1 later 5;2 a text that is longer than sixteen bytes 4;");
}

/* Alike in length, alike in all, some NULL, none of these. */
static void texts_of_any_lengths_come_back(void **state)
{
    static const char *const NAMES[][4] = {
        { "aaa", "bbb", "ccc", "ddd" }, { "same", "same", "same", "same" }, { "", "", "", "" },
        { "a", NULL, "b", "c" },        { "one", "three", "two", "" },      { NULL, NULL, NULL, NULL },
    };
    Fixture *f = *state;
    uint32_t rung;
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        char wanted[200] = "";
        Store *store = begin(f, STORE_KEEP_NOTHING, &rung);
        for (int64_t k = 0; k < 4; k++) {
            put(f, store, rung, SECOND, NAMES[i][k], k);
            size_t at = strlen(wanted);
            snprintf(wanted + at, sizeof wanted - at, "1 %s %lld;", NAMES[i][k] == NULL ? "NULL" : NAMES[i][k],
                     (long long)k);
        }
        finish(store);
        expect_rows(f, 0, 10, wanted);
    }
}

static void a_generation_takes_the_place_of_the_one_before(void **state)
{
    Fixture *f = *state;
    uint32_t rung;
    for (int64_t run = 1; run <= 3; run++) {
        Store *store = begin(f, STORE_KEEP_NOTHING, &rung);
        put(f, store, rung, SECOND, "run", run);
        finish(store);
    }
    expect_rows(f, 0, 10, "1 run 3;");
}

static void what_is_not_finished_is_not_seen_once_something_is(void **state)
{
    Fixture *f = *state;
    uint32_t rung;
    RtError error;
    Store *store = begin(f, STORE_KEEP_NOTHING, &rung);
    put(f, store, rung, SECOND, "first", 1);
    finish(store);
    store = begin(f, STORE_KEEP_NOTHING, &rung);
    put(f, store, rung, SECOND, "second", 2);
    ok(store_flush(store, &error), &error);
    store_close(store); /* as when the process ends */
    expect_rows(f, 0, 10, "1 first 1;");
    store = begin(f, STORE_KEEP_NOTHING, &rung);
    put(f, store, rung, SECOND, "third", 3);
    finish(store);
    expect_rows(f, 0, 10, "1 third 3;");
}

/* A run of one metric takes the place of that metric's rows, and of no other's. */
static void others_stay_when_only_own_are_replaced(void **state)
{
    Fixture *f = *state;
    RtError error;
    uint32_t rung, other_rung;
    StoreMetric other = {
        .name = STR("ads.roas"), .definition = 43, .layout = &f->layout, .time_column = TIME, .bucket_us = SECOND
    };
    Store *store = begin(f, STORE_KEEP_NOTHING, &rung);
    put(f, store, rung, SECOND, "old", 1);
    ok(store_add_metric(store, &other, &error), &error);
    ok(store_add_rung(store, 1, SECOND, &other_rung, &error), &error);
    put(f, store, other_rung, SECOND, "other", 7);
    finish(store);
    store = begin(f, STORE_KEEP_OTHERS, &rung);
    put(f, store, rung, SECOND, "new", 2);
    finish(store);
    expect_rows(f, 0, 10, "1 new 2;");
    expect_metric(f, "ads.roas", true);
    store = begin(f, STORE_KEEP_OTHERS, &rung);
    put(f, store, rung, SECOND, "newer", 3);
    finish(store);
    expect_rows(f, 0, 10, "1 newer 3;");
    expect_metric(f, "ads.roas", true);
    store = begin(f, STORE_KEEP_NOTHING, &rung);
    put(f, store, rung, SECOND, "newest", 4);
    finish(store);
    expect_metric(f, "ads.roas", false);
}

/* A child writes a generation and is killed after `rows` rows: readers see the first one, whole. */
static void a_kill_at_any_point_leaves_the_last_generation(void **state)
{
    Fixture *f = *state;
    uint32_t rung;
    Store *store = begin(f, STORE_KEEP_NOTHING, &rung);
    put(f, store, rung, SECOND, "kept", 1);
    finish(store);
    for (int rows = 0; rows < 12; rows++) {
        pid_t child = fork();
        if (child == 0) {
            RtError error;
            Store *dying = begin(f, STORE_KEEP_NOTHING, &rung);
            for (int i = 0; i < rows; i++) {
                put(f, dying, rung, i * SECOND, "lost", i);
                if (i % 3 == 2 && store_flush(dying, &error) != RT_OK)
                    _exit(1);
            }
            _exit(0); /* no rollback, no close */
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        expect_rows(f, 0, 20, "1 kept 1;");
    }
}

/* More than any cache holds is written, and not yet committed. */
static void readers_are_not_shut_out_while_a_run_writes(void **state)
{
    Fixture *f = *state;
    RtError error;
    uint32_t rung;
    static char text[64 << 10];
    Store *store = begin(f, STORE_KEEP_NOTHING, &rung);
    put(f, store, rung, SECOND, "old", 1);
    finish(store);
    store = begin(f, STORE_KEEP_NOTHING, &rung);
    for (int64_t i = 0; i < 200; i++) {
        memset(text, 'a' + (int)(i % 26), sizeof text - 1);
        put(f, store, rung, i * SECOND, text, i);
    }
    ok(store_flush(store, &error), &error);
    expect_rows(f, 0, 300, "1 old 1;");
    store_close(store);
}

static void expired_times_go(void **state)
{
    Fixture *f = *state;
    uint32_t rung;
    RtError error;
    Store *store = begin(f, STORE_KEEP_NOTHING, &rung);
    for (int64_t i = 0; i < 6; i++)
        put(f, store, rung, i * SECOND, "x", i);
    ok(store_flush(store, &error), &error);
    ok(store_expire(store, rung, 4 * SECOND, &error), &error);
    finish(store);
    expect_rows(f, 0, 10, "4 x 4;5 x 5;");
}

/* The cut of the only rung of the newest generation. */
static int64_t cut_of(Fixture *f)
{
    RtError error;
    Store *store;
    StoredMetric metric;
    ok(store_open(&store, f->path, STORE_READ, &error), &error);
    ok(store_find(store, &f->arena, STR("ads.ctr"), &metric, &error), &error);
    store_close(store);
    assert_int_equal(metric.grain_count, 1);
    return metric.cuts[0];
}

static void what_was_dropped_is_told_and_only_whole_buckets_are(void **state)
{
    Fixture *f = *state;
    uint32_t rung;
    RtError error;
    for (int64_t before = -1; before <= 4; before += 5) {
        Store *store = begin(f, STORE_KEEP_NOTHING, &rung);
        for (int64_t i = 0; i < 6; i++)
            put(f, store, rung, i * SECOND + SECOND / 2, "x", i);
        ok(store_flush(store, &error), &error);
        ok(store_expire(store, rung, before * SECOND + SECOND * 3 / 4, &error), &error);
        finish(store);
        expect_rows(f, 0, 10, before < 0 ? "0 x 0;1 x 1;2 x 2;3 x 3;4 x 4;5 x 5;" : "4 x 4;5 x 5;");
        assert_true(cut_of(f) == (before < 0 ? INT64_MIN : 4 * SECOND));
    }
}

/* Stores that were last written before there were seals. */
static void a_store_without_seals_is_read_and_written(void **state)
{
    Fixture *f = *state;
    uint32_t rung;
    Store *store = begin(f, STORE_KEEP_NOTHING, &rung);
    put(f, store, rung, SECOND, "x", 1);
    finish(store);
    sqlite3 *db;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "DROP TABLE whole; DROP TABLE seal; PRAGMA user_version = 1", NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
    assert_true(cut_of(f) == INT64_MIN);
    store = begin(f, STORE_KEEP_NOTHING, &rung);
    put(f, store, rung, 2 * SECOND, "y", 2);
    finish(store);
    expect_rows(f, 0, 10, "2 y 2;");
}

static void marks_and_rungs_are_told(void **state)
{
    Fixture *f = *state;
    uint32_t rung, hour;
    RtError error;
    Store *store = begin(f, STORE_KEEP_NOTHING, &rung);
    ok(store_add_rung(store, 0, 3600ll * SECOND, &hour, &error), &error);
    put(f, store, rung, SECOND, "x", 1);
    finish(store);
    StoredMetric metric;
    ok(store_open(&store, f->path, STORE_READ, &error), &error);
    ok(store_find(store, &f->arena, STR("ads.ctr"), &metric, &error), &error);
    assert_true(metric.finished);
    assert_int_equal(metric.definition, 42);
    assert_int_equal(metric.marks.watermark_us, 9 * SECOND);
    assert_int_equal(metric.marks.late, 1);
    assert_int_equal(metric.marks.bad, 2);
    assert_int_equal(metric.grain_count, 2);
    assert_true(metric.grains[0] == SECOND && metric.grains[1] == 3600ll * SECOND);
    assert_int_equal(store_find(store, &f->arena, STR("ads.cpc"), &metric, &error), RT_END);
    assert_non_null(strstr(error.text, "E0823"));
    store_close(store);
}

/* ---- what is no store ---- */

static void expect_error(Fixture *f, RtStatus wanted, const char *code)
{
    RtError error;
    Seen seen;
    RtStatus status = read_rows(f, 0, 10, &seen, &error);
    assert_int_equal(status, wanted);
    if (strncmp(error.text, code, 5) != 0)
        fail_msg("%s wanted: %s", code, error.text);
}

static void a_missing_file_is_told(void **state)
{
    expect_error(*state, RT_END, "E0823");
}

static void other_bytes_are_told(void **state)
{
    Fixture *f = *state;
    FILE *file = fopen(f->path, "w");
    for (int i = 0; i < 5000; i++)
        fputs("no store ", file);
    fclose(file);
    expect_error(f, RT_BAD_DATA, "E0820");
    assert_int_equal(truncate(f->path, 0), 0);
    expect_error(f, RT_BAD_DATA, "E0820");
}

/* Each byte of the file in turn is another one: an error or, where the byte meant nothing, the same answer. */
static void a_changed_byte_never_changes_an_answer(void **state)
{
    Fixture *f = *state;
    uint32_t rung;
    Store *store = begin(f, STORE_KEEP_NOTHING, &rung);
    put(f, store, rung, SECOND, "kept", 1);
    put(f, store, rung, 2 * SECOND, "too", 2);
    finish(store);
    int file = open(f->path, O_RDWR);
    struct stat info;
    assert_int_equal(fstat(file, &info), 0);
    int told = 0;
    for (off_t at = 0; at < info.st_size; at += 7) {
        unsigned char byte, other;
        RtError error;
        Seen seen;
        assert_int_equal(pread(file, &byte, 1, at), 1);
        other = (unsigned char)~byte;
        assert_int_equal(pwrite(file, &other, 1, at), 1);
        RtStatus status = read_range(f, INT64_MIN, INT64_MAX, &seen, &error);
        if (status == RT_OK) {
            assert_string_equal(seen.text, "1 kept 1;2 too 2;");
            assert_true(seen.marks.watermark_us == 9 * SECOND && seen.marks.late == 1 && seen.marks.bad == 2);
        } else {
            told++;
        }
        assert_int_equal(pwrite(file, &byte, 1, at), 1);
    }
    close(file);
    assert_true(told > 10);
}

static void a_store_in_use_is_told(void **state)
{
    Fixture *f = *state;
    uint32_t rung;
    RtError error;
    Store *store = begin(f, STORE_KEEP_NOTHING, &rung), *other;
    put(f, store, rung, SECOND, "x", 1);
    ok(store_flush(store, &error), &error); /* holds the write lock until it finishes */
    ok(store_open(&other, f->path, STORE_WRITE, &error), &error);
    assert_int_equal(store_begin(other, STORE_KEEP_NOTHING, &error), RT_RETRY);
    assert_int_equal(strncmp(error.text, "E0821", 5), 0);
    store_close(other);
    finish(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rows_come_back_by_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(texts_of_any_lengths_come_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_generation_takes_the_place_of_the_one_before, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_finished_is_not_seen_once_something_is, set_up, tear_down),
        cmocka_unit_test_setup_teardown(others_stay_when_only_own_are_replaced, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_kill_at_any_point_leaves_the_last_generation, set_up, tear_down),
        cmocka_unit_test_setup_teardown(readers_are_not_shut_out_while_a_run_writes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(expired_times_go, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_dropped_is_told_and_only_whole_buckets_are, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_store_without_seals_is_read_and_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(marks_and_rungs_are_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_missing_file_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_bytes_are_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_changed_byte_never_changes_an_answer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_store_in_use_is_told, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
