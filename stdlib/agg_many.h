/* agg_many.h -- merging, and its inverse, over the states of many groups in one call.
 *
 * Windows that slide add and take away a slice at a time; for states that are a few machine words the call of each
 * would cost more than what it does.
 *
 * Threads    task thread only. */
#ifndef SQC_STDLIB_AGG_MANY_H
#define SQC_STDLIB_AGG_MANY_H

#include "stdlib/registry.h"

/* NULL: one by one. */
AggManyFn agg_merge_many_of(const AggDef *agg);
AggManyFn agg_subtract_many_of(const AggDef *agg);

#endif
