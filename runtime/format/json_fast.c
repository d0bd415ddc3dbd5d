/* json_fast.c -- see json_fast.h; native code and bitcode. */
#include "runtime/format/json_fast.h"

#include "runtime/base/digits.h"

#if defined(__AVX2__)
#include <immintrin.h>

typedef __m256i Marks;

/* 0xff for each byte of 32 that is a quote, a backslash, a control character or not ASCII. */
static inline Marks special_marks(const char *p)
{
    __m256i bytes = _mm256_loadu_si256((const __m256i *)p);
    __m256i odd = _mm256_cmpgt_epi8(_mm256_set1_epi8(0x20), bytes); /* signed: not ASCII is below too */
    __m256i quote = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"'));
    __m256i escape = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\'));
    return _mm256_or_si256(odd, _mm256_or_si256(quote, escape));
}

static inline Marks marks_or(Marks a, Marks b)
{
    return _mm256_or_si256(a, b);
}

static inline uint32_t marks_bits(Marks marks)
{
    return (uint32_t)_mm256_movemask_epi8(marks);
}
#elif defined(__SSE2__)
#include <immintrin.h>

typedef uint32_t Marks;

static inline uint32_t special_bytes_16(const char *p)
{
    __m128i bytes = _mm_loadu_si128((const __m128i *)p);
    __m128i odd = _mm_cmpgt_epi8(_mm_set1_epi8(0x20), bytes); /* signed: not ASCII is below too */
    __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    __m128i escape = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    return (uint32_t)_mm_movemask_epi8(_mm_or_si128(odd, _mm_or_si128(quote, escape)));
}

static inline Marks special_marks(const char *p)
{
    return special_bytes_16(p) | special_bytes_16(p + 16) << 16;
}
#else
typedef uint32_t Marks;

static inline Marks special_marks(const char *p)
{
    uint32_t mask = 0;
    for (int i = 0; i < 32; i++) {
        unsigned char c = (unsigned char)p[i];
        mask |= (uint32_t)(c == '"' || c == '\\' || c < 0x20 || c >= 0x80) << i;
    }
    return mask;
}
#endif

#if !defined(__AVX2__)
static inline Marks marks_or(Marks a, Marks b)
{
    return a | b;
}

static inline uint32_t marks_bits(Marks marks)
{
    return marks;
}
#endif

/* Bit i: byte i is special. */
static inline uint32_t special_bytes(const char *p)
{
    return marks_bits(special_marks(p));
}

const char *rt_json_string(const char *p)
{
    for (;; p += 32) {
        uint32_t mask = special_bytes(p);
        if (mask == 0)
            continue;
        p += __builtin_ctz(mask);
        return *p == '"' ? p : json_string_beyond_ascii(p);
    }
}

const char *rt_json_string_called(const char *p)
{
    return rt_json_string(p);
}

/* The length is a constant where this melts in: one of the branches stays. */
bool rt_json_string_fits(const char *p, uint64_t len)
{
    if (p[len] != '"')
        return false;
    if (len < 32)
        return (special_bytes(p) & (((uint32_t)1 << len) - 1)) == 0;
    Marks marks = marks_or(special_marks(p), special_marks(p + len - 32));
    for (uint64_t at = 32; at + 32 < len; at += 32)
        marks = marks_or(marks, special_marks(p + at));
    return marks_bits(marks) == 0;
}

bool rt_json_integer_fits(const char *p, uint64_t len, int64_t *value)
{
    char next = p[len];
    return *p != '0' && (next == ',' || next == '}' || next == ' ') && digits_quick((Str){ p, len }, value);
}

const char *rt_json_integer(const char *p, int64_t *value)
{
    bool negative = *p == '-';
    p += negative;
    const char *first = p;
    uint64_t number = 0;
    while ((unsigned char)(*p - '0') < 10 && p - first < 19)
        number = number * 10 + (uint64_t)(*p++ - '0');
    uint64_t digits = (uint64_t)(p - first);
    if (digits == 0 || digits > 18 || (*first == '0' && digits > 1))
        return NULL;
    if (*p == '.' || *p == 'e' || *p == 'E')
        return NULL;
    *value = negative ? -(int64_t)number : (int64_t)number;
    return p;
}
