/* slice_late.h -- what correcting closed windows needs of slices.
 *
 * A row that comes after its window goes into a *delta*, a slice of its own beside the store, which slice_fold_add then
 * merges into the window that was kept.  Deltas are in no snapshot: they live within a batch.
 *
 * Threads    task thread only.
 * Errors     a refused pool: slice_delta_make answers NULL. */
#ifndef SQC_STATE_SLICE_LATE_H
#define SQC_STATE_SLICE_LATE_H

#include "runtime/state/slice_window.h"

/* The window that was emitted just now stays. */
void slice_keep_first(SliceStore *store);
/* A window that closed, made where no row was in it yet. */
Slice *slice_kept(SliceStore *store, int64_t start_us, int64_t end_us);
/* Windows that closed so long ago that nobody may correct them any more go. */
void slice_forget(SliceStore *store, int64_t watermark_us);

/* ---- HOP and CUMULATE: windows are copied when they close ---- */
void slice_copy_window(FnCtx *fn, SliceStore *store, const SliceWindow *window);
/* The copy of a window that closed, made where no row was in it yet; the trash of a refused pool. */
Slice *slice_copy_of(SliceStore *store, int64_t start_us, int64_t end_us);
/* Where a row of this time counts for windows that end at `since_us` or later, which hold the time. */
Slice *slice_since(SliceStore *store, int64_t time_us, int64_t since_us);
int64_t slice_start_of_window(const SliceShape *shape, int64_t end_us);
/* End of the window that ends a step before one. */
int64_t slice_end_before(const SliceShape *shape, int64_t end_us);

Slice *slice_delta_make(SliceStore *store);
void slice_delta_release(SliceStore *store, Slice *delta);
/* A cursor that stands before the one group of `window` whose key is that of the delta's group; false: `window` has no
 * such group.  `ref` and the cursor's memory are the caller's. */
bool slice_delta_group(const Slice *delta, Slice *window, Arena *scratch, uint32_t *ref, GroupCursor *cursor);
/* The youngest window that holds a time; SESSION: the one that a row of this time has alone; ATTACHED: the time and
 * INT64_MIN. */
void slice_window_of(const SliceShape *shape, int64_t time_us, int64_t *start_us, int64_t *end_us);

#endif
