/* slice_peek.h -- open windows as they are now, without closing them: the youngest first.
 *
 *   SlicePeek peek = slice_peek(store, fn, watermark, scratch);
 *   SliceWindow window;
 *   while (slice_peek_next(&peek, &window)) .. walk window.groups; window.cursor is NULL ..
 *   slice_peek_end(&peek);
 *
 *   TUMBLE, ATTACHED   each slice
 *   HOP                every window that holds a row, put together from its slices; one that holds the slices of the
 *                      window before it and some more goes on from there
 *   CUMULATE           the windows whose last step has begun: those further on hold the same rows
 *   SESSION            none
 *
 * Nothing of the store changes; rows that were late for a window are not in it, as when it closes.
 *
 * Ownership  window.groups belong to the store or to the peek, until the next call.
 * Threads    task thread only.
 * Errors     a refused pool: slice_peek_next answers false. */
#ifndef SQC_STATE_SLICE_PEEK_H
#define SQC_STATE_SLICE_PEEK_H

#include "runtime/state/slice_window.h"

typedef struct SlicePeek {
    SliceStore *store;
    FnCtx *fn;
    int64_t watermark_us;
    int64_t end_us;  /* of the window that comes next, if it is open */
    uint32_t at;     /* TUMBLE, ATTACHED: slices from here on have been shown */
    Slice *together; /* of several slices; NULL: none yet */
    bool *has;       /* which slices are in it */
} SlicePeek;

SlicePeek slice_peek(SliceStore *store, FnCtx *fn, int64_t watermark_us, Arena *scratch);
bool slice_peek_next(SlicePeek *peek, SliceWindow *window);
void slice_peek_end(SlicePeek *peek);

/* The groups of some references in key order; the array is the cursor's from now on. */
GroupCursor *groups_sorted_some(GroupTable *table, uint32_t *refs, uint32_t count, Arena *scratch);

#endif
