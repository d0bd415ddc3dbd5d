/* optimize.h -- logical plans made better, rule by rule.
 *
 * The rules are rows of passes.def; README.md beside this file has the ideas and what was rejected.
 *
 * Ownership  results live in the query arena; inputs are not changed.
 * Errors     none: a rule that cannot help leaves the plan as it is. */
#ifndef SQC_OPTIMIZE_OPTIMIZE_H
#define SQC_OPTIMIZE_OPTIMIZE_H

#include "compiler/logical/plan.h"

typedef enum OptRule {
#define PASS(name, function, doc) OPT_##name,
#define LAST(name, function, doc) OPT_##name,
#define SHARE(name, doc)          OPT_##name,
#include "compiler/optimize/passes.def"
#undef PASS
#undef LAST
#undef SHARE
    OPT_RULE_COUNT
} OptRule;

typedef struct OptimizeOptions {
    uint64_t disabled; /* bit of each OptRule that is switched off */
} OptimizeOptions;

/* `options` may be NULL: all rules. */
LogicalProgram optimize(Arena *query, LogicalProgram program, const OptimizeOptions *options);

const char *opt_rule_name(OptRule rule);
const char *opt_rule_doc(OptRule rule);
/* By name, for --disable-rule; false: there is none. */
bool opt_rule_find(Str name, OptRule *rule);

static inline bool opt_rule_is_on(const OptimizeOptions *options, OptRule rule)
{
    return options == NULL || ((options->disabled >> rule) & 1) == 0;
}

#endif
