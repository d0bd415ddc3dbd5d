/* csv_decode_test.c -- how a line is cut, what its fields become, which lines are bad. */
#include "runtime/abi/blob.h"
#include "tests/unit/format/decode_case.h"

static const FieldType BIGINT = { .id = FT_BIGINT };
static const FieldType STRING = { .id = FT_VARCHAR };

/* Three text columns. */
static void texts_open(DecodeCase *test)
{
    static const FieldType types[] = { { .id = FT_VARCHAR }, { .id = FT_VARCHAR }, { .id = FT_VARCHAR } };
    case_open(test, types, 3);
}

typedef struct CutCase {
    const char *line;
    const char *fields[3];
} CutCase;

static void quotes_hold_delimiters_and_double_themselves(void **state)
{
    (void)state;
    static const CutCase cases[] = {
        { "a,b,c", { "a", "b", "c" } },
        { ",,", { "", "", "" } },
        { "\"a,b\",\"say \"\"x\"\"\",\"\"", { "a,b", "say \"x\"", "" } },
        { "a\"b,\"c\" ,d", { "a\"b", "c", "d" } },
        { " a , b,c ", { " a ", " b", "c " } },
        { "\"\"\"\",\"\"\"\"\"\",x", { "\"", "\"\"", "x" } },
        { "gr\xC3\xBC\xC3\x9F,\xE2\x82\xAC,\\n", { "gr\xC3\xBC\xC3\x9F", "\xE2\x82\xAC", "\\n" } },
    };
    DecodeCase test;
    texts_open(&test);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(case_csv(&test, cases[i].line), DECODE_OK);
        for (uint32_t c = 0; c < 3; c++)
            case_text(&test, c, cases[i].fields[c]);
    }
    case_close(&test);
}

static void delimiter_quote_and_escape_may_be_any_character(void **state)
{
    (void)state;
    DecodeCase test;
    texts_open(&test);
    test.schema.csv.field_delimiter = STR("\x01");
    test.schema.csv.disable_quote = true;
    assert_int_equal(case_csv(&test, "\"a,b\x01\"\x01"), DECODE_OK);
    case_text(&test, 0, "\"a,b");
    case_text(&test, 1, "\"");
    case_text(&test, 2, "");
    test.schema.csv = (CsvOptions){ .field_delimiter = STR("\xE2\x82\xAC"), .quote = STR("\xC2\xAB") };
    const char *line = "\xC2\xAB"
                       "1\xE2\x82\xAC\xC2\xAB\xC2\xAB\xC2\xAB\xE2\x82\xAC"
                       "\xE2\x82\x80\xE2\x82\xAC";
    assert_int_equal(case_csv(&test, line), DECODE_OK);
    case_text(&test, 0, "1\xE2\x82\xAC\xC2\xAB");
    case_text(&test, 1, "\xE2\x82\x80"); /* shares two bytes with the delimiter */
    test.schema.csv = (CsvOptions){ .escape = STR("\\") };
    assert_int_equal(case_csv(&test, "a\\,b,\"c\\\"d\",x\\ny\\\\"), DECODE_OK);
    case_text(&test, 0, "a,b");
    case_text(&test, 1, "c\"d");
    case_text(&test, 2, "x\ny\\");
    assert_int_equal(case_csv(&test, "a,b,c\\"), DECODE_OK);
    case_text(&test, 2, "c\\");
    case_close(&test);
}

static void a_line_with_the_wrong_number_of_fields_is_bad(void **state)
{
    (void)state;
    DecodeCase test;
    texts_open(&test);
    assert_int_equal(case_csv(&test, "a,b"), DECODE_BAD);
    assert_int_equal(test.issues.items[0].reason, DECODE_ROW_FIELD_COUNT);
    assert_int_equal(case_csv(&test, "a,b,c,d"), DECODE_BAD);
    assert_int_equal(test.issues.items[0].reason, DECODE_ROW_FIELD_COUNT);
    test.schema.csv.ignore_parse_errors = true;
    assert_int_equal(case_csv(&test, "a,b"), DECODE_OK);
    case_text(&test, 1, "b");
    assert_true(case_null(&test, 2));
    assert_int_equal(case_csv(&test, "a,b,c,d"), DECODE_BAD);
    case_close(&test);
}

static void open_quotes_and_text_behind_quotes_make_a_line_bad(void **state)
{
    (void)state;
    DecodeCase test;
    texts_open(&test);
    assert_int_equal(case_csv(&test, "a,b,\"c"), DECODE_BAD);
    assert_int_equal(test.issues.items[0].reason, DECODE_ROW_QUOTE_OPEN);
    assert_int_equal(test.issues.items[0].at, 4);
    assert_int_equal(case_csv(&test, "\"a\"b,c,d"), DECODE_BAD);
    assert_int_equal(test.issues.items[0].reason, DECODE_ROW_QUOTE_JUNK);
    assert_int_equal(case_csv(&test, "a,b,c\xFF"), DECODE_BAD);
    assert_int_equal(test.issues.items[0].reason, DECODE_ROW_UTF8);
    assert_int_equal(test.issues.items[0].at, 5);
    test.schema.csv.escape = STR("\\");
    assert_int_equal(case_csv(&test, "a,b,\"c\\\""), DECODE_BAD);
    assert_int_equal(test.issues.items[0].reason, DECODE_ROW_QUOTE_OPEN);
    case_close(&test);
}

static void empty_lines_and_comments_are_no_rows(void **state)
{
    (void)state;
    DecodeCase test;
    texts_open(&test);
    assert_int_equal(case_csv(&test, ""), DECODE_SKIP);
    assert_int_equal(case_csv(&test, "#x,y,z"), DECODE_OK);
    test.schema.csv.allow_comments = true;
    assert_int_equal(case_csv(&test, "#x,y,z"), DECODE_SKIP);
    case_close(&test);
}

static void fields_become_their_types_or_bad_columns(void **state)
{
    (void)state;
    FieldType types[] = { BIGINT, { .id = FT_TIMESTAMP, .precision = 3 }, { .id = FT_BOOLEAN } };
    DecodeCase test;
    case_open(&test, types, 3);
    assert_int_equal(case_csv(&test, " 42 ,1970-01-01 00:00:00.5,true"), DECODE_OK);
    assert_int_equal(case_get(&test, 0).value.i64, 42);
    assert_int_equal(case_get(&test, 1).value.i64, 500000);
    assert_true(case_get(&test, 2).value.b);
    assert_int_equal(case_csv(&test, "9223372036854775808,\"1970-01-01\","), DECODE_OK);
    assert_int_equal(case_reason(&test, 0), DECODE_NUMBER_RANGE);
    assert_int_equal(case_reason(&test, 1), DECODE_NOT_TIMESTAMP);
    assert_int_equal(test.issues.items[1].at, 21);
    assert_int_equal(case_reason(&test, 2), DECODE_EMPTY_FIELD);
    test.schema.csv.ignore_parse_errors = true;
    assert_int_equal(case_csv(&test, "x,y,z"), DECODE_OK);
    assert_true(case_null(&test, 0) && case_null(&test, 1) && case_null(&test, 2));
    case_close(&test);
}

static void dates_and_times_may_be_short(void **state)
{
    (void)state;
    FieldType types[] = { { .id = FT_DATE }, { .id = FT_TIME } };
    DecodeCase test;
    case_open(&test, types, 2);
    assert_int_equal(case_csv(&test, "1970-1-2,10:11"), DECODE_OK);
    assert_int_equal(case_get(&test, 0).value.i32, 1);
    assert_int_equal(case_get(&test, 1).value.i32, 36660000);
    assert_int_equal(case_csv(&test, "1970-01,10"), DECODE_OK);
    assert_int_equal(case_reason(&test, 0), DECODE_NOT_DATE);
    assert_int_equal(case_reason(&test, 1), DECODE_NOT_TIME);
    case_close(&test);
}

static void the_null_literal_is_null_of_every_type(void **state)
{
    (void)state;
    FieldType types[] = { BIGINT, STRING, STRING };
    DecodeCase test;
    case_open(&test, types, 3);
    test.schema.csv.null_literal = STR("n/a");
    test.schema.csv.has_null_literal = true;
    assert_int_equal(case_csv(&test, "n/a,\"n/a\","), DECODE_OK);
    assert_true(case_null(&test, 0) && case_null(&test, 1));
    case_text(&test, 2, "");
    test.schema.csv.null_literal = STR("");
    assert_int_equal(case_csv(&test, ",x,"), DECODE_OK);
    assert_true(case_null(&test, 0) && case_null(&test, 2));
    case_close(&test);
}

static void arrays_and_rows_are_cut_at_the_element_delimiter(void **state)
{
    (void)state;
    static const FieldMember members[] = { { { "x", 1 }, &BIGINT }, { { "y", 1 }, &STRING } };
    FieldType types[] = { { .id = FT_ARRAY, .element = &BIGINT },
                          { .id = FT_ROW, .members = members, .member_count = 2 } };
    DecodeCase test;
    Blob blob = { 0 };
    case_open(&test, types, 2);
    assert_int_equal(case_csv(&test, "1;2;3,7;why"), DECODE_OK);
    assert_true(blob_open(case_get(&test, 0).value.str, &blob));
    assert_int_equal(blob.count, 3);
    assert_int_equal(blob_item(&blob, 2).value.i64, 3);
    assert_true(blob_open(case_get(&test, 1).value.str, &blob));
    assert_int_equal(blob_item(&blob, 0).value.i64, 7);
    assert_true(str_equal(blob_item(&blob, 1).value.str, STR("why")));
    assert_int_equal(case_csv(&test, ",1;a;b"), DECODE_OK);
    assert_true(blob_open(case_get(&test, 0).value.str, &blob));
    assert_int_equal(blob.count, 0);
    assert_int_equal(case_reason(&test, 1), DECODE_WRONG_TYPE);
    assert_int_equal(case_csv(&test, ",1"), DECODE_OK);
    assert_int_equal(case_reason(&test, 1), DECODE_WRONG_TYPE);
    assert_int_equal(case_csv(&test, ","), DECODE_OK);
    assert_true(case_null(&test, 1));
    test.schema.csv.ignore_parse_errors = true;
    assert_int_equal(case_csv(&test, "1;x,1;a;b"), DECODE_OK);
    assert_true(blob_open(case_get(&test, 0).value.str, &blob));
    assert_true(blob_item(&blob, 1).is_null);
    assert_true(blob_open(case_get(&test, 1).value.str, &blob));
    assert_true(str_equal(blob_item(&blob, 1).value.str, STR("a")));
    test.schema.csv.ignore_parse_errors = false;
    test.schema.csv.array_element_delimiter = STR("--");
    assert_int_equal(case_csv(&test, "1--2,7--why"), DECODE_OK);
    assert_true(blob_open(case_get(&test, 0).value.str, &blob));
    assert_int_equal(blob.count, 2);
    case_close(&test);
}

static void columns_may_stand_in_any_order(void **state)
{
    (void)state;
    DecodeCase test;
    texts_open(&test);
    static const uint32_t orders[][3] = { { 0, 1, 2 }, { 2, 1, 0 }, { 1, 0, 1 }, { 2, 2, 0 } };
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        for (uint32_t c = 0; c < 3; c++)
            test.nodes[c].position = orders[i][c];
        assert_int_equal(case_csv(&test, "f0,f1,f2"), DECODE_OK);
        for (uint32_t c = 0; c < 3; c++)
            case_text(&test, c, (const char *const[]){ "f0", "f1", "f2" }[orders[i][c]]);
    }
    case_close(&test);
}

static void integers_of_every_length_are_exact(void **state)
{
    (void)state;
    DecodeCase test;
    case_open(&test, &BIGINT, 1);
    int64_t wanted = 0;
    for (uint32_t digits = 1; digits <= 18; digits++) {
        wanted = wanted * 10 + digits % 10;
        assert_int_equal(case_csv(&test, arena_printf(&test.arena, "%lld", (long long)wanted)), DECODE_OK);
        assert_int_equal(case_get(&test, 0).value.i64, wanted);
        assert_int_equal(case_csv(&test, arena_printf(&test.arena, "-00%lld", (long long)wanted)), DECODE_OK);
        assert_int_equal(case_get(&test, 0).value.i64, -wanted);
        for (uint32_t at = 0; at < digits; at++) { /* a byte that is no digit, in every place */
            char *text = arena_printf(&test.arena, "%lld", (long long)wanted);
            text[at] = "/:;a.\x80 "[at % 7];
            if (text[at] == ' ' && (at == 0 || at == digits - 1))
                continue;
            assert_true(case_csv(&test, text) != DECODE_OK || case_reason(&test, 0) != DECODE_NONE);
        }
    }
    case_close(&test);
}

static void members_of_a_row_may_be_columns_of_their_own(void **state)
{
    (void)state;
    FieldType types[] = { BIGINT, STRING };
    DecodeCase test;
    case_open(&test, types, 2);
    DecodeNode children[] = { { .name = STR("y"), .column = 1, .position = 1, .type = &STRING } };
    DecodeNode row = { .name = STR("r"), .column = DECODE_NO_COLUMN, .position = 1 };
    row.children = children;
    row.child_count = 1;
    DecodeNode nodes[] = { row, { .name = STR("n"), .column = 0, .position = 2, .type = &BIGINT } };
    test.schema.fields = nodes;
    test.schema.line_field_count = 3;
    assert_int_equal(case_csv(&test, "unused,5;why,8"), DECODE_OK);
    case_text(&test, 1, "why");
    assert_int_equal(case_get(&test, 0).value.i64, 8);
    assert_int_equal(case_csv(&test, "unused,5,8"), DECODE_OK);
    assert_true(case_null(&test, 1));
    case_close(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotes_hold_delimiters_and_double_themselves),
        cmocka_unit_test(delimiter_quote_and_escape_may_be_any_character),
        cmocka_unit_test(a_line_with_the_wrong_number_of_fields_is_bad),
        cmocka_unit_test(open_quotes_and_text_behind_quotes_make_a_line_bad),
        cmocka_unit_test(empty_lines_and_comments_are_no_rows),
        cmocka_unit_test(fields_become_their_types_or_bad_columns),
        cmocka_unit_test(dates_and_times_may_be_short),
        cmocka_unit_test(the_null_literal_is_null_of_every_type),
        cmocka_unit_test(arrays_and_rows_are_cut_at_the_element_delimiter),
        cmocka_unit_test(columns_may_stand_in_any_order),
        cmocka_unit_test(integers_of_every_length_are_exact),
        cmocka_unit_test(members_of_a_row_may_be_columns_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
