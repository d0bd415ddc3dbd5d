/* metric_derived.c -- see metric_derived.h.
 *
 * Parts of one window come at the same event time, the last millisecond of it, so that windows of a millisecond put
 * them side by side.  A part has a row for each value of the dimensions: of an input at most one row has a value. */
#include "compiler/metric/metric_derived.h"

#include "compiler/logical/nodes.h"
#include "compiler/metric/metric_query.h"
#include "compiler/types/fn_rules.h"

#include <assert.h>
#include <string.h>

enum { SIDE_BY_SIDE_US = 1000, PART_HEAD = 2 }; /* event time and time stand before the dimensions of a part */

typedef struct Part {
    const MetricModel *base;
    uint32_t of; /* which base */
    int64_t rolling_us;
    uint32_t *measures; /* columns of the base */
    uint32_t *inputs;   /* of the derived metric: which each measure is */
    uint32_t measure_count;
    MetricAsk ask;
    const LogicalNode *rows; /* event time, time, dimensions, measures */
} Part;

typedef struct Derive {
    Arena *query;
    const MetricModel *model;
    const Grant *grants; /* by base; NULL: the author's */
    uint32_t *by;        /* dimensions: columns of the derived metric */
    uint32_t by_count;
    Part *parts;
    uint32_t part_count;
    Span span;
} Derive;

/* ---- parts ---- */

static Part *find_part(Derive *d, const MetricInput *input)
{
    for (uint32_t p = 0; p < d->part_count; p++) {
        if (d->parts[p].of == input->base && d->parts[p].rolling_us == input->rolling_us)
            return &d->parts[p];
    }
    Part *part = &d->parts[d->part_count++];
    *part = (Part){ .base = d->model->bases[input->base], .of = input->base, .rolling_us = input->rolling_us };
    part->measures = ARENA_ARRAY(d->query, uint32_t, d->model->input_count + 1);
    part->inputs = ARENA_ARRAY(d->query, uint32_t, d->model->input_count + 1);
    return part;
}

/* Only inputs that a measure reads. */
static void split(Derive *d)
{
    const MetricModel *model = d->model;
    uint64_t *read = ARENA_ARRAY(d->query, uint64_t, model->input_count / 64 + 1);
    for (uint32_t c = 0; c < model->column_count; c++) {
        if (model->columns[c].role == METRIC_MEASURE)
            expr_columns(model->columns[c].value, read);
    }
    d->parts = ARENA_ARRAY(d->query, Part, model->input_count + 1);
    for (uint32_t i = 0; i < model->input_count; i++) {
        if ((read[i / 64] >> i % 64 & 1) == 0)
            continue;
        Part *part = find_part(d, &model->inputs[i]);
        part->measures[part->measure_count] = model->inputs[i].column;
        part->inputs[part->measure_count++] = i;
    }
}

/* As the base closes its windows: EMIT tells of them earlier, and whoever reads a metric sees what is final. */
static const MetricStore *final_store(Arena *query, const MetricModel *base)
{
    MetricModel *closed = ARENA_NEW(query, MetricModel);
    *closed = *base;
    closed->every_us = 0;
    return metric_store(query, closed);
}

static void make_ask(Derive *d, Part *part)
{
    uint32_t *by = ARENA_ARRAY(d->query, uint32_t, d->by_count + 1);
    for (uint32_t i = 0; i < d->by_count; i++)
        by[i] = (uint32_t)metric_column(part->base, d->model->columns[d->by[i]].name);
    bool is_own = part->rolling_us == 0 && part->base->grain_us == d->model->grain_us;
    part->ask = (MetricAsk){ .store = final_store(d->query, part->base),
                             .by = by,
                             .by_count = d->by_count,
                             .measures = part->measures,
                             .measure_count = part->measure_count,
                             .grain_us = is_own ? 0 : d->model->grain_us,
                             .rolling_us = part->rolling_us };
    if (d->grants != NULL)
        part->ask.condition = d->grants[part->of].rule;
}

static void start(Derive *d)
{
    const MetricModel *model = d->model;
    d->by = ARENA_ARRAY(d->query, uint32_t, model->column_count + 1);
    for (uint32_t c = 0; c < model->column_count; c++) {
        if (model->columns[c].role == METRIC_DIMENSION)
            d->by[d->by_count++] = c;
    }
    split(d);
    for (uint32_t p = 0; p < d->part_count; p++)
        make_ask(d, &d->parts[p]);
}

/* ---- what cannot be ---- */

static bool has_end_for_time(const MetricModel *base)
{
    return base->shape == SHAPE_HOP || base->shape == SHAPE_CUMULATE;
}

static const char *refusal_of(const Derive *d, const Part *part)
{
    const MetricModel *base = part->base;
    const MetricColumn *measure;
    if (part->ask.store == NULL)
        return metric_store_missing(base);
    if (base->shape == SHAPE_TIMED || base->grouping->kind != LOGICAL_AGGREGATE)
        return "its time is a column, and no window says when a row is final";
    if (base->fills_gaps)
        return "rows of a gap come when it ends, behind the windows that they are in";
    if (base->grouping->as.aggregate.window.has_last_column)
        return "its windows are cut on the clocks that its rows name";
    if (logical_is_updating(part->ask.store->rows))
        return "late rows correct its windows";
    if (has_end_for_time(base) != has_end_for_time(d->model->bases[0]))
        return "its time is the other end of a window than that of the first base";
    return metric_ask_refusal(&part->ask, &measure);
}

const char *metric_derived_refusal(Arena *query, const MetricModel *model, const MetricModel **base)
{
    Derive d = { .query = query, .model = model, .span = model->metric->span };
    start(&d);
    for (uint32_t p = 0; p < d.part_count; p++) {
        const char *refusal = refusal_of(&d, &d.parts[p]);
        *base = d.parts[p].base;
        if (refusal != NULL)
            return refusal;
    }
    return NULL;
}

/* ---- rows of a part ---- */

/* The stored rows of a base while they come, and behind them the event time at which their window is whole. */
static const LogicalNode *rows_of_base(Derive *d, const MetricStore *store)
{
    const LogicalNode *groups = store->rows->inputs[0];
    uint32_t count = store->column_count, last = groups->column_count - 1;
    const Expr **exprs = ARENA_ARRAY(d->query, const Expr *, count + 1);
    Str *names = ARENA_ARRAY(d->query, Str, count + 1);
    for (uint32_t c = 0; c < count; c++) {
        exprs[c] = store->rows->as.project.exprs[c];
        names[c] = store->columns[c].name;
    }
    exprs[count] = expr_column(d->query, groups->columns[last].type, last, d->span);
    names[count] = STR("$event");
    return logical_project(d->query, groups, exprs, names, count + 1, d->span);
}

static const FnDef *plus_interval(void)
{
    for (uint32_t i = 0;; i++) {
        const FnDef *fn = &FN_DEFS[i];
        if (strcmp(fn->name, "+") == 0 && fn->args[0] == TW_TIMESTAMP && fn->args[1] == TW_INTERVAL_SECOND)
            return fn;
    }
}

/* What rolls has the end of its window for time: it stands beside the grain that ends there. */
static const Expr *time_of_part(Derive *d, const Part *part)
{
    const Expr *time = expr_column(d->query, part->rows->columns[1].type, 1, d->span);
    if (part->rolling_us <= d->model->grain_us)
        return time;
    RtDatum back = { .value.i64 = -d->model->grain_us, .kind = PK_I64 };
    const Expr **args = ARENA_ARRAY(d->query, const Expr *, 2);
    args[0] = time;
    args[1] = expr_literal(d->query, type_simple(TYPE_INTERVAL_SECOND, false), back, d->span);
    return expr_call(d->query, time->type, plus_interval(), args, 2, d->span);
}

/* Of all parts: may the dimension be NULL? */
static const Type *dimension_type(Derive *d, uint32_t at)
{
    const Type *type = d->parts[0].rows->columns[PART_HEAD + at].type;
    bool nullable = false;
    for (uint32_t p = 0; p < d->part_count; p++)
        nullable |= d->parts[p].rows->columns[PART_HEAD + at].type->nullable;
    return type_with_nullable(d->query, type, nullable);
}

/* Event time, time, dimensions and every input: NULL where it is of another part. */
static const LogicalNode *widen(Derive *d, const Part *part)
{
    const MetricModel *model = d->model;
    uint32_t head = PART_HEAD + d->by_count, count = head + model->input_count;
    const Expr **exprs = ARENA_ARRAY(d->query, const Expr *, count);
    Str *names = ARENA_ARRAY(d->query, Str, count);
    exprs[0] = expr_column(d->query, part->rows->columns[0].type, 0, d->span);
    exprs[1] = time_of_part(d, part);
    for (uint32_t i = 0; i < d->by_count; i++)
        exprs[PART_HEAD + i] = expr_column(d->query, dimension_type(d, i), PART_HEAD + i, d->span);
    for (uint32_t c = 0; c < head; c++)
        names[c] = part->rows->columns[c].name;
    for (uint32_t i = 0; i < model->input_count; i++) {
        names[head + i] = str_printf(d->query, "$input_%u", i);
        exprs[head + i] = expr_null(d->query, model->inputs[i].type, d->span);
    }
    for (uint32_t m = 0; m < part->measure_count; m++) {
        uint32_t input = part->inputs[m];
        exprs[head + input] = expr_column(d->query, model->inputs[input].type, head + m, d->span);
    }
    return logical_project(d->query, part->rows, exprs, names, count, d->span);
}

/* ---- side by side ---- */

static const Expr *call_by_name(Derive *d, const char *name, const Type *type, const Expr *first, const Type *second)
{
    const Expr **args = ARENA_ARRAY(d->query, const Expr *, 2);
    args[0] = first;
    if (second != NULL) {
        RtDatum kind = { .value.i32 = type_physical(second), .kind = PK_I32 };
        args[1] = expr_literal(d->query, type_simple(TYPE_INT, false), kind, d->span);
    }
    return expr_call(d->query, type, fn_find_name(str_from(name)), args, second == NULL ? 1 : 2, d->span);
}

static const Expr *present(Derive *d, const Expr *value)
{
    return expr_op(d->query, EXPR_IS_NOT_NULL, type_simple(TYPE_BOOLEAN, false), &value, 1, d->span);
}

/* The one value of an input that is not NULL: the largest, and of what has no order the largest key. */
static AggCall pick(Derive *d, const Expr *input, bool *is_key)
{
    AggChoice choice;
    AggCall call = { .arg = input, .span = d->span };
    *is_key = !agg_choose(d->query, STR("MAX"), input->type, &choice) || !type_equal(choice.arg, input->type);
    if (*is_key) {
        call.filter = present(d, input);
        call.arg = call_by_name(d, "SORT_KEY", type_simple(TYPE_VARBINARY, true), input, NULL);
        agg_choose(d->query, STR("MAX"), call.arg->type, &choice);
    }
    call.agg = choice.agg;
    call.type = type_with_nullable(d->query, choice.result, true);
    return call;
}

/* One row for all parts of a window; its columns: time, dimensions, inputs. */
static const LogicalNode *side_by_side(Derive *d, const LogicalNode *rows)
{
    const MetricModel *model = d->model;
    uint32_t keys = 1 + d->by_count, count = keys + model->input_count;
    const Expr **key_exprs = ARENA_ARRAY(d->query, const Expr *, count),
               **exprs = ARENA_ARRAY(d->query, const Expr *, count);
    Str *names = ARENA_ARRAY(d->query, Str, count);
    AggCall *calls = ARENA_ARRAY(d->query, AggCall, model->input_count + 1);
    bool *is_key = ARENA_ARRAY(d->query, bool, model->input_count + 1);
    for (uint32_t c = 0; c < count; c++) {
        const Expr *column = expr_column(d->query, rows->columns[c + 1].type, c + 1, d->span);
        names[c] = rows->columns[c + 1].name;
        if (c < keys)
            key_exprs[c] = column;
        else
            calls[c - keys] = pick(d, column, &is_key[c - keys]);
    }
    LogicalGrouping grouping = { .window = { .kind = WINDOW_TUMBLE, .size_us = SIDE_BY_SIDE_US, .span = d->span },
                                 .keys = key_exprs,
                                 .key_names = names,
                                 .key_count = keys,
                                 .calls = calls,
                                 .call_names = names + keys,
                                 .call_count = model->input_count };
    const LogicalNode *groups = logical_aggregate(d->query, rows, &grouping, d->span);
    for (uint32_t c = 0; c < count; c++) {
        exprs[c] = expr_column(d->query, groups->columns[c].type, c, d->span);
        if (c >= keys && is_key[c - keys])
            exprs[c] =
                call_by_name(d, "SORT_KEY_ITEM", model->inputs[c - keys].type, exprs[c], model->inputs[c - keys].type);
    }
    return logical_project(d->query, groups, exprs, names, count, d->span);
}

static const LogicalNode *all_parts(Derive *d)
{
    const LogicalNode **rows = ARENA_ARRAY(d->query, const LogicalNode *, d->part_count + 1);
    for (uint32_t p = 0; p < d->part_count; p++)
        rows[p] = widen(d, &d->parts[p]);
    if (d->part_count > 1)
        return side_by_side(d, logical_union_all(d->query, rows, d->part_count, d->span));
    uint32_t count = rows[0]->column_count - 1;
    const Expr **exprs = ARENA_ARRAY(d->query, const Expr *, count + 1);
    Str *names = ARENA_ARRAY(d->query, Str, count + 1);
    for (uint32_t c = 0; c < count; c++) {
        exprs[c] = expr_column(d->query, rows[0]->columns[c + 1].type, c + 1, d->span);
        names[c] = rows[0]->columns[c + 1].name;
    }
    return logical_project(d->query, rows[0], exprs, names, count, d->span);
}

const LogicalNode *metric_derived_plan(Arena *query, const MetricModel *model, const Grant *grants)
{
    Derive d = { .query = query, .model = model, .grants = grants, .span = model->metric->span };
    start(&d);
    for (uint32_t p = 0; p < d.part_count; p++) {
        Part *part = &d.parts[p];
        part->rows = metric_stream_plan(query, &part->ask, rows_of_base(&d, part->ask.store));
    }
    const LogicalNode *rows = all_parts(&d);
    uint32_t head = 1 + d.by_count, at = 0;
    const Expr **inputs = ARENA_ARRAY(query, const Expr *, model->input_count + 1);
    for (uint32_t i = 0; i < model->input_count; i++)
        inputs[i] = expr_column(query, rows->columns[head + i].type, head + i, d.span);
    const Expr **exprs = ARENA_ARRAY(query, const Expr *, model->column_count + 1);
    Str *names = ARENA_ARRAY(query, Str, model->column_count + 1);
    for (uint32_t c = 0; c < model->column_count; c++) {
        const MetricColumn *column = &model->columns[c];
        names[c] = column->name;
        if (column->role == METRIC_MEASURE)
            exprs[c] = expr_substitute(query, column->value, inputs);
        else if (column->role == METRIC_TIME)
            exprs[c] = expr_column(query, rows->columns[0].type, 0, column->span);
        else
            at++, exprs[c] = expr_column(query, rows->columns[at].type, at, column->span);
    }
    return logical_project(query, rows, exprs, names, model->column_count, d.span);
}
