/* buf.h -- a growing run of bytes on the heap, for output.
 *
 * Ownership  buf_free gives the block back; buf_clear keeps it for the next use.
 * Errors     a failed request sets `failed` and drops what does not fit: check once, after a series of appends.
 *            Who reads the text as a whole with buf_str and has not checked cannot go on: exit code 70. */
#ifndef SQC_BASE_BUF_H
#define SQC_BASE_BUF_H

#include "runtime/base/str.h"

typedef struct Buf {
    char *data;
    uint64_t len;
    uint64_t capacity;
    bool failed;
} Buf;

/* Room for `more` bytes behind data + len, or NULL; the caller adds what it used to len. */
char *buf_reserve(Buf *buf, uint64_t more);
void buf_append(Buf *buf, const char *data, uint64_t len);
void buf_append_str(Buf *buf, Str s);
void buf_append_char(Buf *buf, char c);
void buf_printf(Buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_clear(Buf *buf);
void buf_free(Buf *buf);

/* mem_exhausted: half of a text is worse than none. */
void buf_exhausted(void) __attribute__((cold, noreturn));

static inline Str buf_str(const Buf *buf)
{
    if (buf->failed)
        buf_exhausted();
    return (Str){ buf->data, buf->len };
}

#endif
