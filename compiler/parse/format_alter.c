/* format_alter.c -- prints DROP and ALTER. */
#include "compiler/parse/format_internal.h"

void print_drop(Printer *p, const AstNode *node)
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
    print_part(p, " AFTER ", ast_alter_column_after(node), print_qname);
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

void print_partition_item(Printer *p, const AstNode *node)
{
    print_name(p, ast_partition_item_name(node));
    print_part(p, " = ", ast_partition_item_value(node), print_expr);
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
    const AstNode *partitions = ast_alter_partitions_partitions(node);
    for (uint32_t i = 0; i < ast_count(partitions); i++) { /* Flink parts those of DROP by commas, those of ADD not */
        out_if(p, i > 0, drop ? ", " : " ");
        print_partition(p, ast_at(partitions, i));
    }
}

static void print_alter_refresh(Printer *p, const AstNode *node)
{
    static const char *const WORDS[] = {
        [AST_REFRESH_SUSPEND] = "SUSPEND", [AST_REFRESH_RESUME] = "RESUME", [AST_REFRESH_NOW] = "REFRESH",
    };
    out(p, WORDS[ast_alter_refresh_what(node)]);
    print_part_parens(p, " PARTITION ", ast_alter_refresh_partition(node), print_partition_item);
    print_with_options(p, ast_alter_refresh_options(node));
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
        print_qname(p, ast_alter_rename_column_to(node));
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
    case AST_ALTER_REFRESH: print_alter_refresh(p, node); break;
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
        print_part(p, " LANGUAGE ", ast_alter_class_language(node), print_name);
        break;
    default: assert(false); /* no action of ALTER */
    }
}

void print_alter(Printer *p, const AstNode *node)
{
    out(p, "ALTER ");
    out_if(p, ast_alter_temporary(node), "TEMPORARY ");
    out(p, ast_object_text(ast_alter_object(node)));
    out(p, ast_alter_if_exists(node) ? " IF EXISTS " : " ");
    print_qname(p, ast_alter_name(node));
    out(p, " ");
    out_inline(p, ast_alter_actions(node), print_alter_action);
}
