/* source.h -- input as large blocks of whole lines.
 *
 * A LineSource reads one file, standard input for "-", or a line of its own for LINE_SOURCE_ONE, and gives it out in
 * blocks that end at a line end (the last one: at the end of input).  Plain files are mapped into memory; what cannot
 * be mapped is read.  gzip (several members) and zstd (several frames) are known by their first bytes, never by name.
 * A byte-order mark at the start is skipped.
 *
 *     LineBlock block = { 0 };
 *     while ((status = line_source_next(source, &block, &error)) == RT_OK) {
 *         LineCursor cursor = line_cursor(&block);
 *         Str line;
 *         while (line_cursor_next(&cursor, &line)) ...;
 *         block.lines = cursor.lines;
 *     }
 *
 * A file that grows meanwhile is read to the end that it has when that end is reached; one that shrinks is an error
 * (E0660), also while a block of it is in hand: lost bytes read as line ends, and line_source_check tells.
 *
 * Units      bytes; offsets count uncompressed bytes from 0, lines from 1.
 * Ownership  block data belongs to the source and stays until the next line_source_next or line_source_close.
 * Threads    one at a time.
 * Errors     RT_END after the last block; RT_AGAIN: a signal came while nothing was there to read; RT_FATAL with the
 * path in the text.  Whole lines before a damaged place are given out first. Cost       mapped: one system call a block
 * and no copy; read: one copy. */
#ifndef SQC_IO_SOURCE_H
#define SQC_IO_SOURCE_H

#include "runtime/base/status.h"
#include "runtime/base/str.h"
#include "runtime/io/file_ops.h"

enum {
    LINE_BLOCK_PADDING = 64, /* bytes behind a block that may be read; their content means nothing */
    LINE_BLOCK_BYTES = 256 * 1024,
    LINE_OVERLONG_HEAD_BYTES = 4096,
};
#define LINE_BYTES_MAX  ((uint64_t)256 << 20)
#define LINES_UNCOUNTED UINT64_MAX

/* A path that no file has: one line, an empty JSON object. */
#define LINE_SOURCE_ONE "\001one"

typedef struct LineSource LineSource;
struct FnRecord;
struct LineBlock;

/* Lines that come from elsewhere than a file, such as the records of a partition of a log.  Offsets count records.  Who
 * made it closes it, behind the sources that read it. */
typedef struct LineOrigin {
    void *context;
    /* More may come for ever: RT_AGAIN says that nothing is there now, and other inputs may go first.  Otherwise it
     * says that nothing came for a while, and the same is asked again. */
    bool is_live;
    /* Goes back to an offset that a block had; called before the first block only where reading goes on. */
    RtStatus (*seek)(void *context, uint64_t offset, RtError *error);
    RtStatus (*next)(void *context, struct LineBlock *block, RtError *error);
    /* Returns when something may be there for any origin of this kind, or after so long. */
    void (*wait)(void *context, int timeout_ms);
} LineOrigin;

typedef struct LineSourceOptions {
    const char *path;
    const FileOps *ops;       /* NULL: FILE_OPS_SYSTEM */
    uint64_t block_bytes;     /* aimed at; 0: LINE_BLOCK_BYTES */
    uint64_t line_bytes_max;  /* without the line end, at least block_bytes; 0: LINE_BYTES_MAX */
    uint64_t start_offset;    /* where to go on, at the start of a line: a position that a block had */
    uint64_t start_line;      /* its number; 0: 1 */
    bool skip_first_line;     /* a header; counts as a line, and for nothing where reading goes on later in the file */
    const LineOrigin *origin; /* NULL: a file.  Else `path` is only its name */
    bool goes_on;             /* of an origin: at start_offset */
} LineSourceOptions;

typedef struct LineBlock {
    const char *data;
    uint64_t len;
    uint64_t offset;     /* of data[0] */
    uint64_t first_line; /* number of the line that begins at data[0] */
    /* How many lines the block has.  Written by the caller, who counted while decoding; while it is LINES_UNCOUNTED,
     * the next call counts. */
    uint64_t lines;
    /* The block is only the head of one line longer than line_bytes_max: a bad row.  The next block begins behind it.
     * */
    bool overlong;
    /* The block is one record, whatever newlines are in it. */
    bool is_single;
    const struct FnRecord *records; /* of an origin: where each line comes from; NULL of a file */
    uint64_t record_count;
    uint64_t next_offset; /* of an origin: behind the block */
} LineBlock;

RtStatus line_source_open(LineSource **source, const LineSourceOptions *options, RtError *error) RT_CHECKED;
/* `block` is the one given before, or zeroed at first. */
RtStatus line_source_next(LineSource *source, LineBlock *block, RtError *error) RT_CHECKED;
/* Are the bytes of the block in hand still those of the file?  Not when the file shrank meanwhile: then what was made
 * of the block is to be thrown away. */
RtStatus line_source_check(LineSource *source, RtError *error) RT_CHECKED;
/* The same without a look at the file: only what touching lost pages has shown. */
bool line_source_broken(const LineSource *source);
/* NULL is fine. */
void line_source_close(LineSource *source);

/* "plain", "gzip" or "zstd". */
const char *line_source_coding(const LineSource *source);
/* Bytes of the file used so far (compressed ones, where it is compressed) and its size; 0 where it is not known. */
uint64_t line_source_bytes_read(const LineSource *source);
uint64_t line_source_bytes_total(const LineSource *source);

/* Where a line of a block stands: the byte in its file, or the offset of its record; of the end: behind the block. */
uint64_t line_block_offset(const LineBlock *block, const char *line);

/* Walks the lines of a block. */
typedef struct LineCursor {
    const char *at;
    const char *end;
    uint64_t lines; /* given out so far */
} LineCursor;

static inline LineCursor line_cursor(const LineBlock *block)
{
    return (LineCursor){ .at = block->data, .end = block->data + block->len };
}

/* The next line without "\n" or "\r\n"; false at the end. */
static inline bool line_cursor_next(LineCursor *cursor, Str *line)
{
    if (cursor->at == cursor->end)
        return false;
    const char *newline = memchr(cursor->at, '\n', (size_t)(cursor->end - cursor->at));
    const char *stop = newline != NULL ? newline : cursor->end;
    *line = (Str){ cursor->at, (uint64_t)(stop - cursor->at) };
    line->len -= line->len > 0 && stop[-1] == '\r';
    cursor->at = newline != NULL ? newline + 1 : stop;
    cursor->lines++;
    return true;
}

#endif
