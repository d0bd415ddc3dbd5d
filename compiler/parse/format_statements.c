/* format_statements.c -- prints INSERT, sets of it and the small statements; the others have files of their own. */
#include "compiler/parse/format_internal.h"

static void print_insert(Printer *p, const AstNode *node)
{
    static const char *const CONFLICTS[] = {
        [AST_CONFLICT_DEFAULT] = "", [AST_CONFLICT_ERROR] = "ON CONFLICT DO ERROR",
        [AST_CONFLICT_NOTHING] = "ON CONFLICT DO NOTHING", [AST_CONFLICT_DEDUPLICATE] = "ON CONFLICT DO DEDUPLICATE",
    };
    out(p, ast_insert_upsert(node) ? "UPSERT " : "INSERT ");
    out(p, ast_insert_overwrite(node) ? "OVERWRITE " : "INTO ");
    print_qname(p, ast_insert_table(node));
    print_hints(p, ast_insert_hints(node));
    print_part_parens(p, " PARTITION ", ast_insert_partition(node), print_partition_item);
    print_part_parens(p, " ", ast_insert_columns(node), print_qname);
    out_line(p);
    out_comments(p, ast_insert_query(node)->span.start);
    print_query(p, ast_insert_query(node));
    if (ast_insert_on_conflict(node) != AST_CONFLICT_DEFAULT) {
        out_line(p);
        out(p, CONFLICTS[ast_insert_on_conflict(node)]);
    }
    if (ast_insert_emit(node) != NULL) {
        out_line(p);
        print_emit(p, ast_insert_emit(node));
    }
    AST_EACH(late, ast_insert_late(node)) {
        out_line(p);
        print_late(p, late);
    }
}

static void print_set(Printer *p, const char *words, const AstNode *node)
{
    out(p, words);
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

static void print_statement_set(Printer *p, const AstNode *node)
{
    print_set(p, "EXECUTE STATEMENT SET", node);
}

/* ---------------------------------------------------------------- the small ones */
static void print_show(Printer *p, const AstNode *node)
{
    out(p, "SHOW ");
    out_text(p, ast_show_what(node));
    print_part(p, " ", ast_show_name(node), print_qname);
    print_part(p, " FROM ", ast_show_from(node), print_qname);
    print_part_parens(p, " PARTITION ", ast_show_partition(node), print_partition_item);
    if (ast_show_pattern(node) == NULL)
        return;
    out_if(p, ast_show_negated(node), " NOT");
    print_part(p, ast_show_any_case(node) ? " ILIKE " : " LIKE ", ast_show_pattern(node), print_string);
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

static void print_assignment(Printer *p, const AstNode *node)
{
    print_qname(p, ast_assignment_column(node));
    out(p, " = ");
    print_expr(p, ast_assignment_value(node));
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

static void print_analyze(Printer *p, const AstNode *node)
{
    print_part(p, "ANALYZE TABLE ", ast_analyze_table(node), print_qname);
    print_part_parens(p, " PARTITION ", ast_analyze_partition(node), print_partition_item);
    out(p, " COMPUTE STATISTICS");
    out_if(p, ast_analyze_all_columns(node), " FOR ALL COLUMNS");
    print_names(p, " FOR COLUMNS ", ast_analyze_columns(node));
}

static void print_compile_plan(Printer *p, const AstNode *node)
{
    const AstNode *statement = ast_compile_plan_statement(node);
    out(p, ast_compile_plan_execute(node) ? "COMPILE AND EXECUTE PLAN " : "COMPILE PLAN ");
    print_string(p, ast_compile_plan_path(node));
    out(p, ast_compile_plan_if_not_exists(node) ? " IF NOT EXISTS FOR" : " FOR");
    out_line(p);
    out_comments(p, statement->span.start);
    if (statement->kind == AST_STATEMENT_SET)
        print_set(p, "STATEMENT SET", statement);
    else
        print_statement(p, statement);
}

static void print_stop_job(Printer *p, const AstNode *node)
{
    print_part(p, "STOP JOB ", ast_stop_job_job(node), print_string);
    out_if(p, ast_stop_job_savepoint(node), " WITH SAVEPOINT");
    out_if(p, ast_stop_job_drain(node), " WITH DRAIN");
}

static void print_small(Printer *p, const AstNode *node)
{
    switch (node->kind) {
    case AST_USE: print_use(p, node); break;
    case AST_SHOW: print_show(p, node); break;
    case AST_DESCRIBE: print_describe(p, node); break;
    case AST_EXPLAIN: print_explain(p, node); break;
    case AST_SESSION_COMMAND: print_session_command(p, node); break;
    case AST_ANALYZE: print_analyze(p, node); break;
    case AST_COMPILE_PLAN: print_compile_plan(p, node); break;
    case AST_STOP_JOB: print_stop_job(p, node); break;
    case AST_RESET: 
        out(p, "RESET");
        print_part(p, " ", ast_reset_key(node), print_string);
        break;
    case AST_IMPORT: print_part(p, "IMPORT ", ast_import_path(node), print_string); break;
    case AST_SET:
        out(p, "SET");
        print_part(p, " ", ast_set_key(node), print_string);
        print_part(p, " = ", ast_set_value(node), print_string);
        break;
    case AST_TRUNCATE:
        out(p, "TRUNCATE TABLE ");
        print_qname(p, ast_truncate_table(node));
        break;
    case AST_DELETE:
        out(p, "DELETE FROM ");
        print_qname(p, ast_delete_table(node));
        print_clause(p, "WHERE", ast_delete_where(node), print_expr);
        break;
    case AST_UPDATE:
        out(p, "UPDATE ");
        print_qname(p, ast_update_table(node));
        out_line(p);
        out(p, "SET ");
        out_filled(p, ast_update_assignments(node), print_assignment);
        print_clause(p, "WHERE", ast_update_where(node), print_expr);
        break;
    default: assert(false); /* no statement */
    }
}

void print_statement(Printer *p, const AstNode *node)
{
    out_comments(p, node->span.start);
    switch (node->kind) {
    case AST_QUERY: print_query(p, node); break;
    case AST_CREATE_FUNCTION: print_create_function(p, node); break;
    case AST_DROP: print_drop(p, node); break;
    case AST_ALTER: print_alter(p, node); break;
    case AST_INSERT: print_insert(p, node); break;
    case AST_STATEMENT_SET: print_statement_set(p, node); break;
    default:
        if (!print_table_statement(p, node) && !print_metric_statement(p, node))
            print_small(p, node);
        break;
    }
}
