/* bind_metric_question.c -- what a question says about a metric: dimensions by name, conditions over its columns. */
#include "compiler/bind/bind_metric.h"

/* The columns that a question may name: dimensions and the time. */
static Relation *asked_columns(Binder *binder, const MetricModel *model)
{
    Relation *relation = ARENA_NEW(binder->query, Relation);
    relation->columns = ARENA_ARRAY(binder->query, BindColumn, model->column_count + 1);
    relation->column_count = model->column_count;
    for (uint32_t i = 0; i < model->column_count; i++) {
        const MetricColumn *column = &model->columns[i];
        relation->columns[i] =
            (BindColumn){ .name = column->name, .type = type_plain(binder->query, column->type), .span = column->span };
        relation->columns[i].is_hidden = column->role != METRIC_DIMENSION && column->role != METRIC_TIME;
    }
    return relation;
}

/* Stored rows have no clock that goes on: it would stand at 1970-01-01, and a rule over it would open everything. */
static bool is_without_clock(Binder *binder, const Expr *condition)
{
    const Expr *clock = find_clock(condition);
    if (clock == NULL)
        return true;
    Diag *d = diag_error(binder->diags, E0832, clock->span, "what is stored of a metric has no clock");
    diag_help(d, "write a time; a question counts back from the watermark with --last");
    return false;
}

typedef struct MeasureSearch {
    Binder *binder;
    const MetricModel *model;
    bool found;
} MeasureSearch;

/* A measure by its name, alone or behind the name of the metric. */
static bool refuse_measure(void *context, const AstNode *node)
{
    MeasureSearch *search = context;
    if (node->kind != AST_COLUMN_REF)
        return node->kind != AST_QUERY;
    Str name = ast_name_last(node);
    int32_t column = metric_column(search->model, name);
    if (column < 0 || search->model->columns[column].role != METRIC_MEASURE)
        return false;
    Diag *d =
        diag_error(search->binder->diags, E0832, node->span,
                   "`%.*s` is a measure of `%.*s`: a condition chooses what goes into measures, by dimensions and "
                   "time",
                   STR_ARG(name), STR_ARG(search->model->metric->name));
    diag_help(d, "choose among the rows of the answer, or define a metric whose query says HAVING");
    search->found = true;
    return false;
}

const Expr *metric_condition(Binder *binder, const MetricModel *model, const AstNode *ast, const Viewer *viewer)
{
    MeasureSearch search = { binder, model, false };
    ast_walk(ast, refuse_measure, &search);
    if (search.found)
        return NULL;
    ExprScope scope = {
        .binder = binder, .input = asked_columns(binder, model), .place = "a condition over a metric", .viewer = viewer
    };
    const Expr *condition = bind_condition(&scope, ast, "the condition");
    return expr_is_poison(condition) || !is_without_clock(binder, condition) ? NULL : condition;
}

const Expr *bind_metric_condition(Arena *query, const BoundProgram *program, const MetricModel *model,
                                  const AstNode *ast, Diags *diags)
{
    Binder binder = { .query = query,
                      .diags = diags,
                      .catalog = program->catalog,
                      .entries = program->entries,
                      .entry_count = catalog_count(program->catalog) };
    return metric_condition(&binder, model, ast, NULL);
}
