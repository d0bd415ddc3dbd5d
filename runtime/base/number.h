/* number.h -- integers and floating point as text, both ways.
 *
 * Never depends on the locale.  Parsers take the whole text: blanks, signs of other scripts, separators and trailing
 * letters are invalid, so callers that allow them trim first.
 *
 * Ownership  printers write into the caller's array and answer the bytes written (no NUL).
 * Errors     ParseStatus.
 * Cost       numbers of up to 19 digits and small exponents take the fast path; others go through the C library, on a
 *            bounded copy. */
#ifndef SQC_BASE_NUMBER_H
#define SQC_BASE_NUMBER_H

#include "runtime/base/str.h"

typedef enum ParseStatus {
    PARSE_OK,
    PARSE_INVALID, /* not of this form                 */
    PARSE_RANGE,   /* of this form, but does not fit   */
} ParseStatus;

enum { INT_TEXT_MAX = 20, DOUBLE_TEXT_MAX = 32 };

/* [+-] digits */
ParseStatus int_parse(Str text, int64_t *out);
/* Digits only, at most `digits_max` of them, into a number of at most 18 digits; false otherwise. */
bool digits_parse(Str text, uint32_t digits_max, int64_t *out);
uint32_t int_print(int64_t value, char out[INT_TEXT_MAX]);
/* With leading zeros up to `width`. */
uint32_t digits_print(uint64_t value, uint32_t width, char *out);

/* [+-] digits [. digits] [e [+-] digits], a digit at least on one side of the point; the nearest double, ties to even.
 * Too large is infinity and PARSE_RANGE; too small is zero and PARSE_OK. */
ParseStatus double_parse(Str text, double *out);
ParseStatus float_parse(Str text, float *out);
/* The nearest double to (-) digits * 10^exponent. */
double double_from_decimal(bool negative, uint64_t digits, int32_t exponent);

/* As Java's Double.toString (since 19): the fewest digits that read back as the same value; 1.0E-4 below 0.001 and from
 * 10^7; NaN, Infinity, -Infinity, -0.0. */
uint32_t double_print(double value, char out[DOUBLE_TEXT_MAX]);
uint32_t float_print(float value, char out[DOUBLE_TEXT_MAX]);
/* The fewest digits that read back as the same value, without point or trailing zeros, and the power of ten of the
 * first one: 0.0125 is "125", -2.  For finite values above zero. */
uint32_t double_shortest(double value, char digits[DOUBLE_TEXT_MAX], int32_t *exponent);
uint32_t float_shortest(float value, char digits[DOUBLE_TEXT_MAX], int32_t *exponent);

/* Rounds the shortest text of a value to `places` digits behind the point (in front of it below zero), half away from
 * zero or, cutting, towards zero: 1.005 to 2 places is 1.01.  NaN and infinities stay. */
double double_round(double value, int32_t places, bool cutting);

#endif
