/* lite_test.c -- what SQLite answers to plans built by hand: windows, lateness, joins, and where it has no opinion. */
#include "compiler/sqlite/lite_db.h"
#include "tests/unit/plan/fixture.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

typedef struct Bench {
    Fixture *fx;
    const LiteQuery *query;
    LiteDb *db;
    Buf out;
} Bench;

static int set_up(void **state)
{
    Arena *query = malloc(sizeof *query);
    Bench *bench = calloc(1, sizeof *bench);
    assert_non_null(query);
    assert_non_null(bench);
    arena_init(query);
    bench->fx = fixture_new(query);
    *state = bench;
    return 0;
}

static int tear_down(void **state)
{
    Bench *bench = *state;
    Arena *query = bench->fx->query;
    lite_close(bench->db);
    buf_free(&bench->out);
    arena_free(query);
    free(query);
    free(bench);
    return 0;
}

static void start(Bench *bench, const LogicalNode *sink)
{
    bench->query = lite_query(bench->fx->query, sink);
    assert_int_equal(bench->query->why_not.len, 0);
    bench->db = lite_open(bench->fx->query, bench->query);
}

/* A column that is text or a number; text NULL is NULL. */
static RtDatum text_of(const char *text)
{
    return text == NULL ? datum_null(PK_STR) : (RtDatum){ .value.str = str_from(text), .kind = PK_STR };
}

static RtDatum number_of(int64_t number)
{
    return (RtDatum){ .value.i64 = number, .kind = PK_I64 };
}

static void click(Bench *bench, int64_t second, const char *region, int64_t price)
{
    RtDatum row[CLICK_COLUMNS] = {
        [CLICK_TS] = second < 0 ? datum_null(PK_I64) : number_of(second * 1000000),
        [CLICK_ACTION] = text_of("view"),
        [CLICK_REGION] = text_of(region),
        [CLICK_PRICE] = number_of(price),
        [CLICK_ACTOR] = datum_null(PK_BLOB),
    };
    lite_row(bench->db, 0, row);
}

static void put_row(void *user, const RtDatum *row)
{
    Bench *bench = user;
    const LogicalNode *sink = bench->query->sink;
    for (uint32_t c = 0; c < sink->column_count; c++) {
        buf_append_char(&bench->out, c == 0 ? '(' : ' ');
        if (row[c].is_null)
            buf_append_char(&bench->out, '-');
        else if (row[c].kind == PK_STR)
            buf_append_str(&bench->out, row[c].value.str);
        else
            buf_printf(&bench->out, "%" PRId64, row[c].value.i64);
    }
    buf_append_char(&bench->out, ')');
}

static void expect(Bench *bench, const char *rows)
{
    buf_clear(&bench->out);
    assert_int_equal(lite_rows(bench->db, put_row, bench), LITE_ANSWERED);
    buf_append_char(&bench->out, 0);
    assert_string_equal(bench->out.data, rows);
}

static void expect_none(Bench *bench, const char *why)
{
    assert_int_equal(lite_rows(bench->db, put_row, bench), LITE_NO_OPINION);
    assert_true(str_equal(lite_why(bench->db), str_from(why)));
}

static const Expr *price(Fixture *fx)
{
    return expr_column(fx->query, type_simple(TYPE_BIGINT, true), CLICK_PRICE, span_none());
}

/* The scan without its computed column, which divides by the price. */
static const LogicalNode *scan_of(Fixture *fx)
{
    const LogicalNode *scan = fx_scan(fx);
    LogicalNode *plain = ARENA_NEW(fx->query, LogicalNode);
    *plain = *scan;
    plain->column_count = CLICK_RATIO;
    return plain;
}

/* Region, COUNT(*), start of the window in microseconds. */
static const LogicalNode *counts(Fixture *fx)
{
    const LogicalNode *window = fx_window(fx, scan_of(fx), CLICK_TS);
    const LogicalNode *group = fx_group(fx, window, CLICK_TS, fx_column(fx, window, CLICK_REGION), NULL);
    const Expr *shown[] = { fx_column(fx, group, 0), fx_column(fx, group, 1), fx_column(fx, group, 2) };
    return fx_sink(fx, fx_project(fx, group, 3, shown), "m", 0);
}

static void a_window_is_answered_once_the_watermark_has_passed_it(void **state)
{
    Bench *bench = *state;
    start(bench, counts(bench->fx));
    click(bench, 1, "EU", 1);
    click(bench, 9, "EU", 1);
    click(bench, 14, "US", 1);
    click(bench, 2, NULL, 1);
    expect(bench, "");
    lite_watermark(bench->db, 0, 9998999);
    expect(bench, "");
    lite_watermark(bench->db, 0, 9999000);
    expect(bench, "(- 1 0)(EU 2 0)");
    lite_watermark(bench->db, 0, 20000000);
    expect(bench, "(- 1 0)(EU 2 0)(US 1 10000000)");
}

static void a_row_behind_the_watermark_is_late_and_counts_nowhere(void **state)
{
    Bench *bench = *state;
    uint64_t late = 0;
    start(bench, counts(bench->fx));
    click(bench, 3, "EU", 1);
    click(bench, 15, "EU", 1); /* watermark 10 s */
    click(bench, 8, "EU", 1);
    click(bench, 12, "EU", 1);
    expect(bench, "(EU 1 0)");
    assert_int_equal(lite_late(bench->db, &late), LITE_ANSWERED);
    assert_int_equal(late, 1);
    lite_watermark(bench->db, 0, 60000000);
    expect(bench, "(EU 1 0)(EU 2 10000000)");
}

static void a_row_without_a_time_is_in_no_window(void **state)
{
    Bench *bench = *state;
    const LogicalNode *scan = scan_of(bench->fx);
    const LogicalNode *group = fx_group(bench->fx, scan, CLICK_TS, fx_column(bench->fx, scan, CLICK_REGION), NULL);
    start(bench, fx_sink(bench->fx, group, "m", 0));
    click(bench, -1, "EU", 1);
    click(bench, 1, "US", 1);
    lite_watermark(bench->db, 0, 60000000);
    expect(bench, "(US 1 0 10000000 9999000)");
}

static void a_row_that_fails_is_left_out(void **state)
{
    Bench *bench = *state;
    Fixture *fx = bench->fx;
    const LogicalNode *scan = scan_of(fx);
    const Expr *shown[] = { fx_div(fx, fx_bigint(fx, 100), price(fx)), fx_column(fx, scan, CLICK_REGION) };
    start(bench, fx_sink(fx, fx_project(fx, scan, 2, shown), "r", 0));
    click(bench, 1, "EU", 50);
    click(bench, 2, "EU", 0);
    click(bench, 3, "US", 50);
    expect(bench, "(2 EU)(2 US)");
}

/* For those who do not read it the row is good. */
static void a_computed_column_that_fails_ends_the_opinion(void **state)
{
    Bench *bench = *state;
    Fixture *fx = bench->fx;
    const LogicalNode *scan = fx_scan(fx);
    const Expr *ratio[] = { fx_column(fx, scan, CLICK_RATIO) };
    start(bench, fx_sink(fx, fx_project(fx, scan, 1, ratio), "r", 0));
    click(bench, 1, "EU", 50);
    expect(bench, "(2)");
    click(bench, 2, "EU", 0);
    expect_none(bench, "a row is bad (division by zero)");
}

/* SQLite may look at both sides of AND; we look at the second only where the first is not FALSE. */
static void what_a_condition_guards_does_not_fail(void **state)
{
    Bench *bench = *state;
    Fixture *fx = bench->fx;
    const LogicalNode *scan = scan_of(fx);
    const Expr *guard = fx_gt(fx, price(fx), fx_bigint(fx, 0));
    const Expr *risky = fx_gt(fx, fx_div(fx, fx_bigint(fx, 100), price(fx)), fx_bigint(fx, 10));
    const Expr *shown[] = { price(fx) };
    start(bench, fx_sink(fx, fx_project(fx, fx_filter(fx, scan, fx_and(fx, guard, risky)), 1, shown), "r", 0));
    click(bench, 1, "EU", 0);
    click(bench, 1, "EU", 5);
    click(bench, 1, "EU", 50);
    expect(bench, "(5)");
}

static const LogicalNode *lookup(Fixture *fx, bool is_left)
{
    const LogicalNode *scan = scan_of(fx);
    const Expr **keys = ARENA_ARRAY(fx->query, const Expr *, 1);
    keys[0] = fx_column(fx, scan, CLICK_REGION);
    static const uint32_t NAME[] = { 0 }, TAX[] = { 1 };
    LogicalLookup join = { .table = fx->regions,
                           .input_keys = keys,
                           .table_keys = NAME,
                           .key_count = 1,
                           .is_left = is_left,
                           .table_columns = TAX,
                           .table_column_count = 1 };
    const LogicalNode *joined = logical_lookup_join(fx->query, scan, &join, span_none());
    const Expr *shown[] = { fx_column(fx, joined, CLICK_REGION), fx_column(fx, joined, scan->column_count) };
    return fx_sink(fx, fx_project(fx, joined, 2, shown), "j", 0);
}

static void tax(Bench *bench, const char *region, int64_t percent)
{
    RtDatum row[] = { text_of(region), number_of(percent), text_of("") };
    lite_row(bench->db, 1, row);
}

static void a_left_join_keeps_rows_without_a_match_and_null_matches_nothing(void **state)
{
    Bench *bench = *state;
    start(bench, lookup(bench->fx, true));
    tax(bench, "EU", 20);
    tax(bench, "EU", 21);
    tax(bench, NULL, 1);
    click(bench, 1, "EU", 1);
    click(bench, 2, "US", 1);
    click(bench, 3, NULL, 1);
    expect(bench, "(EU 20)(EU 21)(US -)(- -)");
}

static void an_inner_join_keeps_only_matches(void **state)
{
    Bench *bench = *state;
    start(bench, lookup(bench->fx, false));
    tax(bench, "EU", 20);
    click(bench, 1, "EU", 1);
    click(bench, 2, "US", 1);
    expect(bench, "(EU 20)");
}

static void refused(Bench *bench, const LogicalNode *sink, const char *why)
{
    assert_true(str_equal(lite_query(bench->fx->query, sink)->why_not, str_from(why)));
}

static void what_sqlite_cannot_judge_is_said(void **state)
{
    Bench *bench = *state;
    Fixture *fx = bench->fx;
    const LogicalNode *scan = scan_of(fx), *window = fx_window(fx, scan, CLICK_TS);
    const Expr *now[] = { expr_call(fx->query, type_simple(TYPE_BIGINT, false), &FX_RANDOM, NULL, 0, span_none()) };
    refused(bench, fx_sink(fx, fx_project(fx, scan, 1, now), "now", 0), "RANDOM asks for the time of the run");
    const LogicalNode *sum = fx_group(fx, window, CLICK_TS, fx_column(fx, window, CLICK_REGION), price(fx));
    refused(bench, fx_sink(fx, sum, "s", 0), "SUM depends on the order of rows"); /* the fixture's promises nothing */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_window_is_answered_once_the_watermark_has_passed_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_row_behind_the_watermark_is_late_and_counts_nowhere, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_row_without_a_time_is_in_no_window, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_row_that_fails_is_left_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_computed_column_that_fails_ends_the_opinion, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_condition_guards_does_not_fail, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_left_join_keeps_rows_without_a_match_and_null_matches_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_inner_join_keeps_only_matches, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_sqlite_cannot_judge_is_said, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
