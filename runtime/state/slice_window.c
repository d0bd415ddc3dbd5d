/* slice_window.c -- see slice_window.h. */
#include "runtime/state/slice_window.h"

#include "runtime/base/alloc.h"
#include "runtime/state/group_table_internal.h"
#include "runtime/state/session_store.h"
#include "runtime/state/slice_late.h"
#include "runtime/state/slice_store_internal.h"

#include <assert.h>

enum { LEFT_GROUPS_MIN = 1024, LEFT_VALUES_MIN = 4096 };

/* What is kept between two windows of a hop. */
typedef struct HopState {
    bool has_inverse;
    /* with an inverse */
    Slice *running;  /* counted */
    FoldLeft left;   /* in `running`, not needed any more */
    FoldLeft look;   /* what is needed is looked at when more than these are left */
    uint32_t *order; /* its groups by key, good while their number is order_count */
    uint32_t order_count, order_capacity;
    /* without: front[i] holds slices[i] and all up to the youngest of the front; back the rest */
    Slice **front;
    uint32_t front_at, front_count, front_capacity;
    Slice *back;
    Slice *window; /* front and back together */
} HopState;

static void drop_apart(SliceStore *store, Slice **slice)
{
    if (*slice != NULL)
        slice_release_apart(store, *slice);
    *slice = NULL;
}

static void drop_front(SliceStore *store, HopState *hop)
{
    for (; hop->front_at < hop->front_count; hop->front_at++)
        drop_apart(store, &hop->front[hop->front_at]);
    hop->front_at = hop->front_count = 0;
}

static void forget(SliceStore *store, HopState *hop)
{
    drop_apart(store, &hop->running);
    drop_apart(store, &hop->back);
    drop_apart(store, &hop->window);
    drop_front(store, hop);
    hop->left = (FoldLeft){ 0 };
    hop->look = (FoldLeft){ LEFT_GROUPS_MIN, LEFT_VALUES_MIN };
    hop->order_count = 0;
}

void hop_state_release(SliceStore *store)
{
    HopState *hop = store->hop;
    if (hop == NULL)
        return;
    forget(store, hop);
    page_pool_discharge(store->pool, hop->order_capacity * sizeof *hop->order +
                                         hop->front_capacity * sizeof *hop->front + sizeof *hop);
    mem_free(hop->order);
    mem_free(hop->front);
    mem_free(hop);
    store->hop = NULL;
}

/* ---- adding and taking away slices ---- */

static bool has_base(const HopState *hop)
{
    return hop->has_inverse ? hop->running != NULL : hop->back != NULL;
}

static bool make_base(SliceStore *store, HopState *hop)
{
    if (hop->has_inverse)
        hop->running = slice_make_counted(store);
    else
        hop->back = slice_make_apart(store);
    return has_base(hop);
}

/* Into a slice of the store's own; the first one brings the keys. */
static void fold_into(SliceStore *store, FnCtx *fn, Slice *into, Slice *from)
{
    if (into->groups.group_count == 0 && from->groups.group_count > 1)
        group_table_adopt(&into->groups, &from->groups);
    slice_fold_add(fn, &store->shape, into, from);
}

/* A slice that its windows have reached: rows will hardly look for groups in it. */
static void fold_first(SliceStore *store, FnCtx *fn, HopState *hop, Slice *slice)
{
    fold_into(store, fn, hop->has_inverse ? hop->running : hop->back, slice);
    if (store->shape.correct_us == 0)
        group_table_rest(&slice->groups);
}

/* Of the slices that count already. */
static bool rebuild(SliceStore *store, FnCtx *fn, HopState *hop)
{
    forget(store, hop);
    if (!make_base(store, hop))
        return false;
    for (uint32_t i = 0; i < store->folded_count; i++)
        fold_first(store, fn, hop, store->slices[i]);
    return true;
}

static HopState *hop_state(SliceStore *store, FnCtx *fn)
{
    HopState *hop = store->hop;
    if (hop == NULL) {
        if (!page_pool_charge(store->pool, sizeof *hop))
            return NULL;
        hop = mem_alloc_zeroed(sizeof *hop);
        if (hop == NULL) {
            page_pool_discharge(store->pool, sizeof *hop);
            page_pool_refuse(store->pool, STATE_REFUSED_MEMORY);
            return NULL;
        }
        /* what is copied may hold no groups that nobody has any more */
        hop->has_inverse =
            store->shape.correct_us == 0 && folds_have_inverse(store->shape.folds, store->shape.fold_count);
        store->hop = hop;
    }
    return has_base(hop) || rebuild(store, fn, hop) ? hop : NULL;
}

/* For each of the slices in the back the sum from it to the youngest; nobody asks for the first one any more. */
static bool flip(SliceStore *store, FnCtx *fn, HopState *hop)
{
    uint32_t count = store->folded_count;
    if (!slice_array_reserve(store, (void **)&hop->front, &hop->front_capacity, count, sizeof *hop->front))
        return false;
    memset(hop->front, 0, count * sizeof *hop->front);
    hop->front_at = 0;
    hop->front_count = count;
    for (uint32_t i = count; i-- > 1;) {
        hop->front[i] = slice_make_apart(store);
        if (hop->front[i] == NULL)
            return false;
        if (i + 1 < count)
            fold_into(store, fn, hop->front[i], hop->front[i + 1]);
        fold_into(store, fn, hop->front[i], store->slices[i]);
    }
    drop_apart(store, &hop->back);
    return make_base(store, hop);
}

static void evict_oldest(SliceStore *store, FnCtx *fn, HopState *hop)
{
    Slice *oldest = store->slices[0];
    if (hop->has_inverse) {
        FoldLeft left = slice_fold_subtract(fn, &store->shape, hop->running, oldest);
        hop->left.groups += left.groups;
        hop->left.values += left.values;
    } else if (hop->front_at < hop->front_count || flip(store, fn, hop)) {
        drop_apart(store, &hop->front[hop->front_at++]);
    }
    rt_slice_drop(store, oldest);
}

/* Rows that were late for the windows before this one join the slice to which they would have gone. */
static bool fold_late(SliceStore *store, FnCtx *fn, HopState *hop, Slice *late)
{
    const SliceShape *shape = &store->shape;
    uint32_t before = store->folded_count, at = 0;
    Slice *base = slice_find_or_make(store, late->start_us, late->end_us, window_first_end(shape, late->end_us));
    bool is_new = store->folded_count != before;
    if (hop->has_inverse && !is_new)
        slice_fold_subtract(fn, shape, hop->running, base);
    slice_fold_add(fn, shape, base, late);
    while (at < store->folded_count && store->slices[at] != base)
        at++;
    uint32_t front = hop->front_count - hop->front_at;
    if (hop->has_inverse)
        slice_fold_add(fn, shape, hop->running, base);
    else if (!is_new && at >= front)
        slice_fold_add(fn, shape, hop->back, late);
    for (uint32_t i = 0; !hop->has_inverse && !is_new && at < front && i <= at; i++)
        slice_fold_add(fn, shape, hop->front[hop->front_at + i], late);
    rt_slice_drop(store, late);
    return hop->has_inverse || !is_new || rebuild(store, fn, hop);
}

/* ---- hops ---- */

static bool hop_fold(SliceStore *store, FnCtx *fn, HopState *hop)
{
    while (store->folded_count < store->slice_count &&
           store->slices[store->folded_count]->since_us <= store->fired_us) {
        Slice *slice = store->slices[store->folded_count];
        if (slice->since_us != window_first_end(&store->shape, slice->end_us)) {
            if (!fold_late(store, fn, hop, slice))
                return false;
            continue;
        }
        fold_first(store, fn, hop, slice);
        store->folded_count++;
    }
    return true;
}

/* The order by key is kept as long as no group comes new. */
static bool running_cursor(SliceStore *store, HopState *hop, Arena *scratch, SliceWindow *window)
{
    GroupTable *groups = &hop->running->groups;
    if (hop->order_count != groups->group_count) {
        ArenaMark mark = arena_mark(scratch);
        GroupCursor *sorted = groups_sorted_all(groups, scratch);
        bool has_room =
            slice_array_reserve(store, (void **)&hop->order, &hop->order_capacity, sorted->count, sizeof *hop->order);
        if (has_room)
            memcpy(hop->order, sorted->refs, sorted->count * sizeof *hop->order);
        hop->order_count = has_room ? sorted->count : 0;
        arena_release(scratch, mark);
        if (!has_room)
            return false;
    }
    window->groups = hop->running;
    window->cursor = ARENA_NEW(scratch, GroupCursor);
    *window->cursor =
        (GroupCursor){ .table = groups, .refs = hop->order, .count = hop->order_count, .may_lack_rows = true };
    return true;
}

static bool hop_open(SliceStore *store, FnCtx *fn, Arena *scratch, SliceWindow *window)
{
    HopState *hop = hop_state(store, fn);
    store->fired_us = window->end_us;
    if (hop == NULL || !hop_fold(store, fn, hop))
        return false;
    if (hop->has_inverse)
        return running_cursor(store, hop, scratch, window);
    window->groups = hop->back;
    if (hop->front_at < hop->front_count) {
        hop->window = slice_make_apart(store);
        if (hop->window == NULL)
            return false;
        fold_into(store, fn, hop->window, hop->front[hop->front_at]);
        fold_into(store, fn, hop->window, hop->back);
        window->groups = hop->window;
    }
    window->cursor = rt_groups_sorted(&window->groups->groups, scratch);
    return true;
}

/* Builds the running slice anew, at the next window, once more is left in it than the slices hold. */
static void sweep(SliceStore *store, HopState *hop)
{
    FoldLeft held = { LEFT_GROUPS_MIN, LEFT_VALUES_MIN };
    for (uint32_t i = 0; i < store->folded_count; i++) {
        held.groups += store->slices[i]->groups.group_count;
        for (uint32_t d = 0; d < store->shape.distinct_count; d++)
            held.values += store->slices[i]->distinct[d].group_count;
    }
    hop->look = held;
    if (hop->left.groups > held.groups || hop->left.values > held.values)
        forget(store, hop);
}

static void hop_close(SliceStore *store, FnCtx *fn)
{
    HopState *hop = store->hop;
    drop_apart(store, &hop->window);
    while (store->folded_count > 0 && store->pool->refused == STATE_REFUSED_NOT &&
           window_last_end(&store->shape, store->slices[0]->start_us) <= store->fired_us)
        evict_oldest(store, fn, hop);
    if (store->folded_count == 0)
        forget(store, hop);
    else if (hop->left.groups > hop->look.groups || hop->left.values > hop->look.values)
        sweep(store, hop);
}

/* ---- cumulating windows: the first folded slice holds what came before ---- */

static bool cumulate_open(SliceStore *store, FnCtx *fn, Arena *scratch, SliceWindow *window)
{
    store->fired_us = window->end_us;
    while (store->folded_count < store->slice_count &&
           store->slices[store->folded_count]->since_us <= store->fired_us) {
        if (store->folded_count == 0) {
            store->folded_count = 1;
            continue;
        }
        slice_fold_add(fn, &store->shape, store->slices[0], store->slices[1]);
        rt_slice_drop(store, store->slices[1]);
    }
    window->groups = store->slices[0];
    window->cursor = rt_groups_sorted(&window->groups->groups, scratch);
    return true;
}

static void cumulate_close(SliceStore *store)
{
    if (window_last_end(&store->shape, store->slices[0]->start_us) <= store->fired_us)
        rt_slice_drop(store, store->slices[0]);
}

/* ---- any kind ---- */

bool slice_window_next(SliceStore *store, int64_t watermark_us)
{
    if (store->next_close_us == INT64_MAX || store->next_close_us > watermark_us)
        return false;
    return store->shape.kind != WINDOW_SESSION || session_window_next(store, watermark_us);
}

/* Sessions are cut on instants and shown on the clock. */
static bool session_open(SliceStore *store, FnCtx *fn, Arena *scratch, SliceWindow *window)
{
    window->end_us = store->next_close_us + 1000;
    bool is_open = session_window_open(store, fn, scratch, window);
    window->start_us = window_wall_us(&store->shape, window->start_us);
    window->end_us = window_wall_us(&store->shape, window->end_us);
    return is_open;
}

bool slice_window_open(SliceStore *store, FnCtx *fn, Arena *scratch, SliceWindow *window)
{
    assert(store->next_close_us != INT64_MAX);
    if (store->pool->refused != STATE_REFUSED_NOT)
        return false;
    const SliceShape *shape = &store->shape;
    *window = (SliceWindow){ .last_us = store->next_close_us, .end_us = store->next_end_us };
    if (shape->kind == WINDOW_SESSION)
        return session_open(store, fn, scratch, window);
    if (shape->kind == WINDOW_HOP || shape->kind == WINDOW_CUMULATE)
        window->start_us = window_start_of_end(shape, window->end_us);
    if (shape->kind == WINDOW_HOP)
        return hop_open(store, fn, scratch, window);
    if (shape->kind == WINDOW_CUMULATE)
        return cumulate_open(store, fn, scratch, window);
    window->groups = store->slices[store->folded_count];
    window->start_us = window->groups->start_us;
    window->end_us = window->groups->end_us;
    window->cursor = rt_groups_sorted(&window->groups->groups, scratch);
    return true;
}

void slice_window_close(SliceStore *store, FnCtx *fn)
{
    if (store->shape.kind == WINDOW_SESSION)
        session_window_close(store, fn);
    else if (store->shape.kind == WINDOW_HOP)
        hop_close(store, fn);
    else if (store->shape.kind == WINDOW_CUMULATE)
        cumulate_close(store);
    else if (store->shape.keep_us > 0)
        slice_keep_first(store);
    else
        rt_slice_drop(store, store->slices[0]);
    slice_update_next_close(store);
}
