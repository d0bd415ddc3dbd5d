/* cg_row.c -- see cg_row.h and runtime/abi/row.h. */
#include "compiler/codegen/data/cg_row.h"

#include <assert.h>

CgRow cg_row_memory(CgCode *c, CgVal memory, const RowLayout *layout, const Type *const *types)
{
    uint64_t *never_null = ARENA_ARRAY(c->program->arena, uint64_t, layout->words + 1);
    for (uint32_t i = 0; types != NULL && i < layout->column_count; i++) {
        if (!types[i]->nullable)
            never_null[i / 64] |= (uint64_t)1 << (i % 64);
    }
    return (
        CgRow){ .column_count = layout->column_count, .memory = memory, .layout = layout, .never_null = never_null };
}

CgRow cg_row_values(const CgSql *values, uint32_t column_count)
{
    return (CgRow){ .values = values, .column_count = column_count };
}

void cg_row_store(CgCode *c, CgVal memory, const RowLayout *layout, const CgRow *row)
{
    assert(row->column_count == layout->column_count);
    CgVal word = cg_i64(c->f, 0);
    for (uint32_t i = 0; i < layout->column_count; i++) {
        CgSql column = cg_column(c, row, i);
        assert(column.kind == (RtKind)layout->kinds[i]);
        cg_sql_store(c, memory, layout->offsets[i], column);
        if (!cg_is_const(column.null, 0)) {
            CgVal bit = cg_bin(c->f, CG_SHL, cg_zext(c->f, column.null, CG_I64), cg_i64(c->f, i % 64));
            word = cg_bin(c->f, CG_OR, word, bit);
        }
        if (i % 64 == 63 || i + 1 == layout->column_count) {
            cg_store(c->f, memory, 8ull * (i / 64), word);
            cg_store(c->f, memory, 8ull * (layout->words + i / 64), cg_i64(c->f, 0));
            word = cg_i64(c->f, 0);
        }
    }
}

void cg_row_set(CgCode *c, CgVal memory, const RowLayout *layout, uint32_t column, CgSql value)
{
    assert(value.kind == (RtKind)layout->kinds[column]);
    cg_sql_store(c, memory, layout->offsets[column], value);
    uint64_t at = 8ull * (column / 64);
    CgVal word = cg_load(c->f, CG_I64, memory, at);
    CgVal bit = cg_i64(c->f, (int64_t)((uint64_t)1 << (column % 64)));
    CgVal clear = cg_bin(c->f, CG_AND, word, cg_bin(c->f, CG_XOR, bit, cg_i64(c->f, -1)));
    cg_store(c->f, memory, at, cg_select(c->f, value.null, word, clear));
}

void cg_row_set_error(CgCode *c, CgVal memory, const RowLayout *layout, uint32_t column)
{
    uint64_t at = 8ull * (layout->words + column / 64);
    CgVal bit = cg_i64(c->f, (int64_t)((uint64_t)1 << (column % 64)));
    cg_store(c->f, memory, at, cg_bin(c->f, CG_OR, cg_load(c->f, CG_I64, memory, at), bit));
}

CgVal cg_row_has_error(CgCode *c, const CgRow *row, const uint64_t *mask)
{
    const RowLayout *layout = row->layout;
    CgVal found = cg_i64(c->f, 0);
    bool any = false;
    for (uint32_t w = 0; mask != NULL && w < layout->words; w++) {
        if (mask[w] == 0)
            continue;
        uint64_t at = 8ull * (layout->words + w);
        CgVal word =
            row->is_constant ? cg_load_constant(c->f, CG_I64, row->memory, at) : cg_load(c->f, CG_I64, row->memory, at);
        found = cg_bin(c->f, CG_OR, found, cg_bin(c->f, CG_AND, word, cg_i64(c->f, (int64_t)mask[w])));
        any = true;
    }
    return any ? cg_cmp(c->f, CG_NE, found, cg_i64(c->f, 0)) : cg_i1(c->f, false);
}
