/* segment.c -- see segment.h. */
#include "runtime/ckpt/segment.h"

#include "runtime/base/crc32c.h"

#include <openssl/evp.h>
#include <stddef.h>
#include <sys/random.h>

static const char MAGIC[8] = { 'S', 'Q', 'C', 'S', 'E', 'G', 'M', 'T' };
enum { VERSION = 1, TAG_BYTES = 16, NONCE_BYTES = 12 };

/* Little-endian, as in memory. */
typedef struct SegmentHead {
    char magic[8];
    uint32_t version, block_bytes;
    uint64_t plain_bytes;
    uint8_t key_id[SEGMENT_KEY_ID_BYTES]; /* zero: no key */
    uint64_t nonce;                       /* random; with the number of a block, that of its encryption */
    uint32_t zero, check;                 /* of all before */
} SegmentHead;

typedef struct BlockHead {
    uint32_t bytes, check; /* of what is stored, the tag included */
} BlockHead;

static RtStatus bad(RtError *error, const char *what)
{
    return rt_error(error, RT_BAD_DATA, "segment is damaged: %s", what);
}

static RtStatus no_memory(RtError *error)
{
    return rt_error(error, RT_FATAL, "no memory for a segment");
}

static uint32_t head_check(const SegmentHead *head)
{
    return crc32c(0, (Str){ (const char *)head, offsetof(SegmentHead, check) });
}

static bool has_key(const SegmentHead *head)
{
    static const uint8_t NONE[SEGMENT_KEY_ID_BYTES];
    return memcmp(head->key_id, NONE, sizeof NONE) != 0;
}

/* ---- one block ---- */
typedef struct Cipher {
    EVP_CIPHER_CTX *ctx; /* NULL: no key */
    const SegmentHead *head;
    bool seals;
} Cipher;

static bool cipher_start(Cipher *cipher, const SegmentHead *head, const SegmentKey *key, bool seals)
{
    *cipher = (Cipher){ .head = head, .seals = seals };
    if (!has_key(head))
        return true;
    cipher->ctx = EVP_CIPHER_CTX_new();
    return cipher->ctx != NULL && EVP_CipherInit_ex(cipher->ctx, EVP_aes_256_gcm(), NULL, key->key, NULL, seals) == 1;
}

static void cipher_end(Cipher *cipher)
{
    EVP_CIPHER_CTX_free(cipher->ctx);
}

/* `len` bytes from `in` to `out`; the tag stands behind the encrypted ones.  False: they are not authentic. */
static bool cipher_block(const Cipher *cipher, uint32_t number, const char *in, uint32_t len, char *out, char *tag)
{
    uint8_t nonce[NONCE_BYTES];
    int done;
    memcpy(nonce, &cipher->head->nonce, 8);
    memcpy(nonce + 8, &number, 4);
    const uint8_t *head = (const uint8_t *)cipher->head;
    if (EVP_CipherInit_ex(cipher->ctx, NULL, NULL, NULL, nonce, cipher->seals) != 1 ||
        EVP_CipherUpdate(cipher->ctx, NULL, &done, head, sizeof *cipher->head) != 1)
        return false;
    if (!cipher->seals && EVP_CIPHER_CTX_ctrl(cipher->ctx, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, tag) != 1)
        return false;
    if (EVP_CipherUpdate(cipher->ctx, (uint8_t *)out, &done, (const uint8_t *)in, (int)len) != 1 ||
        EVP_CipherFinal_ex(cipher->ctx, (uint8_t *)out + done, &done) != 1)
        return false;
    return !cipher->seals || EVP_CIPHER_CTX_ctrl(cipher->ctx, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, tag) == 1;
}

/* ---- sealing ---- */
static bool seal_block(const Cipher *cipher, uint32_t number, Str plain, Buf *out)
{
    BlockHead head = { .bytes = (uint32_t)plain.len + (cipher->ctx != NULL ? TAG_BYTES : 0) };
    char *room = buf_reserve(out, sizeof head + head.bytes);
    if (room == NULL)
        return false;
    char *stored = room + sizeof head;
    if (cipher->ctx == NULL)
        memcpy(stored, plain.data, plain.len);
    else if (!cipher_block(cipher, number, plain.data, (uint32_t)plain.len, stored, stored + plain.len))
        return false;
    head.check = crc32c(0, (Str){ stored, head.bytes });
    memcpy(room, &head, sizeof head);
    out->len += sizeof head + head.bytes;
    return true;
}

RtStatus segment_seal(Str plain, const SegmentKey *key, Buf *out, RtError *error)
{
    SegmentHead head = { .version = VERSION, .block_bytes = SEGMENT_BLOCK_BYTES, .plain_bytes = plain.len };
    memcpy(head.magic, MAGIC, sizeof head.magic);
    if (key != NULL) {
        memcpy(head.key_id, key->id, sizeof head.key_id);
        if (getrandom(&head.nonce, sizeof head.nonce, 0) != (ssize_t)sizeof head.nonce)
            return rt_error_system(error, RT_FATAL, "no random numbers to encrypt with");
    }
    head.check = head_check(&head);
    buf_append(out, (const char *)&head, sizeof head);
    Cipher cipher;
    bool is_done = cipher_start(&cipher, &head, key, true);
    uint64_t at = 0;
    for (uint32_t number = 0; is_done && at < plain.len; number++) {
        uint64_t len = plain.len - at < SEGMENT_BLOCK_BYTES ? plain.len - at : SEGMENT_BLOCK_BYTES;
        is_done = seal_block(&cipher, number, str_slice(plain, at, len), out);
        at += len;
    }
    cipher_end(&cipher);
    return is_done && !out->failed ? RT_OK : no_memory(error);
}

/* ---- opening ---- */
static RtStatus read_head(Str bytes, const SegmentKey *key, SegmentHead *head, RtError *error)
{
    if (bytes.len < sizeof *head || memcmp(bytes.data, MAGIC, sizeof head->magic) != 0)
        return bad(error, "it does not begin as one");
    memcpy(head, bytes.data, sizeof *head);
    if (head->check != head_check(head))
        return bad(error, "the checksum of its head does not match");
    if (head->version != VERSION)
        return rt_error(error, RT_BAD_DATA, "segment has format %u, this program reads %u", head->version, VERSION);
    if (head->zero != 0 || head->block_bytes != SEGMENT_BLOCK_BYTES)
        return bad(error, "its head is not one of ours");
    if (!has_key(head))
        return key == NULL ? RT_OK : rt_error(error, RT_BAD_DATA, "segment is not encrypted, and there is a key");
    if (key == NULL || memcmp(key->id, head->key_id, sizeof head->key_id) != 0)
        return rt_error(error, RT_BAD_DATA,
                        key == NULL ? "segment is encrypted, and there is no key"
                                    : "segment is encrypted with another key");
    return RT_OK;
}

typedef struct Opening {
    Cipher cipher;
    Str left; /* of the bytes */
    Buf *out;
    RtError *error;
} Opening;

static RtStatus open_block(Opening *o, uint32_t number, uint32_t plain_len)
{
    BlockHead head;
    uint32_t wanted = plain_len + (o->cipher.ctx != NULL ? TAG_BYTES : 0);
    if (o->left.len < sizeof head)
        return bad(o->error, "it ends too early");
    memcpy(&head, o->left.data, sizeof head);
    if (head.bytes != wanted || o->left.len - sizeof head < wanted)
        return bad(o->error, "a block has another length");
    Str stored = str_slice(o->left, sizeof head, wanted);
    if (crc32c(0, stored) != head.check)
        return bad(o->error, "the checksum of a block does not match");
    char *room = buf_reserve(o->out, plain_len);
    if (room == NULL)
        return no_memory(o->error);
    char tag[TAG_BYTES];
    if (o->cipher.ctx == NULL)
        memcpy(room, stored.data, plain_len);
    else
        memcpy(tag, stored.data + plain_len, sizeof tag);
    if (o->cipher.ctx != NULL && !cipher_block(&o->cipher, number, stored.data, plain_len, room, tag))
        return rt_error(o->error, RT_BAD_DATA, "segment was changed: a block is not authentic");
    o->out->len += plain_len;
    o->left = str_slice(o->left, sizeof head + wanted, o->left.len - sizeof head - wanted);
    return RT_OK;
}

RtStatus segment_open(Str bytes, const SegmentKey *key, Buf *out, RtError *error)
{
    SegmentHead head;
    uint64_t len_before = out->len;
    RtStatus status = read_head(bytes, key, &head, error);
    if (status != RT_OK)
        return status;
    Opening o = { .left = str_slice(bytes, sizeof head, bytes.len - sizeof head), .out = out, .error = error };
    if (!cipher_start(&o.cipher, &head, key, false))
        status = no_memory(error);
    uint64_t left = head.plain_bytes;
    for (uint32_t number = 0; status == RT_OK && left > 0; number++) {
        uint32_t len = left < SEGMENT_BLOCK_BYTES ? (uint32_t)left : SEGMENT_BLOCK_BYTES;
        status = open_block(&o, number, len);
        left -= len;
    }
    cipher_end(&o.cipher);
    if (status == RT_OK && o.left.len != 0)
        status = bad(error, "there are bytes behind it");
    if (status != RT_OK)
        out->len = len_before;
    return status;
}
