/* changelog.c -- which nodes push rows that take back others.
 *
 * A grouping without a window corrects what it said before; one without calls (DISTINCT) only ever adds a group, unless
 * its own input takes rows back.  Everything else hands on what it gets; a window aggregate emits once, unless closed
 * windows are corrected or open ones told early. */
#include "compiler/logical/plan.h"

bool logical_is_updating(const LogicalNode *node)
{
    if (node->kind == LOGICAL_SCAN)
        return table_is_changelog(node->as.scan.table);
    if (node->kind == LOGICAL_AGGREGATE)
        return node->as.aggregate.every_us != 0 ||
               (node->as.aggregate.late != NULL && node->as.aggregate.late->correct_us > 0);
    if (node->kind == LOGICAL_TOP || (node->kind == LOGICAL_GROUP && node->as.aggregate.call_count > 0))
        return true;
    for (uint32_t i = 0; i < node->input_count; i++) {
        if (logical_is_updating(node->inputs[i]))
            return true;
    }
    return false;
}
