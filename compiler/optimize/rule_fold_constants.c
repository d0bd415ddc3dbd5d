/* rule_fold_constants.c -- an expression whose arguments are constants is computed now, by the body that would run.
 *
 * Never folded: what is not pure, what fails (the row that would meet it may never come, and it must be told where it
 * happens), and what becomes long (REPEAT).  AND, OR and CASE lose what cannot decide; nothing that could fail before
 * the deciding part is lost. */
#include "compiler/optimize/optimize_internal.h"

#include "compiler/logical/expr_eval.h"

typedef struct Fold {
    const OptContext *ctx;
    bool changed;
} Fold;

static const Expr *fold(const Fold *f, const Expr *expr);

enum { FOLDED_BYTES_MAX = 4096 };

static bool is_long(RtDatum datum)
{
    return !datum.is_null && (datum.kind == PK_STR || datum.kind == PK_BLOB) && datum.value.str.len > FOLDED_BYTES_MAX;
}

static RtDatum keep_datum(Arena *query, RtDatum datum)
{
    if (!datum.is_null && (datum.kind == PK_STR || datum.kind == PK_BLOB))
        datum.value.str = str_copy(query, datum.value.str);
    return datum;
}

/* The expression as a constant, or itself where its evaluation fails or its value is long. */
static const Expr *compute(const Fold *f, const Expr *expr)
{
    Arena scratch;
    arena_init(&scratch);
    FnCtx fn = { .batch = &scratch, .zone = f->ctx->zone, .watermark_us = INT64_MIN };
    ExprEval eval = { .fn = &fn };
    RtDatum datum = expr_eval(&eval, expr);
    const Expr *folded = expr;
    if (fn.failure.code == 0 && !is_long(datum))
        folded = expr_literal(f->ctx->query, expr->type, keep_datum(f->ctx->query, datum), expr->span);
    arena_free(&scratch);
    return folded;
}

static bool all_literal(const Expr *expr)
{
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        if (expr->args[i]->op != EXPR_LITERAL)
            return false;
    }
    return true;
}

static bool is_bool_literal(const Expr *expr, bool value)
{
    return expr->op == EXPR_LITERAL && !expr->literal.is_null && expr->literal.value.b == value;
}

static const Expr *with_args(Arena *query, const Expr *expr, const Expr *const *args, uint32_t count)
{
    Expr *copy = ARENA_NEW(query, Expr);
    *copy = *expr;
    copy->args = args;
    copy->arg_count = count;
    return copy;
}

static const Expr *fold_logic(const Fold *f, const Expr *expr)
{
    bool stop = expr->op == EXPR_OR;
    const Expr **kept = ARENA_ARRAY(f->ctx->query, const Expr *, expr->arg_count + 1);
    uint32_t count = 0;
    bool may_fail = false;
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        const Expr *arg = expr->args[i];
        if (is_bool_literal(arg, !stop))
            continue;
        if (is_bool_literal(arg, stop) && !may_fail)
            return arg;
        kept[count++] = arg;
        may_fail |= expr_can_fail(arg);
        if (is_bool_literal(arg, stop))
            break;
    }
    if (count == 0)
        return expr_bool(f->ctx->query, !stop, expr->span);
    if (count == 1)
        return kept[0];
    if (count == expr->arg_count)
        return all_literal(expr) ? compute(f, expr) : expr;
    return with_args(f->ctx->query, expr, kept, count);
}

static const Expr *fold_case(const Fold *f, const Expr *expr)
{
    const Expr **kept = ARENA_ARRAY(f->ctx->query, const Expr *, expr->arg_count);
    uint32_t count = 0;
    const Expr *otherwise = expr->args[expr->arg_count - 1];
    for (uint32_t i = 0; i + 1 < expr->arg_count; i += 2) {
        const Expr *when = expr->args[i];
        if (is_bool_literal(when, true)) {
            otherwise = expr->args[i + 1];
            break;
        }
        if (when->op == EXPR_LITERAL)
            continue;
        kept[count++] = when;
        kept[count++] = expr->args[i + 1];
    }
    kept[count++] = otherwise;
    if (count == 1 && type_physical(otherwise->type) == type_physical(expr->type))
        return otherwise;
    return count == expr->arg_count ? expr : with_args(f->ctx->query, expr, kept, count);
}

static const Expr *fold_try_cast(const Fold *f, const Expr *expr)
{
    const Expr *cast = expr->args[0];
    if (cast->op == EXPR_LITERAL)
        return compute(f, expr_literal(f->ctx->query, expr->type, cast->literal, expr->span));
    if (cast->op == EXPR_CALL && (cast->fn->traits & FN_PURE) != 0 && all_literal(cast))
        return compute(f, expr);
    return expr;
}

static const Expr *fold_node(const Fold *f, const Expr *expr)
{
    switch (expr->op) {
    case EXPR_LITERAL:
    case EXPR_COLUMN:
        return expr;
    case EXPR_CALL:
        return (expr->fn->traits & FN_PURE) != 0 && all_literal(expr) ? compute(f, expr) : expr;
    case EXPR_TRY_CAST:
        return fold_try_cast(f, expr);
    case EXPR_AND:
    case EXPR_OR:
        return fold_logic(f, expr);
    case EXPR_CASE:
        return fold_case(f, expr);
    default:
        return expr->args[0]->op == EXPR_LITERAL ? compute(f, expr) : expr;
    }
}

static const Expr *fold(const Fold *f, const Expr *expr)
{
    if (expr->arg_count == 0)
        return fold_node(f, expr);
    const Expr **args = ARENA_ARRAY(f->ctx->query, const Expr *, expr->arg_count);
    bool changed = false;
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        args[i] = fold(f, expr->args[i]);
        changed |= args[i] != expr->args[i];
    }
    return fold_node(f, changed ? with_args(f->ctx->query, expr, args, expr->arg_count) : expr);
}

static const Expr *fold_mapped(void *user, const Expr *expr)
{
    Fold *f = user;
    const Expr *folded = fold(f, expr);
    f->changed |= folded != expr;
    return folded;
}

static const LogicalNode *fold_scan(Fold *f, const LogicalNode *node)
{
    LogicalNode *copy = ARENA_NEW(f->ctx->query, LogicalNode);
    *copy = *node;
    if (node->as.scan.watermark != NULL)
        copy->as.scan.watermark = fold_mapped(f, node->as.scan.watermark);
    if (node->as.scan.computed == NULL)
        return copy;
    const Expr **computed = ARENA_ARRAY(f->ctx->query, const Expr *, node->column_count + 1);
    for (uint32_t c = 0; c < node->column_count; c++) {
        if (node->as.scan.computed[c] != NULL)
            computed[c] = fold_mapped(f, node->as.scan.computed[c]);
    }
    copy->as.scan.computed = computed;
    return copy;
}

static const LogicalNode *fold_in_node(const OptContext *ctx, const LogicalNode *node)
{
    Fold f = { .ctx = ctx };
    const LogicalNode *folded =
        node->kind == LOGICAL_SCAN ? fold_scan(&f, node) : logical_map_exprs(ctx->query, node, fold_mapped, &f);
    if (node->kind == LOGICAL_LOOKUP_JOIN && node->as.lookup_join.residual != NULL)
        ((LogicalNode *)folded)->as.lookup_join.residual = fold_mapped(&f, node->as.lookup_join.residual);
    if (node->kind == LOGICAL_UNNEST && node->as.unnest.residual != NULL)
        ((LogicalNode *)folded)->as.unnest.residual = fold_mapped(&f, node->as.unnest.residual);
    if (!f.changed)
        folded = node;
    if (folded->kind == LOGICAL_FILTER && is_bool_literal(folded->as.filter.predicate, true))
        return folded->inputs[0];
    return folded;
}

const LogicalNode *rule_fold_constants(const OptContext *ctx, const LogicalNode *root)
{
    return opt_bottom_up(ctx, root, fold_in_node);
}
