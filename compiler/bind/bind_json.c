/* bind_json.c -- values as JSON text: JSON_STRING, and what JSON_OBJECT and JSON_ARRAY put together.
 *
 * Each value becomes its JSON text first, NULL where it is NULL; the constructors only put texts together.  What
 * another constructor or JSON(..) made is such a text already. */
#include "compiler/bind/bind_internal.h"

#include "stdlib/json_shape.h"

/* ---- shapes ---- */

static bool add_shape(Buf *shape, const Type *type);

static void add_precision(Buf *shape, char letter, uint32_t precision)
{
    buf_append_char(shape, letter);
    buf_append_char(shape, (char)(JSON_SHAPE_DIGIT + precision));
}

/* The fields in the order of their names, each with its place. */
static bool add_row(Buf *shape, const Type *row)
{
    buf_printf(shape, "%c%u;", JSON_SHAPE_ROW, row->field_count);
    Str last = STR_EMPTY;
    uint32_t last_place = 0;
    for (uint32_t done = 0; done < row->field_count; done++) {
        uint32_t best = UINT32_MAX;
        for (uint32_t i = 0; i < row->field_count; i++) {
            int behind = done == 0 ? 1 : str_compare(row->fields[i].name, last);
            bool is_left = behind > 0 || (behind == 0 && i > last_place);
            if (is_left && (best == UINT32_MAX || str_compare(row->fields[i].name, row->fields[best].name) < 0))
                best = i;
        }
        last = row->fields[best].name;
        last_place = best;
        buf_printf(shape, "%u;%llu;", best, (unsigned long long)last.len);
        buf_append_str(shape, last);
        if (!add_shape(shape, row->fields[best].type))
            return false;
    }
    return true;
}

static bool add_shape(Buf *shape, const Type *type)
{
    switch (type->kind) {
    case TYPE_BOOLEAN:
        buf_append_char(shape, JSON_SHAPE_BOOLEAN);
        return true;
    case TYPE_DECIMAL:
        add_precision(shape, JSON_SHAPE_DECIMAL, type->scale);
        return true;
    case TYPE_DATE:
        buf_append_char(shape, JSON_SHAPE_DATE);
        return true;
    case TYPE_TIME:
        add_precision(shape, JSON_SHAPE_TIME, type->precision);
        return true;
    case TYPE_TIMESTAMP:
        add_precision(shape, JSON_SHAPE_TIMESTAMP, type->precision);
        return true;
    case TYPE_TIMESTAMP_LTZ:
        add_precision(shape, JSON_SHAPE_TIMESTAMP_LTZ, type->precision);
        return true;
    case TYPE_ARRAY:
        buf_append_char(shape, JSON_SHAPE_ARRAY);
        return add_shape(shape, type->element);
    case TYPE_MAP:
        buf_append_char(shape, JSON_SHAPE_MAP);
        return type_is_text(type->key) && add_shape(shape, type->element);
    case TYPE_MULTISET: /* how often each element is there */
        buf_printf(shape, "%c%c", JSON_SHAPE_MAP, JSON_SHAPE_INTEGER);
        return type_is_text(type->element);
    case TYPE_ROW:
        return add_row(shape, type);
    default:
        break;
    }
    char letter = type_is_integer(type)   ? JSON_SHAPE_INTEGER
                  : type_is_numeric(type) ? JSON_SHAPE_REAL
                  : type_is_bytes(type)   ? JSON_SHAPE_BYTES
                                          : JSON_SHAPE_TEXT;
    buf_append_char(shape, letter);
    return type_is_numeric(type) || type_is_bytes(type) || type_is_text(type) || type->kind == TYPE_NULL;
}

/* ---- one value ---- */

static const Expr *no_json(Binder *binder, const Expr *arg)
{
    Str name = type_name(binder->query, type_with_nullable(binder->query, arg->type, true));
    Diag *d = diag_error(binder->diags, E0303, arg->span, "%.*s has no JSON form", STR_ARG(name));
    if (arg->type->kind == TYPE_MAP || arg->type->kind == TYPE_MULTISET)
        diag_help(d, "the keys of a JSON object are texts: give the map keys of type STRING");
    else
        diag_help(d, "CAST it to STRING first");
    return expr_poison(binder, arg->span);
}

static const Expr *located(Binder *binder, const Expr *call, const Type *type, Span span)
{
    Expr *copy = ARENA_NEW(binder->query, Expr);
    *copy = *call;
    copy->type = type;
    copy->span = span;
    return copy;
}

/* The value as JSON text; NULL stays NULL. */
static const Expr *json_text(Binder *binder, const Expr *arg, Span span)
{
    if (expr_is_poison(arg))
        return arg;
    const Type *text = type_simple(TYPE_VARCHAR, arg->type->nullable);
    if (arg->type->kind == TYPE_NULL)
        return expr_null(binder->query, text, span);
    bool simple = arg->type->kind < TYPE_ROW && !type_is_datetime(arg->type) && !type_is_interval(arg->type);
    if (simple && arg->type->kind != TYPE_DECIMAL)
        return bind_fn_checked(binder, STR("JSON_STRING"), &arg, 1, span, span);
    Buf shape = { 0 };
    bool good = add_shape(&shape, arg->type);
    Str written = str_printf(binder->query, "%.*s", STR_ARG(buf_str(&shape)));
    buf_free(&shape);
    if (!good)
        return no_json(binder, arg);
    const Expr *args[] = { arg, literal_text(binder, written, span) };
    const Expr *call = bind_fn_checked(binder, STR("JSON_STRING_OF"), args, 2, span, span);
    return expr_is_poison(call) ? call : located(binder, call, text, span);
}

static bool is_call_of(const AstNode *ast, const char *name)
{
    if (ast->kind != AST_CALL)
        return false;
    const AstNode *parts = ast_qname_parts(ast_call_name(ast));
    return ast_count(parts) == 1 && str_equal_nocase(ast_name_text(ast_at(parts, 0)), str_from(name));
}

static const Expr *bind_raw(ExprScope *scope, const AstNode *ast)
{
    Binder *binder = scope->binder;
    const Expr **args = ARENA_ARRAY(binder->query, const Expr *, ast_count(ast_call_args(ast)) + 1);
    for (uint32_t i = 0; i < ast_count(ast_call_args(ast)); i++)
        args[i] = bind_expr(scope, ast_at(ast_call_args(ast), i));
    return bind_fn_checked(binder, STR("JSON"), args, ast_count(ast_call_args(ast)), ast->span,
                           ast_call_name(ast)->span);
}

static const Expr *bind_value(ExprScope *scope, const AstNode *ast)
{
    if (is_call_of(ast, "JSON"))
        return bind_raw(scope, ast);
    const Expr *value = bind_expr(scope, ast);
    bool is_json = is_call_of(ast, "JSON_OBJECT") || is_call_of(ast, "JSON_ARRAY");
    return is_json ? value : json_text(scope->binder, value, ast->span);
}

/* ---- constructors ---- */

static const Expr *construct(ExprScope *scope, const AstNode *ast, const Expr **args, uint32_t count)
{
    Binder *binder = scope->binder;
    Str name = ast_name_joined(binder->query, ast_call_name(ast));
    bool is_object = str_equal_nocase(name, STR("JSON_OBJECT"));
    AstJsonNull on_null =
        ast_call_json(ast) == NULL ? AST_JSON_NULL_DEFAULT : ast_json_clauses_on_null(ast_call_json(ast));
    bool keeps = on_null == AST_JSON_NULL_DEFAULT ? is_object : on_null == AST_JSON_NULL_ON_NULL;
    args[0] = expr_bool(binder->query, keeps, ast->span);
    const Expr *call = bind_fn_checked(binder, name, args, count, ast->span, ast_call_name(ast)->span);
    return expr_is_poison(call) ? call : located(binder, call, type_simple(TYPE_VARCHAR, false), ast->span);
}

/* The key as a text that the body reads as it is. */
static const Expr *bind_key(ExprScope *scope, const AstNode *ast)
{
    Binder *binder = scope->binder;
    const Expr *key = bind_expr(scope, ast);
    bool is_text = key->op == EXPR_LITERAL && !key->literal.is_null && type_is_text(key->type);
    if (expr_is_poison(key) || is_text)
        return key;
    Diag *d = diag_error(binder->diags, E0303, key->span, "a key of JSON_OBJECT is a constant text");
    diag_help(d, "JSON_STRING of a MAP has keys that are computed");
    return expr_poison(binder, key->span);
}

static const Expr *bind_json_array(ExprScope *scope, const AstNode *ast)
{
    uint32_t count = 1;
    const Expr **args = ARENA_ARRAY(scope->binder->query, const Expr *, ast_count(ast_call_args(ast)) + 1);
    AST_EACH(value, ast_call_args(ast))
        args[count++] = bind_value(scope, value);
    return construct(scope, ast, args, count);
}

static const Expr *bind_json_object(ExprScope *scope, const AstNode *ast)
{
    uint32_t count = 1;
    const Expr **args = ARENA_ARRAY(scope->binder->query, const Expr *, 2 * ast_count(ast_call_args(ast)) + 1);
    AST_EACH(pair, ast_call_args(ast)) {
        args[count++] = bind_key(scope, ast_json_pair_key(pair));
        args[count++] = bind_value(scope, ast_json_pair_value(pair));
    }
    return construct(scope, ast, args, count);
}

/* ---- aggregates ---- */

static bool keeps_nulls(const AstNode *ast, bool is_object)
{
    const AstNode *clauses = ast_call_json(ast);
    AstJsonNull on_null = clauses == NULL ? AST_JSON_NULL_DEFAULT : ast_json_clauses_on_null(clauses);
    return on_null == AST_JSON_NULL_DEFAULT ? is_object : on_null == AST_JSON_NULL_ON_NULL;
}

/* NULL as the text `null`, where nulls stay. */
static const Expr *with_null(Binder *binder, const Expr *text, bool keeps)
{
    if (!keeps || !text->type->nullable)
        return text;
    const Expr *is_null = expr_op(binder->query, EXPR_IS_NULL, type_simple(TYPE_BOOLEAN, false), &text, 1, text->span);
    const Expr *parts[] = { is_null, literal_text(binder, STR("null"), text->span), text };
    return make_case(binder, parts, 3, text->span);
}

bool bind_json_aggregate(ExprScope *scope, const AstNode *ast, const Expr *args[2])
{
    Binder *binder = scope->binder;
    bool is_object = ast_call_is(ast, STR("JSON_OBJECTAGG"));
    const AstNode *first = ast_at(ast_call_args(ast), 0);
    const AstNode *value = is_object ? ast_json_pair_value(first) : first;
    args[0] = bind_value(scope, value);
    if (!expr_is_poison(args[0]))
        args[0] = with_null(binder, args[0], keeps_nulls(ast, is_object));
    args[1] = is_object ? bind_expr(scope, ast_json_pair_key(first)) : args[0];
    if (expr_is_poison(args[0]) || expr_is_poison(args[1]))
        return false;
    if (type_is_text(args[1]->type))
        return true;
    Str type = type_name(binder->query, type_with_nullable(binder->query, args[1]->type, true));
    Diag *d = diag_error(binder->diags, E0303, args[1]->span, "a key of JSON_OBJECTAGG is a text, this is %.*s",
                         STR_ARG(type));
    diag_help(d, "CAST(.. AS STRING)");
    return false;
}

const Expr *bind_json_build(ExprScope *scope, const AstNode *ast)
{
    Binder *binder = scope->binder;
    if (is_call_of(ast, "JSON_OBJECT"))
        return bind_json_object(scope, ast);
    if (is_call_of(ast, "JSON_ARRAY"))
        return bind_json_array(scope, ast);
    if (is_call_of(ast, "JSON_STRING") && ast_count(ast_call_args(ast)) == 1)
        return json_text(binder, bind_expr(scope, ast_at(ast_call_args(ast), 0)), ast->span);
    if (!is_call_of(ast, "JSON"))
        return NULL;
    diag_error(binder->diags, E0303, ast->span, "`JSON` stands in JSON_OBJECT and JSON_ARRAY only");
    return expr_poison(binder, ast->span);
}
