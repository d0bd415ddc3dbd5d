/* event_writer_internal.h -- rows of text into a file, a large block at a time.
 *
 * A generator asks for room for one row, writes it with the put_ functions and says where it ends:
 *     char *to = event_writer_room(&writer);
 *     to = PUT(to, "{\"n\":");
 *     event_writer_end_row(&writer, put_u64(to, n));
 * Nothing is formatted through printf: that alone would cost ten times what the rest does.
 *
 * Ownership  whoever opened closes, once; a failed open leaves nothing to close.
 * Errors     the first failure is kept, later rows are dropped, event_writer_close answers it. */
#ifndef SQC_GENERATE_EVENT_WRITER_INTERNAL_H
#define SQC_GENERATE_EVENT_WRITER_INTERNAL_H

#include "compiler/generate/generate.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { EVENT_BYTES_MAX = 4096 };

typedef struct EventWriter {
    int fd;
    char *block;
    size_t used;
    uint64_t rows;
    RtStatus status;
    RtError error;
    char path[1024];
    const GenerateTarget *target; /* NULL: a file */
    const char *name;
} EventWriter;

/* Makes the folder and its parents. */
RtStatus event_folder_make(const char *folder, RtError *error) RT_CHECKED;
RtStatus event_writer_open(EventWriter *writer, const char *folder, const char *name, RtError *error) RT_CHECKED;
/* The same, or no file where events go elsewhere. */
RtStatus event_writer_open_events(EventWriter *writer, const GenerateOptions *options, const char *name,
                                  RtError *error) RT_CHECKED;
void event_writer_flush(EventWriter *writer);
RtStatus event_writer_close(EventWriter *writer, RtError *error) RT_CHECKED;

enum { EVENT_BLOCK_BYTES = 1 << 20 };

/* At least EVENT_BYTES_MAX free bytes. */
static inline char *event_writer_room(EventWriter *writer)
{
    if (writer->used > EVENT_BLOCK_BYTES - EVENT_BYTES_MAX)
        event_writer_flush(writer);
    return writer->block + writer->used;
}

static inline void event_writer_end_row(EventWriter *writer, char *end)
{
    *end++ = '\n';
    writer->used = (size_t)(end - writer->block);
    writer->rows++;
    if (writer->target != NULL)
        event_writer_flush(writer);
}

static inline char *put_bytes(char *to, const char *from, size_t len)
{
    memcpy(to, from, len);
    return to + len;
}

#define PUT(to, literal) put_bytes((to), (literal), sizeof(literal) - 1)

static inline char *put_text(char *to, const char *text)
{
    return put_bytes(to, text, strlen(text));
}

char *put_u64(char *to, uint64_t number);
/* 36 characters; with a time, a version 7 UUID, whose order is the order of time. */
char *put_uuid(char *to, uint64_t high, uint64_t low);
char *put_uuid_at(char *to, int64_t time_us, uint64_t random);

#endif
