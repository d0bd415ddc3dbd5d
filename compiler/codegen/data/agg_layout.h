/* agg_layout.h -- where the aggregates of a window aggregate stand in a group's fields.
 *
 * The generator writes by it and the runtime claims the state unit by it (StateUnitSpec), so it is worked out once,
 * here. */
#ifndef SQC_CODEGEN_AGG_LAYOUT_H
#define SQC_CODEGEN_AGG_LAYOUT_H

#include "compiler/physical/plan.h"

typedef struct AggLayout {
    uint32_t field_bytes; /* of a group, a multiple of 8; without a window they begin with its number of rows (I64) */
    const uint32_t *offsets; /* of each call's state */
    const int32_t *distinct; /* number of each DISTINCT call in the unit, else -1 */
    uint32_t distinct_count;
    bool is_fixed;      /* all keys are of fixed size */
    uint32_t key_bytes; /* then */
} AggLayout;

AggLayout agg_layout(Arena *arena, const PhysWindowAgg *agg);

#endif
