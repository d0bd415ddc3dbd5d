/* lower_unnest.c -- UNNEST: the columns of its input and the number of the element behind them. */
#include "compiler/physical/lower_internal.h"

void lower_unnest(Lower *l, LowerNode *node)
{
    const LogicalNode *logical = node->logical;
    LowerNode *input = node->inputs[0];
    uint32_t before = input->logical->column_count;
    PhysNode *phys = phys_new(l, PHYS_UNNEST, 1, logical->span);
    phys->inputs[0] = lower(l, input);
    phys->reads = lower_masks(l, lower_mask(l, input));
    phys->column_count = input->phys->column_count + 1;
    phys->columns = ARENA_ARRAY(l->query, PhysColumn, phys->column_count);
    if (phys->column_count > 1)
        memcpy(phys->columns, input->phys->columns, input->phys->column_count * sizeof *phys->columns);
    const LogicalColumn *number = &logical->columns[before];
    phys->columns[phys->column_count - 1] = (PhysColumn){ number->name, number->type };
    node->map = ARENA_ARRAY(l->query, uint32_t, before + 1);
    if (before > 0)
        memcpy(node->map, input->map, before * sizeof *node->map);
    node->map[before] = phys->column_count - 1;
    phys->as.unnest.count = lower_expr(l, input, logical->as.unnest.count);
    phys->as.unnest.is_left = logical->as.unnest.is_left;
    if (logical->as.unnest.residual != NULL)
        phys->as.unnest.residual = lower_expr(l, node, logical->as.unnest.residual);
    node->phys = phys_intern(l, phys, OPT_share_step);
}
