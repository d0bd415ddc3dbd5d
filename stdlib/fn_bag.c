/* fn_bag.c -- keys as values, and what is read from collections (native only).
 *
 * Aggregates over several columns take one key of them; those that need all their rows keep a bag of such keys, and
 * the functions here turn it into what was asked.  A bag comes from our own aggregate, so damage is an empty answer,
 * but for DISTINCT_COUNT and DISTINCT_MERGE, whose bytes users bring. */
#include "stdlib/fn_prototypes.h"

#include "runtime/abi/blob.h"
#include "runtime/abi/key.h"
#include "stdlib/agg_decay.h"
#include "stdlib/bag.h"
#include "stdlib/sketch_codes.h"
#include "stdlib/text_codes.h"

#include <math.h>

enum { MILLISECOND_US = 1000 };

void fn_pack_key(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    uint64_t room = 0;
    for (uint32_t i = 0; i < count; i++)
        room += key_bytes_max(args[i]);
    char *key = fn_alloc(ctx, room + 1), *at = key;
    for (uint32_t i = 0; i < count; i++)
        at = key_put(at, args[i]);
    *out = (RtDatum){ .value.str = { key, (uint64_t)(at - key) }, .kind = PK_STR };
}

/* No key is the beginning of another one, so that their complements sort the other way round. */
void fn_down_key(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    fn_pack_key(ctx, args, count, out);
    char *key = (char *)out->value.str.data;
    for (uint64_t i = 0; i < out->value.str.len; i++)
        key[i] = (char)~key[i];
    if (args[0].is_null)
        *out = datum_null(PK_STR);
}

/* The last column of a key whose columns have these kinds. */
static RtDatum last_column(FnCtx *ctx, Str key, const RtDatum *kinds, uint32_t count)
{
    const char *at = key.data, *end = key.data + key.len;
    RtDatum value = datum_null((RtKind)kinds[count - 1].value.i32);
    for (uint32_t i = 0; i < count && at != NULL; i++)
        at = key_get(at, end, (RtKind)kinds[i].value.i32, ctx->batch, &value);
    return at == NULL ? datum_null((RtKind)kinds[count - 1].value.i32) : value;
}

void fn_key_item(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    *out = datum_null((RtKind)args[count - 1].value.i32);
    if (!args[0].is_null)
        *out = last_column(ctx, args[0].value.str, args + 1, count - 1);
}

/* ---- collections ---- */
typedef struct Values {
    RtDatum *data;
    uint32_t count;
    RtKind kind;
} Values;

/* args: bag, 1 for each value once, kinds of its columns. */
static Values values_of(FnCtx *ctx, const RtDatum *args, uint32_t count)
{
    Bag bag;
    BagEntry entry;
    uint64_t entries, rows;
    bool once = args[1].value.i32 != 0;
    Values values = { .kind = (RtKind)args[count - 1].value.i32 };
    bag_check(args[0].value.str, &entries, &rows);
    uint64_t most = once ? entries : rows;
    if (most > UINT32_MAX / 2 || !bag_open(args[0].value.str, &bag))
        return values;
    values.data = ARENA_ARRAY(ctx->batch, RtDatum, most + 1);
    while (bag_next(&bag, &entry) && values.count < most) {
        RtDatum value = last_column(ctx, entry.key, args + 2, count - 2);
        for (uint64_t n = once ? 1 : entry.count; n > 0 && values.count < most; n--)
            values.data[values.count++] = value;
    }
    return values;
}

void fn_bag_array(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    *out = datum_null(PK_BLOB);
    if (args[0].is_null)
        return;
    Values values = values_of(ctx, args, count);
    *out = (RtDatum){ .value.str = blob_array(ctx->batch, values.kind, values.data, values.count), .kind = PK_BLOB };
}

void fn_bag_map(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    Bag bag;
    BagEntry entry;
    (void)count;
    *out = datum_null(PK_BLOB);
    if (args[0].is_null || !bag_open(args[0].value.str, &bag) || bag.left > UINT32_MAX / 2)
        return;
    bool is_wide = args[1].value.i32 != 0;
    RtKind kind = (RtKind)args[2].value.i32;
    RtDatum *keys = ARENA_ARRAY(ctx->batch, RtDatum, bag.left + 1);
    RtDatum *counts = ARENA_ARRAY(ctx->batch, RtDatum, bag.left + 1);
    uint32_t n = 0;
    for (; bag_next(&bag, &entry); n++) {
        keys[n] = last_column(ctx, entry.key, args + 2, 1);
        counts[n] = (RtDatum){ .kind = is_wide ? PK_I64 : PK_I32 };
        if (is_wide)
            counts[n].value.i64 = (int64_t)entry.count;
        else
            counts[n].value.i32 = entry.count > INT32_MAX ? INT32_MAX : (int32_t)entry.count;
    }
    Str map = blob_map(ctx->batch, kind, is_wide ? PK_I64 : PK_I32, keys, counts, n);
    *out = (RtDatum){ .value.str = map, .kind = PK_BLOB };
}

/* args: bag, separator, 1 for each value once, kinds. */
void fn_bag_join(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    *out = datum_null(PK_STR);
    if (args[0].is_null || args[1].is_null)
        return;
    RtDatum *parts = ARENA_ARRAY(ctx->batch, RtDatum, count);
    memcpy(parts + 1, args + 2, (count - 2) * sizeof *parts);
    parts[0] = args[0];
    Values values = values_of(ctx, parts, count - 1);
    Str separator = args[1].value.str;
    uint64_t len = 0;
    for (uint32_t i = 0; i < values.count; i++)
        len += values.data[i].value.str.len + (i == 0 ? 0 : separator.len);
    if (len > FN_TEXT_BYTES_MAX) {
        fn_fail(ctx, FN_E_TOO_LONG, "LISTAGG would make a text of more than 256 MiB");
        return;
    }
    char *text = fn_alloc(ctx, len + 1), *at = text;
    for (uint32_t i = 0; i < values.count; i++) {
        if (i != 0)
            at = mempcpy(at, separator.data, separator.len);
        at = mempcpy(at, values.data[i].value.str.data, values.data[i].value.str.len);
    }
    *out = (RtDatum){ .value.str = { text, len }, .kind = PK_STR };
}

/* z = a x + (1 - a) z from the first value on, in the order of time. */
void fn_bag_ewma(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    Bag bag;
    BagEntry entry;
    (void)count;
    *out = datum_null(PK_F64);
    double alpha = args[1].value.f64, mean = 0;
    if (!args[1].is_null && !(alpha > 0 && alpha <= 1)) {
        fn_fail(ctx, FN_E_ARGUMENT, "the weight of EWMA is above 0 and at most 1");
        return;
    }
    if (args[0].is_null || args[1].is_null || !bag_open(args[0].value.str, &bag))
        return;
    static const RtDatum KINDS[] = { { .value.i32 = PK_I64, .kind = PK_I32 }, { .value.i32 = PK_F64, .kind = PK_I32 } };
    bool is_first = true;
    while (bag_next(&bag, &entry)) {
        double value = last_column(ctx, entry.key, KINDS, 2).value.f64;
        for (uint64_t n = entry.count; n > 0; n--) {
            double before = mean;
            mean = is_first ? value : alpha * value + (1 - alpha) * mean;
            if (!is_first && mean == before)
                break; /* further equal values change nothing */
            is_first = false;
        }
    }
    if (!is_first)
        *out = (RtDatum){ .value.f64 = mean, .kind = PK_F64 };
}

static double value_at(FnCtx *ctx, Str bytes, uint64_t rank)
{
    static const RtDatum KIND = { .value.i32 = PK_F64, .kind = PK_I32 };
    Bag bag;
    BagEntry entry = { 0 };
    uint64_t passed = 0;
    for (bool more = bag_open(bytes, &bag); more && bag_next(&bag, &entry);) {
        passed += entry.count;
        if (passed > rank)
            break;
    }
    return last_column(ctx, entry.key, &KIND, 1).value.f64;
}

/* Between two values the answer lies on the line from one to the other. */
void fn_bag_percentile(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    uint64_t entries, rows;
    (void)count;
    *out = datum_null(PK_F64);
    double q = args[1].value.f64;
    if (!args[1].is_null && !(q >= 0 && q <= 1)) {
        fn_fail(ctx, FN_E_ARGUMENT, "a percentage lies between 0 and 1");
        return;
    }
    if (args[0].is_null || args[1].is_null || bag_check(args[0].value.str, &entries, &rows) != NULL || rows == 0)
        return;
    double place = q * (double)(rows - 1), below = floor(place);
    double low = value_at(ctx, args[0].value.str, (uint64_t)below);
    double high = place == below ? low : value_at(ctx, args[0].value.str, (uint64_t)below + 1);
    double value = low == high ? low : low * (1 - (place - below)) + high * (place - below);
    *out = (RtDatum){ .value.f64 = value, .kind = PK_F64 };
}

/* ---- exact sets ---- */
int64_t fn_distinct_count_of(FnCtx *ctx, Str bytes)
{
    uint64_t entries, rows;
    const char *why = bag_check(bytes, &entries, &rows);
    if (why != NULL)
        fn_fail(ctx, FN_E_SKETCH, "these bytes are no set: %s", why);
    return (int64_t)entries;
}

Str fn_bag_check_of(FnCtx *ctx, Str bytes)
{
    fn_distinct_count_of(ctx, bytes);
    return bytes;
}

/* ---- decaying sums ---- */
void fn_decay_item(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)count;
    *out = datum_null(PK_STR);
    if (args[0].is_null || args[1].is_null || args[2].is_null)
        return;
    DecayItem item = { args[0].value.f64, args[1].value.i64, args[2].value.i64 };
    if (item.half_us <= 0) {
        fn_fail(ctx, FN_E_ARGUMENT, "a half-life is longer than zero");
        return;
    }
    char *bytes = fn_alloc(ctx, sizeof item);
    memcpy(bytes, &item, sizeof item);
    *out = (RtDatum){ .value.str = { bytes, sizeof item }, .kind = PK_STR };
}

void fn_decay_value(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    DecaySum sum;
    (void)ctx;
    (void)count;
    *out = datum_null(PK_F64);
    if (args[0].is_null || args[0].value.str.len != sizeof sum)
        return;
    memcpy(&sum, args[0].value.str.data, sizeof sum);
    int64_t at = args[1].is_null ? sum.last_us : (int64_t)((uint64_t)args[1].value.i64 + MILLISECOND_US);
    *out = (RtDatum){ .value.f64 = decay_at(sum, at), .kind = PK_F64 };
}
