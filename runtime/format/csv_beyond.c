/* csv_beyond.c -- the slow step of a compiled CSV decoder: text that is not ASCII. */
#include "runtime/base/utf8.h"
#include "runtime/format/csv_fast.h"

const char *csv_text_beyond_ascii(const char *p, uint32_t mark, uint32_t escape)
{
    const char *start = p;
    uint64_t error_at;
    while ((unsigned char)*p != mark && (unsigned char)*p != escape && *p != '\n')
        p++;
    return utf8_valid((Str){ start, (uint64_t)(p - start) }, &error_at) ? p : NULL;
}
