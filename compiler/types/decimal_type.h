/* decimal_type.h -- how many digits the result of decimal arithmetic has.
 *
 *   +, -   scale max(s1, s2), whole digits max(p1 - s1, p2 - s2) + 1
 *   *      p1 + p2 + 1 digits, scale s1 + s2
 *   /      scale max(6, s1 + p2 + 1), whole digits p1 - s1 + s2
 *   %      scale max(s1, s2), whole digits min(p1 - s1, p2 - s2)
 *
 * What needs more than 38 digits gives up fraction digits, down to min(scale, 6), before whole ones.
 *
 * Units      decimal digits. */
#ifndef SQC_TYPES_DECIMAL_TYPE_H
#define SQC_TYPES_DECIMAL_TYPE_H

#include "compiler/types/type.h"

typedef struct DecimalSize {
    uint32_t precision, scale;
} DecimalSize;

/* Of a DECIMAL, or the one that holds every value of an integer type. */
DecimalSize decimal_size(const Type *type);
DecimalSize decimal_fit(uint32_t precision, uint32_t scale);
DecimalSize decimal_add_size(DecimalSize a, DecimalSize b);
DecimalSize decimal_multiply_size(DecimalSize a, DecimalSize b);
DecimalSize decimal_divide_size(DecimalSize a, DecimalSize b);
DecimalSize decimal_modulo_size(DecimalSize a, DecimalSize b);
/* ROUND to `digits` fraction digits. */
DecimalSize decimal_round_size(DecimalSize a, int64_t digits);

#endif
