/* number_print.c -- floating point as its shortest text.
 *
 * Schubfach (R. Giulietti, "The Schubfach way to render doubles"): of the numbers that round to v = c * 2^q, which lie
 * between the middles to its neighbours, take the shortest, and of these the closest.  With k = floor(log10) of the
 * width of that interval, it is scaled by 10^-k, whose leading bits are a table, so that the candidates are the few
 * whole numbers around v * 10^-k; all is counted in quarters, the last bit standing for everything below it.
 *
 * A subnormal has fewer digits than Java wants to show (4.9E-324, not 5E-324): there the C library is asked, length by
 * length. */
#include "runtime/base/number.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef unsigned __int128 U128;

enum { POW10_FIRST = -292 };

static U128 pow10_bits(int32_t power)
{
    static const uint64_t BITS[][2] = {
#define POW10_BITS(high, low) { high, low },
#include "runtime/base/pow10_bits.def"
#undef POW10_BITS
    };
    const uint64_t *bits = BITS[power - POW10_FIRST];
    return (U128)bits[0] << 64 | bits[1];
}

/* floor(log10(2^q)), or of 3/4 of it; floor(log2(10^e)).  Exact for all exponents of doubles. */
static int32_t log10_of_pow2(int32_t q, bool three_quarters)
{
    return (q * 1262611 - (three_quarters ? 524031 : 0)) >> 22;
}

static int32_t log2_of_pow10(int32_t e)
{
    return (e * 1741647) >> 19;
}

/* The top 64 bits of bits * count, the last one set when anything is below. */
static uint64_t multiply_sticky(U128 bits, uint64_t count)
{
    uint64_t low = (uint64_t)((U128)(uint64_t)bits * count >> 64);
    U128 product = (bits >> 64) * count + low;
    return (uint64_t)(product >> 64) | ((uint64_t)product > 1);
}

typedef struct Shortest {
    uint64_t digits;
    int32_t exponent; /* of the last digit */
} Shortest;

/* v = c * 2^q; the distance to the next lower number is half as large when `uneven`. */
static Shortest shortest(uint64_t c, int32_t q, bool uneven)
{
    int32_t k = log10_of_pow2(q, uneven);
    int32_t shift = q + log2_of_pow10(-k) + 1;
    U128 bits = pow10_bits(-k);
    bool odd = c & 1; /* ties go to even: an odd number does not own the ends of its interval */
    uint64_t low = multiply_sticky(bits, (4 * c - 2 + uneven) << shift) + odd;
    uint64_t middle = multiply_sticky(bits, (4 * c) << shift);
    uint64_t high = multiply_sticky(bits, (4 * c + 2) << shift) - odd;
    uint64_t floor = middle / 4;
    if (floor >= 10) { /* a digit less, where just one of the two neighbours is inside */
        uint64_t tens = floor / 10;
        bool down = low <= 40 * tens, up = 40 * tens + 40 <= high;
        if (down != up)
            return (Shortest){ tens + up, k + 1 };
    }
    bool down = low <= 4 * floor, up = 4 * floor + 4 <= high;
    if (down != up)
        return (Shortest){ floor + up, k };
    uint64_t half = 4 * floor + 2;
    return (Shortest){ floor + (middle > half || (middle == half && (floor & 1))), k };
}

static uint32_t spell(Shortest number, char digits[DOUBLE_TEXT_MAX], int32_t *exponent)
{
    uint32_t len = digits_print(number.digits, 0, digits);
    *exponent = number.exponent + (int32_t)len - 1;
    while (len > 1 && digits[len - 1] == '0')
        len--;
    return len;
}

/* The digits of %.*e without the point (whatever the locale calls it), trailing zeros dropped. */
static uint32_t take_digits(const char *text, char *digits, int32_t *exponent)
{
    uint32_t len = 0;
    const char *at = text;
    for (; *at != 'e'; at++)
        if (*at >= '0' && *at <= '9')
            digits[len++] = *at;
    while (len > 1 && digits[len - 1] == '0')
        len--;
    int64_t power = 0;
    int_parse(str_from(at + 1), &power);
    *exponent = (int32_t)power;
    return len;
}

static bool reads_back(const char *text, double value, bool as_float)
{
    return as_float ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value;
}

static uint32_t subnormal_shortest(double value, bool as_float, char digits[DOUBLE_TEXT_MAX], int32_t *exponent)
{
    char text[64];
    for (int precision = 2; precision <= 17; precision++) {
        snprintf(text, sizeof text, "%.*e", precision - 1, value);
        if (reads_back(text, value, as_float))
            break;
    }
    return take_digits(text, digits, exponent);
}

uint32_t double_shortest(double value, char digits[DOUBLE_TEXT_MAX], int32_t *exponent)
{
    if (value < DBL_MIN)
        return subnormal_shortest(value, false, digits, exponent);
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1);
    int32_t biased = (int32_t)(bits >> 52);
    return spell(shortest(fraction | UINT64_C(1) << 52, biased - 1075, fraction == 0 && biased > 1), digits, exponent);
}

uint32_t float_shortest(float value, char digits[DOUBLE_TEXT_MAX], int32_t *exponent)
{
    if (value < FLT_MIN)
        return subnormal_shortest((double)value, true, digits, exponent);
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint32_t fraction = bits & ((1u << 23) - 1);
    int32_t biased = (int32_t)(bits >> 23);
    return spell(shortest(fraction | 1u << 23, biased - 150, fraction == 0 && biased > 1), digits, exponent);
}

static uint32_t put(char *out, const char *text)
{
    uint32_t len = (uint32_t)strlen(text);
    memcpy(out, text, len);
    return len;
}

/* Java's layout: d.ddd from 0.001 to 10^7, d.dddE+-x elsewhere, and always one digit behind the point. */
static uint32_t lay_out(const char *digits, uint32_t count, int32_t exponent, char *out)
{
    uint32_t len = 0;
    if (exponent >= -3 && exponent < 0) {
        len += put(out, "0.");
        for (int32_t i = exponent + 1; i < 0; i++)
            out[len++] = '0';
        memcpy(out + len, digits, count);
        return len + count;
    }
    bool plain = exponent >= 0 && exponent < 7;
    uint32_t whole = plain ? (uint32_t)exponent + 1 : 1;
    for (uint32_t i = 0; i < whole; i++)
        out[len++] = i < count ? digits[i] : '0';
    out[len++] = '.';
    if (count <= whole)
        out[len++] = '0';
    for (uint32_t i = whole; i < count; i++)
        out[len++] = digits[i];
    if (!plain) {
        out[len++] = 'E';
        len += int_print(exponent, out + len);
    }
    return len;
}

static uint32_t print_special(double value, char *out)
{
    if (isnan(value))
        return put(out, "NaN");
    if (isinf(value))
        return put(out, value < 0 ? "-Infinity" : "Infinity");
    return put(out, signbit(value) ? "-0.0" : "0.0");
}

uint32_t double_print(double value, char out[DOUBLE_TEXT_MAX])
{
    if (!isfinite(value) || value == 0)
        return print_special(value, out);
    uint32_t sign = value < 0;
    out[0] = '-';
    char digits[DOUBLE_TEXT_MAX];
    int32_t exponent;
    uint32_t count = double_shortest(fabs(value), digits, &exponent);
    return sign + lay_out(digits, count, exponent, out + sign);
}

uint32_t float_print(float value, char out[DOUBLE_TEXT_MAX])
{
    if (!isfinite(value) || value == 0)
        return print_special((double)value, out);
    uint32_t sign = value < 0;
    out[0] = '-';
    char digits[DOUBLE_TEXT_MAX];
    int32_t exponent;
    uint32_t count = float_shortest(fabsf(value), digits, &exponent);
    return sign + lay_out(digits, count, exponent, out + sign);
}

double double_round(double value, int32_t places, bool cutting)
{
    if (!isfinite(value) || value == 0)
        return value;
    char digits[DOUBLE_TEXT_MAX];
    int32_t exponent;
    uint32_t count = double_shortest(fabs(value), digits, &exponent);
    int64_t keep = (int64_t)exponent + 1 + places; /* digits that stay */
    if (keep >= count)
        return value;
    bool up = !cutting && keep >= 0 && digits[keep] >= '5';
    uint64_t kept = 0;
    for (int64_t i = 0; i < keep; i++)
        kept = kept * 10 + (uint64_t)(digits[i] - '0');
    return double_from_decimal(value < 0, kept + up, -places);
}
