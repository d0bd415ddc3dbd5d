/* interp_test.c -- what the interpreter answers to rows, on plans built by hand. */
#include "compiler/interp/interp.h"
#include "tests/unit/plan/fixture.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

/* A run: what came out, as text. */
typedef struct Run {
    Fixture *fx;
    Interp *interp;
    const PhysProgram *program;
    Buf out;
} Run;

static int set_up(void **state)
{
    Arena *query = malloc(sizeof *query);
    Run *run = calloc(1, sizeof *run);
    assert_non_null(query);
    assert_non_null(run);
    arena_init(query);
    run->fx = fixture_new(query);
    *state = run;
    return 0;
}

static int tear_down(void **state)
{
    Run *run = *state;
    Arena *query = run->fx->query;
    if (run->interp != NULL)
        interp_close(run->interp);
    buf_free(&run->out);
    arena_free(query);
    free(query);
    free(run);
    return 0;
}

static void put_datum(Buf *out, RtDatum datum)
{
    if (datum.is_null)
        buf_append_str(out, STR("-"));
    else if (datum.kind == PK_STR)
        buf_append_str(out, datum.value.str);
    else if (datum.kind == PK_I64 && datum.value.i64 % 1000000 == 0 && datum.value.i64 != 0)
        buf_printf(out, "%" PRId64 "s", datum.value.i64 / 1000000);
    else
        buf_printf(out, "%" PRId64, datum.value.i64);
}

static void on_row(void *user, const PhysNode *sink, RowChange change, const void *row)
{
    static const char *const MARKS[] = { "", " -U", " +U", " -D" };
    Run *run = user;
    buf_printf(&run->out, "%.*s%s:", STR_ARG(sink->as.sink.name), MARKS[change]);
    for (uint32_t c = 0; c < sink->column_count; c++) {
        if (str_equal(sink->columns[c].name, STR("window_end")) || str_equal(sink->columns[c].name, STR("window_time")))
            continue;
        buf_append_char(&run->out, ' ');
        put_datum(&run->out, row_get(row, &sink->as.sink.layout, c));
    }
    buf_append_char(&run->out, '\n');
}

static void on_bad(void *user, const InterpBad *bad)
{
    static const char *const REASONS[] = { [BAD_COLUMN] = "column", [BAD_EXPRESSION] = "failure",
                                           [BAD_NULL_TIME] = "no time" };
    Run *run = user;
    buf_printf(&run->out, "bad #%u at %" PRIu64 ": %s", bad->node->id, bad->position, REASONS[bad->reason]);
    if (bad->failure != NULL)
        buf_printf(&run->out, " (%s)", bad->failure->text);
    buf_append_char(&run->out, '\n');
}

static void on_late(void *user, const PhysNode *node, uint64_t position, int64_t window_end_us)
{
    Run *run = user;
    buf_printf(&run->out, "late #%u at %" PRIu64 ": window to %" PRId64 "s\n", node->id, position,
               window_end_us / 1000000);
}

static void start_with(Run *run, PhysProgram *program, uint32_t partition_count)
{
    run->program = program;
    run->interp = interp_open(run->fx->query, program,
                              (InterpOptions){ .partition_count = partition_count, .user = run, .on_row = on_row,
                                               .on_bad = on_bad, .on_late = on_late });
}

static void start(Run *run, const LogicalNode *const *sinks, uint32_t count, uint32_t partition_count)
{
    start_with(run, fx_plan(run->fx, sinks, count, 0), partition_count);
}

/* One row of clicks; NULL texts are NULL. */
typedef struct Click {
    int64_t second; /* below 0: NULL */
    const char *region;
    int64_t price;
    const char *action;
    bool price_is_error;
} Click;

static void click_to(Run *run, uint32_t partition, uint64_t position, Click click)
{
    const PhysNode *scan = run->program->scans[0];
    const RowLayout *layout = &scan->as.scan.layout;
    char *row = arena_alloc(run->fx->query, layout->row_bytes + 8, 8);
    row_clear(row, layout);
    for (uint32_t c = 0; c < scan->as.scan.decoded_count; c++) {
        Str name = scan->columns[c].name;
        const char *text = str_equal(name, STR("region")) ? click.region
                           : str_equal(name, STR("action")) ? click.action : NULL;
        if (str_equal(name, STR("ts")) && click.second >= 0)
            row_set(row, layout, c, (RtDatum){ .value.i64 = click.second * 1000000, .kind = PK_I64 });
        if (text != NULL)
            row_set(row, layout, c, (RtDatum){ .value.str = str_from(text), .kind = PK_STR });
        if (str_equal(name, STR("price")))
            row_set(row, layout, c, (RtDatum){ .value.i64 = click.price, .kind = PK_I64 });
        if (str_equal(name, STR("price")) && click.price_is_error)
            row_set_error(row, layout, c);
    }
    interp_row(run->interp, 0, partition, row, position);
}

static void click(Run *run, uint64_t position, Click row)
{
    click_to(run, 0, position, row);
}

static void expect(Run *run, const char *text)
{
    buf_append_char(&run->out, 0);
    assert_string_equal(run->out.data, text);
    buf_clear(&run->out);
}

static const Expr *price(Fixture *fx)
{
    return expr_column(fx->query, type_simple(TYPE_BIGINT, true), CLICK_PRICE, span_none());
}

static const LogicalNode *metric(Fixture *fx, const char *name, const char *action, const Expr *sum, uint32_t statement)
{
    const LogicalNode *rows = fx_window(fx, fx_scan(fx), CLICK_TS);
    if (action != NULL)
        rows = fx_filter(fx, rows, fx_text_is(fx, fx_column(fx, rows, CLICK_ACTION), action));
    return fx_sink(fx, fx_group(fx, rows, CLICK_TS, fx_column(fx, rows, CLICK_REGION), sum), name, statement);
}

static void a_window_closes_when_the_watermark_reaches_its_last_millisecond(void **state)
{
    Run *run = *state;
    const LogicalNode *sink = metric(run->fx, "m", NULL, price(run->fx), 0);
    start(run, &sink, 1, 1);
    click(run, 0, (Click){ .second = 1, .region = "EU", .price = 5 });
    click(run, 1, (Click){ .second = 9, .region = "EU", .price = 7 });
    click(run, 2, (Click){ .second = 14, .region = "US", .price = 1 });
    expect(run, "");
    interp_watermark(run->interp, 0, 0, 9998999);
    expect(run, "");
    interp_watermark(run->interp, 0, 0, 9999000);
    expect(run, "m: EU 2 12 0\n");
    assert_int_equal(interp_open_groups(run->interp), 1);
    interp_end(run->interp, 0, 0);
    expect(run, "m: US 1 1 10s\n");
    assert_int_equal(interp_open_groups(run->interp), 0);
}

static void the_watermark_follows_the_rows_and_never_goes_back(void **state)
{
    Run *run = *state;
    const LogicalNode *sink = metric(run->fx, "m", NULL, NULL, 0);
    start(run, &sink, 1, 1);
    click(run, 0, (Click){ .second = 3, .region = "EU" });
    click(run, 1, (Click){ .second = 15, .region = "EU" }); /* watermark 10 s */
    expect(run, "m: EU 1 0\n");
    click(run, 2, (Click){ .second = 8, .region = "EU" });
    expect(run, "late #1 at 2: window to 10s\n");
    click(run, 3, (Click){ .second = 12, .region = "EU" });
    interp_end(run->interp, 0, 0);
    expect(run, "m: EU 2 10s\n");
    assert_int_equal(interp_counts(run->interp, run->program->nodes[1]).late, 1);
}

static void windows_wait_for_the_slowest_partition_but_rows_are_late_by_their_own(void **state)
{
    Run *run = *state;
    const LogicalNode *sink = metric(run->fx, "m", NULL, NULL, 0);
    start(run, &sink, 1, 2);
    click_to(run, 0, 0, (Click){ .second = 1, .region = "EU" });
    click_to(run, 0, 1, (Click){ .second = 30, .region = "EU" }); /* partition 0 at 25 s */
    click_to(run, 1, 0, (Click){ .second = 2, .region = "EU" });  /* not late on partition 1 */
    click_to(run, 0, 2, (Click){ .second = 3, .region = "EU" });  /* late on partition 0 */
    expect(run, "late #1 at 2: window to 10s\n");
    interp_end(run->interp, 0, 1);
    expect(run, "m: EU 2 0\n");
    interp_end(run->interp, 0, 0);
    expect(run, "m: EU 1 30s\n");
}

static void output_is_in_the_order_of_window_end_then_statement_then_key(void **state)
{
    Run *run = *state;
    const LogicalNode *sinks[] = { metric(run->fx, "a", NULL, price(run->fx), 0),
                                   metric(run->fx, "b", "view", NULL, 1) };
    start(run, sinks, 2, 1);
    const char *regions[] = { "US", "EU", NULL };
    for (uint32_t i = 0; i < 6; i++)
        click(run, i, (Click){ .second = i < 3 ? 4 : 11, .region = regions[i % 3], .price = 1, .action = "view" });
    expect(run, "");
    interp_end(run->interp, 0, 0);
    expect(run, "a: - 1 1 0\na: EU 1 1 0\na: US 1 1 0\n"
                "b: - 1 0\nb: EU 1 0\nb: US 1 0\n"
                "a: - 1 1 10s\na: EU 1 1 10s\na: US 1 1 10s\n"
                "b: - 1 10s\nb: EU 1 10s\nb: US 1 10s\n");
}

static void a_column_that_failed_is_bad_only_for_who_reads_it(void **state)
{
    Run *run = *state;
    const LogicalNode *sinks[] = { metric(run->fx, "count", "view", NULL, 0),
                                   metric(run->fx, "sum", "view", price(run->fx), 1) };
    start(run, sinks, 2, 1);
    click(run, 7, (Click){ .second = 1, .region = "EU", .action = "view", .price_is_error = true });
    click(run, 8, (Click){ .second = 1, .region = "US", .action = "view", .price = 4 });
    click(run, 9, (Click){ .second = 1, .region = "US", .action = "like", .price_is_error = true });
    expect(run, "bad #3 at 7: column\n");
    interp_end(run->interp, 0, 0);
    expect(run, "count: EU 1 0\ncount: US 1 0\nsum: US 1 4 0\n");
}

static void a_failure_changes_no_state_of_its_statement_and_none_of_others(void **state)
{
    Run *run = *state;
    Fixture *fx = run->fx;
    const Expr *risky = fx_div(fx, fx_bigint(fx, 100), price(fx));
    const LogicalNode *sinks[] = { metric(fx, "sum", NULL, price(fx), 0), metric(fx, "ratio", NULL, risky, 1) };
    start(run, sinks, 2, 1);
    click(run, 0, (Click){ .second = 1, .region = "EU", .price = 0 });
    click(run, 1, (Click){ .second = 1, .region = "US", .price = 20 });
    expect(run, "bad #2 at 0: failure (division by zero)\n");
    interp_end(run->interp, 0, 0);
    expect(run, "sum: EU 1 0 0\nsum: US 1 20 0\nratio: US 1 5 0\n");
}

static void a_computed_column_that_fails_is_bad_for_its_readers(void **state)
{
    Run *run = *state;
    Fixture *fx = run->fx;
    const LogicalNode *scan = fx_scan(fx);
    const Expr *ratio[] = { fx_column(fx, scan, CLICK_RATIO) };
    const Expr *plain[] = { fx_column(fx, scan, CLICK_PRICE) };
    const LogicalNode *sinks[] = { fx_sink(fx, fx_project(fx, scan, 1, ratio), "ratio", 0),
                                   fx_sink(fx, fx_project(fx, scan, 1, plain), "price", 1) };
    start(run, sinks, 2, 1);
    click(run, 0, (Click){ .second = 1, .price = 0 });
    click(run, 1, (Click){ .second = 1, .price = 50 });
    click(run, 2, (Click){ .second = 1, .price_is_error = true });
    expect(run, "bad #1 at 0: column (division by zero)\nprice: 0\n"
                "ratio: 2\nprice: 50\n"
                "bad #1 at 2: column\nbad #3 at 2: column\n");
}

static void a_row_without_event_time_is_bad_for_windows_only(void **state)
{
    Run *run = *state;
    Fixture *fx = run->fx;
    const LogicalNode *scan = fx_scan(fx);
    const Expr *plain[] = { fx_column(fx, scan, CLICK_REGION) };
    const LogicalNode *sinks[] = { metric(fx, "m", NULL, NULL, 0),
                                   fx_sink(fx, fx_project(fx, scan, 1, plain), "s", 1) };
    start(run, sinks, 2, 1);
    click(run, 4, (Click){ .second = -1, .region = "EU" });
    expect(run, "bad #1 at 4: no time\ns: EU\n");
    interp_end(run->interp, 0, 0);
    expect(run, "");
}

static void the_time_of_a_record_is_the_largest_event_time_so_far(void **state)
{
    Run *run = *state;
    Fixture *fx = run->fx;
    const Expr *now[] = { expr_call(fx->query, type_simple(TYPE_BIGINT, false), &FX_RANDOM, NULL, 0, span_none()) };
    const LogicalNode *sink = fx_sink(fx, fx_project(fx, fx_scan(fx), 1, now), "now", 0);
    start(run, &sink, 1, 2);
    click_to(run, 0, 0, (Click){ .second = -1 });
    click_to(run, 0, 1, (Click){ .second = 7 });
    click_to(run, 0, 2, (Click){ .second = 3 });
    click_to(run, 1, 0, (Click){ .second = 2 });
    expect(run, "now: 0\nnow: 7s\nnow: 7s\nnow: 2s\n");
}

/* regions: EU 20 good, EU 21 bad, US 7 good */
static void lookup_rows(Run *run, const PhysNode *join)
{
    static const struct {
        const char *name;
        int64_t tax;
        const char *note;
    } ROWS[] = { { "EU", 20, "good" }, { "EU", 21, "bad" }, { "US", 7, "good" }, { NULL, 0, "good" } };
    const PhysLookupJoin *lookup = &join->as.lookup_join;
    char *row = arena_alloc(run->fx->query, lookup->layout.row_bytes + 8, 8);
    for (uint32_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        row_clear(row, &lookup->layout);
        for (uint32_t c = 0; c < lookup->column_count; c++) {
            uint32_t column = lookup->table_columns[c];
            const char *text = column == 0 ? ROWS[i].name : ROWS[i].note;
            RtDatum datum = { .value.i64 = ROWS[i].tax, .kind = PK_I64 };
            if (column != 1)
                datum = text == NULL ? datum_null(PK_STR) : (RtDatum){ .value.str = str_from(text), .kind = PK_STR };
            row_set(row, &lookup->layout, c, datum);
        }
        interp_lookup_row(run->interp, join, row);
    }
}

static const LogicalNode *lookup_sink(Fixture *fx, bool is_left, bool with_residual)
{
    const LogicalNode *scan = fx_scan(fx);
    const Expr **key = ARENA_ARRAY(fx->query, const Expr *, 1);
    key[0] = fx_column(fx, scan, CLICK_REGION);
    uint32_t *table_key = ARENA_ARRAY(fx->query, uint32_t, 1);
    LogicalLookup lookup = { .table = fx->regions, .input_keys = key, .table_keys = table_key, .key_count = 1,
                             .is_left = is_left };
    const Expr *note = expr_column(fx->query, type_simple(TYPE_VARCHAR, true), CLICK_COLUMNS + 2, span_none());
    if (with_residual)
        lookup.residual = fx_text_is(fx, note, "good");
    const LogicalNode *join = logical_lookup_join(fx->query, scan, &lookup, span_none());
    const Expr *exprs[] = { fx_column(fx, join, CLICK_REGION), fx_column(fx, join, CLICK_COLUMNS + 1) };
    return fx_sink(fx, fx_project(fx, join, 2, exprs), is_left ? "left" : "inner", 0);
}

static void lookup_case(Run *run, bool is_left, bool with_residual, const char *expected)
{
    const LogicalNode *sink = lookup_sink(run->fx, is_left, with_residual);
    start(run, &sink, 1, 1);
    lookup_rows(run, run->program->nodes[1]);
    click(run, 0, (Click){ .second = 1, .region = "EU" });
    click(run, 1, (Click){ .second = 1, .region = "XX" });
    click(run, 2, (Click){ .second = 1, .region = NULL });
    expect(run, expected);
}

static void an_inner_lookup_join_gives_every_match(void **state)
{
    lookup_case(*state, false, false, "inner: EU 20\ninner: EU 21\n");
}

static void a_residual_chooses_among_matches(void **state)
{
    lookup_case(*state, false, true, "inner: EU 20\n");
}

static void a_left_lookup_join_gives_nulls_without_a_match(void **state)
{
    lookup_case(*state, true, true, "left: EU 20\nleft: XX -\nleft: - -\n");
}

static void windows_over_windows_close_in_order(void **state)
{
    Run *run = *state;
    Fixture *fx = run->fx;
    const LogicalNode *rows = fx_window(fx, fx_scan(fx), CLICK_TS);
    const LogicalNode *inner = fx_group(fx, rows, CLICK_TS, fx_column(fx, rows, CLICK_REGION), price(fx));
    uint32_t time = inner->column_count - 1;
    LogicalWindow of = { .time_column = time, .size_us = 20000000 };
    const LogicalNode *window = logical_window(fx->query, inner, of);
    AggCall *calls = ARENA_ARRAY(fx->query, AggCall, 1);
    calls[0] = (AggCall){ .agg = &FX_SUM, .type = type_simple(TYPE_BIGINT, true), .arg = fx_column(fx, inner, 1) };
    static const Str NAMES[] = { { "n", 1 } };
    LogicalGrouping grouping = { .window = of, .calls = calls, .call_names = NAMES, .call_count = 1 };
    const LogicalNode *outer = logical_aggregate(fx->query, window, &grouping, span_none());
    const LogicalNode *sinks[] = { fx_sink(fx, inner, "inner", 0), fx_sink(fx, outer, "outer", 1) };
    start(run, sinks, 2, 1);
    for (uint32_t second = 1; second < 40; second += 6)
        click(run, second, (Click){ .second = second, .region = "EU", .price = 1 });
    interp_end(run->interp, 0, 0);
    expect(run, "inner: EU 2 2 0\ninner: EU 2 2 10s\nouter: 4 0\n"
                "inner: EU 1 1 20s\ninner: EU 2 2 30s\nouter: 3 20s\n");
}

static void count_distinct_takes_each_value_once(void **state)
{
    Run *run = *state;
    Fixture *fx = run->fx;
    const LogicalNode *rows = fx_window(fx, fx_scan(fx), CLICK_TS);
    AggCall *calls = ARENA_ARRAY(fx->query, AggCall, 2);
    calls[0] = (AggCall){ .agg = &FX_SUM, .type = type_simple(TYPE_BIGINT, true), .arg = price(fx), .distinct = true };
    calls[1] = (AggCall){ .agg = &FX_COUNT_STAR, .type = type_simple(TYPE_BIGINT, false),
                          .filter = fx_gt(fx, price(fx), fx_bigint(fx, 2)) };
    static const Str NAMES[] = { { "d", 1 }, { "f", 1 } };
    LogicalGrouping grouping = { .window = { .time_column = CLICK_TS, .size_us = 10000000 },
                                 .calls = calls,
                                 .call_names = NAMES,
                                 .call_count = 2 };
    const LogicalNode *group = logical_aggregate(fx->query, rows, &grouping, span_none());
    const LogicalNode *sink = fx_sink(fx, group, "m", 0);
    start(run, &sink, 1, 1);
    static const int64_t PRICES[] = { 3, 1, 3, 2, 1, 5 };
    for (uint32_t i = 0; i < 6; i++)
        click(run, i, (Click){ .second = 1, .price = PRICES[i] });
    interp_end(run->interp, 0, 0);
    expect(run, "m: 11 3 0\n");
}

/* ---- one statement, alone and in company ---- */

enum { STATEMENTS = 7, EVENTS = 400 };

/* What a statement answers to the events: its rows, and how many were bad and late for it. */
static const LogicalNode *statement(Fixture *fx, uint32_t which)
{
    static const char *const NAMES[STATEMENTS] = { "s0", "s1", "s2", "s3", "s4", "s5", "s6" };
    const char *name = NAMES[which];
    const LogicalNode *scan = fx_scan(fx), *rows;
    const Expr *risky = fx_div(fx, fx_bigint(fx, 100), price(fx));
    const Expr *ratio = fx_column(fx, scan, CLICK_RATIO);
    const Expr *exprs[] = { fx_column(fx, scan, CLICK_REGION), risky };
    switch (which) {
    case 0: return metric(fx, name, "view", NULL, which);
    case 1: return metric(fx, name, "view", price(fx), which);
    case 2: return metric(fx, name, "view", risky, which);
    case 3: return metric(fx, name, NULL, price(fx), which);
    case 4: return metric(fx, name, NULL, ratio, which);
    case 5:
        rows = fx_filter(fx, scan, fx_text_is(fx, fx_column(fx, scan, CLICK_ACTION), "view"));
        return fx_sink(fx, fx_project(fx, rows, 2, exprs), name, which);
    default:
        rows = fx_filter(fx, scan, fx_gt(fx, ratio, fx_bigint(fx, 9)));
        return fx_sink(fx, fx_project(fx, rows, 1, exprs), name, which);
    }
}

static void give_events(Run *run)
{
    static const char *const REGIONS[] = { "EU", "US", NULL };
    uint32_t seed = 12345;
    for (uint32_t i = 0; i < EVENTS; i++) {
        seed = seed * 1664525 + 1013904223;
        uint32_t dice = seed >> 8;
        int64_t second = i / 4 + dice % 13;
        click(run, i, (Click){ .second = dice % 17 == 0 ? -1 : second, .region = REGIONS[dice / 17 % 3],
                               .price = dice / 51 % 6, .action = dice / 306 % 2 == 0 ? "view" : "like",
                               .price_is_error = dice / 612 % 5 == 0 });
    }
    interp_end(run->interp, 0, 0);
}

/* Lines of the output that begin with the statement's name, and its counts. */
static const char *answer_of(Run *run, uint32_t which)
{
    Fixture *fx = run->fx;
    Str prefix = str_printf(fx->query, "s%u: ", which);
    Buf lines = { 0 };
    for (uint64_t at = 0; at < run->out.len;) {
        uint64_t end = at;
        while (run->out.data[end] != '\n')
            end++;
        Str line = { run->out.data + at, end + 1 - at };
        if (str_starts_with(line, prefix))
            buf_append_str(&lines, line);
        at = end + 1;
    }
    for (uint32_t i = 0; i < run->program->sink_count; i++) {
        const PhysNode *sink = run->program->sinks[i];
        InterpCounts counts = interp_statement_counts(run->interp, sink);
        if (sink->as.sink.statement == which)
            buf_printf(&lines, "bad %" PRIu64 ", late %" PRIu64, counts.bad, counts.late);
    }
    const char *text = str_copy(fx->query, buf_str(&lines)).data;
    buf_free(&lines);
    return text;
}

static void run_statements(Run *run, uint32_t first, uint32_t count, uint64_t disabled)
{
    const LogicalNode *sinks[STATEMENTS];
    for (uint32_t i = 0; i < count; i++)
        sinks[i] = statement(run->fx, first + i);
    start_with(run, fx_plan(run->fx, sinks, count, disabled), 1);
    give_events(run);
}

static void end_run(Run *run)
{
    interp_close(run->interp);
    run->interp = NULL;
    buf_clear(&run->out);
}

static void a_statement_answers_alike_alone_and_in_company(void **state)
{
    Run *run = *state;
    const char *alone[STATEMENTS];
    for (uint32_t i = 0; i < STATEMENTS; i++) {
        run_statements(run, i, 1, 0);
        alone[i] = answer_of(run, i);
        end_run(run);
    }
    static const uint64_t SHARES[] = { 0, 1u << OPT_share_filter, 1u << OPT_share_group, 1u << OPT_share_step };
    for (uint32_t k = 0; k < 4; k++) {
        run_statements(run, 0, STATEMENTS, SHARES[k]);
        for (uint32_t i = 0; i < STATEMENTS; i++)
            assert_string_equal(answer_of(run, i), alone[i]);
        end_run(run);
    }
    /* The events do put it to the test. */
    assert_non_null(strstr(alone[2], "bad "));
    assert_null(strstr(alone[2], "bad 0,"));
    assert_null(strstr(alone[0], "late 0"));
    assert_string_not_equal(strstr(alone[0], "bad "), strstr(alone[1], "bad "));
}

static void rules_change_no_rows(void **state)
{
    Run *run = *state;
    run_statements(run, 0, STATEMENTS, 0);
    const char *all[STATEMENTS];
    for (uint32_t i = 0; i < STATEMENTS; i++)
        all[i] = answer_of(run, i);
    end_run(run);
    for (uint32_t rule = 0; rule < OPT_RULE_COUNT; rule++) {
        if (rule == OPT_share_scan) /* two scans of one table would want their rows twice */
            continue;
        run_statements(run, 0, STATEMENTS, (uint64_t)1 << rule);
        for (uint32_t i = 0; i < STATEMENTS; i++)
            assert_string_equal(answer_of(run, i), all[i]);
        end_run(run);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_window_closes_when_the_watermark_reaches_its_last_millisecond),
        TEST(the_watermark_follows_the_rows_and_never_goes_back),
        TEST(windows_wait_for_the_slowest_partition_but_rows_are_late_by_their_own),
        TEST(output_is_in_the_order_of_window_end_then_statement_then_key),
        TEST(a_column_that_failed_is_bad_only_for_who_reads_it),
        TEST(a_failure_changes_no_state_of_its_statement_and_none_of_others),
        TEST(a_computed_column_that_fails_is_bad_for_its_readers),
        TEST(a_row_without_event_time_is_bad_for_windows_only),
        TEST(the_time_of_a_record_is_the_largest_event_time_so_far),
        TEST(an_inner_lookup_join_gives_every_match),
        TEST(a_residual_chooses_among_matches),
        TEST(a_left_lookup_join_gives_nulls_without_a_match),
        TEST(windows_over_windows_close_in_order),
        TEST(count_distinct_takes_each_value_once),
        TEST(a_statement_answers_alike_alone_and_in_company),
        TEST(rules_change_no_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
