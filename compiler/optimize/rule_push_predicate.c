/* rule_push_predicate.c -- filters move below the steps that they do not depend on, and end next to the scan, where
 * statements can share them.
 *
 *   below PROJECT       where the predicate reads columns, fields and constants of it only
 *   below WINDOW        where it does not read the window
 *   below UNION_ALL     into every input
 *   below LOOKUP_JOIN, UNNEST   what reads the left side only
 *   below AGGREGATE     never: rows that no longer arrive would no longer be late or bad
 *
 * A predicate goes as a whole, or, where none of its parts can fail, in parts: a part that moves ahead of another must
 * not decide whether that one fails. */
#include "compiler/optimize/optimize_internal.h"

static const LogicalNode *push(const OptContext *ctx, const LogicalNode *input, const Expr *predicate, Span span);

static const LogicalNode *filter_over(const OptContext *ctx, const LogicalNode *input, const Expr *predicate, Span span)
{
    return predicate == NULL ? input : logical_filter(ctx->query, input, predicate, span);
}

static bool reads_only_free(const Expr *predicate, const LogicalNode *project)
{
    Arena scratch;
    arena_init(&scratch);
    uint64_t *used = bits_new(&scratch, project->column_count);
    expr_columns(predicate, used);
    bool free = true;
    for (uint32_t c = 0; c < project->column_count; c++)
        free = free && (!bit_get(used, c) || opt_is_free(project->as.project.exprs[c]));
    arena_free(&scratch);
    return free;
}

static bool reads_only_below(const Expr *predicate, uint32_t column_count)
{
    if (predicate->op == EXPR_COLUMN && predicate->column >= column_count)
        return false;
    for (uint32_t i = 0; i < predicate->arg_count; i++) {
        if (!reads_only_below(predicate->args[i], column_count))
            return false;
    }
    return true;
}

/* What of the predicate reads the first `column_count` columns only, and the rest; either may be NULL. */
typedef struct Split {
    const Expr *below, *above;
} Split;

static Split split_predicate(const OptContext *ctx, const Expr *predicate, uint32_t column_count)
{
    if (reads_only_below(predicate, column_count))
        return (Split){ .below = predicate };
    if (expr_can_fail(predicate))
        return (Split){ .above = predicate };
    Conjuncts all = { 0 }, below = { 0 }, above = { 0 };
    opt_conjuncts(ctx->query, predicate, &all);
    for (uint32_t i = 0; i < all.count; i++) {
        if (reads_only_below(all.items[i], column_count))
            vec_push(ctx->query, &below, all.items[i]);
        else
            vec_push(ctx->query, &above, all.items[i]);
    }
    if (below.count == 0)
        return (Split){ .above = predicate }; /* the same pointer: nothing changed */
    return (Split){ opt_and(ctx->query, &below), opt_and(ctx->query, &above) };
}

static const LogicalNode *push_below_one(const OptContext *ctx, const LogicalNode *node, Split split, Span span)
{
    if (split.below == NULL)
        return filter_over(ctx, node, split.above, span);
    const LogicalNode *input = push(ctx, node->inputs[0], split.below, span);
    return filter_over(ctx, logical_with_inputs(ctx->query, node, &input), split.above, span);
}

static const LogicalNode *push_below_union(const OptContext *ctx, const LogicalNode *node, const Expr *predicate,
                                           Span span)
{
    const LogicalNode **inputs = ARENA_ARRAY(ctx->query, const LogicalNode *, node->input_count);
    for (uint32_t i = 0; i < node->input_count; i++)
        inputs[i] = push(ctx, node->inputs[i], predicate, span);
    return logical_with_inputs(ctx->query, node, inputs);
}

/* A left join turns no row away: what fails below it would have failed above.  An inner join may. */
static Split split_for_join(const OptContext *ctx, const LogicalNode *join, bool is_left, const Expr *predicate)
{
    if (!is_left && expr_can_fail(predicate))
        return (Split){ .above = predicate };
    return split_predicate(ctx, predicate, join->inputs[0]->column_count);
}

/* The predicate, a filter over `input`, as far down as it goes. */
static const LogicalNode *push(const OptContext *ctx, const LogicalNode *input, const Expr *predicate, Span span)
{
    switch (input->kind) {
    case LOGICAL_PROJECT: {
        if (!reads_only_free(predicate, input))
            break;
        const Expr *moved = expr_substitute(ctx->query, predicate, input->as.project.exprs);
        return push_below_one(ctx, input, (Split){ .below = moved }, span);
    }
    case LOGICAL_WINDOW:
        return push_below_one(ctx, input, split_predicate(ctx, predicate, input->inputs[0]->column_count), span);
    case LOGICAL_LOOKUP_JOIN:
        return push_below_one(ctx, input, split_for_join(ctx, input, input->as.lookup_join.is_left, predicate), span);
    case LOGICAL_UNNEST:
        return push_below_one(ctx, input, split_for_join(ctx, input, input->as.unnest.is_left, predicate), span);
    case LOGICAL_UNION_ALL:
        return push_below_union(ctx, input, predicate, span);
    default:
        break;
    }
    return logical_filter(ctx->query, input, predicate, span);
}

static bool is_filter_over(const LogicalNode *node, const LogicalNode *input, const Expr *predicate)
{
    return node->kind == LOGICAL_FILTER && node->inputs[0] == input && node->as.filter.predicate == predicate;
}

static const LogicalNode *push_filter(const OptContext *ctx, const LogicalNode *node)
{
    if (node->kind != LOGICAL_FILTER)
        return node;
    const LogicalNode *pushed = push(ctx, node->inputs[0], node->as.filter.predicate, node->span);
    /* Nothing moved: the same pointer must say so. */
    return is_filter_over(pushed, node->inputs[0], node->as.filter.predicate) ? node : pushed;
}

const LogicalNode *rule_push_predicate(const OptContext *ctx, const LogicalNode *root)
{
    return opt_bottom_up(ctx, root, push_filter);
}
