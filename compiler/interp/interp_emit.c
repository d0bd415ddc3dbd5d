/* interp_emit.c -- EMIT EVERY and EMIT ON UPDATE: at each tick every open group is pushed, and what reaches a sink is
 * compared with what reached it the last time.  Windows come youngest first, groups in the order of their keys. */
#include "compiler/interp/interp_internal.h"

static void send(Interp *interp, const PhysNode *sink, RowChange change, const void *row)
{
    interp->nodes[sink->id].counts.rows_out++;
    interp->options.on_row(interp->options.user, sink, change, row);
}

static bool same_value(RtDatum a, RtDatum b)
{
    if (a.is_null || b.is_null)
        return a.is_null && b.is_null;
    if (a.kind == PK_STR || a.kind == PK_BLOB)
        return str_equal(a.value.str, b.value.str);
    return memcmp(&a.value, &b.value, kind_bytes((RtKind)a.kind)) == 0;
}

static bool same_row(const RowLayout *layout, const void *a, const void *b)
{
    for (uint32_t c = 0; c < layout->column_count; c++) {
        if (!same_value(row_get(a, layout, c), row_get(b, layout, c)))
            return false;
    }
    return true;
}

static int compare_shown(const InterpShown *a, const InterpShown *b)
{
    if (a->close_us != b->close_us)
        return a->close_us < b->close_us ? -1 : 1;
    if (a->end_us != b->end_us)
        return a->end_us < b->end_us ? -1 : 1;
    if (a->start_us != b->start_us)
        return a->start_us < b->start_us ? -1 : 1;
    int order = str_compare(a->key, b->key);
    if (order != 0)
        return order;
    if (a->sink != b->sink)
        return a->sink->id < b->sink->id ? -1 : 1;
    return (a->n > b->n) - (a->n < b->n);
}

/* Where the row stands among those that were told, or belongs. */
static uint32_t place_of(const InterpNode *state, const InterpShown *row)
{
    uint32_t at = 0;
    while (at < state->shown.count && compare_shown(&state->shown.items[at], row) < 0)
        at++;
    return at;
}

static void take_out(InterpNode *state, uint32_t at)
{
    state->shown.count--;
    memmove(state->shown.items + at, state->shown.items + at + 1,
            (state->shown.count - at) * sizeof *state->shown.items);
}

static void show_row(Interp *interp, InterpNode *state, InterpShown row)
{
    const RowLayout *layout = &row.sink->as.sink.layout;
    uint32_t at = place_of(state, &row);
    bool was_there = at < state->shown.count && compare_shown(&state->shown.items[at], &row) == 0;
    if (was_there && same_row(layout, state->shown.items[at].row, row.row)) {
        state->shown.items[at].is_seen = true;
        return;
    }
    if (was_there) {
        send(interp, row.sink, ROW_UPDATE_BEFORE, state->shown.items[at].row);
        send(interp, row.sink, ROW_UPDATE_AFTER, row.row);
    } else {
        send(interp, row.sink, ROW_INSERT, row.row);
        row.key = str_copy(interp->arena, row.key);
        vec_push(interp->arena, &state->shown, row);
        memmove(state->shown.items + at + 1, state->shown.items + at,
                (state->shown.count - 1 - at) * sizeof *state->shown.items);
        state->shown.items[at] = row;
    }
    state->shown.items[at].row = row_copy(interp->arena, row.row, layout);
    state->shown.items[at].is_seen = true;
}

static uint32_t nth_of(const InterpLaters *rows, uint32_t at)
{
    const InterpLater *row = &rows->list.items[at];
    uint32_t n = 0;
    for (uint32_t i = 0; i < at; i++)
        n += rows->list.items[i].node == row->node && str_equal(rows->list.items[i].key, row->key);
    return n;
}

/* Rows of the window that were told before and did not come this time. */
static void hide_rows(Interp *interp, InterpNode *state, const InterpGroup *of, bool is_final)
{
    for (uint32_t i = 0; i < state->shown.count;) {
        InterpShown *shown = &state->shown.items[i];
        bool is_here =
            shown->start_us == of->start_us && shown->end_us == of->end_us && shown->close_us == of->close_us;
        if (is_here && !shown->is_seen)
            send(interp, shown->sink, ROW_DELETE, shown->row);
        if (is_here && (is_final || !shown->is_seen))
            take_out(state, i);
        else
            i++;
    }
}

static void tell_window(Interp *interp, InterpNode *state, const InterpWindowGroups *window, bool is_final)
{
    const InterpGroup *of = window->groups[0];
    InterpLaters rows = { 0 };
    uint64_t overflows = interp->fn.overflow_count;
    interp->capture = &rows;
    interp->is_early = !is_final;
    interp_emit_groups(interp, state, window);
    interp->capture = NULL;
    interp->is_early = false;
    interp->fn.overflow_count = is_final ? interp->fn.overflow_count : overflows;
    for (uint32_t i = 0; i < state->shown.count; i++)
        state->shown.items[i].is_seen = false;
    for (uint32_t i = 0; i < rows.list.count; i++) {
        const InterpLater *row = &rows.list.items[i];
        InterpShown shown = { of->start_us, of->end_us,       of->close_us, row->key,
                              row->node,    nth_of(&rows, i), row->row,     true };
        if (row->node->as.sink.kind != SINK_STORE)
            show_row(interp, state, shown);
        else if (is_final)
            send(interp, row->node, ROW_INSERT, row->row);
    }
    hide_rows(interp, state, of, is_final);
}

void interp_emit_final(Interp *interp, InterpNode *state, const InterpWindowGroups *window)
{
    tell_window(interp, state, window, true);
}

/* A cumulating window whose last step no row has reached says what the one before it says. */
static bool has_begun(const InterpNode *state, const InterpGroup *group)
{
    const PhysWindowAgg *agg = &state->node->as.window_agg;
    bool begun = agg->kind != WINDOW_CUMULATE;
    for (uint64_t i = state->closed_count; i < state->group_count && !begun; i++) {
        const InterpGroup *other = state->groups[i];
        begun = other->start_us == group->start_us && other->last_us >= group->end_us;
    }
    return begun;
}

static void tell_open(Interp *interp, InterpNode *state)
{
    for (uint64_t end = state->group_count, first; end > state->closed_count; end = first) {
        const InterpGroup *last = state->groups[end - 1];
        for (first = end - 1; first > state->closed_count; first--) {
            const InterpGroup *before = state->groups[first - 1];
            if (before->close_us != last->close_us || before->start_us != last->start_us ||
                before->end_us != last->end_us)
                break;
        }
        InterpWindowGroups window = { state->groups + first, end - first };
        if (has_begun(state, last))
            tell_window(interp, state, &window, false);
    }
}

static int64_t interval_of(int64_t time_us, int64_t every_us)
{
    if (time_us == INT64_MIN)
        return INT64_MIN;
    int64_t past = time_us % every_us;
    return (time_us - past) / every_us - (past < 0);
}

/* Has the watermark come into another interval? */
static bool is_due(InterpNode *state, int64_t every_us, int64_t watermark_us)
{
    if (every_us == EMIT_EACH_ROW)
        return true;
    int64_t before = state->interval;
    state->interval = interval_of(watermark_us, every_us);
    return state->interval > before;
}

void interp_emit_open(Interp *interp)
{
    for (uint32_t i = 0; i < interp->program->node_count; i++) {
        InterpNode *state = &interp->nodes[i];
        bool is_window = state->node->kind == PHYS_WINDOW_AGG, is_group = state->node->kind == PHYS_GROUP_AGG;
        int64_t every_us = is_window || is_group ? state->node->as.window_agg.every_us : 0;
        if (every_us == 0 || (is_group && every_us == EMIT_EACH_ROW))
            continue;
        int64_t watermark_us = interp_watermark_of(interp, state);
        bool is_over = watermark_us == INT64_MAX;
        if (!is_over && !is_due(state, every_us, watermark_us))
            continue;
        interp->origin.last_us = INT64_MIN;
        if (is_group)
            interp_unbounded_tell(interp, state);
        else if (!is_over)
            tell_open(interp, state);
    }
}
