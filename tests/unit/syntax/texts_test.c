/* texts_test.c -- over all texts of tests/sql/syntax, examples/ and the examples of docs/language/grammar.md: they
 * parse; parse, print, parse gives the same tree; printing twice changes nothing; no comment is lost. */
#include "compiler/parse/parse.h"

#include "compiler/lex/lex.h"
#include "compiler/parse/format.h"
#include "tests/unit/syntax/check.h"

#include <dirent.h>

typedef void TextCheck(const char *name, Str text);

static void fail_with(const char *name, Check *check, const char *what)
{
    Buf out = { 0 };
    diag_render_text(&out, check->diags, (DiagRender){ 0 });
    fail_msg("%s: %s\n%.*s", name, what, (int)out.len, out.data == NULL ? "" : out.data);
}

static uint32_t comment_count(Check *check, const Source *source, uint64_t *bytes)
{
    Lexer lexer;
    lexer_init(&lexer, &check->arena, source, check->diags);
    lexer.keep_comments = true;
    while (lexer_next(&lexer).kind != LEX_EOT)
        ;
    *bytes = 0;
    for (uint32_t i = 0; i < lexer.comments.count; i++)
        *bytes += lexer.comments.items[i].end - lexer.comments.items[i].start;
    return lexer.comments.count;
}

static void check_text(const char *name, Str text)
{
    Check *check = check_new();
    const Source *source = sources_add(check->sources, str_from(name), text);
    const AstNode *program = parse_program(&check->arena, source, check->diags);
    if (check->diags->error_count > 0)
        fail_with(name, check, "does not parse");
    Buf once = { 0 };
    format_program(&once, source, program);
    const Source *printed = sources_add(check->sources, STR("printed"), buf_str(&once));
    const AstNode *again = parse_program(&check->arena, printed, check->diags);
    if (check->diags->error_count > 0)
        fail_with(name, check, "does not parse when printed");
    if (!ast_equal(program, again))
        fail_with(name, check, "is another tree when printed");
    Buf twice = { 0 };
    format_program(&twice, printed, again);
    if (!str_equal(buf_str(&once), buf_str(&twice)))
        fail_with(name, check, "changes when printed twice");
    uint64_t bytes_before;
    uint64_t bytes_after;
    uint32_t before = comment_count(check, source, &bytes_before);
    if (before != comment_count(check, printed, &bytes_after) || bytes_before != bytes_after)
        fail_with(name, check, "loses a comment");
    buf_free(&once);
    buf_free(&twice);
    check_free(check);
}

static uint32_t check_folder(const char *folder, TextCheck *check)
{
    uint32_t count = 0;
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (!str_ends_with(str_from(entry->d_name), STR(".ssql")))
            continue;
        Check *files = check_new();
        Str path = str_printf(&files->arena, "%s/%s", folder, entry->d_name);
        const Source *source = parse_open(files->sources, path, files->diags);
        assert_non_null(source);
        Buf text = { 0 };
        buf_append_str(&text, source->text);
        check_free(files);
        check(entry->d_name, buf_str(&text));
        buf_free(&text);
        count++;
    }
    closedir(dir);
    return count;
}

static void every_text_keeps_its_tree_and_comments_when_printed(void **state)
{
    (void)state;
    assert_true(check_folder("tests/sql/syntax", check_text) >= 7);
}

/* The blocks ```sql .. ``` of a document. */
static uint32_t check_document(const char *path, TextCheck *check)
{
    Check *files = check_new();
    const Source *source = parse_open(files->sources, str_from(path), files->diags);
    assert_non_null(source);
    Buf document = { 0 };
    buf_append_str(&document, source->text);
    check_free(files);
    uint32_t count = 0;
    Str rest = buf_str(&document);
    for (int64_t at; (at = str_find(rest, STR("```sql\n"))) >= 0; count++) {
        rest = str_slice(rest, (uint64_t)at + 7, rest.len - (uint64_t)at - 7);
        int64_t end = str_find(rest, STR("```"));
        assert_true(end >= 0);
        check(path, str_slice(rest, 0, (uint64_t)end));
        rest = str_slice(rest, (uint64_t)end + 3, rest.len - (uint64_t)end - 3);
    }
    buf_free(&document);
    return count;
}

static void every_example_of_the_grammar_document_parses(void **state)
{
    (void)state;
    assert_true(check_document("docs/language/grammar.md", check_text) >= 20);
}

static void the_grammar_document_lists_the_reserved_words(void **state)
{
    (void)state;
    Check *check = check_new();
    const Source *page = parse_open(check->sources, STR("docs/language/grammar.md"), check->diags);
    assert_non_null(page);
    Buf words = { 0 };
    for (int kind = 0; kind < LEX_KIND_COUNT; kind++) {
        if (!lex_is_keyword((LexKind)kind))
            continue;
        LexClass class = lex_class((LexKind)kind);
        if (class == LEX_CLASS_RESERVED || class == LEX_CLASS_JOIN)
            buf_printf(&words, "%s%s", words.len > 0 ? " " : "`", lex_spelling((LexKind)kind));
    }
    buf_append_char(&words, '`');
    if (str_find(page->text, buf_str(&words)) < 0)
        fail_msg("docs/language/grammar.md should list %.*s", STR_ARG(buf_str(&words)));
    buf_free(&words);
    check_free(check);
}

static void comments_stay_beside_what_they_stood_beside(void **state)
{
    (void)state;
    static const char *const TEXTS[][2] = {
        { "SELECT a, -- first\n b /* second */, c -- third\n -- about t\nFROM t -- the table\nWHERE x -- cond\n;-- end",
          "SELECT\n  a, -- first\n  b, /* second */\n  c -- third\n-- about t\nFROM t -- the table\n"
          "WHERE x; -- cond\n\n-- end\n" },
        { "-- head\n\n\n\n-- about one\nSELECT 1;\nSELECT 2;\n\n\n-- tail\n",
          "-- head\n\n-- about one\nSELECT 1;\nSELECT 2;\n\n-- tail\n" },
        { "CREATE TABLE t ( -- the table\n a INT, -- one\n -- two is\n b INT -- two\n);",
          "CREATE TABLE t ( -- the table\n  a INT, -- one\n  -- two is\n  b INT -- two\n);\n" },
    };
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        Check *check = check_new();
        const Source *source = check_source(check, TEXTS[i][0]);
        Buf out = { 0 };
        format_program(&out, source, parse_program(&check->arena, source, check->diags));
        buf_append_char(&out, '\0');
        assert_string_equal(out.data, TEXTS[i][1]);
        buf_free(&out);
        check_free(check);
        check_text("comments", str_from(TEXTS[i][0]));
    }
}

/* A comment between any two tokens of any statement: none is lost and the tree stays. */
static void check_with_comments_everywhere(const char *name, Str text)
{
    static const char *const COMMENTS[] = { " /* c */ ", " -- c\n", "\n-- c\n", "\n/* c\n d */\n" };
    for (size_t i = 0; i < sizeof COMMENTS / sizeof COMMENTS[0]; i++) {
        Check *check = check_new();
        Lexer lexer;
        lexer_init(&lexer, &check->arena, sources_add(check->sources, STR("in"), text), check->diags);
        Buf noisy = { 0 };
        for (LexToken token; (token = lexer_next(&lexer)).kind != LEX_EOT;) {
            buf_append_str(&noisy, str_slice(text, token.start, token.end - token.start));
            buf_append_str(&noisy, lexer.in_hint ? STR(" ") : str_from(COMMENTS[i]));
        }
        check_free(check);
        check_text(name, buf_str(&noisy));
        buf_free(&noisy);
    }
}

static void comments_between_all_tokens_are_kept(void **state)
{
    (void)state;
    check_folder("tests/sql/syntax", check_with_comments_everywhere);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_text_keeps_its_tree_and_comments_when_printed),
        cmocka_unit_test(every_example_of_the_grammar_document_parses),
        cmocka_unit_test(the_grammar_document_lists_the_reserved_words),
        cmocka_unit_test(comments_stay_beside_what_they_stood_beside),
        cmocka_unit_test(comments_between_all_tokens_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
