/* conn_sink_test.c -- rows of an INSERT reach their connector, whole or with the failure told. */
#include "runtime/conn/scan.h"
#include "runtime/conn/sink.h"
#include "tests/unit/io/fault_ops.h"
#include "tests/unit/io/scratch_folder.h"

#include <sys/stat.h>

typedef struct SinkCase {
    Scratch *scratch;
    RowLayout layout;
    void *row;
    ConnSinkOptions options;
    FaultOps faults;
} SinkCase;

static const FieldType STRING = { .id = FT_VARCHAR }, BIGINT = { .id = FT_BIGINT };
static const FieldMember COLUMNS[] = { { { "id", 2 }, &STRING }, { { "n", 1 }, &BIGINT } };

/* A table of (id STRING, n BIGINT); `path` only for filesystem. */
static void sink_case(SinkCase *test, Scratch *scratch, const char *connector, const char *path, const char *format)
{
    static const uint8_t kinds[] = { PK_STR, PK_I64 };
    Arena *arena = &scratch->arena;
    *test = (SinkCase){ .scratch = scratch, .layout = row_layout(arena, kinds, 2) };
    test->row = arena_alloc(arena, test->layout.row_bytes, 8);
    OptionPair *pairs = ARENA_ARRAY(arena, OptionPair, 3);
    pairs[0] = (OptionPair){ STR("connector"), str_from(connector) };
    pairs[1] = (OptionPair){ path != NULL ? STR("path") : STR("print-identifier"),
                             path != NULL ? str_from(path) : STR("out") };
    pairs[2] = (OptionPair){ STR("format"), str_from(format) };
    TableOptions *table = table_options_check(arena, pairs, path != NULL ? 3 : 2);
    assert_int_equal(table->error_count, 0);
    fault_ops_init(&test->faults);
    test->options = (ConnSinkOptions){
        .table = table, .layout = &test->layout, .columns = COLUMNS, .ops = &test->faults.ops
    };
}

static RtStatus write_rows(SinkCase *test, RtError *error)
{
    ConnSink *sink;
    RtStatus status = conn_sink_open(&test->scratch->arena, &test->options, &sink, error);
    for (int64_t n = 1; n <= 3 && status == RT_OK; n++) {
        row_clear(test->row, &test->layout);
        row_set(test->row, &test->layout, 0, (RtDatum){ .kind = PK_STR, .value.str = STR("a,b") });
        if (n != 2)
            row_set(test->row, &test->layout, 1, (RtDatum){ .kind = PK_I64, .value.i64 = n });
        status = conn_sink_row(sink, ROW_INSERT, test->row, error);
    }
    RtError later;
    RtStatus closed = conn_sink_close(sink, status == RT_OK, status == RT_OK ? error : &later);
    assert_int_equal(conn_sink_close(sink, true, &later), RT_OK);
    return status != RT_OK ? status : closed;
}

static void assert_written(SinkCase *test, const char *path, const char *wanted)
{
    RtError error = { "" };
    if (write_rows(test, &error) != RT_OK)
        fail_msg("%s", error.text);
    assert_true(str_equal(scratch_read(test->scratch, path), str_from(wanted)));
    assert_int_equal(test->faults.open_count, 0);
}

static const char CSV_ROWS[] = "\"a,b\",1\n\"a,b\",\n\"a,b\",3\n";

static void a_file_is_written_under_its_name(void **state)
{
    Scratch *scratch = *state;
    SinkCase test;
    const char *path = scratch_path(scratch, "out.csv");
    sink_case(&test, scratch, "filesystem", path, "csv");
    assert_written(&test, path, CSV_ROWS);
    const char *url = arena_printf(&scratch->arena, "file://%s", scratch_path(scratch, "out.ndjson"));
    sink_case(&test, scratch, "filesystem", url, "json");
    assert_written(&test, scratch_path(scratch, "out.ndjson"),
                   "{\"id\":\"a,b\",\"n\":1}\n{\"id\":\"a,b\",\"n\":null}\n{\"id\":\"a,b\",\"n\":3}\n");
}

static void a_folder_gets_a_part_and_reads_back(void **state)
{
    Scratch *scratch = *state;
    SinkCase test;
    sink_case(&test, scratch, "filesystem", scratch_path(scratch, "new/"), "csv");
    assert_written(&test, scratch_path(scratch, "new/part-0.csv"), CSV_ROWS);
    sink_case(&test, scratch, "filesystem", scratch_path(scratch, "new"), "csv");
    assert_written(&test, scratch_path(scratch, "new/part-0.csv"), CSV_ROWS);
    PathList files = { 0 };
    RtError error;
    assert_int_equal(conn_scan_files(&scratch->arena, test.options.table, NULL, &files, &error), RT_OK);
    assert_int_equal(files.count, 1);
}

static void a_run_that_fails_leaves_the_old_file_as_it_was(void **state)
{
    Scratch *scratch = *state;
    const char *path = scratch_write(scratch, "out.csv", STR("old\n"));
    uint64_t failures = 0;
    bool reached = true;
    for (uint64_t n = 1; reached; n++) {
        SinkCase test;
        sink_case(&test, scratch, "filesystem", path, "csv");
        test.faults.fail_at = n;
        test.faults.cause = ENOSPC;
        RtError error = { "" };
        RtStatus status = write_rows(&test, &error);
        reached = test.faults.calls >= n;
        assert_int_equal(test.faults.open_count, 0);
        if (status != RT_OK) {
            assert_non_null(strstr(error.text, "out.csv"));
            assert_true(str_equal(scratch_read(scratch, path), STR("old\n")));
            failures++;
        }
        scratch_write(scratch, "out.csv", STR("old\n"));
    }
    assert_true(failures >= 4); /* open, write, close, rename */
}

static void print_writes_a_line_a_row(void **state)
{
    Scratch *scratch = *state;
    SinkCase test;
    FileSink out;
    RtError error;
    const char *path = scratch_path(scratch, "stdout");
    sink_case(&test, scratch, "print", NULL, "");
    assert_int_equal(file_sink_open(&out, NULL, path, &error), RT_OK);
    test.options.standard_output = &out;
    assert_int_equal(write_rows(&test, &error), RT_OK);
    assert_int_equal(file_sink_close(&out, &error), RT_OK);
    assert_true(str_equal(scratch_read(scratch, path),
                          STR("out> +I[a,b, 1]\nout> +I[a,b, null]\nout> +I[a,b, 3]\n")));
}

static void blackhole_counts_and_keeps_nothing(void **state)
{
    Scratch *scratch = *state;
    SinkCase test;
    ConnSink *sink;
    RtError error;
    sink_case(&test, scratch, "blackhole", NULL, "");
    assert_int_equal(conn_sink_open(&scratch->arena, &test.options, &sink, &error), RT_OK);
    row_clear(test.row, &test.layout);
    for (int i = 0; i < 5; i++)
        assert_int_equal(conn_sink_row(sink, ROW_DELETE, test.row, &error), RT_OK);
    assert_int_equal(conn_sink_flush(sink, &error), RT_OK);
    assert_int_equal(conn_sink_rows(sink), 5);
    assert_int_equal(conn_sink_close(sink, true, &error), RT_OK);
    assert_int_equal(test.faults.calls, 0);
}

/* A group of one key comes, changes, changes its key, and goes. */
static void write_changes(SinkCase *test)
{
    static const struct {
        RowChange change;
        const char *id;
        int64_t n;
    } ROWS[] = { { ROW_INSERT, "a", 1 },        { ROW_UPDATE_BEFORE, "a", 1 }, { ROW_UPDATE_AFTER, "a", 2 },
                 { ROW_UPDATE_BEFORE, "a", 2 }, { ROW_UPDATE_AFTER, "b", 2 },  { ROW_DELETE, "b", 2 } };
    ConnSink *sink;
    RtError error = { "" };
    assert_int_equal(conn_sink_open(&test->scratch->arena, &test->options, &sink, &error), RT_OK);
    for (uint32_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        row_clear(test->row, &test->layout);
        row_set(test->row, &test->layout, 0, (RtDatum){ .kind = PK_STR, .value.str = str_from(ROWS[i].id) });
        row_set(test->row, &test->layout, 1, (RtDatum){ .kind = PK_I64, .value.i64 = ROWS[i].n });
        assert_int_equal(conn_sink_row(sink, ROWS[i].change, test->row, &error), RT_OK);
    }
    assert_int_equal(conn_sink_close(sink, true, &error), RT_OK);
}

static void a_file_says_what_each_row_does(void **state)
{
    Scratch *scratch = *state;
    SinkCase test;
    const char *path = scratch_path(scratch, "out.csv");
    sink_case(&test, scratch, "filesystem", path, "csv");
    test.options.changelog = true;
    write_changes(&test);
    assert_true(str_equal(scratch_read(scratch, path), STR("+I,a,1\n-U,a,1\n+U,a,2\n-U,a,2\n+U,b,2\n-D,b,2\n")));
}

static void a_primary_key_takes_new_halves_and_keys_that_go(void **state)
{
    static const uint32_t KEY[] = { 0 };
    Scratch *scratch = *state;
    SinkCase test;
    const char *path = scratch_path(scratch, "out.csv");
    sink_case(&test, scratch, "filesystem", path, "csv");
    test.options.changelog = true;
    test.options.key_columns = KEY;
    test.options.key_column_count = 1;
    write_changes(&test);
    assert_true(str_equal(scratch_read(scratch, path), STR("+I,a,1\n+U,a,2\n-D,a,2\n+I,b,2\n-D,b,2\n")));
}

static void debezium_names_what_was_and_what_is(void **state)
{
    Scratch *scratch = *state;
    SinkCase test;
    const char *path = scratch_path(scratch, "out.json");
    sink_case(&test, scratch, "filesystem", path, "debezium-json");
    test.options.changelog = true;
    write_changes(&test);
    Str text = scratch_read(scratch, path);
    assert_true(str_starts_with(text, STR("{\"before\":null,\"after\":{\"id\":\"a\",\"n\":1},\"op\":\"c\"}\n"
                                          "{\"before\":{\"id\":\"a\",\"n\":1},\"after\":null,\"op\":\"d\"}\n")));
}

static void what_cannot_be_written_is_refused(void **state)
{
    Scratch *scratch = *state;
    SinkCase test;
    ConnSink *sink;
    RtError error = { "" };
    sink_case(&test, scratch, "filesystem", scratch_path(scratch, "x"), "parquet");
    assert_int_equal(conn_sink_open(&scratch->arena, &test.options, &sink, &error), RT_FATAL);
    assert_non_null(strstr(error.text, "parquet"));
    sink_case(&test, scratch, "filesystem", scratch_path(scratch, "no/such/folder/x"), "csv");
    assert_int_equal(conn_sink_open(&scratch->arena, &test.options, &sink, &error), RT_FATAL);
    assert_non_null(strstr(error.text, "No such file"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_file_is_written_under_its_name),
        TEST(a_folder_gets_a_part_and_reads_back),
        TEST(a_run_that_fails_leaves_the_old_file_as_it_was),
        TEST(print_writes_a_line_a_row),
        TEST(blackhole_counts_and_keeps_nothing),
        TEST(a_file_says_what_each_row_does),
        TEST(a_primary_key_takes_new_halves_and_keys_that_go),
        TEST(debezium_names_what_was_and_what_is),
        TEST(what_cannot_be_written_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
