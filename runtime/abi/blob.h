/* blob.h -- ROW, ARRAY and MAP values as one run of bytes (physical kind BLOB).
 *
 *   header 8 bytes   u8 shape, u8 kind of keys (MAP), u8 kind of items (ARRAY, MAP), u8 zero, u32 count
 *   null bits        u64 x (count + 63) / 64: bit i % 64 of word i / 64 belongs to item i (a MAP's keys are never NULL)
 *   kinds            ROW only: u8 of each field, filled up to a multiple of 8
 *   keys             MAP only: one slot each, in ascending key order, filled up to a multiple of 8
 *   items            ARRAY, MAP: one slot each, of kind_bytes; ROW: 16 bytes each
 *   heap             the bytes of STR and nested BLOB values, keys first, in item order
 *
 * A slot holds the value's own bytes; STR and BLOB slots hold u64 offset from the start of this blob and u64 length.
 * So a blob may be copied anywhere, needs no alignment, and nests: an inner blob's offsets count from its own start.
 * The encoding is canonical: equal values of one type have equal bytes (-0.0 and 0.0 differ), hence equality, hashing
 * and grouping of BLOBs compare bytes.  Which SQL types the kinds stand for is known where the static type is.
 *
 * Ownership  encoders copy everything into the arena; readers borrow the blob.
 * Errors     readers check every access against the length: what is no blob opens as false, a slot that points outside
 *            reads as NULL.
 * Cost       item access is O(1), blob_find O(log count). */
#ifndef SQC_ABI_BLOB_H
#define SQC_ABI_BLOB_H

#include "runtime/abi/value.h"

typedef enum BlobShape { BLOB_ROW = 1, BLOB_ARRAY, BLOB_MAP } BlobShape;

enum { BLOB_HEADER_BYTES = 8, BLOB_ROW_SLOT_BYTES = 16 };

typedef struct Blob {
    Str bytes;
    uint32_t count;
    uint8_t shape; /* BlobShape */
    uint8_t key_kind;
    uint8_t item_kind;
    uint64_t kinds_at; /* ROW: of the field kinds */
    uint64_t keys_at;
    uint64_t items_at;
} Blob;

/* Bytes of a slot: kind_bytes as a switch, so that readers need no table and inline into generated code. */
static inline uint32_t blob_slot_bytes(uint8_t kind)
{
    switch (kind) {
#define KIND(name, type, member, bytes, align, doc)                                                                    \
    case PK_##name:                                                                                                    \
        return bytes;
#include "runtime/abi/kinds.def"
#undef KIND
    default:
        return 0;
    }
}

/* False where the bytes are no blob. */
static inline bool blob_open(Str bytes, Blob *out)
{
    if (bytes.len < BLOB_HEADER_BYTES)
        return false;
    const unsigned char *head = (const unsigned char *)bytes.data;
    uint32_t count;
    memcpy(&count, head + 4, sizeof count);
    uint64_t nulls = ((uint64_t)count + 63) / 64 * 8, keys = 0, kinds = 0, items;
    if (head[0] == BLOB_ROW) {
        kinds = ((uint64_t)count + 7) / 8 * 8;
        items = (uint64_t)count * BLOB_ROW_SLOT_BYTES;
    } else {
        if (head[0] == BLOB_MAP)
            keys = ((uint64_t)count * blob_slot_bytes(head[1]) + 7) / 8 * 8;
        items = (uint64_t)count * blob_slot_bytes(head[2]);
    }
    *out = (Blob){ .bytes = bytes, .count = count, .shape = head[0], .key_kind = head[1], .item_kind = head[2] };
    out->kinds_at = BLOB_HEADER_BYTES + nulls;
    out->keys_at = out->kinds_at + kinds;
    out->items_at = out->keys_at + keys;
    return head[0] >= BLOB_ROW && head[0] <= BLOB_MAP && out->items_at + items <= bytes.len;
}

/* The value of one slot; what points outside of the blob reads as NULL. */
static inline RtDatum blob_slot(const Blob *blob, uint64_t at, uint8_t kind)
{
    RtDatum datum = { .kind = kind };
    uint32_t bytes = blob_slot_bytes(kind);
    if (bytes == 0 || at + bytes > blob->bytes.len)
        return (RtDatum){ .kind = kind, .is_null = true };
    if (kind != PK_STR && kind != PK_BLOB) {
        memcpy(&datum.value, blob->bytes.data + at, bytes);
        if (kind == PK_BOOL) /* no other byte may be looked at as one */
            datum.value.b = blob->bytes.data[at] != 0;
        return datum;
    }
    uint64_t slot[2];
    memcpy(slot, blob->bytes.data + at, sizeof slot);
    if (slot[0] > blob->bytes.len || slot[1] > blob->bytes.len - slot[0])
        return (RtDatum){ .kind = kind, .is_null = true };
    datum.value.str = (Str){ blob->bytes.data + slot[0], slot[1] };
    return datum;
}

static inline bool blob_is_null(const Blob *blob, uint32_t index)
{
    uint64_t word;
    memcpy(&word, blob->bytes.data + BLOB_HEADER_BYTES + (uint64_t)(index / 64) * 8, sizeof word);
    return (word >> (index % 64)) & 1;
}

static inline uint8_t blob_item_kind(const Blob *blob, uint32_t index)
{
    return blob->shape == BLOB_ROW ? (uint8_t)blob->bytes.data[blob->kinds_at + index] : blob->item_kind;
}

/* Element of an ARRAY, field of a ROW, value of a MAP; counts from 0 and index < count. */
static inline RtDatum blob_item(const Blob *blob, uint32_t index)
{
    uint8_t kind = blob_item_kind(blob, index);
    if (blob_is_null(blob, index))
        return (RtDatum){ .kind = kind, .is_null = true };
    uint64_t bytes = blob->shape == BLOB_ROW ? BLOB_ROW_SLOT_BYTES : blob_slot_bytes(kind);
    return blob_slot(blob, blob->items_at + index * bytes, kind);
}

/* Key of a MAP; counts from 0 and index < count. */
static inline RtDatum blob_key(const Blob *blob, uint32_t index)
{
    return blob_slot(blob, blob->keys_at + (uint64_t)index * blob_slot_bytes(blob->key_kind), blob->key_kind);
}

/* Order of two values of one kind, none NULL: numbers by size (NaN above all, -0.0 below 0.0), the rest by bytes. */
int datum_compare(const RtDatum *a, const RtDatum *b);
/* Both NULL, or both the same value. */
bool datum_equal(const RtDatum *a, const RtDatum *b);
/* Where a MAP has the key: true and its index. */
bool blob_find(const Blob *map, const RtDatum *key, uint32_t *index);

/* Encoders.  Every item has the given kind or is NULL. */
Str blob_row(Arena *arena, const RtDatum *fields, uint32_t count);
Str blob_array(Arena *arena, RtKind kind, const RtDatum *items, uint32_t count);
/* In any order of keys; of equal keys the last one stays, as in Flink.  A NULL key is dropped with its value. */
Str blob_map(Arena *arena, RtKind key_kind, RtKind kind, const RtDatum *keys, const RtDatum *items, uint32_t count);

#endif
