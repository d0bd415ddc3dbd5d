/* timeformat_internal.h -- the tokens of a pattern, for printing and for parsing. */
#ifndef SQC_BASE_TIMEFORMAT_INTERNAL_H
#define SQC_BASE_TIMEFORMAT_INTERNAL_H

#include "runtime/base/timeformat.h"

extern const char *const PATTERN_MONTHS[12];
extern const char *const PATTERN_WEEKDAYS[7]; /* from Monday */

typedef struct Token {
    char letter;    /* 0: literal; '[' or ']' */
    uint32_t count; /* of the letter */
    Str literal;
} Token;

/* The token at *at, which moves behind it; a quote without end answers the letter '\''. */
Token pattern_token_next(Str pattern, uint64_t *at);

#endif
