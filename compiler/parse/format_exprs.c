/* format_exprs.c -- prints expressions: how strongly they bind, operators, literals, constructors. */
#include "compiler/parse/format_internal.h"

/* ---------------------------------------------------------------- how strongly a node binds */
static int level_of(const AstNode *node)
{
    switch (node->kind) {
    case AST_LOGIC: return ast_logic_op(node) == AST_OP_OR ? LEVEL_OR : LEVEL_AND;
    case AST_IS:
    case AST_DISTINCT_FROM:
    case AST_BETWEEN:
    case AST_IN_LIST:
    case AST_IN_QUERY:
    case AST_LIKE:
    case AST_QUANTIFIED: return LEVEL_COMPARE;
    case AST_CONCAT: return LEVEL_CONCAT;
    case AST_UNARY: return ast_unary_op(node) == AST_OP_NOT ? LEVEL_NOT : LEVEL_UNARY;
    case AST_AT_TIME_ZONE: return LEVEL_ZONE;
    case AST_BINARY:
        switch (ast_binary_op(node)) {
        case AST_OP_ADD:
        case AST_OP_SUB: return LEVEL_ADD;
        case AST_OP_MUL:
        case AST_OP_DIV:
        case AST_OP_MOD: return LEVEL_MUL;
        default: return LEVEL_COMPARE;
        }
    default: return LEVEL_PRIMARY;
    }
}

static void print_in_parens(Printer *p, const AstNode *node)
{
    out(p, "(");
    out_indent(p);
    out_soft(p);
    print_expr(p, node);
    out_outdent(p);
    out_soft(p);
    out(p, ")");
}

void print_expr_at(Printer *p, const AstNode *node, int level)
{
    if (level_of(node) < level)
        out_group(p, node, print_in_parens);
    else
        print_expr(p, node);
}

/* A node that needs no parentheses whatever words stand around it. */
static bool is_simple(const AstNode *node)
{
    switch (node->kind) {
    case AST_COLUMN_REF:
    case AST_CALL:
    case AST_FIELD:
    case AST_INDEX:
    case AST_CAST:
    case AST_STRING:
    case AST_INTEGER:
    case AST_SUBQUERY: return true;
    default: return false;
    }
}

void print_simple(Printer *p, const AstNode *node)
{
    if (is_simple(node))
        print_expr(p, node);
    else
        print_in_parens(p, node);
}

/* ---------------------------------------------------------------- operators */
static void print_words(Printer *p, const AstNode *args, const char *word, int level)
{
    print_expr_at(p, ast_at(args, 0), level);
    out_indent(p);
    for (uint32_t i = 1; i < ast_count(args); i++) {
        out_line(p);
        out_comments(p, ast_at(args, i)->span.start);
        out(p, word);
        out(p, " ");
        print_expr_at(p, ast_at(args, i), level);
    }
    out_outdent(p);
}

static void print_logic(Printer *p, const AstNode *node)
{
    print_words(p, ast_logic_args(node), ast_op_text(ast_logic_op(node)), level_of(node) + 1);
}

static void print_concat(Printer *p, const AstNode *node)
{
    print_words(p, ast_concat_args(node), "||", LEVEL_CONCAT + 1);
}

static void print_binary(Printer *p, const AstNode *node)
{
    int level = level_of(node);
    print_expr_at(p, ast_binary_left(node), level);
    out_indent(p);
    out_line(p);
    out(p, ast_op_text(ast_binary_op(node)));
    out(p, " ");
    print_expr_at(p, ast_binary_right(node), level + 1);
    out_outdent(p);
}

static void print_unary(Printer *p, const AstNode *node)
{
    const AstNode *operand = ast_unary_operand(node);
    if (ast_unary_op(node) == AST_OP_NOT) {
        out(p, "NOT ");
        print_expr_at(p, operand, LEVEL_NOT);
        return;
    }
    out(p, ast_op_text(ast_unary_op(node)));
    print_expr_at(p, operand, operand->kind == AST_UNARY ? LEVEL_PRIMARY : LEVEL_UNARY);
}

static void print_is(Printer *p, const AstNode *node)
{
    static const char *const WHAT[] = {
        [AST_IS_NULL] = "NULL", [AST_IS_TRUE] = "TRUE", [AST_IS_FALSE] = "FALSE", [AST_IS_UNKNOWN] = "UNKNOWN",
        [AST_IS_JSON] = "JSON", [AST_IS_JSON_VALUE] = "JSON VALUE", [AST_IS_JSON_OBJECT] = "JSON OBJECT",
        [AST_IS_JSON_ARRAY] = "JSON ARRAY", [AST_IS_JSON_SCALAR] = "JSON SCALAR",
    };
    print_expr_at(p, ast_is_operand(node), LEVEL_COMPARE);
    out(p, ast_is_negated(node) ? " IS NOT " : " IS ");
    out(p, WHAT[ast_is_what(node)]);
}

static void print_distinct_from(Printer *p, const AstNode *node)
{
    print_expr_at(p, ast_distinct_from_left(node), LEVEL_COMPARE);
    out(p, ast_distinct_from_negated(node) ? " IS NOT DISTINCT FROM " : " IS DISTINCT FROM ");
    print_expr_at(p, ast_distinct_from_right(node), LEVEL_CONCAT);
}

static void print_between(Printer *p, const AstNode *node)
{
    print_expr_at(p, ast_between_operand(node), LEVEL_COMPARE);
    out(p, ast_between_negated(node) ? " NOT BETWEEN " : " BETWEEN ");
    out_if(p, ast_between_symmetric(node), "SYMMETRIC ");
    print_expr_at(p, ast_between_low(node), LEVEL_CONCAT);
    out_indent(p);
    out_line(p);
    out(p, "AND ");
    print_expr_at(p, ast_between_high(node), LEVEL_CONCAT);
    out_outdent(p);
}

static void print_in(Printer *p, const AstNode *node)
{
    bool list = node->kind == AST_IN_LIST;
    print_expr_at(p, list ? ast_in_list_operand(node) : ast_in_query_operand(node), LEVEL_COMPARE);
    out(p, (list ? ast_in_list_negated(node) : ast_in_query_negated(node)) ? " NOT IN " : " IN ");
    if (list)
        out_parens(p, ast_in_list_items(node), print_expr);
    else
        print_query_parens(p, ast_in_query_query(node));
}

static void print_like(Printer *p, const AstNode *node)
{
    print_expr_at(p, ast_like_operand(node), LEVEL_COMPARE);
    out_if(p, ast_like_negated(node), " NOT");
    out(p, ast_like_similar(node) ? " SIMILAR TO " : " LIKE ");
    print_expr_at(p, ast_like_pattern(node), LEVEL_CONCAT);
    if (ast_like_escape(node) != NULL) {
        out(p, " ESCAPE ");
        print_expr_at(p, ast_like_escape(node), LEVEL_CONCAT);
    }
}

static void print_quantified(Printer *p, const AstNode *node)
{
    print_expr_at(p, ast_quantified_operand(node), LEVEL_COMPARE);
    out(p, " ");
    out(p, ast_op_text(ast_quantified_op(node)));
    out(p, ast_quantified_all(node) ? " ALL " : " ANY ");
    if (ast_quantified_query(node) != NULL)
        print_query_parens(p, ast_quantified_query(node));
    else
        out_parens(p, ast_quantified_items(node), print_expr);
}

/* ---------------------------------------------------------------- literals and constructors */
static void print_binary_string(Printer *p, const AstNode *node)
{
    static const char HEX[] = "0123456789ABCDEF";
    Buf text = { 0 };
    buf_append_str(&text, STR("X'"));
    Str bytes = ast_binary_string_bytes(node);
    for (uint64_t i = 0; i < bytes.len; i++) {
        buf_append_char(&text, HEX[(unsigned char)bytes.data[i] >> 4]);
        buf_append_char(&text, HEX[bytes.data[i] & 15]);
    }
    buf_append_char(&text, '\'');
    out_text(p, buf_str(&text));
    buf_free(&text);
}

static void print_interval(Printer *p, const AstNode *node)
{
    out(p, ast_interval_negative(node) ? "INTERVAL -" : "INTERVAL ");
    print_string_text(p, ast_interval_text(node));
    out(p, " ");
    out(p, ast_unit_text(ast_interval_unit(node)));
    bool range = ast_interval_to_unit(node) != AST_UNIT_NONE;
    if (ast_interval_precision(node) >= 0) {
        out(p, "(");
        out_number(p, ast_interval_precision(node));
        if (!range && ast_interval_scale(node) >= 0) {
            out(p, ", ");
            out_number(p, ast_interval_scale(node));
        }
        out(p, ")");
    }
    if (range) {
        out(p, " TO ");
        out(p, ast_unit_text(ast_interval_to_unit(node)));
        print_precision(p, ast_interval_scale(node));
    }
}

static void print_datetime(Printer *p, const AstNode *node)
{
    out(p, ast_type_text(ast_datetime_kind(node)));
    out(p, " ");
    print_string_text(p, ast_datetime_text(node));
}

static void print_bracketed(Printer *p, const char *word, const AstNode *items)
{
    out(p, word);
    out(p, "[");
    out_indent(p);
    out_soft(p);
    out_list(p, items, print_expr);
    out_outdent(p);
    out_soft(p);
    out(p, "]");
}

static void print_array(Printer *p, const AstNode *node)
{
    if (ast_array_query(node) == NULL) {
        print_bracketed(p, "ARRAY", ast_array_items(node));
        return;
    }
    out(p, "ARRAY ");
    print_query_parens(p, ast_array_query(node));
}

static void print_row(Printer *p, const AstNode *node)
{
    out_if(p, ast_row_keyword(node), "ROW");
    out_parens(p, ast_row_items(node), print_expr);
}

static void print_when(Printer *p, const AstNode *node)
{
    out(p, "WHEN ");
    print_expr(p, ast_when_condition(node));
    AST_EACH(value, ast_when_more(node)) {
        out(p, ", ");
        print_expr(p, value);
    }
    out(p, " THEN ");
    print_expr(p, ast_when_result(node));
}

static void print_case(Printer *p, const AstNode *node)
{
    out(p, "CASE");
    if (ast_case_operand(node) != NULL) {
        out(p, " ");
        print_expr(p, ast_case_operand(node));
    }
    out_indent(p);
    AST_EACH(when, ast_case_whens(node)) {
        out_line(p);
        out_comments(p, when->span.start);
        print_when(p, when);
    }
    if (ast_case_otherwise(node) != NULL) {
        out_line(p);
        out_comments(p, ast_case_otherwise(node)->span.start);
        out(p, "ELSE ");
        print_expr(p, ast_case_otherwise(node));
    }
    out_outdent(p);
    out_line(p);
    out(p, "END");
}

static void print_cast(Printer *p, const AstNode *node)
{
    out(p, ast_cast_is_try(node) ? "TRY_CAST(" : "CAST(");
    print_expr(p, ast_cast_operand(node));
    out(p, " AS ");
    print_type(p, ast_cast_type(node));
    out(p, ")");
}

static void print_time_between(Printer *p, const AstNode *node)
{
    out(p, "(");
    print_expr_at(p, ast_time_between_left(node), LEVEL_ADD);
    out(p, " - ");
    print_expr_at(p, ast_time_between_right(node), LEVEL_ADD + 1);
    out(p, ") ");
    out(p, ast_unit_text(ast_time_between_unit(node)));
    if (ast_time_between_to_unit(node) == AST_UNIT_NONE)
        return;
    out(p, " TO ");
    out(p, ast_unit_text(ast_time_between_to_unit(node)));
}

static void print_field(Printer *p, const AstNode *node)
{
    const AstNode *base = ast_field_base(node);
    switch (base->kind) {
    case AST_CALL:
    case AST_FIELD:
    case AST_INDEX:
    case AST_SUBQUERY:
    case AST_CAST: print_expr(p, base); break;
    default: print_in_parens(p, base); break;
    }
    out(p, ".");
    print_name(p, ast_field_name(node));
}

static void print_index(Printer *p, const AstNode *node)
{
    const AstNode *base = ast_index_base(node);
    bool bare = is_simple(base) && base->kind != AST_STRING && base->kind != AST_INTEGER;
    if (bare || base->kind == AST_ARRAY || base->kind == AST_MAP)
        print_expr(p, base);
    else
        print_in_parens(p, base);
    out(p, "[");
    print_expr(p, ast_index_index(node));
    out(p, "]");
}

/* ---------------------------------------------------------------- the rest */
static void print_plain(Printer *p, const AstNode *node)
{
    switch (node->kind) {
    case AST_STRING: print_string(p, node); break;
    case AST_INTEGER: out_text(p, ast_integer_text(node)); break;
    case AST_DECIMAL: out_text(p, ast_decimal_text(node)); break;
    case AST_DOUBLE: out_text(p, ast_double_text(node)); break;
    case AST_BINARY_STRING: print_binary_string(p, node); break;
    case AST_BOOLEAN: out(p, ast_boolean_value(node) ? "TRUE" : "FALSE"); break;
    case AST_NULL: out(p, "NULL"); break;
    case AST_TEST_ANY: out(p, "ANY"); break;
    case AST_DATETIME: print_datetime(p, node); break;
    case AST_INTERVAL: print_interval(p, node); break;
    case AST_COLUMN_REF: print_parts(p, ast_column_ref_parts(node)); break;
    case AST_QNAME: print_qname(p, node); break;
    case AST_OPTION: print_option(p, node); break;
    case AST_UNIT: out(p, ast_unit_text(ast_unit_unit(node))); break;
    case AST_SEASONAL:
        out(p, "SEASONAL ");
        out(p, ast_unit_text(ast_seasonal_unit(node)));
        break;
    case AST_WARMUP:
        out(p, "WARMUP ");
        print_expr(p, ast_warmup_expr(node));
        break;
    case AST_DESCRIPTOR:
        out(p, "DESCRIPTOR(");
        out_inline(p, ast_descriptor_columns(node), print_qname);
        out(p, ")");
        break;
    default: assert(false); /* no expression */
    }
}

static void print_at_time_zone(Printer *p, const AstNode *node)
{
    print_expr_at(p, ast_at_time_zone_operand(node), LEVEL_ZONE);
    out(p, " AT TIME ZONE ");
    print_expr_at(p, ast_at_time_zone_zone(node), LEVEL_PRIMARY);
}

static void print_map(Printer *p, const AstNode *node)
{
    print_bracketed(p, "MAP", ast_map_items(node));
}

static void print_multiset(Printer *p, const AstNode *node)
{
    print_bracketed(p, "MULTISET", ast_multiset_items(node));
}

static void print_match_scope(Printer *p, const AstNode *node)
{
    out(p, ast_match_scope_final(node) ? "FINAL " : "RUNNING ");
    print_expr(p, ast_match_scope_expr(node));
}

void print_expr(Printer *p, const AstNode *node)
{
    out_comments(p, node->span.start);
    if (p->overflow)
        return;
    switch (node->kind) {
    case AST_LOGIC: out_group(p, node, print_logic); break;
    case AST_CONCAT: out_group(p, node, print_concat); break;
    case AST_BINARY: out_group(p, node, print_binary); break;
    case AST_UNARY: print_unary(p, node); break;
    case AST_IS: print_is(p, node); break;
    case AST_DISTINCT_FROM: print_distinct_from(p, node); break;
    case AST_BETWEEN: out_group(p, node, print_between); break;
    case AST_IN_LIST:
    case AST_IN_QUERY: print_in(p, node); break;
    case AST_LIKE: print_like(p, node); break;
    case AST_QUANTIFIED: print_quantified(p, node); break;
    case AST_EXISTS:
        out(p, "EXISTS ");
        print_query_parens(p, ast_exists_query(node));
        break;
    case AST_SUBQUERY: print_query_parens(p, ast_subquery_query(node)); break;
    case AST_CASE: out_group(p, node, print_case); break;
    case AST_CAST: print_cast(p, node); break;
    case AST_AT_TIME_ZONE: print_at_time_zone(p, node); break;
    case AST_ROW: print_row(p, node); break;
    case AST_ARRAY: out_group(p, node, print_array); break;
    case AST_MAP: out_group(p, node, print_map); break;
    case AST_MULTISET: out_group(p, node, print_multiset); break;
    case AST_TIME_BETWEEN: print_time_between(p, node); break;
    case AST_FIELD: print_field(p, node); break;
    case AST_INDEX: print_index(p, node); break;
    case AST_CALL: print_call(p, node); break;
    case AST_MATCH_SCOPE: print_match_scope(p, node); break;
    case AST_JSON_PAIR: print_json_pair(p, node); break;
    case AST_NAMED_ARG: print_named_arg(p, node); break;
    case AST_TABLE_ARG: print_table_arg(p, node); break;
    case AST_MODEL_ARG: print_part(p, "MODEL ", ast_model_arg_model(node), print_qname); break;
    default: print_plain(p, node); break;
    }
}
