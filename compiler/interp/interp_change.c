/* interp_change.c -- results that are said anew, on their way into windows above: see runtime/exec/exec_change.c. */
#include "compiler/interp/interp_internal.h"

void interp_push_result(Interp *interp, const InterpNode *state, const InterpGroup *group, RowChange change)
{
    bool is_group = interp->origin.is_group, was_correcting = interp->corrects;
    interp->origin.is_group = interp->corrects = true;
    interp_emit_group(interp, state, group, change);
    interp->origin.is_group = is_group;
    interp->corrects = was_correcting;
}

void interp_note_change(Interp *interp, InterpChange change)
{
    vec_push(&interp->batch, &interp->changes, change);
}

static bool same_group(const InterpChange *a, const InterpChange *b)
{
    return a->node == b->node && a->window.start_us == b->window.start_us && a->window.end_us == b->window.end_us &&
           str_equal(a->key, b->key);
}

/* One group of a window that has closed, with all that the correction below does to it. */
static void apply(Interp *interp, uint32_t at)
{
    const InterpChange first = interp->changes.items[at]; /* pushing adds to them */
    InterpNode *state = &interp->nodes[first.node->id];
    uint32_t count = interp->changes.count;
    uint64_t groups = state->group_count;
    InterpLaters before = { 0 }, after = { 0 };
    InterpGroup *group = interp_find_group(state, &first.window, first.key);
    bool is_new = state->group_count > groups;
    state->closed_count += is_new;
    group->is_closed = true;
    interp->capture = &before;
    if (!is_new)
        interp_push_result(interp, state, group, ROW_DELETE);
    for (uint32_t i = at; i < count; i++) {
        InterpChange *change = &interp->changes.items[i];
        if (change->is_done || !same_group(&first, change))
            continue;
        for (uint32_t c = 0; c < first.node->as.window_agg.call_count; c++)
            interp_step_call(interp, state, group, c, &change->inputs[c], change->retracts);
        change->is_done = true;
    }
    interp->capture = &after;
    interp_push_result(interp, state, group, ROW_INSERT);
    interp->capture = NULL;
    interp_late_changes(interp, &before, &after);
}

void interp_apply_changes(Interp *interp)
{
    for (uint32_t i = 0; i < interp->changes.count; i++) {
        if (!interp->changes.items[i].is_done)
            apply(interp, i);
    }
    interp->changes.items = NULL; /* they lived in the batch */
    interp->changes.count = interp->changes.capacity = 0;
}
