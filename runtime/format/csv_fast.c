/* csv_fast.c -- see csv_fast.h; native code and bitcode. */
#include "runtime/format/csv_fast.h"

#include <string.h>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#if defined(__AVX2__)
/* Bit i: byte i is a mark, a newline or not ASCII. */
static inline uint32_t stop_bytes(const char *p, uint32_t mark, uint32_t escape)
{
    __m256i bytes = _mm256_loadu_si256((const __m256i *)p);
    __m256i marks = _mm256_or_si256(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8((char)mark)),
                                    _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8((char)escape)));
    __m256i newline = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\n'));
    return (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(_mm256_or_si256(marks, newline), bytes));
}
#elif defined(__SSE2__)
static inline uint32_t stop_half(const char *p, uint32_t mark, uint32_t escape)
{
    __m128i bytes = _mm_loadu_si128((const __m128i *)p);
    __m128i marks = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8((char)mark)),
                                 _mm_cmpeq_epi8(bytes, _mm_set1_epi8((char)escape)));
    __m128i newline = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n'));
    return (uint32_t)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(marks, newline), bytes));
}

static inline uint32_t stop_bytes(const char *p, uint32_t mark, uint32_t escape)
{
    return stop_half(p, mark, escape) | stop_half(p + 16, mark, escape) << 16;
}
#else
static inline uint32_t stop_bytes(const char *p, uint32_t mark, uint32_t escape)
{
    uint32_t mask = 0;
    for (int i = 0; i < 32; i++) {
        unsigned char c = (unsigned char)p[i];
        mask |= (uint32_t)(c == mark || c == escape || c == '\n' || c >= 0x80) << i;
    }
    return mask;
}
#endif

const char *rt_csv_find(const char *p, uint32_t mark, uint32_t escape)
{
    for (;; p += 32) {
        uint32_t mask = stop_bytes(p, mark, escape);
        if (mask == 0)
            continue;
        p += __builtin_ctz(mask);
        return (unsigned char)*p < 0x80 ? p : csv_text_beyond_ascii(p, mark, escape);
    }
}

const char *rt_csv_find_called(const char *p, uint32_t mark, uint32_t escape)
{
    return rt_csv_find(p, mark, escape);
}

/* How many of the eight bytes at `p` are digits before the first that is none, and the number that these are. */
static inline uint32_t digits_at(const char *p, uint64_t *number)
{
    const uint64_t high = 0xF0F0F0F0F0F0F0F0u, six = 0x0606060606060606u, threes = 0x3030303030303030u;
    uint64_t word;
    memcpy(&word, p, sizeof word);
    uint64_t others = ((word & high) ^ threes) | (((word + six) & high) ^ threes);
    uint32_t count = others == 0 ? 8 : (uint32_t)__builtin_ctzll(others) / 8;
    if (count == 0)
        return 0;
    word <<= 64 - 8 * count; /* what is shifted in reads as zeros before the number */
    word = (word & 0x0F0F0F0F0F0F0F0Fu) * 2561 >> 8;
    word = (word & 0x00FF00FF00FF00FFu) * 6553601 >> 16;
    *number = (word & 0x0000FFFF0000FFFFu) * 42949672960001u >> 32;
    return count;
}

const char *rt_csv_integer(const char *p, int64_t *value)
{
    static const uint64_t POWERS[] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000 };
    bool negative = *p == '-';
    p += negative;
    uint64_t number = 0, part = 0;
    uint32_t all = digits_at(p, &number);
    for (uint32_t more = all; more == 8 && all <= 16; all += more) {
        more = digits_at(p + all, &part);
        if (more > 0)
            number = number * POWERS[more] + part;
    }
    if (all == 0 || all > 18)
        return NULL;
    *value = negative ? -(int64_t)number : (int64_t)number;
    return p + all;
}

/* A field in quotes and its delimiter: behind it, or NULL. */
static inline const char *skip_quoted(const char *p, uint32_t delimiter, uint32_t quote, uint32_t escape)
{
    p = rt_csv_find_called(p + 1, quote, escape);
    return p != NULL && (unsigned char)p[0] == quote && (unsigned char)p[1] == delimiter ? p + 2 : NULL;
}

/* Fields without quotes, until *count have been skipped or a quote stands at the start of one.  One look at 32 bytes
 * serves all the fields that end there. */
static inline const char *skip_plain(const char *p, uint32_t *count, uint32_t delimiter, uint32_t quote,
                                     uint32_t escape)
{
    for (const char *at = p;; at += 32) {
        for (uint32_t mask = stop_bytes(at, delimiter, escape); mask != 0; mask &= mask - 1) {
            const char *stop = at + __builtin_ctz(mask);
            bool is_ascii = (unsigned char)*stop < 0x80;
            if (!is_ascii)
                stop = csv_text_beyond_ascii(stop, delimiter, escape);
            if (stop == NULL || (unsigned char)*stop != delimiter)
                return NULL;
            *count -= 1;
            if (*count == 0 || !is_ascii || (unsigned char)stop[1] == quote)
                return stop + 1;
        }
    }
}

const char *rt_csv_skip(const char *p, uint32_t count, uint32_t delimiter, uint32_t quote, uint32_t escape)
{
    while (p != NULL && count > 0) {
        bool quoted = (unsigned char)*p == quote;
        p = quoted ? skip_quoted(p, delimiter, quote, escape) : skip_plain(p, &count, delimiter, quote, escape);
        count -= quoted;
    }
    return p;
}
