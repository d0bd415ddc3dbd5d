/* row_writer.c -- one document of rows, of one result or of several.
 *
 * Each format answers three things: what stands before the rows, a row, what stands behind them. */
#include "runtime/format/row_writer.h"

#include "runtime/abi/blob.h"
#include "runtime/base/vec.h"
#include "runtime/format/value_internal.h"

typedef struct PrinterResult {
    RowResult what;
    Str title;      /* text and md: above the heading */
    Str *json_keys; /* `"name":` of each column */
    Str json_lead;  /* `"metric":"name",` or empty */
    Str *headings;  /* of `lead_count` leading columns and the columns */
    uint32_t lead_count;
    bool headed; /* md, csv: the heading is written */
    RowTable table;
} PrinterResult;

struct RowPrinter {
    Arena *arena;
    RowPrinterOptions options;
    VEC(PrinterResult) results;
    uint32_t last; /* the result written last; UINT32_MAX: none */
    uint64_t rows;
    Buf scratch;
};

static const char *const FORMAT_NAMES[] = { "text", "csv", "json", "ndjson", "md" };
static const Str CHANGE_NAMES[] = { { "+I", 2 }, { "-U", 2 }, { "+U", 2 }, { "-D", 2 } };

bool row_format_find(Str name, RowFormat *format)
{
    for (uint32_t i = 0; i < sizeof FORMAT_NAMES / sizeof FORMAT_NAMES[0]; i++) {
        if (str_equal(name, str_from(FORMAT_NAMES[i]))) {
            *format = (RowFormat)i;
            return true;
        }
    }
    return false;
}

RowPrinter *row_printer_new(Arena *arena, const RowPrinterOptions *options)
{
    RowPrinter *printer = ARENA_NEW(arena, RowPrinter);
    printer->arena = arena;
    printer->options = *options;
    printer->last = UINT32_MAX;
    return printer;
}

/* What has been written to the scratch since it was cleared; never a null pointer. */
static Str scratch_text(const RowPrinter *printer)
{
    Str text = buf_str(&printer->scratch);
    return text.len > 0 ? text : STR_EMPTY;
}

static Str json_key(RowPrinter *printer, Str name)
{
    buf_clear(&printer->scratch);
    json_string_append(&printer->scratch, name);
    buf_append_char(&printer->scratch, ':');
    return str_copy(printer->arena, buf_str(&printer->scratch));
}

static bool is_number(FieldTypeId id)
{
    return id >= FT_TINYINT && id <= FT_DECIMAL;
}

uint32_t row_printer_add(RowPrinter *printer, const RowResult *what)
{
    uint32_t columns = what->layout->column_count;
    bool is_people = printer->options.format == ROWS_TEXT || printer->options.format == ROWS_MD;
    PrinterResult result = { .what = *what };
    result.json_keys = ARENA_ARRAY(printer->arena, Str, columns + 1);
    result.headings = ARENA_ARRAY(printer->arena, Str, columns + 2);
    bool *to_right = ARENA_ARRAY(printer->arena, bool, columns + 2);
    if (what->name.len > 0 && !is_people)
        result.headings[result.lead_count++] = STR("metric");
    if (what->changelog)
        result.headings[result.lead_count++] = STR("op");
    if (what->name.len > 0) {
        result.title = what->name;
        Str key = json_key(printer, STR("metric"));
        buf_clear(&printer->scratch);
        buf_append_str(&printer->scratch, key);
        json_string_append(&printer->scratch, what->name);
        buf_append_char(&printer->scratch, ',');
        result.json_lead = str_copy(printer->arena, buf_str(&printer->scratch));
    }
    for (uint32_t c = 0; c < columns; c++) {
        result.json_keys[c] = json_key(printer, what->columns[c].name);
        result.headings[result.lead_count + c] = what->columns[c].name;
        to_right[result.lead_count + c] = is_number(what->columns[c].type->id);
    }
    if (printer->options.format == ROWS_TEXT)
        result.table = row_table_new(printer->arena, result.headings, to_right, result.lead_count + columns);
    vec_push(printer->arena, &printer->results, result);
    return printer->results.count - 1;
}

/* ---- json, ndjson ---- */

static void json_row_append(RowPrinter *printer, const PrinterResult *result, RowChange change, const void *row,
                            Buf *out)
{
    const RowResult *what = &result->what;
    buf_append_char(out, '{');
    buf_append_str(out, result->json_lead);
    bool any = what->changelog;
    if (any)
        buf_printf(out, "\"op\":\"%.*s\"", STR_ARG(CHANGE_NAMES[change]));
    for (uint32_t c = 0; c < what->layout->column_count; c++) {
        RtDatum datum = row_get(row, what->layout, c);
        if (datum.is_null && printer->options.json.skip_null_fields)
            continue;
        if (any)
            buf_append_char(out, ',');
        any = true;
        buf_append_str(out, result->json_keys[c]);
        value_write_json(out, &printer->options.json, what->columns[c].type, &datum);
    }
    if (!any && result->json_lead.len > 0)
        out->len--; /* the comma behind the metric's name */
    buf_append_char(out, '}');
}

/* ---- csv ---- */

static Str csv_mark(Str text, const char *otherwise)
{
    return text.len > 0 ? text : str_from(otherwise);
}

static void csv_cell(const CsvOptions *options, Str text, bool is_text, Buf *out)
{
    Str delimiter = csv_mark(options->field_delimiter, ",");
    Str quote = csv_mark(options->quote, "\"");
    bool has_quote = str_find(text, quote) >= 0;
    bool special = has_quote || str_find(text, delimiter) >= 0 || str_find(text, STR("\n")) >= 0 ||
                   str_find(text, STR("\r")) >= 0 || (options->escape.len > 0 && str_find(text, options->escape) >= 0);
    bool like_null = options->has_null_literal && str_equal(text, options->null_literal);
    if (options->disable_quote || (!special && !(is_text && (text.len == 0 || like_null)))) {
        buf_append_str(out, text);
        return;
    }
    buf_append_str(out, quote);
    uint64_t from = 0;
    for (uint64_t i = 0; i < text.len; i++) {
        bool is_quote = str_starts_with(str_slice(text, i, text.len - i), quote);
        bool is_escape = options->escape.len > 0 && str_starts_with(str_slice(text, i, text.len - i), options->escape);
        if (!is_quote && !is_escape)
            continue;
        buf_append_str(out, str_slice(text, from, i - from));
        buf_append_str(out, is_quote ? quote : options->escape);
        from = i;
    }
    buf_append_str(out, str_slice(text, from, text.len - from));
    buf_append_str(out, quote);
}

static void csv_value_text(const CsvOptions *options, const FieldType *type, const RtDatum *datum, Buf *out)
{
    Blob blob;
    bool is_list = (type->id == FT_ARRAY || type->id == FT_ROW) && !datum->is_null;
    if (datum->is_null && options->has_null_literal)
        buf_append_str(out, options->null_literal);
    if (!is_list || !blob_open(datum->value.str, &blob)) {
        value_write_text(out, type, datum);
        return;
    }
    for (uint32_t i = 0; i < blob.count; i++) {
        RtDatum item = blob_item(&blob, i);
        if (i > 0)
            buf_append_str(out, csv_mark(options->array_element_delimiter, ";"));
        csv_value_text(options, type->id == FT_ARRAY ? type->element : type->members[i].type, &item, out);
    }
}

static void csv_heading(RowPrinter *printer, const PrinterResult *result, Buf *out)
{
    uint32_t count = result->lead_count + result->what.layout->column_count;
    for (uint32_t c = 0; c < count; c++) {
        if (c > 0)
            buf_append_str(out, csv_mark(printer->options.csv.field_delimiter, ","));
        csv_cell(&printer->options.csv, result->headings[c], true, out);
    }
    buf_append_char(out, '\n');
}

static void csv_row_append(RowPrinter *printer, const PrinterResult *result, RowChange change, const void *row,
                           Buf *out)
{
    const CsvOptions *options = &printer->options.csv;
    const RowResult *what = &result->what;
    Str delimiter = csv_mark(options->field_delimiter, ",");
    if (what->name.len > 0) {
        csv_cell(options, what->name, true, out);
        buf_append_str(out, delimiter);
    }
    if (what->changelog) {
        buf_append_str(out, CHANGE_NAMES[change]);
        buf_append_str(out, delimiter);
    }
    for (uint32_t c = 0; c < what->layout->column_count; c++) {
        RtDatum datum = row_get(row, what->layout, c);
        buf_clear(&printer->scratch);
        csv_value_text(options, what->columns[c].type, &datum, &printer->scratch);
        if (c > 0)
            buf_append_str(out, delimiter);
        csv_cell(options, scratch_text(printer), !datum.is_null, out);
    }
    buf_append_char(out, '\n');
}

/* ---- text, md ---- */

static Str shown_text(RowPrinter *printer, const PrinterResult *result, uint32_t column, const void *row)
{
    RtDatum datum = row_get(row, result->what.layout, column);
    if (datum.is_null)
        return STR("NULL");
    buf_clear(&printer->scratch);
    value_write_text(&printer->scratch, result->what.columns[column].type, &datum);
    return scratch_text(printer);
}

static void table_flush(RowPrinter *printer, uint32_t index, Buf *out)
{
    PrinterResult *result = &printer->results.items[index];
    if (printer->last != index) {
        if (printer->last != UINT32_MAX)
            buf_append_char(out, '\n');
        result->table.headed = false;
    }
    row_table_flush(&result->table, result->title, out);
    printer->last = index;
}

static void text_row_append(RowPrinter *printer, uint32_t index, RowChange change, const void *row, Buf *out)
{
    PrinterResult *result = &printer->results.items[index];
    if (result->what.changelog)
        row_table_cell(&result->table, CHANGE_NAMES[change]);
    for (uint32_t c = 0; c < result->what.layout->column_count; c++)
        row_table_cell(&result->table, shown_text(printer, result, c, row));
    if (++result->table.rows >= ROW_TEXT_ROWS)
        table_flush(printer, index, out);
}

static void md_cell(Buf *out, Str text)
{
    for (uint64_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == '|' || c == '\\')
            buf_printf(out, "\\%c", c);
        else
            buf_append_char(out, (unsigned char)c < 0x20 ? ' ' : c);
    }
    buf_append_str(out, STR(" |"));
}

static void md_heading(const PrinterResult *result, Buf *out)
{
    uint32_t count = result->lead_count + result->what.layout->column_count;
    if (result->title.len > 0)
        buf_printf(out, "### %.*s\n\n", STR_ARG(result->title));
    buf_append_char(out, '|');
    for (uint32_t c = 0; c < count; c++) {
        buf_append_char(out, ' ');
        md_cell(out, result->headings[c]);
    }
    buf_append_str(out, STR("\n|"));
    for (uint32_t c = 0; c < count; c++) {
        bool to_right = c >= result->lead_count && is_number(result->what.columns[c - result->lead_count].type->id);
        buf_append_str(out, to_right ? STR("---:|") : STR("---|"));
    }
    buf_append_char(out, '\n');
}

static void md_row_append(RowPrinter *printer, uint32_t index, RowChange change, const void *row, Buf *out)
{
    PrinterResult *result = &printer->results.items[index];
    if (printer->last != index) {
        if (printer->last != UINT32_MAX)
            buf_append_char(out, '\n');
        md_heading(result, out);
        result->headed = true;
        printer->last = index;
    }
    buf_append_char(out, '|');
    if (result->what.changelog) {
        buf_append_char(out, ' ');
        md_cell(out, CHANGE_NAMES[change]);
    }
    for (uint32_t c = 0; c < result->what.layout->column_count; c++) {
        buf_append_char(out, ' ');
        md_cell(out, shown_text(printer, result, c, row));
    }
    buf_append_char(out, '\n');
}

/* ---- the document ---- */

void row_printer_row(RowPrinter *printer, uint32_t index, RowChange change, const void *row, Buf *out)
{
    PrinterResult *result = &printer->results.items[index];
    switch (printer->options.format) {
    case ROWS_JSON:
        buf_append_str(out, printer->rows == 0 ? STR("{\"schema_version\":1,\"rows\":[\n") : STR(",\n"));
        json_row_append(printer, result, change, row, out);
        break;
    case ROWS_NDJSON:
        json_row_append(printer, result, change, row, out);
        buf_append_char(out, '\n');
        break;
    case ROWS_CSV:
        if (printer->options.header && !result->headed)
            csv_heading(printer, result, out);
        result->headed = true;
        csv_row_append(printer, result, change, row, out);
        break;
    case ROWS_TEXT:
        text_row_append(printer, index, change, row, out);
        break;
    case ROWS_MD:
        md_row_append(printer, index, change, row, out);
        break;
    }
    printer->rows++;
    out->failed = out->failed || printer->scratch.failed;
}

void row_printer_flush(RowPrinter *printer, Buf *out)
{
    for (uint32_t i = 0; printer->options.format == ROWS_TEXT && i < printer->results.count; i++) {
        if (printer->results.items[i].table.rows > 0)
            table_flush(printer, i, out);
    }
}

/* A result without rows still shows its columns. */
static void finish_result(RowPrinter *printer, uint32_t index, Buf *out)
{
    PrinterResult *result = &printer->results.items[index];
    if (printer->options.format == ROWS_CSV && printer->options.header && !result->headed)
        csv_heading(printer, result, out);
    if (printer->options.format == ROWS_MD && !result->headed) {
        if (printer->last != UINT32_MAX)
            buf_append_char(out, '\n');
        md_heading(result, out);
        printer->last = index;
    }
    if (printer->options.format == ROWS_TEXT && (!result->table.headed || result->table.rows > 0))
        table_flush(printer, index, out);
    row_table_free(&result->table);
}

void row_printer_finish(RowPrinter *printer, Buf *out)
{
    for (uint32_t i = 0; i < printer->results.count; i++)
        finish_result(printer, i, out);
    if (printer->options.format == ROWS_JSON) {
        Str more = printer->options.json_members;
        buf_append_str(out, printer->rows == 0 ? STR("{\"schema_version\":1,\"rows\":[]") : STR("\n]"));
        buf_append_str(out, more.len > 0 ? STR(",") : STR_EMPTY);
        buf_append_str(out, more);
        buf_append_str(out, STR("}\n"));
    }
    buf_free(&printer->scratch);
}
