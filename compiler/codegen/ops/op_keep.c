/* op_keep.c -- the groups of a window with rare values of their keys put together (runtime/state/slice_keep.h).
 *
 *   on row:     nothing: the runtime folds the window once it is whole
 *   ranks:      for each group that is one value of a bounded key, with all that the window has of it: the value of the
 *               measure as a key, to the runtime, which says whose are the most
 *   groups:     walk the folded groups in key order, finish the aggregates, push */
#include "compiler/codegen/ops/cg_operator.h"

#include <stddef.h>

static void keep_on_row(CgCode *c, const PhysNode *node, const CgRow *row)
{
    (void)c;
    (void)node;
    (void)row;
}

const CgOperator OP_KEEP = { .on_row = keep_on_row };

static void push_kept(CgCode *c, const PhysNode *node, CgVal cursor)
{
    CgRow row = cg_group_row(c, node->inputs[0], cursor);
    cg_push(c, node, &row);
}

void cg_kept_groups(CgProgram *program, const PhysNode *keep, const char *name)
{
    cg_each_group(program, keep, name, push_kept);
}

/* A measure that fails ranks last, as one that is NULL. */
static void rank_value(CgCode *c, const KeepKey *kept, const CgRow *row)
{
    CgSql value = cg_expr(c, kept->by, row);
    if (expr_can_fail(kept->by)) {
        value.null = cg_or(c->f, value.null, cg_failed(c));
        cg_forgive(c);
    }
    CgKey key = cg_key(c, &value, 1, 0);
    CgVal args[] = { c->task, key.bytes, key.length };
    cg_call(c->f, "rt_keep_rank", CG_VOID, args, 3);
}

static void rank_group(CgCode *c, const PhysNode *node, CgVal cursor)
{
    CgRow row = cg_group_row(c, node->inputs[0], cursor);
    CgVal which = cg_load(c->f, CG_I32, c->emit, offsetof(RtEmit, bound));
    for (uint32_t i = 0; i < node->as.keep.key_count; i++) {
        const KeepKey *kept = &node->as.keep.keys[i];
        if (kept->by == NULL)
            continue;
        CG_IF(c->f, cg_cmp(c->f, CG_EQ, which, cg_i32(c->f, (int32_t)i)), "keep.rank") {
            rank_value(c, kept, &row);
        }
    }
}

void cg_kept_ranks(CgProgram *program, const PhysNode *keep, const char *name)
{
    cg_each_group(program, keep, name, rank_group);
}
