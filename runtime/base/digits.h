/* digits.h -- whole numbers of 8 to 16 decimal digits, all at a time or eight.
 *
 * Identifiers and times in text are mostly such numbers; the general parsers go digit by digit.
 *
 * Cost       about 3 ns, whatever the length; a third of that where the processor multiplies bytes (generated code). */
#ifndef SQC_BASE_DIGITS_H
#define SQC_BASE_DIGITS_H

#include "runtime/base/str.h"

#if defined(__SSE4_1__)
#include <immintrin.h>

/* False where the text has another length, a sign, or anything but digits. */
static inline bool digits_quick(Str text, int64_t *value)
{
    /* By digits behind the first eight: from the first eight and the last eight to sixteen with zeroes in front. */
    enum { Z = -1 };
    static const int8_t PLACES[9][16] = {
        { Z, Z, Z, Z, Z, Z, Z, Z, 8, 9, 10, 11, 12, 13, 14, 15 },
        { Z, Z, Z, Z, Z, Z, Z, 0, 8, 9, 10, 11, 12, 13, 14, 15 },
        { Z, Z, Z, Z, Z, Z, 0, 1, 8, 9, 10, 11, 12, 13, 14, 15 },
        { Z, Z, Z, Z, Z, 0, 1, 2, 8, 9, 10, 11, 12, 13, 14, 15 },
        { Z, Z, Z, Z, 0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15 },
        { Z, Z, Z, 0, 1, 2, 3, 4, 8, 9, 10, 11, 12, 13, 14, 15 },
        { Z, Z, 0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15 },
        { Z, 0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15 },
        { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
    };
    uint64_t behind = text.len - 8;
    if (behind > 8)
        return false;
    __m128i head = _mm_loadl_epi64((const __m128i *)text.data);
    __m128i tail = _mm_loadl_epi64((const __m128i *)(text.data + behind));
    __m128i digits = _mm_sub_epi8(_mm_unpacklo_epi64(head, tail), _mm_set1_epi8('0'));
    __m128i beyond = _mm_subs_epu8(digits, _mm_set1_epi8(9));
    if (!_mm_testz_si128(beyond, beyond))
        return false;
    digits = _mm_shuffle_epi8(digits, _mm_loadu_si128((const __m128i *)PLACES[behind]));
    __m128i pairs = _mm_maddubs_epi16(digits, _mm_set1_epi16(1 << 8 | 10));
    __m128i fours = _mm_madd_epi16(pairs, _mm_set1_epi32(1 << 16 | 100));
    __m128i eights = _mm_madd_epi16(_mm_packus_epi32(fours, fours), _mm_set1_epi32(1 << 16 | 10000));
    uint64_t both = (uint64_t)_mm_cvtsi128_si64(eights);
    *value = (int64_t)((both & UINT32_MAX) * 100000000 + (both >> 32));
    return true;
}
#else
/* Are all eight bytes '0'..'9'? */
static inline bool digits_all(uint64_t bytes)
{
    const uint64_t high = 0xF0F0F0F0F0F0F0F0u;
    return ((bytes & high) | (((bytes + 0x0606060606060606u) & high) >> 4)) == 0x3333333333333333u;
}

/* Eight digits, the first in the lowest byte: pairs, fours, eights. */
static inline uint64_t digits_value(uint64_t bytes)
{
    bytes -= 0x3030303030303030u;
    bytes = bytes * 10 + (bytes >> 8);
    return (((bytes & 0x000000FF000000FFu) * 0x000F424000000064u) +
            (((bytes >> 16) & 0x000000FF000000FFu) * 0x0000271000000001u)) >>
           32;
}

/* False where the text has another length, a sign, or anything but digits. */
static inline bool digits_quick(Str text, int64_t *value)
{
    static const uint32_t POWERS[] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000 };
    if (text.len - 8 > 8)
        return false;
    uint64_t head, tail, behind = text.len - 8; /* digits behind the first eight */
    memcpy(&head, text.data, sizeof head);
    memcpy(&tail, text.data + behind, sizeof tail);
    if (!digits_all(head) || !digits_all(tail))
        return false;
    /* Only the last `behind` digits of the tail count: the bytes before them become zeroes in front. */
    uint64_t before = behind == 8 ? 0 : UINT64_MAX >> (8 * behind);
    uint64_t kept = (tail & ~before) | (0x3030303030303030u & before);
    *value = (int64_t)(digits_value(head) * POWERS[behind] + digits_value(kept));
    return true;
}
#endif

#endif
