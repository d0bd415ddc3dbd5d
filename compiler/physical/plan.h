/* plan.h -- physical plans: what runs.
 *
 * A program is one graph for all its statements.  Rows are pushed: a scan reads a stream once and pushes each row to
 * all its consumers; a window aggregate keeps groups and pushes result rows when the watermark closes a window; a sink
 * hands rows to the outside.  A *pipeline* starts at a source (a scan, or the emitting side of a window aggregate) and
 * ends at sinks and at the receiving side of window aggregates; nodes with several consumers push to each in order.
 *
 *   SCAN         source     columns = physical columns used (decoded) ++ computed columns used; assigns watermarks
 *   FILTER       predicate: pushes the row when it is TRUE
 *   PROJECT      exprs: one per output column
 *   LOOKUP_JOIN  equality of key exprs with key columns of a bounded table that is read whole before the run;
 *                output = input columns ++ table columns (NULL when LEFT and there is no match)
 *   WINDOW_ROWS  pushes the row once for each window over `time` that holds it, the youngest hop first, the cumulating
 *                window that ends first; output = `exprs` ++ window_start, window_end, window_time; no row is late
 *   WINDOW_AGG   groups by window and keys; output = keys ++ aggregate results ++ window_start, window_end, window_time
 *   GROUP_AGG    groups without a window: each row pushes what it changes (+I -U +U -D); output = keys ++ results
 *   KEEP         over a WINDOW_AGG: the groups of a window with rare values of keys put together; it is given whole
 *                windows, not the rows that the aggregate pushes; output = input columns
 *   RANK         over a WINDOW_AGG: numbers its groups by partition and order, each once for each row that it counts;
 *                output = input columns ++ the number
 *   GAP_FILL     over a WINDOW_AGG, whose rows come in the order of their windows: before each row of a group it pushes
 *                one for every window since the row before; output = columns of the input
 *   UNNEST       pushes the row once for each number from 1 to `count`; output = input columns ++ the number; a left
 *                one chooses numbers by its residual, and pushes the row once with NULL where there is none
 *   TOP          the first rows of each partition, numbered: each row pushes what it changes; where nobody reads the
 *                number it is 0, and rows that only move are not pushed.  Over rows that come and go all of them are
 *                kept
 *   UNION_ALL    pushes what any input pushes (inputs have equal columns)
 *   SINK         a result of the program: printed, written by a connector, or compared by a test
 *
 * Which rows are bad for whom (law 7).  Rows that come out of a scan, and out of filters right behind it, are *scan
 * rows*: all columns of the scan with their error bits.  Every node that takes scan rows has a mask for that input,
 * `reads[i]`: a row with an error bit in the mask is bad for the statements behind the node; it is counted there (by
 * the node's id) and goes no further on this edge.  The mask of a FILTER holds the columns of its predicate; that of
 * any other node what it and everything behind it reads of the scan.  So a filter may be shared by statements that read
 * different columns; nodes of other kinds are shared only where their masks are equal (the mask is part of what makes
 * two nodes the same), and a row is judged alike whether a statement runs alone or with a hundred others.
 *     scan -+- [action]  filter action = 'view' -+- [region]        window aggregate   A: COUNT(*)
 *           |                                    +- [region, price] window aggregate   B: SUM(price)
 *           +- [region]  window aggregate                                              C: COUNT(*)
 * A computed column of the scan has its error bit set when a column that it reads has one or when its expression fails,
 * so masks name computed columns like any others.  An expression that fails behind the scan (FnCtx.failure) makes the
 * row bad for the statements behind the node that evaluates it, with no change of its state; which is why calls that
 * can fail are not put together with those of other statements.
 *
 * Plans are read-only once made; run state lives in the task (runtime/exec).  Ids are dense, in creation order, and
 * deterministic: they name state slots and generated functions.
 *
 * Ownership  query arena. */
#ifndef SQC_PHYSICAL_PLAN_H
#define SQC_PHYSICAL_PLAN_H

#include "compiler/catalog/catalog.h"
#include "compiler/logical/plan.h"
#include "runtime/abi/row.h"
#include "runtime/format/schema.h"

typedef enum PhysKind {
#define OPERATOR(kind, name, breaker, doc) PHYS_##kind,
#include "compiler/physical/operators.def"
#undef OPERATOR
    PHYS_KIND_COUNT
} PhysKind;

typedef struct PhysColumn {
    Str name;
    const Type *type;
} PhysColumn;

typedef struct PhysNode PhysNode;

typedef struct PhysScan {
    const Table *table;
    DecodeSchema *decode; /* of the physical columns [0, decoded_count) */
    uint32_t decoded_count;
    uint32_t computed_count; /* columns [decoded_count, decoded_count + computed_count) */
    /* Each over the columns before it; the event time, where computed, and its sources first.  PROCTIME() is the
     * largest event time so far, this row's included as soon as it is known; 1970-01-01 before the first. */
    const Expr *const *computed;
    const Expr *watermark;     /* over all columns; NULL: none, or nothing behind the scan asks for time.  NULL, or a
                                * failure: the watermark stays */
    const ScanSource *sources; /* one per column */
    uint32_t rowtime_column;   /* valid when watermark is not NULL */
    const Dedup *dedup;        /* keys over all columns; NULL: every row counts.  Copies go before anybody sees them,
                                * but move the watermark like any row */
    uint64_t dedup_id;         /* of its state */
    uint32_t heartbeat_column; /* valid when the table has one */
    RowLayout layout;          /* of all columns */
    const PhysNode *bad_scan, *future_scan; /* of its `s.bad` and `s.future`; NULL: nobody reads them */
} PhysScan;

typedef struct PhysLookupJoin {
    const Table *table;
    DecodeSchema *decode; /* of the table's columns that are used, join keys included */
    RowLayout layout;     /* of the table's columns */
    uint32_t column_count;
    const Expr *const *input_keys; /* over the input row */
    const uint32_t *table_columns; /* column c of `layout` is column table_columns[c] of the table */
    const uint32_t *table_keys;    /* columns of `layout`, same count, same types */
    uint32_t key_count;
    const Expr *residual; /* over input ++ table columns; NULL: none */
    bool is_left;
} PhysLookupJoin;

typedef struct PhysUnnest {
    const Expr *count;    /* INT over the input row; never fails; NULL is none */
    const Expr *residual; /* over the output row; NULL: none */
    bool is_left;
} PhysUnnest;

typedef struct PhysWindowRows {
    const Expr *time;
    WindowKind kind; /* HOP or CUMULATE: a TUMBLE is a projection, but with a calendar */
    int64_t size_us, step_us, offset_us;
    const WindowCalendar *calendar; /* NULL: windows are cut on the time itself */
    const Expr *zone;               /* its name, for each row; NULL: the calendar's */
    const Expr *const *exprs;       /* column_count - 3 */
} PhysWindowRows;

typedef struct PhysWindowAgg {
    WindowKind kind;
    const Expr *time; /* over the input row: TIMESTAMP or TIMESTAMP_LTZ of at most 6 digits; ATTACHED: the start */
    const Expr *end;  /* ATTACHED: the end; else NULL */
    int64_t size_us;  /* SESSION: the gap, or the largest */
    int64_t step_us;  /* HOP: slide, CUMULATE: step, SESSION: the most it may be long */
    const Expr *rules[WINDOW_RULE_COUNT]; /* SESSION: over the input row; NULL: no such rule */
    int64_t offset_us;
    const WindowCalendar *calendar; /* NULL: windows are cut on the time itself */
    const Expr *last;               /* ATTACHED, of several zones: window_time; else NULL */
    const Expr *const *keys;
    uint32_t key_count;
    const AggCall *calls;
    uint32_t call_count;
    uint32_t rows_call;       /* of a WINDOW_AGG whose input takes rows back: 1 + the call that counts the rows that
                               * are there; a group without any is not pushed.  0: rows only come */
    uint64_t unit_id;         /* of its state: hash(stream, predicate, keys, window kind), see unit.h */
    const uint64_t *call_ids; /* of the fields in it: hash(aggregate, argument, filter, DISTINCT) */
    const LatePolicy *late;   /* NULL: late rows are counted */
    int64_t delay_us;         /* its watermark is so far behind */
    int64_t ttl_us;           /* GROUP_AGG: a group that no row touched for so long is forgotten; 0: never */
    int64_t every_us;         /* open groups are told so often; EMIT_EACH_ROW; 0: not */
    bool may_idle; /* inputs may be left behind: late is also what is behind windows that closed without them */
    const PhysNode *late_scan; /* which takes the rows that are too late, NULL: nobody reads them */
    /* Groups that differ in their windows alone: rows in time go into the slices of one of them, which the others take
     * over when they end (lower_slices.c). */
    const PhysNode *leader; /* whose slices these are, NULL: its own */
    PhysNode *const *followers;
    uint32_t follower_count;
} PhysWindowAgg;

/* State: of each group 1 + the start of its last window, 0 for none, in the place of the number of its rows. */
typedef struct PhysGapFill {
    PhysWindowAgg groups;        /* first, so that it is one: keys, and no calls */
    const AggCall *const *calls; /* of each column; NULL: it is none */
    uint32_t window_column;      /* window_start; window_end and window_time follow */
    int64_t step_us;
} PhysGapFill;

enum { GAP_FILL_WINDOWS_MAX = 100000 }; /* a longer gap stays one */

typedef struct PhysRank {
    RankKind kind;
    const uint32_t *partition; /* columns of the input: window ends, then partition */
    uint32_t partition_count;
    const uint32_t *order;
    uint32_t order_count;
    uint32_t count_column;
} PhysRank;

typedef struct PhysTop {
    RankKind kind;
    uint32_t partition_count, order_count; /* columns of the input, from the first on */
    uint64_t limit;
    bool has_number, is_retracted; /* somebody reads the number; its input takes rows back */
    uint64_t unit_id;
    RowLayout layout; /* of its output */
} PhysTop;

typedef struct PhysKeep {
    const KeepKey *keys; /* `by` over the columns of the input */
    uint32_t key_count;
} PhysKeep;

typedef enum SinkKind { SINK_RESULT, SINK_INSERT, SINK_STORE } SinkKind;

typedef struct PhysSink {
    SinkKind kind;
    Str name;           /* of the metric, or of the table; empty for a plain SELECT */
    uint32_t statement; /* number of the statement in the program, from 0 */
    const Table *table; /* SINK_INSERT */
    RowLayout layout;
} PhysSink;

struct PhysNode {
    PhysKind kind;
    uint32_t id;
    Span span;
    PhysColumn *columns; /* of its output rows */
    uint32_t column_count;
    PhysNode **inputs;
    uint32_t input_count;
    /* One mask per input: bit c % 64 of word c / 64 says that column c of the scan is read.  NULL: that input does not
     * give scan rows.  Words: (column_count of the input + 63) / 64. */
    const uint64_t *const *reads;
    PhysNode **consumers;
    uint32_t consumer_count;
    union {
        PhysScan scan;
        struct {
            const Expr *predicate;
        } filter;
        struct {
            const Expr *const *exprs;
        } project;
        PhysLookupJoin lookup_join;
        PhysUnnest unnest;
        PhysWindowRows window_rows;
        PhysWindowAgg window_agg;
        PhysGapFill gap_fill;
        PhysRank rank;
        PhysTop top;
        PhysKeep keep;
        PhysSink sink;
    } as;
};

typedef struct PhysProgram {
    PhysNode **nodes; /* inputs before consumers */
    uint32_t node_count;
    PhysNode **scans;
    uint32_t scan_count;
    PhysNode **sinks;
    uint32_t sink_count;
    const struct Zone *zone; /* of the session; NULL: UTC */
} PhysProgram;

/* The explain text: each node with its columns, expressions, places in the source and bytes of state per key.
 * `sources` may be NULL: no places. */
Str phys_text(Arena *arena, const PhysProgram *program, const Sources *sources);

/* Does this node push scan rows (a scan, or a filter right behind one)?  Then the scan, else NULL. */
const PhysNode *phys_scan_rows(const PhysNode *node);
/* Groups for all time: GROUP_AGG, which has no `time`. */
static inline bool phys_is_unbounded(const PhysWindowAgg *agg)
{
    return agg->time == NULL;
}
/* Do the groups of one slice go into those of another? */
static inline bool phys_counts_rows(const PhysWindowAgg *agg)
{
    return agg->kind == WINDOW_HOP || agg->kind == WINDOW_CUMULATE || agg->leader != NULL || agg->follower_count > 0;
}
/* Sessions that end before their gap has passed. */
static inline bool phys_is_cut(const PhysWindowAgg *agg)
{
    return agg->kind == WINDOW_SESSION &&
           (agg->step_us != 0 || agg->rules[WINDOW_RULE_START] != NULL || agg->rules[WINDOW_RULE_END] != NULL);
}
/* Does the node push rows that take back others? */
bool phys_is_updating(const PhysNode *node);
/* Where window_start stands in the output of a WINDOW_AGG; window_end and window_time follow. */
static inline uint32_t phys_window_column(const PhysNode *window_agg)
{
    return window_agg->as.window_agg.key_count + window_agg->as.window_agg.call_count;
}

#endif
