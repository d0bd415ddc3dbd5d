/* kafka_source_internal.h -- a scan and its partitions. */
#ifndef SQC_KAFKA_KAFKA_SOURCE_INTERNAL_H
#define SQC_KAFKA_KAFKA_SOURCE_INTERNAL_H

#include "runtime/abi/fn.h"
#include "runtime/base/buf.h"
#include "runtime/base/vec.h"
#include "runtime/kafka/kafka_client.h"
#include "runtime/kafka/kafka_source.h"

#define KAFKA_NO_END INT64_MAX

typedef struct KafkaPartition {
    KafkaScan *scan;
    LineOrigin origin;
    const char *name;
    Str topic;
    rd_kafka_topic_t *handle; /* shared by the partitions of a topic */
    rd_kafka_queue_t *queue;
    int32_t number;
    int64_t next; /* the offset to be read next */
    int64_t end;  /* the offset to stop before; KAFKA_NO_END */
    bool has_started, has_ended;
    int64_t waiting_since_ms; /* 0: something came */

    /* The block in hand. */
    Buf data;
    VEC(FnRecord) records; /* until the block is given out, `text` counts from its start */
    Arena extras;          /* keys and headers */
    bool is_single;
    Buf held; /* a value with newlines, which is the next block */
    FnRecord held_record;
    bool has_held;
    RtStatus failed; /* told behind the records before it */
    RtError failure;
} KafkaPartition;

struct KafkaScan {
    KafkaClient client;
    KafkaScanOptions options;
    Arena *arena;
    KafkaPartition *partitions;
    uint32_t partition_count;
    rd_kafka_topic_t **handles;
    uint32_t handle_count;
    int wake_fd;
    bool owns_wake;
};

/* Where each partition starts and ends, as numbers.  kafka_offsets.c */
RtStatus kafka_resolve(KafkaScan *scan, KafkaFault *fault, RtError *error) RT_CHECKED;

#endif
