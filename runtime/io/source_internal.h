/* source_internal.h -- what the two ways of reading lines share. */
#ifndef SQC_IO_SOURCE_INTERNAL_H
#define SQC_IO_SOURCE_INTERNAL_H

#include "runtime/io/byte_stream.h"
#include "runtime/io/map_guard.h"
#include "runtime/io/source.h"

struct LineSource {
    const FileOps *ops;
    const LineOrigin *origin; /* NULL: a file */
    char *path; /* a copy */
    int fd;
    bool keeps_open; /* standard input */
    bool is_mapped;
    bool is_regular;
    uint64_t block_bytes;
    uint64_t line_bytes_max;
    uint64_t file_bytes; /* size at the last look; 0: not known */
    uint64_t offset;     /* of the first byte not yet given out */
    uint64_t line;       /* its line number */
    bool skips_rest;     /* the rest of an overlong line comes first */

    /* mapped */
    char *map;
    size_t map_len;
    uint32_t guard;        /* of the map */
    uint64_t block_offset; /* of the block given out last */

    /* read: room[at .. len) is read and not given out; the mapped way keeps the copy of its last block in room */
    ByteStream stream;
    char *room;
    size_t room_bytes;
    size_t at;
    size_t len;
    bool ended;
    bool interrupted; /* by a signal, before anything came */
    RtStatus failed;  /* to be told once the whole lines before it are given out */
    RtError failure;
};

/* How much is given out of a line that is too long. */
static inline uint64_t line_head_bytes(const LineSource *source)
{
    return source->line_bytes_max < LINE_OVERLONG_HEAD_BYTES ? source->line_bytes_max : LINE_OVERLONG_HEAD_BYTES;
}

/* Room for `bytes` and the padding; what is there is kept. */
bool line_room(LineSource *source, size_t bytes);

RtStatus line_map_open(LineSource *source, RtError *error) RT_CHECKED;
/* Fails when the file has shrunk, or pages of it are lost. */
RtStatus line_map_check(LineSource *source, RtError *error) RT_CHECKED;
void line_map_close(LineSource *source);
RtStatus line_map_next(LineSource *source, LineBlock *block, RtError *error) RT_CHECKED;
RtStatus line_read_open(LineSource *source, RtError *error) RT_CHECKED;
RtStatus line_read_next(LineSource *source, LineBlock *block, RtError *error) RT_CHECKED;

#endif
