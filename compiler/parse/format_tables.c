/* format_tables.c -- prints tables, views, catalogs, databases and models. */
#include "compiler/parse/format_internal.h"

static void print_key(Printer *p, const AstNode *name, const char *words, const AstNode *columns, bool not_enforced)
{
    print_part(p, "CONSTRAINT ", name, print_name);
    out_if(p, name != NULL, " ");
    print_names(p, words, columns);
    out_if(p, not_enforced, " NOT ENFORCED");
}

static void print_metadata(Printer *p, const AstNode *node)
{
    print_name(p, ast_metadata_name(node));
    out(p, " ");
    print_type(p, ast_metadata_type(node));
    out(p, " METADATA");
    print_part(p, " FROM ", ast_metadata_key(node), print_string);
    out_if(p, ast_metadata_is_virtual(node), " VIRTUAL");
    print_part(p, " COMMENT ", ast_metadata_comment(node), print_string);
}

void print_element(Printer *p, const AstNode *node)
{
    switch (node->kind) {
    case AST_NAME: print_name(p, node); break;
    case AST_COLUMN:
        print_name(p, ast_column_name(node));
        out(p, " ");
        print_type(p, ast_column_type(node));
        print_part(p, " CONSTRAINT ", ast_column_key_name(node), print_name);
        out_if(p, ast_column_primary_key(node), " PRIMARY KEY");
        out_if(p, ast_column_is_unique(node), " UNIQUE");
        out_if(p, ast_column_not_enforced(node), " NOT ENFORCED");
        print_part(p, " COMMENT ", ast_column_comment(node), print_string);
        break;
    case AST_COMPUTED:
        print_name(p, ast_computed_name(node));
        out(p, " AS ");
        print_expr(p, ast_computed_expr(node));
        print_part(p, " COMMENT ", ast_computed_comment(node), print_string);
        break;
    case AST_METADATA: print_metadata(p, node); break;
    case AST_WATERMARK:
        out(p, "WATERMARK FOR ");
        print_qname(p, ast_watermark_column(node));
        out(p, " AS ");
        print_expr(p, ast_watermark_expr(node));
        break;
    case AST_PRIMARY_KEY:
        print_key(p, ast_primary_key_name(node), "PRIMARY KEY ", ast_primary_key_columns(node),
                  ast_primary_key_not_enforced(node));
        break;
    case AST_UNIQUE_KEY:
        print_key(p, ast_unique_key_name(node), "UNIQUE ", ast_unique_key_columns(node),
                  ast_unique_key_not_enforced(node));
        break;
    case AST_NESTED_COLUMN:
        print_qname(p, ast_nested_column_name(node));
        print_part(p, " ", ast_nested_column_type(node), print_type);
        print_part(p, " COMMENT ", ast_nested_column_comment(node), print_string);
        break;
    case AST_DEDUPLICATE:
        out(p, "DEDUPLICATE BY (");
        out_inline(p, ast_deduplicate_columns(node), print_qname);
        out(p, ") WITHIN ");
        print_expr(p, ast_deduplicate_within(node));
        break;
    default: assert(false); /* no table element */
    }
}

void print_distribution(Printer *p, const AstNode *node)
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

static void print_create_table(Printer *p, const AstNode *node)
{
    print_create(p, (PrintCreate){ ast_create_table_or_alter(node), "OR REPLACE ", ast_create_table_temporary(node),
                                   false, ast_create_table_stream(node) ? "STREAM" : "TABLE",
                                   ast_create_table_if_not_exists(node), ast_create_table_name(node) });
    print_part_parens(p, " ", ast_create_table_elements(node), print_element);
    print_part(p, " COMMENT ", ast_create_table_comment(node), print_string);
    print_part(p, " ", ast_create_table_distribution(node), print_distribution);
    print_names(p, " PARTITIONED BY ", ast_create_table_partitioned_by(node));
    print_with_options(p, ast_create_table_options(node));
    print_clause(p, "LIKE", ast_create_table_like(node), print_like_table);
    print_as_query(p, ast_create_table_query(node));
}

static void print_create_materialized(Printer *p, const AstNode *node)
{
    print_create(p, (PrintCreate){ .again = ast_create_materialized_or_alter(node), .again_words = "OR ALTER ",
                                   .what = "MATERIALIZED TABLE",
                                   .if_not_exists = ast_create_materialized_if_not_exists(node),
                                   .name = ast_create_materialized_name(node) });
    print_part_parens(p, " ", ast_create_materialized_elements(node), print_element);
    print_part(p, " COMMENT ", ast_create_materialized_comment(node), print_string);
    print_part(p, " ", ast_create_materialized_distribution(node), print_distribution);
    print_names(p, " PARTITIONED BY ", ast_create_materialized_partitioned_by(node));
    print_with_options(p, ast_create_materialized_options(node));
    print_clause(p, "FRESHNESS =", ast_create_materialized_freshness(node), print_expr);
    print_clause(p, "REFRESH_MODE =", ast_create_materialized_refresh_mode(node), print_name);
    print_as_query(p, ast_create_materialized_query(node));
}

static void print_create_view(Printer *p, const AstNode *node)
{
    print_create(p, (PrintCreate){ ast_create_view_or_alter(node), "OR REPLACE ", ast_create_view_temporary(node),
                                   false, "VIEW", ast_create_view_if_not_exists(node), ast_create_view_name(node) });
    print_part_parens(p, " ", ast_create_view_columns(node), print_name);
    print_part(p, " COMMENT ", ast_create_view_comment(node), print_string);
    print_as_query(p, ast_create_view_query(node));
}

static void print_create_space(Printer *p, const AstNode *node)
{
    print_create(p, (PrintCreate){ ast_create_space_or_alter(node), "OR REPLACE ", ast_create_space_temporary(node),
                                   ast_create_space_is_system(node), ast_object_text(ast_create_space_object(node)),
                                   ast_create_space_if_not_exists(node), ast_create_space_name(node) });
    print_part_parens(p, " INPUT ", ast_create_space_inputs(node), print_element);
    print_part_parens(p, " OUTPUT ", ast_create_space_outputs(node), print_element);
    print_part(p, " COMMENT ", ast_create_space_comment(node), print_string);
    print_with_options(p, ast_create_space_options(node));
    print_as_query(p, ast_create_space_query(node));
}

bool print_table_statement(Printer *p, const AstNode *node)
{
    switch (node->kind) {
    case AST_CREATE_TABLE: print_create_table(p, node); return true;
    case AST_CREATE_VIEW: print_create_view(p, node); return true;
    case AST_CREATE_MATERIALIZED: print_create_materialized(p, node); return true;
    case AST_CREATE_SPACE: print_create_space(p, node); return true;
    default: return false;
    }
}
