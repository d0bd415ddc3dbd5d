/* lower_top.c -- the first rows of partitions without a window. */
#include "compiler/physical/lower_internal.h"

void lower_top(Lower *l, LowerNode *node)
{
    const LogicalNode *logical = node->logical;
    LowerNode *input = node->inputs[0];
    uint32_t before = input->logical->column_count;
    PhysNode *phys = phys_new(l, PHYS_TOP, 1, logical->span);
    const uint64_t *mask;
    phys->inputs[0] = lower_conform(l, input, &mask);
    phys->reads = lower_masks(l, mask);
    phys->column_count = before + 1;
    phys->columns = ARENA_ARRAY(l->query, PhysColumn, phys->column_count);
    node->map = ARENA_ARRAY(l->query, uint32_t, phys->column_count);
    for (uint32_t c = 0; c <= before; c++) {
        phys->columns[c] = (PhysColumn){ logical->columns[c].name, logical->columns[c].type };
        node->map[c] = c;
    }
    phys->as.top = (PhysTop){ .kind = logical->as.top.kind,
                              .partition_count = logical->as.top.partition_count,
                              .order_count = logical->as.top.order_count,
                              .limit = logical->as.top.limit,
                              .has_number = (node->needed[before / 64] >> before % 64 & 1) != 0,
                              .is_retracted = phys_is_updating(phys->inputs[0]),
                              .layout = lower_layout(l->query, phys->columns, phys->column_count) };
    node->phys = phys_intern(l, phys, OPT_share_step);
    phys->as.top.unit_id = lower_unit_id(l, phys);
}
