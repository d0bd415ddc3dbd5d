/* lint_ratio.c -- ratios that are none: an integer division cuts off what is behind the point, and an average of ratios
 * weighs a group of two like one of a million.  RATIO(a, b) does neither, and what it is made of can be added up. */
#include "compiler/lint/lint_internal.h"

typedef struct RatioWalk {
    const Lint *lint;
    const MetricColumn *column;
    const MetricModel *model;
} RatioWalk;

static Str text_at(const Lint *lint, Span span)
{
    return source_slice(sources_get(lint->diags->sources, span.file), span);
}

static bool is_call_of(const Expr *expr, const char *name)
{
    return expr->op == EXPR_CALL && strcmp(expr->fn->name, name) == 0;
}

/* A conversion that nobody wrote has the place of what it converts. */
static const Expr *written(const Expr *expr)
{
    while (expr->op == EXPR_CALL && expr->arg_count > 0 && !is_call_of(expr, "/") &&
           expr->span.start == expr->args[0]->span.start && expr->span.end == expr->args[0]->span.end)
        expr = expr->args[0];
    return expr;
}

static const Expr *find_division(const Expr *expr)
{
    if (is_call_of(expr, "/") || is_call_of(expr, "RATIO"))
        return expr;
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        const Expr *found = find_division(expr->args[i]);
        if (found != NULL)
            return found;
    }
    return NULL;
}

static void report_average(const RatioWalk *walk, const AggCall *call, const Expr *division)
{
    const Lint *lint = walk->lint;
    Diag *d = diag_warning(lint->diags, W0716, call->span, "`%.*s` is an average of ratios, not the ratio of the sums",
                           STR_ARG(walk->column->name));
    const Expr *whole = written(call->arg);
    if (whole != division || call->filter != NULL || call->distinct) {
        diag_help(d, "divide the sums: RATIO(SUM(..), SUM(..))");
        return;
    }
    Str fix = str_printf(lint->query, "RATIO(SUM(%.*s), SUM(%.*s))", STR_ARG(text_at(lint, division->args[0]->span)),
                         STR_ARG(text_at(lint, division->args[1]->span)));
    diag_fix(d, call->span, fix, "divide the sums: %.*s", STR_ARG(fix));
}

static void check_call(const RatioWalk *walk, const AggCall *call)
{
    const Expr *division = call->arg == NULL || strcmp(call->agg->name, "AVG") != 0 ? NULL : find_division(call->arg);
    if (division != NULL)
        report_average(walk, call, division);
}

static void report_division(const RatioWalk *walk, const Expr *division)
{
    const Lint *lint = walk->lint;
    Diag *d = diag_warning(lint->diags, W0716, division->span,
                           "`%.*s` is a ratio, and `/` of whole numbers cuts off what is behind the point: 7 / 2 is 3",
                           STR_ARG(walk->column->name));
    Str fix = str_printf(lint->query, "RATIO(%.*s, %.*s)", STR_ARG(text_at(lint, division->args[0]->span)),
                         STR_ARG(text_at(lint, division->args[1]->span)));
    diag_fix(d, division->span, fix, "write %.*s, which is NULL where the second is 0", STR_ARG(fix));
}

static void check_expr(const RatioWalk *walk, const Expr *expr)
{
    const LogicalNode *grouping = walk->model->grouping;
    if (is_call_of(expr, "/") && type_is_integer(expr->type)) {
        report_division(walk, expr);
        return;
    }
    if (expr->op == EXPR_COLUMN && grouping != NULL && expr->column >= grouping->as.aggregate.key_count) {
        uint32_t call = expr->column - grouping->as.aggregate.key_count;
        if (call < grouping->as.aggregate.call_count)
            check_call(walk, &grouping->as.aggregate.calls[call]);
    }
    for (uint32_t i = 0; i < expr->arg_count; i++)
        check_expr(walk, expr->args[i]);
}

static void check_metric(const Lint *lint, const Metric *metric)
{
    const MetricModel *model = lint_model(lint, metric);
    for (uint32_t i = 0; model != NULL && i < model->column_count; i++) {
        const MetricColumn *column = &model->columns[i];
        bool is_ratio = column->unit.is_given && column->unit.kind == AST_MEASURE_RATIO;
        if (column->role != METRIC_MEASURE || !is_ratio || column->value == NULL)
            continue;
        check_expr(&(RatioWalk){ .lint = lint, .column = column, .model = model }, column->value);
    }
}

void lint_ratio(const Lint *lint)
{
    lint_each_metric(lint, check_metric);
}
