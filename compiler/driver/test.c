/* test.c -- sqc test: every TEST of the files, each in several ways that must agree. */
#include "compiler/driver/junit.h"
#include "compiler/driver/stopwatch.h"
#include "compiler/driver/test_one.h"
#include "compiler/driver/test_update.h"
#include "compiler/driver/units.h"
#include "compiler/driver/watch.h"

#include <stdio.h>
#include <stdlib.h>

enum { SLOWEST_SHOWN = 5 };

typedef struct TestTally {
    const Args *args;
    VEC(Str) words; /* operands that are no files: names, patterns, tags and owners of metrics, or names of tests */
    bool *used;     /* by word: a test was chosen by it */
    VEC(TestVerdict) verdicts;
    uint32_t passed, failed;
    uint32_t updated; /* snapshots */
    uint64_t seed;
    Junit junit;
} TestTally;

/* ---- which tests ---- */

/* `*` stands for any characters, `?` for one. */
static bool fits_pattern(Str name, Str pattern)
{
    uint64_t n = 0, p = 0, star = UINT64_MAX, retry = 0;
    while (n < name.len) {
        if (p < pattern.len && pattern.data[p] == '*') {
            star = p++;
            retry = n;
        } else if (p < pattern.len && (pattern.data[p] == '?' || pattern.data[p] == name.data[n])) {
            p++;
            n++;
        } else if (star != UINT64_MAX) {
            p = star + 1;
            n = ++retry;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.data[p] == '*')
        p++;
    return p == pattern.len;
}

static bool is_pattern(Str filter)
{
    return str_find(filter, STR("*")) >= 0 || str_find(filter, STR("?")) >= 0;
}

/* The whole name of a test or of its metric, a pattern of one, or a part of the test's name. */
static bool passes_filter(const BoundTest *test, Str filter)
{
    if (is_pattern(filter))
        return fits_pattern(test->name, filter) || fits_pattern(test->metric, filter);
    return str_find(test->name, filter) >= 0 || str_equal(test->metric, filter);
}

static bool is_wanted(const Args *args, const BoundTest *test)
{
    bool filtered = false;
    for (uint32_t i = 0; i < args->options.count; i++) {
        if (strcmp(args->options.items[i].option->name, "--filter") != 0)
            continue;
        filtered = true;
        if (passes_filter(test, args->options.items[i].value))
            return true;
    }
    return !filtered;
}

static const Metric *metric_of(const Program *program, const BoundTest *test)
{
    for (uint32_t i = 0; test->metric.len > 0 && i < program->bound->metric_count; i++) {
        const MetricModel *model = program->bound->metrics[i];
        if (model != NULL && str_equal(model->metric->name, test->metric))
            return model->metric;
    }
    return NULL;
}

/* Every word is asked, so that each knows whether it chose something. */
static bool is_chosen(const Program *program, const BoundTest *test, const TestTally *tally)
{
    const Metric *metric = metric_of(program, test);
    bool chosen = tally->words.count == 0;
    for (uint32_t i = 0; i < tally->words.count; i++) {
        Str word = tally->words.items[i];
        bool fits = str_equal(test->name, word) || (is_pattern(word) && fits_pattern(test->name, word)) ||
                    (metric != NULL && selector_matches(word, metric));
        tally->used[i] = tally->used[i] || fits;
        chosen = chosen || fits;
    }
    return chosen;
}

/* ---- running ---- */

static void print_verdict(const TestTally *tally, const TestVerdict *verdict)
{
    if (!verdict->passed && verdict->text.len > 0)
        printf("FAIL  %.*s (%.*s)\n%.*s", STR_ARG(verdict->name), STR_ARG(verdict->where), STR_ARG(verdict->text));
    if (!verdict->passed || !args_has(tally->args, "--verbose"))
        return;
    printf("ok    %.*s (%.1f ms): %s", STR_ARG(verdict->name), verdict->ms,
           verdict->of_rows ? "native code, the interpreter" : "the error came");
    if (verdict->by_sqlite)
        printf(", SQLite");
    if (verdict->silent.len > 0)
        printf("; not SQLite: %.*s", STR_ARG(verdict->silent));
    if (verdict->unshuffled.len > 0)
        printf("; not shuffled: %.*s", STR_ARG(verdict->unshuffled));
    printf("\n");
}

/* What `sqc test` printed of it, or the first mistake in its text. */
static void note_outcome(const Program *program, const AstNode *statement, const TestVerdict *verdict, TestTally *tally)
{
    const Source *source = sources_get(program->sources, statement->span.file);
    Str text = verdict->text;
    if (!verdict->passed && text.len > 0)
        text = str_printf(program->query, "%.*s\n%.*s", STR_ARG(verdict->where), STR_ARG(text));
    else if (!verdict->passed && program->diags->items.count > 0)
        text = program->diags->items.items[program->diags->items.count - 1]->message;
    JunitCase outcome = { .name = ast_name_last(ast_test_name(statement)),
                          .file = source->path,
                          .line = source_pos(source, statement->span.start).line,
                          .seconds = verdict->ms / 1e3,
                          .passed = verdict->passed,
                          .text = text };
    junit_add(&tally->junit, &outcome);
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

static void run_test(TestRunner *runner, const AstNode *statement, TestTally *tally)
{
    Program *program = runner->program;
    uint32_t errors = program->diags->error_count;
    BoundTest *test = bind_test(program->query, program->bound, statement, program->diags);
    if (test != NULL && (!is_chosen(program, test, tally) || !is_wanted(tally->args, test)))
        return;
    TestVerdict verdict = { 0 };
    if (test != NULL && program->diags->error_count == errors)
        verdict = test_one(runner, test);
    note_outcome(program, statement, &verdict, tally);
    print_verdict(tally, &verdict);
    tally->passed += verdict.passed;
    tally->failed += !verdict.passed;
    if (verdict.name.len == 0)
        return;
    vec_push(tally->args->arena, &tally->verdicts, verdict);
}

/* ---- what is looked at: where tests are named, they and what they read ---- */

static bool word_names(Str word, Str name)
{
    return name.len > 0 && (str_equal(word, name) || (is_pattern(word) && fits_pattern(name, word)));
}

static Str test_name_of(const AstNode *test)
{
    return ast_name_last(ast_test_name(test));
}

static Str test_metric_of(const Program *program, const AstNode *test)
{
    const AstNode *subject = ast_test_subject(test);
    return subject == NULL ? STR_EMPTY : ast_name_joined(program->query, subject);
}

/* Does a word of the command line name the metric, or a test of it?  Tags and owners are known too late for that. */
static bool is_asked(void *user, uint32_t file, const Metric *metric)
{
    const TestRunner *runner = user;
    (void)file;
    if (metric == NULL)
        return false;
    for (uint32_t i = 0; i < runner->word_count; i++) {
        if (word_names(runner->words[i], metric->name))
            return true;
        for (uint32_t f = 0; f < runner->program->files.count; f++) {
            AST_EACH(statement, ast_program_statements(runner->program->files.items[f])) {
                if (statement->kind == AST_TEST && word_names(runner->words[i], test_name_of(statement)) &&
                    str_equal(test_metric_of(runner->program, statement), metric->name))
                    return true;
            }
        }
    }
    return false;
}

static bool asks_by_name(const TestTally *tally)
{
    bool names = tally->words.count > 0;
    for (uint32_t i = 0; i < tally->words.count; i++)
        names = names && str_find(tally->words.items[i], STR(":")) < 0;
    return names;
}

/* A test that no word can mean is not looked at where others are asked for by name. */
static bool may_be_asked(const TestRunner *runner, const AstNode *statement)
{
    bool named = runner->word_count == 0;
    Str metric = test_metric_of(runner->program, statement);
    for (uint32_t i = 0; i < runner->word_count; i++)
        named = named || word_names(runner->words[i], test_name_of(statement)) || word_names(runner->words[i], metric);
    return named;
}

static bool test_unit(const Unit *unit, TestTally *tally)
{
    const Args *args = tally->args;
    Program *program = program_new(args->arena);
    TestEdits edits = { 0 };
    TestRunner runner = { .program = program,
                          .all_codes = args_has(args, "--all"),
                          .seed = tally->seed,
                          .edits = args_has(args, "--update") ? &edits : NULL };
    unit_add_to(unit, program);
    BindOptions options = { .wanted = is_asked, .wanted_user = &runner, .is_partial = true };
    bool by_name = asks_by_name(tally) && unit->project.len > 0;
    runner.words = tally->words.items;
    runner.word_count = by_name ? tally->words.count : 0;
    bool good = program_bind(program, by_name ? &options : NULL);
    if (!good)
        note_mistakes(program, tally);
    for (uint32_t i = 0; good && i < program->bound->test_count; i++) {
        const AstNode *test = program->bound->tests[i];
        if (may_be_asked(&runner, test) && unit_has_selected(unit, program, test->span))
            run_test(&runner, program->bound->tests[i], tally);
    }
    test_runner_close(&runner);
    if (program->diags->items.count > 0)
        program_report(program, args);
    RtError error;
    tally->updated += edits.items.count;
    good = program->diags->error_count == 0;
    if (test_update(program, &edits, &error) != RT_OK) {
        fprintf(stderr, "sqc: %s\n", error.text);
        good = false;
    }
    return good;
}

/* ---- what is told at the end ---- */

static int slower(const void *a, const void *b)
{
    double x = ((const TestVerdict *)a)->ms, y = ((const TestVerdict *)b)->ms;
    return x > y ? -1 : x < y;
}

static void print_slowest(TestTally *tally)
{
    uint32_t count = tally->verdicts.count;
    if (count < 2 || !args_has(tally->args, "--verbose"))
        return;
    qsort(tally->verdicts.items, count, sizeof(TestVerdict), slower);
    fprintf(stderr, "slowest:\n");
    for (uint32_t i = 0; i < count && i < SLOWEST_SHOWN; i++) {
        const TestVerdict *verdict = &tally->verdicts.items[i];
        fprintf(stderr, "  %7.1f ms  %.*s (%.*s:%u)\n", verdict->ms, STR_ARG(verdict->name), STR_ARG(verdict->file),
                verdict->line);
    }
}

static void print_summary(TestTally *tally, double seconds)
{
    uint32_t of_rows = 0, by_sqlite = 0, shuffled = 0;
    TestRunner runner = { .all_codes = args_has(tally->args, "--all") };
    for (uint32_t i = 0; i < tally->verdicts.count; i++) {
        const TestVerdict *verdict = &tally->verdicts.items[i];
        of_rows += verdict->of_rows;
        by_sqlite += verdict->by_sqlite;
        shuffled += verdict->of_rows && verdict->unshuffled.len == 0;
    }
    print_slowest(tally);
    printf("%u passed, %u failed\n", tally->passed, tally->failed);
    if (tally->updated > 0)
        printf("%u snapshot%s written\n", tally->updated, tally->updated == 1 ? "" : "s");
    fprintf(stderr, "%d ways each, shuffled %u of %u, by SQLite too %u of %u, %.2f s\n", test_way_count(&runner),
            shuffled, of_rows, by_sqlite, of_rows, seconds);
}

/* --seed: of a failure that was printed with it. */
static bool read_seed(const Args *args, uint64_t *seed)
{
    Str text = args_value(args, "--seed");
    *seed = 0;
    for (uint64_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || i >= 18)
            return false;
        *seed = *seed * 10 + (uint64_t)(text.data[i] - '0');
    }
    return text.data == NULL || *seed > 0;
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

/* Words that are no files choose tests of the project here. */
static Args split_operands(const Args *args, TestTally *tally)
{
    Args paths = *args;
    paths.paths.items = NULL;
    paths.paths.count = paths.paths.capacity = 0;
    for (uint32_t i = 0; i < args->paths.count; i++) {
        Str word = args->paths.items[i];
        if (program_is_path(args->arena, word))
            vec_push(args->arena, &paths.paths, word);
        else
            vec_push(args->arena, &tally->words, word);
    }
    tally->used = ARENA_ARRAY(args->arena, bool, tally->words.count + 1);
    return paths;
}

/* False: said so on stderr. */
static bool all_words_used(const TestTally *tally)
{
    for (uint32_t i = 0; i < tally->words.count; i++) {
        if (tally->used[i])
            continue;
        fprintf(stderr, "sqc: '%.*s' is no file, no metric with tests and no test\n", STR_ARG(tally->words.items[i]));
        return false;
    }
    return true;
}

static int test_once(const Args *args)
{
    Units units;
    TestTally tally = { .args = args, .junit = { .arena = args->arena } };
    if (!read_seed(args, &tally.seed))
        return usage_error(args, "--seed wants a whole number above 0, as a failure prints it");
    Args paths = split_operands(args, &tally);
    if (!units_of(&paths, &units))
        return EXIT_USAGE;
    double start = stopwatch_ms();
    bool good = true;
    for (uint32_t i = 0; i < units.items.count; i++)
        good = test_unit(&units.items.items[i], &tally) && good;
    double seconds = (stopwatch_ms() - start) / 1e3;
    if (!write_junit(args, &tally))
        return EXIT_UNREACHABLE;
    if (good && !all_words_used(&tally))
        return EXIT_USAGE;
    Str filter = args_value(args, "--filter");
    if (filter.data != NULL && good && tally.passed + tally.failed == 0) {
        fprintf(stderr, "sqc: no test, and no metric with tests, is called '%.*s'\n", STR_ARG(filter));
        return EXIT_FINDINGS;
    }
    print_summary(&tally, seconds);
    return good && tally.failed == 0 ? EXIT_DONE : EXIT_FINDINGS;
}

int command_test(const Args *args)
{
    return args_has(args, "--watch") ? watch(args, test_once) : test_once(args);
}
