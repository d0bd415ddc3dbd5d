/* logical_nodes.c -- making logical nodes: each constructor knows which columns its node has. */
#include "compiler/logical/nodes.h"

#include <assert.h>

static LogicalNode *node_new(Arena *query, LogicalKind kind, uint32_t column_count, Span span)
{
    LogicalNode *node = ARENA_NEW(query, LogicalNode);
    node->kind = kind;
    node->span = span;
    node->columns = ARENA_ARRAY(query, LogicalColumn, column_count + 1);
    node->column_count = column_count;
    return node;
}

static LogicalNode *node_over(Arena *query, LogicalKind kind, const LogicalNode *input, uint32_t column_count,
                              Span span)
{
    LogicalNode *node = node_new(query, kind, column_count, span);
    const LogicalNode **inputs = ARENA_ARRAY(query, const LogicalNode *, 1);
    inputs[0] = input;
    node->inputs = inputs;
    node->input_count = 1;
    return node;
}

/* Arena memory that the constructor still fills. */
static LogicalColumn *columns_of(LogicalNode *node)
{
    return (LogicalColumn *)node->columns;
}

static void columns_copy(LogicalColumn *to, const LogicalColumn *from, uint32_t count)
{
    if (count > 0)
        memcpy(to, from, count * sizeof *to);
}

const LogicalNode *logical_scan(Arena *query, const Table *table, const Expr *const *computed, const Expr *watermark,
                                Span span)
{
    LogicalNode *node = node_new(query, LOGICAL_SCAN, table->column_count, span);
    for (uint32_t c = 0; c < table->column_count; c++) {
        const TableColumn *column = &table->columns[c];
        columns_of(node)[c] = (LogicalColumn){ column->name, column->type, column->span };
    }
    node->as.scan.table = table;
    node->as.scan.computed = computed;
    node->as.scan.watermark = watermark;
    return node;
}

const LogicalNode *logical_filter(Arena *query, const LogicalNode *input, const Expr *predicate, Span span)
{
    LogicalNode *node = node_over(query, LOGICAL_FILTER, input, input->column_count, span);
    columns_copy(columns_of(node), input->columns, input->column_count);
    node->as.filter.predicate = predicate;
    return node;
}

const LogicalNode *logical_project(Arena *query, const LogicalNode *input, const Expr *const *exprs, const Str *names,
                                   uint32_t count, Span span)
{
    LogicalNode *node = node_over(query, LOGICAL_PROJECT, input, count, span);
    for (uint32_t c = 0; c < count; c++)
        columns_of(node)[c] = (LogicalColumn){ names[c], exprs[c]->type, exprs[c]->span };
    node->as.project.exprs = exprs;
    return node;
}

void logical_window_columns(Arena *query, const Type *time, Span span, LogicalColumn columns[WINDOW_COLUMN_COUNT])
{
    const Type *edge = type_timestamp(query, TYPE_TIMESTAMP, 3, false);
    Type *rowtime = ARENA_NEW(query, Type);
    *rowtime = *type_timestamp(query, time->kind, 3, false);
    rowtime->is_rowtime = time->is_rowtime;
    columns[0] = (LogicalColumn){ STR("window_start"), edge, span };
    columns[1] = (LogicalColumn){ STR("window_end"), edge, span };
    columns[2] = (LogicalColumn){ STR("window_time"), rowtime, span };
}

const LogicalNode *logical_window(Arena *query, const LogicalNode *input, LogicalWindow window)
{
    assert(window.time_column < input->column_count && window.size_us > 0 && window.kind != WINDOW_ATTACHED);
    uint32_t count = input->column_count;
    LogicalNode *node = node_over(query, LOGICAL_WINDOW, input, count + WINDOW_COLUMN_COUNT, window.span);
    columns_copy(columns_of(node), input->columns, count);
    logical_window_columns(query, input->columns[window.time_column].type, window.span, columns_of(node) + count);
    node->as.window = window;
    return node;
}

const LogicalNode *logical_aggregate(Arena *query, const LogicalNode *input, const LogicalGrouping *grouping, Span span)
{
    const LogicalGrouping *g = grouping;
    assert(g->window.time_column < input->column_count);
    assert(g->window.kind == WINDOW_ATTACHED ? g->window.end_column < input->column_count : g->window.size_us > 0);
    uint32_t count = g->key_count + g->call_count;
    LogicalNode *node = node_over(query, LOGICAL_AGGREGATE, input, count + WINDOW_COLUMN_COUNT, span);
    LogicalColumn *columns = columns_of(node);
    for (uint32_t i = 0; i < g->key_count; i++)
        columns[i] = (LogicalColumn){ g->key_names[i], g->keys[i]->type, g->keys[i]->span };
    for (uint32_t i = 0; i < g->call_count; i++)
        columns[g->key_count + i] = (LogicalColumn){ g->call_names[i], g->calls[i].type, g->calls[i].span };
    logical_window_columns(query, input->columns[g->window.time_column].type, g->window.span, columns + count);
    node->as.aggregate.window = g->window;
    node->as.aggregate.keys = g->keys;
    node->as.aggregate.key_count = g->key_count;
    node->as.aggregate.calls = g->calls;
    node->as.aggregate.call_count = g->call_count;
    node->as.aggregate.late = g->late;
    node->as.aggregate.delay_us = g->delay_us;
    node->as.aggregate.every_us = g->every_us;
    return node;
}

const LogicalNode *logical_keep(Arena *query, const LogicalNode *aggregate, const KeepKey *keys, uint32_t count,
                                Span span)
{
    assert(aggregate->kind == LOGICAL_AGGREGATE && count > 0);
    LogicalNode *node = node_over(query, LOGICAL_KEEP, aggregate, aggregate->column_count, span);
    columns_copy(columns_of(node), aggregate->columns, aggregate->column_count);
    for (uint32_t i = 0; i < count; i++) {
        LogicalColumn *column = &columns_of(node)[keys[i].key];
        if (keys[i].other.is_null)
            column->type = type_with_nullable(query, column->type, true);
    }
    node->as.keep.keys = keys;
    node->as.keep.key_count = count;
    return node;
}

const LogicalNode *logical_gap_fill(Arena *query, const LogicalNode *input, const LogicalNode *aggregate,
                                    int64_t step_us, Span span)
{
    assert(aggregate->kind == LOGICAL_AGGREGATE && aggregate->column_count == input->column_count);
    LogicalNode *node = node_over(query, LOGICAL_GAP_FILL, input, input->column_count, span);
    columns_copy(columns_of(node), input->columns, input->column_count);
    node->as.gap_fill.step_us = step_us;
    node->as.gap_fill.key_count = aggregate->as.aggregate.key_count;
    node->as.gap_fill.call_count = aggregate->as.aggregate.call_count;
    node->as.gap_fill.calls = aggregate->as.aggregate.calls;
    return node;
}

const LogicalNode *logical_lookup_join(Arena *query, const LogicalNode *input, const LogicalLookup *lookup, Span span)
{
    const Table *table = lookup->table;
    uint32_t added = lookup->table_columns == NULL ? table->column_count : lookup->table_column_count;
    LogicalNode *node = node_over(query, LOGICAL_LOOKUP_JOIN, input, input->column_count + added, span);
    columns_copy(columns_of(node), input->columns, input->column_count);
    for (uint32_t i = 0; i < added; i++) {
        const TableColumn *column = &table->columns[lookup->table_columns == NULL ? i : lookup->table_columns[i]];
        const Type *type = lookup->is_left ? type_with_nullable(query, column->type, true) : column->type;
        columns_of(node)[input->column_count + i] = (LogicalColumn){ column->name, type, column->span };
    }
    node->as.lookup_join.table = table;
    node->as.lookup_join.input_keys = lookup->input_keys;
    node->as.lookup_join.table_keys = lookup->table_keys;
    node->as.lookup_join.key_count = lookup->key_count;
    node->as.lookup_join.residual = lookup->residual;
    node->as.lookup_join.is_left = lookup->is_left;
    node->as.lookup_join.table_columns = lookup->table_columns;
    return node;
}

const LogicalNode *logical_unnest(Arena *query, const LogicalNode *input, const Expr *count, const Expr *residual,
                                  bool is_left, Span span)
{
    assert(!expr_can_fail(count) && (is_left || residual == NULL));
    LogicalNode *node = node_over(query, LOGICAL_UNNEST, input, input->column_count + 1, span);
    columns_copy(columns_of(node), input->columns, input->column_count);
    columns_of(node)[input->column_count] = (LogicalColumn){ STR("ordinality"), type_simple(TYPE_INT, is_left), span };
    node->as.unnest.count = count;
    node->as.unnest.residual = residual;
    node->as.unnest.is_left = is_left;
    return node;
}

const LogicalNode *logical_union_all(Arena *query, const LogicalNode *const *inputs, uint32_t count, Span span)
{
    assert(count > 0);
    LogicalNode *node = node_new(query, LOGICAL_UNION_ALL, inputs[0]->column_count, span);
    columns_copy(columns_of(node), inputs[0]->columns, inputs[0]->column_count);
    for (uint32_t i = 0; i < count; i++) {
        assert(inputs[i]->column_count == node->column_count);
        for (uint32_t c = 0; c < node->column_count; c++) {
            if (inputs[i]->columns[c].type->nullable)
                columns_of(node)[c].type = type_with_nullable(query, node->columns[c].type, true);
        }
    }
    node->inputs = inputs;
    node->input_count = count;
    return node;
}

const LogicalNode *logical_sink(Arena *query, const LogicalNode *input, const LogicalTarget *target, Span span)
{
    LogicalNode *node = node_over(query, LOGICAL_SINK, input, input->column_count, span);
    columns_copy(columns_of(node), input->columns, input->column_count);
    for (uint32_t c = 0; c < node->column_count && target->column_names != NULL; c++)
        columns_of(node)[c].name = target->column_names[c];
    node->as.sink.is_insert = target->is_insert;
    node->as.sink.is_store = target->is_store;
    node->as.sink.name = target->name;
    node->as.sink.table = target->table;
    node->as.sink.statement = target->statement;
    return node;
}
