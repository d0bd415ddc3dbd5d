/* like.h -- LIKE patterns, prepared once.
 *
 * Most patterns are a literal with % at one end or both: these shapes are compared without looking at the pattern
 * again.  The rest is a row of tokens matched with one point of return, which is enough for %.
 *
 * Ownership  a pattern is one block; like_release gives it back unless it lives in an arena.
 * Cost       special shapes: one comparison or one search; else at most text length x pattern length. */
#ifndef SQC_STDLIB_LIKE_H
#define SQC_STDLIB_LIKE_H

#include "runtime/abi/fn.h"

typedef enum LikeShape {
    LIKE_EQUAL,    /* abc   */
    LIKE_PREFIX,   /* abc%  */
    LIKE_SUFFIX,   /* %abc  */
    LIKE_CONTAINS, /* %abc% */
    LIKE_GENERAL,
    LIKE_REFUSED, /* wrong escape */
} LikeShape;

typedef struct LikePattern {
    Str source; /* the pattern as written: the key of the site's cache */
    Str escape;
    LikeShape shape;
    Str literal;            /* bytes of all literal tokens */
    const uint8_t *tokens;  /* GENERAL: for each literal byte LIKE_BYTE, for _ LIKE_ONE, for % LIKE_MANY */
    uint64_t token_count;
} LikePattern;

enum { LIKE_BYTE, LIKE_ONE, LIKE_MANY, LIKE_END };

/* The prepared pattern of this call site; prepares it when it is another than the last time.  Never NULL. */
const LikePattern *like_prepare(FnCtx *ctx, Str pattern, Str escape);
/* GENERAL. */
bool like_match(const LikePattern *like, Str text);

#endif
