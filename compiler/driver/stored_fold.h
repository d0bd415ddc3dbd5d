/* stored_fold.h -- rows of a block that a question does not tell apart, put together before its plan sees them.
 *
 * A block holds a row for every value of all dimensions; a question by few of them groups these rows, and a row on its
 * way through a plan costs several times what it costs here, column by column.  The plan is the same and sees fewer
 * rows: states are merged by the same bodies.
 *
 *   1. a hash for each row, column after column, over those that the plan reads and that are no states
 *   2. groups of equal values; more than half as many as rows: the rows go as they are
 *   3. for each state column, the states of each group merged
 *
 * Ownership  what a block was folded into lives until the next one.
 * Threads    one.
 * Errors     RT_BAD_DATA: bytes that are no state. */
#ifndef SQC_DRIVER_STORED_FOLD_H
#define SQC_DRIVER_STORED_FOLD_H

#include "compiler/metric/metric_store.h"
#include "compiler/physical/plan.h"
#include "runtime/base/status.h"
#include "runtime/store/block.h"

typedef struct StoredFold StoredFold;

typedef struct FoldedRows {
    const uint32_t *first;   /* of each group: a row of the block */
    uint32_t count;          /* 0: the rows go as they are */
    const Str *const *texts; /* by column of the scan: a state for each group; NULL: no state */
} FoldedRows;

/* NULL: nothing to put together, or aggregates whose states are as well merged one by one. */
StoredFold *stored_fold_open(Arena *arena, const MetricStore *metric, const PhysScan *scan);
/* `places`: rows of the block. */
RtStatus stored_fold(StoredFold *fold, const BlockRows *rows, const uint32_t *places, uint32_t count,
                     FoldedRows *folded, RtError *error) RT_CHECKED;
void stored_fold_close(StoredFold *fold);

#endif
