/* json_beyond.c -- the slow steps of a compiled JSON decoder: text that is not ASCII, and values of any kind. */
#include "runtime/base/json_text.h"
#include "runtime/base/utf8.h"
#include "runtime/format/json_fast.h"

const char *json_string_beyond_ascii(const char *p)
{
    const char *start = p;
    uint64_t error_at;
    while (*p != '"') {
        unsigned char c = (unsigned char)*p;
        if (c < 0x20 || c == '\\')
            return NULL;
        p++;
    }
    return utf8_valid((Str){ start, (uint64_t)(p - start) }, &error_at) ? p : NULL;
}

const char *rt_json_skip(const char *p)
{
    const char *newline = p;
    while (*newline != '\n')
        newline++;
    JsonScan scan;
    JsonText value;
    json_begin(&scan, (Str){ p, (uint64_t)(newline - p) });
    return json_value(&scan, &value) ? scan.at : NULL;
}
