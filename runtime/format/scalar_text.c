/* scalar_text.c -- text into scalar values, with the reason when it cannot be. */
#include "runtime/base/decimal.h"
#include "runtime/base/timetext.h"
#include "runtime/base/utf8.h"
#include "runtime/format/decode_internal.h"

#include <limits.h>
#include <math.h>

bool line_is_blank(Str line)
{
    for (uint64_t i = 0; i < line.len; i++) {
        char c = line.data[i];
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n')
            return false;
    }
    return true;
}

DecodeOutcome decode_bad_row(DecodeIssues *issues, DecodeReason reason, Str line, uint64_t at, const char *detail)
{
    uint64_t wrong_at;
    if (reason != DECODE_ROW_UTF8 && !utf8_valid(line, &wrong_at)) {
        reason = DECODE_ROW_UTF8;
        at = wrong_at;
        detail = NULL;
    }
    issues->count = 1;
    issues->items[0] = (DecodeIssue){ .reason = reason, .column = DECODE_NO_COLUMN, .at = at, .detail = detail };
    return DECODE_BAD;
}

void decode_issue_add(DecodeIssues *issues, DecodeReason reason, int32_t column, uint64_t at)
{
    if (issues->count < DECODE_ISSUES_MAX)
        issues->items[issues->count] = (DecodeIssue){ .reason = reason, .column = column, .at = at };
    issues->count++;
}

void decode_issue_drop(DecodeIssues *issues, int32_t column)
{
    uint32_t kept = issues->count < DECODE_ISSUES_MAX ? issues->count : DECODE_ISSUES_MAX;
    for (uint32_t i = 0; i < kept; i++) {
        if (issues->items[i].column != column)
            continue;
        memmove(&issues->items[i], &issues->items[i + 1], (kept - i - 1) * sizeof issues->items[0]);
        issues->count = kept - 1; /* issues beyond the kept ones are forgotten; their error bits stand */
        return;
    }
}

/* ---- numbers ---- */

/* Eight digits at once: pairs, then fours, then all are joined by multiplications. */
static bool eight_digits(const char *at, uint64_t *out)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    const uint64_t high = 0xF0F0F0F0F0F0F0F0u, six = 0x0606060606060606u, threes = 0x3333333333333333u;
    if (((word & high) | (((word + six) & high) >> 4)) != threes)
        return false;
    word = (word & 0x0F0F0F0F0F0F0F0Fu) * 2561 >> 8;
    word = (word & 0x00FF00FF00FF00FFu) * 6553601 >> 16;
    *out = (word & 0x0000FFFF0000FFFFu) * 42949672960001u >> 32;
    return true;
}

/* int_parse with a short way for what nearly all numbers are: at most 18 digits. */
static ParseStatus short_int_parse(Str text, int64_t *out)
{
    enum { SHORT_DIGITS = 18 };
    uint64_t i = text.len > 0 && text.data[0] == '-';
    uint64_t number = 0, first = i;
    if (text.len == first || text.len - first > SHORT_DIGITS)
        return int_parse(text, out);
    for (uint64_t eight; text.len - i >= 8 && eight_digits(text.data + i, &eight); i += 8)
        number = number * 100000000 + eight;
    for (; i < text.len; i++) {
        unsigned digit = (unsigned)(unsigned char)text.data[i] - '0';
        if (digit > 9)
            return int_parse(text, out);
        number = number * 10 + digit;
    }
    *out = first != 0 ? -(int64_t)number : (int64_t)number;
    return PARSE_OK;
}

/* Why text that is no integer is none. */
static DecodeReason not_whole(Str text)
{
    double number;
    bool has_fraction = str_find(text, STR(".")) >= 0 && double_parse(text, &number) == PARSE_OK;
    return has_fraction ? DECODE_NOT_INTEGER : DECODE_NOT_NUMBER;
}

static DecodeReason store_integer(const FieldType *type, int64_t number, RtDatum *value)
{
    switch (type->id) {
    case FT_TINYINT:
        value->value.i8 = (int8_t)number;
        return number == (int8_t)number ? DECODE_NONE : DECODE_NUMBER_RANGE;
    case FT_SMALLINT:
        value->value.i16 = (int16_t)number;
        return number == (int16_t)number ? DECODE_NONE : DECODE_NUMBER_RANGE;
    case FT_INT:
        value->value.i32 = (int32_t)number;
        return number == (int32_t)number ? DECODE_NONE : DECODE_NUMBER_RANGE;
    default:
        value->value.i64 = number;
        return DECODE_NONE;
    }
}

static DecodeReason reason_of(ParseStatus status, DecodeReason invalid, DecodeReason range)
{
    return status == PARSE_OK ? DECODE_NONE : status == PARSE_RANGE ? range : invalid;
}

/* The digits of a JSON number as one integer times a power of ten: 12.50e3 is 125 * 10^2. */
typedef struct JsonDigits {
    bool negative;
    bool too_many; /* more than 19 significant digits, or an exponent beyond all sense */
    uint64_t digits;
    int64_t exponent;
} JsonDigits;

enum { DIGITS_MAX = 19, EXPONENT_MAX = 1000000 };

static void push_digit(JsonDigits *number, uint64_t *count, char c)
{
    if (*count < DIGITS_MAX)
        number->digits = number->digits * 10 + (uint64_t)(c - '0');
    *count += 1;
}

static JsonDigits json_digits(Str text)
{
    JsonDigits number = { .negative = text.data[0] == '-' };
    uint64_t i = number.negative, count = 0, zeros = 0; /* zeros: those that count only if another digit follows */
    bool behind_point = false;
    for (; i < text.len && text.data[i] != 'e' && text.data[i] != 'E'; i++) {
        char c = text.data[i];
        behind_point = behind_point || c == '.';
        if (c == '.')
            continue;
        number.exponent -= behind_point;
        if (c == '0') {
            zeros += count > 0;
            continue;
        }
        for (; zeros > 0; zeros--)
            push_digit(&number, &count, '0');
        push_digit(&number, &count, c);
    }
    if (count == 0)
        return (JsonDigits){ .negative = number.negative };
    number.too_many = count > DIGITS_MAX;
    number.exponent += (int64_t)zeros;
    int64_t written = 0;
    if (i < text.len && (int_parse(str_slice(text, i + 1, text.len - i - 1), &written) != PARSE_OK ||
                         written > EXPONENT_MAX || written < -EXPONENT_MAX))
        number.too_many = true;
    number.exponent += number.too_many ? 0 : written;
    return number;
}

/* A JSON number that is whole, however it is written, as int64: 1e3 and 12.0 are, 1.5 is not. */
static DecodeReason whole_number(Str text, int64_t *out)
{
    ParseStatus status = short_int_parse(text, out);
    if (status == PARSE_OK)
        return DECODE_NONE;
    JsonDigits number = json_digits(text);
    if (!number.too_many && number.exponent < 0)
        return DECODE_NOT_INTEGER;
    if (status == PARSE_RANGE || number.too_many || number.exponent > DIGITS_MAX)
        return DECODE_NUMBER_RANGE;
    unsigned __int128 size = (unsigned __int128)number.digits * decimal_pow10((uint32_t)number.exponent);
    if (size > (unsigned __int128)INT64_MAX + number.negative)
        return DECODE_NUMBER_RANGE;
    *out = (int64_t)(number.negative ? 0 - (uint64_t)size : (uint64_t)size);
    return DECODE_NONE;
}

/* NaN and the infinities, as Java spells them. */
static bool special_double(Str text, double *out)
{
    bool negative = text.len > 0 && text.data[0] == '-';
    Str name = negative || (text.len > 0 && text.data[0] == '+') ? str_slice(text, 1, text.len - 1) : text;
    if (str_equal(name, STR("NaN")))
        *out = (double)NAN;
    else if (str_equal(name, STR("Infinity")))
        *out = negative ? -(double)INFINITY : (double)INFINITY;
    else
        return false;
    return true;
}

static DecodeReason float_from_text(const FieldType *type, Str text, RtDatum *value)
{
    ParseStatus status =
        type->id == FT_FLOAT ? float_parse(text, &value->value.f32) : double_parse(text, &value->value.f64);
    return reason_of(status, DECODE_NOT_NUMBER, DECODE_NUMBER_RANGE);
}

static DecodeReason decimal_from_text(const FieldType *type, Str text, RtDatum *value)
{
    Int128 unscaled;
    ParseStatus status = decimal_parse(text, type->precision, type->scale, &unscaled);
    if (status == PARSE_OK && value->kind == PK_I64)
        value->value.i64 = (int64_t)unscaled;
    else if (status == PARSE_OK)
        value->value.d128 = d128_from(unscaled);
    return reason_of(status, DECODE_NOT_NUMBER, DECODE_NUMBER_RANGE);
}

/* ---- times ---- */

static const int64_t POW10[] = { 1, 10, 100, 1000, 10000, 100000, 1000000 };

/* Cuts what the column's precision has no digits for. */
static DecodeReason store_timestamp(const FieldType *type, int64_t us, int32_t ns, RtDatum *value)
{
    if (us < TIMESTAMP_US_MIN || us > TIMESTAMP_US_MAX)
        return DECODE_TIME_RANGE;
    if (value->kind == PK_TIME96) {
        int32_t unit = type->precision >= 9 ? 1 : type->precision == 8 ? 10 : 100;
        value->value.time96 = (RtTime96){ .us = us, .ns = ns - ns % unit };
    } else {
        value->value.i64 = us - floor_mod(us, POW10[6 - type->precision]);
    }
    return DECODE_NONE;
}

static DecodeReason timestamp_from_text(const FieldType *type, Str text, TimestampFormat format, RtDatum *value)
{
    enum { SQL_FORM = TIME_SPACE | TIME_ZONE, ISO_FORM = TIME_T | TIME_ZONE | TIME_SECONDS_OPTIONAL };
    bool is_iso = format == TIMESTAMP_FORMAT_ISO_8601;
    TimeText time;
    ParseStatus status = timestamp_parse(text, is_iso ? ISO_FORM : SQL_FORM, &time);
    if (status == PARSE_RANGE)
        return DECODE_TIME_RANGE;
    if (status == PARSE_INVALID) {
        bool is_other = timestamp_parse(text, is_iso ? SQL_FORM : ISO_FORM, &time) == PARSE_OK;
        return !is_other ? DECODE_NOT_TIMESTAMP : is_iso ? DECODE_NOT_ISO_TIMESTAMP : DECODE_NOT_SQL_TIMESTAMP;
    }
    if (time.has_zone != (type->id == FT_TIMESTAMP_LTZ))
        return time.has_zone ? DECODE_ZONE_UNWANTED : DECODE_ZONE_MISSING;
    return store_timestamp(type, time.us - time.offset_s * US_PER_SECOND, time.ns, value);
}

static DecodeReason date_from_text(Str text, ScalarSyntax syntax, RtDatum *value)
{
    TimeText time;
    uint32_t form = TIME_SPACE | TIME_DATE_ONLY | (syntax.short_times ? TIME_SHORT_FIELDS : 0);
    if (memchr(text.data, ' ', text.len) != NULL || timestamp_parse(text, form, &time) != PARSE_OK)
        return DECODE_NOT_DATE;
    value->value.i32 = (int32_t)floor_div(time.us, US_PER_DAY);
    return DECODE_NONE;
}

static DecodeReason time_from_text(const FieldType *type, Str text, ScalarSyntax syntax, RtDatum *value)
{
    static const char day[] = "1970-01-01 ";
    enum { TIME_BYTES_MAX = 20 };
    char whole[sizeof day + TIME_BYTES_MAX];
    TimeText time;
    if (text.len > TIME_BYTES_MAX)
        return DECODE_NOT_TIME;
    memcpy(whole, day, sizeof day - 1);
    memcpy(whole + sizeof day - 1, text.data, text.len);
    uint32_t form = TIME_SPACE | (syntax.short_times ? TIME_SECONDS_OPTIONAL : 0);
    if (timestamp_parse((Str){ whole, sizeof day - 1 + text.len }, form, &time) != PARSE_OK)
        return DECODE_NOT_TIME;
    int32_t ms = (int32_t)(time.us / US_PER_MS);
    int32_t unit = type->precision >= 3 ? 1 : (int32_t)POW10[3 - type->precision];
    value->value.i32 = ms - ms % unit;
    return DECODE_NONE;
}

/* ---- all ---- */

static int base64_digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool base64_decode(Str text, Arena *batch, Str *bytes)
{
    if (text.len % 4 != 0)
        return false;
    for (int i = 0; i < 2 && text.len > 0 && text.data[text.len - 1] == '='; i++)
        text.len--;
    if (text.len % 4 == 1)
        return false;
    char *out = arena_alloc(batch, text.len / 4 * 3 + 3, 1);
    uint64_t len = 0;
    uint32_t bits = 0, count = 0;
    for (uint64_t i = 0; i < text.len; i++) {
        int digit = base64_digit(text.data[i]);
        if (digit < 0)
            return false;
        bits = bits << 6 | (uint32_t)digit;
        count += 6;
        if (count >= 8) {
            count -= 8;
            out[len++] = (char)(bits >> count & 0xFF);
        }
    }
    *bytes = (Str){ out, len };
    return true;
}

static DecodeReason boolean_from_text(Str text, RtDatum *value)
{
    value->value.b = str_equal_nocase(text, STR("true"));
    return value->value.b || str_equal_nocase(text, STR("false")) ? DECODE_NONE : DECODE_NOT_BOOLEAN;
}

DecodeReason scalar_from_text(const FieldType *type, Str text, ScalarSyntax syntax, Arena *batch, RtDatum *value)
{
    Str trimmed = str_trim(text);
    int64_t number;
    double special;
    switch (type->id) {
    case FT_BOOLEAN:
        return boolean_from_text(trimmed, value);
    case FT_TINYINT:
    case FT_SMALLINT:
    case FT_INT:
    case FT_BIGINT: {
        DecodeReason reason = reason_of(short_int_parse(trimmed, &number), not_whole(trimmed), DECODE_NUMBER_RANGE);
        return reason != DECODE_NONE ? reason : store_integer(type, number, value);
    }
    case FT_FLOAT:
    case FT_DOUBLE:
        if (!special_double(trimmed, &special))
            return float_from_text(type, trimmed, value);
        if (type->id == FT_FLOAT)
            value->value.f32 = (float)special;
        else
            value->value.f64 = special;
        return DECODE_NONE;
    case FT_DECIMAL:
        return decimal_from_text(type, trimmed, value);
    case FT_BINARY:
    case FT_VARBINARY:
        return base64_decode(text, batch, &value->value.str) ? DECODE_NONE : DECODE_NOT_BASE64;
    case FT_DATE:
        return date_from_text(text, syntax, value);
    case FT_TIME:
        return time_from_text(type, text, syntax, value);
    case FT_TIMESTAMP:
    case FT_TIMESTAMP_LTZ:
        return timestamp_from_text(type, text, syntax.timestamps, value);
    default:
        return DECODE_WRONG_TYPE;
    }
}

/* Milliseconds since 1970. */
static DecodeReason timestamp_from_number(const FieldType *type, Str text, RtDatum *value)
{
    int64_t ms, us;
    DecodeReason reason = whole_number(text, &ms);
    if (reason != DECODE_NONE)
        return reason == DECODE_NUMBER_RANGE ? DECODE_TIME_RANGE : reason;
    if (__builtin_mul_overflow(ms, US_PER_MS, &us))
        return DECODE_TIME_RANGE;
    return store_timestamp(type, us, 0, value);
}

DecodeReason scalar_from_number(const FieldType *type, Str text, RtDatum *value)
{
    int64_t number;
    DecodeReason reason;
    switch (type->id) {
    case FT_BOOLEAN:
        return DECODE_NOT_BOOLEAN;
    case FT_TINYINT:
    case FT_SMALLINT:
    case FT_INT:
    case FT_BIGINT:
        reason = whole_number(text, &number);
        return reason != DECODE_NONE ? reason : store_integer(type, number, value);
    case FT_FLOAT:
    case FT_DOUBLE:
        return float_from_text(type, text, value);
    case FT_DECIMAL:
        return decimal_from_text(type, text, value);
    case FT_TIMESTAMP:
    case FT_TIMESTAMP_LTZ:
        return timestamp_from_number(type, text, value);
    default:
        return DECODE_WRONG_TYPE;
    }
}
