/* rule_prune_columns.c -- from the sink down, every node is told which of its columns are used, and makes only those.
 *
 * What is used is a column, or a leaf inside of a ROW column: `actor.id` asks for the leaf alone, so that the decoder
 * converts nothing else of `actor`.  A leaf and the whole column together are the whole column.
 *
 *   PROJECT      expressions nobody uses go
 *   AGGREGATE    calls nobody uses go; keys stay, they say what a group is
 *   WINDOW       goes where nobody uses window_start, window_end or window_time
 *   LOOKUP_JOIN  table columns nobody uses go
 *   SCAN         has the columns and leaves that are used, in table order; computed columns bring what they read; the
 *                watermark goes where nothing above asks for time */
#include "compiler/optimize/optimize_internal.h"

#include <assert.h>
#include <stdlib.h>

/* A column, or a leaf below it. */
typedef struct Use {
    uint32_t column;
    uint32_t length;
    const uint32_t *path;
} Use;

typedef VEC(Use) Uses;

/* A node made smaller, and where each used column or leaf of the old one stands in it. */
typedef struct Provided {
    Use use;
    uint32_t column;
} Provided;

typedef struct Pruned {
    const LogicalNode *node;
    VEC(Provided) map;
} Pruned;

typedef struct Prune {
    Arena *query;
    bool needs_time;
} Prune;

typedef struct Collect {
    Arena *query;
    Uses *uses;
} Collect;

static Pruned prune(const Prune *p, const LogicalNode *node, Uses uses);

/* ---- sets of uses ---- */

static bool is_prefix(const Use *a, const Use *b)
{
    return a->column == b->column && a->length <= b->length &&
           (a->length == 0 || memcmp(a->path, b->path, a->length * sizeof *a->path) == 0);
}

static void add_use(Arena *query, Uses *uses, Use use)
{
    for (uint32_t i = 0; i < uses->count; i++) {
        if (is_prefix(&uses->items[i], &use))
            return;
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < uses->count; i++) {
        if (!is_prefix(&use, &uses->items[i]))
            uses->items[kept++] = uses->items[i];
    }
    uses->count = kept;
    vec_push(query, uses, use);
}

static void add_column(Arena *query, Uses *uses, uint32_t column)
{
    add_use(query, uses, (Use){ .column = column });
}

static void collect(void *user, const Expr *expr)
{
    const Collect *c = user;
    FieldPath path;
    if (opt_field_path(expr, &path)) {
        uint32_t *kept = ARENA_ARRAY(c->query, uint32_t, path.length + 1);
        memcpy(kept, path.path, path.length * sizeof *kept);
        add_use(c->query, c->uses, (Use){ path.column, path.length, kept });
        return;
    }
    for (uint32_t i = 0; i < expr->arg_count; i++)
        collect(user, expr->args[i]);
}

static int compare_uses(const void *left, const void *right)
{
    const Use *a = left, *b = right;
    if (a->column != b->column)
        return a->column < b->column ? -1 : 1;
    for (uint32_t i = 0; i < a->length && i < b->length; i++) {
        if (a->path[i] != b->path[i])
            return a->path[i] < b->path[i] ? -1 : 1;
    }
    return (a->length > b->length) - (a->length < b->length);
}

static void sort_uses(Uses *uses)
{
    if (uses->count > 1)
        qsort(uses->items, uses->count, sizeof *uses->items, compare_uses);
}

/* Whole columns in place of leaves: for nodes that make their columns anew. */
static Uses whole_columns(Arena *query, const Uses *uses)
{
    Uses whole = { 0 };
    for (uint32_t i = 0; i < uses->count; i++)
        add_column(query, &whole, uses->items[i].column);
    sort_uses(&whole);
    return whole;
}

static Uses copy_uses(Arena *query, const Uses *uses, uint32_t column_count)
{
    Uses copy = { 0 };
    for (uint32_t i = 0; i < uses->count; i++) {
        if (uses->items[i].column < column_count)
            add_use(query, &copy, uses->items[i]);
    }
    return copy;
}

/* ---- expressions over the smaller input ---- */

typedef struct Rewrite {
    Arena *query;
    const Pruned *input;
} Rewrite;

static const Provided *find_provided(const Pruned *input, uint32_t column, const uint32_t *path, uint32_t length)
{
    Use wanted = { column, length, path };
    for (uint32_t i = 0; i < input->map.count; i++) {
        const Provided *p = &input->map.items[i];
        if (p->use.length == length && is_prefix(&p->use, &wanted))
            return p;
    }
    return NULL;
}

static uint32_t new_column(const Pruned *input, uint32_t column)
{
    const Provided *found = find_provided(input, column, NULL, 0);
    assert(found != NULL);
    return found->column;
}

static const Expr *rewrite(void *user, const Expr *expr)
{
    const Rewrite *r = user;
    FieldPath path;
    if (opt_field_path(expr, &path)) {
        const Provided *found = find_provided(r->input, path.column, path.path, path.length);
        if (found != NULL)
            return expr_column(r->query, expr->type, found->column, expr->span);
    }
    assert(expr->op != EXPR_COLUMN);
    if (expr->arg_count == 0)
        return expr;
    const Expr **args = ARENA_ARRAY(r->query, const Expr *, expr->arg_count);
    for (uint32_t i = 0; i < expr->arg_count; i++)
        args[i] = rewrite(user, expr->args[i]);
    Expr *copy = ARENA_NEW(r->query, Expr);
    *copy = *expr;
    copy->args = args;
    return copy;
}

static void provide(Arena *query, Pruned *pruned, Use use, uint32_t column)
{
    Provided p = { use, column };
    vec_push(query, &pruned->map, p);
}

/* The input with exactly the whole columns `wanted`, in that order. */
static const LogicalNode *conform(const Prune *p, const Pruned *input, const LogicalNode *before, const Uses *wanted)
{
    bool same = input->node->column_count == wanted->count;
    for (uint32_t i = 0; same && i < wanted->count; i++)
        same = new_column(input, wanted->items[i].column) == i;
    if (same)
        return input->node;
    const Expr **exprs = ARENA_ARRAY(p->query, const Expr *, wanted->count + 1);
    Str *names = ARENA_ARRAY(p->query, Str, wanted->count + 1);
    for (uint32_t i = 0; i < wanted->count; i++) {
        const LogicalColumn *column = &before->columns[wanted->items[i].column];
        exprs[i] = expr_column(p->query, column->type, new_column(input, wanted->items[i].column), column->span);
        names[i] = column->name;
    }
    return logical_project(p->query, input->node, exprs, names, wanted->count, before->span);
}

/* ---- one function for each kind of node ---- */

/* The node over all columns of its input, where they were. */
static const LogicalNode *over_all(const Prune *p, const LogicalNode *node)
{
    Uses all = { 0 };
    for (uint32_t c = 0; c < node->column_count; c++)
        add_column(p->query, &all, c);
    Pruned input = prune(p, node->inputs[0], all);
    const LogicalNode *conformed = conform(p, &input, node->inputs[0], &all);
    return logical_with_inputs(p->query, node, &conformed);
}

static Pruned prune_sink(const Prune *p, const LogicalNode *node)
{
    return (Pruned){ .node = over_all(p, node) };
}

static Pruned prune_filter(const Prune *p, const LogicalNode *node, Uses uses)
{
    Collect c = { p->query, &uses };
    logical_each_expr(node, collect, &c);
    Pruned input = prune(p, node->inputs[0], uses);
    Rewrite r = { p->query, &input };
    const Expr *predicate = rewrite(&r, node->as.filter.predicate);
    Pruned out = input;
    out.node = logical_filter(p->query, input.node, predicate, node->span);
    return out;
}

static Pruned prune_project(const Prune *p, const LogicalNode *node, Uses uses)
{
    Uses kept = whole_columns(p->query, &uses), below = { 0 };
    Collect c = { p->query, &below };
    for (uint32_t i = 0; i < kept.count; i++)
        collect(&c, node->as.project.exprs[kept.items[i].column]);
    Pruned input = prune(p, node->inputs[0], below);
    Rewrite r = { p->query, &input };
    const Expr **exprs = ARENA_ARRAY(p->query, const Expr *, kept.count + 1);
    Str *names = ARENA_ARRAY(p->query, Str, kept.count + 1);
    Pruned out = { 0 };
    for (uint32_t i = 0; i < kept.count; i++) {
        exprs[i] = rewrite(&r, node->as.project.exprs[kept.items[i].column]);
        names[i] = node->columns[kept.items[i].column].name;
        provide(p->query, &out, kept.items[i], i);
    }
    out.node = logical_project(p->query, input.node, exprs, names, kept.count, node->span);
    return out;
}

static Pruned prune_window(const Prune *p, const LogicalNode *node, Uses uses)
{
    uint32_t before = node->inputs[0]->column_count;
    bool is_used = false;
    for (uint32_t i = 0; i < uses.count; i++)
        is_used |= uses.items[i].column >= before;
    if (!is_used && node->as.window.kind == WINDOW_TUMBLE && !node->as.window.has_zone_column)
        return prune(p, node->inputs[0], uses);
    Uses below = copy_uses(p->query, &uses, before);
    add_column(p->query, &below, node->as.window.time_column);
    if (node->as.window.has_zone_column)
        add_column(p->query, &below, node->as.window.zone_column);
    Pruned input = prune(p, node->inputs[0], below);
    LogicalWindow window = node->as.window;
    window.time_column = new_column(&input, window.time_column);
    if (window.has_zone_column)
        window.zone_column = new_column(&input, window.zone_column);
    Pruned out = input;
    out.node = logical_window(p->query, input.node, window);
    for (uint32_t i = 0; i < WINDOW_COLUMN_COUNT; i++)
        provide(p->query, &out, (Use){ .column = before + i }, input.node->column_count + i);
    return out;
}

/* Calls that nobody reads go, but the last: a group with results is a changelog, one without is not. */
static bool keeps_call(const LogicalNode *node, const uint64_t *used, uint32_t column, uint32_t kept)
{
    uint32_t last = node->as.aggregate.key_count + node->as.aggregate.call_count - 1;
    return bit_get(used, column) || (node->kind == LOGICAL_GROUP && column == last && kept == 0);
}

static void prune_time(const Prune *p, const LogicalNode *node, Uses *below)
{
    const LogicalWindow *window = &node->as.aggregate.window;
    if (node->kind == LOGICAL_GROUP)
        return;
    add_column(p->query, below, window->time_column);
    if (window->kind == WINDOW_ATTACHED)
        add_column(p->query, below, window->end_column);
    if (window->has_last_column)
        add_column(p->query, below, window->last_column);
    for (uint32_t i = 0; i < WINDOW_RULE_COUNT; i++) {
        if (window->rules[i] != 0)
            add_column(p->query, below, window->rules[i] - 1);
    }
}

static Pruned prune_aggregate(const Prune *p, const LogicalNode *node, Uses uses)
{
    uint32_t key_count = node->as.aggregate.key_count, call_count = node->as.aggregate.call_count;
    uint64_t *used = bits_new(p->query, node->column_count);
    for (uint32_t i = 0; i < uses.count; i++)
        bit_set(used, uses.items[i].column);
    LogicalNode *smaller = ARENA_NEW(p->query, LogicalNode);
    *smaller = *node;
    AggCall *calls = ARENA_ARRAY(p->query, AggCall, call_count + 1);
    LogicalColumn *columns = ARENA_ARRAY(p->query, LogicalColumn, node->column_count);
    Pruned out = { 0 };
    uint32_t at = 0, kept = 0;
    for (uint32_t c = 0; c < node->column_count; c++) {
        bool is_call = c >= key_count && c < key_count + call_count;
        if (is_call && !keeps_call(node, used, c, kept))
            continue;
        if (is_call)
            calls[kept++] = node->as.aggregate.calls[c - key_count];
        columns[at] = node->columns[c];
        provide(p->query, &out, (Use){ .column = c }, at++);
    }
    smaller->as.aggregate.calls = calls;
    smaller->as.aggregate.call_count = kept;
    smaller->columns = columns;
    smaller->column_count = at;
    Uses below = { 0 };
    Collect c = { p->query, &below };
    logical_each_expr(smaller, collect, &c);
    const LogicalWindow *window = &node->as.aggregate.window;
    prune_time(p, node, &below);
    Pruned input = prune(p, node->inputs[0], below);
    Rewrite r = { p->query, &input };
    LogicalNode *rewritten = (LogicalNode *)logical_map_exprs(p->query, smaller, rewrite, &r);
    if (node->kind == LOGICAL_AGGREGATE)
        rewritten->as.aggregate.window.time_column = new_column(&input, window->time_column);
    if (node->kind == LOGICAL_AGGREGATE && window->kind == WINDOW_ATTACHED)
        rewritten->as.aggregate.window.end_column = new_column(&input, window->end_column);
    if (node->kind == LOGICAL_AGGREGATE && window->has_last_column)
        rewritten->as.aggregate.window.last_column = new_column(&input, window->last_column);
    for (uint32_t i = 0; i < WINDOW_RULE_COUNT && node->kind == LOGICAL_AGGREGATE; i++) {
        if (window->rules[i] != 0)
            rewritten->as.aggregate.window.rules[i] = new_column(&input, window->rules[i] - 1) + 1;
    }
    out.node = logical_with_inputs(p->query, rewritten, &input.node);
    return out;
}

/* All keys of an aggregate stay, and its one call is used: the columns are what they were. */
static Pruned prune_rank(const Prune *p, const LogicalNode *node)
{
    Uses below = { 0 };
    add_column(p->query, &below, node->as.rank.count_column);
    Pruned input = prune(p, node->inputs[0], below);
    Pruned out = { .node = logical_with_inputs(p->query, node, &input.node) };
    assert(input.node->column_count + 1 == node->column_count);
    for (uint32_t c = 0; c < node->column_count; c++)
        provide(p->query, &out, (Use){ .column = c }, c);
    return out;
}

/* All columns tell rows apart. */
static Pruned prune_top(const Prune *p, const LogicalNode *node)
{
    Uses below = { 0 };
    for (uint32_t c = 0; c < node->inputs[0]->column_count; c++)
        add_column(p->query, &below, c);
    Pruned input = prune(p, node->inputs[0], below);
    Pruned out = { .node = logical_with_inputs(p->query, node, &input.node) };
    assert(input.node->column_count + 1 == node->column_count);
    for (uint32_t c = 0; c < node->column_count; c++)
        provide(p->query, &out, (Use){ .column = c }, c);
    return out;
}

/* The keys of an aggregate stay, and its columns are those that are left of it. */
static Pruned prune_keep(const Prune *p, const LogicalNode *node, Uses uses)
{
    Uses below = copy_uses(p->query, &uses, node->column_count);
    Collect c = { p->query, &below };
    logical_each_expr(node, collect, &c);
    Pruned input = prune(p, node->inputs[0], below);
    Rewrite r = { p->query, &input };
    const LogicalNode *mapped = logical_map_exprs(p->query, node, rewrite, &r);
    Pruned out = input;
    out.node = logical_keep(p->query, input.node, mapped->as.keep.keys, node->as.keep.key_count, node->span);
    return out;
}

/* Table columns that are used by what is above or by the residual, ascending. */
static uint32_t *used_table_columns(const Prune *p, const LogicalNode *node, const Uses *uses, uint32_t *kept_count)
{
    uint32_t before = node->inputs[0]->column_count, count;
    const uint32_t *all = logical_table_columns(p->query, node, &count);
    uint64_t *used = bits_new(p->query, count);
    for (uint32_t i = 0; i < uses->count; i++) {
        if (uses->items[i].column >= before)
            bit_set(used, uses->items[i].column - before);
    }
    uint32_t *kept = ARENA_ARRAY(p->query, uint32_t, count + 1);
    *kept_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (bit_get(used, i))
            kept[(*kept_count)++] = all[i];
    }
    return kept;
}

static Pruned prune_lookup(const Prune *p, const LogicalNode *node, Uses uses)
{
    uint32_t before = node->inputs[0]->column_count, table_count, kept_count;
    const uint32_t *table = logical_table_columns(p->query, node, &table_count);
    Collect with_residual = { p->query, &uses };
    if (node->as.lookup_join.residual != NULL)
        collect(&with_residual, node->as.lookup_join.residual);
    uint32_t *kept = used_table_columns(p, node, &uses, &kept_count);
    Uses below = copy_uses(p->query, &uses, before);
    Collect c = { p->query, &below };
    logical_each_expr(node, collect, &c);
    Pruned input = prune(p, node->inputs[0], below);
    Rewrite r = { p->query, &input };
    const LogicalNode *mapped = logical_map_exprs(p->query, node, rewrite, &r);
    Pruned out = input;
    for (uint32_t i = 0, at = 0; i < table_count && at < kept_count; i++) {
        if (table[i] == kept[at])
            provide(p->query, &out, (Use){ .column = before + i }, input.node->column_count + at++);
    }
    Rewrite over_output = { p->query, &out };
    LogicalLookup lookup = {
        .table = node->as.lookup_join.table,
        .input_keys = mapped->as.lookup_join.input_keys,
        .table_keys = node->as.lookup_join.table_keys,
        .key_count = node->as.lookup_join.key_count,
        .is_left = node->as.lookup_join.is_left,
        .table_columns = kept,
        .table_column_count = kept_count,
    };
    if (node->as.lookup_join.residual != NULL)
        lookup.residual = rewrite(&over_output, node->as.lookup_join.residual);
    out.node = logical_lookup_join(p->query, input.node, &lookup, node->span);
    return out;
}

/* All columns stay, where they were. */
static Pruned prune_gap_fill(const Prune *p, const LogicalNode *node)
{
    Pruned out = { .node = over_all(p, node) };
    for (uint32_t c = 0; c < node->column_count; c++)
        provide(p->query, &out, (Use){ .column = c }, c);
    return out;
}

static Pruned prune_unnest(const Prune *p, const LogicalNode *node, Uses uses)
{
    uint32_t before = node->inputs[0]->column_count;
    Collect with_residual = { p->query, &uses };
    if (node->as.unnest.residual != NULL)
        collect(&with_residual, node->as.unnest.residual);
    Uses below = copy_uses(p->query, &uses, before);
    Collect c = { p->query, &below };
    logical_each_expr(node, collect, &c);
    Pruned out = prune(p, node->inputs[0], below);
    Rewrite r = { p->query, &out };
    const Expr *count = rewrite(&r, node->as.unnest.count), *residual = node->as.unnest.residual;
    provide(p->query, &out, (Use){ .column = before }, out.node->column_count);
    if (residual != NULL)
        residual = rewrite(&r, residual);
    out.node = logical_unnest(p->query, out.node, count, residual, node->as.unnest.is_left, node->span);
    return out;
}

static Pruned prune_union(const Prune *p, const LogicalNode *node, Uses uses)
{
    Uses wanted = whole_columns(p->query, &uses);
    const LogicalNode **inputs = ARENA_ARRAY(p->query, const LogicalNode *, node->input_count);
    for (uint32_t i = 0; i < node->input_count; i++) {
        Uses below = whole_columns(p->query, &wanted);
        Pruned input = prune(p, node->inputs[i], below);
        inputs[i] = conform(p, &input, node->inputs[i], &wanted);
    }
    Pruned out = { .node = logical_union_all(p->query, inputs, node->input_count, node->span) };
    for (uint32_t i = 0; i < wanted.count; i++)
        provide(p->query, &out, wanted.items[i], i);
    return out;
}

/* Must event time be known, because something above asks for it, or because it decides which rows there are? */
static bool keeps_time(const Prune *p, const LogicalNode *scan)
{
    const Table *table = scan->as.scan.table;
    return scan->as.scan.watermark != NULL && (p->needs_time || table->future_skew_us > 0 || table->heartbeat > 0);
}

/* Computed columns bring in what they read; they read columns before them only, so one walk backwards is enough. */
static Uses scan_closure(const Prune *p, const LogicalNode *node, Uses uses)
{
    Collect c = { p->query, &uses };
    if (keeps_time(p, node)) {
        collect(&c, node->as.scan.watermark);
        add_column(p->query, &uses, (uint32_t)node->as.scan.table->rowtime_column);
    }
    const Dedup *dedup = node->as.scan.dedup;
    for (uint32_t i = 0; dedup != NULL && i < dedup->key_count; i++)
        collect(&c, dedup->keys[i]);
    if (node->as.scan.table->heartbeat > 0)
        add_column(p->query, &uses, node->as.scan.table->heartbeat - 1);
    uint64_t *used = bits_new(p->query, node->column_count);
    for (uint32_t column = node->column_count; column-- > 0;) {
        for (uint32_t i = 0; i < uses.count; i++)
            bit_set(used, uses.items[i].column);
        const Expr *computed = node->as.scan.computed == NULL ? NULL : node->as.scan.computed[column];
        if (computed == NULL || !bit_get(used, column))
            continue;
        add_column(p->query, &uses, column);
        collect(&c, computed);
    }
    sort_uses(&uses);
    return uses;
}

/* Name and type of a leaf: `actor.id`, NULL where any ROW around it is. */
static LogicalColumn leaf_column(Arena *query, const LogicalColumn *column, const Use *use)
{
    LogicalColumn leaf = *column;
    bool nullable = column->type->nullable;
    for (uint32_t i = 0; i < use->length; i++) {
        const TypeField *field = &leaf.type->fields[use->path[i]];
        leaf.name = str_printf(query, "%.*s.%.*s", STR_ARG(leaf.name), STR_ARG(field->name));
        leaf.type = field->type;
        nullable |= leaf.type->nullable;
    }
    if (leaf.type->nullable != nullable)
        leaf.type = type_with_nullable(query, leaf.type, nullable);
    return leaf;
}

static const Dedup *rewrite_dedup(Rewrite *r, const Dedup *dedup)
{
    if (dedup == NULL)
        return NULL;
    Dedup *copy = ARENA_NEW(r->query, Dedup);
    const Expr **keys = ARENA_ARRAY(r->query, const Expr *, dedup->key_count + 1);
    for (uint32_t i = 0; i < dedup->key_count; i++)
        keys[i] = rewrite(r, dedup->keys[i]);
    *copy = *dedup;
    copy->keys = keys;
    return copy;
}

static Pruned prune_scan(const Prune *p, const LogicalNode *node, Uses uses)
{
    if (node->as.scan.sources != NULL) {
        Pruned same = { .node = node };
        for (uint32_t c = 0; c < node->column_count; c++)
            provide(p->query, &same, (Use){ .column = c }, c);
        return same;
    }
    uses = scan_closure(p, node, uses);
    Pruned out = { 0 };
    LogicalColumn *columns = ARENA_ARRAY(p->query, LogicalColumn, uses.count + 1);
    ScanSource *sources = ARENA_ARRAY(p->query, ScanSource, uses.count + 1);
    const Expr **computed = ARENA_ARRAY(p->query, const Expr *, uses.count + 1);
    for (uint32_t i = 0; i < uses.count; i++) {
        const Use *use = &uses.items[i];
        columns[i] = leaf_column(p->query, &node->columns[use->column], use);
        sources[i] = (ScanSource){ use->column, use->path, use->length };
        provide(p->query, &out, *use, i);
    }
    Rewrite r = { p->query, &out };
    for (uint32_t i = 0; i < uses.count; i++) {
        const Expr *expr = node->as.scan.computed == NULL ? NULL : node->as.scan.computed[uses.items[i].column];
        computed[i] = expr == NULL ? NULL : rewrite(&r, expr);
    }
    LogicalNode *scan = ARENA_NEW(p->query, LogicalNode);
    *scan = *node;
    scan->columns = columns;
    scan->column_count = uses.count;
    scan->as.scan.sources = sources;
    scan->as.scan.computed = computed;
    scan->as.scan.dedup = rewrite_dedup(&r, node->as.scan.dedup);
    scan->as.scan.watermark = keeps_time(p, node) ? rewrite(&r, node->as.scan.watermark) : NULL;
    out.node = scan;
    return out;
}

static Pruned prune(const Prune *p, const LogicalNode *node, Uses uses)
{
    /* A set of its own: the callee adds to it and sorts it. */
    uses = copy_uses(p->query, &uses, UINT32_MAX);
    switch (node->kind) {
    case LOGICAL_SCAN:
        return prune_scan(p, node, uses);
    case LOGICAL_FILTER:
        return prune_filter(p, node, uses);
    case LOGICAL_PROJECT:
        return prune_project(p, node, uses);
    case LOGICAL_WINDOW:
        return prune_window(p, node, uses);
    case LOGICAL_AGGREGATE:
    case LOGICAL_GROUP:
        return prune_aggregate(p, node, uses);
    case LOGICAL_RANK:
        return prune_rank(p, node);
    case LOGICAL_TOP:
        return prune_top(p, node);
    case LOGICAL_KEEP:
        return prune_keep(p, node, uses);
    case LOGICAL_LOOKUP_JOIN:
        return prune_lookup(p, node, uses);
    case LOGICAL_UNNEST:
        return prune_unnest(p, node, uses);
    case LOGICAL_GAP_FILL:
        return prune_gap_fill(p, node);
    case LOGICAL_UNION_ALL:
        return prune_union(p, node, uses);
    default:
        return prune_sink(p, node);
    }
}

const LogicalNode *rule_prune_columns(const OptContext *ctx, const LogicalNode *root)
{
    Prune p = { ctx->query, logical_needs_time(root) };
    Uses none = { 0 };
    return prune(&p, root, none).node;
}
