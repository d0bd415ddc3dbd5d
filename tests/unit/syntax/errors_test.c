/* errors_test.c -- each code with its place, one error a statement, and bad input that does not hurt. */
#include "compiler/parse/parse.h"

#include "tests/unit/syntax/check.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

typedef struct ErrorCase {
    const char *text;
    DiagCode code;
    uint32_t line;
    uint32_t column;
} ErrorCase;

static const ErrorCase CASES[] = {
    { "SELECT 'abc", E0006, 1, 8 },
    { "SELECT `abc\n FROM t;", E0007, 1, 8 },
    { "SELECT 1 /* abc", E0008, 1, 10 },
    { "SELECT 12ab;", E0009, 1, 8 },
    { "SELECT U&'\\zz';", E0010, 1, 8 },
    { "SELECT X'A';", E0011, 1, 8 },
    { "SELECT \"a\" FROM t;", E0005, 1, 8 },
    { "SELECT a FROM t WHER b;", E0101, 1, 22 },
    { "SELCT a FROM t;", E0101, 1, 1 },
    { "SELECT a,\n  FROM t;", E0101, 2, 3 },
    { "SELECT id + FROM ev;", E0101, 1, 13 },
    { "CREATE TABLE t (order INT);", E0104, 1, 17 },
    { "SELECT a AS order FROM t;", E0104, 1, 13 },
    { "SELECT (1 + 2;", E0101, 1, 14 },
    { "SELECT 1 +", E0106, 1, 10 },
    { "CREATE METRIC m TITLE 'a'", E0106, 1, 1 },
    { "CREATE METRIC m FROM a AS SELECT 1;", E0107, 1, 27 },
    { "CREATE METRIC m\n TITLE 'a'\n TITLE 'b' AS SELECT 1;", E0103, 3, 2 },
    { "CREATE METRIC m MEASURES (a UNIT RATIO UNIT RATIO) AS SELECT 1;", E0103, 1, 40 },
    { "CREATE METRIC m MEASURES (a UNIT MONEY) AS SELECT 1;", E0101, 1, 34 },
    { "CREATE METRIC m MEASURES (a UNIT RATO) AS SELECT 1;", E0101, 1, 34 },
    { "CREATE METRIC m MEASURES (a BETTER UP) AS SELECT 1;", E0101, 1, 36 },
    { "CREATE TEMPORARY METRIC m AS SELECT 1;", E0101, 1, 1 },
    { "CREATE ALERT a ON b TITLE 'x';", E0106, 1, 1 },
    { "CREATE TABLE t (a DECIMAL(99999999999, 2));", E0105, 1, 27 },
    { "SELECT a FROM t EMIT ON UPDATE;", E0107, 1, 17 },
    { "SELECT MAP['a', 1, 'b'];", E0101, 1, 8 },
    { "SELECT JSON_VALUE(a, 'b' NULL ON EMPTY ERROR ON EMPTY);", E0103, 1, 40 },
    { "TEST t GIVEN s (a + 1) EXPECT NOTHING;", E0101, 1, 19 },
    { "SELECT a FROM t )", E0101, 1, 17 },
    { "SELECT ``;", E0101, 1, 8 },
};

static void each_error_has_its_code_and_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        Check *check = check_new();
        const Source *source = check_source(check, CASES[i].text);
        const AstNode *program = parse_program(&check->arena, source, check->diags);
        Buf out = { 0 };
        diag_render_text(&out, check->diags, (DiagRender){ 0 });
        if (check->diags->error_count != 1)
            print_error("%s\n%.*s\n", CASES[i].text, (int)out.len, out.data);
        assert_int_equal(check->diags->error_count, 1);
        const Diag *diag = check->diags->items.items[0];
        SourcePos pos = source_pos(source, diag->span.start);
        if (diag->code != CASES[i].code || pos.line != CASES[i].line || pos.column != CASES[i].column)
            print_error("%s\n%.*s\n", CASES[i].text, (int)out.len, out.data);
        assert_string_equal(diag_code_name(diag->code), diag_code_name(CASES[i].code));
        assert_int_equal(pos.line, CASES[i].line);
        assert_int_equal(pos.column, CASES[i].column);
        assert_int_equal(ast_count(ast_program_statements(program)), 0);
        buf_free(&out);
        check_free(check);
    }
}

static void two_bad_statements_give_two_errors_and_the_good_ones_stay(void **state)
{
    (void)state;
    Check *check = check_new();
    const char *text = "SELECT 1; SELECT FROM t; SELECT 2; CREATE TABLE t (a b c d); SELECT 3; IMPORT 'x';";
    const AstNode *program = parse_program(&check->arena, check_source(check, text), check->diags);
    assert_int_equal(check->diags->error_count, 2);
    assert_int_equal(ast_count(ast_program_statements(program)), 4);
    check_free(check);
}

static void an_error_inside_a_statement_set_costs_the_set_only(void **state)
{
    (void)state;
    Check *check = check_new();
    const char *text = "BEGIN STATEMENT SET; INSERT INTO a SELECT 1; INSERT INTO SELECT 2; INSERT INTO c SELECT 3; END;"
                       "SELECT 4;"
                       "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT FROM; INSERT INTO b SELECT 1; END; SELECT 5;";
    const AstNode *program = parse_program(&check->arena, check_source(check, text), check->diags);
    assert_int_equal(check->diags->error_count, 2);
    assert_int_equal(ast_count(ast_program_statements(program)), 2);
    check_free(check);
}

static void a_misspelt_keyword_is_offered(void **state)
{
    (void)state;
    Check *check = check_new();
    parse_program(&check->arena, check_source(check,
        "SELCT a; CREATE METRC m AS SELECT 1; SELECT a FROM t GRUOP BY a;"), check->diags);
    assert_int_equal(check->diags->error_count, 3);
    assert_true(str_equal(check->diags->items.items[0]->replacement, STR("SELECT")));
    assert_true(str_equal(check->diags->items.items[1]->replacement, STR("METRIC")));
    assert_true(str_equal(check->diags->items.items[2]->replacement, STR("GROUP")));
    check_free(check);
}

static void going_back_to_a_statement_ends(void **state)
{
    (void)state;
    Check *check = check_new();
    /* TEST is taken for an alias, then begins a statement that is given up; what follows cannot begin one */
    const char *text = "SELECT a FROM b\nTEST c d\n@;\n) TEST x;\nTEST\nTEST TEST TEST y;";
    parse_program(&check->arena, check_source(check, text), check->diags);
    assert_in_range(check->diags->error_count, 3, 6);
    check_free(check);
}

static void reading_stops_after_twenty_errors(void **state)
{
    (void)state;
    Check *check = check_new();
    Buf text = { 0 };
    for (int i = 0; i < 100; i++)
        buf_append_str(&text, STR("SELECT FROM; "));
    const Source *source = sources_add(check->sources, STR("many"), buf_str(&text));
    parse_program(&check->arena, source, check->diags);
    assert_int_equal(check->diags->error_count, DIAGS_ERRORS_MAX);
    buf_free(&text);
    check_free(check);
}

static const Source *repeated(Check *check, const char *head, const char *unit, uint32_t times, const char *tail)
{
    Buf text = { 0 };
    buf_append_str(&text, str_from(head));
    for (uint32_t i = 0; i < times; i++)
        buf_append_str(&text, str_from(unit));
    buf_append_str(&text, str_from(tail));
    const Source *source = sources_add(check->sources, STR("deep"), buf_str(&text));
    buf_free(&text);
    return source;
}

static void nesting_too_deep_is_refused_once(void **state)
{
    (void)state;
    const char *const units[] = { "(", "NOT ", "- ", "CASE WHEN ", "(SELECT ", "f(", "a[", "ARRAY[", "a + ", "a = ",
        "x.y.z - " };
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        Check *check = check_new();
        parse_program(&check->arena, repeated(check, "SELECT ", units[i], 20000, "1;"), check->diags);
        assert_int_equal(check->diags->error_count, 1);
        assert_int_equal(check->diags->items.items[0]->code, E0102);
        check_free(check);
    }
}

static void chains_of_many_are_not_deep(void **state)
{
    (void)state;
    Check *check = check_new();
    parse_program(&check->arena, repeated(check, "SELECT a", " AND b", 100000, ";"), check->diags);
    parse_program(&check->arena, repeated(check, "SELECT 1", " UNION ALL SELECT 1", 20000, ";"), check->diags);
    parse_program(&check->arena, repeated(check, "SELECT a", " || b", 100000, ";"), check->diags);
    parse_program(&check->arena, repeated(check, "SELECT a", ", b", 100000, ";"), check->diags);
    parse_program(&check->arena, repeated(check, "SELECT ", "(", 999, "1"), check->diags);
    assert_int_equal(check->diags->error_count, 1); /* the last has no closing parentheses */
    assert_int_equal(check->diags->items.items[0]->code, E0106);
    check_free(check);
}

/* Of this process alone, whatever else the machine does. */
static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void garbage_of_many_megabytes_is_refused_at_once(void **state)
{
    (void)state;
    const char *const units[] = { "#!%$ \x01\x7f", "a b c (", ";;;;a", "'", "select ", "/*" };
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        Check *check = check_new();
        const Source *source = repeated(check, "", units[i], 1000000, "");
        double start = cpu_seconds();
        parse_program(&check->arena, source, check->diags);
        assert_true(check->diags->error_count > 0);
        assert_true(cpu_seconds() - start < 5.0); /* under sanitizers; else a hundredth of that */
        check_free(check);
    }
}

static void a_file_that_cannot_be_read_is_a_diagnostic_without_a_place(void **state)
{
    (void)state;
    Check *check = check_new();
    assert_null(parse_open(check->sources, STR("/no/such/file.ssql"), check->diags));
    assert_null(parse_open(check->sources, STR("/tmp"), check->diags));
    assert_int_equal(check->diags->error_count, 2);
    assert_int_equal(check->diags->items.items[0]->code, E0001);
    Buf out = { 0 };
    diag_render_text(&out, check->diags, (DiagRender){ 0 });
    assert_non_null(memmem(out.data, out.len, "is a directory", 14));
    buf_free(&out);
    check_free(check);
}

/* The file is sparse: its length is what counts. */
static void a_file_of_a_hundred_megabytes_is_refused_without_reading_it(void **state)
{
    (void)state;
    char path[] = "/tmp/syntax_errors_test_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, 100 << 20), 0);
    Check *check = check_new();
    assert_null(parse_open(check->sources, str_from(path), check->diags));
    assert_int_equal(check->diags->error_count, 1);
    assert_int_equal(check->diags->items.items[0]->code, E0002);
    check_free(check);
    close(fd);
    unlink(path);
}

static void an_empty_text_has_no_statements_and_no_errors(void **state)
{
    (void)state;
    const char *const texts[] = { "", " \n", "-- only a comment", "/* x */", ";;;" };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        Check *check = check_new();
        const AstNode *program = parse_program(&check->arena, check_source(check, texts[i]), check->diags);
        assert_int_equal(check->diags->error_count, 0);
        assert_int_equal(ast_count(ast_program_statements(program)), 0);
        check_free(check);
    }
}

static void a_query_text_holds_one_query_and_no_more(void **state)
{
    (void)state;
    Check *check = check_new();
    assert_non_null(parse_query(&check->arena, check_source(check, "SELECT a FROM t"), check->diags));
    assert_null(parse_query(&check->arena, check_source(check, "SELECT a; SELECT b"), check->diags));
    assert_null(parse_query(&check->arena, check_source(check, "DROP TABLE t"), check->diags));
    assert_null(parse_expression(&check->arena, check_source(check, "a +"), check->diags));
    assert_null(parse_expression(&check->arena, check_source(check, ""), check->diags));
    assert_int_equal(check->diags->error_count, 4);
    check_free(check);
}

/* The first ```sql block behind a heading of the page of a code; false when there is none. */
static bool example_of(const char *code, const char *heading, Check *files, Str *example)
{
    Str path = str_printf(&files->arena, "docs/errors/%s.md", code);
    const Source *page = parse_open(files->sources, path, files->diags);
    assert_non_null(page);
    int64_t at = str_find(page->text, str_from(heading));
    if (at < 0)
        return false;
    Str rest = str_slice(page->text, (uint64_t)at, page->text.len - (uint64_t)at);
    int64_t start = str_find(rest, STR("```sql\n"));
    assert_true(start >= 0);
    rest = str_slice(rest, (uint64_t)start + 7, rest.len - (uint64_t)start - 7);
    *example = str_slice(rest, 0, (uint64_t)str_find(rest, STR("\n```")));
    return true;
}

static void the_page_of_each_code_shows_what_it_says(void **state)
{
    (void)state;
    for (int code = E0001; code <= E0107; code++) {
        const char *name = diag_code_name((DiagCode)code);
        Check *check = check_new();
        Str wrong;
        if (example_of(name, "## Wrong", check, &wrong)) {
            Str right;
            assert_true(example_of(name, "## Right", check, &right));
            parse_program(&check->arena, sources_add(check->sources, STR("right"), right), check->diags);
            assert_int_equal(check->diags->error_count, 0);
            parse_program(&check->arena, sources_add(check->sources, STR("wrong"), wrong), check->diags);
            assert_int_equal(check->diags->error_count, 1);
            assert_string_equal(diag_code_name(check->diags->items.items[0]->code), name);
        }
        check_free(check);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_error_has_its_code_and_place),
        cmocka_unit_test(two_bad_statements_give_two_errors_and_the_good_ones_stay),
        cmocka_unit_test(an_error_inside_a_statement_set_costs_the_set_only),
        cmocka_unit_test(a_misspelt_keyword_is_offered),
        cmocka_unit_test(going_back_to_a_statement_ends),
        cmocka_unit_test(reading_stops_after_twenty_errors),
        cmocka_unit_test(nesting_too_deep_is_refused_once),
        cmocka_unit_test(chains_of_many_are_not_deep),
        cmocka_unit_test(garbage_of_many_megabytes_is_refused_at_once),
        cmocka_unit_test(a_file_that_cannot_be_read_is_a_diagnostic_without_a_place),
        cmocka_unit_test(a_file_of_a_hundred_megabytes_is_refused_without_reading_it),
        cmocka_unit_test(an_empty_text_has_no_statements_and_no_errors),
        cmocka_unit_test(a_query_text_holds_one_query_and_no_more),
        cmocka_unit_test(the_page_of_each_code_shows_what_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
