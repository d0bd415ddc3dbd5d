/* kafka_client.c -- see kafka_client.h. */
#include "runtime/kafka/kafka_client.h"

#include <assert.h>
#include <stdio.h>
#include <time.h>

int64_t kafka_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

rd_kafka_conf_t *kafka_conf_new(const char *const (*settings)[2], size_t count)
{
    char text[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    for (size_t i = 0; i < count; i++) {
        rd_kafka_conf_res_t result = rd_kafka_conf_set(conf, settings[i][0], settings[i][1], text, sizeof text);
        assert(result == RD_KAFKA_CONF_OK && "the settings are the client's");
        (void)result;
    }
    return conf;
}

KafkaFault kafka_fault_of(rd_kafka_resp_err_t code)
{
    switch (code) {
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
        return KAFKA_NO_TOPIC;
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
        return KAFKA_NOT_ALLOWED;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
        return KAFKA_OFFSET_GONE;
    default:
        return KAFKA_NO_FAULT;
    }
}

/* Called from whatever asks the client, on the thread that asks. */
static void on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
    KafkaClient *client = opaque;
    (void)rk;
    KafkaFault fault = kafka_fault_of((rd_kafka_resp_err_t)code);
    if (fault == KAFKA_NOT_ALLOWED)
        client->fault = fault;
    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
        client->all_down = true;
        return; /* why was told before */
    }
    snprintf(client->trouble, sizeof client->trouble, "%s", reason);
}

/* The client's own log says again, for developers, what comes through on_error. */
static void on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
    (void)rk, (void)level, (void)facility, (void)text;
}

RtStatus kafka_client_open(KafkaClient *client, Arena *arena, rd_kafka_type_t type, rd_kafka_conf_t *conf,
                           KafkaProperties properties, RtError *error)
{
    char text[256];
    const KafkaProperty *servers = kafka_property(properties, "bootstrap.servers");
    *client = (KafkaClient){ .servers = servers != NULL ? servers->value : STR_EMPTY };
    rd_kafka_conf_set_opaque(conf, client);
    rd_kafka_conf_set_error_cb(conf, on_error);
    rd_kafka_conf_set_log_cb(conf, on_log);
    RtStatus status = kafka_conf_fill(arena, conf, properties, error);
    if (status != RT_OK) {
        rd_kafka_conf_destroy(conf);
        return status;
    }
    client->rk = rd_kafka_new(type, conf, text, sizeof text);
    if (client->rk != NULL)
        return RT_OK;
    rd_kafka_conf_destroy(conf);
    return rt_error(error, RT_FATAL, "Kafka's client: %s", text);
}

void kafka_client_close(KafkaClient *client)
{
    if (client->rk != NULL)
        rd_kafka_destroy_flags(client->rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    client->rk = NULL;
}

static const char *trouble_of(const KafkaClient *client)
{
    return client->trouble[0] != '\0' ? client->trouble : "no answer";
}

KafkaFault kafka_client_serve(KafkaClient *client, int timeout_ms, RtError *error)
{
    rd_kafka_poll(client->rk, timeout_ms);
    if (client->fault == KAFKA_NOT_ALLOWED)
        (void)rt_error(error, RT_FATAL, "Kafka at '%.*s' refused who asks: %s (E0672)", STR_ARG(client->servers),
                       trouble_of(client));
    return client->fault;
}

const rd_kafka_metadata_t *kafka_client_topics(KafkaClient *client, rd_kafka_topic_t *topic, KafkaFault *fault,
                                               RtError *error)
{
    const rd_kafka_metadata_t *metadata = NULL;
    int64_t deadline = kafka_now_ms() + KAFKA_OPEN_MS;
    for (;;) {
        rd_kafka_resp_err_t code = rd_kafka_metadata(client->rk, topic == NULL, topic, &metadata, KAFKA_CALL_MS);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
            client->all_down = false;
            return metadata;
        }
        *fault = kafka_client_serve(client, 0, error);
        if (*fault != KAFKA_NO_FAULT)
            return NULL;
        if (!client->all_down && kafka_now_ms() < deadline)
            continue;
        *fault = KAFKA_UNREACHABLE;
        (void)rt_error(error, RT_FATAL, "Kafka at '%.*s' cannot be reached: %s (E0670)", STR_ARG(client->servers),
                       client->trouble[0] != '\0' ? client->trouble : rd_kafka_err2str(code));
        return NULL;
    }
}

Str kafka_client_nearest(KafkaClient *client, Arena *arena, Str name)
{
    KafkaFault fault;
    RtError error;
    const rd_kafka_metadata_t *all = kafka_client_topics(client, NULL, &fault, &error);
    Str nearest = STR_EMPTY;
    uint32_t best = 2 + (uint32_t)name.len / 4;
    for (int i = 0; all != NULL && i < all->topic_cnt; i++) {
        Str other = str_from(all->topics[i].topic);
        uint32_t distance = str_distance(name, other, best);
        if (distance < best && distance > 0) {
            best = distance;
            nearest = str_copy(arena, other);
        }
    }
    if (all != NULL)
        rd_kafka_metadata_destroy(all);
    return nearest;
}
