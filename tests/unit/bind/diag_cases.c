/* diag_cases.c -- every file of tests/diag: its errors are those that its first lines expect, no more and no fewer.
 *
 *   -- expect: E0202 at 3:8         an error (or a warning: W0701 at ..) of this code whose span begins there
 *   -- expect: nothing              binds without a word
 *
 * TEST blocks of the file are bound, too. */
#include "compiler/bind/bind.h"
#include "compiler/parse/parse.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define FOLDER "tests/diag"
enum { CASES_MAX = 1000, EXPECTED_MAX = 32, NAME_MAX_BYTES = 200 };

typedef struct Expected {
    char code[8];
    unsigned line, column;
    bool seen;
} Expected;

typedef struct Expectations {
    Expected items[EXPECTED_MAX];
    unsigned count;
    bool nothing;
} Expectations;

static Expectations read_expectations(Str text)
{
    Expectations all = { 0 };
    const char *at = text.data;
    while (strncmp(at, "-- ", 3) == 0) {
        Expected *next = &all.items[all.count];
        if (strncmp(at, "-- expect: nothing", 18) == 0)
            all.nothing = true;
        else if (sscanf(at, "-- expect: %7s at %u:%u", next->code, &next->line, &next->column) == 3)
            all.count++;
        assert_true(all.count < EXPECTED_MAX);
        at = strchr(at, '\n');
        if (at == NULL)
            break;
        at++;
    }
    return all;
}

static void bind_text(Arena *query, const Source *source, Diags *diags)
{
    AstNode *tree = parse_program(query, source, diags);
    BoundProgram *program = bind_program(query, &tree, 1, NULL, diags);
    for (uint32_t i = 0; i < program->test_count; i++)
        (void)bind_test(query, program, program->tests[i], diags);
}

static bool take(Expectations *all, const Sources *sources, const Diag *diag)
{
    SourcePos pos = source_pos(sources_get(sources, diag->span.file), diag->span.start);
    for (unsigned i = 0; i < all->count; i++) {
        Expected *expected = &all->items[i];
        if (expected->seen || expected->line != pos.line || expected->column != pos.column ||
            strcmp(expected->code, diag_code_name(diag->code)) != 0)
            continue;
        expected->seen = true;
        return true;
    }
    return false;
}

static void file_reports_what_it_expects(void **state)
{
    const char *name = *state;
    Arena query;
    RtError error;
    const Source *source;
    char path[NAME_MAX_BYTES + 32];
    arena_init(&query);
    snprintf(path, sizeof path, "%s/%s", FOLDER, name);
    Sources *sources = sources_new(&query);
    Diags *diags = diags_new(&query, sources);
    assert_int_equal(sources_read(sources, str_from(path), &source, &error), RT_OK);
    Expectations all = read_expectations(source->text);
    assert_true(all.nothing || all.count > 0);
    bind_text(&query, source, diags);
    bool good = true;
    for (uint32_t i = 0; i < diags->items.count; i++)
        good &= take(&all, sources, diags->items.items[i]);
    for (unsigned i = 0; i < all.count; i++) {
        if (!all.items[i].seen)
            print_error("%s: %s at %u:%u did not come\n", name, all.items[i].code, all.items[i].line,
                        all.items[i].column);
        good &= all.items[i].seen;
    }
    if (!good) {
        Buf out = { 0 };
        diag_render_text(&out, diags, (DiagRender){ 0 });
        print_error("%.*s\n", STR_ARG(buf_str(&out)));
        buf_free(&out);
    }
    assert_true(good);
    arena_free(&query);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int main(void)
{
    static char names[CASES_MAX][NAME_MAX_BYTES];
    static char *order[CASES_MAX];
    static struct CMUnitTest tests[CASES_MAX];
    size_t count = 0;
    DIR *folder = opendir(FOLDER);
    if (folder == NULL)
        return 1;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL && count < CASES_MAX;) {
        if (!str_ends_with(str_from(entry->d_name), STR(".ssql")))
            continue;
        snprintf(names[count], NAME_MAX_BYTES, "%.*s", NAME_MAX_BYTES - 1, entry->d_name);
        order[count] = names[count];
        count++;
    }
    closedir(folder);
    qsort(order, count, sizeof order[0], by_name);
    for (size_t i = 0; i < count; i++)
        tests[i] = (struct CMUnitTest){ .name = order[i], .test_func = file_reports_what_it_expects,
                                        .initial_state = order[i] };
    return _cmocka_run_group_tests("diag", tests, count, NULL, NULL);
}
