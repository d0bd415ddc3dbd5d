/* source_test.c -- the same lines come out of every kind of file, in every size of block, and failures are told. */
#include "runtime/io/source.h"
#include "tests/unit/io/fault_ops.h"
#include "tests/unit/io/scratch_folder.h"

#include "runtime/base/alloc.h"
#include "runtime/base/buf.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <zlib.h>
#include <zstd.h>

static Str gzipped(Arena *arena, Str text)
{
    uLong room = compressBound((uLong)text.len) + 64;
    char *out = arena_alloc(arena, room, 1);
    z_stream z = { .next_in = (unsigned char *)(uintptr_t)text.data,
                   .avail_in = (unsigned)text.len,
                   .next_out = (unsigned char *)out,
                   .avail_out = (unsigned)room };
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return (Str){ out, room - z.avail_out };
}

static Str zstded(Arena *arena, Str text)
{
    size_t room = ZSTD_compressBound(text.len);
    char *out = arena_alloc(arena, room, 1);
    size_t len = ZSTD_compress(out, room, text.data, text.len, 3);
    assert_false(ZSTD_isError(len));
    return (Str){ out, len };
}

static Str joined(Arena *arena, Str a, Str b)
{
    char *out = arena_alloc(arena, a.len + b.len + 1, 1);
    memcpy(out, a.data, a.len);
    memcpy(out + a.len, b.data, b.len);
    return (Str){ out, a.len + b.len };
}

/* Reads all: each line as "number@offset:text\n" into `out`. */
static RtStatus read_all(const LineSourceOptions *options, Buf *out, RtError *error)
{
    LineSource *source;
    RtStatus status = line_source_open(&source, options, error);
    if (status != RT_OK)
        return status;
    LineBlock block = { 0 };
    uint32_t blocks = 0;
    volatile char padding = 0;
    while ((status = line_source_next(source, &block, error)) == RT_OK) {
        for (uint32_t i = 0; i < LINE_BLOCK_PADDING; i++)
            padding = block.data[block.len + i]; /* must be readable */
        LineCursor cursor = line_cursor(&block);
        Str line;
        while (line_cursor_next(&cursor, &line)) {
            uint64_t number = block.first_line + cursor.lines - 1;
            uint64_t offset = block.offset + (uint64_t)(line.data - block.data);
            buf_printf(out, "%llu@%llu:%s%.*s\n", (unsigned long long)number, (unsigned long long)offset,
                       block.overlong ? "LONG " : "", STR_ARG(line));
        }
        if (blocks++ % 2 == 0)
            block.lines = cursor.lines; /* every other time the source counts itself */
    }
    (void)padding;
    line_source_close(source);
    return status;
}

static void assert_lines(const LineSourceOptions *options, Str wanted)
{
    Buf out = { 0 };
    RtError error = { "" };
    RtStatus status = read_all(options, &out, &error);
    if (status != RT_END)
        fail_msg("%s", error.text);
    if (!str_equal(wanted, out.len > 0 ? buf_str(&out) : STR_EMPTY))
        fail_msg("got\n%.*s\nwant\n%.*s", (int)out.len, out.data, STR_ARG(wanted));
    buf_free(&out);
}

/* The same text as plain, gzip and zstd file, mapped and read, in blocks of all sizes. */
static void assert_text_lines(Scratch *scratch, Str text, Str wanted)
{
    FaultOps reading;
    fault_ops_init(&reading);
    reading.maps_nothing = true;
    reading.bytes_max = 3;
    const char *plain = scratch_write(scratch, "plain", text);
    const char *gz = scratch_write(scratch, "gz", gzipped(&scratch->arena, text));
    const char *zst = scratch_write(scratch, "zst", zstded(&scratch->arena, text));
    static const uint64_t sizes[] = { 1, 2, 3, 7, 16, 64, 4096, 0 };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_lines(&(LineSourceOptions){ .path = plain, .block_bytes = sizes[i] }, wanted);
        assert_lines(&(LineSourceOptions){ .path = plain, .block_bytes = sizes[i], .ops = &reading.ops }, wanted);
        assert_lines(&(LineSourceOptions){ .path = gz, .block_bytes = sizes[i] }, wanted);
        assert_lines(&(LineSourceOptions){ .path = zst, .block_bytes = sizes[i], .ops = &reading.ops }, wanted);
    }
}

static void lines_are_the_same_from_every_kind_of_file(void **state)
{
    Scratch *scratch = *state;
    assert_text_lines(scratch, STR("a\nbb\n\nccc\n"), STR("1@0:a\n2@2:bb\n3@5:\n4@6:ccc\n"));
    assert_text_lines(scratch, STR("no newline"), STR("1@0:no newline\n"));
    assert_text_lines(scratch, STR("a\nlast"), STR("1@0:a\n2@2:last\n"));
    assert_text_lines(scratch, STR("\n"), STR("1@0:\n"));
    assert_text_lines(scratch, STR(""), STR(""));
}

static void windows_line_ends_and_a_byte_order_mark_are_no_part_of_lines(void **state)
{
    Scratch *scratch = *state;
    assert_text_lines(scratch, STR("\xEF\xBB\xBF" "a\r\nb\rc\r\n\r\n"), STR("1@3:a\n2@6:b\rc\n3@11:\n"));
    assert_text_lines(scratch, STR("\xEF\xBB\xBF"), STR(""));
    assert_text_lines(scratch, STR("\xEF\xBB"), STR("1@0:\xEF\xBB\n"));
    assert_text_lines(scratch, STR("a\n\xEF\xBB\xBF" "b\r"), STR("1@0:a\n2@2:\xEF\xBB\xBF" "b\n"));
}

static void many_lines_keep_their_numbers_and_offsets(void **state)
{
    Scratch *scratch = *state;
    Buf text = { 0 }, wanted = { 0 };
    for (uint32_t i = 1; i <= 20000; i++) {
        uint64_t at = text.len;
        buf_printf(&text, "line %u %.*s\n", i, (int)(i % 50), "..................................................");
        buf_printf(&wanted, "%u@%llu:%.*s", i, (unsigned long long)at, (int)(text.len - at), text.data + at);
    }
    const char *plain = scratch_write(scratch, "plain", buf_str(&text));
    const char *gz = scratch_write(scratch, "gz", gzipped(&scratch->arena, buf_str(&text)));
    assert_lines(&(LineSourceOptions){ .path = plain }, buf_str(&wanted));
    assert_lines(&(LineSourceOptions){ .path = plain, .block_bytes = 1000 }, buf_str(&wanted));
    assert_lines(&(LineSourceOptions){ .path = gz, .block_bytes = 1000 }, buf_str(&wanted));
    buf_free(&text);
    buf_free(&wanted);
}

static void several_members_and_frames_are_one_text(void **state)
{
    Scratch *scratch = *state;
    Arena *arena = &scratch->arena;
    Str a = STR("a\nb"), b = STR("c\nd\n"), wanted = STR("1@0:a\n2@2:bc\n3@5:d\n");
    Str gz = joined(arena, gzipped(arena, a), joined(arena, gzipped(arena, STR("")), gzipped(arena, b)));
    assert_lines(&(LineSourceOptions){ .path = scratch_write(scratch, "gz", gz) }, wanted);
    Str padded = joined(arena, gz, (Str){ "\0\0\0\0", 4 });
    assert_lines(&(LineSourceOptions){ .path = scratch_write(scratch, "padded", padded) }, wanted);
    Str skippable = { "\x50\x2A\x4D\x18\x03\0\0\0xyz", 11 };
    Str zst = joined(arena, skippable, joined(arena, zstded(arena, a), zstded(arena, b)));
    assert_lines(&(LineSourceOptions){ .path = scratch_write(scratch, "zst", zst) }, wanted);
}

static void damaged_files_give_their_whole_lines_then_fail(void **state)
{
    Scratch *scratch = *state;
    Buf text = { 0 };
    for (uint32_t i = 0; i < 30000; i++)
        buf_printf(&text, "line %u of many, number %u\n", i, i * 2654435761u);
    Str gz = gzipped(&scratch->arena, buf_str(&text)), zst = zstded(&scratch->arena, buf_str(&text));
    const char *const paths[] = {
        scratch_write(scratch, "cut.gz", str_slice(gz, 0, gz.len / 2)),
        scratch_write(scratch, "cut.zst", str_slice(zst, 0, zst.len - 5)),
        scratch_write(scratch, "junk.gz", joined(&scratch->arena, gz, STR("junk"))),
    };
    for (size_t i = 0; i < 3; i++) {
        Buf out = { 0 };
        RtError error = { "" };
        assert_int_equal(read_all(&(LineSourceOptions){ .path = paths[i] }, &out, &error), RT_FATAL);
        assert_non_null(strstr(error.text, paths[i]));
        assert_true(out.len > 1000);
        assert_int_equal(out.data[out.len - 1], '\n');
        buf_free(&out);
    }
    buf_free(&text);
}

static void a_position_can_be_gone_on_from(void **state)
{
    Scratch *scratch = *state;
    Str text = STR("a\nbb\nccc\ndddd\n"), wanted = STR("3@5:ccc\n4@9:dddd\n");
    LineSourceOptions options = { .path = scratch_write(scratch, "plain", text), .start_offset = 5, .start_line = 3 };
    assert_lines(&options, wanted);
    options.path = scratch_write(scratch, "gz", gzipped(&scratch->arena, text));
    assert_lines(&options, wanted);
    options.start_offset = text.len;
    assert_lines(&options, STR(""));
    options.start_offset = text.len + 1;
    Buf out = { 0 };
    RtError error;
    assert_int_equal(read_all(&options, &out, &error), RT_FATAL);
    options.path = scratch_path(scratch, "plain");
    assert_int_equal(read_all(&options, &out, &error), RT_FATAL);
    buf_free(&out);
}

static void a_line_too_long_is_given_as_its_head_and_passed_over(void **state)
{
    Scratch *scratch = *state;
    FaultOps reading;
    fault_ops_init(&reading);
    reading.maps_nothing = true;
    reading.bytes_max = 5;
    Str text = STR("a\n0123456789\n01234567890\nb\n0123456789x");
    Str wanted = STR("1@0:a\n2@2:0123456789\n3@13:LONG 0123456789\n4@25:b\n5@27:LONG 0123456789\n");
    const char *path = scratch_write(scratch, "plain", text);
    for (uint64_t bytes = 1; bytes <= 10; bytes++) {
        LineSourceOptions options = { .path = path, .block_bytes = bytes, .line_bytes_max = 10 };
        assert_lines(&options, wanted);
        options.ops = &reading.ops;
        assert_lines(&options, wanted);
    }
}

/* 100 MB in one line, from a sparse file (so that it costs no disk): NUL bytes and a newline. */
static void a_line_of_100_mb_is_one_line(void **state)
{
    Scratch *scratch = *state;
    const char *path = scratch_path(scratch, "long");
    const uint64_t bytes = (uint64_t)100 << 20;
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, "\nnext\n", 6, (off_t)bytes), 6);
    close(fd);
    FaultOps reading;
    fault_ops_init(&reading);
    reading.maps_nothing = true;
    for (int i = 0; i < 2; i++) {
        LineSource *source;
        RtError error;
        LineBlock block = { 0 };
        LineSourceOptions options = { .path = path, .ops = i == 0 ? NULL : &reading.ops };
        assert_int_equal(line_source_open(&source, &options, &error), RT_OK);
        assert_int_equal(line_source_next(source, &block, &error), RT_OK);
        LineCursor cursor = line_cursor(&block);
        Str line;
        assert_true(line_cursor_next(&cursor, &line));
        assert_int_equal(line.len, bytes);
        assert_false(block.overlong);
        line_source_close(source);
    }
}

static void standard_input_is_read_as_it_comes(void **state)
{
    (void)state;
    int pipe_ends[2], saved = dup(STDIN_FILENO);
    assert_int_equal(pipe(pipe_ends), 0);
    assert_int_equal(dup2(pipe_ends[0], STDIN_FILENO), STDIN_FILENO);
    close(pipe_ends[0]);
    assert_int_equal(write(pipe_ends[1], "one\ntwo\nthr", 11), 11);
    LineSource *source;
    RtError error;
    LineBlock block = { 0 };
    assert_int_equal(line_source_open(&source, &(LineSourceOptions){ .path = "-" }, &error), RT_OK);
    assert_int_equal(line_source_next(source, &block, &error), RT_OK); /* does not wait for more */
    assert_int_equal(block.len, 8);
    assert_int_equal(write(pipe_ends[1], "ee", 2), 2);
    close(pipe_ends[1]);
    assert_int_equal(line_source_next(source, &block, &error), RT_OK);
    assert_int_equal(block.len, 5);
    assert_int_equal(block.first_line, 3);
    assert_memory_equal(block.data, "three", 5);
    assert_int_equal(line_source_next(source, &block, &error), RT_END);
    line_source_close(source);
    assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
    close(saved);
}

static void more_files_than_a_shell_allows_can_be_open(void **state)
{
    Scratch *scratch = *state;
    const char *path = scratch_write(scratch, "plain", STR("a\n"));
    struct rlimit before, low = { .rlim_cur = 64 };
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    low.rlim_max = before.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
    enum { FILES = 100 };
    LineSource *sources[FILES] = { NULL };
    RtError error = { "" };
    RtStatus status = RT_OK;
    for (int i = 0; i < FILES && status == RT_OK; i++)
        status = line_source_open(&sources[i], &(LineSourceOptions){ .path = path }, &error);
    for (int i = 0; i < FILES; i++)
        line_source_close(sources[i]);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    if (status != RT_OK)
        fail_msg("%s", error.text);
}

static void what_cannot_be_read_is_told(void **state)
{
    Scratch *scratch = *state;
    Buf out = { 0 };
    RtError error;
    LineSourceOptions options = { .path = scratch_path(scratch, "nowhere") };
    assert_int_equal(read_all(&options, &out, &error), RT_FATAL);
    assert_non_null(strstr(error.text, "nowhere': open: No such file"));
    options.path = scratch->folder;
    assert_int_equal(read_all(&options, &out, &error), RT_FATAL);
    assert_non_null(strstr(error.text, "folder"));
    buf_free(&out);
}

static void a_file_may_grow_but_not_shrink_while_it_is_read(void **state)
{
    Scratch *scratch = *state;
    Buf text = { 0 };
    for (uint32_t i = 0; i < 1000; i++)
        buf_printf(&text, "line %u\n", i);
    const char *path = scratch_write(scratch, "plain", buf_str(&text));
    LineSource *source;
    RtError error;
    LineBlock block = { 0 };
    LineSourceOptions options = { .path = path, .block_bytes = 6000 };
    assert_int_equal(line_source_open(&source, &options, &error), RT_OK);
    assert_int_equal(line_source_next(source, &block, &error), RT_OK);
    FILE *file = fopen(path, "ab");
    fputs("half a li", file);
    fclose(file);
    assert_int_equal(line_source_next(source, &block, &error), RT_OK);
    file = fopen(path, "ab");
    fputs("ne\nmore\n", file);
    fclose(file);
    uint64_t seen = block.offset + block.len;
    while (line_source_next(source, &block, &error) == RT_OK)
        seen = block.offset + block.len;
    assert_int_equal(seen, text.len + 17);
    line_source_close(source);

    assert_int_equal(line_source_open(&source, &options, &error), RT_OK);
    block = (LineBlock){ 0 };
    assert_int_equal(line_source_next(source, &block, &error), RT_OK);
    assert_int_equal(truncate(path, 100), 0);
    assert_int_equal(line_source_next(source, &block, &error), RT_FATAL);
    assert_non_null(strstr(error.text, "shrank"));
    line_source_close(source);
    buf_free(&text);
}

/* Every call is made to fail in turn: each time it is told and nothing stays open, and without a failure everything is
 * there. */
static void every_failing_call_is_told(void **state)
{
    Scratch *scratch = *state;
    Str text = STR("a\nbb\nccc\n");
    const char *const paths[] = { scratch_write(scratch, "plain", text),
                                  scratch_write(scratch, "gz", gzipped(&scratch->arena, text)),
                                  scratch_write(scratch, "zst", zstded(&scratch->arena, text)) };
    for (size_t p = 0; p < 3; p++) {
        uint64_t n = 1, failures = 0;
        for (bool reached = true; reached; n++) {
            FaultOps faults;
            fault_ops_init(&faults);
            faults.fail_at = n;
            Buf out = { 0 };
            RtError error = { "" };
            RtStatus status = read_all(&(LineSourceOptions){ .path = paths[p], .ops = &faults.ops }, &out, &error);
            reached = faults.calls >= n;
            assert_int_equal(faults.open_count, 0);
            if (status == RT_FATAL) {
                assert_non_null(strstr(error.text, paths[p]));
                failures++;
            } else {
                assert_int_equal(status, RT_END);
                assert_true(str_equal(buf_str(&out), STR("1@0:a\n2@2:bb\n3@5:ccc\n")));
            }
            buf_free(&out);
        }
        assert_true(failures >= 3);
    }
}

static void every_failing_request_for_memory_is_told(void **state)
{
    Scratch *scratch = *state;
    Str text = STR("a\nbb\nccc\n");
    const char *const paths[] = { scratch_write(scratch, "plain", text),
                                  scratch_write(scratch, "gz", gzipped(&scratch->arena, text)),
                                  scratch_write(scratch, "zst", zstded(&scratch->arena, text)) };
    for (size_t p = 0; p < 3; p++) {
        uint64_t failures = 0;
        for (uint64_t n = 1;; n++) {
            LineSource *source;
            LineBlock block = { 0 };
            RtError error = { "" };
            mem_fail_at(n);
            RtStatus status = line_source_open(&source, &(LineSourceOptions){ .path = paths[p] }, &error);
            while (status == RT_OK)
                status = line_source_next(source, &block, &error);
            bool reached = mem_request_count() >= n;
            mem_fail_at(0);
            line_source_close(source);
            if (!reached)
                break;
            assert_int_equal(status, RT_FATAL);
            assert_non_null(strstr(error.text, "out of memory"));
            failures++;
        }
        assert_true(failures >= 2);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        TEST(lines_are_the_same_from_every_kind_of_file),
        TEST(windows_line_ends_and_a_byte_order_mark_are_no_part_of_lines),
        TEST(many_lines_keep_their_numbers_and_offsets),
        TEST(several_members_and_frames_are_one_text),
        TEST(damaged_files_give_their_whole_lines_then_fail),
        TEST(a_position_can_be_gone_on_from),
        TEST(a_line_too_long_is_given_as_its_head_and_passed_over),
        TEST(a_line_of_100_mb_is_one_line),
        TEST(standard_input_is_read_as_it_comes),
        TEST(more_files_than_a_shell_allows_can_be_open),
        TEST(what_cannot_be_read_is_told),
        TEST(a_file_may_grow_but_not_shrink_while_it_is_read),
        TEST(every_failing_call_is_told),
        TEST(every_failing_request_for_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
