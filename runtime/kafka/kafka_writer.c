/* kafka_writer.c -- see kafka_writer.h. */
#include "runtime/kafka/kafka_writer.h"

#include "runtime/kafka/kafka_client.h"

enum { POLL_MS = 100, SERVE_EVERY = 1024 };

struct KafkaWriter {
    KafkaClient client;
    rd_kafka_topic_t *topic;
    Str name;
    uint64_t puts;
    RtStatus failed;
    RtError failure;
};

/* Called by whatever serves the client, on its thread. */
static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
    (void)rk;
    KafkaClient *client = opaque; /* the first member of its writer */
    KafkaWriter *writer = (KafkaWriter *)client;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR || writer->failed != RT_OK)
        return;
    KafkaFault fault = kafka_fault_of(message->err);
    fault = fault == KAFKA_NO_TOPIC || fault == KAFKA_NOT_ALLOWED ? fault : KAFKA_NOT_TAKEN;
    bool has_why = message->err == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT && client->trouble[0] != '\0';
    writer->failed =
        rt_error(&writer->failure, RT_FATAL, "topic '%.*s' did not take a record: %s%s%s (E0%d)", STR_ARG(writer->name),
                 rd_kafka_err2str(message->err), has_why ? ": " : "", has_why ? client->trouble : "", (int)fault);
}

static rd_kafka_conf_t *writer_conf(void)
{
    static const char *const SETTINGS[][2] = {
        { "enable.idempotence", "true" },
        { "socket.nagle.disable", "true" },
        { "linger.ms", "5" },
        { "queue.buffering.max.kbytes", "65536" },
        { "queue.buffering.max.messages", "1000000" },
        { "partitioner", "murmur2_random" },
        { "sticky.partitioning.linger.ms", "0" }, /* partitions get on alike, so that watermarks do */
        { "delivery.report.only.error", "true" },
        { "log_level", "0" },
    };
    rd_kafka_conf_t *conf = kafka_conf_new(SETTINGS, sizeof SETTINGS / sizeof SETTINGS[0]);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    return conf;
}

/* A topic is not made by writing to it. */
static RtStatus check_topic(KafkaWriter *writer, Arena *arena, RtError *error)
{
    KafkaFault fault;
    const rd_kafka_metadata_t *metadata = kafka_client_topics(&writer->client, writer->topic, &fault, error);
    if (metadata == NULL)
        return RT_FATAL;
    rd_kafka_resp_err_t code = metadata->topic_cnt == 1 ? metadata->topics[0].err : RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
    rd_kafka_metadata_destroy(metadata);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE)
        return RT_OK;
    Str servers = writer->client.servers;
    if (kafka_fault_of(code) != KAFKA_NO_TOPIC)
        return rt_error(error, RT_FATAL, "topic '%.*s' at '%.*s': %s (E0672)", STR_ARG(writer->name), STR_ARG(servers),
                        rd_kafka_err2str(code));
    Str nearest = kafka_client_nearest(&writer->client, arena, writer->name);
    Str hint = nearest.len == 0 ? STR_EMPTY : str_printf(arena, "; did you mean '%.*s'?", STR_ARG(nearest));
    return rt_error(error, RT_FATAL, "Kafka at '%.*s' has no topic '%.*s' to write to%.*s (E0671)", STR_ARG(servers),
                    STR_ARG(writer->name), STR_ARG(hint));
}

RtStatus kafka_writer_open(Arena *arena, Str topic, KafkaProperties properties, KafkaWriter **out, RtError *error)
{
    *out = NULL;
    if (kafka_property(properties, "bootstrap.servers") == NULL)
        return rt_error(error, RT_FATAL, "topic '%.*s' is written to: 'properties.bootstrap.servers' has to say where",
                        STR_ARG(topic));
    KafkaWriter *writer = ARENA_NEW(arena, KafkaWriter);
    writer->name = topic;
    RtStatus status = kafka_client_open(&writer->client, arena, RD_KAFKA_PRODUCER, writer_conf(), properties, error);
    if (status == RT_OK) {
        writer->topic = rd_kafka_topic_new(writer->client.rk, arena_copy(arena, topic.data, topic.len), NULL);
        status = writer->topic == NULL ? rt_error(error, RT_FATAL, "topic '%.*s': %s", STR_ARG(topic),
                                                  rd_kafka_err2str(rd_kafka_last_error()))
                                       : check_topic(writer, arena, error);
    }
    if (status != RT_OK)
        kafka_writer_close(writer);
    *out = status == RT_OK ? writer : NULL;
    return status;
}

static RtStatus serve(KafkaWriter *writer, int timeout_ms, RtError *error)
{
    if (kafka_client_serve(&writer->client, timeout_ms, error) != KAFKA_NO_FAULT)
        return RT_FATAL;
    if (writer->failed != RT_OK)
        *error = writer->failure;
    return writer->failed;
}

RtStatus kafka_writer_serve(KafkaWriter *writer, RtError *error)
{
    return serve(writer, 0, error);
}

RtStatus kafka_writer_put(KafkaWriter *writer, Str key, Str value, RtError *error)
{
    RtStatus status = ++writer->puts % SERVE_EVERY == 0 ? serve(writer, 0, error) : writer->failed;
    while (status == RT_OK) {
        int result =
            rd_kafka_produce(writer->topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, (void *)(uintptr_t)value.data,
                             (size_t)value.len, key.data, (size_t)key.len, NULL);
        if (result == 0)
            return RT_OK;
        rd_kafka_resp_err_t code = rd_kafka_last_error();
        if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL)
            return rt_error(error, RT_FATAL, "topic '%.*s' did not take a record of %llu bytes: %s (E0674)",
                            STR_ARG(writer->name), (unsigned long long)value.len, rd_kafka_err2str(code));
        status = serve(writer, POLL_MS, error);
    }
    if (writer->failed != RT_OK)
        *error = writer->failure;
    return status;
}

/* Each record is taken or given up within the client's delivery time, so this ends. */
RtStatus kafka_writer_finish(KafkaWriter *writer, RtError *error)
{
    RtStatus status = serve(writer, 0, error);
    while (status == RT_OK && rd_kafka_flush(writer->client.rk, POLL_MS) == RD_KAFKA_RESP_ERR__TIMED_OUT)
        status = serve(writer, 0, error);
    return status == RT_OK ? serve(writer, 0, error) : status;
}

void kafka_writer_close(KafkaWriter *writer)
{
    if (writer == NULL)
        return;
    if (writer->client.rk != NULL)
        (void)rd_kafka_purge(writer->client.rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    if (writer->topic != NULL)
        rd_kafka_topic_destroy(writer->topic);
    kafka_client_close(&writer->client);
}
