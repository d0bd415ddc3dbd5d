/* test.c -- sqc test: every TEST of the files, each in several ways that must agree. */
#include "compiler/driver/image.h"
#include "compiler/driver/junit.h"
#include "compiler/driver/stopwatch.h"
#include "compiler/driver/test_run.h"
#include "compiler/driver/units.h"
#include "compiler/driver/watch.h"

#include <stdio.h>

static const TestWay WAYS[] = {
    { "native code, batches of 1", TEST_NATIVE, 1, 1, false },
    { "native code, batches of 1,024", TEST_NATIVE, 1024, 1, false },
    { "native code, three partitions", TEST_NATIVE, 1, 3, false },
    { "native code, restarted at every batch", TEST_NATIVE, 1, 1, true },
    { "the interpreter", TEST_INTERPRETER, 1, 1, false },
    { "the interpreter, three partitions", TEST_INTERPRETER, 1, 3, false },
};
static const TestWay BY_SQLITE = { "SQLite", TEST_SQLITE, 1, 1, false };

enum { WAY_COUNT = sizeof WAYS / sizeof WAYS[0] };

typedef struct TestTally {
    uint32_t passed, failed;
    uint32_t of_rows, by_sqlite; /* tests that compare rows; those that SQLite judged too */
    Str failure;                 /* of the test at hand, as it was printed */
    Junit junit;
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

static void print_failure(const Program *program, TestTally *tally, Str name, const char *way, Span span, Str text)
{
    tally->failure =
        str_printf(program->query, "%s%s%.*s", way == NULL ? "" : way, way == NULL ? "" : "\n", STR_ARG(text));
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

static bool run_error_test(const Program *program, const BoundTest *test, TestTally *tally)
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
    print_failure(program, tally, test->name, NULL, test->span, text);
    return false;
}

/* ---- tests of rows ---- */

static bool plan_test(Program *program, const BoundTest *test, LogicalProgram *logical)
{
    uint32_t errors = program->diags->error_count; /* of other tests: not ours */
    BindOptions options = { .given = test->given, .given_count = test->given_count, .only_metric = test->metric };
    BoundProgram *bound =
        bind_program(program->query, program->files.items, program->files.count, &options, program->diags);
    *logical = bound->logical;
    if (program->diags->error_count == errors && test->metric.len == 0)
        *logical = bind_query(program->query, bound, query_of(test), program->diags);
    if (program->diags->error_count > errors)
        return false;
    program_plan(program, *logical);
    return true;
}

static bool run_way(const Program *program, const TestProgram *tested, const TestWay *way, const char *tier,
                    TestTally *tally, Str *silent)
{
    TestOutcome outcome = test_run(program->query, tested, way);
    *silent = outcome.no_opinion;
    if (!outcome.passed)
        print_failure(program, tally, tested->test->name, arena_printf(program->query, "%s%s", way->name, tier),
                      outcome.span, outcome.text);
    return outcome.passed;
}

static bool run_ways(const Program *program, const TestProgram *tested, const char *tier, TestTally *tally)
{
    Str silent;
    for (int i = 0; i < WAY_COUNT; i++) {
        if (!run_way(program, tested, &WAYS[i], tier, tally, &silent))
            return false;
    }
    return true;
}

/* The plan as it was bound: what the optimiser does is judged, too.  Only columns that nobody reads are left out, as
 * they are nowhere computed. */
static bool run_by_sqlite(Program *program, const BoundTest *test, LogicalProgram bound, TestTally *tally, Str *silent)
{
    OptimizeOptions only_prune = { .disabled = ~((uint64_t)1 << OPT_prune_columns) };
    LogicalProgram logical = optimize(program->query, bound, &only_prune);
    if (logical.sink_count != 1) {
        *silent = STR("it has several results");
        return true;
    }
    const LiteQuery *lite = lite_query(program->query, logical.sinks[0]);
    *silent = lite->why_not;
    TestProgram tested = { .test = test, .physical = program->physical, .lite = lite };
    return silent->len > 0 || run_way(program, &tested, &BY_SQLITE, "", tally, silent);
}

static void print_opinions(const BoundTest *test, Str silent)
{
    printf("ok    %.*s: native code, the interpreter", STR_ARG(test->name));
    if (silent.len == 0)
        printf(", SQLite\n");
    else
        printf("; not SQLite: %.*s\n", STR_ARG(silent));
}

/* The bytes through a file: code that holds no address of the process that made it (law 10) comes back the same. */
static RtStatus through_file(TierObject *object, RtError *error)
{
    FILE *file = tmpfile();
    if (file == NULL)
        return rt_error_system(error, RT_FATAL, "making a file for an object");
    uint64_t len = object->bytes.len;
    bool good = fwrite(object->bytes.data, 1, len, file) == len && fseek(file, 0, SEEK_SET) == 0;
    buf_clear(&object->bytes);
    char *room = good ? buf_reserve(&object->bytes, len) : NULL;
    good = room != NULL && fread(room, 1, len, file) == len;
    object->bytes.len = good ? len : 0;
    fclose(file);
    return good ? RT_OK : rt_error(error, RT_FATAL, "an object file could not be written and read back");
}

/* Objects are compiled before anything is loaded, and loaded from bytes alone. */
static RtStatus open_code(TestProgram *tested, CodeTier tier, bool by_file, RtError *error)
{
    TierObject object;
    RtStatus status = tiers_compile(tested->physical, tier, &object, error);
    if (status == RT_OK && by_file)
        status = through_file(&object, error);
    if (status == RT_OK)
        status = tiers_open_object(&tested->tiers, tested->physical, &object, error);
    buf_free(&object.bytes);
    return status;
}

typedef struct TestCode {
    const char *name; /* behind that of the way */
    CodeTier tier;
    bool by_file;
} TestCode;

static const TestCode CODES[] = {
    { "", TIER_FAST, false },
    { ", from an object file", TIER_FAST, true },
    { ", optimised, from an object file", TIER_OPTIMIZED, true },
};

enum { CODE_COUNT = sizeof CODES / sizeof CODES[0] };

static bool run_codes(Program *program, const BoundTest *test, int code_count, TestTally *tally)
{
    RtError error;
    bool passed = true;
    for (int i = 0; passed && i < code_count; i++) {
        TestProgram tested = { .test = test, .physical = program->physical };
        if (open_code(&tested, CODES[i].tier, CODES[i].by_file, &error) != RT_OK) {
            print_failure(program, tally, test->name, NULL, test->span, str_from(error.text));
            return false;
        }
        tested.image = image_of(program->query, program->physical, tiers_site_count(tested.tiers));
        passed = run_ways(program, &tested, CODES[i].name, tally);
        tiers_close(tested.tiers);
    }
    return passed;
}

static bool run_row_test(Program *program, const Args *args, const BoundTest *test, TestTally *tally)
{
    Str silent = STR_EMPTY;
    LogicalProgram bound;
    if (!plan_test(program, test, &bound) ||
        !run_codes(program, test, args_has(args, "--all") ? CODE_COUNT : 1, tally) ||
        !run_by_sqlite(program, test, bound, tally, &silent))
        return false;
    tally->of_rows++;
    tally->by_sqlite += silent.len == 0;
    if (args_has(args, "--verbose"))
        print_opinions(test, silent);
    return true;
}

/* ---- files ---- */

static bool is_wanted(const Args *args, Str name)
{
    Str filter = args_value(args, "--filter");
    return filter.data == NULL || str_find(name, filter) >= 0;
}

/* What `sqc test` printed of it, or the first mistake in its text. */
static void note_outcome(const Program *program, const AstNode *statement, double seconds, bool passed,
                         TestTally *tally)
{
    const Source *source = sources_get(program->sources, statement->span.file);
    Str text = tally->failure;
    if (!passed && text.len == 0 && program->diags->items.count > 0)
        text = program->diags->items.items[program->diags->items.count - 1]->message;
    JunitCase outcome = { .name = ast_name_last(ast_test_name(statement)),
                          .file = source->path,
                          .line = source_pos(source, statement->span.start).line,
                          .seconds = seconds,
                          .passed = passed,
                          .text = text };
    junit_add(&tally->junit, &outcome);
}

static void run_test(Program *program, const Args *args, const AstNode *statement, TestTally *tally)
{
    uint32_t errors = program->diags->error_count;
    double start = stopwatch_ms();
    tally->failure = STR_EMPTY;
    const BoundTest *test = bind_test(program->query, program->bound, statement, program->diags);
    if (test != NULL && !is_wanted(args, test->name))
        return;
    bool passed = false;
    if (test != NULL && program->diags->error_count == errors)
        passed = test->expects_error ? run_error_test(program, test, tally) : run_row_test(program, args, test, tally);
    if (passed)
        tally->passed++;
    else
        tally->failed++;
    note_outcome(program, statement, (stopwatch_ms() - start) / 1e3, passed, tally);
}

/* Mistakes that kept the tests of a program from running fail a service's page, too. */
static void note_mistakes(const Program *program, TestTally *tally)
{
    for (uint32_t i = 0; i < program->diags->items.count; i++) {
        const Diag *diag = program->diags->items.items[i];
        if (diag->severity != DIAG_ERROR)
            continue;
        JunitCase outcome = { .name = str_from(diag_code_name(diag->code)), .file = STR("sqc"), .text = diag->message };
        if (!span_is_none(diag->span)) {
            const Source *source = sources_get(program->sources, diag->span.file);
            outcome.file = source->path;
            outcome.line = source_pos(source, diag->span.start).line;
        }
        junit_add(&tally->junit, &outcome);
    }
}

static bool test_unit(const Args *args, const Unit *unit, TestTally *tally)
{
    Program *program = program_new(args->arena);
    unit_add_to(unit, program);
    bool good = program_bind(program, NULL);
    if (!good)
        note_mistakes(program, tally);
    for (uint32_t i = 0; good && i < program->bound->test_count; i++) {
        if (unit_has_selected(unit, program, program->bound->tests[i]->span))
            run_test(program, args, program->bound->tests[i], tally);
    }
    if (program->diags->items.count > 0)
        program_report(program, args);
    return program->diags->error_count == 0;
}

/* False: said so on stderr. */
static bool write_junit(const Args *args, const TestTally *tally)
{
    RtError error;
    Str path = args_value(args, "--junit");
    if (path.data == NULL || junit_write(&tally->junit, str_copy(args->arena, path).data, &error) == RT_OK)
        return true;
    fprintf(stderr, "sqc: %s\n", error.text);
    return false;
}

static int test_once(const Args *args)
{
    Units units;
    TestTally tally = { .junit = { .arena = args->arena } };
    if (!units_of(args, &units))
        return EXIT_USAGE;
    double start = stopwatch_ms();
    bool good = true;
    for (uint32_t i = 0; i < units.items.count; i++)
        good = test_unit(args, &units.items.items[i], &tally) && good;
    double seconds = (stopwatch_ms() - start) / 1e3;
    if (!write_junit(args, &tally))
        return EXIT_UNREACHABLE;
    Str filter = args_value(args, "--filter");
    if (filter.data != NULL && good && tally.passed + tally.failed == 0) {
        fprintf(stderr, "sqc: no test has '%.*s' in its name\n", STR_ARG(filter));
        return EXIT_FINDINGS;
    }
    printf("%u passed, %u failed\n", tally.passed, tally.failed);
    int ways = WAY_COUNT * (args_has(args, "--all") ? CODE_COUNT : 1);
    fprintf(stderr, "%d ways each, by SQLite too %u of %u, %.2f s\n", ways, tally.by_sqlite, tally.of_rows, seconds);
    return good && tally.failed == 0 ? EXIT_DONE : EXIT_FINDINGS;
}

int command_test(const Args *args)
{
    return args_has(args, "--watch") ? watch(args, test_once) : test_once(args);
}
