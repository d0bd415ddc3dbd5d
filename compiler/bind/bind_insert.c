/* bind_insert.c -- where rows go: results and INSERT targets. */
#include "compiler/bind/bind_internal.h"

/* Rows of a session without a grouping would wait until it closes. */
static bool refuse_open_sessions(Binder *binder, const LogicalNode *node)
{
    if (node->kind == LOGICAL_WINDOW && node->as.window.kind == WINDOW_SESSION) {
        Diag *d = refuse(binder, node->span, "SESSION without GROUP BY");
        diag_help(d, "group by window_start, window_end and the PARTITION BY columns");
        return true;
    }
    for (uint32_t i = 0; i < node->input_count; i++) {
        if (refuse_open_sessions(binder, node->inputs[i]))
            return true;
    }
    return false;
}

void add_sink(Binder *binder, Relation *relation, Str name, const Table *table, Span span)
{
    relation = rank_limits(binder, relation);
    if (relation->poison || refuse_open_sessions(binder, relation->node) || !changes_fit(binder, relation->node) ||
        !gaps_fit(binder, relation->node))
        return;
    warn_clock_of_result(binder, relation);
    check_state_end(binder, relation->node, table == NULL ? name : STR_EMPTY);
    LogicalNode *sink = node_new(binder, LOGICAL_SINK, span, &relation->node, 1);
    node_set_columns(binder, sink, relation->columns, relation->column_count);
    sink->as.sink.is_insert = table != NULL;
    sink->as.sink.name = name;
    sink->as.sink.table = table;
    sink->as.sink.statement = binder->sinks.count;
    vec_push(binder->query, &binder->sinks, sink);
}

static bool is_written(const TableColumn *column)
{
    return column->computed == NULL;
}

/* What a connector knows of a record is for reading: a table that is written says so. */
static bool check_metadata(Binder *binder, const Table *table)
{
    for (uint32_t i = 0; i < table->column_count; i++) {
        const TableColumn *column = &table->columns[i];
        if (!column->is_metadata || column->is_virtual)
            continue;
        Diag *d =
            diag_error(binder->diags, E0332, column->span, "metadata `%.*s` cannot be written", STR_ARG(column->name));
        diag_help(d, "declare it VIRTUAL: it is read, and left out when the table is written");
        return false;
    }
    return true;
}

typedef struct Target {
    const Table *table;
    uint32_t *columns; /* of the table: what the query's columns go to, in order */
    uint32_t count;
} Target;

static void unknown_target(Binder *binder, const Table *table, const AstNode *name, Str text)
{
    Str *names = ARENA_ARRAY(binder->query, Str, table->column_count + 1);
    for (uint32_t i = 0; i < table->column_count; i++)
        names[i] = table->columns[i].name;
    Diag *d = diag_error(binder->diags, E0202, name->span, "table `%.*s` has no column `%.*s`", STR_ARG(table->name),
                         STR_ARG(text));
    int32_t nearest = diag_nearest(text, names, table->column_count);
    if (nearest >= 0)
        diag_fix(d, name->span, names[nearest], "did you mean `%.*s`?", STR_ARG(names[nearest]));
}

static bool take_column(Binder *binder, Target *target, const AstNode *name)
{
    const Table *table = target->table;
    Str text = qname_text(binder, name);
    for (uint32_t i = 0; i < table->column_count; i++) {
        if (!str_equal(table->columns[i].name, text))
            continue;
        bool twice = false;
        for (uint32_t k = 0; k < target->count; k++)
            twice |= target->columns[k] == i;
        if (twice || !is_written(&table->columns[i])) {
            diag_error(binder->diags, E0332, name->span,
                       twice ? "column `%.*s` is named twice" : "column `%.*s` is computed and cannot be written",
                       STR_ARG(text));
            return false;
        }
        target->columns[target->count++] = i;
        return true;
    }
    unknown_target(binder, table, name, text);
    return false;
}

static bool bind_target(Binder *binder, const AstNode *insert, Target *target)
{
    const Table *table = target->table;
    bool good = check_metadata(binder, table);
    target->columns = ARENA_ARRAY(binder->query, uint32_t, table->column_count + ast_count(ast_insert_columns(insert)));
    if (ast_count(ast_insert_columns(insert)) > 0) {
        AST_EACH(name, ast_insert_columns(insert))
            good &= take_column(binder, target, name);
        return good;
    }
    for (uint32_t i = 0; i < table->column_count; i++) {
        if (is_written(&table->columns[i]))
            target->columns[target->count++] = i;
    }
    return true;
}

static const Expr *convert_value(Binder *binder, const Relation *query, uint32_t at, const TableColumn *column)
{
    const BindColumn *source = &query->columns[at];
    const Expr *value = expr_column(binder->query, source->type, at, source->span);
    if (!query->poison)
        warn_clock(binder, query->node, value);
    const Expr *converted = convert_implicitly(binder, value, type_plain(binder->query, column->type));
    if (converted != NULL)
        return converted;
    Str a = type_name(binder->query, type_with_nullable(binder->query, source->type, true));
    Str b = type_name(binder->query, type_with_nullable(binder->query, column->type, true));
    Diag *d = diag_error(binder->diags, E0331, source->span, "%.*s cannot be written to column `%.*s`, which is %.*s",
                         STR_ARG(a), STR_ARG(column->name), STR_ARG(b));
    diag_label(d, column->span, "declared here");
    if (type_can_cast(source->type, column->type))
        diag_help(d, "write CAST(.. AS %.*s)", STR_ARG(b));
    return expr_poison(binder, source->span);
}

/* The value of a column that the list leaves out. */
static const Expr *missing_value(Binder *binder, const AstNode *insert, const TableColumn *column)
{
    if (!column->type->nullable) {
        Diag *d = diag_error(binder->diags, E0333, ast_insert_table(insert)->span,
                             "column `%.*s` is NOT NULL and gets no value", STR_ARG(column->name));
        diag_label(d, column->span, "declared here");
        return expr_poison(binder, insert->span);
    }
    return expr_null(binder->query, column->type, insert->span);
}

static Relation *project_target(Binder *binder, const AstNode *insert, const Relation *query, const Target *target)
{
    const Table *table = target->table;
    const Expr **exprs = ARENA_ARRAY(binder->query, const Expr *, table->column_count + 1);
    BindColumn *columns = ARENA_ARRAY(binder->query, BindColumn, table->column_count + 1);
    uint32_t count = 0;
    for (uint32_t i = 0; i < table->column_count; i++) {
        const TableColumn *column = &table->columns[i];
        if (!is_written(column))
            continue;
        uint32_t at = 0;
        while (at < target->count && target->columns[at] != i)
            at++;
        columns[count] = (BindColumn){ .name = column->name, .span = column->span };
        exprs[count++] =
            at < target->count ? convert_value(binder, query, at, column) : missing_value(binder, insert, column);
    }
    Relation *relation = make_project(binder, query, exprs, columns, count, insert->span);
    for (uint32_t i = 0; i < count; i++)
        columns[i].role = ROLE_NONE;
    return relation;
}

static bool refuse_insert_clauses(Binder *binder, const AstNode *insert)
{
    if (ast_insert_overwrite(insert))
        refuse(binder, insert->span, "INSERT OVERWRITE");
    else if (ast_insert_upsert(insert))
        refuse(binder, insert->span, "UPSERT");
    else if (ast_insert_on_conflict(insert) != AST_CONFLICT_DEFAULT)
        refuse(binder, insert->span, "ON CONFLICT");
    else if (ast_count(ast_insert_partition(insert)) > 0)
        refuse(binder, ast_insert_partition(insert)->span, "PARTITION");
    else if (ast_count(ast_insert_hints(insert)) > 0)
        refuse(binder, ast_insert_hints(insert)->span, "a hint");
    else
        return false;
    return true;
}

static const Table *insert_table(Binder *binder, const AstNode *insert)
{
    const AstNode *name = ast_insert_table(insert);
    const CatalogEntry *entry = find_table_entry(binder, name, "rows cannot be written to");
    if (entry == NULL)
        return NULL;
    const Table *table = entry->as.table;
    if (entry_relation(binder, entry, name->span)->poison)
        return NULL;
    if (table->option_count == 0) {
        Diag *d = diag_error(binder->diags, E0409, name->span, "rows cannot be written to `%.*s`: it has no connector",
                             STR_ARG(table->name));
        diag_help(d, "add WITH ('connector' = 'print') or another one");
        return NULL;
    }
    if (table->connector != NULL && (table->connector->flags & CONN_CAN_SINK) == 0) {
        Str what = str_printf(binder->query, "writing to connector '%s'", table->connector->name);
        refuse(binder, name->span, what.data);
        return NULL;
    }
    if (!check_format_of_sink(binder, table, name->span))
        return NULL;
    if (table->connector != NULL && connector_id(table->connector) == CONN_UPSERT_KAFKA &&
        table->primary_key_count == 0) {
        Diag *d = diag_error(binder->diags, E0409, name->span, "`%.*s` is written by its key, and has none",
                             STR_ARG(table->name));
        diag_label(d, table->span, "declared here");
        diag_help(d, "add PRIMARY KEY (..) NOT ENFORCED to its columns");
        return NULL;
    }
    return table;
}

void bind_sink_insert(Binder *binder, const AstNode *insert)
{
    bool refused = refuse_insert_clauses(binder, insert);
    Target target = { .table = insert_table(binder, insert) };
    Relation *query = late_insert_query(binder, insert);
    if (target.table == NULL || refused || !bind_target(binder, insert, &target) || query->poison)
        return;
    if (query->column_count != target.count) {
        Diag *d = diag_error(binder->diags, E0330, ast_insert_query(insert)->span,
                             "the query has %u column%s, `%.*s` takes %u", query->column_count,
                             plural(query->column_count), STR_ARG(target.table->name), target.count);
        diag_label(d, ast_insert_table(insert)->span, "%u column%s", target.count, plural(target.count));
        return;
    }
    const AstNode *emit = ast_insert_emit(insert);
    int64_t every_us;
    Relation *rows = late_delay(binder, project_target(binder, insert, query, &target), emit);
    if (!emit_policy(binder, emit, &every_us) || !emit_fits(binder, rows, emit))
        return;
    if (emit != NULL)
        rows = emit_attach(binder, rows, every_us, emit->span);
    add_sink(binder, rows, target.table->name, target.table, insert->span);
}
