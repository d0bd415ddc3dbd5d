/* kafka_source.c -- see kafka_source.h.
 *
 * A partition has a queue of its own that the client fills.  Its records are taken by a callback, which copies them
 * into the block in hand and says that it has enough by rd_kafka_yield: what is left goes back to the queue.  Records
 * from before a seek, of which the client may still have some, are known by their offsets. */
#include "runtime/kafka/kafka_source_internal.h"

#include "runtime/abi/blob.h"

#include <assert.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { POLL_MS = 100, SEEK_MS = 5000, SPREAD_MS = 600 };

/* ---- records into a block ---- */

static Str keep(Arena *arena, const void *data, size_t len)
{
    return (Str){ arena_copy(arena, data, len), len };
}

/* Of several headers of one name the last stays, as in a map of Flink's. */
static Str headers_of(KafkaPartition *p, const rd_kafka_message_t *message)
{
    rd_kafka_headers_t *headers = NULL;
    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
        headers = NULL;
    uint32_t count = headers == NULL ? 0 : (uint32_t)rd_kafka_header_cnt(headers);
    RtDatum *keys = ARENA_ARRAY(&p->extras, RtDatum, count + 1), *values = ARENA_ARRAY(&p->extras, RtDatum, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        const char *name;
        const void *value;
        size_t len;
        (void)rd_kafka_header_get_all(headers, i, &name, &value, &len);
        keys[i] = (RtDatum){ .kind = PK_STR, .value.str = str_from(name) };
        values[i] = (RtDatum){ .kind = PK_STR, .is_null = value == NULL, .value.str = { value, len } };
    }
    return blob_map(&p->extras, PK_STR, PK_STR, keys, values, count);
}

static FnRecord record_of(KafkaPartition *p, const rd_kafka_message_t *message)
{
    rd_kafka_timestamp_type_t type;
    int64_t timestamp_ms = rd_kafka_message_timestamp(message, &type);
    FnRecord record = { .offset = message->offset, .partition = p->number, .topic = p->topic };
    record.timestamp_us = timestamp_ms > 0 ? timestamp_ms * 1000 : 0;
    record.timestamp_type = type == RD_KAFKA_TIMESTAMP_CREATE_TIME       ? STR("CreateTime")
                            : type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME ? STR("LogAppendTime")
                                                                         : STR("NoTimestampType");
    if (p->scan->options.wants_keys && message->key != NULL)
        record.key = keep(&p->extras, message->key, message->key_len);
    if (p->scan->options.wants_headers)
        record.headers = headers_of(p, message);
    return record;
}

static void add_line(KafkaPartition *p, FnRecord record, Str value)
{
    record.text = (const char *)(uintptr_t)p->data.len;
    buf_append_str(&p->data, value);
    buf_append_char(&p->data, '\n');
    vec_push(&p->extras, &p->records, record);
}

/* False: the block is complete. */
static bool take_value(KafkaPartition *p, const rd_kafka_message_t *message)
{
    Str value = { message->payload, message->len };
    while (value.len > 0 && value.data[value.len - 1] == '\n')
        value.len--;
    if (value.len == 0)
        return true; /* a tombstone */
    FnRecord record = record_of(p, message);
    if (memchr(value.data, '\n', (size_t)value.len) == NULL) {
        add_line(p, record, value);
        return p->data.len < KAFKA_BLOCK_BYTES;
    }
    buf_clear(&p->held);
    buf_append_str(&p->held, value);
    p->held_record = record;
    p->has_held = true;
    return false;
}

static void fail(KafkaPartition *p, const rd_kafka_message_t *message)
{
    KafkaFault fault = kafka_fault_of(message->err);
    if (fault == KAFKA_OFFSET_GONE)
        p->failed =
            rt_error(&p->failure, RT_FATAL,
                     "%s: offset %lld is not there any more: records were deleted before they were read, or the "
                     "topic was made anew (E0673)",
                     p->name, (long long)p->next);
    else if (fault != KAFKA_NO_FAULT)
        p->failed =
            rt_error(&p->failure, RT_FATAL, "%s: %s (E0%d)", p->name, rd_kafka_message_errstr(message), (int)fault);
    else if (message->err != RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED && message->err != RD_KAFKA_RESP_ERR__TRANSPORT)
        p->failed = rt_error(&p->failure, RT_FATAL, "%s: %s (E0670)", p->name, rd_kafka_message_errstr(message));
}

/* Called on the thread that reads, by rd_kafka_consume_callback_queue. */
static void on_message(rd_kafka_message_t *message, void *opaque)
{
    KafkaPartition *p = opaque;
    bool goes_on = true;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        p->has_ended = message->offset >= p->end;
    } else if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        fail(p, message);
    } else if (message->offset >= p->end) {
        p->has_ended = true;
    } else if (message->offset >= p->next) {
        goes_on = take_value(p, message);
        p->next = message->offset + 1;
        p->has_ended = p->next >= p->end;
    }
    if (!goes_on || p->has_ended || p->failed != RT_OK)
        rd_kafka_yield(p->scan->client.rk);
}

/* ---- the origin ---- */

static void clear_block(KafkaPartition *p)
{
    buf_clear(&p->data);
    p->records.items = NULL;
    p->records.count = p->records.capacity = 0;
    p->is_single = false;
    if (!p->has_held)
        arena_reset(&p->extras);
}

/* What a block of its own was held back for. */
static void release_held(KafkaPartition *p)
{
    add_line(p, p->held_record, buf_str(&p->held));
    p->has_held = false;
    p->is_single = true;
}

static RtStatus start(KafkaPartition *p, RtError *error)
{
    p->has_started = true;
    if (rd_kafka_consume_start_queue(p->handle, p->number, p->next, p->queue) == 0)
        return RT_OK;
    return rt_error(error, RT_FATAL, "%s: %s (E0670)", p->name, rd_kafka_err2str(rd_kafka_last_error()));
}

static void stop(KafkaPartition *p)
{
    if (p->has_started)
        (void)rd_kafka_consume_stop(p->handle, p->number);
    p->has_started = false;
}

/* Nothing came: how long that may be said, where the input has an end. */
static RtStatus nothing_came(KafkaPartition *p, RtError *error)
{
    KafkaClient *client = &p->scan->client;
    if (kafka_client_serve(client, 0, error) != KAFKA_NO_FAULT)
        return RT_FATAL;
    int64_t now = kafka_now_ms();
    if (p->waiting_since_ms == 0)
        p->waiting_since_ms = now;
    if (p->origin.is_live || now - p->waiting_since_ms < KAFKA_WAIT_MS)
        return rt_error(error, RT_AGAIN, "%s: nothing came", p->name);
    return rt_error(error, RT_FATAL, "%s: nothing came for %d s, and its end is at %lld: %s (E0670)", p->name,
                    KAFKA_WAIT_MS / 1000, (long long)p->end,
                    client->trouble[0] != '\0' ? client->trouble : "no broker answers");
}

static void give(KafkaPartition *p, LineBlock *block)
{
    p->waiting_since_ms = 0;
    uint64_t len = p->data.len;
    char *room = buf_reserve(&p->data, LINE_BLOCK_PADDING);
    if (room == NULL)
        buf_exhausted();
    memset(room, 0, LINE_BLOCK_PADDING);
    for (uint32_t i = 0; i < p->records.count; i++)
        p->records.items[i].text = p->data.data + (uintptr_t)p->records.items[i].text;
    *block = (LineBlock){ .data = p->data.data,
                          .len = p->is_single ? len - 1 : len,
                          .offset = (uint64_t)p->records.items[0].offset,
                          .first_line = (uint64_t)p->records.items[0].offset,
                          .lines = LINES_UNCOUNTED,
                          .is_single = p->is_single,
                          .records = p->records.items,
                          .record_count = p->records.count,
                          .next_offset = (uint64_t)(p->has_held ? p->held_record.offset : p->next) };
}

static RtStatus partition_next(void *context, LineBlock *block, RtError *error)
{
    KafkaPartition *p = context;
    clear_block(p);
    if (p->has_held) {
        release_held(p);
        give(p, block);
        return RT_OK;
    }
    if (p->failed != RT_OK) {
        *error = p->failure;
        return p->failed;
    }
    if (!p->has_ended && !p->has_started) {
        RtStatus status = start(p, error);
        if (status != RT_OK)
            return status;
    }
    if (!p->has_ended)
        (void)rd_kafka_consume_callback_queue(p->queue, p->origin.is_live ? 0 : POLL_MS, on_message, p);
    if (p->records.count == 0 && p->has_held)
        release_held(p);
    if (p->has_ended)
        stop(p);
    if (p->records.count > 0) {
        give(p, block);
        return RT_OK;
    }
    if (p->failed != RT_OK) {
        *error = p->failure;
        return p->failed;
    }
    return p->has_ended ? RT_END : nothing_came(p, error);
}

static RtStatus partition_seek(void *context, uint64_t offset, RtError *error)
{
    KafkaPartition *p = context;
    p->has_held = false;
    p->failed = RT_OK;
    p->next = (int64_t)offset;
    p->has_ended = p->next >= p->end;
    if (!p->has_started)
        return RT_OK;
    rd_kafka_resp_err_t code = rd_kafka_seek(p->handle, p->number, p->next, SEEK_MS);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return RT_OK;
    return rt_error(error, RT_FATAL, "%s: go back to offset %lld: %s (E0670)", p->name, (long long)p->next,
                    rd_kafka_err2str(code));
}

static void wait_for_any(void *context, int timeout_ms)
{
    const KafkaPartition *p = context;
    struct pollfd wake = { .fd = p->scan->wake_fd, .events = POLLIN };
    uint64_t count;
    if (poll(&wake, 1, timeout_ms) > 0)
        (void)!read(wake.fd, &count, sizeof count);
}

/* ---- opening ---- */

/* A topic that was made a moment ago is not known to every broker at once. */
static RtStatus count_partitions(KafkaClient *client, rd_kafka_topic_t *handle, rd_kafka_resp_err_t *code,
                                 uint32_t *count, KafkaFault *fault, RtError *error)
{
    int64_t deadline = kafka_now_ms() + SPREAD_MS;
    for (;;) {
        const rd_kafka_metadata_t *metadata = kafka_client_topics(client, handle, fault, error);
        if (metadata == NULL)
            return RT_FATAL;
        *code = metadata->topic_cnt == 1 ? metadata->topics[0].err : RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
        *count = *code == RD_KAFKA_RESP_ERR_NO_ERROR ? (uint32_t)metadata->topics[0].partition_cnt : 0;
        rd_kafka_metadata_destroy(metadata);
        bool may_come = *count == 0 && kafka_fault_of(*code) != KAFKA_NOT_ALLOWED;
        if (!may_come || kafka_now_ms() >= deadline)
            return RT_OK;
        (void)rd_kafka_poll(client->rk, KAFKA_CALL_MS / 2);
    }
}

static RtStatus open_topic(KafkaScan *scan, Str topic, KafkaFault *fault, RtError *error)
{
    KafkaClient *client = &scan->client;
    rd_kafka_topic_conf_t *conf = rd_kafka_topic_conf_new();
    char text[256];
    (void)rd_kafka_topic_conf_set(conf, "auto.offset.reset", "error", text, sizeof text);
    (void)rd_kafka_topic_conf_set(conf, "auto.commit.enable", "false", text, sizeof text);
    rd_kafka_topic_t *handle = rd_kafka_topic_new(client->rk, arena_copy(scan->arena, topic.data, topic.len), conf);
    if (handle == NULL)
        return rt_error(error, RT_FATAL, "topic '%.*s': %s", STR_ARG(topic), rd_kafka_err2str(rd_kafka_last_error()));
    scan->handles[scan->handle_count++] = handle;
    rd_kafka_resp_err_t code;
    uint32_t count;
    RtStatus status = count_partitions(client, handle, &code, &count, fault, error);
    if (status != RT_OK)
        return status;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR && count > 0) {
        KafkaPartition *all = ARENA_ARRAY(scan->arena, KafkaPartition, scan->partition_count + count);
        if (scan->partition_count > 0)
            memcpy(all, scan->partitions, sizeof *all * scan->partition_count);
        scan->partitions = all;
        for (uint32_t i = 0; i < count; i++)
            all[scan->partition_count++] = (KafkaPartition){ .topic = topic, .handle = handle, .number = (int32_t)i };
        return RT_OK;
    }
    *fault = kafka_fault_of(code) == KAFKA_NOT_ALLOWED ? KAFKA_NOT_ALLOWED : KAFKA_NO_TOPIC;
    Str nearest = *fault == KAFKA_NO_TOPIC ? kafka_client_nearest(client, scan->arena, topic) : STR_EMPTY;
    Str hint = nearest.len == 0 ? STR_EMPTY : str_printf(scan->arena, "; did you mean '%.*s'?", STR_ARG(nearest));
    if (*fault == KAFKA_NO_TOPIC)
        return rt_error(error, RT_FATAL, "Kafka at '%.*s' has no topic '%.*s'%.*s (E0671)", STR_ARG(client->servers),
                        STR_ARG(topic), STR_ARG(hint));
    return rt_error(error, RT_FATAL, "topic '%.*s': %s (E0672)", STR_ARG(topic), rd_kafka_err2str(code));
}

/* Once all partitions are known, and stay where they are. */
static void open_partitions(KafkaScan *scan)
{
    static const uint64_t one = 1;
    for (uint32_t i = 0; i < scan->partition_count; i++) {
        KafkaPartition *p = &scan->partitions[i];
        p->scan = scan;
        p->name = arena_printf(scan->arena, "kafka:%.*s/%d", STR_ARG(p->topic), p->number);
        p->origin = (LineOrigin){ .context = p,
                                  .is_live = scan->options.end.place == KAFKA_NOWHERE,
                                  .seek = partition_seek,
                                  .next = partition_next,
                                  .wait = wait_for_any };
        arena_init(&p->extras);
        p->queue = rd_kafka_queue_new(scan->client.rk);
        rd_kafka_queue_io_event_enable(p->queue, scan->wake_fd, &one, sizeof one);
    }
}

static rd_kafka_conf_t *reader_conf(void)
{
    static const char *const SETTINGS[][2] = {
        { "enable.partition.eof", "true" }, { "enable.auto.commit", "false" },
        { "socket.nagle.disable", "true" }, { "queued.max.messages.kbytes", "16384" },
        { "fetch.wait.max.ms", "100" },     { "log_level", "0" },
    };
    return kafka_conf_new(SETTINGS, sizeof SETTINGS / sizeof SETTINGS[0]);
}

RtStatus kafka_scan_open(Arena *arena, const KafkaScanOptions *options, KafkaScan **out, KafkaFault *fault,
                         RtError *error)
{
    *out = NULL;
    *fault = KAFKA_NO_FAULT;
    KafkaScan *scan = ARENA_NEW(arena, KafkaScan);
    scan->arena = arena;
    scan->options = *options;
    scan->handles = ARENA_ARRAY(arena, rd_kafka_topic_t *, options->topic_count + 1);
    scan->owns_wake = options->wake_fd < 0;
    scan->wake_fd = options->wake_fd < 0 ? eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) : options->wake_fd;
    RtStatus status =
        kafka_client_open(&scan->client, arena, RD_KAFKA_CONSUMER, reader_conf(), options->properties, error);
    for (uint32_t i = 0; status == RT_OK && i < options->topic_count; i++)
        status = open_topic(scan, options->topics[i], fault, error);
    if (status == RT_OK) {
        open_partitions(scan);
        status = kafka_resolve(scan, fault, error);
    }
    if (status != RT_OK)
        kafka_scan_close(scan);
    *out = status == RT_OK ? scan : NULL;
    return status;
}

void kafka_scan_close(KafkaScan *scan)
{
    if (scan == NULL)
        return;
    for (uint32_t i = 0; i < scan->partition_count; i++) {
        KafkaPartition *p = &scan->partitions[i];
        if (p->queue == NULL)
            continue; /* not opened */
        stop(p);
        rd_kafka_queue_destroy(p->queue);
        buf_free(&p->data);
        buf_free(&p->held);
        arena_free(&p->extras);
    }
    for (uint32_t i = 0; i < scan->handle_count; i++)
        rd_kafka_topic_destroy(scan->handles[i]);
    kafka_client_close(&scan->client);
    if (scan->owns_wake && scan->wake_fd >= 0)
        close(scan->wake_fd);
}

uint32_t kafka_scan_partitions(const KafkaScan *scan)
{
    return scan->partition_count;
}

const char *kafka_scan_name(const KafkaScan *scan, uint32_t index)
{
    assert(index < scan->partition_count);
    return scan->partitions[index].name;
}

const LineOrigin *kafka_scan_origin(const KafkaScan *scan, uint32_t index)
{
    assert(index < scan->partition_count);
    return &scan->partitions[index].origin;
}
