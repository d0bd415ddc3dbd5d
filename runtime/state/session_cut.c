/* session_cut.c -- sessions that end before their gap has passed: by their length, or by rows that begin or end one.
 *
 * Where a session is cut depends on all rows before, so states of several times cannot be one before no more rows can
 * come between them: each time at which a key has rows is a *part* of its own, with the aggregates of those rows.  When
 * the watermark has passed the end of the first session of a key, its parts become one record, a *closed session*, that
 * waits to be emitted.  Rows of one time stay together.
 *
 * A row at or behind the watermark counts as long as it changes open sessions only: it is late if, with it, the first
 * of them would have closed.  Sessions that have closed for the row are out of its sight, and it may make a session of
 * its own beside them.
 *
 * Where late rows correct (keep_us), the closed session is a copy, and its parts stay as long (PART_IS_SHOWN), so that
 * a row can cut all of them anew: session_recut.c.  "Has closed" is then "cannot be changed any more".
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

/* What the record of a key holds in the place of a SessionHead. */
typedef struct CutKey {
    int64_t due_us; /* its timer; INT64_MAX: none */
    uint32_t closed, pending;
    uint32_t next;    /* the last part */
    uint32_t is_live; /* has a part or a closed session */
} CutKey;

static_assert(sizeof(CutKey) == sizeof(SessionHead), "one takes the place of the other");

static CutKey *key_of(const SliceStore *store, Slice *slice, uint32_t main)
{
    return (CutKey *)session_head(store, slice, main);
}

/* ---- sessions of a key ---- */

static int64_t plus(int64_t time_us, int64_t more_us)
{
    int64_t sum;
    return __builtin_add_overflow(time_us, more_us, &sum) ? INT64_MAX : sum;
}

Parts session_parts(SliceStore *store, Slice *slice, uint32_t main, Arena *arena)
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

CutSession session_cut_one(const SliceStore *store, const Parts *parts, uint32_t from, int64_t end_us)
{
    const Part *part = &parts->items[from];
    int64_t step_us = store->shape.step_us, too_long = step_us == 0 ? INT64_MAX : plus(part->time_us, step_us);
    int64_t end = part->end_us;
    uint32_t count = 1;
    for (; from + count < parts->count; count++) {
        bool is_ended = (part[count - 1].flags & SESSION_ENDS) != 0, starts = (part[count].flags & SESSION_STARTS) != 0;
        int64_t open_until = (part[count].flags & PART_IS_BEHIND) != 0 ? end - 1 : end;
        if (is_ended || starts || part[count].time_us > open_until || part[count].time_us >= too_long)
            break;
        end = part[count].end_us > end ? part[count].end_us : end;
    }
    end = end > too_long ? too_long : end;
    return (CutSession){ from, count, end > end_us ? end : end_us };
}

static bool is_shown(const Parts *parts, CutSession session)
{
    return (parts->items[session.from].flags & PART_IS_SHOWN) != 0;
}

/* The watermark at which nothing can change the session any more. */
static int64_t done_us(const SliceStore *store, int64_t end_us)
{
    return plus(slice_close_us(end_us), store->shape.keep_us);
}

/* ---- waiting ---- */

/* When something happens to the key: its first open session closes, or its first closed one goes. */
static int64_t next_turn(const SliceStore *store, const Parts *parts)
{
    int64_t end = INT64_MIN, turn = INT64_MAX;
    for (uint32_t at = 0; at < parts->count;) {
        CutSession session = session_cut_one(store, parts, at, end);
        end = session.end_us;
        if (!is_shown(parts, session))
            return end < turn ? end : turn;
        int64_t goes = plus(end, store->shape.keep_us);
        turn = goes < turn ? goes : turn;
        at += session.count;
    }
    return turn;
}

void session_cut_wait(SliceStore *store, Slice *slice, uint32_t main, const Parts *parts)
{
    CutKey *key = key_of(store, slice, main);
    int64_t turn = next_turn(store, parts);
    if (turn >= key->due_us) /* its turn comes before, and it is looked at anew */
        return;
    key->due_us = turn;
    session_add_timer(store, turn, main);
    session_note_next_close(store);
}

static void wait_anew(const SessionRow *row)
{
    ArenaMark mark = arena_mark(row->fn->batch);
    Parts parts = session_parts(row->store, row->slice, row->main, row->fn->batch);
    session_cut_wait(row->store, row->slice, row->main, &parts);
    arena_release(row->fn->batch, mark);
}

uint32_t *session_cut_pending(const SliceStore *store, Slice *slice, uint32_t main)
{
    return &key_of(store, slice, main)->pending;
}

/* ---- closing ---- */

static void die_if_empty(SliceStore *store, Slice *slice, uint32_t main)
{
    CutKey *key = key_of(store, slice, main);
    if (key->next != 0 || key->closed != 0 || key->is_live == 0)
        return;
    key->is_live = 0;
    store->session->live--;
}

/* The first parts leave the chain; the first of them itself lives on where it has become a closed session. */
static void drop_first(SliceStore *store, Slice *slice, uint32_t main, const Parts *parts, CutSession session)
{
    uint32_t last = session.from + session.count, newer = last < parts->count ? parts->items[last].session : 0;
    for (uint32_t i = session.from; i < last; i++) {
        SessionHead *head = session_head(store, slice, parts->items[i].session);
        head->next = 0;
        if ((head->is_live & PART_IS_CLOSED) == 0)
            session_kill(store, slice, parts->items[i].session);
    }
    if (newer == 0)
        key_of(store, slice, main)->next = 0;
    else
        session_head(store, slice, newer)->next = 0;
}

static void add_closed(SliceStore *store, Slice *slice, uint32_t main, uint32_t closed)
{
    CutKey *key = key_of(store, slice, main);
    SessionHead *head = session_head(store, slice, closed);
    head->next = key->closed;
    key->closed = closed & ~SESSION_IS_FURTHER;
    session_add_timer(store, head->end_us, closed);
}

static void join_into(const SessionRow *row, const Parts *parts, CutSession session, uint32_t into)
{
    for (uint32_t i = session.from; i < session.from + session.count; i++) {
        SessionJoining joining = { row->fn, row->store, row->slice, row->slice, into, parts->items[i].session };
        if (parts->items[i].session != into)
            session_join_states(&joining);
    }
}

/* The parts of one session, the first of all, become one record. */
static void close_session(const SessionRow *row, const Parts *parts, CutSession session)
{
    uint32_t into = parts->items[session.from].session;
    join_into(row, parts, session, into);
    SessionHead *head = session_head(row->store, row->slice, into);
    head->end_us = session.end_us;
    head->is_live = PART_IS_LIVE | PART_IS_CLOSED;
    drop_first(row->store, row->slice, row->main, parts, session);
    add_closed(row->store, row->slice, row->main, into);
}

uint32_t session_cut_record(const SessionRow *row, const Parts *parts, CutSession session)
{
    uint32_t made = session_make_further(row->store, row->slice, row->main);
    if (made == 0)
        return 0;
    join_into(row, parts, session, made);
    SessionHead *head = session_head(row->store, row->slice, made);
    head->first_us = parts->items[session.from].time_us;
    head->end_us = session.end_us;
    head->is_live = PART_IS_LIVE | PART_IS_CLOSED;
    row->store->session->live++;
    return made;
}

uint32_t session_cut_done(const SessionRow *row, const Parts *parts, int64_t *end_us)
{
    uint32_t at = 0;
    *end_us = INT64_MIN;
    while (at < parts->count) {
        CutSession session = session_cut_one(row->store, parts, at, *end_us);
        if (done_us(row->store, session.end_us) > row->watermark_us)
            break;
        *end_us = session.end_us;
        at += session.count;
    }
    return at;
}

void session_cut_settle_done(const SessionRow *row)
{
    SliceStore *store = row->store;
    ArenaMark mark = arena_mark(row->fn->batch);
    Parts parts = session_parts(store, row->slice, row->main, row->fn->batch);
    int64_t end;
    uint32_t until = session_cut_done(row, &parts, &end);
    end = INT64_MIN;
    for (uint32_t at = 0; at < until;) {
        CutSession session = session_cut_one(store, &parts, at, end);
        end = session.end_us;
        if (is_shown(&parts, session))
            drop_first(store, row->slice, row->main, &parts, session);
        else
            close_session(row, &parts, session);
        at += session.count;
    }
    die_if_empty(store, row->slice, row->main);
    session_note_next_close(store);
    arena_release(row->fn->batch, mark);
}

/* Sessions that have closed and stay: copies of them wait to be emitted. */
static void show_closed(const SessionRow *row)
{
    SliceStore *store = row->store;
    ArenaMark mark = arena_mark(row->fn->batch);
    Parts parts = session_parts(store, row->slice, row->main, row->fn->batch);
    int64_t end = INT64_MIN;
    for (uint32_t at = 0; at < parts.count && !session_is_refused(store);) {
        CutSession session = session_cut_one(store, &parts, at, end);
        end = session.end_us;
        if (slice_close_us(end) > row->watermark_us)
            break;
        uint32_t copy = is_shown(&parts, session) ? 0 : session_cut_record(row, &parts, session);
        if (copy != 0)
            add_closed(store, row->slice, row->main, copy);
        for (uint32_t i = at; i < at + session.count; i++)
            session_head(store, row->slice, parts.items[i].session)->is_live |= PART_IS_SHOWN;
        at += session.count;
    }
    arena_release(row->fn->batch, mark);
}

int64_t session_cut_timer(const SessionHead *head, bool is_further)
{
    if (!is_further)
        return ((const CutKey *)head)->due_us;
    return (head->is_live & PART_IS_CLOSED) != 0 ? head->end_us : INT64_MAX;
}

/* Closed sessions that nothing can change any more go. */
static void forget(SliceStore *store, Slice *slice, uint32_t main, Parts *parts, int64_t watermark_us)
{
    while (parts->count > 0) {
        CutSession session = session_cut_one(store, parts, 0, INT64_MIN);
        if (!is_shown(parts, session) || done_us(store, session.end_us) > watermark_us)
            break;
        drop_first(store, slice, main, parts, session);
        parts->items += session.count;
        parts->count -= session.count;
    }
    die_if_empty(store, slice, main);
}

/* The end of the first session that is open. */
static int64_t first_open_end(const SliceStore *store, const Parts *parts)
{
    int64_t end = INT64_MIN;
    for (uint32_t at = 0; at < parts->count;) {
        CutSession session = session_cut_one(store, parts, at, end);
        end = session.end_us;
        if (!is_shown(parts, session))
            return end;
        at += session.count;
    }
    return INT64_MAX;
}

bool session_cut_closes(SliceStore *store, const SessionTimer *timer)
{
    Slice *slice = store->slices[0];
    uint32_t main = timer->session;
    CutKey *key = key_of(store, slice, main);
    int64_t asked = timer->end_us;
    bool is_true = key->due_us == asked && key->next != 0; /* else the key waits by another */
    Arena scratch;
    arena_init(&scratch);
    Parts parts = { 0 };
    if (is_true)
        parts = session_parts(store, slice, main, &scratch);
    bool closes = is_true && first_open_end(store, &parts) == asked;
    if (!closes)
        session_pop_timer(store->session);
    if (is_true && !closes) {
        key->due_us = INT64_MAX;
        forget(store, slice, main, &parts, slice_close_us(asked));
        session_cut_wait(store, slice, main, &parts);
    }
    arena_free(&scratch);
    return closes;
}

void session_cut_settle(FnCtx *fn, SliceStore *store, const SessionTimer *timer)
{
    SessionRow row = { .fn = fn,
                       .store = store,
                       .slice = store->slices[0],
                       .main = timer->session,
                       .watermark_us = slice_close_us(timer->end_us) };
    CutKey *key = key_of(store, row.slice, row.main);
    bool is_true = key->due_us == timer->end_us;
    session_pop_timer(store->session);
    if (!is_true)
        return;
    key->due_us = INT64_MAX;
    if (store->shape.keep_us > 0)
        show_closed(&row);
    session_cut_settle_done(&row);
    wait_anew(&row);
    session_note_next_close(store);
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
    die_if_empty(store, slice, main);
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

uint32_t session_cut_insert(const SessionRow *row, uint32_t flags)
{
    SliceStore *store = row->store;
    Slice *slice = row->slice;
    uint32_t newer = 0, at = key_of(store, slice, row->main)->next;
    while (at != 0 && session_head(store, slice, at | SESSION_IS_FURTHER)->first_us > row->time_us) {
        newer = at | SESSION_IS_FURTHER;
        at = session_head(store, slice, newer)->next;
    }
    bool is_there = at != 0 && session_head(store, slice, at | SESSION_IS_FURTHER)->first_us == row->time_us;
    if (is_there)
        (void)join_part(row, at | SESSION_IS_FURTHER, flags);
    else
        (void)make_part(row, newer, flags);
    return session_is_refused(store) ? 0 : store->session->current;
}

/* A row that is not the last of its key: the first session may end earlier now. */
static void *insert_row(const SessionRow *row, uint32_t flags)
{
    uint32_t session = session_cut_insert(row, flags);
    if (session == 0)
        return row->store->pool->trash + 1;
    wait_anew(row);
    return answer(row, session);
}

uint32_t session_part_place(const Parts *parts, int64_t time_us)
{
    uint32_t low = 0, high = parts->count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (parts->items[middle].time_us < time_us)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

Parts session_parts_with(const SessionRow *row, uint32_t flags, const Parts *parts)
{
    uint32_t place = session_part_place(parts, row->time_us);
    bool is_there = place < parts->count && parts->items[place].time_us == row->time_us;
    Parts with = { ARENA_ARRAY(row->fn->batch, Part, parts->count + 1), parts->count + !is_there };
    memcpy(with.items, parts->items, place * sizeof *with.items);
    memcpy(with.items + place + !is_there, parts->items + place, (parts->count - place) * sizeof *with.items);
    Part *own = &with.items[place];
    if (!is_there)
        *own = (Part){ row->time_us, row->end_us, PART_IS_LIVE | flags, 0 };
    own->flags = joined_flags(own->flags, PART_IS_LIVE | flags);
    own->end_us = row->end_us > own->end_us ? row->end_us : own->end_us;
    return with;
}

bool session_cut_is_late(const SessionRow *row, uint32_t flags, const Parts *parts, uint32_t at, int64_t end_us)
{
    Parts rest = { parts->items + at, parts->count - at };
    Parts with = session_parts_with(row, flags, &rest);
    int64_t before_us = row->time_us <= end_us ? INT64_MIN : end_us; /* what it does not touch holds it no less */
    return done_us(row->store, session_cut_one(row->store, &with, 0, before_us).end_us) <= row->watermark_us;
}

/* A row at or behind the watermark. */
static void *row_behind(const SessionRow *row, uint32_t flags)
{
    ArenaMark mark = arena_mark(row->fn->batch);
    int64_t end;
    Parts parts = session_parts(row->store, row->slice, row->main, row->fn->batch);
    uint32_t at = session_cut_done(row, &parts, &end);
    bool is_late = session_cut_is_late(row, flags, &parts, at, end);
    arena_release(row->fn->batch, mark);
    if (is_late)
        return NULL;
    if (at > 0 && row->time_us <= end)
        session_cut_settle_done(row);
    return insert_row(row, flags);
}

/* Where sessions stay to be corrected: does the row wait until the batch has gone through?  A row that may touch closed
 * sessions does, and all rows of its key behind it, so that they come in their order. */
static bool is_put_off(const SessionRow *row)
{
    return slice_close_us(row->time_us) <= row->watermark_us || key_of(row->store, row->slice, row->main)->pending > 0;
}

void *rt_session_cut_at(FnCtx *fn, SliceStore *store, int64_t time_us, int64_t end_us, uint32_t flags,
                        int64_t watermark_us)
{
    uint32_t main = store->current == NULL ? 0 : store->current->groups.last_ref;
    if (session_is_refused(store) || main == 0)
        return store->pool->trash + 1;
    store->late_end_us = end_us;
    store->late_flags = flags;
    SessionRow row = { fn, store, store->current, main, time_us, end_us, watermark_us };
    if (store->shape.keep_us > 0 && is_put_off(&row))
        return NULL;
    if (time_us <= watermark_us)
        return row_behind(&row, flags);
    if (slice_close_us(time_us) <= watermark_us)
        flags |= PART_IS_BEHIND;
    const CutKey *key = key_of(store, row.slice, main);
    if (key->next == 0)
        return insert_row(&row, flags);
    uint32_t last = key->next | SESSION_IS_FURTHER;
    const SessionHead *head = session_head(store, row.slice, last);
    if ((head->is_live & PART_IS_SHOWN) != 0 || time_us < head->first_us)
        return insert_row(&row, flags);
    if (time_us > head->first_us)
        return make_part(&row, 0, flags);
    if (joined_flags(head->is_live, flags) != head->is_live)
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
    fresh->pending = key->pending;
    fresh->next = next;
    fresh->is_live = key->is_live;
}
