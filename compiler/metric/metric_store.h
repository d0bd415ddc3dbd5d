/* metric_store.h -- what is kept of a metric: a row for each window and values of its keys, with states for measures.
 *
 *   start, end | dimensions | keys that no dimension shows | states of the calls that measures read (BYTES)
 *
 * The rows come from the metric's own grouping, with each call that a measure reads once more in the form that carries
 * its state out (stdlib/agg_carried.h); COUNT(DISTINCT x) keeps the set of its values.  The metric's shown rows are
 * made from the same grouping, so that both cost one.
 *
 * A metric without windows of its own is grouped once more, into one window that holds all time and closes when the
 * input ends: rows of an unbounded grouping come with every change, and states of a few thousand values are too large
 * to be written that often.  A snapshot's rows have the start of this window as their time, others their time column.
 *
 * Ownership  query arena. */
#ifndef SQC_METRIC_METRIC_STORE_H
#define SQC_METRIC_METRIC_STORE_H

#include "compiler/logical/metric.h"

typedef enum StoredKind { STORED_START, STORED_END, STORED_DIMENSION, STORED_KEY, STORED_STATE } StoredKind;

typedef struct StoredColumn {
    StoredKind kind;
    Str name;
    const Type *type;
    uint32_t of; /* DIMENSION: column of the metric; KEY: key of the grouping; STATE: index into `calls` */
} StoredColumn;

typedef struct MetricStore {
    const MetricModel *model;
    const StoredColumn *columns;
    uint32_t column_count;
    uint32_t time_column; /* start or end: which is the metric's time */
    uint32_t first_state;
    const AggCall *calls;     /* what each state is of, one for each of model->state_calls */
    const bool *is_set;       /* the state is the set behind COUNT(DISTINCT ..) */
    const LogicalNode *rows;  /* PROJECT of the columns */
    const LogicalNode *shown; /* the metric's own rows; NULL: they are not made from the same grouping */
    uint64_t definition;      /* equal for metrics whose rows mean the same */
} MetricStore;

/* NULL: nothing is stored of it. */
const MetricStore *metric_store(Arena *query, const MetricModel *model);
/* Why nothing is stored of a metric that is not derived: how the sentence "nothing is kept of it:" goes on. */
const char *metric_store_missing(const MetricModel *model);
/* A stored time in the type of the metric's time column: dates are stored as their midnights. */
const Expr *metric_time_of(Arena *query, const MetricModel *model, const Expr *stored);

#endif
