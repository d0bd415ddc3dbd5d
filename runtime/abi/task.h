/* task.h -- what generated code sees of the running task: a batch of rows, the task, and the functions it may call.
 *
 * Generated code has four kinds of functions, named by plan node ids:
 *
 *   s<scan>_times(task, batch)    computed columns into the rows; watermark_before[i] and now[i] of each row
 *   p<scan>_<k>_rows(task, batch) pushes rows of the batch through the operators behind the scan, group k
 *   e<agg>_groups(task, emit)     pushes the groups of a closed window through the operators behind the aggregate
 *   k<keep>_groups(task, emit)    pushes them as a KEEP has folded them through the operators behind it
 *   k<keep>_ranks(task, emit)     calls rt_keep_rank for each group: the values of one bounded key, emit->bound
 *   x<node>_push(task, push)      pushes a row that the runtime made through the operators behind a node
 *
 * and d<scan>_lines, the compiled decoder.  Offsets come from these structs by offsetof; nothing else is known.
 *
 * Units      times are microseconds.
 * Ownership  the task owns all it points to; rows borrow the batch arena and the input block.
 * Threads    one task, one thread. */
#ifndef SQC_ABI_TASK_H
#define SQC_ABI_TASK_H

#include "runtime/abi/fn.h"
#include "runtime/abi/row.h"

typedef struct RtBatch {
    char *rows; /* row_count rows of row_bytes each, in the scan's layout */
    uint64_t row_count;
    int64_t *watermark_before; /* of the row's partition, before the row: INT64_MIN when there was none */
    int64_t *now;              /* largest event time so far, this row included: PROCTIME() */
    uint8_t *changes;          /* RowChange of each row of a changelog */
    const char **lines;        /* where each row's text starts, for messages */
    int64_t watermark;         /* of the partition after the batch; in: before it */
    int64_t now_after;         /* in: before the batch */
    uint32_t partition;
    uint32_t scan; /* index of the scan */
} RtBatch;

/* The whole lines from which a decoder fills a batch. */
typedef struct RtLines {
    const char *at; /* next line; moves on */
    const char *end;
} RtLines;

/* A closed window: its slice and a cursor over the groups in key order (runtime/state). */
typedef struct RtEmit {
    int64_t start, end;
    int64_t last; /* window_time */
    void *slice;
    void *cursor;
    uint32_t bound;  /* ranks: which of the keys that a KEEP bounds */
    uint32_t change; /* RowChange: what was said before is taken back, or said anew */
    bool corrects;   /* windows above may have closed already */
    bool is_apart;   /* out: rt_change_slice answered a slice beside the window */
} RtEmit;

/* A window of a row on the wall clock of a zone. */
typedef struct RtRowWindow {
    int64_t start, end; /* wall time */
    int64_t last;       /* window_time, an instant */
} RtRowWindow;

/* A row that the runtime makes for an operator, in the layout of the node. */
typedef struct RtPush {
    RtEmit emit; /* first: of no window, its end is INT64_MIN */
    const void *row;
    const void *other; /* of an update its other half, else `row` */
    uint32_t change;   /* RowChange */
} RtPush;

struct RtExec;

typedef struct RtTask {
    FnCtx fn; /* first: a task is a function context too */
    FnSite *sites;
    void **slots; /* by slot number: SliceStore, DistinctSet holders, LookupTable */
    char *key;    /* room for one key under construction */
    uint64_t key_room;
    struct RtExec *exec;
    int64_t *reached; /* by node: how far windows were closed; set where partitions may be left behind */
} RtTask;

typedef enum RtBadReason {
    BAD_COLUMN,     /* a column with an error bit is read              */
    BAD_EXPRESSION, /* task->fn.failure says what                      */
    BAD_NULL_TIME,  /* the event time of a window is NULL              */
} RtBadReason;

/* Counts the row bad for the statements behind plan node `node`; clears the failure. */
void rt_row_bad(RtTask *task, RtBatch *batch, uint64_t row, uint32_t node, uint32_t reason) __attribute__((cold));
void rt_row_late(RtTask *task, RtBatch *batch, uint64_t row, uint32_t node, int64_t time) __attribute__((cold));
/* Of a late row: its time and window (the end is read where rows bring their windows), the watermark before it, and
 * what it does.  Where it goes until it corrects its closed window (a slice), or NULL when it is too late. */
typedef struct RtLateRow {
    int64_t time, end, watermark;
    uint32_t change; /* RowChange */
} RtLateRow;
void *rt_late_slice(RtTask *task, RtBatch *batch, uint64_t row, uint32_t node, const RtLateRow *late)
    __attribute__((cold));
/* A result of a window below, on its way into one above: the slice of that, or one beside it (emit->is_apart) that
 * corrects it, since it has closed; NULL: it is too late.  `window` is the time, or the start, end and instant of the
 * end where rows bring their windows. */
void *rt_change_slice(RtTask *task, RtEmit *emit, uint32_t node, const int64_t window[3]);
/* Rows that reach sinks are no part of the result that is corrected: one that keeps groups of its own has made them. */
void rt_capture_hold(RtTask *task, bool hold);
/* A computed column failed: notes why, clears the failure; the caller sets the error bit. */
void rt_column_bad(RtTask *task, RtBatch *batch, uint64_t row, uint32_t column) __attribute__((cold));
/* The watermark of a row failed: counts it with its place and clears the failure; the watermark stays where it was. */
void rt_watermark_bad(RtTask *task, RtBatch *batch, uint64_t row) __attribute__((cold));
/* The row's time is beyond the latest allowed: it moves no time, and is used with that one, or not at all. */
void rt_row_future(RtTask *task, RtBatch *batch, uint64_t row, int64_t time, int64_t limit) __attribute__((cold));
/* The watermark behind a row with this time, where its delay follows lateness; a heartbeat is no row. */
int64_t rt_adaptive(RtTask *task, RtBatch *batch, int64_t time, bool is_heartbeat);
/* The row is a heartbeat: it moves time and goes no further. */
void rt_heartbeat(RtTask *task, RtBatch *batch, uint64_t row) __attribute__((cold));
/* The key and time of a row of a stream that counts each key once: is it a copy of one that came before? */
void rt_dedup_row(RtTask *task, RtBatch *batch, uint64_t row, const char *key, uint64_t len, int64_t time);
/* A group of a closed window could not be turned into a row. */
void rt_group_bad(RtTask *task, RtEmit *emit, uint32_t node) __attribute__((cold));
/* The group of the slice that was upserted last has changed: for who tells of open windows. */
void rt_group_touch(RtTask *task, uint32_t node, const void *slice);
/* A row at this time is about to touch a group (its fields) without a window, which is forgotten when none has for too
 * long.  True: the tables were made anew, and the group has to be looked up once more. */
bool rt_group_live(RtTask *task, uint32_t node, void *fields, int64_t time_us);
/* A group without a window has changed, which is told later: its row before (NULL: none) and now. */
void rt_group_note(RtTask *task, uint32_t node, const void *before, const void *after);
/* Numbering the rows of a window, which come by partition, then order: says which partition (its window included) the
 * row in hand belongs to; then the first number of `count` equal rows with this order.  `kind` is a RankKind. */
void rt_rank_partition(RtTask *task, uint32_t node, const char *key, uint64_t len);
int64_t rt_rank_order(RtTask *task, uint32_t node, const char *key, uint64_t len, int64_t count, uint32_t kind);
/* The key encoding of the measure of the next value: those with the largest are kept. */
void rt_keep_rank(RtTask *task, const char *key, uint64_t len);
/* The windows of a time on the clock of a zone (its name; NULL: that of the node): the first, then each next one until
 * NULL.  An unknown zone is a failure, and `no_zone`: the row has none. */
const RtRowWindow *rt_zone_windows(RtTask *task, uint32_t node, int64_t time, bool no_zone, const Str *zone);
const RtRowWindow *rt_zone_windows_next(RtTask *task, uint32_t node);
/* A row of a TOP, as keys: its partition, its order, its other columns; then what it does, and when. */
void rt_top_partition(RtTask *task, uint32_t node, const char *key, uint64_t len);
void rt_top_order(RtTask *task, uint32_t node, const char *key, uint64_t len);
void rt_top_rest(RtTask *task, uint32_t node, const char *key, uint64_t len);
void rt_top_row(RtTask *task, uint32_t node, bool retracts, int64_t time_us);
/* Makes task->key at least this large. */
char *rt_key_grow(RtTask *task, uint64_t bytes) __attribute__((cold));
/* rt_distinct_insert for text, which is not NULL; the key is built in the task's room.  `set` is a DistinctSet. */
bool rt_distinct_insert_str(RtTask *task, void *set, uint32_t group_ref, const Str *text);
void rt_sink_row(RtTask *task, uint32_t sink, const void *row);
/* The same for a sink that takes changes: RowChange. */
void rt_sink_change(RtTask *task, uint32_t sink, uint32_t change, const void *row);
/* A copy that lives as long as the batch. */
const char *rt_text_keep(RtTask *task, const char *text, uint64_t len);
bool rt_text_equal(const Str *a, const Str *b);
/* One line by the exact decoder: a row, a bad line, or nothing. */
void rt_decode_line(RtTask *task, RtBatch *batch, RtLines *lines);
/* Converts the JSON value at `p` into a column; behind it, or NULL where the exact decoder has to look at the line. */
const char *rt_json_column(RtTask *task, RtBatch *batch, void *row, uint32_t column, const char *p);
/* Converts the text of a CSV field into a column; false where the exact decoder has to look at the line. */
bool rt_csv_column(RtTask *task, RtBatch *batch, void *row, uint32_t column, const char *text, uint64_t len);
/* The first row of a lookup table with this key, or NULL; and the next one with the same key. */
const void *rt_lookup_find(const void *table, const char *key, uint64_t len, uint64_t hash);
/* The same where the key is one text column. */
const void *rt_lookup_find_str(const void *table, const Str *key);
const void *rt_lookup_next(const void *table, const void *row);
/* A row with every column NULL. */
const void *rt_lookup_no_row(const void *table);

typedef void (*RtTimesFn)(RtTask *task, RtBatch *batch);
typedef void (*RtRowsFn)(RtTask *task, RtBatch *batch);
typedef void (*RtGroupsFn)(RtTask *task, RtEmit *emit);
typedef void (*RtPushFn)(RtTask *task, RtPush *push);
/* Fills the batch until it holds `rows_max` rows or the lines end; each line ends with a newline. */
typedef void (*RtLinesFn)(RtTask *task, RtBatch *batch, RtLines *lines, uint64_t rows_max);

#endif
