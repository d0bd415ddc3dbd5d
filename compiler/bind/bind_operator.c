/* bind_operator.c -- arithmetic, comparison, logic, CASE, IN, LIKE. */
#include "compiler/bind/bind_internal.h"

#include "runtime/base/utf8.h"

static Str plain_name(Binder *binder, const Type *type)
{
    return type_name(binder->query, type_with_nullable(binder->query, type, true));
}

static const Expr *wrong_operands(Binder *binder, const char *sign, const Expr *const *args, uint32_t count,
                                  Span op_span)
{
    Str a = plain_name(binder, args[0]->type);
    Diag *d;
    if (count == 1)
        d = diag_error(binder->diags, E0301, op_span, "`%s` is not defined for %.*s", sign, STR_ARG(a));
    else {
        Str b = plain_name(binder, args[1]->type);
        d = diag_error(binder->diags, E0301, op_span, "`%s` is not defined for %.*s and %.*s", sign, STR_ARG(a),
                       STR_ARG(b));
    }
    for (uint32_t i = 0; i < count; i++) {
        Str name = plain_name(binder, args[i]->type);
        diag_label(d, args[i]->span, "%.*s", STR_ARG(name));
    }
    if (count == 2 && sign[0] == '-' && type_is_datetime(args[0]->type) && type_is_datetime(args[1]->type))
        diag_help(d, "the time between two is TIMESTAMPDIFF(SECOND, from, to)");
    return expr_poison(binder, op_span);
}

static bool is_approximate(const Type *type)
{
    return type->kind == TYPE_FLOAT || type->kind == TYPE_DOUBLE;
}

/* Two numbers meet in one type before the row is chosen; DECIMALs stay as they are, for the rules need their digits. */
static void meet_numbers(Binder *binder, const Expr **args)
{
    const Type *a = args[0]->type, *b = args[1]->type;
    if (!type_is_numeric(a) || !type_is_numeric(b))
        return;
    bool decimal = a->kind == TYPE_DECIMAL || b->kind == TYPE_DECIMAL;
    if (decimal && !is_approximate(a) && !is_approximate(b))
        return;
    const Type *common = type_common(binder->query, a, b);
    args[0] = convert(binder, args[0], common);
    args[1] = convert(binder, args[1], common);
}

/* INTERVAL + time is time + INTERVAL, which has the rows. */
static void put_time_first(const char *sign, const Expr **args)
{
    if (sign[0] != '+' || !type_is_interval(args[0]->type) || !type_is_datetime(args[1]->type))
        return;
    const Expr *interval = args[0];
    args[0] = args[1];
    args[1] = interval;
}

const Expr *bind_operator(Binder *binder, const char *sign, const Expr *const *operands, uint32_t count, Span span,
                          Span op_span)
{
    const Expr *args[2] = { operands[0], count > 1 ? operands[1] : NULL };
    for (uint32_t i = 0; i < count; i++) {
        if (expr_is_poison(args[i]))
            return expr_poison(binder, span);
    }
    if (count == 2) {
        meet_numbers(binder, args);
        put_time_first(sign, args);
    }
    const Expr *result = bind_fn(binder, str_from(sign), args, count, span);
    if (result == NULL)
        return wrong_operands(binder, sign, operands, count, op_span);
    /* A row wider than its operands (INT for SMALLINT) does not widen the result. */
    if (type_is_integer(result->type) && type_is_integer(args[0]->type) && result->type->kind > args[0]->type->kind)
        result = convert(binder, result, args[0]->type);
    return result;
}

/* ---- comparison ---- */

/* Of a row it is NULL and the comparison is unknown; a constant was meant to be something. */
static const Expr *check_read(Binder *binder, const Expr *text, const Expr *time)
{
    const Expr *read = constant_fold_cast(binder, time);
    bool is_lost = read->op == EXPR_LITERAL && read->literal.is_null;
    if (!is_lost || text->op != EXPR_LITERAL || text->literal.is_null)
        return time;
    static const char *const SHAPES[] = { "yyyy-MM-dd", "HH:mm:ss", "yyyy-MM-dd HH:mm:ss" };
    Str written = text->literal.value.str, type = plain_name(binder, time->type);
    Diag *d = diag_error(binder->diags, E0306, text->span, "'%.*s' is compared with a %.*s, but is none",
                         STR_ARG(written), STR_ARG(type));
    diag_help(d, "write it as '%s'", SHAPES[time->type->kind == TYPE_DATE ? 0 : time->type->kind == TYPE_TIME ? 1 : 2]);
    return expr_poison(binder, text->span);
}

/* Text that meets a date or time is read as one; what cannot be read is NULL. */
static void meet_time(Binder *binder, const Expr **text, const Expr *other)
{
    if (!type_is_text((*text)->type) || !type_is_datetime(other->type))
        return;
    const Expr *written = *text;
    const Type *to = other->type;
    if (to->kind == TYPE_TIMESTAMP || to->kind == TYPE_TIMESTAMP_LTZ)
        to = type_timestamp(binder->query, to->kind, to->precision < 3 ? 3 : to->precision, true);
    *text = check_read(binder, written, try_convert(binder, written, type_plain(binder->query, to)));
}

static const Expr *compare_same(Binder *binder, const char *sign, const Expr **args, Span span)
{
    const Type *common = args[0]->type;
    /* DECIMALs of one scale that fit 64 bits compare as the integers they are. */
    if (common->kind == TYPE_DECIMAL && type_physical(common) == PK_I64) {
        const FnDef *fn = fn_find_row(sign, TW_BOOLEAN, TW_BIGINT);
        bool nullable = args[0]->type->nullable || args[1]->type->nullable;
        if (fn != NULL)
            return expr_call(binder->query, type_simple(TYPE_BOOLEAN, nullable), fn, args, 2, span);
    }
    return bind_fn(binder, str_from(sign), args, 2, span);
}

const Expr *bind_compare(Binder *binder, const char *sign, const Expr *left, const Expr *right, Span span,
                         Span op_span)
{
    const Expr *operands[] = { left, right };
    const Expr *args[] = { left, right };
    if (expr_is_poison(left) || expr_is_poison(right))
        return expr_poison(binder, span);
    meet_time(binder, &args[0], right);
    meet_time(binder, &args[1], left);
    if (expr_is_poison(args[0]) || expr_is_poison(args[1]))
        return expr_poison(binder, span);
    const Type *common = type_common(binder->query, args[0]->type, args[1]->type);
    if (common != NULL && common->kind == TYPE_NULL)
        return expr_null(binder->query, type_simple(TYPE_BOOLEAN, true), span);
    if (common == NULL)
        return wrong_operands(binder, sign, operands, 2, op_span);
    for (uint32_t i = 0; i < 2; i++)
        args[i] = convert(binder, args[i], common);
    if (expr_is_poison(args[0]) || expr_is_poison(args[1]))
        return expr_poison(binder, span);
    const Expr *result = compare_same(binder, sign, args, span);
    return result == NULL ? wrong_operands(binder, sign, operands, 2, op_span) : result;
}

const Expr *bind_binary(ExprScope *scope, const AstNode *ast)
{
    Binder *binder = scope->binder;
    AstOp op = ast_binary_op(ast);
    if (op == AST_OP_OVERLAPS)
        return bind_overlaps(scope, ast);
    const Expr *left = bind_expr(scope, ast_binary_left(ast));
    const Expr *right = bind_expr(scope, ast_binary_right(ast));
    const Expr *args[] = { left, right };
    if (op >= AST_OP_EQ && op <= AST_OP_GE)
        return bind_compare(binder, ast_op_text(op), left, right, ast->span, ast_binary_op_span(ast));
    return bind_operator(binder, ast_op_text(op), args, 2, ast->span, ast_binary_op_span(ast));
}

static bool is_number(const AstNode *ast)
{
    return ast->kind == AST_INTEGER || ast->kind == AST_DECIMAL || ast->kind == AST_DOUBLE;
}

const Expr *bind_unary(ExprScope *scope, const AstNode *ast)
{
    Binder *binder = scope->binder;
    const AstNode *operand = ast_unary_operand(ast);
    const Type *boolean = type_simple(TYPE_BOOLEAN, true);
    if (ast_unary_op(ast) == AST_OP_NOT) {
        const Expr *condition = bind_condition(scope, operand, "NOT");
        boolean = type_with_nullable(binder->query, boolean, condition->type->nullable);
        return expr_is_poison(condition) ? condition
                                         : expr_op(binder->query, EXPR_NOT, boolean, &condition, 1, ast->span);
    }
    if (ast_unary_op(ast) == AST_OP_NEG && is_number(operand)) {
        Expr *negated = ARENA_NEW(binder->query, Expr);
        *negated = *bind_literal(binder, operand, true);
        negated->span = ast->span;
        return negated;
    }
    const Expr *value = bind_expr(scope, operand);
    bool is_plus = ast_unary_op(ast) == AST_OP_PLUS;
    if (is_plus && (type_is_numeric(value->type) || expr_is_poison(value)))
        return value;
    return bind_operator(binder, is_plus ? "+" : "-", &value, 1, ast->span, ast_unary_op_span(ast));
}

/* ---- logic ---- */

const Expr *bind_condition(ExprScope *scope, const AstNode *ast, const char *what)
{
    Binder *binder = scope->binder;
    const Expr *expr = bind_expr(scope, ast);
    if (expr_is_poison(expr) || expr->type->kind == TYPE_BOOLEAN)
        return expr;
    if (expr->type->kind == TYPE_NULL)
        return expr_null(binder->query, type_simple(TYPE_BOOLEAN, true), expr->span);
    Str name = plain_name(binder, expr->type);
    diag_error(binder->diags, E0308, ast->span, "%s takes a BOOLEAN, this is %.*s", what, STR_ARG(name));
    return expr_poison(binder, ast->span);
}

static const Expr *make_logic(Binder *binder, ExprOp op, const Expr *const *args, uint32_t count, Span span)
{
    bool nullable = false;
    for (uint32_t i = 0; i < count; i++) {
        if (expr_is_poison(args[i]))
            return expr_poison(binder, span);
        nullable |= args[i]->type->nullable;
    }
    return expr_op(binder->query, op, type_simple(TYPE_BOOLEAN, nullable), args, count, span);
}

const Expr *bind_logic(ExprScope *scope, const AstNode *ast)
{
    Binder *binder = scope->binder;
    bool is_and = ast_logic_op(ast) == AST_OP_AND;
    uint32_t count = ast_count(ast_logic_args(ast)), at = 0;
    const Expr **args = ARENA_ARRAY(binder->query, const Expr *, count);
    AST_EACH(arg, ast_logic_args(ast))
        args[at++] = bind_condition(scope, arg, is_and ? "AND" : "OR");
    return make_logic(binder, is_and ? EXPR_AND : EXPR_OR, args, count, ast->span);
}

static const Expr *negate(Binder *binder, const Expr *expr, bool negated)
{
    if (!negated || expr_is_poison(expr))
        return expr;
    return expr_op(binder->query, EXPR_NOT, expr->type, &expr, 1, expr->span);
}

static const Expr *test_of(Binder *binder, ExprOp op, const Expr *operand, Span span)
{
    return expr_op(binder->query, op, type_simple(TYPE_BOOLEAN, false), &operand, 1, span);
}

static const Expr *bind_is_json(Binder *binder, const AstNode *ast, const Expr *operand)
{
    static const char *const NAMES[] = { "IS JSON VALUE", "IS JSON VALUE", "IS JSON OBJECT", "IS JSON ARRAY",
                                         "IS JSON SCALAR" };
    const char *name = NAMES[ast_is_what(ast) - AST_IS_JSON];
    return negate(binder, bind_fn_checked(binder, str_from(name), &operand, 1, ast->span, ast->span),
                  ast_is_negated(ast));
}

const Expr *bind_is(ExprScope *scope, const AstNode *ast)
{
    Binder *binder = scope->binder;
    bool negated = ast_is_negated(ast);
    AstIs what = ast_is_what(ast);
    bool truth = what == AST_IS_TRUE || what == AST_IS_FALSE || what == AST_IS_UNKNOWN;
    const AstNode *written = ast_is_operand(ast);
    const Expr *operand = truth ? bind_condition(scope, written, "IS") : bind_expr(scope, written);
    if (expr_is_poison(operand))
        return operand;
    switch (what) {
    case AST_IS_NULL:
    case AST_IS_UNKNOWN:
        return test_of(binder, negated ? EXPR_IS_NOT_NULL : EXPR_IS_NULL, operand, ast->span);
    case AST_IS_TRUE:
        return test_of(binder, negated ? EXPR_IS_NOT_TRUE : EXPR_IS_TRUE, operand, ast->span);
    case AST_IS_FALSE:
        return test_of(binder, negated ? EXPR_IS_NOT_FALSE : EXPR_IS_FALSE, operand, ast->span);
    default:
        return bind_is_json(binder, ast, operand);
    }
}

static const Expr *retype_not_null(Binder *binder, const Expr *expr)
{
    Expr *copy = ARENA_NEW(binder->query, Expr);
    *copy = *expr;
    copy->type = type_with_nullable(binder->query, expr->type, false);
    return copy;
}

/* Of one kind first; the rows see NULLs. */
const Expr *bind_distinct_from(ExprScope *scope, const AstNode *ast)
{
    Binder *binder = scope->binder;
    const char *name = ast_distinct_from_negated(ast) ? "IS NOT DISTINCT FROM" : "IS DISTINCT FROM";
    const Expr *args[] = { bind_expr(scope, ast_distinct_from_left(ast)),
                           bind_expr(scope, ast_distinct_from_right(ast)) };
    const Expr *operands[] = { args[0], args[1] };
    if (expr_is_poison(args[0]) || expr_is_poison(args[1]))
        return expr_poison(binder, ast->span);
    meet_time(binder, &args[0], operands[1]);
    meet_time(binder, &args[1], operands[0]);
    if (expr_is_poison(args[0]) || expr_is_poison(args[1]))
        return expr_poison(binder, ast->span);
    const Type *common = type_common(binder->query, args[0]->type, args[1]->type);
    if (common == NULL)
        return wrong_operands(binder, name, operands, 2, ast->span);
    for (uint32_t i = 0; i < 2; i++)
        args[i] = convert(binder, args[i], common->kind == TYPE_NULL ? type_simple(TYPE_BOOLEAN, true) : common);
    const Expr *result = bind_fn_checked(binder, str_from(name), args, 2, ast->span, ast->span);
    return expr_is_poison(result) ? result : retype_not_null(binder, result);
}

static const Expr *between(Binder *binder, const AstNode *ast, const Expr *value, const Expr *low, const Expr *high)
{
    const Expr *both[] = { bind_compare(binder, ">=", value, low, ast->span, ast->span),
                           bind_compare(binder, "<=", value, high, ast->span, ast->span) };
    return make_logic(binder, EXPR_AND, both, 2, ast->span);
}

const Expr *bind_between(ExprScope *scope, const AstNode *ast)
{
    Binder *binder = scope->binder;
    const Expr *value = bind_expr(scope, ast_between_operand(ast));
    const Expr *low = bind_expr(scope, ast_between_low(ast));
    const Expr *high = bind_expr(scope, ast_between_high(ast));
    const Expr *result = between(binder, ast, value, low, high);
    if (ast_between_symmetric(ast)) {
        const Expr *either[] = { result, between(binder, ast, value, high, low) };
        result = make_logic(binder, EXPR_OR, either, 2, ast->span);
    }
    return negate(binder, result, ast_between_negated(ast));
}

/* ---- IN ---- */

static const Type *common_of_list(Binder *binder, const Expr *const *args, uint32_t count)
{
    const Type *common = args[0]->type;
    for (uint32_t i = 1; i < count; i++) {
        const Type *next = type_common(binder->query, common, args[i]->type);
        if (next == NULL) {
            Str a = plain_name(binder, args[0]->type), b = plain_name(binder, args[i]->type);
            Diag *d = diag_error(binder->diags, E0309, args[i]->span, "%.*s cannot be compared with %.*s", STR_ARG(b),
                                 STR_ARG(a));
            diag_label(d, args[0]->span, "%.*s", STR_ARG(a));
            return NULL;
        }
        common = next;
    }
    return common;
}

static const Expr *in_comparisons(Binder *binder, const Expr *const *args, uint32_t count, Span span)
{
    const Expr **parts = ARENA_ARRAY(binder->query, const Expr *, count - 1);
    for (uint32_t i = 1; i < count; i++)
        parts[i - 1] = bind_compare(binder, "=", args[0], args[i], span, args[i]->span);
    return count == 2 ? parts[0] : make_logic(binder, EXPR_OR, parts, count - 1, span);
}

const Expr *bind_in_list(ExprScope *scope, const AstNode *ast)
{
    Binder *binder = scope->binder;
    uint32_t count = 1 + ast_count(ast_in_list_items(ast)), at = 1;
    const Expr **args = ARENA_ARRAY(binder->query, const Expr *, count);
    args[0] = bind_expr(scope, ast_in_list_operand(ast));
    AST_EACH(item, ast_in_list_items(ast))
    {
        args[at] = bind_expr(scope, item);
        meet_time(binder, &args[at], args[0]);
        at++;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (expr_is_poison(args[i]))
            return expr_poison(binder, ast->span);
    }
    const Type *common = common_of_list(binder, args, count);
    if (common == NULL)
        return expr_poison(binder, ast->span);
    bool literals = common->kind != TYPE_NULL && common->kind < TYPE_ROW, nullable = false;
    for (uint32_t i = 0; i < count; i++) {
        args[i] = convert(binder, args[i], common);
        nullable |= args[i]->type->nullable;
        if (i > 0) {
            args[i] = constant_fold_cast(binder, args[i]);
            literals &= args[i]->op == EXPR_LITERAL;
        }
    }
    const Expr *result = literals ? expr_op(binder->query, EXPR_IN, type_simple(TYPE_BOOLEAN, nullable), args, count,
                                            ast->span)
                                  : in_comparisons(binder, args, count, ast->span);
    return negate(binder, result, ast_in_list_negated(ast));
}

/* ---- text ---- */

/* A constant that is no single character would fail at every row. */
static bool check_escape(Binder *binder, const Expr *escape)
{
    bool is_text = escape->op == EXPR_LITERAL && !escape->literal.is_null && type_is_text(escape->type);
    if (!is_text || utf8_count(escape->literal.value.str) == 1)
        return true;
    diag_error(binder->diags, E0310, escape->span, "the escape of LIKE and SIMILAR TO is one character");
    return false;
}

const Expr *bind_like(ExprScope *scope, const AstNode *ast)
{
    Binder *binder = scope->binder;
    const char *name = ast_like_similar(ast) ? "SIMILAR TO" : "LIKE";
    const Expr *args[3] = { bind_expr(scope, ast_like_operand(ast)), bind_expr(scope, ast_like_pattern(ast)), NULL };
    uint32_t count = 2;
    if (ast_like_escape(ast) != NULL)
        args[count++] = bind_expr(scope, ast_like_escape(ast));
    for (uint32_t i = 0; i < count; i++) {
        if (expr_is_poison(args[i]))
            return args[i];
    }
    if ((count > 2 && !check_escape(binder, args[2])) ||
        !check_constant_patterns(binder, str_from(name), args, count))
        return expr_poison(binder, ast->span);
    const Expr *result = bind_fn(binder, str_from(name), args, count, ast->span);
    if (result == NULL)
        return wrong_operands(binder, name, args, 2, ast->span);
    return negate(binder, result, ast_like_negated(ast));
}

/* From left to right; a long row is cut in the middle, so that the tree stays flat. */
static const Expr *concat_range(Binder *binder, const Expr *const *args, uint32_t count, Span op_span)
{
    enum { LONG_ROW = 16 };
    if (count == 1)
        return args[0];
    uint32_t left = count > LONG_ROW ? count / 2 : count - 1;
    const Expr *pair[] = { concat_range(binder, args, left, op_span),
                           concat_range(binder, args + left, count - left, op_span) };
    return bind_operator(binder, "||", pair, 2, span_join(pair[0]->span, pair[1]->span), op_span);
}

const Expr *bind_concat(ExprScope *scope, const AstNode *ast)
{
    uint32_t count = ast_count(ast_concat_args(ast)), at = 0;
    const Expr **args = ARENA_ARRAY(scope->binder->query, const Expr *, count);
    AST_EACH(arg, ast_concat_args(ast))
        args[at++] = bind_expr(scope, arg);
    return concat_range(scope->binder, args, count, ast->span);
}

/* ---- CASE ---- */

const Expr *make_case(Binder *binder, const Expr **parts, uint32_t count, Span span)
{
    const Type *common = NULL;
    const Expr *first = NULL;
    for (uint32_t i = 0; i < count; i++) {
        bool is_result = i % 2 == 1 || i + 1 == count;
        if (expr_is_poison(parts[i]))
            return expr_poison(binder, span);
        if (!is_result)
            continue;
        const Type *next = common == NULL ? parts[i]->type : type_common(binder->query, common, parts[i]->type);
        if (next == NULL) {
            Str a = plain_name(binder, common), b = plain_name(binder, parts[i]->type);
            Diag *d = diag_error(binder->diags, E0309, parts[i]->span,
                                 "this result is %.*s, which does not go with %.*s", STR_ARG(b), STR_ARG(a));
            diag_label(d, first->span, "%.*s", STR_ARG(a));
            diag_help(d, "CAST one of them to the type of the other");
            return expr_poison(binder, span);
        }
        common = next;
        if (first == NULL)
            first = parts[i];
    }
    bool nullable = false;
    for (uint32_t i = 0; i < count; i++) {
        if (i % 2 == 1 || i + 1 == count) {
            parts[i] = convert(binder, parts[i], common);
            nullable |= parts[i]->type->nullable;
        }
        if (expr_is_poison(parts[i]) && common->kind != TYPE_NULL)
            return expr_poison(binder, span);
    }
    const Type *type = type_plain(binder->query, type_with_nullable(binder->query, common, nullable));
    return expr_op(binder->query, EXPR_CASE, type, parts, count, span);
}

/* x WHEN 1, 2: x = 1 OR x = 2 */
static const Expr *is_one_of(ExprScope *scope, const Expr *operand, const AstNode *when)
{
    Binder *binder = scope->binder;
    uint32_t count = 1 + ast_count(ast_when_more(when)), at = 0;
    const Expr **parts = ARENA_ARRAY(binder->query, const Expr *, count);
    bool poison = false;
    for (; at < count; at++) {
        const AstNode *ast = at == 0 ? ast_when_condition(when) : ast_at(ast_when_more(when), at - 1);
        parts[at] = bind_compare(binder, "=", operand, bind_expr(scope, ast), ast->span, ast->span);
        poison |= expr_is_poison(parts[at]);
    }
    if (poison || count == 1)
        return poison ? expr_poison(binder, when->span) : parts[0];
    return make_logic(binder, EXPR_OR, parts, count, when->span);
}

static const Expr *bind_when(ExprScope *scope, const Expr *operand, const AstNode *when)
{
    Binder *binder = scope->binder;
    if (operand != NULL)
        return is_one_of(scope, operand, when);
    if (ast_when_more(when) == NULL)
        return bind_condition(scope, ast_when_condition(when), "WHEN");
    Diag *d = diag_error(binder->diags, E0308, ast_when_more(when)->span, "WHEN takes one condition here");
    diag_help(d, "a list of values stands in CASE x WHEN 1, 2 THEN ..; join conditions with OR");
    return expr_poison(binder, when->span);
}

const Expr *bind_case(ExprScope *scope, const AstNode *ast)
{
    Binder *binder = scope->binder;
    uint32_t count = 2 * ast_count(ast_case_whens(ast)) + 1, at = 0;
    const Expr **parts = ARENA_ARRAY(binder->query, const Expr *, count);
    const Expr *operand = ast_case_operand(ast) == NULL ? NULL : bind_expr(scope, ast_case_operand(ast));
    AST_EACH(when, ast_case_whens(ast))
    {
        parts[at++] = bind_when(scope, operand, when);
        parts[at++] = bind_expr(scope, ast_when_result(when));
    }
    const AstNode *otherwise = ast_case_otherwise(ast);
    parts[at++] = otherwise != NULL ? bind_expr(scope, otherwise)
                                    : expr_null(binder->query, type_simple(TYPE_NULL, true), ast->span);
    return make_case(binder, parts, count, ast->span);
}
