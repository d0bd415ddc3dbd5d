/* key.c -- key encoding of values that are not known at compile time, and of texts with NUL bytes. */
#include "runtime/abi/key.h"

#include <assert.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

char *key_put_str_escaped(char *at, const char *data, uint64_t len)
{
    for (uint64_t i = 0; i < len; i++) {
        *at++ = data[i];
        if (data[i] == 0)
            *at++ = (char)0xff;
    }
    *at++ = 0;
    return at;
}

char *key_put(char *at, RtDatum datum)
{
    bool null = datum.is_null;
    switch ((RtKind)datum.kind) {
    case PK_BOOL: return key_put_bool(at, null, datum.value.b);
    case PK_I8: return key_put_i8(at, null, datum.value.i8);
    case PK_I16: return key_put_i16(at, null, datum.value.i16);
    case PK_I32: return key_put_i32(at, null, datum.value.i32);
    case PK_I64: return key_put_i64(at, null, datum.value.i64);
    case PK_F32: return key_put_f32(at, null, datum.value.f32);
    case PK_F64: return key_put_f64(at, null, datum.value.f64);
    case PK_D128: return key_put_d128(at, null, &datum.value.d128);
    case PK_TIME96: return key_put_time96(at, null, &datum.value.time96);
    case PK_STR:
    case PK_BLOB: return key_put_str(at, null, &datum.value.str);
    case PK_COUNT: break;
    }
    assert(!"no such kind");
    return at;
}

/* `at` is behind the marker.  The end of the text: a 00 that no FF follows; NULL when there is none. */
static const char *text_end(const char *at, const char *end, uint64_t *escapes)
{
    *escapes = 0;
    for (;;) {
        const char *zero = at < end ? memchr(at, 0, (size_t)(end - at)) : NULL;
        if (zero == NULL)
            return NULL;
        if (zero + 1 == end || (unsigned char)zero[1] != 0xff)
            return zero;
        *escapes += 1;
        at = zero + 2;
    }
}

static Str unescape(const char *at, const char *end, uint64_t escapes, Arena *arena)
{
    uint64_t len = (uint64_t)(end - at) - escapes;
    char *copy = arena_alloc(arena, len, 1);
    for (uint64_t i = 0; i < len; i++) {
        copy[i] = *at;
        at += *at == 0 ? 2 : 1;
    }
    return (Str){ copy, len };
}

static const char *get_text(const char *at, const char *end, Arena *arena, Str *out)
{
    uint64_t escapes;
    const char *stop = text_end(at, end, &escapes);
    if (stop == NULL)
        return NULL;
    *out = escapes == 0 ? (Str){ at, (uint64_t)(stop - at) } : unescape(at, stop, escapes, arena);
    return stop + 1;
}

const char *key_get_str(const char *at, Arena *arena, Str *out)
{
    const char *zero = at + 1 + strlen(at + 1);
    if (__builtin_expect((unsigned char)zero[1] != 0xff, 1)) {
        *out = (Str){ at + 1, (uint64_t)(zero - at - 1) };
        return zero + 1;
    }
    while ((unsigned char)zero[1] == 0xff)
        zero += 2 + strlen(zero + 2);
    return get_text(at + 1, zero + 1, arena, out);
}

static void get_fixed(const char *at, RtKind kind, RtValue *out)
{
    switch (kind) {
    case PK_BOOL: out->b = key_get_bool(at); break;
    case PK_I8: out->i8 = key_get_i8(at); break;
    case PK_I16: out->i16 = key_get_i16(at); break;
    case PK_I32: out->i32 = key_get_i32(at); break;
    case PK_I64: out->i64 = key_get_i64(at); break;
    case PK_F32: out->f32 = key_get_f32(at); break;
    case PK_F64: out->f64 = key_get_f64(at); break;
    case PK_D128: out->d128 = key_get_d128(at); break;
    case PK_TIME96: out->time96 = key_get_time96(at); break;
    case PK_STR:
    case PK_BLOB:
    case PK_COUNT: assert(!"no fixed size"); break;
    }
}

const char *key_get(const char *at, const char *end, RtKind kind, Arena *arena, RtDatum *out)
{
    uint32_t fixed = key_bytes_fixed(kind);
    uint32_t least = fixed == KEY_VARIABLE ? 1 : fixed;
    if ((size_t)(end - at) < least || (at[0] != 0 && at[0] != 1))
        return NULL;
    *out = datum_null(kind);
    if (at[0] == 0)
        return at + least;
    out->is_null = false;
    if (fixed == KEY_VARIABLE)
        return get_text(at + 1, end, arena, &out->value.str);
    get_fixed(at, kind, &out->value);
    return at + fixed;
}

Str key_of_values(Arena *arena, const RtDatum *values, uint32_t count)
{
    uint64_t room = 1;
    for (uint32_t i = 0; i < count; i++)
        room += key_bytes_max(values[i]);
    char *key = arena_alloc(arena, room, 1), *end = key;
    for (uint32_t i = 0; i < count; i++)
        end = key_put(end, values[i]);
    return (Str){ key, (uint64_t)(end - key) };
}

uint64_t key_hash(const char *key, uint64_t len)
{
    return XXH3_64bits(key, len);
}
