/* stored_run.h -- a plan over the stored rows of a metric, run in native code.
 *
 * Questions and coarser rungs are plans like any others: the scan is fed from blocks of the store instead of files.
 *
 * Ownership  everything in the arena; rows live during on_row only.
 * Errors     those of the store and of running; states that are none are a damaged store. */
#ifndef SQC_DRIVER_STORED_RUN_H
#define SQC_DRIVER_STORED_RUN_H

#include "compiler/metric/metric_query.h"
#include "compiler/physical/plan.h"
#include "runtime/store/store.h"

typedef struct StoredRun {
    Arena *arena;
    Store *store;
    const MetricStore *metric;
    const StoredMetric *stored;
    int64_t grain_us;       /* of the rung that is read */
    int64_t from_us, to_us; /* from <= time of a row < to */
    const LogicalNode *sink;
    const struct Zone *zone; /* of the session */
    void *user;
    RtStatus (*on_row)(void *user, const PhysSink *sink, const void *row, RtError *error);
    const PhysNode *node; /* result: of the sink, for its columns */
    uint64_t bad;         /* result: rows of the plan that could not be worked out */
    Str bad_reason;       /* of the first: "division by zero" */
} StoredRun;

RtStatus stored_run(StoredRun *run, RtError *error) RT_CHECKED;
/* Of the stored columns. */
RowLayout stored_layout(Arena *arena, const MetricStore *metric);
/* How much time rows of one block may span. */
int64_t stored_bucket_us(const MetricStore *metric);

#endif
