/* source.c -- opening a source and keeping its line numbers; line_map.c and line_read.c fetch the bytes. */
#include "runtime/io/source_internal.h"

#include "runtime/abi/fn.h"
#include "runtime/base/alloc.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

bool line_room(LineSource *source, size_t bytes)
{
    if (source->room_bytes >= bytes)
        return true;
    char *room = mem_resize(source->room, bytes + LINE_BLOCK_PADDING);
    if (room == NULL)
        return false;
    /* Padding is read ahead of its time by decoders: never uninitialised. */
    memset(room + source->room_bytes, 0, bytes + LINE_BLOCK_PADDING - source->room_bytes);
    source->room = room;
    source->room_bytes = bytes;
    return true;
}

/* A file in memory that is like any other; -1 with errno. */
static int one_line(void)
{
    static const char LINE[] = "{}\n";
    int fd = memfd_create("one", MFD_CLOEXEC);
    if (fd < 0 || write(fd, LINE, sizeof LINE - 1) == (ssize_t)(sizeof LINE - 1))
        return fd;
    close(fd);
    return -1;
}

/* Opens the descriptor and looks what it is. */
static RtStatus source_descriptor(LineSource *source, RtError *error)
{
    if (strcmp(source->path, "-") == 0) {
        source->fd = STDIN_FILENO;
        source->keeps_open = true;
    } else if (strcmp(source->path, LINE_SOURCE_ONE) == 0) {
        source->fd = one_line();
        if (source->fd < 0)
            return rt_error_system(error, RT_FATAL, "make a line");
    } else {
        source->fd = source->ops->open(source->ops->context, source->path, O_RDONLY, 0);
        if (source->fd < 0)
            return rt_error_system(error, errno == EINTR ? RT_AGAIN : RT_FATAL, "open");
    }
    struct stat about;
    if (source->ops->stat_fd(source->ops->context, source->fd, &about) != 0)
        return rt_error_system(error, RT_FATAL, "look at the file");
    if (S_ISDIR(about.st_mode))
        return rt_error(error, RT_FATAL, "it is a folder, not a file");
    source->is_regular = S_ISREG(about.st_mode);
    source->file_bytes = source->is_regular ? (uint64_t)about.st_size : 0;
    return RT_OK;
}

/* Maps a plain regular file; all else is read. */
static RtStatus source_way(LineSource *source, RtError *error)
{
    if (source->is_regular && !source->keeps_open && source->file_bytes > 0) {
        RtStatus status = line_map_open(source, error);
        if (status != RT_AGAIN)
            return status;
    }
    return line_read_open(source, error);
}

RtStatus line_source_open(LineSource **out, const LineSourceOptions *options, RtError *error)
{
    *out = NULL;
    LineSource *source = mem_alloc_zeroed(sizeof *source);
    size_t path_bytes = strlen(options->path) + 1;
    char *path = mem_alloc(path_bytes);
    if (source == NULL || path == NULL) {
        mem_free(source);
        mem_free(path);
        return rt_error(error, RT_FATAL, "read '%s': out of memory", options->path);
    }
    memcpy(path, options->path, path_bytes);
    source->path = path;
    source->fd = -1;
    source->ops = options->ops != NULL ? options->ops : &FILE_OPS_SYSTEM;
    source->block_bytes = options->block_bytes != 0 ? options->block_bytes : LINE_BLOCK_BYTES;
    source->line_bytes_max = options->line_bytes_max != 0 ? options->line_bytes_max : LINE_BYTES_MAX;
    source->offset = options->start_offset;
    source->line = options->start_line != 0 ? options->start_line : 1;
    source->skips_rest = options->skip_first_line && options->start_offset == 0;
    source->line += source->skips_rest;
    source->origin = options->origin;
    RtStatus status = RT_OK;
    if (source->origin != NULL)
        status = options->goes_on ? source->origin->seek(source->origin->context, options->start_offset, error) : RT_OK;
    else
        status = source_descriptor(source, error);
    if (status == RT_OK && source->origin == NULL)
        status = source_way(source, error);
    if (status != RT_OK) {
        rt_error_context(error, "read '%s'", options->path);
        line_source_close(source);
        return status;
    }
    *out = source;
    return RT_OK;
}

static uint64_t lines_of(const LineBlock *block)
{
    if (block->overlong)
        return 1;
    if (block->lines != LINES_UNCOUNTED || block->len == 0)
        return block->len == 0 ? 0 : block->lines;
    uint64_t lines = 0;
    for (uint64_t i = 0; i < block->len; i++)
        lines += block->data[i] == '\n';
    return lines + (block->data[block->len - 1] != '\n');
}

RtStatus line_source_next(LineSource *source, LineBlock *block, RtError *error)
{
    /* Before the last block is looked at again. */
    if (source->origin != NULL) {
        *block = (LineBlock){ .lines = LINES_UNCOUNTED };
        return source->origin->next(source->origin->context, block, error);
    }
    RtStatus status = source->is_mapped ? line_map_check(source, error) : RT_OK;
    source->line += status == RT_OK ? lines_of(block) : 0;
    *block = (LineBlock){ .lines = LINES_UNCOUNTED };
    if (status == RT_OK)
        status = source->is_mapped ? line_map_next(source, block, error) : line_read_next(source, block, error);
    block->first_line = source->line;
    if (status == RT_OK)
        assert(block->len > 0);
    else if (status != RT_END)
        rt_error_context(error, "read '%s'", source->path);
    return status;
}

uint64_t line_block_offset(const LineBlock *block, const char *line)
{
    assert(line >= block->data && line <= block->data + block->len && "a place is in the block at hand");
    if (block->records == NULL)
        return block->offset + (uint64_t)(line - block->data);
    uint64_t from = 0, to = block->record_count;
    while (from < to) { /* the last record that begins at `line` or before */
        uint64_t middle = from + (to - from) / 2;
        if (block->records[middle].text <= line)
            from = middle + 1;
        else
            to = middle;
    }
    bool is_end = line == block->data + block->len;
    return is_end || from == 0 ? block->next_offset : (uint64_t)block->records[from - 1].offset;
}

RtStatus line_source_check(LineSource *source, RtError *error)
{
    RtStatus status = source->is_mapped ? line_map_check(source, error) : RT_OK;
    if (status != RT_OK)
        rt_error_context(error, "read '%s'", source->path);
    return status;
}

bool line_source_broken(const LineSource *source)
{
    return source->is_mapped && map_guard_broken(source->guard);
}

void line_source_close(LineSource *source)
{
    if (source == NULL)
        return;
    byte_stream_close(&source->stream);
    line_map_close(source);
    if (source->fd >= 0 && !source->keeps_open)
        source->ops->close(source->ops->context, source->fd);
    mem_free(source->room);
    mem_free(source->path);
    mem_free(source);
}

const char *line_source_coding(const LineSource *source)
{
    return byte_coding_name(source->is_mapped ? CODING_PLAIN : source->stream.coding);
}

uint64_t line_source_bytes_read(const LineSource *source)
{
    return source->is_mapped ? source->offset : source->stream.taken;
}

uint64_t line_source_bytes_total(const LineSource *source)
{
    return source->file_bytes;
}
