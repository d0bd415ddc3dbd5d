/* infer.h -- from the rows of a file to the CREATE STREAM that reads it.
 *
 * The first rows are read whole.  Each field collects the kinds of its values, and each that could be a time how far
 * behind the newest before it a value came.  One of these becomes event time; how late its rows came is the watermark.
 *
 * Ownership  the arena.
 * Errors     RT_BAD_DATA: the file holds nothing that a stream could be made of; RT_FATAL: it cannot be read. */
#ifndef SQC_INFER_INFER_H
#define SQC_INFER_INFER_H

#include "runtime/base/buf.h"
#include "runtime/base/status.h"

typedef enum InferFormat { INFER_ANY, INFER_JSON, INFER_CSV } InferFormat;

typedef struct InferOptions {
    const char *path; /* "-": standard input */
    Str name;         /* of the stream; empty: that of the file */
    InferFormat format;
    uint64_t rows_max;
} InferOptions;

/* Appends comments and one statement, not laid out yet. */
RtStatus infer_stream(Arena *arena, const InferOptions *options, Buf *out, RtError *error) RT_CHECKED;

#endif
