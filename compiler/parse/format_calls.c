/* format_calls.c -- prints calls with all that may stand in and behind their parentheses. */
#include "compiler/parse/format_internal.h"

/* ---------------------------------------------------------------- calls */
static void print_bound(Printer *p, const AstNode *node)
{
    static const char *const WORDS[] = {
        [AST_BOUND_UNBOUNDED_PRECEDING] = "UNBOUNDED PRECEDING", [AST_BOUND_PRECEDING] = " PRECEDING",
        [AST_BOUND_CURRENT_ROW] = "CURRENT ROW", [AST_BOUND_FOLLOWING] = " FOLLOWING",
        [AST_BOUND_UNBOUNDED_FOLLOWING] = "UNBOUNDED FOLLOWING",
    };
    if (ast_frame_bound_offset(node) != NULL)
        print_expr_at(p, ast_frame_bound_offset(node), LEVEL_CONCAT);
    out(p, WORDS[ast_frame_bound_kind(node)]);
}

static void print_spec_parts(Printer *p, const AstNode *node)
{
    const char *joint = "";
    if (ast_window_spec_base(node) != NULL) {
        print_name(p, ast_window_spec_base(node));
        joint = " ";
    }
    if (ast_window_spec_partition_by(node) != NULL) {
        out(p, joint);
        out(p, "PARTITION BY ");
        out_inline(p, ast_window_spec_partition_by(node), print_expr);
        joint = " ";
    }
    if (ast_window_spec_order_by(node) != NULL) {
        if (*joint != '\0')
            out_line(p);
        out(p, "ORDER BY ");
        out_inline(p, ast_window_spec_order_by(node), print_sort_item);
        joint = " ";
    }
    if (ast_window_spec_frame(node) == AST_FRAME_NONE)
        return;
    if (*joint != '\0')
        out_line(p);
    out(p, ast_window_spec_frame(node) == AST_FRAME_ROWS ? "ROWS " : "RANGE ");
    out_if(p, ast_window_spec_frame_end(node) != NULL, "BETWEEN ");
    print_bound(p, ast_window_spec_frame_start(node));
    if (ast_window_spec_frame_end(node) != NULL) {
        out(p, " AND ");
        print_bound(p, ast_window_spec_frame_end(node));
    }
}

void print_window_spec(Printer *p, const AstNode *node)
{
    if (ast_window_spec_bare(node)) {
        print_name(p, ast_window_spec_base(node));
        return;
    }
    out(p, "(");
    out_indent(p);
    out_soft(p);
    print_spec_parts(p, node);
    out_outdent(p);
    out_soft(p);
    out(p, ")");
}

void print_sort_item(Printer *p, const AstNode *node)
{
    print_expr(p, ast_sort_item_expr(node));
    out_if(p, ast_sort_item_order(node) == AST_ORDER_ASC, " ASC");
    out_if(p, ast_sort_item_order(node) == AST_ORDER_DESC, " DESC");
    out_if(p, ast_sort_item_nulls(node) == AST_NULLS_FIRST, " NULLS FIRST");
    out_if(p, ast_sort_item_nulls(node) == AST_NULLS_LAST, " NULLS LAST");
}

static void print_json_on(Printer *p, AstJsonOn on, const AstNode *value, const char *event)
{
    static const char *const WORDS[] = {
        [AST_JSON_ON_NULL] = " NULL", [AST_JSON_ON_ERROR] = " ERROR", [AST_JSON_ON_VALUE] = " DEFAULT ",
        [AST_JSON_ON_EMPTY_ARRAY] = " EMPTY ARRAY", [AST_JSON_ON_EMPTY_OBJECT] = " EMPTY OBJECT",
        [AST_JSON_ON_TRUE] = " TRUE", [AST_JSON_ON_FALSE] = " FALSE", [AST_JSON_ON_UNKNOWN] = " UNKNOWN",
    };
    if (on == AST_JSON_ON_DEFAULT)
        return;
    out(p, WORDS[on]);
    if (value != NULL)
        print_expr(p, value);
    out(p, event);
}

static void print_json_clauses(Printer *p, const AstNode *node)
{
    static const char *const WRAPPERS[] = {
        [AST_JSON_WRAPPER_DEFAULT] = "", [AST_JSON_WITHOUT_WRAPPER] = " WITHOUT WRAPPER",
        [AST_JSON_WITH_CONDITIONAL] = " WITH CONDITIONAL WRAPPER",
        [AST_JSON_WITH_UNCONDITIONAL] = " WITH UNCONDITIONAL WRAPPER",
    };
    if (ast_json_clauses_returning(node) != NULL) {
        out(p, " RETURNING ");
        print_type(p, ast_json_clauses_returning(node));
    }
    out(p, WRAPPERS[ast_json_clauses_wrapper(node)]);
    print_json_on(p, ast_json_clauses_on_empty(node), ast_json_clauses_empty_default(node), " ON EMPTY");
    print_json_on(p, ast_json_clauses_on_error(node), ast_json_clauses_error_default(node), " ON ERROR");
    out_if(p, ast_json_clauses_on_null(node) == AST_JSON_NULL_ON_NULL, " NULL ON NULL");
    out_if(p, ast_json_clauses_on_null(node) == AST_JSON_ABSENT_ON_NULL, " ABSENT ON NULL");
}

/* The arguments of calls with words between them. */
static void print_worded_args(Printer *p, const AstNode *node)
{
    const AstNode *args = ast_call_args(node);
    static const char *const OVERLAY[] = { "", " PLACING ", " FROM ", " FOR " };
    switch (ast_call_syntax(node)) {
    case AST_CALL_EXTRACT:
        print_expr(p, ast_at(args, 0));
        out(p, " FROM ");
        print_expr(p, ast_at(args, 1));
        break;
    case AST_CALL_TO_UNIT:
        print_simple(p, ast_at(args, 0));
        out(p, " TO ");
        print_expr(p, ast_at(args, 1));
        break;
    case AST_CALL_POSITION:
        print_simple(p, ast_at(args, 0));
        out(p, " IN ");
        print_expr(p, ast_at(args, 1));
        break;
    case AST_CALL_OVERLAY:
        for (uint32_t i = 0; i < ast_count(args); i++) {
            out(p, OVERLAY[i]);
            print_expr(p, ast_at(args, i));
        }
        break;
    default:
        out(p, ast_call_syntax(node) == AST_CALL_TRIM_BOTH      ? "BOTH "
               : ast_call_syntax(node) == AST_CALL_TRIM_LEADING ? "LEADING "
                                                                : "TRAILING ");
        if (ast_count(args) > 1) {
            print_expr(p, ast_at(args, 1));
            out(p, " ");
        }
        out(p, "FROM ");
        print_expr(p, ast_at(args, 0));
        break;
    }
}

static void print_call_args(Printer *p, const AstNode *node)
{
    if (ast_call_syntax(node) != AST_CALL_PLAIN) {
        print_worded_args(p, node);
        return;
    }
    out_if(p, ast_call_star(node), "*");
    out_if(p, ast_call_distinct(node), "DISTINCT ");
    out_list(p, ast_call_args(node), print_expr);
    if (ast_call_order_by(node) != NULL) {
        out_line(p);
        out(p, "ORDER BY ");
        out_inline(p, ast_call_order_by(node), print_sort_item);
    }
    if (ast_call_json(node) != NULL)
        print_json_clauses(p, ast_call_json(node));
}

static void print_call_suffixes(Printer *p, const AstNode *node)
{
    if (ast_call_within_group(node) != NULL) {
        out(p, " WITHIN GROUP (ORDER BY ");
        out_inline(p, ast_call_within_group(node), print_sort_item);
        out(p, ")");
    }
    out_if(p, ast_call_nulls(node) == AST_CALL_NULLS_IGNORE, " IGNORE NULLS");
    out_if(p, ast_call_nulls(node) == AST_CALL_NULLS_RESPECT, " RESPECT NULLS");
    if (ast_call_filter(node) != NULL) {
        out(p, " FILTER (WHERE ");
        print_expr(p, ast_call_filter(node));
        out(p, ")");
    }
    if (ast_call_over(node) != NULL) {
        out(p, " OVER ");
        out_group(p, ast_call_over(node), print_window_spec);
    }
}

static void print_call_parens(Printer *p, const AstNode *node)
{
    out(p, "(");
    out_indent(p);
    out_soft(p);
    print_call_args(p, node);
    out_outdent(p);
    out_soft(p);
    out(p, ")");
}

void print_call(Printer *p, const AstNode *node)
{
    print_qname(p, ast_call_name(node));
    if (ast_call_syntax(node) != AST_CALL_BARE) {
        if (ast_count(ast_call_args(node)) == 0 && ast_call_json(node) == NULL && !ast_call_star(node))
            out(p, "()");
        else
            out_group(p, node, print_call_parens);
    }
    print_call_suffixes(p, node);
}

/* ---------------------------------------------------------------- arguments that are no expressions */
void print_json_pair(Printer *p, const AstNode *node)
{
    out(p, "KEY ");
    print_expr_at(p, ast_json_pair_key(node), LEVEL_CONCAT);
    out(p, " VALUE ");
    print_expr(p, ast_json_pair_value(node));
}

void print_named_arg(Printer *p, const AstNode *node)
{
    print_name(p, ast_named_arg_name(node));
    out(p, " => ");
    print_expr(p, ast_named_arg_value(node));
}

static void print_keys(Printer *p, const AstNode *keys, PrintNode *print)
{
    out_if(p, ast_count(keys) > 1, "(");
    out_inline(p, keys, print);
    out_if(p, ast_count(keys) > 1, ")");
}

void print_table_arg(Printer *p, const AstNode *node)
{
    out(p, "TABLE ");
    if (ast_table_arg_table(node)->kind == AST_QUERY)
        print_query_parens(p, ast_table_arg_table(node));
    else
        print_qname(p, ast_table_arg_table(node));
    print_hints(p, ast_table_arg_hints(node));
    if (ast_table_arg_partition_by(node) != NULL) {
        out(p, " PARTITION BY ");
        print_keys(p, ast_table_arg_partition_by(node), print_expr);
    }
    if (ast_table_arg_order_by(node) != NULL) {
        out(p, " ORDER BY ");
        print_keys(p, ast_table_arg_order_by(node), print_sort_item);
    }
}
