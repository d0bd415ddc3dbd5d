/* optimize.c -- runs the rules of passes.def over each statement until nothing changes. */
#include "compiler/optimize/optimize_internal.h"

#include <assert.h>

/* Rules only remove, merge and move down, so they come to an end by themselves; the limit is for a mistake. */
enum { ROUNDS_MAX = 32 };

typedef struct RuleRow {
    const char *name;
    const LogicalNode *(*function)(const OptContext *ctx, const LogicalNode *root);
    bool is_last;
    const char *doc;
} RuleRow;

static const RuleRow RULES[] = {
#define PASS(name, function, doc) { #name, function, false, doc },
#define LAST(name, function, doc) { #name, function, true, doc },
#define SHARE(name, doc)          { #name, NULL, false, doc },
#include "compiler/optimize/passes.def"
#undef PASS
#undef LAST
#undef SHARE
};

static_assert(sizeof RULES / sizeof RULES[0] == OPT_RULE_COUNT && OPT_RULE_COUNT <= 64, "one row a rule");

const char *opt_rule_name(OptRule rule)
{
    assert(rule < OPT_RULE_COUNT);
    return RULES[rule].name;
}

const char *opt_rule_doc(OptRule rule)
{
    assert(rule < OPT_RULE_COUNT);
    return RULES[rule].doc;
}

bool opt_rule_find(Str name, OptRule *rule)
{
    for (uint32_t i = 0; i < OPT_RULE_COUNT; i++) {
        if (str_equal(name, str_from(RULES[i].name))) {
            *rule = (OptRule)i;
            return true;
        }
    }
    return false;
}

static const LogicalNode *run_rules(const OptContext *ctx, const LogicalNode *root, bool last)
{
    for (uint32_t i = 0; i < OPT_RULE_COUNT; i++) {
        const RuleRow *row = &RULES[i];
        if (row->function != NULL && row->is_last == last && opt_rule_is_on(ctx->options, (OptRule)i))
            root = row->function(ctx, root);
    }
    return root;
}

static const LogicalNode *optimize_tree(const OptContext *ctx, const LogicalNode *root)
{
    for (uint32_t round = 0; round < ROUNDS_MAX; round++) {
        const LogicalNode *better = run_rules(ctx, root, false);
        if (better == root)
            break;
        root = better;
    }
    return run_rules(ctx, root, true);
}

LogicalProgram optimize(Arena *query, LogicalProgram program, const OptimizeOptions *options)
{
    static const OptimizeOptions ALL = { 0 };
    OptContext ctx = { query, options == NULL ? &ALL : options, program.zone };
    LogicalProgram out = program;
    out.sinks = ARENA_ARRAY(query, const LogicalNode *, program.sink_count + 1);
    for (uint32_t i = 0; i < program.sink_count; i++)
        out.sinks[i] = optimize_tree(&ctx, program.sinks[i]);
    return out;
}

const LogicalNode *opt_bottom_up(const OptContext *ctx, const LogicalNode *root, NodeChange change)
{
    if (root->input_count > 0) {
        const LogicalNode **inputs = ARENA_ARRAY(ctx->query, const LogicalNode *, root->input_count);
        for (uint32_t i = 0; i < root->input_count; i++)
            inputs[i] = opt_bottom_up(ctx, root->inputs[i], change);
        root = logical_with_inputs(ctx->query, root, inputs);
    }
    return change(ctx, root);
}

void opt_conjuncts(Arena *arena, const Expr *predicate, Conjuncts *out)
{
    if (predicate->op != EXPR_AND) {
        vec_push(arena, out, predicate);
        return;
    }
    for (uint32_t i = 0; i < predicate->arg_count; i++)
        opt_conjuncts(arena, predicate->args[i], out);
}

const Expr *opt_and(Arena *query, const Conjuncts *conjuncts)
{
    if (conjuncts->count == 0)
        return NULL;
    if (conjuncts->count == 1)
        return conjuncts->items[0];
    Span span = span_none();
    bool nullable = false;
    for (uint32_t i = 0; i < conjuncts->count; i++) {
        span = span_join(span, conjuncts->items[i]->span);
        nullable |= conjuncts->items[i]->type->nullable;
    }
    return expr_op(query, EXPR_AND, type_simple(TYPE_BOOLEAN, nullable), conjuncts->items, conjuncts->count, span);
}

static bool is_field(const Expr *expr)
{
    if (expr->op != EXPR_CALL || strcmp(expr->fn->name, "FIELD") != 0 || expr->arg_count != 2)
        return false;
    const Expr *number = expr->args[1];
    return number->op == EXPR_LITERAL && number->literal.kind == PK_I32 && !number->literal.is_null;
}

bool opt_field_path(const Expr *expr, FieldPath *out)
{
    uint32_t length = 0;
    const Expr *base = expr;
    for (; is_field(base); base = base->args[0])
        length++;
    if (base->op != EXPR_COLUMN || length > FIELD_PATH_MAX)
        return false;
    out->column = base->column;
    out->length = length;
    for (const Expr *at = expr; length > 0; at = at->args[0])
        out->path[--length] = (uint32_t)at->args[1]->literal.value.i32;
    return true;
}

bool opt_is_free(const Expr *expr)
{
    FieldPath path;
    return expr->op == EXPR_LITERAL || opt_field_path(expr, &path);
}
