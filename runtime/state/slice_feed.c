/* slice_feed.c -- see slice_feed.h. */
#include "runtime/state/slice_feed.h"

#include "runtime/state/slice_store_internal.h"

#include <assert.h>

/* Slices are in the order of the ends of their first windows, and those that their own windows counted were fed. */
static bool is_for_others(const SliceStore *leader, const Slice *slice)
{
    return !slice->is_fed && slice->since_us == window_first_end(&leader->shape, slice->end_us);
}

static bool has_ended(const Slice *slice, int64_t watermark_us)
{
    return slice_close_us(slice->since_us) <= watermark_us;
}

int64_t slice_feed_next(const SliceStore *leader)
{
    for (uint32_t i = leader->folded_count; i < leader->slice_count; i++) {
        if (is_for_others(leader, leader->slices[i]))
            return slice_close_us(leader->slices[i]->since_us);
    }
    return INT64_MAX;
}

static void feed_one(FnCtx *fn, Slice *slice, SliceStore *follower)
{
    const SliceShape *shape = &follower->shape;
    int64_t start_us, end_us;
    slice_bounds(shape, slice->start_us, &start_us, &end_us);
    assert(slice->end_us <= end_us && "a slice of the leader lies in one of the follower's");
    Slice *into = slice_find_or_make(follower, start_us, end_us, window_first_end(shape, end_us));
    if (follower->pool->refused != STATE_REFUSED_NOT)
        return;
    if (into->groups.group_count == 0 && slice->groups.group_count > 1)
        group_table_adopt(&into->groups, &slice->groups);
    slice_fold_add(fn, shape, into, slice);
}

void slice_feed(FnCtx *fn, SliceStore *leader, SliceStore *follower, int64_t watermark_us)
{
    assert(follower->shape.groups.field_bytes == leader->shape.groups.field_bytes);
    for (uint32_t i = leader->folded_count; i < leader->slice_count; i++) {
        Slice *slice = leader->slices[i];
        if (!has_ended(slice, watermark_us) || leader->pool->refused != STATE_REFUSED_NOT)
            return;
        if (is_for_others(leader, slice))
            feed_one(fn, slice, follower);
    }
}

void slice_feed_done(SliceStore *leader, int64_t watermark_us)
{
    for (uint32_t i = leader->folded_count; i < leader->slice_count; i++)
        leader->slices[i]->is_fed = leader->slices[i]->is_fed || has_ended(leader->slices[i], watermark_us);
}
