/* bind_unbounded.c -- grouping without a window: groups for all time, whose results each row may change.
 *
 * Its output is a changelog.  An aggregate over one must be able to take rows back. */
#include "compiler/bind/bind_internal.h"
#include "compiler/logical/nodes.h"

static Relation *unbounded_relation(Binder *binder, const Grouping *grouping, BindColumn *columns)
{
    uint32_t count = grouping->key_count + grouping->aggs.count;
    LogicalNode *node = node_new(binder, LOGICAL_GROUP, grouping->span, &grouping->input->node, 1);
    node_set_columns(binder, node, columns, count);
    node->as.aggregate.keys = grouping->keys;
    node->as.aggregate.key_count = grouping->key_count;
    node->as.aggregate.calls = grouping->aggs.items;
    node->as.aggregate.call_count = grouping->aggs.count;
    Relation *relation = ARENA_NEW(binder->query, Relation);
    relation->node = fit_changes(binder, node);
    if (relation->node == NULL)
        return relation_poison(binder);
    relation->columns = columns;
    relation->column_count = count;
    relation_stack(relation, grouping->input);
    relation->is_grouped = true;
    return relation;
}

Relation *make_distinct(Binder *binder, Relation *input, Span span)
{
    if (input->poison)
        return input;
    Grouping all = { .input = input, .key_count = input->column_count, .span = span };
    all.keys = ARENA_ARRAY(binder->query, const Expr *, input->column_count + 1);
    BindColumn *columns = ARENA_ARRAY(binder->query, BindColumn, input->column_count + 1);
    for (uint32_t i = 0; i < input->column_count; i++) {
        const BindColumn *column = &input->columns[i];
        all.keys[i] = expr_column(binder->query, column->type, i, column->span);
        columns[i] = group_key_column(binder, &all, i);
        columns[i].name = column->name;
    }
    return unbounded_relation(binder, &all, columns);
}

Relation *make_unbounded(Binder *binder, const Grouping *grouping)
{
    uint32_t calls = grouping->aggs.count, count = grouping->key_count + calls;
    if (grouping->sets.masks.count > 0)
        refuse(binder, grouping->span, "GROUPING SETS, CUBE or ROLLUP without a window");
    if (grouping->sets.masks.count > 0)
        return relation_poison(binder);
    BindColumn *columns = ARENA_ARRAY(binder->query, BindColumn, count + 1);
    for (uint32_t i = 0; i < grouping->key_count; i++)
        columns[i] = group_key_column(binder, grouping, i);
    for (uint32_t i = 0; i < calls; i++) {
        const AggCall *call = &grouping->aggs.items[i];
        columns[grouping->key_count + i] =
            (BindColumn){ .name = str_printf(binder->query, "agg_%u", i), .type = call->type, .span = call->span };
    }
    return unbounded_relation(binder, grouping, columns);
}

/* ---- state without an end ---- */

/* A view is warned about once, however many statements read it. */
static bool is_told(const Binder *binder, Span span)
{
    for (uint32_t i = 0; i < binder->diags->items.count; i++) {
        const Diag *d = binder->diags->items.items[i];
        if (d->code == W0703 && d->span.file == span.file && d->span.start == span.start)
            return true;
    }
    return false;
}

static bool metric_says_unbounded(const Binder *binder, Str metric)
{
    const CatalogEntry *entry = catalog_find(binder->catalog, metric);
    return entry != NULL && entry->kind == CATALOG_METRIC && ast_metric_unbounded(entry->as.metric->statement);
}

void check_state_end(Binder *binder, const LogicalNode *node, Str metric)
{
    /* One group is no growing state. */
    bool is_group = node->kind == LOGICAL_GROUP && node->as.aggregate.key_count > 0 && node->as.aggregate.ttl_us == 0;
    bool is_top =
        node->kind == LOGICAL_TOP && (node->as.top.partition_count > 0 || logical_is_updating(node->inputs[0]));
    bool is_endless = is_group || is_top || (node->kind == LOGICAL_GAP_FILL && node->as.gap_fill.key_count > 0);
    bool is_fill = node->kind == LOGICAL_GAP_FILL;
    if (is_endless && metric.len > 0 && !metric_says_unbounded(binder, metric)) {
        Diag *d = diag_error(binder->diags, E0339, node->span, "metric `%.*s` keeps %s for all time", STR_ARG(metric),
                             is_fill  ? "the last window of each group"
                             : is_top ? "these rows"
                                      : "these groups");
        if (is_fill)
            diag_help(d, "say that it does: CREATE METRIC %.*s UNBOUNDED AS ..", STR_ARG(metric));
        else
            diag_help(d, "group by the window, or write CREATE METRIC %.*s UNBOUNDED AS .., or a STATE_TTL hint",
                      STR_ARG(metric));
        return;
    }
    if (is_endless && metric.len == 0 && !is_told(binder, node->span)) {
        Diag *d = diag_warning(binder->diags, W0703, node->span, "%s",
                               is_fill  ? "GAP_FILL remembers the last window of each group for all time"
                               : is_top ? "without a window, rows are kept for all time"
                                        : "without a window, groups are kept for all time");
        const char *by_window = "group by window_start and window_end of a window, whose groups go when it closes";
        diag_help(d, "%s", is_fill ? "it keeps one number a group: leave out what is many and short-lived" : by_window);
    }
    for (uint32_t i = 0; i < node->input_count; i++)
        check_state_end(binder, node->inputs[i], metric);
}
