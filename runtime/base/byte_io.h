/* byte_io.h -- writing and reading canonical bytes: aggregate states, records of checkpoints.
 *
 * Numbers are little-endian; a varint is seven bits a byte, least first, with the top bit set on all but the last.  Of
 * every varint only the shortest form is accepted, so equal values have equal bytes and the other way round.
 *
 * Units      lengths are bytes.
 * Ownership  what is written lives in the arena; what is read is a view.
 * Threads    any.
 * Errors     a reader that meets what is not there sets `bad`, answers zeroes from then on, and is asked once. */
#ifndef SQC_BASE_BYTE_IO_H
#define SQC_BASE_BYTE_IO_H

#include "runtime/base/arena.h"
#include "runtime/base/str.h"

#include <string.h>

typedef struct ByteOut {
    Arena *arena;
    char *data;
    uint64_t len, capacity;
} ByteOut;

typedef struct ByteIn {
    const char *at, *end;
    bool bad;
} ByteIn;

static inline char *out_room(ByteOut *out, uint64_t more)
{
    if (out->capacity - out->len < more) {
        uint64_t capacity = out->capacity < 32 ? 64 : 2 * out->capacity;
        while (capacity - out->len < more)
            capacity *= 2;
        char *data = (char *)arena_alloc(out->arena, capacity, 8);
        if (out->len != 0)
            memcpy(data, out->data, out->len);
        out->data = data;
        out->capacity = capacity;
    }
    out->len += more;
    return out->data + out->len - more;
}

static inline void out_bytes(ByteOut *out, const void *data, uint64_t len)
{
    if (len != 0)
        memcpy(out_room(out, len), data, len);
}

static inline void out_u8(ByteOut *out, uint8_t value)
{
    *out_room(out, 1) = (char)value;
}

static inline void out_u64(ByteOut *out, uint64_t value)
{
    memcpy(out_room(out, 8), &value, 8);
}

static inline void out_u32(ByteOut *out, uint32_t value)
{
    memcpy(out_room(out, 4), &value, 4);
}

static inline void out_varint(ByteOut *out, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        out_u8(out, (uint8_t)(value | 0x80));
    out_u8(out, (uint8_t)value);
}

static inline void out_text(ByteOut *out, Str text)
{
    out_varint(out, text.len);
    out_bytes(out, text.data, text.len);
}

static inline Str out_str(const ByteOut *out)
{
    return (Str){ out->data, out->len };
}

static inline ByteIn byte_in(Str bytes)
{
    return (ByteIn){ bytes.data, bytes.data + bytes.len, false };
}

/* A view of the next `len` bytes; empty and bad when there are fewer. */
static inline Str in_bytes(ByteIn *in, uint64_t len)
{
    if (in->bad || (uint64_t)(in->end - in->at) < len) {
        in->bad = true;
        return STR_EMPTY;
    }
    in->at += len;
    return (Str){ in->at - len, len };
}

/* The next `len` bytes into `out`, which stays as it is when there are fewer. */
static inline void in_copy(ByteIn *in, void *out, uint64_t len)
{
    Str bytes = in_bytes(in, len);
    if (bytes.len == len)
        memcpy(out, bytes.data, len);
}

static inline uint8_t in_u8(ByteIn *in)
{
    uint8_t value = 0;
    in_copy(in, &value, sizeof value);
    return value;
}

static inline uint64_t in_u64(ByteIn *in)
{
    uint64_t value = 0;
    in_copy(in, &value, sizeof value);
    return value;
}

static inline uint32_t in_u32(ByteIn *in)
{
    uint32_t value = 0;
    in_copy(in, &value, sizeof value);
    return value;
}

static inline uint64_t in_varint(ByteIn *in)
{
    uint64_t value = 0;
    for (uint32_t shift = 0; shift < 64; shift += 7) {
        uint8_t byte = in_u8(in);
        uint64_t part = byte & 0x7f;
        if (part << shift >> shift != part || (byte == 0 && shift != 0))
            break; /* too large, or not the shortest form */
        value |= part << shift;
        if (byte < 0x80)
            return in->bad ? 0 : value;
    }
    in->bad = true;
    return 0;
}

static inline Str in_text(ByteIn *in)
{
    return in_bytes(in, in_varint(in));
}

/* All read, and nothing missing. */
static inline bool in_done(const ByteIn *in)
{
    return !in->bad && in->at == in->end;
}

#endif
