/* fixture.c -- tables, functions and plans for tests. */
#include "tests/unit/plan/fixture.h"

#include "runtime/abi/blob.h"

/* ---- functions ---- */

static bool any_null(const RtDatum *args, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (args[i].is_null)
            return true;
    }
    return false;
}

static void put_bool(RtDatum *out, const RtDatum *args, uint32_t count, bool value)
{
    *out = any_null(args, count) ? datum_null(PK_BOOL) : (RtDatum){ .value.b = value, .kind = PK_BOOL };
}

static void eq_boxed(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)ctx;
    put_bool(out, args, count, args[0].value.i64 == args[1].value.i64);
}

static void gt_boxed(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)ctx;
    put_bool(out, args, count, args[0].value.i64 > args[1].value.i64);
}

static void eq_text_boxed(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)ctx;
    put_bool(out, args, count, !any_null(args, count) && str_equal(args[0].value.str, args[1].value.str));
}

static void div_boxed(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    *out = datum_null(PK_I64);
    if (any_null(args, count))
        return;
    if (args[1].value.i64 == 0) {
        fn_fail(ctx, 600, "division by zero");
        return;
    }
    *out = (RtDatum){ .value.i64 = args[0].value.i64 / args[1].value.i64, .kind = PK_I64 };
}

static void minus_boxed(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)ctx;
    *out = datum_null(PK_I64);
    if (!any_null(args, count))
        *out = (RtDatum){ .value.i64 = args[0].value.i64 - args[1].value.i64, .kind = PK_I64 };
}

static void field_boxed(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)ctx;
    (void)count;
    (void)args;
    *out = datum_null(PK_I64);
}

static void random_boxed(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)args;
    (void)count;
    *out = (RtDatum){ .value.i64 = ctx->now_us, .kind = PK_I64 };
}

#define BINARY(fx, sql, result_, arg, traits_, body)                                                                   \
    const FnDef fx = { .name = sql,                                                                                    \
                       .symbol = #fx,                                                                                  \
                       .form = FORM_STRICT_NULL,                                                                       \
                       .result = result_,                                                                              \
                       .args_min = 2,                                                                                  \
                       .args_max = 2,                                                                                  \
                       .args = { arg, arg },                                                                           \
                       .traits = traits_,                                                                              \
                       .boxed = body }
BINARY(FX_EQ, "=", TW_BOOLEAN, TW_BIGINT, FN_PURE, eq_boxed);
BINARY(FX_GT, ">", TW_BOOLEAN, TW_BIGINT, FN_PURE, gt_boxed);
BINARY(FX_EQ_TEXT, "=", TW_BOOLEAN, TW_STRING, FN_PURE, eq_text_boxed);
BINARY(FX_DIV, "/", TW_BIGINT, TW_BIGINT, FN_PURE | FN_CAN_FAIL, div_boxed);
BINARY(FX_MINUS, "-", TW_TIMESTAMP, TW_BIGINT, FN_PURE, minus_boxed);
const FnDef FX_FIELD = { .name = "FIELD",
                         .symbol = "field",
                         .form = FORM_ANY,
                         .result = TW_ANY,
                         .args_min = 2,
                         .args_max = 2,
                         .traits = FN_PURE,
                         .boxed = field_boxed };
const FnDef FX_RANDOM = {
    .name = "RANDOM", .symbol = "random", .form = FORM_STRICT, .result = TW_BIGINT, .boxed = random_boxed
};

/* ---- aggregates ---- */

static void count_step(FnCtx *ctx, void *state, const RtDatum *arg)
{
    (void)ctx;
    (void)arg;
    *(int64_t *)state += 1;
}

static void count_final(FnCtx *ctx, const void *state, RtDatum *out)
{
    (void)ctx;
    *out = (RtDatum){ .value.i64 = *(const int64_t *)state, .kind = PK_I64 };
}

typedef struct SumState {
    int64_t sum, count;
} SumState;

static void sum_step(FnCtx *ctx, void *state, const RtDatum *arg)
{
    (void)ctx;
    SumState *sum = state;
    sum->sum += arg->value.i64;
    sum->count++;
}

static void sum_final(FnCtx *ctx, const void *state, RtDatum *out)
{
    (void)ctx;
    const SumState *sum = state;
    *out = sum->count == 0 ? datum_null(PK_I64) : (RtDatum){ .value.i64 = sum->sum, .kind = PK_I64 };
}

const AggDef FX_COUNT_STAR = { .name = "COUNT",
                               .symbol = "count_star",
                               .result = TW_BIGINT,
                               .arg = TW_COUNT,
                               .state_bytes = 8,
                               .state_align = 8,
                               .step = count_step,
                               .final = count_final };
const AggDef FX_SUM = { .name = "SUM",
                        .symbol = "sum_i64",
                        .result = TW_BIGINT,
                        .arg = TW_BIGINT,
                        .state_bytes = 16,
                        .state_align = 8,
                        .step = sum_step,
                        .final = sum_final };

/* ---- tables ---- */

static const Type *bigint_type(void)
{
    return type_simple(TYPE_BIGINT, true);
}

static TableColumn column(Str name, const Type *type)
{
    return (TableColumn){ .name = name, .type = type, .span = span_none() };
}

static Table *table_new(Arena *query, Str name, const TableColumn *columns, uint32_t count)
{
    Table *table = ARENA_NEW(query, Table);
    table->name = name;
    table->span = span_none();
    table->columns = ARENA_ARRAY(query, TableColumn, count);
    memcpy(table->columns, columns, count * sizeof *columns);
    table->column_count = count;
    table->rowtime_column = -1;
    return table;
}

Fixture *fixture_new(Arena *query)
{
    Fixture *fx = ARENA_NEW(query, Fixture);
    fx->query = query;
    const Type *text = type_simple(TYPE_VARCHAR, true);
    TypeField *fields = ARENA_ARRAY(query, TypeField, 2);
    fields[0] = (TypeField){ .name = STR("id"), .type = bigint_type() };
    fields[1] = (TypeField){ .name = STR("name"), .type = text };
    Type *rowtime = ARENA_NEW(query, Type);
    *rowtime = *type_timestamp(query, TYPE_TIMESTAMP, 3, true);
    rowtime->is_rowtime = true;
    TableColumn clicks[CLICK_COLUMNS] = {
        [CLICK_TS] = column(STR("ts"), rowtime),
        [CLICK_ACTION] = column(STR("action"), text),
        [CLICK_REGION] = column(STR("region"), text),
        [CLICK_PRICE] = column(STR("price"), bigint_type()),
        [CLICK_ACTOR] = column(STR("actor"), type_row(query, fields, 2, true)),
        [CLICK_RATIO] = column(STR("ratio"), bigint_type()),
    };
    /* No text stands behind it: the scan brings its expression. */
    fx->clicks = table_new(query, STR("clicks"), clicks, CLICK_COLUMNS);
    fx->clicks->rowtime_column = CLICK_TS;
    const TableColumn regions[] = { column(STR("name"), text), column(STR("tax"), bigint_type()),
                                    column(STR("note"), text) };
    fx->regions = table_new(query, STR("regions"), regions, 3);
    return fx;
}

/* ---- expressions ---- */

const Expr *fx_column(Fixture *fx, const LogicalNode *node, uint32_t index)
{
    return expr_column(fx->query, node->columns[index].type, index, span_none());
}

const Expr *fx_bigint(Fixture *fx, int64_t value)
{
    RtDatum datum = { .value.i64 = value, .kind = PK_I64 };
    return expr_literal(fx->query, type_simple(TYPE_BIGINT, false), datum, span_none());
}

const Expr *fx_text(Fixture *fx, const char *value)
{
    RtDatum datum = { .value.str = str_from(value), .kind = PK_STR };
    return expr_literal(fx->query, type_simple(TYPE_VARCHAR, false), datum, span_none());
}

const Expr *fx_call(Fixture *fx, const FnDef *fn, const Type *type, const Expr *a, const Expr *b)
{
    const Expr *args[] = { a, b };
    return expr_call(fx->query, type, fn, args, fn->args_min, span_none());
}

const Expr *fx_eq(Fixture *fx, const Expr *a, const Expr *b)
{
    return fx_call(fx, &FX_EQ, type_simple(TYPE_BOOLEAN, true), a, b);
}

const Expr *fx_gt(Fixture *fx, const Expr *a, const Expr *b)
{
    return fx_call(fx, &FX_GT, type_simple(TYPE_BOOLEAN, true), a, b);
}

const Expr *fx_div(Fixture *fx, const Expr *a, const Expr *b)
{
    return fx_call(fx, &FX_DIV, bigint_type(), a, b);
}

const Expr *fx_text_is(Fixture *fx, const Expr *a, const char *value)
{
    return fx_call(fx, &FX_EQ_TEXT, type_simple(TYPE_BOOLEAN, true), a, fx_text(fx, value));
}

const Expr *fx_and(Fixture *fx, const Expr *a, const Expr *b)
{
    const Expr *args[] = { a, b };
    return expr_op(fx->query, EXPR_AND, type_simple(TYPE_BOOLEAN, true), args, 2, span_none());
}

const Expr *fx_field(Fixture *fx, const Expr *row, uint32_t field)
{
    RtDatum number = { .value.i32 = (int32_t)field, .kind = PK_I32 };
    const Expr *args[] = { row, expr_literal(fx->query, type_simple(TYPE_INT, false), number, span_none()) };
    return expr_call(fx->query, row->type->fields[field].type, &FX_FIELD, args, 2, span_none());
}

/* ---- nodes ---- */

const LogicalNode *fx_scan(Fixture *fx)
{
    const Expr **computed = ARENA_ARRAY(fx->query, const Expr *, CLICK_COLUMNS);
    const Expr *price = expr_column(fx->query, bigint_type(), CLICK_PRICE, span_none());
    computed[CLICK_RATIO] = fx_div(fx, fx_bigint(fx, 100), price);
    const Type *rowtime = fx->clicks->columns[CLICK_TS].type;
    const Expr *ts = expr_column(fx->query, rowtime, CLICK_TS, span_none());
    const Expr *watermark = fx_call(fx, &FX_MINUS, rowtime, ts, fx_bigint(fx, 5000000));
    return logical_scan(fx->query, fx->clicks, computed, watermark, span_none());
}

const LogicalNode *fx_filter(Fixture *fx, const LogicalNode *input, const Expr *predicate)
{
    return logical_filter(fx->query, input, predicate, span_none());
}

const LogicalNode *fx_project(Fixture *fx, const LogicalNode *input, uint32_t count, const Expr *const *exprs)
{
    Str *names = ARENA_ARRAY(fx->query, Str, count);
    const Expr **kept = ARENA_ARRAY(fx->query, const Expr *, count);
    for (uint32_t i = 0; i < count; i++) {
        names[i] = str_printf(fx->query, "p%u", i);
        kept[i] = exprs[i];
    }
    return logical_project(fx->query, input, kept, names, count, span_none());
}

const LogicalNode *fx_window(Fixture *fx, const LogicalNode *input, uint32_t time)
{
    return logical_window(fx->query, input, (LogicalWindow){ .time_column = time, .size_us = 10000000 });
}

const LogicalNode *fx_group(Fixture *fx, const LogicalNode *window, uint32_t time, const Expr *key, const Expr *sum)
{
    AggCall *calls = ARENA_ARRAY(fx->query, AggCall, 2);
    const Type *bigint = type_simple(TYPE_BIGINT, false);
    calls[0] = (AggCall){ .agg = &FX_COUNT_STAR, .type = bigint, .span = span_none() };
    calls[1] = (AggCall){ .agg = &FX_SUM, .type = bigint_type(), .arg = sum, .span = span_none() };
    const Expr **keys = ARENA_ARRAY(fx->query, const Expr *, 1);
    keys[0] = key;
    static const Str KEY_NAMES[] = { { "k", 1 } };
    static const Str CALL_NAMES[] = { { "n", 1 }, { "total", 5 } };
    LogicalGrouping grouping = {
        .window = { .time_column = time, .size_us = 10000000 },
        .keys = keys,
        .key_names = KEY_NAMES,
        .key_count = 1,
        .calls = calls,
        .call_names = CALL_NAMES,
        .call_count = sum == NULL ? 1 : 2,
    };
    return logical_aggregate(fx->query, window, &grouping, span_none());
}

const LogicalNode *fx_sink(Fixture *fx, const LogicalNode *input, const char *name, uint32_t statement)
{
    LogicalTarget target = { .name = str_from(name), .statement = statement };
    return logical_sink(fx->query, input, &target, span_none());
}

PhysProgram *fx_plan(Fixture *fx, const LogicalNode *const *sinks, uint32_t count, uint64_t disabled)
{
    LogicalProgram program = { .sinks = ARENA_ARRAY(fx->query, const LogicalNode *, count), .sink_count = count };
    for (uint32_t i = 0; i < count; i++)
        program.sinks[i] = sinks[i];
    OptimizeOptions *options = ARENA_NEW(fx->query, OptimizeOptions);
    options->disabled = disabled;
    program = optimize(fx->query, program, options);
    return physical_plan(fx->query, &program, options);
}
