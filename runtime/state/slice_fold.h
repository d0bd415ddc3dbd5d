/* slice_fold.h -- the groups of one slice added to those of another, and taken away again.
 *
 * Groups have rows (GroupShape), and those without are passed over.  A slice into which others are added and taken away
 * is *counted*: behind each DISTINCT value stands how many slices saw it.  Groups and values that nobody has any more
 * stay as they are, with a count of zero, until the slice is built anew.
 *
 * Slices that follow each other mostly have the same keys at the same references (slice_store.c), so a group is looked
 * for there first, and looked up only when another key stands there.
 *
 * The two may be of two stores with the same groups and states.
 *
 * Ownership  states of `into` own their parts in its heap; nothing of `from` is kept.
 * Threads    task thread only.
 * Errors     a refused pool: what was written is trash (page.h).
 * Cost       about 3 ns a group with one or two aggregates that stands at the same reference, else about 10. */
#ifndef SQC_STATE_SLICE_FOLD_H
#define SQC_STATE_SLICE_FOLD_H

#include "runtime/abi/fn.h"
#include "runtime/state/slice_store.h"

/* What is done to the state of one aggregate. */
typedef struct AggFold {
    uint32_t offset;    /* in the fields of a group */
    int32_t distinct;   /* number of its DISTINCT set, -1: none */
    uint8_t value_kind; /* DISTINCT: RtKind of the values in the set, and of what a step takes */
    uint8_t step_kind;
    void (*merge)(FnCtx *fn, void *into, const void *from);
    void (*subtract)(FnCtx *fn, void *from, const void *part); /* NULL: cannot */
    AggManyFn merge_many, subtract_many;                       /* the same of many groups at once; NULL: one by one */
    void (*take)(FnCtx *fn, void *from, const void *part); /* the same of a state of one row; NULL: no row comes back */
    void (*step)(FnCtx *fn, void *state, const RtDatum *value);
    void (*retract)(FnCtx *fn, void *state, const RtDatum *value); /* NULL: cannot */
    /* The state as bytes and back (registry.h), and its size: where parts of it stand in the heap of another store. */
    Str (*put)(FnCtx *fn, const void *state);
    bool (*get)(FnCtx *fn, void *state, Str bytes);
    uint32_t state_bytes;
    const FnUserAgg *user; /* written in SQL; NULL: it is not.  fn->user while one of them runs */
} AggFold;

enum { FOLD_COUNT_BYTES = 8 }; /* behind a DISTINCT value */

/* Can every aggregate take away what was added? */
bool folds_have_inverse(const AggFold *folds, uint32_t count);

/* The value in the key of a DISTINCT set, as a step takes it; text lives in the batch. */
RtDatum fold_value(FnCtx *fn, const AggFold *fold, const char *key, uint32_t key_len);

void slice_fold_add(FnCtx *fn, const SliceShape *shape, Slice *into, Slice *from);

/* Takes away the rows of `from` that are in `into`, which is not counted; no DISTINCT sets. */
void slice_fold_take(FnCtx *fn, const SliceShape *shape, Slice *into, const Slice *from);

/* Groups without a window (GroupLife stands in front of their states) that have no row, or were touched no later than
 * then, go; the others move into a slice of their own. */
void slice_forget_groups(FnCtx *fn, SliceStore *store, int64_t touched_us);

typedef struct FoldLeft { /* groups and values whose count fell to zero */
    uint64_t groups, values;
} FoldLeft;
/* `from` was added to the counted slice `into` before. */
FoldLeft slice_fold_subtract(FnCtx *fn, const SliceShape *shape, Slice *into, const Slice *from);

#endif
