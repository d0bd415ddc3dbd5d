/* change.c -- rows that come and go: what becomes of the two halves of an update on their way.
 *
 * An aggregate pushes both halves of an update, each with the other at hand.  A step that turns one of them away makes
 * the other a plain -D or +I, so that what leaves a pipeline is a changelog by itself. */
#include "compiler/codegen/ops/cg_operator.h"

#include <stddef.h>

void cg_forgive(CgCode *c)
{
    cg_store(c->f, c->task, offsetof(RtTask, fn.failure.code), cg_i32(c->f, 0));
}

void cg_bad_row(CgCode *c, const PhysNode *node, const CgRow *row)
{
    if (row->change.ref == NULL) {
        cg_bad(c, node, BAD_EXPRESSION);
        return;
    }
    CgScope scope = cg_if_open(c->f, cg_retracts(c, row), "change.told");
    cg_forgive(c);
    cg_if_else(c->f, &scope);
    cg_bad(c, node, BAD_EXPRESSION);
    cg_if_close(c->f, &scope);
}

CgVal cg_change_where(CgCode *c, CgVal change, CgVal kept)
{
    CgVal odd = cg_bin(c->f, CG_AND, change, cg_i32(c->f, 1));
    CgVal retracts = cg_cmp(c->f, CG_NE, odd, cg_i32(c->f, 0));
    CgVal alone = cg_select(c->f, retracts, cg_i32(c->f, ROW_DELETE), cg_i32(c->f, ROW_INSERT));
    return cg_is_const(kept, 0) ? alone : cg_select(c->f, kept, change, alone);
}

CgVal cg_retracts(CgCode *c, const CgRow *row)
{
    if (row->change.ref == NULL)
        return cg_i1(c->f, false);
    CgVal odd = cg_bin(c->f, CG_AND, row->change, cg_i32(c->f, 1));
    return cg_cmp(c->f, CG_NE, odd, cg_i32(c->f, 0));
}

bool cg_needs_other(const PhysNode *node)
{
    for (uint32_t i = 0; i < node->consumer_count; i++) {
        const PhysNode *to = node->consumers[i];
        bool passes = to->kind == PHYS_PROJECT || to->kind == PHYS_UNION_ALL;
        if (to->kind == PHYS_FILTER || (passes && cg_needs_other(to)))
            return true;
    }
    return false;
}
