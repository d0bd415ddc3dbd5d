/* fn_collection.c -- making and reading ARRAY, MAP and ROW values (native only).
 *
 * Arrays are unpacked into datums, changed, and packed again: collections are small, and one way to do it is enough. */
#include "stdlib/fn_prototypes.h"

#include "runtime/abi/blob.h"
#include "stdlib/collection.h"
#include "stdlib/text_codes.h"

static const RtDatum NULL_BLOB = { .is_null = true, .kind = PK_BLOB };

static RtDatum blob_datum(Str blob)
{
    return (RtDatum){ .value.str = blob, .kind = PK_BLOB };
}

static bool any_null(const RtDatum *args, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (args[i].is_null)
            return true;
    }
    return false;
}

Items items_of(FnCtx *ctx, Str blob, uint32_t more)
{
    Blob opened;
    Items items = { 0 };
    if (!blob_open(blob, &opened))
        opened = (Blob){ .shape = BLOB_ARRAY, .item_kind = PK_STR };
    items.kind = (RtKind)opened.item_kind;
    items.data = ARENA_ARRAY(ctx->batch, RtDatum, opened.count + more + 1);
    for (; items.count < opened.count; items.count++)
        items.data[items.count] = blob_item(&opened, items.count);
    return items;
}

Str items_pack(FnCtx *ctx, const Items *items)
{
    return blob_array(ctx->batch, items->kind, items->data, items->count);
}

/* An integer datum as a wider or narrower one; false where it does not fit. */
static bool convert_int(RtDatum *datum, RtKind kind)
{
    int64_t value = datum->kind == PK_I8    ? datum->value.i8
                    : datum->kind == PK_I16 ? datum->value.i16
                    : datum->kind == PK_I32 ? datum->value.i32
                                            : datum->value.i64;
    RtDatum to = { .kind = (uint8_t)kind };
    switch (kind) {
    case PK_I8: to.value.i8 = (int8_t)value; break;
    case PK_I16: to.value.i16 = (int16_t)value; break;
    case PK_I32: to.value.i32 = (int32_t)value; break;
    default: to.value.i64 = value; break;
    }
    *datum = to;
    return (kind == PK_I8    ? to.value.i8
            : kind == PK_I16 ? to.value.i16
            : kind == PK_I32 ? to.value.i32
                             : to.value.i64) == value;
}

/* A value as an element of that kind; false where it cannot be one. */
static bool as_kind(RtDatum *datum, RtKind kind)
{
    bool ints = datum->kind >= PK_I8 && datum->kind <= PK_I64 && kind >= PK_I8 && kind <= PK_I64;
    if (datum->is_null)
        datum->kind = (uint8_t)kind;
    if (datum->kind == kind)
        return true;
    return ints && convert_int(datum, kind);
}

/* ---- constructors ---- */

void fn_array_of(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    *out = blob_datum(blob_array(ctx->batch, (RtKind)args[0].kind, args, count));
}

void fn_row_of(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    *out = blob_datum(blob_row(ctx->batch, args, count));
}

void fn_map_of(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    uint32_t pairs = count / 2;
    RtDatum *keys = ARENA_ARRAY(ctx->batch, RtDatum, pairs + 1), *values = ARENA_ARRAY(ctx->batch, RtDatum, pairs + 1);
    *out = NULL_BLOB;
    for (uint32_t i = 0; i < pairs; i++) {
        keys[i] = args[2 * i];
        values[i] = args[2 * i + 1];
        if (keys[i].is_null) {
            fn_fail(ctx, FN_E_ARGUMENT, "a key of a MAP cannot be NULL");
            return;
        }
    }
    *out = blob_datum(blob_map(ctx->batch, (RtKind)args[0].kind, (RtKind)args[1].kind, keys, values, pairs));
}

/* ---- access ---- */

static bool integer_of(RtDatum datum, int64_t *out)
{
    if (datum.kind < PK_I8 || datum.kind > PK_I64 || !convert_int(&datum, PK_I64))
        return false;
    *out = datum.value.i64;
    return true;
}

void fn_item(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)ctx, (void)count;
    Blob blob;
    *out = NULL_BLOB;
    if (args[0].is_null || !blob_open(args[0].value.str, &blob) || blob.shape == BLOB_ROW)
        return;
    *out = datum_null((RtKind)blob.item_kind);
    RtDatum key = args[1];
    int64_t position;
    uint32_t at;
    if (key.is_null)
        return;
    if (blob.shape == BLOB_ARRAY) {
        if (integer_of(key, &position) && position >= 1 && position <= blob.count)
            *out = blob_item(&blob, (uint32_t)position - 1);
    } else if (as_kind(&key, (RtKind)blob.key_kind) && blob_find(&blob, &key, &at)) {
        *out = blob_item(&blob, at);
    }
}

void fn_field(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)ctx, (void)count;
    Blob blob;
    *out = NULL_BLOB;
    if (args[0].is_null || args[1].is_null || !blob_open(args[0].value.str, &blob) || blob.shape != BLOB_ROW)
        return;
    if (args[1].value.i32 >= 0 && (uint32_t)args[1].value.i32 < blob.count)
        *out = blob_item(&blob, (uint32_t)args[1].value.i32);
}

int32_t fn_cardinality(FnCtx *ctx, Str blob)
{
    (void)ctx;
    Blob opened;
    return blob_open(blob, &opened) ? (int32_t)opened.count : 0;
}

void fn_element(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)count;
    Blob blob;
    *out = NULL_BLOB;
    if (args[0].is_null || !blob_open(args[0].value.str, &blob))
        return;
    *out = datum_null((RtKind)blob.item_kind);
    if (blob.count > 1)
        fn_fail(ctx, FN_E_ARGUMENT, "the array has more than one element");
    else if (blob.count == 1)
        *out = blob_item(&blob, 0);
}

/* ---- searching ---- */

static int64_t index_of(const Items *items, const RtDatum *value)
{
    for (uint32_t i = 0; i < items->count; i++) {
        if (datum_equal(&items->data[i], value))
            return i;
    }
    return -1;
}

void fn_array_contains(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)count;
    *out = datum_null(PK_BOOL);
    if (args[0].is_null)
        return;
    Items items = items_of(ctx, args[0].value.str, 0);
    RtDatum value = args[1];
    bool found = as_kind(&value, items.kind) && index_of(&items, &value) >= 0;
    *out = (RtDatum){ .value.b = found, .kind = PK_BOOL };
}

void fn_array_position(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    *out = datum_null(PK_I32);
    if (any_null(args, count))
        return;
    Items items = items_of(ctx, args[0].value.str, 0);
    RtDatum value = args[1];
    int64_t at = as_kind(&value, items.kind) ? index_of(&items, &value) : -1;
    *out = (RtDatum){ .value.i32 = (int32_t)at + 1, .kind = PK_I32 };
}

static void extreme(FnCtx *ctx, const RtDatum *array, int sign, RtDatum *out)
{
    *out = NULL_BLOB;
    if (array->is_null)
        return;
    Items items = items_of(ctx, array->value.str, 0);
    *out = datum_null(items.kind);
    for (uint32_t i = 0; i < items.count; i++) {
        const RtDatum *item = &items.data[i];
        if (!item->is_null && (out->is_null || sign * datum_compare(item, out) > 0))
            *out = *item;
    }
}

void fn_array_max(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)count;
    extreme(ctx, &args[0], 1, out);
}

void fn_array_min(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)count;
    extreme(ctx, &args[0], -1, out);
}

/* ---- one value more or less ---- */

static void with_value(FnCtx *ctx, const RtDatum *args, bool in_front, RtDatum *out)
{
    *out = NULL_BLOB;
    if (args[0].is_null)
        return;
    Items items = items_of(ctx, args[0].value.str, 1);
    RtDatum value = args[1];
    if (items.count == 0)
        items.kind = (RtKind)value.kind;
    if (!as_kind(&value, items.kind))
        value = datum_null(items.kind);
    if (in_front)
        memmove(items.data + 1, items.data, items.count * sizeof items.data[0]);
    items.data[in_front ? 0 : items.count] = value;
    items.count++;
    *out = blob_datum(items_pack(ctx, &items));
}

void fn_array_append(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)count;
    with_value(ctx, args, false, out);
}

void fn_array_prepend(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)count;
    with_value(ctx, args, true, out);
}

void fn_array_remove(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)count;
    *out = NULL_BLOB;
    if (args[0].is_null)
        return;
    Items items = items_of(ctx, args[0].value.str, 0);
    RtDatum value = args[1];
    uint32_t kept = 0;
    bool comparable = as_kind(&value, items.kind);
    for (uint32_t i = 0; i < items.count; i++) {
        if (!comparable || !datum_equal(&items.data[i], &value))
            items.data[kept++] = items.data[i];
    }
    items.count = kept;
    *out = blob_datum(items_pack(ctx, &items));
}

void fn_array_concat(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    *out = NULL_BLOB;
    if (any_null(args, count))
        return;
    uint32_t more = 0;
    for (uint32_t i = 1; i < count; i++)
        more += (uint32_t)fn_cardinality(ctx, args[i].value.str);
    Items all = items_of(ctx, args[0].value.str, more);
    for (uint32_t i = 1; i < count; i++) {
        Items next = items_of(ctx, args[i].value.str, 0);
        memcpy(all.data + all.count, next.data, next.count * sizeof next.data[0]);
        all.count += next.count;
        all.kind = all.count == next.count ? next.kind : all.kind;
    }
    *out = blob_datum(items_pack(ctx, &all));
}

/* ---- maps ---- */

static Str map_side(FnCtx *ctx, Str map, bool keys)
{
    Blob blob;
    if (!blob_open(map, &blob) || blob.shape != BLOB_MAP)
        return blob_array(ctx->batch, PK_STR, NULL, 0);
    Items items = { .kind = (RtKind)(keys ? blob.key_kind : blob.item_kind), .count = blob.count };
    items.data = ARENA_ARRAY(ctx->batch, RtDatum, blob.count + 1);
    for (uint32_t i = 0; i < blob.count; i++)
        items.data[i] = keys ? blob_key(&blob, i) : blob_item(&blob, i);
    return items_pack(ctx, &items);
}

Str fn_map_keys(FnCtx *ctx, Str map)
{
    return map_side(ctx, map, true);
}

Str fn_map_values(FnCtx *ctx, Str map)
{
    return map_side(ctx, map, false);
}

Str fn_map_entries(FnCtx *ctx, Str map)
{
    Blob blob;
    if (!blob_open(map, &blob) || blob.shape != BLOB_MAP)
        return blob_array(ctx->batch, PK_BLOB, NULL, 0);
    RtDatum *rows = ARENA_ARRAY(ctx->batch, RtDatum, blob.count + 1);
    for (uint32_t i = 0; i < blob.count; i++) {
        RtDatum pair[] = { blob_key(&blob, i), blob_item(&blob, i) };
        rows[i] = blob_datum(blob_row(ctx->batch, pair, 2));
    }
    return blob_array(ctx->batch, PK_BLOB, rows, blob.count);
}

Str fn_map_from_arrays(FnCtx *ctx, Str key_array, Str value_array)
{
    Items keys = items_of(ctx, key_array, 0), values = items_of(ctx, value_array, 0);
    if (keys.count != values.count) {
        fn_fail(ctx, FN_E_ARGUMENT, "MAP_FROM_ARRAYS takes as many keys as values, not %u and %u", keys.count,
                values.count);
        return STR_EMPTY;
    }
    if (any_null(keys.data, keys.count)) {
        fn_fail(ctx, FN_E_ARGUMENT, "a key of a MAP cannot be NULL");
        return STR_EMPTY;
    }
    return blob_map(ctx->batch, keys.kind, values.kind, keys.data, values.data, keys.count);
}

void fn_map_union(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    *out = NULL_BLOB;
    if (any_null(args, count))
        return;
    uint32_t total = 0, at = 0;
    for (uint32_t i = 0; i < count; i++)
        total += (uint32_t)fn_cardinality(ctx, args[i].value.str);
    RtDatum *keys = ARENA_ARRAY(ctx->batch, RtDatum, total + 1), *values = ARENA_ARRAY(ctx->batch, RtDatum, total + 1);
    Blob blob = { .key_kind = PK_STR, .item_kind = PK_STR };
    for (uint32_t i = 0; i < count; i++) {
        if (!blob_open(args[i].value.str, &blob) || blob.shape != BLOB_MAP)
            return;
        for (uint32_t k = 0; k < blob.count; k++, at++) {
            keys[at] = blob_key(&blob, k);
            values[at] = blob_item(&blob, k);
        }
    }
    *out = blob_datum(blob_map(ctx->batch, (RtKind)blob.key_kind, (RtKind)blob.item_kind, keys, values, total));
}
