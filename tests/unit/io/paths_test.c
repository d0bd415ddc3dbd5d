/* paths_test.c -- which files a path stands for, always in the same order. */
#include "runtime/io/paths.h"
#include "tests/unit/io/fault_ops.h"
#include "tests/unit/io/scratch_folder.h"

#include <sys/stat.h>

/* A small tree; the names are made in another order than the answer's. */
static void make_tree(Scratch *scratch)
{
    static const char *const folders[] = { "in", "in/day=2", "in/day=10", "in/_temporary", "in/.git", "empty" };
    static const char *const files[] = { "in/b.ndjson",          "in/a.ndjson",         "in/c.csv",
                                         "in/.hidden.ndjson",    "in/_SUCCESS",         "in/day=2/part-1.ndjson",
                                         "in/day=2/part-0.ndjson", "in/day=10/part-0.ndjson", "in/_temporary/x.ndjson",
                                         "in/.git/y.ndjson",     "in/odd[1].ndjson" };
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        assert_int_equal(mkdir(scratch_path(scratch, folders[i]), 0700), 0);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        scratch_write(scratch, files[i], STR("{}\n"));
}

/* The answer with spaces between, without the scratch folder. */
static RtStatus expand(Scratch *scratch, const FileOps *ops, const char *path, Str *answer, RtError *error)
{
    PathList files = { 0 };
    RtStatus status = paths_expand(&scratch->arena, ops, scratch_path(scratch, path), &files, error);
    *answer = STR_EMPTY;
    for (uint32_t i = 0; i < files.count; i++)
        *answer = str_printf(&scratch->arena, "%.*s%s%s", STR_ARG(*answer), i > 0 ? " " : "",
                             files.items[i] + strlen(scratch->folder) + 1);
    return status;
}

static void assert_files(Scratch *scratch, const char *path, const char *wanted)
{
    Str answer;
    RtError error = { "" };
    if (expand(scratch, NULL, path, &answer, &error) != RT_OK)
        fail_msg("%s: %s", path, error.text);
    assert_string_equal(answer.data, wanted);
}

static void files_folders_and_patterns_are_expanded_in_order(void **state)
{
    Scratch *scratch = *state;
    make_tree(scratch);
    assert_files(scratch, "in/b.ndjson", "in/b.ndjson");
    assert_files(scratch, "in/*.ndjson", "in/a.ndjson in/b.ndjson in/odd[1].ndjson");
    assert_files(scratch, "in/?.*", "in/a.ndjson in/b.ndjson in/c.csv");
    assert_files(scratch, "in/day=*/part-0.ndjson", "in/day=10/part-0.ndjson in/day=2/part-0.ndjson");
    assert_files(scratch, "*/day=2", "in/day=2/part-0.ndjson in/day=2/part-1.ndjson");
    assert_files(scratch, "in",
                 "in/a.ndjson in/b.ndjson in/c.csv in/day=10/part-0.ndjson in/day=2/part-0.ndjson "
                 "in/day=2/part-1.ndjson in/odd[1].ndjson");
    assert_files(scratch, "in/odd[1].ndjson", "in/odd[1].ndjson");
    assert_files(scratch, "in/[ab].ndjson", "in/a.ndjson in/b.ndjson");
}

static void standard_input_stands_for_itself(void **state)
{
    Scratch *scratch = *state;
    PathList files = { 0 };
    RtError error;
    assert_int_equal(paths_expand(&scratch->arena, NULL, "-", &files, &error), RT_OK);
    assert_int_equal(files.count, 1);
    assert_string_equal(files.items[0], "-");
}

static void what_stands_for_no_file_is_told(void **state)
{
    Scratch *scratch = *state;
    make_tree(scratch);
    static const char *const cases[][2] = { { "nowhere.ndjson", "No such file" },
                                            { "in/*.parquet", "no file matches" },
                                            { "nowhere/*.ndjson", "no file matches" },
                                            { "in/a.ndjson/*", "no file matches" },
                                            { "empty", "holds no files" } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Str answer;
        RtError error = { "" };
        assert_int_equal(expand(scratch, NULL, cases[i][0], &answer, &error), RT_FATAL);
        assert_non_null(strstr(error.text, cases[i][1]));
    }
}

/* A call that fails makes the answer fail, or is not needed for it: never is the answer short. */
static void every_failing_call_is_told(void **state)
{
    Scratch *scratch = *state;
    make_tree(scratch);
    bool reached = true;
    uint64_t failures = 0;
    for (uint64_t n = 1; reached; n++) {
        FaultOps faults;
        fault_ops_init(&faults);
        faults.fail_at = n;
        Str answer;
        RtError error = { "" };
        RtStatus status = expand(scratch, &faults.ops, "in", &answer, &error);
        reached = faults.calls >= n;
        failures += status == RT_FATAL;
        assert_true(status == RT_FATAL ? error.text[0] != '\0' : answer.len > 100);
    }
    assert_true(failures >= 10);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        TEST(files_folders_and_patterns_are_expanded_in_order),
        TEST(standard_input_stands_for_itself),
        TEST(what_stands_for_no_file_is_told),
        TEST(every_failing_call_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
