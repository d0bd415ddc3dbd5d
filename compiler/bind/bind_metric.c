/* bind_metric.c -- what the columns of a metric are: followed down to the outermost grouping, a column that reads an
 * aggregate is a measure, one that is the window's start (or end) is the time, the rest are dimensions. */
#include "compiler/bind/bind_metric.h"

MetricTrace metric_trace(Binder *binder, const Relation *relation)
{
    uint32_t count = relation->column_count;
    MetricTrace trace = { .values = ARENA_ARRAY(binder->query, const Expr *, count + 1) };
    for (uint32_t i = 0; i < count; i++)
        trace.values[i] = expr_column(binder->query, relation->columns[i].type, i, relation->columns[i].span);
    const LogicalNode *node = relation->node;
    for (;;) {
        if (node->kind == LOGICAL_PROJECT) {
            for (uint32_t i = 0; i < count; i++)
                trace.values[i] = expr_substitute(binder->query, trace.values[i], node->as.project.exprs);
            for (uint32_t i = 0; i < trace.conditions.count; i++)
                trace.conditions.items[i] =
                    expr_substitute(binder->query, trace.conditions.items[i], node->as.project.exprs);
        } else if (node->kind == LOGICAL_FILTER) {
            vec_push(binder->query, &trace.conditions, node->as.filter.predicate);
        } else if (node->kind == LOGICAL_KEEP) {
            trace.keep = node;
        } else if (node->kind == LOGICAL_GAP_FILL) {
            trace.gap_fill = node;
            trace.above_fill = trace.conditions.count;
        } else {
            break;
        }
        node = node->inputs[0];
    }
    if (node->kind == LOGICAL_AGGREGATE || node->kind == LOGICAL_GROUP)
        trace.grouping = node;
    return trace;
}

/* ---- roles ---- */

static void note_reads(const LogicalNode *grouping, const Expr *expr, MetricReads *reads)
{
    if (expr->op == EXPR_COLUMN) {
        uint32_t keys = grouping->as.aggregate.key_count, calls = grouping->as.aggregate.call_count;
        reads->keys |= expr->column < keys;
        reads->calls |= expr->column >= keys && expr->column < keys + calls;
        reads->window |= expr->column >= keys + calls;
    }
    for (uint32_t i = 0; i < expr->arg_count; i++)
        note_reads(grouping, expr->args[i], reads);
}

MetricReads metric_reads(const LogicalNode *grouping, const Expr *expr)
{
    MetricReads reads = { .window_part = -1 };
    note_reads(grouping, expr, &reads);
    uint32_t window = grouping->as.aggregate.key_count + grouping->as.aggregate.call_count;
    if (expr->op == EXPR_COLUMN && expr->column >= window)
        reads.window_part = (int32_t)(expr->column - window);
    return reads;
}

/* The window by which rows are grouped: that of the grouping, or of the operator below that attached it.  NULL: there
 * are several inputs. */
static const LogicalWindow *window_of(const LogicalNode *grouping)
{
    const LogicalWindow *window = &grouping->as.aggregate.window;
    const LogicalNode *node = grouping;
    while (window->kind == WINDOW_ATTACHED) {
        node = node->inputs[0];
        if (node->kind == LOGICAL_WINDOW)
            window = &node->as.window;
        else if (node->kind == LOGICAL_AGGREGATE)
            window = &node->as.aggregate.window;
        else if (node->input_count != 1)
            return NULL;
    }
    return window;
}

static MetricShape shape_of_window(const LogicalWindow *window)
{
    switch (window->kind) {
    case WINDOW_HOP:
        return SHAPE_HOP;
    case WINDOW_CUMULATE:
        return SHAPE_CUMULATE;
    case WINDOW_SESSION:
        return SHAPE_SESSION;
    default:
        return SHAPE_TUMBLE;
    }
}

/* Start of the window, or its end where windows overlap. */
static int32_t time_part(MetricShape shape)
{
    return shape == SHAPE_HOP || shape == SHAPE_CUMULATE ? 1 : 0;
}

static MetricRole role_of(const MetricModel *model, const Expr *value)
{
    MetricReads reads = metric_reads(model->grouping, value);
    if (reads.calls)
        return METRIC_MEASURE;
    if (reads.window_part == time_part(model->shape))
        return METRIC_TIME;
    return reads.window && !reads.keys ? METRIC_WINDOW : METRIC_DIMENSION;
}

static void sort_columns(MetricBuild *build, const Relation *relation, const MetricTrace *trace)
{
    MetricModel *model = build->model;
    for (uint32_t i = 0; i < relation->column_count; i++) {
        MetricColumn *column = &model->columns[i];
        *column = (MetricColumn){ .name = relation->columns[i].name,
                                  .type = relation->columns[i].type,
                                  .span = relation->columns[i].span,
                                  .role = METRIC_DIMENSION,
                                  .bounds_low = -1,
                                  .bounds_high = -1 };
        if (trace->grouping == NULL)
            continue;
        column->value = trace->values[i];
        column->role = role_of(model, column->value);
        if (column->role == METRIC_TIME && model->time_column < 0)
            model->time_column = (int32_t)i;
        else if (column->role == METRIC_TIME)
            column->role = METRIC_WINDOW;
    }
}

/* ---- what may be added up ---- */

typedef struct CallReads {
    const LogicalNode *grouping;
    uint64_t *calls;
} CallReads;

static void note_calls(const CallReads *reads, const Expr *expr)
{
    uint32_t keys = reads->grouping->as.aggregate.key_count, calls = reads->grouping->as.aggregate.call_count;
    if (expr->op == EXPR_COLUMN && expr->column >= keys && expr->column < keys + calls) {
        uint32_t call = expr->column - keys;
        reads->calls[call / 64] |= (uint64_t)1 << call % 64;
    }
    for (uint32_t i = 0; i < expr->arg_count; i++)
        note_calls(reads, expr->args[i]);
}

static void lessen(MetricColumn *column, MetricAdds adds, const char *why)
{
    if (column->adds <= adds)
        return;
    column->adds = adds;
    column->why = why;
}

/* Of COUNT(DISTINCT x) the set is kept; the same value once more changes no MIN and MAX. */
static bool is_sum_of_different(const AggCall *call)
{
    static const char *const MERGE_AGAIN[] = { "COUNT", "MIN", "MAX", "BIT_AND", "BIT_OR" };
    for (uint32_t i = 0; call->distinct && i < sizeof MERGE_AGAIN / sizeof MERGE_AGAIN[0]; i++) {
        if (strcmp(call->agg->name, MERGE_AGAIN[i]) == 0)
            return false;
    }
    return call->distinct;
}

static bool reads_sum_of_different(const LogicalNode *grouping, const Expr *expr)
{
    uint32_t keys = grouping->as.aggregate.key_count, calls = grouping->as.aggregate.call_count;
    bool is_call = expr->op == EXPR_COLUMN && expr->column >= keys && expr->column < keys + calls;
    bool found = is_call && is_sum_of_different(&grouping->as.aggregate.calls[expr->column - keys]);
    for (uint32_t i = 0; i < expr->arg_count && !found; i++)
        found = reads_sum_of_different(grouping, expr->args[i]);
    return found;
}

static void judge_measure(MetricModel *model, MetricColumn *column, const MetricTrace *trace)
{
    column->adds = ADDS_ALL;
    if (trace->grouping == NULL) {
        lessen(column, ADDS_NOTHING, "it is no expression over aggregates of the metric's own grouping");
        return;
    }
    MetricReads reads = metric_reads(model->grouping, column->value);
    if (trace->conditions.count > 0)
        lessen(column, ADDS_NOTHING, "groups were left out by a condition over them (HAVING)");
    if (reads_sum_of_different(model->grouping, column->value))
        lessen(column, ADDS_NOTHING, "which values were different is not kept (DISTINCT)");
    if (reads.keys)
        lessen(column, ADDS_NOTHING, "it reads a column of GROUP BY beside its aggregates");
    if (reads.window)
        lessen(column, ADDS_DIMENSIONS, "it reads the window");
    if (model->shape == SHAPE_HOP || model->shape == SHAPE_CUMULATE)
        lessen(column, ADDS_DIMENSIONS, "its windows overlap");
    if (model->shape == SHAPE_SNAPSHOT)
        lessen(column, ADDS_DIMENSIONS, "the metric has no time");
}

static void choose_states(MetricBuild *build)
{
    MetricModel *model = build->model;
    if (model->grouping == NULL)
        return;
    uint32_t calls = model->grouping->as.aggregate.call_count;
    CallReads reads = { model->grouping, ARENA_ARRAY(build->binder->query, uint64_t, calls / 64 + 1) };
    for (uint32_t i = 0; i < model->column_count; i++) {
        if (model->columns[i].role == METRIC_MEASURE)
            note_calls(&reads, model->columns[i].value);
    }
    uint32_t *chosen = ARENA_ARRAY(build->binder->query, uint32_t, calls + 1);
    for (uint32_t call = 0; call < calls; call++) {
        if (reads.calls[call / 64] >> call % 64 & 1)
            chosen[model->state_count++] = call;
    }
    model->state_calls = chosen;
}

/* ---- the whole ---- */

static MetricModel *model_new(Binder *binder, const Metric *metric)
{
    MetricModel *model = ARENA_NEW(binder->query, MetricModel);
    model->metric = metric;
    model->time_column = -1;
    model->is_public = ast_metric_is_public(metric->statement);
    model->is_unbounded = ast_metric_unbounded(metric->statement);
    return model;
}

/* Windows of months have no one length; their days and hours do, where they are cumulated by these. */
static void note_clock(MetricModel *model, const LogicalWindow *window)
{
    const WindowCalendar *calendar = window->calendar;
    model->offset_us = window->offset_us;
    model->has_clock = calendar != NULL || window->has_zone_column;
    if (calendar == NULL)
        return;
    model->zone = window->has_zone_column ? NULL : calendar->zone;
    model->window_months = calendar->size_months;
    if (calendar->size_months != 0)
        model->window_us = 0;
    bool overlaps = model->shape == SHAPE_HOP || model->shape == SHAPE_CUMULATE;
    if (overlaps ? calendar->step_months != 0 : calendar->size_months != 0)
        model->grain_us = 0;
}

/* What was filled into a gap is not corrected. */
static void check_filled(MetricBuild *build, const MetricTrace *trace)
{
    build->model->fills_gaps = trace->gap_fill != NULL;
    if (trace->gap_fill == NULL || trace->grouping == NULL || !logical_is_updating(trace->grouping))
        return;
    refuse(build->binder, trace->gap_fill->span, "GAP_FILL of results that are corrected");
    build->failed = true;
}

static void bind_own(MetricBuild *build, const Relation *relation)
{
    MetricModel *model = build->model;
    MetricTrace trace = metric_trace(build->binder, relation);
    check_filled(build, &trace);
    model->rows = relation->node;
    model->grouping = trace.grouping;
    model->keep = trace.keep;
    if (trace.grouping != NULL) {
        const LogicalWindow *window = window_of(trace.grouping);
        model->shape = window == NULL ? SHAPE_TUMBLE : shape_of_window(window);
        bool overlaps = model->shape == SHAPE_HOP || model->shape == SHAPE_CUMULATE;
        model->window_us = window == NULL || model->shape == SHAPE_SESSION ? 0 : window->size_us;
        model->grain_us = overlaps ? window->step_us : model->window_us;
        if (window != NULL)
            note_clock(model, window);
    }
    model->column_count = relation->column_count;
    model->columns = ARENA_ARRAY(build->binder->query, MetricColumn, relation->column_count + 1);
    sort_columns(build, relation, &trace);
    metric_note_bounds(build, &trace);
    metric_read_time(build);
    if (model->time_column < 0) {
        model->shape = SHAPE_SNAPSHOT;
        model->grain_us = model->window_us = 0;
        model->window_months = 0;
    }
    metric_read_dimensions(build);
    metric_read_measures(build);
    for (uint32_t i = 0; i < model->column_count; i++) {
        if (model->columns[i].role == METRIC_MEASURE)
            judge_measure(model, &model->columns[i], &trace);
    }
    choose_states(build);
    metric_read_rungs(build);
    metric_read_panels(build);
    if (!emit_policy(build->binder, ast_metric_emit(build->ast), &model->every_us))
        build->failed = true;
}

static void report_model_cycle(Binder *binder, const Metric *metric, Span use)
{
    Diag *d = diag_error(binder->diags, E0208, metric->span, "`%.*s` is derived from itself", STR_ARG(metric->name));
    diag_label(d, use, "needed here, to know its measures");
}

const MetricModel *metric_model(Binder *binder, const CatalogEntry *entry, Span use)
{
    EntryState *state = &binder->entries[entry->index];
    const Metric *metric = entry->as.metric;
    bool is_derived = ast_metric_query(metric->statement) == NULL;
    if (state->model_state == DEFINE_RUNNING) {
        report_model_cycle(binder, metric, use);
        return NULL;
    }
    if (state->model_state == DEFINE_DONE)
        return state->model;
    state->model_state = DEFINE_RUNNING;
    MetricBuild build = { .binder = binder, .ast = metric->statement, .model = model_new(binder, metric) };
    const Relation *relation = is_derived ? NULL : entry_relation(binder, entry, use);
    if (is_derived)
        metric_bind_derived(&build);
    else if (relation->poison)
        build.failed = true;
    else
        bind_own(&build, relation);
    state->model_state = DEFINE_DONE;
    state->model = build.failed ? NULL : build.model;
    return state->model;
}

bool bind_is_metric_read(const BoundProgram *program, const Metric *metric)
{
    uint32_t own = catalog_find(program->catalog, metric->name)->index;
    for (uint32_t i = 0; i < catalog_count(program->catalog); i++) {
        const EntryState *state = &program->entries[i];
        bool is_derived = state->model != NULL && state->model->base_count > 0;
        for (uint32_t r = 0; r < state->reads.count && !is_derived; r++) {
            if (state->reads.items[r] == own)
                return true;
        }
    }
    return false;
}
