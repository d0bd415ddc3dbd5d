/* fn_sketch.c -- reading states of sketches that are values (native only).
 *
 * Whoever wrote the bytes may have been somebody else: everything is checked, and what is no sketch fails the row. */
#include "stdlib/fn_prototypes.h"

#include "runtime/abi/blob.h"
#include "stdlib/sketch_codes.h"
#include "stdlib/sketch_dd.h"
#include "stdlib/sketch_hll.h"
#include "stdlib/sketch_theta.h"
#include "stdlib/sketch_topk.h"
#include "stdlib/text_codes.h"

static void fail(FnCtx *ctx, const char *what, const char *why)
{
    fn_fail(ctx, FN_E_SKETCH, "these bytes are no %s: %s", what, why);
}

/* ---- HyperLogLog ---- */
int64_t fn_hll_estimate_of(FnCtx *ctx, Str bytes)
{
    int64_t estimate = 0;
    const char *why = hll_estimate_bytes(bytes, &estimate);
    if (why != NULL)
        fail(ctx, "HyperLogLog", why);
    return estimate;
}

void fn_hll_count(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)count;
    *out = (RtDatum){ .kind = PK_I64 };
    if (!args[0].is_null)
        out->value.i64 = fn_hll_estimate_of(ctx, args[0].value.str);
}

Str fn_hll_check(FnCtx *ctx, Str bytes)
{
    uint8_t registers[HLL_REGISTERS];
    const char *why = hll_decode(bytes, registers);
    if (why != NULL)
        fail(ctx, "HyperLogLog", why);
    return bytes;
}

/* ---- DDSketch ---- */
static DdSketch *read_dd(FnCtx *ctx, Str bytes)
{
    DdSketch *sketch = (DdSketch *)arena_alloc(ctx->batch, dd_block_bytes(DD_BUCKETS_MAX, true), 8);
    const char *why = dd_decode(bytes, sketch);
    if (why != NULL)
        fail(ctx, "DDSketch", why);
    return why == NULL ? sketch : NULL;
}

bool fn_dd_estimate(FnCtx *ctx, Str bytes, double q, double *out)
{
    if (!(q >= 0 && q <= 1)) {
        fn_fail(ctx, FN_E_ARGUMENT, "a quantile lies between 0 and 1");
        return false;
    }
    const DdSketch *sketch = read_dd(ctx, bytes);
    if (sketch == NULL || sketch->count == 0)
        return false;
    *out = dd_quantile(sketch, q);
    return true;
}

Str fn_dd_check(FnCtx *ctx, Str bytes)
{
    read_dd(ctx, bytes);
    return bytes;
}

/* ---- theta ---- */
static ThetaSketch *theta_scratch(FnCtx *ctx)
{
    return (ThetaSketch *)arena_alloc(ctx->batch, theta_block_bytes(THETA_HASHES_MAX), 8);
}

static ThetaSketch *read_theta(FnCtx *ctx, Str bytes)
{
    ThetaSketch *sketch = theta_scratch(ctx);
    const char *why = theta_decode(bytes, sketch);
    if (why != NULL)
        fail(ctx, "theta sketch", why);
    return why == NULL ? sketch : NULL;
}

int64_t fn_theta_estimate_of(FnCtx *ctx, Str bytes)
{
    const ThetaSketch *sketch = read_theta(ctx, bytes);
    return sketch == NULL ? 0 : theta_estimate(sketch);
}

static Str combined(FnCtx *ctx, Str a, Str b, ThetaOp op)
{
    const ThetaSketch *x = read_theta(ctx, a), *y = read_theta(ctx, b);
    if (x == NULL || y == NULL)
        return STR_EMPTY;
    ThetaSketch *sketch = theta_scratch(ctx);
    theta_combine(sketch, x, y, op);
    char *bytes = fn_alloc(ctx, THETA_HEAD_BYTES + 8 * (uint64_t)sketch->count);
    return (Str){ bytes, theta_encode(sketch, bytes) };
}

Str fn_theta_union(FnCtx *ctx, Str a, Str b)
{
    return combined(ctx, a, b, THETA_UNION);
}

Str fn_theta_intersect(FnCtx *ctx, Str a, Str b)
{
    return combined(ctx, a, b, THETA_INTERSECT);
}

Str fn_theta_except(FnCtx *ctx, Str a, Str b)
{
    return combined(ctx, a, b, THETA_EXCEPT);
}

Str fn_theta_check(FnCtx *ctx, Str bytes)
{
    read_theta(ctx, bytes);
    return bytes;
}

/* ---- top k ---- */
static bool check_k(FnCtx *ctx, int32_t k)
{
    if (k >= 1 && k <= TOPK_K_MAX)
        return true;
    fn_fail(ctx, FN_E_ARGUMENT, "k lies between 1 and %d, this is %d", TOPK_K_MAX, k);
    return false;
}

Str fn_topk_item(FnCtx *ctx, int32_t k, Str text)
{
    if (!check_k(ctx, k))
        return STR_EMPTY;
    char *item = fn_alloc(ctx, 2 + text.len);
    item[0] = (char)k;
    item[1] = 0;
    if (text.len != 0)
        memcpy(item + 2, text.data, text.len);
    return (Str){ item, 2 + text.len };
}

static bool read_topk(FnCtx *ctx, Str bytes, TopkList *list)
{
    const char *why = topk_decode(ctx->batch, bytes, list);
    if (why != NULL)
        fail(ctx, "top-k summary", why);
    return why == NULL;
}

Str fn_topk_check(FnCtx *ctx, Str bytes)
{
    TopkList list;
    read_topk(ctx, bytes, &list);
    return bytes;
}

static RtDatum count_datum(uint64_t count)
{
    return (RtDatum){ .value.i64 = count > INT64_MAX ? INT64_MAX : (int64_t)count, .kind = PK_I64 };
}

/* ARRAY of ROW(value STRING, count BIGINT, error BIGINT). */
void fn_topk_estimate(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    TopkList list;
    (void)count;
    *out = datum_null(PK_BLOB);
    if (args[0].is_null || args[1].is_null)
        return;
    int32_t k = args[1].value.i32;
    if (!check_k(ctx, k) || !read_topk(ctx, args[0].value.str, &list))
        return;
    uint32_t shown = list.count < (uint32_t)k ? list.count : (uint32_t)k;
    RtDatum *rows = ARENA_ARRAY(ctx->batch, RtDatum, shown + 1);
    for (uint32_t i = 0; i < shown; i++) {
        const TopkItem *item = &list.items[i];
        RtDatum fields[] = { { .value.str = item->text, .kind = PK_STR },
                             count_datum(item->count),
                             count_datum(item->error) };
        rows[i] = (RtDatum){ .value.str = blob_row(ctx->batch, fields, 3), .kind = PK_BLOB };
    }
    *out = (RtDatum){ .value.str = blob_array(ctx->batch, PK_BLOB, rows, shown), .kind = PK_BLOB };
}
