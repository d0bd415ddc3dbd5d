/* lower.c -- lowering trees of logical nodes into one graph: the walk, and the kinds of nodes that need few words. */
#include "compiler/physical/lower_internal.h"

#include <assert.h>

/* ---- trees with what is read from above ---- */

static LowerNode *build(Lower *l, const LogicalNode *logical, uint64_t *needed);

static void need_exprs(void *user, const Expr *expr)
{
    expr_columns(expr, user);
}

static void need_below(const uint64_t *needed, uint32_t column_count, uint64_t *below)
{
    for (uint32_t c = 0; c < column_count; c++) {
        if (bit_is_set(needed, c))
            bit_put(below, c);
    }
}

/* What the node reads of input number `which`, given what is read of the node. */
static uint64_t *needed_of_input(Lower *l, const LogicalNode *node, uint32_t which, const uint64_t *needed)
{
    uint32_t before = node->inputs[which]->column_count;
    uint64_t *below = bits_make(l->query, node->column_count > before ? node->column_count : before);
    switch (node->kind) {
    case LOGICAL_PROJECT:
        for (uint32_t c = 0; c < node->column_count; c++) {
            if (bit_is_set(needed, c))
                expr_columns(node->as.project.exprs[c], below);
        }
        return below;
    case LOGICAL_WINDOW:
        need_below(needed, before, below);
        bit_put(below, node->as.window.time_column);
        if (node->as.window.has_zone_column)
            bit_put(below, node->as.window.zone_column);
        return below;
    case LOGICAL_AGGREGATE:
        bit_put(below, node->as.aggregate.window.time_column);
        if (node->as.aggregate.window.kind == WINDOW_ATTACHED)
            bit_put(below, node->as.aggregate.window.end_column);
        if (node->as.aggregate.window.has_last_column)
            bit_put(below, node->as.aggregate.window.last_column);
        for (uint32_t i = 0; i < WINDOW_RULE_COUNT; i++) {
            if (node->as.aggregate.window.rules[i] != 0)
                bit_put(below, node->as.aggregate.window.rules[i] - 1);
        }
        break;
    case LOGICAL_GROUP:
        break;
    case LOGICAL_GAP_FILL:
    case LOGICAL_RANK:
    case LOGICAL_TOP:
        for (uint32_t c = 0; c < before; c++)
            bit_put(below, c);
        return below;
    case LOGICAL_LOOKUP_JOIN:
        if (node->as.lookup_join.residual != NULL)
            expr_columns(node->as.lookup_join.residual, below);
        need_below(needed, before, below);
        break;
    case LOGICAL_UNNEST:
        if (node->as.unnest.residual != NULL)
            expr_columns(node->as.unnest.residual, below);
        need_below(needed, before, below);
        break;
    default:
        need_below(needed, before, below);
        break;
    }
    logical_each_expr(node, need_exprs, below);
    return below;
}

static bool reads(const LogicalNode *node, const Table *table)
{
    bool found = node->kind == LOGICAL_SCAN && node->as.scan.table == table;
    for (uint32_t i = 0; i < node->input_count && !found; i++)
        found = reads(node->inputs[i], table);
    return found;
}

/* What fills a stream of rows that went another way knows one scan of it, and one that reads them: these are shared in
 * any case.  A hidden sink reads all columns of such a source. */
static bool has_one_scan(const Lower *l, const Table *table)
{
    bool found = !table_has_input(table);
    for (uint32_t i = 0; i < l->logical->sink_count && !found; i++) {
        const LogicalNode *sink = l->logical->sinks[i];
        found = sink->as.sink.is_hidden && reads(sink, table);
    }
    return found;
}

static void add_scan_user(Lower *l, LowerNode *node)
{
    const Table *table = node->logical->as.scan.table;
    ScanBuild *build_of = NULL;
    bool shares = opt_rule_is_on(l->options, OPT_share_scan) || has_one_scan(l, table);
    for (uint32_t i = 0; i < l->scan_builds.count && shares; i++) {
        if (l->scan_builds.items[i]->table == table)
            build_of = l->scan_builds.items[i];
    }
    if (build_of == NULL) {
        build_of = ARENA_NEW(l->query, ScanBuild);
        build_of->table = table;
        vec_push(l->query, &l->scan_builds, build_of);
    }
    vec_push(l->query, &build_of->users, node);
}

static LowerNode *build(Lower *l, const LogicalNode *logical, uint64_t *needed)
{
    LowerNode *node = ARENA_NEW(l->query, LowerNode);
    node->logical = logical;
    node->needed = needed;
    node->inputs = ARENA_ARRAY(l->query, LowerNode *, logical->input_count + 1);
    for (uint32_t i = 0; i < logical->input_count; i++) {
        node->inputs[i] = build(l, logical->inputs[i], needed_of_input(l, logical, i, needed));
        if (node->inputs[i]->level > node->level)
            node->level = node->inputs[i]->level;
    }
    if (logical->kind == LOGICAL_SCAN)
        add_scan_user(l, node);
    if (logical->kind == LOGICAL_AGGREGATE) {
        node->level++;
        vec_push(l->query, &l->aggregates, node);
        l->level_max = node->level > l->level_max ? node->level : l->level_max;
    }
    return node;
}

/* ---- pieces ---- */

RowLayout lower_layout(Arena *query, const PhysColumn *columns, uint32_t count)
{
    uint8_t *kinds = ARENA_ARRAY(query, uint8_t, count + 1);
    for (uint32_t c = 0; c < count; c++)
        kinds[c] = (uint8_t)type_physical(columns[c].type);
    return row_layout(query, kinds, count);
}

static const Expr *map_columns(Lower *l, const Expr *expr, const uint32_t *map)
{
    if (expr->op == EXPR_COLUMN)
        return expr_column(l->query, expr->type, map[expr->column], expr->span);
    if (expr->arg_count == 0)
        return expr;
    const Expr **args = ARENA_ARRAY(l->query, const Expr *, expr->arg_count);
    for (uint32_t i = 0; i < expr->arg_count; i++)
        args[i] = map_columns(l, expr->args[i], map);
    Expr *copy = ARENA_NEW(l->query, Expr);
    *copy = *expr;
    copy->args = args;
    return copy;
}

const Expr *lower_expr(Lower *l, const LowerNode *input, const Expr *expr)
{
    return map_columns(l, expr, input->map);
}

const uint64_t *lower_mask(Lower *l, const LowerNode *input)
{
    if (phys_scan_rows(input->phys) == NULL)
        return NULL;
    uint64_t *mask = bits_make(l->query, input->phys->column_count);
    for (uint32_t c = 0; c < input->logical->column_count; c++) {
        if (bit_is_set(input->needed, c))
            bit_put(mask, input->map[c]);
    }
    return mask;
}

const uint64_t *const *lower_masks(Lower *l, const uint64_t *mask)
{
    const uint64_t **masks = ARENA_ARRAY(l->query, const uint64_t *, 1);
    masks[0] = mask;
    return masks;
}

static uint32_t *identity_map(Lower *l, uint32_t count)
{
    uint32_t *map = ARENA_ARRAY(l->query, uint32_t, count + 1);
    for (uint32_t c = 0; c < count; c++)
        map[c] = c;
    return map;
}

static PhysColumn *columns_from(Lower *l, const LogicalColumn *columns, uint32_t count)
{
    PhysColumn *out = ARENA_ARRAY(l->query, PhysColumn, count + 1);
    for (uint32_t c = 0; c < count; c++)
        out[c] = (PhysColumn){ columns[c].name, columns[c].type };
    return out;
}

static bool is_identity(const LowerNode *input)
{
    if (input->phys->column_count != input->logical->column_count)
        return false;
    for (uint32_t c = 0; c < input->logical->column_count; c++) {
        if (input->map[c] != c)
            return false;
    }
    return true;
}

/* The input with exactly the columns of its logical node, in their order; *mask is what is left to be checked. */
PhysNode *lower_conform(Lower *l, LowerNode *input, const uint64_t **mask)
{
    PhysNode *phys = lower(l, input);
    *mask = lower_mask(l, input);
    if (is_identity(input))
        return phys;
    uint32_t count = input->logical->column_count;
    const Expr **exprs = ARENA_ARRAY(l->query, const Expr *, count + 1);
    for (uint32_t c = 0; c < count; c++) {
        const LogicalColumn *column = &input->logical->columns[c];
        exprs[c] = expr_column(l->query, column->type, input->map[c], column->span);
    }
    PhysNode *project = phys_new(l, PHYS_PROJECT, 1, input->logical->span);
    project->inputs[0] = phys;
    project->reads = lower_masks(l, *mask);
    project->columns = columns_from(l, input->logical->columns, count);
    project->column_count = count;
    project->as.project.exprs = exprs;
    *mask = NULL;
    return phys_intern(l, project, OPT_share_step);
}

/* ---- kinds of nodes ---- */

static void lower_filter(Lower *l, LowerNode *node)
{
    LowerNode *input = node->inputs[0];
    PhysNode *phys = phys_new(l, PHYS_FILTER, 1, node->logical->span);
    phys->inputs[0] = lower(l, input);
    phys->columns = input->phys->columns;
    phys->column_count = input->phys->column_count;
    phys->as.filter.predicate = lower_expr(l, input, node->logical->as.filter.predicate);
    uint64_t *mask = NULL;
    if (phys_scan_rows(input->phys) != NULL) {
        mask = bits_make(l->query, phys->column_count);
        expr_columns(phys->as.filter.predicate, mask);
    }
    phys->reads = lower_masks(l, mask);
    node->phys = phys_intern(l, phys, OPT_share_filter);
    node->map = input->map;
}

static void lower_project(Lower *l, LowerNode *node)
{
    LowerNode *input = node->inputs[0];
    uint32_t count = node->logical->column_count;
    PhysNode *phys = phys_new(l, PHYS_PROJECT, 1, node->logical->span);
    phys->inputs[0] = lower(l, input);
    phys->reads = lower_masks(l, lower_mask(l, input));
    phys->columns = columns_from(l, node->logical->columns, count);
    phys->column_count = count;
    const Expr **exprs = ARENA_ARRAY(l->query, const Expr *, count + 1);
    for (uint32_t c = 0; c < count; c++)
        exprs[c] = lower_expr(l, input, node->logical->as.project.exprs[c]);
    phys->as.project.exprs = exprs;
    node->phys = phys_intern(l, phys, OPT_share_step);
    node->map = identity_map(l, count);
}

/* Columns of the joined table: those in the output and the keys, ascending. */
static uint32_t *joined_columns(Lower *l, const LogicalNode *join, uint32_t *count)
{
    const Table *table = join->as.lookup_join.table;
    uint32_t used_count;
    const uint32_t *used_columns = logical_table_columns(l->query, join, &used_count);
    uint64_t *used = bits_make(l->query, table->column_count);
    for (uint32_t i = 0; i < used_count; i++)
        bit_put(used, used_columns[i]);
    for (uint32_t i = 0; i < join->as.lookup_join.key_count; i++)
        bit_put(used, join->as.lookup_join.table_keys[i]);
    uint32_t *columns = ARENA_ARRAY(l->query, uint32_t, table->column_count + 1);
    *count = 0;
    for (uint32_t c = 0; c < table->column_count; c++) {
        if (bit_is_set(used, c))
            columns[(*count)++] = c;
    }
    return columns;
}

static uint32_t place_of(const uint32_t *columns, uint32_t wanted)
{
    uint32_t at = 0;
    while (columns[at] != wanted)
        at++;
    return at;
}

static void lower_joined_table(Lower *l, const LogicalNode *join, PhysLookupJoin *out)
{
    const Table *table = join->as.lookup_join.table;
    uint32_t *columns = joined_columns(l, join, &out->column_count);
    out->table = table;
    out->table_columns = columns;
    PhysColumn *phys_columns = ARENA_ARRAY(l->query, PhysColumn, out->column_count + 1);
    ScanSource *sources = ARENA_ARRAY(l->query, ScanSource, out->column_count + 1);
    for (uint32_t i = 0; i < out->column_count; i++) {
        phys_columns[i] = (PhysColumn){ table->columns[columns[i]].name, table->columns[columns[i]].type };
        sources[i].table_column = columns[i];
    }
    out->layout = lower_layout(l->query, phys_columns, out->column_count);
    out->decode = decode_schema_new(l->query, table, &out->layout, sources, out->column_count);
    out->key_count = join->as.lookup_join.key_count;
    uint32_t *keys = ARENA_ARRAY(l->query, uint32_t, out->key_count + 1);
    for (uint32_t i = 0; i < out->key_count; i++)
        keys[i] = place_of(columns, join->as.lookup_join.table_keys[i]);
    out->table_keys = keys;
    out->is_left = join->as.lookup_join.is_left;
}

static PhysColumn *join_output(Lower *l, const PhysNode *input, const PhysLookupJoin *join)
{
    PhysColumn *columns = ARENA_ARRAY(l->query, PhysColumn, input->column_count + join->column_count + 1);
    memcpy(columns, input->columns, input->column_count * sizeof *columns);
    for (uint32_t i = 0; i < join->column_count; i++) {
        const TableColumn *column = &join->table->columns[join->table_columns[i]];
        const Type *type = join->is_left ? type_with_nullable(l->query, column->type, true) : column->type;
        columns[input->column_count + i] = (PhysColumn){ column->name, type };
    }
    return columns;
}

static void lower_lookup(Lower *l, LowerNode *node)
{
    const LogicalNode *logical = node->logical;
    LowerNode *input = node->inputs[0];
    PhysNode *phys = phys_new(l, PHYS_LOOKUP_JOIN, 1, logical->span);
    PhysLookupJoin *join = &phys->as.lookup_join;
    phys->inputs[0] = lower(l, input);
    phys->reads = lower_masks(l, lower_mask(l, input));
    lower_joined_table(l, logical, join);
    phys->columns = join_output(l, input->phys, join);
    phys->column_count = input->phys->column_count + join->column_count;
    const Expr **keys = ARENA_ARRAY(l->query, const Expr *, join->key_count + 1);
    for (uint32_t i = 0; i < join->key_count; i++)
        keys[i] = lower_expr(l, input, logical->as.lookup_join.input_keys[i]);
    join->input_keys = keys;
    uint32_t before = input->logical->column_count, table_count;
    const uint32_t *table_columns = logical_table_columns(l->query, logical, &table_count);
    node->map = ARENA_ARRAY(l->query, uint32_t, logical->column_count + 1);
    memcpy(node->map, input->map, before * sizeof *node->map);
    for (uint32_t i = 0; i < table_count; i++)
        node->map[before + i] = input->phys->column_count + place_of(join->table_columns, table_columns[i]);
    if (logical->as.lookup_join.residual != NULL)
        join->residual = lower_expr(l, node, logical->as.lookup_join.residual);
    node->phys = phys_intern(l, phys, OPT_share_step);
}

static void lower_union(Lower *l, LowerNode *node)
{
    const LogicalNode *logical = node->logical;
    PhysNode *phys = phys_new(l, PHYS_UNION_ALL, logical->input_count, logical->span);
    const uint64_t **masks = ARENA_ARRAY(l->query, const uint64_t *, logical->input_count);
    for (uint32_t i = 0; i < logical->input_count; i++)
        phys->inputs[i] = lower_conform(l, node->inputs[i], &masks[i]);
    phys->reads = masks;
    phys->columns = columns_from(l, logical->columns, logical->column_count);
    phys->column_count = logical->column_count;
    node->phys = phys_intern(l, phys, OPT_share_step);
    node->map = identity_map(l, logical->column_count);
}

static void lower_rank(Lower *l, LowerNode *node)
{
    const LogicalNode *logical = node->logical;
    LowerNode *input = node->inputs[0];
    uint32_t before = input->logical->column_count;
    PhysNode *phys = phys_new(l, PHYS_RANK, 1, logical->span);
    PhysRank *rank = &phys->as.rank;
    phys->inputs[0] = lower(l, input);
    phys->reads = lower_masks(l, NULL);
    phys->column_count = input->phys->column_count + 1;
    phys->columns = ARENA_ARRAY(l->query, PhysColumn, phys->column_count);
    memcpy(phys->columns, input->phys->columns, input->phys->column_count * sizeof *phys->columns);
    const LogicalColumn *number = &logical->columns[before];
    phys->columns[phys->column_count - 1] = (PhysColumn){ number->name, number->type };
    uint32_t *partition = ARENA_ARRAY(l->query, uint32_t, logical->as.rank.partition_count + 2);
    uint32_t *order = ARENA_ARRAY(l->query, uint32_t, logical->as.rank.order_count + 1);
    partition[0] = input->map[before - 3];
    partition[1] = input->map[before - 2];
    for (uint32_t i = 0; i < logical->as.rank.partition_count; i++)
        partition[2 + i] = input->map[i];
    for (uint32_t i = 0; i < logical->as.rank.order_count; i++)
        order[i] = input->map[logical->as.rank.partition_count + i];
    *rank = (PhysRank){ .kind = logical->as.rank.kind,
                        .partition = partition,
                        .partition_count = logical->as.rank.partition_count + 2,
                        .order = order,
                        .order_count = logical->as.rank.order_count,
                        .count_column = input->map[logical->as.rank.count_column] };
    node->phys = phys_intern(l, phys, OPT_share_step);
    node->map = ARENA_ARRAY(l->query, uint32_t, before + 2);
    memcpy(node->map, input->map, before * sizeof *node->map);
    node->map[before] = phys->column_count - 1;
}

static void lower_keep(Lower *l, LowerNode *node)
{
    const LogicalNode *logical = node->logical;
    LowerNode *input = node->inputs[0];
    uint32_t count = logical->as.keep.key_count;
    PhysNode *phys = phys_new(l, PHYS_KEEP, 1, logical->span);
    phys->inputs[0] = lower(l, input);
    phys->reads = lower_masks(l, NULL);
    phys->column_count = input->phys->column_count;
    phys->columns = ARENA_ARRAY(l->query, PhysColumn, phys->column_count);
    memcpy(phys->columns, input->phys->columns, phys->column_count * sizeof *phys->columns);
    KeepKey *keys = ARENA_ARRAY(l->query, KeepKey, count);
    for (uint32_t i = 0; i < count; i++) {
        keys[i] = logical->as.keep.keys[i];
        phys->columns[keys[i].key].type = logical->columns[keys[i].key].type;
        if (keys[i].by != NULL)
            keys[i].by = lower_expr(l, input, keys[i].by);
    }
    phys->as.keep = (PhysKeep){ keys, count };
    node->phys = phys_intern(l, phys, OPT_share_step);
    node->map = input->map;
}

static void lower_sink(Lower *l, LowerNode *node)
{
    const LogicalNode *logical = node->logical;
    if (logical->as.sink.is_hidden) {
        node->phys = lower(l, node->inputs[0]);
        return;
    }
    PhysNode *phys = phys_new(l, PHYS_SINK, 1, logical->span);
    const uint64_t *mask;
    phys->inputs[0] = lower_conform(l, node->inputs[0], &mask);
    phys->reads = lower_masks(l, mask);
    phys->columns = columns_from(l, logical->columns, logical->column_count);
    phys->column_count = logical->column_count;
    phys->as.sink = (PhysSink){
        .kind = logical->as.sink.is_store    ? SINK_STORE
                : logical->as.sink.is_insert ? SINK_INSERT
                                             : SINK_RESULT,
        .name = logical->as.sink.name,
        .statement = logical->as.sink.statement,
        .table = logical->as.sink.table,
        .layout = lower_layout(l->query, phys->columns, phys->column_count),
    };
    node->phys = phys_intern(l, phys, OPT_share_step);
    node->map = identity_map(l, logical->column_count);
    vec_push(l->query, &l->sinks, node->phys);
}

PhysNode *lower(Lower *l, LowerNode *node)
{
    if (node->phys != NULL)
        return node->phys;
    for (uint32_t i = 0; i < node->logical->input_count; i++)
        lower(l, node->inputs[i]);
    switch (node->logical->kind) {
    case LOGICAL_FILTER:
        lower_filter(l, node);
        break;
    case LOGICAL_PROJECT:
        lower_project(l, node);
        break;
    case LOGICAL_WINDOW:
        lower_window(l, node);
        break;
    case LOGICAL_AGGREGATE:
        lower_aggregate(l, node);
        break;
    case LOGICAL_GROUP:
        lower_unbounded(l, node);
        break;
    case LOGICAL_LOOKUP_JOIN:
        lower_lookup(l, node);
        break;
    case LOGICAL_UNNEST:
        lower_unnest(l, node);
        break;
    case LOGICAL_GAP_FILL:
        lower_gap_fill(l, node);
        break;
    case LOGICAL_RANK:
        lower_rank(l, node);
        break;
    case LOGICAL_TOP:
        lower_top(l, node);
        break;
    case LOGICAL_KEEP:
        lower_keep(l, node);
        break;
    case LOGICAL_UNION_ALL:
        lower_union(l, node);
        break;
    default:
        lower_sink(l, node);
        break;
    }
    return node->phys;
}

/* ---- the program ---- */

/* Where late rows go: one aggregate of each LATE clause tells them. */
static void connect_late(Lower *l)
{
    for (uint32_t i = 0; i < l->nodes.count; i++) {
        PhysNode *node = l->nodes.items[i];
        const LatePolicy *late = node->kind == PHYS_WINDOW_AGG ? node->as.window_agg.late : NULL;
        bool is_first = late != NULL;
        for (uint32_t k = 0; k < i && is_first; k++)
            is_first = l->nodes.items[k]->kind != PHYS_WINDOW_AGG || l->nodes.items[k]->as.window_agg.late != late;
        for (uint32_t s = 0; s < l->scans.count && is_first; s++) {
            if (late->into != NULL && l->scans.items[s]->as.scan.table == late->into)
                node->as.window_agg.late_scan = l->scans.items[s];
        }
    }
}

bool lower_may_idle(const PhysNode *node)
{
    bool may = node->kind == PHYS_SCAN && node->as.scan.table->idle_timeout_us > 0;
    for (uint32_t i = 0; i < node->input_count && !may; i++)
        may = lower_may_idle(node->inputs[i]);
    return may;
}

static void mark_idle(Lower *l)
{
    for (uint32_t i = 0; i < l->nodes.count; i++) {
        if (l->nodes.items[i]->kind == PHYS_WINDOW_AGG || l->nodes.items[i]->kind == PHYS_GROUP_AGG)
            l->nodes.items[i]->as.window_agg.may_idle = lower_may_idle(l->nodes.items[i]);
    }
}

/* Has the scan all columns that the stream beside it wants? */
static bool has_columns(const PhysNode *scan, const PhysNode *aside)
{
    const Table *table = scan->as.scan.table;
    for (uint32_t c = 0; c < aside->column_count; c++) {
        const ScanSource *wanted = &aside->as.scan.sources[c];
        bool found = wanted->table_column >= table->column_count;
        for (uint32_t s = 0; !found && s < scan->column_count; s++)
            found = scan_sources_equal(&scan->as.scan.sources[s], wanted);
        if (!found)
            return false;
    }
    return true;
}

/* Where rows aside go: of several scans of one stream, where sharing is off, the first that has the columns tells
 * them. */
static void connect_asides(Lower *l)
{
    for (uint32_t a = 0; a < l->scans.count; a++) {
        PhysNode *aside = l->scans.items[a], *from = NULL;
        const Table *table = aside->as.scan.table;
        for (uint32_t s = 0; table->aside != ASIDE_NONE && from == NULL && s < l->scans.count; s++) {
            PhysNode *scan = l->scans.items[s];
            from = scan->as.scan.table == table->aside_source && has_columns(scan, aside) ? scan : NULL;
        }
        if (from != NULL && table->aside == ASIDE_BAD && from->as.scan.bad_scan == NULL)
            from->as.scan.bad_scan = aside;
        else if (from != NULL && table->aside == ASIDE_FUTURE && from->as.scan.future_scan == NULL)
            from->as.scan.future_scan = aside;
    }
}

static void connect(Lower *l)
{
    for (uint32_t i = 0; i < l->nodes.count; i++) {
        PhysNode *node = l->nodes.items[i];
        for (uint32_t k = 0; k < node->input_count; k++)
            node->inputs[k]->consumer_count++;
    }
    for (uint32_t i = 0; i < l->nodes.count; i++) {
        PhysNode *node = l->nodes.items[i];
        node->consumers = ARENA_ARRAY(l->query, PhysNode *, node->consumer_count + 1);
        node->consumer_count = 0;
        for (uint32_t k = 0; k < node->input_count; k++)
            node->inputs[k]->consumers[node->inputs[k]->consumer_count++] = node;
    }
}

PhysProgram *physical_plan(Arena *query, const LogicalProgram *logical, const OptimizeOptions *options)
{
    Lower l = { .query = query, .logical = logical, .options = options };
    LowerNode **roots = ARENA_ARRAY(query, LowerNode *, logical->sink_count + 1);
    for (uint32_t i = 0; i < logical->sink_count; i++) {
        const LogicalNode *sink = logical->sinks[i];
        uint64_t *all = bits_make(query, sink->column_count);
        for (uint32_t c = 0; c < sink->column_count; c++)
            bit_put(all, c);
        roots[i] = build(&l, sink, all);
    }
    lower_scans(&l);
    for (uint32_t level = 1; level <= l.level_max; level++) {
        for (uint32_t i = 0; i < l.aggregates.count; i++) {
            if (l.aggregates.items[i]->level == level)
                lower(&l, l.aggregates.items[i]);
        }
        lower_level_done(&l, level);
    }
    for (uint32_t i = 0; i < logical->sink_count; i++)
        lower(&l, roots[i]);
    connect(&l);
    connect_late(&l);
    connect_asides(&l);
    mark_idle(&l);
    PhysProgram *program = ARENA_NEW(query, PhysProgram);
    *program = (PhysProgram){
        .nodes = l.nodes.items,
        .node_count = l.nodes.count,
        .scans = l.scans.items,
        .scan_count = l.scans.count,
        .sinks = l.sinks.items,
        .sink_count = l.sinks.count,
        .zone = logical->zone,
    };
    return program;
}
