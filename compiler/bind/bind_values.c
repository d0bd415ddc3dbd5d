/* bind_values.c -- VALUES and SELECT without FROM: rows that come from no stream, once.
 *
 * Both read a table of one row that nobody declares, so that a row of VALUES is a projection of it and several rows are
 * a UNION ALL.  It has no event time and no column that a name finds. */
#include "compiler/bind/bind_internal.h"

#include "compiler/logical/nodes.h"

/* One for each statement: nothing is shared between programs of tests. */
Relation *bind_one_row(Binder *binder, Span span)
{
    Table *table = ARENA_NEW(binder->query, Table);
    Relation *relation = ARENA_NEW(binder->query, Relation);
    table->name = STR("VALUES");
    table->span = span;
    table->id = catalog_count(binder->catalog);
    table->rowtime_column = -1;
    table->is_one_row = true;
    table->column_count = 1;
    table->columns = ARENA_ARRAY(binder->query, TableColumn, 1);
    table->columns[0] = (TableColumn){ .name = STR(ONE_ROW_COLUMN), .type = type_simple(TYPE_INT, true), .span = span };
    relation = made_relation(binder, table, relation);
    relation->columns[0].is_hidden = true;
    relation->sources.count = 0;
    return relation;
}

typedef struct Rows {
    Binder *binder;
    Relation *one;
    const Expr **exprs; /* row after row */
    BindColumn *columns;
    uint32_t row_count, width;
    bool poison;
} Rows;

static void bind_row(Rows *rows, const AstNode *row, uint32_t at)
{
    Binder *binder = rows->binder;
    uint32_t count = ast_count(ast_row_items(row)), i = 0;
    ExprScope scope = { .binder = binder, .input = rows->one, .place = "VALUES" };
    if (count != rows->width) {
        diag_error(binder->diags, E0330, row->span, "this row has %u column%s, the first of VALUES has %u", count,
                   plural(count), rows->width);
        rows->poison = true;
        return;
    }
    AST_EACH(item, ast_row_items(row)) {
        const Expr *expr = bind_expr(&scope, item);
        rows->poison |= expr_is_poison(expr);
        rows->exprs[(uint64_t)at * rows->width + i++] = expr;
    }
}

static void find_type(Rows *rows, uint32_t column)
{
    Binder *binder = rows->binder;
    const Type *common = rows->exprs[column]->type;
    for (uint32_t r = 1; r < rows->row_count; r++) {
        const Expr *expr = rows->exprs[(uint64_t)r * rows->width + column];
        const Type *next = type_common(binder->query, common, expr->type);
        if (next == NULL) {
            Str a = type_name(binder->query, type_with_nullable(binder->query, common, true));
            Str b = type_name(binder->query, type_with_nullable(binder->query, expr->type, true));
            Diag *d = diag_error(binder->diags, E0309, expr->span,
                                 "this value is %.*s, which does not go with %.*s above it", STR_ARG(b), STR_ARG(a));
            diag_help(d, "CAST one of them to the type of the other");
            rows->poison = true;
            return;
        }
        common = next;
    }
    bool nullable = false;
    for (uint32_t r = 0; r < rows->row_count; r++) {
        const Type *type = rows->exprs[(uint64_t)r * rows->width + column]->type;
        nullable |= type->nullable || type->kind == TYPE_NULL;
    }
    if (common->kind == TYPE_NULL)
        common = type_simple(TYPE_VARCHAR, true);
    rows->columns[column].type = type_plain(binder->query, type_with_nullable(binder->query, common, nullable));
}

static const LogicalNode *project_row(Rows *rows, uint32_t at)
{
    Binder *binder = rows->binder;
    const Expr **exprs = ARENA_ARRAY(binder->query, const Expr *, rows->width + 1);
    for (uint32_t c = 0; c < rows->width; c++) {
        const Expr *expr = rows->exprs[(uint64_t)at * rows->width + c];
        const Type *type = rows->columns[c].type;
        exprs[c] =
            expr->type->kind == TYPE_NULL ? expr_null(binder->query, type, expr->span) : convert(binder, expr, type);
        if (!expr_is_poison(exprs[c]))
            exprs[c] = retype(binder, exprs[c], type);
    }
    BindColumn *columns = ARENA_ARRAY(binder->query, BindColumn, rows->width + 1);
    for (uint32_t c = 0; c < rows->width; c++)
        columns[c] = rows->columns[c];
    Relation *relation = make_project(binder, rows->one, exprs, columns, rows->width, exprs[0]->span);
    rows->poison |= relation->poison;
    return relation->node;
}

static Relation *all_rows(Rows *rows, Span span)
{
    Binder *binder = rows->binder;
    const LogicalNode **nodes = ARENA_ARRAY(binder->query, const LogicalNode *, rows->row_count + 1);
    for (uint32_t r = 0; r < rows->row_count; r++)
        nodes[r] = project_row(rows, r);
    if (rows->poison)
        return relation_poison(binder);
    Relation *relation = ARENA_NEW(binder->query, Relation);
    relation->node = nodes[0];
    relation->columns = rows->columns;
    relation->column_count = rows->width;
    relation->depth = 3;
    relation->weight = 2 * rows->row_count + 1;
    if (rows->row_count == 1)
        return relation;
    LogicalNode *node = node_new(binder, LOGICAL_UNION_ALL, span, nodes, rows->row_count);
    node_set_columns(binder, node, rows->columns, rows->width);
    relation->node = node;
    return check_size(binder, relation, span);
}

Relation *bind_values(Binder *binder, const AstNode *ast)
{
    const AstNode *list = ast_values_rows(ast), *first = ast_at(list, 0);
    Rows rows = { .binder = binder, .one = bind_one_row(binder, ast->span), .row_count = ast_count(list) };
    rows.width = ast_count(ast_row_items(first));
    rows.exprs = ARENA_ARRAY(binder->query, const Expr *, (uint64_t)rows.width *rows.row_count + 1);
    rows.columns = ARENA_ARRAY(binder->query, BindColumn, rows.width + 1);
    uint32_t at = 0;
    AST_EACH(row, list)
        bind_row(&rows, row, at++);
    for (uint32_t c = 0; c < rows.width && !rows.poison; c++) {
        rows.columns[c] = (BindColumn){ .name = str_printf(binder->query, "EXPR$%u", c), .span = rows.exprs[c]->span };
        find_type(&rows, c);
    }
    return rows.poison ? relation_poison(binder) : all_rows(&rows, ast->span);
}
