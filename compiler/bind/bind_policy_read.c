/* bind_policy_read.c -- metrics over metrics: what a policy says of one holds for those that are made of it.
 *
 * A derived metric asks each of its bases through authz.  A metric whose query reads another one keeps rows of its own,
 * in which nothing tells whose they were: unless a policy names it itself, no role sees it. */
#include "compiler/bind/bind_internal.h"
#include "compiler/bind/bind_policy.h"

typedef struct PolicyWalk {
    Arena *query;
    const BoundProgram *program;
    uint32_t depth;
    bool found;
} PolicyWalk;

enum { DEPTH_MAX = 64 }; /* definitions have no cycles */

static bool is_named(const BoundProgram *program, const Metric *metric)
{
    for (uint32_t i = 0; i < program->policy_count; i++) {
        const Policy *policy = program->policies[i];
        for (uint32_t m = 0; m < policy->metric_count; m++) {
            if (policy->metrics[m]->metric == metric)
                return true;
        }
    }
    return false;
}

static bool on_read(void *user, const AstNode *node);

static void look_below(PolicyWalk *walk, const AstNode *name)
{
    const CatalogEntry *entry = catalog_find(walk->program->catalog, ast_name_joined(walk->query, name));
    const AstNode *query = NULL;
    if (entry != NULL && entry->kind == CATALOG_VIEW)
        query = ast_create_view_query(entry->as.view->statement);
    if (entry != NULL && entry->kind == CATALOG_METRIC) {
        query = ast_metric_query(entry->as.metric->statement);
        walk->found |= is_named(walk->program, entry->as.metric);
    }
    if (query == NULL || walk->found || walk->depth == DEPTH_MAX)
        return;
    walk->depth++;
    ast_walk(query, on_read, walk);
    walk->depth--;
}

static bool on_read(void *user, const AstNode *node)
{
    PolicyWalk *walk = user;
    if (node->kind == AST_TABLE)
        look_below(walk, ast_table_name(node));
    else if (node->kind == AST_TABLE_ARG)
        look_below(walk, ast_table_arg_table(node));
    else if (node->kind == AST_TABLE_QUERY)
        look_below(walk, ast_table_query_table(node));
    return !walk->found;
}

bool policy_names_what_it_reads(Arena *query, const BoundProgram *program, const MetricModel *model)
{
    PolicyWalk walk = { .query = query, .program = program };
    const AstNode *own = ast_metric_query(model->metric->statement);
    if (own != NULL)
        ast_walk(own, on_read, &walk);
    return walk.found;
}
