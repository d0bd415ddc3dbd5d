/* lint_window.c -- windows that do what nobody means: sessions of all rows without a key, groups by window_start alone,
 * and windows that no watermark ever closes. */
#include "compiler/lint/lint_internal.h"

/* ---- the NULL key of a session ---- */

/* The table that a name of FROM stands for; NULL: none, or a view. */
static const Table *table_of(const Lint *lint, const AstNode *name)
{
    if (name == NULL || name->kind != AST_QNAME)
        return NULL;
    const CatalogEntry *entry = catalog_find(lint->bound->catalog, ast_name_joined(lint->query, name));
    return entry != NULL && entry->kind == CATALOG_TABLE ? entry->as.table : NULL;
}

static const TableColumn *column_of(const Table *table, const AstNode *reference)
{
    if (reference->kind != AST_COLUMN_REF || ast_count(ast_column_ref_parts(reference)) != 1)
        return NULL;
    Str name = ast_name_last(reference);
    for (uint32_t i = 0; i < table->column_count; i++) {
        if (str_equal(table->columns[i].name, name))
            return &table->columns[i];
    }
    return NULL;
}

/* Does the condition leave rows out that have no value of the column? */
static bool leaves_out(const AstNode *condition, Str name)
{
    bool found = false;
    if (condition != NULL && condition->kind == AST_LOGIC && ast_logic_op(condition) == AST_OP_AND) {
        AST_EACH(part, ast_logic_args(condition))
            found |= leaves_out(part, name);
        return found;
    }
    return condition != NULL && condition->kind == AST_IS && ast_is_what(condition) == AST_IS_NULL &&
           ast_is_negated(condition) && ast_is_operand(condition)->kind == AST_COLUMN_REF &&
           str_equal(ast_name_last(ast_is_operand(condition)), name);
}

/* `where` stands over the window: it chooses the rows of which sessions are made. */
static void check_session_keys(const Lint *lint, const AstNode *argument, const AstNode *where)
{
    const Table *table = table_of(lint, ast_table_arg_table(argument));
    if (table == NULL)
        return;
    AST_EACH(key, ast_table_arg_partition_by(argument)) {
        const TableColumn *column = column_of(table, key);
        if (column == NULL || column->type == NULL || !column->type->nullable || leaves_out(where, column->name))
            continue;
        Str name = source_slice(sources_get(lint->diags->sources, key->span.file), key->span);
        Diag *d = diag_warning(lint->diags, W0717, key->span,
                               "`%.*s` may be NULL, and all rows without it are one session without end",
                               STR_ARG(column->name));
        const char *unknown = type_is_text(column->type) ? "'unknown'" : type_is_integer(column->type) ? "-1" : "..";
        diag_help(
            d,
            "give those rows a key, here and in GROUP BY: COALESCE(%.*s, %s); or leave them out: WHERE %.*s IS NOT "
            "NULL",
            STR_ARG(name), unknown, STR_ARG(name));
    }
}

static void check_session(const Lint *lint, const AstNode *select)
{
    const AstNode *from = ast_select_from(select);
    const AstNode *call = from != NULL && from->kind == AST_TABLE_FUNCTION ? ast_table_function_call(from) : NULL;
    if (call == NULL || !ast_call_is(call, STR("SESSION")))
        return;
    AST_EACH(argument, ast_call_args(call)) {
        const AstNode *value = argument->kind == AST_NAMED_ARG ? ast_named_arg_value(argument) : argument;
        if (value != NULL && value->kind == AST_TABLE_ARG)
            check_session_keys(lint, value, ast_select_where(select));
    }
}

void lint_null_session_key(const Lint *lint)
{
    lint_each_node(lint, AST_SELECT, check_session);
}

/* ---- GROUP BY window_start ---- */

static const AstNode *grouped(const AstNode *select, Str name)
{
    AST_EACH(key, ast_select_group_by(select)) {
        if (key->kind == AST_COLUMN_REF && str_equal(ast_name_last(key), name))
            return key;
    }
    return NULL;
}

static void check_group(const Lint *lint, const AstNode *select)
{
    const AstNode *start = grouped(select, STR("window_start"));
    if (start == NULL || grouped(select, STR("window_end")) != NULL)
        return;
    Diag *d = diag_warning(lint->diags, W0718, start->span,
                           "GROUP BY window_start alone is a group that never ends, outside of a metric");
    Str fix = source_slice(sources_get(lint->diags->sources, start->span.file), start->span);
    Str prefix = str_slice(fix, 0, fix.len - STR("window_start").len);
    if (str_ends_with(fix, STR("window_start"))) {
        fix = str_printf(lint->query, "%.*s, %.*swindow_end", STR_ARG(fix), STR_ARG(prefix));
        diag_fix(d, start->span, fix, "group by the window: %.*s", STR_ARG(fix));
    }
}

/* Inside of a metric both spellings mean the window. */
static bool on_query_node(void *context, const AstNode *node)
{
    const Lint *const *lint = context;
    if (node->kind == AST_METRIC)
        return false;
    if (node->kind == AST_SELECT)
        check_group(*lint, node);
    return true;
}

void lint_window_start_alone(const Lint *lint)
{
    for (uint32_t i = 0; i < lint->file_count; i++)
        ast_walk(lint->files[i], on_query_node, &lint);
}

/* ---- a watermark that stands still ---- */

static bool find_column(void *found, const AstNode *node)
{
    *(bool *)found = *(bool *)found || node->kind == AST_COLUMN_REF;
    return true;
}

void lint_still_watermark(const Lint *lint)
{
    const Catalog *catalog = lint->bound->catalog;
    for (uint32_t i = 0; i < catalog_count(catalog); i++) {
        const CatalogEntry *entry = catalog_at(catalog, i);
        bool reads_row = false;
        if (entry->kind != CATALOG_TABLE || entry->as.table->watermark == NULL)
            continue;
        ast_walk(entry->as.table->watermark, find_column, &reads_row);
        if (reads_row)
            continue;
        Diag *d = diag_warning(lint->diags, W0715, entry->as.table->watermark->span,
                               "this is the same for every row: the watermark of `%.*s` stands still, and its windows "
                               "close only where the input ends",
                               STR_ARG(entry->name));
        diag_help(d, "let it follow the time column: ts - INTERVAL '5' SECOND");
    }
}
