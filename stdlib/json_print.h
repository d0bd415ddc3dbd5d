/* json_print.h -- JSON text in the form in which Flink writes it: no blanks, keys sorted, numbers as Java's BigDecimal.
 *
 * Ownership  results live in the arena or borrow the token. */
#ifndef SQC_STDLIB_JSON_PRINT_H
#define SQC_STDLIB_JSON_PRINT_H

#include "runtime/base/json_text.h"

/* A value anew; of equal keys the last stays.  `value` is valid JSON. */
Str json_normal(Arena *arena, JsonText value);
/* [a,b,c] */
Str json_normal_list(Arena *arena, const JsonText *items, uint32_t count);
/* A number token: integers as they are (-0 is 0), others as BigDecimal.toString: 1.50, 1E+3, 1.2E-7. */
Str json_number(Arena *arena, JsonText number);
/* The text as a string with quotes.  `ascii`: what is beyond ASCII becomes \uXXXX, and a slash \/. */
Str json_quote(Arena *arena, Str text, bool ascii);

#endif
