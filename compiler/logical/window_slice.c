/* window_slice.c -- windows that an aggregate cuts itself.
 *
 * As bound, a window function gives each row the columns of its windows and the aggregate groups by them.  Where nobody
 * on the way asks for those columns, the aggregate can cut its windows from the time: each row then updates one slice
 * instead of a group in each of its windows.
 *
 *   aggregate windows(window_start@4, window_end@5)       aggregate hop(ts@2, 1 min by 10 s)
 *     project ..                                    ->      project .., ts
 *       window hop(ts@3, 1 min by 10 s)                       scan
 *         scan
 *
 * Windows on the clocks that rows name stay with their rows.  Sessions exist in this form only: which rows are in one
 * is known when it closes.  A filter between session and aggregate chooses the rows of which sessions are made, as in
 * Flink. */
#include "compiler/logical/nodes.h"

#define NO_COLUMN UINT32_MAX

/* A node without the WINDOW below it. */
typedef struct Sliced {
    const LogicalNode *node;
    uint32_t *map;    /* of the columns it had; NO_COLUMN: it was the window's */
    uint32_t *origin; /* of the columns it has: column of the input of the WINDOW, or NO_COLUMN */
    uint32_t time;    /* its column with the time */
    uint32_t rules[WINDOW_RULE_COUNT]; /* likewise, as in the window */
    const LogicalNode *window;
} Sliced;

static bool reads_window(Arena *query, const Expr *expr, const Sliced *below, uint32_t column_count)
{
    uint64_t *used = ARENA_ARRAY(query, uint64_t, column_count / 64 + 1);
    expr_columns(expr, used);
    for (uint32_t c = 0; c < column_count; c++) {
        if (((used[c / 64] >> (c % 64)) & 1) != 0 && below->map[c] == NO_COLUMN)
            return true;
    }
    return false;
}

typedef struct Move {
    Arena *query;
    const LogicalNode *over; /* the node whose columns the expression reads */
    const Sliced *below;     /* the same node without the window */
    bool fits;
} Move;

static const Expr *move_expr(void *user, const Expr *expr)
{
    Move *move = user;
    uint32_t count = move->over->column_count;
    if (reads_window(move->query, expr, move->below, count)) {
        move->fits = false;
        return expr;
    }
    const Expr **columns = ARENA_ARRAY(move->query, const Expr *, count + 1);
    for (uint32_t c = 0; c < count; c++) {
        const LogicalColumn *column = &move->over->columns[c];
        uint32_t to = move->below->map[c];
        columns[c] = expr_column(move->query, column->type, to == NO_COLUMN ? 0 : to, column->span);
    }
    return expr_substitute(move->query, expr, columns);
}

static uint32_t *columns_new(Arena *query, uint32_t count)
{
    uint32_t *columns = ARENA_ARRAY(query, uint32_t, count + 1);
    for (uint32_t c = 0; c < count; c++)
        columns[c] = c;
    return columns;
}

static bool slice(Arena *query, const LogicalNode *node, uint32_t start, uint32_t end, Sliced *out);

static bool slice_window(Arena *query, const LogicalNode *node, uint32_t start, uint32_t end, Sliced *out)
{
    uint32_t before = node->inputs[0]->column_count;
    if (start != before || end != before + 1 || node->as.window.has_zone_column)
        return false;
    *out = (Sliced){ .node = node->inputs[0],
                     .map = columns_new(query, node->column_count),
                     .origin = columns_new(query, before),
                     .time = node->as.window.time_column,
                     .window = node };
    for (uint32_t c = before; c < node->column_count; c++)
        out->map[c] = NO_COLUMN;
    memcpy(out->rules, node->as.window.rules, sizeof out->rules);
    return true;
}

static bool slice_filter(Arena *query, const LogicalNode *node, uint32_t start, uint32_t end, Sliced *out)
{
    if (!slice(query, node->inputs[0], start, end, out))
        return false;
    Move move = { query, node->inputs[0], out, true };
    const Expr *predicate = move_expr(&move, node->as.filter.predicate);
    if (move.fits)
        out->node = logical_filter(query, out->node, predicate, node->span);
    return move.fits;
}

/* Columns of a projection as it is made. */
typedef struct Kept {
    Arena *query;
    const Expr **exprs;
    Str *names;
    uint32_t *origin;
    uint32_t count;
} Kept;

/* One more column that nobody above has asked for; where it stands. */
static uint32_t carry(Kept *kept, const Sliced *below, uint32_t column)
{
    const LogicalColumn *from = &below->node->columns[column];
    kept->origin[kept->count] = below->origin[column];
    kept->names[kept->count] = from->name;
    kept->exprs[kept->count] = expr_column(kept->query, from->type, column, from->span);
    return kept->count++;
}

/* The window's columns go, the time and what rules sessions come behind the others. */
static bool slice_project(Arena *query, const LogicalNode *node, uint32_t start, uint32_t end, Sliced *out)
{
    const Expr *const *exprs = node->as.project.exprs;
    Sliced below;
    if (exprs[start]->op != EXPR_COLUMN || exprs[end]->op != EXPR_COLUMN ||
        !slice(query, node->inputs[0], exprs[start]->column, exprs[end]->column, &below))
        return false;
    Move move = { query, node->inputs[0], &below, true };
    uint32_t room = node->column_count + 1 + WINDOW_RULE_COUNT;
    Kept kept = { query, ARENA_ARRAY(query, const Expr *, room), ARENA_ARRAY(query, Str, room),
                  ARENA_ARRAY(query, uint32_t, room), 0 };
    out->map = ARENA_ARRAY(query, uint32_t, node->column_count + 1);
    for (uint32_t c = 0; c < node->column_count && move.fits; c++) {
        bool is_column = exprs[c]->op == EXPR_COLUMN;
        out->map[c] = NO_COLUMN;
        if (is_column && below.map[exprs[c]->column] == NO_COLUMN)
            continue;
        out->map[c] = kept.count;
        kept.origin[kept.count] = is_column ? below.origin[below.map[exprs[c]->column]] : NO_COLUMN;
        kept.names[kept.count] = node->columns[c].name;
        kept.exprs[kept.count++] = move_expr(&move, exprs[c]);
    }
    out->time = carry(&kept, &below, below.time);
    for (uint32_t i = 0; i < WINDOW_RULE_COUNT; i++)
        out->rules[i] = below.rules[i] == 0 ? 0 : carry(&kept, &below, below.rules[i] - 1) + 1;
    out->window = below.window;
    out->origin = kept.origin;
    if (move.fits)
        out->node = logical_project(query, below.node, kept.exprs, kept.names, kept.count, node->span);
    return move.fits;
}

static bool slice_lookup(Arena *query, const LogicalNode *node, uint32_t start, uint32_t end, Sliced *out)
{
    uint32_t before = node->inputs[0]->column_count, table_count;
    Sliced below;
    if (start >= before || end >= before || !slice(query, node->inputs[0], start, end, &below))
        return false;
    Move move = { query, node->inputs[0], &below, true };
    const LogicalNode *moved = logical_map_exprs(query, node, move_expr, &move);
    LogicalLookup lookup = { .table = node->as.lookup_join.table,
                             .input_keys = moved->as.lookup_join.input_keys,
                             .table_keys = node->as.lookup_join.table_keys,
                             .key_count = node->as.lookup_join.key_count,
                             .is_left = node->as.lookup_join.is_left,
                             .table_columns = logical_table_columns(query, node, &table_count) };
    lookup.table_column_count = table_count;
    uint32_t now = below.node->column_count;
    *out = below;
    out->map = ARENA_ARRAY(query, uint32_t, node->column_count + 1);
    out->origin = ARENA_ARRAY(query, uint32_t, now + table_count + 1);
    for (uint32_t c = 0; c < node->column_count; c++)
        out->map[c] = c < before ? below.map[c] : now + c - before;
    for (uint32_t c = 0; c < now + table_count; c++)
        out->origin[c] = c < now ? below.origin[c] : NO_COLUMN;
    Move over_output = { query, node, out, true };
    if (node->as.lookup_join.residual != NULL)
        lookup.residual = move_expr(&over_output, node->as.lookup_join.residual);
    if (!move.fits || !over_output.fits)
        return false;
    out->node = logical_lookup_join(query, below.node, &lookup, node->span);
    return true;
}

static bool slice_unnest(Arena *query, const LogicalNode *node, uint32_t start, uint32_t end, Sliced *out)
{
    uint32_t before = node->inputs[0]->column_count;
    Sliced below;
    if (start >= before || end >= before || !slice(query, node->inputs[0], start, end, &below))
        return false;
    Move move = { query, node->inputs[0], &below, true };
    const Expr *count = move_expr(&move, node->as.unnest.count), *residual = node->as.unnest.residual;
    uint32_t now = below.node->column_count;
    *out = below;
    out->map = ARENA_ARRAY(query, uint32_t, before + 1);
    out->origin = ARENA_ARRAY(query, uint32_t, now + 1);
    memcpy(out->map, below.map, before * sizeof *out->map);
    memcpy(out->origin, below.origin, now * sizeof *out->origin);
    out->map[before] = now;
    out->origin[now] = NO_COLUMN;
    Move over_output = { query, node, out, true };
    if (residual != NULL)
        residual = move_expr(&over_output, residual);
    if (!move.fits || !over_output.fits)
        return false;
    out->node = logical_unnest(query, below.node, count, residual, node->as.unnest.is_left, node->span);
    return true;
}

static bool slice(Arena *query, const LogicalNode *node, uint32_t start, uint32_t end, Sliced *out)
{
    switch (node->kind) {
    case LOGICAL_WINDOW:
        return slice_window(query, node, start, end, out);
    case LOGICAL_FILTER:
        return slice_filter(query, node, start, end, out);
    case LOGICAL_PROJECT:
        return slice_project(query, node, start, end, out);
    case LOGICAL_LOOKUP_JOIN:
        return slice_lookup(query, node, start, end, out);
    case LOGICAL_UNNEST:
        return slice_unnest(query, node, start, end, out);
    default:
        return false;
    }
}

/* An expression over the input of a window without the projection there, if there is one. */
static const Expr *below_project(Arena *query, const LogicalNode *input, const Expr *expr)
{
    return input->kind == LOGICAL_PROJECT ? expr_substitute(query, expr, input->as.project.exprs) : expr;
}

/* A key over the columns of the slice, over the input of the window; NULL: it reads something else. */
static const Expr *key_of_window(Arena *query, const Expr *key, const Sliced *below)
{
    uint32_t count = below->node->column_count;
    uint64_t *used = ARENA_ARRAY(query, uint64_t, count / 64 + 1);
    const Expr **columns = ARENA_ARRAY(query, const Expr *, count + 1);
    expr_columns(key, used);
    for (uint32_t c = 0; c < count; c++) {
        uint32_t from = below->origin[c];
        if (from == NO_COLUMN && ((used[c / 64] >> (c % 64)) & 1) != 0)
            return NULL;
        columns[c] = expr_column(query, below->node->columns[c].type, from == NO_COLUMN ? 0 : from, key->span);
    }
    return below_project(query, below->window->inputs[0], expr_substitute(query, key, columns));
}

/* Is the key what the window is partitioned by in one place? */
static bool is_partition(Arena *query, const Expr *key, const Sliced *below)
{
    const LogicalWindow *window = &below->window->as.window;
    const LogicalNode *input = below->window->inputs[0];
    const Expr *over = key_of_window(query, key, below);
    for (uint32_t p = 0; p < window->partition_count && over != NULL; p++) {
        uint32_t column = window->partition[p];
        const Expr *part = expr_column(query, input->columns[column].type, column, key->span);
        if (expr_equal(below_project(query, input, part), over))
            return true;
    }
    return false;
}

/* One session for each value of the keys: they must be what the window is partitioned by. */
static bool keys_are_partition(Arena *query, const LogicalNode *aggregate, const Sliced *below)
{
    const LogicalWindow *window = &below->window->as.window;
    uint32_t found = 0;
    for (uint32_t i = 0; i < aggregate->as.aggregate.key_count; i++) {
        const Expr *key = aggregate->as.aggregate.keys[i];
        if (!is_partition(query, key, below))
            return false;
        bool is_first = true;
        for (uint32_t k = 0; k < i; k++)
            is_first &= !expr_equal(key, aggregate->as.aggregate.keys[k]);
        found += is_first;
    }
    return found == window->partition_count;
}

const LogicalNode *logical_slice_windows(Arena *query, const LogicalNode *aggregate, bool partition_by_keys)
{
    const LogicalWindow *attached = &aggregate->as.aggregate.window;
    const LogicalNode *input = aggregate->inputs[0];
    Sliced below;
    if (!slice(query, input, attached->time_column, attached->end_column, &below))
        return NULL;
    Move move = { query, input, &below, true };
    LogicalNode *sliced = (LogicalNode *)logical_map_exprs(query, aggregate, move_expr, &move);
    if (!move.fits)
        return NULL;
    LogicalWindow window = below.window->as.window;
    if (window.kind == WINDOW_SESSION && !partition_by_keys && !keys_are_partition(query, sliced, &below))
        return NULL;
    window.time_column = below.time;
    memcpy(window.rules, below.rules, sizeof window.rules);
    window.partition = NULL;
    window.partition_count = 0;
    sliced->as.aggregate.window = window;
    return logical_with_inputs(query, sliced, &below.node);
}
