/* test_repeat_test.c -- copies come, are copies of what stays known, and change nothing but their number. */
#include "compiler/driver/test_repeat.h"
#include "tests/unit/driver/planned.h"

enum { ROWS = 60, SEEDS = 40 };

/* What the rows come to. */
typedef struct Answer {
    uint64_t late, duplicates, rows, digest;
} Answer;

#define STREAM(clause)                                                                                                 \
    "CREATE TABLE ev (id BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND" clause ");"            \
    "CREATE METRIC m AS SELECT window_start, COUNT(*) AS n, SUM(id) AS ids FROM TABLE(TUMBLE(TABLE ev, "               \
    "DESCRIPTOR(ts), INTERVAL '2' SECOND)) GROUP BY window_start, window_end;"

/* Two of three rows have a key, which comes again after `keys` rows; times wander by up to eight seconds, so some rows
 * are late. */
static char *make_rows(Case *it, uint32_t seed, uint32_t keys)
{
    const PhysScan *scan = &it->physical->scans[0]->as.scan;
    char *rows = arena_alloc_zeroed(&it->query, scan->layout.row_bytes * ROWS, 16);
    srand(seed);
    for (uint32_t r = 0; r < ROWS; r++) {
        char *row = rows + r * scan->layout.row_bytes;
        row_clear(row, &scan->layout);
        for (uint32_t c = 0; c < 2; c++) {
            bool is_time = scan->sources[c].table_column == 1;
            int64_t value = is_time ? ((int64_t)r * 400 + rand() % 8000) * 1000 : r % keys;
            if (is_time || r % 3 != 0)
                row_set(row, &scan->layout, c, (RtDatum){ .kind = PK_I64, .value.i64 = value });
        }
    }
    return rows;
}

static void on_row(void *user, const PhysNode *sink, RowChange change, const void *row)
{
    Answer *answer = user;
    uint64_t hash = change;
    for (uint32_t c = 0; c < sink->column_count; c++)
        hash = (hash ^ (uint64_t)row_get(row, &sink->as.sink.layout, c).value.i64) * 0x9E3779B97F4A7C15U;
    answer->rows++;
    answer->digest += hash ^ (hash >> 29);
}

static Answer run(Case *it, const char *rows, uint32_t count)
{
    Answer answer = { 0 };
    InterpOptions options = { .partition_count = 1, .user = &answer, .on_row = on_row };
    Interp *interp = interp_open(&it->query, it->physical, options);
    for (uint32_t r = 0; r < count; r++)
        interp_row(interp, 0, 0, rows + r * it->physical->scans[0]->as.scan.layout.row_bytes, r);
    interp_end(interp, 0, 0);
    for (uint32_t i = 0; i < it->physical->node_count; i++) {
        answer.late += interp_counts(interp, it->physical->nodes[i]).late;
        answer.duplicates += interp_counts(interp, it->physical->nodes[i]).duplicates;
    }
    interp_close(interp);
    return answer;
}

static void expect_nothing_else_changes(uint32_t keys, bool has_copies)
{
    uint64_t late = 0, copies = 0;
    for (uint32_t seed = 1; seed <= SEEDS; seed++) {
        Case it;
        open_case(&it, STREAM(", DEDUPLICATE BY (id) WITHIN INTERVAL '4' SECOND"));
        assert_true(test_repeats(it.physical));
        const char *rows = make_rows(&it, seed, keys);
        uint32_t count = ROWS;
        uint64_t random = seed;
        TestRepeat repeat = { .physical = it.physical, .random = &random, .watermark_us = INT64_MIN };
        const char *more = test_repeat_rows(&it.query, &repeat, rows, &count);
        Answer before = run(&it, rows, ROWS), after = run(&it, more, count);
        assert_int_equal(count, ROWS + repeat.added);
        copies += before.duplicates;
        assert_int_equal(after.duplicates, before.duplicates + repeat.added);
        assert_true(repeat.added > ROWS / 20);
        assert_int_equal(after.late, before.late);
        assert_int_equal(after.rows, before.rows);
        assert_int_equal(after.digest, before.digest);
        late += before.late;
        close_case(&it);
    }
    assert_true(late > 0);
    assert_int_equal(copies > 0, has_copies);
}

static void every_copy_is_one_and_nothing_else_changes(void **state)
{
    (void)state;
    expect_nothing_else_changes(ROWS, false);
}

/* Such a copy, sent again when the row that counts is forgotten, would count. */
static void copies_are_of_rows_that_count(void **state)
{
    (void)state;
    expect_nothing_else_changes(7, true);
}

static void streams_that_do_not_say_so_stay_as_they_are(void **state)
{
    (void)state;
    Case it;
    open_case(&it, STREAM(""));
    assert_false(test_repeats(it.physical));
    const char *rows = make_rows(&it, 1, ROWS);
    uint32_t count = ROWS;
    uint64_t random = 1;
    TestRepeat repeat = { .physical = it.physical, .random = &random, .watermark_us = INT64_MIN };
    assert_ptr_equal(test_repeat_rows(&it.query, &repeat, rows, &count), rows);
    assert_int_equal(count, ROWS);
    close_case(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_copy_is_one_and_nothing_else_changes),
        cmocka_unit_test(copies_are_of_rows_that_count),
        cmocka_unit_test(streams_that_do_not_say_so_stay_as_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
