/* bind_metric_derived.c -- CREATE METRIC x FROM a, b MEASURES (..): values over the measures of other metrics.
 *
 * A derived metric has the time and the dimensions that its bases have in common.  Its expressions read measures of the
 * bases by name, measures of its own that stand before them, and ROLLING(measure, interval): the same measure over the
 * windows of that much time. */
#include "compiler/bind/bind_metric.h"

#include "runtime/time/zone.h"

struct MetricInputs {
    MetricBuild *build;
    Relation *relation; /* one column per input, in the same order */
    VEC(MetricInput) items;
    VEC(BindColumn) columns;
};

static Diag *derived_error(MetricBuild *build, Span span, const char *text, Str name)
{
    build->failed = true;
    return diag_error(build->binder->diags, E0806, span, text, STR_ARG(name));
}

/* ---- bases ---- */

static const MetricModel *bind_base(MetricBuild *build, const AstNode *qname)
{
    Binder *binder = build->binder;
    const CatalogEntry *entry = find_entry(binder, qname);
    build->failed |= entry == NULL;
    if (entry == NULL)
        return NULL;
    if (entry->kind != CATALOG_METRIC) {
        Diag *d = derived_error(build, qname->span, "`%.*s` is not a metric", entry->name);
        diag_label(d, entry->span, "a %s", entry->kind == CATALOG_VIEW ? "view" : "table");
        diag_help(d, "a metric over a table or view has a query: AS SELECT ..");
        return NULL;
    }
    const MetricModel *model = metric_model(binder, entry, qname->span);
    if (model == NULL) {
        build->failed = true; /* said where the base stands */
        return NULL;
    }
    if (model->base_count > 0) {
        refuse(binder, qname->span, "a metric derived from a derived one");
        build->failed = true;
        return NULL;
    }
    if (model->grain_us == 0) {
        derived_error(build, qname->span, "`%.*s` has no windows of constant length: nothing can be derived from it",
                      entry->name);
        return NULL;
    }
    return model;
}

static void bind_bases(MetricBuild *build)
{
    MetricModel *model = build->model;
    const AstNode *list = ast_metric_bases(build->ast);
    const MetricModel **bases = ARENA_ARRAY(build->binder->query, const MetricModel *, ast_count(list) + 1);
    AST_EACH(qname, list) {
        const MetricModel *base = bind_base(build, qname);
        if (base == NULL)
            continue;
        bases[model->base_count++] = base;
        if (base->grain_us > model->grain_us)
            model->grain_us = model->window_us = base->grain_us;
    }
    model->bases = bases;
    if (model->base_count > 0) {
        model->zone = bases[0]->zone;
        model->has_clock = bases[0]->has_clock;
        model->offset_us = bases[0]->offset_us;
    }
    for (uint32_t i = 0; i < model->base_count; i++) {
        if (model->grain_us % bases[i]->grain_us != 0)
            derived_error(build, ast_at(list, i)->span,
                          "the windows of `%.*s` do not fit into those of the other bases", bases[i]->metric->name);
        else if (!str_equal(zone_name(bases[i]->zone), zone_name(bases[0]->zone)))
            derived_error(build, ast_at(list, i)->span,
                          "the windows of `%.*s` are cut on the clock of another zone than those of the first base",
                          bases[i]->metric->name);
    }
}

/* The dimension of this name and type; -1: there is none. */
static int32_t same_dimension(const MetricModel *model, const MetricColumn *wanted)
{
    int32_t at = metric_column(model, wanted->name);
    if (at < 0 || model->columns[at].role != METRIC_DIMENSION || !type_equal(model->columns[at].type, wanted->type))
        return -1;
    return at;
}

static void add_column(MetricModel *model, const MetricColumn *column)
{
    MetricColumn *to = &model->columns[model->column_count++];
    *to = *column;
    to->kept = NULL;
    to->unkept = "those that its bases keep";
    to->value = NULL;
}

static void add_common_columns(MetricBuild *build)
{
    MetricModel *model = build->model;
    const MetricModel *first = model->bases[0];
    model->shape = first->shape;
    for (uint32_t i = 0; i < first->column_count; i++) {
        const MetricColumn *column = &first->columns[i];
        bool common = column->role == METRIC_DIMENSION;
        for (uint32_t b = 1; b < model->base_count; b++)
            common &= same_dimension(model->bases[b], column) >= 0;
        if (column->role == METRIC_TIME) {
            model->time_column = (int32_t)model->column_count;
            common = true;
        }
        if (common)
            add_column(model, column);
    }
}

/* ---- expressions ---- */

static uint32_t add_input(struct MetricInputs *inputs, const MetricInput *input, Str name)
{
    Arena *query = inputs->build->binder->query;
    BindColumn column = { .name = name, .type = input->type, .span = input->span };
    vec_push(query, &inputs->items, *input);
    vec_push(query, &inputs->columns, column);
    inputs->relation->columns = inputs->columns.items;
    inputs->relation->column_count = inputs->columns.count;
    return inputs->columns.count - 1;
}

static void add_measures_of_bases(struct MetricInputs *inputs)
{
    const MetricModel *model = inputs->build->model;
    Arena *query = inputs->build->binder->query;
    for (uint32_t b = 0; b < model->base_count; b++) {
        const MetricModel *base = model->bases[b];
        BindSource source = { .alias = base->metric->name, .span = base->metric->span };
        const AstNode *name = ast_metric_name(base->metric->statement);
        source.alias = ast_name_last(name);
        source.first = inputs->columns.count;
        for (uint32_t i = 0; i < base->column_count; i++) {
            const MetricColumn *column = &base->columns[i];
            if (column->role != METRIC_MEASURE)
                continue;
            MetricInput input = {
                .base = b, .column = i, .span = column->span, .type = type_with_nullable(query, column->type, true)
            };
            add_input(inputs, &input, column->name);
        }
        source.count = inputs->columns.count - source.first;
        vec_push(query, &inputs->relation->sources, source);
    }
}

/* ROLLING(measure, INTERVAL '7' DAY) */
const Expr *bind_rolling(ExprScope *scope, const AstNode *ast)
{
    Binder *binder = scope->binder;
    struct MetricInputs *inputs = scope->metric_inputs;
    const AstNode *args = ast_call_args(ast);
    int64_t rolling_us = 0;
    if (inputs == NULL || ast_count(args) != 2) {
        Diag *d = diag_error(binder->diags, E0806, ast->span,
                             "ROLLING(measure, INTERVAL ..) stands in the MEASURES of a "
                             "metric that is derived FROM others");
        diag_here(d, inputs == NULL ? "not in one" : "it takes a measure and an interval");
        return expr_poison(binder, ast->span);
    }
    MetricBuild *build = inputs->build;
    const Expr *measure = bind_expr(scope, ast_at(args, 0));
    bool good = metric_interval(build, ast_at(args, 1), "time that rolls", &rolling_us);
    if (expr_is_poison(measure) || !good)
        return expr_poison(binder, ast->span);
    if (measure->op != EXPR_COLUMN || inputs->items.items[measure->column].rolling_us != 0) {
        derived_error(build, ast_at(args, 0)->span, "ROLLING takes a measure of a base by its name%.*s", STR_EMPTY);
        return expr_poison(binder, ast->span);
    }
    MetricInput input = inputs->items.items[measure->column];
    const MetricModel *base = build->model->bases[input.base];
    const MetricColumn *column = &base->columns[input.column];
    if (column->adds != ADDS_ALL) {
        Diag *d =
            derived_error(build, ast->span, "`%.*s` cannot be rolled: it does not add up over time", column->name);
        diag_here(d, "%s", column->why);
        return expr_poison(binder, ast->span);
    }
    if (rolling_us % base->grain_us != 0) {
        derived_error(build, ast_at(args, 1)->span, "the time that rolls is no multiple of the windows of `%.*s`",
                      base->metric->name);
        return expr_poison(binder, ast->span);
    }
    input.rolling_us = rolling_us;
    input.span = ast->span;
    uint32_t at = add_input(inputs, &input, STR_EMPTY);
    return expr_column(binder->query, input.type, at, ast->span);
}

static void lessen_by_inputs(const struct MetricInputs *inputs, const Expr *expr, MetricColumn *column)
{
    if (expr->op == EXPR_COLUMN) {
        const MetricInput *input = &inputs->items.items[expr->column];
        const MetricColumn *read = &inputs->build->model->bases[input->base]->columns[input->column];
        if (read->adds < column->adds) {
            column->adds = read->adds;
            column->why = read->why;
        }
    }
    for (uint32_t i = 0; i < expr->arg_count; i++)
        lessen_by_inputs(inputs, expr->args[i], column);
}

static void bind_measure(struct MetricInputs *inputs, ExprScope *scope, const AstNode *ast)
{
    MetricBuild *build = inputs->build;
    MetricModel *model = build->model;
    const AstNode *name = ast_measure_name(ast);
    if (ast_measure_expr(ast) == NULL) {
        Diag *d = derived_error(build, name->span, "the measure `%.*s` has no expression", ast_name_text(name));
        diag_help(d, "a metric derived from others says what each measure is: MEASURES (rate = RATIO(a, b))");
        return;
    }
    if (metric_column(model, ast_name_text(name)) >= 0) {
        derived_error(build, name->span, "`%.*s` is a column already", ast_name_text(name));
        return;
    }
    const Expr *value = bind_expr(scope, ast_measure_expr(ast));
    if (expr_is_poison(value)) {
        build->failed = true;
        return;
    }
    MetricColumn *column = &model->columns[model->column_count++];
    *column = (MetricColumn){ .name = ast_name_text(name),
                              .type = value->type,
                              .role = METRIC_MEASURE,
                              .span = name->span,
                              .value = value,
                              .bounds_low = -1,
                              .bounds_high = -1,
                              .adds = ADDS_ALL };
    lessen_by_inputs(inputs, value, column);
}

static void bind_measures(MetricBuild *build)
{
    Binder *binder = build->binder;
    const AstNode *measures = ast_metric_measures(build->ast);
    struct MetricInputs inputs = { .build = build, .relation = ARENA_NEW(binder->query, Relation) };
    SelectAlias *aliases = ARENA_ARRAY(binder->query, SelectAlias, ast_count(measures) + 1);
    ExprScope scope = {
        .binder = binder, .input = inputs.relation, .place = "MEASURES", .aliases = aliases, .metric_inputs = &inputs
    };
    add_measures_of_bases(&inputs);
    AST_EACH(measure, measures) {
        uint32_t before = build->model->column_count;
        bind_measure(&inputs, &scope, measure);
        if (build->model->column_count > before) {
            const MetricColumn *made = &build->model->columns[before];
            aliases[scope.alias_count++] = (SelectAlias){ made->name, made->value };
        }
    }
    build->model->inputs = inputs.items.items;
    build->model->input_count = inputs.items.count;
}

void metric_bind_derived(MetricBuild *build)
{
    MetricModel *model = build->model;
    bind_bases(build);
    if (build->failed)
        return;
    uint32_t most = model->bases[0]->column_count + ast_count(ast_metric_measures(build->ast));
    model->columns = ARENA_ARRAY(build->binder->query, MetricColumn, most + 1);
    add_common_columns(build);
    if (ast_count(ast_metric_measures(build->ast)) == 0)
        derived_error(build, ast_metric_name(build->ast)->span, "the derived metric `%.*s` has no MEASURES",
                      model->metric->name);
    bind_measures(build);
    if (build->failed)
        return;
    metric_read_dimensions(build);
    metric_read_measures(build);
    if (ast_count(ast_metric_retain(build->ast)) > 0)
        derived_error(build, ast_metric_retain(build->ast)->span,
                      "`%.*s` is worked out from what its bases keep: RETAIN belongs to them", model->metric->name);
    metric_read_panels(build);
}
