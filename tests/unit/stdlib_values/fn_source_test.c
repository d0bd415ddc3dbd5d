/* fn_source_test.c -- what METADATA columns say: of a file, and of rows that stand in none. */
#include "runtime/abi/blob.h"
#include "stdlib/fn_prototypes.h"

#include "tests/unit/stdlib_values/fn_check.h"

static void rows_of_no_file_say_so(void **state)
{
    (void)state;
    static const FnCase CASES[] = {
        { "SOURCE_PATH", "", "STRING -" },
        { "SOURCE_NAME", "", "STRING -" },
        { "SOURCE_SIZE", "", "BIGINT 0" },
        { "SOURCE_TIME", "", "TIMESTAMP_LTZ 1970-01-01 00:00:00.000000" },
        { "RECORD_TOPIC", "", "STRING -" },
        { "RECORD_PARTITION", "", "BIGINT 0" },
        { "RECORD_OFFSET", "", "BIGINT 0" },
        { "RECORD_TIME", "", "TIMESTAMP_LTZ 1970-01-01 00:00:00.000000" },
        { "RECORD_TIME_TYPE", "", "STRING NoTimestampType" },
    };
    fn_check(CASES, sizeof CASES / sizeof CASES[0], NULL);
}

static void the_file_at_hand_answers(void **state)
{
    (void)state;
    FnSource file = { STR("/data/day.ndjson"), STR("day.ndjson"), 42, 1000 };
    FnCtx ctx = { .source = &file };
    assert_true(str_equal(fn_source_path(&ctx), STR("/data/day.ndjson")));
    assert_true(str_equal(fn_source_name(&ctx), STR("day.ndjson")));
    assert_int_equal(fn_source_size(&ctx), 42);
    assert_int_equal(fn_source_time(&ctx), 1000);
}

static void each_line_finds_its_record_in_any_order(void **state)
{
    (void)state;
    enum { COUNT = 9 };
    static const char BLOCK[] = "aa\nbb\ncc\ndd\nee\nff\ngg\nhh\nii\n";
    FnRecord records[COUNT];
    for (int i = 0; i < COUNT; i++)
        records[i] = (FnRecord){ .text = BLOCK + i * 3, .offset = 100 + i, .partition = 2, .topic = STR("clicks") };
    FnCtx ctx = { .records = records, .record_count = COUNT };
    static const int ORDER[] = { 0, 1, 2, 8, 3, 3, 5, 0, 7 };
    for (size_t i = 0; i < sizeof ORDER / sizeof ORDER[0]; i++) {
        ctx.line = BLOCK + ORDER[i] * 3;
        assert_int_equal(fn_record_offset(&ctx), 100 + ORDER[i]);
        assert_int_equal(fn_record_partition(&ctx), 2);
        assert_true(str_equal(fn_record_topic(&ctx), STR("clicks")));
    }
}

/* RECORD_KEY and RECORD_HEADERS */
static void a_row_of_no_record_has_neither_key_nor_headers(void **state)
{
    (void)state;
    Arena arena;
    arena_init(&arena);
    FnCtx ctx = { .batch = &arena };
    Str key;
    Blob headers;
    assert_false(fn_record_key(&ctx, &key));
    assert_true(blob_open(fn_record_headers(&ctx), &headers));
    assert_int_equal(headers.shape, BLOB_MAP);
    assert_int_equal(headers.count, 0);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_no_file_say_so),
        cmocka_unit_test(the_file_at_hand_answers),
        cmocka_unit_test(each_line_finds_its_record_in_any_order),
        cmocka_unit_test(a_row_of_no_record_has_neither_key_nor_headers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
