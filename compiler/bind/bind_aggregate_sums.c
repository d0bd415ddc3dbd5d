/* bind_aggregate_sums.c -- aggregates written in SQL whose fields are all sums are bound as sums.
 *
 *   ACCUMULATE (logs + LN(x), n + 1)  MERGE (logs + other.logs, n + other.n)  FINISH (EXP(logs / n))
 *     is    EXP(logs / n)  over  SUM(LN(x)) and COUNT(*), of the rows where x is not NULL
 *
 * So they are exact, whatever the order of rows and however states were merged, and share states with other calls. What
 * else adds numbers of floating point in its state is as good as the order in which it happens to be merged: it may not
 * stand where that order is not the same for each engine. */
#include "compiler/bind/agg_form.h"
#include "compiler/bind/bind_function.h"
#include "compiler/logical/user_agg.h"

/* ---- which are ---- */

static bool is_sign(const Expr *expr, const char *sign)
{
    return expr->op == EXPR_CALL && expr->arg_count == 2 && strcmp(expr->fn->name, sign) == 0;
}

static bool is_column(const Expr *expr, uint32_t column)
{
    return expr->op == EXPR_COLUMN && expr->column == column;
}

/* What `column sign x` or `x + column` adds; NULL: it is something else. */
static const Expr *added(const Expr *expr, const char *sign, uint32_t column)
{
    if (!is_sign(expr, sign))
        return NULL;
    if (is_column(expr->args[0], column))
        return expr->args[1];
    return strcmp(sign, "+") == 0 && is_column(expr->args[1], column) ? expr->args[0] : NULL;
}

static bool is_zero(const Expr *literal)
{
    static const uint64_t ZERO[2] = { 0 };
    return literal->op == EXPR_LITERAL && !literal->literal.is_null &&
           memcmp(&literal->literal.value, ZERO, kind_bytes((RtKind)literal->literal.kind)) == 0;
}

static bool field_as_sum(const UserAgg *agg, uint32_t field, UserSum *sum)
{
    TypeKind kind = agg->field_types[field]->kind;
    const Expr *plus = added(agg->accumulate[field], "+", field), *minus = added(agg->accumulate[field], "-", field);
    const Expr *merged = added(agg->merge[field], "+", field);
    sum->addend = plus != NULL ? plus : minus;
    sum->is_minus = plus == NULL;
    if ((kind != TYPE_BIGINT && kind != TYPE_DOUBLE) || sum->addend == NULL || merged == NULL ||
        !is_column(merged, agg->field_count + field) || !is_zero(agg->init[field]))
        return false;
    if (sum->addend->type->nullable || user_agg_reads_field(sum->addend, agg->field_count))
        return false;
    const Expr *back = agg->retract == NULL ? sum->addend : added(agg->retract[field], plus != NULL ? "-" : "+", field);
    return back != NULL && expr_equal(back, sum->addend);
}

void user_aggregate_find_sums(Binder *binder, UserAgg *agg)
{
    UserSum *sums = ARENA_ARRAY(binder->query, UserSum, agg->field_count + 1);
    for (uint32_t i = 0; i < agg->field_count; i++) {
        if (!field_as_sum(agg, i, &sums[i]))
            return;
    }
    agg->sums = sums;
}

/* ---- a call ---- */

typedef struct SumCall {
    ExprScope *scope;
    const UserAgg *agg;
    const Expr *const *columns; /* of a clause: NULL for fields, then the arguments */
    AggCall call;               /* filter and place */
    const Expr *count;          /* of the rows */
} SumCall;

static const Expr *and_present(Binder *binder, const Expr *filter, const Expr *arg)
{
    if (!arg->type->nullable)
        return filter;
    const Expr *present =
        expr_op(binder->query, EXPR_IS_NOT_NULL, type_simple(TYPE_BOOLEAN, false), &arg, 1, arg->span);
    const Expr *both[] = { filter, present };
    return filter == NULL ? present
                          : expr_op(binder->query, EXPR_AND, type_simple(TYPE_BOOLEAN, true), both, 2, arg->span);
}

static const Expr *built_in(const SumCall *s, const char *name, const Expr *arg)
{
    Binder *binder = s->scope->binder;
    AggChoice choice;
    AggCall call = s->call;
    bool found = agg_choose(binder->query, str_from(name), arg == NULL ? NULL : arg->type, &choice);
    if (!found)
        return NULL;
    call.agg = choice.agg;
    call.arg = arg == NULL ? NULL : convert_widened(binder, arg, choice.arg);
    call.type = arg == NULL ? type_with_nullable(binder->query, choice.result, false) : choice.result;
    return add_aggregate(s->scope, call);
}

/* The field over no rows is what it begins with, and not NULL. */
static const Expr *field_value(const SumCall *s, uint32_t field)
{
    Binder *binder = s->scope->binder;
    const UserSum *sum = &s->agg->sums[field];
    Span span = s->call.span;
    const Expr *addend = constant_fold_cast(binder, sum->addend);
    bool is_one = addend->op == EXPR_LITERAL && addend->type->kind == TYPE_BIGINT && addend->literal.value.i64 == 1;
    if (is_one && !sum->is_minus)
        return s->count;
    const Expr *value = built_in(s, "SUM", expr_substitute(binder->query, sum->addend, s->columns));
    const Expr *zero = s->agg->init[field];
    if (value == NULL)
        return NULL;
    if (sum->is_minus) {
        const Expr *both[] = { zero, value };
        value = bind_operator(binder, "-", both, 2, span, span);
    }
    const Expr *none = bind_compare(binder, "=", s->count, literal_int(binder, 0, span), span, span);
    const Expr *parts[] = { none, zero, value };
    return make_case(binder, parts, 3, span);
}

const Expr *user_aggregate_as_sums(ExprScope *scope, const UserAgg *agg, const Expr *const *args, AggCall call)
{
    Binder *binder = scope->binder;
    uint32_t fields = agg->field_count, params = agg->base.param_count;
    const Expr **columns = ARENA_ARRAY(binder->query, const Expr *, fields + params + 1);
    const Expr **values = ARENA_ARRAY(binder->query, const Expr *, fields + 1);
    for (uint32_t i = 0; i < params; i++) {
        columns[fields + i] = args[i];
        call.filter = and_present(binder, call.filter, args[i]);
    }
    SumCall s = { .scope = scope, .agg = agg, .columns = columns, .call = call };
    s.count = built_in(&s, "COUNT", NULL);
    for (uint32_t i = 0; s.count != NULL && i < fields; i++) {
        values[i] = field_value(&s, i);
        if (values[i] == NULL)
            return NULL;
    }
    return s.count == NULL ? NULL : expr_substitute(binder->query, agg->finish, values);
}

/* ---- sums of floating point that are not ---- */

static bool is_float(const Type *type)
{
    return type->kind == TYPE_DOUBLE || type->kind == TYPE_FLOAT;
}

/* Does it compute with a field of floating point, and not only choose among values? */
static bool computes(const UserAgg *agg, const Expr *expr)
{
    bool chooses =
        expr->op == EXPR_COLUMN || expr->op == EXPR_CASE || expr->op == EXPR_LITERAL ||
        (expr->op == EXPR_CALL && (strcmp(expr->fn->name, "LEAST") == 0 || strcmp(expr->fn->name, "GREATEST") == 0));
    if (!chooses && is_float(expr->type) && user_agg_reads_field(expr, agg->field_count))
        return true;
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        if (computes(agg, expr->args[i]))
            return true;
    }
    return false;
}

bool user_aggregate_is_inexact(const UserAgg *agg)
{
    for (uint32_t i = 0; i < agg->field_count; i++) {
        if (is_float(agg->field_types[i]) && (computes(agg, agg->accumulate[i]) || computes(agg, agg->merge[i])))
            return true;
    }
    return false;
}

bool check_user_aggregates(Binder *binder, const Grouping *grouping)
{
    WindowKind kind = grouping->window->kind;
    bool good = true;
    for (uint32_t i = 0; i < grouping->aggs.count; i++) {
        const AggCall *call = &grouping->aggs.items[i];
        const UserAgg *agg = user_agg_of(call->agg);
        if (agg == NULL || kind == WINDOW_TUMBLE || !user_aggregate_is_inexact(agg))
            continue;
        good = false;
        Diag *d = diag_error(
            binder->diags, E0349, call->span,
            "`%s` computes with numbers of floating point in its state, whose last digits follow the order in "
            "which states are merged",
            agg->name);
        diag_label(d, grouping->window->span, "these windows are merged from parts");
        diag_help(d, "make each field a sum (field + x, begun with 0), or a DECIMAL; or group by windows that tumble");
    }
    return good;
}
