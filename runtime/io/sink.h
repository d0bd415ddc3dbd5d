/* sink.h -- output to a file or to standard output, buffered.
 *
 * Writes go out in pieces of FILE_SINK_BUFFER_BYTES; short writes and interrupted calls are continued.
 *
 * Ownership  the sink owns its file descriptor, but never closes standard output.
 * Threads    one at a time.
 * Errors     RT_FATAL with path and cause; after the first failure every further call answers it again and writes
 *            nothing.  RT_END says that the reader of a pipe went away: no failure of ours, but nobody listens. */
#ifndef SQC_IO_SINK_H
#define SQC_IO_SINK_H

#include "runtime/base/buf.h"
#include "runtime/base/status.h"
#include "runtime/io/file_ops.h"

enum { FILE_SINK_BUFFER_BYTES = 256 * 1024 };

typedef struct FileSink {
    const FileOps *ops;
    const char *path; /* borrowed, for messages */
    int fd;
    bool keeps_open; /* standard output or error */
    RtStatus status; /* of the first failure */
    int cause;       /* its errno */
    uint64_t bytes;  /* written or buffered so far */
    Buf buffer;
} FileSink;

/* path "-" is standard output.  The file is created, or emptied when it exists; folders in the path are not made. */
RtStatus file_sink_open(FileSink *sink, const FileOps *ops, const char *path, RtError *error) RT_CHECKED;
/* An open descriptor that stays open, such as standard output. */
void file_sink_attach(FileSink *sink, const FileOps *ops, int fd, const char *name);
RtStatus file_sink_write(FileSink *sink, const char *data, uint64_t len, RtError *error) RT_CHECKED;
RtStatus file_sink_flush(FileSink *sink, RtError *error) RT_CHECKED;
/* Flushes, closes and says whether all arrived; idempotent. */
RtStatus file_sink_close(FileSink *sink, RtError *error) RT_CHECKED;

/* Puts the text in place of a file's, through a file beside it, so that a full disk leaves the old one. */
RtStatus file_replace(Arena *arena, Str path, Str text, RtError *error) RT_CHECKED;

#endif
