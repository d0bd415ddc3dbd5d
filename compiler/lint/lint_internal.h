/* lint_internal.h -- between the files of the rules. */
#ifndef SQC_LINT_LINT_INTERNAL_H
#define SQC_LINT_LINT_INTERNAL_H

#include "compiler/lint/lint.h"

#define LINT(code, function, needs_sound) void function(const Lint *lint);
#include "compiler/lint/lint_rules.def"
#undef LINT

/* Calls `visit` for each metric of the catalog. */
typedef void LintMetric(const Lint *lint, const Metric *metric);
void lint_each_metric(const Lint *lint, LintMetric *visit);
/* The model of a metric; NULL: none was made. */
const MetricModel *lint_model(const Lint *lint, const Metric *metric);
/* Visits all nodes of all files, and those of the kind go to `visit`. */
typedef void LintNode(const Lint *lint, const AstNode *node);
void lint_each_node(const Lint *lint, AstKind kind, LintNode *visit);

#endif
