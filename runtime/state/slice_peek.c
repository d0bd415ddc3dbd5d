/* slice_peek.c -- see slice_peek.h. */
#include "runtime/state/slice_peek.h"

#include "runtime/state/group_table_internal.h"
#include "runtime/state/slice_store_internal.h"

#include <stdlib.h>
#include <string.h>

static bool is_combined(const SliceShape *shape)
{
    return shape->kind == WINDOW_HOP || shape->kind == WINDOW_CUMULATE;
}

/* The end of the youngest window that a slice gives rise to. */
static int64_t youngest_end(const SliceStore *store, const Slice *slice)
{
    const SliceShape *shape = &store->shape;
    if (shape->kind == WINDOW_HOP)
        return window_last_end(shape, slice->start_us);
    return slice->end_us > slice->since_us ? slice->end_us : slice->since_us;
}

SlicePeek slice_peek(SliceStore *store, FnCtx *fn, int64_t watermark_us, Arena *scratch)
{
    SlicePeek peek = { .store = store, .fn = fn, .watermark_us = watermark_us, .at = store->slice_count };
    peek.end_us = INT64_MIN;
    if (!is_combined(&store->shape))
        return peek;
    peek.has = ARENA_ARRAY(scratch, bool, store->slice_count + 1);
    for (uint32_t i = 0; i < store->slice_count; i++) {
        int64_t end_us = youngest_end(store, store->slices[i]);
        peek.end_us = end_us > peek.end_us ? end_us : peek.end_us;
    }
    return peek;
}

static bool counts(const Slice *slice, const SliceWindow *window)
{
    return slice->start_us >= window->start_us && slice->end_us <= window->end_us && slice->since_us <= window->end_us;
}

static int64_t one_step_before(const SliceShape *shape, int64_t end_us)
{
    return grid_plus(window_step_grid(shape), end_us, -1);
}

/* A cumulating window whose last step no row has reached says what the one before it says. */
static bool has_begun(const SliceStore *store, const SliceWindow *window)
{
    const SliceShape *shape = &store->shape;
    int64_t step_us = shape->kind == WINDOW_CUMULATE ? one_step_before(shape, window->end_us) : 0;
    if (shape->kind != WINDOW_CUMULATE)
        return true;
    for (uint32_t i = 0; i < store->slice_count; i++) {
        int64_t end_us = store->slices[i]->end_us;
        if (end_us > step_us && window_start_of_end(shape, end_us) == window->start_us)
            return true;
    }
    return false;
}

/* The slices of the window in `together`; false: it has none. */
static bool put_together(SlicePeek *peek, const SliceWindow *window)
{
    SliceStore *store = peek->store;
    bool any = false, goes_on = peek->together != NULL;
    for (uint32_t i = 0; i < store->slice_count; i++) {
        bool is_in = counts(store->slices[i], window);
        any = any || is_in;
        goes_on = goes_on && (is_in || !peek->has[i]);
    }
    if (!any || !has_begun(store, window))
        return false;
    if (!goes_on) {
        slice_peek_end(peek);
        memset(peek->has, 0, store->slice_count * sizeof *peek->has);
        peek->together = slice_make_apart(store);
    }
    for (uint32_t i = 0; peek->together != NULL && i < store->slice_count; i++) {
        if (peek->has[i] || !counts(store->slices[i], window))
            continue;
        slice_fold_add(peek->fn, &store->shape, peek->together, store->slices[i]);
        peek->has[i] = true;
    }
    return peek->together != NULL && store->pool->refused == STATE_REFUSED_NOT;
}

static bool next_combined(SlicePeek *peek, SliceWindow *window)
{
    const SliceStore *store = peek->store;
    const SliceShape *shape = &store->shape;
    while (store->pool->refused == STATE_REFUSED_NOT && peek->end_us != INT64_MIN &&
           window_close_us(shape, peek->end_us) > peek->watermark_us) {
        *window = (SliceWindow){ .start_us = window_start_of_end(shape, peek->end_us),
                                 .end_us = peek->end_us,
                                 .last_us = window_close_us(shape, peek->end_us) };
        peek->end_us = one_step_before(shape, peek->end_us);
        if (!put_together(peek, window))
            continue;
        window->groups = peek->together;
        return true;
    }
    return false;
}

bool slice_peek_next(SlicePeek *peek, SliceWindow *window)
{
    SliceStore *store = peek->store;
    if (store->shape.kind == WINDOW_SESSION || store->pool->refused != STATE_REFUSED_NOT)
        return false;
    if (is_combined(&store->shape))
        return next_combined(peek, window);
    if (peek->at == store->folded_count)
        return false;
    Slice *slice = store->slices[--peek->at];
    *window = (SliceWindow){ .start_us = slice->start_us,
                             .end_us = slice->end_us,
                             .last_us = window_close_us(&store->shape, slice->since_us),
                             .groups = slice };
    return true;
}

void slice_peek_end(SlicePeek *peek)
{
    if (peek->together != NULL)
        slice_release_apart(peek->store, peek->together);
    peek->together = NULL;
}

/* ---- some of the groups ---- */

typedef struct SomeGroup {
    Str key;
    uint32_t ref;
} SomeGroup;

static int by_key(const void *left, const void *right)
{
    return str_compare(((const SomeGroup *)left)->key, ((const SomeGroup *)right)->key);
}

GroupCursor *groups_sorted_some(GroupTable *table, uint32_t *refs, uint32_t count, Arena *scratch)
{
    SomeGroup *groups = ARENA_ARRAY(scratch, SomeGroup, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        GroupRecord record = group_record_at(table, refs[i]);
        groups[i] = (SomeGroup){ { record.key, record.key_len }, refs[i] };
    }
    if (count > 1)
        qsort(groups, count, sizeof *groups, by_key);
    for (uint32_t i = 0; i < count; i++)
        refs[i] = groups[i].ref;
    GroupCursor *cursor = ARENA_NEW(scratch, GroupCursor);
    *cursor = (GroupCursor){ .table = table, .refs = refs, .count = count };
    return cursor;
}
