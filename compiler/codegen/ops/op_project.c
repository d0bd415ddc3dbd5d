/* op_project.c -- computes the output columns, then pushes them; a failure in one of them makes the row bad.
 *
 * Where nothing can fail, the other half of an update is computed as well, for filters behind. */
#include "compiler/codegen/ops/cg_operator.h"

static void project_on_row(CgCode *c, const PhysNode *node, const CgRow *row)
{
    CgSql *values = ARENA_ARRAY(c->program->arena, CgSql, node->column_count + 1);
    bool can_fail = cg_exprs(c, node->as.project.exprs, node->column_count, row, values);
    CgRow out = cg_row_values(values, node->column_count);
    out.change = row->change;
    if (!can_fail) {
        CgRow other = out;
        if (row->other != NULL && cg_needs_other(node)) {
            CgSql *others = ARENA_ARRAY(c->program->arena, CgSql, node->column_count + 1);
            cg_exprs(c, node->as.project.exprs, node->column_count, row->other, others);
            other = cg_row_values(others, node->column_count);
        }
        out.other = row->other != NULL ? &other : NULL;
        cg_push(c, node, &out);
        return;
    }
    if (row->change.ref != NULL)
        out.change = cg_change_where(c, row->change, cg_i1(c->f, false));
    CgScope scope = cg_if_open(c->f, cg_failed(c), "project.failed");
    cg_bad_row(c, node, row);
    cg_if_else(c->f, &scope);
    cg_push(c, node, &out);
    cg_if_close(c->f, &scope);
}

const CgOperator OP_PROJECT = { .on_row = project_on_row };
