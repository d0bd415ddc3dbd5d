/* bind_special.c -- functions that are not a row of their name: CASE in other words, functions with a unit or a syntax
 * of their own, and what belongs to windows. */
#include "compiler/bind/bind_group.h"

typedef const Expr *BindSpecial(ExprScope *scope, const AstNode *ast, const Expr **args, uint32_t count);

static const Expr *is_not_null(Binder *binder, const Expr *arg)
{
    return expr_op(binder->query, EXPR_IS_NOT_NULL, type_simple(TYPE_BOOLEAN, false), &arg, 1, arg->span);
}

static bool has_count(Binder *binder, const AstNode *ast, uint32_t count, uint32_t wanted)
{
    if (count == wanted)
        return true;
    const AstNode *name = ast_call_name(ast);
    Str text = ast_name_joined(binder->query, name);
    diag_error(binder->diags, E0302, name->span, "`%.*s` takes %u argument%s, not %u", STR_ARG(text), wanted,
               plural(wanted), count);
    return false;
}

/* COALESCE(a, b, c): CASE WHEN a IS NOT NULL THEN a WHEN b IS NOT NULL THEN b ELSE c END */
static const Expr *bind_coalesce(ExprScope *scope, const AstNode *ast, const Expr **args, uint32_t count)
{
    Binder *binder = scope->binder;
    if (count == 0) {
        has_count(binder, ast, count, 1);
        return expr_poison(binder, ast->span);
    }
    const Expr **parts = ARENA_ARRAY(binder->query, const Expr *, 2 * count);
    uint32_t at = 0;
    bool never_null = false;
    for (uint32_t i = 0; i < count; i++) {
        if (expr_is_poison(args[i]))
            return expr_poison(binder, ast->span);
        if (i + 1 < count)
            parts[at++] = is_not_null(binder, args[i]);
        parts[at++] = args[i];
        never_null |= !args[i]->type->nullable;
    }
    const Expr *result = make_case(binder, parts, at, ast->span);
    if (!never_null || expr_is_poison(result))
        return result;
    Expr *copy = ARENA_NEW(binder->query, Expr);
    *copy = *result;
    copy->type = type_with_nullable(binder->query, result->type, false);
    return copy;
}

/* NULLIF(a, b): CASE WHEN a = b THEN NULL ELSE a END */
static const Expr *bind_nullif(ExprScope *scope, const AstNode *ast, const Expr **args, uint32_t count)
{
    Binder *binder = scope->binder;
    if (!has_count(binder, ast, count, 2) || expr_is_poison(args[0]))
        return expr_poison(binder, ast->span);
    const Expr *parts[] = { bind_compare(binder, "=", args[0], args[1], ast->span, ast->span),
                            expr_null(binder->query, args[0]->type, ast->span), args[0] };
    return make_case(binder, parts, 3, ast->span);
}

static const Expr *bind_if(ExprScope *scope, const AstNode *ast, const Expr **args, uint32_t count)
{
    Binder *binder = scope->binder;
    if (!has_count(binder, ast, count, 3))
        return expr_poison(binder, ast->span);
    if (!expr_is_poison(args[0]) && args[0]->type->kind != TYPE_BOOLEAN && args[0]->type->kind != TYPE_NULL) {
        Str type = type_name(binder->query, type_with_nullable(binder->query, args[0]->type, true));
        diag_error(binder->diags, E0308, args[0]->span, "IF takes a BOOLEAN, this is %.*s", STR_ARG(type));
        return expr_poison(binder, ast->span);
    }
    if (args[0]->type->kind == TYPE_NULL)
        args[0] = expr_null(binder->query, type_simple(TYPE_BOOLEAN, true), args[0]->span);
    return make_case(binder, args, 3, ast->span);
}

static const Expr *bind_ifnull(ExprScope *scope, const AstNode *ast, const Expr **args, uint32_t count)
{
    if (!has_count(scope->binder, ast, count, 2))
        return expr_poison(scope->binder, ast->span);
    return bind_coalesce(scope, ast, args, count);
}

/* The type of an expression as it is written; nobody asks for the value.  The second argument, whether the text must be
 * one that can be read again, changes nothing: it always is. */
static const Expr *bind_typeof(ExprScope *scope, const AstNode *ast, const Expr **args, uint32_t count)
{
    Binder *binder = scope->binder;
    if (count != 1 && count != 2) {
        diag_error(binder->diags, E0302, ast_call_name(ast)->span, "`TYPEOF` takes 1 or 2 arguments, not %u", count);
        return expr_poison(binder, ast->span);
    }
    if (expr_is_poison(args[0]))
        return expr_poison(binder, ast->span);
    bool is_null = args[0]->type->kind == TYPE_NULL;
    Str name = is_null ? STR("NULL") : type_name(binder->query, type_plain(binder->query, args[0]->type));
    return literal_text(binder, name, ast->span);
}

/* TO_TIMESTAMP_LTZ(n, p) of an integer: a constant p above 3 is the precision of the result. */
static const Expr *bind_to_timestamp_ltz(ExprScope *scope, const AstNode *ast, const Expr **args, uint32_t count)
{
    Binder *binder = scope->binder;
    Str name = STR("TO_TIMESTAMP_LTZ");
    Span name_span = ast_call_name(ast)->span;
    bool is_constant = count == 2 && type_is_integer(args[0]->type) && args[1]->op == EXPR_LITERAL &&
                       args[1]->literal.kind == PK_I32 && !args[1]->literal.is_null;
    int32_t precision = is_constant ? args[1]->literal.value.i32 : 0;
    if (precision < 4 || precision > 9)
        return bind_fn_checked(binder, name, args, count, ast->span, name_span);
    Str fine = precision > 6 ? STR("TO_TIMESTAMP_LTZ_NS") : STR("TO_TIMESTAMP_LTZ_US");
    const Expr *call = bind_fn_checked(binder, fine, args, count, ast->span, name_span);
    const Type *type = type_timestamp(binder->query, TYPE_TIMESTAMP_LTZ, (uint32_t)precision, true);
    return expr_is_poison(call) ? call : retype(binder, call, type);
}

static const Expr *bind_current_database(ExprScope *scope, const AstNode *ast, const Expr **args, uint32_t count)
{
    (void)args;
    if (!has_count(scope->binder, ast, count, 0))
        return expr_poison(scope->binder, ast->span);
    return literal_text(scope->binder, STR("default_database"), ast->span);
}

/* The processing time is the record's, which the scan knows. */
static const Expr *proctime(Binder *binder, Span span)
{
    const Expr *call = bind_fn_checked(binder, STR("PROCTIME"), NULL, 0, span, span);
    if (expr_is_poison(call))
        return call;
    Type *type = ARENA_NEW(binder->query, Type);
    *type = *call->type;
    type->is_proctime = true;
    type->nullable = false;
    Expr *copy = ARENA_NEW(binder->query, Expr);
    *copy = *call;
    copy->type = type;
    return copy;
}

static const Expr *bind_proctime(ExprScope *scope, const AstNode *ast, const Expr **args, uint32_t count)
{
    (void)args;
    if (!has_count(scope->binder, ast, count, 0))
        return expr_poison(scope->binder, ast->span);
    return proctime(scope->binder, ast->span);
}

/* The argument says of which stream, by its event time. */
static const Expr *bind_current_watermark(ExprScope *scope, const AstNode *ast, const Expr **args, uint32_t count)
{
    Binder *binder = scope->binder;
    if (!has_count(binder, ast, count, 1) || expr_is_poison(args[0]))
        return expr_poison(binder, ast->span);
    if (!args[0]->type->is_rowtime) {
        diag_error(binder->diags, E0303, args[0]->span, "CURRENT_WATERMARK takes the event time of a stream");
        return expr_poison(binder, ast->span);
    }
    return bind_fn_checked(binder, STR("CURRENT_WATERMARK"), args, 1, ast->span, ast_call_name(ast)->span);
}

/* (a - b) DAY: the whole time between two times, or the whole months. */
const Expr *bind_time_between(ExprScope *scope, const AstNode *ast)
{
    Binder *binder = scope->binder;
    const Expr *args[2] = { bind_expr(scope, ast_time_between_left(ast)),
                            bind_expr(scope, ast_time_between_right(ast)) };
    AstUnit unit = ast_time_between_unit(ast);
    bool months = unit == AST_UNIT_MONTH || unit == AST_UNIT_YEAR;
    for (uint32_t i = 0; i < 2; i++) {
        if (expr_is_poison(args[i]))
            return expr_poison(binder, ast->span);
        if (type_is_datetime(args[i]->type) && !(months && args[i]->type->kind == TYPE_TIME))
            continue;
        Str type = type_name(binder->query, type_with_nullable(binder->query, args[i]->type, true));
        diag_error(binder->diags, E0301, args[i]->span, "the difference in %ss is that of two times, this is %.*s",
                   ast_unit_text(unit), STR_ARG(type));
        return expr_poison(binder, ast->span);
    }
    const Type *common = type_common(binder->query, args[0]->type, args[1]->type);
    for (uint32_t i = 0; common != NULL && i < 2; i++)
        args[i] = convert(binder, args[i], common);
    return bind_fn_checked(binder, months ? STR("MINUS_MONTH") : STR("MINUS_SECOND"), args, 2, ast->span, ast->span);
}

/* TUMBLE_START(ts, size) and its like read the window columns of GROUP BY TUMBLE(ts, size). */
static const Expr *bind_window_part(ExprScope *scope, const AstNode *ast, uint32_t part)
{
    Binder *binder = scope->binder;
    Str name = ast_name_joined(binder->query, ast_call_name(ast)), function = name;
    const GroupWindow *window = scope->group_window;
    if (scope->no_group || (scope->input != NULL && scope->input->poison))
        return expr_poison(binder, ast->span);
    while (function.len > 0 && function.data[function.len - 1] != '_')
        function.len--;
    function.len--;
    bool is_same = window != NULL && ast_call_is(window->call, function);
    if (!is_same || !ast_equal(ast_call_args(ast), ast_call_args(window->call))) {
        Diag *d = diag_error(binder->diags, E0324, ast->span, "`%.*s` needs a %.*s with the same arguments in GROUP BY",
                             STR_ARG(name), STR_ARG(function));
        if (window != NULL)
            diag_label(d, window->call->span, is_same ? "this window has other arguments" : "this is another window");
        return expr_poison(binder, ast->span);
    }
    uint32_t column = window->first_column + part;
    return expr_column(binder->query, scope->input->columns[column].type, column, ast->span);
}

static const Expr *bind_part_start(ExprScope *scope, const AstNode *ast, const Expr **args, uint32_t count)
{
    (void)args, (void)count;
    return bind_window_part(scope, ast, 0);
}

static const Expr *bind_part_end(ExprScope *scope, const AstNode *ast, const Expr **args, uint32_t count)
{
    (void)args, (void)count;
    return bind_window_part(scope, ast, 1);
}

static const Expr *bind_part_rowtime(ExprScope *scope, const AstNode *ast, const Expr **args, uint32_t count)
{
    (void)args, (void)count;
    return bind_window_part(scope, ast, 2);
}

/* Now, as it is behind the window. */
static const Expr *bind_part_proctime(ExprScope *scope, const AstNode *ast, const Expr **args, uint32_t count)
{
    (void)args, (void)count;
    const Expr *part = bind_window_part(scope, ast, 2);
    return expr_is_poison(part) ? part : proctime(scope->binder, ast->span);
}

static const Expr *bind_grouping(ExprScope *scope, const AstNode *ast, const Expr **args, uint32_t count)
{
    (void)args, (void)count;
    return bind_grouping_call(scope, ast);
}

static const Expr *bind_window_function(ExprScope *scope, const AstNode *ast, const Expr **args, uint32_t count)
{
    (void)args, (void)count;
    Binder *binder = scope->binder;
    Str name = ast_name_joined(binder->query, ast_call_name(ast));
    Diag *d = diag_error(binder->diags, E0324, ast->span, "`%.*s` stands in FROM or in GROUP BY only", STR_ARG(name));
    diag_help(d, "write FROM TABLE(%.*s(TABLE t, DESCRIPTOR(ts), INTERVAL ..))", STR_ARG(name));
    return expr_poison(binder, ast->span);
}

static const Expr *bind_lone_ranking(ExprScope *scope, const AstNode *ast, const Expr **args, uint32_t count)
{
    (void)args, (void)count;
    Str name = ast_name_joined(scope->binder->query, ast_call_name(ast));
    Diag *d = diag_error(scope->binder->diags, E0324, ast->span, "`%.*s` needs OVER", STR_ARG(name));
    diag_help(d, "write %.*s() OVER (PARTITION BY window_start, window_end ORDER BY ..)", STR_ARG(name));
    return expr_poison(scope->binder, ast->span);
}

static const Expr *bind_rolling_call(ExprScope *scope, const AstNode *ast, const Expr **args, uint32_t count)
{
    (void)args, (void)count;
    return bind_rolling(scope, ast);
}

static const Expr *bind_baseline_call(ExprScope *scope, const AstNode *ast, const Expr **args, uint32_t count)
{
    (void)args, (void)count;
    return bind_baseline(scope, ast);
}

typedef struct Special {
    const char *name;
    BindSpecial *bind;
    bool takes_raw; /* arguments are not bound first */
} Special;

static const Special SPECIALS[] = {
    { "BASELINE", bind_baseline_call, true },
    { "COALESCE", bind_coalesce, false },
    { "CUMULATE", bind_window_function, true },
    { "CURRENT_DATABASE", bind_current_database, false },
    { "CURRENT_WATERMARK", bind_current_watermark, false },
    { "DENSE_RANK", bind_lone_ranking, true },
    { "GROUPING", bind_grouping, true },
    { "GROUPING_ID", bind_grouping, true },
    { "HOP", bind_window_function, true },
    { "HOP_END", bind_part_end, true },
    { "HOP_PROCTIME", bind_part_proctime, true },
    { "HOP_ROWTIME", bind_part_rowtime, true },
    { "HOP_START", bind_part_start, true },
    { "IF", bind_if, false },
    { "IFNULL", bind_ifnull, false },
    { "NULLIF", bind_nullif, false },
    { "PROCTIME", bind_proctime, false },
    { "ROLLING", bind_rolling_call, true },
    { "RANK", bind_lone_ranking, true },
    { "ROW_NUMBER", bind_lone_ranking, true },
    { "SESSION", bind_window_function, true },
    { "SESSION_END", bind_part_end, true },
    { "SESSION_PROCTIME", bind_part_proctime, true },
    { "SESSION_ROWTIME", bind_part_rowtime, true },
    { "SESSION_START", bind_part_start, true },
    { "TO_TIMESTAMP_LTZ", bind_to_timestamp_ltz, false },
    { "TUMBLE", bind_window_function, true },
    { "TUMBLE_END", bind_part_end, true },
    { "TUMBLE_PROCTIME", bind_part_proctime, true },
    { "TUMBLE_ROWTIME", bind_part_rowtime, true },
    { "TUMBLE_START", bind_part_start, true },
    { "TYPEOF", bind_typeof, false },
};

static const Special *find_special(Str name)
{
    for (uint32_t i = 0; i < sizeof SPECIALS / sizeof SPECIALS[0]; i++) {
        if (str_equal_nocase(name, str_from(SPECIALS[i].name)))
            return &SPECIALS[i];
    }
    return NULL;
}

bool bind_is_special(Str name)
{
    return find_special(name) != NULL;
}

const Expr *bind_special_call(ExprScope *scope, const AstNode *ast)
{
    Binder *binder = scope->binder;
    const Expr *syntax = bind_syntax_call(scope, ast);
    if (syntax != NULL)
        return syntax;
    const Special *special = find_special(ast_name_joined(binder->query, ast_call_name(ast)));
    if (special == NULL)
        return NULL;
    uint32_t count = ast_count(ast_call_args(ast));
    const Expr **args = ARENA_ARRAY(binder->query, const Expr *, count + 1);
    for (uint32_t i = 0; i < count && !special->takes_raw; i++)
        args[i] = bind_expr(scope, ast_at(ast_call_args(ast), i));
    return special->bind(scope, ast, args, count);
}
