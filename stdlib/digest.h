/* digest.h -- MD5, SHA-1 and the SHA-2 family over a whole text.
 *
 * For SQL functions and names of things, not for secrets.
 *
 * Cost       MD5 and SHA-1 about 2, SHA-2 about 5 nanoseconds a byte. */
#ifndef SQC_STDLIB_DIGEST_H
#define SQC_STDLIB_DIGEST_H

#include "runtime/base/str.h"

enum { DIGEST_BYTES_MAX = 64 };

typedef enum DigestKind {
    DIGEST_MD5,
    DIGEST_SHA1,
    DIGEST_SHA224,
    DIGEST_SHA256,
    DIGEST_SHA384,
    DIGEST_SHA512,
} DigestKind;

/* Writes the digest and answers its bytes. */
uint32_t digest(DigestKind kind, Str text, uint8_t out[DIGEST_BYTES_MAX]);

#endif
