/* source_test.c -- places in texts, and files that cannot be read. */
#include "compiler/source/source.h"

#include "tests/unit/syntax/check.h"

static void columns_count_code_points_and_a_tab_is_one(void **state)
{
    (void)state;
    Check *check = check_new();
    const Source *source = check_source(check, "a\tb\nüñ x\r\n\nend");
    SourcePos pos = source_pos(source, 2);
    assert_int_equal(pos.line, 1);
    assert_int_equal(pos.column, 3);
    pos = source_pos(source, 9); /* x */
    assert_int_equal(pos.line, 2);
    assert_int_equal(pos.column, 4);
    pos = source_pos(source, 1000); /* beyond the end */
    assert_int_equal(pos.line, 4);
    assert_int_equal(pos.column, 4);
    Str line = source_line(source, 5);
    assert_true(str_equal(line, STR("üñ x")));
    check_free(check);
}

static void a_place_and_its_offset_agree_in_a_text_of_many_blocks(void **state)
{
    (void)state;
    Check *check = check_new();
    Buf text = { 0 };
    for (int i = 0; i < 50000; i++)
        buf_printf(&text, "line %d\n", i);
    const Source *source = sources_add(check->sources, STR("long"), buf_str(&text));
    for (uint32_t offset = 0; offset < source->text.len; offset += 9973) {
        SourcePos pos = source_pos(source, offset);
        assert_int_equal(source_offset(source, pos), offset);
    }
    assert_int_equal(source_pos(source, (uint32_t)source->text.len).line, 50001);
    buf_free(&text);
    check_free(check);
}

static void a_directory_and_a_missing_file_are_refused_with_a_reason(void **state)
{
    (void)state;
    Check *check = check_new();
    const Source *source;
    RtError error;
    assert_int_equal(sources_read(check->sources, STR("/"), &source, &error), RT_FATAL);
    assert_null(source);
    assert_non_null(strstr(error.text, "directory"));
    assert_int_equal(sources_read(check->sources, STR("/no/such/file.ssql"), &source, &error), RT_FATAL);
    assert_non_null(strstr(error.text, "No such file"));
    assert_int_equal(sources_count(check->sources), 0);
    check_free(check);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_count_code_points_and_a_tab_is_one),
        cmocka_unit_test(a_place_and_its_offset_agree_in_a_text_of_many_blocks),
        cmocka_unit_test(a_directory_and_a_missing_file_are_refused_with_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
