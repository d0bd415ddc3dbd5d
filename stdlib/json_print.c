/* json_print.c -- writing JSON text.
 *
 * No value grows to more than twice its text: numbers gain at most a point, a sign and a digit of the exponent (and
 * have three bytes at least where they do), strings only lose escapes.  So the room is taken once. */
#include "stdlib/json_print.h"

#include "runtime/base/number.h"
#include "runtime/base/utf8.h"
#include "runtime/base/vec.h"

#include <stdlib.h>

typedef struct JsonWriter {
    Arena *arena;
    char *at;
} JsonWriter;

static void put(JsonWriter *w, const char *text, uint64_t len)
{
    memcpy(w->at, text, len);
    w->at += len;
}

static void put_char(JsonWriter *w, char c)
{
    *w->at++ = c;
}

/* ---- strings ---- */

static char short_escape(char c)
{
    switch (c) {
    case '"': return '"';
    case '\\': return '\\';
    case '\b': return 'b';
    case '\f': return 'f';
    case '\n': return 'n';
    case '\r': return 'r';
    case '\t': return 't';
    default: return '\0';
    }
}

static void put_unit(JsonWriter *w, uint32_t unit, const char *digits)
{
    put(w, "\\u", 2);
    for (int shift = 12; shift >= 0; shift -= 4)
        put_char(w, digits[unit >> shift & 15]);
}

static void put_text(JsonWriter *w, Str text, bool ascii)
{
    put_char(w, '"');
    for (const char *at = text.data, *end = at + text.len; at < end;) {
        char c = *at, escape = short_escape(c);
        if (ascii && c == '/')
            escape = '/';
        if (escape != '\0') {
            put_char(w, '\\');
            put_char(w, escape);
            at++;
        } else if ((unsigned char)c < 0x20) {
            put_unit(w, (unsigned char)c, "0123456789ABCDEF");
            at++;
        } else if (!ascii || (unsigned char)c < 0x80) {
            put_char(w, c);
            at++;
        } else {
            uint32_t code = utf8_next(&at, end);
            if (code >= 0x10000) {
                put_unit(w, 0xD800 + ((code - 0x10000) >> 10), "0123456789abcdef");
                code = 0xDC00 + (code & 0x3FF);
            }
            put_unit(w, code, "0123456789abcdef");
        }
    }
    put_char(w, '"');
}

Str json_quote(Arena *arena, Str text, bool ascii)
{
    char *to = arena_alloc(arena, text.len * 6 + 2, 1);
    JsonWriter writer = { .arena = arena, .at = to };
    put_text(&writer, text, ascii);
    return (Str){ to, (uint64_t)(writer.at - to) };
}

/* ---- numbers ---- */

enum { EXPONENT_MAX = 1000000000 };

/* sign, unscaled digits (in `digits`, no leading zeros) and scale of a token with a fraction or an exponent */
typedef struct Decimal {
    bool negative;
    const char *digits;
    int64_t count;
    int64_t scale;
} Decimal;

/* False where the exponent is out of all bounds. */
static bool read_decimal(Str token, char *room, Decimal *out)
{
    const char *at = token.data, *end = at + token.len;
    char *digits = room;
    int64_t exponent = 0;
    *out = (Decimal){ .negative = *at == '-' };
    at += out->negative;
    bool fraction = false;
    for (; at < end && (*at | 0x20) != 'e'; at++) {
        if (*at == '.') {
            fraction = true;
            continue;
        }
        *digits++ = *at;
        out->scale += fraction;
    }
    if (at < end) {
        bool negative = *++at == '-';
        at += *at == '-' || *at == '+';
        for (; at < end && exponent <= EXPONENT_MAX; at++)
            exponent = exponent * 10 + (*at - '0');
        exponent = negative ? -exponent : exponent;
    }
    while (digits - room > 1 && *room == '0')
        room++;
    out->digits = room;
    out->count = digits - room;
    out->scale -= exponent;
    return exponent <= EXPONENT_MAX && exponent >= -EXPONENT_MAX;
}

static void put_plain(JsonWriter *w, const Decimal *d)
{
    int64_t whole = d->count - d->scale;
    if (whole > 0) {
        put(w, d->digits, (uint64_t)whole);
    } else {
        put_char(w, '0');
    }
    if (d->scale == 0)
        return;
    put_char(w, '.');
    for (int64_t zeros = whole; zeros < 0; zeros++)
        put_char(w, '0');
    int64_t from = whole > 0 ? whole : 0;
    put(w, d->digits + from, (uint64_t)(d->count - from));
}

static void put_scientific(JsonWriter *w, const Decimal *d, int64_t exponent)
{
    put_char(w, d->digits[0]);
    if (d->count > 1) {
        put_char(w, '.');
        put(w, d->digits + 1, (uint64_t)(d->count - 1));
    }
    char digits[INT_TEXT_MAX];
    if (exponent == 0)
        return;
    put(w, exponent > 0 ? "E+" : "E-", 2);
    put(w, digits, int_print(exponent > 0 ? exponent : -exponent, digits));
}

static void put_number(JsonWriter *w, JsonText number)
{
    Decimal d;
    if (number.integral) {
        bool zero = str_equal(number.text, STR("-0"));
        put(w, zero ? "0" : number.text.data, zero ? 1 : number.text.len);
        return;
    }
    ArenaMark mark = arena_mark(w->arena);
    char *room = arena_alloc(w->arena, number.text.len, 1);
    if (!read_decimal(number.text, room, &d)) {
        put(w, number.text.data, number.text.len);
        arena_release(w->arena, mark);
        return;
    }
    int64_t exponent = d.count - 1 - d.scale;
    if (d.negative && !(d.count == 1 && d.digits[0] == '0'))
        put_char(w, '-');
    if (d.scale >= 0 && exponent >= -6)
        put_plain(w, &d);
    else
        put_scientific(w, &d, exponent);
    arena_release(w->arena, mark);
}

Str json_number(Arena *arena, JsonText number)
{
    if (number.integral && !str_equal(number.text, STR("-0")))
        return number.text;
    char *to = arena_alloc(arena, 2 * number.text.len + 8, 1);
    JsonWriter writer = { .arena = arena, .at = to };
    put_number(&writer, number);
    return (Str){ to, (uint64_t)(writer.at - to) };
}

/* ---- values ---- */

typedef struct JsonMember {
    Str key;
    JsonText value;
    uint32_t position;
} JsonMember;

static int compare_members(const void *a, const void *b)
{
    const JsonMember *x = a, *y = b;
    int order = str_compare(x->key, y->key);
    return order != 0 ? order : (x->position > y->position) - (x->position < y->position);
}

static void put_value(JsonWriter *w, JsonText value);

static void put_object(JsonWriter *w, JsonText object)
{
    VEC(JsonMember) members = { 0 };
    JsonScan scan;
    JsonText key, value;
    json_begin(&scan, object.text);
    (void)json_enter_object(&scan);
    while (json_next_member(&scan, &key) && json_value(&scan, &value)) {
        JsonMember member = { .key = json_decode(w->arena, key), .value = value, .position = members.count };
        vec_push(w->arena, &members, member);
    }
    if (members.count > 1)
        qsort(members.items, members.count, sizeof members.items[0], compare_members);
    put_char(w, '{');
    bool first = true;
    for (uint32_t i = 0; i < members.count; i++) {
        if (i + 1 < members.count && str_equal(members.items[i].key, members.items[i + 1].key))
            continue; /* a later one counts */
        if (!first)
            put_char(w, ',');
        first = false;
        put_text(w, members.items[i].key, false);
        put_char(w, ':');
        put_value(w, members.items[i].value);
    }
    put_char(w, '}');
}

static void put_array(JsonWriter *w, JsonText array)
{
    JsonScan scan;
    JsonText value;
    bool first = true;
    json_begin(&scan, array.text);
    (void)json_enter_array(&scan);
    put_char(w, '[');
    while (json_next_element(&scan) && json_value(&scan, &value)) {
        if (!first)
            put_char(w, ',');
        first = false;
        put_value(w, value);
    }
    put_char(w, ']');
}

/* Recursion is bounded by JSON_DEPTH_MAX. */
static void put_value(JsonWriter *w, JsonText value)
{
    switch (value.kind) {
    case JSON_OBJECT: put_object(w, value); break;
    case JSON_ARRAY: put_array(w, value); break;
    case JSON_STRING: put_text(w, json_decode(w->arena, value), false); break;
    case JSON_NUMBER: put_number(w, value); break;
    default: put(w, value.text.data, value.text.len); break;
    }
}

Str json_normal_list(Arena *arena, const JsonText *items, uint32_t count)
{
    uint64_t bytes = 2;
    for (uint32_t i = 0; i < count; i++)
        bytes += 2 * items[i].text.len + 3;
    char *to = arena_alloc(arena, bytes, 1);
    JsonWriter writer = { .arena = arena, .at = to };
    put_char(&writer, '[');
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0)
            put_char(&writer, ',');
        put_value(&writer, items[i]);
    }
    put_char(&writer, ']');
    return (Str){ to, (uint64_t)(writer.at - to) };
}

Str json_normal(Arena *arena, JsonText value)
{
    char *to = arena_alloc(arena, 2 * value.text.len + 2, 1);
    JsonWriter writer = { .arena = arena, .at = to };
    put_value(&writer, value);
    return (Str){ to, (uint64_t)(writer.at - to) };
}
