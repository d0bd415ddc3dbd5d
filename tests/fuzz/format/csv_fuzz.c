/* csv_fuzz.c -- the CSV decoder on any bytes: it reads nothing beyond the line, cuts as many fields as a plain cut
 * would where nothing is quoted, and reads back what the writer makes of its row. */
#include "runtime/abi/blob.h"
#include "runtime/format/csv_decode.h"
#include "runtime/format/row_writer.h"
#include "tests/fuzz/format/fuzz_target.h"

static const FieldType BIGINT = { .id = FT_BIGINT };
static const FieldType TYPES[] = {
    { .id = FT_VARCHAR },
    { .id = FT_BIGINT },
    { .id = FT_VARCHAR },
    { .id = FT_ARRAY, .element = &BIGINT },
    { .id = FT_TIMESTAMP, .precision = 6 },
};

enum { COLUMNS = sizeof TYPES / sizeof TYPES[0] };

static const CsvOptions OPTIONS[] = {
    { .has_null_literal = false },
    { .field_delimiter = { "\x01", 1 }, .disable_quote = true },
    { .field_delimiter = { ";", 1 },
      .quote = { "'", 1 },
      .escape = { "\\", 1 },
      .array_element_delimiter = { ":", 1 } },
    { .field_delimiter = { "\xE2\x82\xAC", 3 }, .quote = { "\xC2\xAB", 2 }, .allow_comments = true },
    { .null_literal = { "n/a", 3 }, .has_null_literal = true, .ignore_parse_errors = true },
    { .escape = { "\\", 1 }, .disable_quote = true },
};

enum { OPTIONS_COUNT = sizeof OPTIONS / sizeof OPTIONS[0] };

/* A NULL element is an empty element, or the literal: an array of that alone reads back as something else. */
static bool holds_null(const RtDatum *datum)
{
    Blob blob;
    if (datum->is_null || datum->kind != PK_BLOB || !blob_open(datum->value.str, &blob))
        return false;
    for (uint32_t i = 0; i < blob.count; i++) {
        if (blob_is_null(&blob, i))
            return true;
    }
    return false;
}

static void comes_back(const DecodeSchema *schema, const FuzzColumns *columns, const void *row, Arena *arena)
{
    Buf out = { 0 };
    RowPrinter *printer = row_printer_new(arena, &(RowPrinterOptions){ .format = ROWS_CSV, .csv = schema->csv });
    row_printer_add(printer, &(RowResult){ .layout = schema->layout, .columns = columns->members });
    row_printer_row(printer, 0, ROW_INSERT, row, &out);
    row_printer_finish(printer, &out);
    void *back = arena_alloc(arena, schema->layout->row_bytes, 8);
    DecodeIssues issues;
    DecodeOutcome outcome = csv_decode_row(schema, (Str){ out.data, out.len - 1 }, back, arena, &issues);
    RtDatum first = row_get(row, schema->layout, 0);
    bool is_comment = schema->csv.allow_comments && out.len > 1 && out.data[0] == '#';
    hold(outcome == (is_comment ? DECODE_SKIP : DECODE_OK));
    for (uint32_t c = 0; c < COLUMNS && outcome == DECODE_OK; c++) {
        RtDatum second = row_get(back, schema->layout, c);
        first = row_get(row, schema->layout, c);
        /* A NULL without a literal of its own is an empty field: text of length 0, or a bad column. */
        hold(first.is_null || holds_null(&first) || datum_equal(&first, &second));
    }
    buf_free(&out);
}

static void plain_cut(const DecodeSchema *schema, Str line, DecodeOutcome outcome)
{
    Str delimiter = schema->csv.field_delimiter.len > 0 ? schema->csv.field_delimiter : STR(",");
    Str quote = schema->csv.quote.len > 0 ? schema->csv.quote : STR("\"");
    if (outcome == DECODE_SKIP || schema->csv.escape.len > 0 || schema->csv.ignore_parse_errors ||
        (!schema->csv.disable_quote && str_find(line, quote) >= 0))
        return;
    uint32_t fields = 1;
    for (uint64_t i = 0; i + delimiter.len <= line.len; i++)
        fields += memcmp(line.data + i, delimiter.data, delimiter.len) == 0;
    if (outcome == DECODE_OK)
        hold(fields == COLUMNS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    Arena arena;
    arena_init(&arena);
    Str line = fuzz_exact(data + 1, size - 1);
    FuzzColumns columns = fuzz_columns(&arena, TYPES, COLUMNS);
    DecodeSchema schema = { .layout = &columns.layout,
                            .fields = columns.nodes,
                            .field_count = COLUMNS,
                            .line_field_count = COLUMNS,
                            .csv = OPTIONS[data[0] % OPTIONS_COUNT] };
    void *row = arena_alloc(&arena, columns.layout.row_bytes, 8);
    DecodeIssues issues;
    DecodeOutcome outcome = csv_decode_row(&schema, line, row, &arena, &issues);
    hold(outcome != DECODE_BAD || issues.count == 1);
    plain_cut(&schema, line, outcome);
    if (outcome == DECODE_OK && !schema.csv.disable_quote)
        comes_back(&schema, &columns, row, &arena);
    free((void *)(uintptr_t)line.data);
    arena_free(&arena);
    return 0;
}
