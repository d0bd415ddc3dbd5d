/* cg_user_agg.c -- see cg_user_agg.h. */
#include "compiler/codegen/data/cg_user_agg.h"

#include "compiler/codegen/data/cg_row.h"

#include <stddef.h>

static bool can_fail(const Expr *const *exprs, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (expr_can_fail(exprs[i]))
            return true;
    }
    return false;
}

static CgVal head_is(CgCode *c, CgVal state, int64_t head)
{
    return cg_cmp(c->f, CG_EQ, cg_load(c->f, CG_I64, state, 0), cg_i64(c->f, head));
}

/* The values that fields begin with: constants. */
static void store_first(CgCode *c, const UserAgg *agg, CgVal row)
{
    CgSql *values = ARENA_ARRAY(c->program->arena, CgSql, agg->field_count + 1);
    for (uint32_t i = 0; i < agg->field_count; i++)
        values[i] = cg_expr(c, agg->init[i], NULL);
    CgRow first = cg_row_values(values, agg->field_count);
    cg_row_store(c, row, &agg->base.layout, &first);
}

static void load_into(CgCode *c, const UserAgg *agg, CgVal row, CgSql *columns)
{
    CgRow memory = cg_row_memory(c, row, &agg->base.layout, agg->field_types);
    for (uint32_t i = 0; i < agg->field_count; i++)
        columns[i] = cg_column(c, &memory, i);
}

static CgSql *load_fields(CgCode *c, const UserAgg *agg, CgVal row, uint32_t room)
{
    CgSql *columns = ARENA_ARRAY(c->program->arena, CgSql, agg->field_count + room + 1);
    load_into(c, agg, row, columns);
    return columns;
}

static void forgive(CgCode *c)
{
    cg_store(c->f, c->task, offsetof(RtTask, fn.failure.code), cg_i32(c->f, 0));
}

void cg_user_agg_step(CgCode *c, const UserAgg *agg, CgVal state, const CgSql *args, bool retracts)
{
    CgVal row = cg_ptr_offset(c->f, state, USER_AGG_HEAD_BYTES);
    CG_IF(c->f, cg_unlikely(c->f, head_is(c, state, USER_AGG_EMPTY)), "user_agg.init") {
        store_first(c, agg, row);
        cg_store(c->f, state, 0, cg_i64(c->f, USER_AGG_LIVE));
    }
    CgSql *columns = load_fields(c, agg, row, agg->base.param_count);
    for (uint32_t i = 0; i < agg->base.param_count; i++)
        columns[agg->field_count + i] = args[i];
    CgRow over = cg_row_values(columns, agg->field_count + agg->base.param_count);
    const Expr *const *exprs = retracts ? agg->retract : agg->accumulate;
    CgSql *values = ARENA_ARRAY(c->program->arena, CgSql, agg->field_count + 1);
    for (uint32_t i = 0; i < agg->field_count; i++)
        values[i] = cg_expr(c, exprs[i], &over);
    CgRow changed = cg_row_values(values, agg->field_count);
    if (!can_fail(exprs, agg->field_count)) {
        cg_row_store(c, row, &agg->base.layout, &changed);
        return;
    }
    CgScope scope = cg_if_open(c->f, cg_unlikely(c->f, cg_failed(c)), "user_agg.failed");
    forgive(c);
    cg_store(c->f, state, 0, cg_i64(c->f, USER_AGG_BROKEN));
    cg_if_else(c->f, &scope);
    cg_row_store(c, row, &agg->base.layout, &changed);
    cg_if_close(c->f, &scope);
}

CgVal cg_user_agg_merge(CgCode *c, const UserAgg *agg, CgVal row, CgVal from)
{
    CgSql *columns = load_fields(c, agg, row, agg->field_count);
    load_into(c, agg, from, columns + agg->field_count);
    CgRow over = cg_row_values(columns, 2 * agg->field_count);
    CgSql *values = ARENA_ARRAY(c->program->arena, CgSql, agg->field_count + 1);
    for (uint32_t i = 0; i < agg->field_count; i++)
        values[i] = cg_expr(c, agg->merge[i], &over);
    CgRow merged = cg_row_values(values, agg->field_count);
    CgVal good = cg_i1(c->f, true);
    if (can_fail(agg->merge, agg->field_count))
        good = cg_not(c->f, cg_failed(c));
    CG_IF(c->f, good, "user_agg.merged") {
        cg_row_store(c, row, &agg->base.layout, &merged);
    }
    return good;
}

/* A state may stand in a frozen page, so what fields begin with goes into a copy. */
CgSql cg_user_agg_final(CgCode *c, const UserAgg *agg, CgVal state)
{
    CgVal row = cg_ptr_offset(c->f, state, USER_AGG_HEAD_BYTES), first = cg_stack(c->f, agg->base.layout.row_bytes);
    CgVal empty = head_is(c, state, USER_AGG_EMPTY), broken = head_is(c, state, USER_AGG_BROKEN);
    CG_IF(c->f, empty, "user_agg.empty") {
        store_first(c, agg, first);
    }
    CgSql *columns = load_fields(c, agg, cg_select(c->f, empty, first, row), 0);
    CgRow over = cg_row_values(columns, agg->field_count);
    CgSql result = cg_expr(c, agg->finish, &over);
    CgVal failed = broken;
    if (expr_can_fail(agg->finish)) {
        failed = cg_or(c->f, broken, cg_failed(c));
        forgive(c);
    }
    CG_IF(c->f, cg_unlikely(c->f, failed), "user_agg.no_result") {
        uint64_t at = offsetof(RtTask, fn.overflow_count);
        cg_store(c->f, c->task, at, cg_add_i64(c->f, cg_load(c->f, CG_I64, c->task, at), 1));
    }
    result.null = cg_or(c->f, result.null, failed);
    return result;
}
