/* bind_select.c -- one SELECT: FROM, WHERE, GROUP BY, the list, HAVING, in the order in which they mean something. */
#include "compiler/bind/bind_internal.h"

typedef VEC(SelectAlias) Aliases;

typedef struct SelectBody {
    const AstNode *ast;
    Relation *input;
    Grouping *grouping;
    AggCalls *aggs;
    SelectItems items;
    Aliases aliases;
    const Expr *having;
    const AstNode *rank; /* numbers the rows */
    bool poison;
} SelectBody;

/* ---- the list ---- */

static bool name_taken(const SelectItems *items, uint32_t count, Str name)
{
    for (uint32_t i = 0; i < count; i++) {
        if (str_equal(items->items[i].name, name))
            return true;
    }
    return false;
}

/* A second `id` is called id0, a third id1. */
static void make_names_unique(Binder *binder, SelectItems *items)
{
    for (uint32_t i = 1; i < items->count; i++) {
        Str name = items->items[i].name;
        for (uint32_t n = 0; name_taken(items, i, items->items[i].name); n++)
            items->items[i].name = str_printf(binder->query, "%.*s%u", STR_ARG(name), n);
    }
}

static Str item_name(Binder *binder, const AstNode *item, uint32_t place)
{
    const AstNode *expr = ast_select_item_expr(item);
    if (ast_select_item_alias(item) != NULL)
        return ast_name_text(ast_select_item_alias(item));
    if (expr->kind == AST_COLUMN_REF)
        return ast_name_last(expr);
    if (expr->kind == AST_FIELD)
        return ast_name_text(ast_field_name(expr));
    return str_printf(binder->query, "EXPR$%u", place);
}

static void add_range(Binder *binder, SelectBody *body, uint32_t first, uint32_t count, Span span)
{
    for (uint32_t i = first; i < first + count; i++) {
        const BindColumn *column = &body->input->columns[i];
        if (column->is_hidden)
            continue;
        SelectItem item = { expr_column(binder->query, column->type, i, span), column->name, column->span };
        vec_push(binder->query, &body->items, item);
    }
}

/* row.*, t.row.*: the fields of a ROW as columns; false where the name is no ROW. */
static bool add_fields(Binder *binder, SelectBody *body, const AstNode *star)
{
    static_assert((int)AST_AT_column_ref_parts == (int)AST_AT_qname_parts, "a name with parts is read as a column");
    uint32_t id = 0;
    AstNode *name = ast_clone(binder->query, ast_star_qualifier(star), &id);
    name->kind = AST_COLUMN_REF;
    ExprScope scope = { .binder = binder, .input = body->input, .place = "SELECT" };
    const Expr *row = find_column_ref(&scope, name);
    if (row == NULL || row->type->kind != TYPE_ROW)
        return false;
    for (uint32_t i = 0; i < row->type->field_count; i++) {
        Str field = row->type->fields[i].name;
        SelectItem item = { bind_field(binder, row, field, star->span), field, star->span };
        vec_push(binder->query, &body->items, item);
    }
    return true;
}

static void add_star(Binder *binder, SelectBody *body, const AstNode *star)
{
    const Relation *input = body->input;
    const AstNode *qualifier = ast_star_qualifier(star);
    if (ast_select_from(body->ast) == NULL) {
        diag_error(binder->diags, E0202, star->span, "there is no FROM whose columns `*` could mean");
        body->poison = true;
        return;
    }
    if (qualifier == NULL) {
        add_range(binder, body, 0, input->column_count, star->span);
        return;
    }
    Str name = qname_text(binder, qualifier);
    Str *names = ARENA_ARRAY(binder->query, Str, input->sources.count + 1);
    for (uint32_t i = 0; i < input->sources.count; i++) {
        const BindSource *source = &input->sources.items[i];
        names[i] = source->alias;
        if (!str_equal(source->alias, name))
            continue;
        add_range(binder, body, source->first, source->count, star->span);
        return;
    }
    if (add_fields(binder, body, star))
        return;
    body->poison = true;
    if (input->open)
        return;
    Diag *d =
        diag_error(binder->diags, E0201, qualifier->span, "no table of this FROM is called `%.*s`", STR_ARG(name));
    int32_t nearest = diag_nearest(name, names, input->sources.count);
    if (nearest >= 0)
        diag_fix(d, qualifier->span, names[nearest], "did you mean `%.*s`?", STR_ARG(names[nearest]));
}

static ExprScope item_scope(Binder *binder, const SelectBody *body, const char *place)
{
    return (ExprScope){ .binder = binder,
                        .input = body->input,
                        .place = place,
                        .aggs = body->aggs,
                        .grouping = body->grouping,
                        .rank = body->rank,
                        .group_window = body->grouping == NULL ? NULL : body->grouping->group_window,
                        .no_group = body->grouping != NULL && body->grouping->poison,
                        .aliases = body->aliases.items,
                        .alias_count = body->aliases.count };
}

/* Counts what an alias that stands in another one is worth, each time anew. */
static void count_expr(const Expr *expr, uint32_t most, uint32_t *count)
{
    for (uint32_t i = 0; i < expr->arg_count && *count <= most; i++)
        count_expr(expr->args[i], most, count);
    ++*count;
}

bool expr_is_small(const Expr *expr, Span text)
{
    uint32_t count = 0, written = 4 * (text.end - text.start);
    uint32_t most = written > EXPR_WEIGHT_MAX ? written : EXPR_WEIGHT_MAX;
    count_expr(expr, most, &count);
    return count <= most;
}

static void bind_items(Binder *binder, SelectBody *body)
{
    uint32_t place = 0;
    AST_EACH(item, ast_select_items(body->ast)) {
        if (item->kind == AST_STAR) {
            add_star(binder, body, item);
            place++;
            continue;
        }
        ExprScope scope = item_scope(binder, body, "SELECT");
        const Expr *expr = bind_expr(&scope, ast_select_item_expr(item));
        if (!expr_is_small(expr, item->span)) {
            diag_error(binder->diags, E0337, item->span, "the expression is too large: its aliases repeat each other");
            expr = expr_poison(binder, item->span);
        }
        SelectItem made = { expr, item_name(binder, item, place++), item->span };
        vec_push(binder->query, &body->items, made);
        if (ast_select_item_alias(item) != NULL)
            vec_push(binder->query, &body->aliases, ((SelectAlias){ made.name, expr }));
    }
    make_names_unique(binder, &body->items);
}

static void bind_having(Binder *binder, SelectBody *body)
{
    const AstNode *having = ast_select_having(body->ast);
    if (having == NULL)
        return;
    ExprScope scope = item_scope(binder, body, "HAVING");
    body->having = bind_condition(&scope, having, "HAVING");
}

/* ---- putting it together ---- */

static Relation *project_items(Binder *binder, const SelectBody *body, const Relation *input)
{
    uint32_t count = body->items.count;
    const Expr **exprs = ARENA_ARRAY(binder->query, const Expr *, count + 1);
    BindColumn *columns = ARENA_ARRAY(binder->query, BindColumn, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        const SelectItem *item = &body->items.items[i];
        exprs[i] = item->expr;
        if (item->expr->type->kind == TYPE_NULL)
            exprs[i] = expr_null(binder->query, type_simple(TYPE_VARCHAR, true), item->span);
        columns[i] = (BindColumn){ .name = item->name, .span = item->span };
    }
    Relation *relation = make_project(binder, input, exprs, columns, count, body->ast->span);
    relation->poison |= body->poison;
    return relation;
}

static Relation *finish_grouped(Binder *binder, SelectBody *body)
{
    Grouping *grouping = body->grouping;
    for (uint32_t i = 0; i < body->items.count && !grouping->poison; i++) {
        SelectItem *item = &body->items.items[i];
        item->expr = grouped_expr(binder, grouping, item->expr);
    }
    if (body->having != NULL && !grouping->poison)
        body->having = grouped_expr(binder, grouping, body->having);
    Relation *relation = grouping->poison ? relation_poison(binder) : make_aggregate(binder, grouping);
    if (body->having != NULL)
        relation = make_filter(binder, relation, body->having, ast_select_having(body->ast)->span);
    return project_items(binder, body, relation);
}

static Relation *bind_grouped(Binder *binder, SelectBody *body)
{
    Grouping *grouping = ARENA_NEW(binder->query, Grouping);
    bind_group_by(binder, body->ast, &body->input, grouping);
    body->grouping = grouping;
    body->aggs = &grouping->aggs;
    bind_items(binder, body);
    bind_having(binder, body);
    return finish_grouped(binder, body);
}

static Relation *bind_plain(Binder *binder, SelectBody *body)
{
    const AstNode *rank = find_ranking(body->ast), *qualify = ast_select_qualify(body->ast);
    if (rank != NULL) {
        body->input = bind_ranking(binder, body->input, rank);
        body->rank = rank;
    }
    Grouping *global = ARENA_NEW(binder->query, Grouping);
    body->aggs = &global->aggs;
    bind_items(binder, body);
    bind_having(binder, body);
    if (rank != NULL && qualify != NULL) {
        ExprScope scope = item_scope(binder, body, "QUALIFY");
        body->input = make_filter(binder, body->input, bind_condition(&scope, qualify, "QUALIFY"), qualify->span);
    }
    if (global->aggs.count == 0 && body->having == NULL)
        return project_items(binder, body, body->input);
    global->input = body->input;
    global->poison = body->input->poison;
    global->span = global->aggs.count > 0 ? global->aggs.items[0].span : ast_select_having(body->ast)->span;
    global->is_global = true;
    body->grouping = global;
    return finish_grouped(binder, body);
}

Relation *bind_select(Binder *binder, const AstNode *ast)
{
    SelectBody body = { .ast = ast };
    body.poison = refuse_select_clauses(binder, ast);
    int64_t ttl_us;
    body.input =
        ast_select_from(ast) == NULL ? bind_one_row(binder, ast->span) : bind_from(binder, ast_select_from(ast));
    body.poison = !bind_hints(binder, ast_select_hints(ast), body.input, &ttl_us) || body.poison;
    if (ast_select_where(ast) != NULL) {
        ExprScope scope = { .binder = binder, .input = body.input, .place = "WHERE" };
        const Expr *predicate = bind_condition(&scope, ast_select_where(ast), "WHERE");
        body.input = make_filter(binder, body.input, predicate, ast_select_where(ast)->span);
    }
    bool grouped = ast_count(ast_select_group_by(ast)) > 0;
    Relation *relation = grouped ? bind_grouped(binder, &body) : bind_plain(binder, &body);
    if (ast_select_distinct(ast))
        relation = make_distinct(binder, relation, (Span){ ast->span.file, ast->span.start, ast->span.start + 6 });
    relation = hint_ttl(binder, relation, ast_select_hints(ast), ttl_us);
    return check_size(binder, relation, ast->span);
}
