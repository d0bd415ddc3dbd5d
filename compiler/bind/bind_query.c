/* bind_query.c -- queries: WITH, UNION ALL, and the plan nodes that several places make. */
#include "compiler/bind/bind_internal.h"

Relation *relation_poison(Binder *binder)
{
    Relation *relation = ARENA_NEW(binder->query, Relation);
    relation->poison = relation->open = true;
    return relation;
}

void relation_stack(Relation *relation, const Relation *input)
{
    relation->depth = relation->depth > input->depth + 1 ? relation->depth : input->depth + 1;
    relation->weight += input->weight + 1;
}

Relation *check_size(Binder *binder, Relation *relation, Span span)
{
    if (relation->depth <= RELATION_DEPTH_MAX && relation->weight <= RELATION_WEIGHT_MAX)
        return relation;
    diag_error(binder->diags, E0337, span, "the query is too large: with the views it reads it has %u steps, %u deep",
               relation->weight, relation->depth);
    return relation_poison(binder);
}

/* ---- nodes ---- */

LogicalNode *node_new(Binder *binder, LogicalKind kind, Span span, const LogicalNode *const *inputs,
                      uint32_t input_count)
{
    LogicalNode *node = ARENA_NEW(binder->query, LogicalNode);
    const LogicalNode **kept = ARENA_ARRAY(binder->query, const LogicalNode *, input_count + 1);
    for (uint32_t i = 0; i < input_count; i++)
        kept[i] = inputs[i];
    node->kind = kind;
    node->span = span;
    node->inputs = kept;
    node->input_count = input_count;
    return node;
}

void node_set_columns(Binder *binder, LogicalNode *node, const BindColumn *columns, uint32_t count)
{
    LogicalColumn *kept = ARENA_ARRAY(binder->query, LogicalColumn, count + 1);
    for (uint32_t i = 0; i < count; i++)
        kept[i] = (LogicalColumn){ columns[i].name, columns[i].type, columns[i].span };
    node->columns = kept;
    node->column_count = count;
}

static Relation *with_node(Binder *binder, const Relation *from, const LogicalNode *node)
{
    Relation *relation = ARENA_NEW(binder->query, Relation);
    *relation = *from;
    relation->node = node;
    return relation;
}

Relation *make_filter(Binder *binder, Relation *input, const Expr *predicate, Span span)
{
    if (input->poison || expr_is_poison(predicate)) {
        input = with_node(binder, input, NULL);
        input->poison = true;
        return input;
    }
    check_constants(binder, predicate);
    warn_clock(binder, input->node, predicate);
    LogicalNode *node = node_new(binder, LOGICAL_FILTER, span, &input->node, 1);
    node_set_columns(binder, node, input->columns, input->column_count);
    node->as.filter.predicate = predicate;
    Relation *relation = with_node(binder, input, node);
    relation_stack(relation, input);
    return relation;
}

void keep_role(const Relation *input, const Expr *expr, BindColumn *column)
{
    if (expr->op != EXPR_COLUMN || expr->column >= input->column_count)
        return;
    column->role = input->columns[expr->column].role;
    column->window = input->columns[expr->column].window;
}

Relation *make_project(Binder *binder, const Relation *input, const Expr *const *exprs, BindColumn *columns,
                       uint32_t count, Span span)
{
    Relation *relation = ARENA_NEW(binder->query, Relation);
    relation->columns = columns;
    relation->column_count = count;
    relation->poison = input->poison;
    relation->open = input->open;
    relation->is_grouped = input->is_grouped;
    for (uint32_t i = 0; i < count; i++) {
        columns[i].type = exprs[i]->type;
        keep_role(input, exprs[i], &columns[i]);
        relation->poison |= expr_is_poison(exprs[i]);
        check_constants(binder, exprs[i]);
        warn_clock_of_item(binder, input->node, exprs[i]);
    }
    if (relation->poison)
        return relation;
    LogicalNode *node = node_new(binder, LOGICAL_PROJECT, span, &input->node, 1);
    node_set_columns(binder, node, columns, count);
    node->as.project.exprs = exprs;
    relation->node = node;
    relation_stack(relation, input);
    return relation;
}

/* ---- UNION ALL ---- */

/* The common type of column `at`; rowtime where it is one in all inputs. */
static const Type *union_type(Binder *binder, Relation *const *inputs, uint32_t count, uint32_t at, Span span)
{
    const Type *common = inputs[0]->columns[at].type;
    bool rowtime = common->is_rowtime;
    for (uint32_t i = 1; i < count; i++) {
        const Type *type = inputs[i]->columns[at].type;
        const Type *next = type_common(binder->query, common, type);
        if (next == NULL) {
            Str a = type_name(binder->query, type_with_nullable(binder->query, common, true));
            Str b = type_name(binder->query, type_with_nullable(binder->query, type, true));
            Diag *d = diag_error(binder->diags, E0309, span,
                                 "column %u of the UNION is %.*s in one query and %.*s in another", at + 1, STR_ARG(a),
                                 STR_ARG(b));
            diag_label(d, inputs[i]->columns[at].span, "%.*s", STR_ARG(b));
            return NULL;
        }
        rowtime &= type->is_rowtime && type->kind == common->kind;
        common = next;
    }
    if (!rowtime)
        return common;
    Type *time = ARENA_NEW(binder->query, Type);
    *time = *common;
    time->is_rowtime = true;
    return time;
}

static bool same_types(const Relation *relation, const BindColumn *columns)
{
    for (uint32_t i = 0; i < relation->column_count; i++) {
        if (!type_equal(relation->columns[i].type, columns[i].type) ||
            relation->columns[i].type->is_rowtime != columns[i].type->is_rowtime)
            return false;
    }
    return true;
}

static Relation *convert_columns(Binder *binder, Relation *relation, const BindColumn *target, Span span)
{
    if (same_types(relation, target))
        return relation;
    uint32_t count = relation->column_count;
    const Expr **exprs = ARENA_ARRAY(binder->query, const Expr *, count);
    BindColumn *columns = ARENA_ARRAY(binder->query, BindColumn, count);
    for (uint32_t i = 0; i < count; i++) {
        const Expr *column = expr_column(binder->query, relation->columns[i].type, i, relation->columns[i].span);
        exprs[i] = convert(binder, column, target[i].type);
        if (!target[i].type->is_rowtime && !expr_is_poison(exprs[i]))
            exprs[i] = retype(binder, exprs[i], type_plain(binder->query, exprs[i]->type));
        columns[i] = target[i];
    }
    return make_project(binder, relation, exprs, columns, count, span);
}

static Relation *union_all(Binder *binder, const AstNode *ast, Relation **inputs, uint32_t count)
{
    uint32_t width = inputs[0]->column_count;
    BindColumn *columns = ARENA_ARRAY(binder->query, BindColumn, width + 1);
    for (uint32_t at = 0; at < width; at++) {
        columns[at] = (BindColumn){ .name = inputs[0]->columns[at].name, .span = inputs[0]->columns[at].span };
        columns[at].type = union_type(binder, inputs, count, at, ast->span);
        if (columns[at].type == NULL)
            return relation_poison(binder);
    }
    const LogicalNode **nodes = ARENA_ARRAY(binder->query, const LogicalNode *, count);
    bool is_grouped = false;
    for (uint32_t i = 0; i < count; i++) {
        Relation *input = convert_columns(binder, inputs[i], columns, ast->span);
        if (input->poison)
            return relation_poison(binder);
        nodes[i] = input->node;
        is_grouped |= input->is_grouped;
    }
    LogicalNode *node = node_new(binder, LOGICAL_UNION_ALL, ast->span, nodes, count);
    node_set_columns(binder, node, columns, width);
    Relation *relation = ARENA_NEW(binder->query, Relation);
    for (uint32_t i = 0; i < count; i++)
        relation_stack(relation, inputs[i]);
    relation->node = node;
    relation->columns = columns;
    relation->column_count = width;
    relation->is_grouped = is_grouped;
    return check_size(binder, relation, ast->span);
}

static Relation *bind_body(Binder *binder, const AstNode *body);

static Relation *bind_set_op(Binder *binder, const AstNode *ast)
{
    static const char *const NAMES[] = { "UNION", "INTERSECT", "EXCEPT" };
    uint32_t count = ast_count(ast_set_op_inputs(ast)), at = 0;
    Relation **inputs = ARENA_ARRAY(binder->query, Relation *, count);
    bool poison = false;
    if (ast_set_op_op(ast) != AST_UNION) {
        refuse(binder, ast->span, NAMES[ast_set_op_op(ast)]);
        poison = true;
    }
    AST_EACH(input, ast_set_op_inputs(ast)) {
        inputs[at] = bind_body(binder, input);
        poison |= inputs[at]->poison;
        if (!poison && inputs[at]->column_count != inputs[0]->column_count) {
            Diag *d = diag_error(binder->diags, E0330, input->span,
                                 "this query has %u column%s, the first of the UNION has %u", inputs[at]->column_count,
                                 plural(inputs[at]->column_count), inputs[0]->column_count);
            diag_label(d, ast_at(ast_set_op_inputs(ast), 0)->span, "%u column%s", inputs[0]->column_count,
                       plural(inputs[0]->column_count));
            poison = true;
        }
        at++;
    }
    if (poison)
        return relation_poison(binder);
    Relation *all = union_all(binder, ast, inputs, count);
    return ast_set_op_all(ast) ? all : make_distinct(binder, all, ast->span);
}

static Relation *bind_table_query(Binder *binder, const AstNode *ast)
{
    const CatalogEntry *entry = find_entry(binder, ast_table_query_table(ast));
    return entry == NULL ? relation_poison(binder) : read_relation(binder, entry, ast->span);
}

static Relation *bind_body(Binder *binder, const AstNode *body)
{
    switch (body->kind) {
    case AST_SELECT:
        return bind_select(binder, body);
    case AST_SET_OP:
        return bind_set_op(binder, body);
    case AST_QUERY:
        return bind_query_ast(binder, body);
    case AST_TABLE_QUERY:
        return bind_table_query(binder, body);
    default:
        return bind_values(binder, body);
    }
}

/* ---- WITH ---- */

/* Among the names of one WITH, `outer` being what was visible before it. */
static void check_cte_name(Binder *binder, const AstNode *name, const Cte *outer)
{
    for (const Cte *cte = binder->ctes; cte != outer; cte = cte->outer) {
        if (str_equal(cte->name, ast_name_text(name)))
            diag_error(binder->diags, E0205, name->span, "this WITH defines `%.*s` already", STR_ARG(cte->name));
    }
}

static void bind_cte(Binder *binder, const AstNode *ast)
{
    Cte *cte = ARENA_NEW(binder->query, Cte);
    Relation *relation = bind_query_ast(binder, ast_cte_query(ast));
    uint32_t count = ast_count(ast_cte_columns(ast)), at = 0;
    cte->name = ast_name_text(ast_cte_name(ast));
    cte->relation = ARENA_NEW(binder->query, Relation);
    *cte->relation = *relation;
    if (count > 0 && !relation->poison && count != relation->column_count) {
        diag_error(binder->diags, E0330, ast_cte_columns(ast)->span, "`%.*s` names %u column%s, its query has %u",
                   STR_ARG(cte->name), count, plural(count), relation->column_count);
        cte->relation->poison = cte->relation->open = true;
    } else if (count > 0 && !relation->poison) {
        cte->relation->columns = ARENA_ARRAY(binder->query, BindColumn, count);
        AST_EACH(name, ast_cte_columns(ast)) {
            cte->relation->columns[at] = relation->columns[at];
            cte->relation->columns[at++].name = ast_name_text(name);
        }
    }
    cte->outer = binder->ctes;
    binder->ctes = cte;
}

static void refuse_query_clauses(Binder *binder, const AstNode *ast, Relation *relation)
{
    if (ast_query_recursive(ast))
        refuse(binder, ast->span, "WITH RECURSIVE");
    else if (ast_count(ast_query_order_by(ast)) > 0)
        refuse(binder, ast_query_order_by(ast)->span, "ORDER BY");
    else if (ast_query_limit(ast) != NULL)
        refuse(binder, ast_query_limit(ast)->span, "LIMIT");
    else if (ast_query_offset(ast) != NULL)
        refuse(binder, ast_query_offset(ast)->span, "OFFSET");
    else
        return;
    relation->poison = true;
}

Relation *bind_query_ast(Binder *binder, const AstNode *ast)
{
    Cte *outer = binder->ctes;
    AST_EACH(cte, ast_query_ctes(ast)) {
        check_cte_name(binder, ast_cte_name(cte), outer);
        bind_cte(binder, cte);
    }
    Relation *relation = ARENA_NEW(binder->query, Relation);
    *relation = *bind_body(binder, ast_query_body(ast));
    refuse_query_clauses(binder, ast, relation);
    binder->ctes = outer;
    return relation;
}
