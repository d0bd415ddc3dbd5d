/* bind_metric_derived.c -- CREATE METRIC x FROM a, b MEASURES (..): values over the measures of other metrics.
 *
 * A derived metric has the time and the dimensions that its bases have in common.  Its expressions read measures of the
 * bases by name, measures of its own that stand before them, and ROLLING(measure, interval): the same measure over the
 * windows of that much time.
 *
 * A base that is derived itself stands for its own bases: the model is always over metrics that store states, and a
 * measure of the one between is its expression over them. */
#include "compiler/bind/bind_metric.h"

#include "runtime/time/zone.h"

struct MetricInputs {
    MetricBuild *build;
    Relation *relation; /* one column per input, in the same order */
    VEC(MetricInput) items;
    VEC(BindColumn) columns;
    VEC(const Expr *) values;  /* measures of derived bases: over other inputs; else NULL */
    const MetricModel **named; /* behind FROM, in order */
    uint32_t named_count;
};

static Diag *derived_error(MetricBuild *build, Span span, const char *text, Str name)
{
    build->failed = true;
    return diag_error(build->binder->diags, E0806, span, text, STR_ARG(name));
}

/* ---- bases ---- */

/* Whoever may not see a metric between may not see what is made of it. */
static void note_derived_base(MetricBuild *build, const CatalogEntry *base)
{
    Binder *binder = build->binder;
    const CatalogEntry *self = catalog_find(binder->catalog, build->model->metric->name);
    vec_push(binder->query, &binder->entries[self->index].reads, base->index);
}

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
    if (model->base_count > 0)
        note_derived_base(build, entry);
    if (model->grain_us == 0) {
        derived_error(build, qname->span, "`%.*s` has no windows of constant length: nothing can be derived from it",
                      entry->name);
        return NULL;
    }
    return model;
}

/* Which of the bases it is; added where it is none yet. */
static uint32_t stored_base(MetricModel *model, const MetricModel *base)
{
    uint32_t at = 0;
    while (at < model->base_count && model->bases[at] != base)
        at++;
    if (at == model->base_count)
        ((const MetricModel **)model->bases)[model->base_count++] = base;
    return at;
}

static void check_windows(MetricBuild *build, const AstNode *qname, const MetricModel *first, const MetricModel *base)
{
    if (build->model->grain_us % base->grain_us != 0)
        derived_error(build, qname->span, "the windows of `%.*s` do not fit into those of the other bases",
                      base->metric->name);
    else if (!str_equal(zone_name(base->zone), zone_name(first->zone)))
        derived_error(build, qname->span,
                      "the windows of `%.*s` are cut on the clock of another zone than those of the first base",
                      base->metric->name);
}

static void bind_bases(struct MetricInputs *inputs)
{
    MetricBuild *build = inputs->build;
    MetricModel *model = build->model;
    const AstNode *list = ast_metric_bases(build->ast);
    const AstNode **places = ARENA_ARRAY(build->binder->query, const AstNode *, ast_count(list) + 1);
    inputs->named = ARENA_ARRAY(build->binder->query, const MetricModel *, ast_count(list) + 1);
    uint32_t most = 0;
    AST_EACH(qname, list) {
        const MetricModel *base = bind_base(build, qname);
        if (base == NULL)
            continue;
        places[inputs->named_count] = qname;
        inputs->named[inputs->named_count++] = base;
        most += base->base_count + 1;
        if (base->grain_us > model->grain_us)
            model->grain_us = model->window_us = base->grain_us;
    }
    model->bases = ARENA_ARRAY(build->binder->query, const MetricModel *, most + 1);
    if (inputs->named_count > 0) {
        model->zone = inputs->named[0]->zone;
        model->has_clock = inputs->named[0]->has_clock;
        model->offset_us = inputs->named[0]->offset_us;
    }
    for (uint32_t i = 0; i < inputs->named_count; i++) {
        const MetricModel *base = inputs->named[i];
        check_windows(build, places[i], inputs->named[0], base);
        for (uint32_t b = 0; b < base->base_count; b++)
            stored_base(model, base->bases[b]);
        if (base->base_count == 0)
            stored_base(model, base);
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

static void add_common_columns(const struct MetricInputs *inputs)
{
    MetricModel *model = inputs->build->model;
    const MetricModel *first = inputs->named[0];
    model->shape = first->shape;
    for (uint32_t i = 0; i < first->column_count; i++) {
        const MetricColumn *column = &first->columns[i];
        bool common = column->role == METRIC_DIMENSION;
        for (uint32_t b = 1; b < inputs->named_count; b++)
            common &= same_dimension(inputs->named[b], column) >= 0;
        if (column->role == METRIC_TIME) {
            model->time_column = (int32_t)model->column_count;
            common = true;
        }
        if (common)
            add_column(model, column);
    }
}

/* ---- expressions ---- */

static uint32_t add_input(struct MetricInputs *inputs, const MetricInput *input, const Expr *value, Str name)
{
    Arena *query = inputs->build->binder->query;
    BindColumn column = { .name = name, .type = input->type, .span = input->span };
    vec_push(query, &inputs->items, *input);
    vec_push(query, &inputs->values, value);
    vec_push(query, &inputs->columns, column);
    inputs->relation->columns = inputs->columns.items;
    inputs->relation->column_count = inputs->columns.count;
    return inputs->columns.count - 1;
}

/* The column of an input without a name of its own. */
static const Expr *input_column(struct MetricInputs *inputs, const MetricInput *input)
{
    uint32_t at = 0;
    while (at < inputs->items.count &&
           (inputs->values.items[at] != NULL || inputs->items.items[at].base != input->base ||
            inputs->items.items[at].column != input->column || inputs->items.items[at].rolling_us != input->rolling_us))
        at++;
    if (at == inputs->items.count)
        add_input(inputs, input, NULL, STR_EMPTY);
    return expr_column(inputs->build->binder->query, input->type, at, input->span);
}

/* A measure of a derived base, over inputs of this metric. */
static const Expr *measure_of_derived(struct MetricInputs *inputs, const MetricModel *base, const MetricColumn *column)
{
    Arena *query = inputs->build->binder->query;
    MetricModel *model = inputs->build->model;
    const Expr **own = ARENA_ARRAY(query, const Expr *, base->input_count + 1);
    for (uint32_t i = 0; i < base->input_count; i++) {
        MetricInput input = base->inputs[i];
        input.base = stored_base(model, base->bases[input.base]);
        own[i] = input_column(inputs, &input);
    }
    return expr_substitute(query, column->value, own);
}

static void add_measures_of(struct MetricInputs *inputs, const MetricModel *base)
{
    MetricModel *model = inputs->build->model;
    Arena *query = inputs->build->binder->query;
    const Expr **values = ARENA_ARRAY(query, const Expr *, base->column_count + 1);
    for (uint32_t i = 0; base->base_count > 0 && i < base->column_count; i++) {
        if (base->columns[i].role == METRIC_MEASURE)
            values[i] = measure_of_derived(inputs, base, &base->columns[i]);
    }
    BindSource source = { .alias = ast_name_last(ast_metric_name(base->metric->statement)),
                          .span = base->metric->span,
                          .first = inputs->columns.count };
    for (uint32_t i = 0; i < base->column_count; i++) {
        const MetricColumn *column = &base->columns[i];
        if (column->role != METRIC_MEASURE)
            continue;
        MetricInput input = { .column = i, .span = column->span };
        input.type = type_with_nullable(query, column->type, true);
        input.base = values[i] == NULL ? stored_base(model, base) : 0;
        add_input(inputs, &input, values[i], column->name);
    }
    source.count = inputs->columns.count - source.first;
    vec_push(query, &inputs->relation->sources, source);
}

/* Measures of derived bases in an expression, over what stores them. */
static const Expr *over_stored(const struct MetricInputs *inputs, const Expr *expr)
{
    Arena *query = inputs->build->binder->query;
    const Expr **columns = ARENA_ARRAY(query, const Expr *, inputs->items.count + 1);
    for (uint32_t i = 0; i < inputs->items.count; i++) {
        const MetricInput *input = &inputs->items.items[i];
        const Expr *value = inputs->values.items[i];
        columns[i] = value == NULL ? expr_column(query, input->type, i, input->span) : value;
    }
    return expr_substitute(query, expr, columns);
}

/* ---- ROLLING ---- */

/* The base whose windows are those of the metric. */
static const MetricModel *longest(const MetricModel *model)
{
    uint32_t at = 0;
    while (model->bases[at]->grain_us != model->grain_us)
        at++;
    return model->bases[at];
}

static bool may_roll(MetricBuild *build, const AstNode *ast, const MetricInput *input, int64_t rolling_us)
{
    const AstNode *args = ast_call_args(ast);
    const MetricModel *base = build->model->bases[input->base];
    const MetricColumn *column = &base->columns[input->column];
    if (input->rolling_us != 0) {
        derived_error(build, ast_at(args, 0)->span, "this cannot be rolled: `%.*s` in it rolls already", column->name);
    } else if (column->adds != ADDS_ALL) {
        Diag *d =
            derived_error(build, ast->span, "`%.*s` cannot be rolled: it does not add up over time", column->name);
        diag_here(d, "%s", column->why);
    } else if (rolling_us % build->model->grain_us != 0) {
        derived_error(build, ast_at(args, 1)->span, "the time that rolls is no multiple of the windows of `%.*s`",
                      longest(build->model)->metric->name);
    } else {
        return true;
    }
    return false;
}

/* Of a measure of a derived base: the same expression over all that it reads, rolled. */
static const Expr *rolled(struct MetricInputs *inputs, const AstNode *ast, const Expr *measure, int64_t rolling_us)
{
    MetricBuild *build = inputs->build;
    Binder *binder = build->binder;
    const Expr *value = over_stored(inputs, measure);
    uint32_t count = inputs->items.count;
    uint64_t *read = ARENA_ARRAY(binder->query, uint64_t, count / 64 + 1);
    const Expr **columns = ARENA_ARRAY(binder->query, const Expr *, count + 1);
    expr_columns(value, read);
    for (uint32_t i = 0; i < count; i++) {
        MetricInput input = inputs->items.items[i];
        if ((read[i / 64] >> i % 64 & 1) == 0)
            continue;
        if (!may_roll(build, ast, &input, rolling_us))
            return expr_poison(binder, ast->span);
        input.rolling_us = rolling_us;
        input.span = ast->span;
        columns[i] = input_column(inputs, &input);
    }
    return expr_substitute(binder->query, value, columns);
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
    const Expr *measure = bind_expr(scope, ast_at(args, 0));
    bool good = metric_interval(inputs->build, ast_at(args, 1), "time that rolls", &rolling_us);
    if (expr_is_poison(measure) || !good)
        return expr_poison(binder, ast->span);
    if (measure->op != EXPR_COLUMN || inputs->items.items[measure->column].rolling_us != 0) {
        derived_error(inputs->build, ast_at(args, 0)->span, "ROLLING takes a measure of a base by its name%.*s",
                      STR_EMPTY);
        return expr_poison(binder, ast->span);
    }
    return rolled(inputs, ast, measure, rolling_us);
}

/* ---- measures ---- */

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
    value = over_stored(inputs, value);
    if (!expr_is_small(value, ast->span)) {
        diag_error(build->binder->diags, E0337, ast->span,
                   "the expression is too large: its measures repeat each other");
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

/* What a derived base rolls ends within the windows of another one. */
static void note_uneven(const struct MetricInputs *inputs, const MetricInput *input)
{
    MetricBuild *build = inputs->build;
    Arena *query = build->binder->query;
    Diag *d = derived_error(build, ast_metric_bases(build->ast)->span,
                            "the windows of `%.*s` are too long for what its bases roll", build->model->metric->name);
    diag_note(d, input->span, "this rolls over %.*s, and its windows are %.*s long",
              STR_ARG(metric_interval_text(query, input->rolling_us)),
              STR_ARG(metric_interval_text(query, build->model->grain_us)));
}

/* Inputs that no measure reads are left out of the model. */
static void keep_inputs_read(const struct MetricInputs *inputs)
{
    MetricModel *model = inputs->build->model;
    Arena *query = inputs->build->binder->query;
    uint32_t count = inputs->items.count;
    uint64_t *read = ARENA_ARRAY(query, uint64_t, count / 64 + 1);
    MetricInput *kept = ARENA_ARRAY(query, MetricInput, count + 1);
    const Expr **columns = ARENA_ARRAY(query, const Expr *, count + 1);
    for (uint32_t c = 0; c < model->column_count; c++) {
        if (model->columns[c].value != NULL)
            expr_columns(model->columns[c].value, read);
    }
    for (uint32_t i = 0; i < count; i++) {
        const MetricInput *input = &inputs->items.items[i];
        if ((read[i / 64] >> i % 64 & 1) == 0)
            continue;
        if (input->rolling_us % model->grain_us != 0)
            note_uneven(inputs, input);
        columns[i] = expr_column(query, input->type, model->input_count, input->span);
        kept[model->input_count++] = *input;
    }
    for (uint32_t c = 0; c < model->column_count; c++) {
        if (model->columns[c].value != NULL)
            model->columns[c].value = expr_substitute(query, model->columns[c].value, columns);
    }
    model->inputs = kept;
}

static void bind_measures(struct MetricInputs *inputs)
{
    MetricBuild *build = inputs->build;
    Binder *binder = build->binder;
    const AstNode *measures = ast_metric_measures(build->ast);
    SelectAlias *aliases = ARENA_ARRAY(binder->query, SelectAlias, ast_count(measures) + 1);
    ExprScope scope = {
        .binder = binder, .input = inputs->relation, .place = "MEASURES", .aliases = aliases, .metric_inputs = inputs
    };
    for (uint32_t i = 0; i < inputs->named_count; i++)
        add_measures_of(inputs, inputs->named[i]);
    AST_EACH(measure, measures) {
        uint32_t before = build->model->column_count;
        bind_measure(inputs, &scope, measure);
        if (build->model->column_count > before) {
            const MetricColumn *made = &build->model->columns[before];
            aliases[scope.alias_count++] = (SelectAlias){ made->name, made->value };
        }
    }
    keep_inputs_read(inputs);
    if (build->failed || build->model->input_count > 0)
        return;
    Diag *d =
        derived_error(build, measures->span, "no measure of `%.*s` reads one of its bases", build->model->metric->name);
    diag_help(d, "say what each measure is of them: MEASURES (rate = RATIO(a, b))");
}

/* Clauses that are about rows on their way. */
static void refuse_clause(MetricBuild *build, const char *clause, const AstNode *ast)
{
    if (ast == NULL)
        return;
    build->failed = true;
    diag_error(build->binder->diags, E0806, ast->span, "`%.*s` is worked out from its bases: %s belongs to them",
               STR_ARG(build->model->metric->name), clause);
}

static void refuse_clauses(MetricBuild *build)
{
    refuse_clause(build, "TIME", ast_metric_time(build->ast));
    refuse_clause(build, "EMIT", ast_metric_emit(build->ast));
    AST_EACH(late, ast_metric_late(build->ast))
        refuse_clause(build, "LATE", late);
}

void metric_bind_derived(MetricBuild *build)
{
    MetricModel *model = build->model;
    struct MetricInputs inputs = { .build = build, .relation = ARENA_NEW(build->binder->query, Relation) };
    bind_bases(&inputs);
    if (build->failed)
        return;
    uint32_t most = inputs.named[0]->column_count + ast_count(ast_metric_measures(build->ast));
    model->columns = ARENA_ARRAY(build->binder->query, MetricColumn, most + 1);
    add_common_columns(&inputs);
    if (ast_count(ast_metric_measures(build->ast)) == 0)
        derived_error(build, ast_metric_name(build->ast)->span, "the derived metric `%.*s` has no MEASURES",
                      model->metric->name);
    else
        bind_measures(&inputs);
    if (build->failed)
        return;
    metric_read_dimensions(build);
    metric_read_measures(build);
    refuse_clauses(build);
    if (ast_count(ast_metric_retain(build->ast)) > 0)
        derived_error(build, ast_metric_retain(build->ast)->span,
                      "`%.*s` is worked out from what its bases keep: RETAIN belongs to them", model->metric->name);
    metric_read_panels(build);
}
