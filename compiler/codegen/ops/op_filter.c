/* op_filter.c -- pushes the row when the predicate is TRUE; NULL is not TRUE. */
#include "compiler/codegen/ops/cg_operator.h"

static void filter_on_row(CgCode *c, const PhysNode *node, const CgRow *row)
{
    const Expr *predicate = node->as.filter.predicate;
    CgVal keep = cg_condition(c, predicate, row);
    if (expr_can_fail(predicate)) {
        CgVal failed = cg_failed(c);
        CG_IF(c->f, failed, "filter.failed") {
            cg_bad(c, node, BAD_EXPRESSION);
        }
        keep = cg_and(c->f, keep, cg_not(c->f, failed));
    }
    CG_IF(c->f, keep, "filter.pass") {
        cg_push(c, node, row);
    }
}

const CgOperator OP_FILTER = { .on_row = filter_on_row };
