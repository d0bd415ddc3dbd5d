/* slice_store.c -- making, finding and dropping slices. */
#include "runtime/state/slice_store.h"

#include "runtime/base/alloc.h"
#include "runtime/state/slice_store_internal.h"

#include <assert.h>

/* ---- one slice ---- */
static Slice *slice_new(SliceStore *store, int64_t start_us, int64_t end_us, uint32_t number)
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
                      .start_us = start_us,
                      .end_us = end_us,
                      .distinct = (DistinctSet *)(slice + 1),
                      .distinct_count = store->shape.distinct_count };
    heap_init(&slice->heap, &store->heap_pages, number);
    group_table_init(&slice->groups, store->shape.groups, store->pool, &slice->heap);
    for (uint32_t i = 0; i < slice->distinct_count; i++)
        group_table_init(&slice->distinct[i], (GroupShape){ .is_fixed = false }, store->pool, &slice->heap);
    return slice;
}

static void slice_release(SliceStore *store, Slice *slice)
{
    group_table_release(&slice->groups);
    for (uint32_t i = 0; i < slice->distinct_count; i++)
        group_table_release(&slice->distinct[i]);
    heap_release(&slice->heap);
    page_pool_discharge(store->pool, sizeof(Slice) + store->shape.distinct_count * sizeof(DistinctSet));
    mem_free(slice);
}

/* ---- the store ---- */
RtStatus slice_store_init(SliceStore *store, SliceShape shape, PagePool *pool, RtError *error)
{
    assert(shape.size_us >= 0);
    *store = (SliceStore){ .shape = shape, .pool = pool, .next_close_us = INT64_MAX };
    heap_pages_init(&store->heap_pages, pool);
    store->trash = slice_new(store, 0, 0, store->next_number++);
    return store->trash != NULL ? RT_OK : rt_error(error, RT_FATAL, "no memory for window state");
}

void slice_store_release(SliceStore *store)
{
    for (uint32_t i = 0; i < store->slice_count; i++)
        slice_release(store, store->slices[i]);
    if (store->trash != NULL)
        slice_release(store, store->trash);
    heap_pages_release(&store->heap_pages);
    page_pool_discharge(store->pool, store->slice_capacity * sizeof(Slice *));
    mem_free(store->slices);
    *store = (SliceStore){ .pool = store->pool, .next_close_us = INT64_MAX };
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

static bool is_before(const Slice *slice, int64_t start_us, int64_t end_us)
{
    return slice->end_us != end_us ? slice->end_us < end_us : slice->start_us < start_us;
}

/* Index of the first slice that is not before (end, start).  New rows fall into late slices, so it looks from the end
 * first. */
static uint32_t list_position(const SliceStore *store, int64_t start_us, int64_t end_us)
{
    uint32_t low = 0, high = store->slice_count;
    for (uint32_t tries = 0; tries < 4 && high > 0; tries++) {
        if (is_before(store->slices[high - 1], start_us, end_us))
            return high;
        high--;
    }
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (is_before(store->slices[middle], start_us, end_us))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void update_next_close(SliceStore *store)
{
    store->next_close_us = store->slice_count == 0 ? INT64_MAX : slice_close_us(store->slices[0]->end_us);
}

static Slice *insert(SliceStore *store, uint32_t position, Slice *slice)
{
    memmove(&store->slices[position + 1], &store->slices[position],
            (store->slice_count - position) * sizeof *store->slices);
    store->slices[position] = slice;
    store->slice_count++;
    update_next_close(store);
    return slice;
}

Slice *slice_find_or_make(SliceStore *store, int64_t start_us, int64_t end_us)
{
    uint32_t position = list_position(store, start_us, end_us);
    if (position < store->slice_count) {
        Slice *found = store->slices[position];
        if (found->end_us == end_us && found->start_us == start_us)
            return found;
    }
    Slice *slice = list_reserve(store) ? slice_new(store, start_us, end_us, store->next_number) : NULL;
    if (slice == NULL)
        return store->trash;
    store->next_number++;
    return insert(store, position, slice);
}

Slice *slice_store_restore_slice(SliceStore *store, int64_t start_us, int64_t end_us, uint32_t number)
{
    Slice *slice = list_reserve(store) ? slice_new(store, start_us, end_us, number) : NULL;
    return slice == NULL ? NULL : insert(store, list_position(store, start_us, end_us), slice);
}

/* Start and end of the slice of a time, cut off at the ends of the number range. */
static void slice_bounds(const SliceShape *shape, int64_t time_us, int64_t *start_us, int64_t *end_us)
{
    if (shape->size_us == 0) {
        *start_us = INT64_MIN;
        *end_us = INT64_MAX;
        return;
    }
    Int128 from_offset = (Int128)time_us - shape->offset_us;
    Int128 into_slice = from_offset % shape->size_us;
    if (into_slice < 0)
        into_slice += shape->size_us;
    Int128 start = (Int128)time_us - into_slice;
    Int128 end = start + shape->size_us;
    *start_us = start < INT64_MIN ? INT64_MIN : (int64_t)start;
    *end_us = end > INT64_MAX ? INT64_MAX : (int64_t)end;
}

Slice *rt_slice_at_slow(SliceStore *store, int64_t time_us, int64_t watermark_us)
{
    int64_t start_us, end_us;
    slice_bounds(&store->shape, time_us, &start_us, &end_us);
    if (watermark_us >= slice_close_us(end_us) && store->shape.size_us != 0)
        return NULL;
    Slice *slice = slice_find_or_make(store, start_us, end_us);
    store->current = slice;
    store->current_start_us = start_us;
    store->current_length_us = slice == store->trash ? 0 : (uint64_t)end_us - (uint64_t)start_us;
    store->current_close_us = slice_close_us(end_us);
    return slice;
}

Slice *rt_slice_due(SliceStore *store, int64_t watermark_us)
{
    bool due = store->slice_count > 0 && watermark_us >= store->next_close_us;
    return due && store->pool->refused == STATE_REFUSED_NOT ? store->slices[0] : NULL;
}

void rt_slice_drop(SliceStore *store, Slice *slice)
{
    uint32_t position = list_position(store, slice->start_us, slice->end_us);
    assert(position < store->slice_count && store->slices[position] == slice);
    store->slice_count--;
    memmove(&store->slices[position], &store->slices[position + 1],
            (store->slice_count - position) * sizeof *store->slices);
    update_next_close(store);
    if (store->current == slice) {
        store->current = NULL;
        store->current_length_us = 0;
    }
    slice_release(store, slice);
}
