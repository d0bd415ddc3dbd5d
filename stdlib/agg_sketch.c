/* agg_sketch.c -- HyperLogLog, DDSketch and theta sketches as aggregates: their blocks in the heap.  Native only.
 *
 * *_STATE takes values, *_MERGE takes the bytes of sketches, which the call has checked before it stepped; both answer
 * bytes.  The final estimates are functions over those (fn_sketch.c). */
#include "stdlib/agg_block.h"
#include "stdlib/agg_bytes.h"
#include "stdlib/agg_prototypes.h"
#include "stdlib/sketch_dd.h"
#include "stdlib/sketch_hll.h"
#include "stdlib/sketch_theta.h"

/* ---- HyperLogLog ---- */
static void hll_raise_in(FnCtx *ctx, HllState *state, uint32_t index, uint32_t value)
{
    HllBlock *block = state->ref == 0 ? block_make(ctx, HLL_BLOCK_FIRST, &state->ref) : block_write(ctx, state->ref);
    while (block != NULL && !hll_raise(block, index, value)) {
        HeapRef ref;
        HllBlock *larger = block_make(ctx, hll_next_bytes(block), &ref);
        if (larger == NULL)
            return;
        hll_move(larger, block);
        heap_free(ctx->heap, state->ref);
        state->ref = ref;
        block = larger;
    }
}

static void hll_merge_registers(FnCtx *ctx, HllState *state, const uint8_t *registers)
{
    for (uint32_t i = 0; i < HLL_REGISTERS; i++) {
        if (registers[i] != 0)
            hll_raise_in(ctx, state, i, registers[i]);
    }
}

void agg_step_hll_state(FnCtx *ctx, HllState *state, Str value)
{
    uint32_t index, rank;
    hll_place(hll_hash(value), &index, &rank);
    hll_raise_in(ctx, state, index, rank);
}

void agg_step_hll_merge(FnCtx *ctx, HllState *state, Str value)
{
    uint8_t registers[HLL_REGISTERS];
    if (hll_decode(value, registers) == NULL)
        hll_merge_registers(ctx, state, registers);
}

void agg_merge_hll_state(FnCtx *ctx, HllState *into, const HllState *from)
{
    const HllBlock *block = block_read(ctx, from->ref);
    uint32_t index, value;
    for (uint32_t at = 0; block != NULL && hll_next(block, &at, &index, &value);)
        hll_raise_in(ctx, into, index, value);
}

Str agg_put_HllState(FnCtx *ctx, const void *state)
{
    char bytes[HLL_BYTES_MAX];
    const HllBlock *block = block_read(ctx, ((const HllState *)state)->ref);
    if (block == NULL)
        return STR_EMPTY;
    ByteOut out = { .arena = ctx->batch };
    out_bytes(&out, bytes, hll_encode_block(block, bytes));
    return out_str(&out);
}

bool agg_get_HllState(FnCtx *ctx, void *state, Str bytes)
{
    uint8_t registers[HLL_REGISTERS];
    char again[HLL_BYTES_MAX];
    if (bytes.len == 0)
        return true;
    /* Of what Redis has written the same registers in the form we would write are accepted as a state. */
    if (hll_decode(bytes, registers) != NULL || !str_equal((Str){ again, hll_encode(registers, again) }, bytes))
        return false;
    hll_merge_registers(ctx, state, registers);
    return ((HllState *)state)->ref != 0;
}

/* ---- DDSketch ---- */
static void dd_add_in(FnCtx *ctx, DdState *state, int32_t key, int64_t rows)
{
    DdSketch *sketch = state->ref == 0 ? NULL : block_write(ctx, state->ref);
    while (sketch == NULL || !dd_add(sketch, key, rows)) {
        DdSketch none = { 0 };
        uint32_t capacity;
        bool is_wide;
        HeapRef ref;
        dd_next(sketch == NULL ? &none : sketch, &capacity, &is_wide);
        if (sketch == NULL && state->ref != 0)
            return; /* refused */
        DdSketch *larger = block_make(ctx, dd_block_bytes(capacity, is_wide), &ref);
        if (larger == NULL)
            return;
        dd_init(larger, capacity, is_wide);
        if (sketch != NULL)
            dd_copy(larger, sketch);
        heap_free(ctx->heap, state->ref);
        state->ref = ref;
        sketch = larger;
    }
    if (sketch->count == 0) {
        heap_free(ctx->heap, state->ref);
        state->ref = 0;
    }
}

static void dd_merge_in(FnCtx *ctx, DdState *into, const DdSketch *from)
{
    for (uint32_t i = from->count; i-- > 0;) { /* the highest first: what is low may have to go */
        DdBucket bucket = dd_bucket(from, i);
        dd_add_in(ctx, into, bucket.key, (int64_t)bucket.count);
    }
}

void agg_step_dd_state(FnCtx *ctx, DdState *state, double value)
{
    dd_add_in(ctx, state, dd_key(value), 1);
}

void agg_retract_dd_state(FnCtx *ctx, DdState *state, double value)
{
    if (state->ref != 0)
        dd_add_in(ctx, state, dd_key(value), -1);
}

/* 16 KiB on the stack: a question reads a sketch for each of many stored rows. */
typedef union DdScratch {
    DdSketch sketch;
    uint64_t words[DD_BUCKETS_MAX + sizeof(DdSketch) / sizeof(uint64_t)];
} DdScratch;

void agg_step_dd_merge(FnCtx *ctx, DdState *state, Str value)
{
    DdScratch scratch;
    if (dd_decode(value, &scratch.sketch) == NULL)
        dd_merge_in(ctx, state, &scratch.sketch);
}

void agg_merge_dd_state(FnCtx *ctx, DdState *into, const DdState *from)
{
    const DdSketch *sketch = block_read(ctx, from->ref);
    if (sketch != NULL)
        dd_merge_in(ctx, into, sketch);
}

void dd_subtract(FnCtx *ctx, void *from, const void *part)
{
    const DdSketch *less = block_read(ctx, ((const DdState *)part)->ref);
    for (uint32_t i = 0; less != NULL && i < less->count; i++) {
        DdBucket bucket = dd_bucket(less, i);
        if (((DdState *)from)->ref != 0)
            dd_add_in(ctx, from, bucket.key, -(int64_t)bucket.count);
    }
}

Str agg_put_DdState(FnCtx *ctx, const void *state)
{
    const DdSketch *sketch = block_read(ctx, ((const DdState *)state)->ref);
    if (sketch == NULL)
        return STR_EMPTY;
    ByteOut out = { .arena = ctx->batch };
    dd_encode(sketch, &out);
    return out_str(&out);
}

bool agg_get_DdState(FnCtx *ctx, void *state, Str bytes)
{
    DdScratch scratch;
    if (bytes.len == 0)
        return true;
    if (dd_decode(bytes, &scratch.sketch) != NULL || scratch.sketch.count == 0)
        return false;
    dd_merge_in(ctx, state, &scratch.sketch);
    return true;
}

/* ---- theta ---- */
static void theta_add_in(FnCtx *ctx, ThetaState *state, uint64_t hash, uint64_t theta)
{
    ThetaSketch *sketch = state->ref == 0 ? NULL : block_write(ctx, state->ref);
    while (sketch == NULL || !theta_add(sketch, hash)) {
        ThetaSketch none = { .theta = UINT64_MAX };
        HeapRef ref;
        if (sketch == NULL && state->ref != 0)
            return; /* refused */
        uint32_t capacity = theta_next_capacity(sketch == NULL ? &none : sketch);
        ThetaSketch *larger = block_make(ctx, theta_block_bytes(capacity), &ref);
        if (larger == NULL)
            return;
        theta_init(larger, capacity);
        theta_copy(larger, sketch == NULL ? &none : sketch);
        heap_free(ctx->heap, state->ref);
        state->ref = ref;
        sketch = larger;
    }
    theta_cut(sketch, theta);
}

static void theta_merge_in(FnCtx *ctx, ThetaState *into, const ThetaSketch *from)
{
    theta_add_in(ctx, into, UINT64_MAX, from->theta); /* no hash: makes the sketch and cuts it */
    for (uint32_t i = 0; i < from->count; i++)
        theta_add_in(ctx, into, from->hashes[i], UINT64_MAX);
}

typedef union ThetaScratch {
    ThetaSketch sketch;
    uint64_t words[THETA_HASHES_MAX + sizeof(ThetaSketch) / sizeof(uint64_t)];
} ThetaScratch;

void agg_step_theta_state(FnCtx *ctx, ThetaState *state, Str value)
{
    theta_add_in(ctx, state, theta_hash(value), UINT64_MAX);
}

void agg_step_theta_merge(FnCtx *ctx, ThetaState *state, Str value)
{
    ThetaScratch scratch;
    if (theta_decode(value, &scratch.sketch) == NULL)
        theta_merge_in(ctx, state, &scratch.sketch);
}

void agg_merge_theta_state(FnCtx *ctx, ThetaState *into, const ThetaState *from)
{
    const ThetaSketch *sketch = block_read(ctx, from->ref);
    if (sketch != NULL)
        theta_merge_in(ctx, into, sketch);
}

Str agg_put_ThetaState(FnCtx *ctx, const void *state)
{
    const ThetaSketch *sketch = block_read(ctx, ((const ThetaState *)state)->ref);
    if (sketch == NULL)
        return STR_EMPTY;
    char *bytes = fn_alloc(ctx, THETA_HEAD_BYTES + 8 * (uint64_t)sketch->count);
    return (Str){ bytes, theta_encode(sketch, bytes) };
}

bool agg_get_ThetaState(FnCtx *ctx, void *state, Str bytes)
{
    ThetaScratch scratch;
    if (bytes.len == 0)
        return true;
    if (theta_decode(bytes, &scratch.sketch) != NULL)
        return false;
    theta_merge_in(ctx, state, &scratch.sketch);
    return true;
}

/* ---- the other forms of the same bodies ---- */
#define ANSWER_BYTES(symbol, State)                                                                                    \
    bool agg_final_##symbol(FnCtx *ctx, const State *state, Str *out)                                                  \
    {                                                                                                                  \
        *out = agg_put_##State(ctx, state);                                                                            \
        return out->len != 0;                                                                                          \
    }
#define SAME_MERGE(symbol, other, State)                                                                               \
    void agg_merge_##symbol(FnCtx *ctx, State *into, const State *from)                                                \
    {                                                                                                                  \
        agg_merge_##other(ctx, into, from);                                                                            \
    }

ANSWER_BYTES(hll_state, HllState)
ANSWER_BYTES(hll_state_bytes, HllState)
ANSWER_BYTES(hll_merge, HllState)
SAME_MERGE(hll_state_bytes, hll_state, HllState)
SAME_MERGE(hll_merge, hll_state, HllState)
ANSWER_BYTES(dd_state, DdState)
ANSWER_BYTES(dd_merge, DdState)
SAME_MERGE(dd_merge, dd_state, DdState)
ANSWER_BYTES(theta_state, ThetaState)
ANSWER_BYTES(theta_state_bytes, ThetaState)
ANSWER_BYTES(theta_merge, ThetaState)
SAME_MERGE(theta_state_bytes, theta_state, ThetaState)
SAME_MERGE(theta_merge, theta_state, ThetaState)

void agg_step_hll_state_bytes(FnCtx *ctx, HllState *state, Str value)
{
    agg_step_hll_state(ctx, state, value);
}

void agg_step_theta_state_bytes(FnCtx *ctx, ThetaState *state, Str value)
{
    agg_step_theta_state(ctx, state, value);
}
