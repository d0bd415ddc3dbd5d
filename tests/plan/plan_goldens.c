/* plan_goldens.c -- from text to physical plan: cases/NAME.ssql must give exactly cases/NAME.plan.
 *
 * Few and small on purpose: a golden is read like code when it changes. */
#include "compiler/bind/bind.h"
#include "compiler/optimize/optimize.h"
#include "compiler/parse/parse.h"
#include "compiler/physical/lower.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static Str read_text(Sources *sources, Arena *arena, const char *name, const char *ending)
{
    const Source *source = NULL;
    RtError error;
    Str path = str_printf(arena, "tests/plan/cases/%s%s", name, ending);
    if (sources_read(sources, path, &source, &error) != RT_OK)
        fail_msg("%s", error.text);
    return source->text;
}

static Str plan_of(Arena *query, const char *name)
{
    Sources *sources = sources_new(query);
    Diags *diags = diags_new(query, sources);
    Str path = str_printf(query, "%s.ssql", name);
    const Source *source = sources_add(sources, path, read_text(sources_new(query), query, name, ".ssql"));
    AstNode *tree = parse_program(query, source, diags);
    BoundProgram *bound = bind_program(query, &tree, 1, NULL, diags);
    if (diags->error_count > 0) {
        Buf text = { 0 };
        diag_render_text(&text, diags, (DiagRender){ 0 });
        fwrite(text.data, 1, text.len, stderr);
        fail_msg("%s.ssql has errors", name);
    }
    LogicalProgram better = optimize(query, bound->logical, NULL);
    return phys_text(query, physical_plan(query, &better, NULL), sources);
}

static void compare(const char *name)
{
    Arena query;
    arena_init(&query);
    Str expected = read_text(sources_new(&query), &query, name, ".plan");
    Str actual = plan_of(&query, name);
    if (!str_equal(actual, expected)) {
        fwrite(actual.data, 1, actual.len, stderr);
        fail_msg("%s.plan: the plan is another one (above)", name);
    }
    arena_free(&query);
}

static void metrics_over_one_stream_share_scan_filter_and_groups(void **state)
{
    (void)state;
    compare("shared");
}

static void nested_fields_are_decoded_as_leaves(void **state)
{
    (void)state;
    compare("leaves");
}

static void a_view_leaves_no_trace(void **state)
{
    (void)state;
    compare("view");
}

static void a_lookup_join_decodes_what_it_needs_of_its_table(void **state)
{
    (void)state;
    compare("lookup");
}

static void a_window_without_groups_is_computed_for_each_row(void **state)
{
    (void)state;
    compare("window");
}

static void hops_are_sliced_where_nobody_reads_their_columns(void **state)
{
    (void)state;
    compare("hop");
}

static void windows_of_several_sizes_share_the_slices_of_the_finest(void **state)
{
    (void)state;
    compare("slices");
}

static void the_event_time_is_computed_before_what_asks_for_the_time(void **state)
{
    (void)state;
    compare("time");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metrics_over_one_stream_share_scan_filter_and_groups),
        cmocka_unit_test(nested_fields_are_decoded_as_leaves),
        cmocka_unit_test(a_view_leaves_no_trace),
        cmocka_unit_test(a_lookup_join_decodes_what_it_needs_of_its_table),
        cmocka_unit_test(a_window_without_groups_is_computed_for_each_row),
        cmocka_unit_test(hops_are_sliced_where_nobody_reads_their_columns),
        cmocka_unit_test(windows_of_several_sizes_share_the_slices_of_the_finest),
        cmocka_unit_test(the_event_time_is_computed_before_what_asks_for_the_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
