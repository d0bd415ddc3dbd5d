/* blob.c -- writing ROW, ARRAY and MAP values, and finding keys. */
#include "runtime/abi/blob.h"

#include <assert.h>
#include <stdlib.h>

static bool has_heap(const RtDatum *datum)
{
    return !datum->is_null && (datum->kind == PK_STR || datum->kind == PK_BLOB);
}

static uint64_t heap_bytes(const RtDatum *items, uint32_t count)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < count; i++)
        bytes += has_heap(&items[i]) ? items[i].value.str.len : 0;
    return bytes;
}

/* A blob being written: slots and heap fill up from two sides of one block. */
typedef struct BlobWriter {
    char *data;
    uint64_t heap_at;
} BlobWriter;

static void put_slot(BlobWriter *writer, uint64_t at, const RtDatum *datum)
{
    if (datum->is_null)
        return;
    if (!has_heap(datum)) {
        memcpy(writer->data + at, &datum->value, kind_bytes((RtKind)datum->kind));
        return;
    }
    uint64_t slot[2] = { writer->heap_at, datum->value.str.len };
    memcpy(writer->data + at, slot, sizeof slot);
    if (datum->value.str.len > 0)
        memcpy(writer->data + writer->heap_at, datum->value.str.data, datum->value.str.len);
    writer->heap_at += datum->value.str.len;
}

/* Bit i % 64 of word i / 64, words being little-endian. */
static void set_null(BlobWriter *writer, uint32_t i)
{
    char *byte = writer->data + BLOB_HEADER_BYTES + i / 8;
    *byte = (char)(*byte | 1 << (i % 8));
}

static void put_nulls(BlobWriter *writer, const RtDatum *items, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (items[i].is_null)
            set_null(writer, i);
    }
}

/* Zeroed room for everything, header written. */
static BlobWriter writer_open(Arena *arena, Blob *plan, uint64_t slots, uint64_t heap, Str *out)
{
    char head[BLOB_HEADER_BYTES] = { (char)plan->shape, (char)plan->key_kind, (char)plan->item_kind };
    memcpy(head + 4, &plan->count, sizeof plan->count);
    uint64_t heap_at = plan->items_at + slots, len = heap_at + heap;
    char *data = arena_alloc_zeroed(arena, len, 8);
    memcpy(data, head, sizeof head);
    *out = (Str){ data, len };
    return (BlobWriter){ .data = data, .heap_at = heap_at };
}

static uint64_t words_bytes(uint32_t count)
{
    return ((uint64_t)count + 63) / 64 * 8;
}

Str blob_row(Arena *arena, const RtDatum *fields, uint32_t count)
{
    Blob plan = { .shape = BLOB_ROW, .count = count };
    plan.kinds_at = BLOB_HEADER_BYTES + words_bytes(count);
    plan.items_at = plan.kinds_at + ((uint64_t)count + 7) / 8 * 8;
    Str out;
    BlobWriter writer =
        writer_open(arena, &plan, (uint64_t)count * BLOB_ROW_SLOT_BYTES, heap_bytes(fields, count), &out);
    put_nulls(&writer, fields, count);
    for (uint32_t i = 0; i < count; i++) {
        writer.data[plan.kinds_at + i] = (char)fields[i].kind;
        put_slot(&writer, plan.items_at + (uint64_t)i * BLOB_ROW_SLOT_BYTES, &fields[i]);
    }
    return out;
}

Str blob_array(Arena *arena, RtKind kind, const RtDatum *items, uint32_t count)
{
    Blob plan = { .shape = BLOB_ARRAY, .item_kind = (uint8_t)kind, .count = count };
    plan.items_at = BLOB_HEADER_BYTES + words_bytes(count);
    uint64_t bytes = kind_bytes(kind);
    Str out;
    BlobWriter writer = writer_open(arena, &plan, count * bytes, heap_bytes(items, count), &out);
    put_nulls(&writer, items, count);
    for (uint32_t i = 0; i < count; i++) {
        assert(items[i].is_null || items[i].kind == kind);
        put_slot(&writer, plan.items_at + i * bytes, &items[i]);
    }
    return out;
}

/* ---- order ---- */

/* Doubles in their total order as integers. */
static int64_t total_order(double value)
{
    int64_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (value != value)
        return INT64_MAX;
    return bits < 0 ? (int64_t)(~(uint64_t)bits ^ ((uint64_t)1 << 63)) : bits;
}

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

int datum_compare(const RtDatum *a, const RtDatum *b)
{
    const RtValue *x = &a->value, *y = &b->value;
    switch ((RtKind)a->kind) {
    case PK_BOOL: return ORDER(x->b, y->b);
    case PK_I8: return ORDER(x->i8, y->i8);
    case PK_I16: return ORDER(x->i16, y->i16);
    case PK_I32: return ORDER(x->i32, y->i32);
    case PK_I64: return ORDER(x->i64, y->i64);
    case PK_F32: return ORDER(total_order((double)x->f32), total_order((double)y->f32));
    case PK_F64: return ORDER(total_order(x->f64), total_order(y->f64));
    case PK_D128: return ORDER(d128_get(x->d128), d128_get(y->d128));
    case PK_TIME96:
        return x->time96.us != y->time96.us ? ORDER(x->time96.us, y->time96.us) : ORDER(x->time96.ns, y->time96.ns);
    case PK_STR:
    case PK_BLOB: return str_compare(x->str, y->str);
    case PK_COUNT: break;
    }
    assert(false && "no such kind");
    return 0;
}

bool datum_equal(const RtDatum *a, const RtDatum *b)
{
    if (a->is_null || b->is_null)
        return a->is_null && b->is_null;
    return a->kind == b->kind && datum_compare(a, b) == 0;
}

bool blob_find(const Blob *map, const RtDatum *key, uint32_t *index)
{
    if (map->shape != BLOB_MAP || key->is_null || key->kind != map->key_kind)
        return false;
    uint32_t low = 0, high = map->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        RtDatum at = blob_key(map, middle);
        if (at.is_null)
            return false; /* no blob of ours */
        int order = datum_compare(&at, key);
        if (order == 0) {
            *index = middle;
            return true;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* ---- maps ---- */

typedef struct MapEntry {
    RtDatum key, item;
    uint32_t position;
} MapEntry;

static int compare_entries(const void *a, const void *b)
{
    const MapEntry *x = a, *y = b;
    int order = datum_compare(&x->key, &y->key);
    return order != 0 ? order : ORDER(x->position, y->position);
}

/* Sorted by key, of equal keys the last; answers how many stay. */
static uint32_t sort_entries(MapEntry *entries, uint32_t count)
{
    qsort(entries, count, sizeof *entries, compare_entries);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (kept > 0 && datum_compare(&entries[kept - 1].key, &entries[i].key) == 0)
            kept--;
        entries[kept++] = entries[i];
    }
    return kept;
}

Str blob_map(Arena *arena, RtKind key_kind, RtKind kind, const RtDatum *keys, const RtDatum *items, uint32_t count)
{
    MapEntry *entries = ARENA_ARRAY(arena, MapEntry, count + 1);
    uint32_t present = 0;
    for (uint32_t i = 0; i < count; i++) {
        assert(keys[i].is_null || keys[i].kind == key_kind);
        if (!keys[i].is_null)
            entries[present++] = (MapEntry){ .key = keys[i], .item = items[i], .position = i };
    }
    uint32_t kept = sort_entries(entries, present);
    Blob plan = { .shape = BLOB_MAP, .key_kind = (uint8_t)key_kind, .item_kind = (uint8_t)kind, .count = kept };
    plan.keys_at = BLOB_HEADER_BYTES + words_bytes(kept);
    uint64_t key_bytes = kind_bytes(key_kind), item_bytes = kind_bytes(kind), heap = 0;
    plan.items_at = plan.keys_at + ((uint64_t)kept * key_bytes + 7) / 8 * 8;
    for (uint32_t i = 0; i < kept; i++)
        heap += heap_bytes(&entries[i].key, 1) + heap_bytes(&entries[i].item, 1);
    Str out;
    BlobWriter writer = writer_open(arena, &plan, kept * item_bytes, heap, &out);
    for (uint32_t i = 0; i < kept; i++)
        put_slot(&writer, plan.keys_at + i * key_bytes, &entries[i].key);
    for (uint32_t i = 0; i < kept; i++) {
        assert(entries[i].item.is_null || entries[i].item.kind == kind);
        if (entries[i].item.is_null)
            set_null(&writer, i);
        put_slot(&writer, plan.items_at + i * item_bytes, &entries[i].item);
    }
    return out;
}
