/* generate_kafka.h -- sqc generate --to kafka: invented events into topics, as fast as it goes or at a rate. */
#ifndef SQC_DRIVER_GENERATE_KAFKA_H
#define SQC_DRIVER_GENERATE_KAFKA_H

#include "compiler/driver/command.h"
#include "compiler/generate/generate.h"

/* An exit code; what went wrong is said on stderr. */
int generate_kafka(const Args *args, const Generator *generator, GenerateOptions *options);

#endif
