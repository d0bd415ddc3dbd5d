/* parse_test.c -- the shape of the tree: what binds to what, where spans end, what is a name. */
#include "compiler/parse/parse.h"

#include "compiler/parse/format.h"
#include "tests/unit/syntax/check.h"

static const AstNode *expression(Check *check, const char *text)
{
    const AstNode *node = parse_expression(&check->arena, check_source(check, text), check->diags);
    assert_int_equal(check->diags->error_count, 0);
    assert_non_null(node);
    return node;
}

static const AstNode *first_statement(Check *check, const char *text)
{
    const AstNode *program = parse_program(&check->arena, check_source(check, text), check->diags);
    assert_int_equal(check->diags->error_count, 0);
    return ast_at(ast_program_statements(program), 0);
}

static bool same(const char *a, const char *b)
{
    Check *check = check_new();
    const AstNode *x = expression(check, a);
    const AstNode *y = expression(check, b);
    bool equal = ast_equal(x, y);
    check_free(check);
    return equal;
}

static void operators_bind_as_in_the_standard(void **state)
{
    (void)state;
    assert_true(same("a OR b AND NOT c = d + e * - f", "a OR (b AND (NOT (c = (d + (e * (- f))))))"));
    assert_true(same("a - b - c", "(a - b) - c"));
    assert_false(same("a - b - c", "a - (b - c)"));
    assert_true(same("a = b IS NULL", "(a = b) IS NULL"));
    assert_true(same("a BETWEEN b AND c AND d", "(a BETWEEN b AND c) AND d"));
    assert_true(same("NOT a NOT IN (1)", "NOT (a NOT IN (1))"));
    assert_true(same("a < b NOT LIKE c", "(a < b) NOT LIKE c"));
    assert_true(same("a || b = c", "(a || b) = c"));
    assert_true(same("a + b || c", "(a + b) || c"));
    assert_true(same("a LIKE b ESCAPE c OR d", "(a LIKE b ESCAPE c) OR d"));
    assert_true(same("- ts AT TIME ZONE 'UTC'", "- (ts AT TIME ZONE 'UTC')"));
    assert_true(same("a IS JSON OR b", "(a IS JSON) OR b"));
    assert_true(same("a = ANY (1, 2) AND b", "(a = ANY (1, 2)) AND b"));
}

static void and_or_and_concatenation_of_many_are_one_node(void **state)
{
    (void)state;
    Check *check = check_new();
    const AstNode *node = expression(check, "a AND b AND c AND d AND e AND f");
    assert_int_equal(node->kind, AST_LOGIC);
    assert_int_equal(ast_count(ast_logic_args(node)), 6);
    assert_int_equal(ast_count(ast_concat_args(expression(check, "a || b || c"))), 3);
    const AstNode *query = first_statement(check, "SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3");
    assert_int_equal(ast_count(ast_set_op_inputs(ast_query_body(query))), 3);
    check_free(check);
}

static void intersect_binds_stronger_than_union(void **state)
{
    (void)state;
    Check *check = check_new();
    const AstNode *body = ast_query_body(first_statement(check, "SELECT 1 UNION SELECT 2 INTERSECT SELECT 3"));
    assert_int_equal(ast_set_op_op(body), AST_UNION);
    assert_int_equal(ast_set_op_op(ast_at(ast_set_op_inputs(body), 1)), AST_INTERSECT);
    check_free(check);
}

static void spans_cover_exactly_the_text_of_a_node(void **state)
{
    (void)state;
    Check *check = check_new();
    const char *text = "SELECT a + f(b, 'x') AS c FROM t AS u WHERE (a > 1) -- end\n;";
    const Source *source = check_source(check, text);
    const AstNode *program = parse_program(&check->arena, source, check->diags);
    const AstNode *query = ast_at(ast_program_statements(program), 0);
    const AstNode *select = ast_query_body(query);
    const AstNode *item = ast_at(ast_select_items(select), 0);
    const AstNode *call = ast_binary_right(ast_select_item_expr(item));
    assert_true(str_equal(source_slice(source, query->span),
        STR("SELECT a + f(b, 'x') AS c FROM t AS u WHERE (a > 1)")));
    assert_true(str_equal(source_slice(source, item->span), STR("a + f(b, 'x') AS c")));
    assert_true(str_equal(source_slice(source, call->span), STR("f(b, 'x')")));
    assert_true(str_equal(source_slice(source, ast_binary_op_span(ast_select_item_expr(item))), STR("+")));
    assert_true(str_equal(source_slice(source, ast_select_from(select)->span), STR("t AS u")));
    assert_true(str_equal(source_slice(source, ast_select_where(select)->span), STR("(a > 1)")));
    check_free(check);
}

static void ids_are_dense_and_each_node_has_its_own(void **state)
{
    (void)state;
    Check *check = check_new();
    const char *text = "CREATE METRIC m TITLE 'x' AS SELECT a, COUNT(*) FROM t GROUP BY a; SELECT (1, 2) IN ((3, 4));";
    const AstNode *program = parse_program(&check->arena, check_source(check, text), check->diags);
    uint32_t count = ast_program_node_count(program);
    assert_true(count > 30 && count < 100);
    uint32_t next = 1000;
    const AstNode *clone = ast_clone(&check->arena, program, &next);
    assert_true(ast_equal(program, clone));
    assert_int_equal(clone->id, 1000);
    check_free(check);
}

static void words_that_are_not_reserved_are_names(void **state)
{
    (void)state;
    Check *check = check_new();
    const char *text =
        "SELECT key, state, final, name, url, value, day, second, format, position, floor, trim, "
        "filter, warmup, seasonal, running, title, owner, metric, test, emit, late, watermark, t.year, x value, "
        "y key FROM t state";
    const AstNode *select = ast_query_body(first_statement(check, text));
    AST_EACH(item, ast_select_items(select))
        assert_int_equal(ast_select_item_expr(item)->kind, AST_COLUMN_REF);
    assert_int_equal(ast_count(ast_select_items(select)), 26);
    assert_true(str_equal(ast_name_text(ast_table_alias(ast_select_from(select))), STR("state")));
    check_free(check);
}

static void a_path_stays_a_path_until_it_is_indexed(void **state)
{
    (void)state;
    Check *check = check_new();
    const AstNode *node = expression(check, "a.b.c[1].d");
    assert_int_equal(node->kind, AST_FIELD);
    assert_int_equal(ast_field_base(node)->kind, AST_INDEX);
    const AstNode *path = ast_index_base(ast_field_base(node));
    assert_int_equal(ast_count(ast_column_ref_parts(path)), 3);
    assert_true(str_equal(ast_name_joined(&check->arena, path), STR("a.b.c")));
    assert_true(str_equal(ast_name_last(path), STR("c")));
    check_free(check);
}

static void calls_with_words_have_their_arguments_in_ordinary_order(void **state)
{
    (void)state;
    assert_true(same("SUBSTRING(a FROM 1 FOR 2)", "SUBSTRING(a, 1, 2)"));
    Check *check = check_new();
    const AstNode *trim = expression(check, "TRIM(LEADING 'x' FROM a)");
    assert_true(ast_call_is(trim, STR("trim")));
    assert_int_equal(ast_at(ast_call_args(trim), 0)->kind, AST_COLUMN_REF);
    assert_int_equal(ast_at(ast_call_args(trim), 1)->kind, AST_STRING);
    const AstNode *diff = expression(check, "TIMESTAMPDIFF(SECOND, a, b)");
    assert_int_equal(ast_unit_unit(ast_at(ast_call_args(diff), 0)), AST_UNIT_SECOND);
    check_free(check);
}

static void clauses_of_a_metric_may_come_in_any_order(void **state)
{
    (void)state;
    Check *check = check_new();
    const char *one = "CREATE METRIC m TITLE 't' UNBOUNDED MEASURES (a UNIT RATIO) EMIT ON UPDATE AS SELECT 1";
    const char *two = "CREATE METRIC m EMIT ON UPDATE MEASURES (a UNIT RATIO) UNBOUNDED TITLE 't' AS SELECT 1";
    assert_true(ast_equal(first_statement(check, one), first_statement(check, two)));
    check_free(check);
}

static void a_type_is_parsed_on_its_own(void **state)
{
    (void)state;
    Check *check = check_new();
    const AstNode *type = parse_type(&check->arena, check_source(check,
        "MAP<STRING, ROW<a DECIMAL(10, 2) NOT NULL>>"), check->diags);
    assert_int_equal(ast_type_base(type), AST_TYPE_MAP);
    const AstNode *field = ast_at(ast_type_fields(ast_type_element(type)), 0);
    assert_int_equal(ast_type_precision(ast_row_field_type(field)), 10);
    assert_true(ast_type_not_null(ast_row_field_type(field)));
    assert_null(parse_type(&check->arena, check_source(check, "MAP<STRING>"), check->diags));
    check_free(check);
}

static void a_node_prints_on_its_own(void **state)
{
    (void)state;
    Check *check = check_new();
    Buf out = { 0 };
    format_node(&out, expression(check, "a+b   *(c-d)"));
    assert_true(str_equal(buf_str(&out), STR("a + b * (c - d)")));
    buf_clear(&out);
    format_node(&out, parse_type(&check->arena, check_source(check, "timestamp (3) not null"), check->diags));
    assert_true(str_equal(buf_str(&out), STR("TIMESTAMP(3) NOT NULL")));
    buf_free(&out);
    check_free(check);
}

static void the_outline_names_kinds_and_fields(void **state)
{
    (void)state;
    Check *check = check_new();
    Buf out = { 0 };
    ast_print_tree(&out, expression(check, "a + 1"));
    buf_append_char(&out, '\0');
    assert_non_null(strstr(out.data, "BINARY"));
    assert_non_null(strstr(out.data, "right: INTEGER"));
    assert_non_null(strstr(out.data, "text = '1'"));
    buf_free(&out);
    check_free(check);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operators_bind_as_in_the_standard),
        cmocka_unit_test(and_or_and_concatenation_of_many_are_one_node),
        cmocka_unit_test(intersect_binds_stronger_than_union),
        cmocka_unit_test(spans_cover_exactly_the_text_of_a_node),
        cmocka_unit_test(ids_are_dense_and_each_node_has_its_own),
        cmocka_unit_test(words_that_are_not_reserved_are_names),
        cmocka_unit_test(a_path_stays_a_path_until_it_is_indexed),
        cmocka_unit_test(calls_with_words_have_their_arguments_in_ordinary_order),
        cmocka_unit_test(clauses_of_a_metric_may_come_in_any_order),
        cmocka_unit_test(a_type_is_parsed_on_its_own),
        cmocka_unit_test(a_node_prints_on_its_own),
        cmocka_unit_test(the_outline_names_kinds_and_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
