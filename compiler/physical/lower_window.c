/* lower_window.c -- a WINDOW that no aggregate swallows: up to three more columns for each row, and for hops and
 * cumulating windows a row for each window.
 *
 * Windows with a calendar are made row by row whatever their kind: a call knows the zone. */
#include "compiler/physical/lower_internal.h"

#include <assert.h>

static const FnDef *find_fn(const char *name, TypeWord result, TypeWord arg)
{
    for (uint32_t i = 0; i < FN_DEF_COUNT; i++) {
        const FnDef *fn = &FN_DEFS[i];
        bool fits = fn->form == FORM_ANY || (fn->args_min > 0 && fn->args[0] == arg);
        if (strcmp(fn->name, name) == 0 && fn->result == result && fits)
            return fn;
    }
    assert(!"no such row of functions.def");
    return NULL;
}

static const Expr *bigint(Lower *l, int64_t value, Span span)
{
    RtDatum datum = { .value.i64 = value, .kind = PK_I64 };
    return expr_literal(l->query, type_simple(TYPE_BIGINT, false), datum, span);
}

static const Expr *window_column(Lower *l, const Expr *time, const LogicalWindow *window, uint32_t which)
{
    static const char *const NAMES[WINDOW_COLUMN_COUNT] = { "WINDOW_START_OF", "WINDOW_END_OF", "WINDOW_TIME_OF" };
    bool is_ltz = time->type->kind == TYPE_TIMESTAMP_LTZ;
    const Expr *args[] = { time, bigint(l, window->size_us, window->span), bigint(l, window->offset_us, window->span) };
    const FnDef *fn = find_fn(NAMES[which], TW_TIMESTAMP, TW_TIMESTAMP);
    TypeKind kind = is_ltz && which == WINDOW_COLUMN_COUNT - 1 ? TYPE_TIMESTAMP_LTZ : TYPE_TIMESTAMP;
    return expr_call(l->query, type_timestamp(l->query, kind, 3, false), fn, args, 3, window->span);
}

static bool reads_window(const LowerNode *node, uint32_t before)
{
    bool used = false;
    for (uint32_t i = 0; i < WINDOW_COLUMN_COUNT; i++)
        used |= bit_is_set(node->needed, before + i);
    return used;
}

/* The row once for each of its windows. */
static void lower_window_rows(Lower *l, LowerNode *node)
{
    const LogicalNode *logical = node->logical;
    const LogicalWindow *window = &logical->as.window;
    LowerNode *input = node->inputs[0];
    uint32_t before = input->logical->column_count, count = logical->column_count;
    const LogicalColumn *time = &input->logical->columns[window->time_column];
    PhysNode *phys = phys_new(l, PHYS_WINDOW_ROWS, 1, logical->span);
    PhysWindowRows *rows = &phys->as.window_rows;
    phys->inputs[0] = input->phys;
    phys->reads = lower_masks(l, lower_mask(l, input));
    phys->columns = ARENA_ARRAY(l->query, PhysColumn, count);
    const Expr **exprs = ARENA_ARRAY(l->query, const Expr *, count);
    for (uint32_t c = 0; c < count; c++) {
        const LogicalColumn *column = &logical->columns[c];
        if (c < before && !bit_is_set(node->needed, c))
            continue;
        uint32_t at = phys->column_count++;
        phys->columns[at] = (PhysColumn){ column->name, column->type };
        node->map[c] = at;
        if (c < before)
            exprs[at] = expr_column(l->query, column->type, input->map[c], column->span);
    }
    *rows = (PhysWindowRows){ .time = expr_column(l->query, time->type, input->map[window->time_column], time->span),
                              .kind = window->kind,
                              .size_us = window->size_us,
                              .step_us = window->step_us,
                              .offset_us = window->offset_us,
                              .calendar = window->calendar,
                              .exprs = exprs };
    if (window->has_zone_column) {
        const Type *zone = input->logical->columns[window->zone_column].type;
        rows->zone = expr_column(l->query, zone, input->map[window->zone_column], window->span);
    }
    node->phys = phys_intern(l, phys, OPT_share_step);
}

void lower_window(Lower *l, LowerNode *node)
{
    const LogicalNode *logical = node->logical;
    LowerNode *input = node->inputs[0];
    uint32_t before = input->logical->column_count, count = logical->column_count;
    node->map = ARENA_ARRAY(l->query, uint32_t, count);
    bool is_tumble = logical->as.window.kind == WINDOW_TUMBLE, is_zoned = logical->as.window.has_zone_column;
    if (!is_tumble || is_zoned || (logical->as.window.calendar != NULL && reads_window(node, before))) {
        lower_window_rows(l, node);
        return;
    }
    if (!reads_window(node, before)) { /* the aggregate above works its windows out itself */
        node->phys = input->phys;
        memcpy(node->map, input->map, before * sizeof *node->map);
        return;
    }
    PhysNode *phys = phys_new(l, PHYS_PROJECT, 1, logical->span);
    phys->inputs[0] = input->phys;
    phys->reads = lower_masks(l, lower_mask(l, input));
    phys->columns = ARENA_ARRAY(l->query, PhysColumn, count);
    const Expr **exprs = ARENA_ARRAY(l->query, const Expr *, count);
    const LogicalColumn *time = &input->logical->columns[logical->as.window.time_column];
    const Expr *time_expr = expr_column(l->query, time->type, input->map[logical->as.window.time_column], time->span);
    for (uint32_t c = 0; c < count; c++) {
        const LogicalColumn *column = &logical->columns[c];
        if (!bit_is_set(node->needed, c))
            continue;
        uint32_t at = phys->column_count++;
        phys->columns[at] = (PhysColumn){ column->name, column->type };
        exprs[at] = c < before ? expr_column(l->query, column->type, input->map[c], column->span)
                               : window_column(l, time_expr, &logical->as.window, c - before);
        node->map[c] = at;
    }
    phys->as.project.exprs = exprs;
    node->phys = phys_intern(l, phys, OPT_share_step);
}
