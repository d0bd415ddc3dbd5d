/* plan_shapes_test.c -- what queries become: one line of plan text says what each promise is about. */
#include "compiler/bind/bind.h"
#include "compiler/parse/parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define EV                                                                                                             \
    "CREATE TABLE ev (id STRING, n BIGINT, small SMALLINT, price DECIMAL(10, 2), d DOUBLE, b BOOLEAN, dt DATE,\n"      \
    "  actor ROW<id BIGINT, login STRING>, ts TIMESTAMP(3), proc AS PROCTIME(), WATERMARK FOR ts AS ts);\n"            \
    "CREATE TABLE ads (ad STRING, campaign BIGINT)\n"                                                                  \
    "  WITH ('connector' = 'filesystem', 'path' = 'ads.csv', 'format' = 'csv');\n"                                     \
    "CREATE TABLE o (id STRING, n BIGINT, k AS n + 1) WITH ('connector' = 'blackhole');\n"
#define WINDOW " FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end"

typedef struct Session {
    Arena query;
    Diags *diags;
    BoundProgram *program;
} Session;

static int start(void **state)
{
    static Session session;
    arena_init(&session.query);
    *state = &session;
    return 0;
}

static int stop(void **state)
{
    Session *session = *state;
    arena_free(&session->query);
    return 0;
}

static void bind(Session *s, const char *text)
{
    Sources *sources = sources_new(&s->query);
    s->diags = diags_new(&s->query, sources);
    const Source *source = sources_add(sources, STR("t.ssql"), str_printf(&s->query, EV "%s", text));
    AstNode *tree = parse_program(&s->query, source, s->diags);
    s->program = bind_program(&s->query, &tree, 1, NULL, s->diags);
    if (s->diags->error_count > 0) {
        Buf out = { 0 };
        diag_render_text(&out, s->diags, (DiagRender){ 0 });
        print_error("%.*s\n", STR_ARG(buf_str(&out)));
        buf_free(&out);
    }
    assert_int_equal(s->diags->error_count, 0);
}

/* The plan of the first result holds this text. */
static void assert_plan(Session *s, const char *text, const char *wanted)
{
    bind(s, text);
    assert_true(s->program->logical.sink_count > 0);
    Str plan = logical_text(&s->query, s->program->logical.sinks[0]);
    if (str_find(plan, str_from(wanted)) < 0)
        print_error("%.*s\ndoes not hold %s\n", STR_ARG(plan), wanted);
    assert_true(str_find(plan, str_from(wanted)) >= 0);
}

static const Type *column_type(Session *s, const char *expr)
{
    char text[300];
    snprintf(text, sizeof text, "SELECT %s AS x FROM ev;", expr);
    bind(s, text);
    return s->program->logical.sinks[0]->columns[0].type;
}

static void assert_column_type(Session *s, const char *expr, Str wanted)
{
    Str name = type_name(&s->query, column_type(s, expr));
    if (!str_equal(name, wanted))
        print_error("%s is %.*s, not %.*s\n", expr, STR_ARG(name), STR_ARG(wanted));
    assert_true(str_equal(name, wanted));
}

static void integer_literals_take_the_type_they_meet(void **state)
{
    assert_plan(*state, "SELECT n FROM ev WHERE n > 10 AND price = 3;", "((n@1 > 10) AND (price@3 = 3.00))");
}

static void decimals_of_one_scale_compare_as_integers(void **state)
{
    bind(*state, "SELECT n FROM ev WHERE price > 1.25;");
    Session *s = *state;
    const Expr *predicate = s->program->logical.sinks[0]->inputs[0]->inputs[0]->as.filter.predicate;
    assert_int_equal(predicate->op, EXPR_CALL);
    assert_int_equal(predicate->fn->args[0], TW_BIGINT);
}

static void lists_of_literals_stay_lists(void **state)
{
    assert_plan(*state, "SELECT n FROM ev WHERE dt IN ('2024-01-01', DATE '2024-01-02');",
                "(dt@6 IN (DATE '2024-01-01', DATE '2024-01-02'))");
}

static void text_that_meets_a_time_is_read_and_null_when_it_is_none(void **state)
{
    assert_plan(*state, "SELECT n FROM ev WHERE ts > id;", "TRY_CAST(id@0 AS TIMESTAMP");
}

static void a_grouped_expression_is_found_inside_of_an_item(void **state)
{
    assert_plan(*state, "SELECT window_start, (n + 1) * 2 AS k, SUM(n) + MAX(n + 1) AS s" WINDOW ", n + 1;",
                "k = (key_0@0 * 2), s = (agg_0@1 + agg_1@2)");
}

static void the_same_aggregate_is_computed_once(void **state)
{
    assert_plan(*state, "SELECT window_start, SUM(n) AS a, SUM(n) * 2 AS b" WINDOW " HAVING SUM(n) > 1;",
                "by [] SUM(n@1)\n");
}

static void count_of_a_column_counts_what_is_not_null(void **state)
{
    assert_plan(*state, "SELECT window_start, COUNT(id) FILTER (WHERE b) AS c" WINDOW ";",
                "COUNT(*) FILTER (b@5 AND (id@0 IS NOT NULL))");
}

static void the_window_survives_a_derived_table(void **state)
{
    assert_plan(*state,
                "SELECT window_end, COUNT(*) AS c FROM (SELECT * FROM TABLE(TUMBLE(TABLE ev, DESCRIPTOR(ts),\n"
                "INTERVAL '1' MINUTE)) WHERE b) GROUP BY window_start, window_end;",
                "aggregate tumble(ts@");
}

static void a_group_window_reads_its_parts_by_name(void **state)
{
    assert_plan(*state,
                "SELECT TUMBLE_START(ts, INTERVAL '5' SECOND) AS s, COUNT(*) AS c FROM ev\n"
                "GROUP BY TUMBLE(ts, INTERVAL '5' SECOND);",
                "s = window_start@1, c = agg_0@0");
}

static void a_lookup_join_takes_equalities_as_keys(void **state)
{
    assert_plan(*state,
                "SELECT e.id, a.campaign FROM ev AS e JOIN ads FOR SYSTEM_TIME AS OF e.proc AS a\n"
                "ON UPPER(e.id) = a.ad AND a.campaign > e.n;",
                "lookup join ads [ad, campaign] on UPPER(id@0) = ad and (campaign@11 > n@1)");
}

static void a_left_lookup_join_may_have_no_match(void **state)
{
    bind(*state, "SELECT a.ad FROM ev AS e LEFT JOIN ads FOR SYSTEM_TIME AS OF e.proc AS a ON e.id = a.ad;");
    Session *s = *state;
    assert_true(s->program->logical.sinks[0]->columns[0].type->nullable);
}

static void insert_leaves_computed_columns_out_and_fills_what_is_not_named(void **state)
{
    assert_plan(*state, "INSERT INTO o (n) SELECT small FROM ev;", "id = NULL, n = CAST(small@0 AS BIGINT)");
}

static void result_types_are_flinks(void **state)
{
    static const char *const CASES[][2] = {
        { "0.908 * n", "DECIMAL(24, 3)" },
        { "price * 2", "DECIMAL(21, 2)" },
        { "small + small", "SMALLINT" },
        { "n / 2", "BIGINT" },
        { "d + price", "DOUBLE" },
        { "'a' || id", "STRING" },
        { "CASE WHEN b THEN 1 ELSE n END", "BIGINT" },
        { "COALESCE(small, 0)", "INT NOT NULL" },
        { "NULLIF(n, 0)", "BIGINT" },
        { "actor.id", "BIGINT" },
        { "ts + INTERVAL '1' DAY", "TIMESTAMP(3)" },
        { "CAST(id AS DECIMAL(5, 1))", "DECIMAL(5, 1)" },
        { "TRY_CAST(id AS BIGINT)", "BIGINT" },
        { "TIMESTAMP '2024-01-01 00:00:00.25'", "TIMESTAMP(2) NOT NULL" },
        { "id IS NULL", "BOOLEAN NOT NULL" },
        { "ROUND(price, 1)", "DECIMAL(10, 1)" },
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
        assert_column_type(*state, CASES[i][0], str_from(CASES[i][1]));
}

static void a_given_computed_column_is_physical_in_the_program_of_its_test(void **state)
{
    Session *s = *state;
    bind(s, "CREATE TABLE raw (ms BIGINT, t AS TO_TIMESTAMP_LTZ(ms, 3), WATERMARK FOR t AS t);\n"
            "CREATE METRIC m AS SELECT window_start, COUNT(*) AS c\n"
            "FROM TABLE(TUMBLE(TABLE raw, DESCRIPTOR(t), INTERVAL '1' MINUTE)) GROUP BY window_start;\n"
            "TEST one FOR m ON DATE '2024-05-06' GIVEN raw (t) ('12:00:05') WATERMARK '12:01:00'\n"
            "EXPECT (window_start, c) ('12:00:00', 1) EXPECT NOTHING EXPECT LATE 0;");
    BoundTest *test = bind_test(&s->query, s->program, s->program->tests[0], s->diags);
    assert_non_null(test);
    assert_int_equal(test->step_count, 5);
    assert_int_equal(test->given_count, 1);
    assert_int_equal(test->steps[0].values[0].datum.value.i64, 1714996805000000);
    assert_int_equal(test->steps[1].time_us, 1714996860000000);
    assert_int_equal(test->steps[2].values[1].datum.value.i64, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(integer_literals_take_the_type_they_meet),
        TEST(decimals_of_one_scale_compare_as_integers),
        TEST(lists_of_literals_stay_lists),
        TEST(text_that_meets_a_time_is_read_and_null_when_it_is_none),
        TEST(a_grouped_expression_is_found_inside_of_an_item),
        TEST(the_same_aggregate_is_computed_once),
        TEST(count_of_a_column_counts_what_is_not_null),
        TEST(the_window_survives_a_derived_table),
        TEST(a_group_window_reads_its_parts_by_name),
        TEST(a_lookup_join_takes_equalities_as_keys),
        TEST(a_left_lookup_join_may_have_no_match),
        TEST(insert_leaves_computed_columns_out_and_fills_what_is_not_named),
        TEST(result_types_are_flinks),
        TEST(a_given_computed_column_is_physical_in_the_program_of_its_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
