/* bind_metric_keep.c -- how many values of each dimension come out of a window of a metric: CARDINALITY n, KEEP TOP n
 * BY measure, or KEEP_DEFAULT of them, and OTHER for the rest.
 *
 *   project          the metric's columns
 *     filter ..      conditions over groups, which see OTHER as a group
 *       keep         this
 *         aggregate  the outermost grouping
 *
 * A dimension that is a key of the grouping is bounded; one that is a whole number made into text becomes the key,
 * since each number has a text of its own. */
#include "compiler/bind/bind_metric.h"

#include "compiler/logical/nodes.h"

typedef struct KeepBuild {
    Binder *binder;
    const AstNode *ast; /* of the metric */
    const Relation *relation;
    MetricTrace trace;
    const LogicalNode *grouping;
    KeepKey *keys;
    uint32_t key_count;
    bool failed;
} KeepBuild;

/* ---- what stands against it ---- */

static const char *why_not(const LogicalNode *grouping)
{
    if (grouping == NULL)
        return "its rows are not those of one grouping";
    if (grouping->kind == LOGICAL_GROUP)
        return "it has no windows that close";
    if (grouping->as.aggregate.window.kind == WINDOW_SESSION)
        return "each session is a window of its own";
    if (logical_is_updating(grouping->inputs[0]))
        return "the rows that it groups are corrected";
    const LatePolicy *late = grouping->as.aggregate.late;
    return late != NULL && late->correct_us > 0 ? "its closed windows are corrected" : NULL;
}

static const char COMPUTED[] = "it is computed from what the query groups by";

static void report(KeepBuild *b, const AstNode *dimension, const char *why)
{
    b->failed = true;
    Diag *d = diag_error(b->binder->diags, E0808, dimension->span, "the values of `%.*s` cannot be bounded: %s",
                         STR_ARG(ast_name_text(ast_dimension_name(dimension))), why);
    if (why == COMPUTED)
        diag_help(d, "GROUP BY the expression itself");
}

/* ---- clauses ---- */

static bool is_bound(const AstNode *dimension)
{
    return ast_dimension_keep_top(dimension) != NULL || ast_dimension_cardinality(dimension) != NULL ||
           ast_dimension_other(dimension) != NULL;
}

static const AstNode *clause_of(const KeepBuild *b, Str name)
{
    AST_EACH(dimension, ast_metric_dimensions(b->ast)) {
        if (str_equal(ast_name_text(ast_dimension_name(dimension)), name))
            return dimension;
    }
    return NULL;
}

/* Numbers that are none are told by metric_read_dimensions. */
static uint64_t most_of(const AstNode *dimension)
{
    const AstNode *number = dimension == NULL ? NULL : ast_dimension_keep_top(dimension);
    if (number == NULL && dimension != NULL)
        number = ast_dimension_cardinality(dimension);
    if (number == NULL)
        return KEEP_DEFAULT;
    Str text = ast_integer_text(number);
    uint64_t value = 0;
    for (uint64_t i = 0; i < text.len && i < 10; i++)
        value = value * 10 + (uint64_t)(text.data[i] - '0');
    return value == 0 ? 1 : value;
}

static bool is_ordered(const Type *type)
{
    return type_physical(type) != PK_BLOB;
}

/* What values are ranked by: the measure of BY, else the first one that has an order. */
static void choose_by(const KeepBuild *b, const AstNode *dimension, KeepKey *key)
{
    const AstNode *named = dimension == NULL ? NULL : ast_dimension_keep_by(dimension);
    for (uint32_t i = 0; i < b->relation->column_count && key->by == NULL; i++) {
        MetricReads reads = metric_reads(b->grouping, b->trace.values[i]);
        bool fits = reads.calls && !reads.keys && is_ordered(b->trace.values[i]->type);
        if (!fits || (named != NULL && !str_equal(ast_name_text(named), b->relation->columns[i].name)))
            continue;
        key->by = b->trace.values[i];
        key->by_name = b->relation->columns[i].name;
    }
}

static bool check_by(KeepBuild *b, const AstNode *dimension, const KeepKey *key)
{
    const AstNode *named = dimension == NULL ? NULL : ast_dimension_keep_by(dimension);
    if (named == NULL || key->by != NULL)
        return true;
    for (uint32_t i = 0; i < b->relation->column_count; i++) {
        bool is_it = str_equal(ast_name_text(named), b->relation->columns[i].name);
        if (!is_it || !metric_reads(b->grouping, b->trace.values[i]).calls)
            continue; /* no column, or no measure: told by metric_read_dimensions */
        bool is_many = !is_ordered(b->trace.values[i]->type);
        diag_error(b->binder->diags, E0808, named->span, "values cannot be ranked by `%.*s`: %s",
                   STR_ARG(ast_name_text(named)), is_many ? "it has no order" : "it reads a column of GROUP BY, too");
        b->failed = true;
    }
    return false;
}

static uint64_t length_of(Str text)
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < text.len; i++)
        count += ((uint8_t)text.data[i] & 0xC0) != 0x80;
    return count;
}

/* The others as a value: what OTHER says, 'OTHER' where the type has such texts, else NULL. */
static bool choose_other(KeepBuild *b, const AstNode *dimension, const Type *type, KeepKey *key)
{
    const AstNode *written = dimension == NULL ? NULL : ast_dimension_other(dimension);
    Str text = written == NULL ? STR("OTHER") : optional_text(written);
    bool is_text = type->kind == TYPE_VARCHAR || type->kind == TYPE_CHAR;
    bool fits = !is_text ||
                (length_of(text) <= type->length && (type->kind == TYPE_VARCHAR || length_of(text) == type->length));
    key->other = datum_null(type_physical(type));
    if (written == NULL && !(is_text && fits))
        return true;
    if (fits && constant_from_text(b->binder, text, type_with_nullable(b->binder->query, type, true), &key->other))
        return true;
    Str name = type_name(b->binder->query, type_with_nullable(b->binder->query, type, true));
    Diag *d = diag_error(b->binder->diags, E0808, written->span, "'%.*s' is no %.*s", STR_ARG(text), STR_ARG(name));
    diag_label(d, ast_dimension_name(dimension)->span, "%.*s", STR_ARG(name));
    diag_help(d, "leave OTHER out for NULL, or make the dimension text: CAST(.. AS STRING)");
    b->failed = true;
    return false;
}

/* ---- a key that is shown as text ---- */

static bool is_whole_number(const Type *type)
{
    return type->kind == TYPE_TINYINT || type->kind == TYPE_SMALLINT || type->kind == TYPE_INT ||
           type->kind == TYPE_BIGINT;
}

/* CAST(key AS STRING) of a whole number: no two keys have one text. */
static bool is_key_as_text(const LogicalNode *grouping, const Expr *value)
{
    return value->op == EXPR_CALL && strcmp(value->fn->name, "CAST") == 0 && value->args[0]->op == EXPR_COLUMN &&
           value->args[0]->column < grouping->as.aggregate.key_count && is_whole_number(value->args[0]->type) &&
           value->type->kind == TYPE_VARCHAR && value->type->length == TYPE_LENGTH_MAX;
}

static const Expr *replaced(Arena *query, const Expr *expr, const Expr *old, const Expr *with)
{
    if (expr_equal(expr, old))
        return with;
    if (expr->arg_count == 0)
        return expr;
    const Expr **args = ARENA_ARRAY(query, const Expr *, expr->arg_count);
    for (uint32_t i = 0; i < expr->arg_count; i++)
        args[i] = replaced(query, expr->args[i], old, with);
    Expr *copy = ARENA_NEW(query, Expr);
    *copy = *expr;
    copy->args = args;
    return copy;
}

static bool reads_column(const Expr *expr, uint32_t column)
{
    bool found = expr->op == EXPR_COLUMN && expr->column == column;
    for (uint32_t i = 0; i < expr->arg_count && !found; i++)
        found = reads_column(expr->args[i], column);
    return found;
}

/* Groups by the text instead of the number; false: the number is read elsewhere, too. */
static bool group_by_text(KeepBuild *b, const Expr *value)
{
    Arena *query = b->binder->query;
    uint32_t key = value->args[0]->column, values = b->relation->column_count, conditions = b->trace.conditions.count;
    const Expr *text = expr_column(query, value->type, key, value->span);
    const Expr **changed = ARENA_ARRAY(query, const Expr *, values + conditions + 1);
    for (uint32_t i = 0; i < values + conditions; i++) {
        const Expr *expr = i < values ? b->trace.values[i] : b->trace.conditions.items[i - values];
        const Expr *marked = replaced(query, expr, value, expr_null(query, value->type, value->span));
        if (reads_column(marked, key))
            return false;
        changed[i] = replaced(query, expr, value, text);
    }
    LogicalNode *grouping = ARENA_NEW(query, LogicalNode);
    *grouping = *b->grouping;
    const Expr **keys = ARENA_ARRAY(query, const Expr *, grouping->as.aggregate.key_count + 1);
    LogicalColumn *columns = ARENA_ARRAY(query, LogicalColumn, grouping->column_count + 1);
    memcpy(keys, grouping->as.aggregate.keys, grouping->as.aggregate.key_count * sizeof *keys);
    memcpy(columns, grouping->columns, grouping->column_count * sizeof *columns);
    keys[key] = expr_call(query, value->type, value->fn, &keys[key], 1, value->span);
    columns[key].type = value->type;
    grouping->as.aggregate.keys = keys;
    grouping->columns = columns;
    b->grouping = grouping;
    memcpy(b->trace.values, changed, values * sizeof *changed);
    for (uint32_t i = 0; i < conditions; i++)
        b->trace.conditions.items[i] = changed[values + i];
    return true;
}

/* ---- the bounds ---- */

static bool has_few_values(const Type *type)
{
    return type->kind == TYPE_BOOLEAN || type->kind == TYPE_TINYINT;
}

static bool is_time(const KeepBuild *b, uint32_t column)
{
    const AstNode *time = ast_metric_time(b->ast);
    return time != NULL && str_equal(ast_name_text(ast_metric_time_column(time)), b->relation->columns[column].name);
}

static bool is_kept(const KeepBuild *b, uint32_t key)
{
    for (uint32_t i = 0; i < b->key_count; i++) {
        if (b->keys[i].key == key)
            return true;
    }
    return false;
}

static void bound_column(KeepBuild *b, uint32_t column)
{
    const AstNode *dimension = clause_of(b, b->relation->columns[column].name);
    bool is_written = dimension != NULL && is_bound(dimension);
    const Expr *value = b->trace.values[column];
    MetricReads reads = metric_reads(b->grouping, value);
    if (reads.calls || (is_time(b, column) && !is_written))
        return; /* a bound of a measure is told by metric_read_dimensions */
    if (is_written && is_key_as_text(b->grouping, value) && group_by_text(b, value))
        value = b->trace.values[column];
    bool is_key = value->op == EXPR_COLUMN && value->column < b->grouping->as.aggregate.key_count;
    if (!is_key || is_kept(b, value->column)) {
        if (is_written)
            report(b, dimension, is_key ? "another dimension shows the same" : COMPUTED);
        return;
    }
    if (!is_written && (has_few_values(value->type) || !is_ordered(value->type)))
        return;
    KeepKey key = { .key = value->column, .most = most_of(dimension), .name = b->relation->columns[column].name };
    choose_by(b, dimension, &key);
    if (!check_by(b, dimension, &key) || !choose_other(b, dimension, value->type, &key))
        return;
    uint32_t at = b->key_count++;
    for (; at > 0 && b->keys[at - 1].key > key.key; at--)
        b->keys[at] = b->keys[at - 1];
    b->keys[at] = key;
}

/* ---- the plan ---- */

/* The expression over columns that may have become NULL. */
static const Expr *over(const KeepBuild *b, const LogicalNode *keep, const Expr *expr)
{
    Arena *query = b->binder->query;
    if (expr->op == EXPR_COLUMN)
        return expr_column(query, keep->columns[expr->column].type, expr->column, expr->span);
    if (expr->arg_count == 0)
        return expr;
    const Expr **args = ARENA_ARRAY(query, const Expr *, expr->arg_count);
    for (uint32_t i = 0; i < expr->arg_count; i++)
        args[i] = over(b, keep, expr->args[i]);
    Expr *copy = ARENA_NEW(query, Expr);
    *copy = *expr;
    copy->args = args;
    return copy;
}

static const LogicalNode *filled(const KeepBuild *b, const LogicalNode *rows)
{
    const LogicalNode *fill = b->trace.gap_fill;
    if (fill == NULL)
        return rows;
    return logical_gap_fill(b->binder->query, rows, b->grouping, fill->as.gap_fill.step_us, fill->span);
}

static Relation *kept_rows(KeepBuild *b)
{
    Arena *query = b->binder->query;
    const LogicalNode *keep = logical_keep(query, b->grouping, b->keys, b->key_count, b->grouping->span), *rows = keep;
    for (uint32_t i = b->trace.conditions.count; i > 0; i--) {
        const Expr *condition = b->trace.conditions.items[i - 1];
        if (i == b->trace.above_fill)
            rows = filled(b, rows);
        rows = logical_filter(query, rows, over(b, keep, condition), condition->span);
    }
    if (b->trace.above_fill == 0)
        rows = filled(b, rows);
    uint32_t count = b->relation->column_count;
    Relation *relation = ARENA_NEW(query, Relation);
    *relation = *b->relation;
    relation->columns = ARENA_ARRAY(query, BindColumn, count + 1);
    const Expr **exprs = ARENA_ARRAY(query, const Expr *, count + 1);
    Str *names = ARENA_ARRAY(query, Str, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        relation->columns[i] = b->relation->columns[i];
        exprs[i] = over(b, keep, b->trace.values[i]);
        relation->columns[i].type = exprs[i]->type;
        names[i] = relation->columns[i].name;
    }
    relation->node = logical_project(query, rows, exprs, names, count, b->relation->node->span);
    return relation;
}

Relation *metric_bounded(Binder *binder, Relation *relation, const AstNode *metric)
{
    if (relation->poison)
        return relation;
    KeepBuild b = { .binder = binder, .ast = metric, .relation = relation, .trace = metric_trace(binder, relation) };
    const char *why = why_not(b.trace.grouping);
    b.grouping = b.trace.grouping;
    b.keys = ARENA_ARRAY(binder->query, KeepKey, relation->column_count + 1);
    AST_EACH(dimension, ast_metric_dimensions(metric)) {
        if (why != NULL && is_bound(dimension))
            report(&b, dimension, why);
    }
    for (uint32_t i = 0; i < relation->column_count && why == NULL; i++)
        bound_column(&b, i);
    if (b.failed)
        return relation_poison(binder);
    return b.key_count == 0 ? relation : kept_rows(&b);
}

void metric_note_bounds(MetricBuild *build, const MetricTrace *trace)
{
    const char *why = why_not(trace->grouping);
    for (uint32_t i = 0; i < build->model->column_count; i++) {
        MetricColumn *column = &build->model->columns[i];
        column->unkept = why;
        if (column->value == NULL || why != NULL)
            continue;
        bool is_key = column->value->op == EXPR_COLUMN;
        for (uint32_t k = 0; is_key && trace->keep != NULL && k < trace->keep->as.keep.key_count; k++) {
            const KeepKey *key = &trace->keep->as.keep.keys[k];
            if (key->key == column->value->column)
                column->kept = key;
        }
        if (!is_key)
            column->unkept = COMPUTED;
    }
}
