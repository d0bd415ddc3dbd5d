/* agg_wide_internal.h -- the parts of a double, and passing on carries: for the files that make and round exact sums.
 *
 * Units      a value is mantissa * 2^(exponent - 1075).
 * Threads    task thread only. */
#ifndef SQC_STDLIB_AGG_WIDE_INTERNAL_H
#define SQC_STDLIB_AGG_WIDE_INTERNAL_H

#include "stdlib/agg_states.h"
#include "stdlib/state_bytes.h"

typedef unsigned __int128 UInt128;

enum { FLOAT_BASE_MAX = 1974 }; /* of a sum in 128 bits: above, an infinity would look like a number */

typedef struct FloatParts {
    uint64_t mantissa;
    int32_t exponent; /* 1 .. 2047 */
    bool is_negative;
    bool is_finite;
} FloatParts;

FloatParts float_parts(double value);
/* Leaves every word but the last in [0, 2^32). */
void wide_float_carry(WideFloatSum *wide);
/* A copy of the sum in words, whatever form it has. */
WideFloatSum float_sum_read(FnCtx *ctx, const FloatSum *state);
/* A sum within the bytes of a state; false: there is none. */
void float_sum_put(FnCtx *ctx, ByteOut *out, const FloatSum *sum);
bool float_sum_get(FnCtx *ctx, ByteIn *in, FloatSum *sum);
/* Puts a sum in the form that holds it. */
void int_sum_write(FnCtx *ctx, IntSum *state, WideIntSum sum);

#endif
