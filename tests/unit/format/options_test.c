/* options_test.c -- WITH lists: what is accepted, what is told, and what it comes to. */
#include "runtime/conn/connector.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the four above */
#include <cmocka.h>

enum { PAIRS_MAX = 12 };

/* Key, value, key, value.. up to NULL. */
static TableOptions *check(Arena *arena, const char *const *words)
{
    OptionPair pairs[PAIRS_MAX];
    uint32_t count = 0;
    for (; words[2 * count] != NULL; count++)
        pairs[count] = (OptionPair){ str_from(words[2 * count]), str_from(words[2 * count + 1]) };
    OptionPair *kept = ARENA_ARRAY(arena, OptionPair, count + 1);
    memcpy(kept, pairs, sizeof pairs[0] * count);
    return table_options_check(arena, kept, count);
}

#define CHECK(arena, ...) check((arena), (const char *const[]){ __VA_ARGS__, NULL, NULL })

static void assert_issue(const TableOptions *options, uint32_t index, ConnIssueKind kind, int32_t pair,
                         const char *nearest)
{
    assert_true(index < options->issues.count);
    const ConnIssue *issue = &options->issues.items[index];
    if (issue->kind != kind || issue->pair != pair || !str_equal(issue->nearest, str_from(nearest)))
        fail_msg("issue %u: kind %d, pair %d, nearest %.*s: %.*s", index, (int)issue->kind, issue->pair,
                 STR_ARG(issue->nearest), STR_ARG(issue->message));
    assert_true(issue->message.len > 0);
}

static void every_row_of_the_tables_is_sound(void **state)
{
    Arena *arena = *state;
    for (uint32_t i = 0; i < CONNECTOR_COUNT; i++) {
        const Connector *connector = connector_get((ConnectorId)i);
        assert_ptr_equal(connector_find(str_from(connector->name)), connector);
        assert_int_equal(connector_id(connector), i);
        assert_true(strlen(connector->doc) > 0);
    }
    for (uint32_t i = 0; i < FORMAT_COUNT; i++) {
        const Format *format = format_get((FormatId)i);
        assert_ptr_equal(format_find(str_from(format->name)), format);
        for (uint32_t o = 0; o < format->options->count; o++) {
            const ConnOption *option = &format->options->options[o];
            assert_true(str_starts_with(str_from(option->name), str_from(format->name)));
            assert_int_equal(option->choices != NULL, option->type == OPT_ENUM);
        }
    }
    /* every default is a value of its type, or the check would drop it */
    TableOptions *options = CHECK(arena, "connector", "filesystem", "path", "x", "format", "json");
    uint32_t defaults = 0;
    for (uint32_t o = 0; o < options->connector->options->count; o++)
        defaults += options->connector->options->options[o].default_text != NULL;
    for (uint32_t o = 0; o < connector_common_options()->count; o++)
        defaults += connector_common_options()->options[o].default_text != NULL;
    for (uint32_t o = 0; o < options->format->options->count; o++)
        defaults += options->format->options->options[o].default_text != NULL;
    assert_int_equal(options->values.count, defaults);
}

static void written_options_and_defaults_are_answered(void **state)
{
    Arena *arena = *state;
    TableOptions *options = CHECK(arena, "connector", "filesystem", "path", "in.csv", "format", "csv",
                                  "csv.field-delimiter", "\\t", "csv.null-literal", "", "csv.quote-character", "'");
    assert_int_equal(options->error_count, 0);
    assert_true(str_equal(table_option_text(options, "path"), STR("in.csv")));
    CsvOptions csv = table_csv_options(options);
    assert_true(str_equal(csv.field_delimiter, STR("\t")));
    assert_true(str_equal(csv.quote, STR("'")));
    assert_true(csv.has_null_literal && csv.null_literal.len == 0);
    assert_true(str_equal(csv.array_element_delimiter, STR(";")));
    assert_false(csv.disable_quote || csv.allow_comments || csv.ignore_parse_errors);
    assert_int_equal(table_bad_row_policy(options), BAD_ROW_COUNT);

    options = CHECK(arena, "connector", "filesystem", "path", "x", "format", "json", "json.timestamp-format.standard",
                    "ISO-8601", "json.ignore-parse-errors", "false", "json.map-null-key.mode", "drop");
    assert_int_equal(options->error_count, 0);
    assert_int_equal(table_json_options(options).timestamp_format, TIMESTAMP_FORMAT_ISO_8601);
    assert_int_equal(table_json_options(options).map_null_key, MAP_NULL_KEY_DROP);
    assert_int_equal(table_bad_row_policy(options), BAD_ROW_STOP);
    options =
        CHECK(arena, "connector", "filesystem", "path", "x", "format", "json", "json.ignore-parse-errors", "TRUE");
    assert_int_equal(table_bad_row_policy(options), BAD_ROW_SKIP);
    assert_true(table_json_options(options).ignore_parse_errors);
}

static void unknown_names_are_told_with_the_nearest(void **state)
{
    Arena *arena = *state;
    TableOptions *options = CHECK(arena, "connector", "filesytem", "path", "x");
    assert_int_equal(options->error_count, 1);
    assert_issue(options, 0, CONN_UNKNOWN_CONNECTOR, 0, "filesystem");
    options = CHECK(arena, "connector", "filesystem", "pth", "x", "format", "jsn", "json.ignore-parse-errors", "true");
    assert_issue(options, 0, CONN_UNKNOWN_FORMAT, 2, "json");
    assert_issue(options, 1, CONN_UNKNOWN_OPTION, 1, "path");
    assert_issue(options, 2, CONN_MISSING_OPTION, -1, "");
    assert_int_equal(options->error_count, 3);
    options =
        CHECK(arena, "connector", "filesystem", "path", "x", "format", "json", "json.ignore-parse-error", "true");
    assert_issue(options, 0, CONN_UNKNOWN_OPTION, 3, "json.ignore-parse-errors");
    options = CHECK(arena, "connector", "filesystem", "path", "x", "format", "json", "csv.null-literal", "");
    assert_issue(options, 0, CONN_UNKNOWN_OPTION, 3, "");
    options = CHECK(arena, "connector", "filesystem", "path", "x", "format", "json", "utterly-unknown", "");
    assert_issue(options, 0, CONN_UNKNOWN_OPTION, 3, "");
}

static void what_must_be_written_is_missed(void **state)
{
    Arena *arena = *state;
    TableOptions *options = CHECK(arena, "format", "json");
    assert_int_equal(options->error_count, 1);
    assert_issue(options, 0, CONN_MISSING_OPTION, -1, "");
    assert_null(options->connector);
    options = CHECK(arena, "connector", "filesystem");
    assert_int_equal(options->error_count, 2);
    assert_issue(options, 0, CONN_MISSING_OPTION, -1, "");
    assert_issue(options, 1, CONN_MISSING_OPTION, -1, "");
    options = CHECK(arena, "connector", "filesystem", "path", "", "format", "json");
    assert_int_equal(options->error_count, 1);
    assert_issue(options, 0, CONN_BAD_VALUE, 1, "");
    options = CHECK(arena, "connector", "print");
    assert_int_equal(options->error_count, 0);
}

static void values_of_the_wrong_type_are_told(void **state)
{
    Arena *arena = *state;
    static const char *const cases[][2] = {
        { "csv.field-delimiter", "ab" },         { "csv.field-delimiter", "" },
        { "csv.ignore-parse-errors", "maybe" },  { "scan.watermark.idle-timeout", "10 parsecs" },
        { "scan.watermark.emit.strategy", "on" }, { "sink.rolling-policy.file-size", "big" },
        { "scan.parallelism", "many" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        TableOptions *options =
            CHECK(arena, "connector", "filesystem", "path", "x", "format", "csv", cases[i][0], cases[i][1]);
        assert_int_equal(options->error_count, 1);
        assert_issue(options, 0, CONN_BAD_VALUE, 3, "");
        assert_true(options->issues.items[0].at_value);
    }
}

static void options_that_exclude_each_other_are_told(void **state)
{
    Arena *arena = *state;
    TableOptions *options = CHECK(arena, "connector", "filesystem", "path", "x", "format", "json",
                                  "json.ignore-parse-errors", "true", "json.fail-on-missing-field", "true");
    assert_int_equal(options->error_count, 1);
    assert_issue(options, 0, CONN_CONFLICT, 3, "");
    options = CHECK(arena, "connector", "filesystem", "path", "x", "format", "csv", "csv.quote-character", "'",
                    "csv.disable-quote-character", "true");
    assert_issue(options, 0, CONN_CONFLICT, 3, "");
    options = CHECK(arena, "connector", "filesystem", "path", "x", "format", "csv", "csv.field-delimiter", "\"");
    assert_issue(options, 0, CONN_CONFLICT, 3, "");
    options = CHECK(arena, "connector", "filesystem", "path", "x", "path", "y", "format", "csv");
    assert_int_equal(options->error_count, 1);
    assert_issue(options, 0, CONN_DUPLICATE_OPTION, 2, "");
}

static void options_without_effect_are_noted_not_refused(void **state)
{
    Arena *arena = *state;
    TableOptions *options = CHECK(arena, "connector", "filesystem", "path", "x", "format", "json", "scan.parallelism",
                                  "4", "sink.rolling-policy.rollover-interval", "1min");
    assert_int_equal(options->error_count, 0);
    assert_int_equal(options->issues.count, 2);
    assert_issue(options, 0, CONN_NO_EFFECT, 3, "");
    assert_issue(options, 1, CONN_NO_EFFECT, 4, "");
    assert_int_equal(table_option_number(options, "sink.rolling-policy.rollover-interval", 0), 60000);
}

static void published_programs_pass(void **state)
{
    Arena *arena = *state;
    TableOptions *options =
        CHECK(arena, "connector", "kafka", "topic", "nexmark", "properties.bootstrap.servers", "h:9092",
              "properties.group.id", "g", "scan.startup.mode", "earliest-offset", "sink.partitioner", "round-robin",
              "format", "json");
    assert_int_equal(options->error_count, 0);
    assert_ptr_equal(options->format, format_get(FORMAT_JSON));
    options = CHECK(arena, "connector", "upsert-kafka", "topic", "campaigns", "key.format", "raw", "value.format",
                    "json", "value.json.fail-on-missing-field", "true", "key.raw.charset", "UTF-8");
    assert_int_equal(options->error_count, 0);
    assert_ptr_equal(options->key_format, format_get(FORMAT_RAW));
    assert_true(table_json_options(options).fail_on_missing_field);
    assert_null(table_option(options, "raw.charset"));
    options =
        CHECK(arena, "connector.type", "filesystem", "connector.path", "file:///d/side.txt", "format.type", "csv");
    assert_int_equal(options->error_count, 0);
    assert_true(str_equal(table_option_text(options, "path"), STR("file:///d/side.txt")));
    options = CHECK(arena, "connector", "filesystem", "path", "file:///out/bid/", "format", "csv",
                    "sink.partition-commit.trigger", "partition-time", "sink.partition-commit.delay", "1 min",
                    "sink.partition-commit.policy.kind", "success-file", "partition.time-extractor.timestamp-pattern",
                    "$dt $hm:00", "sink.rolling-policy.check-interval", "1min");
    assert_int_equal(options->error_count, 0);
    options = CHECK(arena, "connector", "datagen", "rows-per-second", "5", "fields.f_sequence.kind", "sequence",
                    "fields.f_sequence.start", "1", "fields.f_sequence.end", "1000", "fields.f_str.length", "10");
    assert_int_equal(options->error_count, 0);
    options =
        CHECK(arena, "connector", "nexmark", "first-event.rate", "100", "events.num", "0", "bid.proportion", "46");
    assert_int_equal(options->error_count, 0);
}

static void formats_say_which_types_they_hold(void **state)
{
    (void)state;
    static const FieldType text = { .id = FT_VARCHAR }, interval = { .id = FT_INTERVAL_SECOND };
    static const FieldType map = { .id = FT_MAP, .key = &text, .element = &text };
    static const FieldType maps = { .id = FT_ARRAY, .element = &map };
    const char *why = NULL;
    assert_true(format_takes_type(format_get(FORMAT_JSON), &maps, &why));
    assert_false(format_takes_type(format_get(FORMAT_CSV), &maps, &why));
    assert_non_null(why);
    assert_false(format_takes_type(format_get(FORMAT_JSON), &interval, &why));
    assert_true(format_takes_type(format_get(FORMAT_CSV), &text, &why));
}

static void characters_are_read_as_flink_reads_them(void **state)
{
    (void)state;
    static const char *const cases[][2] = { { ",", "," },       { "\\t", "\t" },          { "\\\\", "\\" },
                                            { "\\u0001", "\x01" }, { "\\u20ac", "\xE2\x82\xAC" }, { "\x01", "\x01" },
                                            { "\xE2\x82\xAC", "\xE2\x82\xAC" }, { "\\", "\\" } };
    char room[4];
    Str character;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(option_parse_char(str_from(cases[i][0]), room, &character));
        assert_true(str_equal(character, str_from(cases[i][1])));
    }
    static const char *const wrong[] = { "", "ab", "\\x", "\\ud800", "\\u00g0", "\xFF", "\xE2\x82" };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(option_parse_char(str_from(wrong[i]), room, &character));
}

static int arena_setup(void **state)
{
    static Arena arena;
    arena_init(&arena);
    *state = &arena;
    return 0;
}

static int arena_teardown(void **state)
{
    arena_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_of_the_tables_is_sound),
        cmocka_unit_test(written_options_and_defaults_are_answered),
        cmocka_unit_test(unknown_names_are_told_with_the_nearest),
        cmocka_unit_test(what_must_be_written_is_missed),
        cmocka_unit_test(values_of_the_wrong_type_are_told),
        cmocka_unit_test(options_that_exclude_each_other_are_told),
        cmocka_unit_test(options_without_effect_are_noted_not_refused),
        cmocka_unit_test(published_programs_pass),
        cmocka_unit_test(formats_say_which_types_they_hold),
        cmocka_unit_test(characters_are_read_as_flink_reads_them),
    };
    return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
