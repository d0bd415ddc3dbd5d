/* bind_constant.c -- constants that can only fail are told at compile time, not at the first row.
 *
 * `1 / 0` fails for every row that meets it.  What stands in a branch may never be met, so it keeps its meaning: the
 * values of CASE and all that is written as one (COALESCE, IF), conditions behind the first of AND, OR and CASE, what
 * TRY_CAST forgives, and arguments of an aggregate with a FILTER. */
#include "compiler/bind/bind_internal.h"

#include "compiler/logical/expr_eval.h"

/* Evaluates `expr`, all of whose parts are constants; true and a diagnostic when it fails. */
static bool check_call(Binder *binder, const Expr *expr)
{
    Arena scratch;
    arena_init(&scratch);
    FnCtx ctx = { .batch = &scratch, .zone = binder->zone, .watermark_us = INT64_MIN };
    ExprEval eval = { .fn = &ctx };
    (void)expr_eval(&eval, expr);
    bool failed = ctx.failure.code != 0;
    if (failed) {
        Str reason = str_printf(binder->query, "%s", ctx.failure.text);
        Diag *d =
            diag_error(binder->diags, E0311, expr->span, "this constant fails for every row: %.*s", STR_ARG(reason));
        if (strcmp(expr->fn->name, "CAST") == 0)
            diag_help(d, "TRY_CAST gives NULL instead");
    }
    arena_free(&scratch);
    return failed;
}

/* n / 0 fails whatever n is: as 0 / 0 does. */
static bool divides_by_zero(Binder *binder, const Expr *expr)
{
    const char *name = expr->fn->name;
    bool divides = strcmp(name, "/") == 0 || strcmp(name, "%") == 0 || strcmp(name, "MOD") == 0;
    if (!divides || (expr->fn->traits & FN_CAN_FAIL) == 0 || expr->arg_count < 2)
        return false;
    const Expr *divisor = constant_fold_cast(binder, expr->args[1]);
    if (divisor->op != EXPR_LITERAL || divisor->literal.is_null)
        return false;
    const Expr **args = ARENA_ARRAY(binder->query, const Expr *, expr->arg_count);
    for (uint32_t i = 1; i < expr->arg_count; i++)
        args[i] = expr->args[i];
    RtDatum zero = { .kind = (uint8_t)type_physical(expr->args[0]->type) };
    args[0] = expr_literal(binder->query, expr->args[0]->type, zero, expr->span);
    Expr copy = *expr;
    copy.args = args;
    return check_call(binder, &copy);
}

typedef enum Constancy { NOT_CONSTANT, CONSTANT, FAILS } Constancy;

static Constancy check_expr(Binder *binder, const Expr *expr)
{
    if (expr->op == EXPR_LITERAL)
        return CONSTANT;
    if (expr->op == EXPR_COLUMN)
        return NOT_CONSTANT;
    bool first_only = expr->op == EXPR_AND || expr->op == EXPR_OR || expr->op == EXPR_CASE;
    uint32_t met = first_only ? 1 : expr->op == EXPR_TRY_CAST ? 0 : expr->arg_count;
    Constancy whole = met == expr->arg_count ? CONSTANT : NOT_CONSTANT;
    for (uint32_t i = 0; i < met; i++) {
        Constancy part = check_expr(binder, expr->args[i]);
        if (part == FAILS)
            return FAILS;
        if (part == NOT_CONSTANT)
            whole = NOT_CONSTANT;
    }
    if (expr->op != EXPR_CALL)
        return whole;
    if (whole == NOT_CONSTANT)
        return divides_by_zero(binder, expr) ? FAILS : NOT_CONSTANT;
    if ((expr->fn->traits & FN_PURE) == 0)
        return NOT_CONSTANT;
    return (expr->fn->traits & FN_CAN_FAIL) != 0 && check_call(binder, expr) ? FAILS : CONSTANT;
}

void check_constants(Binder *binder, const Expr *expr)
{
    if (expr != NULL && !expr_is_poison(expr))
        (void)check_expr(binder, expr);
}
