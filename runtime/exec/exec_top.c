/* exec_top.c -- TOP: the first rows of each partition, numbered, as a changelog.
 *
 * A partition keeps its rows in their order: by the keys of the ORDER BY columns, then of all others, so that ties are
 * broken by what rows hold and never by arrival.  A row that comes or goes changes that list at one place; what was
 * shown before and what is shown now are compared, and the differences pushed: rows that leave first.  With numbers
 * shown, the rows behind the place move, each as an update.
 *
 *   partition   key -> TopPartition { list -> [row, row, ..] }     row -> TopRow, keys of order and other columns
 *
 * Over rows that only come, what is not shown never will be, and is not kept.
 *
 * Cost       finding the place log n comparisons, a copy of the list of 4 bytes a row, and the rows shown. */
#include "runtime/exec/exec_emit.h"

#include "runtime/abi/key.h"
#include "runtime/abi/window.h"
#include "runtime/state/state_hot.h"

typedef struct TopPartition {
    HeapRef list; /* of references to rows */
    uint32_t count;
} TopPartition;

static_assert(sizeof(TopPartition) == EXEC_TOP_BYTES, "fields of the partitions");

typedef struct ExecTop {
    uint32_t top;
    SliceStore *store;
    Buf partition, row; /* keys of the row in hand; `row` starts with the length of its order */
} ExecTop;

/* Rows that are shown, in order. */
typedef struct Shown {
    HeapRef *rows;
    int64_t *numbers;
    uint64_t count;
} Shown;

enum { TOP_ROW_HEAD = 4 };

void exec_top_open(RtExec *exec)
{
    const RtProgram *program = exec->program;
    exec->tops = ARENA_ARRAY(&exec->arena, ExecTop *, program->node_count + 1);
    for (uint32_t i = 0; i < program->top_count; i++) {
        exec->tops[program->tops[i].node] = ARENA_NEW(&exec->arena, ExecTop);
        exec->tops[program->tops[i].node]->top = i;
    }
}

void exec_top_close(RtExec *exec)
{
    for (uint32_t i = 0; i < exec->program->top_count; i++) {
        ExecTop *top = exec->tops[exec->program->tops[i].node];
        buf_free(&top->partition);
        buf_free(&top->row);
    }
}

RtStatus exec_top_claim(RtExec *exec, RtError *error)
{
    RtStatus status = RT_OK;
    for (uint32_t i = 0; status == RT_OK && i < exec->program->top_count; i++) {
        const RtTop *top = &exec->program->tops[i];
        status = task_state_unit(&exec->state, &top->unit, &exec->tops[top->node]->store, error);
    }
    return status;
}

/* ---- the row in hand ---- */

void rt_top_partition(RtTask *task, uint32_t node, const char *key, uint64_t len)
{
    ExecTop *top = exec_of(task)->tops[node];
    buf_clear(&top->partition);
    buf_append(&top->partition, key, len);
}

void rt_top_order(RtTask *task, uint32_t node, const char *key, uint64_t len)
{
    ExecTop *top = exec_of(task)->tops[node];
    uint32_t order = (uint32_t)len;
    buf_clear(&top->row);
    buf_append(&top->row, (const char *)&order, sizeof order);
    buf_append(&top->row, key, len);
}

void rt_top_rest(RtTask *task, uint32_t node, const char *key, uint64_t len)
{
    buf_append(&exec_of(task)->tops[node]->row, key, len);
}

/* ---- rows of a partition ---- */

static Str key_of(Str row)
{
    return str_slice(row, TOP_ROW_HEAD, row.len - TOP_ROW_HEAD);
}

static Str order_of(Str row)
{
    uint32_t order;
    memcpy(&order, row.data, sizeof order);
    return str_slice(row, TOP_ROW_HEAD, order);
}

static HeapRef *list_of(const Slice *slice, const TopPartition *partition)
{
    return (HeapRef *)(void *)heap_get(&slice->heap, partition->list).data;
}

/* Of the first row that is behind this one and its equals. */
static uint32_t place_of(const Slice *slice, const TopPartition *partition, Str row)
{
    const HeapRef *list = list_of(slice, partition);
    uint32_t low = 0, high = partition->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (str_compare(key_of(heap_get(&slice->heap, list[middle])), key_of(row)) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool stands_at(const Slice *slice, const TopPartition *partition, uint32_t place, Str row)
{
    return place < partition->count && str_equal(heap_get(&slice->heap, list_of(slice, partition)[place]), row);
}

/* What is shown of the list as it is now. */
static Shown shown_of(RtExec *exec, const RtTop *top, const Slice *slice, const TopPartition *partition)
{
    const HeapRef *list = list_of(slice, partition);
    uint64_t room = partition->count;
    if (top->kind == RANK_ROW_NUMBER && room > top->limit)
        room = top->limit;
    Shown shown = { ARENA_ARRAY(&exec->batch_arena, HeapRef, room + 1),
                    ARENA_ARRAY(&exec->batch_arena, int64_t, room + 1), 0 };
    int64_t rank = 0, dense = 0;
    Str before = STR_EMPTY;
    for (uint64_t i = 0; i < room; i++) {
        Str order = top->kind == RANK_ROW_NUMBER ? STR_EMPTY : order_of(heap_get(&slice->heap, list[i]));
        if (i == 0 || !str_equal(order, before)) {
            rank = (int64_t)i + 1;
            dense++;
        }
        before = order;
        int64_t number = top->kind == RANK_ROW_NUMBER ? (int64_t)i + 1 : top->kind == RANK_RANK ? rank : dense;
        if ((uint64_t)number > top->limit)
            break;
        shown.rows[i] = list[i];
        shown.numbers[i] = number;
        shown.count++;
    }
    return shown;
}

static void put_list(Slice *slice, TopPartition *partition, const HeapRef *list, uint32_t count)
{
    partition->list = heap_replace(&slice->heap, partition->list, list, count * sizeof *list);
    partition->count = count;
}

static void insert_row(RtExec *exec, Slice *slice, TopPartition *partition, uint32_t place, Str row)
{
    uint32_t count = partition->count;
    HeapRef *list = ARENA_ARRAY(&exec->batch_arena, HeapRef, count + 1);
    memcpy(list, list_of(slice, partition), place * sizeof *list);
    list[place] = heap_put(&slice->heap, row.data, row.len);
    memcpy(list + place + 1, list_of(slice, partition) + place, (count - place) * sizeof *list);
    put_list(slice, partition, list, count + 1);
}

/* The row itself stays until it was told of. */
static HeapRef remove_row(RtExec *exec, Slice *slice, TopPartition *partition, uint32_t place)
{
    uint32_t count = partition->count;
    HeapRef *list = ARENA_ARRAY(&exec->batch_arena, HeapRef, count + 1);
    memcpy(list, list_of(slice, partition), count * sizeof *list);
    HeapRef gone = list[place];
    memmove(list + place, list + place + 1, (count - place - 1) * sizeof *list);
    put_list(slice, partition, list, count - 1);
    return gone;
}

/* Over rows that only come: what is not shown never will be. */
static void forget_behind(RtExec *exec, Slice *slice, TopPartition *partition, uint64_t kept)
{
    uint32_t count = partition->count;
    if (kept >= count)
        return;
    HeapRef *list = ARENA_ARRAY(&exec->batch_arena, HeapRef, count);
    memcpy(list, list_of(slice, partition), count * sizeof *list);
    for (uint64_t i = kept; i < count; i++)
        heap_free(&slice->heap, list[i]);
    put_list(slice, partition, list, (uint32_t)kept);
}

/* ---- telling ---- */

static const char *read_columns(RtExec *exec, const RowLayout *layout, char *row, uint32_t from, uint32_t to, Str key)
{
    const char *at = key.data, *end = key.data + key.len;
    for (uint32_t c = from; c < to && at != NULL; c++) {
        RtDatum datum;
        at = key_get(at, end, (RtKind)layout->kinds[c], &exec->batch_arena, &datum);
        if (at != NULL)
            row_set(row, layout, c, datum);
    }
    return at;
}

static char *unpack(RtExec *exec, const RtTop *top, const ExecTop *state, Str row, int64_t number)
{
    const RowLayout *layout = top->row;
    uint32_t last = layout->column_count - 1;
    char *out = arena_alloc_zeroed(&exec->batch_arena, layout->row_bytes, 16);
    row_clear(out, layout);
    (void)read_columns(exec, layout, out, 0, top->partition_count, buf_str(&state->partition));
    (void)read_columns(exec, layout, out, top->partition_count, last, key_of(str_copy(&exec->batch_arena, row)));
    row_set(out, layout, last, (RtDatum){ .kind = PK_I64, .value.i64 = top->has_number ? number : 0 });
    return out;
}

typedef struct TopTell {
    RtExec *exec;
    const RtTop *top;
    const ExecTop *state;
    const Slice *slice;
    int64_t time_us;
} TopTell;

static char *row_at(const TopTell *t, const Shown *shown, uint64_t at)
{
    return unpack(t->exec, t->top, t->state, heap_get(&t->slice->heap, shown->rows[at]), shown->numbers[at]);
}

static void push(const TopTell *t, RowChange change, const void *row, const void *other)
{
    RtPush push = { .emit = { .start = INT64_MIN, .end = INT64_MIN, .last = t->time_us },
                    .row = row,
                    .other = other,
                    .change = change };
    if (t->exec->status == RT_OK)
        t->exec->code->pushes[t->top->node](&t->exec->task, &push);
}

/* Numbers are shown: place by place. */
static void tell_places(const TopTell *t, const Shown *before, const Shown *after)
{
    for (uint64_t i = 0; i < before->count || i < after->count; i++) {
        bool was = i < before->count, is = i < after->count;
        if (was && is && before->rows[i] == after->rows[i] && before->numbers[i] == after->numbers[i])
            continue;
        char *old = was ? row_at(t, before, i) : NULL, *now = is ? row_at(t, after, i) : NULL;
        if (was && is) {
            push(t, ROW_UPDATE_BEFORE, old, now);
            push(t, ROW_UPDATE_AFTER, now, old);
        } else if (was) {
            push(t, ROW_DELETE, old, old);
        } else {
            push(t, ROW_INSERT, now, now);
        }
    }
}

static bool holds(const Shown *shown, HeapRef row)
{
    for (uint64_t i = 0; i < shown->count; i++) {
        if (shown->rows[i] == row)
            return true;
    }
    return false;
}

/* Only which rows are shown: those that leave, then those that come.  Lists differ at one place and at their ends. */
static void tell_rows(const TopTell *t, const Shown *before, const Shown *after)
{
    uint64_t same = 0;
    while (same < before->count && same < after->count && before->rows[same] == after->rows[same])
        same++;
    Shown gone = { before->rows + same, before->numbers + same, before->count - same };
    Shown come = { after->rows + same, after->numbers + same, after->count - same };
    while (gone.count > 0 && come.count > 0 && gone.rows[gone.count - 1] == come.rows[come.count - 1]) {
        gone.count--;
        come.count--;
    }
    for (uint64_t i = 0; i < gone.count; i++) {
        char *row = holds(&come, gone.rows[i]) ? NULL : row_at(t, &gone, i);
        if (row != NULL)
            push(t, ROW_DELETE, row, row);
    }
    for (uint64_t i = 0; i < come.count; i++) {
        char *row = holds(&gone, come.rows[i]) ? NULL : row_at(t, &come, i);
        if (row != NULL)
            push(t, ROW_INSERT, row, row);
    }
}

static void change(RtExec *exec, const TopTell *t, Slice *slice, TopPartition *partition, bool retracts)
{
    Str row = buf_str(&t->state->row);
    uint32_t place = place_of(slice, partition, row) - retracts;
    if (retracts && !stands_at(slice, partition, place, row))
        return; /* it was counted bad when it came */
    bool is_behind = t->top->kind == RANK_ROW_NUMBER && place >= t->top->limit;
    if (is_behind && !retracts && !t->top->is_retracted)
        return;
    Shown before = shown_of(exec, t->top, slice, partition);
    HeapRef gone = 0;
    if (retracts)
        gone = remove_row(exec, slice, partition, place);
    else
        insert_row(exec, slice, partition, place, row);
    if (exec->state.pool.refused != STATE_REFUSED_NOT)
        return;
    Shown after = shown_of(exec, t->top, slice, partition);
    if (t->top->has_number)
        tell_places(t, &before, &after);
    else
        tell_rows(t, &before, &after);
    heap_free(&slice->heap, gone);
    if (!t->top->is_retracted)
        forget_behind(exec, slice, partition, after.count);
}

void rt_top_row(RtTask *task, uint32_t node, bool retracts, int64_t time_us)
{
    RtExec *exec = exec_of(task);
    ExecTop *state = exec->tops[node];
    Slice *slice = slice_find_or_make(state->store, INT64_MIN, INT64_MAX, INT64_MAX);
    Str key = buf_str(&state->partition);
    TopPartition *partition =
        rt_group_upsert(&slice->groups, key.data, (uint32_t)key.len, rt_key_hash(key.data, key.len));
    TopTell t = { exec, &exec->program->tops[state->top], state, slice, time_us };
    ArenaMark mark = arena_mark(&exec->batch_arena);
    rt_capture_hold(task, true);
    change(exec, &t, slice, partition, retracts);
    rt_capture_hold(task, false);
    arena_release(&exec->batch_arena, mark);
}
