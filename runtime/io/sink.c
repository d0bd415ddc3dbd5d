/* sink.c -- a buffer in front of write(). */
#include "runtime/io/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The answer to every call after a failure. */
static RtStatus sink_failure(const FileSink *sink, RtError *error)
{
    errno = sink->cause;
    if (sink->status == RT_END)
        return rt_error(error, RT_END, "write '%s': nobody reads it any more", sink->path);
    return rt_error_system(error, sink->status, "write '%s'", sink->path);
}

static RtStatus sink_fail(FileSink *sink, int cause, RtError *error)
{
    sink->cause = cause;
    sink->status = cause == EPIPE ? RT_END : RT_FATAL;
    return sink_failure(sink, error);
}

RtStatus file_sink_open(FileSink *sink, const FileOps *ops, const char *path, RtError *error)
{
    *sink = (FileSink){ .ops = ops != NULL ? ops : &FILE_OPS_SYSTEM, .path = path, .fd = STDOUT_FILENO };
    if (strcmp(path, "-") == 0) {
        sink->path = "standard output";
        sink->keeps_open = true;
        return RT_OK;
    }
    sink->fd = sink->ops->open(sink->ops->context, path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    return sink->fd < 0 ? sink_fail(sink, errno, error) : RT_OK;
}

void file_sink_attach(FileSink *sink, const FileOps *ops, int fd, const char *name)
{
    *sink = (FileSink){
        .ops = ops != NULL ? ops : &FILE_OPS_SYSTEM, .path = name, .fd = fd, .keeps_open = true
    };
}

/* Writes it all, however small the pieces that are taken. */
static RtStatus sink_out(FileSink *sink, const char *data, uint64_t len, RtError *error)
{
    while (len > 0) {
        ssize_t n = sink->ops->write(sink->ops->context, sink->fd, data, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return sink_fail(sink, n < 0 ? errno : EIO, error);
        data += n;
        len -= (uint64_t)n;
    }
    return RT_OK;
}

RtStatus file_sink_write(FileSink *sink, const char *data, uint64_t len, RtError *error)
{
    if (sink->status != RT_OK)
        return sink_failure(sink, error);
    sink->bytes += len;
    if (sink->buffer.len + len > FILE_SINK_BUFFER_BYTES) {
        RtStatus status = file_sink_flush(sink, error);
        if (status != RT_OK || len > FILE_SINK_BUFFER_BYTES)
            return status != RT_OK ? status : sink_out(sink, data, len, error);
    }
    buf_append(&sink->buffer, data, len);
    return sink->buffer.failed ? sink_fail(sink, ENOMEM, error) : RT_OK;
}

RtStatus file_sink_flush(FileSink *sink, RtError *error)
{
    if (sink->status != RT_OK)
        return sink_failure(sink, error);
    RtStatus status = sink_out(sink, sink->buffer.data, sink->buffer.len, error);
    buf_clear(&sink->buffer);
    return status;
}

RtStatus file_sink_close(FileSink *sink, RtError *error)
{
    RtStatus status = file_sink_flush(sink, error);
    if (sink->fd >= 0 && !sink->keeps_open) {
        bool closed = sink->ops->close(sink->ops->context, sink->fd) == 0;
        if (!closed && status == RT_OK)
            status = sink_fail(sink, errno, error);
    }
    sink->fd = -1;
    sink->keeps_open = true;
    buf_free(&sink->buffer);
    return status;
}

RtStatus file_replace(Arena *arena, Str path, Str text, RtError *error)
{
    FileSink sink;
    RtError late;
    const char *final = arena_copy(arena, path.data, path.len);
    const char *part = arena_printf(arena, "%s.sqc-new", final);
    RtStatus status = file_sink_open(&sink, &FILE_OPS_SYSTEM, part, error);
    if (status != RT_OK)
        return status;
    status = file_sink_write(&sink, text.data, text.len, error);
    RtStatus closed = file_sink_close(&sink, &late);
    if (status == RT_OK && closed != RT_OK) {
        *error = late;
        status = closed;
    }
    if (status == RT_OK && rename(part, final) != 0)
        status = rt_error_system(error, RT_FATAL, "%s", final);
    if (status != RT_OK)
        (void)remove(part);
    return status;
}
