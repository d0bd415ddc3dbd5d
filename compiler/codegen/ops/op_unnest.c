/* op_unnest.c -- the row once for each element of a collection, told apart by the element's number.
 *
 *   index = 0
 *   loop:
 *     inner: leave when index = count
 *     left:  leave when index >= count and a row was pushed; number = NULL when index >= count
 *     residual TRUE, or the number is NULL?  push input ++ number; matched
 *     index = index + 1
 *
 * One place pushes, so that what stands behind is generated once; what the elements are, a projection behind works out
 * of the number. */
#include "compiler/codegen/ops/cg_operator.h"

typedef struct UnnestLoop {
    const PhysNode *node;
    CgVal count; /* I64, not negative */
    CgLocal index;
    CgLocal matched; /* left: no padding is due any more */
    CgSql *columns;  /* input ++ number */
    CgVal change;    /* of the input row; its halves go ways of their own from here */
} UnnestLoop;

static CgVal passes_residual(CgCode *c, const UnnestLoop *loop, const CgRow *row, CgVal padded)
{
    const Expr *residual = loop->node->as.unnest.residual;
    if (residual == NULL)
        return cg_i1(c->f, true);
    CgLocal pass = cg_local(c->f, CG_I1);
    cg_set(c->f, pass, padded);
    CG_IF(c->f, cg_not(c->f, padded), "unnest.residual") {
        CgVal keep = cg_condition(c, residual, row);
        if (expr_can_fail(residual)) {
            CgVal failed = cg_failed(c);
            keep = cg_and(c->f, keep, cg_not(c->f, failed));
            CG_IF(c->f, failed, "unnest.failed") {
                cg_bad_row(c, loop->node, row);
                cg_set(c->f, loop->matched, cg_i1(c->f, true)); /* a bad row is not padded */
            }
        }
        cg_set(c->f, pass, keep);
    }
    return cg_get(c->f, pass);
}

static void push_element(CgCode *c, const UnnestLoop *loop)
{
    uint32_t number = loop->node->column_count - 1;
    bool is_left = loop->node->as.unnest.is_left;
    CgVal index = cg_get(c->f, loop->index);
    CgVal padded = is_left ? cg_cmp(c->f, CG_SGE, index, loop->count) : cg_i1(c->f, false);
    CgVal shown = cg_trunc(c->f, cg_add_i64(c->f, index, 1), CG_I32);
    CgSql zero = cg_sql(c, PK_I32, cg_i32(c->f, 0));
    CgSql value = cg_sql(c, PK_I32, is_left ? cg_select(c->f, padded, zero.value, shown) : shown);
    value.null = padded;
    loop->columns[number] = value;
    CgRow row = cg_row_values(loop->columns, number + 1);
    row.change = loop->change;
    CG_IF(c->f, passes_residual(c, loop, &row, padded), "unnest.match") {
        if (is_left)
            cg_set(c->f, loop->matched, cg_i1(c->f, true));
        cg_push(c, loop->node, &row);
    }
}

static void unnest_on_row(CgCode *c, const PhysNode *node, const CgRow *row)
{
    bool is_left = node->as.unnest.is_left;
    UnnestLoop loop = { .node = node, .index = cg_local(c->f, CG_I64), .matched = cg_local(c->f, CG_I1) };
    if (row->change.ref != NULL)
        loop.change = cg_change_where(c, row->change, cg_i1(c->f, false));
    loop.columns = ARENA_ARRAY(c->program->arena, CgSql, row->column_count + 1);
    for (uint32_t i = 0; i < row->column_count; i++)
        loop.columns[i] = cg_column(c, row, i);
    CgSql count = cg_expr(c, node->as.unnest.count, row);
    CgVal known = cg_sext(c->f, count.value, CG_I64);
    loop.count = cg_select(c->f, count.null, cg_i64(c->f, 0), known);
    cg_set(c->f, loop.index, cg_i64(c->f, 0));
    cg_set(c->f, loop.matched, cg_i1(c->f, false));
    CG_WHILE(c->f, again, "unnest.element") {
        CgVal more = cg_cmp(c->f, CG_SLT, cg_get(c->f, loop.index), loop.count);
        if (is_left)
            more = cg_or(c->f, more, cg_not(c->f, cg_get(c->f, loop.matched)));
        cg_break_unless(c->f, &again, more);
        push_element(c, &loop);
        cg_set(c->f, loop.index, cg_add_i64(c->f, cg_get(c->f, loop.index), 1));
    }
}

const CgOperator OP_UNNEST = { .on_row = unnest_on_row };
