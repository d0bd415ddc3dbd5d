/* bind_unnest.c -- UNNEST beside a table: the rows of the table, each once for every element of a collection of it.
 *
 *   t CROSS JOIN UNNEST(a) AS u (x)     project t.*, x = a[ordinality]
 *                                         unnest CARDINALITY(a)
 *                                           project t.*, a         only where `a` is more than a column
 *
 * Columns: an ARRAY of ROWs has a column for each field, any other ARRAY and a MULTISET (each value as often as it is
 * there) one, a MAP its KEY and VALUE; ORDINALITY is the number of the element, from 1.  As in Flink, a ROW in an array
 * that is NULL is no element; it is counted by ORDINALITY all the same. */
#include "compiler/bind/bind_from.h"

typedef struct Unnest {
    Binder *binder;
    const AstNode *join, *ast;
    const Relation *left;
    Relation *over;     /* left ++ collection, then left ++ collection ++ ordinality */
    const Expr *items;  /* the collection, a column of `over` */
    const Expr *number; /* likewise, once there */
    bool is_left;
} Unnest;

static Relation *bad_unnest(Binder *binder, Span span, const char *what, const char *help)
{
    Diag *d = diag_error(binder->diags, E0335, span, "%s", what);
    diag_help(d, "%s", help);
    return relation_poison(binder);
}

/* ---- the collection ---- */

static bool is_collection(const Type *type)
{
    return type->kind == TYPE_ARRAY || type->kind == TYPE_MAP || type->kind == TYPE_MULTISET;
}

static const Expr *bind_collection(Binder *binder, const Relation *left, const AstNode *ast)
{
    ExprScope scope = { .binder = binder, .input = left, .place = "UNNEST" };
    const AstNode *arg = ast_at(ast_unnest_args(ast), 0);
    if (ast_count(ast_unnest_args(ast)) > 1) {
        refuse(binder, span_join(arg->span, ast_at(ast_unnest_args(ast), ast_count(ast_unnest_args(ast)) - 1)->span),
               "UNNEST of several collections");
        return expr_poison(binder, arg->span);
    }
    const Expr *items = bind_expr(&scope, arg);
    if (expr_is_poison(items) || is_collection(items->type))
        return items;
    Str type = type_name(binder->query, type_with_nullable(binder->query, items->type, true));
    Diag *d = diag_error(binder->diags, E0335, arg->span, "UNNEST takes an ARRAY, a MAP or a MULTISET, not %.*s",
                         STR_ARG(type));
    if (type_is_text(items->type))
        diag_help(d, "SPLIT(text, ',') makes an array of a text");
    return expr_poison(binder, arg->span);
}

static Relation *copy_with_room(Binder *binder, const Relation *from, uint32_t more)
{
    Relation *copy = ARENA_NEW(binder->query, Relation);
    *copy = *from;
    copy->columns = ARENA_ARRAY(binder->query, BindColumn, from->column_count + more + 1);
    for (uint32_t i = 0; i < from->column_count; i++)
        copy->columns[i] = from->columns[i];
    return copy;
}

/* A collection that is more than a column is worked out once for each row. */
static void put_collection(Unnest *u, const Expr *items)
{
    Binder *binder = u->binder;
    const Relation *left = u->left;
    u->items = items;
    u->over = copy_with_room(binder, left, 0);
    if (items->op == EXPR_COLUMN)
        return;
    uint32_t count = left->column_count;
    Relation *with = copy_with_room(binder, left, 1);
    const Expr **exprs = ARENA_ARRAY(binder->query, const Expr *, count + 1);
    for (uint32_t i = 0; i < count; i++)
        exprs[i] = expr_column(binder->query, left->columns[i].type, i, left->columns[i].span);
    exprs[count] = items;
    with->columns[count] = (BindColumn){ .name = STR("collection"), .span = items->span, .is_hidden = true };
    u->over = make_project(binder, left, exprs, with->columns, count + 1, items->span);
    u->items = expr_column(binder->query, items->type, count, items->span);
}

static const Expr *call(const Unnest *u, const char *name, const Type *type, const Expr *index)
{
    const Expr **args = ARENA_ARRAY(u->binder->query, const Expr *, 2);
    args[0] = u->items;
    args[1] = index;
    return expr_call(u->binder->query, type, fn_find_name(str_from(name)), args, index == NULL ? 1 : 2, u->items->span);
}

static const Expr *count_of(const Unnest *u)
{
    Binder *binder = u->binder;
    if (u->items->type->kind == TYPE_MULTISET)
        return call(u, "MULTISET_SIZE", type_simple(TYPE_INT, true), NULL);
    return bind_fn(binder, STR("CARDINALITY"), &u->items, 1, u->items->span);
}

/* ---- the elements ---- */

typedef struct Elements {
    Relation *columns;   /* all that UNNEST adds */
    const Expr **values; /* of each, over the rows of the node */
    const Expr *row;     /* NULL: the elements are no ROWs */
} Elements;

static void add_element(const Unnest *u, Elements *e, Str name, const Expr *value)
{
    Relation *to = e->columns;
    e->values[to->column_count] = value;
    to->columns[to->column_count++] = (BindColumn){ .name = name, .type = value->type, .span = u->ast->span };
}

static Elements elements_of(const Unnest *u)
{
    Arena *query = u->binder->query;
    const Type *type = u->items->type, *element = type_with_nullable(query, type->element, true);
    uint32_t most = (element->kind == TYPE_ROW ? element->field_count : 1) + 2;
    Elements e = { .columns = ARENA_NEW(query, Relation), .values = ARENA_ARRAY(query, const Expr *, most) };
    e.columns->columns = ARENA_ARRAY(query, BindColumn, most);
    const AstNode *alias = ast_unnest_alias(u->ast);
    Str single = alias == NULL ? STR("EXPR$0") : ast_name_text(alias);
    if (type->kind == TYPE_MAP) {
        add_element(u, &e, STR("KEY"), call(u, "MAP_KEY_AT", type_with_nullable(query, type->key, true), u->number));
        add_element(u, &e, STR("VALUE"), call(u, "MAP_VALUE_AT", element, u->number));
    } else if (type->kind == TYPE_ARRAY && element->kind == TYPE_ROW) {
        e.row = call(u, "[]", element, u->number);
        for (uint32_t i = 0; i < element->field_count; i++) {
            Str name = element->fields[i].name;
            add_element(u, &e, name, bind_field(u->binder, e.row, name, u->ast->span));
        }
    } else {
        const char *item = type->kind == TYPE_ARRAY ? "[]" : "MULTISET_AT";
        add_element(u, &e, single, call(u, item, element, u->number));
    }
    if (ast_unnest_ordinality(u->ast))
        add_element(u, &e, STR("ORDINALITY"), u->number);
    return e;
}

/* ---- the join ---- */

/* Columns of the table, then those of the elements under their names; NULL after an error. */
static Relation *name_columns(const Unnest *u, const Elements *e)
{
    const AstNode *alias = ast_unnest_alias(u->ast);
    Relation *right = named_relation(u->binder, e->columns, alias, STR_EMPTY, ast_unnest_columns(u->ast), u->ast->span);
    if (right->poison)
        return NULL;
    uint32_t before = u->left->column_count;
    Relation *both = copy_with_room(u->binder, u->left, right->column_count);
    both->sources.items = NULL;
    both->sources.count = both->sources.capacity = 0;
    for (uint32_t i = 0; i < u->left->sources.count; i++)
        vec_push(u->binder->query, &both->sources, u->left->sources.items[i]);
    for (uint32_t i = 0; i < right->column_count; i++)
        both->columns[before + i] = right->columns[i];
    both->column_count = before + right->column_count;
    BindSource source = { .alias = right->sources.items[0].alias,
                          .span = right->sources.items[0].span,
                          .first = before,
                          .count = right->column_count };
    return join_add_source(u->binder, both, source) ? both : NULL;
}

/* ON over the columns of the join, or TRUE. */
static const Expr *bind_on(const Unnest *u, const Relation *both)
{
    const AstNode *on = ast_join_on(u->join);
    if (on == NULL)
        return expr_bool(u->binder->query, true, u->ast->span);
    ExprScope scope = { .binder = u->binder, .input = both, .place = "ON" };
    const Expr *condition = bind_condition(&scope, on, "ON");
    check_constants(u->binder, condition);
    return condition;
}

static bool is_true(const Expr *expr)
{
    return expr->op == EXPR_LITERAL && !expr->literal.is_null && expr->literal.value.b;
}

static const Expr *both_hold(Binder *binder, const Expr *a, const Expr *b)
{
    if (a == NULL || b == NULL)
        return a == NULL ? b : a;
    const Expr *parts[] = { a, b };
    return expr_op(binder->query, EXPR_AND, type_simple(TYPE_BOOLEAN, true), parts, 2, b->span);
}

/* What an element has to pass, over `over`: it is no NULL row, and a left join's ON. */
static const Expr *residual_of(const Unnest *u, const Elements *e, const Expr *const *exprs, const Expr *on)
{
    Arena *query = u->binder->query;
    const Expr *there = NULL, *asked = NULL;
    if (e->row != NULL)
        there = expr_op(query, EXPR_IS_NOT_NULL, type_simple(TYPE_BOOLEAN, false), &e->row, 1, u->ast->span);
    if (u->is_left && !is_true(on))
        asked = expr_substitute(query, on, exprs);
    return both_hold(u->binder, there, asked);
}

/* `over` once for each element, and the filter of an inner join. */
static Relation *put_rows(const Unnest *u, const Expr *residual)
{
    Binder *binder = u->binder;
    Relation *rows = copy_with_room(binder, u->over, 1);
    rows->columns[rows->column_count++] =
        (BindColumn){ .name = STR("ordinality"), .type = u->number->type, .span = u->ast->span, .is_hidden = true };
    LogicalNode *node = node_new(binder, LOGICAL_UNNEST, u->ast->span, &u->over->node, 1);
    node_set_columns(binder, node, rows->columns, rows->column_count);
    node->as.unnest.count = count_of(u);
    node->as.unnest.is_left = u->is_left;
    node->as.unnest.residual = u->is_left ? residual : NULL;
    relation_stack(rows, u->over);
    rows->node = node;
    return residual == NULL || u->is_left ? rows : make_filter(binder, rows, residual, u->ast->span);
}

static Relation *join_elements(Unnest *u)
{
    Binder *binder = u->binder;
    u->number = expr_column(binder->query, type_simple(TYPE_INT, u->is_left), u->over->column_count, u->ast->span);
    Elements e = elements_of(u);
    Relation *both = name_columns(u, &e);
    if (both == NULL)
        return relation_poison(binder);
    const Expr *on = bind_on(u, both);
    if (expr_is_poison(on) || u->over->poison) {
        both->poison = true;
        return both;
    }
    uint32_t before = u->left->column_count;
    const Expr **exprs = ARENA_ARRAY(binder->query, const Expr *, both->column_count + 1);
    for (uint32_t i = 0; i < both->column_count; i++)
        exprs[i] = i < before ? expr_column(binder->query, u->left->columns[i].type, i, u->left->columns[i].span)
                              : e.values[i - before];
    Relation *rows = put_rows(u, residual_of(u, &e, exprs, on));
    Relation *done = make_project(binder, rows, exprs, both->columns, both->column_count, u->ast->span);
    done->sources = both->sources;
    return u->is_left || is_true(on) ? done : make_filter(binder, done, on, on->span);
}

static bool check_join(Binder *binder, const AstNode *join, const AstNode *ast)
{
    AstJoin kind = ast_join_kind(join);
    const char *help = "write CROSS JOIN UNNEST(..), or LEFT JOIN UNNEST(..) ON TRUE to keep rows without elements";
    bool needs_on = kind == AST_JOIN_INNER || kind == AST_JOIN_LEFT;
    bool is_plain = !ast_join_natural(join) && ast_count(ast_join_using(join)) == 0 && !ast_join_asof(join);
    if (!is_plain || (!needs_on && kind != AST_JOIN_CROSS && kind != AST_JOIN_COMMA))
        bad_unnest(binder, ast->span, "UNNEST is joined with CROSS JOIN, INNER JOIN or LEFT JOIN", help);
    else if (needs_on && ast_join_on(join) == NULL)
        bad_unnest(binder, ast->span, "this join with UNNEST needs ON", help);
    else
        return true;
    return false;
}

Relation *bind_unnest(Binder *binder, const AstNode *join)
{
    const AstNode *ast = ast_join_right(join);
    if (!check_join(binder, join, ast))
        return relation_poison(binder);
    Relation *left = bind_from(binder, ast_join_left(join));
    const Expr *items = bind_collection(binder, left, ast);
    if (left->poison || expr_is_poison(items))
        return relation_poison(binder);
    check_constants(binder, items);
    Unnest u = { .binder = binder, .join = join, .ast = ast, .left = left };
    u.is_left = ast_join_kind(join) == AST_JOIN_LEFT;
    put_collection(&u, items);
    return join_elements(&u);
}
