/* row_writer_test.c -- rows as each format shows them, and that what is written reads back the same. */
#include "runtime/abi/blob.h"
#include "runtime/format/row_writer.h"
#include "tests/unit/format/decode_case.h"

#include <math.h>

typedef struct WriteCase {
    DecodeCase decode; /* columns a, b, c.. */
    FieldMember *columns;
    Buf out;
} WriteCase;

static void write_open(WriteCase *test, const FieldType *types, uint32_t count)
{
    *test = (WriteCase){ 0 };
    case_open(&test->decode, types, count);
    test->columns = ARENA_ARRAY(&test->decode.arena, FieldMember, count);
    for (uint32_t i = 0; i < count; i++)
        test->columns[i] = (FieldMember){ test->decode.nodes[i].name, &types[i] };
    row_clear(test->decode.row, &test->decode.layout);
}

static void write_close(WriteCase *test)
{
    buf_free(&test->out);
    case_close(&test->decode);
}

static void put(WriteCase *test, uint32_t column, RtValue value)
{
    RtDatum datum = { .value = value, .kind = test->decode.layout.kinds[column] };
    row_set(test->decode.row, &test->decode.layout, column, datum);
}

static RowResult result_of(WriteCase *test, const char *name)
{
    return (RowResult){ .name = str_from(name), .layout = &test->decode.layout, .columns = test->columns };
}

static void assert_out(const Buf *out, const char *wanted)
{
    assert_false(out->failed);
    if (!str_equal(buf_str(out), str_from(wanted)))
        fail_msg("got  %.*s\nwant %s", (int)out->len, out->data, wanted);
}

/* The row as one document of a format. */
static void assert_document(WriteCase *test, RowPrinterOptions options, const char *wanted)
{
    buf_clear(&test->out);
    RowPrinter *printer = row_printer_new(&test->decode.arena, &options);
    RowResult what = result_of(test, "");
    row_printer_add(printer, &what);
    row_printer_row(printer, 0, ROW_INSERT, test->decode.row, &test->out);
    row_printer_finish(printer, &test->out);
    assert_out(&test->out, wanted);
}

static void json_values_are_exact_and_valid(void **state)
{
    (void)state;
    FieldType types[] = { { .id = FT_BIGINT },
                          { .id = FT_DOUBLE },
                          { .id = FT_DECIMAL, .precision = 10, .scale = 2 },
                          { .id = FT_VARCHAR },
                          { .id = FT_BOOLEAN },
                          { .id = FT_TIMESTAMP, .precision = 3 },
                          { .id = FT_TIMESTAMP_LTZ, .precision = 6 },
                          { .id = FT_VARBINARY },
                          { .id = FT_DATE },
                          { .id = FT_TIME, .precision = 0 },
                          { .id = FT_DECIMAL, .precision = 38, .scale = 0 },
                          { .id = FT_INT } };
    WriteCase test;
    write_open(&test, types, 12);
    put(&test, 0, (RtValue){ .i64 = INT64_MIN });
    put(&test, 1, (RtValue){ .f64 = 0.1 });
    put(&test, 2, (RtValue){ .i64 = -5 });
    put(&test, 3, (RtValue){ .str = STR("a\"\\\n\x01\xC3\xA9\xFF/") });
    put(&test, 4, (RtValue){ .b = true });
    put(&test, 5, (RtValue){ .i64 = 1704067200000000 });
    put(&test, 6, (RtValue){ .i64 = -1 });
    put(&test, 7, (RtValue){ .str = STR("\x01\x02\x03\x04") });
    put(&test, 8, (RtValue){ .i32 = -1 });
    put(&test, 9, (RtValue){ .i32 = 3661000 });
    put(&test, 10, (RtValue){ .d128 = d128_from((Int128)INT64_MAX * 1000) });
    assert_document(&test, (RowPrinterOptions){ .format = ROWS_NDJSON },
                    "{\"a\":-9223372036854775808,\"b\":0.1,\"c\":-0.05,"
                    "\"d\":\"a\\\"\\\\\\n\\u0001\xC3\xA9\xEF\xBF\xBD/\","
                    "\"e\":true,\"f\":\"2024-01-01 00:00:00.000\",\"g\":\"1969-12-31 23:59:59.999999Z\","
                    "\"h\":\"AQIDBA==\",\"i\":\"1969-12-31\",\"j\":\"01:01:01\","
                    "\"k\":9223372036854775807000,\"l\":null}\n");
    write_close(&test);
}

static void timestamps_have_0_3_6_or_9_fraction_digits(void **state)
{
    (void)state;
    FieldType types[] = { { .id = FT_TIMESTAMP, .precision = 0 }, { .id = FT_TIMESTAMP, .precision = 1 },
                          { .id = FT_TIMESTAMP, .precision = 4 }, { .id = FT_TIMESTAMP, .precision = 9 } };
    WriteCase test;
    write_open(&test, types, 4);
    for (uint32_t c = 0; c < 3; c++)
        put(&test, c, (RtValue){ .i64 = 0 });
    put(&test, 3, (RtValue){ .time96 = { .us = 1, .ns = 2 } });
    assert_document(&test, (RowPrinterOptions){ .format = ROWS_NDJSON },
                    "{\"a\":\"1970-01-01 00:00:00\",\"b\":\"1970-01-01 00:00:00.000\","
                    "\"c\":\"1970-01-01 00:00:00.000000\",\"d\":\"1970-01-01 00:00:00.000001002\"}\n");
    RowPrinterOptions iso = { .format = ROWS_NDJSON, .json.timestamp_format = TIMESTAMP_FORMAT_ISO_8601 };
    assert_document(&test, iso,
                    "{\"a\":\"1970-01-01T00:00:00\",\"b\":\"1970-01-01T00:00:00.000\","
                    "\"c\":\"1970-01-01T00:00:00.000000\",\"d\":\"1970-01-01T00:00:00.000001002\"}\n");
    write_close(&test);
}

static void what_json_has_no_number_for_is_text(void **state)
{
    (void)state;
    FieldType types[] = { { .id = FT_DOUBLE }, { .id = FT_FLOAT } };
    WriteCase test;
    write_open(&test, types, 2);
    put(&test, 0, (RtValue){ .f64 = (double)NAN });
    put(&test, 1, (RtValue){ .f32 = -(float)INFINITY });
    assert_document(&test, (RowPrinterOptions){ .format = ROWS_NDJSON }, "{\"a\":\"NaN\",\"b\":\"-Infinity\"}\n");
    write_close(&test);
}

static void nested_values_are_nested_json(void **state)
{
    (void)state;
    static const FieldType bigint = { .id = FT_BIGINT };
    static const FieldType longs = { .id = FT_ARRAY, .element = &bigint };
    static const FieldType text = { .id = FT_VARCHAR };
    static const FieldType map = { .id = FT_MAP, .key = &text, .element = &longs };
    static const FieldMember members[] = { { { "m", 1 }, &map }, { { "s", 1 }, &text } };
    FieldType types[] = { { .id = FT_ROW, .members = members, .member_count = 2 } };
    WriteCase test;
    write_open(&test, types, 1);
    const char *line = "{\"a\":{\"m\":{\"k\":[1,null],\"q\":null},\"s\":\"x\"}}";
    assert_int_equal(case_json(&test.decode, line), DECODE_OK);
    assert_document(&test, (RowPrinterOptions){ .format = ROWS_NDJSON },
                    "{\"a\":{\"m\":{\"k\":[1,null],\"q\":null},\"s\":\"x\"}}\n");
    write_close(&test);
}

static void csv_quotes_where_it_must(void **state)
{
    (void)state;
    FieldType types[] = { { .id = FT_VARCHAR }, { .id = FT_VARCHAR }, { .id = FT_VARCHAR }, { .id = FT_BIGINT } };
    WriteCase test;
    write_open(&test, types, 4);
    put(&test, 0, (RtValue){ .str = STR("a,\"b\"") });
    put(&test, 1, (RtValue){ .str = STR("") });
    put(&test, 3, (RtValue){ .i64 = 7 });
    assert_document(&test, (RowPrinterOptions){ .format = ROWS_CSV }, "\"a,\"\"b\"\"\",\"\",,7\n");
    RowPrinterOptions other = { .format = ROWS_CSV, .header = true, .csv = { .field_delimiter = STR(";"),
                                                                             .null_literal = STR("n/a"),
                                                                             .has_null_literal = true } };
    assert_document(&test, other, "a;b;c;d\n\"a,\"\"b\"\"\";\"\";n/a;7\n");
    write_close(&test);
}

static void json_and_csv_read_back_what_was_written(void **state)
{
    (void)state;
    FieldType types[] = { { .id = FT_DOUBLE }, { .id = FT_VARCHAR }, { .id = FT_TIMESTAMP_LTZ, .precision = 9 },
                          { .id = FT_DECIMAL, .precision = 38, .scale = 10 }, { .id = FT_FLOAT },
                          { .id = FT_VARBINARY }, { .id = FT_TIME, .precision = 3 }, { .id = FT_DATE } };
    static const double doubles[] = { 0.1,      -0.0, 5e-324, 1.7976931348623157e308, 123456789012345680.0,
                                      INFINITY };
    WriteCase test;
    write_open(&test, types, 8);
    for (size_t i = 0; i < sizeof doubles / sizeof doubles[0]; i++) {
        put(&test, 0, (RtValue){ .f64 = doubles[i] });
        put(&test, 1, (RtValue){ .str = STR("q\"uo,te \\ \t\x7F\xE2\x82\xAC") });
        put(&test, 2, (RtValue){ .time96 = { .us = -62135596800000000 + (int64_t)i, .ns = 999 } });
        put(&test, 3, (RtValue){ .d128 = d128_from(-(Int128)INT64_MAX * INT64_MAX) });
        put(&test, 4, (RtValue){ .f32 = (float)doubles[i] });
        put(&test, 5, (RtValue){ .str = { "\xFF\x00\x10\x83", i % 4 } });
        put(&test, 6, (RtValue){ .i32 = 86399999 });
        put(&test, 7, (RtValue){ .i32 = 2932896 });
        for (RowFormat format = ROWS_CSV; format <= ROWS_NDJSON; format += ROWS_NDJSON - ROWS_CSV) {
            buf_clear(&test.out);
            RowPrinter *printer = row_printer_new(&test.decode.arena, &(RowPrinterOptions){ .format = format });
            RowResult what = result_of(&test, "");
            row_printer_add(printer, &what);
            row_printer_row(printer, 0, ROW_INSERT, test.decode.row, &test.out);
            row_printer_finish(printer, &test.out);
            Str line = { test.out.data, test.out.len - 1 };
            void *back = arena_alloc_zeroed(&test.decode.arena, test.decode.layout.row_bytes, 8);
            DecodeIssues issues;
            DecodeOutcome outcome = (format == ROWS_CSV ? csv_decode_row : json_decode_row)(
                &test.decode.schema, line, back, &test.decode.arena, &issues);
            assert_int_equal(outcome, DECODE_OK);
            for (uint32_t c = 0; c < 8; c++) {
                RtDatum wanted = case_get(&test.decode, c), got = row_get(back, &test.decode.layout, c);
                if (!datum_equal(&wanted, &got))
                    fail_msg("column %u of %.*s", c, STR_ARG(line));
            }
        }
    }
    write_close(&test);
}

static void several_results_carry_their_names(void **state)
{
    (void)state;
    FieldType types[] = { { .id = FT_BIGINT } };
    WriteCase test;
    write_open(&test, types, 1);
    put(&test, 0, (RtValue){ .i64 = 1 });
    static const struct {
        RowFormat format;
        const char *wanted;
    } cases[] = {
        { ROWS_NDJSON, "{\"metric\":\"m\",\"op\":\"+I\",\"a\":1}\n{\"metric\":\"n\",\"op\":\"-U\",\"a\":1}\n" },
        { ROWS_JSON, "{\"schema_version\":1,\"rows\":[\n{\"metric\":\"m\",\"op\":\"+I\",\"a\":1},\n"
                     "{\"metric\":\"n\",\"op\":\"-U\",\"a\":1}\n]}\n" },
        { ROWS_CSV, "m,+I,1\nn,-U,1\n" },
        { ROWS_MD, "### m\n\n| op | a |\n|---|---:|\n| +I | 1 |\n\n### n\n\n| op | a |\n|---|---:|\n| -U | 1 |\n" },
        { ROWS_TEXT, "m\n op | a\n----+---\n +I | 1\n\nn\n op | a\n----+---\n -U | 1\n" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        buf_clear(&test.out);
        RowPrinter *printer = row_printer_new(&test.decode.arena, &(RowPrinterOptions){ .format = cases[i].format });
        RowResult m = result_of(&test, "m"), n = result_of(&test, "n");
        m.changelog = n.changelog = true;
        row_printer_add(printer, &m);
        row_printer_add(printer, &n);
        row_printer_row(printer, 0, ROW_INSERT, test.decode.row, &test.out);
        row_printer_row(printer, 1, ROW_UPDATE_BEFORE, test.decode.row, &test.out);
        row_printer_finish(printer, &test.out);
        assert_out(&test.out, cases[i].wanted);
    }
    write_close(&test);
}

static void a_result_without_rows_is_a_whole_document(void **state)
{
    (void)state;
    FieldType types[] = { { .id = FT_BIGINT } };
    WriteCase test;
    write_open(&test, types, 1);
    static const struct {
        RowFormat format;
        const char *wanted;
    } cases[] = { { ROWS_NDJSON, "" },
                  { ROWS_JSON, "{\"schema_version\":1,\"rows\":[]}\n" },
                  { ROWS_CSV, "a\n" },
                  { ROWS_MD, "| a |\n|---:|\n" },
                  { ROWS_TEXT, " a\n---\n" } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        buf_clear(&test.out);
        RowPrinterOptions options = { .format = cases[i].format, .header = true };
        RowPrinter *printer = row_printer_new(&test.decode.arena, &options);
        RowResult what = result_of(&test, "");
        row_printer_add(printer, &what);
        row_printer_finish(printer, &test.out);
        assert_out(&test.out, cases[i].wanted);
    }
    write_close(&test);
}

static void tables_for_people_align_and_show_no_control_characters(void **state)
{
    (void)state;
    FieldType types[] = { { .id = FT_VARCHAR }, { .id = FT_BIGINT }, { .id = FT_VARCHAR } };
    WriteCase test;
    write_open(&test, types, 3);
    RowPrinter *printer = row_printer_new(&test.decode.arena, &(RowPrinterOptions){ .format = ROWS_TEXT });
    RowResult what = result_of(&test, "");
    row_printer_add(printer, &what);
    put(&test, 0, (RtValue){ .str = STR("gr\xC3\xBCn\x1B[31m") });
    put(&test, 1, (RtValue){ .i64 = 1000 });
    row_printer_row(printer, 0, ROW_INSERT, test.decode.row, &test.out);
    put(&test, 0, (RtValue){ .str = STR("x\ny") });
    row_set(test.decode.row, &test.decode.layout, 1, datum_null(PK_I64));
    row_printer_row(printer, 0, ROW_INSERT, test.decode.row, &test.out);
    assert_int_equal(test.out.len, 0); /* held back until widths are known */
    row_printer_flush(printer, &test.out);
    put(&test, 1, (RtValue){ .i64 = 5 });
    put(&test, 2, (RtValue){ .str = STR("y") });
    row_printer_row(printer, 0, ROW_INSERT, test.decode.row, &test.out);
    row_printer_finish(printer, &test.out);
    assert_out(&test.out, " a            |    b | c\n"
                          "--------------+------+------\n"
                          " gr\xC3\xBCn\\x1b[31m | 1000 | NULL\n"
                          " x\\ny         | NULL | NULL\n"
                          " x\\ny         |    5 | y\n");
    write_close(&test);
}

static void format_names_are_known(void **state)
{
    (void)state;
    RowFormat format;
    assert_true(row_format_find(STR("ndjson"), &format));
    assert_int_equal(format, ROWS_NDJSON);
    assert_true(row_format_find(STR("text"), &format));
    assert_int_equal(format, ROWS_TEXT);
    assert_false(row_format_find(STR("xml"), &format));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_values_are_exact_and_valid),
        cmocka_unit_test(timestamps_have_0_3_6_or_9_fraction_digits),
        cmocka_unit_test(what_json_has_no_number_for_is_text),
        cmocka_unit_test(nested_values_are_nested_json),
        cmocka_unit_test(csv_quotes_where_it_must),
        cmocka_unit_test(json_and_csv_read_back_what_was_written),
        cmocka_unit_test(several_results_carry_their_names),
        cmocka_unit_test(a_result_without_rows_is_a_whole_document),
        cmocka_unit_test(tables_for_people_align_and_show_no_control_characters),
        cmocka_unit_test(format_names_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
