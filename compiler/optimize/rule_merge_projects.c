/* rule_merge_projects.c -- projections are put into what is above them, so that steps stand next to the scan.
 *
 *   PROJECT over PROJECT      one projection
 *   AGGREGATE over PROJECT    keys and arguments compute it themselves; the event time must be a plain column
 *   WINDOW over PROJECT       change places, for the AGGREGATE above
 *   PROJECT of all columns    nothing
 *
 * Work is not doubled: an expression moves where it is used once, or costs nothing.  One that is not pure is computed
 * once a row, so it moves only where it is used once. */
#include "compiler/optimize/optimize_internal.h"

static void count_uses(const Expr *expr, uint32_t *uses)
{
    if (expr->op == EXPR_COLUMN)
        uses[expr->column]++;
    for (uint32_t i = 0; i < expr->arg_count; i++)
        count_uses(expr->args[i], uses);
}

static void count_visit(void *user, const Expr *expr)
{
    count_uses(expr, user);
}

static bool can_inline(const OptContext *ctx, const LogicalNode *upper, const LogicalNode *project)
{
    uint32_t *uses = ARENA_ARRAY(ctx->query, uint32_t, project->column_count + 1);
    logical_each_expr(upper, count_visit, uses);
    for (uint32_t c = 0; c < project->column_count; c++) {
        if (uses[c] > 1 && !opt_is_free(project->as.project.exprs[c]))
            return false;
    }
    return true;
}

typedef struct Inline {
    Arena *query;
    const Expr *const *exprs;
} Inline;

static const Expr *inline_expr(void *user, const Expr *expr)
{
    const Inline *with = user;
    return expr_substitute(with->query, expr, with->exprs);
}

static const LogicalNode *inline_project(const OptContext *ctx, const LogicalNode *upper, const LogicalNode *project)
{
    Inline with = { ctx->query, project->as.project.exprs };
    const LogicalNode *merged = logical_map_exprs(ctx->query, upper, inline_expr, &with);
    return logical_with_inputs(ctx->query, merged, &project->inputs[0]);
}

static bool changes_nothing(const LogicalNode *project)
{
    if (project->column_count != project->inputs[0]->column_count)
        return false;
    for (uint32_t c = 0; c < project->column_count; c++) {
        const Expr *expr = project->as.project.exprs[c];
        if (expr->op != EXPR_COLUMN || expr->column != c)
            return false;
    }
    return true;
}

static const LogicalNode *merge_into_aggregate(const OptContext *ctx, const LogicalNode *node)
{
    const LogicalNode *project = node->inputs[0];
    const LogicalWindow *window = &node->as.aggregate.window;
    const Expr *time = project->as.project.exprs[window->time_column];
    const Expr *end = window->kind == WINDOW_ATTACHED ? project->as.project.exprs[window->end_column] : time;
    if (time->op != EXPR_COLUMN || end->op != EXPR_COLUMN || !can_inline(ctx, node, project))
        return node;
    for (uint32_t i = 0; i < WINDOW_RULE_COUNT; i++) {
        if (window->rules[i] != 0 && project->as.project.exprs[window->rules[i] - 1]->op != EXPR_COLUMN)
            return node; /* its column is worked out there */
    }
    LogicalNode *merged = (LogicalNode *)inline_project(ctx, node, project);
    merged->as.aggregate.window.time_column = time->column;
    merged->as.aggregate.window.end_column = end->column;
    for (uint32_t i = 0; i < WINDOW_RULE_COUNT; i++) {
        if (window->rules[i] != 0)
            merged->as.aggregate.window.rules[i] = project->as.project.exprs[window->rules[i] - 1]->column + 1;
    }
    return merged;
}

/* WINDOW over PROJECT becomes PROJECT over WINDOW, with the three window columns behind. */
static const LogicalNode *swap_window(const OptContext *ctx, const LogicalNode *node)
{
    const LogicalNode *project = node->inputs[0];
    const Expr *time = project->as.project.exprs[node->as.window.time_column];
    if (time->op != EXPR_COLUMN)
        return node;
    LogicalWindow window = node->as.window;
    window.time_column = time->column;
    const LogicalNode *lower = logical_window(ctx->query, project->inputs[0], window);
    uint32_t at = project->column_count, below = project->inputs[0]->column_count;
    const Expr **exprs = ARENA_ARRAY(ctx->query, const Expr *, node->column_count);
    Str *names = ARENA_ARRAY(ctx->query, Str, node->column_count);
    for (uint32_t c = 0; c < node->column_count; c++) {
        names[c] = node->columns[c].name;
        exprs[c] = c < at ? project->as.project.exprs[c]
                          : expr_column(ctx->query, node->columns[c].type, below + c - at, node->columns[c].span);
    }
    return logical_project(ctx->query, lower, exprs, names, node->column_count, project->span);
}

static const LogicalNode *merge_projects(const OptContext *ctx, const LogicalNode *node)
{
    if (node->kind == LOGICAL_PROJECT && changes_nothing(node))
        return node->inputs[0];
    if (node->input_count != 1 || node->inputs[0]->kind != LOGICAL_PROJECT)
        return node;
    bool may_inline = node->kind == LOGICAL_PROJECT || node->kind == LOGICAL_GROUP;
    if (may_inline && can_inline(ctx, node, node->inputs[0]))
        return inline_project(ctx, node, node->inputs[0]);
    if (node->kind == LOGICAL_AGGREGATE)
        return merge_into_aggregate(ctx, node);
    if (node->kind == LOGICAL_WINDOW)
        return swap_window(ctx, node);
    return node;
}

const LogicalNode *rule_merge_projects(const OptContext *ctx, const LogicalNode *root)
{
    return opt_bottom_up(ctx, root, merge_projects);
}
