/* kafka_source.h -- the partitions of Kafka topics as inputs of a scan.
 *
 * Each partition is a LineOrigin: blocks of records, a line each, with their offsets, times, keys and headers beside
 * them.  Values are judged by whoever decodes lines, so rows are those of a file with the same lines.  A value with
 * newlines in it is a block of its own; one without content, a tombstone, is no line.
 *
 *     kafka_scan_open -> for each partition: exec_add_origin(.., kafka_scan_origin(scan, i)) -> .. -> kafka_scan_close
 *
 * Offsets are ours: nothing is committed, and nothing is reset.  Where reading starts and ends is turned into numbers
 * before the first record; an offset that is not there (any more) is a fault, at the start and later (E0673).  How much
 * is fetched ahead is bounded: a partition that is not asked is not served, and its queue fills up.
 *
 * Units      offsets count records; times are milliseconds since 1970 where options say _ms.
 * Ownership  everything lives in the scan; blocks until the next one of their partition.
 * Threads    the one that reads; the client has its own.
 * Errors     RT_FATAL with what to look for, and the code of its page.  While reading, a cluster that is away for a
 * while is waited for: for ever by a live scan, else KAFKA_WAIT_MS without any record. Cost       one copy of each
 * value. */
#ifndef SQC_KAFKA_KAFKA_SOURCE_H
#define SQC_KAFKA_KAFKA_SOURCE_H

#include "runtime/io/source.h"
#include "runtime/kafka/kafka_fault.h"
#include "runtime/kafka/kafka_properties.h"

enum { KAFKA_BLOCK_BYTES = 256 * 1024, KAFKA_WAIT_MS = 60000 };

typedef enum KafkaPlace {
    KAFKA_AT_EARLIEST,
    KAFKA_AT_LATEST,
    KAFKA_AT_GROUP,     /* what the group of the properties has committed */
    KAFKA_AT_TIMESTAMP, /* the first record of this time or later */
    KAFKA_AT_OFFSETS,
    KAFKA_NOWHERE, /* an end: there is none */
} KafkaPlace;

typedef struct KafkaOffset {
    int32_t partition;
    int64_t offset;
} KafkaOffset;

typedef struct KafkaBound {
    KafkaPlace place;
    int64_t timestamp_ms;
    const KafkaOffset *offsets;
    uint32_t offset_count;
} KafkaBound;

typedef struct KafkaScanOptions {
    const Str *topics;
    uint32_t topic_count;
    KafkaProperties properties;
    KafkaBound start, end;
    bool wants_headers, wants_keys;
    int wake_fd; /* an eventfd that several scans share, or -1 */
} KafkaScanOptions;

typedef struct KafkaScan KafkaScan;

/* *fault: what kind of failure it is, KAFKA_NO_FAULT where it is none of Kafka's. */
RtStatus kafka_scan_open(Arena *arena, const KafkaScanOptions *options, KafkaScan **scan, KafkaFault *fault,
                         RtError *error) RT_CHECKED;
/* NULL is fine. */
void kafka_scan_close(KafkaScan *scan);
uint32_t kafka_scan_partitions(const KafkaScan *scan);
/* "kafka:clicks/3" */
const char *kafka_scan_name(const KafkaScan *scan, uint32_t index);
const LineOrigin *kafka_scan_origin(const KafkaScan *scan, uint32_t index);

#endif
