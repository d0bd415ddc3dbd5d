/* cg_key.c -- keys of fixed size are built on the stack; others in the task's key room, which grows out of line. */
#include "compiler/codegen/data/cg_key.h"

#include "runtime/abi/key.h"

#include <assert.h>
#include <stddef.h>

static const char *const WORDS[PK_COUNT] = {
    [PK_BOOL] = "bool",     [PK_I8] = "i8",   [PK_I16] = "i16",  [PK_I32] = "i32",
    [PK_I64] = "i64",       [PK_F32] = "f32", [PK_F64] = "f64",  [PK_D128] = "d128",
    [PK_TIME96] = "time96", [PK_STR] = "str", [PK_BLOB] = "str",
};

static const char *call_name(CgCode *c, const char *verb, RtKind kind)
{
    return arena_printf(c->program->arena, "rt_key_%s_%s", verb, WORDS[kind]);
}

/* Bytes that the columns may need, as a constant where all are of fixed size. */
static CgVal key_room(CgCode *c, const CgSql *columns, uint32_t count, uint32_t head, bool *is_fixed)
{
    uint64_t fixed = head;
    CgVal room = cg_i64(c->f, 0);
    *is_fixed = true;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t bytes = key_bytes_fixed(columns[i].kind);
        fixed += bytes;
        if (bytes != KEY_VARIABLE)
            continue;
        *is_fixed = false;
        CgVal len = cg_select(c->f, columns[i].null, cg_i64(c->f, 0), columns[i].extra);
        room = cg_bin(c->f, CG_ADD, room, cg_bin(c->f, CG_SHL, len, cg_i64(c->f, 1)));
        fixed += key_bytes_max_str(0);
    }
    return *is_fixed ? cg_i64(c->f, (int64_t)fixed) : cg_add_i64(c->f, room, (int64_t)fixed);
}

static CgVal task_key_room(CgCode *c, CgVal room)
{
    CgLocal bytes = cg_local(c->f, CG_PTR);
    cg_set(c->f, bytes, cg_load(c->f, CG_PTR, c->task, offsetof(RtTask, key)));
    CgVal have = cg_load(c->f, CG_I64, c->task, offsetof(RtTask, key_room));
    CG_IF(c->f, cg_unlikely(c->f, cg_cmp(c->f, CG_UGT, room, have)), "key.grow") {
        CgVal args[] = { c->task, room };
        cg_set(c->f, bytes, cg_call(c->f, "rt_key_grow", CG_PTR, args, 2));
    }
    return cg_get(c->f, bytes);
}

CgKey cg_key(CgCode *c, const CgSql *columns, uint32_t count, uint32_t head)
{
    bool is_fixed;
    CgVal room = key_room(c, columns, count, head, &is_fixed);
    uint64_t fixed_bytes = head;
    for (uint32_t i = 0; i < count; i++)
        fixed_bytes += key_bytes_fixed(columns[i].kind);
    CgKey key = { .bytes = is_fixed ? cg_stack(c->f, fixed_bytes) : task_key_room(c, room) };
    CgVal at = cg_ptr_offset(c->f, key.bytes, head);
    for (uint32_t i = 0; i < count; i++) {
        CgVal args[] = { at, columns[i].null, cg_sql_argument(c, columns[i]) };
        at = cg_call(c->f, call_name(c, "put", columns[i].kind), CG_PTR, args, 3);
    }
    key.length = is_fixed ? room : cg_ptr_diff(c->f, at, key.bytes);
    return key;
}

CgVal cg_key_hash(CgCode *c, CgKey key)
{
    CgVal args[] = { key.bytes, key.length };
    return cg_call(c->f, "rt_key_hash", CG_I64, args, 2);
}

/* One column; the answer is where the next begins. */
static CgVal key_column(CgCode *c, CgVal at, RtKind kind, CgSql *column)
{
    CgVal marker = cg_load(c->f, CG_I8, at, 0);
    CgVal null = cg_cmp(c->f, CG_EQ, marker, cg_int(c->f, CG_I8, 0));
    uint32_t bytes = key_bytes_fixed(kind);
    if (kind == PK_D128 || kind == PK_TIME96) {
        CgVal slot = cg_stack(c->f, 16);
        CgVal args[] = { at, slot };
        cg_call(c->f, call_name(c, "get", kind), CG_VOID, args, 2);
        *column = cg_sql_load(c, kind, slot, 0);
    } else if (bytes != KEY_VARIABLE) {
        *column = cg_sql(c, kind, cg_call(c->f, call_name(c, "get", kind), cg_kind_of(kind), &at, 1));
    } else {
        CgVal slot = cg_stack(c->f, 16);
        CgLocal next = cg_local(c->f, CG_PTR);
        cg_set(c->f, next, cg_ptr_offset(c->f, at, 1));
        cg_zero_bytes(c->f, slot, 16);
        CG_IF(c->f, cg_not(c->f, null), "key.text") {
            CgVal args[] = { at, c->task, slot };
            cg_set(c->f, next, cg_call(c->f, call_name(c, "get", kind), CG_PTR, args, 3));
        }
        *column = cg_sql_load(c, kind, slot, 0);
        column->null = null;
        return cg_get(c->f, next);
    }
    column->null = null;
    return cg_ptr_offset(c->f, at, bytes);
}

void cg_key_columns(CgCode *c, CgVal key, const RtKind *kinds, uint32_t count, CgSql *columns)
{
    CgVal at = key;
    for (uint32_t i = 0; i < count; i++)
        at = key_column(c, at, kinds[i], &columns[i]);
}
