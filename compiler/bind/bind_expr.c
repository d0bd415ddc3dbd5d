/* bind_expr.c -- one expression of the tree, by its kind. */
#include "compiler/bind/bind_internal.h"

static const Expr *refused(ExprScope *scope, const AstNode *ast, const char *what)
{
    refuse(scope->binder, ast->span, what);
    return expr_poison(scope->binder, ast->span);
}

static const Expr **bind_list(ExprScope *scope, const AstNode *list, uint32_t *count)
{
    *count = ast_count(list);
    const Expr **args = ARENA_ARRAY(scope->binder->query, const Expr *, *count + 1);
    for (uint32_t i = 0; i < *count; i++)
        args[i] = bind_expr(scope, ast_at(list, i));
    return args;
}

/* ROW, ARRAY, MAP and a[i] go to the rows of these names. */
static const Expr *bind_constructor(ExprScope *scope, const AstNode *ast, const AstNode *list, const char *name)
{
    uint32_t count;
    const Expr **args = bind_list(scope, list, &count);
    return bind_fn_checked(scope->binder, str_from(name), args, count, ast->span, ast->span);
}

static const Expr *bind_row(ExprScope *scope, const AstNode *ast)
{
    Binder *binder = scope->binder;
    uint32_t count;
    const Expr **args = bind_list(scope, ast_row_items(ast), &count);
    if (count == 1 && !ast_row_keyword(ast))
        return args[0];
    if (count == 0) {
        diag_error(binder->diags, E0302, ast->span, "ROW takes 1 or more arguments, not 0");
        return expr_poison(binder, ast->span);
    }
    const FnDef *fn = fn_find_name(STR("ROW"));
    if (fn == NULL)
        return refused(scope, ast, "a ROW constructor");
    TypeField *fields = ARENA_ARRAY(binder->query, TypeField, count);
    for (uint32_t i = 0; i < count; i++) {
        if (expr_is_poison(args[i]))
            return expr_poison(binder, ast->span);
        fields[i].name = str_printf(binder->query, "EXPR$%u", i);
        fields[i].type = type_plain(binder->query, args[i]->type);
    }
    return expr_call(binder->query, type_row(binder->query, fields, count, false), fn, args, count, ast->span);
}

static const Expr *bind_map(ExprScope *scope, const AstNode *ast)
{
    Binder *binder = scope->binder;
    uint32_t count;
    const Expr **args = bind_list(scope, ast_map_items(ast), &count);
    const FnDef *fn = fn_find_name(STR("MAP"));
    if (fn == NULL)
        return refused(scope, ast, "a MAP constructor");
    if (count == 0 || count % 2 != 0) {
        diag_error(binder->diags, E0302, ast->span, "MAP takes pairs of a key and a value");
        return expr_poison(binder, ast->span);
    }
    const Type *common[2] = { type_simple(TYPE_NULL, true), type_simple(TYPE_NULL, true) };
    for (uint32_t i = 0; i < count; i++) {
        const Type *next = type_common(binder->query, common[i % 2], args[i]->type);
        if (next == NULL) {
            diag_error(binder->diags, E0309, args[i]->span, "the %s of a MAP need one type",
                       i % 2 == 0 ? "keys" : "values");
            return expr_poison(binder, ast->span);
        }
        common[i % 2] = i < 2 ? type_with_nullable(binder->query, next, args[i]->type->nullable) : next;
    }
    for (uint32_t i = 0; i < count; i++) {
        args[i] = convert(binder, args[i], common[i % 2]);
        if (expr_is_poison(args[i]))
            return expr_poison(binder, ast->span);
    }
    return expr_call(binder->query, type_map(binder->query, common[0], common[1], false), fn, args, count, ast->span);
}

static bool is_before_first(const Expr *index)
{
    if (index->op != EXPR_LITERAL || index->literal.is_null)
        return false;
    switch (index->literal.kind) {
    case PK_I8: return index->literal.value.i8 < 1;
    case PK_I16: return index->literal.value.i16 < 1;
    case PK_I32: return index->literal.value.i32 < 1;
    case PK_I64: return index->literal.value.i64 < 1;
    default: return false;
    }
}

static const Expr *bind_index(ExprScope *scope, const AstNode *ast)
{
    Binder *binder = scope->binder;
    const Expr *args[] = { bind_expr(scope, ast_index_base(ast)), bind_expr(scope, ast_index_index(ast)) };
    const Type *base = args[0]->type;
    if (expr_is_poison(args[0]) || expr_is_poison(args[1]))
        return expr_poison(binder, ast->span);
    if (base->kind == TYPE_ARRAY && type_is_integer(args[1]->type) && is_before_first(args[1])) {
        diag_error(binder->diags, E0303, args[1]->span, "elements of an ARRAY are counted from 1");
        return expr_poison(binder, ast->span);
    }
    if (base->kind == TYPE_MAP && type_can_convert_implicitly(args[1]->type, base->key))
        args[1] = convert(binder, args[1], base->key);
    return bind_fn_checked(binder, STR("[]"), args, 2, ast->span, ast->span);
}

static const Expr *bind_at_time_zone(ExprScope *scope, const AstNode *ast)
{
    return refused(scope, ast, "AT TIME ZONE");
}

const Expr *bind_expr(ExprScope *scope, const AstNode *ast)
{
    /* tidy: dispatch */
    switch (ast->kind) {
    case AST_INTEGER:
    case AST_DECIMAL:
    case AST_DOUBLE:
    case AST_STRING:
    case AST_BINARY_STRING:
    case AST_BOOLEAN:
    case AST_NULL:
    case AST_DATETIME:
    case AST_INTERVAL:
        return bind_literal(scope->binder, ast, false);
    case AST_COLUMN_REF:
        return bind_column_ref(scope, ast);
    case AST_FIELD: {
        const AstNode *name = ast_field_name(ast);
        return bind_field(scope->binder, bind_expr(scope, ast_field_base(ast)), ast_name_text(name), name->span);
    }
    case AST_INDEX:
        return bind_index(scope, ast);
    case AST_UNARY:
        return bind_unary(scope, ast);
    case AST_BINARY:
        return bind_binary(scope, ast);
    case AST_TIME_BETWEEN:
        return bind_time_between(scope, ast);
    case AST_LOGIC:
        return bind_logic(scope, ast);
    case AST_CONCAT:
        return bind_concat(scope, ast);
    case AST_IS:
        return bind_is(scope, ast);
    case AST_DISTINCT_FROM:
        return bind_distinct_from(scope, ast);
    case AST_BETWEEN:
        return bind_between(scope, ast);
    case AST_IN_LIST:
        return bind_in_list(scope, ast);
    case AST_LIKE:
        return bind_like(scope, ast);
    case AST_CASE:
        return bind_case(scope, ast);
    case AST_CAST:
        return bind_cast(scope, ast);
    case AST_CALL:
        return bind_call(scope, ast);
    case AST_ROW:
        return bind_row(scope, ast);
    case AST_MAP:
        return bind_map(scope, ast);
    case AST_ARRAY:
        return ast_array_query(ast) != NULL ? refused(scope, ast, "ARRAY of a query")
                                            : bind_constructor(scope, ast, ast_array_items(ast), "ARRAY");
    case AST_AT_TIME_ZONE:
        return bind_at_time_zone(scope, ast);
    case AST_IN_QUERY: {
        const Expr *in = bind_in_attributes(scope, ast);
        return in != NULL ? in : refused(scope, ast, "IN with a query");
    }
    case AST_EXISTS:
        return refused(scope, ast, "EXISTS");
    case AST_SUBQUERY:
        return refused(scope, ast, "a query as a value");
    case AST_QUANTIFIED:
        return refused(scope, ast, "a comparison with ALL or ANY");
    case AST_MULTISET:
        return refused(scope, ast, "MULTISET");
    case AST_NAMED_ARG:
        return refused(scope, ast, "a named argument here");
    case AST_STAR:
        return refused(scope, ast, "`*` as an expression");
    default:
        return refused(scope, ast, "this construct");
    }
}
