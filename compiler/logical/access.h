/* access.h -- who may see what: roles, and the policies that open metrics to them.
 *
 * A metric that no policy names is seen by every role.  Once a policy names it, only roles with a policy see it: the
 * rows that one of their policies opens, without the columns that any of them masks.
 *
 * Ownership  query arena, immutable once made. */
#ifndef SQC_LOGICAL_ACCESS_H
#define SQC_LOGICAL_ACCESS_H

#include "compiler/logical/metric.h"

typedef struct Role {
    Str name;
    Span span;
    const Str *groups; /* of the identity provider */
    uint32_t group_count;
} Role;

typedef struct Policy {
    Str name;
    Span span;
    const AstNode *statement;
    const AstNode *condition; /* USING; NULL: all rows */
    const Role *const *roles;
    uint32_t role_count;
    const MetricModel *const *metrics; /* that its pattern names */
    uint32_t metric_count;
    const Str *masked;
    uint32_t masked_count;
} Policy;

/* Who asks.  Attributes are what CURRENT_USER_ATTRIBUTES holds: several values of one name are several rows. */
typedef struct ViewerAttribute {
    Str name, value;
} ViewerAttribute;

typedef struct Viewer {
    const Role *role; /* NULL: the author, who sees all of it */
    const ViewerAttribute *attributes;
    uint32_t attribute_count;
} Viewer;

/* What a viewer may see of a metric. */
typedef struct Grant {
    bool is_hidden;      /* nothing */
    bool is_over_hidden; /* because no policy names it and one names a metric that it reads */
    const Expr *rule;    /* over the metric's columns; NULL: every row */
    const bool *masked;  /* by column of the metric */
} Grant;

#endif
