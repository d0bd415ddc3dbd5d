/* slice_store.c -- making, finding and dropping slices. */
#include "runtime/state/slice_store.h"

#include "runtime/base/alloc.h"
#include "runtime/state/slice_store_internal.h"

#include <assert.h>

/* ---- arithmetic ---- */
static int64_t saturated(Int128 value)
{
    return value > INT64_MAX ? INT64_MAX : value < INT64_MIN ? INT64_MIN : (int64_t)value;
}

static Int128 grid_floor(Int128 time_us, int64_t period_us, int64_t offset_us)
{
    Int128 past = (time_us - offset_us) % period_us;
    return time_us - (past < 0 ? past + period_us : past);
}

int64_t window_grid_floor(int64_t time_us, int64_t period_us, int64_t offset_us)
{
    return saturated(grid_floor(time_us, period_us, offset_us));
}

int64_t window_grid_ceil(int64_t time_us, int64_t period_us, int64_t offset_us)
{
    return saturated(grid_floor((Int128)time_us + period_us - 1, period_us, offset_us));
}

int64_t window_first_end(const SliceShape *shape, int64_t slice_end_us)
{
    if (shape->kind != WINDOW_HOP || slice_end_us == INT64_MAX)
        return slice_end_us;
    return window_grid_ceil(slice_end_us, shape->step_us, saturated((Int128)shape->offset_us + shape->size_us));
}

int64_t window_last_end(const SliceShape *shape, int64_t slice_start_us)
{
    int64_t period = shape->kind == WINDOW_HOP ? shape->step_us : shape->size_us;
    return saturated((Int128)window_grid_floor(slice_start_us, period, shape->offset_us) + shape->size_us);
}

int64_t window_start_of_end(const SliceShape *shape, int64_t end_us)
{
    if (shape->kind == WINDOW_CUMULATE)
        return window_grid_floor(saturated((Int128)end_us - 1), shape->size_us, shape->offset_us);
    return saturated((Int128)end_us - shape->size_us);
}

/* ---- one slice ---- */
static Slice *slice_new(SliceStore *store, uint32_t number, uint32_t room, uint32_t distinct_room)
{
    uint64_t bytes = sizeof(Slice) + store->shape.distinct_count * sizeof(DistinctSet);
    if (!page_pool_charge(store->pool, bytes))
        return NULL;
    Slice *slice = mem_alloc(bytes);
    if (slice == NULL) {
        page_pool_discharge(store->pool, bytes);
        page_pool_refuse(store->pool, STATE_REFUSED_MEMORY);
        return NULL;
    }
    *slice = (Slice){ .number = number,
                      .distinct = (DistinctSet *)(slice + 1),
                      .distinct_count = store->shape.distinct_count };
    heap_init(&slice->heap, &store->heap_pages, number);
    GroupShape shape = store->shape.groups;
    shape.field_bytes = ((shape.field_bytes + 7) & ~7u) + room;
    group_table_init(&slice->groups, shape, store->pool, &slice->heap);
    bool is_session = store->shape.kind == WINDOW_SESSION;
    for (uint32_t i = 0; i < slice->distinct_count; i++) {
        GroupShape set = { .field_bytes = is_session ? 8 : distinct_room };
        if (is_session && i + 1 == slice->distinct_count)
            set.field_bytes = shape.field_bytes; /* further sessions of a key */
        group_table_init(&slice->distinct[i], set, store->pool, &slice->heap);
    }
    return slice;
}

static void slice_release(SliceStore *store, Slice *slice)
{
    slice_forget_refs(slice);
    group_table_release(&slice->groups);
    for (uint32_t i = 0; i < slice->distinct_count; i++)
        group_table_release(&slice->distinct[i]);
    heap_release(&slice->heap);
    page_pool_discharge(store->pool, sizeof(Slice) + store->shape.distinct_count * sizeof(DistinctSet));
    mem_free(slice);
}

Slice *slice_make_apart(SliceStore *store, uint32_t room, uint32_t distinct_room)
{
    Slice *slice = slice_new(store, store->next_number | HEAP_OWNER_APART, room, distinct_room);
    store->next_number += slice != NULL;
    return slice;
}

Slice *slice_make_successor(SliceStore *store)
{
    Slice *slice = slice_new(store, store->next_number, 0, 0);
    store->next_number += slice != NULL;
    return slice;
}

void slice_release_apart(SliceStore *store, Slice *slice)
{
    slice_release(store, slice);
}

/* ---- the store ---- */
RtStatus slice_store_init(SliceStore *store, SliceShape shape, PagePool *pool, RtError *error)
{
    assert(shape.size_us >= 0);
    *store = (SliceStore){ .shape = shape, .pool = pool, .next_close_us = INT64_MAX, .fired_us = INT64_MIN };
    heap_pages_init(&store->heap_pages, pool);
    store->trash = slice_new(store, store->next_number++ | HEAP_OWNER_APART, 0, 0);
    return store->trash != NULL ? RT_OK : rt_error(error, RT_FATAL, "no memory for window state");
}

void slice_store_release(SliceStore *store)
{
    hop_state_release(store);
    session_state_release(store);
    for (uint32_t i = 0; i < store->slice_count; i++)
        slice_release(store, store->slices[i]);
    if (store->trash != NULL)
        slice_release(store, store->trash);
    heap_pages_release(&store->heap_pages);
    page_pool_discharge(store->pool, store->slice_capacity * sizeof(Slice *));
    mem_free(store->slices);
    *store = (SliceStore){ .pool = store->pool, .next_close_us = INT64_MAX };
}

bool slice_array_reserve(SliceStore *store, void **items, uint32_t *capacity, uint32_t wanted, uint32_t item_bytes)
{
    if (wanted <= *capacity)
        return true;
    uint32_t larger = wanted < 64 ? 64 : wanted + wanted / 2;
    if (!page_pool_charge(store->pool, (larger - *capacity) * (uint64_t)item_bytes))
        return false;
    void *grown = mem_resize(*items, larger * (uint64_t)item_bytes);
    if (grown == NULL) {
        page_pool_discharge(store->pool, (larger - *capacity) * (uint64_t)item_bytes);
        page_pool_refuse(store->pool, STATE_REFUSED_MEMORY);
        return false;
    }
    *items = grown;
    *capacity = larger;
    return true;
}

static bool list_reserve(SliceStore *store)
{
    if (store->slice_count < store->slice_capacity)
        return true;
    uint32_t capacity = store->slice_capacity == 0 ? 8 : 2 * store->slice_capacity;
    uint64_t more = (capacity - store->slice_capacity) * sizeof(Slice *);
    if (!page_pool_charge(store->pool, more))
        return false;
    Slice **slices = mem_resize(store->slices, capacity * sizeof *slices);
    if (slices == NULL) {
        page_pool_discharge(store->pool, more);
        page_pool_refuse(store->pool, STATE_REFUSED_MEMORY);
        return false;
    }
    store->slices = slices;
    store->slice_capacity = capacity;
    return true;
}

static bool is_before(const Slice *slice, int64_t start_us, int64_t since_us)
{
    return slice->since_us != since_us ? slice->since_us < since_us : slice->start_us < start_us;
}

/* Index of the first slice that is not before (since, start).  New rows fall into late slices, so it looks from the end
 * first. */
static uint32_t list_position(const SliceStore *store, int64_t start_us, int64_t since_us)
{
    uint32_t low = 0, high = store->slice_count;
    for (uint32_t tries = 0; tries < 4 && high > 0; tries++) {
        if (is_before(store->slices[high - 1], start_us, since_us))
            return high;
        high--;
    }
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (is_before(store->slices[middle], start_us, since_us))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Slices that were counted already count again in the next window, until the last that holds them. */
void slice_update_next_close(SliceStore *store)
{
    int64_t next = INT64_MAX;
    if (store->shape.kind == WINDOW_SESSION) {
        if (store->session == NULL) /* restored: to be looked at before the next window */
            store->next_close_us = store->slice_count > 0 ? INT64_MIN : INT64_MAX;
        return;
    }
    if (store->folded_count < store->slice_count)
        next = store->slices[store->folded_count]->since_us;
    if (store->folded_count > 0 && store->shape.keep_us == 0) {
        int64_t again = saturated((Int128)store->fired_us + store->shape.step_us);
        next = again < next ? again : next;
    }
    store->next_close_us = slice_close_us(next);
}

static Slice *insert(SliceStore *store, Slice *slice, int64_t start_us, int64_t end_us, int64_t since_us)
{
    uint32_t position = list_position(store, start_us, since_us);
    slice->start_us = start_us;
    slice->end_us = end_us;
    slice->since_us = since_us;
    memmove(&store->slices[position + 1], &store->slices[position],
            (store->slice_count - position) * sizeof *store->slices);
    store->slices[position] = slice;
    store->slice_count++;
    bool is_combined = store->shape.kind == WINDOW_HOP || store->shape.kind == WINDOW_CUMULATE;
    store->folded_count += (is_combined || store->shape.keep_us > 0) && since_us <= store->fired_us;
    slice_update_next_close(store);
    return slice;
}

Slice *slice_find_or_make(SliceStore *store, int64_t start_us, int64_t end_us, int64_t since_us)
{
    uint32_t position = list_position(store, start_us, since_us);
    if (position < store->slice_count) {
        Slice *found = store->slices[position];
        if (found->since_us == since_us && found->start_us == start_us)
            return found;
    }
    Slice *slice = list_reserve(store) ? slice_new(store, store->next_number, 0, 0) : NULL;
    if (slice == NULL)
        return store->trash;
    store->next_number++;
    bool is_usual = since_us == window_first_end(&store->shape, end_us);
    if (store->slice_count > 0 && is_usual) /* as many groups as in the slice before, as a rule */
        group_table_expect(&slice->groups, store->slices[store->slice_count - 1]->groups.group_count / 8 * 7);
    return insert(store, slice, start_us, end_us, since_us);
}

Slice *slice_store_restore_slice(SliceStore *store, int64_t start_us, int64_t end_us, int64_t since_us, uint32_t number)
{
    Slice *slice = list_reserve(store) ? slice_new(store, number, 0, 0) : NULL;
    return slice == NULL ? NULL : insert(store, slice, start_us, end_us, since_us);
}

/* Start and end of the slice of a time, cut off at the ends of the number range. */
static void slice_bounds(const SliceShape *shape, int64_t time_us, int64_t *start_us, int64_t *end_us)
{
    if (shape->size_us == 0) {
        *start_us = INT64_MIN;
        *end_us = INT64_MAX;
        return;
    }
    bool is_tumble = shape->kind == WINDOW_TUMBLE;
    int64_t period = is_tumble ? shape->size_us : shape->step_us;
    Int128 start = grid_floor(time_us, period, shape->offset_us);
    Int128 end = start + period;
    /* A hop whose size is no multiple of its slide ends windows inside of each slide. */
    int64_t cut = shape->kind == WINDOW_HOP ? shape->size_us % period : 0;
    if (cut != 0 && time_us < start + cut)
        end = start + cut;
    else
        start += cut;
    *start_us = saturated(start);
    *end_us = saturated(end);
}

Slice *rt_slice_at_slow(SliceStore *store, int64_t time_us, int64_t watermark_us)
{
    int64_t start_us, end_us;
    const SliceShape *shape = &store->shape;
    slice_bounds(shape, time_us, &start_us, &end_us);
    int64_t since_us = window_first_end(shape, end_us);
    if (watermark_us >= slice_close_us(since_us) && shape->size_us != 0) {
        if (shape->kind == WINDOW_TUMBLE || watermark_us >= slice_close_us(window_last_end(shape, start_us)))
            return NULL;
        int64_t open = saturated((Int128)watermark_us + 1001);
        since_us = window_grid_ceil(open, shape->step_us, since_us);
        return slice_find_or_make(store, start_us, end_us, since_us);
    }
    Slice *slice = slice_find_or_make(store, start_us, end_us, since_us);
    store->current = slice;
    store->current_start_us = start_us;
    store->current_length_us = slice == store->trash ? 0 : (uint64_t)end_us - (uint64_t)start_us;
    store->current_close_us = slice_close_us(since_us);
    return slice;
}

Slice *rt_slice_attached(SliceStore *store, int64_t start_us, int64_t end_us, int64_t watermark_us)
{
    if (watermark_us >= slice_close_us(end_us))
        return NULL;
    if (store->current_length_us != 0 && store->current_start_us == start_us && store->current->end_us == end_us)
        return store->current;
    Slice *slice = slice_find_or_make(store, start_us, end_us, end_us);
    store->current = slice;
    store->current_start_us = start_us;
    store->current_length_us = slice != store->trash;
    return slice;
}

Slice *rt_slice_due(SliceStore *store, int64_t watermark_us)
{
    bool due = store->slice_count > 0 && watermark_us >= store->next_close_us;
    return due && store->pool->refused == STATE_REFUSED_NOT ? store->slices[0] : NULL;
}

void rt_slice_drop(SliceStore *store, Slice *slice)
{
    uint32_t position = list_position(store, slice->start_us, slice->since_us);
    assert(position < store->slice_count && store->slices[position] == slice);
    store->slice_count--;
    store->folded_count -= position < store->folded_count;
    memmove(&store->slices[position], &store->slices[position + 1],
            (store->slice_count - position) * sizeof *store->slices);
    slice_update_next_close(store);
    if (store->current == slice) {
        store->current = NULL;
        store->current_length_us = 0;
    }
    slice_release(store, slice);
}
