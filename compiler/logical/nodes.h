/* nodes.h -- making, copying and walking logical nodes.
 *
 * Constructors work out the output columns, so that binder, rules and tests agree on them.  The walkers know how many
 * expressions each kind of node has; whoever rewrites expressions or inputs needs no switch of its own.
 *
 * Ownership  query arena; arguments are kept, not copied, except where a function says so.
 * Errors     misuse asserts. */
#ifndef SQC_LOGICAL_NODES_H
#define SQC_LOGICAL_NODES_H

#include "compiler/logical/plan.h"

enum { WINDOW_COLUMN_COUNT = 3 }; /* window_start, window_end, window_time */

/* All columns of the table; `computed` has one entry per column. */
const LogicalNode *logical_scan(Arena *query, const Table *table, const Expr *const *computed, const Expr *watermark,
                                Span span);
const LogicalNode *logical_filter(Arena *query, const LogicalNode *input, const Expr *predicate, Span span);
/* Columns get the types of the expressions. */
const LogicalNode *logical_project(Arena *query, const LogicalNode *input, const Expr *const *exprs, const Str *names,
                                   uint32_t count, Span span);
const LogicalNode *logical_window(Arena *query, const LogicalNode *input, LogicalWindow window);

typedef struct LogicalGrouping {
    LogicalWindow window; /* time_column of the input of the aggregate */
    const Expr *const *keys;
    const Str *key_names;
    uint32_t key_count;
    const AggCall *calls;
    const Str *call_names;
    uint32_t call_count;
    const LatePolicy *late;
    int64_t delay_us, every_us;
} LogicalGrouping;

const LogicalNode *logical_aggregate(Arena *query, const LogicalNode *input, const LogicalGrouping *grouping,
                                     Span span);

const LogicalNode *logical_keep(Arena *query, const LogicalNode *aggregate, const KeepKey *keys, uint32_t count,
                                Span span);

/* Over the groups of an aggregate, perhaps filtered: it has their columns. */
const LogicalNode *logical_gap_fill(Arena *query, const LogicalNode *input, const LogicalNode *aggregate,
                                    int64_t step_us, Span span);

typedef struct LogicalLookup {
    const Table *table;
    const Expr *const *input_keys;
    const uint32_t *table_keys;
    uint32_t key_count;
    const Expr *residual;
    bool is_left;
    const uint32_t *table_columns; /* NULL: all */
    uint32_t table_column_count;   /* read when table_columns is not NULL */
} LogicalLookup;

const LogicalNode *logical_lookup_join(Arena *query, const LogicalNode *input, const LogicalLookup *lookup, Span span);
/* `residual` NULL: none. */
const LogicalNode *logical_unnest(Arena *query, const LogicalNode *input, const Expr *count, const Expr *residual,
                                  bool is_left, Span span);
const LogicalNode *logical_union_all(Arena *query, const LogicalNode *const *inputs, uint32_t count, Span span);

typedef struct LogicalTarget {
    bool is_insert, is_store;
    Str name;
    const Table *table;
    uint32_t statement;
    const Str *column_names; /* NULL: those of the input */
} LogicalTarget;

const LogicalNode *logical_sink(Arena *query, const LogicalNode *input, const LogicalTarget *target, Span span);

/* window_start, window_end, window_time of a window over a time column of this type. */
void logical_window_columns(Arena *query, const Type *time, Span span, LogicalColumn columns[WINDOW_COLUMN_COUNT]);

/* The same node over other inputs (copies the array); the node itself when they are the same. */
const LogicalNode *logical_with_inputs(Arena *query, const LogicalNode *node, const LogicalNode *const *inputs);

/* The ATTACHED aggregate with windows that it cuts itself, in place of the window function below it; NULL: that has to
 * stay.  `partition_by_keys`: sessions are one for each value of the keys, whatever the WINDOW says. */
const LogicalNode *logical_slice_windows(Arena *query, const LogicalNode *aggregate, bool partition_by_keys);

/* Sources of a scan's columns: its own, or one whole column after the other. */
const ScanSource *logical_scan_sources(Arena *query, const LogicalNode *scan);
/* Table columns in the output of a lookup join: its own, or all. */
const uint32_t *logical_table_columns(Arena *query, const LogicalNode *join, uint32_t *count);

/* Calls `visit` for each expression that the node evaluates over its input. */
typedef void (*ExprVisit)(void *user, const Expr *expr);
void logical_each_expr(const LogicalNode *node, ExprVisit visit, void *user);
/* A copy whose expressions over the input went through `map`; time columns are not expressions and stay. */
typedef const Expr *(*ExprMap)(void *user, const Expr *expr);
const LogicalNode *logical_map_exprs(Arena *query, const LogicalNode *node, ExprMap map, void *user);

/* Does anything in the tree ask for event time: a window, or a function that is not pure (PROCTIME)? */
bool logical_needs_time(const LogicalNode *root);

#endif
