/* bind_overlaps.c -- (a, b) OVERLAPS (c, d): do two periods have a moment in common?
 *
 * A period is two times, in either order, or a time and an interval.  Both ends belong to it.  It is worked out as
 * Flink does it, from comparisons, so that a NULL makes the answer unknown only where it matters:
 *
 *   later end of the first >= earlier end of the second, and the other way round */
#include "compiler/bind/bind_internal.h"

typedef struct Period {
    const Expr *earlier, *later; /* NULL after an error */
} Period;

static bool is_period(const AstNode *ast)
{
    return ast->kind == AST_ROW && ast_count(ast_row_items(ast)) == 2;
}

/* CASE WHEN a <= b THEN a ELSE b END, or the other one. */
static const Expr *one_end(Binder *binder, const Expr *const *ends, bool first, Span span)
{
    const Expr *parts[] = { bind_compare(binder, "<=", ends[0], ends[1], span, span), ends[first ? 0 : 1],
                            ends[first ? 1 : 0] };
    return make_case(binder, parts, 3, span);
}

static Period bind_period(ExprScope *scope, const AstNode *ast)
{
    Binder *binder = scope->binder;
    if (!is_period(ast)) {
        Diag *d = diag_error(binder->diags, E0303, ast->span, "OVERLAPS takes periods, this is none");
        diag_help(d, "write (start, end) or (start, INTERVAL '1' HOUR)");
        return (Period){ 0 };
    }
    const Expr *ends[] = { bind_expr(scope, ast_at(ast_row_items(ast), 0)),
                           bind_expr(scope, ast_at(ast_row_items(ast), 1)) };
    if (expr_is_poison(ends[0]) || expr_is_poison(ends[1]))
        return (Period){ 0 };
    if (!type_is_datetime(ends[0]->type)) {
        Str type = type_name(binder->query, type_with_nullable(binder->query, ends[0]->type, true));
        diag_error(binder->diags, E0303, ends[0]->span, "a period of OVERLAPS begins at a time, this is %.*s",
                   STR_ARG(type));
        return (Period){ 0 };
    }
    if (type_is_interval(ends[1]->type))
        ends[1] = bind_operator(binder, "+", ends, 2, ast->span, ast->span);
    if (expr_is_poison(ends[1]))
        return (Period){ 0 };
    return (Period){ one_end(binder, ends, true, ast->span), one_end(binder, ends, false, ast->span) };
}

const Expr *bind_overlaps(ExprScope *scope, const AstNode *ast)
{
    Binder *binder = scope->binder;
    Period a = bind_period(scope, ast_binary_left(ast)), b = bind_period(scope, ast_binary_right(ast));
    if (a.later == NULL || b.later == NULL || expr_is_poison(a.earlier) || expr_is_poison(b.earlier))
        return expr_poison(binder, ast->span);
    const Expr *both[] = { bind_compare(binder, ">=", a.later, b.earlier, ast->span, ast_binary_op_span(ast)),
                           bind_compare(binder, ">=", b.later, a.earlier, ast->span, ast_binary_op_span(ast)) };
    if (expr_is_poison(both[0]) || expr_is_poison(both[1]))
        return expr_poison(binder, ast->span);
    bool nullable = both[0]->type->nullable || both[1]->type->nullable;
    return expr_op(binder->query, EXPR_AND, type_simple(TYPE_BOOLEAN, nullable), both, 2, ast->span);
}
