/* slice_store_internal.h -- slices by themselves, and what is kept between the windows of a hop.
 *
 * Threads    task thread only. */
#ifndef SQC_STATE_SLICE_STORE_INTERNAL_H
#define SQC_STATE_SLICE_STORE_INTERNAL_H

#include "runtime/state/slice_store.h"
#include "runtime/time/window_grid.h"

/* An empty slice with the number that it had; NULL: refused. */
Slice *slice_store_restore_slice(SliceStore *store, int64_t start_us, int64_t end_us, int64_t since_us,
                                 uint32_t number);

/* A slice that will take the place of one in the list.  NULL: refused. */
Slice *slice_make_successor(SliceStore *store);

/* A slice that is in no list and no snapshot; a counted one (slice_fold.h).  NULL: refused. */
Slice *slice_make_apart(SliceStore *store);
Slice *slice_make_counted(SliceStore *store);
void slice_release_apart(SliceStore *store, Slice *slice);

/* Copies of windows stand behind the slices in a snapshot, with this in the place of a time. */
#define SLICE_COPY_SINCE_US INT64_MIN
/* An empty copy in its place, and without the first one; NULL: refused. */
Slice *slice_store_add_copy(SliceStore *store, int64_t start_us, int64_t end_us, uint32_t number);
void slice_store_drop_copy(SliceStore *store);

/* Recomputes next_close_us. */
void slice_update_next_close(SliceStore *store);

/* ---- arithmetic of windows; saturates at the ends of the number range ---- */

/* The grids of the size and of the step; the grid on which windows start. */
GridPeriod window_size_grid(const SliceShape *shape);
GridPeriod window_step_grid(const SliceShape *shape);
GridPeriod window_start_grid(const SliceShape *shape);
/* End of the first window that holds a slice which ends here, of the last one that holds a slice which starts here, and
 * start of the window that ends here. */
int64_t window_first_end(const SliceShape *shape, int64_t slice_end_us);
int64_t window_last_end(const SliceShape *shape, int64_t slice_start_us);
int64_t window_start_of_end(const SliceShape *shape, int64_t end_us);

/* Start and end of the slice of a time, cut off at the ends of the number range. */
void slice_bounds(const SliceShape *shape, int64_t time_us, int64_t *start_us, int64_t *end_us);

/* An array of the store made longer; false: refused. */
bool slice_array_reserve(SliceStore *store, void **items, uint32_t *capacity, uint32_t wanted, uint32_t item_bytes);

/* slice_fold.c: gives back what makes taking a slice away again quick. */
void slice_forget_refs(Slice *slice);

/* slice_window.c, session_store.c */
void hop_state_release(SliceStore *store);
void session_state_release(SliceStore *store);

#endif
