/* bind_syntax.c -- calls whose arguments are no plain expressions: units, trim modes, JSON clauses.
 *
 * What is no expression becomes an INT constant of the registry row: a unit its TimeUnit, a clause its number of
 * json_modes.h. */
#include "compiler/bind/bind_internal.h"

static const Expr *bind_unit(Binder *binder, const AstNode *ast)
{
    TimeUnit unit = time_unit_of(ast_unit_unit(ast));
    if (unit == UNIT_COUNT) {
        refuse(binder, ast->span, ast_unit_text(ast_unit_unit(ast)));
        return expr_poison(binder, ast->span);
    }
    return literal_int(binder, unit, ast->span);
}

static bool has_unit(const AstNode *ast)
{
    AST_EACH(arg, ast_call_args(ast)) {
        if (arg->kind == AST_UNIT)
            return true;
    }
    return false;
}

/* A DATE some hours away has a clock: it becomes a TIMESTAMP with as many digits as the unit has. */
static const Expr *date_with_clock(Binder *binder, const Expr *date, const Expr *unit)
{
    static const uint8_t DIGITS[UNIT_COUNT] = { [UNIT_MILLISECOND] = 3, [UNIT_MICROSECOND] = 6, [UNIT_NANOSECOND] = 9 };
    if (expr_is_poison(date) || expr_is_poison(unit) || date->type->kind != TYPE_DATE)
        return date;
    int32_t which = unit->literal.value.i32;
    if (which != UNIT_HOUR && which != UNIT_MINUTE && which != UNIT_SECOND && DIGITS[which] == 0)
        return date;
    return convert(binder, date, type_timestamp(binder->query, TYPE_TIMESTAMP, DIGITS[which], true));
}

/* A TIME that meets another kind of time is on 1970-01-01. */
static const Expr *clock_with_date(Binder *binder, const Expr *clock, const Expr *other)
{
    if (clock->type->kind != TYPE_TIME || other->type->kind == TYPE_TIME || !type_is_datetime(other->type))
        return clock;
    return convert(binder, clock, type_timestamp(binder->query, TYPE_TIMESTAMP, 3, true));
}

/* EXTRACT(u FROM x), FLOOR(x TO u), TIMESTAMPDIFF(u, a, b): arguments in the order of the tree. */
static const Expr *bind_with_units(ExprScope *scope, const AstNode *ast)
{
    Binder *binder = scope->binder;
    uint32_t count = ast_count(ast_call_args(ast)), at = 0;
    const Expr **args = ARENA_ARRAY(binder->query, const Expr *, count + 1);
    AST_EACH(arg, ast_call_args(ast))
        args[at++] = arg->kind == AST_UNIT ? bind_unit(binder, arg) : bind_expr(scope, arg);
    Str name = ast_name_joined(binder->query, ast_call_name(ast));
    if (count == 3 && str_equal_nocase(name, STR("TIMESTAMPADD")))
        args[2] = date_with_clock(binder, args[2], args[0]);
    if (count == 3 && str_equal_nocase(name, STR("TIMESTAMPDIFF"))) {
        args[1] = clock_with_date(binder, args[1], args[2]);
        args[2] = clock_with_date(binder, args[2], args[1]);
    }
    return bind_fn_checked(binder, name, args, count, ast->span, ast_call_name(ast)->span);
}

static const Expr *bind_trim(ExprScope *scope, const AstNode *ast, int32_t mode)
{
    Binder *binder = scope->binder;
    const AstNode *list = ast_call_args(ast);
    const Expr *args[3] = { bind_expr(scope, ast_at(list, 0)), NULL, literal_int(binder, mode, ast->span) };
    args[1] = ast_count(list) > 1 ? bind_expr(scope, ast_at(list, 1)) : literal_text(binder, STR(" "), ast->span);
    return bind_fn_checked(binder, STR("TRIM"), args, 3, ast->span, ast_call_name(ast)->span);
}

/* ---- JSON ---- */

enum { JSON_ARGS_MAX = 6 };

typedef struct JsonArgs {
    const Expr *items[JSON_ARGS_MAX];
    uint32_t count;
} JsonArgs;

static void add_number(Binder *binder, JsonArgs *args, int64_t number, Span span)
{
    args->items[args->count++] = literal_int(binder, number, span);
}

/* A DEFAULT stands in the row as text: RETURNING casts it with the rest. */
static void add_default(ExprScope *scope, JsonArgs *args, const AstNode *value, Span span)
{
    Binder *binder = scope->binder;
    const Type *text = type_simple(TYPE_VARCHAR, true);
    const Expr *expr = value == NULL ? expr_null(binder->query, text, span) : bind_expr(scope, value);
    bool is_truth = expr->type->kind == TYPE_BOOLEAN; /* as JSON has it: true, where CAST writes TRUE */
    args->items[args->count++] = expr_is_poison(expr) ? expr
                                 : is_truth ? bind_fn_checked(binder, STR("JSON_STRING"), &expr, 1, span, span)
                                            : convert(binder, expr, text);
}

static void add_json_clauses(ExprScope *scope, const AstNode *ast, bool is_value, bool is_query, JsonArgs *args)
{
    Binder *binder = scope->binder;
    const AstNode *json = ast_call_json(ast);
    Span span = json->span;
    if (is_query)
        add_number(binder, args, ast_json_clauses_wrapper(json), span);
    if (is_value || is_query)
        add_number(binder, args, ast_json_clauses_on_empty(json), span);
    if (is_value)
        add_default(scope, args, ast_json_clauses_empty_default(json), span);
    add_number(binder, args, ast_json_clauses_on_error(json), span);
    if (is_value)
        add_default(scope, args, ast_json_clauses_error_default(json), span);
}

/* A DEFAULT that RETURNING cannot cast would fail in every row that takes it. */
static bool check_defaults(Binder *binder, const Expr *call, const Type *type)
{
    bool good = true;
    for (uint32_t i = 2; i < call->arg_count; i++) {
        const Expr *value = constant_fold_cast(binder, call->args[i]);
        RtDatum datum;
        if (value->op != EXPR_LITERAL || value->literal.is_null || !type_is_text(value->type) ||
            constant_from_text(binder, value->literal.value.str, type, &datum))
            continue;
        Str name = type_name(binder->query, type_with_nullable(binder->query, type, true));
        diag_error(binder->diags, E0311, call->args[i]->span, "this DEFAULT cannot be read as %.*s, which is RETURNED",
                   STR_ARG(name));
        good = false;
    }
    return good;
}

static const Expr *returning(Binder *binder, const AstNode *ast, const Expr *call)
{
    const AstNode *written = ast_call_json(ast) == NULL ? NULL : ast_json_clauses_returning(ast_call_json(ast));
    if (written == NULL || expr_is_poison(call))
        return call;
    const Type *type = bind_type(binder, written);
    if (type->kind == TYPE_POISON)
        return expr_poison(binder, ast->span);
    bool is_query = str_equal(str_from(call->fn->name), STR("JSON_QUERY"));
    if (is_query && type->kind == TYPE_ARRAY && type_is_text(type->element))
        return bind_fn_checked(binder, STR("JSON_QUERY_ARRAY"), call->args, call->arg_count, ast->span,
                               ast_call_name(ast)->span);
    if (type->kind < TYPE_ROW && type_can_cast(call->type, type))
        return check_defaults(binder, call, type) ? convert(binder, call, type) : expr_poison(binder, ast->span);
    refuse(binder, written->span, "RETURNING of this type");
    return expr_poison(binder, ast->span);
}

static const Expr *bind_json(ExprScope *scope, const AstNode *ast, Str name)
{
    Binder *binder = scope->binder;
    bool is_value = str_equal_nocase(name, STR("JSON_VALUE")), is_query = str_equal_nocase(name, STR("JSON_QUERY"));
    JsonArgs args = { 0 };
    if (ast_count(ast_call_args(ast)) != 2) {
        diag_error(binder->diags, E0302, ast_call_name(ast)->span, "`%.*s` takes 2 arguments, not %u", STR_ARG(name),
                   ast_count(ast_call_args(ast)));
        return expr_poison(binder, ast->span);
    }
    AST_EACH(arg, ast_call_args(ast)) {
        const Expr *bound = bind_expr(scope, arg);
        if (!expr_is_poison(bound) && !type_is_text(bound->type) && bound->type->kind != TYPE_NULL) {
            Str type = type_name(binder->query, type_with_nullable(binder->query, bound->type, true));
            diag_error(binder->diags, E0303, bound->span, "`%.*s` takes text, this is %.*s", STR_ARG(name),
                       STR_ARG(type));
            bound = expr_poison(binder, bound->span);
        }
        args.items[args.count++] = bound;
    }
    if (ast_call_json(ast) != NULL)
        add_json_clauses(scope, ast, is_value, is_query, &args);
    const Expr *call = bind_fn_checked(binder, name, args.items, args.count, ast->span, ast_call_name(ast)->span);
    return returning(binder, ast, call);
}

const Expr *bind_syntax_call(ExprScope *scope, const AstNode *ast)
{
    Str name = ast_name_joined(scope->binder->query, ast_call_name(ast));
    switch (ast_call_syntax(ast)) {
    case AST_CALL_TRIM_BOTH:
        return bind_trim(scope, ast, 0);
    case AST_CALL_TRIM_LEADING:
        return bind_trim(scope, ast, 1);
    case AST_CALL_TRIM_TRAILING:
        return bind_trim(scope, ast, 2);
    case AST_CALL_POSITION: {
        const Expr *args[] = { bind_expr(scope, ast_at(ast_call_args(ast), 0)),
                               bind_expr(scope, ast_at(ast_call_args(ast), 1)) };
        return bind_fn_checked(scope->binder, name, args, 2, ast->span, ast_call_name(ast)->span);
    }
    default:
        break;
    }
    if (str_equal_nocase(name, STR("JSON_VALUE")) || str_equal_nocase(name, STR("JSON_QUERY")) ||
        str_equal_nocase(name, STR("JSON_EXISTS")))
        return bind_json(scope, ast, name);
    const Expr *json = bind_json_build(scope, ast);
    if (json != NULL)
        return json;
    return has_unit(ast) ? bind_with_units(scope, ast) : NULL;
}
