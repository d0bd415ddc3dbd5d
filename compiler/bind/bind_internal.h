/* bind_internal.h -- what the files of the binder share.
 *
 *   bind.c             the two passes, statements           bind_expr.c      one expression, by kind
 *   bind_define.c      tables, views, metrics -> catalog    bind_name.c      a.b.c -> column and fields
 *   bind_options.c     WITH lists, SET                      bind_literal.c   constants
 *   bind_type.c        type text -> Type                    bind_operator.c  operators, CASE, IN
 *   bind_query.c       queries, UNION ALL, views            bind_call.c      functions by name
 *   bind_from.c        tables of FROM, windows, joins       bind_special.c   functions with syntax of their own
 *   bind_select.c      one SELECT                           bind_cast.c      conversions
 *   bind_group.c       GROUP BY and what stands over it     bind_insert.c    sinks
 *   bind_test*.c       TEST                                 bind_syntax.c    EXTRACT .. FROM, JSON_* and the like
 *   bind_refuse.c      E0500                                bind_pattern.c   constant patterns
 *   bind_json.c        JSON_STRING, JSON_OBJECT, JSON_ARRAY   bind_overlaps.c  (a, b) OVERLAPS (c, d)
 *   bind_function.c, bind_function_*.c   CREATE FUNCTION, calls of what it defines
 *   bind_format.c      formats of tables                bind_constant.c    constants that fail
 *   bind_derived.c     derived metrics as rows         bind_values.c      VALUES, SELECT without FROM
 *
 * A function that found a user error has reported it and returns poison: an expression of type POISON, or a relation
 * with `poison` set, which has no plan but may have columns.  Where even those are unknown it is `open`: names that it
 * does not know are no errors. */
#ifndef SQC_BIND_BIND_INTERNAL_H
#define SQC_BIND_BIND_INTERNAL_H

#include "compiler/bind/bind.h"
#include "compiler/types/fn_rules.h"
#include "runtime/base/interval.h"
#include "runtime/base/vec.h"

/* ---- relations: a plan and the names of its columns ---- */

typedef enum ColumnRole {
    ROLE_NONE,
    ROLE_EVENT_TIME, /* the time column from which `window` was cut */
    ROLE_WINDOW_START,
    ROLE_WINDOW_END,
    ROLE_WINDOW_TIME,
} ColumnRole;

/* Columns that come from one window function share one of these, through derived tables and views. */
typedef struct BindWindow {
    WindowKind kind;
    int64_t size_us, step_us, offset_us; /* SESSION: size_us is the gap */
    int32_t size_months, step_months;    /* 0: no months; else size_us and step_us are about as much */
    const WindowCalendar *calendar;      /* NULL: the windows are cut on the time itself */
    bool takes_months;                   /* a ZONE is written */
    bool has_zone_column;                /* each row has a zone of its own: */
    uint32_t zone_column;                /* .. its column of the table */
    const uint32_t *partition;           /* SESSION in FROM: columns of its table */
    uint32_t partition_count;
    uint32_t rules[WINDOW_RULE_COUNT]; /* as in LogicalWindow */
    const Type *time_type;
    Span span;
} BindWindow;

typedef struct BindColumn {
    Str name;
    const Type *type;
    Span span; /* where it was declared or selected */
    const BindWindow *window;
    ColumnRole role;
    bool is_hidden; /* no name finds it: window columns of a group window */
} BindColumn;

typedef struct BindSource { /* one table of a FROM */
    Str alias;
    Span span;
    uint32_t first, count; /* its columns */
} BindSource;

typedef struct Relation {
    const LogicalNode *node; /* NULL when poison */
    BindColumn *columns;
    uint32_t column_count;
    VEC(BindSource) sources;
    bool poison;
    bool open;
    bool is_grouped; /* holds the result of a grouping, perhaps among others */
    uint32_t depth;  /* nodes on the longest way down */
    uint32_t weight; /* nodes when every use of a view is counted anew */
} Relation;

enum { RELATION_DEPTH_MAX = 2000, RELATION_WEIGHT_MAX = 20000, EXPR_WEIGHT_MAX = 20000, DEFINITION_DEPTH_MAX = 300 };

/* ---- binder ---- */

typedef enum DefineState { DEFINE_NEW, DEFINE_RUNNING, DEFINE_DONE } DefineState;

typedef struct EntryState { /* beside each catalog entry */
    DefineState state;
    Relation *relation;  /* tables: the scan; views and metrics: the query */
    VEC(uint32_t) reads; /* views and metrics: the entries that the query reads, functions opened; some twice */
    bool is_broken;      /* an error was reported */
    DefineState model_state;
    const struct MetricModel *model; /* metrics; NULL after an error */
} EntryState;

typedef struct Cte Cte;
struct Cte {
    Cte *outer;
    Str name;
    Relation *relation;
};

/* The query of an INSERT that says LATE. */
typedef struct LateInsert {
    const AstNode *insert;
    Relation *relation; /* NULL: it is being worked out */
} LateInsert;

typedef struct Binder {
    Arena *query;
    Diags *diags;
    Catalog *catalog;
    const BindOptions *options;
    EntryState *entries;
    uint32_t entry_count;
    uint32_t table_count, metric_count;
    uint32_t file;           /* whose statements are bound, of the program's */
    const struct Zone *zone; /* of the session; NULL: UTC */
    const AstNode *zone_set; /* the SET that said it; NULL: none */
    Cte *ctes;
    uint32_t definition_depth;
    EntryState *defining; /* whose query is bound; NULL: that of a statement */
    bool in_metric;       /* GROUP BY window_start alone groups by the window */
    VEC(const LogicalNode *) sinks;
    VEC(const Role *) roles;
    VEC(const Policy *) policies;
    VEC(const struct Alert *) alerts;
    VEC(LateInsert) late_inserts;
} Binder;

/* ---- expressions ---- */

/* Columns from here on are aggregate calls, and GROUPING of each key, until GROUP BY is worked in. */
enum { AGG_COLUMN_BASE = 1 << 30, GROUPING_COLUMN_BASE = 1 << 29 };

typedef VEC(AggCall) AggCalls;

typedef struct SelectAlias {
    Str name;
    const Expr *expr;
} SelectAlias;

typedef struct GroupWindow { /* GROUP BY TUMBLE(ts, size) */
    const AstNode *call;
    uint32_t first_column; /* window_start, window_end, window_time of the input */
} GroupWindow;

typedef struct ExprScope {
    Binder *binder;
    const Relation *input; /* NULL: no columns */
    const char *place;     /* "WHERE": for messages */
    AggCalls *aggs;        /* NULL: no aggregates here */
    Span aggregate_span;   /* of the aggregate whose argument is being bound */
    bool in_aggregate;
    const GroupWindow *group_window;
    const struct Grouping *grouping; /* NULL: nothing is grouped */
    const AstNode *rank;             /* the ranking whose number is the last column of the input; NULL: none */
    bool no_group;                   /* GROUP BY failed: what stands over it is not judged */
    const SelectAlias *aliases;
    uint32_t alias_count;
    const Viewer *viewer;               /* conditions of policies: whose attributes they ask for; else NULL */
    struct MetricInputs *metric_inputs; /* MEASURES of a derived metric; else NULL */
    struct AlertBuild *alert;           /* conditions of an alert; else NULL */
} ExprScope;

static inline bool expr_is_poison(const Expr *expr)
{
    return expr->type->kind == TYPE_POISON;
}

const Expr *expr_poison(Binder *binder, Span span);
const Expr *bind_expr(ExprScope *scope, const AstNode *ast);
/* Must be BOOLEAN. */
const Expr *bind_condition(ExprScope *scope, const AstNode *ast, const char *what);
const Expr *bind_column_ref(ExprScope *scope, const AstNode *ast);
/* The same where exactly one column has the name and all fields exist; else NULL, and nothing is said. */
const Expr *find_column_ref(ExprScope *scope, const AstNode *ast);
const Expr *bind_field(Binder *binder, const Expr *base, Str name, Span span);

const Expr *bind_literal(Binder *binder, const AstNode *ast, bool negative);
/* UNIT_COUNT: no unit of time. */
TimeUnit time_unit_of(AstUnit unit);
const Expr *literal_int(Binder *binder, int64_t value, Span span);
const Expr *literal_text(Binder *binder, Str text, Span span);
const Expr *bind_interval(Binder *binder, const AstNode *ast, bool negative);
const Expr *bind_datetime(Binder *binder, const AstNode *ast);
/* Text to a datum of a type by the body of CAST; false: it is none. */
bool constant_from_text(Binder *binder, Str text, const Type *type, RtDatum *out);
/* Evaluates a cast of a literal at once. */
const Expr *constant_fold_cast(Binder *binder, const Expr *cast);
/* The first call of NOW() or its like; NULL: none. */
const Expr *find_clock(const Expr *expr);
/* W0702 where NOW() and its like in it stand still; `input` NULL: unknown. */
void warn_clock(Binder *binder, const LogicalNode *input, const Expr *expr);
/* The same for an item that may only pass PROCTIME() on, for a computed column, and for what a result shows. */
void warn_clock_of_item(Binder *binder, const LogicalNode *input, const Expr *expr);
void warn_clock_of_column(Binder *binder, const Table *table, const Expr *expr);
void warn_clock_of_result(Binder *binder, const Relation *relation);
/* E0311 for a constant in it that fails at every row; NULL is nothing. */
void check_constants(Binder *binder, const Expr *expr);

/* The call `name(args)` after overload resolution, with conversions; NULL when no row fits (nothing reported). */
const Expr *bind_fn(Binder *binder, Str name, const Expr *const *args, uint32_t count, Span span);
/* The same; reports E0301 for an operator or E0302, E0303 for a function. */
const Expr *bind_fn_checked(Binder *binder, Str name, const Expr *const *args, uint32_t count, Span span,
                            Span name_span);
const Expr *bind_operator(Binder *binder, const char *sign, const Expr *const *args, uint32_t count, Span span,
                          Span op_span);
const Expr *bind_compare(Binder *binder, const char *sign, const Expr *left, const Expr *right, Span span,
                         Span op_span);
const Expr *bind_binary(ExprScope *scope, const AstNode *ast);
/* (a - b) DAY */
const Expr *bind_time_between(ExprScope *scope, const AstNode *ast);
const Expr *bind_unary(ExprScope *scope, const AstNode *ast);
const Expr *bind_logic(ExprScope *scope, const AstNode *ast);
const Expr *bind_is(ExprScope *scope, const AstNode *ast);
const Expr *bind_distinct_from(ExprScope *scope, const AstNode *ast);
const Expr *bind_between(ExprScope *scope, const AstNode *ast);
const Expr *bind_in_list(ExprScope *scope, const AstNode *ast);
const Expr *bind_like(ExprScope *scope, const AstNode *ast);
const Expr *bind_concat(ExprScope *scope, const AstNode *ast);
const Expr *bind_case(ExprScope *scope, const AstNode *ast);
/* when, then, .., else of already bound parts; results are brought to their common type. */
const Expr *make_case(Binder *binder, const Expr **parts, uint32_t count, Span span);

const Expr *bind_call(ExprScope *scope, const AstNode *ast);
/* No larger than what was written out allows: aliases in it count each time anew. */
bool expr_is_small(const Expr *expr, Span text);
/* E0310 for a constant pattern that is none; false after an error. */
bool check_constant_patterns(Binder *binder, Str name, const Expr *const *args, uint32_t count);
/* Functions bound to something other than a row of their name; NULL: `ast` is none of them. */
const Expr *bind_special_call(ExprScope *scope, const AstNode *ast);
/* BASELINE in the conditions of an alert. */
const Expr *bind_baseline(ExprScope *scope, const AstNode *ast);
/* ROLLING in the measures of a derived metric. */
const Expr *bind_rolling(ExprScope *scope, const AstNode *ast);
/* EXTRACT, FLOOR .. TO, TRIM, TIMESTAMPDIFF, JSON_*: arguments that are no expressions. */
const Expr *bind_syntax_call(ExprScope *scope, const AstNode *ast);
/* Is the name bound by bind_special_call, whatever its arguments? */
bool bind_is_special(Str name);
/* NULL: no CREATE FUNCTION defines it. */
Function *find_function(Binder *binder, const AstNode *qname);
const Expr *bind_function_call(ExprScope *scope, Function *function, const AstNode *ast);
/* In FROM. */
Relation *bind_table_call(Binder *binder, Function *function, const AstNode *call);
/* JSON_STRING, JSON_OBJECT, JSON_ARRAY, JSON; NULL: `ast` is none of them. */
const Expr *bind_json_build(ExprScope *scope, const AstNode *ast);
/* The argument of JSON_ARRAYAGG or JSON_OBJECTAGG as JSON text, NULL where it is left out; and the key.  False after an
 * error. */
bool bind_json_aggregate(ExprScope *scope, const AstNode *ast, const Expr *args[2]);
const Expr *bind_overlaps(ExprScope *scope, const AstNode *ast);
const Expr *bind_aggregate_call(ExprScope *scope, const AstNode *ast, Str name);

/* Conversions.  `to`'s nullability is ignored: the result is as nullable as the input. */
const Expr *convert(Binder *binder, const Expr *expr, const Type *to);
const Expr *convert_widened(Binder *binder, const Expr *expr, const Type *to); /* DECIMAL as D128 */
/* The D128 `expr`, whose value fits, as a row holds a DECIMAL `to`. */
const Expr *narrow_decimal(Binder *binder, const Expr *expr, const Type *to);
/* NULL when types do not allow it. */
const Expr *convert_implicitly(Binder *binder, const Expr *expr, const Type *to);
const Expr *retype(Binder *binder, const Expr *expr, const Type *type);
const Expr *bind_cast(ExprScope *scope, const AstNode *ast);
const Expr *try_convert(Binder *binder, const Expr *expr, const Type *to);

/* ---- types, options, definitions ---- */
const Type *bind_type(Binder *binder, const AstNode *ast); /* POISON after an error */
void bind_table_options(Binder *binder, Table *table, const AstNode *statement);
void bind_set(Binder *binder, const AstNode *ast);
/* Adds the statement's name to the catalog. */
void define_statement(Binder *binder, const AstNode *statement);
void define_function(Binder *binder, const AstNode *ast);
/* The value of a METADATA column, as the connector of its table knows it. */
const Expr *bind_metadata(Binder *binder, const Table *table, uint32_t index);
/* SET 'table.local-time-zone', before anything is bound. */
void define_session_zone(Binder *binder, const AstNode *set);
/* Works out all functions, those that nothing calls too. */
void bind_functions(Binder *binder);
/* DEDUPLICATE BY of a table; then what it means, NULL where there is none or after an error.  bind_dedup.c */
void find_dedup(Binder *binder, Table *table);
const Dedup *bind_dedup(Binder *binder, const Table *table, const Relation *relation);
/* Works out columns and scan of a table. */
Relation *table_relation(Binder *binder, const CatalogEntry *entry);
/* Views and metrics. */
Relation *entry_relation(Binder *binder, const CatalogEntry *entry, Span use);
/* The same for FROM; poison, with E0500, where the format of the table cannot be decoded here. */
Relation *read_relation(Binder *binder, const CatalogEntry *entry, Span use);
/* The same of a derived metric: rows of its bases put together; poison after E0500 where these have none. */
Relation *derived_relation(Binder *binder, const CatalogEntry *entry, Span use);
/* A row without columns that a name finds, once: SELECT without FROM. */
Relation *bind_one_row(Binder *binder, Span span);
Relation *bind_values(Binder *binder, const AstNode *ast);
/* With what a viewer may see of each base; NULL: all. */
Relation *derived_rows(Binder *binder, const CatalogEntry *entry, Span use, const Grant *base_grants);
bool check_format_of_sink(Binder *binder, const Table *table, Span use);
/* NULL after E0201. */
const CatalogEntry *find_entry(Binder *binder, const AstNode *qname);
/* The same, of a table; NULL after E0201, or E0209 that begins with `refusal` where it is something else. */
const CatalogEntry *find_table_entry(Binder *binder, const AstNode *qname, const char *refusal);
Str qname_text(Binder *binder, const AstNode *qname);
/* Empty for NULL. */
Str optional_text(const AstNode *string);

/* CREATE ROLE, in the pass over names; CREATE POLICY, once all metrics are known.  bind_policy.c */
void define_role(Binder *binder, const AstNode *ast);
void bind_policy(Binder *binder, const AstNode *ast);
/* x IN (SELECT a FROM CURRENT_USER_ATTRIBUTES) in the condition of a policy; NULL: it is something else. */
const Expr *bind_in_attributes(ExprScope *scope, const AstNode *ast);

/* CREATE ALERT, once all metrics are known. */
void bind_alert(Binder *binder, const AstNode *ast);

/* LATE ROWS INTO, bind_late.c: streams that the clauses of a statement make, */
void define_late(Binder *binder, const AstNode *statement);
/* the query with the policy that its clauses say, */
Relation *late_attach(Binder *binder, Relation *relation, const AstNode *lates);
/* the query of an INSERT that has such clauses, once for all that read its streams, */
Relation *late_insert_query(Binder *binder, const AstNode *insert);
/* the same with windows that close later, as EMIT says; NULL: no clause, */
Relation *late_delay(Binder *binder, Relation *relation, const AstNode *emit);
/* bind_changes.c: an aggregate whose input takes rows back, made fit for that; any other node as it is.  NULL after an
 * error. */
const LogicalNode *fit_changes(Binder *binder, const LogicalNode *node);
/* Do rows that take back others come from groups, or rows, for all time? */
bool changes_last(const LogicalNode *node);
/* Does every step of a plan take the changes that reach it? */
bool changes_fit(Binder *binder, const LogicalNode *node);
/* GAP_FILL: does no window stand over it? */
bool gaps_fit(Binder *binder, const LogicalNode *node);
/* such a stream as a table, */
Relation *late_relation(Binder *binder, Table *table);
/* and plans of what makes the rows of such streams as the sinks so far read. */
void late_add_makers(Binder *binder);

/* `s.bad` and `s.future` of a declared stream s, which are made where a query names them; NULL: it is something else.
 * bind_aside.c */
enum { ASIDES_OF_A_TABLE = 2 };
const CatalogEntry *aside_entry(Binder *binder, const AstNode *qname, Str name);
Relation *aside_relation(Binder *binder, Table *table);
/* A stream that no input has: its scan, with the columns of `table`. */
Relation *made_relation(Binder *binder, Table *table, Relation *relation);

/* ADAPTIVE(..) as a watermark: the expression of the time, the rest goes to the table; NULL after an error.
 * bind_adaptive.c */
const AstNode *bind_adaptive(Binder *binder, Table *table, const AstNode *call);
/* What the WITH list says about event time, once the watermark is known.  bind_time.c */
void bind_time_options(Binder *binder, Table *table, const Relation *relation);

/* The rows of a metric with the values of its dimensions bounded: CARDINALITY, KEEP TOP, or KEEP_DEFAULT.
 * bind_metric_keep.c */
Relation *metric_bounded(Binder *binder, Relation *relation, const AstNode *metric);

/* A constant interval of a clause, in whole milliseconds and longer than nothing; false after E0345. */
bool constant_time(Binder *binder, const AstNode *ast, const char *clause, int64_t *us);

/* Rankings without a window know how many rows they keep (bind_top.c); poison after an error. */
Relation *rank_limits(Binder *binder, Relation *relation);

/* Hints of a SELECT, bind_hint.c: *ttl_us of STATE_TTL, 0 for none; false after an error; */
bool bind_hints(Binder *binder, const AstNode *hints, const Relation *from, int64_t *ttl_us);
/* its result, where groups that no row touches for so long are forgotten; poison after an error. */
Relation *hint_ttl(Binder *binder, Relation *relation, const AstNode *hints, int64_t ttl_us);

/* EMIT EVERY, EMIT ON UPDATE, bind_emit.c: how often a clause (NULL: none) says to tell of what is open, 0 for never,
 * EMIT_EACH_ROW; false after an error; */
bool emit_policy(Binder *binder, const AstNode *emit, int64_t *every_us);
/* the query with that policy; poison after an error; */
Relation *emit_attach(Binder *binder, Relation *relation, int64_t every_us, Span span);
/* and whether a clause that waits for windows has any to wait for. */
bool emit_fits(Binder *binder, const Relation *relation, const AstNode *emit);

/* What a metric means, with the clauses of its header checked; NULL after an error.  bind_metric.c */
const struct MetricModel *metric_model(Binder *binder, const CatalogEntry *entry, Span use);

/* ---- queries ---- */
Relation *relation_poison(Binder *binder);
Relation *bind_query_ast(Binder *binder, const AstNode *query);
Relation *bind_select(Binder *binder, const AstNode *select);
Relation *bind_from(Binder *binder, const AstNode *from);
/* Appends window_start, window_end, window_time. */
Relation *add_window(Binder *binder, Relation *input, uint32_t time_column, const BindWindow *window, bool hidden);
/* E0312 and E0313 where the expression is no event time; else its column. */
bool event_time_column(Binder *binder, const Relation *input, const Expr *time, Str function, Span call,
                       uint32_t *column);
/* The first ROW_NUMBER, RANK or DENSE_RANK OVER (..) of a SELECT, or NULL; and its rows with the number behind. */
const AstNode *find_ranking(const AstNode *select);
Relation *bind_ranking(Binder *binder, const Relation *input, const AstNode *call);
LogicalNode *node_new(Binder *binder, LogicalKind kind, Span span, const LogicalNode *const *inputs,
                      uint32_t input_count);
void node_set_columns(Binder *binder, LogicalNode *node, const BindColumn *columns, uint32_t count);
Relation *make_filter(Binder *binder, Relation *input, const Expr *predicate, Span span);
/* Takes `input` as (one more) input of `relation`. */
void relation_stack(Relation *relation, const Relation *input);
/* E0337 where it has grown too large. */
Relation *check_size(Binder *binder, Relation *relation, Span span);
/* exprs[i] under columns[i]; pure column references keep their window role. */
Relation *make_project(Binder *binder, const Relation *input, const Expr *const *exprs, BindColumn *columns,
                       uint32_t count, Span span);
void keep_role(const Relation *input, const Expr *expr, BindColumn *column);

typedef struct SelectItem {
    const Expr *expr;
    Str name;
    Span span;
} SelectItem;
typedef VEC(SelectItem) SelectItems;

/* The sets of GROUPING SETS: bit i of a mask says that key i is in it. */
typedef struct KeySets {
    VEC(uint64_t) masks; /* none: one set of all keys */
    bool poison;
} KeySets;

typedef struct Grouping {
    const Relation *input;
    const Expr **keys;
    uint32_t key_count;
    const BindWindow *window; /* NULL: groups for all time, or an error */
    AggCalls aggs;
    LogicalWindow by; /* over the input */
    const GroupWindow *group_window;
    KeySets sets;
    Span span;
    bool is_global; /* without GROUP BY */
    bool poison;
} Grouping;
bool bind_group_by(Binder *binder, const AstNode *select, Relation **input, Grouping *grouping);
/* Over the input and aggregates -> over keys ++ calls ++ window columns; E0320 for columns that are neither. */
const Expr *grouped_expr(Binder *binder, const Grouping *grouping, const Expr *expr);
Relation *make_aggregate(Binder *binder, const Grouping *grouping);
/* False after E0349: an aggregate in SQL over windows that are merged from parts.  bind_aggregate_sums.c */
bool check_user_aggregates(Binder *binder, const Grouping *grouping);
/* The same without a window: groups for all time (bind_unbounded.c). */
Relation *make_unbounded(Binder *binder, const Grouping *grouping);
/* Each row once, as groups for all time. */
Relation *make_distinct(Binder *binder, Relation *input, Span span);
/* E0339 for the metric of that name, W0703 for other statements (empty): state that nothing gives back. */
void check_state_end(Binder *binder, const LogicalNode *node, Str metric);
BindColumn group_key_column(Binder *binder, const Grouping *grouping, uint32_t i);

/* ---- sinks ---- */
void bind_sink_insert(Binder *binder, const AstNode *insert);
void add_sink(Binder *binder, Relation *relation, Str name, const Table *table, Span span);

/* "1 column", "2 columns" */
static inline const char *plural(uint32_t count)
{
    return count == 1 ? "" : "s";
}

/* ---- refusals ---- */
Diag *refuse(Binder *binder, Span span, const char *what);
/* "`%s` is not supported yet" for a statement; true when it was refused. */
bool refuse_statement(Binder *binder, const AstNode *statement);
bool refuse_select_clauses(Binder *binder, const AstNode *select);

#endif
