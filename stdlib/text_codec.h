/* text_codec.h -- bytes that come from outside as text.
 *
 * Ownership  results borrow the argument or live in ctx->batch. */
#ifndef SQC_STDLIB_TEXT_CODEC_H
#define SQC_STDLIB_TEXT_CODEC_H

#include "runtime/abi/fn.h"

/* The text of bytes that should be UTF-8: what is not becomes U+FFFD, one for each run that begins like a code point
 * and ends too early, as Java's decoder has it. */
Str text_from_utf8(FnCtx *ctx, Str bytes);
Str text_to_base64(FnCtx *ctx, Str bytes);

#endif
