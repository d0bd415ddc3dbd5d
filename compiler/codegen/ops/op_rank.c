/* op_rank.c -- numbers the groups of a window as they come; a group stands for as many rows as it counts. */
#include "compiler/codegen/data/cg_key.h"
#include "compiler/codegen/ops/cg_operator.h"
#include "runtime/abi/window.h"

static CgKey key_of(CgCode *c, const CgRow *row, const uint32_t *columns, uint32_t count)
{
    CgSql *values = ARENA_ARRAY(c->program->arena, CgSql, count + 1);
    for (uint32_t i = 0; i < count; i++)
        values[i] = cg_column(c, row, columns[i]);
    return cg_key(c, values, count, 0);
}

static void rank_on_row(CgCode *c, const PhysNode *node, const CgRow *row)
{
    const PhysRank *rank = &node->as.rank;
    CgVal id = cg_i32(c->f, (int32_t)node->id);
    CgVal count = cg_column(c, row, rank->count_column).value;
    CgKey partition = key_of(c, row, rank->partition, rank->partition_count);
    CgVal which[] = { c->task, id, partition.bytes, partition.length };
    cg_call(c->f, "rt_rank_partition", CG_VOID, which, 4);
    CgKey order = key_of(c, row, rank->order, rank->order_count);
    CgVal where[] = { c->task, id, order.bytes, order.length, count, cg_i32(c->f, (int32_t)rank->kind) };
    CgVal first = cg_call(c->f, "rt_rank_order", CG_I64, where, 6);
    CgSql *columns = ARENA_ARRAY(c->program->arena, CgSql, node->column_count + 1);
    for (uint32_t i = 0; i + 1 < node->column_count; i++)
        columns[i] = cg_column(c, row, i);
    CgVal index;
    CG_FOR_RANGE(c->f, index, cg_i64(c->f, 0), count, "rank.row") {
        CgVal number = rank->kind == RANK_ROW_NUMBER ? cg_bin(c->f, CG_ADD, first, index) : first;
        columns[node->column_count - 1] = cg_sql(c, PK_I64, number);
        CgRow out = cg_row_values(columns, node->column_count);
        cg_push(c, node, &out);
    }
}

const CgOperator OP_RANK = { .on_row = rank_on_row };
