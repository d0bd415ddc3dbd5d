/* lower_gap_fill.c -- GAP_FILL: the columns of its aggregate in their order, and a table of groups of its own. */
#include "compiler/physical/lower_internal.h"

void lower_gap_fill(Lower *l, LowerNode *node)
{
    const LogicalNode *logical = node->logical;
    const LowerNode *input = node->inputs[0];
    uint32_t count = logical->column_count, keys = logical->as.gap_fill.key_count;
    PhysNode *phys = phys_new(l, PHYS_GAP_FILL, 1, logical->span);
    PhysGapFill *fill = &phys->as.gap_fill;
    phys->inputs[0] = lower(l, node->inputs[0]);
    phys->reads = lower_masks(l, NULL);
    phys->column_count = phys->inputs[0]->column_count;
    phys->columns = phys->inputs[0]->columns;
    const Expr **exprs = ARENA_ARRAY(l->query, const Expr *, keys + 1);
    const AggCall **calls = ARENA_ARRAY(l->query, const AggCall *, phys->column_count + 1);
    for (uint32_t i = 0; i < keys; i++)
        exprs[i] = expr_column(l->query, logical->columns[i].type, input->map[i], logical->columns[i].span);
    for (uint32_t i = 0; i < logical->as.gap_fill.call_count; i++)
        calls[input->map[keys + i]] = &logical->as.gap_fill.calls[i];
    fill->groups.kind = WINDOW_TUMBLE; /* of no size: one slice for all time */
    fill->groups.step_us = logical->as.gap_fill.step_us;
    fill->groups.keys = exprs;
    fill->groups.key_count = keys;
    fill->calls = calls;
    fill->window_column = input->map[count - WINDOW_COLUMN_COUNT];
    fill->step_us = logical->as.gap_fill.step_us;
    node->phys = phys_intern(l, phys, OPT_share_group);
    if (node->phys == phys)
        fill->groups.unit_id = lower_unit_id(l, phys);
    node->map = input->map;
}
