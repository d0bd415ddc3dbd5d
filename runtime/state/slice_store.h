/* slice_store.h -- the state of one window aggregate: groups per slice of event time.
 *
 * A slice is a half-open interval [start, end) with its own group table, heap and distinct sets.  Each row updates one
 * slice; slice_window.h puts windows together from them.  Edges of slices are the union of the edges of the windows:
 *
 *   tumble(10)        |----------|----------|        a window is one slice
 *   hop(10 by 5)      |----|----|----|----|          of slices as long as the slide
 *   hop(7 by 5)       |--|---|--|---|--|---|         two in each slide, cut where a window ends
 *   cumulate(20 by 5) |----|----|----|----|
 *   attached          [start, end) as the row says
 *   session           one slice for all time (session_store.h)
 *
 * `since_us` is the end of the first window that counts the slice: the next end at or behind its own, as a rule.  A row
 * that is late for that window and not for a later one goes to a slice of its own with the same edges and a later
 * `since_us`, so that it counts in exactly the windows that were open for it, whenever they are put together.
 *
 * With a calendar the times of slices are those of a wall clock, and only where they meet times of rows and watermarks
 * are they turned into instants; the slice of the last row is known by instants, so that most rows need no zone.
 * ATTACHED windows of several zones have instants in `since_us` alone.
 *
 * With size_us = 0 there is one slice for all time, which never closes: grouping without a window.
 *
 * Units      *_us is microseconds since 1970-01-01.
 * Ownership  the store owns its slices; a slice pointer is good until the slice is dropped.
 * Threads    task thread only.
 * Errors     a refused pool (page.h): rt_slice_at may answer a slice whose tables answer trash.
 * Cost       slice of a row 0.5 ns when it is the same as before, else about 3 ns, or 30 when none was seen there. */
#ifndef SQC_STATE_SLICE_STORE_H
#define SQC_STATE_SLICE_STORE_H

#include "runtime/abi/window.h"
#include "runtime/state/group_table.h"
#include "runtime/time/zone.h"

struct AggFold;

typedef struct Slice {
    GroupTable groups;
    StateHeap heap;
    DistinctSet *distinct; /* one for each DISTINCT aggregate, by its number in the unit */
    uint32_t distinct_count;
    uint32_t number; /* unique in the store: owner of heap pages; with HEAP_OWNER_APART: in no snapshot */
    bool is_counted; /* others are added to it and taken away (slice_fold.h) */
    int64_t start_us, end_us;
    int64_t since_us;
    bool is_fed; /* others took it over (slice_feed.h) */
    /* While it is part of a counted slice (slice_fold.h): the groups there, in the order of ours; 0: at the same
     * reference, or not there. */
    uint32_t *folded_refs;              /* NULL: all are */
    uint32_t folded_count, folded_into; /* into: number of the counted slice */
} Slice;

typedef struct SliceShape {
    GroupShape groups;
    uint32_t distinct_count;
    WindowKind kind;
    int64_t size_us; /* 0: one slice for all time */
    int64_t step_us; /* HOP, CUMULATE; SESSION: no session is longer, 0: as long as it takes */
    int64_t offset_us;
    const WindowCalendar *calendar; /* NULL: edges are instants; else all times of slices are wall time */
    int64_t keep_us;    /* TUMBLE, SESSION: what was emitted stays so long, to be corrected (slice_late.h) */
    int64_t correct_us; /* HOP, CUMULATE: copies of closed windows stay so long; a row late for one window is late */
    const struct AggFold *folds; /* how states of two slices become one (slice_fold.h): HOP, CUMULATE */
    uint32_t fold_count;
    bool is_cut; /* SESSION: rows or the length end sessions (session_cut.c) */
} SliceShape;

/* A slice by where it starts, how long it is and when its first window closes; length 0: none. */
typedef struct SliceSeen {
    int64_t start_us;
    uint64_t length_us;
    int64_t close_us;
    Slice *slice;
} SliceSeen;

enum { SLICES_SEEN = 32 };

typedef struct SliceStore {
    /* the slice in which most rows are: as SliceSeen */
    int64_t current_start_us;
    uint64_t current_length_us;
    int64_t current_close_us;
    Slice *current;
    /* slices that other rows were in, by the bits of a time above seen_shift; NULL: none were */
    SliceSeen *seen;
    const Slice *seen_last; /* of the row before that was in one of them */
    uint32_t seen_shift;
    int64_t next_close_us; /* smallest watermark that closes a window; INT64_MAX: none open */
    int64_t next_end_us;   /* end of that window (SESSION: not kept) */
    Slice **slices;        /* by since, then start */
    uint32_t slice_count, slice_capacity;
    uint32_t folded_count; /* of the first ones: they count in windows that were emitted already, or are kept */
    Slice **copies;        /* of windows that closed and may be corrected, by end: HOP, CUMULATE */
    uint32_t copy_count, copy_capacity;
    uint32_t next_number;
    int64_t late_end_us; /* SESSION: where the session of the late row would have ended that was answered last */
    uint32_t late_flags; /* .. that are cut: its SESSION_STARTS, SESSION_ENDS */
    int64_t fired_us;     /* end of the window that was emitted last; INT64_MIN: none (TUMBLE and ATTACHED: never) */
    struct HopState *hop; /* what is kept between windows; rebuilt from the slices when missing */
    struct SessionState *session; /* the same of sessions */
    SliceShape shape;
    ZoneSpan span; /* of the zone's clock, around the last row that was looked at */
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

/* The same of a window by its end, which is wall time where the windows have a calendar. */
int64_t window_close_us(const SliceShape *shape, int64_t end_us);
/* What the clock of the windows shows at an instant. */
int64_t window_wall_us(const SliceShape *shape, int64_t time_us);

/* No slice that was seen is known any more. */
void slice_store_forget_seen(SliceStore *store);
/* The slice [start, end), made when missing.  Never NULL. */
Slice *slice_find_or_make(SliceStore *store, int64_t start_us, int64_t end_us, int64_t since_us);
/* The slice of a window that the row brings along; NULL: it has closed at this watermark.  `since_us` is the end, or
 * for windows of several zones the instant of the end. */
Slice *rt_slice_attached(SliceStore *store, int64_t start_us, int64_t end_us, int64_t since_us, int64_t watermark_us);
/* The slow way of rt_slice_at (state_hot.h). */
Slice *rt_slice_at_slow(SliceStore *store, int64_t time_us, int64_t watermark_us);

/* The slow way of slice_whole. */
Slice *rt_slice_whole_slow(SliceStore *store, int64_t time_us, int64_t watermark_us);

/* The first slice by end that closes at this watermark, or NULL.  Emit its groups, then drop it.  For windows of one
 * slice; slice_window.h does it for all. */
Slice *rt_slice_due(SliceStore *store, int64_t watermark_us);
void rt_slice_drop(SliceStore *store, Slice *slice);

#endif
