/* program.h -- a compiled program as the runtime sees it: specifications, and the code that runs them.
 *
 * Made by the compiler's driver from a physical plan; the runtime knows no plan.  Nodes keep their plan ids: task
 * slots, counters and generated calls use them.
 *
 * Ownership  borrowed for as long as the task lives. */
#ifndef SQC_EXEC_PROGRAM_H
#define SQC_EXEC_PROGRAM_H

#include "runtime/abi/task.h"
#include "runtime/conn/connector.h"
#include "runtime/format/schema.h"
#include "runtime/state/slice_keep.h"
#include "runtime/state/snapshot.h"
#include "runtime/time/adaptive.h"

#define RT_NO_SCAN UINT32_MAX

/* Rows that go to a stream beside that of their scan: by column of it, the column of the scan, or RT_BAD_..,
 * RT_FUTURE_.. */
typedef struct RtAside {
    uint32_t scan; /* RT_NO_SCAN: nobody reads it */
    const int32_t *columns;
} RtAside;

enum { RT_BAD_REASON = -1, RT_BAD_TEXT = -2, RT_BAD_POSITION = -3, RT_BAD_LINE = -4 };
enum { RT_FUTURE_REASON = -1, RT_FUTURE_POSITION = -2, RT_FUTURE_LIMIT = -3 };

typedef struct RtScan {
    uint32_t node;
    Str name; /* of the stream */
    const DecodeSchema *decode;
    bool is_csv;
    BadRowPolicy policy;
    const RowLayout *layout;
    const Str *column_names;
    uint32_t rows_function_count;
    RtAside bad, future;
    uint32_t rowtime_column; /* read with `future` */
    int64_t future_skew_us;  /* 0: rows may be of any time */
    bool future_quarantine;
    int64_t idle_timeout_us;      /* 0: its partitions are waited for */
    const AdaptiveSpec *adaptive; /* NULL: the delay of its watermark is what the expression says */
    const StateUnitSpec *dedup; /* where keys stand that were seen; NULL: every row counts */
    int64_t dedup_within_us;
} RtScan;

/* What a column of a stream of late rows holds where it is no column of the source. */
enum { RT_LATE_REASON = -1, RT_LATE_POSITION = -2, RT_LATE_WINDOW_START = -3, RT_LATE_WINDOW_END = -4 };
enum { EXEC_EACH_ROW = -1 };                            /* in place of an interval: at each row */
enum { EXEC_SHOWN_BYTES = 8, EXEC_PENDING_BYTES = 16 }; /* of ShownRow and PendingRow, exec_emit.h */

typedef struct RtAgg {
    uint32_t node;
    StateUnitSpec unit;
    uint32_t leader;       /* index of the aggregate whose slices it takes over; its own: it has rows by itself */
    bool has_followers;
    const uint32_t *scans; /* indices of the scans whose rows reach it: its watermark is the least of theirs */
    uint32_t scan_count;
    bool may_idle;         /* partitions may be left behind */
    int64_t delay_us;      /* its watermark is so far behind */
    int64_t correct_us;    /* closed windows are kept and corrected so long; 0: not at all */
    int64_t every_us;      /* open windows are told so often; EXEC_EACH_ROW; 0: not */
    StateUnitSpec shown;   /* every_us: the rows that were told, see exec_emit.h */
    bool is_unbounded;     /* no windows: one slice for all time */
    int64_t ttl_us;        /* is_unbounded: groups untouched for so long are forgotten; 0: never */
    uint64_t life_cell;    /* id of the cell of its clock, ttl_us */
    const RowLayout *row;  /* is_unbounded: of its results */
    uint32_t key_count;    /* columns of `row` in front */
    const uint32_t *sinks; /* every_us: nodes that its rows reach */
    uint32_t sink_count;
    uint32_t late_scan; /* which takes late rows of `source_scan`; RT_NO_SCAN: none does */
    uint32_t source_scan;
    bool is_silent;              /* nobody takes its groups as they are: only KEEPs do */
    const int32_t *late_columns; /* by column of late_scan: the column of source_scan, or RT_LATE_.. */
} RtAgg;

/* A KEEP over an aggregate. */
typedef struct RtKeep {
    uint32_t node;
    uint32_t agg; /* index */
    KeepShape shape;
    const Str *names; /* of the dimensions, by bound */
} RtKeep;

/* A node that gives each row its windows on the clock of a zone. */
typedef struct RtZoneRows {
    uint32_t node;
    SliceShape shape; /* of the windows alone */
} RtZoneRows;

typedef struct RtTop {
    uint32_t node;
    StateUnitSpec unit; /* fields: TopPartition, exec_top.c */
    uint32_t kind;      /* RankKind */
    uint64_t limit;
    bool has_number, is_retracted;
    uint32_t partition_count; /* columns of `row` in front */
    const RowLayout *row;     /* of what is pushed: the number is its last column */
} RtTop;

enum { EXEC_TOP_BYTES = 8 };

typedef struct RtLookup {
    uint32_t node;
    Str name;
    const DecodeSchema *decode;
    bool is_csv;
    const RowLayout *layout;
    const uint32_t *key_columns;
    uint32_t key_column_count;
} RtLookup;

typedef struct RtProgram {
    uint32_t node_count;
    const RtScan *scans;
    uint32_t scan_count;
    const RtAgg *aggs; /* in node order */
    uint32_t agg_count;
    const FnUserAgg *const *users; /* aggregates written in SQL, by the number of the function */
    const RtKeep *keeps;           /* in node order */
    uint32_t keep_count;
    const RtLookup *lookups;
    uint32_t lookup_count;
    const RtZoneRows *zone_rows;
    uint32_t zone_rows_count;
    const RtTop *tops;
    uint32_t top_count;
    const uint32_t *ranks; /* nodes that number rows */
    uint32_t rank_count;
    const RowLayout *const *sink_layouts; /* by node */
    const bool *takes_final;              /* by node: a sink that wants no rows of open windows */
    uint32_t site_count;
    const struct Zone *zone; /* of the session; NULL: UTC */
    /* Results of statements without windows go to one output together with others: rows are pushed one at a time, so
     * that the order of the output does not depend on batches. */
    bool row_at_a_time;
    bool may_idle;      /* an aggregate may close windows without all of its partitions */
    bool in_time_order; /* partitions are read in the order of the times of their records: silence is told by them */
} RtProgram;

typedef struct RtKeepFns {
    RtGroupsFn groups, ranks;
} RtKeepFns;

/* The functions of one tier; arrays as RtProgram's. */
typedef struct RtCode {
    const RtTimesFn *times;      /* by scan */
    const RtRowsFn *const *rows; /* by scan, then 0..rows_function_count */
    const RtGroupsFn *groups;    /* by aggregate */
    const RtLinesFn *lines;      /* by scan; NULL entries: the general decoder */
    const RtKeepFns *keeps;
    const FnUserMerge *merges; /* of aggregates written in SQL, by the number of the function */
    const RtPushFn *pushes;      /* by node; NULL entries: the runtime makes no rows for it */
} RtCode;

#endif
