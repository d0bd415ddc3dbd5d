/* plan.h -- logical plans: what the statements of a program mean, before anything is shared or pruned.
 *
 * The binder makes one tree per statement; rules (compiler/optimize) rewrite trees into better ones of the same
 * meaning; lowering (compiler/physical) joins the trees of all statements into one graph that scans each stream once.
 * Expressions of a node read the columns of its input (for joins: left ++ right).
 *
 *   SCAN          columns of the table; as bound: all, in declaration order; pruned: those used, and of a ROW the
 *                 leaves used (`sources`).  Computed columns are exprs over the columns before them
 *   FILTER        input columns
 *   PROJECT       exprs
 *   WINDOW        input columns ++ window_start, window_end, window_time: the row once for each window that holds it
 *                 (a window table function); never SESSION in a whole plan
 *   AGGREGATE     keys ++ calls ++ window_start, window_end, window_time.  TUMBLE, HOP, CUMULATE, SESSION: windows are
 *                 cut here, from the time column, and a session is one for each value of the keys; ATTACHED: they
 *                 stand in two columns of the row
 *   GROUP         keys ++ calls (as.aggregate, without a window): a changelog
 *   RANK          input columns ++ the number.  Over an AGGREGATE only, whose groups come in the order of their keys:
 *                 the first are the partition, the next ones the order, and a group stands for COUNT(*) rows
 *   KEEP          input columns.  Over an AGGREGATE only: of the window that closes, values of keys that are not among
 *                 those kept become one, and their groups one group
 *   GAP_FILL      columns of an AGGREGATE below, filters perhaps between: each group gets a row for every window
 *                 between two of its rows, with what the calls answer for no rows
 *   TOP           input columns ++ the number.  The first columns are the partition, the next ones the order, all
 *                 others break ties; the rows whose number is at most `limit` are there, as a changelog
 *   LOOKUP_JOIN   input columns ++ columns of the table; as bound: all; pruned: `table_columns`
 *   UNNEST        input columns ++ ordinality: the row once for each number from 1 to `count`; `is_left`: once with
 *                 NULL where none of them passes `residual`
 *   UNION_ALL     columns of the first input; all inputs have equal column types
 *   SINK          input columns, under the names of the result
 *
 * Ownership  query arena; nodes are immutable once made: a rule copies what it changes. */
#ifndef SQC_LOGICAL_PLAN_H
#define SQC_LOGICAL_PLAN_H

#include "compiler/catalog/catalog.h"
#include "compiler/logical/expr.h"
#include "runtime/abi/window.h"

typedef enum LogicalKind {
#define LOGICAL(kind, name, doc) LOGICAL_##kind,
#include "compiler/logical/nodes.def"
#undef LOGICAL
    LOGICAL_KIND_COUNT
} LogicalKind;

typedef struct LogicalColumn {
    Str name;
    const Type *type;
    Span span; /* of the text that made it */
} LogicalColumn;

/* What of a session depends on the row: its gap, an INTERVAL of at most `size_us`; does it begin or end a session? */
typedef enum WindowRule { WINDOW_RULE_GAP, WINDOW_RULE_START, WINDOW_RULE_END, WINDOW_RULE_COUNT } WindowRule;

typedef struct LogicalWindow {
    WindowKind kind;
    uint32_t time_column; /* of the input; a rowtime of at most 3 digits.  ATTACHED: the column of window_start */
    uint32_t end_column;  /* ATTACHED: the column of window_end */
    int64_t size_us;      /* SESSION: the gap, or the largest.  ATTACHED: not read */
    int64_t step_us;      /* HOP: the slide, at most `size_us`; CUMULATE: a part of `size_us`; SESSION: the most that
                           * one may be long, 0: as long as it takes; else 0 */
    int64_t offset_us;
    const WindowCalendar *calendar; /* NULL: windows are cut on the time itself */
    bool has_zone_column, has_last_column;
    uint32_t zone_column;      /* of a WINDOW: names the zone of each row, in place of the calendar's */
    uint32_t last_column;      /* ATTACHED, of several zones: the column of window_time */
    const uint32_t *partition; /* SESSION, of a WINDOW: columns of the input */
    uint32_t partition_count;
    uint32_t rules[WINDOW_RULE_COUNT]; /* SESSION: columns of the input, each + 1; 0: no such rule */
    Span span;
} LogicalWindow;

/* What becomes of rows that come after their window: LATE ROWS INTO .. */
typedef struct LatePolicy {
    const Table *into;  /* NULL: what a window below corrects is counted where it comes too late */
    int64_t correct_us; /* so long are windows kept and corrected; 0: not at all */
    Span span;
} LatePolicy;

enum { KEEP_DEFAULT = 10000 }; /* values of a dimension where nothing is said */

/* How many values of a key of an AGGREGATE come out of a window. */
typedef struct KeepKey {
    uint32_t key;
    uint64_t most;
    const Expr *by; /* over the columns of the aggregate: those with most of it stay, NULL last; NULL: by key order */
    RtDatum other;  /* what the others become */
    Str name;       /* of the dimension, */
    Str by_name;    /* and of the measure */
} KeepKey;

/* DEDUPLICATE BY: of rows with equal keys, those at most `within_us` apart from one that counts do not. */
typedef struct Dedup {
    const Expr *const *keys; /* over the columns of the scan: columns, or fields of them */
    uint32_t key_count;
    int64_t within_us;
    Span span;
} Dedup;

/* EMIT ON UPDATE, in place of an interval. */
enum { EMIT_EACH_ROW = -1 };

/* Where a column of a scan comes from: a column of the table, or a leaf inside of a ROW column of it. */
typedef struct ScanSource {
    uint32_t table_column;
    const uint32_t *path; /* field numbers, outermost first */
    uint32_t path_length; /* 0: the whole column */
} ScanSource;

/* The same part of the same column of one table. */
bool scan_source_equal(const ScanSource *a, const ScanSource *b);

typedef struct LogicalNode LogicalNode;
struct LogicalNode {
    LogicalKind kind;
    Span span;
    const LogicalColumn *columns;
    uint32_t column_count;
    const LogicalNode *const *inputs;
    uint32_t input_count;
    union {
        struct {
            const Table *table;
            const ScanSource *sources;   /* one per column; NULL: all columns of the table, in order */
            const Expr *const *computed; /* one per column, NULL for physical and metadata columns */
            const Expr *watermark;       /* over the columns; NULL: none */
            const Dedup *dedup;          /* NULL: every row counts */
        } scan;
        struct {
            const Expr *predicate;
        } filter;
        struct {
            const Expr *const *exprs;
        } project;
        LogicalWindow window;
        struct {
            LogicalWindow window; /* time_column of this node's input */
            const Expr *const *keys;
            uint32_t key_count;
            const AggCall *calls;
            uint32_t call_count;
            const LatePolicy *late; /* NULL: late rows are counted */
            const Str *aliases;     /* of what its rows come from, as FROM calls it: LATE ROWS OF alias */
            uint32_t alias_count;
            int64_t delay_us; /* windows close so much later: EMIT AFTER WINDOW CLOSE WITH DELAY */
            int64_t ttl_us;   /* GROUP: groups that no row touched for so long are forgotten; 0: never */
            int64_t every_us; /* EMIT EVERY: what is there is told so often; EMIT_EACH_ROW: at each row */
        } aggregate;
        struct {
            RankKind kind;
            uint32_t partition_count, order_count, count_column;
        } rank;
        struct {
            RankKind kind;
            uint32_t partition_count, order_count;
            uint64_t limit; /* 0: not known yet (rank_limits) */
        } top;
        struct {
            const KeepKey *keys; /* by key */
            uint32_t key_count;
        } keep;
        struct {
            const Table *table;
            const Expr *const *input_keys; /* over the input */
            const uint32_t *table_keys;    /* columns of the table, whatever `table_columns` says */
            uint32_t key_count;
            const Expr *residual; /* over the output columns; NULL: none */
            bool is_left;
            const uint32_t *table_columns; /* ascending columns of the table; NULL: all of them */
        } lookup_join;
        struct {
            int64_t step_us; /* between the starts of two windows */
            uint32_t key_count, call_count;
            const AggCall *calls; /* of the aggregate; only what they are counts */
        } gap_fill;
        struct {
            const Expr *count;    /* INT over the input; never fails */
            const Expr *residual; /* over the output columns, of a left one only; NULL: none */
            bool is_left;
        } unnest;
        struct {
            bool is_insert, is_store; /* is_store: what is kept of a metric */
            Str name;                 /* metric or table; empty: SELECT */
            const Table *table;       /* insert: where to */
            uint32_t statement;
            bool is_hidden; /* nobody sees the rows: its plan runs for what it makes on the way */
        } sink;
    } as;
};

typedef struct LogicalProgram {
    const LogicalNode **sinks; /* one per statement that makes rows, in statement order */
    uint32_t sink_count;
    const struct Zone *zone; /* of the session; NULL: UTC */
} LogicalProgram;

/* Does the node push rows that take back others (-U, -D)? */
bool logical_is_updating(const LogicalNode *node);

/* A stream below without event time; NULL: there is none. */
const Table *logical_timeless(const LogicalNode *node);

/* One line a node, inputs indented below it: for --emit=logical and goldens. */
Str logical_text(Arena *arena, const LogicalNode *root);

#endif
