/* test_run.c -- feeding the steps of a test to an engine and comparing what comes out. */
#include "compiler/driver/test_run.h"

#include "compiler/driver/test_diff.h"
#include "compiler/driver/test_lite.h"
#include "compiler/driver/test_repeat.h"
#include "compiler/driver/test_rows.h"
#include "compiler/driver/test_shuffle.h"
#include "compiler/interp/interp.h"

#include "runtime/base/timetext.h"

#include <inttypes.h>

enum { STATE_BYTES_MAX = 256 << 20 };

typedef struct Session {
    Arena *arena;
    const TestProgram *program;
    const TestWay *way;
    RtExec *exec;        /* native */
    Interp *interp;      /* or interpreter */
    TestLite lite;       /* or SQLite */
    uint64_t given;      /* rows so far: which partition is next */
    int64_t *watermarks; /* by scan: how far it has come, for shuffling */
    uint32_t partitions;
    uint64_t random;
    TestRepeat *repeats; /* by scan */
    TestRows out;        /* since the last EXPECT of rows */
    uint64_t late_seen;  /* told by the last EXPECT LATE */
    uint64_t duplicates_seen, added_seen;
} Session;

static RtStatus native_row(void *context, uint32_t node, RowChange change, const void *row, RtError *error)
{
    Session *s = context;
    (void)error;
    test_rows_add(&s->out, s->arena, test_sink(s->program->physical, node), change, row);
    return RT_OK;
}

static void interp_sink_row(void *user, const PhysNode *sink, RowChange change, const void *row)
{
    Session *s = user;
    test_rows_add(&s->out, s->arena, sink, change, row);
}

static uint64_t late_count(const Session *s)
{
    uint64_t late = 0;
    const PhysProgram *physical = s->program->physical;
    const uint64_t *by_node = s->interp == NULL ? exec_stats(s->exec).late : NULL;
    for (uint32_t i = 0; i < physical->node_count; i++) {
        const PhysNode *node = physical->nodes[i];
        late += by_node != NULL ? by_node[node->id] : interp_counts(s->interp, node).late;
    }
    return late;
}

static uint64_t duplicate_count(const Session *s)
{
    if (s->exec != NULL)
        return exec_stats(s->exec).rows_duplicate;
    uint64_t duplicates = 0;
    for (uint32_t i = 0; s->interp != NULL && i < s->program->physical->scan_count; i++)
        duplicates += interp_counts(s->interp, s->program->physical->scans[i]).duplicates;
    return duplicates;
}

/* Copies that the test itself did not give. */
static uint64_t added_count(const Session *s)
{
    uint64_t added = 0;
    for (uint32_t i = 0; i < s->program->physical->scan_count; i++)
        added += s->repeats[i].added;
    return added;
}

static RtStatus open_session(Session *s, RtError *error)
{
    const PhysProgram *physical = s->program->physical;
    s->watermarks = ARENA_ARRAY(s->arena, int64_t, physical->scan_count + 1);
    for (uint32_t i = 0; i < physical->scan_count; i++)
        s->watermarks[i] = INT64_MIN;
    s->repeats = ARENA_ARRAY(s->arena, TestRepeat, physical->scan_count + 1);
    for (uint32_t i = 0; i < physical->scan_count; i++)
        s->repeats[i] =
            (TestRepeat){ .physical = physical, .scan = i, .random = &s->random, .watermark_us = INT64_MIN };
    if (s->way->engine == TEST_SQLITE) {
        test_lite_open(&s->lite, s->arena, s->program->lite, physical->sinks[0]);
        return RT_OK;
    }
    if (s->way->engine == TEST_INTERPRETER) {
        InterpOptions options = { .partition_count = s->partitions, .user = s, .on_row = interp_sink_row };
        s->interp = interp_open(s->arena, physical, options);
        return RT_OK;
    }
    ExecOptions options = { .batch_rows = s->way->batch_rows,
                            .state_bytes_max = STATE_BYTES_MAX,
                            .restart_every_batch = s->way->restart,
                            .context = s,
                            .on_row = native_row };
    RtStatus status = exec_open(&s->exec, s->program->image, &options, error);
    if (status != RT_OK)
        return status;
    exec_set_code(s->exec, tiers_code(s->program->tiers));
    for (uint32_t scan = 0; status == RT_OK && scan < physical->scan_count; scan++) {
        for (uint32_t p = 0; status == RT_OK && p < s->partitions; p++)
            status = exec_add_partition(s->exec, scan, error);
    }
    return status;
}

static RtStatus watermark_all(Session *s, uint32_t scan, int64_t time, RtError *error)
{
    RtStatus status = RT_OK;
    for (uint32_t p = 0; status == RT_OK && p < s->partitions; p++) {
        if (s->interp != NULL)
            interp_watermark(s->interp, scan, p, time);
        else
            status = exec_watermark(s->exec, scan * s->partitions + p, time, error);
    }
    return status;
}

/* Gives rows to one partition, then tells the others how far time has come. */
static RtStatus push_rows(Session *s, uint32_t scan, const char *rows, uint64_t count, uint32_t p, RtError *error)
{
    uint64_t row_bytes = s->program->physical->scans[scan]->as.scan.layout.row_bytes;
    s->given += count;
    if (s->interp != NULL) {
        for (uint64_t i = 0; i < count; i++)
            interp_row(s->interp, scan, p, rows + i * row_bytes, s->given);
    } else {
        RtStatus status = exec_rows(s->exec, scan * s->partitions + p, rows, count, error);
        if (status != RT_OK)
            return status;
    }
    if (s->partitions == 1 || s->program->test->partition_count > 0)
        return RT_OK;
    int64_t reached = s->interp != NULL ? interp_partition_watermark(s->interp, scan, p)
                                        : exec_partition_watermark(s->exec, scan * s->partitions + p);
    return watermark_all(s, scan, reached, error);
}

/* What VALUES and SELECT without FROM read is there before anything is given. */
static RtStatus give_ones(Session *s, RtError *error)
{
    const PhysProgram *physical = s->program->physical;
    RtStatus status = RT_OK;
    for (uint32_t scan = 0; status == RT_OK && scan < physical->scan_count; scan++) {
        const PhysScan *one = &physical->scans[scan]->as.scan;
        if (!one->table->is_one_row)
            continue;
        char *row = arena_alloc_zeroed(s->arena, one->layout.row_bytes + 1, 16);
        row_clear(row, &one->layout);
        status = push_rows(s, scan, row, 1, 0, error);
    }
    return status;
}

static RtStatus give(Session *s, const TestStep *step, RtError *error)
{
    const PhysProgram *physical = s->program->physical;
    RtStatus status = RT_OK;
    for (uint32_t scan = 0; status == RT_OK && scan < physical->scan_count; scan++) {
        const PhysScan *target = &physical->scans[scan]->as.scan;
        if (!str_equal(target->table->name, step->table->name))
            continue;
        const char *rows = test_given_rows(s->arena, target, step);
        uint32_t count = step->row_count;
        TestShuffle shuffle = { physical, scan, &s->watermarks[scan], &s->random };
        if (s->way->seed != 0)
            rows = s->way->repeats ? test_repeat_rows(s->arena, &s->repeats[scan], rows, &count)
                                   : test_shuffle_rows(s->arena, &shuffle, rows, count);
        /* Split over partitions, rows go one by one. */
        bool in_turn = s->partitions > 1 && s->program->test->partition_count == 0;
        uint64_t at_once = in_turn ? 1 : s->way->batch_rows;
        for (uint64_t i = 0; status == RT_OK && i < count; i += at_once) {
            uint64_t left = count - i;
            uint32_t p = s->program->test->partition_count > 0 ? step->partition : (uint32_t)(s->given % s->partitions);
            status = push_rows(s, scan, rows + i * target->layout.row_bytes, left < at_once ? left : at_once, p, error);
        }
    }
    return status;
}

/* Rows of lookup tables; the lookups of an image are numbered in the order of the plan's nodes. */
static void give_lookups(Session *s, const TestStep *step)
{
    const PhysProgram *physical = s->program->physical;
    uint32_t lookup = 0;
    for (uint32_t i = 0; i < physical->node_count; i++) {
        const PhysNode *node = physical->nodes[i];
        if (node->kind != PHYS_LOOKUP_JOIN)
            continue;
        const PhysLookupJoin *join = &node->as.lookup_join;
        bool is_given = str_equal(join->table->name, step->table->name);
        const char *rows = is_given ? test_given_lookup_rows(s->arena, join, step) : NULL;
        for (uint32_t r = 0; is_given && r < step->row_count; r++) {
            const char *row = rows + r * join->layout.row_bytes;
            if (s->interp != NULL)
                interp_lookup_row(s->interp, node, row);
            else
                exec_add_lookup_row(s->exec, lookup, row);
        }
        lookup++;
    }
}

static RtStatus raise_watermark(Session *s, const TestStep *step, RtError *error)
{
    const PhysProgram *physical = s->program->physical;
    RtStatus status = RT_OK;
    for (uint32_t scan = 0; status == RT_OK && scan < physical->scan_count; scan++) {
        const PhysScan *target = &physical->scans[scan]->as.scan;
        if (step->table != NULL && !str_equal(target->table->name, step->table->name))
            continue;
        int64_t time = test_time(target->table, step);
        s->watermarks[scan] = time > s->watermarks[scan] ? time : s->watermarks[scan];
        if (time > s->repeats[scan].watermark_us)
            s->repeats[scan].watermark_us = time;
        status = watermark_all(s, scan, time, error);
    }
    return status;
}

static RtStatus set_idle(Session *s, const TestStep *step, RtError *error)
{
    const PhysProgram *physical = s->program->physical;
    RtStatus status = RT_OK;
    for (uint32_t scan = 0; scan < physical->scan_count; scan++) {
        if (!str_equal(physical->scans[scan]->as.scan.table->name, step->table->name))
            continue;
        for (uint32_t p = 0; status == RT_OK && p < s->partitions; p++) {
            if (step->is_of_partition && p != step->partition)
                continue;
            if (s->interp != NULL)
                interp_set_idle(s->interp, scan, p);
            else
                status = exec_set_idle(s->exec, scan * s->partitions + p, error);
        }
    }
    return status;
}

static TestOutcome failed(const TestStep *step, Str text)
{
    return (TestOutcome){ .span = step->span, .text = text };
}

static bool has_open_windows(const Session *s)
{
    if (s->way->engine == TEST_SQLITE)
        return false;
    return s->interp != NULL ? interp_open_groups(s->interp) > 0 : exec_open_windows(s->exec) > 0;
}

static const TestOutcome FINE = { .passed = true };

/* How far event time had come, for whoever looks at a failure: of the partition that is furthest behind. */
static Str time_reached(const Session *s)
{
    int64_t least = INT64_MAX;
    const PhysProgram *physical = s->program->physical;
    for (uint32_t scan = 0; s->way->engine != TEST_SQLITE && scan < physical->scan_count; scan++) {
        if (physical->scans[scan]->as.scan.watermark == NULL)
            continue;
        for (uint32_t p = 0; p < s->partitions; p++) {
            int64_t reached = s->interp != NULL ? interp_partition_watermark(s->interp, scan, p)
                                                : exec_partition_watermark(s->exec, scan * s->partitions + p);
            least = reached < least ? reached : least;
        }
    }
    if (least == INT64_MAX || least == INT64_MIN)
        return STR_EMPTY;
    char text[TIMESTAMP_TEXT_MAX];
    uint32_t len = timestamp_print(least, 0, 3, ' ', text);
    return str_printf(s->arena, "  event time had come to %.*s\n", (int)len, text);
}

static void update_snapshot(Session *s, TestStep *step, Str text)
{
    if (step->has_snapshot && str_equal(step->snapshot, text))
        return;
    step->has_snapshot = true;
    step->snapshot = text;
    vec_push(s->arena, &s->program->edits->items, ((TestEdit){ step->snapshot_span, text }));
}

static TestOutcome check_snapshot(Session *s, TestStep *step)
{
    test_rows_fold(&s->out, s->arena);
    Str text = test_snapshot(s->arena, &s->out, step);
    s->out.count = 0;
    if (s->program->edits != NULL)
        update_snapshot(s, step, text);
    if (!step->has_snapshot)
        return failed(step, str_printf(s->arena, "  the snapshot has no text yet (sqc test --update writes it):%.*s",
                                       STR_ARG(text)));
    Str difference = test_snapshot_diff(s->arena, step->snapshot, text);
    return difference.len == 0 ? FINE : failed(step, difference);
}

static TestOutcome check_hidden(Session *s, const TestStep *step)
{
    if (step->seen.len == 0)
        return FINE;
    return failed(step, str_printf(s->arena, "  role `%.*s` sees `%.*s`: no policy of it masks the column\n",
                                   STR_ARG(s->program->test->role->name), STR_ARG(step->seen)));
}

static bool is_expect(const TestStep *step)
{
    return step->kind == STEP_EXPECT_ROWS || step->kind == STEP_EXPECT_NOTHING || step->kind == STEP_EXPECT_LATE ||
           step->kind == STEP_EXPECT_DUPLICATES;
}

static uint32_t kind_of(const TestStep *step)
{
    return step->is_update ? TAKES_UPDATES : step->is_delete ? TAKES_DELETES : TAKES_NEW;
}

/* The kinds that the EXPECTs around this one ask for, itself included. */
static uint32_t kinds_around(const Session *s, const TestStep *step)
{
    const TestStep *first = s->program->test->steps, *end = first + s->program->test->step_count;
    const TestStep *at = step;
    uint32_t kinds = 0;
    while (at > first && is_expect(at - 1))
        at--;
    for (; at < end && is_expect(at); at++)
        kinds |= at->kind == STEP_EXPECT_ROWS ? kind_of(at) : 0;
    return kinds;
}

static TestOutcome check_rows(Session *s, const TestStep *step)
{
    Str difference = STR_EMPTY;
    test_rows_fold(&s->out, s->arena);
    uint32_t came = s->out.count;
    if (step->kind == STEP_EXPECT_ROWS) {
        TestRows asked = { 0 };
        uint32_t around = kinds_around(s, step), own = kind_of(step);
        test_rows_move(&asked, &s->out, s->arena, own);
        /* What nobody around asks for is shown where it is least expected. */
        if (own == (around & -around))
            test_rows_move(&asked, &s->out, s->arena, ~around);
        difference = test_diff(s->arena, &asked, step);
    } else if (s->out.count > 0)
        difference = str_printf(s->arena, "expected nothing, but %u row%s came:\n%.*s", s->out.count,
                                s->out.count == 1 ? "" : "s", STR_ARG(test_rows_text(s->arena, &s->out)));
    uint64_t late =
        difference.len > 0 && came == 0 && (s->exec != NULL || s->interp != NULL) ? late_count(s) - s->late_seen : 0;
    if (late > 0)
        difference =
            str_printf(s->arena, "%.*s  %" PRIu64 " row%s came too late for a window (EXPECT LATE %" PRIu64 ")\n",
                       STR_ARG(difference), late, late == 1 ? "" : "s", late);
    else if (difference.len > 0 && came == 0 && has_open_windows(s))
        difference = str_printf(s->arena, "%.*s  a window is still open: no WATERMARK has passed its end\n",
                                STR_ARG(difference));
    if (step->kind == STEP_EXPECT_ROWS && kinds_around(s, step) == kind_of(step))
        s->out.count = 0;
    if (difference.len > 0)
        difference = str_printf(s->arena, "%.*s%.*s", STR_ARG(difference), STR_ARG(time_reached(s)));
    return difference.len == 0 ? FINE : failed(step, difference);
}

static TestOutcome check_late(Session *s, const TestStep *step, uint64_t all)
{
    uint64_t late = all - s->late_seen;
    s->late_seen += late;
    if (late == step->row_number)
        return FINE;
    return failed(step, str_printf(s->arena, "expected %" PRIu64 " late row%s, but there were %" PRIu64,
                                   step->row_number, step->row_number == 1 ? "" : "s", late));
}

static TestOutcome check_duplicates(Session *s, const TestStep *step)
{
    uint64_t all = duplicate_count(s), added = added_count(s);
    uint64_t duplicates = all - s->duplicates_seen, own = added - s->added_seen;
    s->duplicates_seen = all;
    s->added_seen = added;
    if (duplicates == step->row_number + own)
        return FINE;
    Str text = str_printf(s->arena, "expected %" PRIu64 " duplicate%s, but there were %" PRIu64, step->row_number,
                          step->row_number == 1 ? "" : "s", duplicates);
    if (own > 0)
        text = str_printf(s->arena, "%.*s with %" PRIu64 " copies that were added", STR_ARG(text), own);
    return failed(step, text);
}

/* SQLite is asked at each EXPECT; from the first question that it cannot answer it has no opinion. */
static TestOutcome run_lite_step(Session *s, TestStep *step)
{
    uint64_t late = 0;
    switch (step->kind) {
    case STEP_GIVEN:
        test_lite_give(&s->lite, step);
        return FINE;
    case STEP_WATERMARK:
        test_lite_watermark(&s->lite, step);
        return FINE;
    case STEP_EXPECT_LATE:
        return test_lite_late(&s->lite, &late) ? check_late(s, step, late) : FINE;
    case STEP_EXPECT_HIDDEN:
        return check_hidden(s, step);
    case STEP_IDLE:
        s->lite.no_opinion = STR("an input is silent");
        return FINE;
    case STEP_RESTART:
    case STEP_EXPECT_DUPLICATES:
        return FINE;
    case STEP_EXPECT_ROWS:
    case STEP_EXPECT_NOTHING:
    case STEP_EXPECT_SNAPSHOT:
        break;
    }
    LiteAnswer answer = test_lite_rows(&s->lite, &s->out);
    if (answer == LITE_BROKEN)
        return failed(step, s->lite.no_opinion);
    if (answer == LITE_NO_OPINION)
        return FINE;
    return step->kind == STEP_EXPECT_SNAPSHOT ? check_snapshot(s, step) : check_rows(s, step);
}

static TestOutcome run_step(Session *s, TestStep *step)
{
    RtError error;
    RtStatus status = RT_OK;
    switch (step->kind) {
    case STEP_GIVEN:
        give_lookups(s, step);
        status = give(s, step, &error);
        break;
    case STEP_WATERMARK:
        status = raise_watermark(s, step, &error);
        break;
    case STEP_IDLE:
        status = set_idle(s, step, &error);
        break;
    case STEP_EXPECT_ROWS:
    case STEP_EXPECT_NOTHING:
        return check_rows(s, step);
    case STEP_EXPECT_SNAPSHOT:
        return check_snapshot(s, step);
    case STEP_EXPECT_HIDDEN:
        return check_hidden(s, step);
    case STEP_EXPECT_LATE:
        return check_late(s, step, late_count(s));
    case STEP_EXPECT_DUPLICATES:
        return check_duplicates(s, step);
    case STEP_RESTART: /* the interpreter has no snapshots: it says what should come all the same */
        if (s->exec != NULL)
            status = exec_restart(s->exec, &error);
        break;
    }
    return status == RT_OK ? FINE : failed(step, str_from(arena_copy(s->arena, error.text, strlen(error.text))));
}

TestOutcome test_run(Arena *arena, const TestProgram *program, const TestWay *way)
{
    uint32_t own = program->test->partition_count;
    Session s = { .arena = arena,
                  .program = program,
                  .way = way,
                  .random = way->seed,
                  .partitions = own > 0 ? own : way->partitions };
    RtError error;
    TestOutcome outcome = { .passed = true };
    RtStatus status = open_session(&s, &error);
    if (status == RT_OK && way->engine != TEST_SQLITE)
        status = give_ones(&s, &error);
    if (status != RT_OK)
        outcome = (TestOutcome){ .span = program->test->span,
                                 .text = str_from(arena_copy(arena, error.text, strlen(error.text))) };
    for (uint32_t i = 0; outcome.passed && i < program->test->step_count; i++)
        outcome = way->engine == TEST_SQLITE ? run_lite_step(&s, &program->test->steps[i])
                                             : run_step(&s, &program->test->steps[i]);
    if (outcome.passed)
        outcome.no_opinion = s.lite.no_opinion;
    outcome.duplicates = duplicate_count(&s) - added_count(&s);
    test_lite_close(&s.lite);
    if (s.interp != NULL)
        interp_close(s.interp);
    exec_close(s.exec);
    return outcome;
}
