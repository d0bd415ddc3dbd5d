/* byte_stream.c -- plain, gzip and zstd behind one read.
 *
 * Compressed input goes through one buffer; each step gives the decoder what is there and refills when it is used up.
 * The end of input inside a member or frame is an error, between two it is the end. */
#include "runtime/io/byte_stream.h"

#include "runtime/base/alloc.h"

#include <errno.h>
#include <string.h>
#include <zlib.h>
#define ZSTD_STATIC_LINKING_ONLY /* for the allocator hook */
#include <zstd.h>
#include <zstd_errors.h>

static const char *const CODING_NAMES[] = { "plain", "gzip", "zstd" };

const char *byte_coding_name(ByteCoding coding)
{
    return CODING_NAMES[coding];
}

ByteCoding byte_coding_of(const char *head, size_t len)
{
    const unsigned char *p = (const unsigned char *)head;
    if (len >= 3 && p[0] == 0x1F && p[1] == 0x8B && p[2] == 8)
        return CODING_GZIP;
    if (len < 4)
        return CODING_PLAIN;
    uint32_t magic = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
    bool is_zstd = magic == ZSTD_MAGICNUMBER || (magic & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START;
    return is_zstd ? CODING_ZSTD : CODING_PLAIN;
}

RtStatus byte_read(const FileOps *ops, int fd, char *room, size_t len, size_t *got, RtError *error)
{
    ssize_t n = ops->read(ops->context, fd, room, len);
    *got = n < 0 ? 0 : (size_t)n;
    return n >= 0 ? RT_OK : rt_error_system(error, errno == EINTR ? RT_AGAIN : RT_FATAL, "read");
}

static void *zlib_alloc(void *opaque, unsigned items, unsigned size)
{
    (void)opaque;
    return mem_alloc((size_t)items * size);
}

static void zlib_free(void *opaque, void *block)
{
    (void)opaque;
    mem_free(block);
}

static void *zstd_alloc(void *opaque, size_t size)
{
    (void)opaque;
    return mem_alloc(size);
}

static void zstd_free(void *opaque, void *block)
{
    (void)opaque;
    mem_free(block);
}

static bool decoder_new(ByteStream *stream)
{
    if (stream->coding == CODING_ZSTD) {
        stream->decoder = ZSTD_createDCtx_advanced((ZSTD_customMem){ zstd_alloc, zstd_free, NULL });
        return stream->decoder != NULL;
    }
    z_stream *z = mem_alloc_zeroed(sizeof *z);
    if (z == NULL)
        return false;
    z->zalloc = zlib_alloc;
    z->zfree = zlib_free;
    if (inflateInit2(z, 15 + 16) != Z_OK) {
        mem_free(z);
        return false;
    }
    stream->decoder = z;
    return true;
}

/* Fills the empty input buffer; input_ended when nothing more comes. */
static RtStatus input_refill(ByteStream *stream, RtError *error)
{
    stream->input_at = 0;
    RtStatus status =
        byte_read(stream->ops, stream->fd, stream->input, BYTE_STREAM_INPUT_BYTES, &stream->input_len, error);
    stream->taken += stream->input_len;
    stream->input_ended = status == RT_OK && stream->input_len == 0;
    return status;
}

RtStatus byte_stream_open(ByteStream *stream, const FileOps *ops, int fd, RtError *error)
{
    *stream = (ByteStream){ .ops = ops, .fd = fd };
    stream->input = mem_alloc(BYTE_STREAM_INPUT_BYTES);
    if (stream->input == NULL)
        return rt_error(error, RT_FATAL, "out of memory");
    enum { HEAD_BYTES = 4 };
    while (stream->input_len < HEAD_BYTES && !stream->input_ended) {
        size_t got;
        RtStatus status = byte_read(ops, fd, stream->input + stream->input_len,
                                    BYTE_STREAM_INPUT_BYTES - stream->input_len, &got, error);
        if (status != RT_OK) {
            byte_stream_close(stream);
            return status;
        }
        stream->input_len += got;
        stream->taken += got;
        stream->input_ended = got == 0;
    }
    stream->coding = byte_coding_of(stream->input, stream->input_len);
    if (stream->coding != CODING_PLAIN && !decoder_new(stream)) {
        byte_stream_close(stream);
        return rt_error(error, RT_FATAL, "out of memory");
    }
    return RT_OK;
}

static RtStatus plain_read(ByteStream *stream, char *room, size_t len, size_t *got, RtError *error)
{
    size_t left = stream->input_len - stream->input_at;
    if (left > 0) {
        *got = left < len ? left : len;
        memcpy(room, stream->input + stream->input_at, *got);
        stream->input_at += *got;
        return RT_OK;
    }
    if (stream->input_ended)
        return RT_END;
    RtStatus status = byte_read(stream->ops, stream->fd, room, len, got, error);
    stream->taken += *got;
    stream->input_ended = status == RT_OK && *got == 0;
    return stream->input_ended ? RT_END : status;
}

/* One step of inflate.  What follows a member is the next one, or (as gzip does) padding that is passed over. */
static RtStatus gzip_step(ByteStream *stream, char *room, size_t len, size_t *got, RtError *error)
{
    z_stream *z = stream->decoder;
    const char *at = stream->input + stream->input_at;
    size_t left = stream->input_len - stream->input_at;
    if (!stream->in_frame && stream->any_frame) {
        if (at[0] == '\0') {
            stream->input_at++;
            return RT_OK;
        }
        if (inflateReset(z) != Z_OK)
            return rt_error(error, RT_FATAL, "gzip decoder could not be reset");
    }
    stream->in_frame = true;
    z->next_in = (unsigned char *)stream->input + stream->input_at;
    z->avail_in = (unsigned)left;
    z->next_out = (unsigned char *)room;
    z->avail_out = len > UINT32_MAX ? UINT32_MAX : (unsigned)len;
    unsigned given = z->avail_out;
    int result = inflate(z, Z_NO_FLUSH);
    stream->input_at += left - z->avail_in;
    *got = given - z->avail_out;
    if (result == Z_STREAM_END) {
        stream->in_frame = false;
        stream->any_frame = true;
    } else if (result == Z_MEM_ERROR) {
        return rt_error(error, RT_FATAL, "out of memory");
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
        return rt_error(error, RT_FATAL, "damaged gzip data near byte %llu (%s)",
                        (unsigned long long)(stream->taken - (stream->input_len - stream->input_at)),
                        z->msg != NULL ? z->msg : "unknown cause");
    }
    return RT_OK;
}

static RtStatus zstd_step(ByteStream *stream, char *room, size_t len, size_t *got, RtError *error)
{
    ZSTD_inBuffer in = { stream->input, stream->input_len, stream->input_at };
    ZSTD_outBuffer out = { room, len, 0 };
    size_t result = ZSTD_decompressStream(stream->decoder, &out, &in);
    stream->input_at = in.pos;
    *got = out.pos;
    if (ZSTD_isError(result)) {
        if (ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation)
            return rt_error(error, RT_FATAL, "out of memory");
        return rt_error(error, RT_FATAL, "damaged zstd data near byte %llu (%s)",
                        (unsigned long long)(stream->taken - (stream->input_len - stream->input_at)),
                        ZSTD_getErrorName(result));
    }
    stream->in_frame = result != 0;
    return RT_OK;
}

RtStatus byte_stream_read(ByteStream *stream, char *room, size_t len, size_t *got, RtError *error)
{
    *got = 0;
    if (stream->coding == CODING_PLAIN)
        return plain_read(stream, room, len, got, error);
    for (;;) {
        if (stream->input_at == stream->input_len && !stream->input_ended) {
            RtStatus status = input_refill(stream, error);
            if (status != RT_OK)
                return status;
        }
        bool dry = stream->input_at == stream->input_len;
        if (dry && !stream->in_frame)
            return RT_END;
        RtStatus status = stream->coding == CODING_GZIP ? gzip_step(stream, room, len, got, error)
                                                        : zstd_step(stream, room, len, got, error);
        if (status != RT_OK || *got > 0)
            return status;
        if (dry)
            return rt_error(error, RT_FATAL, "%s data ends early", byte_coding_name(stream->coding));
    }
}

void byte_stream_close(ByteStream *stream)
{
    if (stream->decoder != NULL && stream->coding == CODING_ZSTD)
        ZSTD_freeDCtx(stream->decoder);
    if (stream->decoder != NULL && stream->coding == CODING_GZIP) {
        inflateEnd(stream->decoder);
        mem_free(stream->decoder);
    }
    mem_free(stream->input);
    *stream = (ByteStream){ 0 };
}
