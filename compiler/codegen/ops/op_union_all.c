/* op_union_all.c -- whatever arrives on any input goes on. */
#include "compiler/codegen/ops/cg_operator.h"

static void union_all_on_row(CgCode *c, const PhysNode *node, const CgRow *row)
{
    cg_push(c, node, row);
}

const CgOperator OP_UNION_ALL = { .on_row = union_all_on_row };
