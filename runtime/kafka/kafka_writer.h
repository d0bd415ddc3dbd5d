/* kafka_writer.h -- records into one topic.
 *
 *     kafka_writer_open -> kafka_writer_put .. -> kafka_writer_finish -> kafka_writer_close
 *
 * Records are sent in batches while more are put (idempotently: a lost reply doubles nothing while this writer lives);
 * what has not arrived is waited for by kafka_writer_finish.  A record with a key goes to the partition that Kafka's
 * client for Java would choose, one without to any.
 *
 * Ownership  records are copied.
 * Threads    one.
 * Errors     RT_FATAL: the first record that Kafka did not take, told by whichever call comes next (E0674).
 * Cost       bounded: where more than 64 MiB wait to be sent, kafka_writer_put waits. */
#ifndef SQC_KAFKA_KAFKA_WRITER_H
#define SQC_KAFKA_KAFKA_WRITER_H

#include "runtime/kafka/kafka_fault.h"
#include "runtime/kafka/kafka_properties.h"

typedef struct KafkaWriter KafkaWriter;

RtStatus kafka_writer_open(Arena *arena, Str topic, KafkaProperties properties, KafkaWriter **writer,
                           RtError *error) RT_CHECKED;
/* key or value without data: none.  A value of none is a tombstone. */
RtStatus kafka_writer_put(KafkaWriter *writer, Str key, Str value, RtError *error) RT_CHECKED;
/* Serves what came back; does not wait. */
RtStatus kafka_writer_serve(KafkaWriter *writer, RtError *error) RT_CHECKED;
/* Waits until Kafka has taken all. */
RtStatus kafka_writer_finish(KafkaWriter *writer, RtError *error) RT_CHECKED;
/* NULL is fine. */
void kafka_writer_close(KafkaWriter *writer);

#endif
