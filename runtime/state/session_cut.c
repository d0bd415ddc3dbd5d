/* session_cut.c -- sessions that end before their gap has passed: by their length, or by rows that begin or end one.
 *
 * Where a session is cut depends on all rows before, so states of several times cannot be one before no more rows can
 * come between them: each time at which a key has rows is a *part* of its own, with the aggregates of those rows.  When
 * the watermark has passed the end of the first session of a key, its parts become one record, a *closed session*, that
 * waits to be emitted.  Rows of one time stay together.  A row at or behind the watermark is late.
 *
 *   groups     key           -> CutKey
 *   last set   (key, number) -> fields, SessionHead: parts of the key, chained from the last to the first, and its
 * closed sessions, in a chain of their own
 *
 * In the order of time, a part joins the session before it unless it
 *     comes behind its end:  time > the largest time + gap of its rows, or just there when it had closed
 *     makes it too long:     time >= first time + step_us
 *     starts one, or the part before it ends one.
 * A session ends where the last of its rows would, but no more than step_us behind its start, and not before the one
 * before it: so sessions of a key close in their order, and what has closed says nothing about the others.
 *
 * A key waits in the heap by a time that is no later than the end of its first session. */
#include "runtime/state/session_store_internal.h"

#include <assert.h>

/* Of a part, beside SESSION_STARTS and SESSION_ENDS.  BEHIND: a session that ended at its time had closed already. */
enum { PART_IS_LIVE = 1, PART_IS_CLOSED = 8, PART_IS_BEHIND = 16 };

/* What the record of a key holds in the place of a SessionHead. */
typedef struct CutKey {
    int64_t due_us; /* its timer; INT64_MAX: none */
    uint32_t closed, unused;
    uint32_t next;    /* the last part */
    uint32_t is_live; /* has a part or a closed session */
} CutKey;

static_assert(sizeof(CutKey) == sizeof(SessionHead), "one takes the place of the other");

static CutKey *key_of(const SliceStore *store, Slice *slice, uint32_t main)
{
    return (CutKey *)session_head(store, slice, main);
}

/* ---- sessions of a key ---- */

typedef struct Part {
    int64_t time_us, end_us;
    uint32_t flags, session;
} Part;

typedef struct Parts {
    Part *items; /* in the order of time */
    uint32_t count;
} Parts;

static int64_t plus(int64_t time_us, int64_t more_us)
{
    int64_t sum;
    return more_us == 0 || __builtin_add_overflow(time_us, more_us, &sum) ? INT64_MAX : sum;
}

static Parts parts_of(SliceStore *store, Slice *slice, uint32_t main, Arena *arena)
{
    Parts parts = { 0 };
    uint32_t first = key_of(store, slice, main)->next;
    for (uint32_t at = first; at != 0; at = session_head(store, slice, at | SESSION_IS_FURTHER)->next)
        parts.count++;
    parts.items = ARENA_ARRAY(arena, Part, parts.count + 1);
    uint32_t left = parts.count;
    for (uint32_t at = first; at != 0;) {
        const SessionHead *head = session_head(store, slice, at | SESSION_IS_FURTHER);
        parts.items[--left] = (Part){ head->first_us, head->end_us, head->is_live, at | SESSION_IS_FURTHER };
        at = head->next;
    }
    return parts;
}

/* How many parts the session holds that begins at `from`.  *end_us: of the session before it, then its own. */
static uint32_t cut(const SliceStore *store, const Parts *parts, uint32_t from, int64_t *end_us)
{
    const Part *part = &parts->items[from];
    int64_t too_long = plus(part->time_us, store->shape.step_us), end = part->end_us;
    uint32_t count = 1;
    for (; from + count < parts->count; count++) {
        bool is_ended = (part[count - 1].flags & SESSION_ENDS) != 0, starts = (part[count].flags & SESSION_STARTS) != 0;
        int64_t open_until = (part[count].flags & PART_IS_BEHIND) != 0 ? end - 1 : end;
        if (is_ended || starts || part[count].time_us > open_until || part[count].time_us >= too_long)
            break;
        end = part[count].end_us > end ? part[count].end_us : end;
    }
    end = end > too_long ? too_long : end;
    *end_us = end > *end_us ? end : *end_us;
    return count;
}

static int64_t first_end(const SliceStore *store, const Parts *parts)
{
    int64_t end = INT64_MIN;
    (void)cut(store, parts, 0, &end);
    return end;
}

/* ---- closing ---- */

static void wait_until(SliceStore *store, Slice *slice, uint32_t main, int64_t end_us)
{
    key_of(store, slice, main)->due_us = end_us;
    if (end_us == INT64_MAX)
        return;
    session_add_timer(store, end_us, main);
    session_note_next_close(store);
}

/* The parts of one session become its first, which leaves the chain: `newer` is the part behind them, or 0. */
static void close_session(const SessionRow *row, const Part *parts, uint32_t count, uint32_t newer, int64_t end_us)
{
    SliceStore *store = row->store;
    Slice *slice = row->slice;
    uint32_t into = parts[0].session;
    for (uint32_t i = 1; i < count; i++) {
        SessionJoining joining = { row->fn, store, slice, slice, into, parts[i].session };
        session_join_states(&joining);
        session_head(store, slice, parts[i].session)->next = 0;
        session_kill(store, slice, parts[i].session);
    }
    CutKey *key = key_of(store, slice, row->main);
    SessionHead *head = session_head(store, slice, into);
    head->end_us = end_us;
    head->is_live = PART_IS_LIVE | PART_IS_CLOSED;
    head->next = key->closed;
    key->closed = into & ~SESSION_IS_FURTHER;
    if (newer == 0)
        key->next = 0;
    else
        session_head(store, slice, newer)->next = 0;
    session_add_timer(store, end_us, into);
}

/* All sessions of the key that have closed at the watermark, as closed sessions. */
static void settle(const SessionRow *row)
{
    SliceStore *store = row->store;
    ArenaMark mark = arena_mark(row->fn->batch);
    Parts parts = parts_of(store, row->slice, row->main, row->fn->batch);
    uint32_t at = 0;
    int64_t end = INT64_MIN;
    while (at < parts.count) {
        uint32_t count = cut(store, &parts, at, &end);
        if (slice_close_us(end) > row->watermark_us)
            break;
        uint32_t newer = at + count < parts.count ? parts.items[at + count].session : 0;
        close_session(row, parts.items + at, count, newer, end);
        at += count;
    }
    wait_until(store, row->slice, row->main, at < parts.count ? end : INT64_MAX);
    session_note_next_close(store);
    arena_release(row->fn->batch, mark);
}

int64_t session_cut_timer(const SessionHead *head, bool is_further)
{
    if (!is_further)
        return ((const CutKey *)head)->due_us;
    return (head->is_live & PART_IS_CLOSED) != 0 ? head->end_us : INT64_MAX;
}

bool session_cut_closes(SliceStore *store, const SessionTimer *timer)
{
    struct SessionState *state = store->session;
    Slice *slice = store->slices[0];
    uint32_t main = timer->session;
    CutKey *key = key_of(store, slice, main);
    int64_t asked = timer->end_us;
    if (key->due_us == asked && key->next != 0) {
        Arena scratch;
        arena_init(&scratch);
        Parts parts = parts_of(store, slice, main, &scratch);
        int64_t end = first_end(store, &parts);
        arena_free(&scratch);
        if (end == asked)
            return true;
        session_pop_timer(state);
        wait_until(store, slice, main, end);
        return false;
    }
    session_pop_timer(state); /* the key waits by another */
    return false;
}

void session_cut_settle(FnCtx *fn, SliceStore *store, const SessionTimer *timer)
{
    SessionRow row = { .fn = fn,
                       .store = store,
                       .slice = store->slices[0],
                       .main = timer->session,
                       .watermark_us = slice_close_us(timer->end_us) };
    bool is_true = key_of(store, row.slice, row.main)->due_us == timer->end_us;
    session_pop_timer(store->session);
    if (is_true)
        settle(&row);
}

void session_cut_unchain(SliceStore *store, Slice *slice, uint32_t main, uint32_t further)
{
    CutKey *key = key_of(store, slice, main);
    uint32_t *link = &key->closed;
    while (*link != 0 && *link != (further & ~SESSION_IS_FURTHER))
        link = &session_head(store, slice, *link | SESSION_IS_FURTHER)->next;
    SessionHead *head = session_head(store, slice, further);
    *link = head->next;
    head->next = 0;
    if (key->next != 0 || key->closed != 0 || key->is_live == 0)
        return;
    key->is_live = 0;
    store->session->live--;
}

/* ---- rows ---- */

static void *answer(const SessionRow *row, uint32_t session)
{
    row->store->session->current = session;
    return session_fields(row->slice, session);
}

/* A part of its own behind the part `newer` in the chain; 0: at its head. */
static void *make_part(const SessionRow *row, uint32_t newer, uint32_t flags)
{
    SliceStore *store = row->store;
    uint32_t session = session_make_further(store, row->slice, row->main);
    if (session == 0)
        return store->pool->trash + 1;
    CutKey *key = key_of(store, row->slice, row->main);
    if (key->is_live == 0) {
        key->due_us = INT64_MAX;
        key->is_live = 1;
        store->session->live++;
    }
    uint32_t *link = newer == 0 ? &key->next : &session_head(store, row->slice, newer)->next;
    SessionHead *head = session_head(store, row->slice, session);
    *head = (SessionHead){ row->time_us, row->end_us, *link, PART_IS_LIVE | flags };
    *link = session & ~SESSION_IS_FURTHER;
    store->session->live++;
    return answer(row, session);
}

static uint32_t joined_flags(uint32_t a, uint32_t b)
{
    uint32_t behind = a & b & PART_IS_BEHIND;
    return ((a | b) & ~(uint32_t)PART_IS_BEHIND) | behind;
}

static void *join_part(const SessionRow *row, uint32_t session, uint32_t flags)
{
    SessionHead *head = session_head(row->store, row->slice, session);
    head->end_us = row->end_us > head->end_us ? row->end_us : head->end_us;
    head->is_live = joined_flags(head->is_live, flags);
    return answer(row, session);
}

/* A row that is not the last of its key: the first session may end earlier now. */
static void *insert_row(const SessionRow *row, uint32_t flags)
{
    SliceStore *store = row->store;
    Slice *slice = row->slice;
    uint32_t newer = 0, at = key_of(store, slice, row->main)->next;
    while (at != 0 && session_head(store, slice, at | SESSION_IS_FURTHER)->first_us > row->time_us) {
        newer = at | SESSION_IS_FURTHER;
        at = session_head(store, slice, newer)->next;
    }
    bool is_there = at != 0 && session_head(store, slice, at | SESSION_IS_FURTHER)->first_us == row->time_us;
    void *fields = is_there ? join_part(row, at | SESSION_IS_FURTHER, flags) : make_part(row, newer, flags);
    if (session_is_refused(store))
        return fields;
    ArenaMark mark = arena_mark(row->fn->batch);
    Parts parts = parts_of(store, slice, row->main, row->fn->batch);
    int64_t end = first_end(store, &parts);
    arena_release(row->fn->batch, mark);
    if (end < key_of(store, slice, row->main)->due_us)
        wait_until(store, slice, row->main, end);
    return fields;
}

void *rt_session_cut_at(FnCtx *fn, SliceStore *store, int64_t time_us, int64_t end_us, uint32_t flags,
                        int64_t watermark_us)
{
    uint32_t main = store->current == NULL ? 0 : store->current->groups.last_ref;
    if (session_is_refused(store) || main == 0)
        return store->pool->trash + 1;
    store->late_end_us = end_us;
    if (time_us <= watermark_us)
        return NULL;
    if (slice_close_us(time_us) <= watermark_us)
        flags |= PART_IS_BEHIND;
    SessionRow row = { fn, store, store->current, main, time_us, end_us, watermark_us };
    const CutKey *key = key_of(store, row.slice, main);
    if (key->next == 0)
        return insert_row(&row, flags);
    uint32_t last = key->next | SESSION_IS_FURTHER;
    const SessionHead *head = session_head(store, row.slice, last);
    if (time_us > head->first_us)
        return make_part(&row, 0, flags);
    if (time_us < head->first_us || joined_flags(head->is_live, flags) != head->is_live)
        return insert_row(&row, flags);
    return join_part(&row, last, flags);
}

/* ---- sweeping ---- */

/* A chain, the first of it last, so that it is in its order again. */
static uint32_t copy_chain(FnCtx *fn, SliceStore *store, Slice *from, uint32_t first, Slice *into, uint32_t into_main)
{
    ArenaMark mark = arena_mark(fn->batch);
    uint32_t count = 0, next = 0;
    for (uint32_t at = first; at != 0; at = session_head(store, from, at | SESSION_IS_FURTHER)->next)
        count++;
    uint32_t *chain = ARENA_ARRAY(fn->batch, uint32_t, count + 1), left = count;
    for (uint32_t at = first; at != 0; at = session_head(store, from, at | SESSION_IS_FURTHER)->next)
        chain[--left] = at | SESSION_IS_FURTHER;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t copy = session_make_further(store, into, into_main);
        if (copy == 0)
            break;
        const SessionHead *head = session_head(store, from, chain[i]);
        SessionHead *fresh = session_head(store, into, copy);
        *fresh = (SessionHead){ head->first_us, head->end_us, next, head->is_live };
        SessionJoining joining = { fn, store, into, from, copy, chain[i] };
        session_join_states(&joining);
        next = copy & ~SESSION_IS_FURTHER;
    }
    arena_release(fn->batch, mark);
    return next;
}

void session_cut_copy(FnCtx *fn, SliceStore *store, Slice *from, uint32_t main, Slice *into, uint32_t into_main)
{
    const CutKey *key = key_of(store, from, main);
    uint32_t next = copy_chain(fn, store, from, key->next, into, into_main);
    uint32_t closed = copy_chain(fn, store, from, key->closed, into, into_main);
    key = key_of(store, from, main);
    CutKey *fresh = key_of(store, into, into_main);
    fresh->due_us = key->due_us;
    fresh->closed = closed;
    fresh->next = next;
    fresh->is_live = key->is_live;
}
