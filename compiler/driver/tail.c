/* tail.c -- sqc tail: the rows of a stream, view or metric one by one, with what time means for each.
 *
 *     +I  2026-01-05 12:04:11.000   2.5 s behind  user_id=17 region=US
 *
 * Behind is how much older the row is than the newest one before it; a row that the watermark has passed is late: a
 * window of its time may have closed without it.  The watermark is the stream's own expression, selected beside the
 * row. */
#include "compiler/driver/image.h"
#include "compiler/driver/inputs.h"
#include "compiler/driver/interrupt.h"
#include "compiler/driver/program.h"
#include "compiler/driver/tiers.h"
#include "compiler/physical/lower.h"
#include "runtime/base/timetext.h"
#include "runtime/format/row_writer.h"

#include <inttypes.h>
#include <stdio.h>

enum { BEHIND_WIDTH = 15, MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400 };

typedef struct Tail {
    const Args *args;
    Program *program;
    Str name;
    const Table *table; /* of a stream with a watermark; its rows then begin with event time and watermark */
    const PhysNode *sink;
    int32_t time_column;  /* of the rows; -1: none */
    uint32_t first_shown; /* columns before it are our own */
    bool is_ndjson;
    bool is_aside;     /* bad rows are what is shown, or are not of it */
    uint64_t rows_max; /* 0: all */
    Buf line;
    const FieldType **types;
    int64_t newest_us, watermark_us;
    uint64_t rows, behind, late;
} Tail;

/* ---- one row ---- */

static Str change_text(RowChange change)
{
    static const char *const TEXTS[] = { "+I", "-U", "+U", "-D" };
    return str_from(TEXTS[change]);
}

typedef struct RowTime {
    bool is_known;
    int64_t event_us, behind_us;
    bool is_late;
} RowTime;

static RowTime time_of(Tail *tail, const void *row)
{
    const RowLayout *layout = &tail->sink->as.sink.layout;
    RowTime time = { 0 };
    if (tail->time_column < 0 || layout->kinds[tail->time_column] != PK_I64)
        return time;
    RtDatum event = row_get(row, layout, (uint32_t)tail->time_column);
    if (event.is_null)
        return time;
    time.is_known = true;
    time.event_us = event.value.i64;
    if (tail->table == NULL)
        return time;
    time.behind_us = tail->newest_us > time.event_us ? tail->newest_us - time.event_us : 0;
    time.is_late = time.event_us <= tail->watermark_us;
    RtDatum watermark = row_get(row, layout, 1);
    if (time.event_us > tail->newest_us)
        tail->newest_us = time.event_us;
    if (!watermark.is_null && watermark.value.i64 > tail->watermark_us)
        tail->watermark_us = watermark.value.i64;
    tail->behind += time.behind_us > 0;
    tail->late += time.is_late;
    return time;
}

static void put_time(Buf *out, const RowTime *time)
{
    char text[TIMESTAMP_TEXT_MAX];
    uint32_t len = timestamp_print(time->event_us, 0, 3, ' ', text);
    buf_append(out, text, len);
}

/* "2.5 s behind", "3.0 h late" */
static Str behind_text(char room[32], const RowTime *time)
{
    double seconds = (double)time->behind_us / 1e6;
    const char *unit = seconds < 2 * MINUTE_S ? "s" : seconds < 2 * HOUR_S ? "min" : seconds < 2 * DAY_S ? "h" : "d";
    double per = seconds < 2 * MINUTE_S ? 1 : seconds < 2 * HOUR_S ? MINUTE_S : seconds < 2 * DAY_S ? HOUR_S : DAY_S;
    if (time->behind_us == 0 && !time->is_late)
        return STR_EMPTY;
    int len = snprintf(room, 32, "%.1f %s %s", seconds / per, unit, time->is_late ? "late" : "behind");
    return (Str){ room, (uint64_t)len };
}

static void put_text(Tail *tail, RowChange change, const RowTime *time, const void *row)
{
    char room[32];
    Buf *out = &tail->line;
    const PhysNode *sink = tail->sink;
    buf_append_str(out, change_text(change));
    if (tail->time_column >= 0) {
        buf_append_str(out, STR("  "));
        if (time->is_known)
            put_time(out, time);
        else
            buf_append_str(out, STR("no event time          "));
    }
    if (tail->table != NULL) {
        Str behind = behind_text(room, time);
        buf_printf(out, "%*.*s", BEHIND_WIDTH, STR_ARG(behind));
    }
    const char *between = "  ";
    for (uint32_t c = tail->first_shown; c < sink->column_count; c++) {
        RtDatum datum = row_get(row, &sink->as.sink.layout, c);
        if (datum.is_null || (tail->table == NULL && (int32_t)c == tail->time_column))
            continue;
        buf_printf(out, "%s%.*s=", between, STR_ARG(sink->columns[c].name));
        between = " ";
        value_write_text(out, tail->types[c], &datum);
    }
    buf_append_char(out, '\n');
}

static void put_ndjson(Tail *tail, RowChange change, const RowTime *time, const void *row)
{
    Buf *out = &tail->line;
    const PhysNode *sink = tail->sink;
    JsonOptions options = { 0 };
    buf_printf(out, "{\"op\":\"%.*s\"", STR_ARG(change_text(change)));
    if (time->is_known) {
        buf_append_str(out, STR(",\"event_time\":\""));
        put_time(out, time);
        buf_append_char(out, '"');
    }
    if (tail->table != NULL && time->is_known)
        buf_printf(out, ",\"behind_ms\":%" PRId64 ",\"late\":%s", time->behind_us / 1000,
                   time->is_late ? "true" : "false");
    buf_append_str(out, STR(",\"row\":{"));
    for (uint32_t c = tail->first_shown; c < sink->column_count; c++) {
        RtDatum datum = row_get(row, &sink->as.sink.layout, c);
        if (c > tail->first_shown)
            buf_append_char(out, ',');
        json_string_append(out, sink->columns[c].name);
        buf_append_char(out, ':');
        value_write_json(out, &options, tail->types[c], &datum);
    }
    buf_append_str(out, STR("}}\n"));
}

static RtStatus on_row(void *context, uint32_t node, RowChange change, const void *row, RtError *error)
{
    Tail *tail = context;
    (void)node;
    RowTime time = time_of(tail, row);
    buf_clear(&tail->line);
    (tail->is_ndjson ? put_ndjson : put_text)(tail, change, &time, row);
    Str line = buf_str(&tail->line);
    bool is_out = fwrite(line.data, 1, line.len, stdout) == line.len && fflush(stdout) == 0;
    if (!is_out || ++tail->rows == tail->rows_max)
        return rt_error(error, RT_END, "enough");
    return RT_OK;
}

static bool must_stop(void *context)
{
    (void)context;
    return interrupt_signal() != 0;
}

/* ---- what is asked ---- */

static LogicalProgram plan_of_metric(Tail *tail, const BoundProgram *bound)
{
    BindOptions options = { .only_metric = tail->name };
    for (uint32_t i = 0; i < bound->metric_count; i++) {
        const MetricModel *model = bound->metrics[i];
        if (model != NULL && str_equal(model->metric->name, tail->name))
            tail->time_column = model->time_column;
    }
    return bind_program(tail->program->query, tail->program->files.items, tail->program->files.count, &options,
                        tail->program->diags)
        ->logical;
}

/* Names as they stand in the text of a program. */
static Str quoted_path(Arena *arena, Str name)
{
    Str path = STR_EMPTY;
    for (uint64_t from = 0, at = 0; at <= name.len; at++) {
        if (at < name.len && name.data[at] != '.')
            continue;
        path =
            str_printf(arena, "%.*s%s`%.*s`", STR_ARG(path), from == 0 ? "" : ".", (int)(at - from), name.data + from);
        from = at + 1;
    }
    return path;
}

/* `ev.bad`, `ev.future`: naming one makes it. */
static bool names_aside(const Tail *tail)
{
    static const char *const SUFFIXES[] = { ".bad", ".future" };
    for (uint32_t i = 0; i < sizeof SUFFIXES / sizeof SUFFIXES[0]; i++) {
        Str suffix = str_from(SUFFIXES[i]);
        if (tail->name.len <= suffix.len || !str_ends_with(tail->name, suffix))
            continue;
        Str stream = str_slice(tail->name, 0, tail->name.len - suffix.len);
        const CatalogEntry *entry = catalog_find(tail->program->bound->catalog, stream);
        return entry != NULL && entry->kind == CATALOG_TABLE && table_has_input(entry->as.table);
    }
    return false;
}

static LogicalProgram plan_of_rows(Tail *tail, const CatalogEntry *entry)
{
    Program *program = tail->program;
    Arena *arena = program->query;
    Str extra = STR_EMPTY, from = quoted_path(arena, tail->name);
    const Table *table = entry != NULL && entry->kind == CATALOG_TABLE ? entry->as.table : NULL;
    if (table != NULL && table->rowtime_column >= 0 && table->watermark != NULL) {
        Span span = table->watermark->span;
        Str watermark = source_slice(sources_get(program->sources, span.file), span);
        Str time = table->columns[table->rowtime_column].name;
        extra = str_printf(arena, "`%.*s` AS `event time`, %.*s AS `watermark`, ", STR_ARG(time), STR_ARG(watermark));
        tail->table = table;
        tail->time_column = 0;
        tail->first_shown = 2;
    }
    Str text = str_printf(arena, "SELECT %.*s* FROM %.*s;\n", STR_ARG(extra), STR_ARG(from));
    const AstNode *tree = parse_program(arena, sources_add(program->sources, STR("tail"), text), program->diags);
    if (program->diags->error_count > 0)
        return (LogicalProgram){ 0 };
    return bind_query(arena, program->bound, ast_at(ast_program_statements(tree), 0), program->diags);
}

static int unknown_name(const Tail *tail)
{
    Str nearest = catalog_nearest(tail->program->bound->catalog, tail->name);
    fprintf(stderr, "sqc: there is no stream, view or metric '%.*s'", STR_ARG(tail->name));
    if (nearest.len > 0)
        fprintf(stderr, "; did you mean %.*s?", STR_ARG(nearest));
    fputc('\n', stderr);
    return EXIT_USAGE;
}

static int plan(Tail *tail)
{
    Program *program = tail->program;
    Args files = *tail->args; /* the first word is the name, the rest are files */
    files.paths.items++;
    files.paths.count--;
    int opened = program_open(program, &files);
    if (opened != EXIT_DONE)
        return opened;
    bool is_good = program_bind(program, NULL);
    const CatalogEntry *entry = is_good ? catalog_find(program->bound->catalog, tail->name) : NULL;
    LogicalProgram logical = { 0 };
    tail->is_aside = is_good && entry == NULL && names_aside(tail);
    if (is_good && entry == NULL && !tail->is_aside)
        return unknown_name(tail);
    if (is_good)
        logical = entry != NULL && entry->kind == CATALOG_METRIC ? plan_of_metric(tail, program->bound)
                                                                 : plan_of_rows(tail, entry);
    if (program->diags->error_count > 0) {
        program_report(program, tail->args);
        return EXIT_FINDINGS;
    }
    if (logical.sink_count == 0) {
        fprintf(stderr, "sqc: '%.*s' is derived from what its bases have stored: ask `sqc query %.*s`\n",
                STR_ARG(tail->name), STR_ARG(tail->name));
        return EXIT_USAGE;
    }
    program_plan(program, logical);
    tail->sink = program->physical->sinks[0]; /* the rest are hidden ones, that make rows of streams aside come */
    tail->types = ARENA_ARRAY(program->query, const FieldType *, tail->sink->column_count + 1);
    for (uint32_t c = 0; c < tail->sink->column_count; c++)
        tail->types[c] = field_type_of(program->query, tail->sink->columns[c].type);
    return EXIT_DONE;
}

/* ---- the run ---- */

/* "hits, clicks": whose rows were bad; what is shown may be made of them only. */
static Str bad_streams(Arena *arena, const BadRows *bad)
{
    Str names = STR_EMPTY;
    for (uint32_t i = 0; bad != NULL && i < bad->kind_count; i++) {
        bool is_known = false;
        for (uint32_t k = 0; k < i; k++)
            is_known |= str_equal(bad->kinds[k].stream, bad->kinds[i].stream);
        if (!is_known)
            names = str_printf(arena, "%.*s%s%.*s", STR_ARG(names), names.len > 0 ? ", " : "",
                               STR_ARG(bad->kinds[i].stream));
    }
    return names.len > 0 ? names : STR("its streams");
}

static void print_summary(const Tail *tail, const RtExec *exec)
{
    if (args_has(tail->args, "--quiet"))
        return;
    fprintf(stderr, "%" PRIu64 " row%s", tail->rows, tail->rows == 1 ? "" : "s");
    if (tail->table != NULL)
        fprintf(stderr, ", %" PRIu64 " behind a newer one, %" PRIu64 " late", tail->behind, tail->late);
    uint64_t bad = exec == NULL || tail->is_aside ? 0 : exec_stats(exec).rows_bad;
    Str of = bad > 0 ? bad_streams(tail->program->query, exec_stats(exec).bad) : STR_EMPTY;
    if (bad > 0)
        fprintf(stderr, "; %" PRIu64 " bad row%s of %.*s not used", bad, bad == 1 ? "" : "s", STR_ARG(of));
    fputc('\n', stderr);
}

static int run(Tail *tail)
{
    Program *program = tail->program;
    Inputs inputs;
    Tiers *tiers = NULL;
    RtExec *exec = NULL;
    RtError error = { { 0 } };
    int code = inputs_resolve(tail->args, program, &inputs);
    if (code != EXIT_DONE)
        return code;
    interrupt_watch();
    /* One row a batch: a row is shown before the next one is read. */
    ExecOptions options = { .batch_rows = 1, .state_bytes_max = (uint64_t)4 << 30 };
    options.context = tail;
    options.on_row = on_row;
    options.must_stop = must_stop;
    RtStatus status = tiers_open(&tiers, program->physical, TIER_FAST, &error);
    const RtProgram *image =
        status == RT_OK ? image_of(program->query, program->physical, tiers_site_count(tiers)) : NULL;
    if (status == RT_OK)
        status = exec_open(&exec, image, &options, &error);
    if (status == RT_OK) {
        exec_set_code(exec, tiers_code(tiers));
        status = inputs_feed(&inputs, image, exec, &error);
    }
    if (status == RT_OK)
        status = exec_run(exec, &error);
    int signal = interrupt_signal();
    bool well = status == RT_OK || status == RT_END || (signal != 0 && status == RT_AGAIN);
    print_summary(tail, exec);
    if (!well)
        fprintf(stderr, "sqc: %s\n", error.text);
    exec_close(exec);
    tiers_close(tiers);
    inputs_close(program, &inputs);
    if (!well)
        return status == RT_BAD_DATA ? EXIT_FINDINGS : EXIT_UNREACHABLE;
    return signal != 0 ? EXIT_SIGNAL + signal : EXIT_DONE;
}

int command_tail(const Args *args)
{
    Tail tail = { .args = args, .time_column = -1, .newest_us = INT64_MIN, .watermark_us = INT64_MIN };
    Str format = args_value(args, "--format");
    if (args->paths.count == 0)
        return usage_error(args, "tail needs the name of a stream, view or metric");
    if (format.data != NULL && !str_equal(format, STR("text")) && !str_equal(format, STR("ndjson")))
        return usage_error(args, "--format is text or ndjson, not '%.*s'", STR_ARG(format));
    if (!args_number(args, "--limit-rows", 1, &tail.rows_max))
        return EXIT_USAGE;
    tail.is_ndjson = str_equal(format, STR("ndjson"));
    tail.name = args->paths.items[0];
    tail.program = program_new(args->arena);
    int code = plan(&tail);
    if (code == EXIT_DONE)
        code = run(&tail);
    buf_free(&tail.line);
    return code;
}
