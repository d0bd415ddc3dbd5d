/* agg_layout.h -- where the aggregates of a window aggregate stand in a group's fields.
 *
 * The generator writes by it and the runtime claims the state unit by it (StateUnitSpec), so it is worked out once,
 * here. */
#ifndef SQC_CODEGEN_AGG_LAYOUT_H
#define SQC_CODEGEN_AGG_LAYOUT_H

#include "compiler/physical/plan.h"

typedef struct AggLayout {
    uint32_t field_bytes; /* of a group, a multiple of 8; without a window they begin with its number of rows (I64) */
    bool has_rows;        /* HOP, CUMULATE: the number of rows of the group (I64) stands among the fields, .. */
    uint32_t rows_at;     /* .. here; .. */
    bool rows_apart;      /* .. in a place of its own: no call counts them */
    const uint32_t *offsets; /* of each call's state */
    const int32_t *distinct; /* number of each DISTINCT call in the unit, else -1 */
    uint32_t distinct_count;
    bool is_fixed;      /* all keys are of fixed size */
    uint32_t key_bytes; /* then */
} AggLayout;

AggLayout agg_layout(Arena *arena, const PhysWindowAgg *agg);

#endif
