/* op_lookup_join.c -- joins each row with the rows of a bounded table that have its key.
 *
 *   candidate = first row with the key (none when a key column is NULL)
 *   loop:
 *     none left: LEFT and no match so far?  push once with the row of NULLs, and leave; else leave
 *     residual TRUE?  push input ++ candidate; matched
 *     candidate = next row with the key
 *
 * One place pushes, so that what stands behind the join is generated once. */
#include "compiler/codegen/data/cg_group.h"
#include "compiler/codegen/ops/cg_operator.h"

typedef struct JoinLoop {
    const PhysNode *node;
    CgVal table;
    CgLocal candidate; /* null pointer: none left */
    CgLocal padded;    /* the row of NULLs is in hand */
    CgLocal matched;   /* LEFT: no padding is due any more */
    CgSql *columns;    /* input ++ table */
    uint32_t input_count;
    CgVal change; /* of the input row; its halves go ways of their own from here */
} JoinLoop;

static CgVal first_candidate(CgCode *c, const JoinLoop *loop, const CgSql *keys, uint32_t key_count)
{
    CgVal null = cg_i1(c->f, false);
    for (uint32_t i = 0; i < key_count; i++)
        null = cg_or(c->f, null, keys[i].null);
    CgLocal found = cg_local(c->f, CG_PTR);
    cg_set(c->f, found, cg_null_ptr(c->f));
    if (key_count == 1 && keys[0].kind == PK_STR) {
        CG_IF(c->f, cg_not(c->f, null), "join.find") {
            CgVal args[] = { loop->table, cg_sql_argument(c, keys[0]) };
            cg_set(c->f, found, cg_call(c->f, "rt_lookup_find_str", CG_PTR, args, 2));
        }
        return cg_get(c->f, found);
    }
    CG_IF(c->f, cg_not(c->f, null), "join.find") {
        CgKey key = cg_key(c, keys, key_count, 0);
        CgVal args[] = { loop->table, key.bytes, key.length, cg_key_hash(c, key) };
        cg_set(c->f, found, cg_call(c->f, "rt_lookup_find", CG_PTR, args, 4));
    }
    return cg_get(c->f, found);
}

static CgVal passes_residual(CgCode *c, const JoinLoop *loop, const CgRow *joined)
{
    const Expr *residual = loop->node->as.lookup_join.residual;
    if (residual == NULL)
        return cg_i1(c->f, true);
    CgLocal pass = cg_local(c->f, CG_I1);
    cg_set(c->f, pass, cg_get(c->f, loop->padded));
    CG_IF(c->f, cg_not(c->f, cg_get(c->f, loop->padded)), "join.residual") {
        CgVal keep = cg_condition(c, residual, joined);
        if (expr_can_fail(residual)) {
            CgVal failed = cg_failed(c);
            keep = cg_and(c->f, keep, cg_not(c->f, failed));
            CG_IF(c->f, failed, "join.failed") {
                cg_bad_row(c, loop->node, joined);
                cg_set(c->f, loop->matched, cg_i1(c->f, true)); /* a bad row is not padded */
            }
        }
        cg_set(c->f, pass, keep);
    }
    return cg_get(c->f, pass);
}

static void join_candidate(CgCode *c, const JoinLoop *loop)
{
    const PhysLookupJoin *join = &loop->node->as.lookup_join;
    CgRow table = cg_row_memory(c, cg_get(c->f, loop->candidate), &join->layout, NULL);
    table.is_constant = true;
    for (uint32_t i = 0; i < join->column_count; i++)
        loop->columns[loop->input_count + i] = cg_column(c, &table, i);
    CgRow joined = cg_row_values(loop->columns, loop->input_count + join->column_count);
    joined.change = loop->change;
    CG_IF(c->f, passes_residual(c, loop, &joined), "join.match") {
        cg_set(c->f, loop->matched, cg_i1(c->f, true));
        cg_push(c, loop->node, &joined);
    }
    CgVal args[] = { loop->table, cg_get(c->f, loop->candidate) };
    CgScope scope = cg_if_open(c->f, cg_get(c->f, loop->padded), "join.padded");
    cg_set(c->f, loop->candidate, cg_null_ptr(c->f));
    cg_if_else(c->f, &scope);
    cg_set(c->f, loop->candidate, cg_call(c->f, "rt_lookup_next", CG_PTR, args, 2));
    cg_if_close(c->f, &scope);
}

/* LEFT without a match: the row of NULLs becomes the last candidate. */
static void pad_when_due(CgCode *c, const JoinLoop *loop)
{
    CgVal none = cg_cmp(c->f, CG_EQ, cg_get(c->f, loop->candidate), cg_null_ptr(c->f));
    CgVal due = cg_and(c->f, none, cg_not(c->f, cg_get(c->f, loop->matched)));
    CG_IF(c->f, due, "join.pad") {
        cg_set(c->f, loop->candidate, cg_call(c->f, "rt_lookup_no_row", CG_PTR, &loop->table, 1));
        cg_set(c->f, loop->padded, cg_i1(c->f, true));
        cg_set(c->f, loop->matched, cg_i1(c->f, true));
    }
}

static void join_rows(CgCode *c, JoinLoop *loop, const CgSql *keys)
{
    const PhysLookupJoin *join = &loop->node->as.lookup_join;
    loop->table = cg_slot(c, loop->node->id);
    loop->candidate = cg_local(c->f, CG_PTR);
    loop->padded = cg_local(c->f, CG_I1);
    loop->matched = cg_local(c->f, CG_I1);
    cg_set(c->f, loop->candidate, first_candidate(c, loop, keys, join->key_count));
    cg_set(c->f, loop->padded, cg_i1(c->f, false));
    cg_set(c->f, loop->matched, cg_i1(c->f, !join->is_left));
    CG_WHILE(c->f, again, "join.candidate") {
        pad_when_due(c, loop);
        cg_break_unless(c->f, &again, cg_cmp(c->f, CG_NE, cg_get(c->f, loop->candidate), cg_null_ptr(c->f)));
        join_candidate(c, loop);
    }
}

static void lookup_join_on_row(CgCode *c, const PhysNode *node, const CgRow *row)
{
    const PhysLookupJoin *join = &node->as.lookup_join;
    Arena *arena = c->program->arena;
    JoinLoop loop = { .node = node, .input_count = row->column_count };
    if (row->change.ref != NULL)
        loop.change = cg_change_where(c, row->change, cg_i1(c->f, false));
    loop.columns = ARENA_ARRAY(arena, CgSql, row->column_count + join->column_count + 1);
    for (uint32_t i = 0; i < row->column_count; i++)
        loop.columns[i] = cg_column(c, row, i);
    CgSql *keys = ARENA_ARRAY(arena, CgSql, join->key_count + 1);
    if (!cg_exprs(c, join->input_keys, join->key_count, row, keys)) {
        join_rows(c, &loop, keys);
        return;
    }
    CgScope scope = cg_if_open(c->f, cg_failed(c), "join.key_failed");
    cg_bad_row(c, node, row);
    cg_if_else(c->f, &scope);
    join_rows(c, &loop, keys);
    cg_if_close(c->f, &scope);
}

const CgOperator OP_LOOKUP_JOIN = { .on_row = lookup_join_on_row };
