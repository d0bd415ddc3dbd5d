/* fn_string_letters.c -- case and classes of letters, and replacing characters and texts (native only). */
#include "stdlib/fn_prototypes.h"

#include "runtime/base/utf8.h"
#include "runtime/base/vec.h"
#include "stdlib/text_codes.h"
#include "stdlib/text_put.h"

Str fn_upper(FnCtx *ctx, Str s)
{
    return utf8_upper(ctx->batch, s);
}

Str fn_lower(FnCtx *ctx, Str s)
{
    return utf8_lower(ctx->batch, s);
}

/* ---- classes ---- */

static void answer_class(const RtDatum *arg, bool (*is_member)(uint32_t code), RtDatum *out)
{
    *out = (RtDatum){ .kind = PK_BOOL };
    if (arg->is_null)
        return;
    const char *at = arg->value.str.data, *end = at + arg->value.str.len;
    out->value.b = at < end;
    while (at < end && out->value.b)
        out->value.b = is_member(utf8_next(&at, end));
}

void fn_is_alpha(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)ctx;
    (void)count;
    answer_class(&args[0], utf8_code_is_letter, out);
}

void fn_is_digit(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)ctx;
    (void)count;
    answer_class(&args[0], utf8_code_is_digit, out);
}

typedef bool IsDigit(char c);

static bool is_decimal_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex_digit(char c)
{
    return is_decimal_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static bool take_char(Str *s, char lower)
{
    if (s->len == 0 || (s->data[0] | 0x20) != lower)
        return false;
    *s = str_slice(*s, 1, s->len - 1);
    return true;
}

static uint64_t take_digits(Str *s, IsDigit *is_digit)
{
    uint64_t count = 0;
    while (count < s->len && is_digit(s->data[count]))
        count++;
    *s = str_slice(*s, count, s->len - count);
    return count;
}

static void take_sign(Str *s)
{
    if (s->len > 0 && (s->data[0] == '+' || s->data[0] == '-'))
        *s = str_slice(*s, 1, s->len - 1);
}

/* Digits with a point somewhere or none. */
static bool take_mantissa(Str *s, IsDigit *is_digit)
{
    uint64_t digits = take_digits(s, is_digit);
    if (s->len > 0 && s->data[0] == '.') {
        *s = str_slice(*s, 1, s->len - 1);
        digits += take_digits(s, is_digit);
    }
    return digits > 0;
}

/* What Java's Double.valueOf reads: Flink's IS_DECIMAL asks nothing else. */
static bool reads_as_number(Str s)
{
    while (s.len > 0 && (unsigned char)s.data[0] <= ' ')
        s = str_slice(s, 1, s.len - 1);
    while (s.len > 0 && (unsigned char)s.data[s.len - 1] <= ' ')
        s.len--;
    take_sign(&s);
    if (str_equal(s, STR("NaN")) || str_equal(s, STR("Infinity")))
        return true;
    bool hex = s.len > 1 && s.data[0] == '0' && (s.data[1] | 0x20) == 'x';
    if (hex)
        s = str_slice(s, 2, s.len - 2);
    if (!take_mantissa(&s, hex ? is_hex_digit : is_decimal_digit))
        return false;
    bool exponent = take_char(&s, hex ? 'p' : 'e');
    if (exponent) {
        take_sign(&s);
        if (take_digits(&s, is_decimal_digit) == 0)
            return false;
    }
    if (hex && !exponent)
        return false;
    if (!take_char(&s, 'f'))
        (void)take_char(&s, 'd');
    return s.len == 0;
}

void fn_is_decimal(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)ctx;
    (void)count;
    *out = (RtDatum){ .value.b = !args[0].is_null && reads_as_number(args[0].value.str), .kind = PK_BOOL };
}

/* ---- replacing ---- */

static bool too_long(FnCtx *ctx, uint64_t bytes)
{
    if (bytes <= FN_TEXT_BYTES_MAX)
        return false;
    fn_fail(ctx, FN_E_TOO_LONG, "the text would have more than %d bytes", FN_TEXT_BYTES_MAX);
    return true;
}

/* `by` before, between and behind all code points. */
static Str weave(FnCtx *ctx, Str s, Str by)
{
    uint64_t len = s.len + by.len * (utf8_count(s) + 1);
    if (too_long(ctx, len))
        return s;
    char *to = fn_alloc(ctx, len), *at = to;
    for (uint64_t i = 0; i < s.len; i++) {
        if (utf8_is_start(s.data[i]))
            at = text_put(at, by);
        *at++ = s.data[i];
    }
    (void)text_put(at, by);
    return (Str){ to, len };
}

Str fn_replace(FnCtx *ctx, Str s, Str what, Str by)
{
    if (what.len == 0)
        return weave(ctx, s, by);
    uint64_t hits = 0;
    for (uint64_t from = 0; from <= s.len; hits++) {
        int64_t at = str_find(str_slice(s, from, s.len - from), what);
        if (at < 0)
            break;
        from += (uint64_t)at + what.len;
    }
    uint64_t len = s.len - hits * what.len + hits * by.len;
    if (hits == 0 || too_long(ctx, len))
        return s;
    char *to = fn_alloc(ctx, len), *put = to;
    Str rest = s;
    for (; hits > 0; hits--) {
        uint64_t run = (uint64_t)str_find(rest, what);
        put = text_put(text_put(put, str_slice(rest, 0, run)), by);
        rest = str_slice(rest, run + what.len, rest.len - run - what.len);
    }
    (void)text_put(put, rest);
    return (Str){ to, len };
}

/* Takes the first code point, or an empty text at the end. */
static Str take_code(Str *s)
{
    Str code = str_slice(*s, 0, utf8_offset(*s, 1));
    *s = str_slice(*s, code.len, s->len - code.len);
    return code;
}

/* What becomes of a code point: itself, another, or nothing. */
static Str translate_code(Str code, Str from, Str to)
{
    while (from.len > 0) {
        Str target = take_code(&to);
        if (str_equal(take_code(&from), code))
            return target;
    }
    return code;
}

Str fn_translate(FnCtx *ctx, Str s, Str from, Str to)
{
    /* No code point grows to more than UTF8_BYTES_MAX bytes; bytes that begin none go along with their code point. */
    uint64_t widest = 1;
    for (Str rest = to; rest.len > 0;) {
        Str code = take_code(&rest);
        widest = code.len > widest ? code.len : widest;
    }
    if (from.len == 0 || too_long(ctx, s.len * widest))
        return s;
    char *data = fn_alloc(ctx, s.len * widest);
    uint64_t len = 0;
    for (Str rest = s; rest.len > 0;) {
        Str code = translate_code(take_code(&rest), from, to);
        (void)text_put(data + len, code);
        len += code.len;
    }
    return (Str){ data, len };
}

/* ---- cutting ---- */

static bool is_java_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= 0x1F);
}

/* Bytes up to the next separator (a blank where it is empty) and its length; false at the end. */
static bool find_separator(Str s, Str separator, uint64_t *at, uint64_t *bytes)
{
    if (separator.len > 0) {
        int64_t found = str_find(s, separator);
        *at = (uint64_t)found;
        *bytes = separator.len;
        return found >= 0;
    }
    *bytes = 1;
    for (*at = 0; *at < s.len; ++*at) {
        if (is_java_blank(s.data[*at]))
            return true;
    }
    return false;
}

bool fn_split_index(FnCtx *ctx, Str s, Str separator, int32_t index, Str *out)
{
    (void)ctx;
    uint64_t at, bytes;
    if (index < 0 || s.len == 0)
        return false;
    for (; index > 0; index--) {
        if (!find_separator(s, separator, &at, &bytes))
            return false;
        s = str_slice(s, at + bytes, s.len - at - bytes);
    }
    *out = find_separator(s, separator, &at, &bytes) ? str_slice(s, 0, at) : s;
    return true;
}

bool fn_split_index_chr(FnCtx *ctx, Str s, int32_t separator, int32_t index, Str *out)
{
    char code[UTF8_BYTES_MAX];
    if (separator < 1 || separator > 255)
        return false;
    return fn_split_index(ctx, s, (Str){ code, utf8_put(code, (uint32_t)separator) }, index, out);
}
