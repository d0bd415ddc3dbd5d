/* metric_store.c -- see metric_store.h. */
#include "compiler/metric/metric_store.h"

#include "compiler/logical/nodes.h"
#include "compiler/logical/plan_text.h"
#include "compiler/types/fn_rules.h"
#include "runtime/abi/key.h"
#include "stdlib/agg_carried.h"

#include <assert.h>
#include <string.h>

typedef struct StoreBuild {
    Arena *query;
    const MetricModel *model;
    const LogicalNode *old;      /* the metric's grouping */
    const LogicalNode *grouping; /* the same with states behind its calls */
    uint32_t shift;              /* how far the window columns moved */
    MetricStore *store;
} StoreBuild;

static const AggDef *agg_of_symbol(const char *symbol)
{
    for (uint32_t i = 0; i < AGG_DEF_COUNT; i++) {
        if (strcmp(AGG_DEFS[i].symbol, symbol) == 0)
            return &AGG_DEFS[i];
    }
    return NULL;
}

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
                                 .delay_us = old->as.aggregate.delay_us };
    b->grouping = logical_aggregate(b->query, old->inputs[0], &grouping, old->span);
    b->shift = model->state_count;
    b->store->calls = bases;
    b->store->is_set = is_set;
}

/* An expression over the old grouping, over the new one. */
static const Expr *shifted(StoreBuild *b, const Expr *expr)
{
    uint32_t count = b->old->column_count;
    uint32_t window = b->old->as.aggregate.key_count + b->old->as.aggregate.call_count;
    const Expr **columns = ARENA_ARRAY(b->query, const Expr *, count + 1);
    for (uint32_t c = 0; c < count; c++)
        columns[c] = expr_column(b->query, b->old->columns[c].type, c < window ? c : c + b->shift, expr->span);
    return expr_substitute(b->query, expr, columns);
}

/* ---- the rows ---- */

/* Conditions between the metric's columns and its grouping (HAVING), over the grouping. */
static const LogicalNode *refilter(StoreBuild *b, const LogicalNode *rows, const LogicalNode *from)
{
    const Expr *conditions[64];
    uint32_t count = 0;
    for (const LogicalNode *node = from; node != b->old; node = node->inputs[0]) {
        if (node->kind == LOGICAL_PROJECT) {
            for (uint32_t i = 0; i < count; i++)
                conditions[i] = expr_substitute(b->query, conditions[i], node->as.project.exprs);
        } else if (count < 64) {
            conditions[count++] = node->as.filter.predicate;
        }
    }
    for (uint32_t i = count; i > 0; i--)
        rows = logical_filter(b->query, rows, shifted(b, conditions[i - 1]), from->span);
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
    return expr_column(b->query, b->grouping->columns[column].type, column, b->old->span);
}

static void make_rows(StoreBuild *b)
{
    const MetricModel *model = b->model;
    uint32_t key_count = b->old->as.aggregate.key_count, call_count = b->old->as.aggregate.call_count;
    uint32_t window = key_count + call_count + b->shift, most = 2 + model->column_count + key_count + b->shift;
    RowBuild row = { ARENA_ARRAY(b->query, StoredColumn, most), ARENA_ARRAY(b->query, const Expr *, most),
                     ARENA_ARRAY(b->query, Str, most), 0 };
    add_column(&row, (StoredColumn){ .kind = STORED_START, .name = STR("$start") }, column_of(b, window));
    add_column(&row, (StoredColumn){ .kind = STORED_END, .name = STR("$end") }, column_of(b, window + 1));
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
    const LogicalNode *from =
        model->rows->kind == LOGICAL_PROJECT || model->rows->kind == LOGICAL_FILTER ? model->rows : b->old;
    const LogicalNode *input = refilter(b, b->grouping, from);
    b->store->columns = row.columns;
    b->store->column_count = row.count;
    b->store->rows = logical_project(b->query, input, row.exprs, row.names, row.count, b->old->span);
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

static bool is_stored(const MetricModel *model)
{
    bool windowed = model->shape == SHAPE_TUMBLE || model->shape == SHAPE_HOP || model->shape == SHAPE_CUMULATE ||
                    model->shape == SHAPE_SESSION;
    return model->base_count == 0 && model->grouping != NULL && windowed && model->state_count > 0;
}

const MetricStore *metric_store(Arena *query, const MetricModel *model)
{
    if (!is_stored(model))
        return NULL;
    MetricStore *store = ARENA_NEW(query, MetricStore);
    StoreBuild build = { .query = query, .model = model, .old = model->grouping, .store = store };
    store->model = model;
    make_grouping(&build);
    make_rows(&build);
    store->time_column = model->shape == SHAPE_HOP || model->shape == SHAPE_CUMULATE ? 1 : 0;
    store->definition = definition_of(&build);
    return store;
}
