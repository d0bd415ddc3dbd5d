/* interp_keep.c -- a window whose rare values are put together on its way out: plainly, over lists of groups. */
#include "compiler/interp/interp_internal.h"

#include "runtime/abi/key.h"

#include <stdlib.h>

/* A value of a bounded key, its measure, and whether it stays. */
typedef struct KeepValue {
    Str value, rank; /* as keys */
    bool is_kept;
} KeepValue;

typedef struct KeepValues {
    KeepValue *items; /* by rank, largest first */
    uint64_t count;
} KeepValues;

static RtDatum *keys_of(Interp *interp, const PhysWindowAgg *agg, const InterpGroup *group)
{
    RtDatum *keys = ARENA_ARRAY(&interp->batch, RtDatum, agg->key_count + 1);
    const char *at = group->key.data, *end = group->key.data + group->key.len;
    for (uint32_t i = 0; i < agg->key_count; i++)
        at = key_get(at, end, type_physical(agg->keys[i]->type), &interp->batch, &keys[i]);
    return keys;
}

static InterpNode empty_like(const InterpNode *state)
{
    return (InterpNode){ .node = state->node, .offsets = state->offsets, .state_bytes = state->state_bytes };
}

static void add(Interp *interp, InterpNode *into, const InterpGroup *group, const RtDatum *keys)
{
    InterpWindow window = { group->start_us, group->end_us, group->close_us };
    Str key = interp_key(interp, keys, into->node->as.window_agg.key_count);
    interp_join_group(interp, into, interp_find_group(into, &window, key), group);
}

static int compare_values(const void *a, const void *b)
{
    const KeepValue *left = a, *right = b;
    int order = str_compare(right->rank, left->rank);
    return order != 0 ? order : str_compare(left->value, right->value);
}

static Str rank_of(Interp *interp, const InterpNode *values, const InterpGroup *group, const KeepKey *kept)
{
    RtDatum *columns = ARENA_ARRAY(&interp->batch, RtDatum, values->node->column_count + 1);
    if (kept->by == NULL)
        return STR_EMPTY;
    uint64_t overflows = interp->fn.overflow_count;
    interp_group_columns(interp, values, group, columns);
    interp->fn.overflow_count = overflows;
    ExprEval eval = { &interp->fn, columns };
    RtDatum rank = expr_eval(&eval, kept->by);
    rank.is_null = rank.is_null || interp->fn.failure.code != 0;
    interp->fn.failure = (FnFailure){ 0 };
    return interp_key(interp, &rank, 1);
}

static KeepValues values_of(Interp *interp, const InterpNode *state, const InterpWindowGroups *window,
                            const KeepKey *kept)
{
    const PhysWindowAgg *agg = &state->node->as.window_agg;
    InterpNode values = empty_like(state);
    for (uint64_t i = 0; i < window->count; i++) {
        RtDatum *keys = keys_of(interp, agg, window->groups[i]);
        for (uint32_t k = 0; k < agg->key_count; k++)
            keys[k].is_null = keys[k].is_null || k != kept->key;
        add(interp, &values, window->groups[i], keys);
    }
    KeepValues out = { ARENA_ARRAY(&interp->batch, KeepValue, values.group_count + 1), values.group_count };
    for (uint64_t i = 0; i < out.count; i++) {
        RtDatum *keys = keys_of(interp, agg, values.groups[i]);
        Str value = interp_key(interp, &keys[kept->key], 1);
        out.items[i] = (KeepValue){ value, rank_of(interp, &values, values.groups[i], kept), false };
    }
    interp_group_release(&values);
    qsort(out.items, out.count, sizeof *out.items, compare_values);
    for (uint64_t i = 0; i < out.count; i++)
        out.items[i].is_kept = i < kept->most;
    return out;
}

static bool is_kept(const KeepValues *values, Str value)
{
    for (uint64_t i = 0; i < values->count; i++) {
        if (str_equal(values->items[i].value, value))
            return values->items[i].is_kept;
    }
    return false;
}

static void push_window(Interp *interp, const PhysNode *keep, const InterpNode *state, const InterpWindowGroups *window)
{
    for (uint64_t i = 0; i < window->count; i++) {
        RtDatum *columns = ARENA_ARRAY(&interp->batch, RtDatum, keep->column_count + 1);
        InterpClock before = interp_set_clock(interp, interp_clock_of(window->groups[i]));
        interp_group_columns(interp, state, window->groups[i], columns);
        interp->capture_key = str_copy(&interp->batch, window->groups[i]->key);
        if (interp->fn.failure.code != 0)
            interp_bad(interp, keep, BAD_EXPRESSION, 0);
        else
            interp_push(interp, keep, (InterpRow){ .columns = columns });
        interp_set_clock(interp, before);
    }
}

static bool exceeds(const PhysKeep *bounds, uint64_t groups)
{
    for (uint32_t b = 0; b < bounds->key_count; b++) {
        if (groups > bounds->keys[b].most)
            return true;
    }
    return false;
}

void interp_keep_window(Interp *interp, const InterpNode *state, const PhysNode *keep, const InterpWindowGroups *window)
{
    const PhysWindowAgg *agg = &state->node->as.window_agg;
    const PhysKeep *bounds = &keep->as.keep;
    if (!exceeds(bounds, window->count)) {
        push_window(interp, keep, state, window);
        return;
    }
    KeepValues *values = ARENA_ARRAY(&interp->batch, KeepValues, bounds->key_count + 1);
    for (uint32_t b = 0; b < bounds->key_count; b++)
        values[b] = values_of(interp, state, window, &bounds->keys[b]);
    InterpNode folded = empty_like(state);
    for (uint64_t i = 0; i < window->count; i++) {
        RtDatum *keys = keys_of(interp, agg, window->groups[i]);
        for (uint32_t b = 0; b < bounds->key_count; b++) {
            RtDatum *key = &keys[bounds->keys[b].key];
            if (!is_kept(&values[b], interp_key(interp, key, 1)))
                *key = bounds->keys[b].other;
        }
        add(interp, &folded, window->groups[i], keys);
    }
    push_window(interp, keep, state, &(InterpWindowGroups){ folded.groups, folded.group_count });
    interp_group_release(&folded);
}
