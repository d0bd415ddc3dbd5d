/* slice_keep.h -- the groups of a window with rare values of their keys put together.
 *
 * Of some columns of the key no more than so many values may leave a window.  Where there are more, the first ones by
 * rank stay, in each group that has another the value becomes a given one, and groups whose keys are the same now are
 * merged: sums, sets and sketches lose nothing.  How a value ranks is asked of somebody else, by the groups of the
 * window merged by that column alone.
 *
 *   KeepFold fold;
 *   keep_fold_start(&fold, store, fn, shape, &window, scratch);
 *   for each bound that keep_fold_values says has too many values (a cursor over one group for each of them):
 *       keep_fold_choose(&fold, bound, ranks)
 *   keep_fold_finish(&fold, &folded)              .. walk folded.cursor ..
 *   keep_fold_release(&fold)
 *
 * It depends on the groups of the window alone, so on no order of rows.  Nothing stays between windows.
 *
 * Ownership  slices made here belong to the fold; texts and cursors to `scratch`.
 * Threads    task thread only.
 * Errors     a refused pool: false.
 * Cost       nothing where a window has no more groups than the least bound; else about 100 ns a group and bound. */
#ifndef SQC_STATE_SLICE_KEEP_H
#define SQC_STATE_SLICE_KEEP_H

#include "runtime/state/slice_window.h"

typedef struct KeepBound {
    uint32_t key; /* column of the key */
    uint64_t most;
    Str other;      /* as a key column */
    bool is_ranked; /* else the first ones in the order of keys stay */
} KeepBound;

typedef struct KeepShape {
    const uint8_t *kinds; /* of the columns of the key */
    uint32_t key_count;
    const KeepBound *bounds; /* by key */
    uint32_t bound_count;
} KeepShape;

typedef struct KeepChoice {
    Slice *values;  /* NULL: all values stay */
    uint64_t *kept; /* by reference in `values` */
    uint64_t folded;
} KeepChoice;

typedef struct KeepFold {
    SliceStore *store;
    FnCtx *fn;
    const KeepShape *shape;
    const SliceWindow *window;
    Arena *scratch;
    KeepChoice *choices; /* by bound */
    Slice *folded;
    const char **parts; /* of the key in hand */
    uint64_t *lengths;
    char *key;
    uint64_t key_room;
} KeepFold;

/* Can a window of so many groups have too many values of a column? */
bool keep_shape_exceeds(const KeepShape *shape, const GroupCursor *cursor);

void keep_fold_start(KeepFold *fold, SliceStore *store, FnCtx *fn, const KeepShape *shape, const SliceWindow *window,
                     Arena *scratch);
/* A group for each value of a bounded column, in order; *values.groups NULL: there are not too many. */
bool keep_fold_values(KeepFold *fold, uint32_t bound, SliceWindow *values);
/* `ranks`: of each value, in order; those with the largest stay, ties by key.  NULL: the first ones. */
void keep_fold_choose(KeepFold *fold, uint32_t bound, const GroupCursor *values, const Str *ranks);
bool keep_fold_finish(KeepFold *fold, SliceWindow *folded);
void keep_fold_release(KeepFold *fold);

#endif
