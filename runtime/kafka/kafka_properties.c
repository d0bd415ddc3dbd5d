/* kafka_properties.c -- see kafka_properties.h. */
#include "runtime/kafka/kafka_client.h"

#include <fcntl.h>
#include <unistd.h>

enum { PASSWORD_BYTES_MAX = 4096, WHY_BYTES = 512 };

typedef enum Rule { RULE_RENAMED, RULE_IDLE, RULE_REFUSED } Rule;

static const struct {
    const char *name;
    const char *text; /* the client's name, or why */
    Rule rule;
} RULES[] = {
#define KAFKA_RENAMED(name, other) { name, other, RULE_RENAMED },
#define KAFKA_IDLE(name, why)      { name, why, RULE_IDLE },
#define KAFKA_REFUSED(name, why)   { name, why, RULE_REFUSED },
#include "runtime/kafka/properties.def"
#undef KAFKA_RENAMED
#undef KAFKA_IDLE
#undef KAFKA_REFUSED
};

enum { RULE_COUNT = sizeof RULES / sizeof RULES[0] };

static int rule_of(Str name)
{
    for (int i = 0; i < RULE_COUNT; i++) {
        if (str_equal(name, str_from(RULES[i].name)))
            return i;
    }
    return -1;
}

const KafkaProperty *kafka_property(KafkaProperties properties, const char *name)
{
    for (uint32_t i = 0; i < properties.count; i++) {
        if (str_equal(properties.items[i].name, str_from(name)))
            return &properties.items[i];
    }
    return NULL;
}

/* The value of `name="value"` in the text of a login module. */
static bool jaas_value(Str text, const char *name, Str *value)
{
    int64_t at = str_find(text, str_from(name));
    if (at < 0)
        return false;
    uint64_t from = (uint64_t)at + strlen(name);
    if (from + 2 > text.len || text.data[from] != '=' || text.data[from + 1] != '"')
        return false;
    Str rest = str_slice(text, from + 2, text.len - from - 2);
    int64_t end = str_find(rest, STR("\""));
    if (end < 0)
        return false;
    *value = str_slice(rest, 0, (uint64_t)end);
    return true;
}

static KafkaVerdict put(Arena *arena, rd_kafka_conf_t *conf, const char *name, Str value, Str *why)
{
    char text[WHY_BYTES];
    rd_kafka_conf_res_t result =
        rd_kafka_conf_set(conf, name, arena_copy(arena, value.data, value.len), text, sizeof text);
    if (result == RD_KAFKA_CONF_OK)
        return KAFKA_PROPERTY_GOOD;
    *why = str_printf(arena, "%s", text);
    return result == RD_KAFKA_CONF_UNKNOWN ? KAFKA_PROPERTY_UNKNOWN : KAFKA_PROPERTY_BAD_VALUE;
}

/* What stands in a file, without the end of its line. */
static KafkaVerdict put_password(Arena *arena, rd_kafka_conf_t *conf, Str path, Str *why)
{
    char room[PASSWORD_BYTES_MAX];
    int fd = open(arena_copy(arena, path.data, path.len), O_RDONLY | O_CLOEXEC);
    ssize_t len = fd < 0 ? -1 : read(fd, room, sizeof room);
    if (fd >= 0)
        close(fd);
    if (len < 0) {
        *why = str_printf(arena, "the file of the password, '%.*s', cannot be read", STR_ARG(path));
        return KAFKA_PROPERTY_BAD_VALUE;
    }
    Str password = str_trim((Str){ room, (uint64_t)len });
    KafkaVerdict verdict = put(arena, conf, "sasl.password", password, why);
    explicit_bzero(room, sizeof room);
    return verdict;
}

static KafkaVerdict put_jaas(Arena *arena, rd_kafka_conf_t *conf, Str text, Str *why)
{
    Str user, password;
    if (!jaas_value(text, "username", &user) || !jaas_value(text, "password", &password))
        return KAFKA_PROPERTY_REFUSED;
    KafkaVerdict verdict = put(arena, conf, "sasl.username", user, why);
    return verdict == KAFKA_PROPERTY_GOOD ? put(arena, conf, "sasl.password", password, why) : verdict;
}

static KafkaVerdict set(Arena *arena, rd_kafka_conf_t *conf, KafkaProperty property, bool reads_files, Str *why)
{
    if (str_equal(property.name, STR("sasl.password.location")))
        return reads_files ? put_password(arena, conf, property.value, why) : KAFKA_PROPERTY_GOOD;
    if (str_equal(property.name, STR("sasl.jaas.config")) &&
        put_jaas(arena, conf, property.value, why) == KAFKA_PROPERTY_GOOD)
        return KAFKA_PROPERTY_GOOD;
    int rule = rule_of(property.name);
    if (rule >= 0 && RULES[rule].rule != RULE_RENAMED) {
        *why = str_from(RULES[rule].text);
        return RULES[rule].rule == RULE_IDLE ? KAFKA_PROPERTY_IDLE : KAFKA_PROPERTY_REFUSED;
    }
    const char *name = rule >= 0 ? RULES[rule].text : arena_copy(arena, property.name.data, property.name.len);
    return put(arena, conf, name, property.value, why);
}

KafkaVerdict kafka_property_check(Arena *arena, KafkaProperty property, Str *why)
{
    *why = STR_EMPTY;
    if (str_equal(property.name, STR("auto.offset.reset"))) {
        bool known = str_equal(property.value, STR("earliest")) || str_equal(property.value, STR("latest")) ||
                     str_equal(property.value, STR("none"));
        *why = known ? STR_EMPTY : STR("it is earliest, latest or none");
        return known ? KAFKA_PROPERTY_GOOD : KAFKA_PROPERTY_BAD_VALUE;
    }
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    KafkaVerdict verdict = set(arena, conf, property, false, why);
    rd_kafka_conf_destroy(conf);
    return verdict;
}

RtStatus kafka_conf_fill(Arena *arena, rd_kafka_conf_t *conf, KafkaProperties properties, RtError *error)
{
    for (uint32_t i = 0; i < properties.count; i++) {
        Str why = STR_EMPTY;
        KafkaProperty property = properties.items[i];
        KafkaVerdict verdict = set(arena, conf, property, true, &why);
        if (verdict != KAFKA_PROPERTY_GOOD && verdict != KAFKA_PROPERTY_IDLE)
            return rt_error(error, RT_FATAL, "'properties.%.*s': %.*s", STR_ARG(property.name), STR_ARG(why));
    }
    return RT_OK;
}
