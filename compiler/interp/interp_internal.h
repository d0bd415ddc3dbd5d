/* interp_internal.h -- what the two files of the interpreter share. */
#ifndef SQC_INTERP_INTERP_INTERNAL_H
#define SQC_INTERP_INTERP_INTERNAL_H

#include "compiler/interp/interp.h"
#include "compiler/logical/expr_eval.h"
#include "runtime/base/vec.h"
#include "runtime/state/heap.h"

enum { MILLISECOND_US = 1000 };

typedef struct InterpPartition {
    int64_t watermark_us; /* INT64_MIN: none yet */
    int64_t now_us;       /* largest event time, 1970-01-01 before the first */
    bool is_finished;
    bool has_spoken, is_idle;        /* is_idle: said to be silent until its next row */
    int64_t first_us;                /* time of its first record, where it has spoken */
    struct InterpLateness *lateness; /* ADAPTIVE: of the rows so far */
} InterpPartition;

/* The values of DISTINCT in one group, as key encodings in ascending order. */
typedef struct InterpSet {
    Str *items;
    uint64_t count, capacity;
} InterpSet;

typedef struct InterpWindow {
    int64_t start_us, end_us; /* wall time where the windows have a calendar */
    int64_t close_us;         /* the instant of end_us */
} InterpWindow;

typedef struct InterpWindows {
    Arena *arena;
    VEC(InterpWindow) list;
} InterpWindows;

/* How windows are cut from a time. */
typedef struct WindowCut {
    WindowKind kind;
    int64_t size_us, step_us, offset_us;
    int32_t size_months, step_months;
    const struct Zone *zone;
} WindowCut;

/* Sizes and calendar of a WINDOW_AGG or WINDOW_ROWS. */
#define WINDOW_CUT(of)                                                                                                 \
    ((WindowCut){ (of)->kind, (of)->size_us, (of)->step_us, (of)->offset_us,                                           \
                  (of)->calendar == NULL ? 0 : (of)->calendar->size_months,                                            \
                  (of)->calendar == NULL ? 0 : (of)->calendar->step_months,                                            \
                  (of)->calendar == NULL ? NULL : (of)->calendar->zone })

typedef struct InterpGroup {
    int64_t start_us, end_us, close_us; /* of its window */
    int64_t last_us;                    /* end of its last row's first window */
    uint32_t flags;                     /* SESSION: of a part, SESSION_STARTS, .. */
    Str key;
    char *states;
    InterpSet *sets;    /* one per call */
    int64_t rows;       /* without a window: in the group */
    int64_t touched_us; /* .. time of the row that changed it last, STATE_TTL */
    bool is_closed;     /* emitted, and kept to be corrected; of a part: its session was emitted */
} InterpGroup;

/* The groups of one window. */
typedef struct InterpWindowGroups {
    InterpGroup *const *groups;
    uint64_t count;
} InterpWindowGroups;

/* What happens behind the row in progress, in this order: a result that changed, or a row of a late stream. */
typedef struct InterpLater {
    const PhysNode *node; /* a sink; a scan of late rows: push `columns` */
    RowChange change;
    char *row;
    const RtDatum *columns;
    Str key; /* of the group that was pushed: interp->capture_key */
} InterpLater;

typedef struct InterpLaters {
    VEC(InterpLater) list;
} InterpLaters;

/* Of one call: does the row count, and with which value? */
typedef struct CallInput {
    bool counts;
    RtDatum arg;
    const RtDatum *args; /* of an aggregate with several; else NULL */
} CallInput;

/* A result of a corrected window that goes into, or out of, a window above that has closed. */
typedef struct InterpChange {
    const PhysNode *node;
    InterpWindow window;
    Str key;
    const CallInput *inputs;
    bool retracts, is_done;
} InterpChange;

/* A row of an open window that a sink was told of: EMIT EVERY. */
typedef struct InterpShown {
    int64_t start_us, end_us, close_us; /* of its window */
    Str key;                            /* of its group */
    const PhysNode *sink;
    uint32_t n; /* among the rows of the group for this sink */
    char *row;
    bool is_seen; /* in the pass in progress */
} InterpShown;

/* A row of a TOP. */
typedef struct InterpTopRow {
    Str partition, order, rest; /* as keys */
    const RtDatum *columns;
    uint64_t id;
} InterpTopRow;

/* What a group without a window has to tell at the next tick; rows may be NULL. */
typedef struct InterpPending {
    Str key;
    const RtDatum *before, *after;
} InterpPending;

typedef struct InterpNode {
    const PhysNode *node;
    InterpCounts counts;
    /* SCAN with DEDUPLICATE BY: the rows that count, by key */
    struct InterpSeen *seen;
    uint64_t seen_count, seen_capacity;
    /* WINDOW_AGG */
    bool *scans;          /* which scans are below */
    InterpGroup **groups; /* ordered by close_us, then start_us, then key */
    uint64_t group_count, group_capacity;
    uint64_t closed_count; /* of the groups: kept to be corrected */
    uint32_t *offsets;     /* of each call's state */
    uint32_t state_bytes;
    int64_t closed_us;          /* watermark up to which windows were closed */
    VEC(InterpShown) shown;     /* by window, then key, sink, n */
    VEC(InterpPending) pending; /* by key */
    int64_t clock_us;           /* GROUP_AGG: the largest time of its rows, STATE_TTL */
    int64_t interval;           /* in which the watermark was, INT64_MIN: nowhere yet */
    /* Sessions that are cut: parts that stand in no group yet, by key, then time. */
    InterpGroup **parts;
    uint64_t part_count, part_capacity;
    VEC(InterpTopRow) top; /* TOP: by partition, order, rest */
    uint64_t top_ids;
    /* RANK: of the row before */
    Str rank_partition, rank_order;
    int64_t rank_rows, rank, rank_dense;
    /* LOOKUP_JOIN: rows of the table, column by column */
    RtDatum **rows;
    Str *row_keys;
    uint64_t row_count, row_capacity;
} InterpNode;

/* A row on its way: values, and error bits where it is a scan row. */
typedef struct InterpRow {
    const RtDatum *columns;
    const uint64_t *errors; /* NULL: none */
    RowChange change;
    const RtDatum *other; /* of an update: its other half; NULL: the halves go ways of their own */
} InterpRow;

/* Where the rows on their way come from. */
typedef struct InterpOrigin {
    uint32_t scan, partition;
    uint64_t position;
    int64_t watermark_us; /* before the row; for a group: the aggregate above uses its own */
    bool is_group;
    int64_t last_us; /* is_group: window_time of what is emitted */
} InterpOrigin;

struct Interp {
    Arena *arena;
    const PhysProgram *program;
    InterpOptions options;
    InterpNode *nodes;            /* by node id */
    InterpPartition **partitions; /* by scan, partition */
    Arena batch;                  /* of the row in progress */
    FnCtx fn;
    FnFailure *column_failures; /* of the row in progress, by column of its scan */
    InterpOrigin origin;
    const InterpRow *scan_row;      /* the row in progress; NULL: a row that was made from it is */
    bool row_is_bad;                /* told already */
    bool counted_bad, counted_late; /* the row, in: */
    InterpCounts totals;            /* late and bad, of the run */
    uint32_t *failed_columns;       /* of the row in progress, in the order of failing */
    uint32_t failed_count;
    InterpLaters later;        /* behind the row in progress */
    InterpLaters *capture;     /* where rows for sinks go while a result is corrected; NULL: out */
    Str capture_key;           /* the group that is pushed */
    VEC(InterpChange) changes; /* that the correction in hand has brought */
    RowChange next;            /* what the row to come does */
    bool corrects;             /* what is pushed was said before, or is said anew */
    bool is_early;             /* .. is not final: what is wrong with it is counted when it is */
    PagePool pool;             /* of what aggregates keep by themselves */
    HeapPages heap_pages;
    StateHeap heap;
};

/* interp.c */
void interp_push(Interp *interp, const PhysNode *from, InterpRow row);
/* Counts the row bad behind the node and forgets the failure. */
void interp_bad(Interp *interp, const PhysNode *node, RtBadReason reason, uint32_t column);
/* A value, or false: it failed and the row was counted bad. */
bool interp_value(Interp *interp, const PhysNode *node, const Expr *expr, InterpRow row, RtDatum *out);
/* The key encoding of some values, in the batch arena. */
Str interp_key(Interp *interp, const RtDatum *values, uint32_t count);

/* What a row of a scan has where `wanted` says; `otherwise` where it has nothing good there. */
RtDatum interp_source_value(const PhysNode *scan, const InterpRow *row, const ScanSource *wanted, RtDatum otherwise);
/* interp_dedup.c: is the row of a scan a copy of one that counts?  If not, it counts from now on. */
bool interp_is_copy(Interp *interp, const PhysNode *scan, InterpRow row);
void interp_dedup_release(InterpNode *state);

/* interp_late.c: a row missed its window for good. */
void interp_late_row(Interp *interp, const PhysNode *node, const InterpWindow *missed);
/* What reached sinks before and after a correction, as changes behind the row in progress. */
void interp_late_changes(Interp *interp, const InterpLaters *before, const InterpLaters *after);
/* Lets all of it happen. */
void interp_late_done(Interp *interp);

/* interp_adaptive.c: the watermark behind a row with this time, by the lateness of the rows so far. */
int64_t interp_adaptive_tick(Interp *interp, InterpPartition *partition, const AdaptiveSpec *spec, int64_t time_us);
int64_t interp_adaptive(Interp *interp, InterpPartition *partition, const AdaptiveSpec *spec, int64_t time_us);

/* interp_aside.c: the row in progress is bad, told once. */
void interp_aside_bad(Interp *interp, RtBadReason reason, const FnFailure *failure);
/* The same of a row with a bad column that no statement reads: the stream of bad rows reads them all. */
void interp_aside_unread(Interp *interp, const PhysNode *scan);
/* Is its time too far ahead?  *limit: the latest that was allowed. */
bool interp_is_future(const PhysNode *node, InterpRow row, const InterpPartition *partition, int64_t *limit);
void interp_aside_future(Interp *interp, const PhysNode *node, InterpRow row, int64_t time_us, int64_t limit_us);

/* interp_emit.c: EMIT EVERY, EMIT ON UPDATE; a window that closes, and all that are open. */
void interp_emit_final(Interp *interp, InterpNode *state, const InterpWindowGroups *window);
void interp_emit_open(Interp *interp);

/* interp_change.c: a result that is taken back, or said anew; its way into a closed window above; and what that does.
 */
void interp_push_result(Interp *interp, const InterpNode *state, const InterpGroup *group, RowChange change);
void interp_note_change(Interp *interp, InterpChange change);
void interp_apply_changes(Interp *interp);

/* interp_group.c */
void interp_emit_group(Interp *interp, const InterpNode *state, const InterpGroup *group, RowChange change);
/* Pushes the groups of a window, then what each KEEP makes of them. */
void interp_emit_groups(Interp *interp, const InterpNode *state, const InterpWindowGroups *window);
/* The least watermark of what is read below. */
int64_t interp_watermark_of(const Interp *interp, const InterpNode *state);
void interp_group_open(Interp *interp, InterpNode *state);
void interp_group_row(Interp *interp, const PhysNode *node, InterpRow row);
/* Keys and call inputs of a row; false: it was counted bad. */
bool interp_row_inputs(Interp *interp, const PhysNode *node, InterpRow row, RtDatum *keys, CallInput *inputs);
InterpGroup *interp_find_group(InterpNode *state, const InterpWindow *window, Str key);
void interp_step_call(Interp *interp, const InterpNode *state, InterpGroup *group, uint32_t i, const CallInput *input,
                      bool retracts);
/* Keys and results of a group, in front of `columns`. */
void interp_results(Interp *interp, const InterpNode *state, const InterpGroup *group, RtDatum *columns);
/* All columns of a group in the output of its aggregate. */
void interp_group_columns(Interp *interp, const InterpNode *state, const InterpGroup *group, RtDatum *columns);
/* The states of a group added to those of another. */
void interp_join_group(Interp *interp, const InterpNode *state, InterpGroup *into, const InterpGroup *from);
/* All windows that hold a time, youngest first. */
void interp_windows(const WindowCut *cut, int64_t time_us, InterpWindows *out);
/* Now and the watermark behind a window are its last millisecond, whenever it is pushed; and back again. */
typedef struct InterpClock {
    int64_t now_us, watermark_us;
} InterpClock;

static inline InterpClock interp_set_clock(Interp *interp, InterpClock clock)
{
    InterpClock before = { interp->fn.now_us, interp->fn.watermark_us };
    interp->fn.now_us = clock.now_us;
    interp->fn.watermark_us = clock.watermark_us;
    return before;
}

static inline InterpClock interp_clock_of(const InterpGroup *group)
{
    return (InterpClock){ group->close_us - MILLISECOND_US, group->close_us - MILLISECOND_US };
}

/* Pushes every window that the watermarks allow to close. */
void interp_close_windows(Interp *interp);
void interp_group_release(InterpNode *state);
/* Makes the group as if it had never been. */
void interp_forget_group(InterpNode *state, InterpGroup *group);

/* interp_keep.c: the groups of one window, as a KEEP lets them out. */
void interp_keep_window(Interp *interp, const InterpNode *state, const PhysNode *keep,
                        const InterpWindowGroups *window);

InterpGroup *interp_new_group(const InterpNode *state, const InterpWindow *window, Str key);
void interp_free_group(const InterpNode *state, InterpGroup *group);

/* interp_cut.c: a row on its way into the parts of its key; alone it would be `window`. */
typedef struct InterpCutRow {
    Str key;
    InterpWindow window;
    uint32_t flags;
    int64_t watermark_us; /* before it; INT64_MIN: never late */
    const CallInput *inputs;
} InterpCutRow;

/* False: the row is late. */
bool interp_cut_row(Interp *interp, InterpNode *state, const InterpCutRow *row);
/* Parts of emitted sessions that nothing can change any more go. */
void interp_cut_forget(InterpNode *state, int64_t watermark_us);
/* How long results of the node may be corrected. */
int64_t interp_kept_us(const PhysNode *node);
/* When the first of the sessions that are no groups yet ends; INT64_MAX: there is none. */
int64_t interp_cut_next(const InterpNode *state);
/* Those that end there become groups. */
void interp_cut_close(Interp *interp, InterpNode *state, int64_t end_us);

/* interp_top.c */
void interp_top_row(Interp *interp, const PhysNode *node, InterpRow row);

/* interp_unbounded.c */
void interp_unbounded_row(Interp *interp, const PhysNode *node, InterpRow row);
/* Tells of groups that have changed since the last time. */
void interp_unbounded_tell(Interp *interp, InterpNode *state);

#endif
