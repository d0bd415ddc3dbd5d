/* session_store.c -- see session_store.h. */
#include "runtime/state/session_store.h"

#include "runtime/base/alloc.h"
#include "runtime/state/session_store_internal.h"

#include <assert.h>
#include <stdlib.h>

enum { DEAD_MIN = 4096 };

typedef struct SessionValue {
    uint32_t next;
    uint32_t is_live;
} SessionValue;

static_assert(sizeof(SessionHead) == WINDOW_SESSION_HEAD_BYTES, "what explain tells");

static GroupTable *further_of(Slice *slice)
{
    return session_further(slice);
}

static GroupTable *table_of(Slice *slice, uint32_t session)
{
    return (session & SESSION_IS_FURTHER) != 0 ? further_of(slice) : &slice->groups;
}

char *session_fields(Slice *slice, uint32_t session)
{
    GroupTable *table = table_of(slice, session);
    uint32_t ref = session & ~SESSION_IS_FURTHER;
    uint32_t fields_at = group_record_at(table, ref).fields_at;
    return group_record_write(table, ref) + fields_at;
}

static SessionHead *head_of(const SliceStore *store, Slice *slice, uint32_t session)
{
    return session_head(store, slice, session);
}

static bool is_refused(const SliceStore *store)
{
    return session_is_refused(store);
}

/* ---- the heap of ends ---- */

static void timer_up(SessionTimer *timers, uint32_t at)
{
    SessionTimer moved = timers[at];
    for (; at > 0 && timers[(at - 1) / 2].end_us > moved.end_us; at = (at - 1) / 2)
        timers[at] = timers[(at - 1) / 2];
    timers[at] = moved;
}

void session_timer_down(SessionTimer *timers, uint32_t count, uint32_t at)
{
    SessionTimer moved = timers[at];
    for (uint32_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && timers[child + 1].end_us < timers[child].end_us)
            child++;
        if (timers[child].end_us >= moved.end_us)
            break;
        timers[at] = timers[child];
    }
    timers[at] = moved;
}

void session_add_timer(SliceStore *store, int64_t end_us, uint32_t session)
{
    struct SessionState *state = store->session;
    if (!slice_array_reserve(store, (void **)&state->timers, &state->timer_capacity, state->timer_count + 1,
                             sizeof *state->timers))
        return;
    state->timers[state->timer_count] = (SessionTimer){ end_us, session };
    timer_up(state->timers, state->timer_count++);
}

void session_pop_timer(struct SessionState *state)
{
    state->timers[0] = state->timers[--state->timer_count];
    if (state->timer_count > 0)
        session_timer_down(state->timers, state->timer_count, 0);
}

void session_note_next_close(SliceStore *store)
{
    const struct SessionState *state = store->session;
    int64_t next = INT64_MAX;
    if (state->due_at < state->due_count)
        next = state->due_end_us;
    else if (state->timer_count > 0)
        next = state->timers[0].end_us;
    store->next_close_us = slice_close_us(next);
}

/* ---- the state beside the slice; after a restore it is worked out from the slice ---- */

static void scan_table(SliceStore *store, GroupTable *table, uint32_t mark)
{
    GroupWalk walk = GROUP_WALK_START;
    while (group_walk_next(table, &walk)) {
        const char *fields = group_record(table, walk.ref) + walk.record.fields_at;
        const SessionHead *head = (const SessionHead *)(fields + store->session->head_at);
        if (head->is_live == 0)
            continue;
        store->session->live++;
        store->session->closed += head->is_live == SESSION_CLOSED;
        int64_t waits_until = store->shape.is_cut ? session_cut_timer(head, mark != 0) : session_due(store, head);
        if (waits_until != INT64_MAX)
            session_add_timer(store, waits_until, walk.ref | mark);
    }
}

static void scan(SliceStore *store)
{
    struct SessionState *state = store->session;
    state->timer_count = 0;
    state->live = state->closed = state->dead_values = 0;
    if (store->slice_count > 0) {
        scan_table(store, &store->slices[0]->groups, 0);
        scan_table(store, further_of(store->slices[0]), SESSION_IS_FURTHER);
        state->next_number = further_of(store->slices[0])->group_count;
    }
    session_note_next_close(store);
}

static bool has_state(SliceStore *store)
{
    if (store->session != NULL)
        return true;
    struct SessionState *state = page_pool_charge(store->pool, sizeof *state) ? mem_alloc_zeroed(sizeof *state) : NULL;
    if (state == NULL)
        return false;
    state->value_sets = store->shape.distinct_count - 1;
    state->head_at = store->shape.groups.field_bytes - session_head_bytes(state->value_sets);
    store->session = state;
    scan(store);
    return true;
}

void session_state_release(SliceStore *store)
{
    struct SessionState *state = store->session;
    if (state == NULL)
        return;
    page_pool_discharge(store->pool, sizeof *state + state->timer_capacity * sizeof *state->timers +
                                         state->due_capacity * sizeof *state->due);
    mem_free(state->timers);
    mem_free(state->due);
    mem_free(state);
    store->session = NULL;
}

uint64_t session_count(const SliceStore *store)
{
    return store->session == NULL ? 0 : store->session->live - store->session->closed;
}

Slice *rt_session_slice(SliceStore *store)
{
    if (__builtin_expect(store->current != NULL, 1))
        return store->current;
    Slice *slice = slice_find_or_make(store, INT64_MIN, INT64_MAX, INT64_MAX);
    if (!has_state(store) || slice == store->trash) {
        page_pool_refuse(store->pool, STATE_REFUSED_MEMORY);
        return store->trash;
    }
    store->current = slice;
    return slice;
}

/* ---- values of DISTINCT ---- */

bool session_add_value(SliceStore *store, Slice *slice, uint32_t session, uint32_t number, char *key, uint32_t key_len)
{
    DistinctSet *set = &slice->distinct[number];
    memcpy(key, &session, sizeof session);
    SessionValue *value = group_upsert(set, key, key_len, key_hash(key, key_len));
    if (value->is_live != 0 || is_refused(store))
        return false;
    SessionHead *head = head_of(store, slice, session);
    *value = (SessionValue){ .next = head->values[number], .is_live = 1 };
    head->values[number] = set->last_ref;
    return true;
}

bool rt_session_distinct(SliceStore *store, uint32_t number, char *key, uint32_t key_len)
{
    if (is_refused(store))
        return false;
    return session_add_value(store, store->current, store->session->current, number, key, key_len);
}

/* ---- joining sessions ---- */

/* The values that one session saw, added to those of the other. */
static void join_values(const SessionJoining *joining, const AggFold *fold)
{
    FnCtx *fn = joining->fn;
    SliceStore *store = joining->store;
    DistinctSet *set = &joining->from_slice->distinct[fold->distinct];
    uint32_t first = head_of(store, joining->from_slice, joining->from)->values[fold->distinct];
    for (uint32_t at = first, next; at != 0 && !is_refused(store); at = next) {
        ArenaMark mark = arena_mark(fn->batch);
        GroupRecord record = group_record_at(set, at);
        SessionValue *value = (SessionValue *)(group_record_write(set, at) + record.fields_at);
        next = value->next;
        char *key = arena_alloc(fn->batch, record.key_len, 8);
        memcpy(key, record.key, record.key_len);
        uint32_t number = (uint32_t)fold->distinct;
        if (session_add_value(store, joining->into_slice, joining->into, number, key, record.key_len)) {
            RtDatum datum = fold_value(fn, fold, key, record.key_len);
            fn->user = fold->user;
            fold->step(fn, session_fields(joining->into_slice, joining->into) + fold->offset, &datum);
        }
        arena_release(fn->batch, mark);
    }
}

void session_join_states(const SessionJoining *joining)
{
    FnCtx *fn = joining->fn;
    const SliceShape *shape = &joining->store->shape;
    fn->heap = &joining->into_slice->heap;
    for (uint32_t i = 0; i < shape->fold_count && !is_refused(joining->store); i++) {
        const AggFold *fold = &shape->folds[i];
        char *state = session_fields(joining->into_slice, joining->into) + fold->offset;
        const char *part = session_fields(joining->from_slice, joining->from) + fold->offset;
        fn->user = fold->user;
        if (fold->distinct < 0)
            fold->merge(fn, state, part);
        else
            join_values(joining, fold);
    }
    fn->heap = NULL;
}

/* The record is free for its key; the chain stays. */
void session_kill(SliceStore *store, Slice *slice, uint32_t session)
{
    struct SessionState *state = store->session;
    SessionHead *head = head_of(store, slice, session);
    for (uint32_t number = 0; number < state->value_sets; number++) {
        DistinctSet *set = &slice->distinct[number];
        for (uint32_t at = head->values[number], next; at != 0; at = next) {
            uint32_t fields_at = group_record_at(set, at).fields_at;
            SessionValue *value = (SessionValue *)(group_record_write(set, at) + fields_at);
            next = value->next;
            *value = (SessionValue){ 0 };
            state->dead_values++;
        }
    }
    uint32_t next = head->next;
    state->closed -= head->is_live == SESSION_CLOSED;
    memset(session_fields(slice, session), 0, store->shape.groups.field_bytes);
    head->next = next;
    state->live--;
}

/* Takes a further session out of the chain of its key. */
static void unchain(SliceStore *store, Slice *slice, uint32_t main, uint32_t further)
{
    uint32_t *link = &head_of(store, slice, main)->next;
    while (*link != 0 && *link != (further & ~SESSION_IS_FURTHER))
        link = &head_of(store, slice, *link | SESSION_IS_FURTHER)->next;
    SessionHead *head = head_of(store, slice, further);
    *link = head->next;
    head->next = 0;
}

/* The session goes: it was emitted, and nobody can correct it. */
static void drop_session(SliceStore *store, Slice *slice, uint32_t session)
{
    uint32_t main;
    session_kill(store, slice, session);
    if ((session & SESSION_IS_FURTHER) == 0)
        return;
    memcpy(&main, group_record_at(further_of(slice), session & ~SESSION_IS_FURTHER).key, sizeof main);
    if (store->shape.is_cut)
        session_cut_unchain(store, slice, main, session);
    else
        unchain(store, slice, main, session);
}

uint32_t session_make_further(SliceStore *store, Slice *slice, uint32_t main)
{
    char key[12];
    GroupTable *further = further_of(slice);
    uint64_t number = store->session->next_number++;
    memcpy(key, &main, sizeof main);
    memcpy(key + sizeof main, &number, sizeof number);
    (void)group_insert(further, key, sizeof key, key_hash(key, sizeof key));
    if (is_refused(store))
        return 0;
    return further->last_ref | SESSION_IS_FURTHER;
}

/* One more session of the key, in front of the others; 0: refused. */
static uint32_t make_chained(SliceStore *store, Slice *slice, uint32_t main)
{
    uint32_t further = session_make_further(store, slice, main);
    if (further == 0)
        return 0;
    SessionHead *first = head_of(store, slice, main);
    head_of(store, slice, further)->next = first->next;
    first->next = further & ~SESSION_IS_FURTHER;
    return further;
}

/* ---- rows ---- */

void session_join(const SessionRow *row, uint32_t into, uint32_t other)
{
    SliceStore *store = row->store;
    SessionJoining joining = { row->fn, store, row->slice, row->slice, into, other };
    session_join_states(&joining);
    SessionHead *head = head_of(store, row->slice, into), *gone = head_of(store, row->slice, other);
    session_extend(head, gone->first_us, gone->end_us);
    session_kill(store, row->slice, other);
    if ((other & SESSION_IS_FURTHER) != 0)
        unchain(store, row->slice, row->main, other);
}

/* The session that the row joins, the others that it touches joined to it; 0: none. */
static uint32_t find_session(const SessionRow *row)
{
    SliceStore *store = row->store;
    uint32_t found = 0;
    for (uint32_t session = row->main, next; session != 0; session = next) {
        SessionHead *head = head_of(store, row->slice, session);
        next = head->next == 0 ? 0 : head->next | SESSION_IS_FURTHER;
        if (!session_touches(head, row->time_us, row->end_us, row->watermark_us))
            continue;
        if (found == 0)
            found = session;
        else
            session_join(row, found, session);
    }
    return found;
}

uint32_t session_make(const SessionRow *row)
{
    SliceStore *store = row->store;
    uint32_t session = row->main;
    if (head_of(store, row->slice, session)->is_live != SESSION_DEAD)
        session = make_chained(store, row->slice, row->main);
    if (session == 0)
        return 0;
    SessionHead *head = head_of(store, row->slice, session);
    head->first_us = row->time_us;
    head->end_us = row->end_us;
    head->is_live = SESSION_OPEN;
    store->session->live++;
    session_add_timer(store, row->end_us, session);
    session_note_next_close(store);
    return session;
}

static void *session_at_slow(const SessionRow *row)
{
    SliceStore *store = row->store;
    int64_t end_us = row->end_us;
    store->late_end_us = end_us;
    if (is_refused(store) || row->main == 0)
        return store->pool->trash + 1;
    if (store->shape.keep_us > 0 && session_meets_closed(row))
        return NULL;
    uint32_t session = find_session(row);
    if (session == 0) {
        if (end_us - MILLISECOND_US <= row->watermark_us)
            return NULL;
        session = session_make(row);
        if (session == 0)
            return store->pool->trash + 1;
    }
    session_extend(head_of(store, row->slice, session), row->time_us, end_us);
    store->session->current = session;
    return session_fields(row->slice, session);
}

void *rt_session_at(FnCtx *fn, SliceStore *store, void *fields, int64_t time_us, int64_t end_us, int64_t watermark_us)
{
    uint32_t main = store->current == NULL ? 0 : store->current->groups.last_ref;
    if (__builtin_expect(main != 0, 1)) {
        SessionHead *head = (SessionHead *)((char *)fields + store->session->head_at);
        if (__builtin_expect(head->next == 0 && session_touches(head, time_us, end_us, watermark_us), 1)) {
            session_extend(head, time_us, end_us);
            store->session->current = main;
            return fields;
        }
    }
    SessionRow row = { fn, store, store->current, main, time_us, end_us, watermark_us };
    return session_at_slow(&row);
}

/* ---- sweeping ---- */

static void copy_session(FnCtx *fn, SliceStore *store, Slice *from, uint32_t session, Slice *into, uint32_t main)
{
    uint32_t copy = (session & SESSION_IS_FURTHER) != 0 ? make_chained(store, into, main) : main;
    const SessionHead *head = head_of(store, from, session);
    if (copy == 0 || head->is_live == 0)
        return;
    SessionHead *fresh = head_of(store, into, copy);
    fresh->first_us = head->first_us;
    fresh->end_us = head->end_us;
    fresh->is_live = head->is_live;
    SessionJoining joining = { fn, store, into, from, copy, session };
    session_join_states(&joining);
}

/* The living into a slice of their own. */
static void sweep(SliceStore *store, FnCtx *fn)
{
    Slice *old = store->slices[0], *fresh = slice_make_successor(store);
    if (fresh == NULL)
        return;
    fresh->start_us = old->start_us;
    fresh->end_us = old->end_us;
    fresh->since_us = old->since_us;
    if (old->groups.is_single)
        group_make_single(&fresh->groups);
    GroupWalk walk = GROUP_WALK_START;
    while (group_walk_next(&old->groups, &walk) && !is_refused(store)) {
        const SessionHead *head = head_of(store, old, walk.ref);
        bool is_awaited = store->shape.is_cut && *session_cut_pending(store, old, walk.ref) > 0;
        if (head->is_live == 0 && head->next == 0 && !is_awaited)
            continue;
        GroupRecord record = group_record_at(&old->groups, walk.ref);
        (void)group_upsert(&fresh->groups, record.key, record.key_len,
                           fresh->groups.is_single ? 0 : key_hash(record.key, record.key_len));
        uint32_t main = fresh->groups.last_ref;
        if (store->shape.is_cut) {
            session_cut_copy(fn, store, old, walk.ref, fresh, main);
            continue;
        }
        copy_session(fn, store, old, walk.ref, fresh, main);
        for (uint32_t next = head->next; next != 0; next = head_of(store, old, next | SESSION_IS_FURTHER)->next)
            copy_session(fn, store, old, next | SESSION_IS_FURTHER, fresh, main);
    }
    store->slices[0] = fresh;
    store->current = NULL;
    slice_release_apart(store, old);
    scan(store);
}

static void sweep_if_due(SliceStore *store, FnCtx *fn)
{
    const struct SessionState *state = store->session;
    const Slice *slice = store->slices[0];
    uint64_t values = 0, records = slice->groups.group_count;
    records += slice->distinct[slice->distinct_count - 1].group_count;
    for (uint32_t i = 0; i < state->value_sets; i++)
        values += slice->distinct[i].group_count;
    if (records > 2 * state->live + DEAD_MIN || 2 * state->dead_values > values + DEAD_MIN)
        sweep(store, fn);
}

/* ---- windows ---- */

/* Ends that have moved on are put right until one is true. */
bool session_window_next(SliceStore *store, int64_t watermark_us)
{
    if (store->slice_count == 0 || !has_state(store) || is_refused(store))
        return false;
    struct SessionState *state = store->session;
    if (state->due_at < state->due_count)
        return slice_close_us(state->due_end_us) <= watermark_us;
    while (state->timer_count > 0 && slice_close_us(state->timers[0].end_us) <= watermark_us) {
        SessionTimer *first = &state->timers[0];
        if (store->shape.is_cut && (first->session & SESSION_IS_FURTHER) == 0) {
            if (session_cut_closes(store, first))
                break;
            continue;
        }
        const SessionHead *head = head_of(store, store->slices[0], first->session);
        bool is_true = head->is_live != SESSION_DEAD && session_due(store, head) == first->end_us;
        if (is_true && head->is_live != SESSION_CLOSED)
            break;
        if (head->is_live == SESSION_DEAD || is_true) {
            uint32_t session = first->session;
            session_pop_timer(state);
            if (is_true)
                drop_session(store, store->slices[0], session);
            continue;
        }
        first->end_us = session_due(store, head);
        session_timer_down(state->timers, state->timer_count, 0);
    }
    session_note_next_close(store);
    return store->next_close_us != INT64_MAX && store->next_close_us <= watermark_us;
}

typedef struct DueSession {
    uint32_t session;
    int64_t start_us;
    Str key;
} DueSession;

static int compare_due(const void *left, const void *right)
{
    const DueSession *a = left, *b = right;
    if (a->start_us != b->start_us)
        return a->start_us < b->start_us ? -1 : 1;
    return str_compare(a->key, b->key);
}

static DueSession due_session(SliceStore *store, uint32_t session)
{
    Slice *slice = store->slices[0];
    uint32_t main = session;
    if ((session & SESSION_IS_FURTHER) != 0)
        memcpy(&main, group_record_at(further_of(slice), session & ~SESSION_IS_FURTHER).key, sizeof main);
    GroupRecord record = group_record_at(&slice->groups, main);
    return (DueSession){ session, head_of(store, slice, session)->first_us, { record.key, record.key_len } };
}

/* A session that was corrected may wait twice.  Where sessions are cut, one that had closed for a row of a fast
 * partition went aside, and a row of a slow one may have made it again: two of one window and key are one result. */
static void keep_each(SliceStore *store, FnCtx *fn, const DueSession *sorted)
{
    struct SessionState *state = store->session;
    Slice *slice = store->slices[0];
    uint32_t kept = 0;
    for (uint32_t i = 0; i < state->due_count; i++) {
        const DueSession *last = i == 0 ? NULL : &sorted[i - 1];
        uint32_t session = sorted[i].session;
        bool is_same = last != NULL && last->start_us == sorted[i].start_us && str_equal(last->key, sorted[i].key);
        if (!is_same) {
            state->due[kept++] = session;
        } else if (session != last->session && store->shape.is_cut) {
            session_join_states(&(SessionJoining){ fn, store, slice, slice, state->due[kept - 1], session });
            drop_session(store, slice, session);
        } else if (session != last->session) {
            state->due[kept++] = session;
        }
    }
    state->due_count = kept;
}

/* All sessions of the first end, by start, then key. */
static bool collect_due(SliceStore *store, FnCtx *fn, Arena *scratch)
{
    struct SessionState *state = store->session;
    state->due_at = state->due_count = 0;
    state->due_end_us = state->timers[0].end_us;
    while (state->timer_count > 0 && state->timers[0].end_us == state->due_end_us) {
        uint32_t session = state->timers[0].session;
        if (store->shape.is_cut && (session & SESSION_IS_FURTHER) == 0) {
            session_cut_settle(fn, store, &state->timers[0]);
            continue;
        }
        const SessionHead *head = head_of(store, store->slices[0], session);
        if (head->is_live != SESSION_DEAD && session_due(store, head) != state->due_end_us) {
            state->timers[0].end_us = session_due(store, head);
            session_timer_down(state->timers, state->timer_count, 0);
            continue;
        }
        uint32_t was = head->is_live;
        session_pop_timer(state);
        if (was == SESSION_CLOSED)
            drop_session(store, store->slices[0], session);
        if (was == SESSION_DEAD || was == SESSION_CLOSED)
            continue;
        if (!slice_array_reserve(store, (void **)&state->due, &state->due_capacity, state->due_count + 1,
                                 sizeof *state->due))
            return false;
        state->due[state->due_count++] = session;
    }
    ArenaMark mark = arena_mark(scratch);
    DueSession *sorted = ARENA_ARRAY(scratch, DueSession, state->due_count + 1);
    for (uint32_t i = 0; i < state->due_count; i++)
        sorted[i] = due_session(store, state->due[i]);
    qsort(sorted, state->due_count, sizeof *sorted, compare_due);
    keep_each(store, fn, sorted);
    arena_release(scratch, mark);
    return true;
}

bool session_window_open(SliceStore *store, FnCtx *fn, Arena *scratch, SliceWindow *window)
{
    struct SessionState *state = store->session;
    if (state->due_at == state->due_count && !collect_due(store, fn, scratch))
        return false;
    GroupCursor *cursor = ARENA_NEW(scratch, GroupCursor);
    GroupItem *items = ARENA_ARRAY(scratch, GroupItem, state->due_count - state->due_at + 1);
    *cursor = (GroupCursor){ .table = &store->slices[0]->groups, .items = items };
    for (uint32_t i = state->due_at; i < state->due_count; i++) {
        DueSession due = due_session(store, state->due[i]);
        if (i == state->due_at)
            window->start_us = due.start_us;
        if (due.start_us != window->start_us)
            break;
        items[cursor->count++] =
            (GroupItem){ due.key.data, (uint32_t)due.key.len, session_fields(store->slices[0], due.session) };
    }
    state->due_run = cursor->count;
    window->end_us = state->due_end_us;
    window->groups = store->slices[0];
    window->cursor = cursor;
    return !is_refused(store);
}

void session_window_close(SliceStore *store, FnCtx *fn)
{
    struct SessionState *state = store->session;
    Slice *slice = store->slices[0];
    for (uint32_t end = state->due_at + state->due_run; state->due_at < end; state->due_at++) {
        uint32_t session = state->due[state->due_at];
        if (store->shape.keep_us == 0 || store->shape.is_cut) { /* those are copies */
            drop_session(store, slice, session);
            continue;
        }
        SessionHead *head = head_of(store, slice, session);
        head->is_live = SESSION_CLOSED;
        state->closed++;
        session_add_timer(store, session_due(store, head), session);
    }
    session_note_next_close(store);
    if (state->due_at == state->due_count)
        sweep_if_due(store, fn);
}
