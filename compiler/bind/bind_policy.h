/* bind_policy.h -- shared by the files that answer who may see what.
 *
 * Ownership  read-only. */
#ifndef SQC_BIND_POLICY_H
#define SQC_BIND_POLICY_H

#include "compiler/bind/bind.h"

/* Does the query of a metric read one that a policy names, through views and other metrics too? */
bool policy_names_what_it_reads(Arena *query, const BoundProgram *program, const MetricModel *model);

#endif
