/* slice_store.h -- the state of one window aggregate: groups per slice of event time.
 *
 * A slice is a half-open interval [start, end) with its own group table, heap and distinct sets.  Each row updates one
 * slice; a tumbling window is one slice, later kinds of windows combine several (merge is defined on the aggregates'
 * states and reads any heap of the unit).  Slices do not know windows: they are found by start and end, listed by end,
 * and dropped by whoever needs them no more.
 *
 * With size_us = 0 there is one slice for all time, which never closes: grouping without a window.
 *
 * Units      *_us is microseconds since 1970-01-01.
 * Ownership  the store owns its slices; a slice pointer is good until the slice is dropped.
 * Threads    task thread only.
 * Errors     a refused pool (page.h): rt_slice_at may answer a slice whose tables answer trash.
 * Cost       slice of a row 0.5 ns when it is the same as before, else about 5 ns. */
#ifndef SQC_STATE_SLICE_STORE_H
#define SQC_STATE_SLICE_STORE_H

#include "runtime/state/group_table.h"

typedef struct Slice {
    GroupTable groups;
    StateHeap heap;
    DistinctSet *distinct; /* one for each DISTINCT aggregate, by its number in the unit */
    uint32_t distinct_count;
    uint32_t number; /* unique in the store: owner of heap pages */
    int64_t start_us, end_us;
} Slice;

typedef struct SliceShape {
    GroupShape groups;
    uint32_t distinct_count;
    int64_t size_us; /* 0: one slice for all time */
    int64_t offset_us;
} SliceShape;

typedef struct SliceStore {
    /* the slice of the last row, by where it starts, how long it is and when it closes; length 0: none */
    int64_t current_start_us;
    uint64_t current_length_us;
    int64_t current_close_us;
    Slice *current;
    int64_t next_close_us; /* smallest watermark that closes a slice; INT64_MAX: none open */
    Slice **slices;        /* open ones by end, then start */
    uint32_t slice_count, slice_capacity;
    uint32_t next_number;
    SliceShape shape;
    PagePool *pool;
    HeapPages heap_pages;
    Slice *trash; /* what a refused pool answers; made on init */
} SliceStore;

RtStatus slice_store_init(SliceStore *store, SliceShape shape, PagePool *pool, RtError *error) RT_CHECKED;
void slice_store_release(SliceStore *store);

/* [s, e) is closed at a watermark of e - 1 ms. */
static inline int64_t slice_close_us(int64_t end_us)
{
    return end_us == INT64_MAX ? INT64_MAX : end_us - 1000;
}

/* The slice [start, end), made when missing.  Never NULL.  For windows that are cut elsewhere (zones, hops). */
Slice *slice_find_or_make(SliceStore *store, int64_t start_us, int64_t end_us);
/* The slow way of rt_slice_at (state_hot.h). */
Slice *rt_slice_at_slow(SliceStore *store, int64_t time_us, int64_t watermark_us);

/* The first slice by end that closes at this watermark, or NULL.  Emit its groups, then drop it. */
Slice *rt_slice_due(SliceStore *store, int64_t watermark_us);
void rt_slice_drop(SliceStore *store, Slice *slice);

#endif
