/* rule_merge_filters.c -- FILTER p over FILTER q is one filter: q AND p.
 *
 * Two filters drop a row at q being NULL; AND would go on to p.  That matters only where p can fail: then q becomes
 * q IS TRUE, which is never NULL. */
#include "compiler/optimize/optimize_internal.h"

static const LogicalNode *merge_filters(const OptContext *ctx, const LogicalNode *node)
{
    if (node->kind != LOGICAL_FILTER || node->inputs[0]->kind != LOGICAL_FILTER)
        return node;
    const LogicalNode *lower = node->inputs[0];
    const Expr *p = node->as.filter.predicate, *q = lower->as.filter.predicate;
    if (expr_can_fail(p) && q->type->nullable)
        q = expr_op(ctx->query, EXPR_IS_TRUE, type_simple(TYPE_BOOLEAN, false), &q, 1, q->span);
    Conjuncts both = { 0 };
    opt_conjuncts(ctx->query, q, &both);
    opt_conjuncts(ctx->query, p, &both);
    return logical_filter(ctx->query, lower->inputs[0], opt_and(ctx->query, &both), lower->span);
}

const LogicalNode *rule_merge_filters(const OptContext *ctx, const LogicalNode *root)
{
    return opt_bottom_up(ctx, root, merge_filters);
}
