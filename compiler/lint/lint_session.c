/* lint_session.c -- lengths of sessions that nobody can add up: a measure from MIN and MAX of a session is, for several
 * of them, the time from the first row of all to the last. */
#include "compiler/lint/lint_internal.h"

typedef struct SpanReads {
    const LogicalNode *grouping;
    bool min, max;
} SpanReads;

static void find_ends(SpanReads *reads, const Expr *expr)
{
    uint32_t keys = reads->grouping->as.aggregate.key_count, calls = reads->grouping->as.aggregate.call_count;
    if (expr->op == EXPR_COLUMN && expr->column >= keys && expr->column < keys + calls) {
        const AggCall *call = &reads->grouping->as.aggregate.calls[expr->column - keys];
        bool is_time = call->arg != NULL && type_is_datetime(call->arg->type);
        reads->min |= is_time && strcmp(call->agg->name, "MIN") == 0;
        reads->max |= is_time && strcmp(call->agg->name, "MAX") == 0;
    }
    for (uint32_t i = 0; i < expr->arg_count; i++)
        find_ends(reads, expr->args[i]);
}

/* Whoever reads the rows of the metric may do with lengths what is right. */
static void check_metric(const Lint *lint, const Metric *metric)
{
    const MetricModel *model = lint_model(lint, metric);
    if (model == NULL || model->shape != SHAPE_SESSION || model->grouping == NULL ||
        bind_is_metric_read(lint->bound, metric))
        return;
    for (uint32_t i = 0; i < model->column_count; i++) {
        const MetricColumn *column = &model->columns[i];
        SpanReads reads = { .grouping = model->grouping };
        if (column->role != METRIC_MEASURE || column->value == NULL || column->adds == ADDS_NOTHING)
            continue;
        find_ends(&reads, column->value);
        if (!reads.min || !reads.max)
            continue;
        Diag *d = diag_warning(lint->diags, W0720, column->span,
                               "`%.*s` is the length of one session; of several it is the time from the first row of "
                               "all to the last",
                               STR_ARG(column->name));
        diag_help(d,
                  "average or sum it in a metric over this one: AVG(%.*s) .. FROM TABLE(TUMBLE(TABLE %.*s, "
                  "DESCRIPTOR(window_time), ..)), and select window_time here",
                  STR_ARG(column->name), STR_ARG(metric->name));
    }
}

void lint_session_span(const Lint *lint)
{
    lint_each_metric(lint, check_metric);
}
