/* lower_intern.c -- making physical nodes, each only once. */
#include "compiler/physical/lower_internal.h"
#include "compiler/physical/unit.h"

#include "runtime/time/window_grid.h"

#include <assert.h>

PhysNode *phys_new(Lower *l, PhysKind kind, uint32_t input_count, Span span)
{
    PhysNode *node = ARENA_NEW(l->query, PhysNode);
    node->kind = kind;
    node->span = span;
    node->inputs = ARENA_ARRAY(l->query, PhysNode *, input_count + 1);
    node->input_count = input_count;
    return node;
}

static uint64_t unit_id_in(const PhysNode *node)
{
    return node->kind == PHYS_TOP ? node->as.top.unit_id : node->as.window_agg.unit_id;
}

uint64_t lower_unit_id(const Lower *l, const PhysNode *node)
{
    for (uint32_t ordinal = 0;; ordinal++) {
        uint64_t id = unit_id_of(node, ordinal);
        bool used = false;
        for (uint32_t i = 0; i < l->nodes.count; i++) {
            const PhysNode *other = l->nodes.items[i];
            used |= other != node && other->kind == node->kind && unit_id_in(other) == id;
        }
        if (!used)
            return id;
    }
}

const PhysNode *phys_scan_rows(const PhysNode *node)
{
    while (node->kind == PHYS_FILTER)
        node = node->inputs[0];
    return node->kind == PHYS_SCAN ? node : NULL;
}

bool phys_same_exprs(const Expr *const *a, const Expr *const *b, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!expr_equal(a[i], b[i]))
            return false;
    }
    return true;
}

static bool same_mask(const uint64_t *a, const uint64_t *b, uint32_t column_count)
{
    if (a == NULL || b == NULL)
        return a == b;
    return memcmp(a, b, (column_count + 63) / 64 * sizeof *a) == 0;
}

/* Both have the same inputs. */
bool phys_same_masks(const PhysNode *a, const PhysNode *b)
{
    for (uint32_t i = 0; i < a->input_count; i++) {
        if (!same_mask(a->reads[i], b->reads[i], a->inputs[i]->column_count))
            return false;
    }
    return true;
}

static bool same_join(const PhysLookupJoin *a, const PhysLookupJoin *b)
{
    if (a->table != b->table || a->is_left != b->is_left || a->key_count != b->key_count ||
        a->column_count != b->column_count || (a->residual == NULL) != (b->residual == NULL))
        return false;
    return memcmp(a->table_columns, b->table_columns, a->column_count * sizeof *a->table_columns) == 0 &&
           memcmp(a->table_keys, b->table_keys, a->key_count * sizeof *a->table_keys) == 0 &&
           phys_same_exprs(a->input_keys, b->input_keys, a->key_count) &&
           (a->residual == NULL || expr_equal(a->residual, b->residual));
}

static bool same_unnest(const PhysUnnest *a, const PhysUnnest *b)
{
    bool both = a->residual != NULL && b->residual != NULL;
    return a->is_left == b->is_left && expr_equal(a->count, b->count) &&
           (both ? expr_equal(a->residual, b->residual) : a->residual == b->residual);
}

bool phys_same_expr(const Expr *a, const Expr *b)
{
    return a == b || (a != NULL && b != NULL && expr_equal(a, b));
}

static bool same_window_rows(const PhysNode *a, const PhysNode *b)
{
    const PhysWindowRows *x = &a->as.window_rows, *y = &b->as.window_rows;
    return x->kind == y->kind && x->size_us == y->size_us && x->step_us == y->step_us && x->offset_us == y->offset_us &&
           calendar_same(x->calendar, y->calendar) && phys_same_expr(x->zone, y->zone) &&
           expr_equal(x->time, y->time) && phys_same_exprs(x->exprs, y->exprs, a->column_count - WINDOW_COLUMN_COUNT);
}

/* The ids of calls are hashes of what they say. */
static bool same_groups(const PhysWindowAgg *a, const PhysWindowAgg *b)
{
    return a->key_count == b->key_count && a->call_count == b->call_count && a->every_us == b->every_us &&
           a->ttl_us == b->ttl_us && phys_same_exprs(a->keys, b->keys, a->key_count) &&
           memcmp(a->call_ids, b->call_ids, a->call_count * sizeof *a->call_ids) == 0;
}

static bool same_kept(const KeepKey *a, const KeepKey *b, const Type *type)
{
    Expr x = { .op = EXPR_LITERAL, .type = type, .literal = a->other }, y = x;
    y.literal = b->other;
    bool same_by = a->by == NULL || b->by == NULL ? a->by == b->by : expr_equal(a->by, b->by);
    return a->key == b->key && a->most == b->most && same_by && expr_equal(&x, &y);
}

/* What the values are called is for messages only. */
static bool same_keep(const PhysNode *a, const PhysNode *b)
{
    const PhysKeep *x = &a->as.keep, *y = &b->as.keep;
    bool same = x->key_count == y->key_count;
    for (uint32_t i = 0; i < x->key_count && same; i++)
        same = same_kept(&x->keys[i], &y->keys[i], a->columns[x->keys[i].key].type);
    return same;
}

static bool same_node(const PhysNode *a, const PhysNode *b)
{
    if (a->kind != b->kind || a->input_count != b->input_count || a->column_count != b->column_count)
        return false;
    for (uint32_t i = 0; i < a->input_count; i++) {
        if (a->inputs[i] != b->inputs[i])
            return false;
    }
    if (!phys_same_masks(a, b))
        return false;
    switch (a->kind) {
    case PHYS_FILTER:
        return expr_equal(a->as.filter.predicate, b->as.filter.predicate);
    case PHYS_PROJECT:
        return phys_same_exprs(a->as.project.exprs, b->as.project.exprs, a->column_count);
    case PHYS_LOOKUP_JOIN:
        return same_join(&a->as.lookup_join, &b->as.lookup_join);
    case PHYS_UNNEST:
        return same_unnest(&a->as.unnest, &b->as.unnest);
    case PHYS_WINDOW_ROWS:
        return same_window_rows(a, b);
    case PHYS_KEEP:
        return same_keep(a, b);
    case PHYS_GROUP_AGG:
        return same_groups(&a->as.window_agg, &b->as.window_agg);
    default:
        return a->kind == PHYS_UNION_ALL;
    }
}

static uint64_t hash_mix(uint64_t hash, uint64_t value)
{
    return (hash ^ value) * 0x9E3779B97F4A7C15u;
}

static uint64_t hash_node(const PhysNode *node)
{
    uint64_t hash = hash_mix((uint64_t)node->kind + 1, node->column_count);
    for (uint32_t i = 0; i < node->input_count; i++)
        hash = hash_mix(hash, node->inputs[i]->id);
    if (node->kind == PHYS_FILTER)
        hash = hash_mix(hash, expr_hash(node->as.filter.predicate));
    for (uint32_t c = 0; node->kind == PHYS_PROJECT && c < node->column_count; c++)
        hash = hash_mix(hash, expr_hash(node->as.project.exprs[c]));
    return hash | 1;
}

static void add_node(Lower *l, PhysNode *node, uint64_t hash)
{
    node->id = l->nodes.count;
    vec_push(l->query, &l->nodes, node);
    vec_push(l->query, &l->hashes, hash);
}

PhysNode *phys_intern(Lower *l, PhysNode *node, OptRule rule)
{
    assert(node->reads != NULL || node->input_count == 0);
    if (!opt_rule_is_on(l->options, rule)) {
        add_node(l, node, 0);
        return node;
    }
    bool can_share = node->kind != PHYS_SCAN && node->kind != PHYS_SINK && node->kind != PHYS_WINDOW_AGG &&
                     node->kind != PHYS_RANK && node->kind != PHYS_GAP_FILL && node->kind != PHYS_TOP;
    uint64_t hash = can_share ? hash_node(node) : 0;
    for (uint32_t i = 0; can_share && i < l->nodes.count; i++) {
        if (l->hashes.items[i] == hash && same_node(l->nodes.items[i], node))
            return l->nodes.items[i];
    }
    add_node(l, node, hash);
    return node;
}
