/* digest.c -- the hash functions of RFC 1321 and FIPS 180-4.
 *
 * All of them cut the text into blocks, pad the last one (0x80, zeros, the length in bits) and stir each block into a
 * state of words; a table says what differs.  The constants are the
 * standards' own. */
#include "stdlib/digest.h"

typedef struct Digest {
    DigestKind kind;
    uint32_t block_bytes;
    uint32_t digest_bytes;
    uint32_t word_bytes;
    union {
        uint32_t w32[8];
        uint64_t w64[8];
    } state;
} Digest;

static uint32_t rotl32(uint32_t x, uint32_t n)
{
    return x << n | x >> (32 - n);
}

static uint32_t rotr32(uint32_t x, uint32_t n)
{
    return x >> n | x << (32 - n);
}

static uint64_t rotr64(uint64_t x, uint32_t n)
{
    return x >> n | x << (64 - n);
}

/* ---- MD5 ---- */

static const uint32_t MD5_SINES[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};

static void md5_block(uint32_t state[8], const uint8_t *block)
{
    static const uint8_t SHIFTS[4][4] = { { 7, 12, 17, 22 }, { 5, 9, 14, 20 }, { 4, 11, 16, 23 }, { 6, 10, 15, 21 } };
    uint32_t words[16];
    memcpy(words, block, sizeof words); /* little-endian, as this machine */
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    for (uint32_t i = 0; i < 64; i++) {
        uint32_t mixed, word;
        switch (i / 16) {
        case 0: mixed = (b & c) | (~b & d); word = i; break;
        case 1: mixed = (d & b) | (~d & c); word = (5 * i + 1) % 16; break;
        case 2: mixed = b ^ c ^ d; word = (3 * i + 5) % 16; break;
        default: mixed = c ^ (b | ~d); word = 7 * i % 16; break;
        }
        uint32_t next = b + rotl32(a + mixed + MD5_SINES[i] + words[word], SHIFTS[i / 16][i % 4]);
        a = d;
        d = c;
        c = b;
        b = next;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
}

/* ---- SHA-1 ---- */

static uint32_t big32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void sha1_block(uint32_t state[8], const uint8_t *block)
{
    uint32_t words[80];
    for (int i = 0; i < 16; i++)
        words[i] = big32(block + 4 * i);
    for (int i = 16; i < 80; i++)
        words[i] = rotl32(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    for (int i = 0; i < 80; i++) {
        uint32_t mixed, constant;
        switch (i / 20) {
        case 0: mixed = (b & c) | (~b & d); constant = 0x5a827999; break;
        case 1: mixed = b ^ c ^ d; constant = 0x6ed9eba1; break;
        case 2: mixed = (b & c) | (b & d) | (c & d); constant = 0x8f1bbcdc; break;
        default: mixed = b ^ c ^ d; constant = 0xca62c1d6; break;
        }
        uint32_t next = rotl32(a, 5) + mixed + e + constant + words[i];
        e = d;
        d = c;
        c = rotl32(b, 30);
        b = a;
        a = next;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
}

/* ---- SHA-2 ---- */

/* The 64-bit constants; SHA-224 and SHA-256 use the upper halves of the first 64. */
static const uint64_t SHA2_ROOTS[80] = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
    0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
    0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
    0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
    0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
    0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
    0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
    0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
    0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
    0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
    0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
    0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
    0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
    0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
    0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
    0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
    0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
    0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
    0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
};

static void sha256_block(uint32_t state[8], const uint8_t *block)
{
    uint32_t words[64], s[8];
    for (int i = 0; i < 16; i++)
        words[i] = big32(block + 4 * i);
    for (int i = 16; i < 64; i++) {
        uint32_t x = words[i - 15], y = words[i - 2];
        words[i] = words[i - 16] + (rotr32(x, 7) ^ rotr32(x, 18) ^ x >> 3) + words[i - 7] +
                   (rotr32(y, 17) ^ rotr32(y, 19) ^ y >> 10);
    }
    memcpy(s, state, sizeof s);
    for (int i = 0; i < 64; i++) {
        uint32_t e = s[4], a = s[0];
        uint32_t first = s[7] + (rotr32(e, 6) ^ rotr32(e, 11) ^ rotr32(e, 25)) + ((e & s[5]) ^ (~e & s[6])) +
                         (uint32_t)(SHA2_ROOTS[i] >> 32) + words[i];
        uint32_t second = (rotr32(a, 2) ^ rotr32(a, 13) ^ rotr32(a, 22)) + ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));
        memmove(s + 1, s, 7 * sizeof s[0]);
        s[4] += first;
        s[0] = first + second;
    }
    for (int i = 0; i < 8; i++)
        state[i] += s[i];
}

static void sha512_block(uint64_t state[8], const uint8_t *block)
{
    uint64_t words[80], s[8];
    for (int i = 0; i < 16; i++)
        words[i] = (uint64_t)big32(block + 8 * i) << 32 | big32(block + 8 * i + 4);
    for (int i = 16; i < 80; i++) {
        uint64_t x = words[i - 15], y = words[i - 2];
        words[i] = words[i - 16] + (rotr64(x, 1) ^ rotr64(x, 8) ^ x >> 7) + words[i - 7] +
                   (rotr64(y, 19) ^ rotr64(y, 61) ^ y >> 6);
    }
    memcpy(s, state, sizeof s);
    for (int i = 0; i < 80; i++) {
        uint64_t e = s[4], a = s[0];
        uint64_t first = s[7] + (rotr64(e, 14) ^ rotr64(e, 18) ^ rotr64(e, 41)) + ((e & s[5]) ^ (~e & s[6])) +
                         SHA2_ROOTS[i] + words[i];
        uint64_t second = (rotr64(a, 28) ^ rotr64(a, 34) ^ rotr64(a, 39)) + ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));
        memmove(s + 1, s, 7 * sizeof s[0]);
        s[4] += first;
        s[0] = first + second;
    }
    for (int i = 0; i < 8; i++)
        state[i] += s[i];
}

/* ---- blocks and padding ---- */

static const uint32_t MD5_START[8] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 };
static const uint32_t SHA1_START[8] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 };
static const uint32_t SHA224_START[8] = {
    0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939, 0xffc00b31, 0x68581511, 0x64f98fa7, 0xbefa4fa4,
};
static const uint32_t SHA256_START[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};
static const uint64_t SHA384_START[8] = {
    0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17, 0x152fecd8f70e5939,
    0x67332667ffc00b31, 0x8eb44a8768581511, 0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4,
};
static const uint64_t SHA512_START[8] = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

static Digest digest_start(DigestKind kind)
{
    static const struct {
        uint32_t block_bytes, digest_bytes, word_bytes;
        const void *start;
    } KINDS[] = {
        [DIGEST_MD5] = { 64, 16, 4, MD5_START },          [DIGEST_SHA1] = { 64, 20, 4, SHA1_START },
        [DIGEST_SHA224] = { 64, 28, 4, SHA224_START },    [DIGEST_SHA256] = { 64, 32, 4, SHA256_START },
        [DIGEST_SHA384] = { 128, 48, 8, SHA384_START },   [DIGEST_SHA512] = { 128, 64, 8, SHA512_START },
    };
    Digest d = { .kind = kind,
                 .block_bytes = KINDS[kind].block_bytes,
                 .digest_bytes = KINDS[kind].digest_bytes,
                 .word_bytes = KINDS[kind].word_bytes };
    memcpy(&d.state, KINDS[kind].start, 8 * d.word_bytes);
    return d;
}

static void stir(Digest *d, const uint8_t *block)
{
    switch (d->kind) {
    case DIGEST_MD5: md5_block(d->state.w32, block); break;
    case DIGEST_SHA1: sha1_block(d->state.w32, block); break;
    case DIGEST_SHA224:
    case DIGEST_SHA256: sha256_block(d->state.w32, block); break;
    case DIGEST_SHA384:
    case DIGEST_SHA512: sha512_block(d->state.w64, block); break;
    }
}

static void finish(Digest *d, const uint8_t *rest, uint32_t rest_bytes, uint64_t text_bytes)
{
    uint8_t blocks[2 * 128] = { 0 };
    uint32_t length_bytes = d->block_bytes / 8; /* of the field that holds the length in bits */
    uint32_t total = rest_bytes + 1 + length_bytes <= d->block_bytes ? d->block_bytes : 2 * d->block_bytes;
    if (rest_bytes > 0)
        memcpy(blocks, rest, rest_bytes);
    blocks[rest_bytes] = 0x80;
    for (uint32_t i = 0; i < 8; i++) {
        uint8_t byte = (uint8_t)(text_bytes * 8 >> 8 * i);
        blocks[d->kind == DIGEST_MD5 ? total - 8 + i : total - 1 - i] = byte;
    }
    for (uint32_t at = 0; at < total; at += d->block_bytes)
        stir(d, blocks + at);
}

uint32_t digest(DigestKind kind, Str text, uint8_t out[DIGEST_BYTES_MAX])
{
    Digest d = digest_start(kind);
    const uint8_t *bytes = (const uint8_t *)text.data;
    uint64_t whole = text.len / d.block_bytes * d.block_bytes;
    for (uint64_t at = 0; at < whole; at += d.block_bytes)
        stir(&d, bytes + at);
    finish(&d, bytes + whole, (uint32_t)(text.len - whole), text.len);
    for (uint32_t i = 0; i < d.digest_bytes; i++) {
        uint32_t word = i / d.word_bytes, shift = 8 * (d.word_bytes - 1 - i % d.word_bytes);
        uint64_t value = d.word_bytes == 8 ? d.state.w64[word] : d.state.w32[word];
        out[i] = (uint8_t)(value >> (kind == DIGEST_MD5 ? 8 * (i % 4) : shift));
    }
    return d.digest_bytes;
}
