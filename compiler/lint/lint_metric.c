/* lint_metric.c -- what a metric lacks: owner, units, a test, columns that tell its groups apart; and ratios that are
 * none. */
#include "compiler/lint/lint_internal.h"

/* ---- owner and test ---- */

static void check_owner(const Lint *lint, const Metric *metric)
{
    if (metric->owner.len > 0)
        return;
    Diag *d = diag_warning(lint->diags, W0710, metric->span, "metric `%.*s` has no owner", STR_ARG(metric->name));
    diag_help(d, "say whom to ask about it: OWNER 'team:..' behind its name");
}

void lint_owner(const Lint *lint)
{
    lint_each_metric(lint, check_owner);
}

static bool is_tested(const Lint *lint, const Metric *metric)
{
    for (uint32_t i = 0; i < lint->bound->test_count; i++) {
        const AstNode *subject = ast_test_subject(lint->bound->tests[i]);
        if (subject != NULL && str_equal(ast_name_joined(lint->query, subject), metric->name))
            return true;
    }
    return false;
}

/* A derived metric is worked out from stored states, which no test fills yet. */
static void check_test(const Lint *lint, const Metric *metric)
{
    if (ast_metric_query(metric->statement) == NULL || is_tested(lint, metric))
        return;
    Diag *d = diag_warning(lint->diags, W0712, metric->span, "metric `%.*s` has no test", STR_ARG(metric->name));
    diag_help(d, "add TEST .. FOR %.*s GIVEN .. EXPECT .., in this file or a *_test.ssql", STR_ARG(metric->name));
}

void lint_test(const Lint *lint)
{
    lint_each_metric(lint, check_test);
}

/* ---- units ---- */

static const AstNode *measure_clause(const Metric *metric, Str name)
{
    AST_EACH(measure, ast_metric_measures(metric->statement)) {
        if (str_equal(ast_name_last(ast_measure_name(measure)), name))
            return measure;
    }
    return NULL;
}

static void check_units(const Lint *lint, const Metric *metric)
{
    const MetricModel *model = lint_model(lint, metric);
    for (uint32_t i = 0; model != NULL && i < model->column_count; i++) {
        const MetricColumn *column = &model->columns[i];
        if (column->role != METRIC_MEASURE || column->unit.is_given)
            continue;
        const AstNode *clause = measure_clause(metric, column->name);
        Diag *d = diag_warning(lint->diags, W0711, clause != NULL ? clause->span : column->span,
                               "measure `%.*s` of `%.*s` has no unit", STR_ARG(column->name), STR_ARG(metric->name));
        diag_help(d,
                  "say what it counts: MEASURES (%.*s UNIT ..), with a word in quotes, RATIO, SECONDS, BYTES or "
                  "MONEY ('EUR')",
                  STR_ARG(column->name));
    }
}

void lint_unit(const Lint *lint)
{
    lint_each_metric(lint, check_units);
}

/* ---- hidden keys ---- */

static bool reads_column(const Expr *expr, uint32_t column)
{
    if (expr->op == EXPR_COLUMN)
        return expr->column == column;
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        if (reads_column(expr->args[i], column))
            return true;
    }
    return false;
}

static bool shows_key(const MetricModel *model, uint32_t key)
{
    for (uint32_t i = 0; i < model->column_count; i++) {
        const MetricColumn *column = &model->columns[i];
        if (column->role != METRIC_MEASURE && column->value != NULL && reads_column(column->value, key))
            return true;
    }
    return false;
}

/* Of such a key several rows look alike, and nobody can ask for one of them. */
static void check_keys(const Lint *lint, const Metric *metric)
{
    const MetricModel *model = lint_model(lint, metric);
    if (model == NULL || model->grouping == NULL)
        return;
    for (uint32_t i = 0; i < model->grouping->as.aggregate.key_count; i++) {
        const Expr *key = model->grouping->as.aggregate.keys[i];
        if (key->op == EXPR_LITERAL || shows_key(model, i))
            continue;
        const LogicalColumn *column = &model->grouping->columns[i];
        Span whole = metric->statement->span;
        bool is_here = key->span.file == whole.file && key->span.start >= whole.start && key->span.end <= whole.end;
        Diag *d = diag_warning(lint->diags, W0719, is_here ? key->span : metric->span,
                               "`%.*s` groups by `%.*s`, and no column shows it", STR_ARG(metric->name),
                               STR_ARG(column->name));
        diag_help(d, "select it as a dimension, or take it out of GROUP BY");
    }
}

void lint_hidden_key(const Lint *lint)
{
    lint_each_metric(lint, check_keys);
}
