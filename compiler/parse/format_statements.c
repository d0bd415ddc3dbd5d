/* format_statements.c -- prints definitions and the other statements of SQL. */
#include "compiler/parse/format_internal.h"

/* Clauses of a definition stand each on a line. */
static void print_with_options(Printer *p, const AstNode *options)
{
    if (options == NULL)
        return;
    out_comments(p, options->span.start);
    out(p, " WITH ");
    out_parens(p, options, print_option);
}

static void print_comment_clause(Printer *p, const AstNode *comment)
{
    if (comment == NULL)
        return;
    out(p, " COMMENT ");
    print_string(p, comment);
}

static void print_create(Printer *p, bool or_alter, bool temporary, const char *what, bool if_not_exists)
{
    out(p, or_alter ? "CREATE OR REPLACE " : "CREATE ");
    out_if(p, temporary, "TEMPORARY ");
    out(p, what);
    out_if(p, if_not_exists, "IF NOT EXISTS ");
}

/* ---------------------------------------------------------------- tables */
static void print_primary_key(Printer *p, const AstNode *node)
{
    if (ast_primary_key_name(node) != NULL) {
        out(p, "CONSTRAINT ");
        print_name(p, ast_primary_key_name(node));
        out(p, " ");
    }
    out(p, "PRIMARY KEY (");
    out_inline(p, ast_primary_key_columns(node), print_name);
    out(p, ast_primary_key_not_enforced(node) ? ") NOT ENFORCED" : ")");
}

static void print_metadata(Printer *p, const AstNode *node)
{
    print_name(p, ast_metadata_name(node));
    out(p, " ");
    print_type(p, ast_metadata_type(node));
    out(p, " METADATA");
    if (ast_metadata_key(node) != NULL) {
        out(p, " FROM ");
        print_string(p, ast_metadata_key(node));
    }
    out_if(p, ast_metadata_is_virtual(node), " VIRTUAL");
    print_comment_clause(p, ast_metadata_comment(node));
}

static void print_element(Printer *p, const AstNode *node)
{
    switch (node->kind) {
    case AST_NAME: print_name(p, node); break;
    case AST_COLUMN:
        print_name(p, ast_column_name(node));
        out(p, " ");
        print_type(p, ast_column_type(node));
        if (ast_column_key_name(node) != NULL) {
            out(p, " CONSTRAINT ");
            print_name(p, ast_column_key_name(node));
        }
        out_if(p, ast_column_primary_key(node), " PRIMARY KEY");
        out_if(p, ast_column_not_enforced(node), " NOT ENFORCED");
        print_comment_clause(p, ast_column_comment(node));
        break;
    case AST_COMPUTED:
        print_name(p, ast_computed_name(node));
        out(p, " AS ");
        print_expr(p, ast_computed_expr(node));
        print_comment_clause(p, ast_computed_comment(node));
        break;
    case AST_METADATA: print_metadata(p, node); break;
    case AST_WATERMARK:
        out(p, "WATERMARK FOR ");
        print_qname(p, ast_watermark_column(node));
        out(p, " AS ");
        print_expr(p, ast_watermark_expr(node));
        break;
    case AST_PRIMARY_KEY: print_primary_key(p, node); break;
    case AST_DEDUPLICATE:
        out(p, "DEDUPLICATE BY (");
        out_inline(p, ast_deduplicate_columns(node), print_qname);
        out(p, ") WITHIN ");
        print_expr(p, ast_deduplicate_within(node));
        break;
    default: assert(false); /* no table element */
    }
}

static void print_distribution(Printer *p, const AstNode *node)
{
    static const char *const WORDS[] = {
        [AST_DISTRIBUTION_ANY] = "(", [AST_DISTRIBUTION_HASH] = "HASH(", [AST_DISTRIBUTION_RANGE] = "RANGE(",
    };
    out(p, "DISTRIBUTED");
    if (ast_distribution_columns(node) != NULL) {
        out(p, " BY ");
        out(p, WORDS[ast_distribution_by(node)]);
        out_inline(p, ast_distribution_columns(node), print_name);
        out(p, ")");
    }
    if (ast_distribution_buckets(node) >= 0) {
        out(p, " INTO ");
        out_number(p, ast_distribution_buckets(node));
        out(p, " BUCKETS");
    }
}

static void print_like_option(Printer *p, const AstNode *node)
{
    static const char *const ACTIONS[] = { "INCLUDING ", "EXCLUDING ", "OVERWRITING " };
    static const char *const WHAT[] = { "ALL",      "CONSTRAINTS", "DISTRIBUTION", "GENERATED",
                                        "METADATA", "OPTIONS",     "PARTITIONS",   "WATERMARKS" };
    out(p, ACTIONS[ast_like_option_action(node)]);
    out(p, WHAT[ast_like_option_what(node)]);
}

static void print_like_table(Printer *p, const AstNode *node)
{
    out(p, "LIKE ");
    print_qname(p, ast_like_table_table(node));
    if (ast_like_table_options(node) == NULL)
        return;
    out(p, " (");
    out_indent(p);
    AST_EACH(option, ast_like_table_options(node)) {
        out_line(p);
        print_like_option(p, option);
    }
    out_outdent(p);
    out_line(p);
    out(p, ")");
}

static void print_as_query(Printer *p, const AstNode *query)
{
    out(p, " AS");
    out_line(p);
    out_comments(p, query->span.start);
    print_query(p, query);
}

static void print_create_table(Printer *p, const AstNode *node)
{
    print_create(p, ast_create_table_or_alter(node), ast_create_table_temporary(node),
                 ast_create_table_stream(node) ? "STREAM " : "TABLE ", ast_create_table_if_not_exists(node));
    print_qname(p, ast_create_table_name(node));
    if (ast_create_table_elements(node) != NULL) {
        out(p, " ");
        out_parens(p, ast_create_table_elements(node), print_element);
    }
    print_comment_clause(p, ast_create_table_comment(node));
    if (ast_create_table_distribution(node) != NULL) {
        out(p, " ");
        print_distribution(p, ast_create_table_distribution(node));
    }
    if (ast_create_table_partitioned_by(node) != NULL) {
        out(p, " PARTITIONED BY (");
        out_inline(p, ast_create_table_partitioned_by(node), print_name);
        out(p, ")");
    }
    print_with_options(p, ast_create_table_options(node));
    if (ast_create_table_like(node) != NULL) {
        out_line(p);
        print_like_table(p, ast_create_table_like(node));
    }
    if (ast_create_table_query(node) != NULL)
        print_as_query(p, ast_create_table_query(node));
}

static void print_create_view(Printer *p, const AstNode *node)
{
    print_create(p, ast_create_view_or_alter(node), ast_create_view_temporary(node), "VIEW ",
                 ast_create_view_if_not_exists(node));
    print_qname(p, ast_create_view_name(node));
    if (ast_create_view_columns(node) != NULL) {
        out(p, " ");
        out_parens(p, ast_create_view_columns(node), print_name);
    }
    print_comment_clause(p, ast_create_view_comment(node));
    print_as_query(p, ast_create_view_query(node));
}

/* ---------------------------------------------------------------- functions */
static void print_param(Printer *p, const AstNode *node)
{
    print_name(p, ast_param_name(node));
    switch (ast_param_kind(node)) {
    case AST_PARAM_TABLE: out(p, " TABLE"); break;
    case AST_PARAM_DESCRIPTOR: out(p, " DESCRIPTOR"); break;
    case AST_PARAM_VALUE:
        out(p, " ");
        print_type(p, ast_param_type(node));
        break;
    }
    if (ast_param_fallback(node) != NULL) {
        out(p, " DEFAULT ");
        print_expr(p, ast_param_fallback(node));
    }
}

static void print_jar(Printer *p, const AstNode *node)
{
    out(p, "JAR ");
    print_string(p, node);
}

static void print_function_body(Printer *p, const AstNode *node)
{
    out(p, " AS ");
    print_string(p, ast_create_function_body(node));
    if (ast_create_function_language(node) != NULL) {
        out(p, " LANGUAGE ");
        print_name(p, ast_create_function_language(node));
    }
    if (ast_create_function_resources(node) != NULL) {
        out(p, " USING ");
        out_inline(p, ast_create_function_resources(node), print_jar);
    }
}

static void print_aggregate_clause(Printer *p, const char *word, const AstNode *list, PrintNode *print)
{
    if (list == NULL)
        return;
    out_line(p);
    out_comments(p, list->span.start);
    out(p, word);
    out(p, " ");
    out_parens(p, list, print);
}

static void print_aggregate(Printer *p, const AstNode *node)
{
    out_indent(p);
    print_aggregate_clause(p, "STATE", ast_create_function_state(node), print_row_field);
    print_aggregate_clause(p, "INIT", ast_create_function_init(node), print_expr);
    print_aggregate_clause(p, "ACCUMULATE", ast_create_function_accumulate(node), print_expr);
    print_aggregate_clause(p, "RETRACT", ast_create_function_retract(node), print_expr);
    print_aggregate_clause(p, "MERGE", ast_create_function_merge(node), print_expr);
    if (ast_create_function_finish(node) != NULL) {
        out_line(p);
        out_comments(p, ast_create_function_finish(node)->span.start);
        out(p, "FINISH (");
        print_expr(p, ast_create_function_finish(node));
        out(p, ")");
    }
    out_outdent(p);
}

static void print_create_function(Printer *p, const AstNode *node)
{
    out(p, ast_create_function_or_alter(node) ? "CREATE OR REPLACE " : "CREATE ");
    out_if(p, ast_create_function_temporary(node), "TEMPORARY ");
    out_if(p, ast_create_function_is_system(node), "SYSTEM ");
    out_if(p, ast_create_function_aggregate(node), "AGGREGATE ");
    out(p, "FUNCTION ");
    out_if(p, ast_create_function_if_not_exists(node), "IF NOT EXISTS ");
    print_qname(p, ast_create_function_name(node));
    if (ast_create_function_params(node) != NULL)
        out_parens(p, ast_create_function_params(node), print_param);
    if (ast_create_function_returns_table(node)) {
        out(p, " RETURNS TABLE");
        if (ast_create_function_table_columns(node) != NULL) {
            out(p, " ");
            out_parens(p, ast_create_function_table_columns(node), print_row_field);
        }
    } else if (ast_create_function_returns(node) != NULL) {
        out(p, " RETURNS ");
        print_type(p, ast_create_function_returns(node));
    }
    if (ast_create_function_body(node) != NULL)
        print_function_body(p, node);
    else
        print_aggregate(p, node);
}

static void print_create_space(Printer *p, const AstNode *node)
{
    print_create(p, ast_create_space_or_alter(node), ast_create_space_temporary(node),
                 ast_object_text(ast_create_space_object(node)), false);
    out(p, ast_create_space_if_not_exists(node) ? " IF NOT EXISTS " : " ");
    print_qname(p, ast_create_space_name(node));
    if (ast_create_space_inputs(node) != NULL) {
        out(p, " INPUT ");
        out_parens(p, ast_create_space_inputs(node), print_element);
    }
    if (ast_create_space_outputs(node) != NULL) {
        out(p, " OUTPUT ");
        out_parens(p, ast_create_space_outputs(node), print_element);
    }
    print_comment_clause(p, ast_create_space_comment(node));
    print_with_options(p, ast_create_space_options(node));
    if (ast_create_space_query(node) != NULL)
        print_as_query(p, ast_create_space_query(node));
}

/* ---------------------------------------------------------------- DROP, ALTER */
static void print_drop(Printer *p, const AstNode *node)
{
    out(p, "DROP ");
    out_if(p, ast_drop_temporary(node), "TEMPORARY ");
    out_if(p, ast_drop_is_system(node), "SYSTEM ");
    out(p, ast_object_text(ast_drop_object(node)));
    out(p, ast_drop_if_exists(node) ? " IF EXISTS " : " ");
    print_qname(p, ast_drop_name(node));
    out_if(p, ast_drop_cascade(node), " CASCADE");
    out_if(p, ast_drop_restrict_(node), " RESTRICT");
}

static void print_alter_column(Printer *p, const AstNode *node)
{
    print_element(p, ast_alter_column_element(node));
    out_if(p, ast_alter_column_first(node), " FIRST");
    if (ast_alter_column_after(node) != NULL) {
        out(p, " AFTER ");
        print_qname(p, ast_alter_column_after(node));
    }
}

static void print_alter_drop(Printer *p, const AstNode *node)
{
    static const char *const WORDS[] = {
        [AST_DROP_COLUMNS] = "DROP ",          [AST_DROP_PRIMARY_KEY] = "DROP PRIMARY KEY",
        [AST_DROP_CONSTRAINT] = "DROP CONSTRAINT ", [AST_DROP_WATERMARK] = "DROP WATERMARK",
        [AST_DROP_DISTRIBUTION] = "DROP DISTRIBUTION",
    };
    out(p, WORDS[ast_alter_drop_what(node)]);
    const AstNode *columns = ast_alter_drop_columns(node);
    out_if(p, ast_count(columns) > 1, "(");
    out_inline(p, columns, print_qname);
    out_if(p, ast_count(columns) > 1, ")");
}

static void print_partition_item(Printer *p, const AstNode *node)
{
    print_name(p, ast_partition_item_name(node));
    if (ast_partition_item_value(node) != NULL) {
        out(p, " = ");
        print_expr(p, ast_partition_item_value(node));
    }
}

static void print_partition(Printer *p, const AstNode *node)
{
    out(p, "PARTITION (");
    out_inline(p, ast_partition_items(node), print_partition_item);
    out(p, ")");
    print_with_options(p, ast_partition_options(node));
}

static void print_alter_partitions(Printer *p, const AstNode *node)
{
    bool drop = ast_alter_partitions_drop(node);
    out(p, drop ? "DROP " : "ADD ");
    out_if(p, ast_alter_partitions_conditional(node), drop ? "IF EXISTS " : "IF NOT EXISTS ");
    out_inline(p, ast_alter_partitions_partitions(node), print_partition);
}

static void print_alter_action(Printer *p, const AstNode *node)
{
    switch (node->kind) {
    case AST_ALTER_RENAME:
        out(p, "RENAME TO ");
        print_qname(p, ast_alter_rename_to(node));
        break;
    case AST_ALTER_RENAME_COLUMN:
        out(p, "RENAME ");
        print_qname(p, ast_alter_rename_column_from(node));
        out(p, " TO ");
        print_name(p, ast_alter_rename_column_to(node));
        break;
    case AST_ALTER_SET:
        out(p, "SET ");
        out_parens(p, ast_alter_set_options(node), print_option);
        break;
    case AST_ALTER_RESET:
        out(p, "RESET ");
        out_parens(p, ast_alter_reset_keys(node), print_string);
        break;
    case AST_ALTER_ADD:
        out(p, ast_alter_add_modify(node) ? "MODIFY " : "ADD ");
        if (ast_alter_add_distribution(node) != NULL)
            print_distribution(p, ast_alter_add_distribution(node));
        else
            out_parens(p, ast_alter_add_elements(node), print_alter_column);
        break;
    case AST_ALTER_DROP: print_alter_drop(p, node); break;
    case AST_ALTER_PARTITIONS: print_alter_partitions(p, node); break;
    case AST_ALTER_COMMENT:
        out(p, "COMMENT ");
        print_string(p, ast_alter_comment_comment(node));
        break;
    case AST_ALTER_QUERY:
        out(p, "AS");
        out_line(p);
        print_query(p, ast_alter_query_query(node));
        break;
    case AST_ALTER_CLASS:
        out(p, "AS ");
        print_string(p, ast_alter_class_body(node));
        if (ast_alter_class_language(node) != NULL) {
            out(p, " LANGUAGE ");
            print_name(p, ast_alter_class_language(node));
        }
        break;
    default: assert(false); /* no action of ALTER */
    }
}

static void print_alter(Printer *p, const AstNode *node)
{
    out(p, "ALTER ");
    out_if(p, ast_alter_temporary(node), "TEMPORARY ");
    out(p, ast_object_text(ast_alter_object(node)));
    out(p, ast_alter_if_exists(node) ? " IF EXISTS " : " ");
    print_qname(p, ast_alter_name(node));
    out(p, " ");
    out_inline(p, ast_alter_actions(node), print_alter_action);
}

/* ---------------------------------------------------------------- INSERT and sets of it */
static void print_insert(Printer *p, const AstNode *node)
{
    out(p, ast_insert_overwrite(node) ? "INSERT OVERWRITE " : "INSERT INTO ");
    print_qname(p, ast_insert_table(node));
    print_hints(p, ast_insert_hints(node));
    if (ast_insert_partition(node) != NULL) {
        out(p, " PARTITION ");
        out_parens(p, ast_insert_partition(node), print_partition_item);
    }
    if (ast_insert_columns(node) != NULL) {
        out(p, " ");
        out_parens(p, ast_insert_columns(node), print_qname);
    }
    out_line(p);
    out_comments(p, ast_insert_query(node)->span.start);
    print_query(p, ast_insert_query(node));
    if (ast_insert_emit(node) != NULL) {
        out_line(p);
        print_emit(p, ast_insert_emit(node));
    }
    AST_EACH(late, ast_insert_late(node)) {
        out_line(p);
        print_late(p, late);
    }
}

static void print_statement_set(Printer *p, const AstNode *node)
{
    out(p, "EXECUTE STATEMENT SET");
    out_line(p);
    out(p, "BEGIN");
    AST_EACH(insert, ast_statement_set_statements(node)) {
        out_line(p);
        out_comments(p, insert->span.start);
        print_insert(p, insert);
        out(p, ";");
    }
    out_line(p);
    out(p, "END");
}

/* ---------------------------------------------------------------- the small ones */
static void print_show(Printer *p, const AstNode *node)
{
    out(p, "SHOW ");
    out_text(p, ast_show_what(node));
    if (ast_show_name(node) != NULL) {
        out(p, " ");
        print_qname(p, ast_show_name(node));
    }
    if (ast_show_from(node) != NULL) {
        out(p, " FROM ");
        print_qname(p, ast_show_from(node));
    }
    if (ast_show_pattern(node) != NULL) {
        out(p, ast_show_negated(node) ? " NOT LIKE " : " LIKE ");
        print_string(p, ast_show_pattern(node));
    }
}

static void print_use(Printer *p, const AstNode *node)
{
    out(p, "USE ");
    out_if(p, ast_use_object(node) == AST_OBJECT_CATALOG, "CATALOG ");
    out_if(p, ast_use_object(node) == AST_OBJECT_MODULES, "MODULES ");
    out_inline(p, ast_use_names(node), print_qname);
}

static void print_describe(Printer *p, const AstNode *node)
{
    out(p, "DESCRIBE ");
    if (ast_describe_object(node) != AST_OBJECT_TABLE) {
        out(p, ast_object_text(ast_describe_object(node)));
        out(p, " ");
    }
    out_if(p, ast_describe_extended(node), "EXTENDED ");
    print_qname(p, ast_describe_name(node));
}

static void print_explain(Printer *p, const AstNode *node)
{
    out(p, "EXPLAIN ");
    out_inline(p, ast_explain_details(node), print_name);
    out_line(p);
    print_statement(p, ast_explain_statement(node));
}

static void print_word_and_string(Printer *p, const char *word, const AstNode *string)
{
    out(p, word);
    if (string == NULL)
        return;
    out(p, " ");
    print_string(p, string);
}

static void print_assignment(Printer *p, const AstNode *node)
{
    print_qname(p, ast_assignment_column(node));
    out(p, " = ");
    print_expr(p, ast_assignment_value(node));
}

static void print_where(Printer *p, const AstNode *where)
{
    if (where == NULL)
        return;
    out_line(p);
    out(p, "WHERE ");
    print_expr(p, where);
}

static void print_session_command(Printer *p, const AstNode *node)
{
    const AstNode *subject = ast_session_command_subject(node);
    out_text(p, ast_session_command_what(node));
    out(p, " ");
    if (subject->kind == AST_NAME)
        print_name(p, subject);
    else
        print_expr(p, subject);
    print_with_options(p, ast_session_command_options(node));
}

static void print_small(Printer *p, const AstNode *node)
{
    switch (node->kind) {
    case AST_USE: print_use(p, node); break;
    case AST_SHOW: print_show(p, node); break;
    case AST_DESCRIBE: print_describe(p, node); break;
    case AST_EXPLAIN: print_explain(p, node); break;
    case AST_SESSION_COMMAND: print_session_command(p, node); break;
    case AST_RESET: print_word_and_string(p, "RESET", ast_reset_key(node)); break;
    case AST_IMPORT: print_word_and_string(p, "IMPORT", ast_import_path(node)); break;
    case AST_SET:
        print_word_and_string(p, "SET", ast_set_key(node));
        if (ast_set_value(node) != NULL) {
            out(p, " = ");
            print_string(p, ast_set_value(node));
        }
        break;
    case AST_TRUNCATE:
        out(p, "TRUNCATE TABLE ");
        print_qname(p, ast_truncate_table(node));
        break;
    case AST_DELETE:
        out(p, "DELETE FROM ");
        print_qname(p, ast_delete_table(node));
        print_where(p, ast_delete_where(node));
        break;
    case AST_UPDATE:
        out(p, "UPDATE ");
        print_qname(p, ast_update_table(node));
        out_line(p);
        out(p, "SET ");
        out_filled(p, ast_update_assignments(node), print_assignment);
        print_where(p, ast_update_where(node));
        break;
    default: assert(false); /* no statement */
    }
}

void print_statement(Printer *p, const AstNode *node)
{
    out_comments(p, node->span.start);
    switch (node->kind) {
    case AST_QUERY: print_query(p, node); break;
    case AST_CREATE_TABLE: print_create_table(p, node); break;
    case AST_CREATE_VIEW: print_create_view(p, node); break;
    case AST_CREATE_FUNCTION: print_create_function(p, node); break;
    case AST_CREATE_SPACE: print_create_space(p, node); break;
    case AST_DROP: print_drop(p, node); break;
    case AST_ALTER: print_alter(p, node); break;
    case AST_INSERT: print_insert(p, node); break;
    case AST_STATEMENT_SET: print_statement_set(p, node); break;
    default:
        if (!print_metric_statement(p, node))
            print_small(p, node);
        break;
    }
}
