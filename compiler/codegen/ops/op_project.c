/* op_project.c -- computes the output columns, then pushes them; a failure in one of them makes the row bad. */
#include "compiler/codegen/ops/cg_operator.h"

static void project_on_row(CgCode *c, const PhysNode *node, const CgRow *row)
{
    CgSql *values = ARENA_ARRAY(c->program->arena, CgSql, node->column_count + 1);
    bool can_fail = cg_exprs(c, node->as.project.exprs, node->column_count, row, values);
    CgRow out = cg_row_values(values, node->column_count);
    if (!can_fail) {
        cg_push(c, node, &out);
        return;
    }
    CgScope scope = cg_if_open(c->f, cg_failed(c), "project.failed");
    cg_bad(c, node, BAD_EXPRESSION);
    cg_if_else(c->f, &scope);
    cg_push(c, node, &out);
    cg_if_close(c->f, &scope);
}

const CgOperator OP_PROJECT = { .on_row = project_on_row };
