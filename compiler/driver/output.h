/* output.h -- where the rows of a run go: printed results, files of INSERTs, or both.
 *
 * Results of SELECTs and metrics share one document on standard output; with several of them each row names its result.
 * With a folder each result has a file of its own.
 *
 * Ownership  in the arena; files and buffers until output_close.
 * Errors     RT_END when the reader of standard output went away or the row limit was reached: the run ends well. */
#ifndef SQC_DRIVER_OUTPUT_H
#define SQC_DRIVER_OUTPUT_H

#include "compiler/physical/plan.h"
#include "runtime/conn/sink.h"
#include "runtime/format/row_writer.h"

typedef struct OutputOptions {
    RowFormat format;
    const char *folder; /* NULL: standard output */
    uint64_t rows_max;  /* of results; 0: no limit */
} OutputOptions;

typedef struct Output Output;

RtStatus output_open(Arena *arena, const PhysProgram *physical, const OutputOptions *options, Output **output,
                     RtError *error) RT_CHECKED;
/* The connector that takes the rows of a sink; NULL: output_row does. */
ConnSink *output_conn(const Output *output, uint32_t node);
RtStatus output_row(Output *output, uint32_t node, RowChange change, const void *row, RtError *error) RT_CHECKED;
/* Rows that are held back, to whoever reads them now: before a pause. */
RtStatus output_flush(Output *output, RtError *error) RT_CHECKED;
/* commit: the run ended well, files take their names.  Closes in any case. */
RtStatus output_close(Output *output, bool commit, RtError *error) RT_CHECKED;

#endif
