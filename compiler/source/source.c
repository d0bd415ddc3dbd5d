/* source.c -- texts and places.  Newlines are counted once per block of 64 KiB: a lookup counts in one block. */
#include "compiler/source/source.h"

#include "runtime/base/vec.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK_BYTES = 1 << 16 };

struct Sources {
    Arena *arena;
    VEC(Source *) items;
};

Sources *sources_new(Arena *query)
{
    Sources *sources = ARENA_NEW(query, Sources);
    sources->arena = query;
    return sources;
}

static uint32_t count_newlines(const char *from, const char *end)
{
    uint32_t count = 0;
    while (from < end && (from = memchr(from, '\n', (size_t)(end - from))) != NULL) {
        count++;
        from++;
    }
    return count;
}

static void count_lines(Arena *arena, Source *source)
{
    uint64_t len = source->text.len;
    source->block_count = (uint32_t)(len / BLOCK_BYTES) + 1;
    source->lines_before = ARENA_ARRAY(arena, uint32_t, source->block_count);
    for (uint32_t i = 1; i < source->block_count; i++) {
        const char *block = source->text.data + (size_t)(i - 1) * BLOCK_BYTES;
        source->lines_before[i] = source->lines_before[i - 1] + count_newlines(block, block + BLOCK_BYTES);
    }
}

/* `text` is NUL-terminated and stays. */
static const Source *keep(Sources *sources, Str path, Str text)
{
    assert(text.len <= SOURCE_BYTES_MAX);
    Source *source = ARENA_NEW(sources->arena, Source);
    source->file = sources->items.count;
    source->path = str_copy(sources->arena, path);
    source->text = text;
    count_lines(sources->arena, source);
    vec_push(sources->arena, &sources->items, source);
    return source;
}

const Source *sources_add(Sources *sources, Str path, Str text)
{
    return keep(sources, path, str_copy(sources->arena, text));
}

static RtStatus read_all(int fd, Arena *arena, size_t size_hint, Str *text, RtError *error)
{
    size_t capacity = size_hint + 1;
    char *data = arena_alloc(arena, capacity, 1);
    size_t len = 0;
    for (;;) {
        if (len + 1 >= capacity) { /* a file that grows, or one that tells no size */
            size_t wider = capacity * 2 + 4096;
            char *moved = arena_alloc(arena, wider, 1);
            memcpy(moved, data, len);
            data = moved;
            capacity = wider;
        }
        ssize_t got = read(fd, data + len, capacity - 1 - len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return rt_error_system(error, RT_FATAL, "could not read the file");
        if (got == 0)
            break;
        len += (size_t)got;
        if (len > SOURCE_BYTES_MAX)
            return rt_error(error, RT_BAD_DATA, "the file has more than 64 MiB");
    }
    data[len] = '\0';
    *text = (Str){ data, len };
    return RT_OK;
}

RtStatus sources_read(Sources *sources, Str path, const Source **source, RtError *error)
{
    *source = NULL;
    char *name = arena_copy(sources->arena, path.data, path.len);
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return rt_error_system(error, RT_FATAL, "could not open the file");
    struct stat info;
    RtStatus status = RT_OK;
    Str text = STR_EMPTY;
    if (fstat(fd, &info) != 0)
        status = rt_error_system(error, RT_FATAL, "could not look at the file");
    else if (S_ISDIR(info.st_mode))
        status = rt_error(error, RT_FATAL, "it is a directory");
    else if (info.st_size > (off_t)SOURCE_BYTES_MAX)
        status = rt_error(error, RT_BAD_DATA, "the file has more than 64 MiB");
    else
        status = read_all(fd, sources->arena, (size_t)info.st_size + 1, &text, error);
    close(fd);
    if (status == RT_OK)
        *source = keep(sources, path, text);
    return status;
}

uint32_t sources_count(const Sources *sources)
{
    return sources->items.count;
}

const Source *sources_get(const Sources *sources, uint32_t file)
{
    assert(file < sources->items.count);
    return sources->items.items[file];
}

static uint32_t clamp(const Source *source, uint32_t offset)
{
    return offset > source->text.len ? (uint32_t)source->text.len : offset;
}

static uint32_t line_start(const Source *source, uint32_t offset)
{
    const char *newline = memrchr(source->text.data, '\n', offset);
    return newline == NULL ? 0 : (uint32_t)(newline + 1 - source->text.data);
}

SourcePos source_pos(const Source *source, uint32_t offset)
{
    offset = clamp(source, offset);
    uint32_t block = offset / BLOCK_BYTES;
    const char *data = source->text.data;
    SourcePos pos = { 1, 1 };
    pos.line += source->lines_before[block] + count_newlines(data + (size_t)block * BLOCK_BYTES, data + offset);
    for (uint32_t i = line_start(source, offset); i < offset; i++)
        pos.column += ((unsigned char)data[i] & 0xC0) != 0x80;
    return pos;
}

Str source_line(const Source *source, uint32_t offset)
{
    offset = clamp(source, offset);
    uint32_t start = line_start(source, offset);
    Str rest = str_slice(source->text, start, source->text.len - start);
    const char *newline = rest.len == 0 ? NULL : memchr(rest.data, '\n', rest.len);
    if (newline != NULL)
        rest.len = (uint64_t)(newline - rest.data);
    if (rest.len > 0 && rest.data[rest.len - 1] == '\r')
        rest.len--;
    return rest;
}

Str source_slice(const Source *source, Span span)
{
    uint32_t start = clamp(source, span.start);
    uint32_t end = clamp(source, span.end);
    return str_slice(source->text, start, end > start ? end - start : 0);
}

uint32_t source_offset(const Source *source, SourcePos pos)
{
    const char *data = source->text.data;
    const char *end = data + source->text.len;
    const char *at = data;
    for (uint32_t line = 1; line < pos.line; line++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        if (newline == NULL)
            return (uint32_t)source->text.len;
        at = newline + 1;
    }
    for (uint32_t column = 1; column < pos.column && at < end && *at != '\n'; column++) {
        at++;
        while (at < end && ((unsigned char)*at & 0xC0) == 0x80)
            at++;
    }
    return (uint32_t)(at - data);
}
