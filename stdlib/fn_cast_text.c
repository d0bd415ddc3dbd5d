/* fn_cast_text.c -- casts from and to text.
 *
 * Native only (externs.def): the parsers are too large to inline. */
#include "stdlib/fn_codes.h"
#include "stdlib/fn_prototypes.h"
#include "stdlib/text_codes.h"
#include "stdlib/fn_zone.h"

#include "runtime/base/decimal.h"
#include "runtime/base/interval.h"
#include "runtime/base/timetext.h"
#include "runtime/base/utf8.h"

#include <math.h>

enum { QUOTED_MAX = 60 };

/* The value in the message, cut where it is long. */
static void fail_text(FnCtx *ctx, uint32_t code, Str text, const char *type)
{
    bool cut = text.len > QUOTED_MAX;
    Str quoted = cut ? str_slice(text, 0, QUOTED_MAX) : text;
    while (cut && quoted.len > 0 && !utf8_is_start(text.data[quoted.len]))
        quoted.len--;
    const char *reason = code == E_OUT_OF_RANGE ? "is out of range for" : "is no";
    fn_fail(ctx, code, "'%.*s%s' %s %s", STR_ARG(quoted), cut ? ".." : "", reason, type);
}

static Str copy(FnCtx *ctx, const char *text, uint32_t len)
{
    char *out = fn_alloc(ctx, len);
    memcpy(out, text, len);
    return (Str){ out, len };
}

/* Java's trim: everything up to U+0020 at both ends. */
static Str trim(Str text)
{
    while (text.len > 0 && (uint8_t)text.data[0] <= ' ')
        text = str_slice(text, 1, text.len - 1);
    while (text.len > 0 && (uint8_t)text.data[text.len - 1] <= ' ')
        text.len--;
    return text;
}

/* ---- numbers ---- */

/* As Flink: a fraction is checked and cut, so '1.9' is 1, and '.5' is 0. */
static int64_t parse_integer(FnCtx *ctx, Str text, int64_t low, int64_t high, const char *type)
{
    Str whole = trim(text);
    int64_t point = str_find(whole, STR("."));
    bool fraction_only = false;
    if (point >= 0) {
        for (uint64_t i = (uint64_t)point + 1; i < whole.len; i++) {
            if (whole.data[i] < '0' || whole.data[i] > '9') {
                fail_text(ctx, E_INVALID_TEXT, text, type);
                return 0;
            }
        }
        whole = str_slice(whole, 0, (uint64_t)point);
        fraction_only = whole.len == 0 || (whole.len == 1 && (whole.data[0] == '-' || whole.data[0] == '+'));
    }
    int64_t value = 0;
    ParseStatus status = fraction_only ? PARSE_OK : int_parse(whole, &value);
    if (status == PARSE_OK && (value < low || value > high))
        status = PARSE_RANGE;
    if (status != PARSE_OK)
        fail_text(ctx, status == PARSE_RANGE ? E_OUT_OF_RANGE : E_INVALID_TEXT, text, type);
    return value;
}

int8_t fn_cast_str_i8(FnCtx *ctx, Str a)
{
    return (int8_t)parse_integer(ctx, a, INT8_MIN, INT8_MAX, "TINYINT");
}

int16_t fn_cast_str_i16(FnCtx *ctx, Str a)
{
    return (int16_t)parse_integer(ctx, a, INT16_MIN, INT16_MAX, "SMALLINT");
}

int32_t fn_cast_str_i32(FnCtx *ctx, Str a)
{
    return (int32_t)parse_integer(ctx, a, INT32_MIN, INT32_MAX, "INT");
}

/* What fn_cast_str_i64 (fn_cast.c) leaves out. */
int64_t fn_cast_str_i64_slow(FnCtx *ctx, Str a)
{
    return parse_integer(ctx, a, INT64_MIN, INT64_MAX, "BIGINT");
}

/* NaN, Infinity with a sign, and one f or d behind a number, as Java reads them; false when it is none of these words.
 * */
static bool parse_word(Str *text, double *out)
{
    bool negative = text->len > 0 && text->data[0] == '-';
    bool sign = negative || (text->len > 0 && text->data[0] == '+');
    Str rest = sign ? str_slice(*text, 1, text->len - 1) : *text;
    if (str_equal(rest, STR("NaN"))) {
        *out = NAN;
        return true;
    }
    if (str_equal(rest, STR("Infinity"))) {
        *out = negative ? -INFINITY : INFINITY;
        return true;
    }
    if (text->len > 1 && memchr("fFdD", text->data[text->len - 1], 4) != NULL)
        text->len--;
    return false;
}

double fn_cast_str_f64(FnCtx *ctx, Str a)
{
    double value = 0;
    Str text = trim(a);
    if (!parse_word(&text, &value) && double_parse(text, &value) == PARSE_INVALID)
        fail_text(ctx, E_INVALID_TEXT, a, "DOUBLE");
    return value;
}

float fn_cast_str_f32(FnCtx *ctx, Str a)
{
    double word = 0;
    float value = 0;
    Str text = trim(a);
    if (parse_word(&text, &word))
        return (float)word;
    if (float_parse(text, &value) == PARSE_INVALID)
        fail_text(ctx, E_INVALID_TEXT, a, "FLOAT");
    return value;
}

Int128 fn_cast_str_d128(FnCtx *ctx, Str a, int32_t precision, int32_t scale)
{
    Int128 value = 0;
    ParseStatus status = decimal_parse(trim(a), (uint32_t)precision, (uint32_t)scale, &value);
    if (status == PARSE_OK)
        return value;
    const char *type = arena_printf(ctx->batch, "DECIMAL(%d, %d)", (int)precision, (int)scale);
    fail_text(ctx, status == PARSE_RANGE ? E_OUT_OF_RANGE : E_INVALID_TEXT, a, type);
    return 0;
}

bool fn_cast_str_bool(FnCtx *ctx, Str a)
{
    static const char *const TRUE_WORDS[] = { "t", "true", "y", "yes", "1" };
    static const char *const FALSE_WORDS[] = { "f", "false", "n", "no", "0" };
    for (uint32_t i = 0; i < 5; i++) {
        if (str_equal_nocase(a, str_from(TRUE_WORDS[i])))
            return true;
        if (str_equal_nocase(a, str_from(FALSE_WORDS[i])))
            return false;
    }
    fail_text(ctx, E_INVALID_TEXT, a, "BOOLEAN");
    return false;
}

static Str print_integer(FnCtx *ctx, int64_t a)
{
    char out[INT_TEXT_MAX];
    return copy(ctx, out, int_print(a, out));
}

Str fn_cast_i8_str(FnCtx *ctx, int8_t a)
{
    return print_integer(ctx, a);
}

Str fn_cast_i16_str(FnCtx *ctx, int16_t a)
{
    return print_integer(ctx, a);
}

Str fn_cast_i32_str(FnCtx *ctx, int32_t a)
{
    return print_integer(ctx, a);
}

Str fn_cast_i64_str(FnCtx *ctx, int64_t a)
{
    return print_integer(ctx, a);
}

Str fn_cast_f32_str(FnCtx *ctx, float a)
{
    char out[DOUBLE_TEXT_MAX];
    return copy(ctx, out, float_print(a, out));
}

Str fn_cast_f64_str(FnCtx *ctx, double a)
{
    char out[DOUBLE_TEXT_MAX];
    return copy(ctx, out, double_print(a, out));
}

Str fn_cast_d128_str(FnCtx *ctx, Int128 a, int32_t scale)
{
    char out[DECIMAL_TEXT_MAX];
    return copy(ctx, out, decimal_print(a, (uint32_t)scale, out));
}

/* Bytes that are no UTF-8 become U+FFFD, one for each. */
Str fn_cast_bytes_str(FnCtx *ctx, Str a)
{
    uint64_t bad_at;
    if (utf8_valid(a, &bad_at))
        return a;
    char *out = fn_alloc(ctx, 3 * a.len);
    uint64_t len = 0;
    for (const char *at = a.data, *end = a.data + a.len; at < end;)
        len += utf8_put(out + len, utf8_next(&at, end));
    return (Str){ out, len };
}

/* ---- dates and times ---- */

int32_t fn_cast_str_date(FnCtx *ctx, Str a)
{
    int32_t days = 0;
    if (date_parse(a, &days) != PARSE_OK)
        fail_text(ctx, E_INVALID_TEXT, a, "DATE");
    return days;
}

int32_t fn_cast_str_time(FnCtx *ctx, Str a)
{
    int32_t ms = 0;
    ParseStatus status = time_parse(a, &ms);
    if (status != PARSE_OK)
        fail_text(ctx, status == PARSE_RANGE ? E_OUT_OF_RANGE : E_INVALID_TEXT, a, "TIME");
    return ms;
}

static RtTime96 parse_timestamp(FnCtx *ctx, Str text, const char *type)
{
    TimeText time = { 0 };
    if (timestamp_parse(text, TIME_FORM_SQL, &time) != PARSE_OK) {
        fail_text(ctx, E_INVALID_TEXT, text, type);
        return (RtTime96){ 0 };
    }
    return (RtTime96){ .us = time.us, .ns = time.ns };
}

int64_t fn_cast_str_ts(FnCtx *ctx, Str a)
{
    return parse_timestamp(ctx, a, "TIMESTAMP").us;
}

RtTime96 fn_cast_str_ts9(FnCtx *ctx, Str a)
{
    return parse_timestamp(ctx, a, "TIMESTAMP");
}

int64_t fn_cast_str_ltz(FnCtx *ctx, Str a)
{
    return fn_utc_us(ctx, parse_timestamp(ctx, a, "TIMESTAMP_LTZ").us);
}

RtTime96 fn_cast_str_ltz9(FnCtx *ctx, Str a)
{
    RtTime96 time = parse_timestamp(ctx, a, "TIMESTAMP_LTZ");
    time.us = fn_utc_us(ctx, time.us);
    return time;
}

Str fn_cast_date_str(FnCtx *ctx, int32_t a)
{
    char out[TIMESTAMP_TEXT_MAX];
    return copy(ctx, out, date_print(a, out));
}

Str fn_cast_time_str(FnCtx *ctx, int32_t a, int32_t precision)
{
    char out[TIMESTAMP_TEXT_MAX];
    return copy(ctx, out, time_print(a * US_PER_MS, 0, (uint32_t)precision, out));
}

static Str print_timestamp(FnCtx *ctx, int64_t us, int32_t ns, int32_t precision)
{
    char out[TIMESTAMP_TEXT_MAX];
    return copy(ctx, out, timestamp_print(us, ns, (uint32_t)precision, ' ', out));
}

Str fn_cast_ts_str(FnCtx *ctx, int64_t a, int32_t precision)
{
    return print_timestamp(ctx, a, 0, precision);
}

Str fn_cast_ltz_str(FnCtx *ctx, int64_t a, int32_t precision)
{
    return print_timestamp(ctx, fn_local_us(ctx, a), 0, precision);
}

Str fn_cast_ts9_str(FnCtx *ctx, RtTime96 a, int32_t precision)
{
    return print_timestamp(ctx, a.us, a.ns, precision);
}

Str fn_cast_ltz9_str(FnCtx *ctx, RtTime96 a, int32_t precision)
{
    return print_timestamp(ctx, fn_local_us(ctx, a.us), a.ns, precision);
}

Str fn_cast_im_str(FnCtx *ctx, int32_t a)
{
    char out[INTERVAL_TEXT_MAX];
    return copy(ctx, out, interval_month_print(a, out));
}

Str fn_cast_is_str(FnCtx *ctx, int64_t a)
{
    char out[INTERVAL_TEXT_MAX];
    return copy(ctx, out, interval_second_print(a, out));
}

/* ---- lengths ---- */

static Str fill(FnCtx *ctx, Str text, uint64_t more, char with)
{
    if (text.len + more > FN_TEXT_BYTES_MAX) {
        fn_fail(ctx, FN_E_TOO_LONG, "the text would have more than %d bytes", FN_TEXT_BYTES_MAX);
        return text;
    }
    char *out = fn_alloc(ctx, text.len + more);
    memcpy(out, text.data, text.len);
    memset(out + text.len, with, more);
    return (Str){ out, text.len + more };
}

Str fn_cast_length_str(FnCtx *ctx, Str a, int32_t length, bool pad)
{
    uint64_t wanted = (uint64_t)length;
    if (a.len <= wanted && !pad) /* no more code points than bytes */
        return a;
    uint64_t cut = utf8_offset(a, wanted);
    if (cut < a.len)
        return str_slice(a, 0, cut);
    uint64_t count = utf8_count(a);
    return pad && count < wanted ? fill(ctx, a, wanted - count, ' ') : a;
}

Str fn_cast_length_bytes(FnCtx *ctx, Str a, int32_t length, bool pad)
{
    uint64_t wanted = (uint64_t)length;
    if (a.len > wanted)
        return str_slice(a, 0, wanted);
    return pad && a.len < wanted ? fill(ctx, a, wanted - a.len, 0) : a;
}
