/* bind_emit.c -- EMIT EVERY i, EMIT ON UPDATE: when a statement tells of results that may still change.
 *
 * The clause is about the aggregates nearest to the statement's own rows: those from which a way leads down that keeps
 * nothing.  It stands in the plan of this statement alone: whoever reads the metric gets results that are final. */
#include "compiler/bind/bind_internal.h"

#include "compiler/logical/nodes.h"

bool emit_policy(Binder *binder, const AstNode *emit, int64_t *every_us)
{
    *every_us = 0;
    if (emit == NULL || ast_emit_mode(emit) == AST_EMIT_AFTER_CLOSE)
        return true;
    if (ast_emit_mode(emit) == AST_EMIT_ON_UPDATE) {
        *every_us = EMIT_EACH_ROW;
        return true;
    }
    return constant_time(binder, ast_emit_interval(emit), "EMIT EVERY", every_us);
}

typedef struct Attach {
    Binder *binder;
    int64_t every_us;
    Span span;
    uint32_t found;
    bool failed;
} Attach;

/* Which windows can be told of before they close. */
static bool check_window(Attach *a, const LogicalNode *node)
{
    if (node->kind != LOGICAL_AGGREGATE)
        return true;
    WindowKind kind = node->as.aggregate.window.kind;
    const LogicalNode *below = node->inputs[0];
    while (below->kind == LOGICAL_PROJECT || below->kind == LOGICAL_FILTER || below->kind == LOGICAL_LOOKUP_JOIN)
        below = below->inputs[0];
    if (kind == WINDOW_ATTACHED && below->kind == LOGICAL_WINDOW)
        kind = below->as.window.kind;
    bool each_row = a->every_us == EMIT_EACH_ROW;
    const LatePolicy *late = node->as.aggregate.late;
    bool is_several = kind == WINDOW_HOP || kind == WINDOW_CUMULATE;
    if (is_several && late != NULL && late->correct_us > 0)
        refuse(a->binder, a->span, "EMIT EVERY of overlapping windows that are corrected");
    else if (kind == WINDOW_SESSION)
        refuse(a->binder, a->span, each_row ? "EMIT ON UPDATE of sessions" : "EMIT EVERY of sessions");
    else if (each_row && kind != WINDOW_TUMBLE && kind != WINDOW_ATTACHED)
        refuse(a->binder, a->span, "EMIT ON UPDATE of windows that overlap");
    else
        return true;
    return false;
}

static bool check_time(Attach *a, const LogicalNode *node)
{
    const Table *table = a->every_us == EMIT_EACH_ROW ? NULL : logical_timeless(node);
    if (table == NULL)
        return true;
    Diag *d = diag_error(a->binder->diags, E0345, a->span, "EMIT EVERY counts event time, and `%.*s` has no watermark",
                         STR_ARG(table->name));
    diag_label(d, table->span, "declared here");
    diag_help(d, "declare WATERMARK FOR a time column, or leave EMIT out: each change is told as it comes");
    return false;
}

static const LogicalNode *attach(Attach *a, const LogicalNode *node)
{
    Arena *query = a->binder->query;
    if (node->kind == LOGICAL_AGGREGATE || node->kind == LOGICAL_GROUP) {
        a->found++;
        a->failed = a->failed || !check_window(a, node) || !check_time(a, node);
        LogicalNode *copy = ARENA_NEW(query, LogicalNode);
        *copy = *node;
        copy->as.aggregate.every_us = a->every_us;
        return copy;
    }
    bool is_rank = node->kind == LOGICAL_RANK || node->kind == LOGICAL_TOP;
    if (is_rank && (a->every_us > 0 || node->kind == LOGICAL_RANK)) {
        refuse(a->binder, a->span, a->every_us > 0 ? "EMIT EVERY of a ranking" : "EMIT ON UPDATE of a ranking");
        a->failed = true;
    }
    if (node->kind == LOGICAL_GAP_FILL) {
        refuse(a->binder, a->span, "EMIT EVERY and EMIT ON UPDATE of GAP_FILL");
        a->failed = true;
    }
    if (is_rank || node->kind == LOGICAL_GAP_FILL) {
        a->found++;
        return node;
    }
    const LogicalNode **inputs = ARENA_ARRAY(query, const LogicalNode *, node->input_count + 1);
    for (uint32_t i = 0; i < node->input_count; i++)
        inputs[i] = attach(a, node->inputs[i]);
    return logical_with_inputs(query, node, inputs);
}

Relation *emit_attach(Binder *binder, Relation *relation, int64_t every_us, Span span)
{
    if (every_us == 0 || relation->poison)
        return relation;
    Attach a = { .binder = binder, .every_us = every_us, .span = span };
    Relation *told = ARENA_NEW(binder->query, Relation);
    *told = *relation;
    told->node = attach(&a, relation->node);
    if (a.found == 0 && every_us != EMIT_EACH_ROW) {
        Diag *d = diag_error(binder->diags, E0345, span, "nothing is open here: the query groups no rows");
        diag_help(d, "its rows come as soon as they are made; leave EMIT out");
        a.failed = true;
    }
    return a.failed ? relation_poison(binder) : told;
}

/* What EMIT AFTER WINDOW CLOSE waits for. */
static bool has_window(const LogicalNode *node)
{
    bool found = node->kind == LOGICAL_AGGREGATE;
    for (uint32_t i = 0; i < node->input_count; i++)
        found = found || has_window(node->inputs[i]);
    return found;
}

bool emit_fits(Binder *binder, const Relation *relation, const AstNode *emit)
{
    if (emit == NULL || relation->poison || ast_emit_mode(emit) != AST_EMIT_AFTER_CLOSE || has_window(relation->node))
        return true;
    diag_error(binder->diags, E0345, emit->span, "no window closes here: the query has none");
    return false;
}
