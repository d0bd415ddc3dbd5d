/* bind_table.c -- CREATE TABLE: columns, computed columns, watermark, key, LIKE, and the scan that reads it. */
#include "compiler/bind/bind_internal.h"

typedef VEC(TableColumn) TableColumns;

static Str comment_text(const AstNode *comment)
{
    return comment == NULL ? STR_EMPTY : ast_string_text(comment);
}

static int32_t find_table_column(const TableColumns *columns, Str name)
{
    for (uint32_t i = 0; i < columns->count; i++) {
        if (str_equal(columns->items[i].name, name))
            return (int32_t)i;
    }
    return -1;
}

static void add_column(Binder *binder, TableColumns *columns, TableColumn column)
{
    int32_t other = find_table_column(columns, column.name);
    if (other >= 0) {
        Diag *d =
            diag_error(binder->diags, E0206, column.span, "column `%.*s` is defined already", STR_ARG(column.name));
        diag_label(d, columns->items[other].span, "first here");
        return;
    }
    vec_push(binder->query, columns, column);
}

/* A test gives this computed column by value. */
static bool is_given(const Binder *binder, Str table, Str column)
{
    for (uint32_t i = 0; binder->options != NULL && i < binder->options->given_count; i++) {
        const GivenColumn *given = &binder->options->given[i];
        if (str_equal(given->table, table) && str_equal(given->column, column))
            return true;
    }
    return false;
}

static void add_element(Binder *binder, const AstNode *element, TableColumns *columns)
{
    const AstNode *name;
    TableColumn column = { 0 };
    switch (element->kind) {
    case AST_COLUMN:
        name = ast_column_name(element);
        column.type = bind_type(binder, ast_column_type(element));
        column.comment = comment_text(ast_column_comment(element));
        break;
    case AST_COMPUTED:
        name = ast_computed_name(element);
        column.computed = ast_computed_expr(element);
        column.comment = comment_text(ast_computed_comment(element));
        break;
    case AST_METADATA:
        name = ast_metadata_name(element);
        column.type = bind_type(binder, ast_metadata_type(element));
        column.metadata_key = comment_text(ast_metadata_key(element));
        column.is_metadata = true;
        column.is_virtual = ast_metadata_is_virtual(element);
        column.computed = element; /* by the connector */
        column.comment = comment_text(ast_metadata_comment(element));
        break;
    default:
        return;
    }
    column.name = ast_name_text(name);
    column.span = name->span;
    add_column(binder, columns, column);
}

/* ---- LIKE ---- */

static void inherit(Binder *binder, Table *table, TableColumns *columns)
{
    const AstNode *like = ast_create_table_like(table->statement);
    if (like == NULL)
        return;
    if (ast_count(ast_like_table_options(like)) > 0) {
        refuse(binder, ast_like_table_options(like)->span, "INCLUDING, EXCLUDING or OVERWRITING");
        return;
    }
    const CatalogEntry *entry = find_entry(binder, ast_like_table_table(like));
    if (entry == NULL)
        return;
    if (entry->kind != CATALOG_TABLE) {
        diag_error(binder->diags, E0209, ast_like_table_table(like)->span, "LIKE needs a table, `%.*s` is none",
                   STR_ARG(entry->name));
        return;
    }
    entry_relation(binder, entry, ast_like_table_table(like)->span);
    const Table *source = entry->as.table;
    for (uint32_t i = 0; i < source->column_count; i++) {
        TableColumn column = source->columns[i];
        if (column.computed != NULL && !column.is_metadata)
            column.type = NULL;
        else
            column.type = type_plain(binder->query, column.type);
        vec_push(binder->query, columns, column);
    }
    table->options = source->options;
    table->option_count = source->option_count;
    table->watermark = source->watermark;
    table->deduplicate = source->deduplicate;
    table->rowtime_column = source->rowtime_column;
    table->primary_key = source->primary_key;
    table->primary_key_count = source->primary_key_count;
}

/* ---- computed columns ---- */

static void fill_relation(Binder *binder, const Table *table, Relation *relation)
{
    relation->column_count = table->column_count;
    relation->columns = ARENA_ARRAY(binder->query, BindColumn, table->column_count);
    for (uint32_t i = 0; i < table->column_count; i++) {
        const TableColumn *column = &table->columns[i];
        const Type *type = column->type == NULL ? type_simple(TYPE_POISON, true) : column->type;
        relation->columns[i] = (BindColumn){ .name = column->name, .type = type, .span = column->span };
        relation->poison |= type->kind == TYPE_POISON;
    }
    relation->sources.count = 0;
    vec_push(binder->query, &relation->sources,
             ((BindSource){ .alias = table->name, .span = table->span, .count = table->column_count }));
}

/* A computed column reads physical columns wherever they stand, and computed ones that stand before it. */
static const Expr **bind_computed(Binder *binder, Table *table, Relation *relation)
{
    const Expr **computed = ARENA_ARRAY(binder->query, const Expr *, table->column_count);
    for (uint32_t i = 0; i < table->column_count; i++) {
        TableColumn *column = &table->columns[i];
        if (column->computed == NULL || is_given(binder, table->name, column->name))
            continue;
        Relation visible = *relation;
        visible.columns = ARENA_ARRAY(binder->query, BindColumn, table->column_count);
        for (uint32_t k = 0; k < table->column_count; k++) {
            visible.columns[k] = relation->columns[k];
            visible.columns[k].is_hidden = table->columns[k].computed != NULL && k >= i;
        }
        visible.poison = false;
        ExprScope scope = { .binder = binder, .input = &visible, .place = "a computed column" };
        const Expr *expr = column->is_metadata ? bind_metadata(binder, table, i) : bind_expr(&scope, column->computed);
        computed[i] = expr;
        check_constants(binder, expr);
        column->type = expr->type;
        relation->columns[i].type = expr->type;
        relation->poison |= expr_is_poison(expr);
    }
    return computed;
}

/* Types of computed columns that a test gives: worked out, then forgotten as expressions. */
static void type_given_columns(Binder *binder, Table *table, Relation *relation)
{
    for (uint32_t i = 0; i < table->column_count; i++) {
        TableColumn *column = &table->columns[i];
        if (column->computed == NULL || !is_given(binder, table->name, column->name))
            continue;
        ExprScope scope = { .binder = binder, .input = relation, .place = "a computed column" };
        const Expr *expr = column->is_metadata ? bind_metadata(binder, table, i) : bind_expr(&scope, column->computed);
        column->is_metadata = false;
        column->type = type_plain(binder->query, type_with_nullable(binder->query, expr->type, true));
        column->computed = NULL;
        relation->columns[i].type = column->type;
        relation->poison |= expr_is_poison(expr);
    }
}

/* ---- watermark ---- */

static const AstNode *find_watermark(Binder *binder, const AstNode *statement)
{
    const AstNode *found = NULL;
    AST_EACH(element, ast_create_table_elements(statement)) {
        if (element->kind != AST_WATERMARK)
            continue;
        if (found != NULL)
            diag_error(binder->diags, E0314, element->span, "a table has one watermark, this is another");
        else
            found = element;
    }
    return found;
}

static bool check_rowtime(Binder *binder, const AstNode *name, const Type *type)
{
    Str column = qname_text(binder, name);
    Str text = type_name(binder->query, type_with_nullable(binder->query, type, true));
    if (type->kind == TYPE_POISON)
        return false;
    if (type->kind != TYPE_TIMESTAMP && type->kind != TYPE_TIMESTAMP_LTZ) {
        Diag *d =
            diag_error(binder->diags, E0314, name->span, "a watermark stands on a TIMESTAMP column, `%.*s` is %.*s",
                       STR_ARG(column), STR_ARG(text));
        if (type_is_integer(type))
            diag_help(d, "add a computed column such as t AS TO_TIMESTAMP_LTZ(%.*s, 3)", STR_ARG(column));
        else if (type_is_text(type))
            diag_help(
                d,
                "texts such as '2026-01-05 12:00:00' are read as TIMESTAMP(3); others take a computed column: t AS "
                "TO_TIMESTAMP(%.*s, 'yyyy/MM/dd HH:mm')",
                STR_ARG(column));
        return false;
    }
    if (type->precision > 3) {
        const char *kind = type->kind == TYPE_TIMESTAMP ? "TIMESTAMP" : "TIMESTAMP_LTZ";
        Diag *d = diag_error(binder->diags, E0313, name->span,
                             "event time `%.*s` has %u fraction digits, at most 3 are possible", STR_ARG(column),
                             type->precision);
        diag_help(d, "add a computed column t AS CAST(%.*s AS %s(3)) and put the watermark on it", STR_ARG(column),
                  kind);
        return false;
    }
    return true;
}

/* Which column; -1 after an error. */
static int32_t watermark_column(Binder *binder, Table *table, const Relation *relation, const AstNode *watermark)
{
    const AstNode *name = ast_watermark_column(watermark);
    Str text = qname_text(binder, name);
    Str *names = ARENA_ARRAY(binder->query, Str, table->column_count);
    if (ast_count(ast_qname_parts(name)) > 1) {
        refuse(binder, name->span, "a watermark on a field of a ROW");
        return -1;
    }
    for (uint32_t i = 0; i < table->column_count; i++) {
        names[i] = table->columns[i].name;
        if (str_equal(names[i], text))
            return check_rowtime(binder, name, relation->columns[i].type) ? (int32_t)i : -1;
    }
    Diag *d = diag_error(binder->diags, E0202, name->span, "no column is called `%.*s`", STR_ARG(text));
    int32_t nearest = diag_nearest(text, names, table->column_count);
    if (nearest >= 0)
        diag_fix(d, name->span, names[nearest], "did you mean `%.*s`?", STR_ARG(names[nearest]));
    return -1;
}

static const Expr *bind_watermark(Binder *binder, Table *table, Relation *relation)
{
    if (table->watermark == NULL || table->rowtime_column < 0 || relation->poison)
        return NULL;
    BindColumn *column = &relation->columns[table->rowtime_column];
    ExprScope scope = { .binder = binder, .input = relation, .place = "a watermark" };
    const AstNode *ast = table->watermark;
    if (ast_is(ast, AST_CALL) && ast_call_is(ast, STR("ADAPTIVE")) && (ast = bind_adaptive(binder, table, ast)) == NULL)
        return NULL;
    const Expr *expr = bind_expr(&scope, ast);
    if (expr_is_poison(expr))
        return NULL;
    if (expr->type->kind != column->type->kind) {
        Str a = type_name(binder->query, type_with_nullable(binder->query, expr->type, true));
        Str b = type_name(binder->query, type_with_nullable(binder->query, column->type, true));
        diag_error(binder->diags, E0314, ast->span, "the watermark is %.*s, its column `%.*s` is %.*s", STR_ARG(a),
                   STR_ARG(column->name), STR_ARG(b));
        return NULL;
    }
    Type *rowtime = ARENA_NEW(binder->query, Type);
    *rowtime = *column->type;
    rowtime->is_rowtime = true;
    column->type = rowtime;
    table->columns[table->rowtime_column].type = rowtime;
    return convert(binder, expr, type_plain(binder->query, rowtime));
}

/* ---- keys and clauses ---- */

static void bind_primary_key(Binder *binder, Table *table, const AstNode *list, bool enforced, Span span)
{
    if (enforced) {
        Diag *d = diag_error(binder->diags, E0336, span, "a primary key cannot be enforced here");
        diag_help(d, "write PRIMARY KEY (..) NOT ENFORCED");
    }
    table->primary_key = ARENA_ARRAY(binder->query, uint32_t, ast_count(list));
    table->primary_key_count = 0;
    AST_EACH(name, list) {
        Str text = ast_name_text(name);
        uint32_t i = 0;
        while (i < table->column_count && !str_equal(table->columns[i].name, text))
            i++;
        if (i == table->column_count) {
            diag_error(binder->diags, E0336, name->span, "the key names `%.*s`, which is no column", STR_ARG(text));
            continue;
        }
        bool twice = false;
        for (uint32_t k = 0; k < table->primary_key_count; k++)
            twice |= table->primary_key[k] == i;
        if (twice)
            diag_error(binder->diags, E0336, name->span, "the key names `%.*s` twice", STR_ARG(text));
        else
            table->primary_key[table->primary_key_count++] = i;
    }
}

static bool is_primary_key(const AstNode *element)
{
    return element->kind == AST_PRIMARY_KEY || (element->kind == AST_COLUMN && ast_column_primary_key(element));
}

static void bind_clauses(Binder *binder, Table *table)
{
    const AstNode *key = NULL;
    AST_EACH(element, ast_create_table_elements(table->statement)) {
        if (is_primary_key(element) && key != NULL) {
            Diag *d = diag_error(binder->diags, E0336, element->span, "a table has one primary key, this is another");
            diag_label(d, key->span, "first here");
            continue;
        }
        key = is_primary_key(element) ? element : key;
        if (element->kind == AST_PRIMARY_KEY)
            bind_primary_key(binder, table, ast_primary_key_columns(element), !ast_primary_key_not_enforced(element),
                             element->span);
        else if (element->kind == AST_UNIQUE_KEY || (element->kind == AST_COLUMN && ast_column_is_unique(element)))
            refuse(binder, element->span, "UNIQUE");
        else if (element->kind == AST_COLUMN && ast_column_primary_key(element)) {
            Str name = ast_name_text(ast_column_name(element));
            table->primary_key = ARENA_ARRAY(binder->query, uint32_t, 1);
            for (uint32_t i = 0; i < table->column_count; i++) {
                if (str_equal(table->columns[i].name, name))
                    table->primary_key[0] = i;
            }
            table->primary_key_count = 1;
        }
    }
}

static bool refuse_table_clauses(Binder *binder, const AstNode *ast)
{
    if (ast_create_table_query(ast) != NULL)
        refuse(binder, ast->span, "CREATE TABLE AS");
    else if (ast_count(ast_create_table_partitioned_by(ast)) > 0)
        refuse(binder, ast_create_table_partitioned_by(ast)->span, "PARTITIONED BY");
    else if (ast_create_table_distribution(ast) != NULL)
        refuse(binder, ast_create_table_distribution(ast)->span, "DISTRIBUTED");
    else if (ast_create_table_or_alter(ast))
        refuse(binder, ast->span, "CREATE OR ALTER TABLE");
    else
        return false;
    return true;
}

static LogicalNode *make_scan(Binder *binder, const Table *table, const Relation *relation, const Expr *const *computed,
                              const Expr *watermark)
{
    LogicalNode *scan = node_new(binder, LOGICAL_SCAN, table->span, NULL, 0);
    node_set_columns(binder, scan, relation->columns, relation->column_count);
    scan->as.scan.table = table;
    scan->as.scan.computed = computed;
    scan->as.scan.watermark = watermark;
    return scan;
}

Relation *table_relation(Binder *binder, const CatalogEntry *entry)
{
    Table *table = entry->as.table;
    if (table_is_late(table))
        return late_relation(binder, table);
    if (table->aside != ASIDE_NONE)
        return aside_relation(binder, table);
    Relation *relation = relation_poison(binder);
    if (refuse_table_clauses(binder, table->statement))
        return relation;
    TableColumns columns = { 0 };
    inherit(binder, table, &columns);
    AST_EACH(element, ast_create_table_elements(table->statement))
        add_element(binder, element, &columns);
    table->columns = columns.items;
    table->column_count = columns.count;
    bind_table_options(binder, table, table->statement);
    relation->poison = relation->open = false;
    fill_relation(binder, table, relation);
    type_given_columns(binder, table, relation);
    bool broken = false;
    for (uint32_t i = 0; i < table->column_count; i++)
        broken |= table->columns[i].computed == NULL && relation->columns[i].type->kind == TYPE_POISON;
    relation->poison = false;
    const Expr **computed = bind_computed(binder, table, relation);
    const AstNode *watermark = find_watermark(binder, table->statement);
    if (watermark != NULL) {
        table->watermark = ast_watermark_expr(watermark);
        table->rowtime_column = watermark_column(binder, table, relation, watermark);
    }
    bind_time_options(binder, table, relation);
    const Expr *mark = bind_watermark(binder, table, relation);
    relation->poison |= broken || (table->watermark != NULL && mark == NULL);
    for (uint32_t i = 0; i < table->column_count; i++) {
        if (computed[i] != NULL)
            warn_clock_of_column(binder, table, computed[i]);
    }
    bind_clauses(binder, table);
    find_dedup(binder, table);
    const Dedup *dedup = bind_dedup(binder, table, relation);
    relation->poison |= table->deduplicate != NULL && dedup == NULL;
    if (relation->poison)
        return relation;
    LogicalNode *scan = make_scan(binder, table, relation, computed, mark);
    scan->as.scan.dedup = dedup;
    relation->node = scan;
    return relation;
}
