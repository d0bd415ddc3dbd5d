/* alert.h -- what an alert means: a condition over the measures of a metric, worked out for each window of its grain
 * and each value of the dimensions behind PER, with all other dimensions put together.
 *
 * Expressions read columns of the metric by their numbers, and BASELINE number b as column `column_count + b`: what is
 * usual for a measure at that time.  What evaluates alerts on emitted windows is a part of its own; here they are
 * bound, checked and shown.
 *
 * Units      intervals are microseconds.
 * Ownership  query arena, immutable once made. */
#ifndef SQC_LOGICAL_ALERT_H
#define SQC_LOGICAL_ALERT_H

#include "compiler/logical/metric.h"

typedef struct AlertBaseline {
    uint32_t column;   /* of the metric */
    AstUnit season;    /* AST_UNIT_NONE: none */
    int64_t warmup_us; /* fires only when so much has been seen; 0: not said */
    Span span;
} AlertBaseline;

typedef struct AlertChannel {
    Str kind, target; /* webhook 'ads' */
    bool is_owner;    /* email(OWNER) */
} AlertChannel;

typedef struct Alert {
    Str name;
    Span span;
    const AstNode *statement;
    const MetricModel *metric;
    int64_t grain_us;    /* 0: the metric's own windows, or rows */
    const Expr *when;    /* NULL: it is about missing data only */
    const Expr *recover; /* NULL: when `when` is not TRUE any more */
    const AlertBaseline *baselines;
    uint32_t baseline_count;
    uint64_t windows;    /* in a row */
    const uint32_t *per; /* dimensions: columns of the metric */
    uint32_t per_count;
    Str severity;                    /* empty: not said */
    int64_t cooldown_us, no_data_us; /* 0: not said */
    const AlertChannel *channels;
    uint32_t channel_count;
    Str title, description, owner, message, runbook;
} Alert;

/* The alert as `explain` shows it. */
Str alert_text(Arena *arena, const Alert *alert);

#endif
