/* utf8.c -- checking text, and case through the Unicode tables of utf8proc.
 *
 * utf8proc has the simple mappings, one code point to one.  The few full mappings that Java's toUpperCase and
 * toLowerCase of the root locale make on top (SpecialCasing.txt of Unicode, its unconditional part) are the table
 * below; the one conditional rule without a language is the final sigma. */
#include "runtime/base/utf8.h"

#include <utf8proc.h>

static uint64_t load8(const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

static const uint64_t HIGH_BITS = 0x8080808080808080u;

bool utf8_is_ascii(Str s)
{
    uint64_t i = 0;
    for (; i + 8 <= s.len; i += 8) {
        if (load8(s.data + i) & HIGH_BITS)
            return false;
    }
    for (; i < s.len; i++) {
        if ((unsigned char)s.data[i] >= 0x80)
            return false;
    }
    return true;
}

bool utf8_valid(Str s, uint64_t *error_at)
{
    const char *at = s.data, *end = s.data + s.len;
    while (at < end) {
        if (end - at >= 8 && (load8(at) & HIGH_BITS) == 0) {
            at += 8;
            continue;
        }
        uint32_t bytes = utf8_step(at, end);
        if (bytes == 0) {
            if (error_at != NULL)
                *error_at = (uint64_t)(at - s.data);
            return false;
        }
        at += bytes;
    }
    return true;
}

uint32_t utf8_code_upper(uint32_t code)
{
    return (uint32_t)utf8proc_toupper((utf8proc_int32_t)code);
}

uint32_t utf8_code_lower(uint32_t code)
{
    return (uint32_t)utf8proc_tolower((utf8proc_int32_t)code);
}

bool utf8_code_is_letter(uint32_t code)
{
    switch (utf8proc_category((utf8proc_int32_t)code)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO: return true;
    default: return false;
    }
}

bool utf8_code_is_digit(uint32_t code)
{
    return utf8proc_category((utf8proc_int32_t)code) == UTF8PROC_CATEGORY_ND;
}

/* Upper case of several code points. */
static const struct {
    uint32_t code;
    uint32_t upper[3];
} UPPER_FULL[] = {
    { 0x00DF, { 'S', 'S' } },
    { 0x0149, { 0x02BC, 'N' } },
    { 0x01F0, { 'J', 0x030C } },
    { 0x0390, { 0x0399, 0x0308, 0x0301 } },
    { 0x03B0, { 0x03A5, 0x0308, 0x0301 } },
    { 0x0587, { 0x0535, 0x0552 } },
    { 0x1E96, { 'H', 0x0331 } },
    { 0x1E97, { 'T', 0x0308 } },
    { 0x1E98, { 'W', 0x030A } },
    { 0x1E99, { 'Y', 0x030A } },
    { 0x1E9A, { 'A', 0x02BE } },
    { 0x1F50, { 0x03A5, 0x0313 } },
    { 0x1F52, { 0x03A5, 0x0313, 0x0300 } },
    { 0x1F54, { 0x03A5, 0x0313, 0x0301 } },
    { 0x1F56, { 0x03A5, 0x0313, 0x0342 } },
    { 0x1FB2, { 0x1FBA, 0x0399 } },
    { 0x1FB3, { 0x0391, 0x0399 } },
    { 0x1FB4, { 0x0386, 0x0399 } },
    { 0x1FB6, { 0x0391, 0x0342 } },
    { 0x1FB7, { 0x0391, 0x0342, 0x0399 } },
    { 0x1FBC, { 0x0391, 0x0399 } },
    { 0x1FC2, { 0x1FCA, 0x0399 } },
    { 0x1FC3, { 0x0397, 0x0399 } },
    { 0x1FC4, { 0x0389, 0x0399 } },
    { 0x1FC6, { 0x0397, 0x0342 } },
    { 0x1FC7, { 0x0397, 0x0342, 0x0399 } },
    { 0x1FCC, { 0x0397, 0x0399 } },
    { 0x1FD2, { 0x0399, 0x0308, 0x0300 } },
    { 0x1FD3, { 0x0399, 0x0308, 0x0301 } },
    { 0x1FD6, { 0x0399, 0x0342 } },
    { 0x1FD7, { 0x0399, 0x0308, 0x0342 } },
    { 0x1FE2, { 0x03A5, 0x0308, 0x0300 } },
    { 0x1FE3, { 0x03A5, 0x0308, 0x0301 } },
    { 0x1FE4, { 0x03A1, 0x0313 } },
    { 0x1FE6, { 0x03A5, 0x0342 } },
    { 0x1FE7, { 0x03A5, 0x0308, 0x0342 } },
    { 0x1FF2, { 0x1FFA, 0x0399 } },
    { 0x1FF3, { 0x03A9, 0x0399 } },
    { 0x1FF4, { 0x038F, 0x0399 } },
    { 0x1FF6, { 0x03A9, 0x0342 } },
    { 0x1FF7, { 0x03A9, 0x0342, 0x0399 } },
    { 0x1FFC, { 0x03A9, 0x0399 } },
    { 0xFB00, { 'F', 'F' } },
    { 0xFB01, { 'F', 'I' } },
    { 0xFB02, { 'F', 'L' } },
    { 0xFB03, { 'F', 'F', 'I' } },
    { 0xFB04, { 'F', 'F', 'L' } },
    { 0xFB05, { 'S', 'T' } },
    { 0xFB06, { 'S', 'T' } },
    { 0xFB13, { 0x0544, 0x0546 } },
    { 0xFB14, { 0x0544, 0x0535 } },
    { 0xFB15, { 0x0544, 0x053B } },
    { 0xFB16, { 0x054E, 0x0546 } },
    { 0xFB17, { 0x0544, 0x053D } },
};

enum { IOTA_FIRST = 0x1F80, IOTA_LAST = 0x1FAF, CODES_UPPER_MAX = 3 };

/* Writes the upper case of `code`: up to three code points. */
static uint32_t put_upper(char *to, uint32_t code)
{
    if (code >= IOTA_FIRST && code <= IOTA_LAST) { /* Greek with iota below: the capital, then a capital iota */
        static const uint32_t CAPITALS[] = { 0x1F08, 0x1F28, 0x1F68 };
        uint32_t bytes = utf8_put(to, CAPITALS[(code - IOTA_FIRST) >> 4] + (code & 7));
        return bytes + utf8_put(to + bytes, 0x0399);
    }
    for (size_t i = 0; code >= 0xDF && i < sizeof UPPER_FULL / sizeof UPPER_FULL[0]; i++) {
        if (UPPER_FULL[i].code != code)
            continue;
        uint32_t bytes = 0;
        for (int j = 0; j < CODES_UPPER_MAX && UPPER_FULL[i].upper[j] != 0; j++)
            bytes += utf8_put(to + bytes, UPPER_FULL[i].upper[j]);
        return bytes;
    }
    return utf8_put(to, utf8_code_upper(code));
}

static Str map_ascii(Arena *arena, Str s, char first)
{
    char *to = arena_alloc(arena, s.len, 1);
    for (uint64_t i = 0; i < s.len; i++)
        to[i] = (char)(s.data[i] ^ ((unsigned char)(s.data[i] - first) < 26 ? 0x20 : 0));
    return (Str){ to, s.len };
}

Str utf8_upper(Arena *arena, Str s)
{
    if (utf8_is_ascii(s))
        return map_ascii(arena, s, 'a');
    char *to = arena_alloc(arena, s.len * CODES_UPPER_MAX, 1); /* a code point of two bytes can become six */
    uint64_t len = 0;
    for (const char *at = s.data, *end = s.data + s.len; at < end;) {
        uint32_t bytes = utf8_step(at, end);
        if (bytes == 0)
            to[len++] = *at++;
        else
            len += put_upper(to + len, utf8_next(&at, end));
    }
    return (Str){ to, len };
}

static bool is_cased(uint32_t code)
{
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)code);
    return category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LL || category == UTF8PROC_CATEGORY_LT;
}

/* What the final-sigma rule looks through. */
static bool is_case_ignorable(uint32_t code)
{
    switch (utf8proc_category((utf8proc_int32_t)code)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK: return true;
    default: return code == '\'' || code == '.' || code == ':' || code == 0xB7 || code == 0x2019 || code == 0x2024;
    }
}

/* A capital sigma ends a word: a cased letter before it and none behind it. */
static bool is_final_sigma(bool cased_before, const char *behind, const char *end)
{
    if (!cased_before)
        return false;
    while (behind < end) {
        uint32_t code = utf8_next(&behind, end);
        if (!is_case_ignorable(code))
            return !is_cased(code);
    }
    return true;
}

enum { CAPITAL_SIGMA = 0x3A3, FINAL_SIGMA = 0x3C2, CAPITAL_I_DOT = 0x130, DOT_ABOVE = 0x307 };

Str utf8_lower(Arena *arena, Str s)
{
    if (utf8_is_ascii(s))
        return map_ascii(arena, s, 'A');
    char *to = arena_alloc(arena, s.len * 2, 1);
    uint64_t len = 0;
    bool cased_before = false;
    for (const char *at = s.data, *end = s.data + s.len; at < end;) {
        if (utf8_step(at, end) == 0) {
            to[len++] = *at++;
            continue;
        }
        uint32_t code = utf8_next(&at, end);
        if (code == CAPITAL_SIGMA && is_final_sigma(cased_before, at, end))
            len += utf8_put(to + len, FINAL_SIGMA);
        else
            len += utf8_put(to + len, code == CAPITAL_I_DOT ? 'i' : utf8_code_lower(code));
        if (code == CAPITAL_I_DOT)
            len += utf8_put(to + len, DOT_ABOVE);
        if (!is_case_ignorable(code))
            cased_before = is_cased(code);
    }
    return (Str){ to, len };
}
