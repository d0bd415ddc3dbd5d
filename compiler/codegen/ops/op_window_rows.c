/* op_window_rows.c -- a row for each window that holds it: HOP and CUMULATE without an aggregate right above.
 *
 *   hop        start = the last before time; while start > time - size: push [start, start + size), start -= step
 *   cumulate   end = the first after time; while end <= outer end: push [outer start, end), end += step
 *
 * The order is Flink's. */
#include "compiler/codegen/ops/cg_operator.h"

#include <stddef.h>

typedef struct WindowLoop {
    CgLocal start, end;
    CgVal last; /* a hop's start must be above it, the end of a cumulating window not */
} WindowLoop;

/* The largest offset + n * period that is not above the time. */
static CgVal grid_floor(CgCode *c, CgVal time, int64_t period, int64_t offset)
{
    CgVal past = cg_bin(c->f, CG_SREM, cg_add_i64(c->f, time, -offset), cg_i64(c->f, period));
    CgVal negative = cg_cmp(c->f, CG_SLT, past, cg_i64(c->f, 0));
    past = cg_select(c->f, negative, cg_add_i64(c->f, past, period), past);
    return cg_bin(c->f, CG_SUB, time, past);
}

static WindowLoop first_window(CgCode *c, const PhysWindowRows *rows, CgVal time)
{
    WindowLoop loop = { .start = cg_local(c->f, CG_I64), .end = cg_local(c->f, CG_I64) };
    if (rows->kind == WINDOW_HOP) {
        CgVal first = grid_floor(c, time, rows->step_us, rows->offset_us);
        cg_set(c->f, loop.start, first);
        cg_set(c->f, loop.end, cg_add_i64(c->f, first, rows->size_us));
        loop.last = cg_add_i64(c->f, time, -rows->size_us);
    } else {
        CgVal start = grid_floor(c, time, rows->size_us, rows->offset_us);
        CgVal step = grid_floor(c, time, rows->step_us, rows->offset_us);
        cg_set(c->f, loop.start, start);
        cg_set(c->f, loop.end, cg_add_i64(c->f, step, rows->step_us));
        loop.last = cg_add_i64(c->f, start, rows->size_us);
    }
    return loop;
}

/* Each of the row's windows is a row of its own, and does what the row does. */
static void push_window(CgCode *c, const PhysNode *node, const CgSql *columns, const CgRow *of)
{
    CgRow row = cg_row_values(columns, node->column_count);
    if (of->change.ref != NULL)
        row.change = cg_change_where(c, of->change, cg_i1(c->f, false));
    cg_push(c, node, &row);
}

static void push_windows(CgCode *c, const PhysNode *node, CgSql *columns, const CgRow *row, CgVal time)
{
    const PhysWindowRows *rows = &node->as.window_rows;
    WindowLoop loop = first_window(c, rows, time);
    bool is_hop = rows->kind == WINDOW_HOP;
    int64_t step = is_hop ? -rows->step_us : rows->step_us;
    CG_WHILE(c->f, windows, "window.row") {
        CgVal end = cg_get(c->f, loop.end), start = cg_get(c->f, loop.start);
        CgVal more = is_hop ? cg_cmp(c->f, CG_SGT, start, loop.last) : cg_cmp(c->f, CG_SLE, end, loop.last);
        cg_break_unless(c->f, &windows, more);
        uint32_t at = node->column_count - 3;
        columns[at] = cg_sql(c, PK_I64, start);
        columns[at + 1] = cg_sql(c, PK_I64, end);
        columns[at + 2] = cg_sql(c, PK_I64, cg_add_i64(c->f, end, -1000));
        cg_set(c->f, loop.end, cg_add_i64(c->f, end, step));
        if (is_hop)
            cg_set(c->f, loop.start, cg_add_i64(c->f, start, step));
        push_window(c, node, columns, row);
    }
}

/* On the clock of a zone: calls say one window after the other. */
static void push_zone_windows(CgCode *c, const PhysNode *node, CgSql *columns, const CgRow *row, CgVal time)
{
    const PhysWindowRows *rows = &node->as.window_rows;
    CgVal id = cg_i32(c->f, (int32_t)node->id);
    CgVal zone = cg_null_ptr(c->f), no_zone = cg_i1(c->f, false);
    if (rows->zone != NULL) {
        CgSql name = cg_expr(c, rows->zone, row);
        zone = cg_sql_argument(c, name);
        no_zone = name.null;
    }
    CgVal args[] = { c->task, id, time, no_zone, zone };
    CgLocal window = cg_local(c->f, CG_PTR);
    cg_set(c->f, window, cg_call(c->f, "rt_zone_windows", CG_PTR, args, 5));
    if (rows->zone != NULL) {
        CG_IF(c->f, cg_unlikely(c->f, cg_failed(c)), "window.no_zone") {
            cg_bad(c, node, BAD_EXPRESSION);
        }
    }
    CG_WHILE(c->f, windows, "window.row") {
        CgVal now = cg_get(c->f, window);
        cg_break_unless(c->f, &windows, cg_cmp(c->f, CG_NE, now, cg_null_ptr(c->f)));
        uint32_t at = node->column_count - 3;
        columns[at] = cg_sql(c, PK_I64, cg_load(c->f, CG_I64, now, offsetof(RtRowWindow, start)));
        columns[at + 1] = cg_sql(c, PK_I64, cg_load(c->f, CG_I64, now, offsetof(RtRowWindow, end)));
        columns[at + 2] = cg_sql(c, PK_I64, cg_load(c->f, CG_I64, now, offsetof(RtRowWindow, last)));
        push_window(c, node, columns, row);
        CgVal next[] = { c->task, id };
        cg_set(c->f, window, cg_call(c->f, "rt_zone_windows_next", CG_PTR, next, 2));
    }
}

static void window_rows_on_row(CgCode *c, const PhysNode *node, const CgRow *row)
{
    const PhysWindowRows *rows = &node->as.window_rows;
    CgSql *columns = ARENA_ARRAY(c->program->arena, CgSql, node->column_count + 1);
    for (uint32_t i = 0; i + 3 < node->column_count; i++)
        columns[i] = cg_expr(c, rows->exprs[i], row);
    CgSql time = cg_expr(c, rows->time, row);
    CgScope scope = { 0 };
    bool may_miss = !cg_is_const(time.null, 0);
    if (may_miss) {
        scope = cg_if_open(c->f, cg_unlikely(c->f, time.null), "window.no_time");
        cg_bad(c, node, BAD_NULL_TIME);
        cg_if_else(c->f, &scope);
    }
    if (rows->calendar != NULL)
        push_zone_windows(c, node, columns, row, time.value);
    else
        push_windows(c, node, columns, row, time.value);
    if (may_miss)
        cg_if_close(c->f, &scope);
}

const CgOperator OP_WINDOW_ROWS = { .on_row = window_rows_on_row };
