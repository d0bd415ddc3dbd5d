/* kafka_check.c -- what the option tables cannot say of `kafka` and `upsert-kafka`. */
#include "runtime/conn/kafka_table.h"
#include "runtime/conn/options_internal.h"

#define PREFIX "properties."

static void tell(Arena *arena, TableOptions *out, ConnIssue issue)
{
    vec_push(arena, &out->issues, issue);
    out->error_count += issue.kind != CONN_NO_EFFECT;
}

static void check_property(Arena *arena, TableOptions *out, const OptionValue *value)
{
    uint64_t skip = sizeof PREFIX - 1;
    Str why, key = value->key;
    KafkaProperty property = { str_slice(key, skip, key.len - skip), value->text };
    ConnIssue issue = { .pair = value->pair };
    switch (kafka_property_check(arena, property, &why)) {
    case KAFKA_PROPERTY_GOOD:
        return;
    case KAFKA_PROPERTY_IDLE:
        issue.kind = CONN_NO_EFFECT;
        issue.message = str_printf(arena, "option `%.*s` has no effect here: %.*s", STR_ARG(key), STR_ARG(why));
        break;
    case KAFKA_PROPERTY_UNKNOWN:
        issue.kind = CONN_UNKNOWN_OPTION;
        issue.message = str_printf(arena, "Kafka's client has no setting `%.*s`", STR_ARG(property.name));
        break;
    case KAFKA_PROPERTY_REFUSED:
        issue.kind = CONN_UNKNOWN_OPTION;
        issue.message = str_printf(arena, "option `%.*s` is not taken: %.*s", STR_ARG(key), STR_ARG(why));
        break;
    case KAFKA_PROPERTY_BAD_VALUE:
        issue.kind = CONN_BAD_VALUE;
        issue.at_value = true;
        issue.message =
            str_printf(arena, "option `%.*s` cannot be `%.*s`: %.*s", STR_ARG(key), STR_ARG(value->text), STR_ARG(why));
        break;
    }
    tell(arena, out, issue);
}

/* Where a mode wants a number, the number; without the mode the number means nothing. */
static void check_bound(Arena *arena, TableOptions *out, const char *mode, const char *word, const char *option)
{
    const OptionValue *value = table_option(out, option), *says = table_option(out, mode);
    bool wanted = says != NULL && str_equal(says->text, str_from(word));
    if (wanted && value == NULL) {
        Str message = str_printf(arena, "`%s` is `%s`, which needs option `%s`", mode, word, option);
        tell(arena, out, (ConnIssue){ .kind = CONN_MISSING_OPTION, .pair = says->pair, .message = message });
    } else if (!wanted && value != NULL && value->pair >= 0) {
        Str message = str_printf(arena, "option `%s` goes with `%s` = `%s`", option, mode, word);
        tell(arena, out, (ConnIssue){ .kind = CONN_CONFLICT, .pair = value->pair, .message = message });
    }
}

static void check_offsets(Arena *arena, TableOptions *out, const char *option)
{
    const KafkaOffset *offsets;
    uint32_t count;
    const OptionValue *value = table_option(out, option);
    if (value == NULL || kafka_parse_offsets(arena, value->text, &offsets, &count))
        return;
    Str message = str_printf(arena,
                             "option `%s` must be such as `partition:0,offset:42;partition:1,offset:300`, not "
                             "`%.*s`",
                             option, STR_ARG(value->text));
    tell(arena, out, (ConnIssue){ .kind = CONN_BAD_VALUE, .pair = value->pair, .at_value = true, .message = message });
}

static void refuse(Arena *arena, TableOptions *out, const char *option, const char *word, const char *why)
{
    const OptionValue *value = table_option(out, option);
    if (value == NULL || value->pair < 0 || (word != NULL && !str_equal(value->text, str_from(word))))
        return;
    ConnIssue issue = { .kind = CONN_BAD_VALUE, .pair = value->pair, .at_value = word != NULL };
    issue.message = word == NULL ? str_printf(arena, "option `%s` is not supported yet: %s", option, why)
                                 : str_printf(arena, "`%s` = `%s` is not supported yet: %s", option, word, why);
    tell(arena, out, issue);
}

/* What belongs together: the key and how it is written. */
static void check_key(Arena *arena, TableOptions *out)
{
    bool is_upsert = connector_id(out->connector) == CONN_UPSERT_KAFKA;
    const OptionValue *fields = table_option(out, "key.fields");
    ConnIssue issue = { .kind = CONN_MISSING_OPTION, .pair = -1 };
    if (is_upsert && (out->key_format == NULL || out->format == NULL))
        issue.message =
            str_printf(arena, "connector `%s` needs the options `key.format` and `value.format`", out->connector->name);
    else if (!is_upsert && fields != NULL && out->key_format == NULL)
        issue = (ConnIssue){ .kind = CONN_MISSING_OPTION,
                             .pair = fields->pair,
                             .message = STR("`key.fields` needs option `key.format`, such as `json` or `raw`") };
    else if (!is_upsert && fields == NULL && out->key_format != NULL)
        issue.message = STR("`key.format` needs option `key.fields`, the columns of the key with semicolons");
    else
        return;
    tell(arena, out, issue);
}

void kafka_options_check(Arena *arena, TableOptions *out)
{
    for (uint32_t i = 0; i < out->values.count; i++) {
        if (str_starts_with(out->values.items[i].key, STR(PREFIX)))
            check_property(arena, out, &out->values.items[i]);
    }
    check_offsets(arena, out, "scan.startup.specific-offsets");
    check_offsets(arena, out, "scan.bounded.specific-offsets");
    if (connector_id(out->connector) == CONN_KAFKA) {
        check_bound(arena, out, "scan.startup.mode", "specific-offsets", "scan.startup.specific-offsets");
        check_bound(arena, out, "scan.startup.mode", "timestamp", "scan.startup.timestamp-millis");
    }
    check_bound(arena, out, "scan.bounded.mode", "specific-offsets", "scan.bounded.specific-offsets");
    check_bound(arena, out, "scan.bounded.mode", "timestamp", "scan.bounded.timestamp-millis");
    refuse(arena, out, "topic-pattern", NULL, "name the topics, with semicolons between them");
    refuse(arena, out, "key.fields-prefix", NULL, "name the columns as the key does");
    check_key(arena, out);
    refuse(arena, out, "sink.delivery-guarantee", "exactly-once",
           "rows that are sent again after a failure may come twice");
}
