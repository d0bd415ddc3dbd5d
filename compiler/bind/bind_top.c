/* bind_top.c -- how many rows a TOP keeps: what the conditions over it say of its number.
 *
 *   SELECT .. FROM (SELECT .., ROW_NUMBER() OVER (PARTITION BY a ORDER BY b) AS n FROM t) WHERE n <= 3
 *
 * The conditions are followed down to the TOP.  One that says no more than how large the number may be is its limit and
 * goes; n = 2 is a limit of 2 and stays.  A TOP without a limit would be all rows, numbered anew with each of them. */
#include "compiler/bind/bind_internal.h"

#include "compiler/logical/nodes.h"

typedef struct Condition {
    const Expr *expr; /* over the columns of the node in hand */
    bool is_limit;
} Condition;

typedef struct Conditions {
    VEC(Condition) list;
} Conditions;

typedef struct Limits {
    Binder *binder;
    bool failed;
} Limits;

static void add_conjuncts(Limits *l, Conditions *out, const Expr *expr)
{
    if (expr->op != EXPR_AND) {
        vec_push(l->binder->query, &out->list, ((Condition){ .expr = expr }));
        return;
    }
    for (uint32_t i = 0; i < expr->arg_count; i++)
        add_conjuncts(l, out, expr->args[i]);
}

/* A whole number, conversions aside; false: something else. */
static bool whole_number(const Expr *expr, int64_t *number)
{
    while (expr->op == EXPR_CALL && strcmp(expr->fn->name, "CAST") == 0)
        expr = expr->args[0];
    if (expr->op != EXPR_LITERAL || expr->literal.is_null)
        return false;
    switch (expr->literal.kind) {
    case PK_I8:
        *number = expr->literal.value.i8;
        return type_is_integer(expr->type);
    case PK_I16:
        *number = expr->literal.value.i16;
        return type_is_integer(expr->type);
    case PK_I32:
        *number = expr->literal.value.i32;
        return type_is_integer(expr->type);
    case PK_I64:
        *number = expr->literal.value.i64;
        return type_is_integer(expr->type);
    default:
        return false;
    }
}

static bool is_number(const Expr *expr, uint32_t column)
{
    while (expr->op == EXPR_CALL && strcmp(expr->fn->name, "CAST") == 0)
        expr = expr->args[0];
    return expr->op == EXPR_COLUMN && expr->column == column;
}

/* The largest number that the condition lets through; false: it says nothing like that.  *is_all: and nothing else. */
static bool limit_of(const Expr *expr, uint32_t column, int64_t *limit, bool *is_all)
{
    if (expr->op != EXPR_CALL || expr->arg_count < 2)
        return false;
    bool is_left = is_number(expr->args[0], column);
    const Expr *other = expr->args[is_left ? 1 : 0];
    if ((!is_left && !is_number(expr->args[1], column)) || !whole_number(other, limit))
        return false;
    const char *name = expr->fn->name;
    bool is_below = strcmp(name, is_left ? "<" : ">") == 0;
    bool is_equal = strcmp(name, "=") == 0;
    *limit -= is_below;
    *is_all = !is_equal || *limit == 1;
    return is_below || is_equal || strcmp(name, is_left ? "<=" : ">=") == 0;
}

static const LogicalNode *limited(Limits *l, const LogicalNode *node, Conditions *over);

static const LogicalNode *limited_top(Limits *l, const LogicalNode *node, Conditions *over)
{
    int64_t least = INT64_MAX;
    for (uint32_t i = 0; i < over->list.count; i++) {
        int64_t limit;
        bool is_all;
        if (!limit_of(over->list.items[i].expr, node->column_count - 1, &limit, &is_all))
            continue;
        over->list.items[i].is_limit = is_all;
        least = limit < least ? limit : least;
    }
    if (least == INT64_MAX) {
        Diag *d = refuse(l->binder, node->span, "a ranking of all rows");
        diag_help(d, "say how many are wanted: QUALIFY .. <= 10, or WHERE n <= 10 around it");
        l->failed = true;
    }
    for (uint32_t i = 0; i < over->list.count; i++) { /* a larger one still has to be asked where it is not the least */
        int64_t limit;
        bool is_all;
        if (over->list.items[i].is_limit)
            over->list.items[i].is_limit =
                limit_of(over->list.items[i].expr, node->column_count - 1, &limit, &is_all) && limit >= least;
    }
    LogicalNode *copy = ARENA_NEW(l->binder->query, LogicalNode);
    *copy = *node;
    copy->as.top.limit = least < 0 ? 0 : (uint64_t)least;
    Conditions none = { 0 };
    const LogicalNode *input = limited(l, node->inputs[0], &none);
    return logical_with_inputs(l->binder->query, copy, &input);
}

static const LogicalNode *limited_filter(Limits *l, const LogicalNode *node, Conditions *over)
{
    Arena *query = l->binder->query;
    uint32_t from = over->list.count;
    Conditions all = { 0 };
    for (uint32_t i = 0; i < from; i++)
        vec_push(query, &all.list, over->list.items[i]);
    add_conjuncts(l, &all, node->as.filter.predicate);
    const LogicalNode *input = limited(l, node->inputs[0], &all);
    const Expr **left = ARENA_ARRAY(query, const Expr *, all.list.count + 1);
    uint32_t count = 0;
    Conditions own = { 0 };
    add_conjuncts(l, &own, node->as.filter.predicate);
    for (uint32_t i = 0; i < own.list.count; i++) {
        if (!all.list.items[from + i].is_limit)
            left[count++] = own.list.items[i].expr;
    }
    for (uint32_t i = 0; i < from; i++)
        over->list.items[i].is_limit = all.list.items[i].is_limit;
    if (count == 0)
        return input;
    if (count == own.list.count)
        return logical_with_inputs(query, node, &input);
    const Type *type = node->as.filter.predicate->type;
    const Expr *rest = count == 1 ? left[0] : expr_op(query, EXPR_AND, type, left, count, node->span);
    return logical_filter(query, input, rest, node->span);
}

static const LogicalNode *limited(Limits *l, const LogicalNode *node, Conditions *over)
{
    Arena *query = l->binder->query;
    if (node->kind == LOGICAL_TOP)
        return limited_top(l, node, over);
    if (node->kind == LOGICAL_FILTER)
        return limited_filter(l, node, over);
    Conditions below = { 0 };
    for (uint32_t i = 0; node->kind == LOGICAL_PROJECT && i < over->list.count; i++) {
        const Expr *expr = expr_substitute(query, over->list.items[i].expr, node->as.project.exprs);
        vec_push(query, &below.list, ((Condition){ .expr = expr }));
    }
    const LogicalNode **inputs = ARENA_ARRAY(query, const LogicalNode *, node->input_count + 1);
    for (uint32_t i = 0; i < node->input_count; i++) {
        Conditions none = { 0 };
        inputs[i] = limited(l, node->inputs[i], node->kind == LOGICAL_PROJECT ? &below : &none);
    }
    for (uint32_t i = 0; i < below.list.count; i++)
        over->list.items[i].is_limit = below.list.items[i].is_limit;
    return logical_with_inputs(query, node, inputs);
}

static bool has_top(const LogicalNode *node)
{
    bool found = node->kind == LOGICAL_TOP;
    for (uint32_t i = 0; i < node->input_count && !found; i++)
        found = has_top(node->inputs[i]);
    return found;
}

Relation *rank_limits(Binder *binder, Relation *relation)
{
    if (relation->poison || !has_top(relation->node))
        return relation;
    Limits l = { .binder = binder };
    Conditions none = { 0 };
    Relation *bounded = ARENA_NEW(binder->query, Relation);
    *bounded = *relation;
    bounded->node = limited(&l, relation->node, &none);
    return l.failed ? relation_poison(binder) : bounded;
}
