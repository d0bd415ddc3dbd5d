/* format_functions.c -- prints functions. */
#include "compiler/parse/format_internal.h"

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
    print_part(p, " DEFAULT ", ast_param_fallback(node), print_expr);
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
    print_part(p, " LANGUAGE ", ast_create_function_language(node), print_name);
    print_part_inline(p, " USING ", ast_create_function_resources(node), print_jar);
}

static void print_aggregate(Printer *p, const AstNode *node)
{
    out_indent(p);
    print_clause_parens(p, "STATE", ast_create_function_state(node), print_row_field);
    print_clause_parens(p, "INIT", ast_create_function_init(node), print_expr);
    print_clause_parens(p, "ACCUMULATE", ast_create_function_accumulate(node), print_expr);
    print_clause_parens(p, "RETRACT", ast_create_function_retract(node), print_expr);
    print_clause_parens(p, "MERGE", ast_create_function_merge(node), print_expr);
    if (ast_create_function_finish(node) != NULL) {
        out_line(p);
        out_comments(p, ast_create_function_finish(node)->span.start);
        out(p, "FINISH (");
        print_expr(p, ast_create_function_finish(node));
        out(p, ")");
    }
    out_outdent(p);
}

void print_create_function(Printer *p, const AstNode *node)
{
    print_create(p, (PrintCreate){ ast_create_function_or_alter(node), "OR REPLACE ",
                                   ast_create_function_temporary(node), ast_create_function_is_system(node),
                                   ast_create_function_aggregate(node) ? "AGGREGATE FUNCTION" : "FUNCTION",
                                   ast_create_function_if_not_exists(node), ast_create_function_name(node) });
    print_part_parens(p, "", ast_create_function_params(node), print_param);
    out_if(p, ast_create_function_returns_table(node), " RETURNS TABLE");
    print_part_parens(p, " ", ast_create_function_table_columns(node), print_row_field);
    print_part(p, " RETURNS ", ast_create_function_returns(node), print_type);
    if (ast_create_function_body(node) != NULL)
        print_function_body(p, node);
    else
        print_aggregate(p, node);
}
