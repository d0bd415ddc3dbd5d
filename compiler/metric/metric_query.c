/* metric_query.c -- see metric_query.h.
 *
 * The scan has no watermark: all windows stay open until the stored rows end, whatever their order. */
#include "compiler/metric/metric_query.h"

#include "compiler/logical/nodes.h"
#include "compiler/types/fn_rules.h"
#include "runtime/base/calendar.h"
#include "stdlib/agg_carried.h"

#include <assert.h>

enum { OWN_WINDOW_US = 1000 }; /* own windows are told apart by key: a window of a millisecond holds each time */

/* ---- what has an honest answer ---- */

const char *metric_ask_refusal(const MetricAsk *ask, const MetricColumn **measure)
{
    const MetricModel *model = ask->store->model;
    uint32_t dimensions = 0;
    for (uint32_t i = 0; i < model->column_count; i++)
        dimensions += model->columns[i].role == METRIC_DIMENSION;
    for (uint32_t i = 0; i < ask->measure_count; i++) {
        *measure = &model->columns[ask->measures[i]];
        if ((*measure)->adds == ADDS_NOTHING && ask->by_count < dimensions)
            return "it does not add up over dimensions: ask for all of them";
        if ((*measure)->adds != ADDS_ALL && (ask->grain_us != 0 || ask->rolling_us != 0))
            return "it does not add up over time: ask without a grain, for the metric's own windows";
    }
    return NULL;
}

GridPeriod metric_grid(const MetricModel *model, int64_t grain_us, int32_t grain_months)
{
    enum { FIRST_MONDAY = 4 }; /* 1970-01-05 */
    int64_t week_us = 7 * US_PER_DAY;
    GridPeriod grid = { grain_us, model->offset_us, grain_months };
    bool own_weeks = model->window_us > 0 && model->window_us % week_us == 0; /* they begin on Mondays themselves */
    if (model->has_clock && !own_weeks && grain_months == 0 && grain_us > 0 && grain_us % week_us == 0)
        grid.offset_us += FIRST_MONDAY * US_PER_DAY;
    return grid;
}

/* ---- the scan ---- */

const Table *metric_stored_table(Arena *query, const MetricStore *store)
{
    Table *table = ARENA_NEW(query, Table);
    table->name = store->model->metric->name;
    table->span = store->model->metric->span;
    table->column_count = store->column_count;
    table->columns = ARENA_ARRAY(query, TableColumn, store->column_count + 1);
    table->rowtime_column = (int32_t)store->time_column;
    for (uint32_t i = 0; i < store->column_count; i++) {
        Type *type = ARENA_NEW(query, Type);
        *type = *store->columns[i].type;
        type->is_rowtime = i == store->time_column;
        table->columns[i] = (TableColumn){ .name = store->columns[i].name, .type = type, .span = table->span };
    }
    return table;
}

typedef struct AskBuild {
    Arena *query;
    const MetricAsk *ask;
    const MetricStore *store;
    const LogicalNode *rows; /* what is grouped */
    int32_t event_time;      /* its column, of rows that come; -1: they are stored */
    Span span;
    const Expr **keys;
    Str *key_names;
    uint32_t key_count;
    const LogicalNode *grouping;
    int32_t *key_of; /* by stored column: its place among the keys; -1: none */
} AskBuild;

static const Expr *stored(const AskBuild *b, uint32_t column)
{
    return expr_column(b->query, b->rows->columns[column].type, column, b->span);
}

/* ---- the grouping ---- */

static void add_key(AskBuild *b, uint32_t column)
{
    b->key_of[column] = (int32_t)b->key_count;
    b->key_names[b->key_count] = b->rows->columns[column].name;
    b->keys[b->key_count++] = stored(b, column);
}

static bool is_asked(const MetricAsk *ask, uint32_t column)
{
    for (uint32_t i = 0; i < ask->by_count; i++) {
        if (ask->by[i] == column)
            return true;
    }
    return false;
}

static bool needs_keys(const MetricAsk *ask)
{
    for (uint32_t i = 0; i < ask->measure_count; i++) {
        if (ask->store->model->columns[ask->measures[i]].adds == ADDS_NOTHING)
            return true;
    }
    return false;
}

static void choose_keys(AskBuild *b)
{
    const MetricStore *store = b->store;
    bool all = needs_keys(b->ask), own = b->ask->grain_us == 0;
    uint32_t most = store->column_count;
    b->keys = ARENA_ARRAY(b->query, const Expr *, most + 1);
    b->key_names = ARENA_ARRAY(b->query, Str, most + 1);
    b->key_of = ARENA_ARRAY(b->query, int32_t, most + 1);
    for (uint32_t i = 0; i < most; i++)
        b->key_of[i] = -1;
    for (uint32_t i = 0; i < store->first_state; i++) {
        const StoredColumn *column = &store->columns[i];
        bool is_window = column->kind == STORED_START || column->kind == STORED_END;
        if ((is_window && own) || (column->kind == STORED_KEY && all) ||
            (column->kind == STORED_DIMENSION && is_asked(b->ask, column->of)))
            add_key(b, i);
    }
}

/* Stored times are those of a clock, event time is not: windows of it are cut on that clock. */
static const WindowCalendar *clock_of(Arena *query, const MetricModel *model)
{
    if (!model->has_clock)
        return NULL;
    WindowCalendar *calendar = ARENA_NEW(query, WindowCalendar);
    calendar->zone = model->zone;
    return calendar;
}

static LogicalWindow window_of(const AskBuild *b)
{
    const MetricAsk *ask = b->ask;
    LogicalWindow window = { .kind = WINDOW_TUMBLE, .time_column = b->store->time_column, .span = b->span };
    window.size_us = ask->grain_us == 0 ? OWN_WINDOW_US : ask->grain_us;
    if (ask->grain_us > 0)
        window.offset_us = metric_grid(b->store->model, ask->grain_us, ask->grain_months).offset_us;
    if (b->event_time >= 0) {
        window.time_column = (uint32_t)b->event_time;
        window.calendar = ask->grain_us == 0 ? NULL : clock_of(b->query, b->store->model);
    }
    if (ask->grain_months > 0) {
        WindowCalendar *calendar = ARENA_NEW(b->query, WindowCalendar);
        calendar->size_months = ask->grain_months;
        window.calendar = calendar;
    }
    if (ask->rolling_us > ask->grain_us) {
        window.kind = WINDOW_HOP;
        window.size_us = ask->rolling_us;
        window.step_us = ask->grain_us;
    }
    return window;
}

static AggCall merged(const AskBuild *b, uint32_t state, AggCarry carry)
{
    const AggCall *base = &b->store->calls[state];
    AggCall call = { .agg = agg_carried(base->agg, carry),
                     .arg = stored(b, b->store->first_state + state),
                     .span = base->span };
    call.type = carry == AGG_CARRY_IN ? base->type : type_simple(TYPE_VARBINARY, false);
    if (b->store->is_set[state] && carry == AGG_CARRY_IN)
        call.type = type_simple(TYPE_VARBINARY, true);
    return call;
}

static void make_grouping(AskBuild *b, LogicalWindow window, AggCarry carry)
{
    uint32_t states = b->store->column_count - b->store->first_state;
    AggCall *calls = ARENA_ARRAY(b->query, AggCall, states + 1);
    Str *names = ARENA_ARRAY(b->query, Str, states + 1);
    for (uint32_t i = 0; i < states; i++) {
        calls[i] = merged(b, i, carry);
        names[i] = b->store->columns[b->store->first_state + i].name;
    }
    LogicalGrouping grouping = { .window = window,
                                 .keys = b->keys,
                                 .key_names = b->key_names,
                                 .key_count = b->key_count,
                                 .calls = calls,
                                 .call_names = names,
                                 .call_count = states };
    b->grouping = logical_aggregate(b->query, b->rows, &grouping, b->span);
}

static const Expr *grouped(const AskBuild *b, uint32_t column)
{
    return expr_column(b->query, b->grouping->columns[column].type, column, b->span);
}

/* ---- measures ---- */

static const Expr *state_value(const AskBuild *b, uint32_t state, const Type *type)
{
    const Expr *value = grouped(b, b->key_count + state);
    if (!b->store->is_set[state])
        return value;
    /* A set without values is NULL: no different values. */
    const Type *number = type_with_nullable(b->query, type, false);
    const Expr **args = ARENA_ARRAY(b->query, const Expr *, 1), **parts = ARENA_ARRAY(b->query, const Expr *, 3);
    args[0] = value;
    parts[0] = expr_op(b->query, EXPR_IS_NOT_NULL, type_simple(TYPE_BOOLEAN, false), args, 1, b->span);
    parts[1] = expr_call(b->query, number, fn_find_name(STR("DISTINCT_COUNT")), args, 1, b->span);
    parts[2] = expr_literal(b->query, number, (RtDatum){ .kind = PK_I64 }, b->span);
    return expr_op(b->query, EXPR_CASE, number, parts, 3, b->span);
}

/* Where a key of the metric's own grouping stands here; an expression over it never runs where it is not. */
static const Expr *key_value(const AskBuild *b, uint32_t key, const Type *type)
{
    const MetricModel *model = b->store->model;
    for (uint32_t i = 0; i < b->store->first_state; i++) {
        const StoredColumn *column = &b->store->columns[i];
        bool shows = column->kind == STORED_KEY && column->of == key;
        if (column->kind == STORED_DIMENSION) {
            const Expr *value = model->columns[column->of].value;
            shows = value->op == EXPR_COLUMN && value->column == key;
        }
        if (shows && b->key_of[i] >= 0)
            return grouped(b, (uint32_t)b->key_of[i]);
    }
    return expr_null(b->query, type, b->span);
}

/* window_start, window_end, window_time of the metric, from the own windows or those of the question. */
static const Expr *window_value(const AskBuild *b, uint32_t part, const Type *type)
{
    uint32_t window = b->key_count + (b->store->column_count - b->store->first_state);
    if (b->ask->grain_us != 0)
        return grouped(b, window + part);
    return part < 2 ? grouped(b, (uint32_t)b->key_of[part]) : expr_null(b->query, type, b->span);
}

/* The columns of the metric's own grouping, over this one. */
static const Expr **old_columns(const AskBuild *b)
{
    const MetricModel *model = b->store->model;
    const LogicalNode *old = model->grouping;
    uint32_t keys = old->as.aggregate.key_count, calls = old->as.aggregate.call_count;
    const Expr **columns = ARENA_ARRAY(b->query, const Expr *, old->column_count + 1);
    for (uint32_t k = 0; k < keys; k++)
        columns[k] = key_value(b, k, type_with_nullable(b->query, old->columns[k].type, true));
    for (uint32_t c = 0; c < calls; c++)
        columns[keys + c] =
            expr_null(b->query, type_with_nullable(b->query, old->columns[keys + c].type, true), b->span);
    for (uint32_t s = 0; s < model->state_count; s++) {
        uint32_t call = keys + model->state_calls[s];
        columns[call] = state_value(b, s, old->columns[call].type);
    }
    for (uint32_t w = 0; w < WINDOW_COLUMN_COUNT && keys + calls + w < old->column_count; w++)
        columns[keys + calls + w] = window_value(b, w, old->columns[keys + calls + w].type);
    return columns;
}

/* ---- plans ---- */

static AskBuild start(Arena *query, const MetricStore *store, const MetricAsk *ask, const Table *table)
{
    AskBuild b = { .query = query, .ask = ask, .store = store, .event_time = -1, .span = table->span };
    const Expr **computed = ARENA_ARRAY(query, const Expr *, table->column_count + 1);
    b.rows = logical_scan(query, table, computed, NULL, table->span);
    return b;
}

/* The condition names columns of the metric: they are stored under other numbers. */
static void filter_rows(AskBuild *b)
{
    const MetricModel *model = b->store->model;
    if (b->ask->condition == NULL)
        return;
    const Expr **columns = ARENA_ARRAY(b->query, const Expr *, model->column_count + 1);
    for (uint32_t i = 0; i < model->column_count; i++)
        columns[i] = expr_null(b->query, type_with_nullable(b->query, model->columns[i].type, true), b->span);
    if (model->time_column >= 0)
        columns[model->time_column] = metric_time_of(b->query, model, stored(b, b->store->time_column));
    for (uint32_t i = 0; i < b->store->first_state; i++) {
        if (b->store->columns[i].kind == STORED_DIMENSION)
            columns[b->store->columns[i].of] = stored(b, i);
    }
    const Expr *condition = expr_substitute(b->query, b->ask->condition, columns);
    b->rows = logical_filter(b->query, b->rows, condition, b->span);
}

/* The time of a row under the name of the metric's time: where its window starts, or ends. */
static const Expr *time_value(const AskBuild *b)
{
    uint32_t part = b->store->time_column;
    if (b->ask->rolling_us > b->ask->grain_us) { /* of the grain at whose end the rolling window ends */
        uint32_t window = b->key_count + (b->store->column_count - b->store->first_state);
        return grouped(b, window + 1);
    }
    return window_value(b, part, NULL);
}

/* Time, dimensions and measures of a question whose rows are there; of rows that come, their event time before them. */
static const LogicalNode *answer_rows(AskBuild *b)
{
    const MetricAsk *ask = b->ask;
    const MetricModel *model = ask->store->model;
    filter_rows(b);
    choose_keys(b);
    make_grouping(b, window_of(b), AGG_CARRY_IN);
    uint32_t most = 2 + ask->by_count + ask->measure_count, at = 0;
    const Expr **exprs = ARENA_ARRAY(b->query, const Expr *, most);
    Str *names = ARENA_ARRAY(b->query, Str, most);
    const Expr **old = old_columns(b);
    if (b->event_time >= 0) {
        names[at] = STR("$event");
        exprs[at++] = grouped(b, b->grouping->column_count - 1);
    }
    names[at] = model->time_column < 0 ? STR("$all") : model->columns[model->time_column].name;
    exprs[at++] = time_value(b);
    for (uint32_t i = 0; i < ask->by_count; i++) {
        for (uint32_t c = 0; c < ask->store->first_state; c++) {
            const StoredColumn *column = &ask->store->columns[c];
            if (column->kind == STORED_DIMENSION && column->of == ask->by[i])
                exprs[at] = grouped(b, (uint32_t)b->key_of[c]);
        }
        names[at++] = model->columns[ask->by[i]].name;
    }
    for (uint32_t i = 0; i < ask->measure_count; i++) {
        const MetricColumn *measure = &model->columns[ask->measures[i]];
        names[at] = measure->name;
        exprs[at++] = expr_substitute(b->query, measure->value, old);
    }
    return logical_project(b->query, b->grouping, exprs, names, at, b->span);
}

const LogicalNode *metric_query_plan(Arena *query, const MetricAsk *ask, const Table *table)
{
    AskBuild b = start(query, ask->store, ask, table);
    LogicalTarget target = { .name = ask->store->model->metric->name };
    return logical_sink(query, answer_rows(&b), &target, b.span);
}

const LogicalNode *metric_stream_plan(Arena *query, const MetricAsk *ask, const LogicalNode *rows)
{
    AskBuild b = { .query = query,
                   .ask = ask,
                   .store = ask->store,
                   .rows = rows,
                   .event_time = (int32_t)ask->store->column_count,
                   .span = rows->span };
    return answer_rows(&b);
}

const LogicalNode *metric_rung_plan(Arena *query, const MetricStore *store, const Table *table, int64_t grain_us)
{
    uint32_t count = store->column_count, states = count - store->first_state;
    AskBuild b = start(query, store, NULL, table);
    b.keys = ARENA_ARRAY(query, const Expr *, count + 1);
    b.key_names = ARENA_ARRAY(query, Str, count + 1);
    b.key_of = ARENA_ARRAY(query, int32_t, count + 1);
    for (uint32_t i = 2; i < store->first_state; i++)
        add_key(&b, i);
    LogicalWindow window = { .kind = WINDOW_TUMBLE,
                             .time_column = store->time_column,
                             .size_us = grain_us,
                             .offset_us = metric_grid(store->model, grain_us, 0).offset_us,
                             .span = b.span };
    make_grouping(&b, window, AGG_CARRY_ON);
    const Expr **exprs = ARENA_ARRAY(query, const Expr *, count + 1);
    Str *names = ARENA_ARRAY(query, Str, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t from = i < 2 ? b.key_count + states + i : i - 2;
        exprs[i] = grouped(&b, from);
        names[i] = store->columns[i].name;
    }
    const LogicalNode *rows = logical_project(query, b.grouping, exprs, names, count, b.span);
    LogicalTarget target = { .name = store->model->metric->name };
    return logical_sink(query, rows, &target, b.span);
}
