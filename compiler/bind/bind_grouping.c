/* bind_grouping.c -- GROUPING SETS, CUBE and ROLLUP: several groupings of the same rows, put together.
 *
 * Each set is an aggregate of its own over the keys that it names; a projection brings it to the columns of all, NULL
 * for keys that it does not name and 1 for them in GROUPING(key), and UNION ALL puts them together:
 *
 *   keys ++ calls ++ window_start, window_end, window_time ++ GROUPING of each key */
#include "compiler/bind/bind_group.h"

enum { SETS_MAX = 64, KEYS_MAX = 64, CUBE_MAX = 6 };

static void refuse_sets(Binder *binder, Span span, KeySets *sets)
{
    if (!sets->poison)
        refuse(binder, span, "a grouping of more than 64 sets or keys");
    sets->poison = true;
}

static void add_set(Binder *binder, KeySets *sets, uint64_t set, Span span)
{
    if (sets->masks.count == SETS_MAX)
        refuse_sets(binder, span, sets);
    else
        vec_push(binder->query, &sets->masks, set);
}

/* The bits of an expression or of a list of them. */
static uint64_t element_mask(const KeySink *sink, const AstNode *item)
{
    uint64_t mask = 0;
    if (item->kind != AST_EXPR_GROUP) {
        uint32_t key = sink->add(sink->user, item);
        return key < KEYS_MAX ? (uint64_t)1 << key : 0;
    }
    AST_EACH(inner, ast_expr_group_items(item)) {
        mask |= element_mask(sink, inner);
    }
    return mask;
}

static void grouping_sets(Binder *binder, const KeySink *sink, const AstNode *grouping, KeySets *sets);

static void one_by_one(Binder *binder, const KeySink *sink, const AstNode *grouping, KeySets *sets)
{
    AST_EACH(item, ast_grouping_items(grouping)) {
        if (item->kind == AST_GROUPING)
            grouping_sets(binder, sink, item, sets);
        else
            add_set(binder, sets, element_mask(sink, item), item->span);
    }
}

/* ROLLUP (a, b): (a, b), (a), (). CUBE (a, b): (a, b), (a), (b), (). */
static void prefixes_or_subsets(Binder *binder, const KeySink *sink, const AstNode *grouping, KeySets *sets)
{
    uint64_t masks[KEYS_MAX];
    uint32_t count = 0;
    bool is_cube = ast_grouping_kind(grouping) == AST_GROUPING_CUBE;
    AST_EACH(item, ast_grouping_items(grouping)) {
        if (count == (is_cube ? CUBE_MAX : KEYS_MAX)) {
            refuse_sets(binder, item->span, sets);
            return;
        }
        masks[count++] = element_mask(sink, item);
    }
    uint32_t set_count = is_cube ? 1u << count : count + 1;
    for (uint32_t s = 0; s < set_count; s++) {
        uint64_t set = 0;
        for (uint32_t i = 0; i < count; i++) {
            bool is_in = is_cube ? ((s >> (count - 1 - i)) & 1) == 0 : i < count - s;
            set |= is_in ? masks[i] : 0;
        }
        add_set(binder, sets, set, grouping->span);
    }
}

static void grouping_sets(Binder *binder, const KeySink *sink, const AstNode *grouping, KeySets *sets)
{
    if (ast_grouping_kind(grouping) == AST_GROUPING_SETS)
        one_by_one(binder, sink, grouping, sets);
    else
        prefixes_or_subsets(binder, sink, grouping, sets);
}

void key_sets_cross(Binder *binder, const KeySink *sink, const AstNode *grouping, KeySets *sets)
{
    KeySets added = { 0 }, crossed = { 0 };
    grouping_sets(binder, sink, grouping, &added);
    for (uint32_t i = 0; i < sets->masks.count; i++) {
        for (uint32_t k = 0; k < added.masks.count; k++)
            add_set(binder, &crossed, sets->masks.items[i] | added.masks.items[k], grouping->span);
    }
    crossed.poison |= added.poison || sets->poison;
    *sets = crossed;
}

/* ---- the relation ---- */

static const Expr *grouping_bit(Binder *binder, bool is_missing, Span span)
{
    RtDatum datum = { .kind = PK_I64, .value.i64 = is_missing };
    return expr_literal(binder->query, type_simple(TYPE_BIGINT, false), datum, span);
}

/* One set in the columns of all. */
static const LogicalNode *set_node(Binder *binder, const Grouping *grouping, uint64_t set, BindColumn *columns)
{
    Grouping part = *grouping;
    uint32_t keys = grouping->key_count, rest = grouping->aggs.count + 3, at = 0;
    part.keys = ARENA_ARRAY(binder->query, const Expr *, keys + 1);
    part.key_count = 0;
    part.sets.masks.count = 0;
    for (uint32_t i = 0; i < keys; i++) {
        if (((set >> i) & 1) != 0)
            part.keys[part.key_count++] = grouping->keys[i];
    }
    Relation *relation = make_aggregate(binder, &part);
    if (relation->poison)
        return NULL;
    const Expr **exprs = ARENA_ARRAY(binder->query, const Expr *, 2 * keys + rest);
    for (uint32_t i = 0; i < keys; i++) {
        const Type *type = columns[i].type;
        bool is_in = ((set >> i) & 1) != 0;
        exprs[i] = is_in ? expr_column(binder->query, type, at, columns[i].span)
                         : expr_null(binder->query, type, columns[i].span);
        at += is_in;
        exprs[keys + rest + i] = grouping_bit(binder, !is_in, columns[i].span);
    }
    for (uint32_t i = 0; i < rest; i++)
        exprs[keys + i] = expr_column(binder->query, relation->columns[at + i].type, at + i, columns[keys + i].span);
    return make_project(binder, relation, exprs, columns, 2 * keys + rest, grouping->span)->node;
}

Relation *make_grouping_sets(Binder *binder, const Grouping *grouping, const BindColumn *plain)
{
    uint32_t keys = grouping->key_count, rest = grouping->aggs.count + 3, count = 2 * keys + rest;
    BindColumn *columns = ARENA_ARRAY(binder->query, BindColumn, count);
    for (uint32_t i = 0; i < keys + rest; i++) {
        columns[i] = plain[i];
        if (i < keys)
            columns[i].type = type_with_nullable(binder->query, plain[i].type, true);
    }
    for (uint32_t i = 0; i < keys; i++)
        columns[keys + rest + i] = (BindColumn){ .name = str_printf(binder->query, "grouping_%u", i),
                                                 .type = type_simple(TYPE_BIGINT, false),
                                                 .span = plain[i].span,
                                                 .is_hidden = true };
    const LogicalNode **nodes = ARENA_ARRAY(binder->query, const LogicalNode *, grouping->sets.masks.count);
    Relation *relation = ARENA_NEW(binder->query, Relation);
    for (uint32_t s = 0; s < grouping->sets.masks.count; s++) {
        nodes[s] = set_node(binder, grouping, grouping->sets.masks.items[s], columns);
        if (nodes[s] == NULL)
            return relation_poison(binder);
        relation_stack(relation, grouping->input);
    }
    LogicalNode *node = node_new(binder, LOGICAL_UNION_ALL, grouping->span, nodes, grouping->sets.masks.count);
    node_set_columns(binder, node, columns, count);
    relation->node = node;
    relation->columns = columns;
    relation->column_count = count;
    relation->is_grouped = true;
    return relation;
}

/* ---- GROUPING ---- */

static const Expr *grouping_of(ExprScope *scope, const AstNode *arg)
{
    Binder *binder = scope->binder;
    const Grouping *grouping = scope->grouping;
    ExprScope plain = { .binder = binder, .input = scope->input, .place = "GROUPING" };
    const Expr *key = bind_expr(&plain, arg);
    if (expr_is_poison(key))
        return key;
    for (uint32_t i = 0; i < grouping->key_count; i++) {
        if (expr_equal(grouping->keys[i], key))
            return expr_column(binder->query, type_simple(TYPE_BIGINT, false), GROUPING_COLUMN_BASE + i, arg->span);
    }
    Diag *d = diag_error(binder->diags, E0320, arg->span, "GROUPING takes what is grouped");
    diag_label(d, grouping->span, "it is not among these");
    return expr_poison(binder, arg->span);
}

const Expr *bind_grouping_call(ExprScope *scope, const AstNode *ast)
{
    Binder *binder = scope->binder;
    const AstNode *args = ast_call_args(ast);
    Str name = ast_name_joined(binder->query, ast_call_name(ast));
    if (scope->no_group)
        return expr_poison(binder, ast->span);
    if (scope->grouping == NULL || scope->in_aggregate || ast_count(args) == 0) {
        diag_error(binder->diags, E0320, ast->span, "`%.*s` takes grouped expressions, beside aggregates of GROUP BY",
                   STR_ARG(name));
        return expr_poison(binder, ast->span);
    }
    const Expr *bits = NULL;
    AST_EACH(arg, args) {
        const Expr *bit = grouping_of(scope, arg);
        const Expr *twice[] = { bits, literal_int(binder, 2, arg->span) };
        const Expr *sum[] = { bits == NULL ? NULL : bind_operator(binder, "*", twice, 2, ast->span, ast->span), bit };
        bits = bits == NULL ? bit : bind_operator(binder, "+", sum, 2, ast->span, ast->span);
        if (expr_is_poison(bits))
            return expr_poison(binder, ast->span);
    }
    return bits;
}

const Expr *grouping_column(Binder *binder, const Grouping *grouping, const Expr *expr)
{
    uint32_t key = expr->column - GROUPING_COLUMN_BASE;
    if (grouping->sets.masks.count == 0)
        return grouping_bit(binder, false, expr->span);
    uint32_t at = grouping->key_count + grouping->aggs.count + 3 + key;
    return expr_column(binder->query, expr->type, at, expr->span);
}
