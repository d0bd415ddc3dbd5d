/* push.c -- handing a row on, and saying that one is bad. */
#include "compiler/codegen/ops/cg_operator.h"

#include <assert.h>

static const CgOperator *const OPERATORS[PHYS_KIND_COUNT] = {
    [PHYS_FILTER] = &OP_FILTER,
    [PHYS_PROJECT] = &OP_PROJECT,
    [PHYS_LOOKUP_JOIN] = &OP_LOOKUP_JOIN,
    [PHYS_WINDOW_ROWS] = &OP_WINDOW_ROWS,
    [PHYS_WINDOW_AGG] = &OP_WINDOW_AGG,
    [PHYS_GROUP_AGG] = &OP_GROUP_AGG,
    [PHYS_GAP_FILL] = &OP_GAP_FILL,
    [PHYS_UNNEST] = &OP_UNNEST,
    [PHYS_RANK] = &OP_RANK,
    [PHYS_TOP] = &OP_TOP,
    [PHYS_KEEP] = &OP_KEEP,
    [PHYS_UNION_ALL] = &OP_UNION_ALL,
    [PHYS_SINK] = &OP_SINK,
};

const CgOperator *cg_operator(PhysKind kind)
{
    assert(OPERATORS[kind] != NULL && "nothing is pushed into a scan");
    return OPERATORS[kind];
}

void cg_bad(CgCode *c, const PhysNode *node, uint32_t reason)
{
    CgVal id = cg_i32(c->f, (int32_t)node->id);
    if (c->emit.ref != NULL) {
        CgVal args[] = { c->task, c->emit, id };
        cg_call(c->f, "rt_group_bad", CG_VOID, args, 3);
    } else {
        CgVal args[] = { c->task, c->batch, c->row_index, id, cg_i32(c->f, (int32_t)reason) };
        cg_call(c->f, "rt_row_bad", CG_VOID, args, 5);
    }
}

/* The n-th entry of a consumer list that names this consumer is its n-th input from this node. */
static const uint64_t *edge_mask(const PhysNode *node, uint32_t consumer)
{
    const PhysNode *to = node->consumers[consumer];
    uint32_t nth = 0;
    for (uint32_t i = 0; i < consumer; i++)
        nth += node->consumers[i] == to;
    for (uint32_t i = 0; i < to->input_count; i++) {
        if (to->inputs[i] == node && nth-- == 0)
            return to->reads == NULL ? NULL : to->reads[i];
    }
    assert(!"a consumer that does not know its input");
    return NULL;
}

void cg_push_to(CgCode *c, const PhysNode *node, uint32_t consumer, const CgRow *row)
{
    const PhysNode *to = node->consumers[consumer];
    if (to->kind == PHYS_WINDOW_AGG && to->as.window_agg.leader != NULL)
        return; /* the leader takes the row for it */
    const uint64_t *mask = row->values == NULL ? edge_mask(node, consumer) : NULL;
    CgVal bad = mask == NULL ? cg_i1(c->f, false) : cg_row_has_error(c, row, mask);
    if (cg_is_const(bad, 0)) {
        cg_operator(to->kind)->on_row(c, to, row);
        return;
    }
    CgScope scope = cg_if_open(c->f, cg_unlikely(c->f, bad), "push.bad_column");
    cg_bad(c, to, BAD_COLUMN);
    cg_if_else(c->f, &scope);
    cg_operator(to->kind)->on_row(c, to, row);
    cg_if_close(c->f, &scope);
}

void cg_push(CgCode *c, const PhysNode *node, const CgRow *row)
{
    for (uint32_t i = 0; i < node->consumer_count; i++)
        cg_push_to(c, node, i, row);
}

bool cg_exprs(CgCode *c, const Expr *const *exprs, uint32_t count, const CgRow *row, CgSql *values)
{
    bool can_fail = false;
    for (uint32_t i = 0; i < count; i++) {
        values[i] = cg_expr(c, exprs[i], row);
        can_fail = can_fail || expr_can_fail(exprs[i]);
    }
    return can_fail;
}
