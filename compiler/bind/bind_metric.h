/* bind_metric.h -- between the files that bind CREATE METRIC. */
#ifndef SQC_BIND_BIND_METRIC_H
#define SQC_BIND_BIND_METRIC_H

#include "compiler/bind/bind_from.h"
#include "compiler/logical/access.h"

/* A metric whose columns have been sorted, while its clauses are read. */
typedef struct MetricBuild {
    Binder *binder;
    const AstNode *ast;
    MetricModel *model;
    bool failed; /* an error was reported */
} MetricBuild;

/* Columns of a metric over the output of its outermost grouping. */
typedef struct MetricTrace {
    const LogicalNode *grouping; /* NULL: there is none, or more than one way leads down */
    const LogicalNode *keep;     /* what bounds its keys; NULL: nothing */
    const Expr **values;
    VEC(const Expr *) conditions; /* over groups, outermost first */
    const LogicalNode *gap_fill;  /* NULL: gaps stay */
    uint32_t above_fill;          /* so many conditions are over filled rows */
} MetricTrace;

MetricTrace metric_trace(Binder *binder, const Relation *relation);

/* What an expression over the output of a grouping reads. */
typedef struct MetricReads {
    bool keys, calls, window;
    int32_t window_part; /* 0 start, 1 end, 2 time: where it is that column and nothing else; else -1 */
} MetricReads;

MetricReads metric_reads(const LogicalNode *grouping, const Expr *expr);

/* ---- bind_metric_keep.c ---- */
/* Which values of each dimension are kept, in the columns of the model. */
void metric_note_bounds(MetricBuild *build, const MetricTrace *trace);

/* ---- bind_metric_clauses.c ---- */
void metric_read_time(MetricBuild *build);
void metric_read_dimensions(MetricBuild *build);
void metric_read_measures(MetricBuild *build);
/* RETAIN, or the default ladder. */
void metric_read_rungs(MetricBuild *build);
/* The column that a clause names; -1 after E0801. */
int32_t metric_find_column(MetricBuild *build, const AstNode *name);

/* A constant interval longer than nothing; false after an error. */
bool metric_interval(MetricBuild *build, const AstNode *ast, const char *what, int64_t *us);

/* An INTEGER of a clause; what does not fit is an error of its own. */
uint64_t metric_count(MetricBuild *build, const AstNode *ast);

/* ---- bind_metric_panels.c ---- */
void metric_read_panels(MetricBuild *build);
void metric_check_label(MetricBuild *build, const AstNode *label);
void metric_check_drill(MetricBuild *build, const AstNode *dimension);

/* ---- bind_metric_question.c ---- */
/* A condition over dimensions and time, with the attributes of `viewer` (NULL: conditions cannot ask for them); NULL
 * after an error. */
const Expr *metric_condition(Binder *binder, const MetricModel *model, const AstNode *ast, const Viewer *viewer);

/* ---- bind_metric_derived.c ---- */
/* CREATE METRIC x FROM a, b MEASURES (..): columns and values from the bases. */
void metric_bind_derived(MetricBuild *build);

#endif
