/* inputs.h -- which files, or topics, feed which stream: --replay over what the tables say.
 *
 *   --replay PATH          a file or pattern of the one stream that has none yet; a folder: <stream>.ndjson for each
 *   --replay STREAM=PATH   of this stream
 *   --profile NAME         what is left: the same of the project's [profile.NAME] replay, where it has the stream
 *   nothing                the `path` of a filesystem table, the `topic` of a kafka table
 *
 * Ownership  paths live in the arena; connections until inputs_close. */
#ifndef SQC_DRIVER_INPUTS_H
#define SQC_DRIVER_INPUTS_H

#include "compiler/driver/program.h"
#include "runtime/exec/exec.h"
#include "runtime/io/paths.h"
#include "runtime/kafka/kafka_fault.h"

typedef struct Inputs {
    PathList *scans;          /* files of each scan, or names of partitions */
    struct KafkaScan **kafka; /* of each scan; NULL: files */
    PathList *lookups;        /* files of each lookup table, in the order of the image */
    int wake_fd;              /* of all topics */
    uint64_t bytes;           /* of all scans; 0 where it is not known */
} Inputs;

/* 0, or an exit code after saying on stderr what is wrong. */
int inputs_resolve(const Args *args, Program *program, Inputs *inputs);
void inputs_close(const Program *program, Inputs *inputs);
/* Says what is wrong at the option of the table that it is about; answers the exit code. */
int inputs_kafka_fault(Program *program, const Args *args, const Table *table, KafkaFault fault, const RtError *error);
/* All lookup tables, then a partition for each file or partition of each scan. */
RtStatus inputs_feed(const Inputs *inputs, const RtProgram *image, RtExec *exec, RtError *error) RT_CHECKED;
/* NULL: a file. */
const LineOrigin *inputs_origin(const Inputs *inputs, uint32_t scan, uint32_t partition);

#endif
