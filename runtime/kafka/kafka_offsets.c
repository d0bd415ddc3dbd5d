/* kafka_offsets.c -- where each partition of a scan starts and ends, as numbers, before anything is read. */
#include "runtime/kafka/kafka_source_internal.h"

typedef struct Resolve {
    KafkaScan *scan;
    KafkaFault *fault;
    RtError *error;
    int64_t *low, *high; /* of each partition, now */
} Resolve;

static RtStatus unreachable(Resolve *r, rd_kafka_resp_err_t code, const char *doing)
{
    KafkaClient *client = &r->scan->client;
    *r->fault = kafka_client_serve(client, 0, r->error);
    if (*r->fault != KAFKA_NO_FAULT)
        return RT_FATAL;
    KafkaFault fault = kafka_fault_of(code);
    *r->fault = fault == KAFKA_NOT_ALLOWED || fault == KAFKA_NO_TOPIC ? fault : KAFKA_UNREACHABLE;
    return rt_error(r->error, RT_FATAL, "Kafka at '%.*s' did not say %s: %s (E0%d)", STR_ARG(client->servers), doing,
                    rd_kafka_err2str(code), (int)*r->fault);
}

/* A partition may have no leader for a moment. */
static rd_kafka_resp_err_t ask_end(const KafkaScan *scan, const KafkaPartition *p, int64_t *low, int64_t *high)
{
    rd_kafka_resp_err_t code;
    int64_t deadline = kafka_now_ms() + KAFKA_OPEN_MS;
    for (;;) {
        code = rd_kafka_query_watermark_offsets(scan->client.rk, rd_kafka_topic_name(p->handle), p->number, low, high,
                                                KAFKA_OPEN_MS);
        bool is_moving = code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE || code == RD_KAFKA_RESP_ERR__TRANSPORT ||
                         code == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION ||
                         code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
                         code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
        if (!is_moving || kafka_now_ms() >= deadline)
            return code;
        (void)rd_kafka_poll(scan->client.rk, KAFKA_CALL_MS / 2);
    }
}

static RtStatus ask_ends(Resolve *r)
{
    KafkaScan *scan = r->scan;
    for (uint32_t i = 0; i < scan->partition_count; i++) {
        const KafkaPartition *p = &scan->partitions[i];
        rd_kafka_resp_err_t code = ask_end(scan, p, &r->low[i], &r->high[i]);
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
            return unreachable(r, code, "how far its partitions reach");
    }
    return RT_OK;
}

static rd_kafka_topic_partition_list_t *list_of(const KafkaScan *scan, int64_t offset)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)scan->partition_count);
    for (uint32_t i = 0; i < scan->partition_count; i++) {
        const KafkaPartition *p = &scan->partitions[i];
        rd_kafka_topic_partition_list_add(list, rd_kafka_topic_name(p->handle), p->number)->offset = offset;
    }
    return list;
}

/* The first record of this time or later; behind all of them where there is none. */
static RtStatus at_timestamp(Resolve *r, int64_t timestamp_ms, int64_t *to)
{
    rd_kafka_topic_partition_list_t *list = list_of(r->scan, timestamp_ms);
    rd_kafka_resp_err_t code = rd_kafka_offsets_for_times(r->scan->client.rk, list, KAFKA_OPEN_MS);
    for (int i = 0; i < list->cnt && code == RD_KAFKA_RESP_ERR_NO_ERROR; i++) {
        code = list->elems[i].err;
        to[i] = list->elems[i].offset >= 0 ? list->elems[i].offset : r->high[i];
    }
    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ? RT_OK : unreachable(r, code, "which records are of that time");
}

/* What the group has committed; -1 where that is nothing. */
static RtStatus committed(Resolve *r, int64_t *to)
{
    rd_kafka_topic_partition_list_t *list = list_of(r->scan, RD_KAFKA_OFFSET_INVALID);
    rd_kafka_resp_err_t code = rd_kafka_committed(r->scan->client.rk, list, KAFKA_OPEN_MS);
    for (int i = 0; i < list->cnt && code == RD_KAFKA_RESP_ERR_NO_ERROR; i++) {
        code = list->elems[i].err;
        to[i] = list->elems[i].offset >= 0 ? list->elems[i].offset : -1;
    }
    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ? RT_OK : unreachable(r, code, "what the group has read");
}

/* 'properties.auto.offset.reset' says where a group starts that has committed nothing. */
static RtStatus start_of_group(Resolve *r, int64_t *to)
{
    KafkaScan *scan = r->scan;
    KafkaProperties properties = scan->options.properties;
    if (kafka_property(properties, "group.id") == NULL)
        return rt_error(r->error, RT_FATAL,
                        "'scan.startup.mode' is 'group-offsets', which needs 'properties.group.id'; or say "
                        "'scan.startup.mode' = 'earliest-offset'");
    const KafkaProperty *reset = kafka_property(properties, "auto.offset.reset");
    RtStatus status = committed(r, to);
    for (uint32_t i = 0; status == RT_OK && i < scan->partition_count; i++) {
        if (to[i] >= 0)
            continue;
        if (reset == NULL || str_equal(reset->value, STR("none"))) {
            *r->fault = KAFKA_OFFSET_GONE;
            return rt_error(r->error, RT_FATAL,
                            "the group '%.*s' has committed no offset of %s; say 'properties.auto.offset.reset' = "
                            "'earliest' or 'latest' (E0673)",
                            STR_ARG(kafka_property(properties, "group.id")->value), scan->partitions[i].name);
        }
        to[i] = str_equal(reset->value, STR("earliest")) ? r->low[i] : r->high[i];
    }
    return status;
}

/* The offsets that were written; `otherwise` of partitions without one. */
static void at_offsets(const Resolve *r, const KafkaBound *bound, const int64_t *otherwise, int64_t *to)
{
    for (uint32_t i = 0; i < r->scan->partition_count; i++) {
        to[i] = otherwise[i];
        for (uint32_t k = 0; k < bound->offset_count; k++) {
            if (bound->offsets[k].partition == r->scan->partitions[i].number)
                to[i] = bound->offsets[k].offset;
        }
    }
}

static RtStatus resolve_start(Resolve *r, int64_t *start)
{
    const KafkaBound *bound = &r->scan->options.start;
    uint64_t bytes = sizeof *start * r->scan->partition_count;
    switch (bound->place) {
    case KAFKA_AT_GROUP:
        return start_of_group(r, start);
    case KAFKA_AT_TIMESTAMP:
        return at_timestamp(r, bound->timestamp_ms, start);
    case KAFKA_AT_OFFSETS:
        at_offsets(r, bound, r->low, start);
        return RT_OK;
    case KAFKA_AT_LATEST:
        memcpy(start, r->high, bytes);
        return RT_OK;
    default:
        memcpy(start, r->low, bytes);
        return RT_OK;
    }
}

static RtStatus resolve_end(Resolve *r, const int64_t *start, int64_t *end)
{
    const KafkaBound *bound = &r->scan->options.end;
    uint32_t count = r->scan->partition_count;
    RtStatus status = RT_OK;
    switch (bound->place) {
    case KAFKA_AT_GROUP:
        status = committed(r, end);
        for (uint32_t i = 0; i < count; i++)
            end[i] = end[i] >= 0 ? end[i] : start[i];
        return status;
    case KAFKA_AT_TIMESTAMP:
        return at_timestamp(r, bound->timestamp_ms, end);
    case KAFKA_AT_OFFSETS:
        at_offsets(r, bound, start, end);
        return RT_OK;
    case KAFKA_AT_LATEST:
        memcpy(end, r->high, sizeof *end * count);
        return RT_OK;
    default:
        for (uint32_t i = 0; i < count; i++)
            end[i] = KAFKA_NO_END;
        return RT_OK;
    }
}

RtStatus kafka_resolve(KafkaScan *scan, KafkaFault *fault, RtError *error)
{
    uint32_t count = scan->partition_count;
    Resolve r = { .scan = scan, .fault = fault, .error = error };
    r.low = ARENA_ARRAY(scan->arena, int64_t, count + 1);
    r.high = ARENA_ARRAY(scan->arena, int64_t, count + 1);
    int64_t *start = ARENA_ARRAY(scan->arena, int64_t, count + 1), *end = ARENA_ARRAY(scan->arena, int64_t, count + 1);
    RtStatus status = ask_ends(&r);
    if (status == RT_OK)
        status = resolve_start(&r, start);
    if (status == RT_OK)
        status = resolve_end(&r, start, end);
    for (uint32_t i = 0; status == RT_OK && i < count; i++) {
        KafkaPartition *p = &scan->partitions[i];
        p->next = start[i];
        p->end = end[i];
        p->has_ended = p->next >= p->end;
        if (p->next >= r.low[i] && p->next <= r.high[i])
            continue;
        *fault = KAFKA_OFFSET_GONE;
        status = rt_error(error, RT_FATAL, "%s: offset %lld is not there: the partition has %lld to %lld (E0673)",
                          p->name, (long long)p->next, (long long)r.low[i], (long long)r.high[i]);
    }
    return status;
}
