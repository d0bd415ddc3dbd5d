/* lineage.c -- see lineage.h. */
#include "compiler/lineage/lineage.h"

#include "compiler/logical/nodes.h"
#include "compiler/optimize/optimize.h"

enum { FUNCTION_DEPTH_MAX = 32 };

const char *lineage_kind_text(LineageKind kind)
{
    static const char *const TEXTS[] = { "stream", "table", "view", "metric", "derived metric" };
    return TEXTS[kind];
}

static bool has_node(const uint32_t *nodes, uint32_t count, uint32_t node)
{
    for (uint32_t i = 0; i < count; i++) {
        if (nodes[i] == node)
            return true;
    }
    return false;
}

typedef struct LineageBuild {
    Arena *query;
    const BoundProgram *bound;
    Lineage *lineage;
} LineageBuild;

static void connect(const LineageBuild *build, uint32_t from, uint32_t to)
{
    LineageNode *source = &build->lineage->nodes[from], *target = &build->lineage->nodes[to];
    if (from == to || has_node(target->from.items, target->from.count, from))
        return;
    vec_push(build->query, &target->from, from);
    vec_push(build->query, &source->to, to);
}

/* ---- names in texts ---- */

typedef struct NameWalk {
    const LineageBuild *build;
    uint32_t node;    /* whose definition it is */
    VEC(Str) shadows; /* WITH names: no tables of the catalog */
    uint32_t depth;   /* of functions */
} NameWalk;

static void note_name(NameWalk *walk, const AstNode *name)
{
    if (name == NULL || name->kind != AST_QNAME)
        return;
    Str text = ast_name_joined(walk->build->query, name);
    for (uint32_t i = 0; i < walk->shadows.count; i++) {
        if (str_equal(walk->shadows.items[i], text))
            return;
    }
    const CatalogEntry *entry = catalog_find(walk->build->bound->catalog, text);
    if (entry != NULL)
        connect(walk->build, entry->index, walk->node);
}

static bool on_cte(void *context, const AstNode *node)
{
    NameWalk *walk = context;
    if (node->kind == AST_CTE)
        vec_push(walk->build->query, &walk->shadows, ast_name_last(ast_cte_name(node)));
    return true;
}

static void walk_text(NameWalk *walk, const AstNode *root);

static void note_call(NameWalk *walk, const AstNode *call)
{
    Str name = ast_name_joined(walk->build->query, ast_call_name(call));
    const Function *function = catalog_find_function(walk->build->bound->catalog, name);
    if (function == NULL || function->body == NULL || walk->depth >= FUNCTION_DEPTH_MAX)
        return;
    NameWalk inside = { .build = walk->build, .node = walk->node, .depth = walk->depth + 1 };
    walk_text(&inside, function->body);
}

static bool on_node(void *context, const AstNode *node)
{
    NameWalk *walk = context;
    if (node->kind == AST_TABLE)
        note_name(walk, ast_table_name(node));
    else if (node->kind == AST_TABLE_ARG)
        note_name(walk, ast_table_arg_table(node));
    else if (node->kind == AST_TABLE_QUERY)
        note_name(walk, ast_table_query_table(node));
    else if (node->kind == AST_CALL)
        note_call(walk, node);
    return true;
}

static void walk_text(NameWalk *walk, const AstNode *root)
{
    ast_walk(root, on_cte, walk);
    ast_walk(root, on_node, walk);
}

static const AstNode *definition_of(const CatalogEntry *entry)
{
    switch (entry->kind) {
    case CATALOG_VIEW:
        return ast_create_view_query(entry->as.view->statement);
    case CATALOG_METRIC:
        return ast_metric_query(entry->as.metric->statement);
    default:
        return NULL;
    }
}

static void connect_entry(const LineageBuild *build, const CatalogEntry *entry)
{
    NameWalk walk = { .build = build, .node = entry->index };
    const AstNode *definition = definition_of(entry);
    const Table *source = entry->kind == CATALOG_TABLE ? entry->as.table->aside_source : NULL;
    if (source != NULL) /* s.bad, s.future */
        connect(build, catalog_find(build->bound->catalog, source->name)->index, entry->index);
    if (definition != NULL)
        walk_text(&walk, definition);
    if (entry->kind != CATALOG_METRIC)
        return;
    AST_EACH(base, ast_metric_bases(entry->as.metric->statement)) {
        note_name(&walk, base);
    }
}

static bool on_insert(void *context, const AstNode *node)
{
    const LineageBuild *build = context;
    if (node->kind != AST_INSERT)
        return node->kind == AST_LIST || node->kind == AST_PROGRAM || node->kind == AST_STATEMENT_SET;
    const CatalogEntry *target =
        catalog_find(build->bound->catalog, ast_name_joined(build->query, ast_insert_table(node)));
    if (target != NULL) {
        NameWalk walk = { .build = build, .node = target->index };
        walk_text(&walk, ast_insert_query(node));
    }
    return false;
}

/* ---- columns ---- */

static LineageReads *reads_of(const LineageBuild *build, LineageNode *node, uint32_t stream)
{
    for (uint32_t i = 0; i < node->reads.count; i++) {
        if (node->reads.items[i].stream == stream)
            return &node->reads.items[i];
    }
    vec_push(build->query, &node->reads, (LineageReads){ .stream = stream });
    return &node->reads.items[node->reads.count - 1];
}

static void note_column(const LineageBuild *build, LineageReads *reads, Str name)
{
    for (uint32_t i = 0; i < reads->columns.count; i++) {
        if (str_equal(reads->columns.items[i], name))
            return;
    }
    vec_push(build->query, &reads->columns, name);
}

/* "content.category", of a leaf inside of a ROW. */
static Str source_name(const LineageBuild *build, const Table *table, const ScanSource *source)
{
    const TableColumn *column = &table->columns[source->table_column];
    const Type *type = column->type;
    Str name = column->name;
    for (uint32_t i = 0; i < source->path_length; i++) {
        const TypeField *field = &type->fields[source->path[i]];
        name = str_printf(build->query, "%.*s.%.*s", STR_ARG(name), STR_ARG(field->name));
        type = field->type;
    }
    return name;
}

static const Table *table_read(const LogicalNode *node)
{
    return node->kind == LOGICAL_SCAN          ? node->as.scan.table
           : node->kind == LOGICAL_LOOKUP_JOIN ? node->as.lookup_join.table
                                               : NULL;
}

static void note_plan(const LineageBuild *build, LineageNode *reader, const LogicalNode *node)
{
    const Table *table = table_read(node);
    const CatalogEntry *entry = table == NULL ? NULL : catalog_find(build->bound->catalog, table->name);
    if (entry != NULL) {
        LineageReads *reads = reads_of(build, reader, entry->index);
        if (node->kind == LOGICAL_SCAN) {
            const ScanSource *sources = logical_scan_sources(build->query, node);
            for (uint32_t c = 0; c < node->column_count; c++)
                note_column(build, reads, source_name(build, table, &sources[c]));
        } else {
            uint32_t count;
            const uint32_t *columns = logical_table_columns(build->query, node, &count);
            for (uint32_t k = 0; k < node->as.lookup_join.key_count; k++)
                note_column(build, reads, table->columns[node->as.lookup_join.table_keys[k]].name);
            for (uint32_t c = 0; c < count; c++)
                note_column(build, reads, table->columns[columns[c]].name);
        }
    }
    for (uint32_t i = 0; i < node->input_count; i++)
        note_plan(build, reader, node->inputs[i]);
}

static void note_columns(const LineageBuild *build)
{
    LogicalProgram plan = optimize(build->query, build->bound->logical, NULL);
    for (uint32_t i = 0; i < plan.sink_count; i++) {
        const LogicalNode *sink = plan.sinks[i];
        const CatalogEntry *entry =
            sink->as.sink.name.len == 0 ? NULL : catalog_find(build->bound->catalog, sink->as.sink.name);
        if (entry != NULL)
            note_plan(build, &build->lineage->nodes[entry->index], sink);
    }
}

/* ---- the graph ---- */

static LineageNode node_of(const CatalogEntry *entry)
{
    LineageNode node = { .name = entry->name, .span = entry->span };
    if (entry->kind == CATALOG_VIEW) {
        node.kind = LINEAGE_VIEW;
    } else if (entry->kind == CATALOG_METRIC) {
        node.metric = entry->as.metric;
        node.kind = ast_metric_query(node.metric->statement) == NULL ? LINEAGE_DERIVED : LINEAGE_METRIC;
    } else {
        const AstNode *statement = entry->as.table->statement;
        bool is_stream = statement != NULL && statement->kind == AST_CREATE_TABLE && ast_create_table_stream(statement);
        node.kind = is_stream || entry->as.table->rowtime_column >= 0 ? LINEAGE_STREAM : LINEAGE_TABLE;
    }
    return node;
}

Lineage *lineage_of(Arena *query, const BoundProgram *bound, AstNode *const *files, uint32_t file_count)
{
    Lineage *lineage = ARENA_NEW(query, Lineage);
    LineageBuild build = { .query = query, .bound = bound, .lineage = lineage };
    lineage->count = catalog_count(bound->catalog);
    lineage->nodes = ARENA_ARRAY(query, LineageNode, lineage->count + 1);
    for (uint32_t i = 0; i < lineage->count; i++)
        lineage->nodes[i] = node_of(catalog_at(bound->catalog, i));
    for (uint32_t i = 0; i < lineage->count; i++)
        connect_entry(&build, catalog_at(bound->catalog, i));
    for (uint32_t i = 0; i < file_count; i++)
        ast_walk(files[i], on_insert, &build);
    note_columns(&build);
    return lineage;
}

static void choose_along(Lineage *lineage, uint32_t node, bool up, bool *seen)
{
    if (seen[node])
        return;
    seen[node] = true;
    LineageNode *at = &lineage->nodes[node];
    at->is_chosen = true;
    uint32_t count = up ? at->from.count : at->to.count;
    for (uint32_t i = 0; i < count; i++)
        choose_along(lineage, up ? at->from.items[i] : at->to.items[i], up, seen);
}

void lineage_choose(Lineage *lineage, LineageWanted *wanted, void *user)
{
    Arena scratch;
    arena_init(&scratch);
    bool *up = arena_alloc_zeroed(&scratch, lineage->count + 1, 1);
    bool *down = arena_alloc_zeroed(&scratch, lineage->count + 1, 1);
    for (uint32_t i = 0; i < lineage->count; i++) {
        if (!wanted(user, &lineage->nodes[i]))
            continue;
        choose_along(lineage, i, true, up);
        choose_along(lineage, i, false, down);
    }
    arena_free(&scratch);
}
