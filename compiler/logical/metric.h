/* metric.h -- what a metric means: which column is time, which are dimensions, which are measures, and what of each
 * measure may be added up.
 *
 * The binder works it out from the clauses of CREATE METRIC and the plan of its query (bind_metric.c); `explain`, the
 * store and `query` read it.  A measure is `final`, an expression over the output of the outermost grouping (keys ++
 * calls ++ window columns); what is stored of it are the states of the calls that it reads, so that it can be worked
 * out again over any union of rows whose states are merged.
 *
 * Units      intervals are microseconds.
 * Ownership  query arena, immutable once made. */
#ifndef SQC_LOGICAL_METRIC_H
#define SQC_LOGICAL_METRIC_H

#include "compiler/logical/plan.h"

typedef enum MetricRole {
    METRIC_TIME,
    METRIC_WINDOW, /* another column of the window: window_end beside window_start */
    METRIC_DIMENSION,
    METRIC_MEASURE,
} MetricRole;

/* What gives a row its time. */
typedef enum MetricShape {
    SHAPE_SNAPSHOT, /* nothing: one current row for the values of its dimensions */
    SHAPE_TUMBLE,
    SHAPE_HOP,
    SHAPE_CUMULATE,
    SHAPE_SESSION,
    SHAPE_TIMED, /* a column that TIME names */
} MetricShape;

/* Over what the states of a measure may be merged, narrowest first. */
typedef enum MetricAdds {
    ADDS_NOTHING,    /* shown row by row */
    ADDS_DIMENSIONS, /* over dimensions, not over time */
    ADDS_ALL,        /* over dimensions and time */
} MetricAdds;

typedef struct MetricUnit {
    bool is_given;
    AstMeasureUnit kind;
    Str word;     /* "users" */
    Str currency; /* "EUR" */
    Str scale;    /* "MICROS" */
} MetricUnit;

typedef struct MetricColumn {
    Str name;
    const Type *type;
    MetricRole role;
    Span span; /* in the query */
    Str title, description;
    const Expr *value; /* over the output of the grouping; NULL where there is none */
    /* dimensions */
    Str label;           /* "campaigns.name": where a readable name stands */
    const KeepKey *kept; /* NULL: all its values come out of a window, */
    const char *unkept;  /* for this reason */
    Str column_role;     /* STEP, COHORT, AGE */
    /* measures */
    MetricUnit unit;
    Str format;
    AstBetter better;
    int32_t bounds_low, bounds_high; /* columns of the metric; -1: none */
    MetricAdds adds;
    const char *why; /* what stands against more; NULL for ADDS_ALL */
} MetricColumn;

typedef struct MetricRung {
    int64_t grain_us, keep_us;
    Span span;
} MetricRung;

/* A measure of a base in the expressions of a derived metric, perhaps over a window that rolls. */
typedef struct MetricInput {
    uint32_t base;      /* of MetricModel.bases */
    uint32_t column;    /* of the base */
    int64_t rolling_us; /* 0: as it is */
    const Type *type;
    Span span;
} MetricInput;

typedef struct MetricModel MetricModel;
struct MetricModel {
    const Metric *metric;
    MetricColumn *columns;
    uint32_t column_count;
    int32_t time_column; /* -1: a snapshot */
    MetricShape shape;
    int64_t grain_us;            /* from one value of the time column to the next; 0: not constant, or a snapshot */
    int64_t window_us;           /* how long a window is; 0: not constant */
    int64_t offset_us;           /* of the grid on which windows are cut */
    int32_t window_months;       /* windows are so many months; 0: no months */
    bool has_clock;              /* windows are cut on a wall clock, and so are the values of the time column: */
    const struct Zone *zone;     /* .. of this zone; NULL: UTC, or that of each row */
    const LogicalNode *rows;     /* the query: PROJECTs and FILTERs over the grouping; NULL: a derived metric */
    const LogicalNode *grouping; /* the outermost AGGREGATE; NULL: none, or a derived metric */
    const LogicalNode *keep;     /* the KEEP over it; NULL: none */
    /* Which calls of the grouping the measures read: their states are what is stored. */
    const uint32_t *state_calls;
    uint32_t state_count;
    MetricRung *rungs; /* finest first */
    uint32_t rung_count;
    const Str *panels; /* as they are shown: "LINE of ctr, beside 7 days before" */
    uint32_t panel_count;
    bool is_public, is_unbounded;
    bool fills_gaps; /* GAP_FILL stands over the grouping */
    int64_t every_us; /* EMIT EVERY, EMIT ON UPDATE; 0: neither */
    /* Derived: values of measures are over `inputs`. */
    const MetricModel *const *bases;
    uint32_t base_count;
    const MetricInput *inputs;
    uint32_t input_count;
};

/* The column of this name; -1: there is none. */
int32_t metric_column(const MetricModel *model, Str name);
/* The columns that are measures, in order. */
uint32_t *metric_measures(Arena *arena, const MetricModel *model, uint32_t *count);
const char *metric_role_text(MetricRole role);
/* Over what: "time and dimensions". */
const char *metric_adds_text(MetricAdds adds);
/* "1 minute": a constant interval as users write it. */
Str metric_interval_text(Arena *arena, int64_t us);
/* The model as `explain` shows it. */
Str metric_text(Arena *arena, const MetricModel *model);

#endif
