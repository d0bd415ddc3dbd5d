/* op_top.c -- hands each row to the runtime as keys: partition, order, and all its columns, which break ties.  The
 * runtime keeps the rows and pushes what changes (exec_top.c, pushed.c). */
#include "compiler/codegen/data/cg_key.h"
#include "compiler/codegen/ops/cg_operator.h"

#include <stddef.h>

static void hand_key(CgCode *c, const PhysNode *node, const CgRow *row, uint32_t from, uint32_t to, const char *call)
{
    CgSql *values = ARENA_ARRAY(c->program->arena, CgSql, to - from + 1);
    for (uint32_t i = from; i < to; i++)
        values[i - from] = cg_column(c, row, i);
    CgKey key = cg_key(c, values, to - from, 0);
    CgVal args[] = { c->task, cg_i32(c->f, (int32_t)node->id), key.bytes, key.length };
    cg_call(c->f, call, CG_VOID, args, 4);
}

static void top_on_row(CgCode *c, const PhysNode *node, const CgRow *row)
{
    const PhysTop *top = &node->as.top;
    uint32_t order = top->partition_count, rest = order + top->order_count;
    CgVal heap = cg_load(c->f, CG_PTR, c->task, offsetof(RtTask, fn.heap));
    hand_key(c, node, row, 0, order, "rt_top_partition");
    hand_key(c, node, row, order, rest, "rt_top_order");
    hand_key(c, node, row, rest, node->column_count - 1, "rt_top_rest");
    CgVal args[] = { c->task, cg_i32(c->f, (int32_t)node->id), cg_retracts(c, row), cg_time_of_row(c) };
    cg_call(c->f, "rt_top_row", CG_VOID, args, 4);
    cg_store(c->f, c->task, offsetof(RtTask, fn.heap), heap); /* of a window above whose groups are walked */
}

const CgOperator OP_TOP = { .on_row = top_on_row };
