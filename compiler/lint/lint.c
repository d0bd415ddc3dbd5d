/* lint.c -- the table of rules, and the walks that they share. */
#include "compiler/lint/lint_internal.h"

const LintRule LINT_RULES[] = {
#define LINT(code, function, needs_sound) { code, needs_sound, function },
#include "compiler/lint/lint_rules.def"
#undef LINT
};

const uint32_t LINT_RULE_COUNT = sizeof LINT_RULES / sizeof LINT_RULES[0];

void lint_program(const Lint *lint)
{
    for (uint32_t i = 0; i < LINT_RULE_COUNT; i++) {
        if (lint->is_sound || !LINT_RULES[i].needs_sound)
            LINT_RULES[i].find(lint);
    }
}

void lint_each_metric(const Lint *lint, LintMetric *visit)
{
    const Catalog *catalog = lint->bound->catalog;
    for (uint32_t i = 0; i < catalog_count(catalog); i++) {
        const CatalogEntry *entry = catalog_at(catalog, i);
        if (entry->kind == CATALOG_METRIC)
            visit(lint, entry->as.metric);
    }
}

const MetricModel *lint_model(const Lint *lint, const Metric *metric)
{
    for (uint32_t i = 0; i < lint->bound->metric_count; i++) {
        const MetricModel *model = lint->bound->metrics[i];
        if (model != NULL && model->metric == metric)
            return model;
    }
    return NULL;
}

typedef struct NodeWalk {
    const Lint *lint;
    AstKind kind;
    LintNode *visit;
} NodeWalk;

static bool on_node(void *context, const AstNode *node)
{
    const NodeWalk *walk = context;
    if (node->kind == walk->kind)
        walk->visit(walk->lint, node);
    return true;
}

void lint_each_node(const Lint *lint, AstKind kind, LintNode *visit)
{
    NodeWalk walk = { lint, kind, visit };
    for (uint32_t i = 0; i < lint->file_count; i++)
        ast_walk(lint->files[i], on_node, &walk);
}
