/* session_store.h -- sessions: for each key the runs of its rows that are no further apart than a gap, which may be
 * another for each row.
 *
 * All sessions of a unit stand in one slice.  The record of a key holds its first session beside the aggregates; where
 * rows come out of order a key may have several, which stand in the last of the slice's distinct sets and are chained.
 *
 *   groups     key            -> fields, SessionHead
 *   last set   (key, number)  -> fields, SessionHead      further sessions of the key
 *   other sets (session, value) -> SessionValue           what DISTINCT saw, chained by session
 *
 * A row at t alone would be a session from t to t + gap; it joins those of its key that it touches, and they become
 * one: the order of rows does not matter.  A session ends where the last of its rows would, and closes like any window;
 * a row does not join a session that has closed at the watermark before the row, whether it was emitted yet or not, so
 * that it does not matter when that is done.  Sessions that are cut by rows or by their length: session_cut.c.
 *
 * Where late rows correct (keep_us), a session that was emitted stays so long, and a row that touches one joins it:
 * then what was emitted is taken back, and the joined session is open again or closed, as its end says.
 *
 * Each live session waits in a heap by an end, which may have moved on since; it is looked at when its turn comes.
 * Records of dead sessions are used again by their key, and swept when there are more of them than of the living.
 *
 * Units      *_us is microseconds since 1970-01-01.
 * Ownership  the store's.
 * Threads    task thread only.
 * Errors     a refused pool (page.h): trash.
 * Cost       a row about 5 ns beside finding its key; a session two moves in the heap. */
#ifndef SQC_STATE_SESSION_STORE_H
#define SQC_STATE_SESSION_STORE_H

#include "runtime/state/slice_window.h"

typedef struct SessionHead {
    int64_t first_us, end_us;
    uint32_t next; /* further session of the key, as a reference into the last set; 0: none */
    uint32_t is_live;
    uint32_t values[]; /* first of the values of each DISTINCT aggregate; 0: none */
} SessionHead;

/* Bytes behind the fields of a group. */
static inline uint32_t session_head_bytes(uint32_t distinct_count)
{
    return (uint32_t)(sizeof(SessionHead) + distinct_count * sizeof(uint32_t) + 7) / 8 * 8;
}

/* ---- for each row, from generated code ---- */
/* Where the keys are: upsert the key, then ask for its session. */
Slice *rt_session_slice(SliceStore *store);
/* The fields of the session that the row at this time joins, made or merged as needed; NULL: late.  `fields` are those
 * that the upsert of its key has just answered. */
void *rt_session_at(FnCtx *fn, SliceStore *store, void *fields, int64_t time_us, int64_t end_us, int64_t watermark_us);
/* The same where sessions are cut (session_cut.c), of the key upserted last.  `flags`: SESSION_STARTS, SESSION_ENDS. */
void *rt_session_cut_at(FnCtx *fn, SliceStore *store, int64_t time_us, int64_t end_us, uint32_t flags,
                        int64_t watermark_us);
/* As rt_distinct_insert, for the session that was answered last. */
bool rt_session_distinct(SliceStore *store, uint32_t number, char *key, uint32_t key_len);

/* ---- late rows, where sessions that were emitted stay to be corrected (SliceShape.keep_us) ---- */
/* A row that rt_session_at answered NULL for: is it in time to correct something? */
bool session_is_corrected(SliceStore *store, int64_t time_us, int64_t watermark_us);

/* A row that stands alone in a slice (slice_late.h). */
typedef struct SessionLate {
    FnCtx *fn;
    SliceStore *store;
    Slice *delta;
    int64_t time_us, end_us; /* of the row; of the session that it would be alone */
    uint32_t flags;          /* SESSION_STARTS, SESSION_ENDS */
    int64_t watermark_us;    /* before it, of its partition */
    int64_t now_us;          /* sessions have been emitted up to here */
} SessionLate;

typedef struct SessionShown {
    int64_t start_us, end_us;
    GroupItem item; /* in the store's first slice */
} SessionShown;

/* The emitted sessions that the row touches, by end: they are as they were. */
uint32_t session_late_shown(const SessionLate *late, SessionShown **shown);
/* Joins the row and all that it touches.  True: the session has closed already, and is to be emitted as it is now. */
bool session_late_join(const SessionLate *late, SessionShown *shown);

/* ---- the same of sessions that are cut (session_recut.c): what was emitted, what is now ---- */

/* A row that rt_session_cut_at answered NULL for goes into a delta; until that is done, so do all rows of its key. */
void session_recut_put_off(SliceStore *store);

typedef struct SessionRecut {
    SessionShown *before, *after; /* sessions that were emitted and are no more; that are, and were not */
    uint32_t before_count, after_count;
    bool corrects; /* a session that had closed for the row */
} SessionRecut;

/* What the row will take back, as it was emitted; NULL: the row is late for good. */
struct SessionRecutState *session_recut_open(const SessionLate *late, SessionRecut *recut);
/* The row joins its session, and what is cut otherwise now is to be emitted. */
void session_recut_join(struct SessionRecutState *state, SessionRecut *recut);
/* `recut` is no more. */
void session_recut_close(struct SessionRecutState *state);

/* ---- for slice_window.c ---- */
bool session_window_next(SliceStore *store, int64_t watermark_us);
bool session_window_open(SliceStore *store, FnCtx *fn, Arena *scratch, SliceWindow *window);
void session_window_close(SliceStore *store, FnCtx *fn);
uint64_t session_count(const SliceStore *store);

#endif
