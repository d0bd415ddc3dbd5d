/* exec_time.c -- how far time has come: partitions that are waited for, silent ones that are not, and which record is
 * read next.
 *
 * The time of a record is the event time that its partition has come to with it (PROCTIME()); nobody looks at a clock.
 * A partition is silent while the newest record of all inputs of an aggregate is ahead of its own newest one by the
 * idle-timeout of its stream or more; one that has not spoken yet counts from the first record of the others.  A test
 * may say that it is silent.  Who is silent holds no window open; what it brings later is judged by the windows that
 * closed without it (RtTask.reached).
 *
 * For silence to be told by records they are read in the order of their times, each partition looked one row ahead.
 * Without an idle-timeout partitions are read in turns, which gives the same rows with less work. */
#include "runtime/exec/exec_time.h"

#include "runtime/format/debezium.h"

#include <assert.h>

/* ---- of a scan ---- */

int64_t exec_scan_watermark(const RtExec *exec, uint32_t scan)
{
    int64_t least = INT64_MAX;
    bool any_open = false;
    for (uint32_t i = 0; i < exec->partition_count; i++) {
        const Partition *p = &exec->partitions[i];
        if (p->scan != scan || p->cell->has_ended != 0)
            continue;
        any_open = true;
        least = p->cell->watermark < least ? p->cell->watermark : least;
    }
    if (any_open || !exec->options.open_end)
        return least;
    /* All have ended, and their windows stay open: the largest that every one of them reached. */
    for (uint32_t i = 0; i < exec->partition_count; i++) {
        const Partition *p = &exec->partitions[i];
        if (p->scan == scan && p->cell->watermark < least)
            least = p->cell->watermark;
    }
    return least;
}

/* ---- who is waited for ---- */

bool exec_reaches(const RtAgg *agg, uint32_t scan)
{
    for (uint32_t i = 0; i < agg->scan_count; i++) {
        if (agg->scans[i] == scan)
            return true;
    }
    return false;
}

/* The times of the first and the newest record of all inputs of the aggregate; equal when there is none. */
static void record_times(const RtExec *exec, const RtAgg *agg, int64_t *first, int64_t *newest)
{
    *first = INT64_MAX;
    *newest = INT64_MIN;
    for (uint32_t i = 0; i < exec->partition_count; i++) {
        const PartitionCell *cell = exec->partitions[i].cell;
        if (cell->has_spoken == 0 || !exec_reaches(agg, exec->partitions[i].scan))
            continue;
        *first = cell->first < *first ? cell->first : *first;
        *newest = cell->now > *newest ? cell->now : *newest;
    }
    if (*newest == INT64_MIN)
        *first = *newest = 0;
}

static bool is_silent(const RtExec *exec, const Partition *partition, int64_t first, int64_t newest)
{
    const PartitionCell *cell = partition->cell;
    int64_t timeout = exec->program->scans[partition->scan].idle_timeout_us;
    int64_t last = cell->has_spoken != 0 ? cell->now : first;
    return cell->is_idle != 0 || (timeout > 0 && newest - last >= timeout);
}

/* Is it waited for?  The end of a file is the end of its partition, unless ends stay open. */
static bool takes_part(const RtExec *exec, const Partition *partition)
{
    return partition->cell->has_ended == 0 || exec->options.open_end;
}

static int64_t least_of(const RtExec *exec, const RtAgg *agg)
{
    int64_t first = 0, newest = 0, least = INT64_MAX;
    bool all_ended = true;
    if (agg->may_idle)
        record_times(exec, agg, &first, &newest);
    for (uint32_t i = 0; i < exec->partition_count; i++) {
        const Partition *p = &exec->partitions[i];
        if (!exec_reaches(agg, p->scan) || !takes_part(exec, p))
            continue;
        all_ended = false;
        if (!agg->may_idle || !is_silent(exec, p, first, newest))
            least = p->cell->watermark < least ? p->cell->watermark : least;
    }
    if (least == INT64_MAX && !all_ended)
        return INT64_MIN; /* all are silent: time stands still */
    return least;
}

bool exec_is_silent(const RtExec *exec, const RtAgg *agg, const Partition *partition)
{
    int64_t first, newest;
    if (!agg->may_idle)
        return false;
    record_times(exec, agg, &first, &newest);
    return is_silent(exec, partition, first, newest);
}

int64_t exec_agg_watermark(const RtExec *exec, const RtAgg *agg)
{
    int64_t least = least_of(exec, agg);
    if (least != INT64_MAX)
        least = least < INT64_MIN + agg->delay_us ? INT64_MIN : least - agg->delay_us;
    if (!agg->may_idle)
        return least;
    /* A partition that speaks again may be behind; windows do not open again. */
    int64_t *reached = &exec->task.reached[agg->node];
    *reached = least > *reached ? least : *reached;
    return *reached;
}

void exec_note_spoken(RtExec *exec, const RtBatch *batch)
{
    PartitionCell *cell = exec->partitions[batch->partition].cell;
    if (batch->row_count > 0)
        cell->is_idle = 0;
    for (uint64_t i = 0; cell->has_spoken == 0 && i < batch->row_count; i++) {
        if (batch->now[i] <= 0)
            continue;
        cell->first = batch->now[i];
        cell->has_spoken = 1;
    }
}

bool exec_time_before(RtExec *exec, const RtBatch *batch, uint64_t row)
{
    PartitionCell *cell = exec->partitions[batch->partition].cell;
    bool is_behind = row >= batch->row_count;
    int64_t watermark = is_behind ? batch->watermark : batch->watermark_before[row];
    int64_t now = is_behind ? batch->now_after : row > 0 ? batch->now[row - 1] : cell->now;
    bool moves = watermark > cell->watermark || now > cell->now;
    cell->watermark = watermark > cell->watermark ? watermark : cell->watermark;
    cell->now = now > cell->now ? now : cell->now;
    return moves;
}

RtStatus exec_set_idle(RtExec *exec, uint32_t index, RtError *error)
{
    assert(index < exec->partition_count);
    exec->partitions[index].cell->is_idle = 1;
    return exec_close_windows(exec, error);
}

/* ---- which record is next ---- */

/* The time of the next row in hand; lines without one have none and are read at once. */
static int64_t look_ahead(RtExec *exec, Partition *partition)
{
    const RtScan *scan = &exec->program->scans[partition->scan];
    LineCursor cursor = { .at = partition->lines.at, .end = partition->lines.end };
    ArenaMark mark = arena_mark(&exec->batch_arena);
    DecodeIssues issues;
    Str line;
    int64_t time = INT64_MIN;
    bool found = false;
    while (!found && exec_next_line(partition, &cursor, &line)) {
        DebeziumLine parts;
        bool is_change = scan->decode->is_debezium;
        if (is_change && debezium_read(scan->decode, line, &parts, &issues) != DECODE_OK)
            continue;
        found = exec_decode_line(scan->decode, scan->is_csv, is_change ? parts.rows[0] : line, exec->rows,
                                 &exec->batch_arena, &issues) == DECODE_OK;
    }
    if (found) {
        RtBatch one = exec_batch_of(exec, partition);
        one.row_count = 1;
        exec->line_starts[0] = line.data;
        exec->looks_ahead = true;
        exec_show_source(exec, partition);
        exec->code->times[partition->scan](&exec->task, &one);
        exec->looks_ahead = false;
        exec->column_failure_count = 0;
        time = one.now_after;
    }
    arena_release(&exec->batch_arena, mark);
    return time;
}

Partition *exec_next_in_time(RtExec *exec, RtStatus *status, RtError *error)
{
    Partition *next = NULL;
    bool is_waiting = false; /* live inputs that have nothing now do not hold up the others */
    *status = RT_OK;
    for (uint32_t i = 0; i < exec->partition_count; i++) {
        Partition *p = &exec->partitions[i];
        if (p->cell->has_ended != 0)
            continue;
        if (!p->is_ahead) {
            *status = exec_refill(exec, p, error);
            if (*status == RT_AGAIN && p->origin != NULL && p->origin->is_live) {
                is_waiting = true;
                continue;
            }
            if (*status != RT_OK)
                return p; /* its end, or what went wrong, comes first */
            p->ahead_us = look_ahead(exec, p);
            p->is_ahead = true;
        }
        if (next == NULL || p->ahead_us < next->ahead_us)
            next = p;
    }
    *status = next == NULL && is_waiting ? RT_AGAIN : RT_OK;
    if (next != NULL)
        next->is_ahead = false;
    return next;
}
