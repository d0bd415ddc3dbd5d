/* number.c -- reading numbers, and printing integers.
 *
 * Reading a double: up to 19 digits as one integer m and a power of ten e.  Where m < 2^53 and |e| <= 22 both m and
 * 10^|e| are exact doubles and one multiplication or division rounds once (Clinger).  Where |e| <= 19, m * 10^e is an
 * integer of 128 bits, or a quotient of at least 64 whose last bit also says whether there is a rest: converting that
 * rounds once too.  Everything else is spelled again as "digits e exponent" without a decimal point, so that no
 * locale matters, and given to strtod, which rounds exactly.
 * Digits beyond the 800th cannot decide a tie except by being there: one sticky 1 stands for them. */
#include "runtime/base/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { SIGNIFICANT_MAX = 800, EXPONENT_LIMIT = 100000 };

typedef struct Scanned {
    bool negative;
    bool exact;        /* all digits are in `value` */
    uint64_t value;    /* the first 19 significant digits */
    int64_t exponent;  /* of value: digits dropped included */
    Str digits;        /* from the first significant digit on, point included */
    int64_t last_exponent; /* power of ten of the last written digit */
} Scanned;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

ParseStatus int_parse(Str text, int64_t *out)
{
    uint64_t at = 0;
    bool negative = false;
    if (at < text.len && (text.data[at] == '-' || text.data[at] == '+'))
        negative = text.data[at++] == '-';
    if (at == text.len)
        return PARSE_INVALID;
    uint64_t value = 0;
    bool fits = true;
    for (; at < text.len; at++) {
        if (!is_digit(text.data[at]))
            return PARSE_INVALID;
        fits = fits && !__builtin_mul_overflow(value, 10u, &value) &&
               !__builtin_add_overflow(value, (uint64_t)(text.data[at] - '0'), &value);
    }
    if (!fits || value > (uint64_t)INT64_MAX + negative)
        return PARSE_RANGE;
    *out = (int64_t)(negative ? -value : value);
    return PARSE_OK;
}

bool digits_parse(Str text, uint32_t digits_max, int64_t *out)
{
    if (text.len == 0 || text.len > digits_max || text.len > 18)
        return false;
    int64_t value = 0;
    for (uint64_t i = 0; i < text.len; i++) {
        if (!is_digit(text.data[i]))
            return false;
        value = value * 10 + (text.data[i] - '0');
    }
    *out = value;
    return true;
}

uint32_t digits_print(uint64_t value, uint32_t width, char *out)
{
    char reversed[INT_TEXT_MAX];
    uint32_t count = 0;
    do {
        reversed[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    uint32_t len = 0;
    while (len + count < width)
        out[len++] = '0';
    while (count > 0)
        out[len++] = reversed[--count];
    return len;
}

uint32_t int_print(int64_t value, char out[INT_TEXT_MAX])
{
    uint32_t sign = value < 0;
    if (sign)
        out[0] = '-';
    return sign + digits_print(sign ? -(uint64_t)value : (uint64_t)value, 0, out + sign);
}

/* ---- reading ---- */

static bool scan_exponent(Str text, uint64_t at, int64_t *exponent)
{
    bool negative = false;
    if (at < text.len && (text.data[at] == '-' || text.data[at] == '+'))
        negative = text.data[at++] == '-';
    if (at == text.len)
        return false;
    int64_t value = 0;
    for (; at < text.len; at++) {
        if (!is_digit(text.data[at]))
            return false;
        if (value < EXPONENT_LIMIT)
            value = value * 10 + (text.data[at] - '0');
    }
    *exponent = negative ? -value : value;
    return true;
}

/* Up to 19 digits in all, zeros included: nearly every number.  Answers where they end; UINT64_MAX for more. */
static uint64_t scan_short(Str text, uint64_t at, Scanned *number)
{
    const char *p = text.data + at, *begin = p;
    const char *end = text.len - at > 20 ? p + 20 : text.data + text.len;
    uint64_t value = 0;
    for (; p < end && is_digit(*p); p++)
        value = value * 10 + (uint64_t)(*p - '0');
    uint32_t digits = (uint32_t)(p - begin);
    if (p < end && *p == '.') {
        const char *fraction = ++p;
        for (; p < end && is_digit(*p); p++)
            value = value * 10 + (uint64_t)(*p - '0');
        number->exponent = fraction - p;
        digits += (uint32_t)(p - fraction);
    }
    bool cut = p == end && p < text.data + text.len && (is_digit(*p) || *p == '.');
    if (digits == 0 || digits > 19 || cut) {
        number->exponent = 0;
        return UINT64_MAX;
    }
    number->value = value;
    number->last_exponent = number->exponent;
    number->digits = value == 0 ? STR_EMPTY : (Str){ begin, (uint64_t)(p - begin) };
    return (uint64_t)(p - text.data);
}

/* The digits and the point; answers where they end, or UINT64_MAX when there is no digit. */
static uint64_t scan_mantissa(Str text, uint64_t at, Scanned *number)
{
    bool point = false, digit = false;
    uint32_t taken = 0;
    int64_t fraction = 0;
    uint64_t start = UINT64_MAX;
    for (; at < text.len; at++) {
        char c = text.data[at];
        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (!is_digit(c))
            break;
        digit = true;
        fraction += point;
        if (start == UINT64_MAX && c == '0')
            continue;
        if (start == UINT64_MAX)
            start = at;
        if (taken < 19) {
            number->value = number->value * 10 + (uint64_t)(c - '0');
            taken++;
            number->exponent = -fraction;
        } else {
            number->exact = number->exact && c == '0';
            number->exponent += !point;
        }
    }
    number->digits = start == UINT64_MAX ? STR_EMPTY : str_slice(text, start, at - start);
    number->last_exponent = -fraction;
    return digit ? at : UINT64_MAX;
}

static bool scan(Str text, Scanned *number)
{
    *number = (Scanned){ .exact = true };
    uint64_t at = 0;
    if (at < text.len && (text.data[at] == '-' || text.data[at] == '+'))
        number->negative = text.data[at++] == '-';
    uint64_t end = scan_short(text, at, number);
    at = end != UINT64_MAX ? end : scan_mantissa(text, at, number);
    if (at == UINT64_MAX)
        return false;
    if (at == text.len)
        return true;
    int64_t exponent = 0;
    if ((text.data[at] | 0x20) != 'e' || !scan_exponent(text, at + 1, &exponent))
        return false;
    number->exponent += exponent;
    number->last_exponent += exponent;
    return true;
}

/* "digits e exponent", NUL-terminated, for the C library. */
static void spell(const Scanned *number, char out[SIGNIFICANT_MAX + 32])
{
    uint32_t len = 0;
    int64_t exponent = number->last_exponent;
    bool sticky = false;
    int64_t dropped = 0;
    for (uint64_t i = 0; i < number->digits.len; i++) {
        char c = number->digits.data[i];
        if (c == '.')
            continue;
        if (len < SIGNIFICANT_MAX) {
            out[len++] = c;
        } else {
            dropped++;
            sticky = sticky || c != '0';
        }
    }
    exponent += dropped;
    if (sticky) {
        out[len++] = '1';
        exponent--;
    }
    out[len++] = 'e';
    if (exponent < -EXPONENT_LIMIT * 100)
        exponent = -EXPONENT_LIMIT * 100;
    len += int_print(exponent, out + len);
    out[len] = 0;
}

static const double POW10[23] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                  1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

static bool fast_double(const Scanned *number, double *out)
{
    if (!number->exact || number->value >> 53 != 0 || number->exponent < -22 || number->exponent > 22)
        return false;
    double value = (double)number->value;
    *out = number->exponent < 0 ? value / POW10[-number->exponent] : value * POW10[number->exponent];
    return true;
}

static const uint64_t POW10_WHOLE[20] = {
    1u,
    10u,
    100u,
    1000u,
    10000u,
    100000u,
    1000000u,
    10000000u,
    100000000u,
    1000000000u,
    10000000000u,
    100000000000u,
    1000000000000u,
    10000000000000u,
    100000000000000u,
    1000000000000000u,
    10000000000000000u,
    100000000000000000u,
    1000000000000000000u,
    10000000000000000000u,
};

/* The number is *bits * 2^shift, but for what the last bit stands for. */
static bool wide_number(const Scanned *number, unsigned __int128 *bits, int32_t *shift)
{
    if (!number->exact || number->value == 0 || number->exponent < -19 || number->exponent > 19)
        return false;
    *shift = 0;
    if (number->exponent >= 0) {
        *bits = (unsigned __int128)number->value * POW10_WHOLE[number->exponent];
        return true;
    }
    int32_t zeros = __builtin_clzll(number->value);
    unsigned __int128 dividend = (unsigned __int128)(number->value << zeros) << 64;
    uint64_t divisor = POW10_WHOLE[-number->exponent];
    *bits = dividend / divisor;
    *bits |= *bits * divisor != dividend;
    *shift = -64 - zeros;
    return true;
}

static double nearest_double(const Scanned *number)
{
    double value;
    unsigned __int128 bits;
    int32_t shift;
    if (fast_double(number, &value))
        return value;
    if (wide_number(number, &bits, &shift))
        return ldexp((double)bits, shift);
    char spelled[SIGNIFICANT_MAX + 32];
    spell(number, spelled);
    return strtod(spelled, NULL);
}

static float nearest_float(const Scanned *number)
{
    unsigned __int128 bits;
    int32_t shift;
    if (number->exact && number->value >> 24 == 0 && number->exponent >= -10 && number->exponent <= 10) {
        float digits = (float)number->value;
        return number->exponent < 0 ? digits / (float)POW10[-number->exponent]
                                    : digits * (float)POW10[number->exponent];
    }
    if (wide_number(number, &bits, &shift))
        return ldexpf((float)bits, shift);
    char spelled[SIGNIFICANT_MAX + 32];
    spell(number, spelled);
    return strtof(spelled, NULL);
}

ParseStatus double_parse(Str text, double *out)
{
    Scanned number;
    if (!scan(text, &number))
        return PARSE_INVALID;
    double value = number.digits.len == 0 ? 0 : nearest_double(&number);
    *out = number.negative ? -value : value;
    return isinf(value) ? PARSE_RANGE : PARSE_OK;
}

ParseStatus float_parse(Str text, float *out)
{
    Scanned number;
    if (!scan(text, &number))
        return PARSE_INVALID;
    float value = number.digits.len == 0 ? 0 : nearest_float(&number);
    *out = number.negative ? -value : value;
    return isinf(value) ? PARSE_RANGE : PARSE_OK;
}

double double_from_decimal(bool negative, uint64_t digits, int32_t exponent)
{
    char text[INT_TEXT_MAX];
    Scanned number = { .exact = true, .value = digits, .exponent = exponent, .last_exponent = exponent };
    number.digits = (Str){ text, digits_print(digits, 0, text) };
    double value = digits == 0 ? 0 : nearest_double(&number);
    return negative ? -value : value;
}
