/* slice_late.c -- see slice_late.h. */
#include "runtime/state/slice_late.h"

#include "runtime/state/slice_store_internal.h"
#include "runtime/state/state_hot.h"

#include <assert.h>

static void fire(SliceStore *store, int64_t end_us)
{
    store->fired_us = end_us > store->fired_us ? end_us : store->fired_us;
}

void slice_keep_first(SliceStore *store)
{
    assert(store->folded_count < store->slice_count);
    fire(store, store->slices[store->folded_count]->end_us);
    store->folded_count++;
}

/* All windows that closed before have been emitted, so that there are no others up to this one. */
Slice *slice_kept(SliceStore *store, int64_t start_us, int64_t end_us)
{
    fire(store, end_us);
    return slice_find_or_make(store, start_us, end_us, end_us);
}

static bool is_forgotten(const SliceStore *store, const Slice *slice, int64_t kept_us, int64_t watermark_us)
{
    int64_t until_us;
    if (__builtin_add_overflow(window_close_us(&store->shape, slice->end_us), kept_us, &until_us))
        until_us = INT64_MAX;
    return watermark_us >= until_us;
}

void slice_forget(SliceStore *store, int64_t watermark_us)
{
    bool is_refused = store->pool->refused != STATE_REFUSED_NOT;
    while (!is_refused && store->copy_count > 0 &&
           is_forgotten(store, store->copies[0], store->shape.correct_us, watermark_us))
        slice_store_drop_copy(store);
    while (!is_refused && store->shape.keep_us > 0 && store->folded_count > 0 &&
           is_forgotten(store, store->slices[0], store->shape.keep_us, watermark_us))
        rt_slice_drop(store, store->slices[0]);
}

Slice *slice_copy_of(SliceStore *store, int64_t start_us, int64_t end_us)
{
    for (uint32_t i = store->copy_count; i-- > 0 && store->copies[i]->end_us >= end_us;) {
        if (store->copies[i]->end_us == end_us)
            return store->copies[i];
    }
    Slice *copy = slice_store_add_copy(store, start_us, end_us, store->next_number);
    store->next_number += copy != NULL;
    return copy == NULL ? store->trash : copy;
}

void slice_copy_window(FnCtx *fn, SliceStore *store, const SliceWindow *window)
{
    Slice *copy = slice_copy_of(store, window->start_us, window->end_us);
    if (store->pool->refused == STATE_REFUSED_NOT)
        slice_fold_add(fn, &store->shape, copy, window->groups);
}

Slice *slice_since(SliceStore *store, int64_t time_us, int64_t since_us)
{
    int64_t start_us, end_us;
    slice_bounds(&store->shape, window_wall_us(&store->shape, time_us), &start_us, &end_us);
    return slice_find_or_make(store, start_us, end_us, since_us);
}

int64_t slice_start_of_window(const SliceShape *shape, int64_t end_us)
{
    return window_start_of_end(shape, end_us);
}

int64_t slice_end_before(const SliceShape *shape, int64_t end_us)
{
    return grid_plus(window_step_grid(shape), end_us, -1);
}

Slice *slice_delta_make(SliceStore *store)
{
    return slice_make_apart(store);
}

void slice_delta_release(SliceStore *store, Slice *delta)
{
    slice_release_apart(store, delta);
}

bool slice_delta_group(const Slice *delta, Slice *window, Arena *scratch, uint32_t *ref, GroupCursor *cursor)
{
    assert(delta->groups.group_count <= 1 && "a delta holds one row");
    GroupCursor *own = rt_groups_sorted((GroupTable *)&delta->groups, scratch);
    GroupTable *groups = &window->groups;
    *ref = rt_groups_next(own)
               ? group_lookup(groups, own->key, own->key_len, group_hash(groups, own->key, own->key_len))
               : 0;
    *cursor = (GroupCursor){ .table = groups, .refs = ref, .count = 1 };
    return *ref != 0;
}

void slice_window_of(const SliceShape *shape, int64_t time_us, int64_t *start_us, int64_t *end_us)
{
    *start_us = time_us;
    *end_us = INT64_MIN;
    if (shape->kind == WINDOW_SESSION) {
        *start_us = window_wall_us(shape, time_us);
        *end_us = window_wall_us(shape, time_us + shape->size_us);
    }
    if (shape->kind == WINDOW_ATTACHED || shape->kind == WINDOW_SESSION || shape->size_us == 0)
        return;
    int64_t wall_us = window_wall_us(shape, time_us);
    *start_us = grid_floor(window_start_grid(shape), wall_us);
    *end_us = window_last_end(shape, wall_us);
}
