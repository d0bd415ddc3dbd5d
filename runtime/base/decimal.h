/* decimal.h -- DECIMAL(p, s): a whole number of up to 38 digits, counted in units of 10^-s.
 *
 * Functions know the unscaled number only; scales are arguments.  Rounding is HALF_UP, away from zero at a tie, as in
 * Flink.  Products and quotients are computed in 256 bits and rounded once.
 *
 * Units      `scale`, `precision` count digits.
 * Errors     ParseStatus for text; false where a result has more digits than its precision. */
#ifndef SQC_BASE_DECIMAL_H
#define SQC_BASE_DECIMAL_H

#include "runtime/base/number.h"

enum { DECIMAL_PRECISION_MAX = 38, DECIMAL_TEXT_MAX = 44 };

/* 10^0 .. 10^38; in the header, so that a constant power folds in generated code. */
static inline unsigned __int128 decimal_pow10(uint32_t power)
{
#define E19 (unsigned __int128)10000000000000000000u
    static const unsigned __int128 POWERS[DECIMAL_PRECISION_MAX + 1] = {
        1u, 10u, 100u, 1000u, 10000u, 100000u, 1000000u, 10000000u, 100000000u, 1000000000u, 10000000000u,
        100000000000u, 1000000000000u, 10000000000000u, 100000000000000u, 1000000000000000u, 10000000000000000u,
        100000000000000000u, 1000000000000000000u, 10000000000000000000u,
        E19 * 10u,
        E19 * 100u,
        E19 * 1000u,
        E19 * 10000u,
        E19 * 100000u,
        E19 * 1000000u,
        E19 * 10000000u,
        E19 * 100000000u,
        E19 * 1000000000u,
        E19 * 10000000000u,
        E19 * 100000000000u,
        E19 * 1000000000000u,
        E19 * 10000000000000u,
        E19 * 100000000000000u,
        E19 * 1000000000000000u,
        E19 * 10000000000000000u,
        E19 * 100000000000000000u,
        E19 * 1000000000000000000u,
        E19 * 10000000000000000000u,
    };
#undef E19
    return POWERS[power];
}

static inline bool decimal_fits(__int128 value, uint32_t precision)
{
    unsigned __int128 size = value < 0 ? -(unsigned __int128)value : (unsigned __int128)value;
    return precision > DECIMAL_PRECISION_MAX || size < decimal_pow10(precision);
}

/* [+-] digits [. digits] [e [+-] digits], rounded to the scale. */
ParseStatus decimal_parse(Str text, uint32_t precision, uint32_t scale, __int128 *out);
/* A literal: its own precision and scale, as written (0.908 is (4, 3), 1.50 is (3, 2)); no exponent. */
ParseStatus decimal_parse_literal(Str text, __int128 *out, uint32_t *precision, uint32_t *scale);
/* Plain digits with exactly `scale` of them behind the point; answers the bytes written. */
uint32_t decimal_print(__int128 value, uint32_t scale, char out[DECIMAL_TEXT_MAX]);

bool decimal_rescale(__int128 value, uint32_t from_scale, uint32_t to_scale, uint32_t precision, __int128 *out);
/* (a * 10^shift + b) / 10^drop, or (a + b * 10^-shift) / 10^drop where shift is negative; at most 38 digits. */
bool decimal_add(__int128 a, __int128 b, int32_t shift, uint32_t drop, __int128 *out);
/* a * b / 10^drop */
bool decimal_multiply(__int128 a, __int128 b, uint32_t drop, uint32_t precision, __int128 *out);
/* a * 10^shift / b; shift may be negative; b is not zero. */
bool decimal_divide(__int128 a, __int128 b, int32_t shift, uint32_t precision, __int128 *out);

/* The nearest double. */
double decimal_to_double(__int128 value, uint32_t scale);
/* Through the shortest text of the double (Java's BigDecimal.valueOf); NaN and infinities do not fit. */
bool decimal_from_double(double value, uint32_t precision, uint32_t scale, __int128 *out);

#endif
