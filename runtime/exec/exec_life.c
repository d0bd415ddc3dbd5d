/* exec_life.c -- STATE_TTL: groups without a window that no row touched for long enough are forgotten.
 *
 * The clock of an aggregate is the largest time of the rows that have reached it: event time as PROCTIME() has it, so a
 * replay forgets what the run forgot.  A group is judged when a row touches it again: one that is too old is as if it
 * had never been, and nobody is told.  Now and then all that is too old goes at once: into a fresh slice moves what
 * lives, whenever the clock has gone on by the time to live.  So there are never more groups than rows of twice that
 * time touch.
 *
 * Values of DISTINCT are known by the place of their group in its table, so a group of them that comes to life again
 * has to get a new place: there everything is moved at once. */
#include "runtime/exec/exec_internal.h"

#include "runtime/state/slice_fold.h"

#include <string.h>

enum { CELL_VERSION = 1 };

typedef struct ExecLife {
    uint32_t agg;
    struct LifeCell *cell;
} ExecLife;

typedef struct LifeCell {
    int64_t clock_us, sweep_us; /* INT64_MIN: no row yet */
} LifeCell;

void exec_life_open(RtExec *exec)
{
    const RtProgram *program = exec->program;
    exec->lives = ARENA_ARRAY(&exec->arena, ExecLife *, program->node_count + 1);
    for (uint32_t i = 0; i < program->agg_count; i++) {
        if (program->aggs[i].ttl_us == 0)
            continue;
        ExecLife *life = ARENA_NEW(&exec->arena, ExecLife);
        life->agg = i;
        exec->lives[program->aggs[i].node] = life;
    }
}

RtStatus exec_life_claim(RtExec *exec, RtError *error)
{
    RtStatus status = RT_OK;
    for (uint32_t i = 0; status == RT_OK && i < exec->program->agg_count; i++) {
        const RtAgg *agg = &exec->program->aggs[i];
        ExecLife *life = exec->lives[agg->node];
        void *cell = NULL;
        if (life == NULL)
            continue;
        status = task_state_cell(&exec->state, agg->life_cell, CELL_VERSION, sizeof(LifeCell), &cell, error);
        life->cell = cell;
        if (cell != NULL)
            *life->cell = (LifeCell){ INT64_MIN, INT64_MIN };
    }
    return status;
}

static int64_t minus(int64_t time_us, int64_t less_us)
{
    int64_t difference;
    return __builtin_sub_overflow(time_us, less_us, &difference) ? INT64_MIN : difference;
}

static void sweep(RtExec *exec, const ExecLife *life, int64_t ttl_us)
{
    LifeCell *cell = life->cell;
    slice_forget_groups(&exec->task.fn, exec->stores[life->agg], minus(cell->clock_us, ttl_us));
    if (__builtin_add_overflow(cell->clock_us, ttl_us, &cell->sweep_us))
        cell->sweep_us = INT64_MAX;
}

bool rt_group_live(RtTask *task, uint32_t node, void *fields, int64_t time_us)
{
    RtExec *exec = exec_of(task);
    const ExecLife *life = exec->lives[node];
    const RtAgg *agg = &exec->program->aggs[life->agg];
    LifeCell *cell = life->cell;
    GroupLife *group = fields;
    cell->clock_us = time_us > cell->clock_us ? time_us : cell->clock_us;
    bool is_dead = group->rows != 0 && group->touched_us <= minus(cell->clock_us, agg->ttl_us);
    bool is_due = cell->clock_us >= cell->sweep_us;
    if (is_due || (is_dead && agg->unit.shape.distinct_count > 0)) {
        sweep(exec, life, agg->ttl_us);
        return true;
    }
    if (is_dead)
        memset(fields, 0, agg->unit.shape.groups.field_bytes);
    group->touched_us = cell->clock_us;
    return false;
}
