/* fn_string_encode.c -- Base64 and character sets (native only). */
#include "stdlib/fn_prototypes.h"

#include "runtime/base/utf8.h"
#include "stdlib/text_codec.h"
#include "stdlib/text_codes.h"

/* ---- UTF-8 from outside ---- */

static bool is_continuation(const char *at, const char *end)
{
    return at < end && !utf8_is_start(*at);
}

/* Half of a surrogate pair, written in three bytes: Java takes it for one wrong character. */
static bool is_surrogate(const char *at, const char *end)
{
    return (unsigned char)at[0] == 0xED && is_continuation(at + 1, end) && (unsigned char)at[1] >= 0xA0;
}

/* Bytes of a wrong run at `at`: the longest beginning of a code point, at least one byte. */
static uint64_t wrong_run(const char *at, const char *end)
{
    uint64_t longest = 1;
    if (is_surrogate(at, end))
        return is_continuation(at + 2, end) ? 3 : 2;
    for (uint64_t bytes = 2; bytes <= 3 && at + bytes <= end; bytes++) {
        /* A beginning is one that some continuation would complete. */
        char tried[UTF8_BYTES_MAX] = { 0 };
        memcpy(tried, at, bytes);
        memset(tried + bytes, 0x80, UTF8_BYTES_MAX - bytes);
        if (utf8_step(tried, tried + UTF8_BYTES_MAX) > bytes)
            longest = bytes;
    }
    return longest;
}

Str text_from_utf8(FnCtx *ctx, Str bytes)
{
    uint64_t good;
    if (utf8_valid(bytes, &good))
        return bytes;
    char *to = fn_alloc(ctx, bytes.len * 3);
    const char *at = bytes.data, *end = at + bytes.len;
    uint64_t len = 0;
    while (at < end) {
        uint32_t step = utf8_step(at, end);
        if (step == 0) {
            at += wrong_run(at, end);
            len += utf8_put(to + len, UTF8_REPLACEMENT);
            continue;
        }
        memcpy(to + len, at, step);
        at += step;
        len += step;
    }
    return (Str){ to, len };
}

/* ---- Base64 ---- */

Str text_to_base64(FnCtx *ctx, Str s)
{
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint64_t len = (s.len + 2) / 3 * 4;
    char *to = fn_alloc(ctx, len);
    for (uint64_t i = 0, at = 0; i < s.len; i += 3, at += 4) {
        uint64_t left = s.len - i;
        uint32_t group = (uint32_t)(unsigned char)s.data[i] << 16;
        group |= left > 1 ? (uint32_t)(unsigned char)s.data[i + 1] << 8 : 0;
        group |= left > 2 ? (uint32_t)(unsigned char)s.data[i + 2] : 0;
        to[at] = DIGITS[group >> 18];
        to[at + 1] = DIGITS[group >> 12 & 63];
        to[at + 2] = left > 1 ? DIGITS[group >> 6 & 63] : '=';
        to[at + 3] = left > 2 ? DIGITS[group & 63] : '=';
    }
    return (Str){ to, len };
}

Str fn_to_base64(FnCtx *ctx, Str s)
{
    return text_to_base64(ctx, s);
}

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Without its padding, which may be missing whole but not in part; false where the length cannot be. */
static bool strip_padding(Str *s)
{
    uint64_t padding = 0;
    while (padding < 2 && s->len > padding && s->data[s->len - 1 - padding] == '=')
        padding++;
    s->len -= padding;
    return s->len % 4 != 1 && (padding == 0 || (s->len + padding) % 4 == 0);
}

Str fn_from_base64(FnCtx *ctx, Str s)
{
    bool good = strip_padding(&s);
    char *to = fn_alloc(ctx, s.len / 4 * 3 + 3);
    uint64_t len = 0;
    uint32_t group = 0;
    for (uint64_t i = 0; good && i < s.len; i++) {
        int value = base64_value(s.data[i]);
        good = value >= 0;
        group = group << 6 | ((uint32_t)value & 63);
        if (i % 4 > 0)
            to[len++] = (char)(group >> (6 - 2 * (i % 4)));
    }
    if (good)
        return text_from_utf8(ctx, (Str){ to, len });
    fn_fail(ctx, FN_E_ENCODING, "the text is no Base64");
    return STR_EMPTY;
}

/* ---- character sets ---- */

typedef enum Charset { CHARSET_NONE, ASCII, LATIN1, UTF_8, UTF_16, UTF_16BE, UTF_16LE } Charset;

static Charset charset_of(FnCtx *ctx, Str name)
{
    static const struct {
        const char *name;
        Charset charset;
    } NAMES[] = {
        { "US-ASCII", ASCII },    { "ASCII", ASCII },       { "ISO-8859-1", LATIN1 }, { "ISO8859_1", LATIN1 },
        { "LATIN1", LATIN1 },     { "UTF-8", UTF_8 },       { "UTF8", UTF_8 },        { "UTF-16", UTF_16 },
        { "UTF-16BE", UTF_16BE }, { "UTF-16LE", UTF_16LE },
    };
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        if (str_equal_nocase(name, str_from(NAMES[i].name)))
            return NAMES[i].charset;
    }
    fn_fail(ctx, FN_E_ARGUMENT, "`%.*s` is no character set", (int)(name.len < 40 ? name.len : 40), name.data);
    return CHARSET_NONE;
}

static uint64_t put_unit(char *to, uint32_t unit, bool little)
{
    to[little ? 0 : 1] = (char)unit;
    to[little ? 1 : 0] = (char)(unit >> 8);
    return 2;
}

static Str encode_utf16(FnCtx *ctx, Str s, Charset charset)
{
    char *to = fn_alloc(ctx, s.len * 2 + 2);
    bool little = charset == UTF_16LE;
    uint64_t len = charset == UTF_16 && s.len > 0 ? put_unit(to, 0xFEFF, false) : 0;
    for (const char *at = s.data, *end = at + s.len; at < end;) {
        uint32_t code = utf8_next(&at, end);
        if (code >= 0x10000) {
            len += put_unit(to + len, 0xD800 + ((code - 0x10000) >> 10), little);
            code = 0xDC00 + (code & 0x3FF);
        }
        len += put_unit(to + len, code, little);
    }
    return (Str){ to, len };
}

Str fn_encode(FnCtx *ctx, Str s, Str name)
{
    Charset charset = charset_of(ctx, name);
    if (charset == CHARSET_NONE || charset == UTF_8)
        return s;
    if (charset >= UTF_16)
        return encode_utf16(ctx, s, charset);
    char *to = fn_alloc(ctx, s.len);
    uint64_t len = 0;
    for (const char *at = s.data, *end = at + s.len; at < end;) {
        uint32_t code = utf8_next(&at, end);
        to[len++] = code < (charset == ASCII ? 0x80u : 0x100u) ? (char)code : '?';
    }
    return (Str){ to, len };
}

static uint32_t unit_at(Str s, uint64_t at, bool little)
{
    uint32_t first = (unsigned char)s.data[at], second = (unsigned char)s.data[at + 1];
    return little ? second << 8 | first : first << 8 | second;
}

static Str decode_utf16(FnCtx *ctx, Str s, Charset charset)
{
    bool little = charset == UTF_16LE;
    uint64_t at = 0, len = 0;
    if (charset == UTF_16 && s.len >= 2 && (unit_at(s, 0, false) == 0xFEFF || unit_at(s, 0, true) == 0xFEFF)) {
        little = unit_at(s, 0, true) == 0xFEFF;
        at = 2;
    }
    char *to = fn_alloc(ctx, s.len * 2 + 4);
    for (; at + 2 <= s.len; at += 2) {
        uint32_t code = unit_at(s, at, little);
        bool high = code >= 0xD800 && code <= 0xDBFF && at + 4 <= s.len;
        if (high) { /* a wrong second half goes with the first, as in Java */
            uint32_t low = unit_at(s, at += 2, little);
            bool pair = low >= 0xDC00 && low <= 0xDFFF;
            code = pair ? 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00) : UTF8_REPLACEMENT;
        } else if (code >= 0xD800 && code <= 0xDFFF) {
            code = UTF8_REPLACEMENT;
        }
        len += utf8_put(to + len, code);
    }
    if (at < s.len)
        len += utf8_put(to + len, UTF8_REPLACEMENT);
    return (Str){ to, len };
}

Str fn_decode(FnCtx *ctx, Str s, Str name)
{
    Charset charset = charset_of(ctx, name);
    if (charset == CHARSET_NONE)
        return STR_EMPTY;
    if (charset == UTF_8)
        return text_from_utf8(ctx, s);
    if (charset >= UTF_16)
        return decode_utf16(ctx, s, charset);
    char *to = fn_alloc(ctx, s.len * 3);
    uint64_t len = 0;
    for (uint64_t i = 0; i < s.len; i++) {
        uint32_t code = (unsigned char)s.data[i];
        len += utf8_put(to + len, charset == ASCII && code >= 0x80 ? UTF8_REPLACEMENT : code);
    }
    return (Str){ to, len };
}
