/* user_agg.c -- see user_agg.h. */
#include "compiler/logical/user_agg.h"

#include "compiler/logical/expr_eval.h"
#include "runtime/abi/key.h"

#include <assert.h>

/* ---- working it out ---- */

static const UserAgg *of(const FnUserAgg *agg)
{
    return (const UserAgg *)(const void *)agg;
}

static void get_fields(const UserAgg *agg, const void *row, RtDatum *columns)
{
    for (uint32_t i = 0; i < agg->field_count; i++)
        columns[i] = row_get(row, &agg->base.layout, i);
}

/* All fields at once; false: one of them failed, and the row is as it was. */
static bool set_fields(const UserAgg *agg, FnCtx *ctx, const Expr *const *exprs, const RtDatum *columns, void *row)
{
    RtDatum *values = ARENA_ARRAY(ctx->batch, RtDatum, agg->field_count + 1);
    ExprEval eval = { .fn = ctx, .columns = columns };
    for (uint32_t i = 0; i < agg->field_count; i++) {
        values[i] = datum_to_kind(expr_eval(&eval, exprs[i]), (RtKind)agg->base.layout.kinds[i]);
        if (ctx->failure.code != 0)
            return false;
    }
    row_clear(row, &agg->base.layout);
    for (uint32_t i = 0; i < agg->field_count; i++)
        row_set(row, &agg->base.layout, i, values[i]);
    return true;
}

static bool start(const FnUserAgg *base, FnCtx *ctx, void *row)
{
    const UserAgg *agg = of(base);
    return set_fields(agg, ctx, agg->init, NULL, row);
}

static bool step(const FnUserAgg *base, FnCtx *ctx, void *row, const RtDatum *args, bool retracts)
{
    const UserAgg *agg = of(base);
    RtDatum *columns = ARENA_ARRAY(ctx->batch, RtDatum, agg->field_count + base->param_count + 1);
    get_fields(agg, row, columns);
    for (uint32_t i = 0; i < base->param_count; i++)
        columns[agg->field_count + i] = datum_to_kind(args[i], type_physical(agg->param_types[i]));
    return set_fields(agg, ctx, retracts ? agg->retract : agg->accumulate, columns, row);
}

static bool merge(const FnUserAgg *base, FnCtx *ctx, void *row, const void *from)
{
    const UserAgg *agg = of(base);
    RtDatum *columns = ARENA_ARRAY(ctx->batch, RtDatum, 2 * agg->field_count + 1);
    get_fields(agg, row, columns);
    get_fields(agg, from, columns + agg->field_count);
    return set_fields(agg, ctx, agg->merge, columns, row);
}

static bool final(const FnUserAgg *base, FnCtx *ctx, const void *row, RtDatum *out)
{
    const UserAgg *agg = of(base);
    RtDatum *columns = ARENA_ARRAY(ctx->batch, RtDatum, agg->field_count + 1);
    get_fields(agg, row, columns);
    ExprEval eval = { .fn = ctx, .columns = columns };
    *out = datum_to_kind(expr_eval(&eval, agg->finish), type_physical(agg->finish->type));
    return ctx->failure.code == 0;
}

static uint64_t definition_of(Arena *query, const UserAgg *agg)
{
    Str text = str_printf(query, "%s", agg->name);
    const Expr *const *clauses[] = { agg->init, agg->accumulate, agg->merge, agg->retract };
    for (uint32_t c = 0; c < sizeof clauses / sizeof clauses[0]; c++) {
        for (uint32_t i = 0; clauses[c] != NULL && i < agg->field_count; i++)
            text = str_printf(query, "%.*s|%.*s", STR_ARG(text), STR_ARG(expr_text(query, clauses[c][i])));
    }
    for (uint32_t i = 0; i < agg->field_count; i++)
        text = str_printf(query, "%.*s|%.*s", STR_ARG(text), STR_ARG(type_name(query, agg->field_types[i])));
    return key_hash(text.data, text.len);
}

void user_agg_finish(Arena *query, UserAgg *agg, uint32_t number, bool is_order_free)
{
    uint8_t *kinds = ARENA_ARRAY(query, uint8_t, agg->field_count + 1);
    for (uint32_t i = 0; i < agg->field_count; i++)
        kinds[i] = (uint8_t)type_physical(agg->field_types[i]);
    agg->base.number = number;
    agg->base.layout = row_layout(query, kinds, agg->field_count);
    agg->base.start = start;
    agg->base.step = step;
    agg->base.merge = merge;
    agg->base.final = final;
    uint32_t traits = is_order_free ? AGG_ORDER_FREE : AGG_BOUNDED;
    if (agg->retract != NULL)
        traits |= AGG_RETRACTS;
    const char *symbol = arena_printf(query, "user_%016llx", (unsigned long long)definition_of(query, agg));
    agg_user_forms(&agg->base, agg->name, symbol, traits);
}

const Expr *const *user_agg_args(const AggCall *call, uint32_t *count)
{
    const UserAgg *agg = user_agg_of(call->agg);
    *count = agg == NULL || call->agg->carry == AGG_CARRY_ON || call->agg->carry == AGG_CARRY_IN
                 ? call->arg != NULL
                 : agg->base.param_count;
    assert(*count < 2 || call->arg->arg_count == *count);
    return *count < 2 ? &call->arg : call->arg->args;
}

bool user_agg_reads_field(const Expr *expr, uint32_t field_count)
{
    bool found = expr->op == EXPR_COLUMN && expr->column < field_count;
    for (uint32_t i = 0; i < expr->arg_count && !found; i++)
        found = user_agg_reads_field(expr->args[i], field_count);
    return found;
}

/* ---- laws ---- */

enum { SAMPLES = 5 };

typedef struct Laws {
    const UserAgg *agg;
    FnCtx ctx;
    Arena arena;
    Str said;
} Laws;

static RtDatum sample(const Type *type, uint32_t which)
{
    static const int64_t NUMBERS[SAMPLES] = { 3, 1, 7, 2, 12 };
    static const char *const TEXTS[SAMPLES] = { "b", "a", "d", "abc", "c" };
    RtKind kind = type_physical(type);
    RtDatum value = { .kind = (uint8_t)kind };
    int64_t number = NUMBERS[which % SAMPLES];
    switch (kind) {
    case PK_BOOL:
        value.value.b = which % 2 == 0;
        break;
    case PK_I8:
        value.value.i8 = (int8_t)number;
        break;
    case PK_I16:
        value.value.i16 = (int16_t)number;
        break;
    case PK_I32:
        value.value.i32 = (int32_t)number;
        break;
    case PK_I64:
        value.value.i64 = number;
        break;
    case PK_F32:
        value.value.f32 = (float)number;
        break;
    case PK_F64:
        value.value.f64 = (double)number;
        break;
    case PK_D128:
        value.value.d128 = (RtD128){ .low = (uint64_t)number };
        break;
    case PK_STR:
        value.value.str = str_from(TEXTS[which % SAMPLES]);
        break;
    default:
        value.is_null = true;
        break;
    }
    return value;
}

static void *state_new(Laws *laws)
{
    return arena_alloc_zeroed(&laws->arena, USER_AGG_HEAD_BYTES + laws->agg->base.layout.row_bytes + 8, 8);
}

static void *state_of(Laws *laws, uint32_t from, uint32_t count)
{
    const AggDef *form = &laws->agg->base.forms[AGG_CARRY_NONE];
    void *state = state_new(laws);
    for (uint32_t i = from; i < from + count; i++) {
        RtDatum *args = ARENA_ARRAY(&laws->arena, RtDatum, laws->agg->base.param_count + 1);
        for (uint32_t p = 0; p < laws->agg->base.param_count; p++)
            args[p] = sample(laws->agg->param_types[p], i + 2 * p);
        form->step(&laws->ctx, state, args);
    }
    return state;
}

static bool is_broken(const void *state)
{
    uint64_t head;
    memcpy(&head, state, sizeof head);
    return head == USER_AGG_BROKEN;
}

static bool near(double a, double b)
{
    double size = (a < 0 ? -a : a) + (b < 0 ? -b : b), apart = a < b ? b - a : a - b;
    return a == b || (a != a && b != b) || apart <= size * 1e-9;
}

/* The same result; numbers with a point within what rounding does. */
static bool same_result(Laws *laws, const void *a, const void *b, Str *texts)
{
    const AggDef *form = &laws->agg->base.forms[AGG_CARRY_NONE];
    const Type *type = laws->agg->finish->type;
    RtDatum x = datum_null(type_physical(type)), y = x;
    form->final(&laws->ctx, a, &x);
    form->final(&laws->ctx, b, &y);
    texts[0] = expr_text(&laws->arena, &(Expr){ .op = EXPR_LITERAL, .type = type, .literal = x });
    texts[1] = expr_text(&laws->arena, &(Expr){ .op = EXPR_LITERAL, .type = type, .literal = y });
    if (!x.is_null && !y.is_null && x.kind == PK_F64)
        return near(x.value.f64, y.value.f64);
    if (!x.is_null && !y.is_null && x.kind == PK_F32)
        return near((double)x.value.f32, (double)y.value.f32) || x.value.f32 == y.value.f32;
    return str_equal(key_of_values(&laws->arena, &x, 1), key_of_values(&laws->arena, &y, 1));
}

static void compare(Laws *laws, const void *wanted, const void *got, const char *clause, const char *of_what)
{
    Str texts[2];
    if (laws->said.len > 0 || is_broken(wanted) || is_broken(got) || same_result(laws, wanted, got, texts))
        return;
    laws->said = str_printf(&laws->arena, "%s does not agree with ACCUMULATE: %s gives %.*s, not %.*s", clause, of_what,
                            STR_ARG(texts[1]), STR_ARG(texts[0]));
}

static void try_merge(Laws *laws, uint32_t left, uint32_t right)
{
    const AggDef *form = &laws->agg->base.forms[AGG_CARRY_NONE];
    void *together = state_of(laws, 0, left + right), *a = state_of(laws, 0, left), *b = state_of(laws, left, right);
    form->merge(&laws->ctx, a, b);
    compare(laws, together, a, "MERGE",
            arena_printf(&laws->arena, "a state of %u row%s merged with one of %u", left, left == 1 ? "" : "s", right));
}

static void try_retract(Laws *laws, uint32_t stay, uint32_t go)
{
    const AggDef *form = &laws->agg->base.forms[AGG_CARRY_NONE];
    void *wanted = state_of(laws, 0, stay), *got = state_of(laws, 0, stay + go);
    for (uint32_t i = stay; i < stay + go; i++) {
        RtDatum *args = ARENA_ARRAY(&laws->arena, RtDatum, laws->agg->base.param_count + 1);
        for (uint32_t p = 0; p < laws->agg->base.param_count; p++)
            args[p] = sample(laws->agg->param_types[p], i + 2 * p);
        form->retract(&laws->ctx, got, args);
    }
    compare(laws, wanted, got, "RETRACT",
            arena_printf(&laws->arena, "a state of %u rows of which the last %u are taken back", stay + go, go));
}

Str user_agg_disagreement(Arena *arena, const UserAgg *agg)
{
    Laws laws = { .agg = agg };
    arena_init(&laws.arena);
    laws.ctx = (FnCtx){ .batch = &laws.arena, .watermark_us = INT64_MIN, .user = &agg->base };
    for (uint32_t left = 1; left <= 3; left++) {
        for (uint32_t right = 1; right <= 3; right++)
            try_merge(&laws, left, right);
    }
    for (uint32_t go = 1; agg->retract != NULL && go <= 3; go++)
        try_retract(&laws, 2, go);
    Str said = str_copy(arena, laws.said);
    arena_free(&laws.arena);
    return said;
}
