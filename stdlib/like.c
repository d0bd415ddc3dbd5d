/* like.c -- preparing LIKE patterns, and matching those of no special shape. */
#include "stdlib/like.h"

#include "runtime/base/alloc.h"
#include "runtime/base/utf8.h"
#include "stdlib/text_codes.h"
#include "stdlib/text_put.h"

/* Tokens and literal bytes of the pattern; false where the escape is wrong. */
static bool tokenize(LikePattern *like, uint8_t *tokens, char *literal)
{
    Str pattern = like->source, escape = like->escape;
    uint64_t count = 0, len = 0;
    for (uint64_t at = 0; at < pattern.len;) {
        Str rest = str_slice(pattern, at, pattern.len - at);
        if (escape.len > 0 && str_starts_with(rest, escape)) {
            rest = str_slice(rest, escape.len, rest.len - escape.len);
            bool quotes = rest.len > 0 && (rest.data[0] == '%' || rest.data[0] == '_' || str_starts_with(rest, escape));
            if (!quotes)
                return false;
            uint64_t bytes = utf8_offset(rest, 1);
            for (uint64_t i = 0; i < bytes; i++) {
                literal[len++] = rest.data[i];
                tokens[count++] = LIKE_BYTE;
            }
            at += escape.len + bytes;
            continue;
        }
        at++;
        if (rest.data[0] == '%') {
            if (count == 0 || tokens[count - 1] != LIKE_MANY)
                tokens[count++] = LIKE_MANY;
        } else if (rest.data[0] == '_') {
            tokens[count++] = LIKE_ONE;
        } else {
            literal[len++] = rest.data[0];
            tokens[count++] = LIKE_BYTE;
        }
    }
    like->token_count = count;
    like->literal = (Str){ literal, len };
    return true;
}

static LikeShape shape_of(const uint8_t *tokens, uint64_t count)
{
    uint64_t many = 0;
    for (uint64_t i = 0; i < count; i++) {
        if (tokens[i] == LIKE_ONE)
            return LIKE_GENERAL;
        many += tokens[i] == LIKE_MANY;
    }
    bool first = count > 0 && tokens[0] == LIKE_MANY, last = count > 0 && tokens[count - 1] == LIKE_MANY;
    if (many == 0)
        return LIKE_EQUAL;
    if (many == 1 && (first || last))
        return last ? LIKE_PREFIX : LIKE_SUFFIX;
    return many == 2 && first && last ? LIKE_CONTAINS : LIKE_GENERAL;
}

const LikePattern *like_prepare(FnCtx *ctx, Str pattern, Str escape)
{
    /* one block: the struct, the source, the escape, the literal, the tokens */
    uint64_t bytes = sizeof(LikePattern) + 3 * pattern.len + escape.len;
    LikePattern *like = ctx->site != NULL ? mem_alloc(bytes) : arena_alloc(ctx->batch, bytes, _Alignof(LikePattern));
    if (like == NULL)
        mem_exhausted();
    char *source = (char *)(like + 1), *kept_escape = source + pattern.len, *literal = kept_escape + escape.len;
    uint8_t *tokens = (uint8_t *)(literal + pattern.len);
    (void)text_put(source, pattern);
    (void)text_put(kept_escape, escape);
    *like = (LikePattern){ .source = { source, pattern.len }, .escape = { kept_escape, escape.len }, .tokens = tokens };
    bool good = escape.len == 0 || utf8_count(escape) == 1;
    good = good && tokenize(like, tokens, literal);
    like->shape = good ? shape_of(tokens, like->token_count) : LIKE_REFUSED;
    if (ctx->site != NULL) {
        if (ctx->site->cached != NULL)
            ctx->site->release(ctx->site->cached);
        *ctx->site = (FnSite){ .cached = like, .release = mem_free };
    }
    return like;
}

bool like_match(const LikePattern *like, Str text)
{
    const char *at = text.data, *end = at + text.len;
    uint64_t token = 0, byte = 0;
    const char *back_at = NULL; /* where to go on when a try behind the last % failed */
    uint64_t back_token = 0, back_byte = 0;
    while (at < end || token < like->token_count) {
        uint8_t kind = token < like->token_count ? like->tokens[token] : LIKE_END;
        if (kind == LIKE_MANY) {
            back_at = at;
            back_token = ++token;
            back_byte = byte;
            continue;
        }
        if (kind == LIKE_BYTE && at < end && *at == like->literal.data[byte]) {
            at++;
            byte++;
            token++;
            continue;
        }
        if (kind == LIKE_ONE && at < end) {
            (void)utf8_next(&at, end);
            token++;
            continue;
        }
        if (back_at == NULL || back_at >= end)
            return false;
        (void)utf8_next(&back_at, end);
        at = back_at;
        token = back_token;
        byte = back_byte;
    }
    return true;
}
