/* metric_query.h -- questions to what is stored of a metric, as plans over the stored rows.
 *
 *   scan of stored rows -> condition -> group by dimensions and windows, states merged -> measures
 *
 * Own windows are the metric's: every window of it stands for itself.  A grain puts windows together into longer ones,
 * for measures that add up over time.  Rolling windows of `rolling_us` end at every grain.
 *
 * Ownership  query arena.
 * Errors     none here: metric_ask_refusal says what is wrong with a question; a refused one must not be planned. */
#ifndef SQC_METRIC_METRIC_QUERY_H
#define SQC_METRIC_METRIC_QUERY_H

#include "compiler/metric/metric_store.h"
#include "runtime/time/window_grid.h"

typedef struct MetricAsk {
    const MetricStore *store;
    const uint32_t *by; /* dimensions: columns of the metric */
    uint32_t by_count;
    const uint32_t *measures; /* columns of the metric */
    uint32_t measure_count;
    const Expr *condition; /* over the columns of the metric: dimensions and its time; NULL: none */
    bool needs_own_rows;   /* a rule looks at the time of the metric's own windows: coarser rungs will not do */
    int64_t grain_us;      /* 0: own windows */
    int64_t rolling_us;    /* 0: none */
    int32_t grain_months;  /* the grain is so many months, and grain_us about as much; 0: no months */
} MetricAsk;

/* The grid on which stored windows are put together into longer ones: that of the metric's own; on a wall clock weeks
 * begin on Mondays. */
GridPeriod metric_grid(const MetricModel *model, int64_t grain_us, int32_t grain_months);

/* Why the question has no honest answer: a sentence, and the measure it is about; NULL: it has one. */
const char *metric_ask_refusal(const MetricAsk *ask, const MetricColumn **measure);

/* The stored rows as a table that a scan reads. */
const Table *metric_stored_table(Arena *query, const MetricStore *store);
/* A sink; its columns: the time as it is stored (of a snapshot, too), the dimensions asked for, the measures. */
const LogicalNode *metric_query_plan(Arena *query, const MetricAsk *ask, const Table *table);
/* The same over stored rows as they come: `rows` are the stored columns and behind them the event time at which a
 * window is whole.  Its columns: that time, then those of the sink above, without one. */
const LogicalNode *metric_stream_plan(Arena *query, const MetricAsk *ask, const LogicalNode *rows);
/* All stored rows put together into windows of `grain_us`, in the stored columns: a coarser rung. */
const LogicalNode *metric_rung_plan(Arena *query, const MetricStore *store, const Table *table, int64_t grain_us);

#endif
