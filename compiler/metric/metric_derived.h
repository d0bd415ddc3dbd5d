/* metric_derived.h -- a metric derived from others, as a plan over the rows of its bases while they come.
 *
 *   of each base, for each time that rolls:   its stored rows -> windows, states merged -> measures      one part
 *   all parts -> side by side by time and dimensions -> measures of the derived metric
 *
 * A row stands for a window that has closed.  What rolls goes on behind the last row of its base, as windows that
 * overlap do, for as long as its time is.
 *
 * Ownership  query arena.
 * Errors     none here: metric_derived_refusal says what has no such rows; a refused metric must not be planned. */
#ifndef SQC_METRIC_METRIC_DERIVED_H
#define SQC_METRIC_METRIC_DERIVED_H

#include "compiler/logical/access.h"

/* Why a derived metric has no rows while its bases run: a sentence, and the base it is about; NULL: it has. */
const char *metric_derived_refusal(Arena *query, const MetricModel *model, const MetricModel **base);

/* The columns of the metric, in order.  `grants`: what the viewer may see of each base; NULL: all of it. */
const LogicalNode *metric_derived_plan(Arena *query, const MetricModel *model, const Grant *grants);

#endif
