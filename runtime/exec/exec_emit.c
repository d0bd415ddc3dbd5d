/* exec_emit.c -- see exec_emit.h. */
#include "runtime/exec/exec_emit.h"

#include "runtime/abi/key.h"
#include "runtime/base/alloc.h"
#include "runtime/state/slice_peek.h"
#include "runtime/state/state_hot.h"

#include <stdlib.h>

enum { CELL_VERSION = 1, TOUCHED_MIN = 1024 };

typedef struct Touched {
    uint32_t slice, ref;
} Touched;

typedef struct EmitAgg {
    uint32_t agg;
    SliceStore *shown;
    int64_t *reached; /* number of the interval in which the watermark was; INT64_MIN: nowhere yet */
    Touched *touched;
    uint32_t touched_count, touched_capacity, touched_full;
    bool all; /* what was touched is not known */
} EmitAgg;

/* A row on its way to a sink. */
typedef struct Captured {
    uint32_t sink;
    uint64_t at, len; /* packed, in `rows` */
} Captured;

struct ExecEmit {
    EmitAgg *aggs;
    uint32_t count;
    int32_t *of_node; /* index of aggs, -1: none */
    bool each_row;
    /* while a group is pushed */
    bool captures, is_final;
    Captured *captured;
    uint32_t captured_count, captured_capacity;
    Buf rows, key;
};

/* ---- opening ---- */

static EmitAgg *emit_of(const RtExec *exec, uint32_t agg)
{
    int32_t at = exec->emit->of_node[exec->program->aggs[agg].node];
    return at < 0 ? NULL : &exec->emit->aggs[at];
}

void exec_emit_open(RtExec *exec)
{
    const RtProgram *program = exec->program;
    ExecEmit *emit = ARENA_NEW(&exec->arena, ExecEmit);
    emit->aggs = ARENA_ARRAY(&exec->arena, EmitAgg, program->agg_count + 1);
    emit->of_node = ARENA_ARRAY(&exec->arena, int32_t, program->node_count + 1);
    for (uint32_t i = 0; i < program->node_count; i++)
        emit->of_node[i] = -1;
    for (uint32_t i = 0; i < program->agg_count; i++) {
        if (program->aggs[i].every_us == 0)
            continue;
        emit->of_node[program->aggs[i].node] = (int32_t)emit->count;
        emit->aggs[emit->count++] = (EmitAgg){ .agg = i, .touched_full = TOUCHED_MIN };
        emit->each_row = emit->each_row || program->aggs[i].every_us == EXEC_EACH_ROW;
    }
    exec->emit = emit;
}

void exec_emit_close(RtExec *exec)
{
    for (uint32_t i = 0; i < exec->emit->count; i++)
        mem_free(exec->emit->aggs[i].touched);
    buf_free(&exec->emit->rows);
    buf_free(&exec->emit->key);
}

RtStatus exec_emit_claim(RtExec *exec, RtError *error)
{
    RtStatus status = RT_OK;
    for (uint32_t i = 0; status == RT_OK && i < exec->emit->count; i++) {
        EmitAgg *e = &exec->emit->aggs[i];
        const RtAgg *agg = &exec->program->aggs[e->agg];
        void *cell = NULL;
        status = task_state_unit(&exec->state, &agg->shown, &e->shown, error);
        if (status == RT_OK)
            status = task_state_cell(&exec->state, agg->shown.id, CELL_VERSION, sizeof *e->reached, &cell, error);
        e->reached = cell;
        if (cell != NULL)
            *e->reached = INT64_MIN;
        e->touched_count = 0;
        e->all = true;
    }
    return status;
}

bool exec_emit_any(const RtExec *exec)
{
    return exec->emit->count > 0;
}

/* ---- where batches are cut ---- */

static int64_t interval_of(int64_t time_us, int64_t every_us)
{
    if (time_us == INT64_MIN)
        return INT64_MIN;
    int64_t past = time_us % every_us;
    return (time_us - past) / every_us - (past < 0);
}

uint64_t exec_emit_cut(const RtExec *exec, const RtBatch *batch, uint64_t from, uint64_t to)
{
    const ExecEmit *emit = exec->emit;
    uint64_t end = to;
    if (emit->each_row)
        return 1;
    for (uint32_t e = 0; e < emit->count; e++) {
        int64_t every_us = exec->program->aggs[emit->aggs[e].agg].every_us;
        int64_t here = interval_of(batch->watermark_before[from], every_us);
        for (uint64_t i = from; i < end; i++) {
            int64_t next_us = i + 1 < batch->row_count ? batch->watermark_before[i + 1] : batch->watermark;
            if (next_us != batch->watermark_before[i] && interval_of(next_us, every_us) != here)
                end = i + 1;
        }
    }
    return end - from;
}

/* ---- what was touched ---- */

static int by_slice(const void *left, const void *right)
{
    const Touched *a = left, *b = right;
    if (a->slice != b->slice)
        return a->slice < b->slice ? -1 : 1;
    return (a->ref > b->ref) - (a->ref < b->ref);
}

static void sort_touched(EmitAgg *e)
{
    uint32_t kept = 0;
    if (e->touched_count > 1)
        qsort(e->touched, e->touched_count, sizeof *e->touched, by_slice);
    for (uint32_t i = 0; i < e->touched_count; i++) {
        if (kept == 0 || by_slice(&e->touched[kept - 1], &e->touched[i]) != 0)
            e->touched[kept++] = e->touched[i];
    }
    e->touched_count = kept;
}

static void grow_touched(EmitAgg *e)
{
    sort_touched(e);
    e->touched_full = 2 * e->touched_count > TOUCHED_MIN ? 2 * e->touched_count : TOUCHED_MIN;
    if (e->touched_full <= e->touched_capacity)
        return;
    Touched *grown = mem_resize(e->touched, e->touched_full * sizeof *grown);
    if (grown == NULL)
        mem_exhausted();
    e->touched = grown;
    e->touched_capacity = e->touched_full;
}

void rt_group_touch(RtTask *task, uint32_t node, const void *slice)
{
    RtExec *exec = exec_of(task);
    EmitAgg *e = &exec->emit->aggs[exec->emit->of_node[node]];
    const Slice *of = slice;
    Touched touched = { of->number, of->groups.last_ref };
    if (e->touched_count > 0 && by_slice(&e->touched[e->touched_count - 1], &touched) == 0)
        return;
    if (e->touched_count == e->touched_full || e->touched_capacity == 0)
        grow_touched(e);
    e->touched[e->touched_count++] = touched;
}

void exec_emit_all(RtExec *exec, uint32_t agg)
{
    EmitAgg *e = emit_of(exec, agg);
    if (e != NULL)
        e->all = true;
}

/* ---- one group ---- */

bool exec_emit_captures(RtExec *exec, uint32_t sink, const void *row)
{
    ExecEmit *emit = exec->emit;
    if (!emit->captures)
        return false;
    if (exec->program->takes_final[sink])
        return !emit->is_final;
    if (emit->captured_count == emit->captured_capacity)
        emit->captured = vec_grow(&exec->arena, emit->captured, emit->captured_count, &emit->captured_capacity,
                                  sizeof *emit->captured);
    uint64_t at = emit->rows.len;
    exec_row_pack(&emit->rows, row, exec->program->sink_layouts[sink]);
    emit->captured[emit->captured_count++] = (Captured){ sink, at, emit->rows.len - at };
    return true;
}

static void send(RtExec *exec, RowChange change, uint32_t sink, Str packed)
{
    if (exec->status != RT_OK)
        return;
    const void *row = exec_row_unpack(&exec->batch_arena, packed, exec->program->sink_layouts[sink]);
    exec->stats.rows_out++;
    exec->status = exec->options.on_row(exec->options.context, sink, change, row, &exec->error);
}

static void put_number(Buf *key, uint32_t number)
{
    uint32_t big = __builtin_bswap32(number);
    buf_append(key, (const char *)&big, sizeof big);
}

/* Of the n-th row of a group for a sink. */
static Str shown_key(RtExec *exec, Str group, uint32_t sink, uint32_t n)
{
    Buf *key = &exec->emit->key;
    buf_clear(key);
    buf_append_str(key, group);
    put_number(key, sink);
    put_number(key, n);
    return buf_str(key);
}

static ShownRow *shown_row(Slice *shown, Str key)
{
    return rt_group_upsert(&shown->groups, key.data, (uint32_t)key.len, rt_key_hash(key.data, key.len));
}

static uint32_t nth_of_sink(const ExecEmit *emit, uint32_t at)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < at; i++)
        n += emit->captured[i].sink == emit->captured[at].sink;
    return n;
}

static void show_row(RtExec *exec, Slice *shown, Str group, uint32_t at)
{
    const Captured *captured = &exec->emit->captured[at];
    ShownRow *old = shown_row(shown, shown_key(exec, group, captured->sink, nth_of_sink(exec->emit, at)));
    Str row = { exec->emit->rows.data + captured->at, captured->len };
    Str before = old->state != SHOWN_NOT ? heap_get(&shown->heap, old->row) : STR_EMPTY;
    bool was_there = old->state != SHOWN_NOT;
    old->state = SHOWN_NOW;
    if (was_there && str_equal(before, row))
        return;
    if (was_there) {
        send(exec, ROW_UPDATE_BEFORE, captured->sink, before);
        send(exec, ROW_UPDATE_AFTER, captured->sink, row);
    } else {
        send(exec, ROW_INSERT, captured->sink, row);
    }
    old->row = heap_replace(&shown->heap, old->row, row.data, row.len);
}

/* Pushes one group of a window: as the aggregate has it, or as a KEEP does. */
static void tell_group(RtExec *exec, RtGroupsFn push, const SliceWindow *window, uint32_t ref, Slice *shown)
{
    ExecEmit *emit = exec->emit;
    GroupCursor one = { .table = &window->groups->groups, .refs = &ref, .count = 1 };
    RtEmit pushed = { .start = window->start_us,
                      .end = window->end_us,
                      .last = window->last_us,
                      .slice = window->groups,
                      .cursor = &one };
    emit->captured_count = 0;
    buf_clear(&emit->rows);
    emit->captures = exec->is_capturing = true;
    push(&exec->task, &pushed);
    emit->captures = exec->is_capturing = false;
    for (uint32_t i = 0; i < emit->captured_count; i++)
        show_row(exec, shown, (Str){ one.key, one.key_len }, i);
}

static void tell_groups_by(RtExec *exec, RtGroupsFn push, const SliceWindow *window, const GroupCursor *cursor,
                           Slice *shown)
{
    GroupCursor at = *cursor;
    while (exec->status == RT_OK && exec->state.pool.refused == STATE_REFUSED_NOT && rt_groups_next(&at)) {
        ArenaMark mark = arena_mark(&exec->batch_arena);
        tell_group(exec, push, window, at.refs[at.at - 1], shown);
        arena_release(&exec->batch_arena, mark);
    }
}

/* ---- rows that are no more ---- */

static uint32_t sink_of(Str key)
{
    uint32_t big;
    memcpy(&big, key.data + key.len - 2 * sizeof big, sizeof big);
    return __builtin_bswap32(big);
}

static void hide_row(RtExec *exec, Slice *shown, Str key)
{
    ShownRow *row = shown_row(shown, key);
    ArenaMark mark = arena_mark(&exec->batch_arena);
    if (row->state == SHOWN_NOW)
        row->state = SHOWN_BEFORE;
    else if (row->state == SHOWN_BEFORE) {
        send(exec, ROW_DELETE, sink_of(key), heap_get(&shown->heap, row->row));
        heap_free(&shown->heap, row->row);
        *row = (ShownRow){ 0 };
    }
    arena_release(&exec->batch_arena, mark);
}

/* Of the groups of the cursor those rows that did not come this time. */
static void hide_groups(RtExec *exec, const RtAgg *agg, const GroupCursor *cursor, Slice *shown)
{
    GroupCursor at = *cursor;
    while (exec->status == RT_OK && rt_groups_next(&at)) {
        for (uint32_t i = 0; i < agg->sink_count; i++) {
            for (uint32_t n = 0;; n++) {
                Str key = shown_key(exec, (Str){ at.key, at.key_len }, agg->sinks[i], n);
                if (group_find(&shown->groups, key.data, (uint32_t)key.len) == NULL)
                    break;
                hide_row(exec, shown, key);
            }
        }
    }
}

static void hide_all(RtExec *exec, Slice *shown)
{
    GroupCursor *rows = rt_groups_sorted(&shown->groups, &exec->batch_arena);
    while (exec->status == RT_OK && rt_groups_next(rows))
        hide_row(exec, shown, (Str){ rows->key, rows->key_len });
}

/* ---- one window ---- */

static bool tell_kept(RtExec *exec, uint32_t keep, const SliceWindow *window, const GroupCursor *cursor, Slice *shown)
{
    RtGroupsFn push = exec->code->keeps[keep].groups;
    if (!keep_shape_exceeds(&exec->program->keeps[keep].shape, window->cursor)) {
        tell_groups_by(exec, push, window, cursor, shown);
        return true;
    }
    KeepFold fold;
    SliceWindow folded;
    bool has_room = exec_keep_folded(exec, keep, window, &fold, &folded, exec->emit->is_final);
    if (has_room)
        tell_groups_by(exec, push, &folded, folded.cursor, shown);
    keep_fold_release(&fold);
    return has_room;
}

static bool folds(const RtExec *exec, uint32_t agg, const SliceWindow *window)
{
    bool any = false;
    for (uint32_t i = 0; i < exec->program->keep_count; i++)
        any = any || (exec->program->keeps[i].agg == agg &&
                      keep_shape_exceeds(&exec->program->keeps[i].shape, window->cursor));
    return any;
}

/* `some`: of the groups that are told, NULL: all.  Values that a KEEP folds touch every group. */
static void tell_window(RtExec *exec, uint32_t index, const SliceWindow *window, const GroupCursor *some, Slice *shown)
{
    const RtAgg *agg = &exec->program->aggs[index];
    bool has_room = true, is_whole = some == NULL || folds(exec, index, window);
    const GroupCursor *cursor = is_whole ? window->cursor : some;
    uint64_t overflows = exec->task.fn.overflow_count;
    if (!agg->is_silent)
        tell_groups_by(exec, exec->code->groups[index], window, cursor, shown);
    for (uint32_t i = 0; i < exec->program->keep_count && has_room; i++) {
        if (exec->program->keeps[i].agg == index)
            has_room = tell_kept(exec, i, window, cursor, shown);
    }
    if (has_room && is_whole)
        hide_all(exec, shown);
    else if (has_room)
        hide_groups(exec, agg, cursor, shown);
    if (!exec->emit->is_final)
        exec->task.fn.overflow_count = overflows; /* counted when the window closes */
}

bool exec_emit_is_early(const RtExec *exec)
{
    return exec->emit->captures && !exec->emit->is_final;
}

/* ---- open windows ---- */

/* Of the touched groups that stand in the slice; NULL: none. */
static GroupCursor *touched_cursor(RtExec *exec, const EmitAgg *e, Slice *slice)
{
    uint32_t low = 0, high = e->touched_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (e->touched[middle].slice < slice->number)
            low = middle + 1;
        else
            high = middle;
    }
    while (high < e->touched_count && e->touched[high].slice == slice->number)
        high++;
    if (low == high)
        return NULL;
    uint32_t *refs = ARENA_ARRAY(&exec->batch_arena, uint32_t, high - low);
    for (uint32_t i = low; i < high; i++)
        refs[i - low] = e->touched[i].ref;
    return groups_sorted_some(&slice->groups, refs, high - low, &exec->batch_arena);
}

static void tell_open(RtExec *exec, const EmitAgg *e, SliceWindow *window)
{
    WindowKind kind = exec->stores[e->agg]->shape.kind;
    bool by_touch = !e->all && (kind == WINDOW_TUMBLE || kind == WINDOW_ATTACHED);
    GroupTable *groups = &window->groups->groups;
    GroupCursor *some = by_touch ? touched_cursor(exec, e, window->groups) : NULL;
    window->cursor = ARENA_NEW(&exec->batch_arena, GroupCursor);
    *window->cursor = (GroupCursor){ .table = groups, .count = groups->group_count };
    if (groups->group_count == 0 || (by_touch && some == NULL))
        return;
    if (!by_touch || folds(exec, e->agg, window))
        window->cursor = rt_groups_sorted(groups, &exec->batch_arena);
    Slice *shown = slice_find_or_make(e->shown, window->start_us, window->end_us, window->last_us);
    tell_window(exec, e->agg, window, some, shown);
}

static void tell(RtExec *exec, EmitAgg *e, int64_t watermark_us)
{
    SliceStore *store = exec->stores[e->agg];
    ArenaMark mark = arena_mark(&exec->batch_arena);
    SlicePeek peek = slice_peek(store, &exec->task.fn, watermark_us, &exec->batch_arena);
    SliceWindow window;
    sort_touched(e);
    exec->emit->is_final = false;
    while (exec->status == RT_OK && slice_peek_next(&peek, &window)) {
        ArenaMark inner = arena_mark(&exec->batch_arena);
        tell_open(exec, e, &window);
        arena_release(&exec->batch_arena, inner);
    }
    slice_peek_end(&peek);
    arena_release(&exec->batch_arena, mark);
    e->touched_count = 0;
    e->all = false;
}

/* ---- groups without a window ---- */

static HeapRef note_row(RtExec *exec, Slice *slice, HeapRef old, const void *row, const RowLayout *layout)
{
    buf_clear(&exec->emit->rows);
    exec_row_pack(&exec->emit->rows, row, layout);
    return heap_replace(&slice->heap, old, exec->emit->rows.data, exec->emit->rows.len);
}

void rt_group_note(RtTask *task, uint32_t node, const void *before, const void *after)
{
    RtExec *exec = exec_of(task);
    const EmitAgg *e = &exec->emit->aggs[exec->emit->of_node[node]];
    const RtAgg *agg = &exec->program->aggs[e->agg];
    ArenaMark mark = arena_mark(&exec->batch_arena);
    RtDatum *keys = ARENA_ARRAY(&exec->batch_arena, RtDatum, agg->key_count + 1);
    for (uint32_t c = 0; c < agg->key_count; c++)
        keys[c] = row_get(after != NULL ? after : before, agg->row, c);
    Str key = key_of_values(&exec->batch_arena, keys, agg->key_count);
    Slice *slice = slice_find_or_make(e->shown, INT64_MIN, INT64_MAX, INT64_MAX);
    PendingRow *row = rt_group_upsert(&slice->groups, key.data, (uint32_t)key.len, rt_key_hash(key.data, key.len));
    if (!row->is_noted && before != NULL)
        row->before = note_row(exec, slice, 0, before, agg->row);
    if (!row->is_noted)
        row->had_before = before != NULL;
    if (after != NULL)
        row->after = note_row(exec, slice, row->after, after, agg->row);
    row->has_after = after != NULL;
    row->is_noted = 1;
    arena_release(&exec->batch_arena, mark);
}

static void push_change(RtExec *exec, uint32_t node, RowChange change, const void *row, const void *other)
{
    RtPush push = { .emit = { .start = INT64_MIN, .end = INT64_MIN, .last = INT64_MIN },
                    .row = row,
                    .other = other,
                    .change = change };
    exec->code->pushes[node](&exec->task, &push);
}

static void tell_pending(RtExec *exec, const RtAgg *agg, const Slice *slice, const PendingRow *row)
{
    Str before = row->had_before ? heap_get(&slice->heap, row->before) : STR_EMPTY;
    Str after = row->has_after ? heap_get(&slice->heap, row->after) : STR_EMPTY;
    void *old = row->had_before ? exec_row_unpack(&exec->batch_arena, before, agg->row) : NULL;
    void *now = row->has_after ? exec_row_unpack(&exec->batch_arena, after, agg->row) : NULL;
    if (old != NULL && now != NULL && !str_equal(before, after)) {
        push_change(exec, agg->node, ROW_UPDATE_BEFORE, old, now);
        push_change(exec, agg->node, ROW_UPDATE_AFTER, now, old);
    } else if (old == NULL && now != NULL) {
        push_change(exec, agg->node, ROW_INSERT, now, now);
    } else if (old != NULL && now == NULL) {
        push_change(exec, agg->node, ROW_DELETE, old, old);
    }
}

static void tell_groups(RtExec *exec, const EmitAgg *e)
{
    const RtAgg *agg = &exec->program->aggs[e->agg];
    if (e->shown->slice_count == 0)
        return;
    Slice *slice = e->shown->slices[0];
    ArenaMark mark = arena_mark(&exec->batch_arena);
    GroupCursor *cursor = rt_groups_sorted(&slice->groups, &exec->batch_arena);
    while (exec->status == RT_OK && rt_groups_next(cursor)) {
        ArenaMark inner = arena_mark(&exec->batch_arena);
        tell_pending(exec, agg, slice, cursor->fields);
        arena_release(&exec->batch_arena, inner);
    }
    arena_release(&exec->batch_arena, mark);
    rt_slice_drop(e->shown, slice);
}

static bool is_due(EmitAgg *e, int64_t every_us, int64_t watermark_us)
{
    if (every_us == EXEC_EACH_ROW)
        return e->touched_count > 0 || e->all;
    int64_t interval = interval_of(watermark_us, every_us), before = *e->reached;
    *e->reached = interval;
    return interval > before;
}

RtStatus exec_emit_ticks(RtExec *exec, RtError *error)
{
    for (uint32_t i = 0; exec->status == RT_OK && i < exec->emit->count; i++) {
        EmitAgg *e = &exec->emit->aggs[i];
        const RtAgg *agg = &exec->program->aggs[e->agg];
        int64_t watermark_us = exec_agg_watermark(exec, agg);
        bool is_over = watermark_us == INT64_MAX;
        if (!is_over && !is_due(e, agg->every_us, watermark_us))
            continue;
        if (agg->is_unbounded)
            tell_groups(exec, e);
        else if (!is_over)
            tell(exec, e, watermark_us);
    }
    if (exec->status != RT_OK)
        *error = exec->error;
    return exec->status;
}

/* ---- windows that close ---- */

static Slice *shown_slice(const SliceStore *shown, const SliceWindow *window)
{
    for (uint32_t i = 0; i < shown->slice_count && shown->slices[i]->since_us <= window->last_us; i++) {
        Slice *slice = shown->slices[i];
        if (slice->since_us == window->last_us && slice->end_us == window->end_us &&
            slice->start_us == window->start_us)
            return slice;
    }
    return NULL;
}

bool exec_emit_final(RtExec *exec, uint32_t agg, const SliceWindow *window)
{
    const EmitAgg *e = emit_of(exec, agg);
    Slice *shown = e == NULL ? NULL : shown_slice(e->shown, window);
    if (shown == NULL)
        return false;
    exec->emit->is_final = true;
    tell_window(exec, agg, window, NULL, shown);
    rt_slice_drop(e->shown, shown);
    return true;
}
