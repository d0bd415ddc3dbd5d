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
