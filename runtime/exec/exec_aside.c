/* exec_aside.c -- see exec_aside.h. */
#include "runtime/exec/exec_aside.h"

#include "runtime/exec/exec_late.h"

#include <assert.h>
#include <inttypes.h>

static RtDatum text_datum(Str text)
{
    return (RtDatum){ .kind = PK_STR, .value.str = text };
}

static RtDatum position_at(RtExec *exec, const Partition *partition, const char *line)
{
    if (partition->path == NULL || line == NULL)
        return datum_null(PK_STR);
    uint64_t offset = line_block_offset(&partition->block, line);
    return text_datum(str_printf(&exec->batch_arena, "%s@%" PRIu64, partition->path, offset));
}

/* A row of the stream that takes it, with the columns of `source`, or without any; `extra` are its own columns. */
static char *make_row(RtExec *exec, const RtAside *aside, const RowLayout *from, const char *source,
                      const RtDatum *extra)
{
    const RowLayout *to = exec->program->scans[aside->scan].layout;
    char *row = arena_alloc_zeroed(&exec->batch_arena, to->row_bytes, 16);
    row_clear(row, to);
    for (uint32_t c = 0; c < to->column_count; c++) {
        int32_t column = aside->columns[c];
        if (column < 0)
            row_set(row, to, c, extra[-1 - column]);
        else if (source != NULL && !row_is_error(source, from, (uint32_t)column))
            row_set(row, to, c, row_get(source, from, (uint32_t)column));
    }
    return row;
}

static void note(RtExec *exec, ExecAside aside)
{
    ExecAsides *all = &exec->asides;
    if (all->count == all->capacity)
        all->items = vec_grow(&exec->arena, all->items, all->count, &all->capacity, sizeof *all->items);
    all->items[all->count++] = aside;
}

void exec_aside_skip(RtExec *exec, uint64_t row)
{
    note(exec, (ExecAside){ .row = row, .scan = RT_NO_SCAN, .skips = true });
}

/* ---- bad rows ---- */

void exec_aside_line(RtExec *exec, Partition *partition, Str line, Str reason, Str text)
{
    const RtAside *aside = &exec->program->scans[partition->scan].bad;
    if (aside->scan == RT_NO_SCAN)
        return;
    RtDatum extra[] = { text_datum(reason), text_datum(text), position_at(exec, partition, line.data),
                        text_datum(bad_line_text(&exec->batch_arena, line)) };
    char *row = make_row(exec, aside, NULL, NULL, extra);
    note(exec, (ExecAside){ .row = exec->filling == NULL ? 0 : exec->filling->row_count,
                            .scan = aside->scan,
                            .made = row,
                            .line = line.data });
}

void exec_aside_bad(RtExec *exec, const RtBatch *batch, uint64_t row, Str reason, Str text)
{
    const RtScan *scan = &exec->program->scans[batch->scan];
    if (scan->bad.scan == RT_NO_SCAN)
        return;
    const char *line = batch->lines[row];
    RtDatum whole = datum_null(PK_STR);
    if (line != NULL)
        whole = text_datum(bad_line_text(&exec->batch_arena, exec_line_at(exec->reading, line)));
    RtDatum extra[] = { text_datum(reason), text_datum(text), position_at(exec, exec->reading, line), whole };
    const char *source = batch->rows + row * scan->layout->row_bytes;
    exec_late_made(exec, (uint64_t)(batch->lines - exec->line_starts) + row, scan->bad.scan,
                   make_row(exec, &scan->bad, scan->layout, source, extra), line);
}

void exec_aside_unread(RtExec *exec, RtBatch *batch)
{
    const RtScan *scan = &exec->program->scans[batch->scan];
    for (uint64_t i = 0; i < batch->row_count; i++) {
        const char *row = batch->rows + i * scan->layout->row_bytes;
        bool is_bad = false;
        for (uint32_t c = 0; !is_bad && c < scan->layout->column_count; c++)
            is_bad = row_is_error(row, scan->layout, c);
        uint64_t number = (uint64_t)(batch->lines - exec->line_starts) + i;
        if (is_bad && (exec->row_marks[number] & MARK_BAD) == 0)
            rt_row_bad(&exec->task, batch, i, scan->node, BAD_COLUMN);
    }
}

/* ---- rows of the future ---- */

static Str word_of(const RtScan *scan)
{
    return scan->future_quarantine ? STR("quarantined") : STR("clamped");
}

void rt_row_future(RtTask *task, RtBatch *batch, uint64_t row, int64_t time, int64_t limit)
{
    RtExec *exec = exec_of(task);
    const RtScan *scan = &exec->program->scans[batch->scan];
    assert(scan->future_skew_us > 0 && time > limit);
    BadKind *kind;
    if (exec->looks_ahead)
        return;
    exec->stats.rows_future++;
    if (bad_rows_count(&exec->future, scan->name, word_of(scan), &kind)) {
        Str at = exec_time_text(exec, time), latest = exec_time_text(exec, limit);
        Str text = str_printf(&exec->batch_arena, "%.*s, at most %.*s was possible", STR_ARG(at), STR_ARG(latest));
        bad_rows_place(&exec->future, kind, exec_place(exec, exec->reading, batch->lines[row], text));
    }
    note(exec, (ExecAside){ .row = row,
                            .scan = scan->future.scan,
                            .line = batch->lines[row],
                            .time = time,
                            .limit = limit,
                            .skips = scan->future_quarantine });
}

static char *future_row(RtExec *exec, const RtBatch *batch, const ExecAside *aside)
{
    const RtScan *scan = &exec->program->scans[batch->scan];
    const RowLayout *to = exec->program->scans[aside->scan].layout;
    RtDatum limit = { .kind = PK_I64, .value.i64 = aside->limit }, time = { .kind = PK_I64, .value.i64 = aside->time };
    RtDatum extra[] = { text_datum(word_of(scan)), position_at(exec, exec->reading, aside->line), limit };
    const char *source = batch->rows + aside->row * scan->layout->row_bytes;
    char *row = make_row(exec, &scan->future, scan->layout, source, extra);
    for (uint32_t c = 0; c < to->column_count; c++) {
        if (scan->future.columns[c] == (int32_t)scan->rowtime_column)
            row_set(row, to, c, time); /* as it came, not as it is used */
    }
    return row;
}

void rt_heartbeat(RtTask *task, RtBatch *batch, uint64_t row)
{
    RtExec *exec = exec_of(task);
    if (exec->looks_ahead)
        return;
    exec->stats.heartbeats++;
    note(exec, (ExecAside){ .row = row, .scan = RT_NO_SCAN, .line = batch->lines[row], .skips = true });
}

/* ---- in the order of rows ---- */

/* Lines were noted before times, each in order; of one place the lines come first. */
void exec_aside_sort(RtExec *exec)
{
    ExecAsides *all = &exec->asides;
    for (uint32_t i = 1; i < all->count; i++) {
        ExecAside moved = all->items[i];
        uint32_t at = i;
        for (; at > 0 && all->items[at - 1].row > moved.row; at--)
            all->items[at] = all->items[at - 1];
        all->items[at] = moved;
    }
}

RtStatus exec_aside_happens(RtExec *exec, RtBatch *batch, const ExecAside *aside, RtError *error)
{
    if (aside->scan == RT_NO_SCAN)
        return RT_OK;
    char *row = aside->made != NULL ? aside->made : future_row(exec, batch, aside);
    exec_late_made(exec, aside->row, aside->scan, row, aside->line);
    return exec_late_events(exec, batch, error);
}
