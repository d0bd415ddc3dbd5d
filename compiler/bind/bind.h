/* bind.h -- from trees of text to logical plans: names, types, time, and every error a user can make.
 *
 * Two passes over all files of a program: definitions into the catalog, then queries.  After an error a poison
 * expression goes on in silence.  What has no operator yet is refused here, with E0500 and the span of the construct.
 *
 * Ownership  everything in the query arena.
 * Errors     diagnostics; the result is valid only where diags->error_count is 0. */
#ifndef SQC_BIND_BIND_H
#define SQC_BIND_BIND_H

#include "compiler/catalog/catalog.h"
#include "compiler/diag/diag.h"
#include "compiler/logical/access.h"
#include "compiler/logical/alert.h"

/* A test gives computed columns by value: in its program they are physical columns. */
typedef struct GivenColumn {
    Str table, column;
} GivenColumn;

/* A value of a test: a datum of the column's type, or ANY. */
typedef struct TestValue {
    RtDatum datum;
    bool is_any;
} TestValue;

typedef enum TestStepKind {
    STEP_GIVEN,
    STEP_WATERMARK,
    STEP_EXPECT_ROWS,
    STEP_EXPECT_NOTHING,
    STEP_EXPECT_LATE,
    STEP_EXPECT_DUPLICATES,
    STEP_RESTART,
    STEP_EXPECT_SNAPSHOT,
    STEP_EXPECT_HIDDEN,
    STEP_IDLE,
} TestStepKind;

typedef struct TestStep {
    TestStepKind kind;
    Span span;
    const Table *table; /* GIVEN; WATERMARK: NULL where the program has one stream */
    Str *columns;       /* GIVEN: columns of the table, dotted ROW paths included; EXPECT_ROWS: of the result */
    const Type **types; /* one per column */
    uint32_t column_count;
    TestValue *values; /* row_count * column_count, row by row */
    Span *row_spans;
    uint32_t row_count;
    bool is_of_partition; /* IDLE: else of all */
    uint32_t partition;   /* GIVEN, IDLE, of a test that has partitions */
    Str file;             /* GIVEN .. FILE, beside the test's file; empty: none.  Whoever runs the test reads it */
    Span file_span;
    int64_t time_us;    /* WATERMARK: as a TIMESTAMP */
    int64_t instant_us; /* .. as a TIMESTAMP_LTZ: the same but for ZONE */
    Str snapshot;       /* EXPECT SNAPSHOT */
    bool has_snapshot;
    Str seen;            /* EXPECT HIDDEN: a column that is not; empty: all are */
    Span snapshot_span;  /* where its text stands, or would */
    uint64_t row_number; /* EXPECT_LATE, EXPECT_DUPLICATES: of such rows */
    bool is_update;      /* EXPECT UPDATE: rows that replace earlier ones */
    bool is_delete;      /* EXPECT DELETE: rows that are there no more */
    bool is_partial;     /* EXPECT PARTIAL: further rows are allowed */
    double tolerance;    /* 0: exact */
} TestStep;

typedef struct BoundTest {
    Str name;
    Span span;
    const AstNode *statement;
    Str metric;         /* FOR; empty: QUERY */
    bool expects_error; /* QUERY .. EXPECT ERROR code [AT line:column] */
    Str error_code;
    uint32_t error_line, error_column; /* 0: not said; of the query's text */
    TestStep *steps;
    uint32_t step_count;
    const Role *role;         /* AS ROLE; NULL: the author */
    Grant grant;              /* of that role for the metric */
    const Grant *base_grants; /* FOR a derived metric: of that role for its bases; NULL: none asked */
    bool has_idle;            /* an IDLE step */
    uint32_t partition_count; /* as the GIVEN steps number them; 0: none does */
    GivenColumn *given;       /* computed columns given by value */
    uint32_t given_count;
} BoundTest;

typedef struct BoundProgram {
    Catalog *catalog;
    LogicalProgram logical;            /* statements and metrics, in order; IMPORTed files first */
    const MetricModel *const *metrics; /* by metric id; NULL: not worked out, after an error */
    uint32_t metric_count;
    const Role *const *roles;
    uint32_t role_count;
    const Policy *const *policies;
    uint32_t policy_count;
    const Alert *const *alerts;
    uint32_t alert_count;
    const AstNode **tests; /* TEST statements, not bound yet */
    uint32_t test_count;
    struct EntryState *entries; /* beside the catalog: what each definition turned out to be */
} BoundProgram;

typedef struct BindOptions {
    const GivenColumn *given;
    uint32_t given_count;
    Str only_metric; /* not empty: plans of this metric alone (a test's program) */
    /* Plans of these statements alone; metric is NULL for others. NULL: of all. */
    bool (*wanted)(void *user, uint32_t file, const Metric *metric);
    void *wanted_user;
    bool is_partial; /* nothing else is looked at, but what these read: errors elsewhere stay unsaid */
} BindOptions;

BoundProgram *bind_program(Arena *query, AstNode *const *files, uint32_t file_count, const BindOptions *options,
                           Diags *diags);
/* Types and checks one TEST against the program's catalog; NULL after an error of the test itself. */
BoundTest *bind_test(Arena *query, const BoundProgram *program, const AstNode *test, Diags *diags);
/* Plans the QUERY of a test as a program of its own. */
LogicalProgram bind_query(Arena *query, const BoundProgram *program, const AstNode *select, Diags *diags);

/* A metric as a program of its own, with what makes the streams that it reads (late rows, s.bad). */
typedef struct MetricUse {
    Str metric;
    Span span;
    const Grant *base_grants; /* of a derived metric: what the viewer may see of each of its bases; NULL: all */
} MetricUse;
LogicalProgram bind_metric_rows(Arena *query, const BoundProgram *program, const MetricUse *use, Diags *diags);

/* Does a view, or a metric of its own rows, read the rows of this one?  One that is derived FROM it does not. */
bool bind_is_metric_read(const BoundProgram *program, const Metric *metric);

/* What the viewer may see of a metric: every reading goes through it (law 12).  False after an error. */
bool authz(Arena *query, const BoundProgram *program, const MetricModel *model, const Viewer *viewer, Diags *diags,
           Grant *grant);
/* The attributes that policies of the role ask for, those on one metric or (NULL) on any. */
Str *policy_attributes(Arena *query, const BoundProgram *program, const Role *role, const MetricModel *model,
                       uint32_t *count);
/* A condition over the dimensions and the time of a metric, whose columns it reads by their numbers; NULL after an
 * error. */
const Expr *bind_metric_condition(Arena *query, const BoundProgram *program, const MetricModel *model,
                                  const AstNode *ast, Diags *diags);

#endif
