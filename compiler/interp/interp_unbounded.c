/* interp_unbounded.c -- groups for all time: every row pushes what it changes in its group. */
#include "compiler/interp/interp_internal.h"

#include <assert.h>

static RtDatum *results(Interp *interp, const InterpNode *state, const InterpGroup *group)
{
    RtDatum *columns = ARENA_ARRAY(&interp->batch, RtDatum, state->node->column_count + 1);
    interp_results(interp, state, group, columns);
    for (uint32_t c = 0; c < state->node->column_count; c++) {
        if (!columns[c].is_null && (columns[c].kind == PK_STR || columns[c].kind == PK_BLOB))
            columns[c].value.str = str_copy(&interp->batch, columns[c].value.str);
    }
    return columns;
}

static bool same_value(const RtDatum *a, const RtDatum *b)
{
    if (a->is_null || b->is_null)
        return a->is_null && b->is_null;
    if (a->kind == PK_STR || a->kind == PK_BLOB)
        return str_equal(a->value.str, b->value.str);
    return memcmp(&a->value, &b->value, kind_bytes((RtKind)a->kind)) == 0;
}

static bool same_results(const PhysNode *node, const RtDatum *a, const RtDatum *b)
{
    for (uint32_t c = node->as.window_agg.key_count; c < node->column_count; c++) {
        if (!same_value(&a[c], &b[c]))
            return false;
    }
    return true;
}

static void push_alone(Interp *interp, const PhysNode *node, RowChange change, const RtDatum *row)
{
    interp_push(interp, node, (InterpRow){ .columns = row, .change = change, .other = row });
}

static void push_change(Interp *interp, const PhysNode *node, const RtDatum *before, const RtDatum *after)
{
    if (before == NULL) {
        push_alone(interp, node, ROW_INSERT, after);
        return;
    }
    if (after == NULL) {
        push_alone(interp, node, ROW_DELETE, before);
        return;
    }
    if (same_results(node, before, after))
        return;
    interp_push(interp, node, (InterpRow){ .columns = before, .change = ROW_UPDATE_BEFORE, .other = after });
    interp_push(interp, node, (InterpRow){ .columns = after, .change = ROW_UPDATE_AFTER, .other = before });
}

static const RtDatum *keep_row(Interp *interp, const PhysNode *node, const RtDatum *row)
{
    RtDatum *kept = row == NULL ? NULL : ARENA_ARRAY(interp->arena, RtDatum, node->column_count + 1);
    for (uint32_t c = 0; row != NULL && c < node->column_count; c++) {
        kept[c] = row[c];
        if (!row[c].is_null && (row[c].kind == PK_STR || row[c].kind == PK_BLOB))
            kept[c].value.str = str_copy(interp->arena, row[c].value.str);
    }
    return kept;
}

/* EMIT EVERY: what was there at the last tick, and what is there now. */
static void note_change(Interp *interp, InterpNode *state, Str key, const RtDatum *before, const RtDatum *after)
{
    uint32_t at = 0;
    while (at < state->pending.count && str_compare(state->pending.items[at].key, key) < 0)
        at++;
    if (at == state->pending.count || !str_equal(state->pending.items[at].key, key)) {
        InterpPending pending = { str_copy(interp->arena, key), keep_row(interp, state->node, before), NULL };
        vec_push(interp->arena, &state->pending, pending);
        memmove(state->pending.items + at + 1, state->pending.items + at,
                (state->pending.count - 1 - at) * sizeof pending);
        state->pending.items[at] = pending;
    }
    state->pending.items[at].after = keep_row(interp, state->node, after);
}

/* STATE_TTL: a group that no row touched for too long is as if it had never been. */
static void touch_group(Interp *interp, InterpNode *state, InterpGroup *group)
{
    int64_t now_us = interp->origin.is_group ? interp->origin.last_us : interp->fn.now_us, ttl_us;
    state->clock_us = now_us > state->clock_us ? now_us : state->clock_us;
    if (__builtin_sub_overflow(state->clock_us, state->node->as.window_agg.ttl_us, &ttl_us))
        ttl_us = INT64_MIN;
    if (group->rows != 0 && group->touched_us <= ttl_us)
        interp_forget_group(state, group);
    group->touched_us = state->clock_us;
}

void interp_unbounded_row(Interp *interp, const PhysNode *node, InterpRow row)
{
    const PhysWindowAgg *agg = &node->as.window_agg;
    InterpNode *state = &interp->nodes[node->id];
    RtDatum *keys = ARENA_ARRAY(&interp->batch, RtDatum, agg->key_count + 1);
    CallInput *inputs = ARENA_ARRAY(&interp->batch, CallInput, agg->call_count + 1);
    if (!interp_row_inputs(interp, node, row, keys, inputs))
        return;
    InterpWindow always = { .start_us = INT64_MIN, .end_us = INT64_MAX, .close_us = INT64_MAX };
    InterpGroup *group = interp_find_group(state, &always, interp_key(interp, keys, agg->key_count));
    bool retracts = row_change_retracts(row.change);
    if (agg->ttl_us > 0)
        touch_group(interp, state, group);
    if (retracts && group->rows == 0)
        return;
    uint64_t overflows = interp->fn.overflow_count;
    const RtDatum *before = group->rows == 0 ? NULL : results(interp, state, group);
    interp->fn.overflow_count = overflows;
    group->rows += retracts ? -1 : 1;
    for (uint32_t i = 0; i < agg->call_count; i++)
        interp_step_call(interp, state, group, i, &inputs[i], retracts);
    const RtDatum *after = group->rows == 0 ? NULL : results(interp, state, group);
    if (agg->every_us > 0)
        note_change(interp, state, group->key, before, after);
    else
        push_change(interp, node, before, after);
}

void interp_unbounded_tell(Interp *interp, InterpNode *state)
{
    for (uint32_t i = 0; i < state->pending.count; i++) {
        const InterpPending *pending = &state->pending.items[i];
        if (pending->before != NULL || pending->after != NULL)
            push_change(interp, state->node, pending->before, pending->after);
    }
    state->pending.count = 0;
}
