/* op_group_agg.c -- grouped aggregation without a window: each row changes one group and pushes what that changes.
 *
 *   on row:   all expressions first (a failure changes no state); the results before; step or, for rows that take back
 *             others, retract every aggregate; the results after
 *   push:     +I of a group's first row, -D of its last; -U and +U where a result changed; else nothing
 *
 * A group is the number of its rows, then the aggregates' states.  A group of no rows is as one that never was; its key
 * stays in the table.
 *
 * State lives only in the slice store, so a checkpoint needs nothing from this file. */
#include "compiler/codegen/data/agg_layout.h"
#include "compiler/codegen/data/cg_group.h"
#include "compiler/codegen/ops/cg_operator.h"
#include "runtime/abi/key.h"

#include <assert.h>
#include <stddef.h>

typedef struct GroupRow {
    const PhysNode *node;
    AggLayout states;
    RowLayout layout; /* of the output */
    const Type *const *types;
    CgSql *keys, **args;
    CgVal *counts; /* I1 for each call */
    CgVal retracts;
    CgGroup group;
    CgVal before, after;    /* rows in the group */
    CgVal old_row, new_row; /* memory */
} GroupRow;

static GroupRow group_row(CgCode *c, const PhysNode *node)
{
    const PhysWindowAgg *agg = &node->as.window_agg;
    Arena *arena = c->program->arena;
    uint8_t *kinds = ARENA_ARRAY(arena, uint8_t, node->column_count + 1);
    const Type **types = ARENA_ARRAY(arena, const Type *, node->column_count + 1);
    for (uint32_t i = 0; i < node->column_count; i++) {
        types[i] = node->columns[i].type;
        kinds[i] = (uint8_t)type_physical(types[i]);
    }
    return (GroupRow){ .node = node,
                       .states = agg_layout(arena, agg),
                       .layout = row_layout(arena, kinds, node->column_count),
                       .types = types,
                       .keys = ARENA_ARRAY(arena, CgSql, agg->key_count + 1),
                       .args = ARENA_ARRAY(arena, CgSql *, agg->call_count + 1),
                       .counts = ARENA_ARRAY(arena, CgVal, agg->call_count + 1) };
}

/* True when one of the expressions can fail. */
static bool group_inputs(CgCode *c, GroupRow *in, const CgRow *row)
{
    const PhysWindowAgg *agg = &in->node->as.window_agg;
    bool can_fail = cg_exprs(c, agg->keys, agg->key_count, row, in->keys);
    for (uint32_t i = 0; i < agg->call_count; i++) {
        const AggCall *call = &agg->calls[i];
        in->args[i] = ARENA_ARRAY(c->program->arena, CgSql, cg_call_args(call));
        cg_call_input(c, call, row, in->args[i], &in->counts[i]);
        can_fail = can_fail || (call->arg != NULL && expr_can_fail(call->arg)) ||
                   (call->filter != NULL && expr_can_fail(call->filter));
    }
    return can_fail;
}

/* Equal keys look alike whichever row brought them: one NaN, and no negative zero. */
static CgSql key_as_kept(CgCode *c, CgSql key)
{
    if (key.kind != PK_F32 && key.kind != PK_F64)
        return key;
    RtKind kind = key.kind;
    CgSql kept;
    CgKey encoded = cg_key(c, &key, 1, 0);
    cg_key_columns(c, encoded.bytes, &kind, 1, &kept);
    return kept;
}

/* The group as a row.  Text of the row before is copied: a step may write over it. */
static void put_results(CgCode *c, const GroupRow *in, CgVal memory, bool keep_text)
{
    const PhysWindowAgg *agg = &in->node->as.window_agg;
    CgSql *columns = ARENA_ARRAY(c->program->arena, CgSql, in->node->column_count + 1);
    for (uint32_t i = 0; i < agg->key_count; i++)
        columns[i] = in->keys[i];
    for (uint32_t i = 0; i < agg->call_count; i++) {
        CgSql value = cg_agg_final(c, agg->calls[i].agg, in->group.fields, in->states.offsets[i]);
        if (keep_text && (value.kind == PK_STR || value.kind == PK_BLOB)) {
            CgVal args[] = { c->task, value.value, value.extra };
            value.value = cg_call(c->f, "rt_text_keep", CG_PTR, args, 3);
        }
        columns[agg->key_count + i] = cg_narrowed(c, value, agg->calls[i].type);
    }
    CgRow row = cg_row_values(columns, in->node->column_count);
    cg_row_store(c, memory, &in->layout, &row);
}

/* The results before the row.  Sums that do not fit were counted when they came out. */
static void put_old(CgCode *c, GroupRow *in)
{
    CgVal counted = cg_load(c->f, CG_I64, c->task, offsetof(RtTask, fn.overflow_count));
    put_results(c, in, in->old_row, true);
    cg_store(c->f, c->task, offsetof(RtTask, fn.overflow_count), counted);
}

static void change_call(CgCode *c, const GroupRow *in, uint32_t i)
{
    const AggCall *call = &in->node->as.window_agg.calls[i];
    uint32_t offset = in->states.offsets[i];
    if (in->states.distinct[i] >= 0) {
        CgVal is_new = cg_distinct(c, &in->group, (uint32_t)in->states.distinct[i], in->args[i][0]);
        CG_IF(c->f, is_new, "group.new_value") {
            cg_call_step(c, call, &in->group, offset, in->args[i]);
        }
        return;
    }
    cg_call_change(c, call, &in->group, offset, in->args[i], in->retracts);
}

static void change_group(CgCode *c, GroupRow *in)
{
    CgVal one = cg_i64(c->f, 1);
    CgVal delta = cg_is_const(in->retracts, 0) ? one : cg_select(c->f, in->retracts, cg_i64(c->f, -1), one);
    in->after = cg_bin(c->f, CG_ADD, in->before, delta);
    cg_store(c->f, in->group.fields, 0, in->after);
    for (uint32_t i = 0; i < in->node->as.window_agg.call_count; i++) {
        CG_IF(c->f, in->counts[i], "group.step") {
            change_call(c, in, i);
        }
    }
}

static CgVal same_bits(CgCode *c, const GroupRow *in, CgKind kind, uint64_t offset)
{
    return cg_cmp(c->f, CG_EQ, cg_load(c->f, kind, in->old_row, offset), cg_load(c->f, kind, in->new_row, offset));
}

static CgVal same_value(CgCode *c, const GroupRow *in, uint32_t column)
{
    static const CgKind WORDS[] = { [1] = CG_I8, [2] = CG_I16, [4] = CG_I32, [8] = CG_I64 };
    RtKind kind = (RtKind)in->layout.kinds[column];
    uint64_t at = in->layout.offsets[column];
    if (kind == PK_STR || kind == PK_BLOB) {
        CgVal args[] = { cg_ptr_offset(c->f, in->old_row, at), cg_ptr_offset(c->f, in->new_row, at) };
        return cg_call(c->f, "rt_text_equal", CG_I1, args, 2);
    }
    uint32_t bytes = kind_bytes(kind);
    if (bytes == 16)
        return cg_and(c->f, same_bits(c, in, CG_I64, at), same_bits(c, in, CG_I64, at + 8));
    return same_bits(c, in, WORDS[bytes], at);
}

/* Both rows have the same results: values where they are not NULL, and the NULLs. */
static CgVal same_results(CgCode *c, const GroupRow *in)
{
    CgRow old_row = cg_row_memory(c, in->old_row, &in->layout, in->types);
    CgRow new_row = cg_row_memory(c, in->new_row, &in->layout, in->types);
    CgVal same = cg_i1(c->f, true);
    for (uint32_t i = in->node->as.window_agg.key_count; i < in->node->column_count; i++) {
        CgVal a = cg_column(c, &old_row, i).null, b = cg_column(c, &new_row, i).null;
        CgVal equal =
            cg_or(c->f, cg_and(c->f, a, b), cg_and(c->f, cg_not(c->f, cg_or(c->f, a, b)), same_value(c, in, i)));
        same = cg_and(c->f, same, equal);
    }
    return same;
}

/* The old row, the new one, both or none of them: places 0 and 1. */
static void push_changes(CgCode *c, const GroupRow *in)
{
    CgVal zero = cg_i64(c->f, 0), one = cg_i64(c->f, 1);
    CgVal is_first = cg_cmp(c->f, CG_EQ, in->before, zero), is_last = cg_cmp(c->f, CG_EQ, in->after, zero);
    CgVal alone = cg_or(c->f, is_first, is_last);
    CgLocal quiet = cg_local(c->f, CG_I1);
    cg_set(c->f, quiet, cg_i1(c->f, false));
    CG_IF(c->f, cg_not(c->f, alone), "group.compare") {
        cg_set(c->f, quiet, same_results(c, in));
    }
    CgVal end = cg_select(c->f, is_last, one, cg_select(c->f, cg_get(c->f, quiet), zero, cg_i64(c->f, 2)));
    CgLocal place = cg_local(c->f, CG_I64);
    cg_set(c->f, place, cg_select(c->f, is_first, one, zero));
    CG_WHILE(c->f, places, "group.push") {
        CgVal at = cg_get(c->f, place);
        cg_break_unless(c->f, &places, cg_cmp(c->f, CG_SLT, at, end));
        CgVal is_old = cg_cmp(c->f, CG_EQ, at, zero);
        CgVal memory = cg_select(c->f, is_old, in->old_row, in->new_row);
        CgVal opposite = cg_select(c->f, is_old, in->new_row, in->old_row);
        CgRow row = cg_row_memory(c, memory, &in->layout, in->types);
        CgRow other = cg_row_memory(c, cg_select(c->f, alone, memory, opposite), &in->layout, in->types);
        CgVal update = cg_select(c->f, is_old, cg_i32(c->f, ROW_UPDATE_BEFORE), cg_i32(c->f, ROW_UPDATE_AFTER));
        if (phys_is_updating(in->node)) { /* DISTINCT only adds rows */
            row.change = cg_change_where(c, update, cg_not(c->f, alone));
            row.other = &other;
        }
        cg_push(c, in->node, &row);
        cg_set(c->f, place, cg_add_i64(c->f, at, 1));
    }
}

static void change_and_push(CgCode *c, GroupRow *in)
{
    in->old_row = cg_stack(c->f, in->layout.row_bytes);
    in->new_row = cg_stack(c->f, in->layout.row_bytes);
    CG_IF(c->f, cg_cmp(c->f, CG_NE, in->before, cg_i64(c->f, 0)), "group.before") {
        put_old(c, in);
    }
    change_group(c, in);
    CG_IF(c->f, cg_cmp(c->f, CG_NE, in->after, cg_i64(c->f, 0)), "group.after") {
        put_results(c, in, in->new_row, false);
    }
    if (in->node->as.window_agg.every_us <= 0) {
        push_changes(c, in);
        return;
    }
    CgVal zero = cg_i64(c->f, 0), none = cg_null_ptr(c->f);
    CgVal was_there = cg_cmp(c->f, CG_NE, in->before, zero), is_there = cg_cmp(c->f, CG_NE, in->after, zero);
    CgVal args[] = { c->task, cg_i32(c->f, (int32_t)in->node->id), cg_select(c->f, was_there, in->old_row, none),
                     cg_select(c->f, is_there, in->new_row, none) };
    cg_call(c->f, "rt_group_note", CG_VOID, args, 4);
}

static CgGroup find_group(CgCode *c, const GroupRow *in)
{
    CgVal slice = cg_slice_at(c, cg_slot(c, in->node->id), cg_i64(c->f, 0), cg_i64(c->f, INT64_MIN));
    return cg_group_upsert(c, slice, in->keys, in->node->as.window_agg.key_count);
}

CgVal cg_time_of_row(CgCode *c)
{
    if (c->emit.ref != NULL)
        return cg_load(c->f, CG_I64, c->emit, offsetof(RtEmit, last));
    CgVal nows = cg_load_constant(c->f, CG_PTR, c->batch, offsetof(RtBatch, now));
    return cg_load(c->f, CG_I64, cg_ptr_add(c->f, nows, cg_bin(c->f, CG_SHL, c->row_index, cg_i64(c->f, 3))), 0);
}

/* The same where groups are forgotten: one that was is found as a new one. */
static CgGroup find_living(CgCode *c, const GroupRow *in)
{
    CgVal time = cg_time_of_row(c), id = cg_i32(c->f, (int32_t)in->node->id);
    CgGroup group = find_group(c, in);
    CgVal args[] = { c->task, id, group.fields, time };
    CgLocal fields = cg_local(c->f, CG_PTR), groups = cg_local(c->f, CG_PTR), slice = cg_local(c->f, CG_PTR);
    cg_set(c->f, fields, group.fields);
    cg_set(c->f, groups, group.groups);
    cg_set(c->f, slice, group.slice);
    CG_IF(c->f, cg_unlikely(c->f, cg_call(c->f, "rt_group_live", CG_I1, args, 4)), "group.again") {
        CgGroup again = find_group(c, in);
        CgVal once_more[] = { c->task, id, again.fields, time };
        cg_call(c->f, "rt_group_live", CG_I1, once_more, 4);
        cg_set(c->f, fields, again.fields);
        cg_set(c->f, groups, again.groups);
        cg_set(c->f, slice, again.slice);
    }
    return (CgGroup){ .fields = cg_get(c->f, fields), .groups = cg_get(c->f, groups), .slice = cg_get(c->f, slice) };
}

/* A row that takes back what is not there has been counted bad when it came: nothing happens. */
static void group_row_in(CgCode *c, GroupRow *in)
{
    const PhysWindowAgg *agg = &in->node->as.window_agg;
    CgVal heap = cg_load(c->f, CG_PTR, c->task, offsetof(RtTask, fn.heap));
    in->group = agg->ttl_us > 0 ? find_living(c, in) : find_group(c, in);
    CgVal slice = in->group.slice;
    in->before = cg_load(c->f, CG_I64, in->group.fields, 0);
    for (uint32_t i = 0; i < agg->key_count; i++)
        in->keys[i] = key_as_kept(c, in->keys[i]);
    cg_store(c->f, c->task, offsetof(RtTask, fn.heap), cg_call(c->f, "rt_slice_heap", CG_PTR, &slice, 1));
    CgVal none = cg_cmp(c->f, CG_EQ, in->before, cg_i64(c->f, 0));
    CG_IF(c->f, cg_not(c->f, cg_and(c->f, in->retracts, none)), "group.change") {
        change_and_push(c, in);
    }
    cg_store(c->f, c->task, offsetof(RtTask, fn.heap), heap); /* of a window above whose groups are walked */
}

static void group_agg_change(CgCode *c, const PhysNode *node, const CgRow *row)
{
    GroupRow in = group_row(c, node);
    in.retracts = cg_retracts(c, row);
    if (!group_inputs(c, &in, row)) {
        group_row_in(c, &in);
        return;
    }
    CgScope failed = cg_if_open(c->f, cg_failed(c), "group.failed");
    cg_bad_row(c, node, row);
    cg_if_else(c->f, &failed);
    group_row_in(c, &in);
    cg_if_close(c->f, &failed);
}

/* What a group says of a correction is said by itself, as that of any other row. */
static void group_agg_on_row(CgCode *c, const PhysNode *node, const CgRow *row)
{
    bool holds = c->emit.ref != NULL && row->change.ref != NULL;
    CgVal hold[] = { c->task, cg_i1(c->f, true) }, go_on[] = { c->task, cg_i1(c->f, false) };
    if (holds)
        cg_call(c->f, "rt_capture_hold", CG_VOID, hold, 2);
    group_agg_change(c, node, row);
    if (holds)
        cg_call(c->f, "rt_capture_hold", CG_VOID, go_on, 2);
}

const CgOperator OP_GROUP_AGG = { .on_row = group_agg_on_row };
