/* file_sink_test.c -- all bytes arrive, in order, or the failure is told, and told again. */
#include "runtime/io/sink.h"
#include "tests/unit/io/fault_ops.h"
#include "tests/unit/io/scratch_folder.h"

#include <signal.h>

static void bytes_arrive_in_order_however_little_is_taken(void **state)
{
    Scratch *scratch = *state;
    FaultOps faults;
    fault_ops_init(&faults);
    faults.bytes_max = 1000;
    const char *path = scratch_path(scratch, "out");
    FileSink sink;
    RtError error;
    Buf wanted = { 0 };
    assert_int_equal(file_sink_open(&sink, &faults.ops, path, &error), RT_OK);
    for (uint32_t i = 0; i < 40000; i++) {
        uint64_t before = wanted.len;
        buf_printf(&wanted, "row %u\n", i);
        assert_int_equal(file_sink_write(&sink, wanted.data + before, wanted.len - before, &error), RT_OK);
    }
    char *large = arena_alloc(&scratch->arena, 2 * FILE_SINK_BUFFER_BYTES, 1);
    memset(large, 'x', 2 * FILE_SINK_BUFFER_BYTES);
    assert_int_equal(file_sink_write(&sink, large, 2 * FILE_SINK_BUFFER_BYTES, &error), RT_OK);
    buf_append(&wanted, large, 2 * FILE_SINK_BUFFER_BYTES);
    assert_int_equal(sink.bytes, wanted.len);
    assert_int_equal(file_sink_close(&sink, &error), RT_OK);
    assert_int_equal(file_sink_close(&sink, &error), RT_OK);
    assert_true(str_equal(scratch_read(scratch, path), buf_str(&wanted)));
    assert_int_equal(faults.open_count, 0);
    buf_free(&wanted);
}

static void a_full_disk_is_told_by_every_later_call(void **state)
{
    Scratch *scratch = *state;
    FaultOps faults;
    fault_ops_init(&faults);
    faults.cause = ENOSPC;
    FileSink sink;
    RtError error;
    assert_int_equal(file_sink_open(&sink, &faults.ops, scratch_path(scratch, "out"), &error), RT_OK);
    assert_int_equal(file_sink_write(&sink, "row\n", 4, &error), RT_OK);
    faults.fail_at = faults.calls + 1;
    assert_int_equal(file_sink_flush(&sink, &error), RT_FATAL);
    assert_non_null(strstr(error.text, "No space left"));
    assert_int_equal(file_sink_write(&sink, "row\n", 4, &error), RT_FATAL);
    error.text[0] = '\0';
    assert_int_equal(file_sink_close(&sink, &error), RT_FATAL);
    assert_non_null(strstr(error.text, "No space left"));
    assert_int_equal(faults.open_count, 0);
}

static void a_reader_that_went_away_ends_the_output(void **state)
{
    (void)state;
    int ends[2];
    FileSink sink;
    RtError error;
    void (*before)(int) = signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    file_sink_attach(&sink, NULL, ends[1], "standard output");
    assert_int_equal(file_sink_write(&sink, "row\n", 4, &error), RT_OK);
    assert_int_equal(file_sink_flush(&sink, &error), RT_END);
    assert_int_equal(file_sink_close(&sink, &error), RT_END);
    assert_int_equal(close(ends[1]), 0); /* not the sink's to close */
    signal(SIGPIPE, before);
}

static void every_failing_call_is_told(void **state)
{
    Scratch *scratch = *state;
    const char *path = scratch_path(scratch, "out");
    bool reached = true;
    uint64_t failures = 0;
    for (uint64_t n = 1; reached; n++) {
        FaultOps faults;
        fault_ops_init(&faults);
        faults.fail_at = n;
        faults.bytes_max = 2;
        FileSink sink;
        RtError error = { "" };
        RtStatus status = file_sink_open(&sink, &faults.ops, path, &error);
        if (status == RT_OK)
            status = file_sink_write(&sink, "abcdef", 6, &error);
        RtStatus closed = file_sink_close(&sink, &error);
        reached = faults.calls >= n;
        assert_int_equal(closed == RT_OK, !reached);
        assert_true(!reached || strstr(error.text, path) != NULL);
        assert_int_equal(faults.open_count, 0);
        failures += reached;
    }
    assert_int_equal(failures, 5); /* open, three writes, close */
    assert_true(str_equal(scratch_read(scratch, path), STR("abcdef")));
}

static void an_interrupted_write_is_continued(void **state)
{
    Scratch *scratch = *state;
    FaultOps faults;
    fault_ops_init(&faults);
    faults.cause = EINTR;
    const char *path = scratch_path(scratch, "out");
    FileSink sink;
    RtError error;
    assert_int_equal(file_sink_open(&sink, &faults.ops, path, &error), RT_OK);
    assert_int_equal(file_sink_write(&sink, "abc", 3, &error), RT_OK);
    faults.fail_at = faults.calls + 1;
    assert_int_equal(file_sink_close(&sink, &error), RT_OK);
    assert_true(str_equal(scratch_read(scratch, path), STR("abc")));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        TEST(bytes_arrive_in_order_however_little_is_taken),
        TEST(a_full_disk_is_told_by_every_later_call),
        TEST(a_reader_that_went_away_ends_the_output),
        TEST(every_failing_call_is_told),
        TEST(an_interrupted_write_is_continued),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
