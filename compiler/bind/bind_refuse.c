/* bind_refuse.c -- E0500: part of the language, without an operator yet. */
#include "compiler/bind/bind_internal.h"

Diag *refuse(Binder *binder, Span span, const char *what)
{
    return diag_error(binder->diags, E0500, span, "%s is not supported yet", what);
}

bool refuse_select_clauses(Binder *binder, const AstNode *select)
{
    uint32_t before = binder->diags->error_count + binder->diags->dropped_count;
    if (ast_count(ast_select_distinct_on(select)) > 0)
        refuse(binder, ast_select_distinct_on(select)->span, "DISTINCT ON");
    if (ast_count(ast_select_windows(select)) > 0)
        refuse(binder, ast_select_windows(select)->span, "WINDOW");
    bool is_grouped = ast_count(ast_select_group_by(select)) > 0;
    if (ast_select_qualify(select) != NULL && (is_grouped || find_ranking(select) == NULL))
        refuse(binder, ast_select_qualify(select)->span, "QUALIFY without a ranking, or beside GROUP BY");
    return binder->diags->error_count + binder->diags->dropped_count > before;
}

/* Statements with nothing behind them yet, by kind; one that has no case here is refused all the same. */
static const char *refused_statement(Binder *binder, const AstNode *statement)
{
    switch (statement->kind) {
    case AST_CREATE_TABLE:
    case AST_CREATE_VIEW:
    case AST_CREATE_FUNCTION:
    case AST_IMPORT: return NULL; /* worked in by their definitions, or before the binder */
    case AST_CREATE_SPACE:
        return str_printf(binder->query, "CREATE %s", ast_object_text(ast_create_space_object(statement))).data;
    case AST_CREATE_MATERIALIZED: return "CREATE MATERIALIZED TABLE";
    case AST_ANALYZE: return "ANALYZE TABLE";
    case AST_COMPILE_PLAN: return "COMPILE PLAN";
    case AST_STOP_JOB: return "STOP JOB";
    case AST_DROP: return "DROP";
    case AST_ALTER: return "ALTER";
    case AST_USE: return "USE";
    case AST_SHOW: return "SHOW";
    case AST_DESCRIBE: return "DESCRIBE";
    case AST_EXPLAIN: return "EXPLAIN as a statement";
    case AST_SESSION_COMMAND:
        return str_printf(binder->query, "%.*s", STR_ARG(ast_session_command_what(statement))).data;
    case AST_RESET: return "RESET";
    case AST_TRUNCATE: return "TRUNCATE";
    case AST_DELETE: return "DELETE";
    case AST_UPDATE: return "UPDATE";
    default: return "this statement";
    }
}

bool refuse_statement(Binder *binder, const AstNode *statement)
{
    const char *what = refused_statement(binder, statement);
    if (what != NULL)
        refuse(binder, statement->span, what);
    return what != NULL;
}
