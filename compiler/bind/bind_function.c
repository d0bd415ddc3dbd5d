/* bind_function.c -- CREATE FUNCTION: macros with typed arguments, and Java classes that have a body here.
 *
 * A call of a SQL function is its body, bound anew with the arguments in place of the parameters; before that the body
 * is bound once for itself, with parameters that nothing is known of but their types, so that errors are reported where
 * they are made and only once.  Functions may use each other in any order, but none itself.
 *
 * Names are those of Flink: case does not matter, and what is built in cannot be defined anew. */
#include "compiler/bind/bind_function.h"

#include "compiler/bind/agg_form.h"
#include "compiler/parse/parse.h"

typedef struct NativeClass {
    const char *name, *function;
} NativeClass;

static const NativeClass NATIVE_CLASSES[] = {
#define NATIVE_CLASS(name, function) { name, function },
#include "compiler/bind/native_classes.def"
#undef NATIVE_CLASS
};

/* ---- definitions ---- */

static bool language_is(const AstNode *ast, const char *name)
{
    const AstNode *language = ast_create_function_language(ast);
    return language != NULL && str_equal_nocase(ast_name_text(language), str_from(name));
}

static Str plain_name(Binder *binder, const AstNode *qname)
{
    Str name = qname_text(binder, qname), standard = STR("default_catalog.default_database.");
    return str_starts_with(name, standard) ? str_slice(name, standard.len, name.len - standard.len) : name;
}

static bool is_built_in(Str name)
{
    const FnDef *fn = fn_find_name(name);
    return is_aggregate(name) || (fn != NULL && (fn->traits & FN_INTERNAL) == 0) || bind_is_special(name);
}

void define_function(Binder *binder, const AstNode *ast)
{
    const AstNode *qname = ast_create_function_name(ast);
    Function *function = ARENA_NEW(binder->query, Function);
    function->name = plain_name(binder, qname);
    function->span = qname->span;
    function->statement = ast;
    if (is_built_in(function->name)) {
        diag_error(binder->diags, E0205, qname->span, "function `%.*s` is built in", STR_ARG(function->name));
        return;
    }
    const Function *other = catalog_add_function(binder->catalog, function);
    if (other == NULL || ast_create_function_if_not_exists(ast))
        return;
    Diag *d =
        diag_error(binder->diags, E0205, qname->span, "function `%.*s` is defined already", STR_ARG(function->name));
    diag_label(d, other->span, "first here");
}

Function *find_function(Binder *binder, const AstNode *qname)
{
    return catalog_find_function(binder->catalog, plain_name(binder, qname));
}

static void break_function(Function *function)
{
    function->is_broken = true;
}

static const FunctionParam *find_param(const Function *function, Str name)
{
    for (uint32_t i = 0; i < function->param_count; i++) {
        if (str_equal(function->params[i].name, name))
            return &function->params[i];
    }
    return NULL;
}

static void take_param(Binder *binder, Function *function, const AstNode *ast)
{
    FunctionParam param = { .name = ast_name_text(ast_param_name(ast)),
                            .span = ast->span,
                            .kind = ast_param_kind(ast),
                            .fallback = ast_param_fallback(ast) };
    const FunctionParam *twice = find_param(function, param.name);
    if (twice != NULL) {
        Diag *d = diag_error(binder->diags, E0338, ast->span, "two parameters are called `%.*s`", STR_ARG(param.name));
        diag_label(d, twice->span, "first here");
        break_function(function);
    }
    if (param.kind == AST_PARAM_VALUE) {
        const Type *type = bind_type(binder, ast_param_type(ast));
        if (type->kind == TYPE_POISON)
            break_function(function);
        param.type = type_with_nullable(binder->query, type, true);
    } else if (!ast_create_function_returns_table(function->statement)) {
        diag_error(binder->diags, E0338, ast->span, "a TABLE or DESCRIPTOR is for functions that RETURN TABLE");
        break_function(function);
    }
    function->params[function->param_count++] = param;
}

static void take_params(Binder *binder, Function *function)
{
    const AstNode *ast = function->statement;
    function->params = ARENA_ARRAY(binder->query, FunctionParam, ast_count(ast_create_function_params(ast)) + 1);
    AST_EACH(param, ast_create_function_params(ast))
        take_param(binder, function, param);
    if (ast_create_function_returns(ast) == NULL)
        return;
    const Type *returns = bind_type(binder, ast_create_function_returns(ast));
    if (returns->kind == TYPE_POISON)
        break_function(function);
    function->returns = type_with_nullable(binder->query, returns, true);
}

static void take_class(Binder *binder, Function *function)
{
    const AstNode *body = ast_create_function_body(function->statement);
    Str name = ast_string_text(body);
    for (uint32_t i = 0; i < sizeof NATIVE_CLASSES / sizeof NATIVE_CLASSES[0]; i++) {
        if (str_equal(name, str_from(NATIVE_CLASSES[i].name)))
            function->native = str_from(NATIVE_CLASSES[i].function);
    }
    if (function->native.len > 0)
        return;
    Diag *d = diag_error(binder->diags, E0338, body->span, "class `%.*s` has no body here", STR_ARG(name));
    for (uint32_t i = 0; i < sizeof NATIVE_CLASSES / sizeof NATIVE_CLASSES[0]; i++)
        diag_note(d, span_none(), "there is %s", NATIVE_CLASSES[i].name);
    diag_help(d, "write the function in SQL: CREATE FUNCTION f(x BIGINT) RETURNS BIGINT AS 'x + 1' LANGUAGE SQL");
    break_function(function);
}

/* What stands behind AS; false where nothing of the kind runs here. */
static bool take_body(Binder *binder, Function *function)
{
    const AstNode *ast = function->statement, *body = ast_create_function_body(ast);
    const AstNode *language = ast_create_function_language(ast);
    if (language == NULL || language_is(ast, "JAVA") || language_is(ast, "SCALA")) {
        take_class(binder, function);
        return true;
    }
    if (!language_is(ast, "SQL")) {
        Str what = str_printf(binder->query, "a function in %.*s", STR_ARG(ast_name_text(language)));
        refuse(binder, language->span, what.data);
        return false;
    }
    if (ast_create_function_params(ast) == NULL) {
        Diag *d =
            diag_error(binder->diags, E0338, function->span, "a function in SQL names its parameters and RETURNS");
        diag_help(d, "write CREATE FUNCTION f(x BIGINT) RETURNS BIGINT AS 'x + 1' LANGUAGE SQL");
        return false;
    }
    if (str_trim(ast_string_text(body)).len == 0) {
        diag_error(binder->diags, E0338, body->span, "the body is empty");
        return false;
    }
    Source source = function_source(binder->query, body);
    function->body = ast_create_function_returns_table(ast) ? parse_query(binder->query, &source, binder->diags)
                                                            : parse_expression(binder->query, &source, binder->diags);
    return function->body != NULL;
}

static const Expr *expand(Binder *binder, const Function *function, const Expr *const *args, Span span)
{
    static const Relation NOTHING = { 0 };
    SelectAlias *aliases = ARENA_ARRAY(binder->query, SelectAlias, function->param_count + 1);
    for (uint32_t i = 0; i < function->param_count; i++)
        aliases[i] = (SelectAlias){ function->params[i].name, args[i] };
    ExprScope scope = { .binder = binder,
                        .input = &NOTHING,
                        .place = "a function",
                        .aliases = aliases,
                        .alias_count = function->param_count };
    const Expr *body = function->native.len > 0
                           ? bind_fn_checked(binder, function->native, args, function->param_count, span, span)
                           : bind_expr(&scope, function->body);
    if (expr_is_poison(body) || function->returns == NULL)
        return body;
    if (body->type->kind == TYPE_NULL)
        return expr_null(binder->query, function->returns, span);
    return convert_implicitly(binder, body, function->returns);
}

/* Binds the body for itself: what is wrong in it is wrong for every call. */
static void check_expression(Binder *binder, Function *function)
{
    const Expr **args = ARENA_ARRAY(binder->query, const Expr *, function->param_count + 1);
    for (uint32_t i = 0; i < function->param_count; i++)
        args[i] = expr_column(binder->query, function->params[i].type, i, function->params[i].span);
    const Expr *body = expand(binder, function, args, function->span);
    if (body != NULL && !expr_is_poison(body))
        return;
    break_function(function);
    if (body != NULL)
        return;
    const Type *wanted = function->returns;
    function->returns = NULL;
    body = expand(binder, function, args, function->span);
    Str is = type_name(binder->query, type_with_nullable(binder->query, body->type, true));
    Str says = type_name(binder->query, wanted);
    const AstNode *returns = ast_create_function_returns(function->statement);
    Diag *d = diag_error(binder->diags, E0338, body->span, "the body is %.*s and does not become %.*s by itself",
                         STR_ARG(is), STR_ARG(says));
    diag_label(d, returns->span, "this is what it RETURNS");
    diag_help(d, "CAST it, or return another type");
}

bool function_ready(Binder *binder, Function *function, Span use)
{
    if (function->state == FUNCTION_RUNNING) {
        Diag *d =
            diag_error(binder->diags, E0208, function->span, "`%.*s` is defined by itself", STR_ARG(function->name));
        diag_label(d, use, "called here; a function cannot call itself");
        break_function(function);
        return false;
    }
    if (function->state == FUNCTION_DONE)
        return !function->is_broken;
    if (binder->definition_depth == DEFINITION_DEPTH_MAX) {
        diag_error(binder->diags, E0337, use, "definitions that use each other are more than %d deep",
                   (int)DEFINITION_DEPTH_MAX);
        return false;
    }
    function->state = FUNCTION_RUNNING;
    binder->definition_depth++;
    if (ast_create_function_or_alter(function->statement)) {
        refuse(binder, function->span, "CREATE OR ALTER FUNCTION");
        break_function(function);
    } else if (ast_create_function_aggregate(function->statement)) {
        take_params(binder, function);
        if (!function->is_broken)
            define_user_aggregate(binder, function);
    } else {
        take_params(binder, function);
        if (!take_body(binder, function))
            break_function(function);
        bool is_table = ast_create_function_returns_table(function->statement);
        if (!function->is_broken && is_table)
            check_table_function(binder, function);
        else if (!function->is_broken && function->native.len == 0)
            check_expression(binder, function);
    }
    binder->definition_depth--;
    function->state = FUNCTION_DONE;
    return !function->is_broken;
}

void bind_functions(Binder *binder)
{
    for (uint32_t i = 0; i < catalog_function_count(binder->catalog); i++) {
        Function *function = catalog_function_at(binder->catalog, i);
        (void)function_ready(binder, function, function->span);
    }
}

/* ---- calls ---- */

static const Expr *wrong_count(Binder *binder, const Function *function, const AstNode *call, uint32_t fewest)
{
    uint32_t most = function->param_count, count = ast_count(ast_call_args(call));
    Str range =
        fewest == most ? str_printf(binder->query, "%u", most) : str_printf(binder->query, "%u to %u", fewest, most);
    Diag *d = diag_error(binder->diags, E0302, ast_call_name(call)->span, "`%.*s` takes %.*s argument%s, not %u",
                         STR_ARG(function->name), STR_ARG(range), str_equal(range, STR("1")) ? "" : "s", count);
    diag_label(d, function->span, "defined here");
    return expr_poison(binder, call->span);
}

bool function_arguments(Binder *binder, const Function *function, const AstNode *call, const AstNode **args)
{
    uint32_t at = 0, fewest = 0;
    for (uint32_t i = 0; i < function->param_count; i++)
        fewest += function->params[i].fallback == NULL;
    AST_EACH(arg, ast_call_args(call)) {
        bool named = arg->kind == AST_NAMED_ARG;
        Str name = named ? ast_name_text(ast_named_arg_name(arg)) : STR_EMPTY;
        const FunctionParam *param = named                        ? find_param(function, name)
                                     : at < function->param_count ? &function->params[at++]
                                                                  : NULL;
        if (param == NULL && named) {
            Diag *d = diag_error(binder->diags, E0302, arg->span, "`%.*s` has no parameter `%.*s`",
                                 STR_ARG(function->name), STR_ARG(name));
            diag_label(d, function->span, "defined here");
            return false;
        }
        if (param == NULL) {
            (void)wrong_count(binder, function, call, fewest);
            return false;
        }
        const AstNode **place = &args[param - function->params];
        if (*place != NULL) {
            diag_error(binder->diags, E0302, arg->span, "the argument `%.*s` is given twice", STR_ARG(param->name));
            return false;
        }
        *place = named ? ast_named_arg_value(arg) : arg;
    }
    for (uint32_t i = 0; i < function->param_count; i++) {
        if (args[i] == NULL && function->params[i].fallback == NULL) {
            (void)wrong_count(binder, function, call, fewest);
            return false;
        }
    }
    return true;
}

const Expr *function_argument(ExprScope *scope, const Function *function, uint32_t i, const AstNode *ast)
{
    Binder *binder = scope->binder;
    const FunctionParam *param = &function->params[i];
    ExprScope nothing = { .binder = binder, .place = "DEFAULT" };
    const Expr *arg = bind_expr(ast == NULL ? &nothing : scope, ast == NULL ? param->fallback : ast);
    if (expr_is_poison(arg))
        return arg;
    if (arg->type->kind == TYPE_NULL)
        return expr_null(binder->query, param->type, arg->span);
    const Expr *converted = convert_implicitly(binder, arg, param->type);
    if (converted != NULL)
        return converted;
    Str is = type_name(binder->query, type_with_nullable(binder->query, arg->type, true));
    Str wanted = type_name(binder->query, param->type);
    Diag *d = diag_error(binder->diags, E0303, arg->span, "`%.*s` of `%.*s` is %.*s, this is %.*s",
                         STR_ARG(param->name), STR_ARG(function->name), STR_ARG(wanted), STR_ARG(is));
    diag_label(d, param->span, "declared here");
    return expr_poison(binder, arg->span);
}

static void count_expr(const Expr *expr, uint32_t *count)
{
    for (uint32_t i = 0; i < expr->arg_count && *count <= EXPR_WEIGHT_MAX; i++)
        count_expr(expr->args[i], count);
    ++*count;
}

static const Expr *located(Binder *binder, const Expr *expr, Span span)
{
    Expr *copy = ARENA_NEW(binder->query, Expr);
    *copy = *expr;
    copy->span = span;
    return copy;
}

/* A class without a signature takes what its function takes. */
static const Expr *call_native(ExprScope *scope, const Function *function, const AstNode *ast)
{
    uint32_t count = ast_count(ast_call_args(ast)), at = 0;
    const Expr **args = ARENA_ARRAY(scope->binder->query, const Expr *, count + 1);
    AST_EACH(arg, ast_call_args(ast))
        args[at++] = bind_expr(scope, arg);
    return bind_fn_checked(scope->binder, function->native, args, count, ast->span, ast_call_name(ast)->span);
}

static bool has_clauses(Binder *binder, const Function *function, const AstNode *ast)
{
    if (!ast_call_distinct(ast) && !ast_call_star(ast) && ast_call_filter(ast) == NULL)
        return false;
    diag_error(binder->diags, E0322, ast->span, "`%.*s` is no aggregate: DISTINCT, `*` and FILTER belong to those",
               STR_ARG(function->name));
    return true;
}

/* What is wrong in the body with these arguments only was made here. */
void function_name_call(Binder *binder, const Function *function, uint32_t before, Span span)
{
    for (uint32_t i = before; i < binder->diags->items.count; i++)
        diag_note(binder->diags->items.items[i], span, "in this call of `%.*s`", STR_ARG(function->name));
}

const Expr *bind_function_call(ExprScope *scope, Function *function, const AstNode *ast)
{
    Binder *binder = scope->binder;
    if (!function_ready(binder, function, ast->span))
        return expr_poison(binder, ast->span);
    if (function->aggregate != NULL)
        return bind_user_aggregate(scope, function, ast);
    if (has_clauses(binder, function, ast))
        return expr_poison(binder, ast->span);
    if (ast_create_function_returns_table(function->statement)) {
        Diag *d = diag_error(binder->diags, E0209, ast->span, "`%.*s` returns a table, which stands in FROM",
                             STR_ARG(function->name));
        diag_label(d, function->span, "defined here");
        return expr_poison(binder, ast->span);
    }
    if (function->native.len > 0 && ast_create_function_params(function->statement) == NULL)
        return call_native(scope, function, ast);
    const AstNode **given = ARENA_ARRAY(binder->query, const AstNode *, function->param_count + 1);
    if (!function_arguments(binder, function, ast, given))
        return expr_poison(binder, ast->span);
    const Expr **args = ARENA_ARRAY(binder->query, const Expr *, function->param_count + 1);
    bool good = true;
    for (uint32_t i = 0; i < function->param_count; i++) {
        args[i] = function_argument(scope, function, i, given[i]);
        good &= !expr_is_poison(args[i]);
    }
    uint32_t before = binder->diags->items.count;
    const Expr *result = good ? expand(binder, function, args, ast->span) : NULL;
    function_name_call(binder, function, before, ast->span);
    if (result == NULL || expr_is_poison(result))
        return expr_poison(binder, ast->span);
    uint32_t weight = 0;
    count_expr(result, &weight);
    if (weight <= EXPR_WEIGHT_MAX)
        return located(binder, result, ast->span);
    diag_error(binder->diags, E0337, ast->span, "the expression is too large: its functions repeat their arguments");
    return expr_poison(binder, ast->span);
}
