/* fn_unnest.c -- elements of maps and multisets by number, for UNNEST.
 *
 * A multiset is a map from each value to how often it is there (agg_bag.c). */
#include "stdlib/fn_prototypes.h"

#include "runtime/abi/blob.h"

static bool opens_map(const RtDatum *arg, Blob *out)
{
    return !arg->is_null && blob_open(arg->value.str, out) && out->shape == BLOB_MAP;
}

static int64_t times_of(const Blob *multiset, uint32_t index)
{
    RtDatum times = blob_item(multiset, index);
    if (times.is_null)
        return 0;
    return times.kind == PK_I32 ? times.value.i32 : times.value.i64;
}

void fn_multiset_size(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)ctx, (void)count;
    Blob multiset;
    int64_t size = 0;
    *out = datum_null(PK_I32);
    if (!opens_map(&args[0], &multiset))
        return;
    for (uint32_t i = 0; i < multiset.count; i++)
        size += times_of(&multiset, i);
    *out = (RtDatum){ .value.i32 = size > INT32_MAX ? INT32_MAX : (int32_t)size, .kind = PK_I32 };
}

void fn_multiset_at(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)ctx, (void)count;
    Blob multiset;
    *out = datum_null(PK_BLOB);
    if (!opens_map(&args[0], &multiset))
        return;
    *out = datum_null((RtKind)multiset.key_kind);
    int64_t left = args[1].is_null ? 0 : args[1].value.i32;
    for (uint32_t i = 0; i < multiset.count && left > 0; i++) {
        left -= times_of(&multiset, i);
        if (left <= 0)
            *out = blob_key(&multiset, i);
    }
}

/* Is there a pair of that number? */
static bool has_pair(const RtDatum *args, Blob *map)
{
    return opens_map(&args[0], map) && !args[1].is_null && args[1].value.i32 >= 1 &&
           (uint32_t)args[1].value.i32 <= map->count;
}

void fn_map_key_at(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)ctx, (void)count;
    Blob map;
    *out = datum_null(PK_BLOB);
    if (has_pair(args, &map))
        *out = blob_key(&map, (uint32_t)args[1].value.i32 - 1);
}

void fn_map_value_at(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)ctx, (void)count;
    Blob map;
    *out = datum_null(PK_BLOB);
    if (has_pair(args, &map))
        *out = blob_item(&map, (uint32_t)args[1].value.i32 - 1);
}
