/* json_decode_test.c -- what each JSON value becomes, what a bad row is and what only a bad column. */
#include "runtime/abi/blob.h"
#include "tests/unit/format/decode_case.h"

#include <math.h>

static const FieldType BIGINT = { .id = FT_BIGINT };
static const FieldType STRING = { .id = FT_VARCHAR };

/* One column `a` of a type, one line: the outcome of the column. */
static DecodeReason decode_one(const FieldType *type, const char *value, DecodeCase *test)
{
    case_open(test, type, 1);
    char *line = arena_printf(&test->arena, "{\"a\":%s}", value);
    assert_int_equal(case_json(test, line), DECODE_OK);
    return case_reason(test, 0);
}

typedef struct NumberCase {
    FieldTypeId id;
    const char *json;
    DecodeReason reason;
    int64_t wanted;
} NumberCase;

static int64_t integer(const RtDatum *datum)
{
    switch (datum->kind) {
    case PK_I8:
        return datum->value.i8;
    case PK_I16:
        return datum->value.i16;
    case PK_I32:
        return datum->value.i32;
    default:
        return datum->value.i64;
    }
}

static void integers_are_exact_to_the_last_one_that_fits(void **state)
{
    (void)state;
    static const NumberCase cases[] = {
        { FT_TINYINT, "127", DECODE_NONE, 127 },
        { FT_TINYINT, "128", DECODE_NUMBER_RANGE, 0 },
        { FT_TINYINT, "-128", DECODE_NONE, -128 },
        { FT_TINYINT, "-129", DECODE_NUMBER_RANGE, 0 },
        { FT_SMALLINT, "32767", DECODE_NONE, 32767 },
        { FT_SMALLINT, "32768", DECODE_NUMBER_RANGE, 0 },
        { FT_INT, "2147483647", DECODE_NONE, INT32_MAX },
        { FT_INT, "2147483648", DECODE_NUMBER_RANGE, 0 },
        { FT_INT, "-2147483648", DECODE_NONE, INT32_MIN },
        { FT_BIGINT, "9223372036854775807", DECODE_NONE, INT64_MAX },
        { FT_BIGINT, "9223372036854775808", DECODE_NUMBER_RANGE, 0 },
        { FT_BIGINT, "-9223372036854775808", DECODE_NONE, INT64_MIN },
        { FT_BIGINT, "-9223372036854775809", DECODE_NUMBER_RANGE, 0 },
        { FT_BIGINT, "9007199254740993", DECODE_NONE, 9007199254740993 }, /* no double on the way */
        { FT_BIGINT, "-0", DECODE_NONE, 0 },
        { FT_BIGINT, "1e3", DECODE_NONE, 1000 },
        { FT_BIGINT, "12.50e1", DECODE_NONE, 125 },
        { FT_BIGINT, "100e-2", DECODE_NONE, 1 },
        { FT_BIGINT, "3.000", DECODE_NONE, 3 },
        { FT_BIGINT, "0.0e999999999999999999999", DECODE_NONE, 0 },
        { FT_BIGINT, "9.223372036854775807e18", DECODE_NONE, INT64_MAX },
        { FT_BIGINT, "-9.223372036854775808e18", DECODE_NONE, INT64_MIN },
        { FT_BIGINT, "9.223372036854775808e18", DECODE_NUMBER_RANGE, 0 },
        { FT_BIGINT, "1e19", DECODE_NUMBER_RANGE, 0 },
        { FT_BIGINT, "1e400", DECODE_NUMBER_RANGE, 0 },
        { FT_BIGINT, "1.5", DECODE_NOT_INTEGER, 0 },
        { FT_BIGINT, "1e-1", DECODE_NOT_INTEGER, 0 },
        { FT_BIGINT, "100000000000000000000000000000000000000000000000001", DECODE_NUMBER_RANGE, 0 },
        { FT_BIGINT, "\"12\"", DECODE_NONE, 12 },
        { FT_BIGINT, "\" +12 \"", DECODE_NONE, 12 },
        { FT_BIGINT, "\"\\u0031\"", DECODE_NONE, 1 },
        { FT_BIGINT, "\"12x\"", DECODE_NOT_NUMBER, 0 },
        { FT_BIGINT, "\"\"", DECODE_NOT_NUMBER, 0 },
        { FT_BIGINT, "true", DECODE_WRONG_TYPE, 0 },
        { FT_BIGINT, "{}", DECODE_WRONG_TYPE, 0 },
        { FT_BIGINT, "[1]", DECODE_WRONG_TYPE, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        DecodeCase test;
        FieldType type = { .id = cases[i].id };
        DecodeReason reason = decode_one(&type, cases[i].json, &test);
        RtDatum datum = case_get(&test, 0);
        if (reason != cases[i].reason || (reason == DECODE_NONE && integer(&datum) != cases[i].wanted))
            fail_msg("%s: reason %s, value %lld", cases[i].json, decode_reason_word(reason),
                     (long long)integer(&datum));
        assert_int_equal(datum.is_null, reason != DECODE_NONE);
        case_close(&test);
    }
}

static void doubles_take_numbers_and_javas_words(void **state)
{
    (void)state;
    FieldType type = { .id = FT_DOUBLE };
    DecodeCase test;
    assert_int_equal(decode_one(&type, "1e-7", &test), DECODE_NONE);
    assert_true(case_get(&test, 0).value.f64 == 1e-7);
    case_close(&test);
    assert_int_equal(decode_one(&type, "\"NaN\"", &test), DECODE_NONE);
    assert_true(isnan(case_get(&test, 0).value.f64));
    case_close(&test);
    assert_int_equal(decode_one(&type, "\"-Infinity\"", &test), DECODE_NONE);
    assert_true(case_get(&test, 0).value.f64 == -(double)INFINITY);
    case_close(&test);
    assert_int_equal(decode_one(&type, "1e400", &test), DECODE_NUMBER_RANGE);
    case_close(&test);
    type.id = FT_FLOAT;
    assert_int_equal(decode_one(&type, "\"1.5\"", &test), DECODE_NONE);
    assert_true(case_get(&test, 0).value.f32 == 1.5f);
    case_close(&test);
}

static void decimals_round_half_up_and_refuse_what_does_not_fit(void **state)
{
    (void)state;
    FieldType type = { .id = FT_DECIMAL, .precision = 5, .scale = 2 };
    DecodeCase test;
    assert_int_equal(decode_one(&type, "1.005", &test), DECODE_NONE);
    assert_int_equal(case_get(&test, 0).value.i64, 101);
    case_close(&test);
    assert_int_equal(decode_one(&type, "\"-999.99\"", &test), DECODE_NONE);
    assert_int_equal(case_get(&test, 0).value.i64, -99999);
    case_close(&test);
    assert_int_equal(decode_one(&type, "1000", &test), DECODE_NUMBER_RANGE);
    case_close(&test);
    type = (FieldType){ .id = FT_DECIMAL, .precision = 38, .scale = 0 };
    assert_int_equal(decode_one(&type, "99999999999999999999999999999999999999", &test), DECODE_NONE);
    assert_true(d128_get(case_get(&test, 0).value.d128) ==
                (Int128)9999999999999999999u * 1000000000 * 10000000000 + (Int128)9999999999 * 1000000000 + 999999999);
    case_close(&test);
}

typedef struct TimeCase {
    FieldTypeId id;
    uint32_t precision;
    TimestampFormat format;
    const char *json;
    DecodeReason reason;
    int64_t wanted;
} TimeCase;

static void timestamps_follow_the_format_option(void **state)
{
    (void)state;
    const TimestampFormat sql = TIMESTAMP_FORMAT_SQL, iso = TIMESTAMP_FORMAT_ISO_8601;
    const TimeCase cases[] = {
        { FT_TIMESTAMP, 3, sql, "\"1970-01-02 00:00:00.123\"", DECODE_NONE, 86400123000 },
        { FT_TIMESTAMP, 3, sql, "\"1970-01-01 00:00:01.1239\"", DECODE_NONE, 1123000 },
        { FT_TIMESTAMP, 0, sql, "\"1969-12-31 23:59:59.5\"", DECODE_NONE, -1000000 },
        { FT_TIMESTAMP, 6, sql, "\"1969-12-31 23:59:59.999999\"", DECODE_NONE, -1 },
        { FT_TIMESTAMP, 3, sql, "\"1970-01-02T00:00:00\"", DECODE_NOT_SQL_TIMESTAMP, 0 },
        { FT_TIMESTAMP, 3, sql, "\"1970-01-02 00:00:00Z\"", DECODE_ZONE_UNWANTED, 0 },
        { FT_TIMESTAMP, 3, sql, "\"1970-02-30 00:00:00\"", DECODE_NOT_TIMESTAMP, 0 },
        { FT_TIMESTAMP, 3, sql, "\"yesterday\"", DECODE_NOT_TIMESTAMP, 0 },
        { FT_TIMESTAMP, 3, sql, "\"10000-01-01 00:00:00\"", DECODE_NOT_TIMESTAMP, 0 },
        { FT_TIMESTAMP, 3, iso, "\"1970-01-01T00:00:01.5\"", DECODE_NONE, 1500000 },
        { FT_TIMESTAMP, 3, iso, "\"1970-01-01 00:00:01\"", DECODE_NOT_ISO_TIMESTAMP, 0 },
        { FT_TIMESTAMP_LTZ, 3, sql, "\"1970-01-01 00:00:01Z\"", DECODE_NONE, 1000000 },
        { FT_TIMESTAMP_LTZ, 3, sql, "\"1970-01-01 00:00:01\"", DECODE_ZONE_MISSING, 0 },
        { FT_TIMESTAMP_LTZ, 3, iso, "\"1970-01-01T00:00:01Z\"", DECODE_NONE, 1000000 },
        { FT_TIMESTAMP_LTZ, 3, iso, "\"1970-01-01T01:00:00+01:00\"", DECODE_NONE, 0 },
        { FT_TIMESTAMP_LTZ, 3, iso, "\"0001-01-01T00:00:00+01:00\"", DECODE_TIME_RANGE, 0 },
        { FT_TIMESTAMP, 3, sql, "1500", DECODE_NONE, 1500000 },
        { FT_TIMESTAMP_LTZ, 3, iso, "-1", DECODE_NONE, -1000 },
        { FT_TIMESTAMP_LTZ, 0, iso, "-1", DECODE_NONE, -1000000 },
        { FT_TIMESTAMP_LTZ, 3, iso, "253402300799999", DECODE_NONE, 253402300799999000 },
        { FT_TIMESTAMP_LTZ, 3, iso, "253402300800000", DECODE_TIME_RANGE, 0 },
        { FT_TIMESTAMP_LTZ, 3, iso, "9223372036854775807", DECODE_TIME_RANGE, 0 },
        { FT_TIMESTAMP_LTZ, 3, iso, "1.5", DECODE_NOT_INTEGER, 0 },
        { FT_DATE, 0, sql, "\"1970-01-02\"", DECODE_NONE, 1 },
        { FT_DATE, 0, sql, "\"1970-1-2\"", DECODE_NOT_DATE, 0 },
        { FT_DATE, 0, sql, "\"1970-01-02 00:00:00\"", DECODE_NOT_DATE, 0 },
        { FT_DATE, 0, sql, "3", DECODE_WRONG_TYPE, 0 },
        { FT_TIME, 3, sql, "\"00:00:01.234\"", DECODE_NONE, 1234 },
        { FT_TIME, 0, sql, "\"23:59:59.999\"", DECODE_NONE, 86399000 },
        { FT_TIME, 0, sql, "\"24:00:00\"", DECODE_NOT_TIME, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        DecodeCase test;
        FieldType type = { .id = cases[i].id, .precision = cases[i].precision };
        case_open(&test, &type, 1);
        test.schema.json.timestamp_format = cases[i].format;
        assert_int_equal(case_json(&test, arena_printf(&test.arena, "{\"a\":%s}", cases[i].json)), DECODE_OK);
        DecodeReason reason = case_reason(&test, 0);
        RtDatum datum = case_get(&test, 0);
        if (reason != cases[i].reason || (reason == DECODE_NONE && integer(&datum) != cases[i].wanted))
            fail_msg("%s: reason %s, value %lld", cases[i].json, decode_reason_word(reason),
                     (long long)integer(&datum));
        case_close(&test);
    }
}

static void nine_digits_keep_their_nanoseconds(void **state)
{
    (void)state;
    FieldType type = { .id = FT_TIMESTAMP, .precision = 8 };
    DecodeCase test;
    assert_int_equal(decode_one(&type, "\"1970-01-01 00:00:00.123456789\"", &test), DECODE_NONE);
    assert_int_equal(case_get(&test, 0).value.time96.us, 123456);
    assert_int_equal(case_get(&test, 0).value.time96.ns, 780);
    case_close(&test);
}

static void text_columns_take_any_value_as_its_text(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { "\"x\"", "x" },       { "\"a\\n\\u00e9\\ud83d\\ude00\\\"\"", "a\n\xC3\xA9\xF0\x9F\x98\x80\"" },
        { "\"\\ud800\"", "?" }, { "1.50e2", "1.50e2" },
        { "true", "true" },     { "{ \"k\" : [ 1 , 2 ],\"s\":\"a b\\\" c\" }", "{\"k\":[1,2],\"s\":\"a b\\\" c\"}" },
        { "[]", "[]" },         { "\"\"", "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        DecodeCase test;
        assert_int_equal(decode_one(&STRING, cases[i][0], &test), DECODE_NONE);
        case_text(&test, 0, cases[i][1]);
        case_close(&test);
    }
}

static void text_without_escapes_is_a_view_of_the_line(void **state)
{
    (void)state;
    DecodeCase test;
    case_open(&test, &STRING, 1);
    const char *line = "{\"a\":\"view\"}";
    assert_int_equal(case_json(&test, line), DECODE_OK);
    assert_ptr_equal(case_get(&test, 0).value.str.data, line + 6);
    case_close(&test);
}

static void booleans_are_true_and_false_only(void **state)
{
    (void)state;
    FieldType type = { .id = FT_BOOLEAN };
    DecodeCase test;
    assert_int_equal(decode_one(&type, "true", &test), DECODE_NONE);
    assert_true(case_get(&test, 0).value.b);
    case_close(&test);
    assert_int_equal(decode_one(&type, "\" FALSE \"", &test), DECODE_NONE);
    assert_false(case_get(&test, 0).value.b);
    case_close(&test);
    assert_int_equal(decode_one(&type, "1", &test), DECODE_NOT_BOOLEAN);
    case_close(&test);
    assert_int_equal(decode_one(&type, "\"yes\"", &test), DECODE_NOT_BOOLEAN);
    case_close(&test);
}

static void bytes_are_base64(void **state)
{
    (void)state;
    FieldType type = { .id = FT_VARBINARY };
    DecodeCase test;
    assert_int_equal(decode_one(&type, "\"AAEC/w==\"", &test), DECODE_NONE);
    assert_memory_equal(case_get(&test, 0).value.str.data, "\x00\x01\x02\xFF", 4);
    assert_int_equal(case_get(&test, 0).value.str.len, 4);
    case_close(&test);
    assert_int_equal(decode_one(&type, "\"A\"", &test), DECODE_NOT_BASE64);
    case_close(&test);
    assert_int_equal(decode_one(&type, "\"AAEC/w\"", &test), DECODE_NOT_BASE64);
    case_close(&test);
    assert_int_equal(decode_one(&type, "\"====\"", &test), DECODE_NOT_BASE64);
    case_close(&test);
    assert_int_equal(decode_one(&type, "\"A?==\"", &test), DECODE_NOT_BASE64);
    case_close(&test);
}

static void missing_and_null_fields_are_null(void **state)
{
    (void)state;
    FieldType types[] = { BIGINT, STRING };
    DecodeCase test;
    case_open(&test, types, 2);
    assert_int_equal(case_json(&test, "{\"a\":null,\"other\":[{}]}"), DECODE_OK);
    assert_true(case_null(&test, 0) && case_null(&test, 1));
    assert_int_equal(test.issues.count, 0);
    case_close(&test);
}

static void a_missing_field_fails_its_column_where_asked_for(void **state)
{
    (void)state;
    FieldType types[] = { BIGINT, STRING };
    DecodeCase test;
    case_open(&test, types, 2);
    test.schema.json.fail_on_missing_field = true;
    assert_int_equal(case_json(&test, "{\"a\":null}"), DECODE_OK);
    assert_true(case_null(&test, 0));
    assert_int_equal(case_reason(&test, 1), DECODE_MISSING);
    case_close(&test);
}

static void of_duplicate_keys_the_last_counts(void **state)
{
    (void)state;
    FieldType types[] = { BIGINT, STRING };
    DecodeCase test;
    case_open(&test, types, 2);
    assert_int_equal(case_json(&test, "{\"a\":\"x\",\"b\":\"1\",\"a\":7,\"b\":null}"), DECODE_OK);
    assert_int_equal(case_get(&test, 0).value.i64, 7);
    assert_int_equal(case_reason(&test, 0), DECODE_NONE);
    assert_int_equal(test.issues.count, 0);
    assert_true(case_null(&test, 1));
    assert_int_equal(case_json(&test, "{\"a\":7,\"\\u0061\":\"x\"}"), DECODE_OK);
    assert_int_equal(case_reason(&test, 0), DECODE_NOT_NUMBER);
    case_close(&test);
}

/* All 24 orders of four fields, with fields between them that nobody reads. */
static void the_order_of_keys_does_not_matter(void **state)
{
    (void)state;
    static const char *const fields[] = { "\"a\":7", "\"b\": \"x\\ty\"", "\"c\":1.5", "\"d\":\"not a number\"" };
    FieldType types[] = { BIGINT, STRING, { .id = FT_DOUBLE }, BIGINT };
    DecodeCase test;
    case_open(&test, types, 4);
    uint32_t orders = 0;
    for (uint32_t code = 0; code < 256; code++) {
        uint32_t at[] = { code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6 };
        if ((1u << at[0] | 1u << at[1] | 1u << at[2] | 1u << at[3]) != 15)
            continue;
        orders++;
        assert_int_equal(case_json(&test, arena_printf(&test.arena, "{%s,\"z\":[{\"a\":8}],%s,%s,%s}", fields[at[0]],
                                                       fields[at[1]], fields[at[2]], fields[at[3]])),
                         DECODE_OK);
        assert_int_equal(case_get(&test, 0).value.i64, 7);
        case_text(&test, 1, "x\ty");
        assert_true(case_get(&test, 2).value.f64 == 1.5);
        assert_int_equal(case_reason(&test, 3), DECODE_NOT_NUMBER);
    }
    assert_int_equal(orders, 24);
    case_close(&test);
}

static void a_failed_conversion_spoils_only_its_column(void **state)
{
    (void)state;
    FieldType types[] = { BIGINT, STRING };
    DecodeCase test;
    case_open(&test, types, 2);
    assert_int_equal(case_json(&test, "{\"a\": \"x\", \"b\":\"fine\"}"), DECODE_OK);
    assert_int_equal(case_reason(&test, 0), DECODE_NOT_NUMBER);
    assert_int_equal(test.issues.items[0].at, 6);
    case_text(&test, 1, "fine");
    test.schema.json.ignore_parse_errors = true;
    assert_int_equal(case_json(&test, "{\"a\": \"x\", \"b\":\"fine\"}"), DECODE_OK);
    assert_true(case_null(&test, 0));
    assert_int_equal(test.issues.count, 0);
    case_close(&test);
}

/* actor.id and actor.login as columns of their own, and the whole actor as well. */
static void nested_fields_are_reached_by_path(void **state)
{
    (void)state;
    static const FieldMember members[] = { { { "id", 2 }, &BIGINT }, { { "login", 5 }, &STRING } };
    FieldType types[] = { BIGINT, STRING, { .id = FT_ROW, .members = members, .member_count = 2 } };
    DecodeCase test;
    case_open(&test, types, 3);
    DecodeNode children[] = { { .name = STR("id"), .column = 0, .type = &types[0] },
                              { .name = STR("login"), .column = 1, .type = &types[1] } };
    DecodeNode actor = { .name = STR("actor"), .column = 2, .type = &types[2], .children = children, .child_count = 2 };
    test.schema.fields = &actor;
    test.schema.field_count = 1;
    Blob blob = { 0 };

    assert_int_equal(case_json(&test, "{\"actor\":{\"login\":\"ana\",\"id\":5}}"), DECODE_OK);
    assert_int_equal(case_get(&test, 0).value.i64, 5);
    case_text(&test, 1, "ana");
    assert_true(blob_open(case_get(&test, 2).value.str, &blob));
    assert_int_equal(blob_item(&blob, 0).value.i64, 5);

    /* the later object replaces the earlier one whole */
    assert_int_equal(case_json(&test, "{\"actor\":{\"id\":5},\"actor\":{\"login\":\"bo\"}}"), DECODE_OK);
    assert_true(case_null(&test, 0));
    case_text(&test, 1, "bo");
    assert_int_equal(case_json(&test, "{\"actor\":{\"id\":5},\"actor\":null}"), DECODE_OK);
    assert_true(case_null(&test, 0) && case_null(&test, 1) && case_null(&test, 2));

    assert_int_equal(case_json(&test, "{\"actor\":7}"), DECODE_OK);
    assert_int_equal(case_reason(&test, 0), DECODE_WRONG_TYPE);
    assert_int_equal(case_reason(&test, 1), DECODE_WRONG_TYPE);
    assert_int_equal(case_reason(&test, 2), DECODE_WRONG_TYPE);
    assert_int_equal(case_json(&test, "{\"actor\":7,\"actor\":{\"id\":1}}"), DECODE_OK);
    assert_int_equal(case_get(&test, 0).value.i64, 1);
    assert_true(case_null(&test, 1));
    assert_int_equal(test.issues.count, 0);

    test.schema.json.fail_on_missing_field = true;
    assert_int_equal(case_json(&test, "{\"actor\":{\"id\":5,\"login\":\"a\"},\"actor\":{\"id\":6}}"), DECODE_OK);
    assert_int_equal(case_get(&test, 0).value.i64, 6);
    assert_int_equal(case_reason(&test, 1), DECODE_MISSING);
    case_close(&test);
}

static void arrays_maps_and_rows_are_read_whole(void **state)
{
    (void)state;
    static const FieldType longs = { .id = FT_ARRAY, .element = &BIGINT };
    static const FieldMember members[] = { { { "x", 1 }, &BIGINT }, { { "y", 1 }, &longs } };
    FieldType types[] = { longs,
                          { .id = FT_MAP, .key = &STRING, .element = &BIGINT },
                          { .id = FT_ROW, .members = members, .member_count = 2 } };
    DecodeCase test;
    Blob blob = { 0 }, inner = { 0 };
    uint32_t at;
    case_open(&test, types, 3);
    const char *line = "{\"a\":[1,null,\"3\"],\"b\":{\"k\":1,\"j\":2,\"k\":3},\"c\":{\"y\":[9],\"z\":0}}";
    assert_int_equal(case_json(&test, line), DECODE_OK);
    assert_true(blob_open(case_get(&test, 0).value.str, &blob));
    assert_int_equal(blob.count, 3);
    assert_true(blob_item(&blob, 1).is_null);
    assert_int_equal(blob_item(&blob, 2).value.i64, 3);
    assert_true(blob_open(case_get(&test, 1).value.str, &blob));
    assert_int_equal(blob.count, 2);
    assert_true(blob_find(&blob, &(RtDatum){ .kind = PK_STR, .value.str = STR("k") }, &at));
    assert_int_equal(blob_item(&blob, at).value.i64, 3);
    assert_true(blob_open(case_get(&test, 2).value.str, &blob));
    assert_true(blob_item(&blob, 0).is_null);
    assert_true(blob_open(blob_item(&blob, 1).value.str, &inner));
    assert_int_equal(blob_item(&inner, 0).value.i64, 9);

    assert_int_equal(case_json(&test, "{\"a\":[1,\"x\"],\"b\":[1],\"c\":{\"y\":[\"q\"]}}"), DECODE_OK);
    assert_int_equal(case_reason(&test, 0), DECODE_NOT_NUMBER);
    assert_int_equal(case_reason(&test, 1), DECODE_WRONG_TYPE);
    assert_int_equal(case_reason(&test, 2), DECODE_NOT_NUMBER);
    test.schema.json.ignore_parse_errors = true;
    assert_int_equal(case_json(&test, "{\"a\":[1,\"x\"]}"), DECODE_OK);
    assert_true(blob_open(case_get(&test, 0).value.str, &blob));
    assert_true(blob_item(&blob, 1).is_null);
    case_close(&test);
}

typedef struct BadCase {
    const char *line;
    size_t len; /* 0: to the NUL */
    DecodeReason reason;
    uint64_t at;
} BadCase;

static void the_whole_line_is_judged(void **state)
{
    (void)state;
    static const BadCase cases[] = {
        { "not json", 0, DECODE_ROW_SYNTAX, 0 },
        { "{\"a\":1", 0, DECODE_ROW_SYNTAX, 6 },
        { "{\"a\":1} x", 0, DECODE_ROW_SYNTAX, 8 },
        { "{\"a\":1}{\"a\":2}", 0, DECODE_ROW_SYNTAX, 7 },
        { "{\"a\":1,}", 0, DECODE_ROW_SYNTAX, 7 },
        { "{\"a\":01}", 0, DECODE_ROW_SYNTAX, 5 },
        { "{\"b\":[1,{\"c\":nul}]}", 0, DECODE_ROW_SYNTAX, 13 },
        { "{\"b\":\"\\x\"}", 0, DECODE_ROW_SYNTAX, 7 },
        { "{\"b\":\"\xFF\"}", 0, DECODE_ROW_UTF8, 6 },
        { "{\"b\":\"\xED\xA0\x80\"}", 0, DECODE_ROW_UTF8, 6 },
        { "{\"b\":\"a\0b\"}", 11, DECODE_ROW_SYNTAX, 7 },
        { "{\"a\":1}\0", 8, DECODE_ROW_SYNTAX, 7 },
        { "[1]", 0, DECODE_ROW_NOT_OBJECT, 0 },
        { "null", 0, DECODE_ROW_NOT_OBJECT, 0 },
        { "\"text\"", 0, DECODE_ROW_NOT_OBJECT, 0 },
        { "\xEF\xBB\xBF{}", 0, DECODE_ROW_SYNTAX, 0 },
    };
    DecodeCase test;
    case_open(&test, &BIGINT, 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Str line = { cases[i].line, cases[i].len != 0 ? cases[i].len : strlen(cases[i].line) };
        DecodeOutcome outcome = json_decode_row(&test.schema, line, test.row, &test.arena, &test.issues);
        assert_int_equal(outcome, DECODE_BAD);
        assert_int_equal(test.issues.count, 1);
        if (test.issues.items[0].reason != cases[i].reason || test.issues.items[0].at != cases[i].at)
            fail_msg("%s: %s at %llu", cases[i].line, decode_reason_word(test.issues.items[0].reason),
                     (unsigned long long)test.issues.items[0].at);
        assert_int_equal(test.issues.items[0].column, DECODE_NO_COLUMN);
    }
    case_close(&test);
}

static void blank_lines_are_no_rows(void **state)
{
    (void)state;
    DecodeCase test;
    case_open(&test, &BIGINT, 1);
    assert_int_equal(case_json(&test, ""), DECODE_SKIP);
    assert_int_equal(case_json(&test, " \t"), DECODE_SKIP);
    assert_int_equal(case_json(&test, " {} "), DECODE_OK);
    case_close(&test);
}

static void nesting_is_bounded_and_costs_no_stack(void **state)
{
    (void)state;
    enum { DEEP = 1000000 };
    DecodeCase test;
    case_open(&test, &BIGINT, 1);
    char *line = arena_alloc(&test.arena, DEEP + 16, 1);
    memcpy(line, "{\"a\":", 5);
    memset(line + 5, '[', DEEP);
    DecodeOutcome outcome = json_decode_row(&test.schema, (Str){ line, DEEP + 5 }, test.row, &test.arena, &test.issues);
    assert_int_equal(outcome, DECODE_BAD);
    memset(line + 5, '[', 500);
    memset(line + 505, ']', 500);
    line[1005] = '}';
    assert_int_equal(json_decode_row(&test.schema, (Str){ line, 1006 }, test.row, &test.arena, &test.issues),
                     DECODE_OK);
    assert_int_equal(case_reason(&test, 0), DECODE_WRONG_TYPE);
    case_close(&test);
}

static void more_issues_than_are_kept_are_counted(void **state)
{
    (void)state;
    FieldType types[6] = { BIGINT, BIGINT, BIGINT, BIGINT, BIGINT, BIGINT };
    DecodeCase test;
    case_open(&test, types, 6);
    assert_int_equal(case_json(&test, "{\"a\":[],\"b\":[],\"c\":[],\"d\":[],\"e\":[],\"f\":[]}"), DECODE_OK);
    assert_int_equal(test.issues.count, 6);
    assert_non_null(decode_issue_find(&test.issues, 3));
    assert_null(decode_issue_find(&test.issues, 4));
    assert_true(row_is_error(test.row, &test.layout, 5));
    case_close(&test);
}

static void the_shape_of_a_row_is_its_key_order(void **state)
{
    (void)state;
    Arena arena;
    arena_init(&arena);
    JsonShape shape;
    Str line = STR("{\"id\": \"x\", \"n\": -12, \"o\": {\"p\": [1, {\"q\": 2}], \"e\": {}}, \"d\": 1.5, \"t\": true}");
    assert_true(json_sample_shape(&arena, line, &shape));
    static const struct {
        const char *key;
        JsonShapeKind kind;
        uint32_t depth, skip, len;
    } wanted[] = { { "id", JSON_SHAPE_STRING, 0, 1, 3 }, { "n", JSON_SHAPE_INTEGER, 0, 2, 3 },
                   { "o", JSON_SHAPE_OBJECT, 0, 5, 29 }, { "p", JSON_SHAPE_ARRAY, 1, 4, 13 },
                   { "e", JSON_SHAPE_OBJECT, 1, 5, 2 },  { "d", JSON_SHAPE_NUMBER, 0, 6, 3 },
                   { "t", JSON_SHAPE_TRUE, 0, 7, 4 } };
    assert_int_equal(shape.field_count, 7);
    for (uint32_t i = 0; i < 7; i++) {
        assert_true(str_equal(shape.fields[i].key, str_from(wanted[i].key)));
        assert_int_equal(shape.fields[i].kind, wanted[i].kind);
        assert_int_equal(shape.fields[i].depth, wanted[i].depth);
        assert_int_equal(shape.fields[i].skip, wanted[i].skip);
        assert_int_equal(shape.fields[i].value_len, wanted[i].len);
    }
    assert_true(shape.uniform);
    assert_int_equal(shape.spaces_after_colon, 1);
    assert_int_equal(shape.spaces_after_comma, 1);
    assert_true(json_sample_shape(&arena, STR("{\"a\":1, \"b\":2,\"c\":3}"), &shape));
    assert_false(shape.uniform);
    assert_true(json_sample_shape(&arena, STR("{\"a\":\"x, y: z\",\"b\":2}"), &shape));
    assert_true(shape.uniform);
    assert_int_equal(shape.spaces_after_comma, 0);
    assert_false(json_sample_shape(&arena, STR("[1]"), &shape));
    assert_false(json_sample_shape(&arena, STR("{\"a\":1"), &shape));
    arena_free(&arena);
}

static void the_shape_of_several_rows_has_every_key_at_its_place(void **state)
{
    (void)state;
    Arena arena;
    arena_init(&arena);
    JsonShape shape;
    Str lines = STR("not json\n"
                    "{\"a\": 1}\n"
                    "{\"a\": 1, \"c\": \"x\"}\r\n"
                    "{\"a\": 2, \"b\": true, \"c\": \"y\"}\n"
                    "{\"c\": null, \"d\": {\"f\": 1}}\n"
                    "{\"d\": {\"e\": 1, \"f\": 22}, \"a\": null}\n");
    assert_true(json_sample_lines(&arena, lines, &shape));
    static const struct {
        const char *key;
        JsonShapeKind kind;
        uint32_t depth, skip;
        bool fixed_len;
    } wanted[] = { { "a", JSON_SHAPE_INTEGER, 0, 1, true },  { "b", JSON_SHAPE_TRUE, 0, 2, false },
                   { "c", JSON_SHAPE_STRING, 0, 3, true },   { "d", JSON_SHAPE_OBJECT, 0, 6, false },
                   { "e", JSON_SHAPE_INTEGER, 1, 5, false }, { "f", JSON_SHAPE_INTEGER, 1, 6, false } };
    assert_int_equal(shape.field_count, 6);
    for (uint32_t i = 0; i < 6; i++) {
        assert_true(str_equal(shape.fields[i].key, str_from(wanted[i].key)));
        assert_int_equal(shape.fields[i].kind, wanted[i].kind);
        assert_int_equal(shape.fields[i].depth, wanted[i].depth);
        assert_int_equal(shape.fields[i].skip, wanted[i].skip);
        assert_int_equal(shape.fields[i].fixed_len, wanted[i].fixed_len);
    }
    assert_int_equal(shape.spaces_after_comma, 1);
    assert_false(json_sample_lines(&arena, STR("[1]\n{\"a\":\n"), &shape));
    arena_free(&arena);
}

/* The answer: does the row have one order, and the object `o`? */
static void assert_one_order(Str lines, bool row, bool object)
{
    Arena arena;
    arena_init(&arena);
    JsonShape shape;
    assert_true(json_sample_lines(&arena, lines, &shape));
    assert_int_equal(shape.one_order, row);
    uint32_t i = 0;
    while (i < shape.field_count && !str_equal(shape.fields[i].key, STR("o")))
        i++;
    assert_true(i < shape.field_count);
    assert_int_equal(shape.fields[i].one_order, object);
    arena_free(&arena);
}

static void one_order_means_the_same_keys_in_every_line(void **state)
{
    (void)state;
    assert_one_order(STR("{\"a\":1,\"o\":{\"x\":1}}\n{\"a\":null,\"o\":{\"x\":\"y\"}}\n"), true, true);
    assert_one_order(STR("{\"a\":1,\"o\":{\"x\":1}}\nnot json\n{\"a\":1, \"o\":{\"x\":2}}"), true, true);
    assert_one_order(STR("{\"a\":1,\"o\":{\"x\":1}}\n{\"o\":{\"x\":1},\"a\":1}\n"), false, true);
    assert_one_order(STR("{\"a\":1,\"o\":{\"x\":1}}\n{\"o\":{\"x\":1}}\n"), false, true);
    assert_one_order(STR("{\"o\":{\"x\":1}}\n{\"o\":{\"x\":1},\"a\":1}\n"), false, true);
    assert_one_order(STR("{\"a\":1,\"o\":{\"x\":1},\"a\":2}\n"), false, true);
    assert_one_order(STR("{\"a\":1,\"o\":{\"x\":1,\"x\":1}}\n"), true, false);
    assert_one_order(STR("{\"\\u0061\":1,\"o\":{\"x\":1}}\n"), false, true);
    assert_one_order(STR("{\"a\":1,\"o\":{\"x\":1}}\n{\"a\":1,\"o\":{\"y\":1}}\n"), true, false);
    assert_one_order(STR("{\"a\":1,\"o\":{\"x\":1}}\n{\"a\":1,\"o\":null}\n"), true, false);
    assert_one_order(STR("{\"a\":1,\"o\":5}\n{\"a\":1,\"o\":{}}\n"), true, false);
    assert_one_order(STR("{\"a\":1,\"o\":null}\n"), true, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_exact_to_the_last_one_that_fits),
        cmocka_unit_test(doubles_take_numbers_and_javas_words),
        cmocka_unit_test(decimals_round_half_up_and_refuse_what_does_not_fit),
        cmocka_unit_test(timestamps_follow_the_format_option),
        cmocka_unit_test(nine_digits_keep_their_nanoseconds),
        cmocka_unit_test(text_columns_take_any_value_as_its_text),
        cmocka_unit_test(text_without_escapes_is_a_view_of_the_line),
        cmocka_unit_test(booleans_are_true_and_false_only),
        cmocka_unit_test(bytes_are_base64),
        cmocka_unit_test(missing_and_null_fields_are_null),
        cmocka_unit_test(a_missing_field_fails_its_column_where_asked_for),
        cmocka_unit_test(of_duplicate_keys_the_last_counts),
        cmocka_unit_test(the_order_of_keys_does_not_matter),
        cmocka_unit_test(a_failed_conversion_spoils_only_its_column),
        cmocka_unit_test(nested_fields_are_reached_by_path),
        cmocka_unit_test(arrays_maps_and_rows_are_read_whole),
        cmocka_unit_test(the_whole_line_is_judged),
        cmocka_unit_test(blank_lines_are_no_rows),
        cmocka_unit_test(nesting_is_bounded_and_costs_no_stack),
        cmocka_unit_test(more_issues_than_are_kept_are_counted),
        cmocka_unit_test(the_shape_of_a_row_is_its_key_order),
        cmocka_unit_test(the_shape_of_several_rows_has_every_key_at_its_place),
        cmocka_unit_test(one_order_means_the_same_keys_in_every_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
