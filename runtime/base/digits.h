/* digits.h -- whole numbers of 8 to 16 decimal digits, eight at a time.
 *
 * Identifiers and times in text are mostly such numbers; the general parsers go digit by digit.
 *
 * Cost       about 3 ns, whatever the length. */
#ifndef SQC_BASE_DIGITS_H
#define SQC_BASE_DIGITS_H

#include "runtime/base/str.h"

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
            (((bytes >> 16) & 0x000000FF000000FFu) * 0x0000271000000001u)) >> 32;
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
