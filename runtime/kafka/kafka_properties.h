/* kafka_properties.h -- the options `properties.*` of a table as settings of the client.
 *
 * They are spelled as Flink spells them: as those of Kafka's client for Java.  Most have the same name here; the others
 * are in properties.def.  Passwords are best kept in a file: `sasl.password.location` names it.
 *
 * Ownership  texts are borrowed.
 * Threads    any.
 * Errors     kafka_property_check says what is wrong with one before anything is opened. */
#ifndef SQC_KAFKA_KAFKA_PROPERTIES_H
#define SQC_KAFKA_KAFKA_PROPERTIES_H

#include "runtime/base/arena.h"
#include "runtime/base/status.h"
#include "runtime/base/str.h"

typedef struct KafkaProperty {
    Str name; /* without 'properties.' */
    Str value;
} KafkaProperty;

typedef struct KafkaProperties {
    const KafkaProperty *items;
    uint32_t count;
} KafkaProperties;

typedef enum KafkaVerdict {
    KAFKA_PROPERTY_GOOD,
    KAFKA_PROPERTY_IDLE, /* no effect here: a note */
    KAFKA_PROPERTY_UNKNOWN,
    KAFKA_PROPERTY_BAD_VALUE,
    KAFKA_PROPERTY_REFUSED,
} KafkaVerdict;

/* *why is a clause for people, empty where all is good. */
KafkaVerdict kafka_property_check(Arena *arena, KafkaProperty property, Str *why);
/* NULL: it is not set. */
const KafkaProperty *kafka_property(KafkaProperties properties, const char *name);

#endif
