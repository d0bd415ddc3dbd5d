/* exec_keep.c -- windows whose rare values are put together on their way out (slice_keep.h). */
#include "runtime/exec/exec_internal.h"

#include <assert.h>

typedef struct KeepRanks {
    Str *items;
    uint32_t count, capacity;
} KeepRanks;

void exec_keep_open(RtExec *exec)
{
    const RtProgram *program = exec->program;
    exec->keep_counts = ARENA_ARRAY(&exec->arena, KeepCount *, program->keep_count + 1);
    for (uint32_t i = 0; i < program->keep_count; i++)
        exec->keep_counts[i] = ARENA_ARRAY(&exec->arena, KeepCount, program->keeps[i].shape.bound_count + 1);
}

void rt_keep_rank(RtTask *task, const char *key, uint64_t len)
{
    RtExec *exec = exec_of(task);
    KeepRanks *ranks = exec->keep_ranks;
    assert(ranks->count < ranks->capacity);
    ranks->items[ranks->count++] = str_copy(&exec->batch_arena, (Str){ key, len });
}

static void walk(RtExec *exec, RtGroupsFn function, const SliceWindow *window, uint32_t bound)
{
    GroupCursor cursor = *window->cursor;
    RtEmit emit = { .start = window->start_us,
                    .end = window->end_us,
                    .last = window->last_us,
                    .slice = window->groups,
                    .cursor = &cursor,
                    .bound = bound };
    function(&exec->task, &emit);
}

/* What the code that runs says of each value.  Sums that do not fit are counted where they are shown. */
static const Str *ranks_of(RtExec *exec, uint32_t keep, uint32_t bound, const SliceWindow *values)
{
    KeepRanks ranks = { .capacity = values->cursor->count };
    if (!exec->program->keeps[keep].shape.bounds[bound].is_ranked)
        return NULL;
    uint64_t overflows = exec->task.fn.overflow_count;
    ranks.items = arena_alloc(&exec->batch_arena, (ranks.capacity + 1) * sizeof *ranks.items, 8);
    exec->keep_ranks = &ranks;
    walk(exec, exec->code->keeps[keep].ranks, values, bound);
    exec->keep_ranks = NULL;
    exec->task.fn.overflow_count = overflows;
    assert(ranks.count == ranks.capacity && "each value ranks");
    return ranks.items;
}

static bool fold_window(RtExec *exec, uint32_t keep, KeepFold *fold, SliceWindow *folded, bool is_final)
{
    const KeepShape *shape = &exec->program->keeps[keep].shape;
    for (uint32_t i = 0; i < shape->bound_count; i++) {
        SliceWindow values;
        if (!keep_fold_values(fold, i, &values))
            return false;
        if (values.groups == NULL)
            continue;
        keep_fold_choose(fold, i, values.cursor, ranks_of(exec, keep, i, &values));
        if (!is_final)
            continue;
        exec->keep_counts[keep][i].windows++;
        exec->keep_counts[keep][i].values += fold->choices[i].folded;
    }
    return keep_fold_finish(fold, folded);
}

bool exec_keep_folded(RtExec *exec, uint32_t keep, const SliceWindow *window, KeepFold *fold, SliceWindow *folded,
                      bool is_final)
{
    const RtKeep *program = &exec->program->keeps[keep];
    keep_fold_start(fold, exec->stores[program->agg], &exec->task.fn, &program->shape, window, &exec->batch_arena);
    return fold_window(exec, keep, fold, folded, is_final);
}

static bool emit_kept(RtExec *exec, uint32_t keep, const SliceWindow *window)
{
    const RtKeep *program = &exec->program->keeps[keep];
    if (!keep_shape_exceeds(&program->shape, window->cursor)) {
        walk(exec, exec->code->keeps[keep].groups, window, 0);
        return true;
    }
    KeepFold fold;
    SliceWindow folded;
    bool has_room = exec_keep_folded(exec, keep, window, &fold, &folded, true);
    if (has_room)
        walk(exec, exec->code->keeps[keep].groups, &folded, 0);
    keep_fold_release(&fold);
    return has_room;
}

bool exec_keep_emit(RtExec *exec, uint32_t agg, const SliceWindow *window)
{
    bool has_room = true;
    for (uint32_t i = 0; i < exec->program->keep_count && has_room; i++) {
        if (exec->program->keeps[i].agg == agg)
            has_room = emit_kept(exec, i, window);
    }
    return has_room;
}
