/* lex_test.c -- values of tokens, keywords, and what is wrong with a token. */
#include "compiler/lex/lex.h"

#include "tests/unit/syntax/check.h"

static LexToken first_token(Check *check, const char *text)
{
    Lexer lexer;
    lexer_init(&lexer, &check->arena, check_source(check, text), check->diags);
    return lexer_next(&lexer);
}

static void assert_token(const char *text, LexKind kind, const char *value)
{
    Check *check = check_new();
    LexToken token = first_token(check, text);
    assert_int_equal(token.kind, kind);
    assert_true(str_equal(token.text, str_from(value)));
    assert_int_equal(check->diags->error_count, 0);
    check_free(check);
}

static void assert_bad(const char *text, DiagCode code, uint32_t start)
{
    Check *check = check_new();
    LexToken token = first_token(check, text);
    assert_int_equal(token.kind, LEX_BAD);
    assert_int_equal(check->diags->error_count, 1);
    assert_int_equal(check->diags->items.items[0]->code, code);
    assert_int_equal(check->diags->items.items[0]->span.start, start);
    check_free(check);
}

static void tokens_carry_their_value(void **state)
{
    (void)state;
    assert_token("'it''s'", LEX_STRING, "it's");
    assert_token("''", LEX_STRING, "");
    assert_token("`a``b`", LEX_ID, "a`b");
    assert_token("u&'\\0041\\+01F600\\\\'", LEX_STRING, "A\xF0\x9F\x98\x80\\");
    assert_token("U&'!0042!!' uescape '!'", LEX_STRING, "B!");
    assert_token("x'4142'", LEX_BINARY_STRING, "AB");
    assert_token("ünï_1$ x", LEX_ID, "ünï_1$");
    assert_token("select", LEX_SELECT, "select");
    assert_token("`select`", LEX_ID, "select");
    assert_token("007", LEX_INTEGER, "007");
    assert_token(".5", LEX_DECIMAL, ".5");
    assert_token("/* a ** b */ -- c\n <>", LEX_NE, "<>");
    assert_token("1.5E-3 x", LEX_DOUBLE, "1.5E-3");
    assert_token("\xEF\xBB\xBFSELECT", LEX_SELECT, "SELECT");
}

static void texts_with_a_line_end_between_them_are_one(void **state)
{
    (void)state;
    assert_token("'a'\n'b'", LEX_STRING, "ab");
    assert_token("'it''s' \r\n\t '' \n'''x'", LEX_STRING, "it's'x");
    assert_token("'a' -- why\n /* and\n how */ 'b'", LEX_STRING, "ab");
    assert_token("'a' 'b'", LEX_STRING, "a");
    assert_token("'a' /* c */ 'b'", LEX_STRING, "a");
    assert_token("'a'\n/*+ hint */ 'b'", LEX_STRING, "a");
    assert_token("'a'\n'b", LEX_STRING, "a");
    assert_token("'a'\n/* 'b'", LEX_STRING, "a");
}

static void comments_between_the_parts_of_a_text_are_kept(void **state)
{
    (void)state;
    Check *check = check_new();
    Lexer lexer;
    lexer_init(&lexer, &check->arena, check_source(check, "'a' -- one\n/* two */ --\n'b' -- four"), check->diags);
    lexer.keep_comments = true;
    assert_true(lexer_next(&lexer).continued);
    assert_int_equal(lexer_next(&lexer).kind, LEX_EOT);
    assert_int_equal(lexer.comments.count, 4);
    check_free(check);
}

static void tokens_carry_their_value_unless_they_are_wrong(void **state)
{
    (void)state;
    assert_bad("'abc", E0006, 0);
    assert_bad("x'abc", E0006, 0);
    assert_bad("  `abc\ndef`", E0007, 2);
    assert_bad("/* abc", E0008, 0);
    assert_bad("12ab", E0009, 0);
    assert_bad("1e5x", E0009, 0);
    assert_bad("U&'\\00'", E0010, 0);
    assert_bad("U&'\\D800'", E0010, 0);
    assert_bad("X'ABC'", E0011, 0);
    assert_bad("X'GG'", E0011, 0);
    assert_bad("\"a\"", E0005, 0);
    assert_bad("\x01", E0005, 0);
}

static void every_keyword_is_found_in_any_case(void **state)
{
    (void)state;
    for (int kind = 0; kind < LEX_KIND_COUNT; kind++) {
        if (!lex_is_keyword((LexKind)kind))
            continue;
        char lower[64];
        const char *word = lex_spelling((LexKind)kind);
        size_t len = strlen(word);
        for (size_t i = 0; i < len; i++)
            lower[i] = (char)(word[i] >= 'A' && word[i] <= 'Z' ? word[i] + 32 : word[i]);
        assert_int_equal(lex_find_keyword((Str){ lower, len }), kind);
        assert_int_equal(lex_find_keyword(str_from(word)), kind);
    }
    assert_int_equal(lex_find_keyword(STR("approx_count_distinct_and_a_name_that_is_long")), LEX_ID);
}

static void wrong_bytes_are_reported_where_they_are(void **state)
{
    (void)state;
    Check *check = check_new();
    assert_true(lex_check_text(check_source(check, "SELECT 'ü€😀'"), check->diags));
    const char *const bad[] = { "12345678 \xff", "12345678 \xc0\x80", "12345678 \xed\xa0\x80",
        "12345678 \xf4\x90\x80\x80",
                                "12345678 \xe2\x82" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(lex_check_text(check_source(check, bad[i]), check->diags));
        Diag *diag = check->diags->items.items[i];
        assert_int_equal(diag->code, E0003);
        assert_int_equal(diag->span.start, 9);
    }
    const Source *nul = sources_add(check->sources, STR("nul"), (Str){ "SELECT \0 1", 10 });
    assert_false(lex_check_text(nul, check->diags));
    assert_int_equal(check->diags->items.items[5]->code, E0004);
    assert_int_equal(check->diags->items.items[5]->span.start, 7);
    check_free(check);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_carry_their_value_unless_they_are_wrong),
        cmocka_unit_test(tokens_carry_their_value),
        cmocka_unit_test(texts_with_a_line_end_between_them_are_one),
        cmocka_unit_test(comments_between_the_parts_of_a_text_are_kept),
        cmocka_unit_test(every_keyword_is_found_in_any_case),
        cmocka_unit_test(wrong_bytes_are_reported_where_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
