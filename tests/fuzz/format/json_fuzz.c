/* json_fuzz.c -- the general JSON decoder against a second reader of the grammar, and against its own writer.
 *
 *   1. it takes exactly the lines that the second reader takes
 *   2. where both take it, the text of column `a` is the same
 *   3. a row that was decoded, written and decoded again is the same row
 *   4. the shape sampler takes exactly the rows */
#include "runtime/abi/blob.h"
#include "runtime/format/json_decode.h"
#include "runtime/format/row_writer.h"
#include "tests/fuzz/format/fuzz_target.h"
#include "tests/unit/format/json_reference.h"

static const FieldType STRING = { .id = FT_VARCHAR }, BIGINT = { .id = FT_BIGINT };
static const FieldType LONGS = { .id = FT_ARRAY, .element = &BIGINT };
static const FieldMember MEMBERS[] = { { { "x", 1 }, &BIGINT }, { { "y", 1 }, &LONGS } };
static const FieldType TYPES[] = {
    { .id = FT_VARCHAR },
    { .id = FT_BIGINT },
    { .id = FT_DOUBLE },
    { .id = FT_DECIMAL, .precision = 20, .scale = 3 },
    { .id = FT_TIMESTAMP, .precision = 3 },
    { .id = FT_TIMESTAMP_LTZ, .precision = 9 },
    { .id = FT_BOOLEAN },
    { .id = FT_VARBINARY },
    { .id = FT_MAP, .key = &STRING, .element = &BIGINT },
    { .id = FT_ROW, .members = MEMBERS, .member_count = 2 },
    { .id = FT_INT },
    { .id = FT_DATE },
};

enum { COLUMNS = sizeof TYPES / sizeof TYPES[0], BIT_ISO = 1, BIT_IGNORE = 2, BIT_MISSING = 4 };

static void same_text(Str line, const ReferenceJson *wanted, const RtDatum *a)
{
    const char *text = line.data + wanted->a_from;
    bool is_null = wanted->a_len == 4 && memcmp(text, "null", 4) == 0;
    hold(a->is_null == is_null);
    if (!is_null && text[0] != '"' && text[0] != '{' && text[0] != '[')
        hold(a->value.str.len == wanted->a_len && memcmp(a->value.str.data, text, wanted->a_len) == 0);
}

/* Columns in error come back as NULL: the writer writes what the row holds. */
static void comes_back(const DecodeSchema *schema, const FuzzColumns *columns, const void *row, Arena *arena)
{
    Buf out = { 0 };
    RowPrinter *printer = row_printer_new(arena, &(RowPrinterOptions){ .format = ROWS_NDJSON, .json = schema->json });
    row_printer_add(printer, &(RowResult){ .layout = schema->layout, .columns = columns->members });
    row_printer_row(printer, 0, ROW_INSERT, row, &out);
    row_printer_finish(printer, &out);
    void *back = arena_alloc(arena, schema->layout->row_bytes, 8);
    DecodeIssues issues;
    hold(json_decode_row(schema, (Str){ out.data, out.len - 1 }, back, arena, &issues) == DECODE_OK);
    for (uint32_t c = 0; c < COLUMNS; c++) {
        RtDatum first = row_get(row, schema->layout, c), second = row_get(back, schema->layout, c);
        hold(datum_equal(&first, &second));
        hold(!row_is_error(back, schema->layout, c));
    }
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    Arena arena;
    arena_init(&arena);
    Str line = fuzz_exact(data + 1, size - 1);
    FuzzColumns columns = fuzz_columns(&arena, TYPES, COLUMNS);
    DecodeSchema schema = { .layout = &columns.layout, .fields = columns.nodes, .field_count = COLUMNS };
    schema.json.timestamp_format = data[0] & BIT_ISO ? TIMESTAMP_FORMAT_ISO_8601 : TIMESTAMP_FORMAT_SQL;
    schema.json.ignore_parse_errors = data[0] & BIT_IGNORE;
    schema.json.fail_on_missing_field = (data[0] & BIT_MISSING) && !(data[0] & BIT_IGNORE);
    void *row = arena_alloc(&arena, columns.layout.row_bytes, 8);
    DecodeIssues issues;
    DecodeOutcome outcome = json_decode_row(&schema, line, row, &arena, &issues);
    if (outcome != DECODE_SKIP) {
        ReferenceJson wanted = reference_json(line.data, line.len);
        JsonShape shape;
        bool is_other = outcome == DECODE_BAD && issues.items[0].reason == DECODE_ROW_NOT_OBJECT;
        hold(wanted.valid == (outcome == DECODE_OK || is_other));
        hold(!wanted.valid || wanted.is_object == (outcome == DECODE_OK));
        hold(json_sample_shape(&arena, line, &shape) == (outcome == DECODE_OK));
        RtDatum a = row_get(row, &columns.layout, 0);
        if (outcome == DECODE_OK && wanted.has_a)
            same_text(line, &wanted, &a);
    }
    if (outcome == DECODE_OK)
        comes_back(&schema, &columns, row, &arena);
    free((void *)(uintptr_t)line.data);
    arena_free(&arena);
    return 0;
}
