/* cg_group.c -- see cg_group.h. */
#include "compiler/codegen/data/cg_group.h"

#include "compiler/codegen/data/cg_user_agg.h"
#include "runtime/state/group_table.h"

#include <assert.h>
#include <stddef.h>

CgVal cg_slot(CgCode *c, uint32_t node)
{
    CgVal slots = cg_load_constant(c->f, CG_PTR, c->task, offsetof(RtTask, slots));
    return cg_load_constant(c->f, CG_PTR, slots, 8ull * node);
}

CgVal cg_slice_at(CgCode *c, CgVal store, CgVal time, CgVal watermark)
{
    CgVal args[] = { store, time, watermark };
    return cg_call(c->f, "rt_slice_at", CG_PTR, args, 3);
}

CgVal cg_slice_whole(CgCode *c, CgVal store, CgVal time, CgVal watermark)
{
    CgVal args[] = { store, time, watermark };
    return cg_call(c->f, "rt_slice_whole", CG_PTR, args, 3);
}

CgVal cg_slice_attached(CgCode *c, CgVal store, const CgVal window[3], CgVal watermark)
{
    CgVal args[] = { store, window[0], window[1], window[2], watermark };
    return cg_call(c->f, "rt_slice_attached", CG_PTR, args, 5);
}

CgVal cg_session_slice(CgCode *c, CgVal store)
{
    return cg_call(c->f, "rt_session_slice", CG_PTR, &store, 1);
}

CgVal cg_session_at(CgCode *c, CgVal store, const CgGroup *key, const CgSessionRow *row)
{
    if (row->flags.ref == NULL) {
        CgVal args[] = { c->task, store, key->fields, row->time, row->end, row->watermark };
        return cg_call(c->f, "rt_session_at", CG_PTR, args, 6);
    }
    CgVal args[] = { c->task, store, row->time, row->end, row->flags, row->watermark };
    return cg_call(c->f, "rt_session_cut_at", CG_PTR, args, 6);
}

CgVal cg_session_distinct(CgCode *c, CgVal store, uint32_t number, CgSql value)
{
    CgKey key = cg_key(c, &value, 1, DISTINCT_ROOM);
    CgVal args[] = { store, cg_i32(c->f, (int32_t)number), key.bytes, cg_trunc(c->f, key.length, CG_I32) };
    return cg_call(c->f, "rt_session_distinct", CG_I1, args, 4);
}

/* Groups of one column are found without building the key in memory: building it and loading it back stalls. */
static const char *single_key_call(RtKind kind)
{
    static const char *const CALLS[PK_COUNT] = {
        [PK_BOOL] = "rt_group_upsert_bool", [PK_I8] = "rt_group_upsert_i8",   [PK_I16] = "rt_group_upsert_i16",
        [PK_I32] = "rt_group_upsert_i32",   [PK_I64] = "rt_group_upsert_i64", [PK_F32] = "rt_group_upsert_f32",
        [PK_F64] = "rt_group_upsert_f64",   [PK_STR] = "rt_group_upsert_str",
    };
    return CALLS[kind];
}

const char *cg_group_ahead_call(RtKind kind)
{
    static const char *const CALLS[PK_COUNT] = {
        [PK_BOOL] = "rt_group_ahead_bool", [PK_I8] = "rt_group_ahead_i8",   [PK_I16] = "rt_group_ahead_i16",
        [PK_I32] = "rt_group_ahead_i32",   [PK_I64] = "rt_group_ahead_i64", [PK_F32] = "rt_group_ahead_f32",
        [PK_F64] = "rt_group_ahead_f64",   [PK_STR] = "rt_group_ahead_str",
    };
    return CALLS[kind];
}

int64_t cg_group_ahead_rows(bool near)
{
    return near ? GROUP_AHEAD_NEAR : GROUP_AHEAD_FAR;
}

static CgVal upsert_encoded(CgCode *c, CgVal groups, const CgSql *keys, uint32_t key_count)
{
    if (key_count == 0)
        return cg_call(c->f, "rt_group_only", CG_PTR, &groups, 1);
    CgKey key = cg_key(c, keys, key_count, 0);
    CgVal length = cg_trunc(c->f, key.length, CG_I32);
    CgVal args[] = { groups, key.bytes, length, cg_key_hash(c, key) };
    return cg_call(c->f, "rt_group_upsert", CG_PTR, args, 4);
}

CgGroup cg_group_upsert(CgCode *c, CgVal slice, const CgSql *keys, uint32_t key_count)
{
    CgGroup group = { .slice = slice, .groups = cg_call(c->f, "rt_slice_groups", CG_PTR, &slice, 1) };
    const char *single = key_count == 1 ? single_key_call(keys[0].kind) : NULL;
    if (single != NULL) {
        CgVal args[] = { group.groups, keys[0].null, cg_sql_argument(c, keys[0]) };
        group.fields = cg_call(c->f, single, CG_PTR, args, 3);
    } else {
        group.fields = upsert_encoded(c, group.groups, keys, key_count);
    }
    return group;
}

static void set_heap(CgCode *c, const AggDef *agg, CgVal slice)
{
    if ((agg->traits & AGG_HEAP) != 0)
        cg_store(c->f, c->task, offsetof(RtTask, fn.heap), cg_call(c->f, "rt_slice_heap", CG_PTR, &slice, 1));
}

static void agg_change(CgCode *c, const char *verb, const AggDef *agg, const CgGroup *group, uint32_t offset,
                       const CgSql *arg)
{
    assert((arg == NULL) == (agg->arg == TW_COUNT));
    set_heap(c, agg, group->slice);
    if (agg->carry == AGG_CARRY_ON || agg->carry == AGG_CARRY_IN) {
        CgVal fields = cg_ptr_offset(c->f, group->fields, offset);
        CgVal take[] = { c->task, cg_i32(c->f, (int32_t)agg->row), fields, cg_sql_argument(c, *arg) };
        cg_call(c->f, "rt_agg_take", CG_VOID, take, 4);
        return;
    }
    if (agg->user != NULL) {
        CgVal state = cg_ptr_offset(c->f, group->fields, offset);
        cg_user_agg_step(c, user_agg_of(agg), state, arg, strcmp(verb, "retract") == 0);
        return;
    }
    const char *name = arena_printf(c->program->arena, "rta_%s_%s", verb, agg->symbol);
    CgVal args[3] = { c->task, cg_ptr_offset(c->f, group->fields, offset) };
    if (arg != NULL)
        args[2] = cg_sql_argument(c, *arg);
    cg_call(c->f, name, CG_VOID, args, arg != NULL ? 3 : 2);
}

void cg_agg_step(CgCode *c, const AggDef *agg, const CgGroup *group, uint32_t offset, const CgSql *arg)
{
    agg_change(c, "step", agg, group, offset, arg);
}

void cg_agg_retract(CgCode *c, const AggDef *agg, const CgGroup *group, uint32_t offset, const CgSql *arg)
{
    assert((agg->traits & AGG_RETRACTS) != 0);
    agg_change(c, "retract", agg, group, offset, arg);
}

CgVal cg_distinct(CgCode *c, const CgGroup *group, uint32_t number, CgSql value)
{
    CgVal set_args[] = { group->slice, cg_i32(c->f, (int32_t)number) };
    CgVal set = cg_call(c->f, "rt_slice_distinct", CG_PTR, set_args, 2);
    CgVal ref = cg_call(c->f, "rt_group_ref", CG_I32, &group->groups, 1);
    if (value.kind == PK_STR) { /* the call that makes the key is much less code, and takes no longer */
        CgVal args[] = { c->task, set, ref, cg_sql_argument(c, value) };
        return cg_call(c->f, "rt_distinct_insert_str", CG_I1, args, 4);
    }
    CgKey key = cg_key(c, &value, 1, DISTINCT_ROOM);
    CgVal args[] = { set, ref, key.bytes, cg_trunc(c->f, key.length, CG_I32) };
    return cg_call(c->f, "rt_distinct_insert", CG_I1, args, 4);
}

CgSql cg_agg_final(CgCode *c, const AggDef *agg, CgVal fields, uint32_t offset)
{
    if (agg->carry == AGG_CARRY_OUT || agg->carry == AGG_CARRY_ON) {
        CgVal bytes = cg_stack(c->f, 16);
        CgVal give[] = { c->task, cg_i32(c->f, (int32_t)agg->row), cg_ptr_offset(c->f, fields, offset), bytes };
        cg_call(c->f, "rt_agg_give", CG_VOID, give, 4);
        return cg_sql_load(c, PK_STR, bytes, 0);
    }
    if (agg->user != NULL)
        return cg_user_agg_final(c, user_agg_of(agg), cg_ptr_offset(c->f, fields, offset));
    const char *name = arena_printf(c->program->arena, "rta_final_%s", agg->symbol);
    CgVal slot = cg_stack(c->f, 16);
    CgVal args[] = { c->task, cg_ptr_offset(c->f, fields, offset), slot };
    cg_zero_bytes(c->f, slot, 16);
    CgVal valid = cg_call(c->f, name, CG_I1, args, 3);
    CgSql result = cg_sql_load(c, type_word_kind((TypeWord)agg->result), slot, 0);
    result.null = cg_not(c->f, valid);
    return result;
}
