/* line_read.c -- blocks read into a buffer: compressed files, pipes, and what cannot be mapped.
 *
 *   room: | whole lines given out | beginning of the next line | free |
 *
 * The beginning of the next line is moved to the front before more is read behind it.  A file is read until the block
 * is full; a pipe until it has given at least one line, so that nobody waits for lines that are there. */
#include "runtime/base/alloc.h"
#include "runtime/io/source_internal.h"

/* Reads once more behind len; notes the end, a failure, and a signal that came first. */
static void read_more(LineSource *source)
{
    size_t got;
    RtStatus status = byte_stream_read(&source->stream, source->room + source->len, source->room_bytes - source->len,
                                       &got, &source->failure);
    source->len += got;
    source->interrupted = status == RT_AGAIN;
    if (status == RT_END)
        source->ended = true;
    else if (status != RT_OK && status != RT_AGAIN)
        source->failed = status;
}

/* Reads and forgets what lies before the position to go on from. */
static RtStatus read_skip(LineSource *source, uint64_t bytes, RtError *error)
{
    while (bytes > 0) {
        size_t got;
        size_t want = bytes < source->room_bytes ? (size_t)bytes : source->room_bytes;
        RtStatus status = byte_stream_read(&source->stream, source->room, want, &got, error);
        if (status == RT_END)
            return rt_error(error, RT_FATAL, "it ends before byte %llu, from which to go on",
                            (unsigned long long)source->offset);
        if (status != RT_OK)
            return status;
        bytes -= got;
    }
    return RT_OK;
}

RtStatus line_read_open(LineSource *source, RtError *error)
{
    enum { ROOM_BYTES_MIN = 64 };
    if (!line_room(source, source->block_bytes < ROOM_BYTES_MIN ? ROOM_BYTES_MIN : (size_t)source->block_bytes))
        return rt_error(error, RT_FATAL, "out of memory");
    RtStatus status = byte_stream_open(&source->stream, source->ops, source->fd, error);
    if (status != RT_OK || source->offset > 0)
        return status != RT_OK ? status : read_skip(source, source->offset, error);
    while (source->len < 3 && !source->ended && source->failed == RT_OK) {
        read_more(source);
        if (source->interrupted)
            return rt_error(error, RT_AGAIN, "interrupted");
    }
    if (source->len >= 3 && memcmp(source->room, "\xEF\xBB\xBF", 3) == 0)
        source->offset = source->at = 3;
    return RT_OK;
}

/* Moves what is left to the front and makes sure that more fits behind it. */
static bool read_make_room(LineSource *source)
{
    if (source->at > 0) {
        source->len -= source->at;
        memmove(source->room, source->room + source->at, source->len);
        source->at = 0;
    }
    return source->len < source->room_bytes || line_room(source, source->room_bytes * 2);
}

/* Forgets the rest of an overlong line. */
static bool read_skip_rest(LineSource *source)
{
    while (source->skips_rest) {
        const char *from = source->room + source->at;
        const char *newline = source->len == source->at ? NULL : memchr(from, '\n', source->len - source->at);
        size_t passed = newline != NULL ? (size_t)(newline - from) + 1 : source->len - source->at;
        source->at += passed;
        source->offset += passed;
        if (newline != NULL || source->ended || source->failed != RT_OK)
            source->skips_rest = false;
        else if (!read_make_room(source))
            return false;
        else
            read_more(source);
        if (source->interrupted)
            break;
    }
    return true;
}

static RtStatus read_give(LineSource *source, size_t bytes, LineBlock *block)
{
    block->data = source->room + source->at;
    block->len = bytes;
    block->offset = source->offset;
    source->at += bytes;
    source->offset += bytes;
    return RT_OK;
}

/* End of the last whole line in room[from .. len), as an index; 0: none. */
static size_t last_line_end(const LineSource *source, size_t from)
{
    const char *newline = from == source->len ? NULL : memrchr(source->room + from, '\n', source->len - from);
    return newline == NULL ? 0 : (size_t)(newline - source->room) + 1;
}

/* The line that begins at `at` reaches to `stop` at least: gives its head when that is too long. */
static bool read_is_overlong(LineSource *source, size_t stop, LineBlock *block)
{
    if (stop - source->at <= source->line_bytes_max)
        return false;
    source->skips_rest = block->overlong = true;
    read_give(source, line_head_bytes(source), block);
    return true;
}

/* Reads on until a block is there: *end is the end of its last line, 0 when there is no whole line. */
static RtStatus read_fill(LineSource *source, size_t *end, LineBlock *block, RtError *error)
{
    while (!source->ended && source->failed == RT_OK) {
        if (*end != 0 && (!source->is_regular || source->len - source->at >= source->block_bytes))
            break;
        *end -= *end != 0 ? source->at : 0;
        if (!read_make_room(source))
            return rt_error(error, RT_FATAL, "out of memory");
        size_t before = source->len;
        read_more(source);
        if (source->interrupted) {
            source->interrupted = false;
            return *end != 0 ? RT_OK : rt_error(error, RT_AGAIN, "interrupted");
        }
        size_t later = last_line_end(source, before);
        if (*end == 0) {
            const char *newline = later == 0 ? NULL : memchr(source->room + before, '\n', source->len - before);
            if (read_is_overlong(source, newline == NULL ? source->len : (size_t)(newline - source->room), block))
                return RT_OK;
        }
        *end = later != 0 ? later : *end;
    }
    return RT_OK;
}

RtStatus line_read_next(LineSource *source, LineBlock *block, RtError *error)
{
    if (!read_skip_rest(source))
        return rt_error(error, RT_FATAL, "out of memory");
    if (source->interrupted) {
        source->interrupted = false;
        return rt_error(error, RT_AGAIN, "interrupted");
    }
    size_t end = last_line_end(source, source->at);
    RtStatus status = read_fill(source, &end, block, error);
    if (status != RT_OK || block->overlong)
        return status;
    if (end != 0)
        return read_give(source, end - source->at, block);
    if (source->failed != RT_OK) {
        *error = source->failure;
        return source->failed;
    }
    return source->len == source->at ? RT_END : read_give(source, source->len - source->at, block);
}
