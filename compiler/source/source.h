/* source.h -- the texts a compilation reads, and where in them something stands.
 *
 * A Span is three numbers: which file, first byte, byte after the last.  Everything the compiler builds carries one, so
 * that every message can point.  Lines and columns are worked out only when a message is printed.
 *
 * Units      spans count bytes from 0; lines and columns count from 1, columns in Unicode code points, a tab is one.
 * Ownership  texts and paths live in the arena given to sources_new.
 * Threads    one.
 * Errors     RtStatus with the cause in words; a text over SOURCE_BYTES_MAX is refused.
 * Cost       adding a text counts its newlines once; a lookup reads at most 64 KiB. */
#ifndef SQC_SOURCE_SOURCE_H
#define SQC_SOURCE_SOURCE_H

#include "runtime/base/arena.h"
#include "runtime/base/status.h"
#include "runtime/base/str.h"

#define SOURCE_BYTES_MAX (64u << 20)
#define SPAN_NO_FILE UINT32_MAX

typedef struct Span {
    uint32_t file; /* index into Sources, SPAN_NO_FILE for "nowhere" */
    uint32_t start;
    uint32_t end;
} Span;

typedef struct Source {
    uint32_t file;
    Str path; /* as the user wrote it */
    Str text; /* followed by a NUL that does not count */
    uint32_t *lines_before; /* newlines before each block of 64 KiB */
    uint32_t block_count;
} Source;

typedef struct SourcePos {
    uint32_t line;
    uint32_t column;
} SourcePos;

typedef struct Sources Sources;

static inline Span span_none(void)
{
    return (Span){ SPAN_NO_FILE, 0, 0 };
}

static inline bool span_is_none(Span span)
{
    return span.file == SPAN_NO_FILE;
}

/* From the first byte of `a` to the last of `b`; either may be none. */
static inline Span span_join(Span a, Span b)
{
    if (span_is_none(a))
        return b;
    if (span_is_none(b))
        return a;
    return (Span){ a.file, a.start < b.start ? a.start : b.start, a.end > b.end ? a.end : b.end };
}

Sources *sources_new(Arena *query);
/* Copies the text; `path` is only a name for messages. */
const Source *sources_add(Sources *sources, Str path, Str text);
/* Reads a file; a directory, a missing or unreadable file and one that is too long are errors. */
RtStatus sources_read(Sources *sources, Str path, const Source **source, RtError *error) RT_CHECKED;
uint32_t sources_count(const Sources *sources);
const Source *sources_get(const Sources *sources, uint32_t file);

SourcePos source_pos(const Source *source, uint32_t offset);
/* The whole line that holds `offset`, without its line end. */
Str source_line(const Source *source, uint32_t offset);
Str source_slice(const Source *source, Span span);
/* The offset of line and column, or the end of the text where there is no such place. */
uint32_t source_offset(const Source *source, SourcePos pos);

#endif
