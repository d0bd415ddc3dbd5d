/* exec_open.c -- see exec_open.h. */
#include "runtime/exec/exec_open.h"

#include "runtime/exec/exec_time.h"
#include "runtime/state/session_store.h"
#include "runtime/state/slice_peek.h"

#include <assert.h>

uint32_t exec_input_count(const RtExec *exec)
{
    return exec->partition_count;
}

ExecInput exec_input(const RtExec *exec, uint32_t agg, uint32_t input)
{
    assert(agg < exec->program->agg_count && input < exec->partition_count);
    const Partition *partition = &exec->partitions[input];
    const PartitionCell *cell = partition->cell;
    return (ExecInput){ .scan = partition->scan,
                        .path = partition->path,
                        .watermark_us = cell->watermark,
                        .newest_us = cell->now,
                        .has_spoken = cell->has_spoken != 0,
                        .has_ended = cell->has_ended != 0,
                        .reaches = exec_reaches(&exec->program->aggs[agg], partition->scan),
                        .is_silent = exec_is_silent(exec, &exec->program->aggs[agg], partition) };
}

static void tell_sessions(const SliceStore *store, void *context, void (*on_window)(void *, const ExecOpenWindow *))
{
    ExecOpenWindow all = { .close_us = store->next_close_us, .groups = session_count(store) };
    if (all.groups > 0)
        on_window(context, &all);
}

void exec_each_open(RtExec *exec, uint32_t index, void *context,
                    void (*on_window)(void *context, const ExecOpenWindow *window))
{
    assert(index < exec->program->agg_count);
    const RtAgg *agg = &exec->program->aggs[index];
    SliceStore *store = exec->stores[index];
    if (store->shape.kind == WINDOW_SESSION) {
        tell_sessions(store, context, on_window);
        return;
    }
    if (agg->is_unbounded)
        return;
    ArenaMark mark = arena_mark(&exec->batch_arena);
    SlicePeek peek = slice_peek(store, &exec->task.fn, exec_agg_watermark(exec, agg), &exec->batch_arena);
    SliceWindow window;
    while (slice_peek_next(&peek, &window)) {
        ExecOpenWindow open = { .start_us = window.start_us,
                                .end_us = window.end_us,
                                .close_us = window.last_us + agg->delay_us,
                                .groups = window.groups->groups.group_count };
        on_window(context, &open);
    }
    slice_peek_end(&peek);
    arena_release(&exec->batch_arena, mark);
}
