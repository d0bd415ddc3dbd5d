/* expr_eval.c -- evaluating expressions by the boxed bodies of the library. */
#include "compiler/logical/expr_eval.h"

#include <assert.h>

static RtDatum datum_bool(bool value)
{
    return (RtDatum){ .value.b = value, .kind = PK_BOOL };
}

static RtDatum null_of(const Expr *expr)
{
    return datum_null(type_physical(expr->type));
}

RtDatum datum_to_kind(RtDatum datum, RtKind kind)
{
    if (datum.kind == kind)
        return datum;
    if (datum.is_null)
        return datum_null(kind);
    RtDatum out = { .kind = (uint8_t)kind };
    if (datum.kind == PK_I64 && kind == PK_D128) {
        out.value.d128 = d128_from(datum.value.i64);
        return out;
    }
    assert(datum.kind == PK_D128 && kind == PK_I64);
    Int128 wide = d128_get(datum.value.d128);
    if (wide < INT64_MIN || wide > INT64_MAX)
        return datum_null(kind);
    out.value.i64 = (int64_t)wide;
    return out;
}

bool datum_same_value(const RtDatum *a, const RtDatum *b)
{
    assert(a->kind == b->kind && !a->is_null && !b->is_null);
    switch ((RtKind)a->kind) {
    case PK_BOOL: return a->value.b == b->value.b;
    case PK_I8: return a->value.i8 == b->value.i8;
    case PK_I16: return a->value.i16 == b->value.i16;
    case PK_I32: return a->value.i32 == b->value.i32;
    case PK_I64: return a->value.i64 == b->value.i64;
    case PK_F32: return a->value.f32 == b->value.f32;
    case PK_F64: return a->value.f64 == b->value.f64;
    case PK_D128: return d128_get(a->value.d128) == d128_get(b->value.d128);
    case PK_TIME96: return a->value.time96.us == b->value.time96.us && a->value.time96.ns == b->value.time96.ns;
    case PK_STR:
    case PK_BLOB: return str_equal(a->value.str, b->value.str);
    default: return false;
    }
}

/* A regular expression is compiled for each call anew: obvious, and good enough for a reference. */
static RtDatum call_body(const ExprEval *eval, const Expr *expr, const RtDatum *args)
{
    FnCtx *fn = eval->fn;
    FnSite site = { 0 };
    FnSite *outer = fn->site;
    fn->site = (expr->fn->traits & FN_SITE) != 0 ? &site : NULL;
    RtDatum out = null_of(expr);
    expr->fn->boxed(fn, args, expr->arg_count, &out);
    fn->site = outer;
    if (site.cached != NULL && site.release != NULL)
        site.release(site.cached);
    if (fn->failure.code != 0)
        return null_of(expr);
    return datum_to_kind(out, type_physical(expr->type));
}

static RtDatum eval_call(const ExprEval *eval, const Expr *expr, bool forgiving)
{
    const FnDef *fn = expr->fn;
    RtDatum *args = ARENA_ARRAY(eval->fn->batch, RtDatum, expr->arg_count + 1);
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        args[i] = expr_eval(eval, expr->args[i]);
        if (eval->fn->failure.code != 0)
            return null_of(expr);
        if (fn->form != FORM_ANY)
            args[i] = datum_to_kind(args[i], type_word_kind((TypeWord)fn->args[i]));
    }
    RtDatum out = call_body(eval, expr, args);
    if (forgiving)
        eval->fn->failure = (FnFailure){ 0 };
    return out;
}

/* `stop` is the value that decides: FALSE for AND, TRUE for OR. */
static RtDatum eval_logic(const ExprEval *eval, const Expr *expr, bool stop)
{
    bool saw_null = false;
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        RtDatum value = expr_eval(eval, expr->args[i]);
        if (eval->fn->failure.code != 0)
            return null_of(expr);
        if (!value.is_null && value.value.b == stop)
            return value;
        saw_null |= value.is_null;
    }
    return saw_null ? datum_null(PK_BOOL) : datum_bool(!stop);
}

static RtDatum eval_case(const ExprEval *eval, const Expr *expr)
{
    assert(expr->arg_count % 2 == 1);
    for (uint32_t i = 0; i + 1 < expr->arg_count; i += 2) {
        RtDatum when = expr_eval(eval, expr->args[i]);
        if (eval->fn->failure.code != 0)
            return null_of(expr);
        if (!when.is_null && when.value.b)
            return datum_to_kind(expr_eval(eval, expr->args[i + 1]), type_physical(expr->type));
    }
    return datum_to_kind(expr_eval(eval, expr->args[expr->arg_count - 1]), type_physical(expr->type));
}

static RtDatum eval_in(const ExprEval *eval, const Expr *expr)
{
    RtDatum value = expr_eval(eval, expr->args[0]);
    if (eval->fn->failure.code != 0 || value.is_null)
        return datum_null(PK_BOOL);
    bool saw_null = false;
    for (uint32_t i = 1; i < expr->arg_count; i++) {
        assert(expr->args[i]->op == EXPR_LITERAL);
        const RtDatum *literal = &expr->args[i]->literal;
        if (literal->is_null)
            saw_null = true;
        else if (datum_same_value(&value, literal))
            return datum_bool(true);
    }
    return saw_null ? datum_null(PK_BOOL) : datum_bool(false);
}

static bool test_holds(ExprOp op, RtDatum value)
{
    switch (op) {
    case EXPR_IS_NULL: return value.is_null;
    case EXPR_IS_NOT_NULL: return !value.is_null;
    case EXPR_IS_TRUE: return !value.is_null && value.value.b;
    case EXPR_IS_NOT_TRUE: return value.is_null || !value.value.b;
    case EXPR_IS_FALSE: return !value.is_null && !value.value.b;
    default: return value.is_null || value.value.b;
    }
}

RtDatum expr_eval(const ExprEval *eval, const Expr *expr)
{
    RtDatum value;
    switch (expr->op) {
    case EXPR_LITERAL:
        return expr->literal;
    case EXPR_COLUMN:
        return eval->columns[expr->column];
    case EXPR_CALL:
        return eval_call(eval, expr, false);
    case EXPR_TRY_CAST:
        return datum_to_kind(eval_call(eval, expr->args[0], true), type_physical(expr->type));
    case EXPR_AND:
        return eval_logic(eval, expr, false);
    case EXPR_OR:
        return eval_logic(eval, expr, true);
    case EXPR_NOT:
        value = expr_eval(eval, expr->args[0]);
        return value.is_null ? value : datum_bool(!value.value.b);
    case EXPR_CASE:
        return eval_case(eval, expr);
    case EXPR_IN:
        return eval_in(eval, expr);
    default:
        value = expr_eval(eval, expr->args[0]);
        return datum_bool(test_holds(expr->op, value));
    }
}

bool expr_eval_is_true(const ExprEval *eval, const Expr *predicate)
{
    RtDatum value = expr_eval(eval, predicate);
    return eval->fn->failure.code == 0 && !value.is_null && value.value.b;
}
