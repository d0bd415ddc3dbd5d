/* diag_test.c -- one struct, three renderers; limits; nearest names. */
#include "tests/unit/syntax/check.h"

#include <jansson.h>

static Diag *example(Check *check)
{
    const Source *source =
        check_source(check,
            "CREATE STREAM signups (x INT);\nSELECT 1\nGROUP BY tumble(created_at, INTERVAL '1' MINUTE)");
    uint32_t line3 = source_offset(source, (SourcePos){ 3, 10 });
    Span call = { source->file, line3, line3 + 6 };
    Span arg = { source->file, line3 + 7, line3 + 17 };
    Diag *diag = diag_error(check->diags, E0101, call, "`%s` needs an event-time column", "tumble");
    diag_label(diag, arg, "`%s` is a plain STRING", "created_at");
    diag_note(diag, (Span){ source->file, 14, 21 }, "stream `signups` is declared here");
    diag_fix(diag, arg, STR("ts"), "use `ts`");
    return diag;
}

static void carets_stand_under_what_is_meant(void **state)
{
    (void)state;
    Check *check = check_new();
    example(check);
    Buf out = { 0 };
    diag_render_text(&out, check->diags, (DiagRender){ 0 });
    buf_append_char(&out, '\0');
    assert_string_equal(out.data, "error[E0101]: `tumble` needs an event-time column\n"
                                  " --> test.ssql:3:10\n"
                                  "  |\n"
                                  "3 | GROUP BY tumble(created_at, INTERVAL '1' MINUTE)\n"
                                  "  |          ^^^^^^ ---------- `created_at` is a plain STRING\n"
                                  "  = note: stream `signups` is declared here (test.ssql:1:15)\n"
                                  "  = help: use `ts`\n");
    buf_free(&out);
    check_free(check);
}

static void labels_on_other_lines_are_shown_in_the_order_of_the_text(void **state)
{
    (void)state;
    Check *check = check_new();
    const Source *source = check_source(check, "first\nsecond\nthird\nfourth\n");
    Diag *diag = diag_error(check->diags, E0103, (Span){ source->file, 19, 25 }, "twice");
    diag_here(diag, "again");
    diag_label(diag, (Span){ source->file, 0, 5 }, "before");
    Buf out = { 0 };
    diag_render_text(&out, check->diags, (DiagRender){ 0 });
    buf_append_char(&out, '\0');
    assert_string_equal(out.data, "error[E0103]: twice\n"
                                  " --> test.ssql:4:1\n"
                                  "  |\n"
                                  "1 | first\n"
                                  "  | ----- before\n"
                                  "...\n"
                                  "4 | fourth\n"
                                  "  | ^^^^^^ again\n");
    buf_free(&out);
    check_free(check);
}

static void json_holds_the_same_facts(void **state)
{
    (void)state;
    Check *check = check_new();
    example(check);
    Buf out = { 0 };
    diag_render_json(&out, check->diags);
    json_t *root = json_loadb(out.data, out.len, 0, NULL);
    assert_non_null(root);
    assert_int_equal(json_integer_value(json_object_get(root, "schema_version")), 1);
    assert_int_equal(json_integer_value(json_object_get(root, "errors")), 1);
    json_t *diag = json_array_get(json_object_get(root, "diagnostics"), 0);
    assert_string_equal(json_string_value(json_object_get(diag, "code")), "E0101");
    assert_int_equal(json_integer_value(json_object_get(diag, "line")), 3);
    assert_int_equal(json_integer_value(json_object_get(diag, "column")), 10);
    assert_string_equal(json_string_value(json_object_get(json_object_get(diag, "fix"), "replacement")), "ts");
    json_decref(root);
    buf_free(&out);
    check_free(check);
}

static void sarif_names_the_rule_the_place_and_the_fix(void **state)
{
    (void)state;
    Check *check = check_new();
    example(check);
    Buf out = { 0 };
    diag_render_sarif(&out, check->diags);
    json_t *root = json_loadb(out.data, out.len, 0, NULL);
    assert_non_null(root);
    assert_string_equal(json_string_value(json_object_get(root, "version")), "2.1.0");
    json_t *run = json_array_get(json_object_get(root, "runs"), 0);
    json_t *rules = json_object_get(json_object_get(json_object_get(run, "tool"), "driver"), "rules");
    assert_int_equal(json_array_size(rules), 1);
    json_t *result = json_array_get(json_object_get(run, "results"), 0);
    assert_string_equal(json_string_value(json_object_get(result, "ruleId")), "E0101");
    json_t *place = json_object_get(json_array_get(json_object_get(result, "locations"), 0), "physicalLocation");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(place, "region"), "startLine")), 3);
    assert_int_equal(json_array_size(json_object_get(result, "fixes")), 1);
    assert_int_equal(json_array_size(json_object_get(result, "relatedLocations")), 2);
    json_decref(root);
    buf_free(&out);
    check_free(check);
}

static void bytes_that_are_not_utf8_still_make_json(void **state)
{
    (void)state;
    Check *check = check_new();
    diag_error(check->diags, E0001, span_none(), "cannot read `\xff\xc0\"\\\n`");
    Buf out = { 0 };
    diag_render_json(&out, check->diags);
    json_t *root = json_loadb(out.data, out.len, 0, NULL);
    assert_non_null(root);
    json_decref(root);
    buf_free(&out);
    check_free(check);
}

static void the_twenty_first_error_is_counted_and_dropped(void **state)
{
    (void)state;
    Check *check = check_new();
    const Source *source = check_source(check, "0123456789012345678901234567890123456789");
    for (uint32_t i = 0; i < 25; i++)
        diag_label(diag_error(check->diags, E0101, (Span){ source->file, i, i + 1 }, "no"), span_none(),
            "still usable");
    assert_int_equal(check->diags->error_count, DIAGS_ERRORS_MAX);
    assert_int_equal(check->diags->dropped_count, 5);
    assert_true(diags_is_full(check->diags));
    check_free(check);
}

static void the_same_error_at_the_same_place_is_said_once(void **state)
{
    (void)state;
    Check *check = check_new();
    const Source *source = check_source(check, "abc");
    Span span = { source->file, 1, 2 };
    diag_error(check->diags, E0101, span, "no");
    diag_error(check->diags, E0101, span, "no");
    diag_error(check->diags, E0102, span, "other");
    assert_int_equal(check->diags->error_count, 2);
    check_free(check);
}

static void sorting_puts_diagnostics_in_the_order_of_the_text(void **state)
{
    (void)state;
    Check *check = check_new();
    const Source *source = check_source(check, "abcdef");
    diag_error(check->diags, E0101, (Span){ source->file, 4, 5 }, "late");
    diag_error(check->diags, E0101, (Span){ source->file, 1, 2 }, "early");
    diag_error(check->diags, E0001, span_none(), "nowhere");
    diags_sort(check->diags);
    assert_true(str_equal(check->diags->items.items[0]->message, STR("nowhere")));
    assert_true(str_equal(check->diags->items.items[1]->message, STR("early")));
    check_free(check);
}

static void a_near_name_is_offered_and_a_far_one_is_not(void **state)
{
    (void)state;
    const Str names[] = { STR("user_id"), STR("region"), STR("ts") };
    assert_int_equal(diag_nearest(STR("usre_id"), names, 3), 0);
    assert_int_equal(diag_nearest(STR("REGIONS"), names, 3), 1);
    assert_int_equal(diag_nearest(STR("campaign"), names, 3), -1);
    assert_int_equal(diag_nearest(STR("x"), names, 3), -1);
}

static void every_code_is_found_by_its_name(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < DIAG_CODE_COUNT; i++) {
        DiagCode code;
        assert_true(diag_code_find(str_from(diag_code_name((DiagCode)i)), &code));
        assert_int_equal(code, i);
        assert_true(strlen(diag_code_explanation(code)) > 10);
    }
    DiagCode code;
    assert_false(diag_code_find(STR("E9999"), &code));
}

static void colours_come_only_when_asked_for(void **state)
{
    (void)state;
    Check *check = check_new();
    example(check);
    Buf out = { 0 };
    diag_render_text(&out, check->diags, (DiagRender){ 0 });
    assert_null(memchr(out.data, '\x1b', out.len));
    buf_clear(&out);
    diag_render_text(&out, check->diags, (DiagRender){ .colour = true });
    assert_non_null(memchr(out.data, '\x1b', out.len));
    buf_free(&out);
    check_free(check);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(carets_stand_under_what_is_meant),
        cmocka_unit_test(labels_on_other_lines_are_shown_in_the_order_of_the_text),
        cmocka_unit_test(json_holds_the_same_facts),
        cmocka_unit_test(sarif_names_the_rule_the_place_and_the_fix),
        cmocka_unit_test(bytes_that_are_not_utf8_still_make_json),
        cmocka_unit_test(the_twenty_first_error_is_counted_and_dropped),
        cmocka_unit_test(the_same_error_at_the_same_place_is_said_once),
        cmocka_unit_test(sorting_puts_diagnostics_in_the_order_of_the_text),
        cmocka_unit_test(a_near_name_is_offered_and_a_far_one_is_not),
        cmocka_unit_test(every_code_is_found_by_its_name),
        cmocka_unit_test(colours_come_only_when_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
