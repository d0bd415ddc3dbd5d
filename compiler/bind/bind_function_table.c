/* bind_function_table.c -- functions that return a table: their query, bound where they are called, like a view.
 *
 * A TABLE parameter becomes a name of a WITH query, a DESCRIPTOR the name of the column that it was given, a value the
 * expression that was written; the latter two by putting them into a copy of the body. */
#include "compiler/bind/bind_from.h"
#include "compiler/bind/bind_function.h"

typedef struct Replacing {
    Binder *binder;
    const Function *function;
    const AstNode *const *args;
    uint32_t next_id;
} Replacing;

/* ---- putting arguments into the body ---- */

static int32_t param_index(const Replacing *r, Str name, AstParam kind)
{
    for (uint32_t i = 0; i < r->function->param_count; i++) {
        const FunctionParam *param = &r->function->params[i];
        if (param->kind == kind && str_equal(param->name, name))
            return (int32_t)i;
    }
    return -1;
}

/* A name of one part that is a value parameter. */
static const AstNode *value_of(const Replacing *r, const AstNode *node)
{
    if (node->kind != AST_COLUMN_REF || ast_count(ast_column_ref_parts(node)) != 1)
        return NULL;
    int32_t index = param_index(r, ast_name_text(ast_at(ast_column_ref_parts(node), 0)), AST_PARAM_VALUE);
    if (index < 0)
        return NULL;
    const AstNode *given = r->args[index];
    return given != NULL ? given : r->function->params[index].fallback;
}

/* The last part of a column's name that is a DESCRIPTOR parameter. */
static const AstNode *column_of(const Replacing *r, const AstNode *node)
{
    int32_t index = param_index(r, ast_name_text(node), AST_PARAM_DESCRIPTOR);
    if (index < 0)
        return NULL;
    const AstNode *parts = ast_qname_parts(ast_at(ast_descriptor_columns(r->args[index]), 0));
    return ast_at(parts, ast_count(parts) - 1);
}

static void replace(Replacing *r, AstNode *node);

static void replace_column(Replacing *r, AstNode *parts)
{
    AstField *last = &parts->fields[parts->field_count - 1];
    const AstNode *column = column_of(r, last->node);
    if (column != NULL)
        last->node = ast_clone(r->binder->query, column, &r->next_id);
}

static void replace_field(Replacing *r, AstField *field)
{
    if (field->node == NULL)
        return;
    const AstNode *value = value_of(r, field->node);
    if (value != NULL)
        field->node = ast_clone(r->binder->query, value, &r->next_id);
    else
        replace(r, field->node);
}

/* Nesting is bounded by the parser. */
static void replace(Replacing *r, AstNode *node)
{
    if (node->kind == AST_COLUMN_REF) {
        replace_column(r, node->fields[AST_AT_column_ref_parts].node);
        return;
    }
    if (node->kind == AST_DESCRIPTOR) {
        AST_EACH(column, ast_descriptor_columns(node))
            replace_column(r, column->fields[AST_AT_qname_parts].node);
        return;
    }
    const AstKindInfo *info = ast_kind_info(node->kind);
    for (uint32_t i = 0; i < node->field_count; i++) {
        AstFieldType type = node->kind == AST_LIST ? AST_FIELD_CHILD : info->fields[i].type;
        if (type == AST_FIELD_CHILD || type == AST_FIELD_LIST)
            replace_field(r, &node->fields[i]);
    }
}

/* ---- arguments ---- */

static Relation *table_argument(Binder *binder, const FunctionParam *param, const AstNode *arg)
{
    if (arg->kind == AST_COLUMN_REF || arg->kind == AST_QNAME)
        return find_relation(binder, arg);
    if (arg->kind != AST_TABLE_ARG) {
        Diag *d =
            diag_error(binder->diags, E0303, arg->span, "`%.*s` takes a table, this is none", STR_ARG(param->name));
        diag_label(d, param->span, "declared here");
        diag_help(d, "write TABLE and its name, or TABLE(SELECT ..)");
        return relation_poison(binder);
    }
    if (ast_count(ast_table_arg_partition_by(arg)) > 0 || ast_count(ast_table_arg_order_by(arg)) > 0) {
        refuse(binder, arg->span, "PARTITION BY of a TABLE argument");
        return relation_poison(binder);
    }
    const AstNode *table = ast_table_arg_table(arg);
    return table->kind == AST_QUERY ? bind_query_ast(binder, table) : find_relation(binder, table);
}

static bool check_descriptor(Binder *binder, const FunctionParam *param, const AstNode *arg)
{
    if (arg->kind == AST_DESCRIPTOR && ast_count(ast_descriptor_columns(arg)) == 1)
        return true;
    Diag *d = diag_error(binder->diags, E0303, arg->span, "`%.*s` takes one DESCRIPTOR(column)", STR_ARG(param->name));
    diag_label(d, param->span, "declared here");
    return false;
}

/* A value is known without a row. */
static bool check_value(Binder *binder, const FunctionParam *param, const AstNode *arg)
{
    ExprScope nothing = { .binder = binder, .place = "a table function" };
    const Expr *value = bind_expr(&nothing, arg);
    if (expr_is_poison(value))
        return false;
    if (value->type->kind == TYPE_NULL || type_can_convert_implicitly(value->type, param->type))
        return true;
    Str is = type_name(binder->query, type_with_nullable(binder->query, value->type, true));
    Str wanted = type_name(binder->query, param->type);
    Diag *d = diag_error(binder->diags, E0303, arg->span, "`%.*s` is %.*s, this is %.*s", STR_ARG(param->name),
                         STR_ARG(wanted), STR_ARG(is));
    diag_label(d, param->span, "declared here");
    return false;
}

/* Names the tables, in front of `ctes`; false after an error. */
static bool take_arguments(Binder *binder, const Function *function, const AstNode *const *args, Cte **ctes)
{
    bool good = true;
    for (uint32_t i = 0; i < function->param_count; i++) {
        const FunctionParam *param = &function->params[i];
        const AstNode *arg = args[i] == NULL ? param->fallback : args[i];
        if (param->kind == AST_PARAM_DESCRIPTOR)
            good &= check_descriptor(binder, param, arg);
        else if (param->kind == AST_PARAM_VALUE)
            good &= check_value(binder, param, arg);
        if (param->kind != AST_PARAM_TABLE)
            continue;
        Cte *cte = ARENA_NEW(binder->query, Cte);
        *cte = (Cte){ .outer = *ctes, .name = param->name, .relation = table_argument(binder, param, arg) };
        good &= !cte->relation->poison;
        *ctes = cte;
    }
    return good;
}

/* ---- the result ---- */

/* RETURNS TABLE (a BIGINT, ..): the query's columns under these names, as these types. */
static Relation *declared_columns(Binder *binder, const Function *function, Relation *query)
{
    const AstNode *fields = ast_create_function_table_columns(function->statement);
    uint32_t count = ast_count(fields), at = 0;
    if (count == 0 || query->poison)
        return query;
    if (count != query->column_count) {
        Diag *d = diag_error(binder->diags, E0338, function->span, "`%.*s` RETURNS %u column%s, its query has %u",
                             STR_ARG(function->name), count, plural(count), query->column_count);
        diag_label(d, fields->span, "these are declared");
        return relation_poison(binder);
    }
    const Expr **exprs = ARENA_ARRAY(binder->query, const Expr *, count);
    BindColumn *columns = ARENA_ARRAY(binder->query, BindColumn, count);
    AST_EACH(field, fields) {
        const BindColumn *column = &query->columns[at];
        const Type *type = bind_type(binder, ast_row_field_type(field));
        exprs[at] = expr_column(binder->query, column->type, at, column->span);
        if (type->kind == TYPE_POISON)
            return relation_poison(binder);
        if (!type_equal(type, column->type))
            exprs[at] = convert_implicitly(binder, exprs[at], type);
        if (exprs[at] == NULL) {
            Str is = type_name(binder->query, type_with_nullable(binder->query, column->type, true));
            Str says = type_name(binder->query, type);
            diag_error(binder->diags, E0338, field->span, "column `%.*s` is %.*s and does not become %.*s by itself",
                       STR_ARG(column->name), STR_ARG(is), STR_ARG(says));
            return relation_poison(binder);
        }
        columns[at] = *column;
        columns[at].name = ast_name_text(ast_row_field_name(field));
        columns[at].type = exprs[at]->type;
        at++;
    }
    return make_project(binder, query, exprs, columns, count, function->span);
}

static Relation *bind_body(Binder *binder, const Function *function, const AstNode *const *args, Cte *ctes)
{
    Replacing r = { .binder = binder, .function = function, .args = args };
    AstNode *body = ast_clone(binder->query, function->body, &r.next_id);
    replace(&r, body);
    Cte *outer = binder->ctes;
    binder->ctes = ctes;
    Relation *relation = bind_query_ast(binder, body);
    binder->ctes = outer;
    return declared_columns(binder, function, relation);
}

/* Without values, the body is bound over tables of which nothing is known; with them, only at its calls. */
void check_table_function(Binder *binder, Function *function)
{
    Cte *ctes = NULL;
    for (uint32_t i = 0; i < function->param_count; i++) {
        if (function->params[i].kind != AST_PARAM_TABLE)
            return;
        Cte *cte = ARENA_NEW(binder->query, Cte);
        *cte = (Cte){ .outer = ctes, .name = function->params[i].name, .relation = relation_poison(binder) };
        ctes = cte;
    }
    uint32_t before = binder->diags->error_count + binder->diags->dropped_count;
    (void)bind_body(binder, function, NULL, ctes);
    function->is_broken |= binder->diags->error_count + binder->diags->dropped_count > before;
}

Relation *bind_table_call(Binder *binder, Function *function, const AstNode *call)
{
    if (function->is_expanding) {
        Diag *d =
            diag_error(binder->diags, E0208, function->span, "`%.*s` is defined by itself", STR_ARG(function->name));
        diag_label(d, call->span, "called here; a function cannot call itself");
        return relation_poison(binder);
    }
    if (!function_ready(binder, function, call->span))
        return relation_poison(binder);
    if (!ast_create_function_returns_table(function->statement)) {
        Diag *d = diag_error(binder->diags, E0209, call->span, "`%.*s` returns a value, FROM takes tables",
                             STR_ARG(function->name));
        diag_label(d, function->span, "defined here");
        return relation_poison(binder);
    }
    const AstNode **args = ARENA_ARRAY(binder->query, const AstNode *, function->param_count + 1);
    Cte *ctes = NULL;
    if (!function_arguments(binder, function, call, args) || !take_arguments(binder, function, args, &ctes))
        return relation_poison(binder);
    function->is_expanding = true;
    uint32_t before = binder->diags->items.count;
    Relation *relation = bind_body(binder, function, args, ctes);
    function_name_call(binder, function, before, call->span);
    function->is_expanding = false;
    return relation;
}
