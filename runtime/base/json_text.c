/* json_text.c -- the scanner: blanks, tokens, and whole containers without recursion.
 *
 * A container that is read whole keeps one bit per level (object or array) on a fixed stack of JSON_DEPTH_MAX bits. */
#include "runtime/base/json_text.h"

#include "runtime/base/utf8.h"

#define LIKELY(x) __builtin_expect(!!(x), 1)

static bool fail(JsonScan *scan, const char *at, const char *reason)
{
    if (scan->error == NULL) {
        scan->error = reason;
        scan->error_at = (uint64_t)(at - scan->start);
    }
    scan->at = scan->end;
    return false;
}

void json_refuse(JsonScan *scan, const char *reason)
{
    (void)fail(scan, scan->at, reason);
}

static inline void skip_blanks(JsonScan *scan)
{
    while (scan->at < scan->end &&
           (*scan->at == ' ' || *scan->at == '\n' || *scan->at == '\r' || *scan->at == '\t'))
        scan->at++;
}

/* ---- tokens ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int hex_digit(char c)
{
    if (is_digit(c))
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The code unit of four hexadecimal digits, or -1. */
static int32_t hex4(const char *at)
{
    int32_t unit = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(at[i]);
        if (digit < 0)
            return -1;
        unit = unit << 4 | digit;
    }
    return unit;
}

/* Behind a backslash: one letter, or u and four digits. */
static bool scan_escape(JsonScan *scan)
{
    if (scan->at == scan->end)
        return fail(scan, scan->end, "the string has no closing quote");
    switch (*scan->at) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't': scan->at++; return true;
    case 'u':
        if (scan->end - scan->at < 5 || hex4(scan->at + 1) < 0)
            return fail(scan, scan->at, "`\\u` must be followed by four hexadecimal digits");
        scan->at += 5;
        return true;
    default: return fail(scan, scan->at, "no such escape in a string");
    }
}

/* Steps over bytes that need no look, eight at a time: ASCII without quote, backslash and control characters. */
static inline const char *plain_run(const char *at, const char *end)
{
    const uint64_t ones = 0x0101010101010101u, high = 0x8080808080808080u;
    while (end - at >= 8) {
        uint64_t word, quote, slash;
        memcpy(&word, at, 8);
        quote = word ^ (ones * '"');
        slash = word ^ (ones * '\\');
        uint64_t hit = ((quote - ones) & ~quote) | ((slash - ones) & ~slash) | (word - ones * 0x20) | word;
        if ((hit & high) != 0)
            return at + __builtin_ctzll(hit & high) / 8;
        at += 8;
    }
    return at;
}

/* At an opening quote. */
static bool scan_string(JsonScan *scan, JsonText *out)
{
    const char *open = scan->at++;
    bool escaped = false;
    while (true) {
        scan->at = plain_run(scan->at, scan->end);
        if (scan->at == scan->end)
            return fail(scan, scan->end, "the string has no closing quote");
        unsigned char c = (unsigned char)*scan->at;
        if (c == '"')
            break;
        if (c == '\\') {
            scan->at++;
            escaped = true;
            if (!scan_escape(scan))
                return false;
        } else if (c < 0x20) {
            return fail(scan, scan->at, "a control character in a string must be escaped");
        } else {
            uint32_t bytes = utf8_step(scan->at, scan->end);
            if (bytes == 0)
                return fail(scan, scan->at, "the bytes are no UTF-8");
            scan->at += bytes;
        }
    }
    *out = (JsonText){ .text = { open + 1, (uint64_t)(scan->at - open - 1) }, .kind = JSON_STRING, .escaped = escaped };
    scan->at++;
    return true;
}

static bool scan_digits(JsonScan *scan)
{
    if (scan->at == scan->end || !is_digit(*scan->at))
        return fail(scan, scan->at, "a digit must stand here");
    while (scan->at < scan->end && is_digit(*scan->at))
        scan->at++;
    return true;
}

static bool scan_number(JsonScan *scan, JsonText *out)
{
    const char *from = scan->at;
    bool integral = true;
    if (*scan->at == '-')
        scan->at++;
    if (scan->end - scan->at >= 2 && scan->at[0] == '0' && is_digit(scan->at[1]))
        return fail(scan, scan->at, "a number cannot begin with 0 and a further digit");
    if (!scan_digits(scan))
        return false;
    if (scan->at < scan->end && *scan->at == '.') {
        integral = false;
        scan->at++;
        if (!scan_digits(scan))
            return false;
    }
    if (scan->at < scan->end && (*scan->at | 0x20) == 'e') {
        integral = false;
        scan->at++;
        if (scan->at < scan->end && (*scan->at == '+' || *scan->at == '-'))
            scan->at++;
        if (!scan_digits(scan))
            return false;
    }
    *out = (JsonText){ .text = { from, (uint64_t)(scan->at - from) }, .kind = JSON_NUMBER, .integral = integral };
    return true;
}

static bool scan_word(JsonScan *scan, Str word, JsonKind kind, JsonText *out)
{
    if ((uint64_t)(scan->end - scan->at) < word.len || memcmp(scan->at, word.data, word.len) != 0)
        return fail(scan, scan->at, "a value must stand here");
    *out = (JsonText){ .text = { scan->at, word.len }, .kind = kind };
    scan->at += word.len;
    return true;
}

static bool scan_scalar(JsonScan *scan, JsonText *out)
{
    switch (*scan->at) {
    case '"': return scan_string(scan, out);
    case 't': return scan_word(scan, STR("true"), JSON_TRUE, out);
    case 'f': return scan_word(scan, STR("false"), JSON_FALSE, out);
    case 'n': return scan_word(scan, STR("null"), JSON_NULL, out);
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9': return scan_number(scan, out);
    default: return fail(scan, scan->at, "a value must stand here");
    }
}

/* ---- containers, part by part ---- */

JsonKind json_peek(JsonScan *scan)
{
    skip_blanks(scan);
    if (scan->at == scan->end)
        return JSON_NONE;
    switch (*scan->at) {
    case '{': return JSON_OBJECT;
    case '[': return JSON_ARRAY;
    case '"': return JSON_STRING;
    case 't': return JSON_TRUE;
    case 'f': return JSON_FALSE;
    case 'n': return JSON_NULL;
    default: return *scan->at == '-' || is_digit(*scan->at) ? JSON_NUMBER : JSON_NONE;
    }
}

static bool enter(JsonScan *scan, char open, const char *reason)
{
    skip_blanks(scan);
    if (scan->at == scan->end || *scan->at != open)
        return fail(scan, scan->at, reason);
    if (scan->depth == JSON_DEPTH_MAX)
        return fail(scan, scan->at, "the value is nested too deeply");
    scan->at++;
    scan->depth++;
    scan->fresh = true;
    return true;
}

bool json_enter_object(JsonScan *scan)
{
    return enter(scan, '{', "an object must stand here");
}

bool json_enter_array(JsonScan *scan)
{
    return enter(scan, '[', "an array must stand here");
}

/* Past the comma to the next part, or past the closing bracket: false. */
static bool next_part(JsonScan *scan, char close, const char *reason)
{
    skip_blanks(scan);
    if (scan->at == scan->end)
        return fail(scan, scan->at, reason);
    bool fresh = scan->fresh;
    scan->fresh = false;
    if (*scan->at == close) {
        scan->at++;
        scan->depth--;
        return false;
    }
    if (fresh)
        return true;
    if (*scan->at != ',')
        return fail(scan, scan->at, reason);
    scan->at++;
    return true;
}

static bool scan_key(JsonScan *scan, JsonText *key)
{
    skip_blanks(scan);
    if (scan->at == scan->end || *scan->at != '"')
        return fail(scan, scan->at, "a key in quotes must stand here");
    if (!scan_string(scan, key))
        return false;
    skip_blanks(scan);
    if (scan->at == scan->end || *scan->at != ':')
        return fail(scan, scan->at, "a colon must follow the key");
    scan->at++;
    return true;
}

static const char *const AFTER_MEMBER = "a comma or `}` must follow a member";
static const char *const AFTER_ELEMENT = "a comma or `]` must follow an element";

bool json_next_member(JsonScan *scan, JsonText *key)
{
    return scan->error == NULL && next_part(scan, '}', AFTER_MEMBER) && scan_key(scan, key);
}

bool json_next_element(JsonScan *scan)
{
    return scan->error == NULL && next_part(scan, ']', AFTER_ELEMENT);
}

/* ---- whole values ---- */

typedef struct Levels {
    uint64_t is_object[JSON_DEPTH_MAX / 64];
} Levels;

/* Enters the container at `at`, noting what it is. */
static bool push(JsonScan *scan, Levels *levels)
{
    bool object = *scan->at == '{';
    uint32_t level = scan->depth;
    if (!(object ? json_enter_object(scan) : json_enter_array(scan)))
        return false;
    uint64_t bit = (uint64_t)1 << (level % 64);
    levels->is_object[level / 64] = (levels->is_object[level / 64] & ~bit) | (object ? bit : 0);
    return true;
}

/* The container at `at`, to its end. */
static bool skip_container(JsonScan *scan)
{
    Levels levels;
    uint32_t outside = scan->depth;
    JsonText part;
    memset(&levels, 0, sizeof levels);
    if (!push(scan, &levels))
        return false;
    while (scan->depth > outside) {
        uint32_t level = scan->depth - 1;
        bool object = (levels.is_object[level / 64] >> (level % 64)) & 1;
        bool more = object ? json_next_member(scan, &part) : json_next_element(scan);
        if (scan->error != NULL)
            return false;
        if (!more)
            continue;
        skip_blanks(scan);
        if (scan->at == scan->end)
            return fail(scan, scan->at, "a value must stand here");
        if (*scan->at == '{' || *scan->at == '[') {
            if (!push(scan, &levels))
                return false;
        } else if (!scan_scalar(scan, &part)) {
            return false;
        }
    }
    return true;
}

bool json_value(JsonScan *scan, JsonText *out)
{
    if (scan->error != NULL)
        return false;
    skip_blanks(scan);
    if (scan->at == scan->end)
        return fail(scan, scan->at, "a value must stand here");
    if (*scan->at != '{' && *scan->at != '[')
        return scan_scalar(scan, out);
    const char *from = scan->at;
    JsonKind kind = *from == '{' ? JSON_OBJECT : JSON_ARRAY;
    if (!skip_container(scan))
        return false;
    *out = (JsonText){ .text = { from, (uint64_t)(scan->at - from) }, .kind = kind };
    return true;
}

bool json_finish(JsonScan *scan)
{
    if (scan->error != NULL)
        return false;
    skip_blanks(scan);
    if (scan->at != scan->end)
        return fail(scan, scan->at, "nothing may follow the value");
    return scan->depth == 0;
}

bool json_is_valid(Str text)
{
    JsonScan scan;
    JsonText value;
    json_begin(&scan, text);
    return json_value(&scan, &value) && json_finish(&scan);
}

/* ---- characters of strings ---- */

/* The code point of the escape whose backslash is at *at; lone surrogates are `?`. */
static uint32_t unescape(const char **at, const char *end)
{
    char letter = (*at)[1];
    *at += 2;
    switch (letter) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'u': break;
    default: return (unsigned char)letter;
    }
    uint32_t unit = (uint32_t)hex4(*at);
    *at += 4;
    if (unit < 0xD800 || unit > 0xDFFF)
        return unit;
    if (unit > 0xDBFF || end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u')
        return '?';
    uint32_t second = (uint32_t)hex4(*at + 2);
    if (second < 0xDC00 || second > 0xDFFF)
        return '?';
    *at += 6;
    return 0x10000 + ((unit - 0xD800) << 10) + (second - 0xDC00);
}

uint64_t json_decode_into(JsonText string, char *to)
{
    const char *at = string.text.data, *end = at + string.text.len;
    uint64_t len = 0;
    while (at < end) {
        const char *slash = memchr(at, '\\', (size_t)(end - at));
        uint64_t run = (uint64_t)((slash == NULL ? end : slash) - at);
        memcpy(to + len, at, run);
        len += run;
        at += run;
        if (slash != NULL)
            len += utf8_put(to + len, unescape(&at, end));
    }
    return len;
}

Str json_decode(Arena *arena, JsonText string)
{
    if (!string.escaped)
        return string.text;
    char *to = arena_alloc(arena, string.text.len, 1);
    return (Str){ to, json_decode_into(string, to) };
}

bool json_equals(JsonText string, Str name)
{
    if (LIKELY(!string.escaped))
        return str_equal(string.text, name);
    const char *at = string.text.data, *end = at + string.text.len;
    uint64_t matched = 0;
    while (at < end) {
        char code[UTF8_BYTES_MAX] = { *at };
        uint32_t bytes = 1;
        if (*at == '\\')
            bytes = utf8_put(code, unescape(&at, end));
        else
            at++;
        if (matched + bytes > name.len || memcmp(name.data + matched, code, bytes) != 0)
            return false;
        matched += bytes;
    }
    return matched == name.len;
}
