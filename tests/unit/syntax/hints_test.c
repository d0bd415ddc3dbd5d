/* hints_test.c -- what an author is told about a slip: each text has one error, and its help says what was meant. */
#include "compiler/parse/parse.h"

#include "compiler/diag/foreign.h"
#include "tests/unit/syntax/check.h"

typedef struct HintCase {
    const char *text;
    const char *help;        /* a part of it */
    const char *replacement; /* NULL: none */
} HintCase;

static const HintCase CASES[] = {
    { "SELECT a FROM t WHERE a == 1;", "equality is one `=`", "=" },
    { "SELECT a::INT FROM t;", "`CAST(x AS type)`", NULL },
    { "SELECT a - INTERVAL 5 MINUTE FROM t;", "`INTERVAL '5' MINUTE`", "'5'" },
    { "SELECT 'a' 'b' FROM t;", "`||` joins them", NULL },
    { "SELECT a FROM t WHERE a = 'x\n AND b = 'y';\n--'", "closing quote", NULL },
    { "CREATE TABLE t (a INT) WITH ('a' = 'b'\n'c' = 'd');", "comma missing", NULL },
    { "CREATE TABLE t (a INT) WITH (connector = 'x');", "options are texts", "'connector'" },
    { "CREATE TABLE t (a INT,) WITH ('a' = 'b');", "a comma stands before it", NULL },
    { "SELECT CASE WHEN a THEN b FROM t;", "END of the CASE", NULL },
    { "CREATE STREAM t (a INT, WATERMAK FOR ts AS ts);", "`WATERMARK`", "WATERMARK" },
    { "CREATE TABLE t (a INT) PARTITONED BY (a);", "`PARTITIONED`", "PARTITIONED" },
    { "CREATE METRIC m TITEL 'x' AS SELECT 1;", "`TITLE`", "TITLE" },
    { "SELECT a FORM t;", "`FROM`", "FROM" },
    { "SELECT (a + b FROM t;", "closing parenthesis", NULL },
    { "SELECT a + b) FROM t;", "no parenthesis is open", NULL },
    { "TEST t FOR m GIVEN s ('a', 1) ('b', 2) EXPECT (1);", "comma missing", NULL },
    { "SELECT a AS 'x' FROM t;", "in backquotes", "`x`" },
    { "SELECT a -> 'x' FROM t;", "JSON_VALUE", NULL },
    { "SELECT INTERVAL '5' MINS;", "`MINUTES`", "MINUTES" },
    { "CREATE STREAM t (a INT, WATERMARK ON ts AS ts);", "WATERMARK FOR ts", NULL },
    { "SELECT a FROM t GRUOP BY a;", "`GROUP`", "GROUP" },
    { "SELECT a FROM t WHERE a ILIKE 'x';", "`LOWER(x) LIKE 'pattern'`", NULL },
    { "SELECT a FROM t MINUS SELECT b FROM u;", "`EXCEPT`", "EXCEPT" },
    { "SELECT TOP 10 a FROM t;", "`LIMIT 10`", NULL },
    { "CREATE TABLE t (a STRUCT<b INT>);", "`ROW`", "ROW" },
    { "CREATE TABLE t (a VARCHAR(MAX));", "`STRING`", NULL },
    { "CREATE SOURCE t (a INT);", "`STREAM`", "STREAM" },
    { "SELECT a FROM t WINDOW TUMBLING (SIZE 5 MINUTES);", "`FROM TUMBLE(", NULL },
    { "SELECT a FROM t WHERE a && b;", "AND", NULL },
    { "SELECT a # b;", "`--`", NULL },
    { "SELECT CAST(a, INT) FROM t;", "`CAST(x AS type)`", NULL },
    { "SELECT cast(a INT) FROM t;", "`CAST(x AS type)`", NULL },
    { "SELECT f(TRY_CAST (a + 1, INT)) FROM t;", "`TRY_CAST(x AS type)`", NULL },
    { "SELECT EXTRACT(ts, HOUR) FROM t;", "`EXTRACT(HOUR FROM x)`", NULL },
    { "SELECT EXTRACT(HOUR, ts) FROM t;", "`EXTRACT(HOUR FROM x)`", NULL },
    { "SELECT POSITION('a', b) FROM t;", "`POSITION(part IN text)`", NULL },
    { "SELECT SUBSTRING(a FROM 1, 2) FROM t;", "`SUBSTRING(text FROM 1 FOR 2)`", NULL },
    { "SELECT TIMESTAMPDIFF(a, b, HOUR) FROM t;", "`TIMESTAMPDIFF(HOUR, from, to)`", NULL },
    { "SELECT a - INTERVAL '5 minutes' FROM t;", "`INTERVAL '5' MINUTE`", NULL },
    { "SELECT a FROM t\nSELECT b FROM t;", "every statement ends with `;`", "t;" },
    { "SELECT a FROM t\nTEST x GIVEN s (1) EXPECT (1);", "every statement ends with `;`", "t;" },
    { "SELECT a FROM t SELECT b FROM t;", "every statement ends with `;`", "t;" },
    { "SELECT a FROM t CREATE VIEW v AS SELECT b FROM t;", "every statement ends with `;`", "t;" },
    { "CREATE VIEW v SELECT b FROM t;", "the query stands behind AS", "AS SELECT" },
    { "CREATE METRIC m TITLE 'x' WITH u AS (SELECT 1 AS a) SELECT a FROM u;", "the query stands behind AS", "AS WITH" },
    { "CREATE METRIC m SELECT b FROM t;", "the query stands behind AS", "AS SELECT" },
    { "CREATE TABLE t (a TIMESTAMP(3) b INT);", "is a comma missing before it?", NULL },
};

static bool contains(Str text, const char *part)
{
    return text.len > 0 && memmem(text.data, text.len, part, strlen(part)) != NULL;
}

static void each_slip_is_told_what_was_meant(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Check *check = check_new();
        parse_program(&check->arena, check_source(check, CASES[i].text), check->diags);
        Buf out = { 0 };
        diag_render_text(&out, check->diags, (DiagRender){ 0 });
        const Diag *diag = check->diags->error_count == 0 ? NULL : check->diags->items.items[0];
        bool good = check->diags->error_count == 1 && contains(diag->help, CASES[i].help);
        good = good && (CASES[i].replacement == NULL ? diag->replacement.len == 0
                                                     : str_equal(diag->replacement, str_from(CASES[i].replacement)));
        if (!good)
            fail_msg("%s\nshould say: %s\n%.*s", CASES[i].text, CASES[i].help, (int)out.len, out.data);
        buf_free(&out);
        check_free(check);
    }
}

static void a_reserved_word_behind_an_operand_is_no_name(void **state)
{
    (void)state;
    Check *check = check_new();
    parse_program(&check->arena, check_source(check, "SELECT a FROM t WHERE a NOT 5;"), check->diags);
    assert_int_equal(check->diags->error_count, 1);
    assert_int_equal(check->diags->items.items[0]->code, E0101);
    check_free(check);
}

static void statements_around_a_missing_semicolon_are_kept(void **state)
{
    (void)state;
    Check *check = check_new();
    const char *text = "CREATE TABLE a (x INT)\nCREATE TABLE b (x INT)\n\nSELECT x FROM a;\nSELECT x FROM b\n"
                       "TEST t GIVEN a (1) EXPECT (1);\nIMPORT 'x';";
    const AstNode *program = parse_program(&check->arena, check_source(check, text), check->diags);
    assert_int_equal(check->diags->error_count, 3);
    /* all but the SELECT that took TEST for an alias */
    assert_int_equal(ast_count(ast_program_statements(program)), 5);
    check_free(check);
}

static void a_select_in_parentheses_is_no_new_statement(void **state)
{
    (void)state;
    Check *check = check_new();
    const char *text = "SELECT (a\nSELECT b FROM t);\nSELECT CASE WHEN a THEN b\nSELECT c;";
    parse_program(&check->arena, check_source(check, text), check->diags);
    assert_int_equal(check->diags->error_count, 2);
    assert_false(contains(check->diags->items.items[0]->message, "missing"));
    assert_false(contains(check->diags->items.items[1]->message, "a `;` is missing"));
    check_free(check);
}

static void names_of_broken_definitions_are_remembered(void **state)
{
    (void)state;
    Check *check = check_new();
    const char *text = "CREATE STREAM a.b (x INT y);\n"
                       "CREATE OR ALTER TEMPORARY VIEW IF NOT EXISTS `v 1` AS SELECT FROM;\n"
                       "CREATE METRIC m TITLE 'a' TITLE 'b' AS SELECT 1;\n"
                       "CREATE AGGREGATE FUNCTION f(x INT) RETURNS;\n"
                       "CREATE ROLE r FROM;\nDROP TABLE;\nCREATE TABLE;\nCREATE TABLE good (x INT);\n"
                       "CREATE STREM s (x INT);\nCREAT VIEW w AS SELECT 1;\nCREATE s2 (x INT);";
    const AstNode *program = parse_program(&check->arena, check_source(check, text), check->diags);
    const AstNode *broken = ast_program_broken(program);
    const char *const names[] = { "a.b", "v 1", "m", "f", "s", "w" };
    assert_int_equal(ast_count(broken), sizeof names / sizeof names[0]);
    for (uint32_t i = 0; i < ast_count(broken); i++)
        assert_true(str_equal(ast_name_joined(&check->arena, ast_at(broken, i)), str_from(names[i])));
    check_free(check);
}

static void words_of_other_dialects_are_found_in_any_case(void **state)
{
    (void)state;
    assert_non_null(foreign_find(FOREIGN_FUNCTION, STR("nvl")));
    assert_string_equal(foreign_find(FOREIGN_TYPE, STR("Int64"))->instead, "BIGINT");
    assert_null(foreign_find(FOREIGN_TYPE, STR("NVL")));
    assert_null(foreign_find(FOREIGN_WORD, STR("SELECT")));
}

#define FOREIGN(kind, word, instead, why) { FOREIGN_##kind, #word, instead, why },
static const ForeignWord ALL_FOREIGN[] = {
#include "compiler/diag/foreign.def"
};
#undef FOREIGN

static void each_foreign_word_has_one_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ALL_FOREIGN / sizeof ALL_FOREIGN[0]; i++) {
        const ForeignWord *word = &ALL_FOREIGN[i];
        if ((word->instead[0] == '\0') == (word->why[0] == '\0'))
            fail_msg("%s needs a word instead or a reason, not both", word->word);
        for (size_t k = 0; k < i; k++)
            if (word->kind == ALL_FOREIGN[k].kind && strcmp(word->word, ALL_FOREIGN[k].word) == 0)
                fail_msg("%s stands twice", word->word);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_slip_is_told_what_was_meant),
        cmocka_unit_test(a_reserved_word_behind_an_operand_is_no_name),
        cmocka_unit_test(statements_around_a_missing_semicolon_are_kept),
        cmocka_unit_test(a_select_in_parentheses_is_no_new_statement),
        cmocka_unit_test(names_of_broken_definitions_are_remembered),
        cmocka_unit_test(words_of_other_dialects_are_found_in_any_case),
        cmocka_unit_test(each_foreign_word_has_one_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
