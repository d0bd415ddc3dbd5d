/* cg_expr.c -- typed expressions to SQL values: special forms here, calls in cg_call.c. */
#include "compiler/codegen/sql/cg_sql_internal.h"

#include <assert.h>

static CgSql literal(CgCode *c, const Expr *expr)
{
    RtKind kind = (RtKind)expr->literal.kind;
    const RtValue *v = &expr->literal.value;
    if (expr->literal.is_null)
        return cg_sql_null(c, kind);
    CgSql sql = { .kind = kind, .null = cg_i1(c->f, false) };
    switch (kind) {
    case PK_BOOL:
        sql.value = cg_i1(c->f, v->b);
        break;
    case PK_I8:
        sql.value = cg_int(c->f, CG_I8, v->i8);
        break;
    case PK_I16:
        sql.value = cg_int(c->f, CG_I16, v->i16);
        break;
    case PK_I32:
        sql.value = cg_i32(c->f, v->i32);
        break;
    case PK_I64:
        sql.value = cg_i64(c->f, v->i64);
        break;
    case PK_F32:
        sql.value = cg_f32(c->f, v->f32);
        break;
    case PK_F64:
        sql.value = cg_f64(c->f, v->f64);
        break;
    case PK_D128:
        sql.value = cg_i128(c->f, v->d128);
        break;
    case PK_TIME96:
        sql.value = cg_i64(c->f, v->time96.us);
        sql.extra = cg_i32(c->f, v->time96.ns);
        break;
    case PK_STR:
    case PK_BLOB:
        sql.value = cg_bytes(c->f, v->str);
        sql.extra = cg_i64(c->f, (int64_t)v->str.len);
        break;
    case PK_COUNT:
        assert(!"a literal without a kind");
    }
    return sql;
}

/* AND is FALSE as soon as one argument is, else NULL when one is; OR is the same with TRUE. */
static CgSql and_or(CgCode *c, const Expr *expr, const CgRow *row)
{
    bool is_and = expr->op == EXPR_AND;
    CgLocal decided = cg_local(c->f, CG_I1), unknown = cg_local(c->f, CG_I1);
    cg_set(c->f, decided, cg_i1(c->f, false));
    cg_set(c->f, unknown, cg_i1(c->f, false));
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        CG_IF(c->f, cg_not(c->f, cg_get(c->f, decided)), is_and ? "and.next" : "or.next") {
            CgSql arg = cg_expr(c, expr->args[i], row);
            CgVal decides = is_and ? cg_not(c->f, arg.value) : arg.value;
            cg_set(c->f, decided, cg_and(c->f, cg_not(c->f, arg.null), decides));
            cg_set(c->f, unknown, cg_or(c->f, cg_get(c->f, unknown), arg.null));
        }
    }
    CgVal is_decided = cg_get(c->f, decided);
    CgSql sql = { .kind = PK_BOOL };
    sql.value = is_and ? cg_not(c->f, is_decided) : is_decided;
    sql.null = cg_and(c->f, cg_not(c->f, is_decided), cg_get(c->f, unknown));
    return sql;
}

CgVal cg_condition(CgCode *c, const Expr *expr, const CgRow *row)
{
    if ((expr->op != EXPR_AND && expr->op != EXPR_OR) || expr_can_fail(expr))
        return cg_is_true(c, cg_expr(c, expr, row));
    bool is_and = expr->op == EXPR_AND;
    CgLocal met = cg_local(c->f, CG_I1);
    cg_set(c->f, met, cg_condition(c, expr->args[0], row));
    for (uint32_t i = 1; i < expr->arg_count; i++) {
        CgVal goes_on = is_and ? cg_get(c->f, met) : cg_not(c->f, cg_get(c->f, met));
        CG_IF(c->f, goes_on, is_and ? "all.next" : "any.next") {
            cg_set(c->f, met, cg_condition(c, expr->args[i], row));
        }
    }
    return cg_get(c->f, met);
}

static CgSql case_of(CgCode *c, const Expr *expr, const CgRow *row)
{
    CgSqlLocal result = cg_sql_local(c, type_physical(expr->type));
    CgLocal done = cg_local(c->f, CG_I1);
    cg_set(c->f, done, cg_i1(c->f, false));
    for (uint32_t i = 0; i + 1 < expr->arg_count; i += 2) {
        CG_IF(c->f, cg_not(c->f, cg_get(c->f, done)), "case.when") {
            CgVal yes = cg_is_true(c, cg_expr(c, expr->args[i], row));
            cg_set(c->f, done, yes);
            CG_IF(c->f, yes, "case.then") {
                cg_sql_set(c, &result, cg_expr(c, expr->args[i + 1], row));
            }
        }
    }
    CG_IF(c->f, cg_not(c->f, cg_get(c->f, done)), "case.else") {
        cg_sql_set(c, &result, cg_expr(c, expr->args[expr->arg_count - 1], row));
    }
    return cg_sql_get(c, &result);
}

/* NULL when the value is, or when it was not found and the list holds a NULL. */
static CgSql in_list(CgCode *c, const Expr *expr, const CgRow *row)
{
    CgSql value = cg_expr(c, expr->args[0], row);
    CgLocal found = cg_local(c->f, CG_I1);
    cg_set(c->f, found, cg_i1(c->f, false));
    bool has_null = false;
    for (uint32_t i = 1; i < expr->arg_count; i++) {
        const Expr *item = expr->args[i];
        if (item->op == EXPR_LITERAL && item->literal.is_null) {
            has_null = true;
            continue;
        }
        CG_IF(c->f, cg_not(c->f, cg_or(c->f, value.null, cg_get(c->f, found))), "in.next") {
            cg_set(c->f, found, cg_equal(c, expr->args[0]->type, value, cg_expr(c, item, row)));
        }
    }
    CgSql sql = { .kind = PK_BOOL, .value = cg_get(c->f, found) };
    sql.null = has_null ? cg_not(c->f, sql.value) : value.null;
    return sql;
}

/* IS TRUE and its kin never answer NULL. */
static CgSql truth_test(CgCode *c, const Expr *expr, const CgRow *row)
{
    CgSql arg = cg_expr(c, expr->args[0], row);
    CgVal known = cg_not(c->f, arg.null);
    switch (expr->op) {
    case EXPR_IS_NULL:
        return cg_sql(c, PK_BOOL, arg.null);
    case EXPR_IS_NOT_NULL:
        return cg_sql(c, PK_BOOL, known);
    case EXPR_IS_TRUE:
        return cg_sql(c, PK_BOOL, cg_and(c->f, known, arg.value));
    case EXPR_IS_NOT_TRUE:
        return cg_sql(c, PK_BOOL, cg_not(c->f, cg_and(c->f, known, arg.value)));
    case EXPR_IS_FALSE:
        return cg_sql(c, PK_BOOL, cg_and(c->f, known, cg_not(c->f, arg.value)));
    default:
        assert(expr->op == EXPR_IS_NOT_FALSE);
        return cg_sql(c, PK_BOOL, cg_not(c->f, cg_and(c->f, known, cg_not(c->f, arg.value))));
    }
}

CgSql cg_expr(CgCode *c, const Expr *expr, const CgRow *row)
{
    switch (expr->op) {
    case EXPR_LITERAL:
        return literal(c, expr);
    case EXPR_COLUMN:
        return cg_column(c, row, expr->column);
    case EXPR_CALL:
        return cg_sql_call(c, expr, row, false);
    case EXPR_TRY_CAST:
        return cg_sql_call(c, expr->args[0], row, true);
    case EXPR_AND:
    case EXPR_OR:
        return and_or(c, expr, row);
    case EXPR_NOT: {
        CgSql arg = cg_expr(c, expr->args[0], row);
        arg.value = cg_not(c->f, arg.value);
        return arg;
    }
    case EXPR_CASE:
        return case_of(c, expr, row);
    case EXPR_IN:
        return in_list(c, expr, row);
    case EXPR_IS_NULL:
    case EXPR_IS_NOT_NULL:
    case EXPR_IS_TRUE:
    case EXPR_IS_NOT_TRUE:
    case EXPR_IS_FALSE:
    case EXPR_IS_NOT_FALSE:
        return truth_test(c, expr, row);
    case EXPR_OP_COUNT:
        break;
    }
    assert(!"an expression without an operation");
    return cg_sql_null(c, PK_BOOL);
}
