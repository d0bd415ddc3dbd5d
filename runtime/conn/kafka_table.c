/* kafka_table.c -- see kafka_table.h. */
#include "runtime/conn/kafka_table.h"

#include "runtime/base/number.h"

#define PREFIX "properties."

bool conn_is_kafka(const TableOptions *table)
{
    ConnectorId id = connector_id(table->connector);
    return id == CONN_KAFKA || id == CONN_UPSERT_KAFKA;
}

/* Cuts off what stands before the next `c`, and it. */
static Str cut(Str *rest, char c)
{
    const char *at = rest->len == 0 ? NULL : memchr(rest->data, c, (size_t)rest->len);
    uint64_t len = at == NULL ? rest->len : (uint64_t)(at - rest->data);
    Str part = str_slice(*rest, 0, len);
    uint64_t used = at == NULL ? len : len + 1;
    *rest = str_slice(*rest, used, rest->len - used);
    return part;
}

static bool number_behind(Str text, const char *word, int64_t *number)
{
    Str prefix = str_from(word);
    text = str_trim(text);
    if (!str_starts_with(text, prefix))
        return false;
    text = str_slice(text, prefix.len, text.len - prefix.len);
    return int_parse(text, number) == PARSE_OK && *number >= 0;
}

bool kafka_parse_offsets(Arena *arena, Str text, const KafkaOffset **offsets, uint32_t *count)
{
    KafkaOffset *all = ARENA_ARRAY(arena, KafkaOffset, text.len / 2 + 1);
    *count = 0;
    while (text.len > 0) {
        Str item = cut(&text, ';');
        Str first = cut(&item, ',');
        int64_t partition, offset;
        if (!number_behind(first, "partition:", &partition) || !number_behind(item, "offset:", &offset) ||
            partition > INT32_MAX)
            return false;
        all[(*count)++] = (KafkaOffset){ (int32_t)partition, offset };
    }
    *offsets = all;
    return *count > 0;
}

KafkaProperties kafka_table_properties(Arena *arena, const TableOptions *table)
{
    KafkaProperty *items = ARENA_ARRAY(arena, KafkaProperty, table->values.count + 1);
    uint32_t count = 0;
    for (uint32_t i = 0; i < table->values.count; i++) {
        const OptionValue *value = &table->values.items[i];
        Str prefix = STR(PREFIX);
        if (str_starts_with(value->key, prefix))
            items[count++] =
                (KafkaProperty){ str_slice(value->key, prefix.len, value->key.len - prefix.len), value->text };
    }
    return (KafkaProperties){ items, count };
}

static const struct {
    const char *mode;
    KafkaPlace place;
} MODES[] = {
    { "earliest-offset", KAFKA_AT_EARLIEST }, { "latest-offset", KAFKA_AT_LATEST },
    { "group-offsets", KAFKA_AT_GROUP },      { "timestamp", KAFKA_AT_TIMESTAMP },
    { "specific-offsets", KAFKA_AT_OFFSETS }, { "unbounded", KAFKA_NOWHERE },
};

static KafkaBound bound_of(Arena *arena, const TableOptions *table, const char *mode, const char *offsets,
                           const char *timestamp)
{
    KafkaBound bound = { .place = KAFKA_AT_EARLIEST };
    Str word = table_option_text(table, mode);
    for (size_t i = 0; i < sizeof MODES / sizeof MODES[0]; i++) {
        if (str_equal(word, str_from(MODES[i].mode)))
            bound.place = MODES[i].place;
    }
    bound.timestamp_ms = table_option_number(table, timestamp, 0);
    if (bound.place == KAFKA_AT_OFFSETS)
        (void)kafka_parse_offsets(arena, table_option_text(table, offsets), &bound.offsets, &bound.offset_count);
    return bound;
}

static RtStatus need(const TableOptions *table, const char *option, RtError *error)
{
    return rt_error(error, RT_FATAL, "connector '%s' needs the option '%s'", table->connector->name, option);
}

RtStatus kafka_table_topic(const TableOptions *table, Str *topic, RtError *error)
{
    *topic = table_option_text(table, "topic");
    return topic->len == 0 ? need(table, "topic", error) : RT_OK;
}

RtStatus kafka_table_scan(Arena *arena, const TableOptions *table, KafkaScanOptions *options, RtError *error)
{
    *options = (KafkaScanOptions){ .properties = kafka_table_properties(arena, table), .wake_fd = -1 };
    Str text;
    RtStatus status = kafka_table_topic(table, &text, error);
    if (status != RT_OK)
        return status;
    if (kafka_property(options->properties, "bootstrap.servers") == NULL)
        return need(table, "properties.bootstrap.servers", error);
    Str *topics = ARENA_ARRAY(arena, Str, text.len + 1);
    while (text.len > 0) {
        Str topic = str_trim(cut(&text, ';'));
        if (topic.len > 0)
            topics[options->topic_count++] = topic;
    }
    options->topics = topics;
    options->start =
        bound_of(arena, table, "scan.startup.mode", "scan.startup.specific-offsets", "scan.startup.timestamp-millis");
    options->end =
        bound_of(arena, table, "scan.bounded.mode", "scan.bounded.specific-offsets", "scan.bounded.timestamp-millis");
    return RT_OK;
}
