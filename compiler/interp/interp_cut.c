/* interp_cut.c -- sessions that are cut by their length, or by rows that begin or end one.
 *
 * The rows of a key at one time are a part, kept in a list by key, then time; sessions are counted off from the front
 * whenever somebody asks.  Where late rows correct, parts of emitted sessions stay (is_closed), and what is emitted are
 * copies. */
#include "compiler/interp/interp_internal.h"

#include "runtime/base/alloc.h"

enum { PART_IS_BEHIND = 16 }; /* a session that ended at its time had closed already */

/* Parts of one key, in the order of time. */
typedef struct CutList {
    InterpGroup **parts;
    uint64_t count;
} CutList;

typedef struct CutSession {
    InterpGroup *const *parts;
    uint64_t count;
    int64_t end_us;
    bool is_same; /* with the row and without it */
} CutSession;

typedef struct CutSessions {
    CutSession *items;
    uint64_t count;
} CutSessions;

static int compare_part(const InterpGroup *part, Str key, int64_t time_us)
{
    int order = str_compare(part->key, key);
    return order != 0 ? order : (part->start_us > time_us) - (part->start_us < time_us);
}

static void add_part(InterpNode *state, uint64_t at, InterpGroup *part)
{
    if (state->part_count == state->part_capacity) {
        state->part_capacity = state->part_capacity == 0 ? 16 : 2 * state->part_capacity;
        state->parts = mem_resize(state->parts, state->part_capacity * sizeof *state->parts);
        if (state->parts == NULL)
            mem_exhausted();
    }
    memmove(state->parts + at + 1, state->parts + at, (state->part_count - at) * sizeof *state->parts);
    state->parts[at] = part;
    state->part_count++;
}

static uint64_t first_of_key(const InterpNode *state, Str key)
{
    uint64_t at = 0;
    while (at < state->part_count && str_compare(state->parts[at]->key, key) < 0)
        at++;
    return at;
}

/* The parts of the key that stands there, from there on. */
static CutList list_from(const InterpNode *state, uint64_t at, Str key)
{
    CutList list = { state->parts + at, 0 };
    while (at + list.count < state->part_count && str_equal(list.parts[list.count]->key, key))
        list.count++;
    return list;
}

/* The session at the front of the list, behind one that ended at end_us. */
static CutSession first_session(const InterpNode *state, const CutList *list, int64_t end_us)
{
    InterpGroup *const *parts = list->parts;
    int64_t most_us = state->node->as.window_agg.step_us;
    int64_t until_us = most_us == 0 ? INT64_MAX : parts[0]->start_us + most_us;
    int64_t own_us = parts[0]->end_us;
    uint64_t count = 1;
    for (; count < list->count; count++) {
        const InterpGroup *part = parts[count];
        bool touches = (part->flags & PART_IS_BEHIND) != 0 ? part->start_us < own_us : part->start_us <= own_us;
        bool is_cut = (part->flags & SESSION_STARTS) != 0 || (parts[count - 1]->flags & SESSION_ENDS) != 0;
        if (!touches || is_cut || part->start_us >= until_us)
            break;
        own_us = part->end_us > own_us ? part->end_us : own_us;
    }
    own_us = own_us < until_us ? own_us : until_us;
    return (CutSession){ parts, count, own_us > end_us ? own_us : end_us, false };
}

static void skip_session(CutList *list, const CutSession *session)
{
    list->parts += session->count;
    list->count -= session->count;
}

static CutSessions all_sessions(Interp *interp, const InterpNode *state, CutList list)
{
    CutSessions all = { ARENA_ARRAY(&interp->batch, CutSession, list.count + 1), 0 };
    int64_t end_us = INT64_MIN;
    while (list.count > 0) {
        all.items[all.count] = first_session(state, &list, end_us);
        end_us = all.items[all.count].end_us;
        skip_session(&list, &all.items[all.count++]);
    }
    return all;
}

static bool has_passed(int64_t watermark_us, int64_t end_us, int64_t kept_us)
{
    int64_t close_us;
    if (__builtin_add_overflow(end_us - MILLISECOND_US, kept_us, &close_us))
        close_us = INT64_MAX;
    return watermark_us >= close_us;
}

/* ---- closing ---- */

int64_t interp_cut_next(const InterpNode *state)
{
    int64_t least_us = INT64_MAX;
    for (uint64_t at = 0; at < state->part_count;) {
        CutList list = list_from(state, at, state->parts[at]->key);
        int64_t end_us = INT64_MIN;
        at += list.count;
        while (list.count > 0) {
            CutSession session = first_session(state, &list, end_us);
            end_us = session.end_us;
            if (!session.parts[0]->is_closed && end_us < least_us)
                least_us = end_us;
            skip_session(&list, &session);
        }
    }
    return least_us;
}

static void drop_parts(InterpNode *state, uint64_t at, uint64_t count)
{
    for (uint64_t i = at; i < at + count; i++)
        interp_free_group(state, state->parts[i]);
    state->part_count -= count;
    memmove(state->parts + at, state->parts + at + count, (state->part_count - at) * sizeof *state->parts);
}

static void join_parts(Interp *interp, const InterpNode *state, InterpGroup *into, const CutSession *session)
{
    for (uint64_t i = 0; i < session->count; i++)
        interp_join_group(interp, state, into, session->parts[i]);
}

static InterpWindow window_of(const CutSession *session)
{
    return (InterpWindow){ session->parts[0]->start_us, session->end_us, session->end_us };
}

/* The session as a group that waits to be emitted. */
static void add_group(Interp *interp, InterpNode *state, const CutSession *session)
{
    InterpWindow window = window_of(session);
    join_parts(interp, state, interp_find_group(state, &window, session->parts[0]->key), session);
}

static uint64_t close_key(Interp *interp, InterpNode *state, uint64_t at, int64_t close_us)
{
    bool stays = interp_kept_us(state->node) > 0;
    Str key = str_copy(&interp->batch, state->parts[at]->key);
    int64_t end_us = INT64_MIN;
    for (CutList list = list_from(state, at, key); list.count > 0; list = list_from(state, at, key)) {
        CutSession session = first_session(state, &list, end_us);
        end_us = session.end_us;
        bool closes = end_us == close_us && !session.parts[0]->is_closed;
        if (closes)
            add_group(interp, state, &session);
        for (uint64_t i = 0; closes && i < session.count; i++)
            session.parts[i]->is_closed = true;
        if (closes && !stays)
            drop_parts(state, at, session.count);
        else
            at += session.count;
    }
    return at;
}

void interp_cut_close(Interp *interp, InterpNode *state, int64_t end_us)
{
    for (uint64_t at = 0; at < state->part_count;)
        at = close_key(interp, state, at, end_us);
}

/* Sessions at the front of a key, from `at` on, that nothing can change any more: how many parts they have.  *end_us:
 * of the last of them. */
static uint64_t done_parts(const InterpNode *state, CutList list, int64_t watermark_us, int64_t *end_us)
{
    uint64_t count = 0;
    *end_us = INT64_MIN;
    while (list.count > 0) {
        CutSession session = first_session(state, &list, *end_us);
        if (!has_passed(watermark_us, session.end_us, interp_kept_us(state->node)))
            break;
        *end_us = session.end_us;
        count += session.count;
        skip_session(&list, &session);
    }
    return count;
}

void interp_cut_forget(InterpNode *state, int64_t watermark_us)
{
    for (uint64_t at = 0; at < state->part_count;) {
        int64_t end_us;
        CutList list = list_from(state, at, state->parts[at]->key);
        uint64_t left = list.count, done = done_parts(state, list, watermark_us, &end_us);
        drop_parts(state, at, done);
        at += left - done;
    }
}

/* What is done leaves the key; what was not emitted yet waits for that. */
static void settle_done(Interp *interp, InterpNode *state, uint64_t at, uint64_t count)
{
    CutSessions done = all_sessions(interp, state, (CutList){ state->parts + at, count });
    for (uint64_t i = 0; i < done.count; i++) {
        if (!done.items[i].parts[0]->is_closed)
            add_group(interp, state, &done.items[i]);
    }
    drop_parts(state, at, count);
}

/* ---- rows ---- */

static void join_flags(InterpGroup *part, uint32_t flags)
{
    uint32_t behind = part->flags & flags & PART_IS_BEHIND;
    part->flags = ((part->flags | flags) & (SESSION_STARTS | SESSION_ENDS)) | behind;
}

/* The part of the row, which has its place in the list now. */
static InterpGroup *insert_row(Interp *interp, InterpNode *state, const InterpCutRow *row, uint32_t flags)
{
    const InterpWindow *window = &row->window;
    uint64_t at = 0;
    while (at < state->part_count && compare_part(state->parts[at], row->key, window->start_us) < 0)
        at++;
    bool is_there = at < state->part_count && compare_part(state->parts[at], row->key, window->start_us) == 0;
    if (!is_there)
        add_part(state, at, interp_new_group(state, window, row->key));
    InterpGroup *part = state->parts[at];
    if (!is_there)
        part->flags = flags;
    join_flags(part, flags);
    part->end_us = window->end_us > part->end_us ? window->end_us : part->end_us;
    for (uint32_t i = 0; i < state->node->as.window_agg.call_count; i++)
        interp_step_call(interp, state, part, i, &row->inputs[i], false);
    return part;
}

/* The list with the row; `own` becomes its part, without what that holds. */
static CutList list_with(Interp *interp, const InterpCutRow *row, const CutList *list, InterpGroup *own)
{
    CutList with = { ARENA_ARRAY(&interp->batch, InterpGroup *, list->count + 1), 0 };
    uint64_t i = 0;
    *own = (InterpGroup){ .start_us = row->window.start_us, .end_us = row->window.end_us, .flags = row->flags };
    for (; i < list->count && list->parts[i]->start_us < own->start_us; i++)
        with.parts[with.count++] = list->parts[i];
    with.parts[with.count++] = own;
    if (i < list->count && list->parts[i]->start_us == own->start_us) {
        own->end_us = list->parts[i]->end_us > own->end_us ? list->parts[i]->end_us : own->end_us;
        own->flags = list->parts[i]->flags;
        join_flags(own, row->flags);
        i++;
    }
    for (; i < list->count; i++)
        with.parts[with.count++] = list->parts[i];
    return with;
}

static void find_same(const CutSessions *before, const CutSessions *after)
{
    for (uint64_t b = 0; b < before->count; b++) {
        for (uint64_t a = 0; a < after->count; a++) {
            CutSession *was = &before->items[b], *now = &after->items[a];
            bool is_same = was->count == now->count && was->end_us == now->end_us;
            for (uint64_t i = 0; is_same && i < was->count; i++)
                is_same = was->parts[i] == now->parts[i];
            was->is_same |= is_same;
            now->is_same |= is_same;
        }
    }
}

static void show(Interp *interp, const InterpNode *state, const CutSession *session, RowChange change, InterpLaters *to)
{
    InterpWindow window = window_of(session);
    InterpGroup *copy = interp_new_group(state, &window, session->parts[0]->key);
    join_parts(interp, state, copy, session);
    interp->capture = to;
    interp_push_result(interp, state, copy, change);
    interp->capture = NULL;
    interp_free_group(state, copy);
}

/* The row in its place, and what changes of what was emitted. */
static void recut(Interp *interp, InterpNode *state, const InterpCutRow *row, CutSessions before, CutList with)
{
    InterpLaters was = { 0 }, is = { 0 };
    CutSessions after = all_sessions(interp, state, with);
    find_same(&before, &after);
    for (uint64_t i = 0; i < before.count; i++) {
        if (before.items[i].parts[0]->is_closed && !before.items[i].is_same)
            show(interp, state, &before.items[i], ROW_DELETE, &was);
    }
    InterpGroup *part = insert_row(interp, state, row, row->flags);
    for (uint64_t i = 0; i < with.count; i++)
        with.parts[i] = with.parts[i]->start_us == part->start_us ? part : with.parts[i];
    for (uint64_t i = 0; i < after.count; i++) {
        CutSession *session = &after.items[i];
        if (session->is_same)
            continue;
        bool is_closed = has_passed(state->closed_us, session->end_us, 0);
        for (uint64_t k = 0; k < session->count; k++)
            session->parts[k]->is_closed = is_closed;
        if (is_closed)
            show(interp, state, session, ROW_INSERT, &is);
    }
    interp_late_changes(interp, &was, &is);
}

bool interp_cut_row(Interp *interp, InterpNode *state, const InterpCutRow *row)
{
    int64_t time_us = row->window.start_us, watermark_us = row->watermark_us, done_us;
    if (interp_kept_us(state->node) == 0 && time_us > watermark_us) {
        bool is_behind = time_us - MILLISECOND_US <= watermark_us;
        (void)insert_row(interp, state, row, row->flags | (is_behind ? PART_IS_BEHIND : 0));
        return true;
    }
    uint64_t at = first_of_key(state, row->key);
    CutList list = list_from(state, at, row->key);
    uint64_t done = done_parts(state, list, watermark_us, &done_us);
    CutList rest = { list.parts + done, list.count - done };
    InterpGroup own;
    CutList with = list_with(interp, row, &rest, &own);
    bool overlaps = time_us <= done_us;
    CutSession first = first_session(state, &with, overlaps ? INT64_MIN : done_us);
    if (has_passed(watermark_us, first.end_us, interp_kept_us(state->node)))
        return false;
    CutList kept = { ARENA_ARRAY(&interp->batch, InterpGroup *, rest.count + 1), rest.count };
    for (uint64_t i = 0; i < rest.count; i++) /* the list of all moves */
        kept.parts[i] = rest.parts[i];
    CutSessions before = all_sessions(interp, state, kept);
    if (overlaps)
        settle_done(interp, state, at, done);
    recut(interp, state, row, before, with);
    return true;
}
