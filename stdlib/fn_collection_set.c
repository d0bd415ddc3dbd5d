/* fn_collection_set.c -- arrays as sets, in order, and as text (native only). */
#include "stdlib/fn_prototypes.h"

#include "runtime/abi/blob.h"
#include "stdlib/collection.h"
#include "stdlib/text_codes.h"
#include "stdlib/text_put.h"

#include <stdlib.h>

/* ---- each element once ---- */

/* A datum and where it stood: sorting these finds equal ones in n log n. */
typedef struct Placed {
    RtDatum datum;
    uint32_t place;
} Placed;

static int order_nulls_first(const RtDatum *a, const RtDatum *b)
{
    if (a->is_null || b->is_null)
        return b->is_null - a->is_null;
    return datum_compare(a, b);
}

static int compare_placed(const void *a, const void *b)
{
    const Placed *x = a, *y = b;
    int order = order_nulls_first(&x->datum, &y->datum);
    return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

static Placed *sorted(FnCtx *ctx, const Items *items)
{
    Placed *placed = ARENA_ARRAY(ctx->batch, Placed, items->count + 1);
    for (uint32_t i = 0; i < items->count; i++)
        placed[i] = (Placed){ .datum = items->data[i], .place = i };
    qsort(placed, items->count, sizeof placed[0], compare_placed);
    return placed;
}

static bool has(const Placed *placed, uint32_t count, const RtDatum *datum)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = order_nulls_first(&placed[middle].datum, datum);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* Keeps the first of equal elements. */
static void keep_once(FnCtx *ctx, Items *items)
{
    Placed *placed = sorted(ctx, items);
    bool *again = ARENA_ARRAY(ctx->batch, bool, items->count + 1);
    for (uint32_t i = 1; i < items->count; i++)
        again[placed[i].place] = datum_equal(&placed[i - 1].datum, &placed[i].datum);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < items->count; i++) {
        if (!again[i])
            items->data[kept++] = items->data[i];
    }
    items->count = kept;
}

Str fn_array_distinct(FnCtx *ctx, Str array)
{
    Items items = items_of(ctx, array, 0);
    keep_once(ctx, &items);
    return items_pack(ctx, &items);
}

Str fn_array_union(FnCtx *ctx, Str a, Str b)
{
    Items second = items_of(ctx, b, 0);
    Items items = items_of(ctx, a, second.count);
    if (items.count == 0)
        items.kind = second.kind;
    memcpy(items.data + items.count, second.data, second.count * sizeof second.data[0]);
    items.count += second.count;
    keep_once(ctx, &items);
    return items_pack(ctx, &items);
}

/* The elements of `a` that `b` has, or lacks, each once. */
static Str select_by(FnCtx *ctx, Str a, Str b, bool wanted)
{
    Items items = items_of(ctx, a, 0), other = items_of(ctx, b, 0);
    Placed *placed = sorted(ctx, &other);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < items.count; i++) {
        bool comparable = other.count > 0 && (other.kind == items.kind || items.data[i].is_null);
        if ((comparable && has(placed, other.count, &items.data[i])) == wanted)
            items.data[kept++] = items.data[i];
    }
    items.count = kept;
    keep_once(ctx, &items);
    return items_pack(ctx, &items);
}

Str fn_array_except(FnCtx *ctx, Str a, Str b)
{
    return select_by(ctx, a, b, false);
}

Str fn_array_intersect(FnCtx *ctx, Str a, Str b)
{
    return select_by(ctx, a, b, true);
}

/* ---- order ---- */

Str fn_array_reverse(FnCtx *ctx, Str array)
{
    Items items = items_of(ctx, array, 0);
    for (uint32_t i = 0; i < items.count / 2; i++) {
        RtDatum first = items.data[i];
        items.data[i] = items.data[items.count - 1 - i];
        items.data[items.count - 1 - i] = first;
    }
    return items_pack(ctx, &items);
}

Str fn_array_sort_by(FnCtx *ctx, Str array, bool ascending)
{
    Items items = items_of(ctx, array, 0);
    Placed *placed = sorted(ctx, &items);
    for (uint32_t i = 0; i < items.count; i++)
        items.data[ascending ? i : items.count - 1 - i] = placed[i].datum;
    return items_pack(ctx, &items);
}

Str fn_array_sort_nulls(FnCtx *ctx, Str array, bool ascending, bool nulls_first)
{
    Items items = items_of(ctx, array, 0);
    Placed *placed = sorted(ctx, &items);
    uint32_t nulls = 0, at = 0;
    while (nulls < items.count && placed[nulls].datum.is_null)
        nulls++;
    for (uint32_t i = 0; nulls_first && i < nulls; i++)
        items.data[at++] = placed[i].datum;
    for (uint32_t i = nulls; i < items.count; i++)
        items.data[at++] = placed[ascending ? i : items.count - 1 - (i - nulls)].datum;
    for (uint32_t i = 0; !nulls_first && i < nulls; i++)
        items.data[at++] = placed[i].datum;
    return items_pack(ctx, &items);
}

Str fn_array_sort(FnCtx *ctx, Str array)
{
    return fn_array_sort_by(ctx, array, true);
}

/* ---- slices ---- */

/* A position as written, counted from 1 from the start. */
static int64_t position_of(int32_t written, uint32_t count)
{
    int64_t position = written < 0 ? (int64_t)count + written + 1 : written;
    return written == 0 ? 1 : position;
}

Str fn_array_slice(FnCtx *ctx, Str array, int32_t from, int32_t to)
{
    Items items = items_of(ctx, array, 0);
    int64_t first = position_of(from, items.count), last = position_of(to, items.count);
    first = first < 1 ? 1 : first;
    last = last > items.count ? items.count : last;
    if (first > last)
        return blob_array(ctx->batch, items.kind, NULL, 0);
    return blob_array(ctx->batch, items.kind, items.data + first - 1, (uint32_t)(last - first + 1));
}

Str fn_array_slice_from(FnCtx *ctx, Str array, int32_t from)
{
    return fn_array_slice(ctx, array, from, INT32_MAX);
}

/* ---- text ---- */

static Str join(FnCtx *ctx, Str array, Str between, const Str *for_null)
{
    Items items = items_of(ctx, array, 0);
    if (items.count > 0 && items.kind != PK_STR) {
        fn_fail(ctx, FN_E_ARGUMENT, "ARRAY_JOIN takes an array of texts");
        return STR_EMPTY;
    }
    uint64_t len = 0, parts = 0, null_len = for_null == NULL ? 0 : for_null->len;
    for (uint32_t i = 0; i < items.count; i++)
        len += between.len + (items.data[i].is_null ? null_len : items.data[i].value.str.len);
    char *to = fn_alloc(ctx, len), *at = to;
    for (uint32_t i = 0; i < items.count; i++) {
        if (items.data[i].is_null && for_null == NULL)
            continue;
        Str part = items.data[i].is_null ? *for_null : items.data[i].value.str;
        if (parts++ > 0)
            at = text_put(at, between);
        at = text_put(at, part);
    }
    return (Str){ to, (uint64_t)(at - to) };
}

Str fn_array_join(FnCtx *ctx, Str array, Str between)
{
    return join(ctx, array, between, NULL);
}

Str fn_array_join_nulls(FnCtx *ctx, Str array, Str between, Str for_null)
{
    return join(ctx, array, between, &for_null);
}
