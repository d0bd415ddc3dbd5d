/* cg_value.c -- moving SQL values between registers, stack slots and rows. */
#include "compiler/codegen/sql/cg_sql.h"

#include <assert.h>
#include <stddef.h>

CgKind cg_kind_of(RtKind kind)
{
    static const uint8_t KINDS[PK_COUNT] = {
        [PK_BOOL] = CG_I1,    [PK_I8] = CG_I8,   [PK_I16] = CG_I16,  [PK_I32] = CG_I32,
        [PK_I64] = CG_I64,    [PK_F32] = CG_F32, [PK_F64] = CG_F64,  [PK_D128] = CG_I128,
        [PK_TIME96] = CG_I64, [PK_STR] = CG_PTR, [PK_BLOB] = CG_PTR,
    };
    return (CgKind)KINDS[kind];
}

static bool is_view(RtKind kind)
{
    return kind == PK_STR || kind == PK_BLOB;
}

static CgVal zero(CgCode *c, CgKind kind)
{
    switch (kind) {
    case CG_F32:
        return cg_f32(c->f, 0);
    case CG_F64:
        return cg_f64(c->f, 0);
    case CG_PTR:
        return cg_null_ptr(c->f);
    default:
        return cg_int(c->f, kind, 0);
    }
}

CgSql cg_sql(CgCode *c, RtKind kind, CgVal value)
{
    assert(!is_view(kind) && kind != PK_TIME96 && value.kind == cg_kind_of(kind));
    return (CgSql){ .kind = kind, .value = value, .null = cg_i1(c->f, false) };
}

CgSql cg_sql_null(CgCode *c, RtKind kind)
{
    CgSql null = { .kind = kind, .value = zero(c, cg_kind_of(kind)), .null = cg_i1(c->f, true) };
    if (is_view(kind))
        null.extra = cg_i64(c->f, 0);
    if (kind == PK_TIME96)
        null.extra = cg_i32(c->f, 0);
    return null;
}

static CgSql load_by(CgVal (*load)(CgFn *, CgKind, CgVal, uint64_t), CgCode *c, RtKind kind, CgVal ptr, uint64_t offset)
{
    CgSql sql = { .kind = kind, .null = cg_i1(c->f, false) };
    sql.value = load(c->f, cg_kind_of(kind), ptr, offset);
    if (is_view(kind))
        sql.extra = load(c->f, CG_I64, ptr, offset + offsetof(Str, len));
    if (kind == PK_TIME96)
        sql.extra = load(c->f, CG_I32, ptr, offset + offsetof(RtTime96, ns));
    return sql;
}

CgSql cg_sql_load(CgCode *c, RtKind kind, CgVal ptr, uint64_t offset)
{
    return load_by(cg_load, c, kind, ptr, offset);
}

CgSql cg_sql_load_constant(CgCode *c, RtKind kind, CgVal ptr, uint64_t offset)
{
    return load_by(cg_load_constant, c, kind, ptr, offset);
}

void cg_sql_store(CgCode *c, CgVal ptr, uint64_t offset, CgSql sql)
{
    cg_store(c->f, ptr, offset, sql.value);
    if (is_view(sql.kind))
        cg_store(c->f, ptr, offset + offsetof(Str, len), sql.extra);
    if (sql.kind == PK_TIME96) {
        cg_store(c->f, ptr, offset + offsetof(RtTime96, ns), sql.extra);
        cg_store(c->f, ptr, offset + offsetof(RtTime96, zero), cg_i32(c->f, 0));
    }
}

CgVal cg_sql_argument(CgCode *c, CgSql sql)
{
    if (!is_view(sql.kind) && sql.kind != PK_TIME96 && sql.kind != PK_D128)
        return sql.value;
    CgVal slot = cg_stack(c->f, 16);
    cg_sql_store(c, slot, 0, sql);
    return slot;
}

CgVal cg_is_true(CgCode *c, CgSql sql)
{
    assert(sql.kind == PK_BOOL);
    return cg_and(c->f, cg_not(c->f, sql.null), sql.value);
}

CgVal cg_failed(CgCode *c)
{
    CgVal code = cg_load(c->f, CG_I32, c->task, offsetof(RtTask, fn.failure.code));
    return cg_unlikely(c->f, cg_cmp(c->f, CG_NE, code, cg_i32(c->f, 0)));
}

static bool bit(const uint64_t *words, uint32_t index)
{
    return words != NULL && ((words[index / 64] >> (index % 64)) & 1) != 0;
}

CgSql cg_column(CgCode *c, const CgRow *row, uint32_t column)
{
    assert(column < row->column_count);
    if (row->values != NULL)
        return row->values[column];
    CgSql (*load)(CgCode *, RtKind, CgVal, uint64_t) = row->is_constant ? cg_sql_load_constant : cg_sql_load;
    CgSql sql = load(c, (RtKind)row->layout->kinds[column], row->memory, row->layout->offsets[column]);
    if (!bit(row->never_null, column)) {
        uint64_t at = 8ull * (column / 64);
        CgVal word =
            row->is_constant ? cg_load_constant(c->f, CG_I64, row->memory, at) : cg_load(c->f, CG_I64, row->memory, at);
        CgVal mask = cg_i64(c->f, (int64_t)((uint64_t)1 << (column % 64)));
        sql.null = cg_cmp(c->f, CG_NE, cg_bin(c->f, CG_AND, word, mask), cg_i64(c->f, 0));
    }
    return sql;
}

CgSqlLocal cg_sql_local(CgCode *c, RtKind kind)
{
    CgSqlLocal local = { .kind = kind, .value = cg_local(c->f, cg_kind_of(kind)), .null = cg_local(c->f, CG_I1) };
    if (is_view(kind))
        local.extra = cg_local(c->f, CG_I64);
    if (kind == PK_TIME96)
        local.extra = cg_local(c->f, CG_I32);
    cg_sql_set(c, &local, cg_sql_null(c, kind));
    return local;
}

void cg_sql_set(CgCode *c, const CgSqlLocal *local, CgSql sql)
{
    assert(local->kind == sql.kind);
    cg_set(c->f, local->value, sql.value);
    if (local->extra.ref != NULL)
        cg_set(c->f, local->extra, sql.extra);
    cg_set(c->f, local->null, sql.null);
}

CgSql cg_sql_get(CgCode *c, const CgSqlLocal *local)
{
    CgSql sql = { .kind = local->kind, .value = cg_get(c->f, local->value), .null = cg_get(c->f, local->null) };
    if (local->extra.ref != NULL)
        sql.extra = cg_get(c->f, local->extra);
    return sql;
}
