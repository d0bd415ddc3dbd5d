/* query.c -- sqc query: what the store of the project knows of a metric. */
#include "compiler/driver/query.h"

#include "compiler/driver/keep.h"
#include "compiler/physical/lower.h"
#include "runtime/base/interval.h"
#include "runtime/base/number.h"
#include "runtime/base/timetext.h"
#include "runtime/format/row_writer.h"
#include "runtime/time/zone.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define DAY_US (INT64_C(86400) * 1000000)

Diag *question_error(Question *question, DiagCode code, Span span, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    char text[512];
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return diag_error(question->program->diags, code, span, "%s", text);
}

/* ---- reading the question ---- */

/* A text of the command line as a source of its own, so that mistakes in it have a place. */
static const Source *option_source(Question *question, const char *option)
{
    Str text = args_value(question->args, option);
    return text.data == NULL ? NULL : sources_add(question->program->sources, str_from(option), text);
}

static void unknown_dimension(Question *question, Str name, Span span)
{
    const MetricModel *model = question->model;
    Diag *d = question_error(question, E0830, span, "`%.*s` has no dimension `%.*s`", STR_ARG(model->metric->name),
                             STR_ARG(name));
    Str *names = ARENA_ARRAY(question->arena, Str, model->column_count + 1);
    uint32_t count = 0;
    Str all = STR_EMPTY;
    for (uint32_t i = 0; i < model->column_count; i++) {
        if (model->columns[i].role != METRIC_DIMENSION)
            continue;
        names[count++] = model->columns[i].name;
        all = str_printf(question->arena, "%.*s%s%.*s", STR_ARG(all), all.len > 0 ? ", " : "",
                         STR_ARG(model->columns[i].name));
    }
    int32_t nearest = diag_nearest(name, names, count);
    if (nearest >= 0)
        diag_help(d, "did you mean `%.*s`?", STR_ARG(names[nearest]));
    else if (count > 0)
        diag_help(d, "its dimensions are %.*s", STR_ARG(all));
    else
        diag_help(d, "it has no dimensions");
}

/* Where a name of --by ends: at a comma outside of backquotes. */
static uint64_t by_name_end(Str text, uint64_t at)
{
    bool is_quoted = false;
    for (; at < text.len && (is_quoted || text.data[at] != ','); at++)
        is_quoted ^= text.data[at] == '`';
    return at;
}

/* `a,b` without its backquotes; two of them inside are one. */
static Str by_name(Arena *arena, Str text)
{
    if (text.len < 2 || text.data[0] != '`' || text.data[text.len - 1] != '`')
        return text;
    char *name = arena_alloc(arena, text.len, 1);
    uint64_t len = 0;
    for (uint64_t i = 1; i + 1 < text.len; i++) {
        name[len++] = text.data[i];
        i += text.data[i] == '`' && i + 2 < text.len && text.data[i + 1] == '`';
    }
    return (Str){ name, len };
}

static bool read_by(Question *question)
{
    const Source *source = option_source(question, "--by");
    if (source == NULL)
        return true;
    uint32_t *by = ARENA_ARRAY(question->arena, uint32_t, source->text.len + 1);
    bool good = true;
    for (uint64_t at = 0; at <= source->text.len;) {
        uint64_t end = by_name_end(source->text, at);
        Str part = str_trim(str_slice(source->text, at, end - at)), name = by_name(question->arena, part);
        Span span = { source->file, (uint32_t)(uint64_t)(part.data - source->text.data),
                      (uint32_t)(uint64_t)(part.data - source->text.data + part.len) };
        int32_t column = metric_column(question->model, name);
        bool is_dimension = column >= 0 && question->model->columns[column].role == METRIC_DIMENSION;
        bool again = false;
        for (uint32_t i = 0; i < question->by_count; i++)
            again |= is_dimension && by[i] == (uint32_t)column;
        if (!is_dimension)
            unknown_dimension(question, name, span);
        else if (!again)
            by[question->by_count++] = (uint32_t)column;
        good &= is_dimension;
        at = end + 1;
    }
    question->by = by;
    return good;
}

/* A shell takes the quotes of a text: --where "region = EU" has a name there. */
static void help_text(Diags *diags)
{
    Diag *last = diags->items.count > 0 ? diags->items.items[diags->items.count - 1] : NULL;
    if (last != NULL && last->code == E0202)
        diag_help(last, "a text is written in single quotes: --where \"region = 'EU'\"");
}

static bool read_where(Question *question)
{
    Program *program = question->program;
    const Source *source = option_source(question, "--where");
    if (source == NULL)
        return true;
    AstNode *ast = parse_expression(question->arena, source, program->diags);
    if (ast == NULL)
        return false;
    const Expr *condition =
        bind_metric_condition(question->arena, program->bound, question->model, ast, program->diags);
    if (condition == NULL)
        help_text(program->diags);
    return condition != NULL && question_cut_condition(question, condition);
}

/* "1 hour", "7 days", "30m": months have no one length and are none.  A number alone could be of anything. */
bool question_interval(Question *question, const Source *source, int64_t *us)
{
    Str text = str_trim(source->text);
    int64_t number;
    bool is_number = int_parse(text, &number) == PARSE_OK;
    if (!is_number && duration_parse(text, us) == PARSE_OK && *us > 0)
        return true;
    Diag *d = question_error(question, E0831, (Span){ source->file, 0, (uint32_t)source->text.len },
                             is_number ? "a number without a unit is no length of time" : "this is no length of time");
    diag_help(d, "write a number and a unit: '1 hour', '7 days', '30 s'");
    return false;
}

static bool read_interval(Question *question, const char *option, int64_t *us)
{
    const Source *source = option_source(question, option);
    return source == NULL || question_interval(question, source, us);
}

/* "1 month", "2 quarters", "1 year", "1 week". */
bool question_calendar(Str text, int64_t *us, int32_t *months)
{
    static const struct {
        const char *unit;
        int32_t months;
    } UNITS[] = { { "week", 0 }, { "month", 1 }, { "quarter", 3 }, { "year", 12 } };
    char word[16] = { 0 };
    uint64_t at = 0;
    int64_t count = 0;
    text = str_trim(text);
    for (; at < text.len && text.data[at] >= '0' && text.data[at] <= '9' && count < 10000; at++)
        count = count * 10 + (text.data[at] - '0');
    while (at < text.len && text.data[at] == ' ')
        at++;
    for (uint64_t i = 0; at + i < text.len && i + 1 < sizeof word; i++)
        word[i] = text.data[at + i];
    for (uint32_t i = 0; count > 0 && count < 10000 && i < sizeof UNITS / sizeof UNITS[0]; i++) {
        Str unit = str_from(UNITS[i].unit), given = str_from(word);
        bool is_plural = given.len == unit.len + 1 && given.data[unit.len] == 's';
        if (!str_equal_nocase(str_slice(given, 0, given.len - is_plural), unit))
            continue;
        *months = (int32_t)count * UNITS[i].months;
        *us = (UNITS[i].months == 0 ? 7 : 30) * INT64_C(86400000000) * (UNITS[i].months == 0 ? count : *months);
        return true;
    }
    return false;
}

/* Months and weeks begin with a day: so must what they are put together from. */
static bool fits_calendar(Question *question, const Source *source)
{
    const MetricModel *model = question->model;
    int32_t own = model->window_months, months = question->grain_months;
    bool fits = months == 0 ? own == 0
                : own > 0   ? months % own == 0
                            : model->grain_us > 0 && DAY_US % model->grain_us == 0;
    Span span = { source->file, 0, (uint32_t)source->text.len };
    if (fits && (months == 0 || (model->base_count == 0 && model->offset_us == 0)))
        return true;
    Diag *d = question_error(question, E0833, span, "`%.*s` cannot be shown by %.*s", STR_ARG(model->metric->name),
                             STR_ARG(source->text));
    diag_help(
        d, own > 0 ? "its windows are months: ask for a number of them that they fill"
                   : "months are made from windows that fill days and have no offset, of a metric that is not derived");
    return false;
}

static bool read_grain(Question *question)
{
    const Source *source = option_source(question, "--grain");
    if (source == NULL)
        return true;
    if (!question_calendar(source->text, &question->grain_us, &question->grain_months) &&
        !question_interval(question, source, &question->grain_us))
        return false;
    if (question->model->window_months > 0 && question->model->window_months == question->grain_months) {
        question->grain_us = question->grain_months = 0; /* its own windows */
        return true;
    }
    return fits_calendar(question, source);
}

static bool read_time(Question *question, const char *option, int64_t *us)
{
    const Source *source = option_source(question, option);
    TimeText time;
    if (source == NULL)
        return true;
    uint32_t form = TIME_FORM_ISO | TIME_FORM_SQL;
    if (timestamp_parse(str_trim(source->text), form, &time) == PARSE_OK) {
        *us = time.us - (int64_t)time.offset_s * 1000000;
        if (time.has_zone) /* an instant: what the clock of the windows shows then */
            *us = zone_local_us(question->model->zone, *us);
        return true;
    }
    Diag *d = question_error(question, E0831, (Span){ source->file, 0, (uint32_t)source->text.len }, "this is no time");
    diag_help(d, "write '2026-01-05 12:00:00', '2026-01-05T12:00:00Z' or '2026-01-05'");
    return false;
}

/* A snapshot has one row for the values of its dimensions, and no time that a question could be about. */
static bool asks_no_time(Question *question)
{
    static const char *const OPTIONS[] = { "--grain", "--last", "--from", "--to", "--compare" };
    bool good = true;
    for (uint32_t i = 0; i < sizeof OPTIONS / sizeof OPTIONS[0]; i++) {
        if (!args_has(question->args, OPTIONS[i]))
            continue;
        question_error(question, E0832, span_none(), "`%.*s` is a snapshot, without a time that %s could mean",
                       STR_ARG(question->model->metric->name), OPTIONS[i]);
        good = false;
    }
    return good;
}

static bool read_question(Question *question)
{
    question->answered_from_us = question->from_us = question->watermark_us = question->kept_since_us =
        question->rolls_since_us = INT64_MIN;
    question->answered_to_us = question->to_us = INT64_MAX;
    question->finished = true;
    bool good = question->model->time_column >= 0 || asks_no_time(question);
    good &= read_by(question);
    good &= read_grain(question);
    good = good && question_read_compares(question);
    good = good && read_where(question);
    good &= read_interval(question, "--last", &question->last_us);
    good &= read_time(question, "--from", &question->from_us);
    good &= read_time(question, "--to", &question->to_us);
    question->asked_from_us = question->from_us;
    if (good && question->from_us >= question->to_us) {
        question_error(question, E0831, span_none(), "--from is not before --to");
        good = false;
    }
    return good;
}

/* ---- the answer ---- */

static bool answer_plain(Question *question, Answer *answer, int *exit_code)
{
    const MetricModel *model = question->model;
    uint32_t count;
    uint32_t *measures = metric_measures(question->arena, model, &count);
    MetricAsk ask = { .store = question->stores[model->metric->id],
                      .by = question->by,
                      .by_count = question->by_count,
                      .measures = measures,
                      .measure_count = count,
                      .condition = question->condition,
                      .grain_us = question->grain_us == model->grain_us ? 0 : question->grain_us,
                      .grain_months = question->grain_months };
    return answer_own(question, model, &ask, answer, exit_code);
}

bool answer_question(Question *question, Answer *answer, int *exit_code)
{
    return question->model->base_count > 0 ? answer_derived(question, answer, exit_code)
                                           : answer_plain(question, answer, exit_code);
}

/* Times are those of the clock of the metric's windows. */
Str question_time_text(const Question *question, int64_t us)
{
    char text[TIMESTAMP_TEXT_MAX];
    uint32_t len = timestamp_print(us, 0, 3, ' ', text);
    const Zone *zone = question->model->zone;
    if (zone == NULL)
        return str_printf(question->arena, "%.*sZ", (int)len, text);
    return str_printf(question->arena, "%.*s %.*s", (int)len, text, STR_ARG(zone_name(zone)));
}

static void append_time(const Question *question, Str *text, const char *name, int64_t us)
{
    if (us != INT64_MIN && us != INT64_MAX)
        *text = str_printf(question->arena, "%.*s%s\"%s\":\"%.*s\"", STR_ARG(*text), text->len > 0 ? "," : "", name,
                           STR_ARG(question_time_text(question, us)));
}

/* What the numbers stand on, for programs. */
static Str json_notes(const Question *question)
{
    Str text = STR_EMPTY;
    append_time(question, &text, "watermark", question->watermark_us);
    append_time(question, &text, "from", question->answered_from_us);
    append_time(question, &text, "to", question->answered_to_us);
    append_time(question, &text, "kept_since", question->kept_since_us);
    append_time(question, &text, "rolls_since", question->rolls_since_us);
    return str_printf(question->arena, "%.*s%s\"finished\":%s,\"late\":%llu,\"bad\":%llu", STR_ARG(text),
                      text.len > 0 ? "," : "", question->finished ? "true" : "false",
                      (unsigned long long)question->late, (unsigned long long)question->bad);
}

static void print_answer(Question *question, const Answer *answer, RowFormat format)
{
    Arena *arena = question->arena;
    int32_t time = question->model->time_column;
    uint32_t first = time < 0 ? 1 : 0; /* a snapshot has no time to show */
    uint32_t count = answer->column_count - first;
    uint8_t *kinds = ARENA_ARRAY(arena, uint8_t, count + 1);
    FieldMember *members = ARENA_ARRAY(arena, FieldMember, count + 1);
    for (uint32_t c = 0; c < count; c++) {
        const AnswerColumn *column = &answer->columns[first + c];
        const Type *type = c == 0 && time >= 0 ? question->model->columns[time].type : column->type;
        kinds[c] = (uint8_t)type_physical(type);
        members[c] = (FieldMember){ column->name, field_type_of(arena, type) };
    }
    RowLayout layout = row_layout(arena, kinds, count);
    RowPrinterOptions options = { .format = format, .header = true, .json_members = json_notes(question) };
    RowPrinter *printer = row_printer_new(arena, &options);
    RowResult result = { .layout = &layout, .columns = members };
    uint32_t number = row_printer_add(printer, &result);
    void *row = arena_alloc_zeroed(arena, layout.row_bytes, 16);
    Buf out = { 0 };
    for (uint32_t r = 0; r < answer->rows.count; r++) {
        const RtDatum *values = answer->rows.items[r].values;
        if (!question_wants(question, values))
            continue;
        row_clear(row, &layout);
        for (uint32_t c = 0; c < count; c++)
            row_set(row, &layout, c, first + c == 0 ? question_shown_time(question, values) : values[first + c]);
        row_printer_row(printer, number, ROW_INSERT, row, &out);
        question->shown++;
    }
    row_printer_finish(printer, &out);
    Str text = buf_str(&out);
    if (text.len > 0) /* no rows, in a form without a header */
        fwrite(text.data, 1, text.len, stdout);
    buf_free(&out);
}

/* Of a dimension each window keeps so many values: a longer one has of each value what these windows kept of it. */
static void print_bounds(const Question *question)
{
    const MetricModel *model = question->model;
    bool is_own = question->grain_us == 0 || question->grain_us == model->grain_us;
    for (uint32_t i = 0; i < question->by_count && !(is_own && model->base_count == 0); i++) {
        const KeepKey *kept = model->columns[question->by[i]].kept;
        if (kept == NULL || kept->most >= KEEP_DEFAULT)
            continue;
        Str by = kept->by_name.len > 0 ? str_printf(question->arena, " by %.*s", STR_ARG(kept->by_name)) : STR_EMPTY;
        fprintf(stderr, "each window keeps %llu values of %.*s%.*s; what it had of the others is put together\n",
                (unsigned long long)kept->most, STR_ARG(kept->name), STR_ARG(by));
    }
}

/* What the numbers stand on, for people: not for the pipe. */
static void print_notes(Question *question)
{
    Arena *arena = question->arena;
    if (args_has(question->args, "--quiet"))
        return;
    if (question->watermark_us == INT64_MIN)
        fprintf(stderr, "no event time was seen");
    else
        fprintf(stderr, "watermark %.*s", STR_ARG(question_time_text(question, question->watermark_us)));
    if (question->last_us > 0)
        fprintf(stderr, ", and the last %.*s before it", STR_ARG(metric_interval_text(arena, question->last_us)));
    if (question->rung_us > 0)
        fprintf(stderr, "; from rows of %.*s", STR_ARG(metric_interval_text(arena, question->rung_us)));
    if (question->kept_since_us != INT64_MIN)
        fprintf(stderr, ", kept since %.*s", STR_ARG(question_time_text(question, question->kept_since_us)));
    if (question->late > 0)
        fprintf(stderr, "; %llu rows came too late", (unsigned long long)question->late);
    fprintf(stderr, "\n");
    question_print_range(question);
    question_print_nothing(question);
    if (question->rolls_since_us != INT64_MIN)
        fprintf(stderr, "before %.*s what rolls is NULL: rows that it would need are no longer kept\n",
                STR_ARG(question_time_text(question, question->rolls_since_us)));
    print_bounds(question);
    if (question->bad > 0)
        fprintf(stderr, "%llu %s no row here: %.*s\n", (unsigned long long)question->bad,
                question->bad == 1 ? "window has" : "windows have", STR_ARG(question->bad_reason));
    if (!question->finished)
        fprintf(stderr, "the run that stored this has not ended\n");
    if (question->viewer.role == NULL)
        fprintf(stderr, "seen as the author, without the rules of a role\n");
    else
        fprintf(stderr, "seen as role %.*s%s%.*s\n", STR_ARG(question->viewer.role->name),
                question->masked.len > 0 ? ", without what is masked: " : "", STR_ARG(question->masked));
    question_print_ungiven(question);
}

/* ---- the command ---- */

static int open_store(Question *question)
{
    RtError error;
    DiagCode code;
    Program *program = question->program;
    Str path = project_path(question->arena, program->project, STR(STORE_FILE));
    RtStatus status = store_open(&question->store, path.data, STORE_READ, &error);
    if (status == RT_OK)
        return EXIT_DONE;
    if (diag_code_find(str_slice(str_from(error.text), 0, 5), &code)) {
        Diag *d = question_error(question, code, span_none(), "%s", error.text + 7);
        if (status == RT_END)
            diag_help(d, "sqc run");
    }
    return status == RT_END || status == RT_BAD_DATA ? EXIT_FINDINGS : EXIT_UNREACHABLE;
}

static int ask(Question *question, RowFormat format)
{
    Answer answer = { 0 };
    int exit_code = open_store(question);
    if (exit_code != EXIT_DONE)
        return exit_code;
    question_anchor(question);
    bool good = question->compare_count > 0 ? answer_compared(question, &answer, &exit_code)
                                            : answer_question(question, &answer, &exit_code);
    if (good) {
        print_answer(question, &answer, format);
        print_notes(question);
    }
    store_close(question->store);
    return good ? EXIT_DONE : exit_code;
}

/* The one metric that the operand names. */
static int find_metric(Question *question)
{
    Program *program = question->program;
    Str name = question->args->paths.items[0];
    const CatalogEntry *entry = catalog_find(program->bound->catalog, name);
    if (entry != NULL && entry->kind == CATALOG_METRIC) {
        question->model = program->bound->metrics[entry->as.metric->id];
        return EXIT_DONE;
    }
    Str nearest = catalog_nearest(program->bound->catalog, name);
    fprintf(stderr, "sqc: there is no metric '%.*s'", STR_ARG(name));
    if (nearest.len > 0)
        fprintf(stderr, "; did you mean %.*s?", STR_ARG(nearest));
    fputc('\n', stderr);
    return EXIT_USAGE;
}

static int open_question(Question *question)
{
    const Args *args = question->args;
    Program *program = question->program;
    Args project = *args;
    project.paths.count = 0;
    if (args->paths.count != 1)
        return usage_error(args, "query takes one metric");
    int opened = program_open(program, &project);
    if (opened != EXIT_DONE)
        return opened;
    if (program->project == NULL)
        return usage_error(args, "query needs a project: there is no %s here or above", PROJECT_FILE);
    vec_push(program->query, &program->selection.names, args->paths.items[0]);
    program->selection.is_all = false;
    BindOptions options = program_bind_options(program);
    if (!program_bind(program, &options))
        return EXIT_FINDINGS;
    question->stores = program_stores(program);
    int found = find_metric(question);
    return found == EXIT_DONE ? question_viewer(question) : found;
}

int command_query(const Args *args)
{
    Program *program = program_new(args->arena);
    Question question = { .args = args, .arena = args->arena, .program = program };
    RowFormat format = ROWS_TEXT;
    Str wanted = args_value(args, "--format");
    if (wanted.data != NULL && !row_format_find(wanted, &format))
        return usage_error(args, "--format is text, csv, json, ndjson or md, not '%.*s'", STR_ARG(wanted));
    int code = open_question(&question);
    if (code == EXIT_DONE)
        code = read_question(&question) ? ask(&question, format) : EXIT_FINDINGS;
    if (program->diags->items.count > 0)
        program_report(program, args);
    return code;
}
