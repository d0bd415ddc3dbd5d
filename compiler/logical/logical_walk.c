/* logical_walk.c -- walking and copying logical nodes without knowing their kind. */
#include "compiler/logical/nodes.h"

#include <assert.h>

const LogicalNode *logical_with_inputs(Arena *query, const LogicalNode *node, const LogicalNode *const *inputs)
{
    bool same = true;
    for (uint32_t i = 0; i < node->input_count; i++)
        same = same && inputs[i] == node->inputs[i];
    if (same)
        return node;
    LogicalNode *copy = ARENA_NEW(query, LogicalNode);
    *copy = *node;
    const LogicalNode **kept = ARENA_ARRAY(query, const LogicalNode *, node->input_count);
    for (uint32_t i = 0; i < node->input_count; i++)
        kept[i] = inputs[i];
    copy->inputs = kept;
    return copy;
}

bool scan_source_equal(const ScanSource *a, const ScanSource *b)
{
    bool same = a->table_column == b->table_column && a->path_length == b->path_length;
    for (uint32_t i = 0; same && i < a->path_length; i++)
        same = a->path[i] == b->path[i];
    return same;
}

const ScanSource *logical_scan_sources(Arena *query, const LogicalNode *scan)
{
    assert(scan->kind == LOGICAL_SCAN);
    if (scan->as.scan.sources != NULL)
        return scan->as.scan.sources;
    ScanSource *sources = ARENA_ARRAY(query, ScanSource, scan->column_count + 1);
    for (uint32_t c = 0; c < scan->column_count; c++)
        sources[c].table_column = c;
    return sources;
}

const uint32_t *logical_table_columns(Arena *query, const LogicalNode *join, uint32_t *count)
{
    assert(join->kind == LOGICAL_LOOKUP_JOIN);
    *count = join->column_count - join->inputs[0]->column_count;
    if (join->as.lookup_join.table_columns != NULL)
        return join->as.lookup_join.table_columns;
    uint32_t *all = ARENA_ARRAY(query, uint32_t, *count + 1);
    for (uint32_t c = 0; c < *count; c++)
        all[c] = c;
    return all;
}

static void each_of(const Expr *const *exprs, uint32_t count, ExprVisit visit, void *user)
{
    for (uint32_t i = 0; i < count; i++) {
        if (exprs[i] != NULL)
            visit(user, exprs[i]);
    }
}

static void each_call(const AggCall *calls, uint32_t count, ExprVisit visit, void *user)
{
    for (uint32_t i = 0; i < count; i++) {
        if (calls[i].arg != NULL)
            visit(user, calls[i].arg);
        if (calls[i].filter != NULL)
            visit(user, calls[i].filter);
    }
}

/* The residual of a join reads its output: it is no expression over the input. */
void logical_each_expr(const LogicalNode *node, ExprVisit visit, void *user)
{
    switch (node->kind) {
    case LOGICAL_FILTER:
        visit(user, node->as.filter.predicate);
        break;
    case LOGICAL_PROJECT:
        each_of(node->as.project.exprs, node->column_count, visit, user);
        break;
    case LOGICAL_AGGREGATE:
    case LOGICAL_GROUP:
        each_of(node->as.aggregate.keys, node->as.aggregate.key_count, visit, user);
        each_call(node->as.aggregate.calls, node->as.aggregate.call_count, visit, user);
        break;
    case LOGICAL_KEEP:
        for (uint32_t i = 0; i < node->as.keep.key_count; i++)
            each_of(&node->as.keep.keys[i].by, 1, visit, user);
        break;
    case LOGICAL_LOOKUP_JOIN:
        each_of(node->as.lookup_join.input_keys, node->as.lookup_join.key_count, visit, user);
        break;
    case LOGICAL_UNNEST:
        visit(user, node->as.unnest.count);
        break;
    default:
        break;
    }
}

static const Expr *const *map_all(Arena *query, const Expr *const *exprs, uint32_t count, ExprMap map, void *user)
{
    const Expr **mapped = ARENA_ARRAY(query, const Expr *, count + 1);
    for (uint32_t i = 0; i < count; i++)
        mapped[i] = exprs[i] == NULL ? NULL : map(user, exprs[i]);
    return mapped;
}

static const AggCall *map_calls(Arena *query, const AggCall *calls, uint32_t count, ExprMap map, void *user)
{
    AggCall *mapped = ARENA_ARRAY(query, AggCall, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        mapped[i] = calls[i];
        mapped[i].arg = calls[i].arg == NULL ? NULL : map(user, calls[i].arg);
        mapped[i].filter = calls[i].filter == NULL ? NULL : map(user, calls[i].filter);
    }
    return mapped;
}

static const KeepKey *map_kept(Arena *query, const KeepKey *keys, uint32_t count, ExprMap map, void *user)
{
    KeepKey *mapped = ARENA_ARRAY(query, KeepKey, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        mapped[i] = keys[i];
        mapped[i].by = keys[i].by == NULL ? NULL : map(user, keys[i].by);
    }
    return mapped;
}

const LogicalNode *logical_map_exprs(Arena *query, const LogicalNode *node, ExprMap map, void *user)
{
    LogicalNode *copy = ARENA_NEW(query, LogicalNode);
    *copy = *node;
    switch (node->kind) {
    case LOGICAL_FILTER:
        copy->as.filter.predicate = map(user, node->as.filter.predicate);
        return copy;
    case LOGICAL_PROJECT:
        copy->as.project.exprs = map_all(query, node->as.project.exprs, node->column_count, map, user);
        return copy;
    case LOGICAL_AGGREGATE:
    case LOGICAL_GROUP:
        copy->as.aggregate.keys = map_all(query, node->as.aggregate.keys, node->as.aggregate.key_count, map, user);
        copy->as.aggregate.calls = map_calls(query, node->as.aggregate.calls, node->as.aggregate.call_count, map, user);
        return copy;
    case LOGICAL_KEEP:
        copy->as.keep.keys = map_kept(query, node->as.keep.keys, node->as.keep.key_count, map, user);
        return copy;
    case LOGICAL_LOOKUP_JOIN:
        copy->as.lookup_join.input_keys =
            map_all(query, node->as.lookup_join.input_keys, node->as.lookup_join.key_count, map, user);
        return copy;
    case LOGICAL_UNNEST:
        copy->as.unnest.count = map(user, node->as.unnest.count);
        return copy;
    default:
        return node;
    }
}

static bool is_impure(const Expr *expr)
{
    if (expr->op == EXPR_CALL && (expr->fn->traits & FN_PURE) == 0)
        return true;
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        if (is_impure(expr->args[i]))
            return true;
    }
    return false;
}

static void note_impure(void *user, const Expr *expr)
{
    bool *found = user;
    *found = *found || is_impure(expr);
}

bool logical_needs_time(const LogicalNode *root)
{
    bool is_told = root->kind == LOGICAL_GROUP && (root->as.aggregate.every_us > 0 || root->as.aggregate.ttl_us > 0);
    bool found =
        is_told || root->kind == LOGICAL_AGGREGATE || (root->kind == LOGICAL_SCAN && root->as.scan.dedup != NULL);
    logical_each_expr(root, note_impure, &found);
    for (uint32_t c = 0; root->kind == LOGICAL_SCAN && root->as.scan.computed != NULL && c < root->column_count; c++) {
        if (root->as.scan.computed[c] != NULL)
            note_impure(&found, root->as.scan.computed[c]);
    }
    if (root->kind == LOGICAL_LOOKUP_JOIN && root->as.lookup_join.residual != NULL)
        note_impure(&found, root->as.lookup_join.residual);
    if (root->kind == LOGICAL_UNNEST && root->as.unnest.residual != NULL)
        note_impure(&found, root->as.unnest.residual);
    for (uint32_t i = 0; i < root->input_count && !found; i++)
        found = logical_needs_time(root->inputs[i]);
    return found;
}

const Table *logical_timeless(const LogicalNode *node)
{
    if (node->kind == LOGICAL_SCAN)
        return node->as.scan.watermark == NULL ? node->as.scan.table : NULL;
    const Table *found = NULL;
    for (uint32_t i = 0; i < node->input_count && found == NULL; i++)
        found = logical_timeless(node->inputs[i]);
    return found;
}
