/* lower_unbounded.c -- groups without a window.
 *
 * What such a group pushes depends on all of its calls: a row that changes none of them pushes nothing.  So statements
 * share a table of groups only where all of their calls are equal, in order: then they are the same node. */
#include "compiler/physical/lower_internal.h"
#include "compiler/physical/unit.h"

bool phys_is_updating(const PhysNode *node)
{
    if (node->kind == PHYS_SCAN)
        return table_is_changelog(node->as.scan.table);
    if (node->kind == PHYS_WINDOW_AGG)
        return node->as.window_agg.every_us != 0 ||
               (node->as.window_agg.late != NULL && node->as.window_agg.late->correct_us > 0);
    if (node->kind == PHYS_TOP || (node->kind == PHYS_GROUP_AGG && node->as.window_agg.call_count > 0))
        return true;
    for (uint32_t i = 0; i < node->input_count; i++) {
        if (phys_is_updating(node->inputs[i]))
            return true;
    }
    return false;
}

static void name_columns(Lower *l, PhysNode *node, const LogicalNode *logical)
{
    node->column_count = logical->column_count;
    node->columns = ARENA_ARRAY(l->query, PhysColumn, node->column_count + 1);
    for (uint32_t c = 0; c < node->column_count; c++)
        node->columns[c] = (PhysColumn){ unit_column_text(l->query, node, c), logical->columns[c].type };
}

void lower_unbounded(Lower *l, LowerNode *node)
{
    const LogicalNode *logical = node->logical;
    PhysNode *phys = phys_new(l, PHYS_GROUP_AGG, 1, logical->span);
    PhysWindowAgg *agg = &phys->as.window_agg;
    bool can_fail = false;
    phys->inputs[0] = lower(l, node->inputs[0]);
    phys->reads = lower_masks(l, lower_mask(l, node->inputs[0]));
    agg->kind = WINDOW_TUMBLE; /* of no size: one slice for all time */
    agg->key_count = logical->as.aggregate.key_count;
    agg->call_count = logical->as.aggregate.call_count;
    agg->keys = lower_keys(l, node);
    agg->calls = lower_calls(l, node, &can_fail);
    agg->every_us = logical->as.aggregate.every_us;
    agg->ttl_us = logical->as.aggregate.ttl_us;
    name_columns(l, phys, logical);
    uint64_t *ids = ARENA_ARRAY(l->query, uint64_t, agg->call_count + 1);
    for (uint32_t i = 0; i < agg->call_count; i++)
        ids[i] = unit_call_id(phys, &agg->calls[i]);
    agg->call_ids = ids;
    node->phys = phys_intern(l, phys, OPT_share_group);
    if (node->phys == phys)
        agg->unit_id = lower_unit_id(l, phys);
    node->map = ARENA_ARRAY(l->query, uint32_t, logical->column_count + 1);
    for (uint32_t c = 0; c < logical->column_count; c++)
        node->map[c] = c;
}
