/* session_store_internal.h -- what the two kinds of sessions have in common (session_store.c, session_cut.c), and how
 * late rows reach them (session_late.c, session_recut.c).
 *
 * A session, or a part of one, is named by its record: a reference into the groups of the slice, or, with
 * SESSION_IS_FURTHER, into its last set.
 *
 * Threads    task thread only. */
#ifndef SQC_STATE_SESSION_STORE_INTERNAL_H
#define SQC_STATE_SESSION_STORE_INTERNAL_H

#include "runtime/state/group_table_internal.h"
#include "runtime/state/session_store.h"
#include "runtime/state/slice_store_internal.h"

#define SESSION_IS_FURTHER ((uint32_t)1 << 31)

enum { MILLISECOND_US = 1000 };

typedef struct SessionTimer {
    int64_t end_us;
    uint32_t session;
} SessionTimer;

struct SessionState {
    uint32_t head_at, value_sets;
    uint32_t current; /* the session that a row joined last */
    uint32_t next_number;
    SessionTimer *timers; /* a heap, the earliest first */
    uint32_t timer_count, timer_capacity;
    uint32_t *due; /* sessions of one end, by start, then key */
    uint32_t due_at, due_count, due_run, due_capacity;
    int64_t due_end_us;
    uint64_t live, closed, dead_values; /* closed: of the living */
};

/* SessionHead.is_live: a session that was emitted stays where it may be corrected (SliceShape.keep_us).  Sessions that
 * are cut have flags of their own there, and do not stay. */
enum { SESSION_DEAD, SESSION_OPEN };
#define SESSION_CLOSED ((uint32_t)1 << 31)

/* A row on its way to its session; it alone would be [time_us, end_us). */
typedef struct SessionRow {
    FnCtx *fn;
    SliceStore *store;
    Slice *slice;
    uint32_t main; /* the record of the key */
    int64_t time_us, end_us, watermark_us;
} SessionRow;

/* One session as it becomes part of another, perhaps in another slice. */
typedef struct SessionJoining {
    FnCtx *fn;
    SliceStore *store;
    Slice *into_slice, *from_slice;
    uint32_t into, from;
} SessionJoining;

char *session_fields(Slice *slice, uint32_t session);

static inline GroupTable *session_further(Slice *slice)
{
    return &slice->distinct[slice->distinct_count - 1];
}

static inline SessionHead *session_head(const SliceStore *store, Slice *slice, uint32_t session)
{
    return (SessionHead *)(session_fields(slice, session) + store->session->head_at);
}

static inline bool session_is_refused(const SliceStore *store)
{
    return store->pool->refused != STATE_REFUSED_NOT;
}

/* The end at which something happens to the session: it closes, or goes. */
static inline int64_t session_due(const SliceStore *store, const SessionHead *head)
{
    int64_t due_us = head->end_us;
    if (head->is_live == SESSION_CLOSED && __builtin_add_overflow(due_us, store->shape.keep_us, &due_us))
        due_us = INT64_MAX;
    return due_us;
}

/* Does a row touch an open session: one that has not closed at the watermark before the row? */
static inline bool session_touches(const SessionHead *head, int64_t time_us, int64_t end_us, int64_t watermark_us)
{
    return head->is_live != SESSION_DEAD && end_us >= head->first_us && time_us <= head->end_us &&
           head->end_us - MILLISECOND_US > watermark_us;
}

static inline void session_extend(SessionHead *head, int64_t time_us, int64_t end_us)
{
    head->first_us = time_us < head->first_us ? time_us : head->first_us;
    head->end_us = end_us > head->end_us ? end_us : head->end_us;
}

/* `other`, of the row's key, becomes part of `into` and dies. */
void session_join(const SessionRow *row, uint32_t into, uint32_t other);
/* An open session of the row's key with nothing in it yet but its times; 0: refused. */
uint32_t session_make(const SessionRow *row);
/* True where the session sees the value for the first time; `key` begins with room for the session. */
bool session_add_value(SliceStore *store, Slice *slice, uint32_t session, uint32_t number, char *key, uint32_t key_len);
/* session_late.c: does a row touch a session of its key that has closed for it and may be corrected still? */
bool session_meets_closed(const SessionRow *row);

/* The aggregates of `from`, and the values that it saw, go into `into`. */
void session_join_states(const SessionJoining *joining);
/* The record is free for its key; the chain stays. */
void session_kill(SliceStore *store, Slice *slice, uint32_t session);
/* A further record of the key, in no chain yet; 0: refused. */
uint32_t session_make_further(SliceStore *store, Slice *slice, uint32_t main);

void session_add_timer(SliceStore *store, int64_t end_us, uint32_t session);
void session_pop_timer(struct SessionState *state);
void session_timer_down(SessionTimer *timers, uint32_t count, uint32_t at);
/* Recomputes next_close_us of the store. */
void session_note_next_close(SliceStore *store);

/* ---- session_late.c ---- */

/* The row of a delta, on its way into the sessions of its key. */
SessionRow session_late_row(const SessionLate *late);
/* What the delta holds goes into a session, or a part of one. */
void session_late_add(const SessionLate *late, const SessionRow *row, uint32_t session);
SessionShown session_late_show(const SessionRow *row, uint32_t session);

/* ---- session_cut.c ---- */

/* Of a part, beside SESSION_STARTS and SESSION_ENDS.  BEHIND: a session that ended at its time had closed already.
 * SHOWN: it stays to be corrected, and its session has been emitted; these parts come before the others. */
enum { PART_IS_LIVE = 1, PART_IS_CLOSED = 8, PART_IS_BEHIND = 16, PART_IS_SHOWN = 32 };

typedef struct Part {
    int64_t time_us, end_us;
    uint32_t flags, session;
} Part;

typedef struct Parts {
    Part *items; /* in the order of time */
    uint32_t count;
} Parts;

/* One session of some parts. */
typedef struct CutSession {
    uint32_t from, count; /* which parts */
    int64_t end_us;
} CutSession;

Parts session_parts(SliceStore *store, Slice *slice, uint32_t main, Arena *arena);
/* Where the row stands, or would stand, among the parts. */
uint32_t session_part_place(const Parts *parts, int64_t time_us);
/* The parts as they are with the row; its own has no record (session: 0) where no other has its time. */
Parts session_parts_with(const SessionRow *row, uint32_t flags, const Parts *parts);
/* The session that begins at `from`; the one before it, if any, ended at end_us (else INT64_MIN). */
CutSession session_cut_one(const SliceStore *store, const Parts *parts, uint32_t from, int64_t end_us);
/* Sessions from the front that nothing can change any more at the row's watermark: where the next begins.  *end_us:
 * where the last of them ends; INT64_MIN: there are none. */
uint32_t session_cut_done(const SessionRow *row, const Parts *parts, int64_t *end_us);
/* Those leave the key; what was not emitted yet waits to be. */
void session_cut_settle_done(const SessionRow *row);
/* Is the row late: would it make or leave a session that nothing can change any more?  `at`, `end_us`: as they came
 * from session_cut_done, of `parts`. */
bool session_cut_is_late(const SessionRow *row, uint32_t flags, const Parts *parts, uint32_t at, int64_t end_us);
/* The row's own part, made if needed; 0: refused. */
uint32_t session_cut_insert(const SessionRow *row, uint32_t flags);
/* A record with all that the parts of a session hold, in no chain; 0: refused. */
uint32_t session_cut_record(const SessionRow *row, const Parts *parts, CutSession session);
/* The timer of the key, after its parts have changed. */
void session_cut_wait(SliceStore *store, Slice *slice, uint32_t main, const Parts *parts);
/* Rows of the key that stand in deltas until the batch has gone through, and with them all that come behind. */
uint32_t *session_cut_pending(const SliceStore *store, Slice *slice, uint32_t main);

/* When a record has to be looked at; INT64_MAX: it is part of a session. */
int64_t session_cut_timer(const SessionHead *head, bool is_further);
/* A key whose turn may have come: true where its first session ends as the timer says; else the timer has moved. */
bool session_cut_closes(SliceStore *store, const SessionTimer *timer);
/* The sessions of the key that end as the timer says become records that wait by themselves; the timer goes. */
void session_cut_settle(FnCtx *fn, SliceStore *store, const SessionTimer *timer);
/* A session that has been emitted leaves its key. */
void session_cut_unchain(SliceStore *store, Slice *slice, uint32_t main, uint32_t further);
/* All of a key into another slice. */
void session_cut_copy(FnCtx *fn, SliceStore *store, Slice *from, uint32_t main, Slice *into, uint32_t into_main);

#endif
