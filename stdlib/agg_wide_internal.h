/* agg_wide_internal.h -- the parts of a double, and passing on carries: for the files that make and round exact sums.
 *
 * Units      a value is mantissa * 2^(exponent - 1075).
 * Threads    task thread only. */
#ifndef SQC_STDLIB_AGG_WIDE_INTERNAL_H
#define SQC_STDLIB_AGG_WIDE_INTERNAL_H

#include "stdlib/agg_states.h"

typedef struct FloatParts {
    uint64_t mantissa;
    int32_t exponent; /* 1 .. 2047 */
    bool is_negative;
    bool is_finite;
} FloatParts;

FloatParts float_parts(double value);
/* Leaves every word but the last in [0, 2^32). */
void wide_float_carry(WideFloatSum *wide);

#endif
