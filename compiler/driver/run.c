/* run.c -- sqc run: all statements of a file over recorded events. */
#include "compiler/driver/image.h"
#include "compiler/driver/inputs.h"
#include "compiler/driver/interpret.h"
#include "compiler/driver/interrupt.h"
#include "compiler/driver/keep.h"
#include "compiler/driver/output.h"
#include "compiler/driver/program.h"
#include "compiler/driver/stopwatch.h"
#include "compiler/driver/summary.h"
#include "compiler/driver/tiers.h"
#include "compiler/driver/watch.h"
#include "runtime/io/paths.h"
#include "runtime/time/pace.h"

#include <errno.h>
#include <stdio.h>

enum {
    OPTIMIZE_BYTES = 1 << 20, /* smaller inputs are done before optimised code would be */
    BATCH_ROWS_MAX = 1 << 20,
    WAIT_US = 100000, /* at most this long between looks for a signal */
};
#define STATE_BYTES_MAX ((uint64_t)4 << 30)

typedef enum TierChoice { CHOOSE_AUTO, CHOOSE_FAST, CHOOSE_OPTIMIZED } TierChoice;

typedef struct Run {
    const Args *args;
    Program *program;
    RtProgram *image;
    Tiers *tiers;
    RtExec *exec;
    Output *output;
    const MetricStore **stores; /* NULL: nothing is kept */
    Keep *keep;
    Inputs inputs;
    TierChoice tier;
    OutputOptions output_options;
    ExecOptions exec_options;
    Pace pace;
    double started_ms, checked_ms;
} Run;

static int read_options(Run *run)
{
    const Args *args = run->args;
    Str format = args_value(args, "--format"), tier = args_value(args, "--tier"),
        memory = args_value(args, "--state-memory");
    if (format.data != NULL && !row_format_find(format, &run->output_options.format))
        return usage_error(args, "--format is text, csv, json, ndjson or md, not '%.*s'", STR_ARG(format));
    if (tier.data != NULL && !str_equal(tier, STR("auto")) && !str_equal(tier, STR("fast")) &&
        !str_equal(tier, STR("optimized")))
        return usage_error(args, "--tier is auto, fast or optimized, not '%.*s'", STR_ARG(tier));
    run->tier = str_equal(tier, STR("fast"))        ? CHOOSE_FAST
                : str_equal(tier, STR("optimized")) ? CHOOSE_OPTIMIZED
                                                    : CHOOSE_AUTO;
    int64_t bytes = (int64_t)STATE_BYTES_MAX;
    if (memory.data != NULL && (!option_parse_size(memory, &bytes) || bytes <= 0))
        return usage_error(args, "--state-memory wants a size such as 512 MB, not '%.*s'", STR_ARG(memory));
    run->exec_options.state_bytes_max = (uint64_t)bytes;
    if (!args_number(args, "--batch-rows", 1, &run->exec_options.batch_rows) ||
        !args_number(args, "--limit-rows", 1, &run->output_options.rows_max))
        return EXIT_USAGE;
    if (run->exec_options.batch_rows > BATCH_ROWS_MAX)
        return usage_error(args, "--batch-rows is at most %d", BATCH_ROWS_MAX);
    run->exec_options.open_end = args_has(args, "--open-end");
    run->exec_options.restart_every_batch = args_has(args, "--restart-every-batch");
    Str folder = args_value(args, "--out");
    run->output_options.folder = folder.data;
    if (folder.data != NULL && mkdir(folder.data, 0777) != 0 && errno != EEXIST)
        return usage_error(args, "--out %s: %s", folder.data, strerror(errno));
    return program_rules(run->program, args) ? EXIT_DONE : EXIT_USAGE;
}

static int read_speed(Run *run)
{
    Str speed = args_value(run->args, "--speed");
    run->pace.clock = &PACE_CLOCK_SYSTEM;
    if (speed.data != NULL && !pace_parse(speed, &run->pace.factor))
        return usage_error(run->args, "--speed is max, or how many times faster: 60x, not '%.*s'", STR_ARG(speed));
    if (run->pace.factor > 0 && run->exec_options.batch_rows == 0)
        run->exec_options.batch_rows = 1; /* each event at its time */
    if (run->pace.factor > 0 && args_has(run->args, "--interpret"))
        return usage_error(run->args, "--speed and --interpret do not go together");
    return EXIT_DONE;
}

/* A speed needs event time. */
static int check_speed(const Run *run)
{
    const PhysProgram *physical = run->program->physical;
    bool has_time = run->pace.factor <= 0;
    for (uint32_t i = 0; i < physical->scan_count; i++)
        has_time = has_time || physical->scans[i]->as.scan.table->rowtime_column >= 0;
    if (has_time)
        return EXIT_DONE;
    return usage_error(run->args, "--speed needs event time: no stream of this run has a watermark");
}

static int compile(Run *run)
{
    Program *program = run->program;
    int opened = program_open(program, run->args);
    if (opened != EXIT_DONE)
        return opened;
    BindOptions options = program_bind_options(program);
    bool good = program_bind(program, &options);
    if (program->diags->items.count > 0)
        program_report(program, run->args);
    if (!good)
        return EXIT_FINDINGS;
    if (!program_check_selectors(program))
        return EXIT_USAGE;
    if (program->project != NULL && !args_has(run->args, "--interpret"))
        run->stores = program_stores(program);
    program_plan(program, run->stores == NULL ? program->bound->logical : keep_plans(program, run->stores));
    if (program->physical->sink_count == 0) {
        fprintf(stderr, "sqc: nothing to run: the file has no SELECT, INSERT or metric\n");
        return EXIT_FINDINGS;
    }
    uint32_t results = 0;
    for (uint32_t i = 0; i < program->physical->sink_count; i++)
        results += program->physical->sinks[i]->as.sink.kind == SINK_RESULT;
    if (results > 1 && run->output_options.format == ROWS_CSV && run->output_options.folder == NULL)
        return usage_error(run->args, "%u results do not fit into one CSV: say --out FOLDER", results);
    return EXIT_DONE;
}

static RtStatus on_row(void *context, uint32_t node, RowChange change, const void *row, RtError *error)
{
    Run *run = context;
    if (keep_takes(run->keep, node))
        return keep_row(run->keep, node, change, row, error);
    return output_row(run->output, node, change, row, error);
}

static RtStatus on_conn_row(void *context, uint32_t node, RowChange change, const void *row, RtError *error)
{
    (void)node;
    return conn_sink_row(context, change, row, error);
}

/* Rows of a connector go there at once. */
static ExecSink sink_of(void *context, uint32_t node)
{
    const Run *run = context;
    ConnSink *conn = keep_takes(run->keep, node) ? NULL : output_conn(run->output, node);
    return conn == NULL ? (ExecSink){ on_row, context } : (ExecSink){ on_conn_row, conn };
}

/* The newest watermark is as far behind the newest event at the end as it was at the start. */
static int64_t newest_time(const Run *run, const RtExec *exec)
{
    int64_t newest = INT64_MIN;
    uint32_t partition = 0;
    for (uint32_t i = 0; i < run->image->scan_count; i++) {
        for (uint32_t f = 0; f < run->inputs.scans[i].count; f++) {
            int64_t time = exec_partition_watermark(exec, partition++);
            newest = time > newest ? time : newest;
        }
    }
    return newest;
}

/* The rows so far are out before the run waits. */
static RtStatus keep_pace(Run *run, const RtExec *exec, RtError *error)
{
    int64_t newest = newest_time(run, exec);
    if (run->pace.factor <= 0 || newest == INT64_MIN)
        return RT_OK;
    RtStatus status = RT_OK;
    for (int64_t left; status == RT_OK && interrupt_signal() == 0 && (left = pace_left_us(&run->pace, newest)) > 0;) {
        status = output_flush(run->output, error);
        pace_sleep(&run->pace, left < WAIT_US ? left : WAIT_US);
    }
    return status;
}

static RtStatus improve_code(Run *run, RtExec *exec, RtError *error)
{
    bool is_large = run->inputs.bytes == 0 || run->inputs.bytes >= OPTIMIZE_BYTES;
    if (run->tier == CHOOSE_FAST || (run->tier == CHOOSE_AUTO && !is_large))
        return RT_OK;
    if (run->tier == CHOOSE_OPTIMIZED)
        return tiers_wait(run->tiers, exec, error);
    RtStatus status = tiers_optimize(run->tiers, exec, error);
    return status == RT_OK ? tiers_poll(run->tiers, exec, error) : status;
}

static RtStatus on_pause(void *context, RtExec *exec, RtError *error)
{
    Run *run = context;
    RtStatus status = improve_code(run, exec, error);
    return status == RT_OK ? keep_pace(run, exec, error) : status;
}

static RtStatus on_wait(void *context, RtError *error)
{
    Run *run = context;
    return output_flush(run->output, error);
}

static bool must_stop(void *context)
{
    (void)context;
    return interrupt_signal() != 0;
}

static RtStatus open_all(Run *run, RtError *error)
{
    Program *program = run->program;
    RtStatus status = tiers_open(&run->tiers, program->physical, TIER_FAST, error);
    if (status != RT_OK)
        return status;
    run->image = image_of(program->query, program->physical, tiers_site_count(run->tiers));
    run->exec_options.context = run;
    run->exec_options.on_row = on_row;
    run->exec_options.sink_of = sink_of;
    run->exec_options.must_stop = must_stop;
    run->exec_options.on_wait = on_wait;
    run->exec_options.on_pause = on_pause;
    if ((status = exec_open(&run->exec, run->image, &run->exec_options, error)) != RT_OK)
        return status;
    exec_set_code(run->exec, tiers_code(run->tiers));
    StoreKeep kept = program->selection.is_all ? STORE_KEEP_NOTHING : STORE_KEEP_OTHERS;
    if (args_has(run->args, "--keep"))
        kept = STORE_KEEP_ALL;
    if (run->stores != NULL && (status = keep_open(&run->keep, program, run->stores, kept, error)) != RT_OK)
        return status;
    return output_open(program->query, program->physical, &run->output_options, &run->output, error);
}

/* What was written stays, whole rows of it: a stream without an end has no other end. */
static int finish(Run *run, RtStatus status, RtError *error)
{
    int signal = interrupt_signal();
    bool well = status == RT_OK || status == RT_END || (signal != 0 && status == RT_AGAIN);
    RtError late;
    if (run->keep != NULL && status == RT_OK) {
        status = keep_finish(run->keep, run->exec, &run->inputs, error);
        well = status == RT_OK;
    }
    if (run->output != NULL) {
        RtStatus closed = output_close(run->output, well, &late);
        if (well && closed != RT_OK && closed != RT_END) {
            status = closed;
            *error = late;
            well = false;
        }
    }
    if (run->exec != NULL && !args_has(run->args, "--quiet")) {
        Summary summary = { .stats = exec_stats(run->exec),
                            .tiers = tiers_times(run->tiers),
                            .check_ms = run->checked_ms - run->started_ms,
                            .run_ms = stopwatch_ms() - run->checked_ms,
                            .signal = signal,
                            .stored = keep_rows(run->keep),
                            .stored_in = well ? keep_path(run->keep) : STR_EMPTY,
                            .physical = run->program->physical,
                            .inputs = &run->inputs,
                            .exec = run->exec,
                            .arena = run->args->arena };
        summary_print(&summary);
    }
    if (!well)
        fprintf(stderr, "sqc: %s\n", error->text);
    keep_close(run->keep);
    exec_close(run->exec);
    tiers_close(run->tiers);
    inputs_close(run->program, &run->inputs);
    if (!well)
        return status == RT_BAD_DATA ? EXIT_FINDINGS : EXIT_UNREACHABLE;
    return signal != 0 ? EXIT_SIGNAL + signal : EXIT_DONE;
}

static bool is_input(const Run *run, const char *path)
{
    for (uint32_t i = 0; i < run->program->physical->node_count; i++) {
        for (uint32_t f = 0; f < run->inputs.lookups[i].count; f++) {
            if (path_is_same(run->inputs.lookups[i].items[f], path))
                return true;
        }
    }
    for (uint32_t i = 0; i < run->program->physical->scan_count; i++) {
        for (uint32_t f = 0; f < run->inputs.scans[i].count; f++) {
            if (path_is_same(run->inputs.scans[i].items[f], path))
                return true;
        }
    }
    return false;
}

/* An INSERT into a file that the same run reads would destroy it. */
static bool overwrites_input(const Run *run)
{
    const PhysProgram *physical = run->program->physical;
    for (uint32_t i = 0; i < physical->sink_count; i++) {
        const PhysSink *sink = &physical->sinks[i]->as.sink;
        if (sink->kind != SINK_INSERT || sink->table->checked == NULL)
            continue;
        Str path = conn_sink_path(run->args->arena, sink->table->checked);
        if (path.len == 0 || !is_input(run, path.data))
            continue;
        fprintf(stderr, "sqc: INSERT INTO %.*s would overwrite %.*s, which this run reads\n",
                STR_ARG(sink->table->name), STR_ARG(path));
        return true;
    }
    return false;
}

/* As summary_print counts. */
static void print_interpreted(const InterpretStats *stats)
{
    char in[SUMMARY_NUMBER_BYTES], out[SUMMARY_NUMBER_BYTES], late[SUMMARY_NUMBER_BYTES], bad[SUMMARY_NUMBER_BYTES];
    fprintf(stderr, "%s rows in, %s out, %s late, %s bad", summary_number(in, stats->rows_in),
            summary_number(out, stats->rows_out), summary_number(late, stats->rows_late),
            summary_number(bad, stats->rows_bad + stats->lines_bad));
    if (stats->rows_duplicate > 0)
        fprintf(stderr, ", %s duplicate", summary_number(in, stats->rows_duplicate));
    if (stats->rows_future > 0)
        fprintf(stderr, ", %s in the future", summary_number(in, stats->rows_future));
    if (stats->heartbeats > 0)
        fprintf(stderr, ", %s heartbeats", summary_number(in, stats->heartbeats));
    fprintf(stderr, " (interpreted)\n");
}

/* The reference interpreter instead of native code. */
static int run_interpreted(Run *run)
{
    RtError error = { { 0 } }, late;
    InterpretStats stats = { 0 };
    const PhysProgram *physical = run->program->physical;
    run->image = image_of(run->args->arena, physical, 0);
    RtStatus status = output_open(run->args->arena, physical, &run->output_options, &run->output, &error);
    InterpretJob job = { .physical = physical, .image = run->image, .inputs = &run->inputs, .output = run->output };
    if (status == RT_OK)
        status = interpret(run->args->arena, &job, &stats, &error);
    bool well = status == RT_OK || status == RT_END;
    RtStatus closed = output_close(run->output, well, &late);
    if (well && closed != RT_OK && closed != RT_END) {
        well = false;
        error = late;
    }
    if (!args_has(run->args, "--quiet"))
        print_interpreted(&stats);
    if (!well)
        fprintf(stderr, "sqc: %s\n", error.text);
    inputs_close(run->program, &run->inputs);
    return well ? EXIT_DONE : status == RT_BAD_DATA ? EXIT_FINDINGS : EXIT_UNREACHABLE;
}

static bool is_chosen(const Program *program, const Metric *metric)
{
    return program->selection.is_all || program_selects_metric(program, metric) ||
           program_selects_place(program, metric->span);
}

/* Alerts and panels are bound and checked; nothing evaluates or shows them yet. */
static void note_unrun(const Run *run)
{
    const BoundProgram *bound = run->program->bound;
    uint32_t alerts = 0, panels = 0;
    for (uint32_t i = 0; i < bound->alert_count; i++)
        alerts += is_chosen(run->program, bound->alerts[i]->metric->metric);
    for (uint32_t i = 0; i < bound->metric_count; i++) {
        const MetricModel *model = bound->metrics[i];
        panels += model != NULL && is_chosen(run->program, model->metric) ? model->panel_count : 0;
    }
    if (alerts + panels == 0 || args_has(run->args, "--quiet"))
        return;
    if (alerts > 0)
        fprintf(stderr, "%u alert%s%s", alerts, alerts == 1 ? "" : "s", panels > 0 ? " and " : "");
    if (panels > 0)
        fprintf(stderr, "%u panel%s", panels, panels == 1 ? "" : "s");
    fprintf(stderr,
            " checked, not run: what evaluates and shows them comes later (sqc explain tells what they mean)\n");
}

static int run_once(const Args *args)
{
    Run run = { .args = args, .program = program_new(args->arena), .started_ms = stopwatch_ms() };
    RtError error = { { 0 } };
    int code = read_options(&run);
    if (code == EXIT_DONE)
        code = read_speed(&run);
    if (code == EXIT_DONE)
        code = compile(&run);
    if (code == EXIT_DONE)
        code = check_speed(&run);
    if (code == EXIT_DONE)
        code = inputs_resolve(args, run.program, &run.inputs);
    if (code != EXIT_DONE)
        return code;
    if (overwrites_input(&run)) {
        inputs_close(run.program, &run.inputs);
        return EXIT_FINDINGS;
    }
    run.checked_ms = stopwatch_ms();
    note_unrun(&run);
    if (args_has(args, "--interpret"))
        return run_interpreted(&run);
    interrupt_watch();
    RtStatus status = open_all(&run, &error);
    if (status == RT_OK)
        status = inputs_feed(&run.inputs, run.image, run.exec, &error);
    if (status == RT_OK)
        status = exec_run(run.exec, &error);
    return finish(&run, status, &error);
}

int command_run(const Args *args)
{
    return args_has(args, "--watch") ? watch(args, run_once) : run_once(args);
}
