/* exec_change.c -- results of a corrected window that stand in windows above.
 *
 * The old result is taken back and the new one put in, each in the window of its own time.  A window above that is open
 * simply holds other rows from then on.  One that has closed is corrected as by a late row: what it loses and gains is
 * collected beside it, and when the whole correction below has been pushed, each of its groups is pushed as it was and
 * as it is now, once. */
#include "runtime/exec/exec_late_internal.h"

#include "runtime/exec/exec_emit.h"
#include "runtime/exec/exec_time.h"
#include "runtime/state/slice_late.h"
#include "runtime/state/state_hot.h"

static void too_late(RtExec *exec, uint32_t node, int64_t time_us)
{
    const ExecLate *late = exec->late_rows;
    uint64_t first = (uint64_t)(late->batch->lines - exec->line_starts);
    rt_row_late(&exec->task, late->batch, late->row - first, node, time_us);
}

void *rt_change_slice(RtTask *task, RtEmit *emit, uint32_t node, const int64_t window[3])
{
    RtExec *exec = exec_of(task);
    ExecLate *late = exec->late_rows;
    uint32_t index = late->agg_of_node[node];
    const RtAgg *agg = &exec->program->aggs[index];
    SliceStore *store = exec->stores[index];
    bool is_attached = agg->unit.shape.kind == WINDOW_ATTACHED;
    int64_t watermark_us = emit->corrects ? exec_agg_watermark(exec, agg) : INT64_MIN;
    Slice *slice = is_attached ? rt_slice_attached(store, window[0], window[1], window[2], watermark_us)
                               : rt_slice_at(store, window[0], watermark_us);
    emit->is_apart = slice == NULL;
    if (slice != NULL)
        return slice;
    LateChange change = { .agg = index, .retracts = row_change_retracts((RowChange)emit->change) };
    slice_window_of(&agg->unit.shape, window[0], &change.start_us, &change.end_us);
    change.end_us = is_attached ? window[1] : change.end_us;
    int64_t close_us = window_close_us(&agg->unit.shape, change.end_us);
    if (watermark_us >= exec_late_plus(close_us, agg->correct_us)) {
        too_late(exec, node, window[0]);
        return NULL;
    }
    change.delta = slice_delta_make(store);
    if (change.delta == NULL)
        return store->trash; /* the budget is spent, which is told after the batch */
    if (late->change_count == late->change_capacity)
        late->changes =
            vec_grow(&exec->arena, late->changes, late->change_count, &late->change_capacity, sizeof *late->changes);
    late->changes[late->change_count++] = change;
    return change.delta;
}

void rt_capture_hold(RtTask *task, bool hold)
{
    ExecLate *late = exec_of(task)->late_rows;
    late->holds += hold ? 1 : UINT32_MAX;
}

static bool same_group(RtExec *exec, const LateChange *a, const LateChange *b)
{
    if (a->agg != b->agg || a->start_us != b->start_us || a->end_us != b->end_us)
        return false;
    GroupCursor *x = rt_groups_sorted(&a->delta->groups, &exec->batch_arena);
    GroupCursor *y = rt_groups_sorted(&b->delta->groups, &exec->batch_arena);
    return rt_groups_next(x) && rt_groups_next(y) && x->key_len == y->key_len &&
           memcmp(x->key, y->key, x->key_len) == 0;
}

static void push_group(RtExec *exec, const LateChange *change, Slice *window, bool was)
{
    uint32_t ref;
    GroupCursor one;
    if (exec_late_is_refused(exec) || !slice_delta_group(change->delta, window, &exec->batch_arena, &ref, &one))
        return;
    const SliceShape *shape = &exec->program->aggs[change->agg].unit.shape;
    RtEmit emit = { .start = change->start_us,
                    .end = change->end_us,
                    .last = window_close_us(shape, change->end_us),
                    .slice = window,
                    .cursor = &one };
    exec_late_push(exec, change->agg, &emit, was);
}

/* One group of a window that has closed, with all that the correction below does to it. */
static void apply(RtExec *exec, uint32_t at)
{
    ExecLate *late = exec->late_rows;
    const LateChange first = late->changes[at]; /* pushing adds to them */
    uint32_t count = late->change_count;
    Slice *window = slice_kept(exec->stores[first.agg], first.start_us, first.end_us);
    push_group(exec, &first, window, true);
    for (uint32_t i = at; i < count && !exec_late_is_refused(exec); i++) {
        LateChange *change = &late->changes[i];
        if (change->is_done || !same_group(exec, &first, change))
            continue;
        exec_late_fold(exec, change->agg, window, change->delta, change->retracts);
        change->is_done = true;
    }
    push_group(exec, &first, window, false);
    exec_late_send(exec);
}

void exec_change_apply(RtExec *exec)
{
    ExecLate *late = exec->late_rows;
    for (uint32_t i = 0; i < late->change_count && exec->status == RT_OK && !exec_late_is_refused(exec); i++) {
        if (!late->changes[i].is_done)
            apply(exec, i);
    }
    for (uint32_t i = 0; i < late->change_count; i++)
        slice_delta_release(exec->stores[late->changes[i].agg], late->changes[i].delta);
    late->change_count = 0;
}
