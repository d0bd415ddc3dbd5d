/* agg_subtract.h -- the inverse of merging: a state without a part that was merged into it before.
 *
 * Windows that slide take away the slice that leaves.  After a subtraction the state answers what the rows that are
 * left would give, bit for bit; taking away everything leaves the empty state's answer.
 *
 * Threads    task thread only. */
#ifndef SQC_STDLIB_AGG_SUBTRACT_H
#define SQC_STDLIB_AGG_SUBTRACT_H

#include "stdlib/registry.h"

typedef void (*AggSubtract)(FnCtx *ctx, void *from, const void *part);

/* NULL: the aggregate has no such inverse (MIN, MAX). */
AggSubtract agg_subtract_of(const AggDef *agg);

/* The same where the part is one row that is taken back.  NULL: the aggregate takes no row back. */
AggSubtract agg_take_of(const AggDef *agg);

#endif
