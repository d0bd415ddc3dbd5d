/* key.h -- one encoding of key values that memcmp orders as SQL does.
 *
 * Groups, output order, ties, fingerprints, hashes and exchange partitions all use these bytes, so they are a wire
 * format: a change is a new layout version of everything.  A key is its columns one behind the other.
 *
 *   kind        bytes   marker  value
 *   BOOL        2       01      00 or 01
 *   I8..I64     2..9    01      big-endian, sign bit flipped
 *   F32, F64    5, 9    01      big-endian bits, all flipped when negative, else the sign bit; -0 is 0; one NaN, last
 *   D128        17      01      big-endian unscaled value, sign bit flipped (one column has one scale)
 *   TIME96      13      01      microseconds as I64, then nanoseconds as 4 bytes big-endian
 *   STR, BLOB   2 + n   01      the bytes, each 00 written as 00 FF, then 00
 *   NULL                00      sorts first; fixed-size kinds fill up with zero bytes to their size, others do not
 *
 * A key of fixed-size kinds alone thus has one length.  What follows a text is a marker (00, 01) or the end, never FF:
 * the terminator is unambiguous, and a text sorts before its continuations.  The hash is XXH3-64, seed 0, of the bytes.
 *
 * Units      sizes are bytes.
 * Ownership  the caller owns `at` and has made room (key_bytes_max).  Decoded STR and BLOB are views of the key, or
 *            arena copies when an escape was in them.
 * Threads    any.
 * Errors     none while encoding; decoding answers NULL when the bytes are no key of that kind.
 * Cost       fixed sizes about 1 ns; text about 1 ns per 16 bytes.  All key_put_* are inlined from bitcode. */
#ifndef SQC_ABI_KEY_H
#define SQC_ABI_KEY_H

#include "runtime/abi/value.h"

enum { KEY_VARIABLE = 0 };

/* Encoded size of a fixed-size kind, NULL included; KEY_VARIABLE for STR and BLOB. */
static inline uint32_t key_bytes_fixed(RtKind kind)
{
    static const uint8_t BYTES[PK_COUNT] = { [PK_BOOL] = 2, [PK_I8] = 2,  [PK_I16] = 3, [PK_I32] = 5,   [PK_I64] = 9,
                                             [PK_F32] = 5,  [PK_F64] = 9, [PK_D128] = 17, [PK_TIME96] = 13 };
    return BYTES[kind];
}

/* Room for a text of `len` bytes: every byte may need an escape. */
static inline uint64_t key_bytes_max_str(uint64_t len)
{
    return 2 + 2 * len;
}

static inline uint64_t key_bytes_max(RtDatum datum)
{
    uint32_t fixed = key_bytes_fixed((RtKind)datum.kind);
    return fixed != KEY_VARIABLE ? fixed : key_bytes_max_str(datum.is_null ? 0 : datum.value.str.len);
}

/* ---- encoders of single kinds: the value is ignored when null; the answer is the end of what was written ---- */
static inline char *key_put_bits8(char *at, bool null, uint8_t bits)
{
    at[0] = (char)!null;
    at[1] = (char)(null ? 0 : bits);
    return at + 2;
}

static inline char *key_put_bits16(char *at, bool null, uint16_t bits)
{
    uint16_t value = __builtin_bswap16(null ? 0 : bits);
    at[0] = (char)!null;
    memcpy(at + 1, &value, sizeof value);
    return at + 3;
}

static inline char *key_put_bits32(char *at, bool null, uint32_t bits)
{
    uint32_t value = __builtin_bswap32(null ? 0 : bits);
    at[0] = (char)!null;
    memcpy(at + 1, &value, sizeof value);
    return at + 5;
}

static inline char *key_put_bits64(char *at, bool null, uint64_t bits)
{
    uint64_t value = __builtin_bswap64(null ? 0 : bits);
    at[0] = (char)!null;
    memcpy(at + 1, &value, sizeof value);
    return at + 9;
}

static inline char *key_put_bool(char *at, bool null, bool v)
{
    return key_put_bits8(at, null, v);
}

static inline char *key_put_i8(char *at, bool null, int8_t v)
{
    return key_put_bits8(at, null, (uint8_t)((uint8_t)v ^ 0x80));
}

static inline char *key_put_i16(char *at, bool null, int16_t v)
{
    return key_put_bits16(at, null, (uint16_t)((uint16_t)v ^ 0x8000));
}

static inline char *key_put_i32(char *at, bool null, int32_t v)
{
    return key_put_bits32(at, null, (uint32_t)v ^ ((uint32_t)1 << 31));
}

static inline char *key_put_i64(char *at, bool null, int64_t v)
{
    return key_put_bits64(at, null, (uint64_t)v ^ ((uint64_t)1 << 63));
}

static inline uint32_t key_order_f32(float v)
{
    v = v == 0 ? 0 : v;
    uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    bits = v != v ? 0x7fc00000u : bits;
    return bits ^ ((bits >> 31) != 0 ? UINT32_MAX : (uint32_t)1 << 31);
}

static inline uint64_t key_order_f64(double v)
{
    v = v == 0 ? 0 : v;
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    bits = v != v ? 0x7ff8000000000000u : bits;
    return bits ^ ((bits >> 63) != 0 ? UINT64_MAX : (uint64_t)1 << 63);
}

static inline char *key_put_f32(char *at, bool null, float v)
{
    return key_put_bits32(at, null, key_order_f32(v));
}

static inline char *key_put_f64(char *at, bool null, double v)
{
    return key_put_bits64(at, null, key_order_f64(v));
}

static inline char *key_put_d128(char *at, bool null, const RtD128 *v)
{
    key_put_bits64(at, null, (uint64_t)v->high ^ ((uint64_t)1 << 63));
    uint64_t low = __builtin_bswap64(null ? 0 : v->low);
    memcpy(at + 9, &low, sizeof low);
    return at + 17;
}

static inline char *key_put_time96(char *at, bool null, const RtTime96 *v)
{
    key_put_i64(at, null, v->us);
    uint32_t ns = __builtin_bswap32(null ? 0 : (uint32_t)v->ns);
    memcpy(at + 9, &ns, sizeof ns);
    return at + 13;
}

/* The rare text with a NUL byte in it; `at` is behind the marker. */
char *key_put_str_escaped(char *at, const char *data, uint64_t len);

static inline char *key_put_str(char *at, bool null, const Str *v)
{
    at[0] = (char)!null;
    if (null)
        return at + 1;
    uint64_t len = v->len;
    if (len != 0 && memchr(v->data, 0, len) != NULL)
        return key_put_str_escaped(at + 1, v->data, len);
    if (len != 0)
        memcpy(at + 1, v->data, len);
    at[1 + len] = 0;
    return at + 2 + len;
}

/* ---- any kind ---- */
char *key_put(char *at, RtDatum datum);
/* Reads one column; the answer is where the next one starts, or NULL when [at, end) does not start with such a value.
 * Text with an escape is copied into `arena`. */
const char *key_get(const char *at, const char *end, RtKind kind, Arena *arena, RtDatum *out);

/* Decoders for generated code: the key is one of ours, so nothing is checked. */
static inline bool key_is_null(const char *at)
{
    return at[0] == 0;
}

static inline uint16_t key_bits16(const char *at)
{
    uint16_t bits;
    memcpy(&bits, at + 1, sizeof bits);
    return __builtin_bswap16(bits);
}

static inline uint32_t key_bits32(const char *at)
{
    uint32_t bits;
    memcpy(&bits, at + 1, sizeof bits);
    return __builtin_bswap32(bits);
}

static inline uint64_t key_bits64(const char *at)
{
    uint64_t bits;
    memcpy(&bits, at + 1, sizeof bits);
    return __builtin_bswap64(bits);
}

static inline bool key_get_bool(const char *at)
{
    return at[1] != 0;
}

static inline int8_t key_get_i8(const char *at)
{
    return (int8_t)((uint8_t)at[1] ^ 0x80);
}

static inline int16_t key_get_i16(const char *at)
{
    return (int16_t)(key_bits16(at) ^ 0x8000);
}

static inline int32_t key_get_i32(const char *at)
{
    return (int32_t)(key_bits32(at) ^ ((uint32_t)1 << 31));
}

static inline int64_t key_get_i64(const char *at)
{
    return (int64_t)(key_bits64(at) ^ ((uint64_t)1 << 63));
}

static inline float key_get_f32(const char *at)
{
    uint32_t bits = key_bits32(at);
    bits ^= (bits >> 31) != 0 ? (uint32_t)1 << 31 : UINT32_MAX;
    float v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static inline double key_get_f64(const char *at)
{
    uint64_t bits = key_bits64(at);
    bits ^= (bits >> 63) != 0 ? (uint64_t)1 << 63 : UINT64_MAX;
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static inline RtD128 key_get_d128(const char *at)
{
    return (RtD128){ .low = key_bits64(at + 8), .high = key_get_i64(at) };
}

static inline RtTime96 key_get_time96(const char *at)
{
    return (RtTime96){ .us = key_get_i64(at), .ns = (int32_t)key_bits32(at + 8) };
}

/* Not for NULL.  The byte behind the key must be readable and not FF (group tables keep a zero byte there).  The answer
 * is the start of the next column. */
const char *key_get_str(const char *at, Arena *arena, Str *out);

/* The key of so many values, in the arena. */
Str key_of_values(Arena *arena, const RtDatum *values, uint32_t count);

/* XXH3-64, seed 0. */
uint64_t key_hash(const char *key, uint64_t len);

#endif
