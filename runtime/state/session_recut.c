/* session_recut.c -- a late row and the sessions of its key that are cut by rows or by their length.
 *
 * The parts of closed sessions stay, so the row takes its place among them and all are cut anew from there on:
 *
 *   parts          0   5   9 |        30      before: [0, 19) [30, 40)
 *   a row at 16        9 |  16 |      30      MAX_LENGTH 15: [0, 15) [16, 26) [30, 40)
 *
 * A session is the same as before where it has the same parts, none of them with the row, and ends where it ended. What
 * was emitted and is not the same is taken back, what has closed and is not the same is emitted. */
#include "runtime/state/session_store_internal.h"

#include <assert.h>

typedef struct CutList {
    CutSession *items;
    bool *is_shown, *is_same;
    uint32_t count;
} CutList;

struct SessionRecutState {
    SessionLate late;
    SessionRow row;
    Parts parts, with; /* without the row, with it: from the first session that can be changed */
    CutList before, after;
    uint32_t place; /* of the row */
    uint32_t *records;
    uint32_t record_count;
};

void session_recut_put_off(SliceStore *store)
{
    uint32_t main = store->current->groups.last_ref;
    if (main != 0)
        ++*session_cut_pending(store, store->current, main);
}

/* ---- what changes ---- */

static CutList cut_all(const SessionRow *row, const Parts *parts)
{
    Arena *arena = row->fn->batch;
    CutList list = { .items = ARENA_ARRAY(arena, CutSession, parts->count + 1),
                     .is_shown = ARENA_ARRAY(arena, bool, parts->count + 1),
                     .is_same = ARENA_ARRAY(arena, bool, parts->count + 1) };
    int64_t end = INT64_MIN;
    for (uint32_t at = 0; at < parts->count; at += list.items[list.count++].count) {
        list.items[list.count] = session_cut_one(row->store, parts, at, end);
        end = list.items[list.count].end_us;
    }
    return list;
}

/* Sessions of both lists that hold the same parts, none of them with the row. */
static void find_same(struct SessionRecutState *state)
{
    bool is_new = state->with.count > state->parts.count;
    uint32_t b = 0;
    for (uint32_t a = 0; a < state->after.count; a++) {
        const CutSession *now = &state->after.items[a];
        if (now->from <= state->place && state->place < now->from + now->count)
            continue;
        uint32_t from = now->from - (is_new && now->from > state->place);
        while (b < state->before.count && state->before.items[b].from < from)
            b++;
        const CutSession *was = &state->before.items[b];
        if (b < state->before.count && from == was->from && now->count == was->count && now->end_us == was->end_us)
            state->after.is_same[a] = state->before.is_same[b] = true;
    }
}

static void mark_shown(struct SessionRecutState *state)
{
    for (uint32_t i = 0; i < state->before.count; i++)
        state->before.is_shown[i] = (state->parts.items[state->before.items[i].from].flags & PART_IS_SHOWN) != 0;
    for (uint32_t i = 0; i < state->after.count; i++)
        state->after.is_shown[i] = slice_close_us(state->after.items[i].end_us) <= state->late.now_us;
}

/* Does the row change a session that had closed for it, or make one? */
static bool corrects(const struct SessionRecutState *state)
{
    bool found = false;
    const CutList *lists[] = { &state->before, &state->after };
    for (uint32_t l = 0; l < 2; l++) {
        for (uint32_t i = 0; i < lists[l]->count; i++)
            found = found ||
                    (!lists[l]->is_same[i] && slice_close_us(lists[l]->items[i].end_us) <= state->late.watermark_us);
    }
    return found;
}

/* ---- what comes out ---- */

/* The sessions of a list that change and are shown, as records of their own. */
static SessionShown *show_changed(struct SessionRecutState *state, const CutList *list, const Parts *parts,
                                  uint32_t *count)
{
    const SessionRow *row = &state->row;
    SessionShown *shown = ARENA_ARRAY(row->fn->batch, SessionShown, list->count + 1);
    uint32_t first = state->record_count;
    *count = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        uint32_t record = list->is_shown[i] && !list->is_same[i] ? session_cut_record(row, parts, list->items[i]) : 0;
        if (record != 0)
            state->records[state->record_count++] = record;
    }
    for (uint32_t i = first; i < state->record_count; i++)
        shown[(*count)++] = session_late_show(row, state->records[i]);
    return shown;
}

struct SessionRecutState *session_recut_open(const SessionLate *late, SessionRecut *recut)
{
    struct SessionRecutState *state = ARENA_NEW(late->fn->batch, struct SessionRecutState);
    *recut = (SessionRecut){ 0 };
    *state = (struct SessionRecutState){ .late = *late, .row = session_late_row(late) };
    SessionRow *row = &state->row;
    if (session_is_refused(late->store) || row->main == 0)
        return state; /* which is told after the batch */
    uint32_t *pending = session_cut_pending(late->store, row->slice, row->main);
    assert(*pending > 0 && "the row was put off");
    --*pending;
    Arena *arena = late->fn->batch;
    int64_t end;
    Parts parts = session_parts(late->store, row->slice, row->main, arena);
    uint32_t at = session_cut_done(row, &parts, &end);
    if (session_cut_is_late(row, late->flags, &parts, at, end))
        return NULL;
    if (at > 0 && row->time_us <= end)
        session_cut_settle_done(row);
    state->parts = (Parts){ parts.items + at, parts.count - at };
    state->with = session_parts_with(row, late->flags, &state->parts);
    state->place = session_part_place(&state->with, row->time_us);
    state->before = cut_all(row, &state->parts);
    state->after = cut_all(row, &state->with);
    find_same(state);
    mark_shown(state);
    state->records = ARENA_ARRAY(arena, uint32_t, state->before.count + state->after.count + 1);
    recut->corrects = corrects(state);
    recut->before = show_changed(state, &state->before, &state->parts, &recut->before_count);
    return state;
}

/* Whether the parts of changed sessions have been emitted. */
static void mark_parts(struct SessionRecutState *state)
{
    for (uint32_t i = 0; i < state->after.count; i++) {
        const CutSession *session = &state->after.items[i];
        for (uint32_t p = session->from; !state->after.is_same[i] && p < session->from + session->count; p++) {
            SessionHead *head = session_head(state->row.store, state->row.slice, state->with.items[p].session);
            head->is_live &= ~(uint32_t)PART_IS_SHOWN;
            head->is_live |= state->after.is_shown[i] ? PART_IS_SHOWN : 0;
        }
    }
}

void session_recut_join(struct SessionRecutState *state, SessionRecut *recut)
{
    const SessionRow *row = &state->row;
    if (session_is_refused(row->store) || row->main == 0)
        return;
    uint32_t own = session_cut_insert(row, state->late.flags);
    if (own == 0)
        return;
    session_late_add(&state->late, row, own);
    state->with.items[state->place].session = own;
    mark_parts(state);
    recut->after = show_changed(state, &state->after, &state->with, &recut->after_count);
}

void session_recut_close(struct SessionRecutState *state)
{
    const SessionRow *row = &state->row;
    if (row->main == 0)
        return;
    for (uint32_t i = 0; i < state->record_count; i++)
        session_kill(row->store, row->slice, state->records[i]);
    Parts parts = session_parts(row->store, row->slice, row->main, row->fn->batch);
    session_cut_wait(row->store, row->slice, row->main, &parts);
}
