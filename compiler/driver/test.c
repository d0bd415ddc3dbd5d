/* test.c -- sqc test: every TEST of the files, each in several ways that must agree. */
#include "compiler/driver/image.h"
#include "compiler/driver/program.h"
#include "compiler/driver/stopwatch.h"
#include "compiler/driver/test_run.h"

#include <stdio.h>

static const TestWay WAYS[] = {
    { "native code, batches of 1", false, 1, 1, false },
    { "native code, batches of 1,024", false, 1024, 1, false },
    { "native code, three partitions", false, 1, 3, false },
    { "native code, restarted at every batch", false, 1, 1, true },
    { "the interpreter", true, 1, 1, false },
    { "the interpreter, three partitions", true, 1, 3, false },
};

typedef struct TestTally {
    uint32_t passed, failed;
} TestTally;

/* The text behind QUERY; NULL: the test is of a metric. */
static const AstNode *query_of(const BoundTest *test)
{
    AST_EACH(step, ast_test_steps(test->statement)) {
        if (step->kind == AST_TEST_QUERY)
            return ast_test_query_query(step);
    }
    return NULL;
}

static void print_failure(const Program *program, Str name, const char *way, Span span, Str text)
{
    const Source *source = sources_get(program->sources, span.file);
    SourcePos pos = source_pos(source, span.start);
    printf("FAIL  %.*s (%.*s:%u:%u", STR_ARG(name), STR_ARG(source->path), pos.line, pos.column);
    printf(way == NULL ? ")\n" : ", %s)\n", way);
    printf("%.*s%s", STR_ARG(text), text.len > 0 && text.data[text.len - 1] == '\n' ? "" : "\n");
}

/* ---- tests of errors ---- */

static bool has_error(const Program *program, const BoundTest *test, const AstNode *query, const Diags *diags,
                      Str *seen)
{
    const Source *source = sources_get(program->sources, query->span.file);
    SourcePos start = source_pos(source, query->span.start);
    *seen = STR("no error");
    for (uint32_t i = 0; i < diags->items.count; i++) {
        const Diag *diag = diags->items.items[i];
        SourcePos pos = source_pos(source, diag->span.start);
        uint32_t line = pos.line - start.line + 1;
        uint32_t column = line == 1 ? pos.column - start.column + 1 : pos.column;
        bool right_place = test->error_line == 0 || (test->error_line == line && test->error_column == column);
        if (diag->severity != DIAG_ERROR)
            continue;
        if (str_equal(str_from(diag_code_name(diag->code)), test->error_code) && right_place)
            return true;
        *seen = str_printf(program->query, "%s at %u:%u: %.*s", diag_code_name(diag->code), line, column,
                           STR_ARG(diag->message));
    }
    return false;
}

static bool run_error_test(const Program *program, const BoundTest *test)
{
    const AstNode *query = query_of(test);
    Diags *diags = diags_new(program->query, program->sources);
    Str seen;
    (void)bind_query(program->query, program->bound, query, diags);
    if (has_error(program, test, query, diags, &seen))
        return true;
    Str text = str_printf(program->query, "  expected: %.*s", STR_ARG(test->error_code));
    if (test->error_line > 0)
        text = str_printf(program->query, "%.*s at %u:%u", STR_ARG(text), test->error_line, test->error_column);
    text = str_printf(program->query, "%.*s\n  but:      %.*s\n", STR_ARG(text), STR_ARG(seen));
    print_failure(program, test->name, NULL, test->span, text);
    return false;
}

/* ---- tests of rows ---- */

static bool plan_test(Program *program, const BoundTest *test)
{
    uint32_t errors = program->diags->error_count; /* of other tests: not ours */
    BindOptions options = { .given = test->given, .given_count = test->given_count, .only_metric = test->metric };
    BoundProgram *bound =
        bind_program(program->query, program->files.items, program->files.count, &options, program->diags);
    LogicalProgram logical = bound->logical;
    if (program->diags->error_count == errors && test->metric.len == 0)
        logical = bind_query(program->query, bound, query_of(test), program->diags);
    if (program->diags->error_count > errors)
        return false;
    program_plan(program, logical);
    return true;
}

static bool run_ways(const Program *program, TestProgram *tested, const char *tier)
{
    for (size_t i = 0; i < sizeof WAYS / sizeof WAYS[0]; i++) {
        TestOutcome outcome = test_run(program->query, tested, &WAYS[i]);
        if (outcome.passed)
            continue;
        const char *way = arena_printf(program->query, "%s%s", WAYS[i].name, tier);
        print_failure(program, tested->test->name, way, outcome.span, outcome.text);
        return false;
    }
    return true;
}

static bool run_row_test(Program *program, const BoundTest *test, bool all)
{
    static const char *const TIERS[] = { "", ", optimised" };
    RtError error;
    if (!plan_test(program, test))
        return false;
    bool passed = true;
    for (int tier = 0; passed && tier < (all ? 2 : 1); tier++) {
        TestProgram tested = { .test = test, .physical = program->physical };
        RtStatus status = tiers_open(&tested.tiers, program->physical, tier == 0 ? TIER_FAST : TIER_OPTIMIZED, &error);
        if (status != RT_OK) {
            print_failure(program, test->name, NULL, test->span, str_from(error.text));
            return false;
        }
        tested.image = image_of(program->query, program->physical, tiers_site_count(tested.tiers));
        passed = run_ways(program, &tested, TIERS[tier]);
        tiers_close(tested.tiers);
    }
    return passed;
}

/* ---- files ---- */

static bool is_wanted(const Args *args, Str name)
{
    Str filter = args_value(args, "--filter");
    return filter.data == NULL || str_find(name, filter) >= 0;
}

static void run_test(Program *program, const Args *args, const AstNode *statement, TestTally *tally)
{
    uint32_t errors = program->diags->error_count;
    const BoundTest *test = bind_test(program->query, program->bound, statement, program->diags);
    if (test != NULL && !is_wanted(args, test->name))
        return;
    bool passed = false;
    if (test != NULL && program->diags->error_count == errors)
        passed =
            test->expects_error ? run_error_test(program, test) : run_row_test(program, test, args_has(args, "--all"));
    if (passed)
        tally->passed++;
    else
        tally->failed++;
}

/* Each file is a program of its own together with what it imports. */
static bool test_file(const Args *args, Str path, TestTally *tally)
{
    Program *program = program_new(args->arena);
    program_add_file(program, path);
    bool good = program_bind(program, NULL);
    if (good) {
        for (uint32_t i = 0; i < program->bound->test_count; i++)
            run_test(program, args, program->bound->tests[i], tally);
    }
    if (program->diags->items.count > 0)
        program_report(program, args);
    return program->diags->error_count == 0;
}

int command_test(const Args *args)
{
    PathList files = { 0 };
    TestTally tally = { 0 };
    if (!program_expand_paths(args, args->arena, &files))
        return EXIT_USAGE;
    double start = stopwatch_ms();
    bool good = true;
    for (uint32_t i = 0; i < files.count; i++)
        good = test_file(args, str_from(files.items[i]), &tally) && good;
    double seconds = (stopwatch_ms() - start) / 1e3;
    Str filter = args_value(args, "--filter");
    if (filter.data != NULL && good && tally.passed + tally.failed == 0) {
        fprintf(stderr, "sqc: no test has '%.*s' in its name\n", STR_ARG(filter));
        return EXIT_FINDINGS;
    }
    printf("%u passed, %u failed\n", tally.passed, tally.failed);
    fprintf(stderr, "%zu ways each, %.2f s\n", sizeof WAYS / sizeof WAYS[0], seconds);
    return good && tally.failed == 0 ? EXIT_DONE : EXIT_FINDINGS;
}
