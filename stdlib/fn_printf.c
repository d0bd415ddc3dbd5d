/* fn_printf.c -- PRINTF: the format language of java.util.Formatter, as far as values of SQL go (native only).
 *
 *   % [number $ | <] [- # + blank 0 , (] [width] [.precision] conversion
 *
 *   conversions   b B s S c C   d o x X (integers)   e E f g G (FLOAT, DOUBLE)   % n
 *
 * Whatever Java throws an exception for (an unknown conversion, flags that contradict, a missing argument, a value of
 * another type) makes the whole result NULL.  So do h, a and t, which ask for hashes, bits and dates of Java.  Width
 * and precision of text count code points. */
#include "stdlib/fn_prototypes.h"

#include "runtime/base/buf.h"
#include "runtime/base/number.h"
#include "runtime/base/utf8.h"
#include "stdlib/text_codes.h"
#include "stdlib/text_put.h"

#include <math.h>

enum { FIELD_MAX = 100000, DEFAULT_PRECISION = 6, DIGITS_MAX = 2 * DOUBLE_TEXT_MAX };

typedef struct Field {
    bool left, alternate, plus, blank, zeros, group, parens, same; /* - # + blank 0 , ( < */
    uint32_t position;                                             /* 1$; 0: the next one */
    int32_t width, precision;                                      /* -1: not written */
    char conversion;
} Field;

typedef struct Printer {
    FnCtx *ctx;
    const RtDatum *args;
    uint32_t count;
    uint32_t next, last; /* ordinary arguments used; the one used last, for `<` */
    Buf out;
} Printer;

/* ---- reading a field ---- */

static bool *flag_of(Field *field, char c)
{
    switch (c) {
    case '-':
        return &field->left;
    case '#':
        return &field->alternate;
    case '+':
        return &field->plus;
    case ' ':
        return &field->blank;
    case '0':
        return &field->zeros;
    case ',':
        return &field->group;
    case '(':
        return &field->parens;
    case '<':
        return &field->same;
    default:
        return NULL;
    }
}

/* -1 without digits; FIELD_MAX + 1 for all that are too many. */
static int32_t read_number(const char **at, const char *end)
{
    int32_t number = -1;
    for (; *at < end && **at >= '0' && **at <= '9'; (*at)++) {
        number = (number < 0 ? 0 : number) * 10 + (**at - '0');
        number = number > FIELD_MAX ? FIELD_MAX + 1 : number;
    }
    return number;
}

static bool read_position(const char **at, const char *end, Field *field)
{
    const char *start = *at;
    int32_t number = read_number(at, end);
    if (number < 0 || *at == end || **at != '$') {
        *at = start;
        return true;
    }
    (*at)++;
    field->position = (uint32_t)number;
    return number > 0;
}

/* `at` is behind the %. */
static bool read_field(const char **at, const char *end, Field *field)
{
    *field = (Field){ .width = -1, .precision = -1 };
    if (!read_position(at, end, field))
        return false;
    for (bool *flag; *at < end && (flag = flag_of(field, **at)) != NULL; (*at)++) {
        if (*flag)
            return false;
        *flag = true;
    }
    field->width = read_number(at, end);
    if (*at < end && **at == '.') {
        (*at)++;
        field->precision = read_number(at, end);
        if (field->precision < 0)
            return false;
    }
    if (*at == end || field->width > FIELD_MAX || field->precision > FIELD_MAX)
        return false;
    field->conversion = *(*at)++;
    return true;
}

/* ---- writing a field ---- */

static void put_many(Buf *out, char c, int64_t times)
{
    for (; times > 0; times--)
        buf_append_char(out, c);
}

static void put_padded(Printer *p, const Field *field, Str text)
{
    int64_t missing = (int64_t)field->width - (int64_t)utf8_count(text);
    if (!field->left)
        put_many(&p->out, ' ', missing);
    buf_append_str(&p->out, text);
    if (field->left)
        put_many(&p->out, ' ', missing);
}

static bool is_upper(const Field *field)
{
    return field->conversion >= 'A' && field->conversion <= 'Z';
}

static bool put_text(Printer *p, const Field *field, Str text)
{
    if (field->precision >= 0)
        text = str_slice(text, 0, utf8_offset(text, (uint64_t)field->precision));
    put_padded(p, field, is_upper(field) ? utf8_upper(p->ctx->batch, text) : text);
    return true;
}

static bool has_number_flags(const Field *field)
{
    return field->plus || field->blank || field->zeros || field->group || field->parens;
}

static Str text_of(const RtDatum *value, char room[DOUBLE_TEXT_MAX])
{
    switch (value->kind) {
    case PK_BOOL:
        return value->value.b ? STR("true") : STR("false");
    case PK_I8:
        return (Str){ room, int_print(value->value.i8, room) };
    case PK_I16:
        return (Str){ room, int_print(value->value.i16, room) };
    case PK_I32:
        return (Str){ room, int_print(value->value.i32, room) };
    case PK_I64:
        return (Str){ room, int_print(value->value.i64, room) };
    case PK_F32:
        return (Str){ room, float_print(value->value.f32, room) };
    case PK_F64:
        return (Str){ room, double_print(value->value.f64, room) };
    default:
        return value->value.str;
    }
}

static bool put_general(Printer *p, const Field *field, const RtDatum *value)
{
    char room[DOUBLE_TEXT_MAX];
    if (has_number_flags(field) || field->alternate)
        return false;
    bool boolean = (field->conversion | 0x20) == 'b';
    if (boolean && (value->is_null || value->kind == PK_BOOL))
        return put_text(p, field, !value->is_null && value->value.b ? STR("true") : STR("false"));
    if (boolean)
        return put_text(p, field, STR("true"));
    return put_text(p, field, value->is_null ? STR("null") : text_of(value, room));
}

/* An integer that is a code point. */
static bool put_character(Printer *p, const Field *field, const RtDatum *value)
{
    char room[4];
    if (has_number_flags(field) || field->alternate || field->precision >= 0)
        return false;
    if (value->is_null)
        return put_text(p, field, STR("null"));
    int32_t code = value->kind == PK_I8    ? value->value.i8
                   : value->kind == PK_I16 ? value->value.i16
                   : value->kind == PK_I32 ? value->value.i32
                                           : -1;
    if (code < 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
        return false;
    return put_text(p, field, (Str){ room, utf8_put(room, (uint32_t)code) });
}

/* ---- numbers ---- */

/* Sign or parentheses, zeros up to the width, and a comma after each three digits of the whole part. */
static void put_signed(Printer *p, const Field *field, bool negative, Str digits)
{
    Buf text = { 0 };
    uint64_t whole = 0;
    while (whole < digits.len && digits.data[whole] >= '0' && digits.data[whole] <= '9')
        whole++;
    if (negative)
        buf_append_char(&text, field->parens ? '(' : '-');
    else if (field->plus || field->blank)
        buf_append_char(&text, field->plus ? '+' : ' ');
    uint64_t commas = field->group && whole > 0 ? (whole - 1) / 3 : 0;
    bool closes = negative && field->parens;
    if (field->zeros && whole > 0)
        put_many(&text, '0', (int64_t)field->width - (int64_t)(text.len + digits.len + commas + closes));
    for (uint64_t i = 0; i < digits.len; i++) {
        if (field->group && i > 0 && i < whole && (whole - i) % 3 == 0)
            buf_append_char(&text, ',');
        buf_append_char(&text, digits.data[i]);
    }
    if (closes)
        buf_append_char(&text, ')');
    Str done = buf_str(&text);
    put_padded(p, field, is_upper(field) ? utf8_upper(p->ctx->batch, done) : done);
    buf_free(&text);
}

static bool flags_contradict(const Field *field)
{
    return (field->plus && field->blank) || (field->left && field->zeros) ||
           ((field->left || field->zeros) && field->width < 0);
}

static bool put_decimal(Printer *p, const Field *field, int64_t value)
{
    char room[INT_TEXT_MAX];
    Str digits = { room, int_print(value, room) };
    if (field->alternate)
        return false;
    put_signed(p, field, value < 0, value < 0 ? str_slice(digits, 1, digits.len - 1) : digits);
    return true;
}

/* Octal and hexadecimal: the bits of the type's own width. */
static bool put_bits(Printer *p, const Field *field, int64_t value, uint32_t bytes)
{
    char digits[24];
    uint32_t at = sizeof digits, shift = field->conversion == 'o' ? 3 : 4;
    uint64_t bits = bytes == 8 ? (uint64_t)value : (uint64_t)value & ((1ull << (bytes * 8)) - 1);
    if (field->group || field->plus || field->blank || field->parens)
        return false;
    do {
        digits[--at] = "0123456789abcdef"[bits & ((1u << shift) - 1)];
        bits >>= shift;
    } while (bits > 0);
    Str text = { digits + at, sizeof digits - at };
    Str prefix = !field->alternate ? STR_EMPTY : field->conversion == 'o' ? STR("0") : STR("0x");
    Buf whole = { 0 };
    buf_append_str(&whole, prefix);
    if (field->zeros)
        put_many(&whole, '0', (int64_t)field->width - (int64_t)(prefix.len + text.len));
    buf_append_str(&whole, text);
    Str done = buf_str(&whole);
    put_padded(p, field, is_upper(field) ? utf8_upper(p->ctx->batch, done) : done);
    buf_free(&whole);
    return true;
}

static bool put_integer(Printer *p, const Field *field, const RtDatum *value)
{
    if (flags_contradict(field) || field->precision >= 0)
        return false;
    if (value->is_null)
        return put_text(p, field, STR("null"));
    bool decimal = field->conversion == 'd';
    switch (value->kind) {
    case PK_I8:
        return decimal ? put_decimal(p, field, value->value.i8) : put_bits(p, field, value->value.i8, 1);
    case PK_I16:
        return decimal ? put_decimal(p, field, value->value.i16) : put_bits(p, field, value->value.i16, 2);
    case PK_I32:
        return decimal ? put_decimal(p, field, value->value.i32) : put_bits(p, field, value->value.i32, 4);
    case PK_I64:
        return decimal ? put_decimal(p, field, value->value.i64) : put_bits(p, field, value->value.i64, 8);
    default:
        return false;
    }
}

/* The shortest digits of a number, then cut: value = 0.d1d2d3.. * 10^(exponent + 1). */
typedef struct Digits {
    char data[DIGITS_MAX];
    int32_t count;
    int32_t exponent; /* of the first digit */
} Digits;

static Digits digits_of(double value)
{
    Digits digits = { .data = { '0' }, .count = 1 };
    if (value > 0)
        digits.count = (int32_t)double_shortest(value, digits.data, &digits.exponent);
    return digits;
}

/* Keeps `wanted` digits, half away from zero; none or fewer may leave 0 or, carrying, 1. */
static void keep(Digits *digits, int64_t wanted)
{
    if (wanted >= digits->count)
        return;
    bool up = wanted >= 0 && digits->data[wanted] >= '5';
    digits->count = wanted < 0 ? 0 : (int32_t)wanted;
    while (up && digits->count > 0 && digits->data[digits->count - 1] == '9')
        digits->count--;
    if (up && digits->count > 0) {
        digits->data[digits->count - 1]++;
    } else if (up) {
        digits->data[digits->count++] = '1';
        digits->exponent++;
    } else if (digits->count == 0) {
        digits->data[digits->count++] = '0';
        digits->exponent = 0;
    }
}

static char digit_at(const Digits *digits, int64_t index)
{
    return index >= 0 && index < digits->count ? digits->data[index] : '0';
}

static void put_fixed(Buf *out, const Digits *digits, int32_t places, bool point)
{
    int64_t whole = digits->exponent < 0 ? 0 : digits->exponent;
    for (int64_t power = whole; power >= -(int64_t)places; power--) {
        if (power == -1)
            buf_append_char(out, '.');
        buf_append_char(out, digit_at(digits, digits->exponent - power));
    }
    if (places == 0 && point)
        buf_append_char(out, '.');
}

static void put_scientific(Buf *out, const Digits *digits, int32_t places, bool point)
{
    int32_t exponent = digits->exponent;
    buf_append_char(out, digit_at(digits, 0));
    if (places > 0 || point)
        buf_append_char(out, '.');
    for (int32_t i = 1; i <= places; i++)
        buf_append_char(out, digit_at(digits, i));
    buf_printf(out, "e%c%02d", exponent < 0 ? '-' : '+', exponent < 0 ? -exponent : exponent);
}

/* %g: so many significant digits, without an exponent from 10^-4 up to 10^precision. */
static void put_significant(Buf *out, Digits *digits, int32_t precision)
{
    precision = precision == 0 ? 1 : precision;
    keep(digits, precision);
    if (digits->exponent >= -4 && digits->exponent < precision)
        put_fixed(out, digits, precision - 1 - digits->exponent, false);
    else
        put_scientific(out, digits, precision - 1, false);
}

static bool put_real(Printer *p, const Field *field, const RtDatum *value)
{
    char letter = field->conversion | 0x20;
    if (flags_contradict(field) || (letter == 'g' && field->alternate) || (letter == 'e' && field->group))
        return false;
    if (value->is_null)
        return put_text(p, field, STR("null"));
    if (value->kind != PK_F32 && value->kind != PK_F64)
        return false;
    double number = value->kind == PK_F32 ? (double)value->value.f32 : value->value.f64;
    bool negative = signbit(number) && !isnan(number);
    if (!isfinite(number)) {
        put_signed(p, field, negative, isnan(number) ? STR("NaN") : STR("Infinity"));
        return true;
    }
    Buf text = { 0 };
    Digits digits = digits_of(fabs(number));
    int32_t precision = field->precision < 0 ? DEFAULT_PRECISION : field->precision;
    if (letter == 'g') {
        put_significant(&text, &digits, precision);
    } else if (letter == 'f') {
        keep(&digits, (int64_t)digits.exponent + 1 + precision);
        put_fixed(&text, &digits, precision, field->alternate);
    } else {
        keep(&digits, (int64_t)precision + 1);
        put_scientific(&text, &digits, precision, field->alternate);
    }
    put_signed(p, field, negative, buf_str(&text));
    buf_free(&text);
    return true;
}

/* ---- the whole ---- */

static bool put_plain(Printer *p, const Field *field)
{
    if (has_number_flags(field) || field->alternate || field->same || field->precision >= 0)
        return false;
    if (field->conversion == '%' && !(field->left && field->width < 0)) {
        put_padded(p, field, STR("%"));
        return true;
    }
    if (field->conversion != 'n' || field->left || field->width >= 0)
        return false;
    buf_append_char(&p->out, '\n');
    return true;
}

static const RtDatum *argument_of(Printer *p, const Field *field)
{
    uint32_t index = field->same ? p->last : field->position > 0 ? field->position : ++p->next;
    if (index == 0 || index >= p->count)
        return NULL;
    p->last = index;
    return &p->args[index];
}

static bool put_field(Printer *p, const Field *field)
{
    if (field->conversion == '%' || field->conversion == 'n')
        return put_plain(p, field);
    if (strchr("bBsScCdoxXeEfgG", field->conversion) == NULL)
        return false;
    const RtDatum *value = argument_of(p, field);
    if (value == NULL || (field->left && field->width < 0))
        return false;
    switch (field->conversion | 0x20) {
    case 'b':
    case 's':
        return put_general(p, field, value);
    case 'c':
        return put_character(p, field, value);
    case 'd':
    case 'o':
    case 'x':
        return put_integer(p, field, value);
    default:
        return put_real(p, field, value);
    }
}

static bool print_all(Printer *p, Str format)
{
    const char *at = format.data, *end = at + format.len;
    while (at < end) {
        Field field;
        const char *mark = memchr(at, '%', (size_t)(end - at));
        buf_append(&p->out, at, (uint64_t)((mark == NULL ? end : mark) - at));
        if (mark == NULL)
            return true;
        at = mark + 1;
        if (!read_field(&at, end, &field) || !put_field(p, &field) || p->out.len > FN_TEXT_BYTES_MAX)
            return false;
    }
    return true;
}

void fn_printf(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    Printer printer = { .ctx = ctx, .args = args, .count = count };
    *out = datum_null(PK_STR);
    if (args[0].is_null)
        return;
    if (print_all(&printer, args[0].value.str)) {
        Str text = buf_str(&printer.out);
        char *copy = fn_alloc(ctx, text.len);
        *out = (RtDatum){ .value.str = { copy, text.len }, .kind = PK_STR };
        text_put(copy, text);
    }
    buf_free(&printer.out);
}
