/* op_window_agg.c -- grouped aggregation over event-time windows.
 *
 *   on row:     all expressions first (a failure changes no state); late when the windows of its time have closed at
 *               the watermark before the row; else group = upsert(key, slice), step every aggregate once
 *   on close:   walk the groups in key order, finish the aggregates, push
 *
 * State lives only in the slice store, so a checkpoint needs nothing from this file. */
#include "compiler/codegen/data/agg_layout.h"
#include "compiler/codegen/data/cg_group.h"
#include "compiler/codegen/ops/cg_operator.h"
#include "compiler/logical/user_agg.h"

#include <stddef.h>

/* What a row brings: its keys, and for each call whether it counts and with which value. */
typedef struct AggInput {
    CgSql time, end;
    CgVal since; /* ATTACHED: the end, as an instant where the rows bring one */
    CgSql rules[WINDOW_RULE_COUNT];
    CgSql *keys;
    CgSql **args;  /* of each call */
    CgVal *counts; /* I1 for each call */
    bool can_fail;
    CgVal change, retracts; /* RowChange, and whether it takes a row back; constants where rows only come */
} AggInput;

uint32_t cg_call_args(const AggCall *call)
{
    uint32_t count;
    (void)user_agg_args(call, &count);
    return count == 0 ? 1 : count;
}

static CgSql call_argument(CgCode *c, const AggCall *call, const Expr *expr, const CgRow *row, CgVal counts)
{
    if (call->filter == NULL)
        return cg_expr(c, expr, row);
    bool is_any = call->agg->arg == TW_ANY;
    RtKind kind = is_any ? type_physical(expr->type) : type_word_kind((TypeWord)call->agg->arg);
    CgSqlLocal local = cg_sql_local(c, kind);
    CG_IF(c->f, counts, "agg.argument") {
        cg_sql_set(c, &local, cg_expr(c, expr, row));
    }
    return cg_sql_get(c, &local);
}

/* Arguments are evaluated only where the filter is TRUE: SUM(1 / x) FILTER (WHERE x <> 0) does not fail. */
void cg_call_input(CgCode *c, const AggCall *call, const CgRow *row, CgSql *args, CgVal *counts)
{
    uint32_t count;
    const Expr *const *exprs = user_agg_args(call, &count);
    CgVal passes = call->filter == NULL ? cg_i1(c->f, true) : cg_condition(c, call->filter, row);
    *counts = passes;
    for (uint32_t i = 0; i < count; i++) {
        args[i] = call_argument(c, call, exprs[i], row, passes);
        *counts = cg_and(c->f, *counts, cg_not(c->f, args[i].null));
    }
}

static AggInput agg_input(CgCode *c, const PhysWindowAgg *agg, const CgRow *row)
{
    Arena *arena = c->program->arena;
    AggInput in = { .keys = ARENA_ARRAY(arena, CgSql, agg->key_count + 1),
                    .args = ARENA_ARRAY(arena, CgSql *, agg->call_count + 1),
                    .counts = ARENA_ARRAY(arena, CgVal, agg->call_count + 1) };
    in.change = row->change.ref == NULL ? cg_i32(c->f, ROW_INSERT) : row->change;
    in.retracts = cg_retracts(c, row);
    in.time = cg_expr(c, agg->time, row);
    if (agg->kind == WINDOW_ATTACHED) {
        in.end = cg_expr(c, agg->end, row);
        in.since = in.end.value;
    }
    if (agg->last != NULL)
        in.since = cg_add_i64(c->f, cg_expr(c, agg->last, row).value, 1000);
    in.can_fail = cg_exprs(c, agg->keys, agg->key_count, row, in.keys) || expr_can_fail(agg->time);
    for (uint32_t i = 0; i < WINDOW_RULE_COUNT; i++) {
        if (agg->rules[i] != NULL)
            in.rules[i] = cg_expr(c, agg->rules[i], row);
    }
    for (uint32_t i = 0; i < agg->call_count; i++) {
        const AggCall *call = &agg->calls[i];
        in.args[i] = ARENA_ARRAY(arena, CgSql, cg_call_args(call));
        cg_call_input(c, call, row, in.args[i], &in.counts[i]);
        in.can_fail = in.can_fail || (call->arg != NULL && expr_can_fail(call->arg)) ||
                      (call->filter != NULL && expr_can_fail(call->filter));
    }
    return in;
}

void cg_call_step(CgCode *c, const AggCall *call, const CgGroup *group, uint32_t offset, const CgSql *arg)
{
    /* COUNT(x) takes any type and looks at none of it: NULLs have been left out already. */
    bool by_value = call->agg->arg != TW_COUNT && (call->agg->arg != TW_ANY || call->agg->user != NULL);
    if (by_value || call->agg->arg == TW_COUNT) {
        cg_agg_step(c, call->agg, group, offset, by_value ? arg : NULL);
        return;
    }
    CgSql nothing = cg_sql_null(c, PK_BLOB);
    cg_agg_step(c, call->agg, group, offset, &nothing);
}

/* A row that takes back another undoes its step. */
void cg_call_change(CgCode *c, const AggCall *call, const CgGroup *group, uint32_t offset, const CgSql *args,
                    CgVal retracts)
{
    if (cg_is_const(retracts, 0)) {
        cg_call_step(c, call, group, offset, args);
        return;
    }
    CgSql nothing = cg_sql_null(c, PK_BLOB);
    bool is_any = call->agg->arg == TW_ANY && call->agg->user == NULL;
    CgScope scope = cg_if_open(c->f, retracts, "agg.retract");
    cg_agg_retract(c, call->agg, group, offset, call->agg->arg == TW_COUNT ? NULL : is_any ? &nothing : args);
    cg_if_else(c->f, &scope);
    cg_call_step(c, call, group, offset, args);
    cg_if_close(c->f, &scope);
}

static CgVal is_new_value(CgCode *c, const PhysNode *node, const CgGroup *group, uint32_t number, CgSql value)
{
    if (node->as.window_agg.kind == WINDOW_SESSION && !group->is_apart)
        return cg_session_distinct(c, cg_slot(c, node->id), number, value);
    return cg_distinct(c, group, number, value);
}

static void change_calls(CgCode *c, const PhysNode *node, const AggInput *in, const CgGroup *group, CgVal retracts)
{
    const PhysWindowAgg *agg = &node->as.window_agg;
    AggLayout layout = agg_layout(c->program->arena, agg);
    if (layout.rows_apart) {
        CgVal rows = cg_load(c->f, CG_I64, group->fields, layout.rows_at);
        cg_store(c->f, group->fields, layout.rows_at, cg_add_i64(c->f, rows, 1));
    }
    for (uint32_t i = 0; i < agg->call_count; i++) {
        const AggCall *call = &agg->calls[i];
        CG_IF(c->f, in->counts[i], "agg.step") {
            CgVal counts = cg_i1(c->f, true);
            if (layout.distinct[i] >= 0)
                counts = is_new_value(c, node, group, (uint32_t)layout.distinct[i], in->args[i][0]);
            CG_IF(c->f, counts, "agg.new_value") {
                cg_call_change(c, call, group, layout.offsets[i], in->args[i], retracts);
            }
        }
    }
}

static void step_calls(CgCode *c, const PhysNode *node, const AggInput *in, const CgGroup *group)
{
    change_calls(c, node, in, group, cg_i1(c->f, false));
}

static CgVal flag_where(CgCode *c, const PhysWindowAgg *agg, const AggInput *in, WindowRule rule, int32_t flag)
{
    if (agg->rules[rule] == NULL)
        return cg_i32(c->f, 0);
    return cg_select(c->f, cg_is_true(c, in->rules[rule]), cg_i32(c->f, flag), cg_i32(c->f, 0));
}

static CgSessionRow session_row(CgCode *c, const PhysWindowAgg *agg, const AggInput *in, CgVal watermark)
{
    CgSessionRow row = { .time = in->time.value, .watermark = watermark };
    CgVal gap = agg->rules[WINDOW_RULE_GAP] == NULL ? cg_i64(c->f, agg->size_us) : in->rules[WINDOW_RULE_GAP].value;
    row.end = cg_bin(c->f, CG_ADD, row.time, gap);
    if (phys_is_cut(agg))
        row.flags = cg_bin(c->f, CG_OR, flag_where(c, agg, in, WINDOW_RULE_START, SESSION_STARTS),
                           flag_where(c, agg, in, WINDOW_RULE_END, SESSION_ENDS));
    return row;
}

/* Where the row goes: its slice, or the fields of its session; a null pointer where it is late. */
static CgVal find_target(CgCode *c, const PhysNode *node, const AggInput *in, CgVal watermark, CgGroup *session)
{
    const PhysWindowAgg *agg = &node->as.window_agg;
    CgVal store = cg_slot(c, node->id);
    if (agg->kind == WINDOW_ATTACHED)
        return cg_slice_attached(c, store, (CgVal[]){ in->time.value, in->end.value, in->since }, watermark);
    if (agg->kind != WINDOW_SESSION)
        return cg_slice_at(c, store, in->time.value, watermark);
    *session = cg_group_upsert(c, cg_session_slice(c, store), in->keys, agg->key_count);
    CgSessionRow row = session_row(c, agg, in, watermark);
    session->fields = cg_session_at(c, store, session, &row);
    return session->fields;
}

static void step_target(CgCode *c, const PhysNode *node, const AggInput *in, CgVal target, const CgGroup *session)
{
    const PhysWindowAgg *agg = &node->as.window_agg;
    CgGroup group = agg->kind == WINDOW_SESSION ? *session : cg_group_upsert(c, target, in->keys, agg->key_count);
    change_calls(c, node, in, &group, in->retracts);
    bool is_one_slice = agg->kind == WINDOW_TUMBLE || agg->kind == WINDOW_ATTACHED;
    if (agg->every_us != 0 && is_one_slice) {
        CgVal args[] = { c->task, cg_i32(c->f, (int32_t)node->id), target };
        cg_call(c->f, "rt_group_touch", CG_VOID, args, 3);
    }
}

static CgVal delayed(CgCode *c, CgVal watermark, int64_t delay_us)
{
    if (delay_us == 0)
        return watermark;
    CgVal none = cg_cmp(c->f, CG_SLT, watermark, cg_i64(c->f, INT64_MIN + delay_us));
    return cg_select(c->f, none, cg_i64(c->f, INT64_MIN), cg_add_i64(c->f, watermark, -delay_us));
}

/* Windows that closed without the row's partition are closed for it, too. */
static CgVal reached(CgCode *c, const PhysNode *node, CgVal watermark)
{
    if (!node->as.window_agg.may_idle)
        return watermark;
    CgVal by_node = cg_load(c->f, CG_PTR, c->task, offsetof(RtTask, reached));
    CgVal closed = cg_load(c->f, CG_I64, by_node, node->id * sizeof(int64_t));
    return cg_select(c->f, cg_cmp(c->f, CG_SGT, closed, watermark), closed, watermark);
}

/* Where a late row goes until it corrects its window. */
static CgVal late_slice(CgCode *c, const PhysNode *node, const AggInput *in, CgVal watermark)
{
    CgVal late = cg_stack(c->f, sizeof(RtLateRow));
    cg_store(c->f, late, offsetof(RtLateRow, time), in->time.value);
    cg_store(c->f, late, offsetof(RtLateRow, end),
             node->as.window_agg.kind == WINDOW_ATTACHED ? in->end.value : cg_i64(c->f, 0));
    cg_store(c->f, late, offsetof(RtLateRow, watermark), watermark);
    cg_store(c->f, late, offsetof(RtLateRow, change), in->change);
    CgVal args[] = { c->task, c->batch, c->row_index, cg_i32(c->f, (int32_t)node->id), late };
    return cg_call(c->f, "rt_late_slice", CG_PTR, args, 5);
}

/* A row beside the window that it corrects is there, whatever it does to the window. */
static void step_apart(CgCode *c, const PhysNode *node, const AggInput *in, CgVal delta)
{
    CG_IF(c->f, cg_cmp(c->f, CG_NE, delta, cg_null_ptr(c->f)), "agg.corrects") {
        CgGroup alone = cg_group_upsert(c, delta, in->keys, node->as.window_agg.key_count);
        alone.is_apart = true;
        step_calls(c, node, in, &alone);
    }
}

/* A late row may correct the window that it missed. */
static void agg_or_correct(CgCode *c, const PhysNode *node, const AggInput *in, CgVal slice, CgVal watermark)
{
    CgVal late = cg_cmp(c->f, CG_EQ, slice, cg_null_ptr(c->f));
    CgScope scope = cg_if_open(c->f, cg_unlikely(c->f, late), "agg.late");
    step_apart(c, node, in, late_slice(c, node, in, watermark));
    cg_if_else(c->f, &scope);
    step_target(c, node, in, slice, NULL);
    cg_if_close(c->f, &scope);
}

/* Rows that touch sessions which have closed stand alone until those are corrected. */
static void session_or_correct(CgCode *c, const PhysNode *node, const AggInput *in, const CgGroup *session,
                               CgVal watermark)
{
    CgVal late = cg_cmp(c->f, CG_EQ, session->fields, cg_null_ptr(c->f));
    CgScope scope = cg_if_open(c->f, cg_unlikely(c->f, late), "agg.late");
    step_apart(c, node, in, late_slice(c, node, in, watermark));
    cg_if_else(c->f, &scope);
    step_calls(c, node, in, session);
    cg_if_close(c->f, &scope);
}

/* A result of a window below that may be said anew: the windows above may have closed in the meantime. */
static void agg_on_change(CgCode *c, const PhysNode *node, const AggInput *in)
{
    bool is_attached = node->as.window_agg.kind == WINDOW_ATTACHED;
    CgVal window = cg_stack(c->f, 3 * sizeof(int64_t));
    cg_store(c->f, window, 0, in->time.value);
    cg_store(c->f, window, sizeof(int64_t), is_attached ? in->end.value : in->time.value);
    cg_store(c->f, window, 2 * sizeof(int64_t), is_attached ? in->since : in->time.value);
    CgVal args[] = { c->task, c->emit, cg_i32(c->f, (int32_t)node->id), window };
    CgVal slice = cg_call(c->f, "rt_change_slice", CG_PTR, args, 4);
    CgVal apart = cg_load(c->f, CG_I1, c->emit, offsetof(RtEmit, is_apart));
    CgScope scope = cg_if_open(c->f, apart, "agg.apart");
    step_apart(c, node, in, slice);
    cg_if_else(c->f, &scope);
    CG_IF(c->f, cg_cmp(c->f, CG_NE, slice, cg_null_ptr(c->f)), "agg.in_time") {
        step_target(c, node, in, slice, NULL);
    }
    cg_if_close(c->f, &scope);
}

/* Rows of a window that closes are never late: windows above close behind it. */
static void agg_on_result(CgCode *c, const PhysNode *node, const AggInput *in)
{
    CgGroup session = { 0 };
    CgVal heap = cg_load(c->f, CG_PTR, c->task, offsetof(RtTask, fn.heap));
    if (node->as.window_agg.rows_call != 0) {
        agg_on_change(c, node, in);
    } else {
        CgVal target = find_target(c, node, in, cg_i64(c->f, INT64_MIN), &session);
        step_target(c, node, in, target, &session);
    }
    cg_store(c->f, c->task, offsetof(RtTask, fn.heap), heap); /* of the window whose groups are walked */
}

/* Below which the row's time is late for the node. */
static CgVal watermark_for(CgCode *c, const PhysNode *node)
{
    CgVal marks = cg_load_constant(c->f, CG_PTR, c->batch, offsetof(RtBatch, watermark_before));
    CgVal at = cg_ptr_add(c->f, marks, cg_bin(c->f, CG_SHL, c->row_index, cg_i64(c->f, 3)));
    CgVal watermark = delayed(c, cg_load_constant(c->f, CG_I64, at, 0), node->as.window_agg.delay_us);
    return reached(c, node, watermark);
}

static void agg_on_time(CgCode *c, const PhysNode *node, const AggInput *in)
{
    CgGroup session = { 0 };
    if (c->emit.ref != NULL) {
        agg_on_result(c, node, in);
        return;
    }
    CgVal watermark = watermark_for(c, node);
    CgVal target = find_target(c, node, in, watermark, &session);
    bool corrects = node->as.window_agg.late != NULL && node->as.window_agg.late->correct_us > 0;
    if (corrects && node->as.window_agg.kind == WINDOW_SESSION) {
        session_or_correct(c, node, in, &session, watermark);
        return;
    }
    if (corrects) {
        agg_or_correct(c, node, in, target, watermark);
        return;
    }
    CgVal late = cg_cmp(c->f, CG_EQ, target, cg_null_ptr(c->f));
    CgScope scope = cg_if_open(c->f, cg_unlikely(c->f, late), "agg.late");
    CgVal args[] = { c->task, c->batch, c->row_index, cg_i32(c->f, (int32_t)node->id), in->time.value };
    cg_call(c->f, "rt_row_late", CG_VOID, args, 5);
    cg_if_else(c->f, &scope);
    step_target(c, node, in, target, &session);
    cg_if_close(c->f, &scope);
}

/* The row goes into a slice that all take over when it ends; where it has ended, to each of them by itself. */
static void agg_for_all(CgCode *c, const PhysNode *node, const AggInput *in, const CgRow *row)
{
    const PhysWindowAgg *agg = &node->as.window_agg;
    if (agg->follower_count == 0 || c->emit.ref != NULL) {
        agg_on_time(c, node, in);
        return;
    }
    CgVal slice = cg_slice_whole(c, cg_slot(c, node->id), in->time.value, watermark_for(c, node));
    CgVal ended = cg_cmp(c->f, CG_EQ, slice, cg_null_ptr(c->f));
    CgScope scope = cg_if_open(c->f, cg_unlikely(c->f, ended), "agg.ended");
    agg_on_time(c, node, in);
    for (uint32_t i = 0; i < agg->follower_count; i++) {
        AggInput own = agg_input(c, &agg->followers[i]->as.window_agg, row);
        agg_on_time(c, agg->followers[i], &own);
    }
    cg_if_else(c->f, &scope);
    step_target(c, node, in, slice, NULL);
    cg_if_close(c->f, &scope);
}

static void window_agg_on_row(CgCode *c, const PhysNode *node, const CgRow *row)
{
    AggInput in = agg_input(c, &node->as.window_agg, row);
    CgScope failed = { 0 }, timeless = { 0 };
    if (in.can_fail) {
        failed = cg_if_open(c->f, cg_failed(c), "agg.failed");
        cg_bad_row(c, node, row);
        cg_if_else(c->f, &failed);
    }
    CgVal no_time = in.time.null;
    if (node->as.window_agg.kind == WINDOW_ATTACHED)
        no_time = cg_or(c->f, no_time, in.end.null);
    bool may_lack_time = !cg_is_const(no_time, 0);
    if (may_lack_time) {
        timeless = cg_if_open(c->f, cg_unlikely(c->f, no_time), "agg.no_time");
        cg_bad(c, node, BAD_NULL_TIME);
        cg_if_else(c->f, &timeless);
    }
    agg_for_all(c, node, &in, row);
    if (may_lack_time)
        cg_if_close(c->f, &timeless);
    if (in.can_fail)
        cg_if_close(c->f, &failed);
}

const CgOperator OP_WINDOW_AGG = { .on_row = window_agg_on_row };

/* DECIMAL of up to 18 digits is 64 bits wide outside of function bodies. */
CgSql cg_narrowed(CgCode *c, CgSql value, const Type *type)
{
    if (value.kind == PK_D128 && type_physical(type) == PK_I64) {
        value.value = cg_trunc(c->f, value.value, CG_I64);
        value.kind = PK_I64;
    }
    return value;
}

CgRow cg_group_row(CgCode *c, const PhysNode *node, CgVal cursor)
{
    const PhysWindowAgg *agg = &node->as.window_agg;
    Arena *arena = c->program->arena;
    AggLayout layout = agg_layout(arena, agg);
    CgSql *columns = ARENA_ARRAY(arena, CgSql, node->column_count + 1);
    RtKind *kinds = ARENA_ARRAY(arena, RtKind, agg->key_count + 1);
    for (uint32_t i = 0; i < agg->key_count; i++)
        kinds[i] = type_physical(agg->keys[i]->type);
    cg_key_columns(c, cg_call(c->f, "rt_groups_key", CG_PTR, &cursor, 1), kinds, agg->key_count, columns);
    CgVal fields = cg_call(c->f, "rt_groups_fields", CG_PTR, &cursor, 1);
    for (uint32_t i = 0; i < agg->call_count; i++) {
        CgSql value = cg_agg_final(c, agg->calls[i].agg, fields, layout.offsets[i]);
        columns[agg->key_count + i] = cg_narrowed(c, value, agg->calls[i].type);
    }
    uint32_t at = agg->key_count + agg->call_count;
    CgVal start = cg_load(c->f, CG_I64, c->emit, offsetof(RtEmit, start));
    CgVal end = cg_load(c->f, CG_I64, c->emit, offsetof(RtEmit, end));
    columns[at] = cg_sql(c, PK_I64, start);
    columns[at + 1] = cg_sql(c, PK_I64, end);
    columns[at + 2] = cg_sql(c, PK_I64, cg_load(c->f, CG_I64, c->emit, offsetof(RtEmit, last)));
    return cg_row_values(columns, node->column_count);
}

void cg_each_group(CgProgram *program, const PhysNode *node, const char *name, CgGroupVisit visit)
{
    static const CgKind PARAMS[] = { CG_PTR, CG_PTR };
    CgFn *f = cg_fn_begin(program->module, name, CG_VOID, PARAMS, 2);
    CgCode code = { .program = program, .f = f, .task = cg_param(f, 0), .emit = cg_param(f, 1) };
    CgVal cursor = cg_load(f, CG_PTR, code.emit, offsetof(RtEmit, cursor));
    CgVal slice = cg_load(f, CG_PTR, code.emit, offsetof(RtEmit, slice));
    CgVal heap = cg_call(f, "rt_slice_heap", CG_PTR, &slice, 1);
    CgVal last = cg_load(f, CG_I64, code.emit, offsetof(RtEmit, last));
    cg_store(f, code.task, offsetof(RtTask, fn.now_us), last);
    cg_store(f, code.task, offsetof(RtTask, fn.watermark_us), last);
    CG_WHILE(f, groups, "agg.group") {
        cg_break_unless(f, &groups, cg_call(f, "rt_groups_next", CG_I1, &cursor, 1));
        cg_store(f, code.task, offsetof(RtTask, fn.heap), heap); /* windows that took the group before have their own */
        visit(&code, node, cursor);
    }
    cg_fn_end(f, NULL);
}

static void push_group(CgCode *c, const PhysNode *node, CgVal cursor)
{
    CgRow row = cg_group_row(c, node, cursor);
    if (phys_is_updating(node))
        row.change = cg_load(c->f, CG_I32, c->emit, offsetof(RtEmit, change));
    if (node->as.window_agg.rows_call == 0) {
        cg_push(c, node, &row);
        return;
    }
    uint32_t rows = node->as.window_agg.key_count + node->as.window_agg.rows_call - 1;
    CG_IF(c->f, cg_cmp(c->f, CG_SGT, cg_column(c, &row, rows).value, cg_i64(c->f, 0)), "agg.is_there") {
        cg_push(c, node, &row);
    }
}

void cg_window_groups(CgProgram *program, const PhysNode *node, const char *name)
{
    cg_each_group(program, node, name, push_group);
}
