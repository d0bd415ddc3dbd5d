/* ahead.c -- rows that come soon ask for their groups' memory.
 *
 *   rows:  pays = the table is larger than the caches
 *          for each row: where it pays, the slot of the row 24 further on, the record of the row 12 further on;
 *                        then the row itself
 *
 * Only where the rows of a scan reach a grouping as they are, through filters at most, and its key is one column: the
 * key of a row to come is then one load.  Nothing but the time of a row depends on it. */
#include "compiler/codegen/ops/ahead.h"

static bool is_column(const Expr *expr)
{
    return expr->op == EXPR_COLUMN;
}

static bool may_ask(const PhysNode *node)
{
    if (node->kind != PHYS_WINDOW_AGG && node->kind != PHYS_GROUP_AGG)
        return false;
    const PhysWindowAgg *agg = &node->as.window_agg;
    bool has_slices = node->kind == PHYS_GROUP_AGG || (agg->kind != WINDOW_SESSION && agg->kind != WINDOW_ATTACHED);
    return has_slices && agg->leader == NULL && agg->key_count == 1 && is_column(agg->keys[0]) &&
           cg_group_ahead_call(type_physical(agg->keys[0]->type)) != NULL;
}

static void find(const PhysNode *node, CgAhead *ahead)
{
    for (uint32_t i = 0; i < node->consumer_count; i++) {
        const PhysNode *to = node->consumers[i];
        if (to->kind == PHYS_FILTER)
            find(to, ahead);
        else if (may_ask(to) && ahead->count++ < CG_AHEAD_MAX)
            ahead->aggs[ahead->count - 1] = to;
    }
}

CgAhead cg_ahead_begin(CgCode *c, const PhysNode *scan)
{
    CgAhead ahead = { .count = 0 };
    find(scan, &ahead);
    if (ahead.count > CG_AHEAD_MAX) /* with many, their code and their asking cost more than waiting */
        ahead.count = 0;
    for (uint32_t i = 0; i < ahead.count; i++) {
        ahead.stores[i] = cg_slot(c, ahead.aggs[i]->id);
        ahead.pays[i] = cg_call(c->f, "rt_group_ahead_pays", CG_I1, &ahead.stores[i], 1);
    }
    return ahead;
}

static void ask(CgCode *c, const CgAhead *ahead, uint32_t i, const CgRow *row, bool near)
{
    const Expr *key = ahead->aggs[i]->as.window_agg.keys[0];
    uint64_t *mask = ARENA_ARRAY(c->program->arena, uint64_t, row->layout->words + 1);
    expr_columns(key, mask);
    CG_IF(c->f, cg_not(c->f, cg_row_has_error(c, row, mask)), "ahead.key") {
        CgSql value = cg_expr(c, key, row);
        CgVal args[] = { ahead->stores[i], value.null, cg_sql_argument(c, value), cg_i1(c->f, near) };
        cg_call(c->f, cg_group_ahead_call(value.kind), CG_VOID, args, 4);
    }
}

static void ask_at(CgCode *c, const CgAhead *ahead, uint32_t i, CgRowAt row_at, const PhysNode *scan, bool near)
{
    CgVal here = c->row_index;
    CgVal count = cg_load(c->f, CG_I64, c->batch, offsetof(RtBatch, row_count));
    c->row_index = cg_add_i64(c->f, here, cg_group_ahead_rows(near));
    CG_IF(c->f, cg_cmp(c->f, CG_SLT, c->row_index, count), "ahead.row") {
        CgRow row = row_at(c, scan);
        ask(c, ahead, i, &row, near);
    }
    c->row_index = here;
}

void cg_ahead_row(CgCode *c, const CgAhead *ahead, CgRowAt row_at, const PhysNode *scan)
{
    for (uint32_t i = 0; i < ahead->count; i++) {
        CG_IF(c->f, cg_unlikely(c->f, ahead->pays[i]), "ahead.pays") {
            ask_at(c, ahead, i, row_at, scan, false);
            ask_at(c, ahead, i, row_at, scan, true);
        }
    }
}
