/* test_one.c -- see test_one.h. */
#include "compiler/driver/test_one.h"

#include "compiler/driver/image.h"
#include "compiler/driver/stopwatch.h"
#include "compiler/driver/test_given.h"
#include "compiler/driver/test_repeat.h"
#include "compiler/driver/test_shuffle.h"
#include "compiler/logical/nodes.h"

#include <stdio.h>

static const TestWay WAYS[] = {
    { "native code, batches of 1", TEST_NATIVE, 1, 1, false, 0, false },
    { "native code, batches of 1,024", TEST_NATIVE, 1024, 1, false, 0, false },
    { "native code, three partitions", TEST_NATIVE, 1, 3, false, 0, false },
    { "native code, restarted at every batch", TEST_NATIVE, 1, 1, true, 0, false },
    { "the interpreter", TEST_INTERPRETER, 1, 1, false, 0, false },
    { "the interpreter, three partitions", TEST_INTERPRETER, 1, 3, false, 0, false },
};
static const TestWay BY_SQLITE = { "SQLite", TEST_SQLITE, 1, 1, false, 0, false };

enum { WAY_COUNT = sizeof WAYS / sizeof WAYS[0] };

/* The text behind QUERY; NULL: the test is of a metric. */
static const AstNode *query_of(const BoundTest *test)
{
    AST_EACH(step, ast_test_steps(test->statement)) {
        if (step->kind == AST_TEST_QUERY)
            return ast_test_query_query(step);
    }
    return NULL;
}

static void keep_failure(const TestRunner *runner, TestVerdict *verdict, const char *way, Span span, Str text)
{
    const Source *source = sources_get(runner->program->sources, span.file);
    SourcePos pos = source_pos(source, span.start);
    Arena *arena = runner->program->query;
    verdict->where = str_printf(arena, "%.*s:%u:%u%s%s", STR_ARG(source->path), pos.line, pos.column,
                                way == NULL ? "" : ", ", way == NULL ? "" : way);
    bool is_line = text.len > 0 && text.data[text.len - 1] == '\n';
    verdict->text = str_printf(arena, "%.*s%s", STR_ARG(text), is_line ? "" : "\n");
    verdict->passed = false;
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

static void run_error_test(const TestRunner *runner, const BoundTest *test, TestVerdict *verdict)
{
    const Program *program = runner->program;
    const AstNode *query = query_of(test);
    Diags *diags = diags_new(program->query, program->sources);
    Str seen;
    (void)bind_query(program->query, program->bound, query, diags);
    verdict->passed = has_error(program, test, query, diags, &seen);
    if (verdict->passed)
        return;
    Str text = str_printf(program->query, "  expected: %.*s", STR_ARG(test->error_code));
    if (test->error_line > 0)
        text = str_printf(program->query, "%.*s at %u:%u", STR_ARG(text), test->error_line, test->error_column);
    text = str_printf(program->query, "%.*s\n  but:      %.*s\n", STR_ARG(text), STR_ARG(seen));
    keep_failure(runner, verdict, NULL, test->span, text);
}

/* ---- plans ---- */

/* Tests of one metric that give no computed column share its plan and code. */
struct TestPlan {
    Str metric; /* empty: of one test alone */
    bool is_planned;
    LogicalProgram bound;
    const PhysProgram *physical;
    const LiteQuery *lite; /* NULL: not asked yet, or it cannot be */
    Str no_lite;           /* why not */
    bool lite_asked;
    Tiers *tiers; /* of the first code */
    RtProgram *image;
};

/* The metric as a role sees it: rows that its policies open, without what they mask. */
static const LogicalNode *seen_by_role(Arena *arena, const LogicalNode *sink, const Grant *grant)
{
    const LogicalNode *input = sink->inputs[0];
    Span span = sink->span;
    const Expr *rule = grant->is_hidden ? expr_bool(arena, false, span) : grant->rule;
    const Expr **exprs = ARENA_ARRAY(arena, const Expr *, sink->column_count + 1);
    Str *names = ARENA_ARRAY(arena, Str, sink->column_count + 1);
    uint32_t count = 0;
    for (uint32_t c = 0; c < sink->column_count; c++) {
        if (!grant->is_hidden && grant->masked[c])
            continue;
        names[count] = sink->columns[c].name;
        exprs[count++] = expr_column(arena, sink->columns[c].type, c, span);
    }
    if (rule != NULL)
        input = logical_filter(arena, input, rule, span);
    if (count < sink->column_count)
        input = logical_project(arena, input, exprs, names, count, span);
    LogicalTarget target = { .name = sink->as.sink.name, .statement = sink->as.sink.statement, .column_names = names };
    return logical_sink(arena, input, &target, span);
}

static LogicalProgram metric_rows(const TestRunner *runner, const BoundProgram *bound, const BoundTest *test)
{
    MetricUse use = { test->metric, test->span, test->base_grants };
    return bind_metric_rows(runner->program->query, bound, &use, runner->program->diags);
}

static bool nothing(void *user, uint32_t file, const Metric *metric)
{
    (void)user, (void)file, (void)metric;
    return false;
}

/* A computed column that is given by value is a physical one: the program is bound anew. */
static bool bind_for(const TestRunner *runner, const BoundTest *test, LogicalProgram *logical)
{
    Program *program = runner->program;
    uint32_t errors = program->diags->error_count; /* of other tests: not ours */
    const BoundProgram *bound = program->bound;
    if (test->given_count > 0) {
        BindOptions options = { .given = test->given, .given_count = test->given_count, .only_metric = test->metric };
        if (test->metric.len == 0)
            options.wanted = nothing; /* the query is bound behind it */
        options.is_partial = true;
        bound = bind_program(program->query, program->files.items, program->files.count, &options, program->diags);
    }
    if (program->diags->error_count == errors)
        *logical = test->metric.len > 0 ? metric_rows(runner, bound, test)
                                        : bind_query(program->query, bound, query_of(test), program->diags);
    bool good = program->diags->error_count == errors && logical->sink_count > 0;
    if (good && test->role != NULL) {
        const LogicalNode **one = ARENA_ARRAY(program->query, const LogicalNode *, 1);
        one[0] = seen_by_role(program->query, logical->sinks[0], &test->grant);
        logical->sinks = one;
    }
    return good;
}

static void close_plan(TestPlan *plan)
{
    tiers_close(plan->tiers);
    *plan = (TestPlan){ 0 };
}

static TestPlan *plan_test(TestRunner *runner, const BoundTest *test)
{
    if (runner->plan == NULL)
        runner->plan = ARENA_NEW(runner->program->query, TestPlan);
    TestPlan *plan = runner->plan;
    bool may_share = test->metric.len > 0 && test->given_count == 0 && test->role == NULL && !test->has_idle;
    if (plan->is_planned && may_share && str_equal(plan->metric, test->metric))
        return plan;
    close_plan(plan);
    if (!bind_for(runner, test, &plan->bound))
        return NULL;
    program_plan(runner->program, plan->bound);
    plan->physical = runner->program->physical;
    for (uint32_t i = 0; test->has_idle && i < plan->physical->node_count; i++) {
        PhysNode *node = plan->physical->nodes[i];
        if (node->kind == PHYS_WINDOW_AGG || node->kind == PHYS_GROUP_AGG)
            node->as.window_agg.may_idle = true;
    }
    plan->metric = may_share ? test->metric : STR_EMPTY;
    plan->is_planned = true;
    return plan;
}

/* ---- ways ---- */

static bool run_way(const TestRunner *runner, TestProgram *tested, const TestWay *way, const char *tier,
                    TestVerdict *verdict)
{
    Program *program = runner->program;
    TestOutcome outcome = test_run(program->query, tested, way);
    tested->edits = NULL; /* the first way has taken the snapshots: the others are judged */
    verdict->silent = outcome.no_opinion;
    verdict->duplicates = outcome.duplicates;
    if (!outcome.passed)
        keep_failure(runner, verdict, arena_printf(program->query, "%s%s", way->name, tier), outcome.span,
                     outcome.text);
    return outcome.passed;
}

static uint64_t seed_of(const TestRunner *runner, const BoundTest *test)
{
    uint64_t seed = 14695981039346656037U; /* FNV-1a: a seed of its own for each name, the same in every run */
    for (uint64_t i = 0; i < test->name.len; i++)
        seed = (seed ^ (unsigned char)test->name.data[i]) * 1099511628211U;
    return runner->seed != 0 ? runner->seed : seed % 1000000 + 1;
}

static bool run_shuffled(const TestRunner *runner, TestProgram *tested, const char *tier, TestVerdict *verdict)
{
    Arena *arena = runner->program->query;
    verdict->unshuffled = verdict->duplicates > 0 ? STR("of rows with one key, the first counts")
                                                  : test_shuffle_why_not(tested->physical);
    if (verdict->unshuffled.len > 0)
        return true;
    uint64_t seed = seed_of(runner, tested->test);
    const char *name = arena_printf(arena, "native code, rows shuffled inside the watermark's bound (--seed %llu)",
                                    (unsigned long long)seed);
    TestWay way = { name, TEST_NATIVE, 1024, 1, false, seed, false };
    return run_way(runner, tested, &way, tier, verdict);
}

/* Events sent twice change nothing where the stream says so. */
static bool run_repeated(const TestRunner *runner, TestProgram *tested, const char *tier, TestVerdict *verdict)
{
    if (!test_repeats(tested->physical))
        return true;
    uint64_t seed = seed_of(runner, tested->test);
    const char *name =
        arena_printf(runner->program->query, "native code, events sent again (--seed %llu)", (unsigned long long)seed);
    TestWay way = { name, TEST_NATIVE, 1024, 1, true, seed, true };
    return run_way(runner, tested, &way, tier, verdict);
}

/* Each partition has a time of its own, which some streams ask for row by row. */
static bool split_shows(const PhysProgram *physical)
{
    bool shows = false;
    for (uint32_t i = 0; i < physical->scan_count; i++)
        shows = shows || physical->scans[i]->as.scan.table->future_skew_us > 0 ||
                physical->scans[i]->as.scan.table->adaptive != NULL ||
                physical->scans[i]->as.scan.table->idle_timeout_us > 0;
    return shows;
}

static bool run_ways(const TestRunner *runner, TestProgram *tested, const char *tier, TestVerdict *verdict)
{
    bool has_partitions = tested->test->partition_count > 0 || split_shows(tested->physical);
    for (int i = 0; i < WAY_COUNT; i++) {
        if (has_partitions && WAYS[i].partitions > 1)
            continue;
        if (!run_way(runner, tested, &WAYS[i], tier, verdict))
            return false;
    }
    return run_shuffled(runner, tested, tier, verdict) && run_repeated(runner, tested, tier, verdict);
}

/* The plan as it was bound: what the optimiser does is judged, too.  Only columns that nobody reads are left out, as
 * they are nowhere computed. */
static void ask_lite(const TestRunner *runner, TestPlan *plan)
{
    if (plan->lite_asked)
        return;
    plan->lite_asked = true;
    OptimizeOptions only_prune = { .disabled = ~((uint64_t)1 << OPT_prune_columns) };
    LogicalProgram logical = optimize(runner->program->query, plan->bound, &only_prune);
    plan->no_lite = logical.zone != NULL ? STR("SQLite has no session zone") : STR("it has several results");
    if (logical.sink_count != 1 || logical.zone != NULL)
        return;
    plan->lite = lite_query(runner->program->query, logical.sinks[0]);
    plan->no_lite = plan->lite->why_not;
}

static bool run_by_sqlite(const TestRunner *runner, const BoundTest *test, TestPlan *plan, TestVerdict *verdict)
{
    ask_lite(runner, plan);
    verdict->silent = plan->no_lite;
    if (test->partition_count > 0)
        verdict->silent = STR("the test says which partitions rows go to");
    TestProgram tested = { .test = test, .physical = plan->physical, .lite = plan->lite };
    return verdict->silent.len > 0 || run_way(runner, &tested, &BY_SQLITE, "", verdict);
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
static RtStatus open_code(const PhysProgram *physical, Tiers **tiers, CodeTier tier, bool by_file, RtError *error)
{
    TierObject object;
    RtStatus status = tiers_compile(physical, tier, &object, error);
    if (status == RT_OK && by_file)
        status = through_file(&object, error);
    if (status == RT_OK)
        status = tiers_open_object(tiers, physical, &object, error);
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

static bool run_code(const TestRunner *runner, const BoundTest *test, TestPlan *plan, int code, TestVerdict *verdict)
{
    RtError error;
    Arena *arena = runner->program->query;
    TestProgram tested = { .test = test, .physical = plan->physical, .edits = code == 0 ? runner->edits : NULL };
    Tiers *kept = code == 0 ? plan->tiers : NULL;
    if (kept == NULL && open_code(plan->physical, &kept, CODES[code].tier, CODES[code].by_file, &error) != RT_OK) {
        keep_failure(runner, verdict, NULL, test->span, str_printf(arena, "%s", error.text));
        return false;
    }
    if (plan->image == NULL)
        plan->image = image_of(arena, plan->physical, tiers_site_count(kept));
    tested.tiers = kept;
    tested.image = code == 0 ? plan->image : image_of(arena, plan->physical, tiers_site_count(kept));
    bool passed = run_ways(runner, &tested, CODES[code].name, verdict);
    if (code == 0)
        plan->tiers = kept;
    else
        tiers_close(kept);
    return passed;
}

static bool reads_table(const LogicalNode *node, Str table)
{
    bool found = node->kind == LOGICAL_SCAN          ? str_equal(node->as.scan.table->name, table)
                 : node->kind == LOGICAL_LOOKUP_JOIN ? str_equal(node->as.lookup_join.table->name, table)
                                                     : false;
    for (uint32_t i = 0; !found && i < node->input_count; i++)
        found = reads_table(node->inputs[i], table);
    return found;
}

/* In the plan as bound, which keeps what no row can reach, or as it runs, which has what fills streams of late rows. */
static bool is_read(const TestPlan *plan, Str table)
{
    for (uint32_t i = 0; i < plan->physical->scan_count; i++) {
        if (str_equal(plan->physical->scans[i]->as.scan.table->name, table))
            return true;
    }
    return reads_table(plan->bound.sinks[0], table);
}

/* A stream that was mistaken for another would make a test that says nothing. */
static bool all_given_are_read(const TestRunner *runner, const BoundTest *test, const TestPlan *plan,
                               TestVerdict *verdict)
{
    for (uint32_t i = 0; i < test->step_count; i++) {
        const TestStep *step = &test->steps[i];
        if (step->kind != STEP_GIVEN || is_read(plan, step->table->name))
            continue;
        Str subject = test->metric.len > 0 ? str_printf(runner->program->query, "`%.*s`", STR_ARG(test->metric))
                                           : STR("the query");
        keep_failure(runner, verdict, NULL, step->span,
                     str_printf(runner->program->query, "  %.*s does not read `%.*s`: these rows go nowhere\n",
                                STR_ARG(subject), STR_ARG(step->table->name)));
        return false;
    }
    return true;
}

static void run_row_test(TestRunner *runner, BoundTest *test, TestVerdict *verdict)
{
    TestPlan *plan = test_read_files(runner->program, test) ? plan_test(runner, test) : NULL;
    int code_count = runner->all_codes ? CODE_COUNT : 1;
    bool passed = plan != NULL && all_given_are_read(runner, test, plan, verdict);
    for (int i = 0; passed && i < code_count; i++)
        passed = run_code(runner, test, plan, i, verdict);
    passed = passed && run_by_sqlite(runner, test, plan, verdict);
    verdict->passed = passed;
    verdict->of_rows = passed;
    verdict->by_sqlite = passed && verdict->silent.len == 0;
}

TestVerdict test_one(TestRunner *runner, BoundTest *test)
{
    const Source *source = sources_get(runner->program->sources, test->span.file);
    TestVerdict verdict = { .name = test->name,
                            .metric = test->metric,
                            .file = source->path,
                            .line = source_pos(source, test->span.start).line };
    double start = stopwatch_ms();
    if (test->expects_error)
        run_error_test(runner, test, &verdict);
    else
        run_row_test(runner, test, &verdict);
    verdict.ms = stopwatch_ms() - start;
    return verdict;
}

void test_runner_close(TestRunner *runner)
{
    if (runner->plan != NULL)
        close_plan(runner->plan);
}

int test_way_count(const TestRunner *runner)
{
    return WAY_COUNT * (runner->all_codes ? CODE_COUNT : 1);
}
