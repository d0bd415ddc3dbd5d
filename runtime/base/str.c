/* str.c -- comparing, finding and copying pieces of text. */
#include "runtime/base/str.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

static unsigned char lower(char c)
{
    unsigned char u = (unsigned char)c;
    return u >= 'A' && u <= 'Z' ? (unsigned char)(u + 32) : u;
}

bool str_equal_nocase(Str a, Str b)
{
    if (a.len != b.len)
        return false;
    for (uint64_t i = 0; i < a.len; i++) {
        if (lower(a.data[i]) != lower(b.data[i]))
            return false;
    }
    return true;
}

bool str_starts_with(Str s, Str prefix)
{
    return s.len >= prefix.len && str_equal(str_slice(s, 0, prefix.len), prefix);
}

bool str_ends_with(Str s, Str suffix)
{
    return s.len >= suffix.len && str_equal(str_slice(s, s.len - suffix.len, suffix.len), suffix);
}

int64_t str_find(Str s, Str needle)
{
    if (needle.len == 0)
        return 0;
    for (uint64_t i = 0; i + needle.len <= s.len; i++) {
        const char *hit = memchr(s.data + i, needle.data[0], s.len - needle.len + 1 - i);
        if (hit == NULL)
            return -1;
        i = (uint64_t)(hit - s.data);
        if (memcmp(hit, needle.data, needle.len) == 0)
            return (int64_t)i;
    }
    return -1;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

Str str_trim(Str s)
{
    while (s.len > 0 && is_blank(s.data[0]))
        s = str_slice(s, 1, s.len - 1);
    while (s.len > 0 && is_blank(s.data[s.len - 1]))
        s.len--;
    return s;
}

Str str_copy(Arena *arena, Str s)
{
    return (Str){ arena_copy(arena, s.data, s.len), s.len };
}

Str str_printf(Arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(len >= 0);
    char *text = arena_alloc(arena, (size_t)len + 1, 1);
    va_start(args, format);
    vsnprintf(text, (size_t)len + 1, format, args);
    va_end(args);
    return (Str){ text, (uint64_t)len };
}

enum { DISTANCE_LEN_MAX = 64 };

uint32_t str_distance(Str a, Str b, uint32_t limit)
{
    if (a.len > DISTANCE_LEN_MAX || b.len > DISTANCE_LEN_MAX)
        return limit + 1;
    uint32_t rows[3][DISTANCE_LEN_MAX + 1]; /* rows[i % 3][j]: distance of the first i bytes of a to the first j of b */
    for (uint32_t j = 0; j <= b.len; j++)
        rows[0][j] = j;
    for (uint32_t i = 1; i <= a.len; i++) {
        uint32_t *now = rows[i % 3], *before = rows[(i + 2) % 3], *earlier = rows[(i + 1) % 3];
        now[0] = i;
        for (uint32_t j = 1; j <= b.len; j++) {
            bool same = lower(a.data[i - 1]) == lower(b.data[j - 1]);
            uint32_t best = before[j - 1] + !same;
            best = before[j] + 1 < best ? before[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
            bool swapped = i > 1 && j > 1 && lower(a.data[i - 1]) == lower(b.data[j - 2]) &&
                           lower(a.data[i - 2]) == lower(b.data[j - 1]);
            now[j] = swapped && earlier[j - 2] + 1 < best ? earlier[j - 2] + 1 : best;
        }
    }
    uint32_t distance = rows[a.len % 3][b.len];
    return distance > limit ? limit + 1 : distance;
}
