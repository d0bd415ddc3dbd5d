/* str.h -- a piece of text: where it starts and how many bytes it has.
 *
 * The one string type of the compiler, the runtime, SQL functions and generated code (physical kind STR).  It borrows:
 * whoever keeps one copies the bytes into an arena or into its state slot.  Not NUL-terminated; may hold NUL bytes.
 *
 * Units      len is bytes, text is UTF-8 where SQL says text.
 * Ownership  none: a view. */
#ifndef SQC_BASE_STR_H
#define SQC_BASE_STR_H

#include "runtime/base/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef struct Str {
    const char *data;
    uint64_t len;
} Str;

#define STR(literal) ((Str){ (literal), sizeof(literal) - 1 })
#define STR_EMPTY ((Str){ "", 0 })
/* For printf: "%.*s". */
#define STR_ARG(s) (int)(s).len, (s).data

static inline Str str_from(const char *text)
{
    return (Str){ text, text == NULL ? 0 : strlen(text) };
}

static inline Str str_slice(Str s, uint64_t from, uint64_t len)
{
    return (Str){ s.data + from, len };
}

static inline bool str_equal(Str a, Str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* Byte order: the order of SQL text and of keys. */
static inline int str_compare(Str a, Str b)
{
    uint64_t len = a.len < b.len ? a.len : b.len;
    int order = len == 0 ? 0 : memcmp(a.data, b.data, len);
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

/* ASCII letters without regard to case: keywords, function names, options. */
bool str_equal_nocase(Str a, Str b);
bool str_starts_with(Str s, Str prefix);
bool str_ends_with(Str s, Str suffix);
/* Index of the first occurrence, or -1. */
int64_t str_find(Str s, Str needle);
/* Without ASCII blanks at both ends. */
Str str_trim(Str s);
/* A NUL-terminated copy in the arena. */
Str str_copy(Arena *arena, Str s);
Str str_printf(Arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* How far apart two names are (Damerau-Levenshtein, case ignored); more than `limit` is answered as limit + 1. */
uint32_t str_distance(Str a, Str b, uint32_t limit);

#endif
