/* fn_like.c -- LIKE: the special shapes inline, the rest through like.c. */
#include "stdlib/fn_prototypes.h"

#include "stdlib/text_codes.h"
#include "stdlib/like.h"

static bool contains(Str s, Str needle)
{
    return str_find(s, needle) >= 0;
}

static inline bool match(FnCtx *ctx, Str text, Str pattern, Str escape)
{
    const LikePattern *like = ctx->site == NULL ? NULL : (const LikePattern *)ctx->site->cached;
    if (like == NULL || !str_equal(like->source, pattern) || !str_equal(like->escape, escape))
        like = like_prepare(ctx, pattern, escape);
    Str literal = like->literal;
    switch (like->shape) {
    case LIKE_EQUAL: return str_equal(text, literal);
    case LIKE_PREFIX: return text.len >= literal.len && str_equal(str_slice(text, 0, literal.len), literal);
    case LIKE_SUFFIX:
        return text.len >= literal.len && str_equal(str_slice(text, text.len - literal.len, literal.len), literal);
    case LIKE_CONTAINS: return contains(text, literal);
    case LIKE_GENERAL: return like_match(like, text);
    case LIKE_REFUSED: break;
    }
    fn_fail(ctx, FN_E_PATTERN, "the escape of LIKE is one character and stands before %%, _ or itself");
    return false;
}

bool fn_like(FnCtx *ctx, Str text, Str pattern)
{
    return match(ctx, text, pattern, STR_EMPTY);
}

bool fn_like_escape(FnCtx *ctx, Str text, Str pattern, Str escape)
{
    if (escape.len == 0) {
        fn_fail(ctx, FN_E_PATTERN, "the escape of LIKE is one character and stands before %%, _ or itself");
        return false;
    }
    return match(ctx, text, pattern, escape);
}
