/* utf8.h -- text as code points: checking, counting, cutting, changing case.
 *
 * SQL text counts code points.  Text that a decoder let in is valid; the counting functions here do not depend on it:
 * they count bytes that begin a code point, so that wrong text gives odd numbers but never a wrong access.
 *
 * Units      offsets are bytes, counts are code points.
 * Ownership  results of utf8_upper and utf8_lower live in the arena.
 * Cost       linear; eight ASCII bytes at a time where the text is ASCII. */
#ifndef SQC_BASE_UTF8_H
#define SQC_BASE_UTF8_H

#include "runtime/base/str.h"

enum { UTF8_BYTES_MAX = 4, UTF8_REPLACEMENT = 0xFFFD };

/* Bytes of the code point that begins at `at`: 1 to 4, or 0 where the bytes are no UTF-8 (overlong forms, surrogates,
 * more than U+10FFFF, a cut sequence).  Needs at < end. */
static inline uint32_t utf8_step(const char *at, const char *end)
{
    const unsigned char *p = (const unsigned char *)at;
    uint64_t left = (uint64_t)(end - at);
    if (p[0] < 0x80)
        return 1;
    if (p[0] < 0xC2 || p[0] > 0xF4 || left < 2)
        return 0;
    if (p[0] < 0xE0)
        return (p[1] & 0xC0) == 0x80 ? 2 : 0;
    /* The second byte tells overlong forms, surrogates and what is beyond U+10FFFF. */
    unsigned char low = p[0] == 0xE0 ? 0xA0 : p[0] == 0xF0 ? 0x90 : 0x80;
    unsigned char high = p[0] == 0xED ? 0x9F : p[0] == 0xF4 ? 0x8F : 0xBF;
    if (p[1] < low || p[1] > high || left < 3 || (p[2] & 0xC0) != 0x80)
        return 0;
    if (p[0] < 0xF0)
        return 3;
    return left >= 4 && (p[3] & 0xC0) == 0x80 ? 4 : 0;
}

/* The code point at *at, which moves behind it; bytes that are no UTF-8 count one by one as U+FFFD. */
static inline uint32_t utf8_next(const char **at, const char *end)
{
    const unsigned char *p = (const unsigned char *)*at;
    switch (utf8_step(*at, end)) {
    case 1: *at += 1; return p[0];
    case 2: *at += 2; return (uint32_t)(p[0] & 0x1F) << 6 | (p[1] & 0x3F);
    case 3: *at += 3; return (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
    case 4:
        *at += 4;
        return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3F) << 12 | (uint32_t)(p[2] & 0x3F) << 6 |
               (p[3] & 0x3F);
    default: *at += 1; return UTF8_REPLACEMENT;
    }
}

/* Writes a code point (at most U+10FFFF; no surrogate) and answers its bytes. */
static inline uint32_t utf8_put(char *to, uint32_t code)
{
    if (code < 0x80) {
        to[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        to[0] = (char)(0xC0 | code >> 6);
        to[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        to[0] = (char)(0xE0 | code >> 12);
        to[1] = (char)(0x80 | (code >> 6 & 0x3F));
        to[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    to[0] = (char)(0xF0 | code >> 18);
    to[1] = (char)(0x80 | (code >> 12 & 0x3F));
    to[2] = (char)(0x80 | (code >> 6 & 0x3F));
    to[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

static inline bool utf8_is_start(char c)
{
    return ((unsigned char)c & 0xC0) != 0x80;
}

static inline uint64_t utf8_count(Str s)
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < s.len; i++)
        count += utf8_is_start(s.data[i]);
    return count;
}

/* Where code point number `index` (from 0) begins; the length of the text when there are fewer. */
static inline uint64_t utf8_offset(Str s, uint64_t index)
{
    uint64_t at = 0;
    for (; at < s.len; at++) {
        if (utf8_is_start(s.data[at]) && index-- == 0)
            break;
    }
    return at;
}

/* Whether all is UTF-8; if not, *error_at is where it ends to be. */
bool utf8_valid(Str s, uint64_t *error_at);
bool utf8_is_ascii(Str s);

/* Case of one code point (Unicode's simple mapping), and what it is. */
uint32_t utf8_code_upper(uint32_t code);
uint32_t utf8_code_lower(uint32_t code);
bool utf8_code_is_letter(uint32_t code);
bool utf8_code_is_digit(uint32_t code); /* decimal digits of any script */

/* Unicode's full mapping without language rules, as Java's root locale: one letter may become several. */
Str utf8_upper(Arena *arena, Str s);
Str utf8_lower(Arena *arena, Str s);

#endif
