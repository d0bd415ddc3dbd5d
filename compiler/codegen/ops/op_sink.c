/* op_sink.c -- writes the row in the sink's layout on the stack and hands it to the runtime. */
#include "compiler/codegen/ops/cg_operator.h"

static void sink_on_row(CgCode *c, const PhysNode *node, const CgRow *row)
{
    const RowLayout *layout = &node->as.sink.layout;
    CgVal room = cg_stack(c->f, layout->row_bytes);
    cg_row_store(c, room, layout, row);
    CgVal id = cg_i32(c->f, (int32_t)node->id);
    if (row->change.ref != NULL) {
        CgVal args[] = { c->task, id, row->change, room };
        cg_call(c->f, "rt_sink_change", CG_VOID, args, 4);
        return;
    }
    CgVal args[] = { c->task, id, room };
    cg_call(c->f, "rt_sink_row", CG_VOID, args, 3);
}

const CgOperator OP_SINK = { .on_row = sink_on_row };
