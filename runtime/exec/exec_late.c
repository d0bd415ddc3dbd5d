/* exec_late.c -- see exec_late.h. */
#include "runtime/exec/exec_late_internal.h"

#include "runtime/exec/exec_emit.h"
#include "runtime/exec/exec_time.h"

#include "runtime/abi/key.h"
#include "runtime/format/debezium.h"
#include "runtime/state/session_store.h"
#include "runtime/state/slice_late.h"
#include "runtime/state/state_hot.h"

#include <assert.h>
#include <inttypes.h>

typedef struct LateEvent {
    uint64_t row; /* of the batch: windows that closed before it close first */
    uint32_t agg;
    Slice *delta; /* NULL: a row goes to a stream of made rows */
    int64_t start_us, end_us;
    int64_t time_us, watermark_us; /* of a late row; the watermark before it, as the aggregate sees it */
    int64_t row_end_us;            /* SESSION: where the session would end that the row is alone */
    uint32_t row_flags;            /* .. that are cut */
    uint32_t scan;                 /* of that stream */
    char *made;                    /* the row, in its layout */
    const char *line;
    bool retracts; /* the late row takes back one that was there */
} LateEvent;

void exec_late_open(RtExec *exec)
{
    const RtProgram *program = exec->program;
    ExecLate *late = ARENA_NEW(&exec->arena, ExecLate);
    late->agg_of_node = ARENA_ARRAY(&exec->arena, uint32_t, program->node_count + 1);
    for (uint32_t i = 0; i < program->agg_count; i++) {
        const RtAgg *agg = &program->aggs[i];
        late->agg_of_node[agg->node] = i;
        late->corrects = late->corrects || agg->correct_us > 0;
    }
    exec->late_rows = late;
}

/* ---- closed windows ---- */

void exec_late_forget(RtExec *exec)
{
    for (uint32_t i = 0; exec->late_rows->corrects && i < exec->program->agg_count; i++) {
        const RtAgg *agg = &exec->program->aggs[i];
        if (agg->correct_us > 0)
            slice_forget(exec->stores[i], exec_agg_watermark(exec, agg));
    }
}

/* ---- rows ---- */

static uint64_t number_of(const RtExec *exec, const RtBatch *batch, uint64_t row)
{
    return (uint64_t)(batch->lines - exec->line_starts) + row;
}

static LateEvent *add_event(RtExec *exec, LateEvent event)
{
    ExecLate *late = exec->late_rows;
    if (late->event_count == late->event_capacity)
        late->events =
            vec_grow(&exec->arena, late->events, late->event_count, &late->event_capacity, sizeof *late->events);
    late->events[late->event_count] = event;
    return &late->events[late->event_count++];
}

static RtDatum text_datum(Str text)
{
    return (RtDatum){ .kind = PK_STR, .value.str = text };
}

/* Where the row stands in its file: by bytes, since counting lines takes long. */
static RtDatum position_of(RtExec *exec, const char *line)
{
    const Partition *partition = exec->reading;
    if (partition->path == NULL || line == NULL)
        return datum_null(PK_STR);
    uint64_t offset = line_block_offset(&partition->block, line);
    return text_datum(str_printf(&exec->batch_arena, "%s@%" PRIu64, partition->path, offset));
}

static RtDatum extra_value(RtExec *exec, const RtBatch *batch, uint64_t row, int32_t which, const LateEvent *event)
{
    RtDatum time = { .kind = PK_I64 };
    switch (which) {
    case RT_LATE_REASON:
        return text_datum(STR("late"));
    case RT_LATE_POSITION:
        return position_of(exec, batch->lines[row]);
    case RT_LATE_WINDOW_START:
        time.value.i64 = event->start_us;
        return time;
    default:
        time.value.i64 = event->end_us;
        return event->end_us == INT64_MIN ? datum_null(PK_I64) : time;
    }
}

/* The row as it goes to the stream of late rows; false: there is none. */
static bool make_late_row(RtExec *exec, const RtBatch *batch, uint64_t row, uint32_t index, int64_t time_us,
                          LateEvent *made)
{
    const RtAgg *agg = &exec->program->aggs[index];
    if (agg->late_scan == RT_NO_SCAN || batch->scan != agg->source_scan)
        return false;
    const RowLayout *from = exec->program->scans[batch->scan].layout;
    const RowLayout *to = exec->program->scans[agg->late_scan].layout;
    const char *source = batch->rows + row * from->row_bytes;
    LateEvent event = { .row = number_of(exec, batch, row), .agg = index };
    slice_window_of(&agg->unit.shape, time_us, &event.start_us, &event.end_us);
    if (agg->unit.shape.kind == WINDOW_SESSION) /* its gap is its own */
        event.end_us = window_wall_us(&agg->unit.shape, exec->stores[index]->late_end_us);
    event.scan = agg->late_scan;
    event.line = batch->lines[row];
    event.made = arena_alloc_zeroed(&exec->batch_arena, to->row_bytes, 16);
    row_clear(event.made, to);
    for (uint32_t c = 0; c < to->column_count; c++) {
        int32_t column = agg->late_columns[c];
        if (column < 0)
            row_set(event.made, to, c, extra_value(exec, batch, row, column, &event));
        else if (!row_is_error(source, from, (uint32_t)column))
            row_set(event.made, to, c, row_get(source, from, (uint32_t)column));
    }
    *made = event;
    return true;
}

void exec_late_row(RtExec *exec, const RtBatch *batch, uint64_t row, uint32_t node, int64_t time_us)
{
    LateEvent event;
    if (make_late_row(exec, batch, row, exec->late_rows->agg_of_node[node], time_us, &event))
        add_event(exec, event);
}

void exec_late_made(RtExec *exec, uint64_t row, uint32_t scan, char *made, const char *line)
{
    add_event(exec, (LateEvent){ .row = row, .scan = scan, .made = made, .line = line });
}

void *rt_late_slice(RtTask *task, RtBatch *batch, uint64_t row, uint32_t node, const RtLateRow *late)
{
    RtExec *exec = (RtExec *)task;
    uint32_t index = exec->late_rows->agg_of_node[node];
    const RtAgg *agg = &exec->program->aggs[index];
    SliceStore *store = exec->stores[index];
    LateEvent event = { .row = number_of(exec, batch, row),
                        .agg = index,
                        .time_us = late->time,
                        .watermark_us = late->watermark,
                        .retracts = row_change_retracts((RowChange)late->change) };
    slice_window_of(&agg->unit.shape, late->time, &event.start_us, &event.end_us);
    if (agg->unit.shape.kind == WINDOW_ATTACHED)
        event.end_us = late->end;
    int64_t close_us = window_close_us(&agg->unit.shape, event.end_us);
    bool is_session = agg->unit.shape.kind == WINDOW_SESSION;
    bool is_cut = agg->unit.shape.is_cut; /* what becomes of such a row shows when those before it are done */
    event.row_end_us = store->late_end_us;
    event.row_flags = store->late_flags;
    bool is_late = is_session ? !is_cut && !session_is_corrected(store, late->time, late->watermark)
                              : late->watermark >= exec_late_plus(close_us, agg->correct_us);
    if (is_late) {
        rt_row_late(task, batch, row, node, late->time);
        return NULL;
    }
    event.delta = slice_delta_make(store);
    if (event.delta == NULL)
        return store->trash; /* the budget is spent, which is told after the batch */
    exec->stats.rows_corrected += !is_cut;
    if (is_cut)
        session_recut_put_off(store);
    add_event(exec, event);
    return event.delta;
}

/* ---- corrections ---- */

bool exec_late_captures(RtExec *exec, uint32_t sink, const void *row)
{
    LateOutputs *to = exec->late_rows->capture;
    if (to == NULL || exec->late_rows->holds > 0)
        return false;
    if (to->count == to->capacity)
        to->items = vec_grow(&exec->arena, to->items, to->count, &to->capacity, sizeof *to->items);
    to->items[to->count++] = (LateOutput){ sink, row_copy(&exec->batch_arena, row, exec->program->sink_layouts[sink]) };
    return true;
}

/* Key bytes tell values apart as users see them: -0 is 0, and one NaN another. */
static bool same_row(RtExec *exec, const LateOutput *a, const LateOutput *b)
{
    const RowLayout *layout = exec->program->sink_layouts[a->sink];
    for (uint32_t c = 0; c < layout->column_count; c++) {
        RtDatum x = row_get(a->row, layout, c), y = row_get(b->row, layout, c);
        uint64_t room = key_bytes_max(x) > key_bytes_max(y) ? key_bytes_max(x) : key_bytes_max(y);
        char *left = arena_alloc(&exec->batch_arena, room, 1), *right = arena_alloc(&exec->batch_arena, room, 1);
        uint64_t left_len = (uint64_t)(key_put(left, x) - left), right_len = (uint64_t)(key_put(right, y) - right);
        if (left_len != right_len || memcmp(left, right, left_len) != 0)
            return false;
    }
    return true;
}

static void send(RtExec *exec, RowChange change, const LateOutput *output)
{
    if (exec->status != RT_OK)
        return;
    exec->stats.rows_out++;
    exec->status = exec->options.on_row(exec->options.context, output->sink, change, output->row, &exec->error);
}

/* The n-th row that a sink got before, and the n-th that it got after, are one row that changes. */
void exec_late_send(RtExec *exec)
{
    LateOutputs *before = &exec->late_rows->before, *after = &exec->late_rows->after;
    for (uint32_t i = 0; i < before->count; i++) {
        uint32_t k = 0;
        while (k < after->count && (after->items[k].row == NULL || after->items[k].sink != before->items[i].sink))
            k++;
        if (k == after->count) {
            send(exec, ROW_DELETE, &before->items[i]);
            continue;
        }
        if (!same_row(exec, &before->items[i], &after->items[k])) {
            send(exec, ROW_UPDATE_BEFORE, &before->items[i]);
            send(exec, ROW_UPDATE_AFTER, &after->items[k]);
        }
        after->items[k].row = NULL;
    }
    for (uint32_t k = 0; k < after->count; k++) {
        if (after->items[k].row != NULL)
            send(exec, ROW_INSERT, &after->items[k]);
    }
    before->count = after->count = 0;
}

void exec_late_push(RtExec *exec, uint32_t agg, RtEmit *emit, bool was)
{
    ExecLate *late = exec->late_rows;
    emit->change = was ? ROW_DELETE : ROW_INSERT;
    emit->corrects = true;
    late->capture = was ? &late->before : &late->after;
    exec->is_capturing = true;
    exec->code->groups[agg](&exec->task, emit);
    late->capture = NULL;
    exec->is_capturing = false;
}

void exec_late_fold(RtExec *exec, uint32_t agg, Slice *window, Slice *delta, bool retracts)
{
    const SliceShape *shape = &exec->stores[agg]->shape;
    if (retracts)
        slice_fold_take(&exec->task.fn, shape, window, delta);
    else
        slice_fold_add(&exec->task.fn, shape, window, delta);
}

/* A window that holds a late row. */
typedef struct LateWindow {
    const LateEvent *event;
    Slice *groups;
    int64_t start_us, end_us;
} LateWindow;

/* Pushes the result of the delta's group, as the window holds it now. */
static void push_group(RtExec *exec, const LateWindow *window, bool was)
{
    uint32_t ref;
    GroupCursor one;
    const LateEvent *event = window->event;
    if (!slice_delta_group(event->delta, window->groups, &exec->batch_arena, &ref, &one))
        return;
    const SliceShape *shape = &exec->program->aggs[event->agg].unit.shape;
    RtEmit emit = { .start = window->start_us,
                    .end = window->end_us,
                    .last = window_close_us(shape, window->end_us),
                    .slice = window->groups,
                    .cursor = &one };
    exec_late_push(exec, event->agg, &emit, was);
}

/* A window that was emitted: what changes goes out. */
static void correct_window(RtExec *exec, const LateWindow *window)
{
    if (exec_late_is_refused(exec))
        return;
    push_group(exec, window, true);
    exec_late_fold(exec, window->event->agg, window->groups, window->event->delta, window->event->retracts);
    if (!exec_late_is_refused(exec))
        push_group(exec, window, false);
    exec_late_send(exec);
}

/* Of the windows that hold the row, the youngest first: those that have not been emitted count it with a slice from
 * the oldest of them on, closed ones are corrected, and older ones missed it. */
static void correct_copies(RtExec *exec, const LateEvent *event)
{
    const RtAgg *agg = &exec->program->aggs[event->agg];
    SliceStore *store = exec->stores[event->agg];
    const SliceShape *shape = &agg->unit.shape;
    int64_t now_us = exec_agg_watermark(exec, agg), open_us = INT64_MAX;
    int64_t wall_us = window_wall_us(shape, event->time_us);
    for (int64_t end = event->end_us; end > wall_us; end = slice_end_before(shape, end)) {
        int64_t close_us = window_close_us(shape, end);
        if (event->watermark_us >= exec_late_plus(close_us, agg->correct_us))
            break;
        if (now_us < close_us) {
            open_us = end;
            continue;
        }
        int64_t start = slice_start_of_window(shape, end);
        LateWindow window = { event, slice_copy_of(store, start, end), start, end };
        correct_window(exec, &window);
    }
    if (open_us == INT64_MAX || exec_late_is_refused(exec))
        return;
    exec_emit_all(exec, event->agg);
    Slice *slice = slice_since(store, event->time_us, open_us);
    if (!exec_late_is_refused(exec))
        slice_fold_add(&exec->task.fn, &store->shape, slice, event->delta);
}

static void push_session(RtExec *exec, const LateEvent *event, const SessionShown *shown, bool was)
{
    Slice *slice = exec->stores[event->agg]->slices[0];
    GroupCursor one = { .table = &slice->groups, .items = &shown->item, .count = 1 };
    const SliceShape *shape = &exec->program->aggs[event->agg].unit.shape;
    RtEmit emit = { .start = window_wall_us(shape, shown->start_us),
                    .end = window_wall_us(shape, shown->end_us),
                    .last = slice_close_us(shown->end_us),
                    .slice = slice,
                    .cursor = &one };
    exec_late_push(exec, event->agg, &emit, was);
}

/* The emitted sessions that the row touches become one, or part of one that is open. */
static void correct_session(RtExec *exec, const LateEvent *event)
{
    SessionShown *shown, joined;
    SessionLate late = { .fn = &exec->task.fn,
                         .store = exec->stores[event->agg],
                         .delta = event->delta,
                         .time_us = event->time_us,
                         .end_us = event->row_end_us,
                         .watermark_us = event->watermark_us,
                         .now_us = exec_agg_watermark(exec, &exec->program->aggs[event->agg]) };
    uint32_t count = session_late_shown(&late, &shown);
    for (uint32_t i = 0; i < count; i++)
        push_session(exec, event, &shown[i], true);
    if (session_late_join(&late, &joined))
        push_session(exec, event, &joined, false);
    exec_late_send(exec);
}

/* Made rows have a place of their own behind those of a batch, so that what is told of them is not told of others. */
static void push_made_row(RtExec *exec, const RtBatch *batch, const LateEvent *event)
{
    uint32_t scan = event->scan;
    uint64_t place = exec->options.batch_rows + DEBEZIUM_ROWS_MAX - 1;
    int64_t watermark = INT64_MIN, now = event->row < batch->row_count ? exec->now[event->row] : batch->now_after;
    exec->line_starts[place] = event->line;
    exec->row_marks[place] = 0;
    RtBatch one = { .rows = event->made,
                    .row_count = 1,
                    .watermark_before = &watermark,
                    .now = &now,
                    .changes = exec->changes + place,
                    .lines = exec->line_starts + place,
                    .watermark = INT64_MIN,
                    .now_after = now,
                    .partition = batch->partition,
                    .scan = scan };
    exec->code->times[scan](&exec->task, &one);
    for (uint32_t k = 0; k < exec->program->scans[scan].rows_function_count; k++)
        exec->code->rows[scan][k](&exec->task, &one);
}

/* The row comes too late: it is counted, and its stream gets it at once. */
static void give_up(RtExec *exec, const RtBatch *batch, const LateEvent *event)
{
    const RtAgg *agg = &exec->program->aggs[event->agg];
    uint64_t row = event->row - number_of(exec, batch, 0);
    LateEvent made;
    exec_count_late(exec, event->row, agg->node);
    exec->stores[event->agg]->late_end_us = event->row_end_us;
    if (make_late_row(exec, batch, row, event->agg, event->time_us, &made))
        push_made_row(exec, batch, &made);
}

/* The sessions of the key are cut anew. */
static void recut_sessions(RtExec *exec, const RtBatch *batch, const LateEvent *event)
{
    SessionRecut recut;
    SessionLate late = { .fn = &exec->task.fn,
                         .store = exec->stores[event->agg],
                         .delta = event->delta,
                         .time_us = event->time_us,
                         .end_us = event->row_end_us,
                         .flags = event->row_flags,
                         .watermark_us = event->watermark_us,
                         .now_us = exec_agg_watermark(exec, &exec->program->aggs[event->agg]) };
    struct SessionRecutState *state = session_recut_open(&late, &recut);
    if (state == NULL) {
        give_up(exec, batch, event);
        return;
    }
    exec->stats.rows_corrected += recut.corrects;
    for (uint32_t i = 0; i < recut.before_count; i++)
        push_session(exec, event, &recut.before[i], true);
    session_recut_join(state, &recut);
    for (uint32_t i = 0; i < recut.after_count; i++)
        push_session(exec, event, &recut.after[i], false);
    exec_late_send(exec);
    session_recut_close(state);
}

static void correct(RtExec *exec, const RtBatch *batch, const LateEvent *event)
{
    const RtAgg *agg = &exec->program->aggs[event->agg];
    SliceStore *store = exec->stores[event->agg];
    if (agg->unit.shape.kind == WINDOW_SESSION) {
        if (!exec_late_is_refused(exec) && agg->unit.shape.is_cut)
            recut_sessions(exec, batch, event);
        else if (!exec_late_is_refused(exec))
            correct_session(exec, event);
        return;
    }
    if (agg->unit.shape.correct_us > 0) {
        correct_copies(exec, event);
        return;
    }
    if (exec_agg_watermark(exec, agg) >= window_close_us(&agg->unit.shape, event->end_us)) {
        Slice *kept = slice_kept(store, event->start_us, event->end_us);
        LateWindow window = { event, kept, event->start_us, event->end_us };
        correct_window(exec, &window);
        return;
    }
    Slice *open = slice_find_or_make(store, event->start_us, event->end_us, event->end_us);
    exec_emit_all(exec, event->agg);
    if (!exec_late_is_refused(exec))
        exec_late_fold(exec, event->agg, open, event->delta, event->retracts);
}

/* ---- events ---- */

RtStatus exec_late_events(RtExec *exec, RtBatch *batch, RtError *error)
{
    ExecLate *late = exec->late_rows;
    RtStatus status = RT_OK;
    late->batch = batch;
    for (uint32_t i = 0; status == RT_OK && i < late->event_count; i++) {
        LateEvent event = late->events[i];
        bool moves = exec_time_before(exec, batch, event.row);
        if (moves) /* else what may close has closed, and what the row itself brings comes later */
            status = exec_close_windows(exec, error);
        late->row = event.row;
        if (status == RT_OK && event.delta != NULL) {
            correct(exec, batch, &event);
            exec_change_apply(exec);
        }
        if (status == RT_OK && event.delta == NULL)
            push_made_row(exec, batch, &event);
        if (status == RT_OK && exec->status != RT_OK) {
            *error = exec->error;
            status = exec->status;
        }
    }
    for (uint32_t i = 0; i < late->event_count; i++) {
        if (late->events[i].delta != NULL)
            slice_delta_release(exec->stores[late->events[i].agg], late->events[i].delta);
    }
    late->event_count = 0;
    return status;
}
