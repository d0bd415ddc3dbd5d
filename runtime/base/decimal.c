/* decimal.c -- decimal arithmetic over 128 and 256 bits.
 *
 * Wide values are eight digits of base 2^32, least significant first; division is Knuth's algorithm D. */
#include "runtime/base/decimal.h"

#include <assert.h>
#include <math.h>

typedef __int128 I128;
typedef unsigned __int128 U128;

enum { WIDE = 8 };

typedef struct Wide {
    uint32_t digit[WIDE];
} Wide;

static U128 magnitude(I128 value)
{
    return value < 0 ? -(U128)value : (U128)value;
}

/* Signed result, if it has at most `precision` digits. */
static bool finish(U128 size, bool negative, uint32_t precision, I128 *out)
{
    if (size >= decimal_pow10(precision))
        return false;
    *out = negative ? -(I128)size : (I128)size;
    return true;
}

/* ---- 256 bits ---- */

static Wide wide_multiply(U128 a, U128 b)
{
    Wide product = { { 0 } };
    for (uint32_t i = 0; i < 4; i++) {
        uint64_t carry = 0;
        uint64_t x = (uint32_t)(a >> (32 * i));
        for (uint32_t j = 0; j < 4; j++) {
            uint64_t sum = x * (uint32_t)(b >> (32 * j)) + product.digit[i + j] + carry;
            product.digit[i + j] = (uint32_t)sum;
            carry = sum >> 32;
        }
        product.digit[i + 4] = (uint32_t)carry;
    }
    return product;
}

static bool wide_narrow(const Wide *wide, U128 *out)
{
    if ((wide->digit[4] | wide->digit[5] | wide->digit[6] | wide->digit[7]) != 0)
        return false;
    *out = (U128)wide->digit[3] << 96 | (U128)wide->digit[2] << 64 | (U128)wide->digit[1] << 32 | wide->digit[0];
    return true;
}

static U128 divide_short(Wide *wide, uint32_t by)
{
    uint64_t rest = 0;
    for (uint32_t i = WIDE; i-- > 0;) {
        uint64_t part = rest << 32 | wide->digit[i];
        wide->digit[i] = (uint32_t)(part / by);
        rest = part % by;
    }
    return rest;
}

/* One digit of the quotient (algorithm D, steps D3 to D6): u[0..n] -= q * v[0..n-1]. */
static uint32_t quotient_digit(uint32_t *u, const uint32_t *v, uint32_t n)
{
    uint64_t top = (uint64_t)u[n] << 32 | u[n - 1];
    uint64_t q = top / v[n - 1];
    uint64_t r = top % v[n - 1];
    while (q >> 32 != 0 || q * v[n - 2] > (r << 32 | u[n - 2])) {
        q--;
        r += v[n - 1];
        if (r >> 32 != 0)
            break;
    }
    int64_t borrow = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t product = q * v[i];
        int64_t diff = (int64_t)u[i] - borrow - (int64_t)(uint32_t)product;
        u[i] = (uint32_t)diff;
        borrow = (int64_t)(product >> 32) - (diff >> 32);
    }
    int64_t last = (int64_t)u[n] - borrow;
    u[n] = (uint32_t)last;
    if (last >= 0)
        return (uint32_t)q;
    uint64_t carry = 0; /* q was one too large: add v back */
    for (uint32_t i = 0; i < n; i++) {
        carry += (uint64_t)u[i] + v[i];
        u[i] = (uint32_t)carry;
        carry >>= 32;
    }
    u[n] += (uint32_t)carry;
    return (uint32_t)(q - 1);
}

/* wide /= by; answers the remainder. */
static U128 wide_divide(Wide *wide, U128 by)
{
    uint32_t v[4];
    uint32_t n = 0;
    for (uint32_t i = 0; i < 4; i++) {
        v[i] = (uint32_t)(by >> (32 * i));
        if (v[i] != 0)
            n = i + 1;
    }
    if (n == 1)
        return divide_short(wide, v[0]);
    uint32_t shift = (uint32_t)__builtin_clz(v[n - 1]); /* normalise: the top bit of v is set */
    U128 shifted = by << shift;
    for (uint32_t i = 0; i < n; i++)
        v[i] = (uint32_t)(shifted >> (32 * i));
    uint32_t u[WIDE + 1];
    uint64_t carry = 0;
    for (uint32_t i = 0; i < WIDE; i++) {
        uint64_t part = (uint64_t)wide->digit[i] << shift | carry;
        u[i] = (uint32_t)part;
        carry = part >> 32;
    }
    u[WIDE] = (uint32_t)carry;
    for (uint32_t j = WIDE - n + 1; j < WIDE; j++)
        wide->digit[j] = 0;
    for (uint32_t j = WIDE - n + 1; j-- > 0;)
        wide->digit[j] = quotient_digit(u + j, v, n);
    U128 rest = 0;
    for (uint32_t i = n; i-- > 0;)
        rest = rest << 32 | u[i];
    return rest >> shift;
}

/* HALF_UP: one more when twice the rest reaches the divisor. */
static bool rounds_up(U128 rest, U128 by)
{
    return rest >= by - rest;
}

/* a - b, where a is not below b. */
static void wide_subtract(Wide *a, const Wide *b)
{
    int64_t borrow = 0;
    for (uint32_t i = 0; i < WIDE; i++) {
        int64_t part = (int64_t)a->digit[i] - b->digit[i] - borrow;
        a->digit[i] = (uint32_t)part;
        borrow = part < 0;
    }
}

static void wide_add(Wide *a, const Wide *b)
{
    uint64_t carry = 0;
    for (uint32_t i = 0; i < WIDE; i++) {
        carry += (uint64_t)a->digit[i] + b->digit[i];
        a->digit[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

static bool wide_less(const Wide *a, const Wide *b)
{
    for (uint32_t i = WIDE; i-- > 0;)
        if (a->digit[i] != b->digit[i])
            return a->digit[i] < b->digit[i];
    return false;
}

/* ---- arithmetic ---- */

bool decimal_add(I128 a, I128 b, int32_t shift, uint32_t drop, I128 *out)
{
    uint32_t up_a = shift > 0 ? (uint32_t)shift : 0, up_b = shift < 0 ? (uint32_t)-shift : 0;
    if (up_a > DECIMAL_PRECISION_MAX || up_b > DECIMAL_PRECISION_MAX || drop > DECIMAL_PRECISION_MAX)
        return false;
    Wide x = wide_multiply(magnitude(a), decimal_pow10(up_a));
    Wide y = wide_multiply(magnitude(b), decimal_pow10(up_b));
    bool negative = a < 0;
    if ((a < 0) == (b < 0)) {
        wide_add(&x, &y);
    } else if (wide_less(&x, &y)) {
        wide_subtract(&y, &x);
        x = y;
        negative = b < 0;
    } else {
        wide_subtract(&x, &y);
    }
    U128 size, by = decimal_pow10(drop);
    U128 rest = drop == 0 ? 0 : wide_divide(&x, by);
    if (!wide_narrow(&x, &size))
        return false;
    return finish(size + (drop != 0 && rounds_up(rest, by)), negative, DECIMAL_PRECISION_MAX, out);
}

bool decimal_rescale(I128 value, uint32_t from_scale, uint32_t to_scale, uint32_t precision, I128 *out)
{
    U128 size = magnitude(value);
    if (to_scale >= from_scale) {
        uint32_t more = to_scale - from_scale;
        if (size == 0)
            return finish(0, false, precision, out);
        if (more > DECIMAL_PRECISION_MAX || size > decimal_pow10(DECIMAL_PRECISION_MAX) / decimal_pow10(more))
            return false;
        return finish(size * decimal_pow10(more), value < 0, precision, out);
    }
    uint32_t less = from_scale - to_scale;
    if (less > DECIMAL_PRECISION_MAX)
        return finish(0, false, precision, out);
    U128 by = decimal_pow10(less);
    U128 quotient = size / by;
    return finish(quotient + rounds_up(size % by, by), value < 0, precision, out);
}

bool decimal_multiply(I128 a, I128 b, uint32_t drop, uint32_t precision, I128 *out)
{
    bool negative = (a < 0) != (b < 0);
    U128 x = magnitude(a), y = magnitude(b), size;
    U128 by = decimal_pow10(drop <= DECIMAL_PRECISION_MAX ? drop : DECIMAL_PRECISION_MAX);
    if (x >> 64 == 0 && y >> 64 == 0 && drop <= DECIMAL_PRECISION_MAX) {
        size = x * y;
        if (drop != 0)
            size = size / by + rounds_up(size % by, by);
        return finish(size, negative, precision, out);
    }
    Wide product = wide_multiply(x, y);
    if (drop > DECIMAL_PRECISION_MAX) { /* in two steps, the first cut off: its rest cannot make or unmake a half */
        wide_divide(&product, by);
        by = decimal_pow10(drop - DECIMAL_PRECISION_MAX);
    }
    U128 rest = drop == 0 ? 0 : wide_divide(&product, by);
    if (!wide_narrow(&product, &size))
        return false;
    return finish(size + (drop != 0 && rounds_up(rest, by)), negative, precision, out);
}

/* a / (b * 10^drop), where the divisor may need 256 bits. */
static bool divide_down(U128 a, U128 b, uint32_t drop, bool negative, uint32_t precision, I128 *out)
{
    U128 by;
    Wide wide = drop <= DECIMAL_PRECISION_MAX ? wide_multiply(b, decimal_pow10(drop)) : (Wide){ .digit = { [7] = 1 } };
    if (!wide_narrow(&wide, &by) || by >> 127 != 0) /* a < 10^38 < 2^127: at most 1 after rounding */
        return finish(wide_narrow(&wide, &by) && rounds_up(a, by), negative, precision, out);
    return finish(a / by + rounds_up(a % by, by), negative, precision, out);
}

bool decimal_divide(I128 a, I128 b, int32_t shift, uint32_t precision, I128 *out)
{
    bool negative = (a < 0) != (b < 0);
    U128 x = magnitude(a), y = magnitude(b), size;
    assert(y != 0);
    if (shift < 0)
        return divide_down(x, y, (uint32_t)-shift, negative, precision, out);
    uint32_t first = shift <= DECIMAL_PRECISION_MAX ? (uint32_t)shift : DECIMAL_PRECISION_MAX;
    uint32_t second = (uint32_t)shift - first;
    if (second > DECIMAL_PRECISION_MAX)
        return x == 0 && finish(0, false, precision, out);
    Wide wide = wide_multiply(x, decimal_pow10(first));
    U128 rest = wide_divide(&wide, y);
    if (!wide_narrow(&wide, &size))
        return false;
    if (second != 0) { /* the quotient's digits move left, the rest gives the new ones */
        if (size >= decimal_pow10(DECIMAL_PRECISION_MAX - second))
            return false;
        U128 low;
        wide = wide_multiply(rest, decimal_pow10(second));
        rest = wide_divide(&wide, y);
        if (!wide_narrow(&wide, &low))
            return false;
        size = size * decimal_pow10(second) + low;
    }
    return finish(size + rounds_up(rest, y), negative, precision, out);
}

/* ---- text ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Splits the text into sign, digits and exponent; false when it is no number. */
static bool split(Str text, bool *negative, Str *mantissa, int64_t *exponent)
{
    uint64_t at = 0;
    *negative = false;
    *exponent = 0;
    if (text.len > 0 && (text.data[0] == '-' || text.data[0] == '+'))
        *negative = text.data[at++] == '-';
    uint64_t start = at;
    bool digit = false, point = false;
    for (; at < text.len && (is_digit(text.data[at]) || (text.data[at] == '.' && !point)); at++) {
        digit = digit || is_digit(text.data[at]);
        point = point || text.data[at] == '.';
    }
    *mantissa = str_slice(text, start, at - start);
    if (!digit)
        return false;
    if (at == text.len)
        return true;
    if ((text.data[at] | 0x20) != 'e')
        return false;
    Str power = str_slice(text, at + 1, text.len - at - 1);
    ParseStatus status = int_parse(power, exponent);
    if (status == PARSE_RANGE || *exponent > INT32_MAX || *exponent < -(int64_t)INT32_MAX)
        *exponent = power.data[0] == '-' ? -(int64_t)INT32_MAX : INT32_MAX;
    return status != PARSE_INVALID;
}

ParseStatus decimal_parse(Str text, uint32_t precision, uint32_t scale, I128 *out)
{
    bool negative;
    Str mantissa;
    int64_t exponent;
    if (!split(text, &negative, &mantissa, &exponent))
        return PARSE_INVALID;
    int64_t point = str_find(mantissa, STR("."));
    int64_t whole = point < 0 ? (int64_t)mantissa.len : point;
    int64_t keep = whole + exponent + (int64_t)scale; /* how many digits count, from the first written one on */
    U128 value = 0;
    int64_t index = 0;
    for (uint64_t i = 0; i < mantissa.len; i++) {
        char c = mantissa.data[i];
        if (c == '.')
            continue;
        if (index >= keep) {
            value += index == keep && c >= '5';
            break;
        }
        index++;
        value = value * 10 + (U128)(c - '0');
        if (value >= decimal_pow10(DECIMAL_PRECISION_MAX))
            return PARSE_RANGE;
    }
    for (; index < keep && value != 0; index++) {
        value *= 10;
        if (value >= decimal_pow10(DECIMAL_PRECISION_MAX))
            return PARSE_RANGE;
    }
    return finish(value, negative, precision, out) ? PARSE_OK : PARSE_RANGE;
}

ParseStatus decimal_parse_literal(Str text, I128 *out, uint32_t *precision, uint32_t *scale)
{
    bool negative;
    Str mantissa;
    int64_t exponent;
    if (!split(text, &negative, &mantissa, &exponent) || exponent != 0)
        return PARSE_INVALID;
    int64_t point = str_find(mantissa, STR("."));
    uint64_t fraction = point < 0 ? 0 : mantissa.len - (uint64_t)point - 1;
    uint64_t whole = point < 0 ? mantissa.len : (uint64_t)point;
    for (uint64_t i = 0; i < mantissa.len && mantissa.data[i] == '0' && whole > 0; i++)
        whole--;
    whole += whole == 0; /* the digit in front of the point counts even when it is 0 or left out */
    if (fraction > DECIMAL_PRECISION_MAX || whole + fraction > DECIMAL_PRECISION_MAX)
        return PARSE_RANGE;
    *scale = (uint32_t)fraction;
    *precision = (uint32_t)(whole + fraction);
    return decimal_parse(text, DECIMAL_PRECISION_MAX, *scale, out);
}

uint32_t decimal_print(I128 value, uint32_t scale, char out[DECIMAL_TEXT_MAX])
{
    char reversed[DECIMAL_TEXT_MAX];
    uint32_t count = 0, len = 0;
    U128 size = magnitude(value);
    while (size != 0 || count <= scale) {
        uint64_t low = (uint64_t)(size % 1000000000u);
        size /= 1000000000u;
        for (uint32_t i = 0; i < 9 && (size != 0 || low != 0 || count <= scale); i++, low /= 10)
            reversed[count++] = (char)('0' + low % 10);
    }
    if (value < 0)
        out[len++] = '-';
    while (count > 0) {
        out[len++] = reversed[--count];
        if (count == scale && scale != 0)
            out[len++] = '.';
    }
    return len;
}

/* ---- floating point ---- */

double decimal_to_double(I128 value, uint32_t scale)
{
    U128 size = magnitude(value);
    if (size >> 53 == 0 && scale <= 22)
        return double_from_decimal(value < 0, (uint64_t)size, -(int32_t)scale);
    char text[DECIMAL_TEXT_MAX];
    double out = 0;
    uint32_t len = decimal_print(value, scale, text);
    double_parse((Str){ text, len }, &out);
    return out;
}

bool decimal_from_double(double value, uint32_t precision, uint32_t scale, I128 *out)
{
    if (!isfinite(value))
        return false;
    char text[DOUBLE_TEXT_MAX];
    uint32_t len = double_print(value, text);
    return decimal_parse((Str){ text, len }, precision, scale, out) == PARSE_OK;
}
