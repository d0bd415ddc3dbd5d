/* plan_test.c -- rules and lowering, on plans built by hand. */
#include "tests/unit/plan/fixture.h"

#include "compiler/logical/expr_eval.h"
#include "compiler/physical/unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static int set_up(void **state)
{
    Arena *query = malloc(sizeof *query);
    assert_non_null(query);
    arena_init(query);
    *state = fixture_new(query);
    return 0;
}

static int tear_down(void **state)
{
    Arena *query = ((Fixture *)*state)->query;
    arena_free(query);
    free(query);
    return 0;
}

/* The logical plan of one statement after all rules but the disabled ones. */
static const char *optimized(Fixture *fx, const LogicalNode *sink, uint64_t disabled)
{
    LogicalProgram program = { .sinks = &sink, .sink_count = 1 };
    OptimizeOptions options = { .disabled = disabled };
    return logical_text(fx->query, optimize(fx->query, program, &options).sinks[0]).data;
}

static const PhysNode *find(const PhysProgram *program, PhysKind kind, uint32_t which)
{
    for (uint32_t i = 0; i < program->node_count; i++) {
        if (program->nodes[i]->kind == kind && which-- == 0)
            return program->nodes[i];
    }
    return NULL;
}

static uint32_t count_of(const PhysProgram *program, PhysKind kind)
{
    uint32_t count = 0;
    while (find(program, kind, count) != NULL)
        count++;
    return count;
}

static const char *mask_text(Fixture *fx, const PhysNode *node)
{
    const PhysNode *input = node->inputs[0];
    Str text = STR_EMPTY;
    for (uint32_t c = 0; c < input->column_count; c++) {
        if (((node->reads[0][c / 64] >> (c % 64)) & 1) != 0)
            text = str_printf(fx->query, "%.*s %.*s", STR_ARG(text), STR_ARG(input->columns[c].name));
    }
    return text.data;
}

/* metric(action, sum): SELECT region, COUNT(*)[, SUM(sum)] .. WHERE action = .. GROUP BY window, region */
static const LogicalNode *metric(Fixture *fx, const char *action, const Expr *sum, uint32_t statement)
{
    const LogicalNode *window = fx_window(fx, fx_scan(fx), CLICK_TS);
    const LogicalNode *rows = window;
    if (action != NULL)
        rows = fx_filter(fx, window, fx_text_is(fx, fx_column(fx, window, CLICK_ACTION), action));
    const LogicalNode *group = fx_group(fx, rows, CLICK_TS, fx_column(fx, rows, CLICK_REGION), sum);
    return fx_sink(fx, group, "m", statement);
}

static const Expr *price(Fixture *fx)
{
    return expr_column(fx->query, type_simple(TYPE_BIGINT, true), CLICK_PRICE, span_none());
}

/* ---- constants ---- */

static void constants_are_computed_by_the_body(void **state)
{
    Fixture *fx = *state;
    const LogicalNode *scan = fx_scan(fx);
    const Expr *six = fx_div(fx, fx_bigint(fx, 12), fx_bigint(fx, 2));
    const Expr *exprs[] = { six };
    assert_string_equal(optimized(fx, fx_sink(fx, fx_project(fx, scan, 1, exprs), "s", 0), 0), "sink s\n"
                                                                                               "  project p0 = 6\n"
                                                                                               "    scan clicks []\n");
}

static void a_constant_that_fails_is_left_for_the_row_that_meets_it(void **state)
{
    Fixture *fx = *state;
    const LogicalNode *scan = fx_scan(fx);
    const Expr *exprs[] = { fx_div(fx, fx_bigint(fx, 1), fx_bigint(fx, 0)) };
    assert_string_equal(optimized(fx, fx_sink(fx, fx_project(fx, scan, 1, exprs), "s", 0), 0),
                        "sink s\n"
                        "  project p0 = (1 / 0)\n"
                        "    scan clicks []\n");
}

static void what_is_not_pure_is_not_folded(void **state)
{
    Fixture *fx = *state;
    const LogicalNode *scan = fx_scan(fx);
    const Expr *exprs[] = { expr_call(fx->query, type_simple(TYPE_BIGINT, false), &FX_RANDOM, NULL, 0, span_none()) };
    assert_string_equal(optimized(fx, fx_sink(fx, fx_project(fx, scan, 1, exprs), "s", 0), 0),
                        "sink s\n"
                        "  project p0 = RANDOM()\n"
                        "    scan clicks [ts] watermark (ts@0 - 5000000)\n");
}

static void and_loses_only_what_cannot_decide_or_fail(void **state)
{
    Fixture *fx = *state;
    const LogicalNode *scan = fx_scan(fx);
    const Expr *no = expr_bool(fx->query, false, span_none()), *yes = expr_bool(fx->query, true, span_none());
    const Expr *cheap = fx_gt(fx, fx_column(fx, scan, CLICK_PRICE), fx_bigint(fx, 1));
    const Expr *risky = fx_gt(fx, fx_div(fx, fx_bigint(fx, 1), fx_column(fx, scan, CLICK_PRICE)), fx_bigint(fx, 0));
    const Expr *exprs[] = { fx_and(fx, cheap, no), fx_and(fx, risky, no), fx_and(fx, yes, cheap) };
    assert_string_equal(optimized(fx, fx_sink(fx, fx_project(fx, scan, 3, exprs), "s", 0), 0),
                        "sink s\n"
                        "  project p0 = FALSE, p1 = (((1 / price@0) > 0) AND FALSE), p2 = (price@0 > 1)\n"
                        "    scan clicks [price]\n");
}

/* ---- predicates ---- */

static void a_filter_over_a_window_moves_next_to_the_scan(void **state)
{
    Fixture *fx = *state;
    assert_string_equal(optimized(fx, metric(fx, "view", NULL, 0), 0),
                        "sink m\n"
                        "  aggregate tumble(ts@0, 10 s) by [region@2] COUNT(*)\n"
                        "    filter (action@1 = 'view')\n"
                        "      scan clicks [ts, action, region] watermark (ts@0 - 5000000)\n");
}

static void a_filter_on_the_window_stays_above_it(void **state)
{
    Fixture *fx = *state;
    const LogicalNode *window = fx_window(fx, fx_scan(fx), CLICK_TS);
    const Expr *start = fx_column(fx, window, CLICK_COLUMNS);
    const LogicalNode *rows = fx_filter(fx, window, fx_gt(fx, start, fx_bigint(fx, 7)));
    const LogicalNode *group = fx_group(fx, rows, CLICK_TS, fx_column(fx, rows, CLICK_REGION), NULL);
    assert_string_equal(optimized(fx, fx_sink(fx, group, "m", 0), 0),
                        "sink m\n"
                        "  aggregate tumble(ts@0, 10 s) by [region@1] COUNT(*)\n"
                        "    filter (window_start@2 > 7)\n"
                        "      window tumble(ts@0, 10 s)\n"
                        "        scan clicks [ts, region] watermark (ts@0 - 5000000)\n");
}

static void a_filter_moves_below_plain_columns_but_not_below_computed_ones(void **state)
{
    Fixture *fx = *state;
    const LogicalNode *scan = fx_scan(fx);
    const Expr *exprs[] = { fx_column(fx, scan, CLICK_PRICE),
                            fx_gt(fx, fx_column(fx, scan, CLICK_PRICE), fx_bigint(fx, 3)) };
    const LogicalNode *project = fx_project(fx, scan, 2, exprs);
    const LogicalNode *plain = fx_filter(fx, project, fx_eq(fx, fx_column(fx, project, 0), fx_bigint(fx, 9)));
    assert_string_equal(optimized(fx, fx_sink(fx, plain, "s", 0), 0), "sink s\n"
                                                                      "  project p0 = price@0, p1 = (price@0 > 3)\n"
                                                                      "    filter (price@0 = 9)\n"
                                                                      "      scan clicks [price]\n");
    const LogicalNode *computed = fx_filter(fx, project, fx_column(fx, project, 1));
    assert_string_equal(optimized(fx, fx_sink(fx, computed, "s", 0), 0),
                        "sink s\n"
                        "  filter p1@1\n"
                        "    project p0 = price@0, p1 = (price@0 > 3)\n"
                        "      scan clicks [price]\n");
}

static void a_having_stays_above_its_aggregate(void **state)
{
    Fixture *fx = *state;
    const LogicalNode *window = fx_window(fx, fx_scan(fx), CLICK_TS);
    const LogicalNode *group = fx_group(fx, window, CLICK_TS, fx_column(fx, window, CLICK_REGION), NULL);
    const LogicalNode *having = fx_filter(fx, group, fx_text_is(fx, fx_column(fx, group, 0), "EU"));
    assert_string_equal(optimized(fx, fx_sink(fx, having, "m", 0), 0),
                        "sink m\n"
                        "  filter (k@0 = 'EU')\n"
                        "    aggregate tumble(ts@0, 10 s) by [region@1] COUNT(*)\n"
                        "      scan clicks [ts, region] watermark (ts@0 - 5000000)\n");
}

static void merged_filters_stop_where_the_first_dropped_the_row(void **state)
{
    Fixture *fx = *state;
    const LogicalNode *scan = fx_scan(fx);
    const Expr *risky = fx_gt(fx, fx_div(fx, fx_bigint(fx, 1), fx_column(fx, scan, CLICK_PRICE)), fx_bigint(fx, 0));
    const LogicalNode *lower = fx_filter(fx, scan, fx_text_is(fx, fx_column(fx, scan, CLICK_ACTION), "view"));
    assert_string_equal(optimized(fx, fx_sink(fx, fx_filter(fx, lower, risky), "s", 0), 1u << OPT_prune_columns),
                        "sink s\n"
                        "  filter (((action@1 = 'view') IS TRUE) AND ((1 / price@3) > 0))\n"
                        "    scan clicks [ts, action, region, price, actor, ratio = (100 / price@3)] watermark "
                        "(ts@0 - 5000000)\n");
}

static void a_filter_goes_into_every_input_of_a_union(void **state)
{
    Fixture *fx = *state;
    const LogicalNode **inputs = ARENA_ARRAY(fx->query, const LogicalNode *, 2);
    for (uint32_t i = 0; i < 2; i++) {
        const LogicalNode *scan = fx_scan(fx);
        const Expr *exprs[] = { fx_column(fx, scan, i == 0 ? CLICK_REGION : CLICK_ACTION) };
        inputs[i] = fx_project(fx, scan, 1, exprs);
    }
    const LogicalNode *both = logical_union_all(fx->query, inputs, 2, span_none());
    const LogicalNode *rows = fx_filter(fx, both, fx_text_is(fx, fx_column(fx, both, 0), "x"));
    assert_string_equal(optimized(fx, fx_sink(fx, rows, "s", 0), 0), "sink s\n"
                                                                     "  union all\n"
                                                                     "    project p0 = region@0\n"
                                                                     "      filter (region@0 = 'x')\n"
                                                                     "        scan clicks [region]\n"
                                                                     "    project p0 = action@0\n"
                                                                     "      filter (action@0 = 'x')\n"
                                                                     "        scan clicks [action]\n");
}

/* ---- projections and columns ---- */

static void a_view_between_window_and_table_leaves_the_aggregate_next_to_the_scan(void **state)
{
    Fixture *fx = *state;
    const LogicalNode *scan = fx_scan(fx);
    const Expr *exprs[] = { fx_column(fx, scan, CLICK_PRICE), fx_column(fx, scan, CLICK_TS) };
    const LogicalNode *window = fx_window(fx, fx_project(fx, scan, 2, exprs), 1);
    const LogicalNode *group = fx_group(fx, window, 1, fx_column(fx, window, 0), NULL);
    assert_string_equal(optimized(fx, fx_sink(fx, group, "m", 0), 0),
                        "sink m\n"
                        "  aggregate tumble(ts@0, 10 s) by [price@1] COUNT(*)\n"
                        "    scan clicks [ts, price] watermark (ts@0 - 5000000)\n");
}

static void work_is_not_doubled_by_merging_projections(void **state)
{
    Fixture *fx = *state;
    const LogicalNode *scan = fx_scan(fx);
    const Expr *half = fx_div(fx, fx_column(fx, scan, CLICK_PRICE), fx_bigint(fx, 2));
    const LogicalNode *lower = fx_project(fx, scan, 1, &half);
    const Expr *twice[] = { fx_column(fx, lower, 0), fx_gt(fx, fx_column(fx, lower, 0), fx_bigint(fx, 1)) };
    assert_string_equal(optimized(fx, fx_sink(fx, fx_project(fx, lower, 2, twice), "s", 0), 0),
                        "sink s\n"
                        "  project p0 = p0@0, p1 = (p0@0 > 1)\n"
                        "    project p0 = (price@0 / 2)\n"
                        "      scan clicks [price]\n");
}

static void only_the_leaf_of_a_row_is_decoded(void **state)
{
    Fixture *fx = *state;
    const LogicalNode *scan = fx_scan(fx);
    const Expr *exprs[] = { fx_field(fx, fx_column(fx, scan, CLICK_ACTOR), 1) };
    const LogicalNode *sink = fx_sink(fx, fx_project(fx, scan, 1, exprs), "s", 0);
    assert_string_equal(optimized(fx, sink, 0), "sink s\n"
                                                "  project p0 = actor.name@0\n"
                                                "    scan clicks [actor.name]\n");
    PhysProgram *program = fx_plan(fx, &sink, 1, 0);
    const DecodeSchema *schema = program->scans[0]->as.scan.decode;
    assert_int_equal(schema->field_count, 1);
    assert_int_equal(schema->fields[0].column, DECODE_NO_COLUMN);
    assert_int_equal(schema->fields[0].child_count, 1);
    assert_true(str_equal(schema->fields[0].children[0].name, STR("name")));
    assert_int_equal(schema->fields[0].children[0].column, 0);
    assert_int_equal(schema->fields[0].children[0].type->id, FT_VARCHAR);
}

static void a_row_read_whole_is_decoded_whole(void **state)
{
    Fixture *fx = *state;
    const LogicalNode *scan = fx_scan(fx);
    const Expr *exprs[] = { fx_field(fx, fx_column(fx, scan, CLICK_ACTOR), 1), fx_column(fx, scan, CLICK_ACTOR) };
    assert_string_equal(optimized(fx, fx_sink(fx, fx_project(fx, scan, 2, exprs), "s", 0), 0),
                        "sink s\n"
                        "  project p0 = FIELD(actor@0, 1), p1 = actor@0\n"
                        "    scan clicks [actor]\n");
}

static void a_computed_column_brings_what_it_reads(void **state)
{
    Fixture *fx = *state;
    const LogicalNode *scan = fx_scan(fx);
    const Expr *exprs[] = { fx_column(fx, scan, CLICK_RATIO) };
    const LogicalNode *sink = fx_sink(fx, fx_project(fx, scan, 1, exprs), "s", 0);
    PhysProgram *program = fx_plan(fx, &sink, 1, 0);
    const PhysScan *physical = &program->scans[0]->as.scan;
    assert_int_equal(physical->decoded_count, 1);
    assert_int_equal(physical->computed_count, 1);
    assert_string_equal(expr_text(fx->query, physical->computed[0]).data, "(100 / @0)");
    /* Its errors stand for those of what it reads. */
    assert_string_equal(mask_text(fx, find(program, PHYS_PROJECT, 0)), " ratio");
}

static void calls_and_lookup_columns_nobody_uses_go(void **state)
{
    Fixture *fx = *state;
    const LogicalNode *window = fx_window(fx, fx_scan(fx), CLICK_TS);
    const LogicalNode *group = fx_group(fx, window, CLICK_TS, fx_column(fx, window, CLICK_REGION), price(fx));
    const Expr **key = ARENA_ARRAY(fx->query, const Expr *, 1);
    key[0] = fx_column(fx, group, 0);
    uint32_t *table_key = ARENA_ARRAY(fx->query, uint32_t, 1);
    LogicalLookup lookup = { .table = fx->regions, .input_keys = key, .table_keys = table_key, .key_count = 1 };
    const LogicalNode *join = logical_lookup_join(fx->query, group, &lookup, span_none());
    const Expr *exprs[] = { fx_column(fx, join, 1), fx_column(fx, join, group->column_count + 1) };
    const LogicalNode *sink = fx_sink(fx, fx_project(fx, join, 2, exprs), "s", 0);
    assert_string_equal(optimized(fx, sink, 0), "sink s\n"
                                                "  project p0 = n@1, p1 = tax@5\n"
                                                "    lookup join regions [tax] on k@0 = name\n"
                                                "      aggregate tumble(ts@0, 10 s) by [region@1] COUNT(*)\n"
                                                "        scan clicks [ts, region] watermark (ts@0 - 5000000)\n");
    PhysProgram *program = fx_plan(fx, &sink, 1, 0);
    const PhysNode *lowered = find(program, PHYS_LOOKUP_JOIN, 0);
    assert_int_equal(lowered->as.lookup_join.column_count, 2); /* the key is decoded too */
    assert_int_equal(lowered->as.lookup_join.table_keys[0], 0);
    assert_string_equal(expr_text(fx->query, find(program, PHYS_PROJECT, 0)->as.project.exprs[1]).data, "@6");
}

/* ---- sharing, and who is judged by what ---- */

static void statements_over_a_table_share_scan_and_filter(void **state)
{
    Fixture *fx = *state;
    const LogicalNode *sinks[] = { metric(fx, "view", NULL, 0), metric(fx, "view", price(fx), 1),
                                   metric(fx, NULL, NULL, 2) };
    PhysProgram *program = fx_plan(fx, sinks, 3, 0);
    assert_int_equal(program->scan_count, 1);
    assert_int_equal(program->sink_count, 3);
    assert_int_equal(count_of(program, PHYS_FILTER), 1);
    /* One reads price and the other does not: one bad price must not cost the other its count. */
    assert_int_equal(count_of(program, PHYS_WINDOW_AGG), 3);
    assert_string_equal(mask_text(fx, find(program, PHYS_FILTER, 0)), " action");
    assert_string_equal(mask_text(fx, find(program, PHYS_WINDOW_AGG, 0)), " ts region");
    assert_string_equal(mask_text(fx, find(program, PHYS_WINDOW_AGG, 1)), " ts region price");
    assert_string_equal(mask_text(fx, find(program, PHYS_WINDOW_AGG, 2)), " ts region");
    assert_int_equal(program->scans[0]->consumer_count, 2);
}

static void groups_of_equal_rows_keys_and_columns_are_one_table(void **state)
{
    Fixture *fx = *state;
    const LogicalNode *window = fx_window(fx, fx_scan(fx), CLICK_TS);
    const LogicalNode *by_price = fx_group(fx, window, CLICK_TS, price(fx), NULL);
    const LogicalNode *sum_by_price = fx_group(fx, window, CLICK_TS, price(fx), price(fx));
    const LogicalNode *sinks[] = { fx_sink(fx, by_price, "a", 0), fx_sink(fx, sum_by_price, "b", 1) };
    PhysProgram *program = fx_plan(fx, sinks, 2, 0);
    assert_int_equal(count_of(program, PHYS_WINDOW_AGG), 1);
    const PhysNode *group = find(program, PHYS_WINDOW_AGG, 0);
    assert_int_equal(group->as.window_agg.call_count, 2);
    assert_int_equal(phys_window_column(group), 3);
    /* The first statement does not see the call of the second. */
    const PhysNode *first = program->sinks[0]->inputs[0];
    assert_int_equal(first->kind, PHYS_PROJECT);
    assert_string_equal(expr_text(fx->query, first->as.project.exprs[2]).data, "@3");
    assert_ptr_equal(program->sinks[1]->inputs[0], group);
}

static void calls_that_can_fail_are_not_mixed_with_others(void **state)
{
    Fixture *fx = *state;
    const LogicalNode *window = fx_window(fx, fx_scan(fx), CLICK_TS);
    const Expr *risky = fx_div(fx, fx_bigint(fx, 1), price(fx));
    const LogicalNode *count = fx_group(fx, window, CLICK_TS, price(fx), NULL);
    const LogicalNode *sum = fx_group(fx, window, CLICK_TS, price(fx), risky);
    const LogicalNode *same = fx_group(fx, window, CLICK_TS, price(fx), risky);
    const LogicalNode *sinks[] = { fx_sink(fx, count, "a", 0), fx_sink(fx, sum, "b", 1), fx_sink(fx, same, "c", 2) };
    PhysProgram *program = fx_plan(fx, sinks, 3, 0);
    assert_int_equal(count_of(program, PHYS_WINDOW_AGG), 2);
    assert_int_not_equal(find(program, PHYS_WINDOW_AGG, 0)->as.window_agg.unit_id,
                         find(program, PHYS_WINDOW_AGG, 1)->as.window_agg.unit_id);
}

static void each_share_can_be_switched_off(void **state)
{
    Fixture *fx = *state;
    const LogicalNode *sinks[] = { metric(fx, "view", NULL, 0), metric(fx, "view", NULL, 1) };
    assert_int_equal(fx_plan(fx, sinks, 2, 1u << OPT_share_scan)->scan_count, 2);
    PhysProgram *program = fx_plan(fx, sinks, 2, 1u << OPT_share_filter);
    assert_int_equal(program->scan_count, 1);
    assert_int_equal(count_of(program, PHYS_FILTER), 2);
    program = fx_plan(fx, sinks, 2, 1u << OPT_share_group);
    assert_int_equal(count_of(program, PHYS_FILTER), 1);
    assert_int_equal(count_of(program, PHYS_WINDOW_AGG), 2);
    assert_int_not_equal(find(program, PHYS_WINDOW_AGG, 0)->as.window_agg.unit_id,
                         find(program, PHYS_WINDOW_AGG, 1)->as.window_agg.unit_id);
    program = fx_plan(fx, sinks, 2, 0);
    assert_int_equal(count_of(program, PHYS_WINDOW_AGG), 1);
}

static void a_unit_keeps_its_name_when_other_metrics_come(void **state)
{
    Fixture *fx = *state;
    const LogicalNode *alone[] = { metric(fx, "view", NULL, 0) };
    const LogicalNode *with_other[] = { metric(fx, NULL, price(fx), 0), metric(fx, "view", NULL, 1) };
    PhysProgram *one = fx_plan(fx, alone, 1, 0), *two = fx_plan(fx, with_other, 2, 0);
    const PhysWindowAgg *a = &find(one, PHYS_WINDOW_AGG, 0)->as.window_agg;
    const PhysWindowAgg *b = &find(two, PHYS_WINDOW_AGG, 1)->as.window_agg;
    assert_int_equal(a->unit_id, b->unit_id);
    assert_int_equal(a->call_ids[0], b->call_ids[0]);
    Buf text = { 0 };
    unit_put_text(&text, find(two, PHYS_WINDOW_AGG, 1));
    buf_append_char(&text, 0);
    assert_string_equal(text.data, "scan clicks\n"
                                   "filter (action = 'view')\n"
                                   "reads ts region\n"
                                   "tumble ts 10000000 0\n"
                                   "key region\n");
    buf_free(&text);
}

static void a_stream_without_a_reader_of_time_has_no_watermark(void **state)
{
    Fixture *fx = *state;
    const LogicalNode *scan = fx_scan(fx);
    const Expr *exprs[] = { fx_column(fx, scan, CLICK_REGION) };
    const LogicalNode *plain = fx_sink(fx, fx_project(fx, scan, 1, exprs), "s", 0);
    assert_null(fx_plan(fx, &plain, 1, 0)->scans[0]->as.scan.watermark);
    const LogicalNode *both[] = { plain, metric(fx, NULL, NULL, 1) };
    PhysProgram *program = fx_plan(fx, both, 2, 0);
    assert_non_null(program->scans[0]->as.scan.watermark);
    assert_int_equal(program->scans[0]->as.scan.rowtime_column, 0);
    assert_string_equal(mask_text(fx, program->sinks[0]->inputs[0]), " region");
}

static void explain_tells_masks_windows_and_bytes_of_state(void **state)
{
    Fixture *fx = *state;
    const LogicalNode *sinks[] = { metric(fx, "view", price(fx), 0) };
    PhysProgram *program = fx_plan(fx, sinks, 1, 0);
    uint64_t unit = find(program, PHYS_WINDOW_AGG, 0)->as.window_agg.unit_id;
    const char *expected =
        str_printf(fx->query,
                   "#0 scan clicks\n"
                   "     watermark of ts: (ts - 5000000)\n"
                   "     decodes 4 columns, 64 bytes a row\n"
                   "     columns: ts TIMESTAMP(3), action STRING, region STRING, price BIGINT\n"
                   "     feeds #1\n"
                   "#1 filter (action = 'view')\n"
                   "     from #0, a row is bad by: action\n"
                   "     feeds #2\n"
                   "#2 window aggregate tumble(ts, 10 s)\n"
                   "     by region\n"
                   "     computes COUNT(*)\n"
                   "     computes SUM(price)\n"
                   "     state: 32 bytes a group and window + text of region\n"
                   "     unit: %016llx\n"
                   "     columns: region STRING, COUNT(*) BIGINT NOT NULL, SUM(price) BIGINT, window_start "
                   "TIMESTAMP(3) NOT NULL, "
                   "window_end TIMESTAMP(3) NOT NULL, window_time TIMESTAMP(3) NOT NULL\n"
                   "     from #1, a row is bad by: ts, region, price\n"
                   "     feeds #3\n"
                   "#3 sink m\n"
                   "     columns: k STRING, n BIGINT NOT NULL, total BIGINT, window_start TIMESTAMP(3) NOT NULL, "
                   "window_end TIMESTAMP(3) NOT NULL, window_time TIMESTAMP(3) NOT NULL\n"
                   "     from #2\n",
                   (unsigned long long)unit)
            .data;
    assert_string_equal(phys_text(fx->query, program, NULL).data, expected);
}

static void rules_are_found_by_name(void **state)
{
    (void)state;
    OptRule rule;
    assert_true(opt_rule_find(STR("push_predicate"), &rule));
    assert_int_equal(rule, OPT_push_predicate);
    assert_string_equal(opt_rule_name(OPT_share_group), "share_group");
    assert_false(opt_rule_find(STR("no_such_rule"), &rule));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(constants_are_computed_by_the_body),
        TEST(a_constant_that_fails_is_left_for_the_row_that_meets_it),
        TEST(what_is_not_pure_is_not_folded),
        TEST(and_loses_only_what_cannot_decide_or_fail),
        TEST(a_filter_over_a_window_moves_next_to_the_scan),
        TEST(a_filter_on_the_window_stays_above_it),
        TEST(a_filter_moves_below_plain_columns_but_not_below_computed_ones),
        TEST(a_having_stays_above_its_aggregate),
        TEST(merged_filters_stop_where_the_first_dropped_the_row),
        TEST(a_filter_goes_into_every_input_of_a_union),
        TEST(a_view_between_window_and_table_leaves_the_aggregate_next_to_the_scan),
        TEST(work_is_not_doubled_by_merging_projections),
        TEST(only_the_leaf_of_a_row_is_decoded),
        TEST(a_row_read_whole_is_decoded_whole),
        TEST(a_computed_column_brings_what_it_reads),
        TEST(calls_and_lookup_columns_nobody_uses_go),
        TEST(statements_over_a_table_share_scan_and_filter),
        TEST(groups_of_equal_rows_keys_and_columns_are_one_table),
        TEST(calls_that_can_fail_are_not_mixed_with_others),
        TEST(each_share_can_be_switched_off),
        TEST(a_unit_keeps_its_name_when_other_metrics_come),
        TEST(a_stream_without_a_reader_of_time_has_no_watermark),
        TEST(explain_tells_masks_windows_and_bytes_of_state),
        TEST(rules_are_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
