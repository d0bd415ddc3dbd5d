/* test_shuffle_test.c -- shuffled rows are other rows in order only: nothing becomes late, nothing on time. */
#include "compiler/driver/test_shuffle.h"
#include "tests/unit/driver/planned.h"

enum { ROWS = 40, SEEDS = 60 };

#define WINDOW                                                                                                         \
    "FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(ts), INTERVAL '2' SECOND)) "                                               \
    "GROUP BY window_start, window_end"
#define TABLE(watermark) "CREATE TABLE ev (n BIGINT, ts TIMESTAMP(3)" watermark ");"

static uint32_t column_of(const PhysScan *scan, const char *name)
{
    for (uint32_t c = 0; c < scan->decoded_count; c++) {
        if (str_equal(scan->table->columns[scan->sources[c].table_column].name, str_from(name)))
            return c;
    }
    return UINT32_MAX;
}

/* Times wander forwards and back by up to eight seconds, so some rows are late. */
static char *make_rows(Case *it, uint32_t seed)
{
    const PhysScan *scan = &it->physical->scans[0]->as.scan;
    char *rows = arena_alloc_zeroed(&it->query, scan->layout.row_bytes * ROWS, 16);
    uint32_t n = column_of(scan, "n"), ts = column_of(scan, "ts");
    srand(seed);
    for (uint32_t r = 0; r < ROWS; r++) {
        char *row = rows + r * scan->layout.row_bytes;
        int64_t time = ((int64_t)r * 400 + rand() % 8000) * 1000;
        row_clear(row, &scan->layout);
        if (n != UINT32_MAX)
            row_set(row, &scan->layout, n, (RtDatum){ .kind = PK_I64, .value.i64 = r });
        if (ts != UINT32_MAX)
            row_set(row, &scan->layout, ts, (RtDatum){ .kind = PK_I64, .value.i64 = time });
    }
    return rows;
}

/* What the rows come to: how many were late, and a sum over the results that no order changes. */
typedef struct Answer {
    uint64_t late, rows, digest;
} Answer;

static void on_row(void *user, const PhysNode *sink, RowChange change, const void *row)
{
    Answer *answer = user;
    uint64_t hash = change;
    for (uint32_t c = 0; c < sink->column_count; c++)
        hash = (hash ^ (uint64_t)row_get(row, &sink->as.sink.layout, c).value.i64) * 0x9E3779B97F4A7C15U;
    answer->rows++;
    answer->digest += hash ^ (hash >> 29);
}

static Answer run(Case *it, const char *rows)
{
    Answer answer = { 0 };
    InterpOptions options = { .partition_count = 1, .user = &answer, .on_row = on_row };
    Interp *interp = interp_open(&it->query, it->physical, options);
    for (uint32_t r = 0; r < ROWS; r++)
        interp_row(interp, 0, 0, rows + r * it->physical->scans[0]->as.scan.layout.row_bytes, r);
    interp_end(interp, 0, 0);
    for (uint32_t i = 0; i < it->physical->node_count; i++)
        answer.late += interp_counts(interp, it->physical->nodes[i]).late;
    interp_close(interp);
    return answer;
}

static const char *shuffled(Case *it, const char *rows, uint64_t seed)
{
    int64_t watermark = INT64_MIN;
    uint64_t random = seed;
    TestShuffle shuffle = { it->physical, 0, &watermark, &random };
    return test_shuffle_rows(&it->query, &shuffle, rows, ROWS);
}

static bool is_moved(Case *it, const char *rows, const char *other)
{
    return memcmp(rows, other, it->physical->scans[0]->as.scan.layout.row_bytes * ROWS) != 0;
}

static void late_rows_stay_late_and_the_others_on_time(void **state)
{
    (void)state;
    Case it;
    uint64_t late = 0, moved = 0;
    open_case(&it, TABLE(", WATERMARK FOR ts AS ts - INTERVAL '3' SECOND") "CREATE METRIC m AS SELECT window_start, "
                                                                           "COUNT(*) AS c, SUM(n) AS s " WINDOW ";");
    assert_int_equal(test_shuffle_why_not(it.physical).len, 0);
    for (uint32_t seed = 1; seed <= SEEDS; seed++) {
        const char *rows = make_rows(&it, seed), *other = shuffled(&it, rows, seed);
        Answer a = run(&it, rows), b = run(&it, other);
        assert_int_equal(a.late, b.late);
        assert_int_equal(a.rows, b.rows);
        assert_true(a.digest == b.digest);
        late += a.late;
        moved += is_moved(&it, rows, other);
    }
    assert_true(late > SEEDS); /* the rows were a test of it */
    assert_int_equal(moved, SEEDS);
    close_case(&it);
}

static void without_a_bound_nothing_moves(void **state)
{
    (void)state;
    Case it;
    open_case(&it,
              TABLE(", WATERMARK FOR ts AS ts") "CREATE METRIC m AS SELECT window_start, COUNT(*) AS c " WINDOW ";");
    const char *rows = make_rows(&it, 1);
    assert_false(is_moved(&it, rows, shuffled(&it, rows, 1)));
    close_case(&it);
}

static void without_event_time_any_order_will_do(void **state)
{
    (void)state;
    Case it;
    open_case(&it, TABLE("") "SELECT n, ts FROM ev;");
    const char *rows = make_rows(&it, 1);
    assert_true(is_moved(&it, rows, shuffled(&it, rows, 1)));
    assert_true(run(&it, rows).digest == run(&it, shuffled(&it, rows, 2)).digest);
    assert_false(is_moved(&it, shuffled(&it, rows, 5), shuffled(&it, rows, 5))); /* a seed is an order */
    close_case(&it);
}

static void what_follows_the_order_of_rows_is_not_shuffled(void **state)
{
    (void)state;
    static const char *const ORDERED[] = {
        TABLE(", p AS PROCTIME()") "SELECT n, p FROM ev;",
        TABLE(", WATERMARK FOR ts AS ts") "SELECT n, CURRENT_WATERMARK(ts) AS w FROM ev;",
        TABLE(", WATERMARK FOR ts AS ts") "CREATE METRIC m AS SELECT window_start, APPROX_TOP_K(n, 2) AS a " WINDOW ";",
    };
    for (size_t i = 0; i < sizeof ORDERED / sizeof ORDERED[0]; i++) {
        Case it;
        open_case(&it, ORDERED[i]);
        assert_true(test_shuffle_why_not(it.physical).len > 0);
        close_case(&it);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(late_rows_stay_late_and_the_others_on_time),
        cmocka_unit_test(without_a_bound_nothing_moves),
        cmocka_unit_test(without_event_time_any_order_will_do),
        cmocka_unit_test(what_follows_the_order_of_rows_is_not_shuffled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
