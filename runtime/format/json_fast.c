/* json_fast.c -- see json_fast.h; native code and bitcode. */
#include "runtime/format/json_fast.h"

#include "runtime/base/digits.h"

#if defined(__AVX2__)
#include <immintrin.h>

/* Bit i: byte i is a quote, a backslash, a control character or not ASCII. */
static inline uint32_t special_bytes(const char *p)
{
    __m256i bytes = _mm256_loadu_si256((const __m256i *)p);
    __m256i control = _mm256_cmpeq_epi8(_mm256_min_epu8(bytes, _mm256_set1_epi8(0x1f)), bytes);
    __m256i quote = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"'));
    __m256i escape = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\'));
    __m256i any = _mm256_or_si256(_mm256_or_si256(control, bytes), _mm256_or_si256(quote, escape));
    return (uint32_t)_mm256_movemask_epi8(any);
}
#else
static inline uint32_t special_bytes(const char *p)
{
    uint32_t mask = 0;
    for (int i = 0; i < 32; i++) {
        unsigned char c = (unsigned char)p[i];
        mask |= (uint32_t)(c == '"' || c == '\\' || c < 0x20 || c >= 0x80) << i;
    }
    return mask;
}
#endif

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

bool rt_json_string_fits(const char *p, uint64_t len)
{
    const uint32_t last = (uint32_t)1 << 31;
    if (len < 31) {
        uint32_t quote = (uint32_t)1 << len;
        return (special_bytes(p) & (quote | (quote - 1))) == quote && p[len] == '"';
    }
    uint64_t at = 0;
    for (; at + 32 <= len; at += 32) {
        if (special_bytes(p + at) != 0)
            return false;
    }
    return special_bytes(p + len - 31) == last && p[len] == '"';
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
