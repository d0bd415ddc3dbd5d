/* buf.c -- see buf.h. */
#include "runtime/base/buf.h"

#include "runtime/base/alloc.h"

#include <stdarg.h>
#include <stdio.h>

char *buf_reserve(Buf *buf, uint64_t more)
{
    if (buf->capacity - buf->len >= more && buf->data != NULL)
        return buf->data + buf->len;
    if (more > (uint64_t)1 << 40)
        goto fail;
    uint64_t capacity = buf->capacity < 256 ? 256 : buf->capacity * 2;
    while (capacity - buf->len < more)
        capacity *= 2;
    char *data = mem_resize(buf->data, capacity);
    if (data == NULL)
        goto fail;
    buf->data = data;
    buf->capacity = capacity;
    return buf->data + buf->len;

fail:
    buf->failed = true;
    return NULL;
}

void buf_exhausted(void)
{
    mem_exhausted();
}

void buf_append(Buf *buf, const char *data, uint64_t len)
{
    char *room = buf_reserve(buf, len);
    if (room == NULL || len == 0)
        return;
    memcpy(room, data, len);
    buf->len += len;
}

void buf_append_str(Buf *buf, Str s)
{
    buf_append(buf, s.data, s.len);
}

void buf_append_char(Buf *buf, char c)
{
    buf_append(buf, &c, 1);
}

void buf_printf(Buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *room = len < 0 ? NULL : buf_reserve(buf, (uint64_t)len + 1);
    if (room == NULL)
        return;
    va_start(args, format);
    vsnprintf(room, (size_t)len + 1, format, args);
    va_end(args);
    buf->len += (uint64_t)len;
}

void buf_clear(Buf *buf)
{
    buf->len = 0;
    buf->failed = false;
}

void buf_free(Buf *buf)
{
    mem_free(buf->data);
    *buf = (Buf){ 0 };
}
