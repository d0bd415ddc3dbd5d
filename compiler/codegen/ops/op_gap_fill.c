/* op_gap_fill.c -- the windows that a group left out.
 *
 *   group = upsert(key): 1 + the start of its last window, 0 for none
 *   for each window since then, and for the row itself: push, with what the calls answer for no rows in all but the row
 *
 * One place pushes, so that what stands behind is generated once. */
#include "compiler/codegen/data/cg_group.h"
#include "compiler/codegen/ops/cg_operator.h"

enum { STATE_ALIGN = 16 };

/* What a call answers for no rows. */
static CgSql empty_result(CgCode *c, const AggCall *call)
{
    uint32_t bytes = (call->agg->state_bytes + STATE_ALIGN) / STATE_ALIGN * STATE_ALIGN;
    CgVal state = cg_stack(c->f, bytes);
    cg_zero_bytes(c->f, state, bytes);
    return cg_narrowed(c, cg_agg_final(c, call->agg, state, 0), call->type);
}

static CgSql choose(CgCode *c, CgVal is_row, CgSql row, CgSql empty)
{
    CgSql chosen = { .kind = row.kind, .value = cg_select(c->f, is_row, row.value, empty.value) };
    chosen.null = cg_select(c->f, is_row, row.null, empty.null);
    if (row.extra.ref != NULL && empty.extra.ref != NULL)
        chosen.extra = cg_select(c->f, is_row, row.extra, empty.extra);
    return chosen;
}

/* Windows since the last one, the row's own left out. */
static CgVal missing_windows(CgCode *c, const PhysGapFill *fill, CgVal last, CgVal start)
{
    CgVal zero = cg_i64(c->f, 0);
    CgVal apart = cg_add_i64(c->f, cg_bin(c->f, CG_SUB, start, last), 1);
    CgVal missing = cg_add_i64(c->f, cg_bin(c->f, CG_SDIV, apart, cg_i64(c->f, fill->step_us)), -1);
    CgVal is_none = cg_or(c->f, cg_cmp(c->f, CG_EQ, last, zero), cg_cmp(c->f, CG_SLT, missing, zero));
    is_none = cg_or(c->f, is_none, cg_cmp(c->f, CG_SGT, missing, cg_i64(c->f, GAP_FILL_WINDOWS_MAX)));
    return cg_select(c->f, is_none, zero, missing);
}

static void gap_fill_on_row(CgCode *c, const PhysNode *node, const CgRow *row)
{
    const PhysGapFill *fill = &node->as.gap_fill;
    Arena *arena = c->program->arena;
    CgSql *keys = ARENA_ARRAY(arena, CgSql, fill->groups.key_count + 1);
    CgSql *from = ARENA_ARRAY(arena, CgSql, node->column_count + 1);
    CgSql *empty = ARENA_ARRAY(arena, CgSql, node->column_count + 1);
    CgSql *columns = ARENA_ARRAY(arena, CgSql, node->column_count + 1);
    for (uint32_t i = 0; i < node->column_count; i++)
        from[i] = columns[i] = cg_column(c, row, i);
    (void)cg_exprs(c, fill->groups.keys, fill->groups.key_count, row, keys);
    CgVal slice = cg_slice_at(c, cg_slot(c, node->id), cg_i64(c->f, 0), cg_i64(c->f, INT64_MIN));
    CgGroup group = cg_group_upsert(c, slice, keys, fill->groups.key_count);
    CgVal start = from[fill->window_column].value;
    CgVal missing = missing_windows(c, fill, cg_load(c->f, CG_I64, group.fields, 0), start);
    cg_store(c->f, group.fields, 0, cg_add_i64(c->f, start, 1));
    for (uint32_t i = 0; i < node->column_count; i++) {
        if (fill->calls[i] != NULL)
            empty[i] = empty_result(c, fill->calls[i]);
    }
    CgVal index;
    CG_FOR_RANGE(c->f, index, cg_i64(c->f, 0), cg_add_i64(c->f, missing, 1), "gap.window") {
        CgVal left = cg_bin(c->f, CG_SUB, missing, index);
        CgVal back = cg_bin(c->f, CG_MUL, left, cg_i64(c->f, fill->step_us));
        CgVal is_row = cg_cmp(c->f, CG_EQ, left, cg_i64(c->f, 0));
        for (uint32_t i = 0; i < node->column_count; i++) {
            if (fill->calls[i] != NULL)
                columns[i] = choose(c, is_row, from[i], empty[i]);
        }
        for (uint32_t w = fill->window_column; w < fill->window_column + 3; w++)
            columns[w].value = cg_bin(c->f, CG_SUB, from[w].value, back);
        CgRow out = cg_row_values(columns, node->column_count);
        cg_push(c, node, &out);
    }
}

const CgOperator OP_GAP_FILL = { .on_row = gap_fill_on_row };
