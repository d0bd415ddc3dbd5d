/* interpret.h -- a run in the reference interpreter: the same files, decoded exactly, row by row.
 *
 * The order in which partitions are read is that of runtime/exec, so the output is the same to the byte.
 *
 * Ownership  everything ends with the call. */
#ifndef SQC_DRIVER_INTERPRET_H
#define SQC_DRIVER_INTERPRET_H

#include "compiler/driver/inputs.h"
#include "compiler/driver/output.h"
#include "runtime/exec/program.h"

typedef struct InterpretStats {
    uint64_t rows_in, rows_out;
    uint64_t lines_bad;           /* malformed */
    uint64_t rows_bad, rows_late; /* once, however many statements read the row */
    uint64_t rows_duplicate, rows_future, heartbeats;
} InterpretStats;

typedef struct InterpretJob {
    const PhysProgram *physical;
    const RtProgram *image; /* of the same plan */
    const Inputs *inputs;
    Output *output;
} InterpretJob;

RtStatus interpret(Arena *arena, const InterpretJob *job, InterpretStats *stats, RtError *error) RT_CHECKED;

#endif
