/* bind_metric_clauses.c -- the clauses in the header of a metric, against the columns of its query. */
#include "compiler/bind/bind_metric.h"

#define DAY_US INT64_C(86400000000)

int32_t metric_find_column(MetricBuild *build, const AstNode *name)
{
    const MetricModel *model = build->model;
    Str text = ast_name_text(name);
    int32_t at = metric_column(model, text);
    if (at >= 0)
        return at;
    build->failed = true;
    Diag *d = diag_error(build->binder->diags, E0801, name->span, "the metric has no column `%.*s`", STR_ARG(text));
    Str *names = ARENA_ARRAY(build->binder->query, Str, model->column_count + 1);
    for (uint32_t i = 0; i < model->column_count; i++)
        names[i] = model->columns[i].name;
    int32_t nearest = diag_nearest(text, names, model->column_count);
    if (nearest >= 0)
        diag_fix(d, name->span, names[nearest], "did you mean `%.*s`?", STR_ARG(names[nearest]));
    return -1;
}

static Diag *clause_error(MetricBuild *build, DiagCode code, Span span, const char *text, Str name)
{
    build->failed = true;
    return diag_error(build->binder->diags, code, span, text, STR_ARG(name));
}

bool metric_interval(MetricBuild *build, const AstNode *ast, const char *what, int64_t *us)
{
    Binder *binder = build->binder;
    ExprScope scope = { .binder = binder, .place = "a metric" };
    const Expr *expr = bind_expr(&scope, ast);
    bool is_literal = expr->op == EXPR_LITERAL && !expr->literal.is_null;
    if (is_literal && expr->type->kind == TYPE_INTERVAL_SECOND && expr->literal.value.i64 > 0) {
        *us = expr->literal.value.i64;
        return true;
    }
    build->failed = true;
    if (expr_is_poison(expr))
        return false;
    Diag *d = diag_error(binder->diags, E0315, ast->span, "the %s is a constant interval longer than nothing", what);
    if (expr->type->kind == TYPE_INTERVAL_MONTH)
        diag_help(d, "months have no one length: write days");
    return false;
}

uint64_t metric_count(MetricBuild *build, const AstNode *ast)
{
    Str text = ast_integer_text(ast);
    uint64_t value = 0;
    for (uint64_t i = 0; i < text.len && i < 10; i++)
        value = value * 10 + (uint64_t)(text.data[i] - '0');
    if (value > 0 && text.len <= 9)
        return value;
    build->failed = true;
    diag_error(build->binder->diags, E0805, ast->span, "this number is between 1 and 999999999");
    return 1;
}

/* ---- TIME ---- */

static bool is_time_type(const Type *type)
{
    return type->kind == TYPE_TIMESTAMP || type->kind == TYPE_TIMESTAMP_LTZ || type->kind == TYPE_DATE;
}

void metric_read_time(MetricBuild *build)
{
    const AstNode *ast = ast_metric_time(build->ast);
    MetricModel *model = build->model;
    if (ast == NULL)
        return;
    int32_t at = metric_find_column(build, ast_metric_time_column(ast));
    if (at < 0)
        return;
    MetricColumn *column = &model->columns[at];
    if (!is_time_type(column->type) || column->role == METRIC_MEASURE) {
        Str type = type_name(build->binder->query, type_with_nullable(build->binder->query, column->type, true));
        Diag *d = clause_error(build, E0804, ast_metric_time_column(ast)->span, "`%.*s` cannot be the time of a metric",
                               column->name);
        diag_here(d, "%.*s%s", STR_ARG(type), column->role == METRIC_MEASURE ? ", a measure" : "");
        diag_help(d, "a time is a DATE or a TIMESTAMP by which the query groups");
        return;
    }
    bool is_window = at == model->time_column;
    if (model->time_column >= 0 && !is_window)
        model->columns[model->time_column].role = METRIC_WINDOW;
    model->time_column = at;
    column->role = METRIC_TIME;
    int64_t grain = 0;
    if (!is_window) { /* dates come a day apart, other times as they like */
        model->shape = SHAPE_TIMED;
        model->grain_us = model->window_us = column->type->kind == TYPE_DATE ? DAY_US : 0;
    }
    if (ast_metric_time_grain(ast) != NULL && metric_interval(build, ast_metric_time_grain(ast), "grain", &grain) &&
        !is_window)
        model->grain_us = model->window_us = grain;
}

/* ---- DIMENSIONS ---- */

/* What the bound does is the work of bind_metric_keep.c. */
static void check_keep(MetricBuild *build, const AstNode *ast)
{
    const AstNode *cardinality = ast_dimension_cardinality(ast), *top = ast_dimension_keep_top(ast);
    if (cardinality != NULL)
        metric_count(build, cardinality);
    if (top != NULL)
        metric_count(build, top);
    if (cardinality != NULL && top != NULL)
        diag_help(
            clause_error(build, E0805, top->span, "`%.*s` has two bounds", ast_name_text(ast_dimension_name(ast))),
            "KEEP TOP bounds it: leave CARDINALITY out");
    if (ast_dimension_keep_by(ast) == NULL)
        return;
    int32_t by = metric_find_column(build, ast_dimension_keep_by(ast));
    if (by >= 0 && build->model->columns[by].role != METRIC_MEASURE)
        clause_error(build, E0802, ast_dimension_keep_by(ast)->span,
                     "`%.*s` is not a measure: nothing can be ranked by it", build->model->columns[by].name);
}

static void read_dimension(MetricBuild *build, const AstNode *ast)
{
    MetricModel *model = build->model;
    int32_t at = metric_find_column(build, ast_dimension_name(ast));
    if (at < 0)
        return;
    MetricColumn *column = &model->columns[at];
    if (column->role == METRIC_MEASURE) {
        Diag *d = clause_error(build, E0802, ast_dimension_name(ast)->span,
                               "`%.*s` holds an aggregate: it is a measure", column->name);
        diag_help(d, "name it in MEASURES");
        return;
    }
    if (column->role == METRIC_WINDOW)
        column->role = METRIC_DIMENSION;
    column->title = optional_text(ast_dimension_title(ast));
    column->description = optional_text(ast_dimension_description(ast));
    if (ast_dimension_label(ast) != NULL) {
        column->label = ast_name_joined(build->binder->query, ast_dimension_label(ast));
        metric_check_label(build, ast_dimension_label(ast));
    }
    static const char *const ROLES[] = { "STEP", "COHORT", "AGE" };
    const AstNode *role = ast_dimension_role(ast);
    bool known = role == NULL;
    for (uint32_t i = 0; role != NULL && i < sizeof ROLES / sizeof ROLES[0]; i++) {
        if (str_equal_nocase(ast_name_text(role), str_from(ROLES[i]))) {
            column->column_role = str_from(ROLES[i]);
            known = true;
        }
    }
    if (!known) {
        Diag *d = clause_error(build, E0805, role->span, "there is no role `%.*s`", ast_name_text(role));
        diag_help(d, "roles are STEP, COHORT and AGE");
    }
    check_keep(build, ast);
}

void metric_read_dimensions(MetricBuild *build)
{
    AST_EACH(dimension, ast_metric_dimensions(build->ast))
        read_dimension(build, dimension);
    AST_EACH(dimension, ast_metric_dimensions(build->ast))
        metric_check_drill(build, dimension);
}

/* ---- MEASURES ---- */

static void read_unit(const AstNode *ast, MetricUnit *unit)
{
    if (ast == NULL)
        return;
    unit->is_given = true;
    unit->kind = ast_measure_unit_kind(ast);
    unit->word = optional_text(ast_measure_unit_word(ast));
    unit->currency = optional_text(ast_measure_unit_currency(ast));
    if (ast_measure_unit_scale(ast) != NULL)
        unit->scale = ast_name_text(ast_measure_unit_scale(ast));
}

/* The ends of an interval around a measure. */
static void read_bounds(MetricBuild *build, const AstNode *ast, MetricColumn *column)
{
    if (ast_measure_bounds_low(ast) == NULL)
        return;
    column->bounds_low = metric_find_column(build, ast_measure_bounds_low(ast));
    column->bounds_high = metric_find_column(build, ast_measure_bounds_high(ast));
    if (column->bounds_low >= 0)
        build->model->columns[column->bounds_low].role = METRIC_MEASURE;
    if (column->bounds_high >= 0)
        build->model->columns[column->bounds_high].role = METRIC_MEASURE;
}

static void read_measure(MetricBuild *build, const AstNode *ast)
{
    MetricModel *model = build->model;
    if (ast_measure_expr(ast) != NULL && model->base_count == 0) {
        Diag *d =
            clause_error(build, E0806, ast_measure_expr(ast)->span,
                         "`%.*s` has an expression, and its metric has a query", ast_name_text(ast_measure_name(ast)));
        diag_help(d, "expressions over measures stand in metrics derived FROM others");
        return;
    }
    int32_t at = metric_find_column(build, ast_measure_name(ast));
    if (at < 0)
        return;
    MetricColumn *column = &model->columns[at];
    if (column->role != METRIC_MEASURE && model->grouping != NULL) {
        Diag *d = clause_error(build, E0802, ast_measure_name(ast)->span, "`%.*s` holds no aggregate: it is no measure",
                               column->name);
        diag_help(d, "name it in DIMENSIONS");
        return;
    }
    column->role = METRIC_MEASURE;
    column->title = optional_text(ast_measure_title(ast));
    column->description = optional_text(ast_measure_description(ast));
    column->format = optional_text(ast_measure_format(ast));
    column->better = ast_measure_better(ast);
    read_unit(ast_measure_unit(ast), &column->unit);
    read_bounds(build, ast, column);
}

void metric_read_measures(MetricBuild *build)
{
    AST_EACH(measure, ast_metric_measures(build->ast))
        read_measure(build, measure);
}

/* ---- RETAIN ---- */

#define SECOND_US INT64_C(1000000)

/* Kept where a metric says nothing: the finest grain of the ladder is the window's own. */
static const struct {
    int64_t grain_us, keep_us;
} LADDER[] = {
    { SECOND_US, 60 * SECOND_US },
    { 60 * SECOND_US, 3600 * SECOND_US },
    { 300 * SECOND_US, 86400 * SECOND_US },
    { 3600 * SECOND_US, 400 * 86400 * SECOND_US },
};
enum { LADDER_STEPS = sizeof LADDER / sizeof LADDER[0] };

/* Do all measures add up over time?  Then coarser rungs can be made. */
static bool adds_over_time(const MetricModel *model)
{
    for (uint32_t i = 0; i < model->column_count; i++) {
        if (model->columns[i].role == METRIC_MEASURE && model->columns[i].adds != ADDS_ALL)
            return false;
    }
    return model->grain_us > 0;
}

/* Windows of a length that is no step of the ladder stay as long as the finest step that they cover. */
static int64_t keep_of(int64_t grain_us)
{
    uint32_t step = 0;
    while (step + 1 < LADDER_STEPS && LADDER[step + 1].grain_us <= grain_us)
        step++;
    return LADDER[step].keep_us;
}

static void default_rungs(MetricBuild *build)
{
    MetricModel *model = build->model;
    bool ladder = adds_over_time(model);
    for (uint32_t i = 0; ladder && i < LADDER_STEPS; i++) {
        bool exists = LADDER[i].grain_us >= model->grain_us && LADDER[i].grain_us % model->grain_us == 0;
        if (exists)
            model->rungs[model->rung_count++] =
                (MetricRung){ LADDER[i].grain_us, LADDER[i].keep_us, model->metric->span };
    }
    if (model->rung_count == 0 || model->rungs[0].grain_us != model->grain_us) {
        for (uint32_t i = model->rung_count; i > 0; i--)
            model->rungs[i] = model->rungs[i - 1];
        int64_t keep = model->rung_count == 0 ? LADDER[LADDER_STEPS - 1].keep_us : keep_of(model->grain_us);
        model->rungs[0] = (MetricRung){ model->grain_us, keep, model->metric->span };
        model->rung_count++;
    }
    /* The last rung has what all others lose. */
    MetricRung *last = &model->rungs[model->rung_count - 1];
    if (last->keep_us < LADDER[LADDER_STEPS - 1].keep_us)
        last->keep_us = LADDER[LADDER_STEPS - 1].keep_us;
}

static void check_rung(MetricBuild *build, const AstNode *ast, const MetricRung *rung)
{
    const MetricModel *model = build->model;
    Arena *query = build->binder->query;
    Str grain = metric_interval_text(query, rung->grain_us), own = metric_interval_text(query, model->grain_us);
    bool own_only = !adds_over_time(model);
    if (model->grain_us == 0) {
        clause_error(build, E0807, ast->span, "`%.*s` has no windows of constant length: it has no rungs",
                     model->metric->name);
    } else if (rung->grain_us < model->grain_us || rung->grain_us % model->grain_us != 0) {
        Diag *d = clause_error(build, E0807, ast_retain_grain(ast)->span, "there is no rung of %.*s", grain);
        diag_here(d, "windows come every %.*s", STR_ARG(own));
        diag_help(d, "a rung is a multiple of the window");
    } else if (own_only && rung->grain_us != model->grain_us) {
        Diag *d = clause_error(build, E0807, ast_retain_grain(ast)->span, "there is no rung of %.*s", grain);
        diag_here(d, "its measures do not all add up over time, so it keeps its own windows only");
    } else if (rung->keep_us < rung->grain_us) {
        clause_error(build, E0807, ast_retain_keep(ast)->span, "a rung of %.*s is kept for less than itself", grain);
    }
}

static void sort_rungs(MetricBuild *build)
{
    MetricModel *model = build->model;
    for (uint32_t i = 1; i < model->rung_count; i++) {
        for (uint32_t k = i; k > 0 && model->rungs[k].grain_us < model->rungs[k - 1].grain_us; k--) {
            MetricRung rung = model->rungs[k];
            model->rungs[k] = model->rungs[k - 1];
            model->rungs[k - 1] = rung;
        }
    }
    for (uint32_t i = 1; i < model->rung_count; i++) {
        if (model->rungs[i].grain_us == model->rungs[i - 1].grain_us)
            clause_error(build, E0807, model->rungs[i].span, "a rung of %.*s is named twice",
                         metric_interval_text(build->binder->query, model->rungs[i].grain_us));
    }
}

void metric_read_rungs(MetricBuild *build)
{
    MetricModel *model = build->model;
    const AstNode *retain = ast_metric_retain(build->ast);
    model->rungs = ARENA_ARRAY(build->binder->query, MetricRung, ast_count(retain) + LADDER_STEPS + 1);
    if (build->failed)
        return;
    AST_EACH(rung_ast, retain) {
        MetricRung rung = { .span = rung_ast->span };
        if (!metric_interval(build, ast_retain_grain(rung_ast), "grain", &rung.grain_us) ||
            !metric_interval(build, ast_retain_keep(rung_ast), "time it is kept", &rung.keep_us))
            continue;
        check_rung(build, rung_ast, &rung);
        model->rungs[model->rung_count++] = rung;
    }
    if (ast_count(retain) == 0)
        default_rungs(build);
    else
        sort_rungs(build);
}
