/* metric_store.c -- see metric_store.h. */
#include "compiler/metric/metric_store.h"

#include "compiler/logical/nodes.h"
#include "compiler/logical/plan_text.h"
#include "compiler/types/fn_rules.h"
#include "runtime/abi/key.h"
#include "stdlib/agg_carried.h"

#include <assert.h>
#include <string.h>

#define ALL_TIME_US (INT64_C(1) << 60)

typedef struct StoreBuild {
    Arena *query;
    const MetricModel *model;
    const LogicalNode *old;      /* the metric's grouping */
    const LogicalNode *grouping; /* the same with states behind its calls */
    const LogicalNode *groups;   /* what comes out of it: the grouping, or the KEEP over it */
    uint32_t shift;              /* how far the window columns moved */
    MetricStore *store;
} StoreBuild;

/* ---- the grouping ---- */

static bool is_count_distinct(const AggCall *call)
{
    return call->distinct && strcmp(call->agg->name, "COUNT") == 0;
}

/* What the state of a call is of: the call itself, or the set of its values. */
static AggCall stored_call(StoreBuild *b, const AggCall *call)
{
    AggCall stored = *call;
    if (!is_count_distinct(call))
        return stored;
    const Type *bytes = type_simple(TYPE_VARBINARY, call->arg->type->nullable);
    const Expr *args[] = { call->arg };
    const Expr **copy = ARENA_ARRAY(b->query, const Expr *, 1);
    copy[0] = args[0];
    stored.agg = agg_of_symbol("distinct_state");
    stored.arg = expr_call(b->query, bytes, fn_find_name(STR("SORT_KEY")), copy, 1, call->span);
    stored.distinct = false;
    const Expr *present = expr_op(b->query, EXPR_IS_NOT_NULL, type_simple(TYPE_BOOLEAN, false), args, 1, call->span);
    const Expr *both[] = { call->filter, present };
    if (call->arg->type->nullable)
        stored.filter = call->filter == NULL
                            ? present
                            : expr_op(b->query, EXPR_AND, type_simple(TYPE_BOOLEAN, true), both, 2, call->span);
    return stored;
}

/* The input with a time beside its columns that is always the same. */
static const LogicalNode *all_in_one_window(StoreBuild *b, LogicalGrouping *grouping)
{
    const LogicalNode *input = b->old->inputs[0];
    uint32_t count = input->column_count;
    const Expr **exprs = ARENA_ARRAY(b->query, const Expr *, count + 1);
    Str *names = ARENA_ARRAY(b->query, Str, count + 1);
    for (uint32_t c = 0; c < count; c++) {
        exprs[c] = expr_column(b->query, input->columns[c].type, c, b->old->span);
        names[c] = input->columns[c].name;
    }
    Type *time = ARENA_NEW(b->query, Type);
    *time = *type_timestamp(b->query, TYPE_TIMESTAMP, 3, false);
    time->is_rowtime = true;
    exprs[count] = expr_literal(b->query, time, (RtDatum){ .kind = PK_I64 }, b->old->span);
    names[count] = STR("$all");
    grouping->window =
        (LogicalWindow){ .kind = WINDOW_TUMBLE, .time_column = count, .size_us = ALL_TIME_US, .span = b->old->span };
    return logical_project(b->query, input, exprs, names, count + 1, b->old->span);
}

static void make_grouping(StoreBuild *b)
{
    const LogicalNode *old = b->old;
    const MetricModel *model = b->model;
    uint32_t key_count = old->as.aggregate.key_count, call_count = old->as.aggregate.call_count;
    uint32_t count = call_count + model->state_count;
    AggCall *calls = ARENA_ARRAY(b->query, AggCall, count + 1);
    AggCall *bases = ARENA_ARRAY(b->query, AggCall, model->state_count + 1);
    bool *is_set = ARENA_ARRAY(b->query, bool, model->state_count + 1);
    Str *key_names = ARENA_ARRAY(b->query, Str, key_count + 1), *call_names = ARENA_ARRAY(b->query, Str, count + 1);
    for (uint32_t i = 0; i < key_count; i++)
        key_names[i] = old->columns[i].name;
    for (uint32_t i = 0; i < call_count; i++) {
        calls[i] = old->as.aggregate.calls[i];
        call_names[i] = old->columns[key_count + i].name;
    }
    for (uint32_t i = 0; i < model->state_count; i++) {
        const AggCall *call = &old->as.aggregate.calls[model->state_calls[i]];
        AggCall *state = &calls[call_count + i];
        bases[i] = stored_call(b, call);
        is_set[i] = is_count_distinct(call);
        *state = bases[i];
        state->agg = agg_carried(bases[i].agg, AGG_CARRY_OUT);
        state->type = type_simple(TYPE_VARBINARY, false);
        call_names[call_count + i] = str_printf(b->query, "state_%u", i);
    }
    LogicalGrouping grouping = { .window = old->as.aggregate.window,
                                 .keys = old->as.aggregate.keys,
                                 .key_names = key_names,
                                 .key_count = key_count,
                                 .calls = calls,
                                 .call_names = call_names,
                                 .call_count = count,
                                 .late = old->as.aggregate.late,
                                 .delay_us = old->as.aggregate.delay_us,
                                 .every_us = old->kind == LOGICAL_GROUP ? 0 : model->every_us };
    const LogicalNode *input = old->inputs[0];
    if (old->kind == LOGICAL_GROUP)
        input = all_in_one_window(b, &grouping);
    b->grouping = logical_aggregate(b->query, input, &grouping, old->span);
    b->shift = model->state_count;
    b->store->calls = bases;
    b->store->is_set = is_set;
}

/* Of a column of the metric's groups: a key may have become NULL. */
static const Type *shown_type(const StoreBuild *b, uint32_t column)
{
    return (b->model->keep != NULL ? b->model->keep : b->old)->columns[column].type;
}

/* An expression over the old grouping, over the new one. */
static const Expr *shifted(StoreBuild *b, const Expr *expr)
{
    uint32_t count = b->old->column_count;
    uint32_t window = b->old->as.aggregate.key_count + b->old->as.aggregate.call_count;
    const Expr **columns = ARENA_ARRAY(b->query, const Expr *, count + 1);
    for (uint32_t c = 0; c < count; c++)
        columns[c] = expr_column(b->query, shown_type(b, c), c < window ? c : c + b->shift, expr->span);
    return expr_substitute(b->query, expr, columns);
}

/* ---- the rows ---- */

/* The metric's bounds, over the new grouping. */
static void make_groups(StoreBuild *b)
{
    const LogicalNode *keep = b->model->keep;
    b->groups = b->grouping;
    if (keep == NULL)
        return;
    KeepKey *keys = ARENA_ARRAY(b->query, KeepKey, keep->as.keep.key_count);
    for (uint32_t i = 0; i < keep->as.keep.key_count; i++) {
        keys[i] = keep->as.keep.keys[i];
        keys[i].by = keys[i].by == NULL ? NULL : shifted(b, keys[i].by);
    }
    b->groups = logical_keep(b->query, b->grouping, keys, keep->as.keep.key_count, keep->span);
}

/* Conditions between the metric's columns and its grouping (HAVING), and what fills gaps, over the groups. */
static const LogicalNode *refilter(StoreBuild *b, const LogicalNode *rows, const LogicalNode *from)
{
    enum { STEPS_MAX = 64 };
    const Expr *conditions[STEPS_MAX]; /* NULL: gaps are filled here */
    uint32_t count = 0;
    int64_t step_us = 0;
    for (const LogicalNode *node = from; node != b->old && node->kind != LOGICAL_KEEP; node = node->inputs[0]) {
        for (uint32_t i = 0; i < count && node->kind == LOGICAL_PROJECT; i++) {
            if (conditions[i] != NULL)
                conditions[i] = expr_substitute(b->query, conditions[i], node->as.project.exprs);
        }
        if (node->kind == LOGICAL_GAP_FILL)
            step_us = node->as.gap_fill.step_us;
        if (node->kind != LOGICAL_PROJECT && count < STEPS_MAX)
            conditions[count++] = node->kind == LOGICAL_GAP_FILL ? NULL : node->as.filter.predicate;
    }
    for (uint32_t i = count; i > 0; i--) {
        if (conditions[i - 1] == NULL)
            rows = logical_gap_fill(b->query, rows, b->grouping, step_us, from->span);
        else
            rows = logical_filter(b->query, rows, shifted(b, conditions[i - 1]), from->span);
    }
    return rows;
}

/* Is this key a dimension as it is? */
static bool is_shown(const MetricModel *model, uint32_t key)
{
    for (uint32_t i = 0; i < model->column_count; i++) {
        const MetricColumn *column = &model->columns[i];
        if (column->role == METRIC_DIMENSION && column->value->op == EXPR_COLUMN && column->value->column == key)
            return true;
    }
    return false;
}

typedef struct RowBuild {
    StoredColumn *columns;
    const Expr **exprs;
    Str *names;
    uint32_t count;
} RowBuild;

static void add_column(RowBuild *row, StoredColumn column, const Expr *expr)
{
    column.type = expr->type;
    row->columns[row->count] = column;
    row->names[row->count] = column.name;
    row->exprs[row->count++] = expr;
}

static const Expr *column_of(StoreBuild *b, uint32_t column)
{
    return expr_column(b->query, b->groups->columns[column].type, column, b->old->span);
}

static const FnDef *date_cast(TypeWord result, TypeWord arg)
{
    return fn_find_row("CAST", result, arg);
}

static const Expr *cast_time(Arena *query, TypeKind kind, const Expr *time)
{
    const Expr **args = ARENA_ARRAY(query, const Expr *, 1);
    bool to_date = kind == TYPE_DATE, nullable = time->type->nullable;
    args[0] = time;
    const Type *type = to_date ? type_simple(TYPE_DATE, nullable) : type_timestamp(query, kind, 3, nullable);
    const FnDef *cast = to_date ? date_cast(TW_DATE, TW_TIMESTAMP) : date_cast(TW_TIMESTAMP, TW_DATE);
    return expr_call(query, type, cast, args, 1, time->span);
}

/* The value of the metric's time column, over the new grouping; a date as its midnight. */
static const Expr *stored_time(StoreBuild *b)
{
    const Expr *time = shifted(b, b->model->columns[b->model->time_column].value);
    return time->type->kind == TYPE_DATE ? cast_time(b->query, TYPE_TIMESTAMP, time) : time;
}

const Expr *metric_time_of(Arena *query, const MetricModel *model, const Expr *stored)
{
    bool is_date = model->columns[model->time_column].type->kind == TYPE_DATE;
    return is_date ? cast_time(query, TYPE_DATE, stored) : stored;
}

static void make_rows(StoreBuild *b)
{
    const MetricModel *model = b->model;
    uint32_t key_count = b->old->as.aggregate.key_count, call_count = b->old->as.aggregate.call_count;
    uint32_t window = key_count + call_count + b->shift, most = 2 + model->column_count + key_count + b->shift;
    RowBuild row = { ARENA_ARRAY(b->query, StoredColumn, most), ARENA_ARRAY(b->query, const Expr *, most),
                     ARENA_ARRAY(b->query, Str, most), 0 };
    const Expr *start = column_of(b, window), *end = column_of(b, window + 1);
    if (model->shape == SHAPE_TIMED)
        start = end = stored_time(b);
    add_column(&row, (StoredColumn){ .kind = STORED_START, .name = STR("$start") }, start);
    add_column(&row, (StoredColumn){ .kind = STORED_END, .name = STR("$end") }, end);
    for (uint32_t i = 0; i < model->column_count; i++) {
        if (model->columns[i].role == METRIC_DIMENSION)
            add_column(&row, (StoredColumn){ STORED_DIMENSION, model->columns[i].name, NULL, i },
                       shifted(b, model->columns[i].value));
    }
    for (uint32_t k = 0; k < key_count; k++) {
        if (!is_shown(model, k))
            add_column(&row, (StoredColumn){ STORED_KEY, str_printf(b->query, "$key_%u", k), NULL, k },
                       column_of(b, k));
    }
    b->store->first_state = row.count;
    for (uint32_t i = 0; i < model->state_count; i++)
        add_column(&row, (StoredColumn){ STORED_STATE, str_printf(b->query, "$state_%u", i), NULL, i },
                   column_of(b, key_count + call_count + i));
    LogicalKind top = model->rows->kind;
    bool is_over = top == LOGICAL_PROJECT || top == LOGICAL_FILTER || top == LOGICAL_GAP_FILL;
    const LogicalNode *from = is_over ? model->rows : b->old;
    const LogicalNode *input = refilter(b, b->groups, from);
    if (start->type->nullable) { /* what has no time has no place among windows */
        const Expr **args = ARENA_ARRAY(b->query, const Expr *, 1);
        args[0] = start;
        input = logical_filter(
            b->query, input,
            expr_op(b->query, EXPR_IS_NOT_NULL, type_simple(TYPE_BOOLEAN, false), args, 1, b->old->span), b->old->span);
    }
    b->store->columns = row.columns;
    b->store->column_count = row.count;
    b->store->rows = logical_project(b->query, input, row.exprs, row.names, row.count, b->old->span);
    if (b->old->kind == LOGICAL_GROUP)
        return;
    const Expr **shown = ARENA_ARRAY(b->query, const Expr *, model->column_count + 1);
    Str *names = ARENA_ARRAY(b->query, Str, model->column_count + 1);
    for (uint32_t i = 0; i < model->column_count; i++) {
        shown[i] = shifted(b, model->columns[i].value);
        names[i] = model->columns[i].name;
    }
    b->store->shown = logical_project(b->query, input, shown, names, model->column_count, b->old->span);
}

/* ---- the definition ---- */

static uint64_t definition_of(const StoreBuild *b)
{
    Str text = logical_text(b->query, b->store->rows);
    return key_hash(text.data, text.len);
}

static bool reads_from(const Expr *expr, uint32_t first)
{
    bool reads = expr->op == EXPR_COLUMN && expr->column >= first;
    for (uint32_t i = 0; !reads && i < expr->arg_count; i++)
        reads = reads_from(expr->args[i], first);
    return reads;
}

/* Does a measure read the window, which is not what the rows have for time? */
static bool reads_window(const MetricModel *model)
{
    uint32_t first = model->grouping->as.aggregate.key_count + model->grouping->as.aggregate.call_count;
    for (uint32_t i = 0; i < model->column_count; i++) {
        if (model->columns[i].role == METRIC_MEASURE && reads_from(model->columns[i].value, first))
            return true;
    }
    return false;
}

static const char *missing_of_timed(const MetricModel *model)
{
    RtKind kind = type_physical(model->columns[model->time_column].type);
    if (kind != PK_I64 && kind != PK_I32)
        return "its time is finer than a microsecond";
    return reads_window(model) ? "a measure reads the window, which is not its time" : NULL;
}

const char *metric_store_missing(const MetricModel *model)
{
    if (model->grouping == NULL || model->state_count == 0)
        return "it has no measure that is an aggregate of its own grouping";
    if (model->grouping->kind == LOGICAL_GROUP && logical_is_updating(model->grouping->inputs[0]))
        return "the rows that it reads change what they said before";
    if (model->shape == SHAPE_SNAPSHOT && model->grouping->kind != LOGICAL_GROUP)
        return "its windows are shown without their time: window_start, or window_end of those that overlap";
    return model->shape == SHAPE_TIMED ? missing_of_timed(model) : NULL;
}

const MetricStore *metric_store(Arena *query, const MetricModel *model)
{
    if (model->base_count > 0 || metric_store_missing(model) != NULL)
        return NULL;
    MetricStore *store = ARENA_NEW(query, MetricStore);
    StoreBuild build = { .query = query, .model = model, .old = model->grouping, .store = store };
    store->model = model;
    make_grouping(&build);
    make_groups(&build);
    make_rows(&build);
    store->time_column = model->shape == SHAPE_HOP || model->shape == SHAPE_CUMULATE ? 1 : 0;
    store->definition = definition_of(&build);
    return store;
}
