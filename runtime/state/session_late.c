/* session_late.c -- late rows and the sessions that they touch; see session_store.h. */
#include "runtime/state/session_store_internal.h"

#include "runtime/state/state_hot.h"

#include <assert.h>
#include <stdlib.h>

static int64_t plus(int64_t time_us, int64_t more_us)
{
    int64_t sum;
    return __builtin_add_overflow(time_us, more_us, &sum) ? INT64_MAX : sum;
}

static bool touches_closed(const SessionRow *row, const SessionHead *head)
{
    int64_t close_us = head->end_us - MILLISECOND_US;
    return head->is_live != SESSION_DEAD && row->end_us >= head->first_us && row->time_us <= head->end_us &&
           close_us <= row->watermark_us && row->watermark_us < plus(close_us, row->store->shape.keep_us);
}

static bool is_touched(const SessionRow *row, const SessionHead *head)
{
    return session_touches(head, row->time_us, row->end_us, row->watermark_us) || touches_closed(row, head);
}

static uint32_t next_of(const SessionHead *head)
{
    return head->next == 0 ? 0 : head->next | SESSION_IS_FURTHER;
}

bool session_meets_closed(const SessionRow *row)
{
    bool found = false;
    for (uint32_t session = row->main; session != 0 && !found;) {
        const SessionHead *head = session_head(row->store, row->slice, session);
        found = touches_closed(row, head);
        session = next_of(head);
    }
    return found;
}

bool session_is_corrected(SliceStore *store, int64_t time_us, int64_t watermark_us)
{
    uint32_t main = store->current == NULL ? 0 : store->current->groups.last_ref;
    int64_t end_us = store->late_end_us; /* each row may have a gap of its own */
    SessionRow row = { NULL, store, store->current, main, time_us, end_us, watermark_us };
    bool alone = watermark_us < plus(end_us - MILLISECOND_US, store->shape.keep_us);
    return session_is_refused(store) || alone || session_meets_closed(&row);
}

SessionRow session_late_row(const SessionLate *late)
{
    Slice *slice = late->store->slices[0];
    GroupTable *groups = &slice->groups;
    GroupCursor *own = rt_groups_sorted(&late->delta->groups, late->fn->batch);
    uint32_t main = 0;
    if (rt_groups_next(own)) { /* the record may have been swept while the row waited */
        (void)group_upsert(groups, own->key, own->key_len, group_hash(groups, own->key, own->key_len));
        main = groups->last_ref;
    }
    return (SessionRow){ late->fn, late->store, slice, main, late->time_us, late->end_us, late->watermark_us };
}

SessionShown session_late_show(const SessionRow *row, uint32_t session)
{
    const SessionHead *head = session_head(row->store, row->slice, session);
    GroupRecord record = group_record_at(&row->slice->groups, row->main);
    return (SessionShown){ .start_us = head->first_us,
                           .end_us = head->end_us,
                           .item = { record.key, record.key_len, session_fields(row->slice, session) } };
}

static int compare_shown(const void *left, const void *right)
{
    const SessionShown *a = left, *b = right;
    if (a->end_us != b->end_us)
        return a->end_us < b->end_us ? -1 : 1;
    return (a->start_us > b->start_us) - (a->start_us < b->start_us);
}

uint32_t session_late_shown(const SessionLate *late, SessionShown **shown)
{
    SessionRow row = session_late_row(late);
    uint32_t count = 0, room = 1;
    for (uint32_t session = row.main; session != 0; room++)
        session = next_of(session_head(late->store, row.slice, session));
    *shown = ARENA_ARRAY(late->fn->batch, SessionShown, room);
    for (uint32_t session = row.main, next; session != 0; session = next) {
        const SessionHead *head = session_head(late->store, row.slice, session);
        next = next_of(head);
        if (head->is_live == SESSION_CLOSED && is_touched(&row, head))
            (*shown)[count++] = session_late_show(&row, session);
    }
    assert(count < room);
    if (count > 1)
        qsort(*shown, count, sizeof **shown, compare_shown);
    return count;
}

/* All that the row touches in one session; 0: it touches none. */
static uint32_t join_touched(const SessionRow *row)
{
    uint32_t found = 0;
    for (uint32_t session = row->main, next; session != 0; session = next) {
        const SessionHead *head = session_head(row->store, row->slice, session);
        next = next_of(head);
        if (!is_touched(row, head))
            continue;
        if (found == 0)
            found = session;
        else
            session_join(row, found, session);
    }
    return found;
}

/* The values of a DISTINCT call that the delta saw. */
static void add_values(const SessionLate *late, const SessionRow *row, uint32_t session, const AggFold *fold)
{
    GroupWalk walk = GROUP_WALK_START;
    while (group_walk_next(&late->delta->distinct[fold->distinct], &walk) && !session_is_refused(late->store)) {
        uint32_t key_len = walk.record.key_len;
        char *key = arena_alloc(late->fn->batch, key_len, 8);
        memcpy(key, walk.record.key, key_len);
        if (!session_add_value(late->store, row->slice, session, (uint32_t)fold->distinct, key, key_len))
            continue;
        RtDatum datum = fold_value(late->fn, fold, key, key_len);
        late->fn->user = fold->user;
        fold->step(late->fn, session_fields(row->slice, session) + fold->offset, &datum);
    }
}

void session_late_add(const SessionLate *late, const SessionRow *row, uint32_t session)
{
    FnCtx *fn = late->fn;
    const SliceShape *shape = &late->store->shape;
    GroupCursor *own = rt_groups_sorted(&late->delta->groups, fn->batch);
    bool has_row = rt_groups_next(own);
    fn->heap = &row->slice->heap;
    for (uint32_t i = 0; has_row && i < shape->fold_count && !session_is_refused(late->store); i++) {
        const AggFold *fold = &shape->folds[i];
        const char *part = (const char *)own->fields + fold->offset;
        fn->user = fold->user;
        if (fold->distinct >= 0)
            add_values(late, row, session, fold);
        else
            fold->merge(fn, session_fields(row->slice, session) + fold->offset, part);
    }
    fn->heap = NULL;
}

bool session_late_join(const SessionLate *late, SessionShown *shown)
{
    SliceStore *store = late->store;
    SessionRow row = session_late_row(late);
    if (session_is_refused(store) || row.main == 0)
        return false;
    uint32_t session = join_touched(&row);
    bool was_closed = session != 0 && session_head(store, row.slice, session)->is_live == SESSION_CLOSED;
    if (session == 0)
        session = session_make(&row);
    if (session == 0)
        return false;
    session_late_add(late, &row, session);
    SessionHead *head = session_head(store, row.slice, session);
    session_extend(head, row.time_us, row.end_us);
    bool is_closed = slice_close_us(head->end_us) <= late->now_us;
    head->is_live = is_closed ? SESSION_CLOSED : SESSION_OPEN;
    store->session->closed += (uint64_t)is_closed - (uint64_t)was_closed;
    if (was_closed && !is_closed)
        session_add_timer(store, head->end_us, session);
    session_note_next_close(store);
    if (is_closed)
        *shown = session_late_show(&row, session);
    return is_closed && !session_is_refused(store);
}
