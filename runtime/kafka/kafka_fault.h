/* kafka_fault.h -- what a Kafka cluster refuses, for people who look for it: the number is that of docs/errors. */
#ifndef SQC_KAFKA_KAFKA_FAULT_H
#define SQC_KAFKA_KAFKA_FAULT_H

typedef enum KafkaFault {
    KAFKA_NO_FAULT = 0,
    KAFKA_UNREACHABLE = 670,
    KAFKA_NO_TOPIC = 671,
    KAFKA_NOT_ALLOWED = 672,
    KAFKA_OFFSET_GONE = 673,
    KAFKA_NOT_TAKEN = 674,
} KafkaFault;

#endif
