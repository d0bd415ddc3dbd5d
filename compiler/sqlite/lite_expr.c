/* lite_expr.c -- expressions and aggregate calls as SQLite text. */
#include "compiler/sqlite/lite_internal.h"
#include "stdlib/agg_user.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum { LITE_ARGS_MAX = 100, REASON_MAX = 200 };

typedef struct LiteName {
    const char *ours, *text;
    bool by_kind;
} LiteName;

static const LiteName OPERATORS[] = {
#define LITE_OPERATOR(name, text) { name, text, true },
#define LITE_AGGREGATE(name, text, by_kind)
#include "compiler/sqlite/operators.def"
#undef LITE_OPERATOR
#undef LITE_AGGREGATE
};

static const LiteName AGGREGATES[] = {
#define LITE_OPERATOR(name, text)
#define LITE_AGGREGATE(name, text, by_kind) { name, text, by_kind },
#include "compiler/sqlite/operators.def"
#undef LITE_OPERATOR
#undef LITE_AGGREGATE
};

static const LiteName *find_name(const LiteName *names, size_t count, const char *ours)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i].ours, ours) == 0)
            return &names[i];
    }
    return NULL;
}

void lite_refuse(LiteWriter *w, const char *format, ...)
{
    char text[REASON_MAX];
    if (w->query->why_not.len > 0)
        return;
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    w->query->why_not = str_copy(w->arena, str_from(text));
}

/* The value in another physical kind of its type: DECIMAL stands as a number up to 18 digits, beyond as bytes. */
static void put_as(LiteWriter *w, const Expr *expr, RtKind kind, LiteScope scope)
{
    RtKind own = type_physical(expr->type);
    if (own != kind)
        buf_append_str(&w->out, kind == PK_D128 ? STR("widen(") : STR("narrow("));
    lite_put_expr(w, expr, scope);
    if (own != kind)
        buf_append_char(&w->out, ')');
}

static void put_literal(LiteWriter *w, const Expr *expr)
{
    const RtDatum *datum = &expr->literal;
    if (datum->is_null) {
        buf_append_str(&w->out, STR("NULL"));
        return;
    }
    switch ((RtKind)datum->kind) {
    case PK_BOOL:
        buf_append_char(&w->out, datum->value.b ? '1' : '0');
        return;
    case PK_I8:
        buf_printf(&w->out, "%d", datum->value.i8);
        return;
    case PK_I16:
        buf_printf(&w->out, "%d", datum->value.i16);
        return;
    case PK_I32:
        buf_printf(&w->out, "%" PRId32, datum->value.i32);
        return;
    default: /* exact as a parameter */
        vec_push(w->arena, &w->query->parameters, *datum);
        buf_printf(&w->out, "?%u", w->query->parameters.count);
    }
}

static void put_column(LiteWriter *w, uint32_t column, LiteScope scope)
{
    if (column < scope.input_count)
        buf_printf(&w->out, "c%u", column);
    else
        buf_printf(&w->out, "d%u", scope.table_columns[column - scope.input_count]);
}

/* ---- calls ---- */

static void put_args(LiteWriter *w, const Expr *expr, LiteScope scope)
{
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        if (i > 0)
            buf_append_str(&w->out, STR(", "));
        lite_put_expr(w, expr->args[i], scope);
    }
}

static void put_body(LiteWriter *w, const Expr *expr, bool is_forgiving, LiteScope scope)
{
    if ((expr->fn->traits & FN_PURE) == 0)
        lite_refuse(w, "%s asks for the time of the run", expr->fn->name);
    if (expr->arg_count > LITE_ARGS_MAX)
        lite_refuse(w, "%s has more than %d arguments", expr->fn->name, LITE_ARGS_MAX);
    LiteCall call = { expr, is_forgiving, w->taints };
    buf_printf(&w->out, "f%u(", w->query->calls.count);
    vec_push(w->arena, &w->query->calls, call);
    put_args(w, expr, scope);
    buf_append_char(&w->out, ')');
}

/* ROW, ARRAY and MAP are bytes of ours, which are not compared as bytes; NaN equals nothing. */
static bool is_compared_alike(const Expr *expr)
{
    if (expr->arg_count != 2)
        return false;
    RtKind kind = type_physical(expr->args[0]->type);
    return kind == type_physical(expr->args[1]->type) && kind != PK_BLOB && kind != PK_F32 && kind != PK_F64;
}

static void put_call(LiteWriter *w, const Expr *expr, LiteScope scope)
{
    const LiteName *own = find_name(OPERATORS, sizeof OPERATORS / sizeof OPERATORS[0], expr->fn->name);
    if (own == NULL || !is_compared_alike(expr)) {
        put_body(w, expr, false, scope);
        return;
    }
    buf_append_char(&w->out, '(');
    lite_put_expr(w, expr->args[0], scope);
    buf_printf(&w->out, " %s ", own->text);
    lite_put_expr(w, expr->args[1], scope);
    buf_append_char(&w->out, ')');
}

/* ---- special forms ---- */

/* SQLite may look at the operands of AND and OR in any order: what must not be looked at goes into a CASE. */
static void put_guarded(LiteWriter *w, const Expr *expr, LiteScope scope, uint32_t at)
{
    const char *decided = expr->op == EXPR_AND ? "IS FALSE THEN 0" : "IS TRUE THEN 1";
    if (at + 1 == expr->arg_count) {
        lite_put_expr(w, expr->args[at], scope);
        return;
    }
    buf_append_str(&w->out, STR("CASE WHEN ("));
    lite_put_expr(w, expr->args[at], scope);
    buf_printf(&w->out, ") %s ELSE (", decided);
    lite_put_expr(w, expr->args[at], scope);
    buf_append_str(&w->out, expr->op == EXPR_AND ? STR(") AND (") : STR(") OR ("));
    put_guarded(w, expr, scope, at + 1);
    buf_append_str(&w->out, STR(") END"));
}

static void put_logic(LiteWriter *w, const Expr *expr, LiteScope scope)
{
    bool can_fail = false;
    for (uint32_t i = 1; i < expr->arg_count; i++)
        can_fail = can_fail || expr_can_fail(expr->args[i]);
    buf_append_char(&w->out, '(');
    if (can_fail) {
        put_guarded(w, expr, scope, 0);
    } else {
        for (uint32_t i = 0; i < expr->arg_count; i++) {
            if (i > 0)
                buf_append_str(&w->out, expr->op == EXPR_AND ? STR(" AND ") : STR(" OR "));
            lite_put_expr(w, expr->args[i], scope);
        }
    }
    buf_append_char(&w->out, ')');
}

static void put_case(LiteWriter *w, const Expr *expr, LiteScope scope)
{
    RtKind kind = type_physical(expr->type);
    if (expr->arg_count == 1) {
        put_as(w, expr->args[0], kind, scope);
        return;
    }
    buf_append_str(&w->out, STR("CASE"));
    for (uint32_t i = 0; i + 1 < expr->arg_count; i += 2) {
        buf_append_str(&w->out, STR(" WHEN "));
        lite_put_expr(w, expr->args[i], scope);
        buf_append_str(&w->out, STR(" THEN "));
        put_as(w, expr->args[i + 1], kind, scope);
    }
    buf_append_str(&w->out, STR(" ELSE "));
    put_as(w, expr->args[expr->arg_count - 1], kind, scope);
    buf_append_str(&w->out, STR(" END"));
}

static void put_in(LiteWriter *w, const Expr *expr, LiteScope scope)
{
    buf_append_char(&w->out, '(');
    lite_put_expr(w, expr->args[0], scope);
    buf_append_str(&w->out, STR(" IN ("));
    for (uint32_t i = 1; i < expr->arg_count; i++) {
        if (i > 1)
            buf_append_str(&w->out, STR(", "));
        lite_put_expr(w, expr->args[i], scope);
    }
    buf_append_str(&w->out, STR("))"));
}

static const char *test_text(ExprOp op)
{
    switch (op) {
    case EXPR_IS_NULL:
        return "IS NULL";
    case EXPR_IS_NOT_NULL:
        return "IS NOT NULL";
    case EXPR_IS_TRUE:
        return "IS TRUE";
    case EXPR_IS_NOT_TRUE:
        return "IS NOT TRUE";
    case EXPR_IS_FALSE:
        return "IS FALSE";
    case EXPR_IS_NOT_FALSE:
        return "IS NOT FALSE";
    default:
        return NULL;
    }
}

static void put_test(LiteWriter *w, const Expr *expr, LiteScope scope)
{
    const char *text = test_text(expr->op);
    if (text == NULL) {
        lite_refuse(w, "an expression has no spelling there");
        return;
    }
    buf_append_str(&w->out, STR("(("));
    lite_put_expr(w, expr->args[0], scope);
    buf_printf(&w->out, ") %s)", text);
}

void lite_put_expr(LiteWriter *w, const Expr *expr, LiteScope scope)
{
    if (w->query->why_not.len > 0)
        return;
    switch (expr->op) {
    case EXPR_LITERAL:
        put_literal(w, expr);
        break;
    case EXPR_COLUMN:
        put_column(w, expr->column, scope);
        break;
    case EXPR_CALL:
        put_call(w, expr, scope);
        break;
    case EXPR_TRY_CAST:
        put_body(w, expr->args[0], true, scope);
        break;
    case EXPR_AND:
    case EXPR_OR:
        put_logic(w, expr, scope);
        break;
    case EXPR_NOT:
        buf_append_str(&w->out, STR("(NOT "));
        lite_put_expr(w, expr->args[0], scope);
        buf_append_char(&w->out, ')');
        break;
    case EXPR_CASE:
        put_case(w, expr, scope);
        break;
    case EXPR_IN:
        put_in(w, expr, scope);
        break;
    default:
        put_test(w, expr, scope);
    }
}

/* ---- aggregates ---- */

void lite_put_key(LiteWriter *w, const Expr *expr)
{
    RtKind kind = type_physical(expr->type);
    bool is_real = kind == PK_F32 || kind == PK_F64;
    buf_append_str(&w->out, is_real ? STR("plus_zero(") : STR("("));
    lite_put_expr(w, expr, LITE_INPUT);
    buf_append_char(&w->out, ')');
}

static void put_filter(LiteWriter *w, const AggCall *call, uint32_t i, bool computed)
{
    if (call->filter == NULL)
        return;
    buf_append_str(&w->out, STR(" FILTER (WHERE "));
    if (computed)
        buf_printf(&w->out, "y%u", i);
    else
        lite_put_expr(w, call->filter, LITE_INPUT);
    buf_append_char(&w->out, ')');
}

void lite_put_aggregate(LiteWriter *w, const AggCall *call, uint32_t i, bool computed)
{
    const LiteName *own = find_name(AGGREGATES, sizeof AGGREGATES / sizeof AGGREGATES[0], call->agg->name);
    if (own != NULL && own->by_kind && type_physical(call->arg->type) != type_physical(call->type))
        own = NULL;
    if (call->agg->carry != AGG_CARRY_NONE) /* SQLite's own keep no states */
        own = NULL;
    if (own == NULL && (call->agg->traits & AGG_ORDER_FREE) == 0)
        lite_refuse(w, "%s depends on the order of rows", call->agg->name);
    if (call->agg->user != NULL && call->agg->user->param_count > 1)
        lite_refuse(w, "%s has several arguments", call->agg->name);
    if (own != NULL) {
        buf_printf(&w->out, "%s(", own->text);
    } else {
        buf_printf(&w->out, "g%u(", w->query->aggregates.count);
        vec_push(w->arena, &w->query->aggregates, call);
    }
    if (call->distinct)
        buf_append_str(&w->out, STR("DISTINCT "));
    if (call->arg != NULL && computed)
        buf_printf(&w->out, "x%u", i);
    else if (call->arg != NULL)
        lite_put_key(w, call->arg);
    else if (own != NULL)
        buf_append_char(&w->out, '*');
    buf_append_char(&w->out, ')');
    put_filter(w, call, i, computed);
}
