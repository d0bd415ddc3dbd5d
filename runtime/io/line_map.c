/* line_map.c -- blocks as slices of a mapped file.
 *
 *   | given out | block: up to the last newline within block_bytes | ... | end of file | zeroes to the page's end |
 *
 * Each block's pages are brought in by one call before it is given out.  That is faster than faulting them in one by
 * one, and it tells (EFAULT) that a file has shrunk.  For a file cut while one of its blocks is in hand there is
 * map_guard.h.
 *
 * A block so near the end of the map that its padding is not readable is copied. */
#include "runtime/base/alloc.h"
#include "runtime/io/source_internal.h"

#include <errno.h>
#include <unistd.h>

static size_t page_bytes(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

static RtStatus map_size(LineSource *source, uint64_t *size, RtError *error)
{
    struct stat about;
    if (source->ops->stat_fd(source->ops->context, source->fd, &about) != 0)
        return rt_error_system(error, RT_FATAL, "look at the file");
    *size = (uint64_t)about.st_size;
    if (*size >= source->map_len && !map_guard_broken(source->guard))
        return RT_OK;
    return rt_error(error, RT_FATAL,
                    "the file shrank from %zu to %llu bytes while it was read, at byte %llu or behind it (E0660)",
                    source->map_len, (unsigned long long)*size, (unsigned long long)source->block_offset);
}

/* A map under guard; NULL: it cannot be mapped or guarded. */
static char *map_guarded(LineSource *source, size_t len, uint32_t *guard)
{
    char *map = source->ops->map(source->ops->context, source->fd, len);
    if (map == NULL || map_guard_enter(map, len, guard))
        return map;
    source->ops->unmap(source->ops->context, map, len);
    errno = ENOMEM;
    return NULL;
}

void line_map_close(LineSource *source)
{
    if (source->map == NULL)
        return;
    map_guard_leave(source->guard);
    source->ops->unmap(source->ops->context, source->map, source->map_len);
    source->map = NULL;
    source->map_len = 0;
}

static RtStatus map_populate(LineSource *source, uint64_t from, uint64_t to, RtError *error)
{
    uint64_t first = from / page_bytes() * page_bytes();
    if (to > source->map_len)
        to = source->map_len;
    if (to <= first || source->ops->populate(source->ops->context, source->map + first, to - first) == 0)
        return RT_OK;
    if (errno == EFAULT || errno == EIO)
        return rt_error_system(error, RT_FATAL, "the file shrank or could not be read near byte %llu (E0660)",
                               (unsigned long long)from);
    return RT_OK; /* an older system: pages come in when they are touched */
}

/* RT_AGAIN: not to be mapped. */
RtStatus line_map_open(LineSource *source, RtError *error)
{
    size_t len = (size_t)source->file_bytes;
    source->map = map_guarded(source, len, &source->guard);
    if (source->map == NULL)
        return RT_AGAIN;
    source->map_len = len;
    RtStatus status = map_populate(source, 0, len < page_bytes() ? len : page_bytes(), error);
    if (status != RT_OK)
        return status;
    if (byte_coding_of(source->map, len) != CODING_PLAIN) {
        line_map_close(source);
        return RT_AGAIN;
    }
    if (source->offset > len)
        return rt_error(error, RT_FATAL, "it has %zu bytes, fewer than the %llu to go on from", len,
                        (unsigned long long)source->offset);
    if (source->offset == 0 && len >= 3 && memcmp(source->map, "\xEF\xBB\xBF", 3) == 0)
        source->offset = 3;
    source->is_mapped = true;
    return RT_OK;
}

/* Maps the file anew when it has grown; *grew says so. */
static RtStatus map_follow(LineSource *source, bool *grew, RtError *error)
{
    uint64_t size = 0;
    *grew = false;
    RtStatus status = map_size(source, &size, error);
    if (status != RT_OK || size == source->map_len)
        return status;
    uint32_t guard;
    char *map = map_guarded(source, (size_t)size, &guard);
    if (map == NULL)
        return rt_error_system(error, RT_FATAL, "map the file, which has grown");
    line_map_close(source);
    source->guard = guard;
    source->map = map;
    source->map_len = (size_t)size;
    source->file_bytes = size;
    *grew = true;
    return RT_OK;
}

/* Finds the end of a line that reaches to `from` at least: *end is behind its newline, or map_len.  The search ends
 * soon after `limit`. */
static RtStatus map_line_end(LineSource *source, uint64_t from, uint64_t limit, uint64_t *end, RtError *error)
{
    while (from < source->map_len && from <= limit) {
        uint64_t to = from + source->block_bytes < source->map_len ? from + source->block_bytes : source->map_len;
        RtStatus status = map_populate(source, from, to, error);
        if (status != RT_OK)
            return status;
        const char *newline = memchr(source->map + from, '\n', to - from);
        if (newline != NULL) {
            *end = (uint64_t)(newline - source->map) + 1;
            return RT_OK;
        }
        from = to;
    }
    *end = from;
    return RT_OK;
}

/* The end of the block that begins at source->offset. */
static RtStatus map_block_end(LineSource *source, uint64_t *end, bool *overlong, RtError *error)
{
    uint64_t left = source->map_len - source->offset;
    uint64_t want = left < source->block_bytes ? left : source->block_bytes;
    RtStatus status = map_populate(source, source->offset, source->offset + want + LINE_BLOCK_PADDING, error);
    if (status != RT_OK)
        return status;
    const char *first = source->map + source->offset;
    const char *newline = want == left ? NULL : memrchr(first, '\n', want);
    *end = newline != NULL ? (uint64_t)(newline - source->map) + 1 : source->offset + want;
    if (want == left || newline != NULL)
        return RT_OK;
    status = map_line_end(source, *end, source->offset + source->line_bytes_max, end, error);
    *overlong = status == RT_OK && *end - source->offset - (source->map[*end - 1] == '\n') > source->line_bytes_max;
    return status;
}

/* Gives out [offset, end), as a copy where the padding would lie outside of the map. */
static RtStatus map_give(LineSource *source, uint64_t end, LineBlock *block, RtError *error)
{
    block->offset = source->block_offset = source->offset;
    block->len = end - source->offset;
    block->data = source->map + source->offset;
    source->offset = end;
    size_t readable = (source->map_len + page_bytes() - 1) / page_bytes() * page_bytes();
    if (end + LINE_BLOCK_PADDING <= readable)
        return RT_OK;
    if (!line_room(source, block->len))
        return rt_error(error, RT_FATAL, "out of memory");
    memcpy(source->room, block->data, block->len);
    memset(source->room + block->len, 0, LINE_BLOCK_PADDING);
    block->data = source->room;
    return RT_OK;
}

/* Passes over what is left of an overlong line. */
static RtStatus map_skip_rest(LineSource *source, RtError *error)
{
    uint64_t end;
    RtStatus status = map_line_end(source, source->offset, UINT64_MAX, &end, error);
    if (status == RT_OK) {
        source->offset = end;
        source->skips_rest = false;
    }
    return status;
}

RtStatus line_map_check(LineSource *source, RtError *error)
{
    uint64_t size = 0;
    return map_size(source, &size, error);
}

RtStatus line_map_next(LineSource *source, LineBlock *block, RtError *error)
{
    RtStatus status = source->skips_rest ? map_skip_rest(source, error) : RT_OK;
    uint64_t end = source->map_len;
    while (status == RT_OK) {
        bool grew = false, overlong = false;
        if (source->offset < source->map_len)
            status = map_block_end(source, &end, &overlong, error);
        if (status != RT_OK)
            break;
        if (overlong) {
            source->skips_rest = block->overlong = true;
            return map_give(source, source->offset + line_head_bytes(source), block, error);
        }
        /* At the end of the file, or in a last line that may still be growing: look again. */
        bool whole = source->offset < source->map_len && source->map[end - 1] == '\n';
        if (!whole)
            status = map_follow(source, &grew, error);
        if (status != RT_OK || grew)
            continue;
        if (source->offset == source->map_len)
            return RT_END;
        return map_give(source, end, block, error);
    }
    return status;
}
