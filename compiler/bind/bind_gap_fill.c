/* bind_gap_fill.c -- GAP_FILL(TABLE w, step): the windows that groups of w left out.
 *
 * The filling stands right above the aggregate of w and its HAVING, below what w selects, so that an item made of
 * aggregates is for an empty window what it would be for one without rows: COUNT(*) is 0, RATIO(a, b) is NULL. */
#include "compiler/bind/bind_from.h"

#include "compiler/logical/nodes.h"

static Relation *bad_table(Binder *binder, Span span)
{
    Diag *d = diag_error(binder->diags, E0316, span, "GAP_FILL takes a query that is grouped by TUMBLE or HOP");
    diag_help(d, "write WITH w AS (SELECT window_start, region, COUNT(*) AS n FROM TUMBLE(..) GROUP BY window_start, "
                 "window_end, region) SELECT * FROM GAP_FILL(TABLE w, INTERVAL '1' MINUTE)");
    return relation_poison(binder);
}

static Relation *bind_table_arg(Binder *binder, const AstNode *arg)
{
    if (arg->kind == AST_COLUMN_REF || arg->kind == AST_QNAME)
        return under_alias(binder, find_relation(binder, arg), qname_text(binder, arg), arg->span);
    if (arg->kind != AST_TABLE_ARG || ast_count(ast_table_arg_partition_by(arg)) > 0 ||
        ast_count(ast_table_arg_order_by(arg)) > 0)
        return bad_table(binder, arg->span);
    const AstNode *table = ast_table_arg_table(arg);
    if (table->kind == AST_QUERY)
        return under_alias(binder, bind_query_ast(binder, table), STR_EMPTY, table->span);
    return under_alias(binder, find_relation(binder, table), qname_text(binder, table), table->span);
}

/* The aggregate, behind projections and then its HAVING; NULL: something else is there. */
static const LogicalNode *aggregate_of(const LogicalNode *node, const LogicalNode **base)
{
    while (node->kind == LOGICAL_PROJECT)
        node = node->inputs[0];
    *base = node;
    while (node->kind == LOGICAL_FILTER)
        node = node->inputs[0];
    return node->kind == LOGICAL_AGGREGATE ? node : NULL;
}

/* Between the starts of its windows; 0: they have no one distance. */
static int64_t distance(const LogicalWindow *window)
{
    if (window->calendar != NULL && (window->calendar->size_months != 0 || window->calendar->zone != NULL))
        return 0;
    return window->kind == WINDOW_TUMBLE ? window->size_us : window->kind == WINDOW_HOP ? window->step_us : 0;
}

static bool check_distance(Binder *binder, const AstNode *step, const LogicalWindow *window, Span table)
{
    ExprScope scope = { .binder = binder, .place = "GAP_FILL" };
    int64_t step_us, apart_us = distance(window);
    if (apart_us == 0) {
        Diag *d = refuse(binder, table, "GAP_FILL of other windows than TUMBLE and HOP in UTC");
        diag_label(d, window->span, "these windows");
        return false;
    }
    if (!window_length(&scope, step, "step", &step_us))
        return false;
    if (step_us == apart_us)
        return true;
    Diag *d = diag_error(binder->diags, E0315, step->span, "the step of GAP_FILL is not the distance of its windows");
    diag_label(d, window->span, "these windows");
    return false;
}

static const LogicalNode *fill_below(Binder *binder, const LogicalNode *node, const LogicalNode *base,
                                     const LogicalNode *filled)
{
    if (node == base)
        return filled;
    const LogicalNode *input = fill_below(binder, node->inputs[0], base, filled);
    return logical_with_inputs(binder->query, node, &input);
}

static Relation *filled_relation(Binder *binder, const Relation *input, const AstNode *step, Span span)
{
    const LogicalNode *base, *aggregate = aggregate_of(input->node, &base);
    if (aggregate == NULL)
        return bad_table(binder, span);
    if (logical_is_updating(aggregate)) {
        refuse(binder, span, "GAP_FILL of results that are corrected");
        return relation_poison(binder);
    }
    if (!check_distance(binder, step, &aggregate->as.aggregate.window, span))
        return relation_poison(binder);
    const LogicalNode *fill =
        logical_gap_fill(binder->query, base, aggregate, distance(&aggregate->as.aggregate.window), span);
    Relation *filled = ARENA_NEW(binder->query, Relation);
    *filled = *input;
    relation_stack(filled, input);
    filled->node = fill_below(binder, input->node, base, fill);
    return filled;
}

Relation *bind_gap_fill(Binder *binder, const AstNode *ast)
{
    const AstNode *call = ast_table_function_call(ast), *args = ast_call_args(call);
    if (ast_count(args) != 2) {
        Diag *d = diag_error(binder->diags, E0316, call->span, "GAP_FILL takes a table and a step");
        diag_help(d, "write GAP_FILL(TABLE w, INTERVAL '1' MINUTE)");
        return relation_poison(binder);
    }
    Relation *input = bind_table_arg(binder, ast_at(args, 0));
    if (input->poison)
        return relation_poison(binder);
    Relation *filled = filled_relation(binder, input, ast_at(args, 1), ast_at(args, 0)->span);
    Str own = input->sources.count > 0 ? input->sources.items[0].alias : STR_EMPTY;
    return named_relation(binder, filled, ast_table_function_alias(ast), own, ast_table_function_columns(ast),
                          call->span);
}

bool gaps_fit(Binder *binder, const LogicalNode *node)
{
    const LogicalNode *over = node->kind == LOGICAL_AGGREGATE || node->kind == LOGICAL_WINDOW ? node : NULL;
    for (uint32_t i = 0; i < node->input_count; i++) {
        const LogicalNode *below = node->inputs[i];
        while (over != NULL && below->input_count == 1 && below->kind != LOGICAL_GAP_FILL &&
               below->kind != LOGICAL_AGGREGATE)
            below = below->inputs[0];
        if (over != NULL && below->kind == LOGICAL_GAP_FILL) {
            Diag *d = refuse(binder, over->span, "a window over GAP_FILL");
            diag_help(d, "rows of a gap come when it ends, behind the windows that they are in");
            return false;
        }
        if (!gaps_fit(binder, node->inputs[i]))
            return false;
    }
    return true;
}
