/* format_queries.c -- prints queries, tables and patterns. */
#include "compiler/parse/format_internal.h"

static void print_star(Printer *p, const AstNode *node)
{
    if (ast_star_qualifier(node) != NULL) {
        print_qname(p, ast_star_qualifier(node));
        out(p, ".");
    }
    out(p, "*");
}

void print_select_item(Printer *p, const AstNode *node)
{
    if (node->kind == AST_STAR) {
        print_star(p, node);
        return;
    }
    print_expr(p, ast_select_item_expr(node));
    print_part(p, " AS ", ast_select_item_alias(node), print_name);
}

static void print_group_item(Printer *p, const AstNode *node)
{
    static const char *const WORDS[] = {
        [AST_GROUPING_SETS] = "GROUPING SETS ", [AST_GROUPING_CUBE] = "CUBE ", [AST_GROUPING_ROLLUP] = "ROLLUP ",
    };
    if (node->kind == AST_GROUPING) {
        out(p, WORDS[ast_grouping_kind(node)]);
        out_parens(p, ast_grouping_items(node), print_group_item);
    } else if (node->kind == AST_EXPR_GROUP) {
        out_parens(p, ast_expr_group_items(node), print_expr);
    } else {
        print_expr(p, node);
    }
}

static void print_window_def(Printer *p, const AstNode *node)
{
    print_name(p, ast_window_def_name(node));
    out(p, " AS ");
    out_group(p, ast_window_def_spec(node), print_window_spec);
}

/* ---------------------------------------------------------------- tables */
static void print_alias(Printer *p, const AstNode *name, const AstNode *columns)
{
    print_part(p, " AS ", name, print_name);
    print_names(p, " ", columns);
}

static void print_table(Printer *p, const AstNode *node);

static void print_table_name(Printer *p, const AstNode *node)
{
    print_qname(p, ast_table_name(node));
    print_hints(p, ast_table_hints(node));
    print_part(p, " FOR SYSTEM_TIME AS OF ", ast_table_as_of(node), print_expr);
    print_alias(p, ast_table_alias(node), ast_table_columns(node));
}

static void print_derived(Printer *p, const AstNode *node)
{
    out_if(p, ast_derived_lateral(node), "LATERAL ");
    print_query_parens(p, ast_derived_query(node));
    print_alias(p, ast_derived_alias(node), ast_derived_columns(node));
}

static void print_table_function(Printer *p, const AstNode *node)
{
    out_if(p, ast_table_function_lateral(node), "LATERAL ");
    out_if(p, ast_table_function_wrapped(node), "TABLE(");
    print_expr(p, ast_table_function_call(node));
    out_if(p, ast_table_function_wrapped(node), ")");
    print_hints(p, ast_table_function_hints(node));
    print_alias(p, ast_table_function_alias(node), ast_table_function_columns(node));
}

static void print_unnest(Printer *p, const AstNode *node)
{
    out_if(p, ast_unnest_lateral(node), "LATERAL ");
    out(p, "UNNEST");
    out_parens(p, ast_unnest_args(node), print_expr);
    out_if(p, ast_unnest_ordinality(node), " WITH ORDINALITY");
    print_alias(p, ast_unnest_alias(node), ast_unnest_columns(node));
}

static void print_table_in_parens(Printer *p, const AstNode *node)
{
    out(p, "(");
    out_indent(p);
    out_soft(p);
    print_table(p, node);
    out_outdent(p);
    out_soft(p);
    out(p, ")");
}

static const char *join_words(const AstNode *node)
{
    static const char *const WORDS[] = {
        [AST_JOIN_INNER] = "JOIN ",          [AST_JOIN_LEFT] = "LEFT JOIN ",   [AST_JOIN_RIGHT] = "RIGHT JOIN ",
        [AST_JOIN_FULL] = "FULL JOIN ",      [AST_JOIN_CROSS] = "CROSS JOIN ", [AST_JOIN_COMMA] = "",
        [AST_JOIN_SEMI] = "LEFT SEMI JOIN ", [AST_JOIN_ANTI] = "LEFT ANTI JOIN ",
    };
    if (ast_join_asof(node))
        return ast_join_kind(node) == AST_JOIN_LEFT ? "LEFT ASOF JOIN " : "ASOF JOIN ";
    return WORDS[ast_join_kind(node)];
}

static void print_join(Printer *p, const AstNode *node)
{
    print_table(p, ast_join_left(node));
    bool comma = ast_join_kind(node) == AST_JOIN_COMMA;
    out_if(p, comma, ",");
    p->indent += comma;
    out_line(p);
    const AstNode *right = ast_join_right(node);
    out_comments(p, right->span.start);
    out_if(p, ast_join_natural(node), "NATURAL ");
    out(p, join_words(node));
    if (right->kind == AST_JOIN && !comma)
        out_group(p, right, print_table_in_parens);
    else
        print_table(p, right);
    p->indent -= comma;
    out_indent(p);
    if (ast_join_match(node) != NULL) {
        out(p, " MATCH_CONDITION (");
        print_expr(p, ast_join_match(node));
        out(p, ")");
    }
    if (ast_join_on(node) != NULL) {
        out(p, " ON ");
        print_expr(p, ast_join_on(node));
    }
    if (ast_join_using(node) != NULL) {
        out(p, " USING (");
        out_inline(p, ast_join_using(node), print_name);
        out(p, ")");
    }
    out_outdent(p);
}

/* ---------------------------------------------------------------- MATCH_RECOGNIZE */
static void print_pattern(Printer *p, const AstNode *node);

static void print_pattern_in(Printer *p, const AstNode *node, bool parens)
{
    out_if(p, parens, "(");
    print_pattern(p, node);
    out_if(p, parens, ")");
}

static void print_repeat(Printer *p, const AstNode *node)
{
    const AstNode *item = ast_pattern_repeat_item(node);
    int64_t min = ast_pattern_repeat_min(node);
    int64_t max = ast_pattern_repeat_max(node);
    print_pattern_in(p, item, item->kind == AST_PATTERN_SEQ || item->kind == AST_PATTERN_ALT ||
                                  item->kind == AST_PATTERN_REPEAT);
    if (max == -1 && min <= 1) {
        out(p, min == 0 ? "*" : "+");
    } else if (min == 0 && max == 1) {
        out(p, "?");
    } else {
        out(p, "{");
        out_number(p, min);
        out_if(p, max != min, ", ");
        if (max != -1 && max != min)
            out_number(p, max);
        out(p, "}");
    }
    out_if(p, ast_pattern_repeat_reluctant(node), "?");
}

static void print_pattern(Printer *p, const AstNode *node)
{
    out_comments(p, node->span.start);
    switch (node->kind) {
    case AST_PATTERN_VAR: print_name(p, ast_pattern_var_name(node)); break;
    case AST_PATTERN_EMPTY: out(p, "()"); break;
    case AST_PATTERN_REPEAT: print_repeat(p, node); break;
    case AST_PATTERN_PERMUTE:
        out(p, "PERMUTE(");
        out_inline(p, ast_pattern_permute_items(node), print_pattern);
        out(p, ")");
        break;
    case AST_PATTERN_EXCLUDE:
        out(p, "{- ");
        print_pattern(p, ast_pattern_exclude_item(node));
        out(p, " -}");
        break;
    case AST_PATTERN_SEQ:
        for (uint32_t i = 0; i < ast_count(ast_pattern_seq_items(node)); i++) {
            const AstNode *item = ast_at(ast_pattern_seq_items(node), i);
            out_if(p, i > 0, " ");
            print_pattern_in(p, item, item->kind == AST_PATTERN_ALT || item->kind == AST_PATTERN_SEQ);
        }
        break;
    case AST_PATTERN_ALT:
        for (uint32_t i = 0; i < ast_count(ast_pattern_alt_items(node)); i++) {
            const AstNode *item = ast_at(ast_pattern_alt_items(node), i);
            out_if(p, i > 0, " | ");
            print_pattern_in(p, item, item->kind == AST_PATTERN_ALT);
        }
        break;
    default: assert(false); /* no pattern */
    }
}

static void print_subset(Printer *p, const AstNode *node)
{
    print_name(p, ast_subset_name(node));
    out(p, " = (");
    out_inline(p, ast_subset_variables(node), print_name);
    out(p, ")");
}

static void print_define(Printer *p, const AstNode *node)
{
    print_name(p, ast_define_name(node));
    out(p, " AS ");
    print_expr(p, ast_define_condition(node));
}

static void print_match_body(Printer *p, const AstNode *node)
{
    static const char *const ROWS[] = {
        [AST_MATCH_DEFAULT] = "",
        [AST_MATCH_ONE_ROW] = "ONE ROW PER MATCH",
        [AST_MATCH_ALL_ROWS] = "ALL ROWS PER MATCH",
        [AST_MATCH_ALL_SHOW_EMPTY] = "ALL ROWS PER MATCH SHOW EMPTY MATCHES",
        [AST_MATCH_ALL_OMIT_EMPTY] = "ALL ROWS PER MATCH OMIT EMPTY MATCHES",
        [AST_MATCH_ALL_WITH_UNMATCHED] = "ALL ROWS PER MATCH WITH UNMATCHED ROWS",
    };
    static const char *const SKIPS[] = {
        [AST_SKIP_DEFAULT] = "", [AST_SKIP_PAST_LAST_ROW] = "PAST LAST ROW", [AST_SKIP_TO_NEXT_ROW] = "TO NEXT ROW",
        [AST_SKIP_TO_FIRST] = "TO FIRST ", [AST_SKIP_TO_LAST] = "TO LAST ", [AST_SKIP_TO_VARIABLE] = "TO ",
    };
    print_clause_filled(p, "PARTITION BY", ast_match_partition_by(node), print_expr);
    print_clause_filled(p, "ORDER BY", ast_match_order_by(node), print_sort_item);
    print_clause_filled(p, "MEASURES", ast_match_measures(node), print_select_item);
    if (ast_match_rows(node) != AST_MATCH_DEFAULT) {
        out_line(p);
        out(p, ROWS[ast_match_rows(node)]);
    }
    if (ast_match_skip(node) != AST_SKIP_DEFAULT) {
        out_line(p);
        out(p, "AFTER MATCH SKIP ");
        out(p, SKIPS[ast_match_skip(node)]);
        if (ast_match_skip_to(node) != NULL)
            print_name(p, ast_match_skip_to(node));
    }
    out_line(p);
    out_comments(p, ast_match_pattern(node)->span.start);
    out(p, "PATTERN (");
    out_if(p, ast_match_anchor_start(node), "^ ");
    print_pattern(p, ast_match_pattern(node));
    out_if(p, ast_match_anchor_end(node), " $");
    out(p, ")");
    print_part(p, " WITHIN ", ast_match_within(node), print_expr);
    out_if(p, ast_match_timeout_rows(node), " WITH TIMEOUT ROWS");
    print_clause_filled(p, "SUBSET", ast_match_subsets(node), print_subset);
    print_clause_filled(p, "DEFINE", ast_match_defines(node), print_define);
}

static void print_table_sample(Printer *p, const AstNode *node)
{
    print_table(p, ast_table_sample_input(node));
    print_part(p, " TABLESAMPLE ", ast_table_sample_method(node), print_name);
    print_part(p, "(", ast_table_sample_argument(node), print_expr);
    print_part(p, ") REPEATABLE(", ast_table_sample_repeatable(node), print_expr);
    out(p, ")");
}

static void print_match(Printer *p, const AstNode *node)
{
    print_table(p, ast_match_input(node));
    out(p, " MATCH_RECOGNIZE (");
    out_indent(p);
    out_soft(p);
    print_match_body(p, node);
    out_outdent(p);
    out_soft(p);
    out(p, ")");
    print_alias(p, ast_match_alias(node), ast_match_columns(node));
}

static void print_table(Printer *p, const AstNode *node)
{
    out_comments(p, node->span.start);
    if (p->overflow)
        return;
    switch (node->kind) {
    case AST_TABLE: print_table_name(p, node); break;
    case AST_DERIVED: print_derived(p, node); break;
    case AST_TABLE_FUNCTION: print_table_function(p, node); break;
    case AST_UNNEST: print_unnest(p, node); break;
    case AST_JOIN: print_join(p, node); break;
    case AST_MATCH: print_match(p, node); break;
    case AST_TABLE_SAMPLE: print_table_sample(p, node); break;
    default: assert(false); /* no table */
    }
}

/* ---------------------------------------------------------------- queries */
static void print_select(Printer *p, const AstNode *node)
{
    out(p, "SELECT");
    print_hints(p, ast_select_hints(node));
    out_if(p, ast_select_distinct(node), " DISTINCT");
    print_part_parens(p, " ON ", ast_select_distinct_on(node), print_expr);
    out(p, " ");
    out_filled(p, ast_select_items(node), print_select_item);
    print_clause(p, "FROM", ast_select_from(node), print_table);
    print_clause(p, "WHERE", ast_select_where(node), print_expr);
    print_clause_filled(p, "GROUP BY", ast_select_group_by(node), print_group_item);
    print_clause(p, "HAVING", ast_select_having(node), print_expr);
    print_clause_filled(p, "WINDOW", ast_select_windows(node), print_window_def);
    print_clause(p, "QUALIFY", ast_select_qualify(node), print_expr);
}

static void print_body(Printer *p, const AstNode *node);

static void print_set_op(Printer *p, const AstNode *node)
{
    static const char *const WORDS[] = {
        [AST_UNION] = "UNION", [AST_INTERSECT] = "INTERSECT", [AST_EXCEPT] = "EXCEPT",
    };
    for (uint32_t i = 0; i < ast_count(ast_set_op_inputs(node)); i++) {
        const AstNode *input = ast_at(ast_set_op_inputs(node), i);
        if (i > 0) {
            out_line(p);
            out_comments(p, input->span.start);
            out(p, WORDS[ast_set_op_op(node)]);
            out_if(p, ast_set_op_all(node), " ALL");
            out_line(p);
        }
        print_body(p, input);
    }
}

static void print_body(Printer *p, const AstNode *node)
{
    out_comments(p, node->span.start);
    if (p->overflow)
        return;
    switch (node->kind) {
    case AST_SELECT: print_select(p, node); break;
    case AST_SET_OP: print_set_op(p, node); break;
    case AST_QUERY: print_query_parens(p, node); break;
    case AST_VALUES:
        out(p, "VALUES ");
        out_filled(p, ast_values_rows(node), print_expr);
        break;
    case AST_TABLE_QUERY:
        out(p, "TABLE ");
        print_qname(p, ast_table_query_table(node));
        break;
    default: assert(false); /* no query body */
    }
}

static void print_cte(Printer *p, const AstNode *node)
{
    print_name(p, ast_cte_name(node));
    print_names(p, " ", ast_cte_columns(node));
    out(p, " AS ");
    print_query_parens(p, ast_cte_query(node));
}

void print_query(Printer *p, const AstNode *node)
{
    if (p->overflow)
        return;
    if (ast_query_ctes(node) != NULL) {
        out(p, ast_query_recursive(node) ? "WITH RECURSIVE " : "WITH ");
        out_list(p, ast_query_ctes(node), print_cte);
        out_line(p);
    }
    print_body(p, ast_query_body(node));
    print_clause_filled(p, "ORDER BY", ast_query_order_by(node), print_sort_item);
    print_clause(p, "LIMIT", ast_query_limit(node), print_expr);
    print_clause(p, "OFFSET", ast_query_offset(node), print_expr);
}

static void print_parens_around(Printer *p, const AstNode *node)
{
    out(p, "(");
    out_indent(p);
    out_soft(p);
    print_query(p, node);
    out_comments(p, node->span.end - 1);
    out_outdent(p);
    out_soft(p);
    out(p, ")");
}

void print_query_parens(Printer *p, const AstNode *node)
{
    out_group(p, node, print_parens_around);
}

bool print_query_part(Printer *p, const AstNode *node)
{
    switch (node->kind) {
    case AST_QUERY: print_query(p, node); return true;
    case AST_SELECT:
    case AST_SET_OP:
    case AST_VALUES:
    case AST_TABLE_QUERY: print_body(p, node); return true;
    case AST_TABLE:
    case AST_DERIVED:
    case AST_TABLE_FUNCTION:
    case AST_UNNEST:
    case AST_JOIN:
    case AST_TABLE_SAMPLE:
    case AST_MATCH: print_table(p, node); return true;
    case AST_SELECT_ITEM:
    case AST_STAR: print_select_item(p, node); return true;
    case AST_SORT_ITEM: print_sort_item(p, node); return true;
    case AST_CREATE_TABLE:
    case AST_PROGRAM: return false;
    case AST_LOGIC:
    case AST_CONCAT:
    case AST_BINARY:
    case AST_UNARY:
    case AST_IS:
    case AST_DISTINCT_FROM:
    case AST_BETWEEN:
    case AST_IN_LIST:
    case AST_IN_QUERY:
    case AST_LIKE:
    case AST_QUANTIFIED:
    case AST_EXISTS:
    case AST_SUBQUERY:
    case AST_CASE:
    case AST_CAST:
    case AST_AT_TIME_ZONE:
    case AST_ROW:
    case AST_ARRAY:
    case AST_MAP:
    case AST_MULTISET:
    case AST_TIME_BETWEEN:
    case AST_FIELD:
    case AST_INDEX:
    case AST_CALL:
    case AST_MATCH_SCOPE:
    case AST_NAMED_ARG:
    case AST_TABLE_ARG:
    case AST_MODEL_ARG:
    case AST_DESCRIPTOR:
    case AST_STRING:
    case AST_INTEGER:
    case AST_DECIMAL:
    case AST_DOUBLE:
    case AST_BINARY_STRING:
    case AST_BOOLEAN:
    case AST_NULL:
    case AST_DATETIME:
    case AST_INTERVAL:
    case AST_UNIT:
    case AST_COLUMN_REF: print_expr(p, node); return true;
    default: return false;
    }
}
