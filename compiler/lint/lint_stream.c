/* lint_stream.c -- streams, and columns of them, that nothing reads.
 *
 * What the statements and metrics read is what is left in the scans of their optimised plans; to that come the columns
 * of watermark and keys, what computed columns are made of, and whole streams that the queries of tests name. */
#include "compiler/lint/lint_internal.h"

#include "compiler/logical/nodes.h"
#include "compiler/optimize/optimize.h"

typedef struct TableUse {
    const Table *table;
    bool is_read, is_written, by_test;
    bool *columns;
} TableUse;

typedef struct Usage {
    const Lint *lint;
    TableUse *tables;
    uint32_t count;
} Usage;

static TableUse *use_of(const Usage *usage, const Table *table)
{
    for (uint32_t i = 0; i < usage->count; i++) {
        if (usage->tables[i].table == table)
            return &usage->tables[i];
    }
    return NULL;
}

/* ---- plans ---- */

static void note_scan(const Usage *usage, const LogicalNode *scan)
{
    TableUse *use = use_of(usage, scan->as.scan.table);
    if (use == NULL)
        return;
    use->is_read = true;
    const ScanSource *sources = logical_scan_sources(usage->lint->query, scan);
    for (uint32_t c = 0; c < scan->column_count; c++)
        use->columns[sources[c].table_column] = true;
}

static void note_lookup(const Usage *usage, const LogicalNode *join)
{
    TableUse *use = use_of(usage, join->as.lookup_join.table);
    if (use == NULL)
        return;
    use->is_read = true;
    uint32_t count;
    const uint32_t *columns = logical_table_columns(usage->lint->query, join, &count);
    for (uint32_t c = 0; c < count; c++)
        use->columns[columns[c]] = true;
    for (uint32_t k = 0; k < join->as.lookup_join.key_count; k++)
        use->columns[join->as.lookup_join.table_keys[k]] = true;
}

static void note_plan(const Usage *usage, const LogicalNode *node)
{
    if (node->kind == LOGICAL_SCAN)
        note_scan(usage, node);
    else if (node->kind == LOGICAL_LOOKUP_JOIN)
        note_lookup(usage, node);
    for (uint32_t i = 0; i < node->input_count; i++)
        note_plan(usage, node->inputs[i]);
}

static void note_plans(const Usage *usage)
{
    LogicalProgram plan = optimize(usage->lint->query, usage->lint->bound->logical, NULL);
    for (uint32_t i = 0; i < plan.sink_count; i++) {
        const LogicalNode *sink = plan.sinks[i];
        note_plan(usage, sink);
        TableUse *target = sink->as.sink.table == NULL ? NULL : use_of(usage, sink->as.sink.table);
        if (target != NULL)
            target->is_written = true;
    }
}

/* ---- text ---- */

typedef struct NameWalk {
    const Usage *usage;
    TableUse *table; /* of column references */
} NameWalk;

static void note_table_name(const NameWalk *walk, const AstNode *name)
{
    if (name == NULL || name->kind != AST_QNAME)
        return;
    const Lint *lint = walk->usage->lint;
    const CatalogEntry *entry = catalog_find(lint->bound->catalog, ast_name_joined(lint->query, name));
    TableUse *use = entry == NULL || entry->kind != CATALOG_TABLE ? NULL : use_of(walk->usage, entry->as.table);
    if (use != NULL)
        use->is_read = use->by_test = true;
}

static bool on_test_node(void *context, const AstNode *node)
{
    const NameWalk *walk = context;
    if (node->kind == AST_TABLE)
        note_table_name(walk, ast_table_name(node));
    else if (node->kind == AST_TABLE_ARG)
        note_table_name(walk, ast_table_arg_table(node));
    return true;
}

static bool on_column_node(void *context, const AstNode *node)
{
    const NameWalk *walk = context;
    if (node->kind != AST_COLUMN_REF)
        return true;
    Str name = ast_name_text(ast_at(ast_column_ref_parts(node), 0));
    for (uint32_t c = 0; c < walk->table->table->column_count; c++) {
        if (str_equal(walk->table->table->columns[c].name, name))
            walk->table->columns[c] = true;
    }
    return true;
}

static void note_names(const Usage *usage, TableUse *use, const AstNode *expr)
{
    NameWalk walk = { .usage = usage, .table = use };
    ast_walk(expr, on_column_node, &walk);
}

static void note_statement(const Usage *usage, TableUse *use)
{
    const Table *table = use->table;
    if (table->watermark != NULL)
        note_names(usage, use, table->watermark);
    if (table->rowtime_column >= 0)
        use->columns[table->rowtime_column] = true;
    for (uint32_t k = 0; k < table->primary_key_count; k++)
        use->columns[table->primary_key[k]] = true;
    AST_EACH(element, ast_create_table_elements(table->statement)) {
        for (uint32_t c = 0; element->kind == AST_DEDUPLICATE && c < table->column_count; c++) {
            AST_EACH(name, ast_deduplicate_columns(element)) {
                if (str_equal(ast_name_last(name), table->columns[c].name))
                    use->columns[c] = true;
            }
        }
    }
}

/* A computed column reads columns before it. */
static void note_computed(const Usage *usage, TableUse *use)
{
    for (uint32_t c = use->table->column_count; c-- > 0;) {
        if (use->columns[c] && use->table->columns[c].computed != NULL)
            note_names(usage, use, use->table->columns[c].computed);
    }
}

static Usage usage_of(const Lint *lint)
{
    const Catalog *catalog = lint->bound->catalog;
    Usage usage = { .lint = lint, .tables = ARENA_ARRAY(lint->query, TableUse, catalog_count(catalog) + 1) };
    for (uint32_t i = 0; i < catalog_count(catalog); i++) {
        const CatalogEntry *entry = catalog_at(catalog, i);
        if (entry->kind != CATALOG_TABLE)
            continue;
        const Table *table = entry->as.table;
        if (table->statement == NULL || table->statement->kind != AST_CREATE_TABLE)
            continue; /* made by a clause, such as LATE ROWS INTO: nobody could remove it */
        usage.tables[usage.count++] =
            (TableUse){ .table = table,
                        .columns = arena_alloc_zeroed(lint->query, sizeof(bool) * (table->column_count + 1), 1) };
    }
    note_plans(&usage);
    NameWalk walk = { .usage = &usage };
    for (uint32_t i = 0; i < lint->bound->test_count; i++)
        ast_walk(lint->bound->tests[i], on_test_node, &walk);
    for (uint32_t i = 0; i < usage.count; i++) {
        note_statement(&usage, &usage.tables[i]);
        note_computed(&usage, &usage.tables[i]);
    }
    return usage;
}

/* ---- rules ---- */

void lint_unread_stream(const Lint *lint)
{
    Usage usage = usage_of(lint);
    for (uint32_t i = 0; i < usage.count; i++) {
        const TableUse *use = &usage.tables[i];
        if (use->is_read || use->is_written)
            continue;
        Diag *d = diag_warning(lint->diags, W0713, use->table->span, "nothing reads `%.*s`, and nothing writes to it",
                               STR_ARG(use->table->name));
        diag_help(d, "remove it, or write the metric that it is for");
    }
}

void lint_unread_column(const Lint *lint)
{
    Usage usage = usage_of(lint);
    for (uint32_t i = 0; i < usage.count; i++) {
        const TableUse *use = &usage.tables[i];
        for (uint32_t c = 0; use->is_read && !use->is_written && !use->by_test && c < use->table->column_count; c++) {
            const TableColumn *column = &use->table->columns[c];
            if (use->columns[c])
                continue;
            Diag *d = diag_warning(lint->diags, W0714, column->span, "nothing reads column `%.*s` of `%.*s`",
                                   STR_ARG(column->name), STR_ARG(use->table->name));
            diag_help(d, "remove it: fields that are not named are skipped");
        }
    }
}
