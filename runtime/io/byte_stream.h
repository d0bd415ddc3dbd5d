/* byte_stream.h -- the uncompressed bytes of a file, whatever way it is coded.
 *
 * The first bytes decide: 1f 8b is gzip, 28 b5 2f fd (or a skippable frame, 5x 2a 4d 18) is zstd, all else is plain.
 *
 * Ownership  the stream borrows the descriptor and ops; its buffers are on the heap until byte_stream_close.
 * Errors     RT_FATAL with the cause; RT_END with no bytes when all is read.
 * Cost       plain: read straight into the caller's room. */
#ifndef SQC_IO_BYTE_STREAM_H
#define SQC_IO_BYTE_STREAM_H

#include "runtime/base/status.h"
#include "runtime/io/file_ops.h"

#include <stdbool.h>

typedef enum ByteCoding { CODING_PLAIN, CODING_GZIP, CODING_ZSTD } ByteCoding;

enum { BYTE_STREAM_INPUT_BYTES = 128 * 1024 };

typedef struct ByteStream {
    const FileOps *ops;
    int fd;
    ByteCoding coding;
    char *input; /* bytes read and not yet used; input_bytes of room */
    size_t input_at;
    size_t input_len;
    bool input_ended;
    bool in_frame;  /* a gzip member or zstd frame has begun and not ended */
    bool any_frame; /* at least one ended: what follows may be padding     */
    void *decoder;
    uint64_t taken; /* bytes read from the file */
} ByteStream;

RtStatus byte_stream_open(ByteStream *stream, const FileOps *ops, int fd, RtError *error) RT_CHECKED;
/* At least one byte on RT_OK, as soon as there is one. */
RtStatus byte_stream_read(ByteStream *stream, char *room, size_t len, size_t *got, RtError *error) RT_CHECKED;
void byte_stream_close(ByteStream *stream);

/* What the first bytes of a file say. */
ByteCoding byte_coding_of(const char *head, size_t len);
const char *byte_coding_name(ByteCoding coding);

/* One read(); 0 bytes at the end, RT_AGAIN where a signal came first. */
RtStatus byte_read(const FileOps *ops, int fd, char *room, size_t len, size_t *got, RtError *error) RT_CHECKED;

#endif
