/* op_filter.c -- pushes the row when the predicate is TRUE; NULL is not TRUE.
 *
 * Of an update of which only one half passes, the other has not been there for those behind: +I or -D. */
#include "compiler/codegen/ops/cg_operator.h"

/* Was the other half of the update let through, too? */
static CgVal other_passes(CgCode *c, const Expr *predicate, const CgRow *row)
{
    if (row->other == NULL)
        return cg_i1(c->f, false);
    CgVal keep = cg_condition(c, predicate, row->other);
    if (expr_can_fail(predicate)) {
        keep = cg_and(c->f, keep, cg_not(c->f, cg_failed(c)));
        cg_forgive(c);
    }
    return keep;
}

static void filter_on_row(CgCode *c, const PhysNode *node, const CgRow *row)
{
    const Expr *predicate = node->as.filter.predicate;
    CgVal keep = cg_condition(c, predicate, row);
    if (expr_can_fail(predicate)) {
        CgVal failed = cg_failed(c);
        CG_IF(c->f, failed, "filter.failed") {
            cg_bad_row(c, node, row);
        }
        keep = cg_and(c->f, keep, cg_not(c->f, failed));
    }
    CG_IF(c->f, keep, "filter.pass") {
        CgRow out = *row;
        if (row->change.ref != NULL)
            out.change = cg_change_where(c, row->change, other_passes(c, predicate, row));
        cg_push(c, node, &out);
    }
}

const CgOperator OP_FILTER = { .on_row = filter_on_row };
