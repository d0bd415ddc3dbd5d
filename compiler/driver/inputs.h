/* inputs.h -- which files feed which stream: --replay over what the tables say.
 *
 *   --replay PATH          a file or pattern of the one stream that has none yet; a folder: <stream>.ndjson for each
 *   --replay STREAM=PATH   of this stream
 *   --profile NAME         what is left: the same of the project's [profile.NAME] replay, where it has the stream
 *   nothing                the `path` of a filesystem table
 *
 * Ownership  paths live in the arena. */
#ifndef SQC_DRIVER_INPUTS_H
#define SQC_DRIVER_INPUTS_H

#include "compiler/driver/program.h"
#include "runtime/exec/exec.h"
#include "runtime/io/paths.h"

typedef struct Inputs {
    PathList *scans;   /* files of each scan */
    PathList *lookups; /* files of each lookup table, in the order of the image */
    uint64_t bytes;    /* of all scans; 0 where it is not known */
} Inputs;

/* 0, or an exit code after saying on stderr what is wrong. */
int inputs_resolve(const Args *args, const Program *program, Inputs *inputs);

#endif
