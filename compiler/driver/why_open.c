/* why_open.c -- see why_open.h. */
#include "compiler/driver/why_open.h"

#include "compiler/driver/image.h"
#include "compiler/driver/inputs.h"
#include "compiler/driver/program.h"
#include "compiler/driver/summary.h"
#include "compiler/driver/tiers.h"
#include "runtime/base/timetext.h"
#include "runtime/exec/exec_open.h"

#include <stdio.h>

enum { WINDOWS_SHOWN = 20 };
#define STATE_BYTES_MAX ((uint64_t)4 << 30)

typedef struct WhyOpen {
    const Args *args;
    Program *program;
    Str metric;
    RtProgram *image;
    RtExec *exec;
    VEC(ExecOpenWindow) windows; /* of the aggregate in hand, the youngest first */
} WhyOpen;

static const char *time_text(Arena *arena, int64_t us)
{
    char text[TIMESTAMP_TEXT_MAX];
    if (us == INT64_MIN)
        return "no time yet";
    return arena_copy(arena, text, timestamp_print(us, 0, 3, ' ', text));
}

/* ---- the plan of the metric alone ---- */

static int plan(WhyOpen *why)
{
    Program *program = why->program;
    int opened = program_open(program, why->args);
    if (opened != EXIT_DONE)
        return opened;
    bool good = program_bind(program, NULL);
    if (!good) {
        program_report(program, why->args);
        return EXIT_FINDINGS;
    }
    const LogicalNode **sink = ARENA_ARRAY(program->query, const LogicalNode *, 1);
    for (uint32_t i = 0; i < program->bound->logical.sink_count && sink[0] == NULL; i++) {
        const LogicalNode *node = program->bound->logical.sinks[i];
        if (!node->as.sink.is_insert && !node->as.sink.is_hidden && str_equal(node->as.sink.name, why->metric))
            sink[0] = node;
    }
    if (sink[0] == NULL)
        return usage_error(why->args, "there is no metric '%.*s' that runs over events", STR_ARG(why->metric));
    LogicalProgram one = program->bound->logical;
    one.sinks = sink;
    one.sink_count = 1;
    program->rules.disabled |= (uint64_t)1 << OPT_share_slices; /* each window has its own groups to show */
    program_plan(program, one);
    return EXIT_DONE;
}

static RtStatus no_row(void *context, uint32_t node, RowChange change, const void *row, RtError *error)
{
    (void)context;
    (void)node;
    (void)change;
    (void)row;
    (void)error;
    return RT_OK;
}

static RtStatus replay(WhyOpen *why, const Inputs *inputs, Tiers **tiers, RtError *error)
{
    const PhysProgram *physical = why->program->physical;
    RtStatus status = tiers_open(tiers, physical, TIER_FAST, error);
    if (status != RT_OK)
        return status;
    why->image = image_of(why->program->query, physical, tiers_site_count(*tiers));
    ExecOptions options = { .state_bytes_max = STATE_BYTES_MAX, .open_end = true, .context = why, .on_row = no_row };
    if ((status = exec_open(&why->exec, why->image, &options, error)) != RT_OK)
        return status;
    exec_set_code(why->exec, tiers_code(*tiers));
    status = inputs_feed(inputs, why->image, why->exec, error);
    return status == RT_OK ? exec_run(why->exec, error) : status;
}

/* ---- what is told ---- */

static void on_window(void *context, const ExecOpenWindow *window)
{
    WhyOpen *why = context;
    vec_push(why->program->query, &why->windows, *window);
}

static void print_input(const WhyOpen *why, const ExecInput *input)
{
    Arena *arena = why->program->query;
    printf("%s", input->path);
    if (!input->has_spoken)
        printf(": no row with an event time has come");
    else
        printf(": at %s since its newest record, of %s", time_text(arena, input->watermark_us),
               time_text(arena, input->newest_us));
}

/* How many of the inputs that are waited for have come to this time? */
static void count_inputs(const WhyOpen *why, uint32_t agg, int64_t close_us, uint32_t *waited, uint32_t *there)
{
    *waited = *there = 0;
    for (uint32_t i = 0; i < exec_input_count(why->exec); i++) {
        ExecInput input = exec_input(why->exec, agg, i);
        if (!input.reaches || input.is_silent)
            continue;
        *waited += 1;
        *there += input.watermark_us >= close_us;
    }
}

static void print_holders(const WhyOpen *why, uint32_t agg, int64_t close_us)
{
    uint32_t waited, there;
    count_inputs(why, agg, close_us, &waited, &there);
    if (waited == 0)
        printf("    all inputs are silent: time stands still\n");
    if (waited > 1 && there == 0)
        printf("    no input has come that far\n");
    if (waited == 0 || (waited > 1 && there == 0))
        return;
    for (uint32_t i = 0; i < exec_input_count(why->exec); i++) {
        ExecInput input = exec_input(why->exec, agg, i);
        if (!input.reaches || input.is_silent || input.watermark_us >= close_us)
            continue;
        printf("    held open by ");
        print_input(why, &input);
        printf("\n");
    }
}

static void print_window(const WhyOpen *why, uint32_t agg, const ExecOpenWindow *window)
{
    Arena *arena = why->program->query;
    char n[SUMMARY_NUMBER_BYTES];
    const char *groups = summary_number(n, window->groups), *closes = time_text(arena, window->close_us);
    if (window->start_us == window->end_us)
        printf("  %s session%s, the first closes when all inputs have come to %s\n", groups,
               window->groups == 1 ? "" : "s", closes);
    else
        printf("  %s to %s, %s group%s, closes when all inputs have come to %s\n", time_text(arena, window->start_us),
               time_text(arena, window->end_us), groups, window->groups == 1 ? "" : "s", closes);
    print_holders(why, agg, window->close_us);
}

static void print_inputs(const WhyOpen *why, uint32_t agg)
{
    printf("  inputs\n");
    for (uint32_t i = 0; i < exec_input_count(why->exec); i++) {
        ExecInput input = exec_input(why->exec, agg, i);
        if (!input.reaches)
            continue;
        Str stream = why->image->scans[input.scan].name;
        printf("    %.*s ", STR_ARG(stream));
        print_input(why, &input);
        printf("%s\n", input.is_silent ? "; silent, not waited for" : "");
    }
}

static void print_aggregate(WhyOpen *why, uint32_t agg)
{
    why->windows.count = 0;
    exec_each_open(why->exec, agg, why, on_window);
    uint32_t count = why->windows.count;
    bool is_sessions = count == 1 && why->windows.items[0].start_us == why->windows.items[0].end_us;
    uint64_t open = is_sessions ? why->windows.items[0].groups : count;
    char n[SUMMARY_NUMBER_BYTES];
    printf("%.*s: %s window%s open\n", STR_ARG(why->metric), open == 0 ? "no" : summary_number(n, open),
           open == 1 ? " is" : "s are");
    for (uint32_t i = 0; i < count && i < WINDOWS_SHOWN; i++)
        print_window(why, agg, &why->windows.items[count - 1 - i]); /* the oldest first */
    if (count > WINDOWS_SHOWN)
        printf("  and %s later ones\n", summary_number(n, count - WINDOWS_SHOWN));
    print_inputs(why, agg);
}

static int report(WhyOpen *why)
{
    uint32_t windowed = 0;
    for (uint32_t i = 0; i < why->image->agg_count; i++) {
        if (why->image->aggs[i].is_unbounded)
            continue;
        windowed++;
        print_aggregate(why, i);
    }
    if (windowed == 0)
        printf("%.*s has no windows: its rows come at once\n", STR_ARG(why->metric));
    return EXIT_DONE;
}

int why_open(const Args *args)
{
    WhyOpen why = { .args = args, .program = program_new(args->arena), .metric = args_value(args, "--why-open") };
    Tiers *tiers = NULL;
    Inputs inputs;
    RtError error = { { 0 } };
    int code = plan(&why);
    if (code == EXIT_DONE)
        code = inputs_resolve(args, why.program, &inputs);
    if (code != EXIT_DONE)
        return code;
    RtStatus status = replay(&why, &inputs, &tiers, &error);
    if (status == RT_OK || status == RT_END)
        code = report(&why);
    else
        fprintf(stderr, "sqc: %s\n", error.text);
    exec_close(why.exec);
    tiers_close(tiers);
    inputs_close(why.program, &inputs);
    if (status == RT_OK || status == RT_END)
        return code;
    return status == RT_BAD_DATA ? EXIT_FINDINGS : EXIT_UNREACHABLE;
}
