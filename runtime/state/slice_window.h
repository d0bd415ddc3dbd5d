/* slice_window.h -- windows put together from slices, one after the other, in the order of their ends.
 *
 *   while (slice_window_next(store, watermark)) {
 *       SliceWindow window;
 *       if (!slice_window_open(store, fn, scratch, &window)) break;   the budget is spent
 *       .. walk window.cursor ..
 *       slice_window_close(store, fn);
 *   }
 *
 *   TUMBLE, ATTACHED   the one slice
 *   SESSION            the sessions of one start and end, out of the one slice of all (session_store.h)
 *   CUMULATE           what came before in the outer window, and the slices of the step, in one slice
 *   HOP, aggregates with an inverse     one running slice: new slices are added, old ones taken away
 *   HOP, others        two stacks: for each of the older slices what it and all younger ones of the stack hold together
 *                      (made once for the whole stack), and one slice for those that came later; a window is two slices
 *
 * So a window costs what its new and its leaving slices hold, not its length in slices, once for each group; that is
 * some 5 ns while their keys stand at the same references (slice_fold.h).
 *
 * Everything but the slices themselves is rebuilt when it is missing, so a snapshot holds only slices and the end of
 * the window that was emitted last.
 *
 * Ownership  the window's groups belong to the store until slice_window_close; its cursor to `scratch` or the store.
 * Threads    task thread only.
 * Errors     a refused pool: slice_window_open answers false. */
#ifndef SQC_STATE_SLICE_WINDOW_H
#define SQC_STATE_SLICE_WINDOW_H

#include "runtime/state/slice_fold.h"

typedef struct SliceWindow {
    int64_t start_us, end_us; /* as the clock of the windows shows them */
    int64_t last_us;          /* the last millisecond: its window_time, an instant */
    Slice *groups;            /* whose heap the states use */
    GroupCursor *cursor;
} SliceWindow;

/* Does a window close at this watermark?  Then next_close_us is when; before, it may be too early (sessions grow). */
bool slice_window_next(SliceStore *store, int64_t watermark_us);

/* The window that closes first. */
bool slice_window_open(SliceStore *store, FnCtx *fn, Arena *scratch, SliceWindow *window);
/* It has been emitted: what no later window needs goes. */
void slice_window_close(SliceStore *store, FnCtx *fn);

#endif
