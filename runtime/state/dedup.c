/* dedup.c -- see dedup.h. */
#include "runtime/state/dedup.h"

#include "runtime/state/slice_store_internal.h"
#include "runtime/state/state_hot.h"

#include <assert.h>

SliceShape dedup_shape(bool is_fixed, uint32_t key_bytes, int64_t within_us)
{
    assert(within_us > 0);
    return (SliceShape){ .groups = { is_fixed, key_bytes, sizeof(int64_t) },
                         .kind = WINDOW_TUMBLE,
                         .size_us = window_dedup_slice_us(within_us) };
}

static int64_t plus(int64_t time_us, int64_t more_us)
{
    int64_t sum;
    if (__builtin_add_overflow(time_us, more_us, &sum))
        return more_us > 0 ? INT64_MAX : INT64_MIN;
    return sum;
}

/* Index of the first slice that ends behind a time; slices lie one behind the other. */
static uint32_t first_behind(const SliceStore *store, int64_t time_us)
{
    uint32_t low = 0, high = store->slice_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (store->slices[middle]->end_us <= time_us)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool dedup_is_copy(SliceStore *store, const DedupRow *row, int64_t within_us)
{
    int64_t from_us = plus(row->time_us, -within_us), to_us = plus(row->time_us, within_us);
    int64_t known_us = plus(row->watermark_us, -within_us);
    from_us = known_us > from_us ? known_us : from_us;
    for (uint32_t i = first_behind(store, from_us); i < store->slice_count; i++) {
        const Slice *slice = store->slices[i];
        if (slice->start_us > to_us)
            break;
        const int64_t *seen_us = group_find(&slice->groups, row->key, row->key_len);
        if (seen_us != NULL && *seen_us >= from_us && *seen_us <= to_us)
            return true;
    }
    int64_t start_us = grid_floor(window_size_grid(&store->shape), row->time_us);
    int64_t end_us = plus(start_us, store->shape.size_us);
    Slice *slice = slice_find_or_make(store, start_us, end_us, end_us);
    int64_t *seen_us = group_upsert(&slice->groups, row->key, row->key_len, key_hash(row->key, row->key_len));
    *seen_us = row->time_us;
    return false;
}

void dedup_forget(SliceStore *store, int64_t watermark_us, int64_t within_us)
{
    int64_t known_us = plus(watermark_us, -within_us);
    while (store->slice_count > 0 && store->slices[0]->end_us <= known_us)
        rt_slice_drop(store, store->slices[0]);
}
