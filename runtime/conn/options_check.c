/* options_check.c -- a WITH list against the option tables.
 *
 *   1. connector and formats are found: they say which tables hold
 *   2. each pair is looked up in the connector's, the common and the formats' tables, and its value parsed
 *   3. what is required and absent, and what excludes each other, is told; the defaults are added */
#include "runtime/conn/option_tables.h"
#include "runtime/conn/options_internal.h"

typedef struct OptionCheck {
    Arena *arena;
    const OptionPair *pairs;
    uint32_t count;
    TableOptions *out;
    int32_t connector_pair;
    int32_t format_pair;
    int32_t key_format_pair;
} OptionCheck;

static const struct {
    const char *old_name;
    const char *name;
} OLD_NAMES[] = {
    { "connector.type", "connector" },
    { "connector.path", "path" },
    { "connector.topic", "topic" },
    { "format.type", "format" },
    { "connector.property-version", "property-version" },
    { "format.property-version", "property-version" },
    { "update-mode", NULL }, /* says nothing that is not known */
};

enum { OLD_NAME_COUNT = sizeof OLD_NAMES / sizeof OLD_NAMES[0] };

static Str name_of(Str key)
{
    for (uint32_t i = 0; i < OLD_NAME_COUNT; i++) {
        if (OLD_NAMES[i].name != NULL && str_equal(key, str_from(OLD_NAMES[i].old_name)))
            return str_from(OLD_NAMES[i].name);
    }
    return key;
}

static void issue(OptionCheck *check, ConnIssue what)
{
    vec_push(check->arena, &check->out->issues, what);
    check->out->error_count += what.kind != CONN_NO_EFFECT;
}

/* The nearest of a table's names, if it is nearer than *best. */
static void nearest_in(const OptionTable *table, Str key, Str prefix, Arena *arena, uint32_t *best, Str *name)
{
    for (uint32_t i = 0; table != NULL && i < table->count; i++) {
        if (strchr(table->options[i].name, '*') != NULL)
            continue;
        Str candidate = str_printf(arena, "%.*s%s", STR_ARG(prefix), table->options[i].name);
        uint32_t distance = str_distance(key, candidate, *best);
        if (distance < *best) {
            *best = distance;
            *name = candidate;
        }
    }
}

static uint32_t reach_of(Str key)
{
    return 2 + (uint32_t)key.len / 4;
}

static Str nearest_option(OptionCheck *check, Str key)
{
    static const ConnOption words[] = { { "connector", OPT_STRING, NULL, EFFECT_FULL, NULL, NULL },
                                        { "format", OPT_STRING, NULL, EFFECT_FULL, NULL, NULL } };
    static const OptionTable word_table = OPTION_TABLE(words);
    uint32_t best = reach_of(key);
    Str name = STR_EMPTY;
    const TableOptions *out = check->out;
    nearest_in(&word_table, key, STR_EMPTY, check->arena, &best, &name);
    nearest_in(out->connector->options, key, STR_EMPTY, check->arena, &best, &name);
    nearest_in(&COMMON_OPTIONS, key, STR_EMPTY, check->arena, &best, &name);
    if (out->format != NULL)
        nearest_in(out->format->options, key, STR_EMPTY, check->arena, &best, &name);
    if (out->format != NULL && (out->connector->flags & CONN_KEY_FORMAT))
        nearest_in(out->format->options, key, STR("value."), check->arena, &best, &name);
    if (out->key_format != NULL)
        nearest_in(out->key_format->options, key, STR("key."), check->arena, &best, &name);
    return name;
}

/* The first pair of this name, or -1. */
static int32_t pair_find(const OptionCheck *check, Str name)
{
    for (uint32_t i = 0; i < check->count; i++) {
        if (str_equal(name_of(check->pairs[i].key), name))
            return (int32_t)i;
    }
    return -1;
}

static Str names_of_connectors(Arena *arena)
{
    Str list = STR_EMPTY;
    for (uint32_t i = 0; i < CONNECTOR_COUNT; i++)
        list = str_printf(arena, "%.*s%s`%s`", STR_ARG(list), i > 0 ? ", " : "", connector_get((ConnectorId)i)->name);
    return list;
}

static Str names_of_formats(Arena *arena)
{
    Str list = STR_EMPTY;
    for (uint32_t i = 0; i < FORMAT_COUNT; i++)
        list = str_printf(arena, "%.*s%s`%s`", STR_ARG(list), i > 0 ? ", " : "", format_get((FormatId)i)->name);
    return list;
}

static bool check_connector(OptionCheck *check)
{
    check->connector_pair = pair_find(check, STR("connector"));
    if (check->connector_pair < 0) {
        Str message = str_printf(check->arena, "the options name no `connector`; there are %.*s",
                                 STR_ARG(names_of_connectors(check->arena)));
        issue(check, (ConnIssue){ .kind = CONN_MISSING_OPTION, .pair = -1, .message = message });
        return false;
    }
    Str name = check->pairs[check->connector_pair].value;
    check->out->connector = connector_find(name);
    if (check->out->connector != NULL)
        return true;
    ConnIssue unknown = { .kind = CONN_UNKNOWN_CONNECTOR, .pair = check->connector_pair, .at_value = true };
    unknown.message = str_printf(check->arena, "there is no connector `%.*s`, only %.*s", STR_ARG(name),
                                 STR_ARG(names_of_connectors(check->arena)));
    uint32_t best = reach_of(name);
    for (uint32_t i = 0; i < CONNECTOR_COUNT; i++) {
        uint32_t distance = str_distance(name, str_from(connector_get((ConnectorId)i)->name), best);
        if (distance < best) {
            best = distance;
            unknown.nearest = str_from(connector_get((ConnectorId)i)->name);
        }
    }
    issue(check, unknown);
    return false;
}

/* The format that the pair names, or NULL and an issue. */
static const Format *check_format(OptionCheck *check, int32_t pair)
{
    if (pair < 0)
        return NULL;
    Str name = check->pairs[pair].value;
    const Format *format = format_find(name);
    if (format != NULL)
        return format;
    ConnIssue unknown = { .kind = CONN_UNKNOWN_FORMAT, .pair = pair, .at_value = true };
    unknown.message = str_printf(check->arena, "there is no format `%.*s`, only %.*s", STR_ARG(name),
                                 STR_ARG(names_of_formats(check->arena)));
    uint32_t best = reach_of(name);
    for (uint32_t i = 0; i < FORMAT_COUNT; i++) {
        uint32_t distance = str_distance(name, str_from(format_get((FormatId)i)->name), best);
        if (distance < best) {
            best = distance;
            unknown.nearest = str_from(format_get((FormatId)i)->name);
        }
    }
    issue(check, unknown);
    return NULL;
}

static void check_formats(OptionCheck *check)
{
    uint32_t flags = check->out->connector->flags;
    check->format_pair = check->key_format_pair = -1;
    if (flags & (CONN_WANTS_FORMAT | CONN_MAY_FORMAT))
        check->format_pair = pair_find(check, STR("format"));
    if (flags & CONN_KEY_FORMAT) {
        int32_t value = pair_find(check, STR("value.format"));
        check->format_pair = value >= 0 ? value : check->format_pair;
        check->key_format_pair = pair_find(check, STR("key.format"));
    }
    check->out->format = check_format(check, check->format_pair);
    check->out->key_format = check_format(check, check->key_format_pair);
    if (!(flags & CONN_WANTS_FORMAT) || check->format_pair >= 0)
        return;
    Str message = str_printf(check->arena, "connector `%s` needs option `format`, such as `json` or `csv`",
                             check->out->connector->name);
    issue(check, (ConnIssue){ .kind = CONN_MISSING_OPTION, .pair = -1, .message = message });
}

static const ConnOption *table_find(const OptionTable *table, Str key)
{
    for (uint32_t i = 0; i < table->count; i++) {
        if (option_name_matches(table->options[i].name, key))
            return &table->options[i];
    }
    return NULL;
}

/* Looks the key up in all tables that hold; *of_key: in the key format's. */
static const ConnOption *option_find(const OptionCheck *check, Str key, bool *of_key)
{
    const TableOptions *out = check->out;
    const ConnOption *option = table_find(out->connector->options, key);
    if (option == NULL)
        option = table_find(&COMMON_OPTIONS, key);
    if (option == NULL && out->format != NULL)
        option = table_find(out->format->options, key);
    if (option != NULL || !(out->connector->flags & CONN_KEY_FORMAT))
        return option;
    if (out->format != NULL && str_starts_with(key, STR("value.")))
        return table_find(out->format->options, str_slice(key, 6, key.len - 6));
    if (out->key_format == NULL || !str_starts_with(key, STR("key.")))
        return NULL;
    *of_key = true;
    return table_find(out->key_format->options, str_slice(key, 4, key.len - 4));
}

/* Whether the key is an option of a format that this table does not use. */
static const Format *foreign_format(const OptionCheck *check, Str key)
{
    for (uint32_t i = 0; i < FORMAT_COUNT; i++) {
        const Format *format = format_get((FormatId)i);
        if (format != check->out->format && table_find(format->options, key) != NULL)
            return format;
    }
    return NULL;
}

static void unknown_option(OptionCheck *check, int32_t pair)
{
    Str key = check->pairs[pair].key;
    const Format *foreign = foreign_format(check, key);
    bool format_is_wrong = check->out->format == NULL && check->format_pair >= 0;
    if (foreign != NULL && format_is_wrong)
        return; /* the format is told to be unknown: its options are not judged */
    ConnIssue unknown = { .kind = CONN_UNKNOWN_OPTION, .pair = pair };
    if (foreign != NULL)
        unknown.message = str_printf(check->arena,
                                     "option `%.*s` belongs to format `%s`, which this table does not use",
                                     STR_ARG(key), foreign->name);
    else
        unknown.message = str_printf(check->arena, "connector `%s` has no option `%.*s`", check->out->connector->name,
                                     STR_ARG(key));
    unknown.nearest = nearest_option(check, key);
    issue(check, unknown);
}

/* What is accepted but does nothing is told. */
static void note_effect(OptionCheck *check, const ConnOption *option, int32_t pair)
{
    bool runs = (check->out->connector->flags & (CONN_CAN_SCAN | CONN_CAN_SINK)) != 0;
    if (option->effect == EFFECT_FULL || (option->effect == EFFECT_DECLARED && !runs))
        return;
    Str message = str_printf(check->arena, "option `%.*s` has no effect here%s: %s", STR_ARG(check->pairs[pair].key),
                             option->effect == EFFECT_DECLARED ? " yet" : "", option->doc);
    issue(check, (ConnIssue){ .kind = CONN_NO_EFFECT, .pair = pair, .message = message });
}

static void check_pair(OptionCheck *check, int32_t pair)
{
    Str key = name_of(check->pairs[pair].key), text = check->pairs[pair].value;
    bool of_key = false;
    if (pair_find(check, key) != pair)
        return; /* written twice: told already */
    const ConnOption *option = option_find(check, key, &of_key);
    if (option == NULL) {
        if (!str_equal(key, STR("update-mode")))
            unknown_option(check, pair);
        return;
    }
    OptionValue value = { .key = check->pairs[pair].key, .pair = pair, .of_key = of_key };
    bool is_empty_name = option->type == OPT_STRING && text.len == 0 && option->default_text != NULL &&
                         strcmp(option->default_text, OPTION_REQUIRED) == 0;
    if (!option_value_parse(check->arena, option, text, &value) || is_empty_name) {
        ConnIssue bad = { .kind = CONN_BAD_VALUE, .pair = pair, .at_value = true };
        Str wants = is_empty_name ? STR("a text that is not empty") : option_type_wants(check->arena, option);
        bad.message = str_printf(check->arena, "option `%.*s` must be %.*s, not `%.*s`",
                                 STR_ARG(check->pairs[pair].key), STR_ARG(wants), STR_ARG(text));
        issue(check, bad);
        return;
    }
    vec_push(check->arena, &check->out->values, value);
    note_effect(check, option, pair);
}

static bool is_written(const OptionCheck *check, const ConnOption *option)
{
    for (uint32_t i = 0; i < check->count; i++) {
        Str key = name_of(check->pairs[i].key);
        if (str_starts_with(key, STR("value.")) && (check->out->connector->flags & CONN_KEY_FORMAT) &&
            str_equal(str_slice(key, 6, key.len - 6), str_from(option->name)))
            return true;
        if (str_equal(key, str_from(option->name)))
            return true;
    }
    return false;
}

/* Tells what is missing from a table and adds its defaults. */
static void finish_table(OptionCheck *check, const OptionTable *table, const char *kind, const char *owner)
{
    for (uint32_t i = 0; i < table->count; i++) {
        const ConnOption *option = &table->options[i];
        if (option->default_text == NULL || strchr(option->name, '*') != NULL || is_written(check, option))
            continue;
        if (strcmp(option->default_text, OPTION_REQUIRED) == 0) {
            Str message = str_printf(check->arena, "%s `%s` needs option `%s`: %s", kind, owner, option->name,
                                     option->doc);
            issue(check, (ConnIssue){ .kind = CONN_MISSING_OPTION, .pair = -1, .message = message });
            continue;
        }
        OptionValue value = { .key = str_from(option->name), .pair = -1 };
        if (option_value_parse(check->arena, option, str_from(option->default_text), &value))
            vec_push(check->arena, &check->out->values, value);
    }
}

static void conflict(OptionCheck *check, const char *later, const char *message)
{
    const OptionValue *value = table_option(check->out, later);
    issue(check, (ConnIssue){ .kind = CONN_CONFLICT, .pair = value->pair, .message = str_from(message) });
}

static void check_conflicts(OptionCheck *check)
{
    const TableOptions *out = check->out;
    if (table_option_bool(out, "json.fail-on-missing-field") && table_option_bool(out, "json.ignore-parse-errors"))
        conflict(check, "json.ignore-parse-errors",
                 "`json.fail-on-missing-field` and `json.ignore-parse-errors` cannot both be true");
    if (table_option(out, "csv.quote-character") != NULL && table_option_bool(out, "csv.disable-quote-character"))
        conflict(check, "csv.quote-character",
                 "`csv.quote-character` cannot be written where `csv.disable-quote-character` is true");
    if (out->format == NULL || format_id(out->format) != FORMAT_CSV)
        return;
    CsvOptions csv = table_csv_options(out);
    Str quote = csv.quote.len > 0 ? csv.quote : STR("\"");
    if (!csv.disable_quote && str_equal(csv.field_delimiter, quote))
        conflict(check, "csv.field-delimiter", "the field delimiter and the quote cannot be the same character");
}

static void check_duplicates(OptionCheck *check)
{
    for (uint32_t i = 0; i < check->count; i++) {
        for (uint32_t j = 0; j < i; j++) {
            if (!str_equal(name_of(check->pairs[i].key), name_of(check->pairs[j].key)) ||
                str_equal(name_of(check->pairs[i].key), STR("property-version")))
                continue;
            Str message = str_printf(check->arena, "option `%.*s` is written twice", STR_ARG(check->pairs[i].key));
            issue(check, (ConnIssue){ .kind = CONN_DUPLICATE_OPTION, .pair = (int32_t)i, .message = message });
            break;
        }
    }
}

TableOptions *table_options_check(Arena *arena, const OptionPair *pairs, uint32_t count)
{
    OptionCheck check = { .arena = arena, .pairs = pairs, .count = count, .out = ARENA_NEW(arena, TableOptions) };
    check_duplicates(&check);
    if (!check_connector(&check))
        return check.out;
    check_formats(&check);
    for (uint32_t i = 0; i < count; i++) {
        int32_t pair = (int32_t)i;
        if (pair != check.connector_pair && pair != check.format_pair && pair != check.key_format_pair)
            check_pair(&check, pair);
    }
    const TableOptions *out = check.out;
    finish_table(&check, out->connector->options, "connector", out->connector->name);
    finish_table(&check, &COMMON_OPTIONS, "connector", out->connector->name);
    if (out->format != NULL)
        finish_table(&check, out->format->options, "format", out->format->name);
    check_conflicts(&check);
    if (connector_id(out->connector) == CONN_KAFKA || connector_id(out->connector) == CONN_UPSERT_KAFKA)
        kafka_options_check(arena, check.out);
    return check.out;
}
