/* infer.c -- reading the rows, and writing the statement. */
#include "compiler/infer/infer_internal.h"
#include "runtime/io/source.h"

#include <inttypes.h>

enum { LONG_DELAY_MS = 600000 }; /* watermarks that wait longer are spoken of */

/* ---- reading ---- */

static InferFormat format_of(Str first_line)
{
    first_line = str_trim(first_line);
    return first_line.len > 0 && (first_line.data[0] == '{' || first_line.data[0] == '[') ? INFER_JSON : INFER_CSV;
}

static void begin(Infer *infer, const LineBlock *block)
{
    LineCursor cursor = line_cursor(block);
    Str line = STR_EMPTY;
    while (str_trim(line).len == 0 && line_cursor_next(&cursor, &line))
        continue;
    infer->format = infer->options->format == INFER_ANY ? format_of(line) : infer->options->format;
    if (infer->format == INFER_CSV)
        infer_csv_begin(infer, (Str){ block->data, block->len });
}

static RtStatus read_block(Infer *infer, LineBlock *block, bool is_first)
{
    LineCursor cursor = line_cursor(block);
    Str line;
    if (is_first)
        begin(infer, block);
    while (!infer->stopped && line_cursor_next(&cursor, &line)) {
        infer->line++;
        if (infer->format == INFER_JSON)
            infer_json_line(infer, line);
        else
            infer_csv_line(infer, line, is_first && cursor.lines == 1);
        infer->stopped = infer->rows >= infer->options->rows_max;
    }
    block->lines = cursor.lines;
    return infer->stopped ? RT_END : RT_OK;
}

static RtStatus read_rows(Infer *infer, RtError *error)
{
    LineSource *source = NULL;
    LineBlock block = { 0 };
    LineSourceOptions options = { .path = infer->options->path };
    RtStatus status = line_source_open(&source, &options, error);
    for (bool is_first = true; status == RT_OK; is_first = false) {
        status = line_source_next(source, &block, error);
        if (status == RT_OK)
            status = read_block(infer, &block, is_first);
    }
    line_source_close(source);
    if (status != RT_END)
        return status;
    if (infer->rows > 0)
        return RT_OK;
    if (infer->bad_lines > 0 && infer->format == INFER_JSON)
        return rt_error(
            error, RT_BAD_DATA,
            "%s: no line is a JSON object; a stream is one object a line (jq -c '.[]' makes them of an array)",
            infer->options->path);
    return rt_error(error, RT_BAD_DATA, "%s: there are no rows", infer->options->path);
}

/* ---- writing ---- */

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* "data/ad events.ndjson.gz" is `ad_events`. */
static Str stream_name(const Infer *infer)
{
    Str path = str_from(infer->options->path);
    if (infer->options->name.len > 0)
        return infer->options->name;
    uint64_t from = path.len;
    while (from > 0 && path.data[from - 1] != '/')
        from--;
    char *name = ARENA_ARRAY(infer->arena, char, path.len + 1);
    uint64_t len = 0;
    for (uint64_t i = from; i < path.len && path.data[i] != '.'; i++)
        name[len++] = is_word(path.data[i]) ? path.data[i] : '_';
    bool is_good = len > 0 && !(name[0] >= '0' && name[0] <= '9') && path.data[from] != '-';
    return is_good ? (Str){ name, len } : STR("events");
}

static void put_span(Buf *out, int64_t ms)
{
    static const struct {
        int64_t ms;
        const char *name;
    } UNITS[] = { { 86400000, "day" }, { 3600000, "hour" }, { 60000, "minute" }, { 1000, "second" } };
    for (size_t i = 0; i < sizeof UNITS / sizeof UNITS[0]; i++) {
        if (ms >= UNITS[i].ms) {
            double count = (double)ms / (double)UNITS[i].ms;
            buf_printf(out, "%.3g %s%s", count, UNITS[i].name, ms == UNITS[i].ms ? "" : "s");
            return;
        }
    }
    buf_printf(out, "%" PRId64 " milliseconds", ms);
}

static void put_notes(Buf *out, const Infer *infer, const InferTime *time)
{
    static const char *const FORMS[] = { "seconds since 1970",      "milliseconds since 1970",
                                         "microseconds since 1970", "nanoseconds since 1970",
                                         "text as SQL writes it",   "text as SQL writes it, with a zone",
                                         "text of ISO 8601",        "text of ISO 8601, with a zone" };
    buf_printf(out, "-- From %s%" PRIu64 " row%s of %s.", infer->stopped ? "the first " : "", infer->rows,
               infer->rows == 1 ? "" : "s",
               strcmp(infer->options->path, "-") == 0 ? "standard input" : infer->options->path);
    if (infer->bad_lines > 0)
        buf_printf(out, " Left out: %" PRIu64 " line%s %s.", infer->bad_lines, infer->bad_lines == 1 ? "" : "s",
                   infer->format == INFER_JSON ? "without a JSON object" : "with another number of fields");
    buf_append_char(out, '\n');
    if (infer->nameless > 0)
        buf_append_str(out, STR("-- Fields without a name, or with control characters in it, are left out.\n"));
    if (time->field == NULL) {
        buf_append_str(out, STR("-- No column looks like event time: windows need one, and a WATERMARK on it.\n"));
        return;
    }
    buf_printf(out, "-- Event time is %.*s, %s. ", STR_ARG(time->path), FORMS[time->form]);
    if (time->late_ms_max == 0) {
        buf_append_str(out, STR("Its rows are in order.\n"));
        return;
    }
    buf_append_str(out, STR("The latest row came "));
    put_span(out, time->late_ms_max);
    buf_append_str(out, STR(" late"));
    if (time->late_count > 0)
        buf_printf(out, "; %" PRIu64 " came later than the watermark waits", time->late_count);
    buf_append_str(out, STR(".\n"));
    if (time->delay_ms < LONG_DELAY_MS)
        return;
    buf_append_str(out, STR("-- Every window waits "));
    put_span(out, time->delay_ms);
    buf_append_str(out, STR(" until it closes. If few rows are so late, ADAPTIVE(ts, 0.99, max) waits for most of them,"
                            "\n-- and a metric takes the others with LATE ROWS INTO .. WITHIN .. THEN CORRECT.\n"));
}

static void put_columns(Buf *out, const Infer *infer, bool iso)
{
    for (uint32_t i = 0; i < infer->row.fields.count; i++) {
        const InferField *field = infer->row.fields.items[i];
        buf_printf(out, "%s  %.*s ", i > 0 ? ",\n" : "", STR_ARG(infer_name(infer->arena, field->name)));
        infer_put_type(out, infer, field, iso);
    }
}

static bool has_column(const Infer *infer, Str name)
{
    for (uint32_t i = 0; i < infer->row.fields.count; i++) {
        if (str_equal(infer->row.fields.items[i]->name, name))
            return true;
    }
    return false;
}

/* A name that no column has. */
static Str free_name(const Infer *infer)
{
    Str name = STR("event_time");
    for (int i = 2; has_column(infer, name); i++)
        name = str_printf(infer->arena, "event_time_%d", i);
    return name;
}

static void put_watermark(Buf *out, Str column, int64_t delay_ms)
{
    static const struct {
        int64_t ms;
        const char *unit;
    } UNITS[] = { { 86400000, "DAY" }, { 3600000, "HOUR" }, { 60000, "MINUTE" }, { 1000, "SECOND" } };
    size_t unit = 0;
    while (delay_ms % UNITS[unit].ms != 0)
        unit++;
    buf_printf(out, ",\n  WATERMARK FOR %.*s AS %.*s - INTERVAL '%" PRId64 "' %s", STR_ARG(column), STR_ARG(column),
               delay_ms / UNITS[unit].ms, UNITS[unit].unit);
}

/* The column that the watermark stands on: the field itself, or one computed from it. */
static void put_time(Buf *out, const Infer *infer, const InferTime *time)
{
    bool is_csv_iso = infer->format == INFER_CSV && time->form >= TIME_ISO_TEXT;
    Str path = time->path, column = time->path;
    if (time->form < TIME_SQL_TEXT || is_csv_iso || time->is_nested) {
        column = free_name(infer);
        buf_printf(out, ",\n  %.*s AS ", STR_ARG(column));
        if (time->form <= TIME_MILLIS)
            buf_printf(out, "TO_TIMESTAMP_LTZ(%.*s, %d)", STR_ARG(path), time->form == TIME_SECONDS ? 0 : 3);
        else if (time->form <= TIME_NANOS)
            buf_printf(out, "TO_TIMESTAMP_LTZ(%.*s / %d, 3)", STR_ARG(path),
                       time->form == TIME_MICROS ? 1000 : 1000000);
        else if (is_csv_iso)
            buf_printf(out, "CAST(REPLACE(REPLACE(%.*s, 'T', ' '), 'Z', '') AS TIMESTAMP(3))", STR_ARG(path));
        else
            buf_printf(out, "%.*s", STR_ARG(path));
    }
    put_watermark(out, column, time->delay_ms);
}

static void put_quoted(Buf *out, Str text)
{
    buf_append_char(out, '\'');
    for (uint64_t i = 0; i < text.len; i++) {
        if (text.data[i] == '\'')
            buf_append_char(out, '\'');
        buf_append_char(out, text.data[i]);
    }
    buf_append_char(out, '\'');
}

/* Is there an empty field in a column whose type has no empty value? */
static bool has_empty_value(const Infer *infer)
{
    for (uint32_t i = 0; i < infer->row.fields.count; i++) {
        const InferField *field = infer->row.fields.items[i];
        Buf type = { 0 };
        infer_put_type(&type, infer, field, false);
        bool is_text = str_equal(buf_str(&type), STR("STRING"));
        buf_free(&type);
        if (field->has_empty && !is_text)
            return true;
    }
    return false;
}

static void put_options(Buf *out, const Infer *infer, bool iso)
{
    buf_append_str(out, STR("\n) WITH ("));
    if (strcmp(infer->options->path, "-") != 0) {
        buf_append_str(out, STR("'connector' = 'filesystem', 'path' = "));
        put_quoted(out, str_from(infer->options->path));
        buf_append_str(out, STR(", "));
    }
    buf_printf(out, "'format' = '%s'", infer->format == INFER_JSON ? "json" : "csv");
    if (iso)
        buf_append_str(out, STR(", 'json.timestamp-format.standard' = 'ISO-8601'"));
    if (infer->csv.is_whole_line) {
        buf_append_str(out, STR(", 'csv.field-delimiter' = U&'\\0001', 'csv.disable-quote-character' = 'true'"));
    } else if (infer->format == INFER_CSV && infer->csv.delimiter != ',') {
        const char *text = infer->csv.delimiter == '\t' ? "\\t" : infer->csv.delimiter == ';' ? ";" : "|";
        buf_printf(out, ", 'csv.field-delimiter' = '%s'", text);
    }
    if (infer->format == INFER_CSV && infer->csv.has_header)
        buf_append_str(out, STR(", 'csv.ignore-first-line' = 'true'"));
    if (infer->format == INFER_CSV && has_empty_value(infer))
        buf_append_str(out, STR(", 'csv.null-literal' = ''"));
    buf_append_str(out, STR(");\n"));
}

RtStatus infer_stream(Arena *arena, const InferOptions *options, Buf *out, RtError *error)
{
    Infer infer = { .arena = arena, .options = options };
    RtStatus status = read_rows(&infer, error);
    if (status != RT_OK)
        return status;
    if (infer.row.fields.count == 0)
        return rt_error(error, RT_BAD_DATA, "%s: the rows have no fields", options->path);
    infer_settle(&infer.row);
    InferTime time = infer_time(&infer);
    bool iso = infer.format == INFER_JSON && time.field != NULL && time.form >= TIME_ISO_TEXT;
    put_notes(out, &infer, &time);
    infer_put_wrong(out, &infer, &infer.row, STR_EMPTY, iso);
    buf_printf(out, "CREATE STREAM %.*s (\n", STR_ARG(infer_name(arena, stream_name(&infer))));
    put_columns(out, &infer, iso);
    if (time.field != NULL)
        put_time(out, &infer, &time);
    put_options(out, &infer, iso);
    return RT_OK;
}
