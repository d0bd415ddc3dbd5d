/* event_writer.c -- blocks of rows to a file, and numbers to text. */
#include "compiler/generate/event_writer_internal.h"

#include "runtime/base/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

RtStatus event_folder_make(const char *folder, RtError *error)
{
    char path[1024];
    size_t len = strlen(folder);
    if (len == 0 || len >= sizeof path)
        return rt_error(error, RT_FATAL, "make folder '%s': the name is empty or too long", folder);
    for (size_t i = 1; i <= len; i++) {
        if (folder[i] != '/' && folder[i] != '\0')
            continue;
        memcpy(path, folder, i);
        path[i] = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            return rt_error_system(error, RT_FATAL, "make folder '%s'", path);
    }
    return RT_OK;
}

RtStatus event_writer_open(EventWriter *writer, const char *folder, const char *name, RtError *error)
{
    *writer = (EventWriter){ .fd = -1 };
    int len = snprintf(writer->path, sizeof writer->path, "%s/%s", folder, name);
    if (len < 0 || (size_t)len >= sizeof writer->path)
        return rt_error(error, RT_FATAL, "write '%s/%s': the name is too long", folder, name);
    writer->block = mem_alloc(EVENT_BLOCK_BYTES);
    if (writer->block == NULL)
        return rt_error(error, RT_FATAL, "write '%s': out of memory", writer->path);
    writer->fd = open(writer->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (writer->fd < 0) {
        mem_free(writer->block);
        writer->block = NULL;
        return rt_error_system(error, RT_FATAL, "write '%s'", writer->path);
    }
    return RT_OK;
}

RtStatus event_writer_open_events(EventWriter *writer, const GenerateOptions *options, const char *name, RtError *error)
{
    if (options->target == NULL)
        return event_writer_open(writer, options->out_folder, name, error);
    *writer = (EventWriter){ .fd = -1, .target = options->target, .name = name };
    writer->block = mem_alloc(EVENT_BLOCK_BYTES);
    return writer->block == NULL ? rt_error(error, RT_FATAL, "no memory for events") : RT_OK;
}

static void give_event(EventWriter *writer)
{
    Str row = { writer->block, writer->used - (writer->used > 0) };
    if (writer->status == RT_OK && writer->used > 0)
        writer->status = writer->target->on_event(writer->target->context, writer->name, row, &writer->error);
    writer->used = 0;
}

void event_writer_flush(EventWriter *writer)
{
    if (writer->target != NULL) {
        give_event(writer);
        return;
    }
    size_t done = 0;
    while (writer->status == RT_OK && done < writer->used) {
        ssize_t n = write(writer->fd, writer->block + done, writer->used - done);
        if (n >= 0)
            done += (size_t)n;
        else if (errno != EINTR)
            writer->status = rt_error_system(&writer->error, RT_FATAL, "write '%s'", writer->path);
    }
    writer->used = 0;
}

RtStatus event_writer_close(EventWriter *writer, RtError *error)
{
    event_writer_flush(writer);
    if (writer->fd >= 0 && close(writer->fd) != 0 && writer->status == RT_OK)
        writer->status = rt_error_system(&writer->error, RT_FATAL, "write '%s'", writer->path);
    mem_free(writer->block);
    if (writer->status != RT_OK)
        *error = writer->error;
    return writer->status;
}

char *put_u64(char *to, uint64_t number)
{
    char digits[20];
    uint32_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    return put_bytes(to, digits + at, sizeof digits - at);
}

char *put_uuid(char *to, uint64_t high, uint64_t low)
{
    static const char HEX[] = "0123456789abcdef";
    for (uint32_t i = 0; i < 32; i++) {
        uint64_t half = i < 16 ? high : low;
        if (i == 8 || i == 12 || i == 16 || i == 20)
            *to++ = '-';
        *to++ = HEX[(half >> (60 - 4 * (i & 15))) & 15];
    }
    return to;
}

char *put_uuid_at(char *to, int64_t time_us, uint64_t random)
{
    uint64_t high = (uint64_t)(time_us / 1000) << 16 | 0x7000 | (random & 0xfff);
    uint64_t low = (uint64_t)1 << 63 | (random >> 2);
    return put_uuid(to, high, low);
}
