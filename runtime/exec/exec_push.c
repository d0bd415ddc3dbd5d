/* exec_push.c -- a batch through the operators, windows that close, and what generated code calls back for. */
#include "runtime/exec/exec_aside.h"
#include "runtime/exec/exec_emit.h"
#include "runtime/exec/exec_late.h"
#include "runtime/exec/exec_time.h"

#include "runtime/format/debezium.h"
#include "runtime/format/row_writer.h"
#include "runtime/state/slice_feed.h"
#include "runtime/state/slice_late.h"
#include "runtime/state/state_hot.h"

#include <assert.h>
#include <inttypes.h>

/* ---- pushing ---- */

static void push_rows(RtExec *exec, RtBatch *batch)
{
    const RtScan *scan = &exec->program->scans[batch->scan];
    for (uint32_t k = 0; k < scan->rows_function_count; k++)
        exec->code->rows[batch->scan][k](&exec->task, batch);
    if (scan->bad.scan != RT_NO_SCAN)
        exec_aside_unread(exec, batch);
}

static RtBatch part_of(const RtExec *exec, const RtBatch *batch, uint64_t from, uint64_t to)
{
    RtBatch part = *batch;
    part.rows += from * exec->program->scans[batch->scan].layout->row_bytes;
    part.watermark_before += from;
    part.now += from;
    part.changes += from;
    part.lines += from;
    part.row_count = to - from;
    return part;
}

/* One row at a time, or up to the next time at which open windows are told of; with the windows that close there. */
static RtStatus push_in_parts(RtExec *exec, RtBatch *batch, uint64_t from, uint64_t to, RtError *error)
{
    RtStatus status = RT_OK;
    if (from > 0) { /* rows that go no further stood before the first */
        if (exec_time_before(exec, batch, from))
            status = exec_close_windows(exec, error);
    }
    uint64_t count;
    for (uint64_t i = from; status == RT_OK && i < to; i += count) {
        count = exec->program->row_at_a_time ? 1 : exec_emit_cut(exec, batch, i, to);
        RtBatch part = part_of(exec, batch, i, i + count);
        push_rows(exec, &part);
        if ((status = exec_late_events(exec, batch, error)) != RT_OK)
            break;
        (void)exec_time_before(exec, batch, i + count);
        status = exec_close_windows(exec, error);
    }
    return status;
}

static RtStatus push_range(RtExec *exec, RtBatch *batch, uint64_t from, uint64_t to, RtError *error)
{
    if (from >= to)
        return RT_OK;
    if (exec->program->row_at_a_time || exec_emit_any(exec))
        return push_in_parts(exec, batch, from, to, error);
    RtBatch part = part_of(exec, batch, from, to);
    push_rows(exec, &part);
    return exec_late_events(exec, batch, error);
}

/* The rows, and between them what was noted of lines and times. */
static RtStatus push_all(RtExec *exec, RtBatch *batch, RtError *error)
{
    RtStatus status = RT_OK;
    uint64_t from = 0;
    exec_aside_sort(exec);
    for (uint32_t i = 0; status == RT_OK && i < exec->asides.count; i++) {
        ExecAside aside = exec->asides.items[i];
        status = push_range(exec, batch, from, aside.row, error);
        from = aside.row > from ? aside.row : from;
        if (status == RT_OK)
            status = exec_aside_happens(exec, batch, &aside, error);
        if (!aside.skips || from != aside.row)
            continue;
        from++;
        if (status == RT_OK && (exec->program->row_at_a_time || exec_emit_any(exec))) { /* it moves time like any row */
            exec_time_before(exec, batch, from);
            status = exec_close_windows(exec, error);
        }
    }
    exec->asides.count = 0;
    return status == RT_OK ? push_range(exec, batch, from, batch->row_count, error) : status;
}

RtStatus exec_push_batch(RtExec *exec, RtBatch *batch, RtError *error)
{
    if (batch->row_count > 0) {
        memset(exec->row_marks, 0, batch->row_count);
        exec->column_failure_count = 0;
        exec->code->times[batch->scan](&exec->task, batch);
        exec_note_spoken(exec, batch);
        RtStatus room = state_check(&exec->state, error);
        if (room != RT_OK)
            return room;
    }
    RtStatus status = push_all(exec, batch, error);
    if (status == RT_OK && exec->status != RT_OK) {
        *error = exec->error;
        status = exec->status;
    }
    return status;
}

/* ---- closing windows ---- */

/* False: the budget of the state is spent, which state_check tells after the batch. */
static bool emit_window(RtExec *exec, uint32_t agg)
{
    SliceWindow window;
    if (!slice_window_open(exec->stores[agg], &exec->task.fn, &exec->batch_arena, &window))
        return false;
    GroupCursor cursor = *window.cursor;
    RtEmit emit = { .start = window.start_us,
                    .end = window.end_us,
                    .last = window.last_us,
                    .slice = window.groups,
                    .cursor = &cursor };
    bool was_told = exec_emit_final(exec, agg, &window);
    if (!was_told && !exec->program->aggs[agg].is_silent)
        exec->code->groups[agg](&exec->task, &emit);
    if (!was_told && !exec_keep_emit(exec, agg, &window))
        return false;
    exec->stats.windows_closed++;
    if (exec->program->aggs[agg].unit.shape.correct_us > 0)
        slice_copy_window(&exec->task.fn, exec->stores[agg], &window);
    slice_window_close(exec->stores[agg], &exec->task.fn);
    return true;
}

/* What happens next to an aggregate: it takes over slices that ended, or its first window closes. */
typedef struct Due {
    uint32_t agg;
    int64_t close_us;
    bool takes;
} Due;

/* Its own slices or those of another that it shares: the first that ended; INT64_MAX: none. */
static int64_t next_taken(const RtExec *exec, uint32_t agg)
{
    const RtAgg *leader = &exec->program->aggs[exec->program->aggs[agg].leader];
    return leader->has_followers ? slice_feed_next(exec->stores[exec->program->aggs[agg].leader]) : INT64_MAX;
}

/* What comes first: by end, then in the order of the plan.  Those who share slices are asked together as soon as rows
 * for the first of them are complete.  False: nothing is due. */
static bool first_due(const RtExec *exec, Due *due)
{
    *due = (Due){ .close_us = INT64_MAX };
    for (uint32_t i = 0; i < exec->program->agg_count; i++) {
        SliceStore *store = exec->stores[i];
        int64_t taken_us = next_taken(exec, i);
        if (taken_us < due->close_us && taken_us <= exec_agg_watermark(exec, &exec->program->aggs[i]))
            *due = (Due){ .agg = i, .close_us = taken_us, .takes = true };
        if (store->next_close_us < due->close_us &&
            slice_window_next(store, exec_agg_watermark(exec, &exec->program->aggs[i])) &&
            store->next_close_us < due->close_us)
            *due = (Due){ .agg = i, .close_us = store->next_close_us };
    }
    return due->close_us != INT64_MAX;
}

/* Slices that ended by then go to those who share them; false: the budget of the state is spent. */
static bool feed(RtExec *exec, const Due *due)
{
    const RtProgram *program = exec->program;
    uint32_t leader = program->aggs[due->agg].leader;
    for (uint32_t i = 0; i < program->agg_count; i++) {
        if (i != leader && program->aggs[i].leader == leader)
            slice_feed(&exec->task.fn, exec->stores[leader], exec->stores[i], due->close_us);
    }
    slice_feed_done(exec->stores[leader], due->close_us);
    return exec->state.pool.refused == STATE_REFUSED_NOT;
}

RtStatus exec_close_windows(RtExec *exec, RtError *error)
{
    Due due;
    bool has_room = true;
    while (has_room && exec->status == RT_OK && first_due(exec, &due)) {
        ArenaMark mark = arena_mark(&exec->batch_arena);
        has_room = due.takes ? feed(exec, &due) : emit_window(exec, due.agg);
        arena_release(&exec->batch_arena, mark);
    }
    exec_late_forget(exec);
    exec_dedup_forget(exec);
    if (has_room && exec->status == RT_OK)
        return exec_emit_ticks(exec, error);
    if (exec->status != RT_OK)
        *error = exec->error;
    return exec->status;
}

/* ---- calls from generated code ---- */

static void open_sink(RtExec *exec, uint32_t sink)
{
    const ExecOptions *options = &exec->options;
    ExecSink *to = &exec->sinks[sink];
    if (options->sink_of != NULL)
        *to = options->sink_of(options->context, sink);
    if (to->on_row == NULL)
        *to = (ExecSink){ options->on_row, options->context };
}

static inline void sink_row(RtExec *exec, uint32_t sink, RowChange change, const void *row)
{
    if (__builtin_expect(exec->status != RT_OK || exec->is_capturing, 0)) {
        if (exec->status != RT_OK || exec_late_captures(exec, sink, row) || exec_emit_captures(exec, sink, row))
            return;
    }
    if (exec->sinks[sink].on_row == NULL)
        open_sink(exec, sink);
    const ExecSink *to = &exec->sinks[sink];
    exec->stats.rows_out++;
    exec->status = to->on_row(to->context, sink, change, row, &exec->error);
}

void rt_sink_change(RtTask *task, uint32_t sink, uint32_t change, const void *row)
{
    sink_row(exec_of(task), sink, (RowChange)change, row);
}

void rt_sink_row(RtTask *task, uint32_t sink, const void *row)
{
    sink_row(exec_of(task), sink, ROW_INSERT, row);
}

const char *rt_text_keep(RtTask *task, const char *text, uint64_t len)
{
    return str_copy(task->fn.batch, (Str){ text, len }).data;
}

bool rt_text_equal(const Str *a, const Str *b)
{
    return str_equal(*a, *b);
}

char *rt_key_grow(RtTask *task, uint64_t bytes)
{
    RtExec *exec = exec_of(task);
    task->key_room = bytes * 2;
    task->key = arena_alloc(&exec->arena, task->key_room, 16);
    return task->key;
}

bool rt_distinct_insert_str(RtTask *task, void *set, uint32_t group_ref, const Str *text)
{
    uint64_t room = DISTINCT_ROOM + key_bytes_max_str(text->len);
    char *key = room <= task->key_room ? task->key : rt_key_grow(task, room);
    const char *end = key_put_str(key + DISTINCT_ROOM, false, text);
    return distinct_insert(set, group_ref, key, (uint32_t)(end - key));
}

static uint64_t row_number(const RtExec *exec, const RtBatch *batch, uint64_t row)
{
    return (uint64_t)(batch->lines - exec->line_starts) + row;
}

void exec_count_late(RtExec *exec, uint64_t number, uint32_t node)
{
    uint8_t *marks = &exec->row_marks[number];
    exec->late[node]++;
    exec->stats.rows_late += (*marks & MARK_LATE) == 0;
    *marks |= MARK_LATE;
}

void rt_row_late(RtTask *task, RtBatch *batch, uint64_t row, uint32_t node, int64_t time)
{
    RtExec *exec = exec_of(task);
    exec_late_row(exec, batch, row, node, time);
    exec_count_late(exec, row_number(exec, batch, row), node);
}

void rt_column_bad(RtTask *task, RtBatch *batch, uint64_t row, uint32_t column)
{
    RtExec *exec = exec_of(task);
    if (exec->column_failure_count == exec->column_failure_capacity)
        exec->column_failures = vec_grow(&exec->arena, exec->column_failures, exec->column_failure_count,
                                         &exec->column_failure_capacity, sizeof *exec->column_failures);
    exec->column_failures[exec->column_failure_count++] =
        (ColumnFailure){ .row = row_number(exec, batch, row), .column = column, .failure = task->fn.failure };
    task->fn.failure.code = 0;
}

static Str failure_word(RtExec *exec, const FnFailure *failure)
{
    return str_printf(&exec->batch_arena, "E%04" PRIu32, failure->code);
}

/* Why a column of the row has its error bit: a computed one failed, or the line is decoded once more to find out. */
static void column_reason(RtExec *exec, const RtBatch *batch, uint64_t row, Str *word, Str *text)
{
    const RtScan *scan = &exec->program->scans[batch->scan];
    uint64_t number = row_number(exec, batch, row);
    *word = STR("bad column");
    *text = STR("a column that the statement reads could not be made");
    for (uint32_t i = 0; i < exec->column_failure_count; i++) {
        const ColumnFailure *f = &exec->column_failures[i];
        if (f->row != number)
            continue;
        *word = failure_word(exec, &f->failure);
        *text = str_printf(&exec->batch_arena, "column `%.*s`: %s", STR_ARG(scan->column_names[f->column]),
                           f->failure.text);
        return;
    }
    if (batch->lines[row] == NULL)
        return;
    DecodeIssues issues;
    void *scratch = arena_alloc_zeroed(&exec->batch_arena, scan->layout->row_bytes, 16);
    Str line = exec_line_at(exec->reading, batch->lines[row]);
    DebeziumLine parts;
    if (scan->decode->is_debezium && debezium_read(scan->decode, line, &parts, &issues) == DECODE_OK)
        line = parts.rows[row_change_retracts((RowChange)batch->changes[row]) ? 0 : parts.count - 1];
    (void)exec_decode_line(scan->decode, scan->is_csv, line, scratch, &exec->batch_arena, &issues);
    if (issues.count == 0)
        return;
    const DecodeIssue *issue = &issues.items[0];
    *word = str_from(decode_reason_word(issue->reason));
    *text = str_printf(&exec->batch_arena, "column `%.*s`: %s", STR_ARG(scan->column_names[issue->column]),
                       decode_reason_text(issue->reason));
}

static void count_bad(RtExec *exec, const RtBatch *batch, uint64_t row, Str word, Str text, bool stops)
{
    exec->stats.rows_bad++;
    BadKind *kind;
    bool wanted = bad_rows_count(&exec->bad, exec->program->scans[batch->scan].name, word, &kind);
    if (!wanted && !stops)
        return;
    BadPlace place = exec_place(exec, exec->reading, batch->lines[row], text);
    if (wanted)
        bad_rows_place(&exec->bad, kind, place);
    if (stops && exec->status == RT_OK)
        exec->status = rt_error(&exec->error, RT_BAD_DATA, "%.*s:%" PRIu64 ": bad row: %.*s", STR_ARG(place.file),
                                place.line, STR_ARG(place.text));
}

void exec_stop_at_row(RtExec *exec, RtBatch *batch)
{
    Str word = STR_EMPTY, text = STR_EMPTY;
    exec->row_marks[0] = MARK_BAD;
    exec->column_failure_count = 0;
    column_reason(exec, batch, 0, &word, &text);
    count_bad(exec, batch, 0, word, text, true);
}

void rt_row_bad(RtTask *task, RtBatch *batch, uint64_t row, uint32_t node, uint32_t reason)
{
    (void)node;
    RtExec *exec = exec_of(task);
    uint8_t *marks = &exec->row_marks[row_number(exec, batch, row)];
    bool is_first = (*marks & MARK_BAD) == 0;
    *marks |= MARK_BAD;
    Str word = STR("no event time"), text = STR("the event time is NULL");
    if (reason == BAD_COLUMN && is_first)
        column_reason(exec, batch, row, &word, &text);
    if (reason == BAD_EXPRESSION) {
        word = failure_word(exec, &task->fn.failure);
        text = str_printf(&exec->batch_arena, "%s", task->fn.failure.text);
        task->fn.failure.code = 0;
    }
    if (!is_first)
        return;
    count_bad(exec, batch, row, word, text, false);
    exec_aside_bad(exec, batch, row, word, text);
}

Str exec_time_text(RtExec *exec, int64_t time_us)
{
    static const FieldType TIMESTAMP_3 = { .id = FT_TIMESTAMP, .precision = 3 };
    RtDatum datum = { .value.i64 = time_us, .kind = PK_I64 };
    Buf text = { 0 };
    value_write_text(&text, &TIMESTAMP_3, &datum);
    Str kept = str_copy(&exec->batch_arena, buf_str(&text));
    buf_free(&text);
    return kept;
}

void rt_group_bad(RtTask *task, RtEmit *emit, uint32_t node)
{
    (void)node;
    RtExec *exec = exec_of(task);
    BadKind *kind;
    Str word = failure_word(exec, &task->fn.failure);
    if (exec_emit_is_early(exec)) {
        task->fn.failure.code = 0;
        return;
    }
    exec->stats.rows_bad++;
    if (bad_rows_count(&exec->bad, STR("results"), word, &kind)) {
        Str end = exec_time_text(exec, emit->end);
        Str text = emit->end == INT64_MIN ? str_printf(&exec->batch_arena, "%s", task->fn.failure.text)
                                          : str_printf(&exec->batch_arena, "%s, in the window that ends at %.*s",
                                                       task->fn.failure.text, STR_ARG(end));
        bad_rows_place(&exec->bad, kind, (BadPlace){ .file = STR_EMPTY, .text = text });
    }
    task->fn.failure.code = 0;
}
