/* bind_adaptive.c -- WATERMARK FOR ts AS ADAPTIVE(ts, quantile, max [, min]). */
#include "compiler/bind/bind_internal.h"

enum { ADAPTIVE_ARGS_MIN = 3, ADAPTIVE_ARGS_MAX = 4, QUANTILE_DIGITS = 4 };

/* 0.999 is 9,990 of 10,000; false: no number between 0 and 1 of at most four digits. */
static bool read_quantile(Str text, uint32_t *quantile)
{
    uint64_t point = 0;
    while (point < text.len && text.data[point] == '0')
        point++;
    if (point == text.len || text.data[point] != '.')
        return false;
    uint64_t digits = 0, value = 0;
    for (uint64_t i = point + 1; i < text.len; i++) {
        char c = text.data[i];
        if (c < '0' || c > '9' || (digits == QUANTILE_DIGITS && c != '0'))
            return false;
        if (digits == QUANTILE_DIGITS)
            continue;
        value = value * 10 + (uint64_t)(c - '0');
        digits++;
    }
    for (; digits < QUANTILE_DIGITS; digits++)
        value *= 10;
    *quantile = (uint32_t)value;
    return value > 0;
}

static bool bind_quantile(Binder *binder, const AstNode *ast, uint32_t *quantile)
{
    if (ast_is(ast, AST_DECIMAL) && read_quantile(ast_decimal_text(ast), quantile))
        return true;
    Diag *d = diag_error(binder->diags, E0314, ast->span,
                         "the quantile of ADAPTIVE is a number between 0 and 1 of at most four digits");
    diag_help(d, "such as 0.999: one row in a thousand may be later than the delay");
    return false;
}

static bool bind_delay(Binder *binder, const AstNode *ast, const char *which, int64_t *us)
{
    ExprScope scope = { .binder = binder, .place = "a watermark" };
    const Expr *expr = bind_expr(&scope, ast);
    if (expr_is_poison(expr))
        return false;
    bool is_constant = expr->op == EXPR_LITERAL && expr->type->kind == TYPE_INTERVAL_SECOND && !expr->literal.is_null;
    if (is_constant && expr->literal.value.i64 >= 0 && expr->literal.value.i64 % 1000 == 0) {
        *us = expr->literal.value.i64;
        return true;
    }
    Diag *d =
        diag_error(binder->diags, E0314, ast->span,
                   "the %s delay of ADAPTIVE is a constant interval of days to milliseconds, not below zero", which);
    diag_help(d, "such as INTERVAL '1' MINUTE");
    return false;
}

const AstNode *bind_adaptive(Binder *binder, Table *table, const AstNode *call)
{
    const AstNode *args = ast_call_args(call);
    uint32_t count = ast_count(args);
    AdaptiveSpec spec = { 0 };
    if (count < ADAPTIVE_ARGS_MIN || count > ADAPTIVE_ARGS_MAX) {
        Diag *d = diag_error(binder->diags, E0314, call->span,
                             "ADAPTIVE takes the event time, a quantile, the longest "
                             "delay and, if wanted, the shortest");
        diag_help(d, "write ADAPTIVE(ts, 0.999, INTERVAL '1' MINUTE, INTERVAL '1' SECOND)");
        return NULL;
    }
    bool good = bind_quantile(binder, ast_at(args, 1), &spec.quantile);
    good &= bind_delay(binder, ast_at(args, 2), "longest", &spec.max_us);
    good &= count == ADAPTIVE_ARGS_MIN || bind_delay(binder, ast_at(args, 3), "shortest", &spec.min_us);
    if (!good)
        return NULL;
    if (spec.min_us > spec.max_us) {
        diag_error(binder->diags, E0314, ast_at(args, 3)->span, "the shortest delay is longer than the longest");
        return NULL;
    }
    AdaptiveSpec *kept = ARENA_NEW(binder->query, AdaptiveSpec);
    *kept = spec;
    table->adaptive = kept;
    return ast_at(args, 0);
}
