/* kafka_client.h -- one client of a Kafka cluster, and what went wrong with it.
 *
 * Errors of the client come through a callback on whatever asks it next (rd_kafka_poll): they are kept here, the last
 * one in words, so that a call that only timed out can say why.
 *
 * Ownership  a client is closed by whoever opened it; closing does not wait for brokers that are gone.
 * Threads    one at a time; the client's own threads block all signals. */
#ifndef SQC_KAFKA_KAFKA_CLIENT_H
#define SQC_KAFKA_KAFKA_CLIENT_H

#include "runtime/kafka/kafka_fault.h"
#include "runtime/kafka/kafka_properties.h"

#include <librdkafka/rdkafka.h>

enum {
    KAFKA_OPEN_MS = 15000, /* for a first answer */
    KAFKA_CALL_MS = 200,   /* of one question, between looks at what went wrong */
};

typedef struct KafkaClient {
    rd_kafka_t *rk;
    Str servers;
    KafkaFault fault; /* KAFKA_NO_FAULT: nothing that asking again would not mend */
    bool all_down;    /* no broker could be reached, and none has answered since */
    char trouble[256];
} KafkaClient;

/* A configuration with settings that the client knows: names and values. */
rd_kafka_conf_t *kafka_conf_new(const char *const (*settings)[2], size_t count);
/* conf holds what the caller wants beside the properties, and is used up; a producer calls on_delivery with `opaque`.
 */
RtStatus kafka_client_open(KafkaClient *client, Arena *arena, rd_kafka_type_t type, rd_kafka_conf_t *conf,
                           KafkaProperties properties, RtError *error) RT_CHECKED;
void kafka_client_close(KafkaClient *client);
/* Serves callbacks, and answers the fault that it finds, described. */
KafkaFault kafka_client_serve(KafkaClient *client, int timeout_ms, RtError *error);
/* What is known of a topic, or of all (topic NULL), to be destroyed by the caller; NULL: *fault and *error say why. */
const rd_kafka_metadata_t *kafka_client_topics(KafkaClient *client, rd_kafka_topic_t *topic, KafkaFault *fault,
                                               RtError *error);
/* The topic whose name is nearest, for a message; empty: none is near. */
Str kafka_client_nearest(KafkaClient *client, Arena *arena, Str name);
/* Of a clock that only counts how long something takes. */
int64_t kafka_now_ms(void);
/* Which fault an error code is, as far as it is one. */
KafkaFault kafka_fault_of(rd_kafka_resp_err_t code);

RtStatus kafka_conf_fill(Arena *arena, rd_kafka_conf_t *conf, KafkaProperties properties, RtError *error) RT_CHECKED;

#endif
