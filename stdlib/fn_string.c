/* fn_string.c -- cutting, joining, finding and filling text.
 *
 * Text counts code points.  Nothing here trusts that the bytes are UTF-8: wrong bytes give odd cuts, never a wrong
 * access. */
#include "stdlib/fn_prototypes.h"

#include "runtime/base/utf8.h"
#include "stdlib/text_codes.h"
#include "stdlib/text_put.h"

/* ---- joining ---- */

Str fn_concat2(FnCtx *ctx, Str a, Str b)
{
    if (a.len == 0 || b.len == 0)
        return a.len == 0 ? b : a;
    char *to = fn_alloc(ctx, a.len + b.len);
    memcpy(to, a.data, a.len);
    memcpy(to + a.len, b.data, b.len);
    return (Str){ to, a.len + b.len };
}

/* The texts that are not NULL with `between` between them. */
static Str join(FnCtx *ctx, Str between, const RtDatum *args, uint32_t count)
{
    uint64_t len = 0, parts = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!args[i].is_null)
            len += args[i].value.str.len + (parts++ > 0 ? between.len : 0);
    }
    char *to = fn_alloc(ctx, len), *at = to;
    parts = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (args[i].is_null)
            continue;
        if (parts++ > 0)
            at = text_put(at, between);
        at = text_put(at, args[i].value.str);
    }
    return (Str){ to, len };
}

static RtDatum text_datum(Str s)
{
    return (RtDatum){ .value.str = s, .kind = PK_STR };
}

void fn_concat(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    *out = datum_null(PK_STR);
    for (uint32_t i = 0; i < count; i++) {
        if (args[i].is_null)
            return;
    }
    *out = text_datum(join(ctx, STR_EMPTY, args, count));
}

void fn_concat_ws(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    *out = args[0].is_null ? datum_null(PK_STR) : text_datum(join(ctx, args[0].value.str, args + 1, count - 1));
}

/* ---- cutting ---- */

int32_t fn_char_length(FnCtx *ctx, Str s)
{
    (void)ctx;
    return (int32_t)utf8_count(s);
}

/* Where the last `count` code points begin. */
static uint64_t offset_from_end(Str s, uint64_t count)
{
    uint64_t at = s.len;
    while (at > 0 && count > 0)
        count -= utf8_is_start(s.data[--at]);
    return at;
}

Str fn_left(FnCtx *ctx, Str s, int32_t count)
{
    (void)ctx;
    return count <= 0 ? STR_EMPTY : str_slice(s, 0, utf8_offset(s, (uint64_t)count));
}

Str fn_right(FnCtx *ctx, Str s, int32_t count)
{
    (void)ctx;
    if (count <= 0)
        return STR_EMPTY;
    uint64_t from = offset_from_end(s, (uint64_t)count);
    return str_slice(s, from, s.len - from);
}

Str fn_substring_from(FnCtx *ctx, Str s, int32_t position)
{
    (void)ctx;
    uint64_t from = 0;
    if (position > 0) {
        from = utf8_offset(s, (uint64_t)position - 1);
    } else if (position < 0) { /* before the first code point: empty, as Flink's */
        uint64_t count = (uint64_t) - (int64_t)position;
        if (count > s.len || count > utf8_count(s))
            return STR_EMPTY;
        from = offset_from_end(s, count);
    }
    return str_slice(s, from, s.len - from);
}

bool fn_substring(FnCtx *ctx, Str s, int32_t position, int32_t count, Str *out)
{
    if (count < 0)
        return false;
    Str rest = fn_substring_from(ctx, s, position);
    *out = str_slice(rest, 0, utf8_offset(rest, (uint64_t)count));
    return true;
}

/* ---- trimming ---- */

static Str trim_blanks(Str s, bool start, bool end)
{
    while (start && s.len > 0 && s.data[0] == ' ')
        s = str_slice(s, 1, s.len - 1);
    while (end && s.len > 0 && s.data[s.len - 1] == ' ')
        s.len--;
    return s;
}

static Str first_code(Str s)
{
    return str_slice(s, 0, utf8_offset(s, 1));
}

static bool has_code(Str characters, Str code)
{
    for (uint64_t at = 0; at < characters.len;) {
        Str one = first_code(str_slice(characters, at, characters.len - at));
        if (str_equal(one, code))
            return true;
        at += one.len;
    }
    return false;
}

static Str trim_codes(Str s, Str characters, bool start, bool end)
{
    while (start && s.len > 0) {
        Str code = first_code(s);
        if (!has_code(characters, code))
            break;
        s = str_slice(s, code.len, s.len - code.len);
    }
    while (end && s.len > 0) {
        uint64_t from = offset_from_end(s, 1);
        if (!has_code(characters, str_slice(s, from, s.len - from)))
            break;
        s.len = from;
    }
    return s;
}

Str fn_btrim_blanks(FnCtx *ctx, Str s)
{
    (void)ctx;
    return trim_blanks(s, true, true);
}

Str fn_ltrim_blanks(FnCtx *ctx, Str s)
{
    (void)ctx;
    return trim_blanks(s, true, false);
}

Str fn_rtrim_blanks(FnCtx *ctx, Str s)
{
    (void)ctx;
    return trim_blanks(s, false, true);
}

Str fn_btrim(FnCtx *ctx, Str s, Str characters)
{
    (void)ctx;
    return trim_codes(s, characters, true, true);
}

Str fn_ltrim(FnCtx *ctx, Str s, Str characters)
{
    (void)ctx;
    return trim_codes(s, characters, true, false);
}

Str fn_rtrim(FnCtx *ctx, Str s, Str characters)
{
    (void)ctx;
    return trim_codes(s, characters, false, true);
}

Str fn_trim(FnCtx *ctx, Str s, Str characters, int32_t mode)
{
    (void)ctx;
    return trim_codes(s, characters, mode != 2, mode != 1);
}

/* ---- finding ---- */

/* Code point position of `needle` at byte `from` or behind; 0 when nowhere. */
static int32_t position_from(Str s, Str needle, uint64_t from)
{
    int64_t at = str_find(str_slice(s, from, s.len - from), needle);
    return at < 0 ? 0 : (int32_t)utf8_count(str_slice(s, 0, from + (uint64_t)at)) + 1;
}

int32_t fn_position(FnCtx *ctx, Str needle, Str s)
{
    (void)ctx;
    return position_from(s, needle, 0);
}

int32_t fn_instr(FnCtx *ctx, Str s, Str needle)
{
    (void)ctx;
    return position_from(s, needle, 0);
}

int32_t fn_locate(FnCtx *ctx, Str needle, Str s, int32_t from)
{
    (void)ctx;
    if (needle.len == 0)
        return 1; /* as Flink's, wherever the search begins */
    return position_from(s, needle, from <= 1 ? 0 : utf8_offset(s, (uint64_t)from - 1));
}

bool fn_startswith(FnCtx *ctx, Str s, Str prefix)
{
    (void)ctx;
    return s.len >= prefix.len && str_equal(str_slice(s, 0, prefix.len), prefix);
}

bool fn_endswith(FnCtx *ctx, Str s, Str suffix)
{
    (void)ctx;
    return s.len >= suffix.len && str_equal(str_slice(s, s.len - suffix.len, suffix.len), suffix);
}

/* ---- writing over ---- */

/* Bytes [from, to) of `s` replaced. */
static Str splice(FnCtx *ctx, Str s, uint64_t from, uint64_t to, Str by)
{
    uint64_t len = from + by.len + (s.len - to);
    char *data = fn_alloc(ctx, len);
    char *at = text_put(text_put(data, str_slice(s, 0, from)), by);
    (void)text_put(at, str_slice(s, to, s.len - to));
    return (Str){ data, len };
}

Str fn_overlay_for(FnCtx *ctx, Str s, Str by, int32_t position, int32_t count)
{
    if (position <= 0)
        return s;
    uint64_t from = utf8_offset(s, (uint64_t)position - 1);
    if (from == s.len)
        return s;
    /* No positive length: what follows goes, as Flink's. */
    uint64_t to = count <= 0 ? s.len : from + utf8_offset(str_slice(s, from, s.len - from), (uint64_t)count);
    return splice(ctx, s, from, to, by);
}

Str fn_overlay(FnCtx *ctx, Str s, Str by, int32_t position)
{
    return fn_overlay_for(ctx, s, by, position, (int32_t)utf8_count(by));
}

/* ---- filling ---- */

static bool too_long(FnCtx *ctx, uint64_t bytes)
{
    if (bytes <= FN_TEXT_BYTES_MAX)
        return false;
    fn_fail(ctx, FN_E_TOO_LONG, "the text would have more than %d bytes", FN_TEXT_BYTES_MAX);
    return true;
}

/* `by` over and over: what is there already is copied, twice as much each time. */
static void fill(char *to, uint64_t len, Str by)
{
    uint64_t have = by.len < len ? by.len : len;
    (void)text_put(to, str_slice(by, 0, have));
    while (have < len) {
        uint64_t more = have < len - have ? have : len - have;
        memcpy(to + have, to, more);
        have += more;
    }
}

Str fn_repeat(FnCtx *ctx, Str s, int32_t times)
{
    if (times <= 0 || s.len == 0 || s.len > FN_TEXT_BYTES_MAX || too_long(ctx, s.len * (uint64_t)times))
        return STR_EMPTY;
    uint64_t len = s.len * (uint64_t)times;
    char *to = fn_alloc(ctx, len);
    fill(to, len, s);
    return (Str){ to, len };
}

/* Bytes of `count` code points of `by`, over and over. */
static uint64_t filling_bytes(Str by, uint64_t count)
{
    uint64_t codes = utf8_count(by);
    if (codes == 0)
        return count; /* no code point begins in it: bytes then */
    return count / codes * by.len + utf8_offset(by, count % codes);
}

static bool pad(FnCtx *ctx, Str s, int32_t count, Str by, bool at_start, Str *out)
{
    if (count < 0 || by.len == 0)
        return false;
    uint64_t have = utf8_count(s);
    if (have >= (uint64_t)count) {
        *out = str_slice(s, 0, utf8_offset(s, (uint64_t)count));
        return true;
    }
    uint64_t more = filling_bytes(by, (uint64_t)count - have);
    *out = STR_EMPTY;
    if (too_long(ctx, s.len + more))
        return true;
    char *to = fn_alloc(ctx, s.len + more);
    (void)text_put(to + (at_start ? more : 0), s);
    fill(to + (at_start ? 0 : s.len), more, by);
    *out = (Str){ to, s.len + more };
    return true;
}

bool fn_lpad(FnCtx *ctx, Str s, int32_t count, Str by, Str *out)
{
    return pad(ctx, s, count, by, true, out);
}

bool fn_rpad(FnCtx *ctx, Str s, int32_t count, Str by, Str *out)
{
    return pad(ctx, s, count, by, false, out);
}

/* ---- characters ---- */

Str fn_reverse(FnCtx *ctx, Str s)
{
    char *to = fn_alloc(ctx, s.len);
    uint64_t at = s.len;
    for (Str rest = s; rest.len > 0;) {
        Str code = first_code(rest);
        at -= code.len;
        memcpy(to + at, code.data, code.len);
        rest = str_slice(rest, code.len, rest.len - code.len);
    }
    return (Str){ to, s.len };
}

int32_t fn_ascii(FnCtx *ctx, Str s)
{
    (void)ctx;
    return s.len == 0 ? 0 : (int8_t)s.data[0];
}

Str fn_chr(FnCtx *ctx, int64_t number)
{
    if (number < 0)
        return STR_EMPTY;
    char *to = fn_alloc(ctx, 2);
    return (Str){ to, utf8_put(to, (uint32_t)(number & 0xFF)) };
}

Str fn_initcap(FnCtx *ctx, Str s)
{
    char *to = fn_alloc(ctx, s.len);
    bool inside = false; /* a word */
    for (uint64_t i = 0; i < s.len; i++) {
        char c = s.data[i];
        bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z';
        to[i] = (char)(inside ? (upper ? c + 32 : c) : (lower ? c - 32 : c));
        inside = upper || lower || (c >= '0' && c <= '9');
    }
    return (Str){ to, s.len };
}

void fn_elt(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)ctx;
    *out = datum_null(PK_STR);
    if (args[0].is_null)
        return;
    int64_t index = args[0].kind == PK_I64   ? args[0].value.i64
                    : args[0].kind == PK_I32 ? args[0].value.i32
                    : args[0].kind == PK_I16 ? args[0].value.i16
                                             : args[0].value.i8;
    if (index >= 1 && index < count)
        *out = args[index];
}

/* The first character of the second text counts.  Without inner loop where that is one byte, as it nearly always is. */
void fn_count_char(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)count;
    *out = (RtDatum){ .kind = PK_I64 };
    if (args[0].is_null)
        return;
    if (args[1].is_null || args[1].value.str.len == 0) {
        fn_fail(ctx, FN_E_ARGUMENT, "the character to count is missing");
        return;
    }
    Str text = args[0].value.str, wanted = args[1].value.str;
    uint64_t bytes = utf8_offset(wanted, 1);
    for (uint64_t i = 0; bytes == 1 && i < text.len; i++)
        out->value.i64 += text.data[i] == wanted.data[0];
    for (uint64_t i = 0; bytes > 1 && i + bytes <= text.len; i++)
        out->value.i64 += memcmp(text.data + i, wanted.data, bytes) == 0;
}
