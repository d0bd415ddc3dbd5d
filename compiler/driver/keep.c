/* keep.c -- see keep.h. */
#include "compiler/driver/keep.h"

#include "compiler/driver/keep_pending.h"
#include "compiler/driver/stored_run.h"
#include "compiler/logical/nodes.h"
#include "runtime/time/zone.h"

#include <errno.h>
#include <sys/stat.h>

#define CLOCK_JUMP_US (INT64_C(26) * 3600 * 1000000) /* no clock is put forward by more */

typedef struct KeptMetric {
    const MetricStore *metric;
    const PhysNode *sink;
    RowLayout layout;
    uint32_t number;      /* in the store's generation */
    uint32_t *rungs;      /* numbers of its rungs; the first holds its own windows */
    bool keeps_own;       /* its own windows are one of its rungs */
    KeepPending *pending; /* NULL: closed windows are not corrected */
} KeptMetric;

struct Keep {
    Program *program;
    Store *store;
    KeptMetric *metrics;
    uint32_t metric_count;
    int32_t *metric_of; /* by plan node; -1: none */
    uint64_t rows;
};

const MetricStore **program_stores(Program *program)
{
    const BoundProgram *bound = program->bound;
    const MetricStore **stores = ARENA_ARRAY(program->query, const MetricStore *, bound->metric_count + 1);
    for (uint32_t i = 0; i < bound->metric_count; i++)
        stores[i] = bound->metrics[i] == NULL ? NULL : metric_store(program->query, bound->metrics[i]);
    return stores;
}

static const MetricStore *store_of(const Program *program, const MetricStore *const *stores, Str name)
{
    const CatalogEntry *entry = name.len == 0 ? NULL : catalog_find(program->bound->catalog, name);
    return entry == NULL || entry->kind != CATALOG_METRIC ? NULL : stores[entry->as.metric->id];
}

LogicalProgram keep_plans(Program *program, const MetricStore *const *stores)
{
    const LogicalProgram *old = &program->bound->logical;
    Arena *query = program->query;
    const LogicalNode **sinks = ARENA_ARRAY(query, const LogicalNode *, 2 * old->sink_count + 1);
    uint32_t count = 0;
    for (uint32_t i = 0; i < old->sink_count; i++) {
        const LogicalNode *sink = old->sinks[i];
        const MetricStore *store = sink->as.sink.is_insert ? NULL : store_of(program, stores, sink->as.sink.name);
        LogicalTarget target = { .name = sink->as.sink.name, .statement = sink->as.sink.statement };
        if (store == NULL) {
            sinks[count++] = sink;
            continue;
        }
        const LogicalNode *shown = store->shown == NULL ? sink->inputs[0] : store->shown;
        sinks[count++] = logical_sink(query, shown, &target, sink->span);
        target.is_store = true;
        sinks[count++] = logical_sink(query, store->rows, &target, sink->span);
    }
    return (LogicalProgram){ sinks, count, old->zone };
}

/* ---- opening ---- */

static RtStatus add_rungs(Keep *keep, KeptMetric *kept, RtError *error)
{
    const MetricModel *model = kept->metric->model;
    kept->rungs = ARENA_ARRAY(keep->program->query, uint32_t, model->rung_count + 1);
    kept->keeps_own = model->rung_count == 0 || model->rungs[0].grain_us == model->grain_us;
    RtStatus status = store_add_rung(keep->store, kept->number, model->grain_us, &kept->rungs[0], error);
    for (uint32_t i = kept->keeps_own ? 1 : 0; status == RT_OK && i < model->rung_count; i++)
        status = store_add_rung(keep->store, kept->number, model->rungs[i].grain_us,
                                &kept->rungs[kept->keeps_own ? i : i + 1], error);
    return status;
}

static RtStatus add_metric(Keep *keep, const PhysNode *sink, const MetricStore *metric, RtError *error)
{
    KeptMetric *kept = &keep->metrics[keep->metric_count];
    *kept = (KeptMetric){ .metric = metric, .sink = sink, .number = keep->metric_count };
    kept->layout = stored_layout(keep->program->query, metric);
    StoreMetric described = { .name = metric->model->metric->name,
                              .definition = metric->definition,
                              .layout = &kept->layout,
                              .time_column = metric->time_column,
                              .bucket_us = stored_bucket_us(metric) };
    RtStatus status = store_add_metric(keep->store, &described, error);
    if (status == RT_OK)
        status = add_rungs(keep, kept, error);
    const LogicalNode *grouping = metric->model->grouping;
    const LatePolicy *late = grouping == NULL ? NULL : grouping->as.aggregate.late;
    if (late != NULL && late->correct_us > 0) {
        /* Other times than those of windows do not say when a window is done. */
        int64_t until_us = metric->model->shape == SHAPE_TIMED ? INT64_MAX : late->correct_us;
        if (metric->model->has_clock && until_us < INT64_MAX - CLOCK_JUMP_US)
            until_us += CLOCK_JUMP_US;
        kept->pending = keep_pending_new(&kept->layout, metric->time_column, until_us);
    }
    keep->metric_of[sink->id] = (int32_t)keep->metric_count++;
    return status;
}

static RtStatus open_store(Keep *keep, RtError *error)
{
    Program *program = keep->program;
    Str folder = project_path(program->query, program->project, STR(".sqc"));
    if (mkdir(folder.data, 0777) != 0 && errno != EEXIST)
        return rt_error_system(error, RT_FATAL, "E0822: %.*s", STR_ARG(folder));
    return store_open(&keep->store, project_path(program->query, program->project, STR(STORE_FILE)).data, STORE_WRITE,
                      error);
}

RtStatus keep_open(Keep **out, Program *program, const MetricStore *const *stores, StoreKeep kept, RtError *error)
{
    const PhysProgram *physical = program->physical;
    Keep *keep = ARENA_NEW(program->query, Keep);
    *out = keep;
    keep->program = program;
    keep->metrics = ARENA_ARRAY(program->query, KeptMetric, physical->sink_count + 1);
    keep->metric_of = ARENA_ARRAY(program->query, int32_t, physical->node_count + 1);
    for (uint32_t i = 0; i < physical->node_count; i++)
        keep->metric_of[i] = -1;
    RtStatus status = open_store(keep, error);
    if (status == RT_OK)
        status = store_begin(keep->store, kept, error);
    for (uint32_t i = 0; status == RT_OK && i < physical->sink_count; i++) {
        const PhysNode *sink = physical->sinks[i];
        if (sink->as.sink.kind == SINK_STORE)
            status = add_metric(keep, sink, store_of(program, stores, sink->as.sink.name), error);
    }
    return status;
}

bool keep_takes(const Keep *keep, uint32_t node)
{
    return keep != NULL && keep->metric_of[node] >= 0;
}

typedef struct RungRow {
    Keep *keep;
    uint32_t rung;
} RungRow;

static RtStatus put_row(void *user, const void *row, RtError *error)
{
    const RungRow *to = user;
    to->keep->rows++;
    return store_put(to->keep->store, to->rung, row, error);
}

RtStatus keep_row(Keep *keep, uint32_t node, RowChange change, const void *row, RtError *error)
{
    const KeptMetric *kept = &keep->metrics[keep->metric_of[node]];
    RungRow to = { keep, kept->rungs[0] };
    if (kept->pending != NULL)
        return keep_pending_row(kept->pending, change, row, put_row, &to, error);
    return put_row(&to, row, error);
}

/* Windows that were still to be corrected. */
static RtStatus put_pending(Keep *keep, RtError *error)
{
    RtStatus status = RT_OK;
    for (uint32_t i = 0; status == RT_OK && i < keep->metric_count; i++) {
        RungRow to = { keep, keep->metrics[i].rungs[0] };
        if (keep->metrics[i].pending != NULL)
            status = keep_pending_finish(keep->metrics[i].pending, put_row, &to, error);
    }
    return status;
}

/* ---- the end of a run ---- */

static RtStatus put_rung_row(void *user, const PhysSink *sink, const void *row, RtError *error)
{
    (void)sink;
    RungRow *to = user;
    return store_put(to->keep->store, to->rung, row, error);
}

static RtStatus make_rung(Keep *keep, const KeptMetric *kept, uint32_t at, int64_t grain_us, RtError *error)
{
    StoredMetric stored;
    RtStatus status = store_find(keep->store, keep->program->query, kept->metric->model->metric->name, &stored, error);
    if (status != RT_OK)
        return status;
    Arena *query = keep->program->query;
    RungRow to = { keep, kept->rungs[at] };
    StoredRun run = { .arena = query,
                      .store = keep->store,
                      .metric = kept->metric,
                      .stored = &stored,
                      .grain_us = kept->metric->model->grain_us,
                      .from_us = INT64_MIN,
                      .to_us = INT64_MAX,
                      .zone = keep->program->bound->logical.zone,
                      .user = &to,
                      .on_row = put_rung_row };
    run.sink = metric_rung_plan(query, kept->metric, metric_stored_table(query, kept->metric), grain_us);
    status = stored_run(&run, error);
    return status == RT_OK ? store_flush(keep->store, error) : status;
}

static int64_t before(int64_t watermark_us, int64_t keep_us)
{
    return watermark_us < INT64_MIN + keep_us ? INT64_MIN : watermark_us - keep_us;
}

static RtStatus finish_rungs(Keep *keep, const KeptMetric *kept, int64_t watermark_us, RtError *error)
{
    const MetricModel *model = kept->metric->model;
    uint32_t shift = kept->keeps_own ? 0 : 1;
    RtStatus status = RT_OK;
    for (uint32_t i = 1 - shift; status == RT_OK && i < model->rung_count; i++)
        status = make_rung(keep, kept, i + shift, model->rungs[i].grain_us, error);
    bool expires = watermark_us != INT64_MIN && model->shape != SHAPE_SNAPSHOT;
    for (uint32_t i = 0; status == RT_OK && expires && i < model->rung_count; i++)
        status =
            store_expire(keep->store, kept->rungs[i + shift], before(watermark_us, model->rungs[i].keep_us), error);
    if (status == RT_OK && shift == 1)
        status = store_drop_rung(keep->store, kept->rungs[0], error);
    return status;
}

static bool reads_scan(const PhysNode *node, const PhysNode *scan)
{
    if (node == scan)
        return true;
    for (uint32_t i = 0; i < node->input_count; i++) {
        if (reads_scan(node->inputs[i], scan))
            return true;
    }
    return false;
}

/* The least watermark of the partitions that the metric reads. */
static int64_t watermark_of(const Keep *keep, const KeptMetric *kept, const RtExec *exec, const Inputs *inputs)
{
    const PhysProgram *physical = keep->program->physical;
    int64_t least = INT64_MAX;
    uint32_t partition = 0;
    for (uint32_t s = 0; s < physical->scan_count; s++) {
        bool reads = reads_scan(kept->sink, physical->scans[s]);
        for (uint32_t f = 0; f < inputs->scans[s].count; f++, partition++) {
            int64_t watermark = exec_partition_watermark(exec, partition);
            if (reads && watermark != INT64_MIN && watermark < least)
                least = watermark;
        }
    }
    return least == INT64_MAX ? INT64_MIN : least;
}

/* As the clock of the metric's windows shows it: stored times are those of that clock. */
static int64_t shown_watermark(const Keep *keep, const KeptMetric *kept, const RtExec *exec, const Inputs *inputs)
{
    int64_t watermark = watermark_of(keep, kept, exec, inputs);
    return watermark == INT64_MIN ? watermark : zone_local_us(kept->metric->model->zone, watermark);
}

static uint64_t late_below(const PhysNode *node, const ExecStats *stats)
{
    uint64_t late = stats->late == NULL ? 0 : stats->late[node->id];
    for (uint32_t i = 0; i < node->input_count; i++)
        late += late_below(node->inputs[i], stats);
    return late;
}

RtStatus keep_finish(Keep *keep, const RtExec *exec, const Inputs *inputs, RtError *error)
{
    ExecStats stats = exec_stats(exec);
    RtStatus status = put_pending(keep, error);
    if (status == RT_OK)
        status = store_flush(keep->store, error);
    for (uint32_t i = 0; status == RT_OK && i < keep->metric_count; i++) {
        const KeptMetric *kept = &keep->metrics[i];
        StoreMarks marks = { shown_watermark(keep, kept, exec, inputs), late_below(kept->sink, &stats),
                             stats.rows_bad };
        status = finish_rungs(keep, kept, marks.watermark_us, error);
        if (status == RT_OK)
            status = store_mark(keep->store, kept->number, marks, error);
    }
    return status == RT_OK ? store_finish(keep->store, error) : status;
}

uint64_t keep_rows(const Keep *keep)
{
    return keep == NULL ? 0 : keep->rows;
}

Str keep_path(const Keep *keep)
{
    return keep == NULL || keep->metric_count == 0
               ? STR_EMPTY
               : project_path(keep->program->query, keep->program->project, STR(STORE_FILE));
}

void keep_close(Keep *keep)
{
    if (keep == NULL)
        return;
    for (uint32_t i = 0; i < keep->metric_count; i++)
        keep_pending_free(keep->metrics[i].pending);
    store_close(keep->store);
}
