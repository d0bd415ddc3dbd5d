/* fn_hash.c -- digests as hexadecimal text, and Java's hash codes (native only). */
#include "stdlib/fn_prototypes.h"

#include "runtime/base/utf8.h"
#include "stdlib/digest.h"
#include "stdlib/text_codes.h"

static Str hex_digest(FnCtx *ctx, DigestKind kind, Str s)
{
    uint8_t bytes[DIGEST_BYTES_MAX];
    uint32_t count = digest(kind, s, bytes);
    char *to = fn_alloc(ctx, 2 * count);
    for (uint32_t i = 0; i < count; i++) {
        to[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
        to[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
    }
    return (Str){ to, 2 * count };
}

Str fn_md5(FnCtx *ctx, Str s)
{
    return hex_digest(ctx, DIGEST_MD5, s);
}

Str fn_sha1(FnCtx *ctx, Str s)
{
    return hex_digest(ctx, DIGEST_SHA1, s);
}

Str fn_sha224(FnCtx *ctx, Str s)
{
    return hex_digest(ctx, DIGEST_SHA224, s);
}

Str fn_sha256(FnCtx *ctx, Str s)
{
    return hex_digest(ctx, DIGEST_SHA256, s);
}

Str fn_sha384(FnCtx *ctx, Str s)
{
    return hex_digest(ctx, DIGEST_SHA384, s);
}

Str fn_sha512(FnCtx *ctx, Str s)
{
    return hex_digest(ctx, DIGEST_SHA512, s);
}

Str fn_sha2(FnCtx *ctx, Str s, int32_t bits)
{
    switch (bits) {
    case 224: return fn_sha224(ctx, s);
    case 256: return fn_sha256(ctx, s);
    case 384: return fn_sha384(ctx, s);
    case 512: return fn_sha512(ctx, s);
    default: break;
    }
    fn_fail(ctx, FN_E_ARGUMENT, "SHA2 has 224, 256, 384 or 512 bits, not %d", bits);
    return STR_EMPTY;
}

/* Over UTF-16 code units. */
int32_t fn_hash_code(FnCtx *ctx, Str s)
{
    (void)ctx;
    uint32_t hash = 0;
    for (const char *at = s.data, *end = at + s.len; at < end;) {
        uint32_t code = utf8_next(&at, end);
        if (code >= 0x10000) {
            hash = hash * 31 + 0xD800 + ((code - 0x10000) >> 10);
            code = 0xDC00 + (code & 0x3FF);
        }
        hash = hash * 31 + code;
    }
    return (int32_t)hash;
}

int32_t fn_hash_code_bool(FnCtx *ctx, bool value)
{
    (void)ctx;
    return value ? 1231 : 1237;
}

int32_t fn_hash_code_i64(FnCtx *ctx, int64_t value)
{
    (void)ctx;
    return (int32_t)(uint32_t)((uint64_t)value ^ (uint64_t)value >> 32);
}

int32_t fn_hash_code_i32(FnCtx *ctx, int32_t value)
{
    (void)ctx;
    return value;
}
