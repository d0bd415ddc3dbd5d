/* sketch_fuzz.c -- any bytes as the state of any aggregate: refused, or a state that finishes, merges with itself and
 * writes the bytes it was read from; and any bytes as what users hand to *_ESTIMATE and *_MERGE.
 *
 * The first byte chooses the aggregate. */
#include "runtime/state/snapshot.h"
#include "runtime/state/state_hot.h"
#include "stdlib/agg_block.h"
#include "stdlib/bag.h"
#include "stdlib/registry.h"
#include "stdlib/sketch_dd.h"
#include "stdlib/sketch_hll.h"
#include "stdlib/sketch_theta.h"
#include "stdlib/sketch_topk.h"

#include <stdlib.h>

enum { STATE_BYTES_MAX = 128 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static void read_sketches(Arena *arena, Str bytes)
{
    static uint8_t registers[HLL_REGISTERS];
    char again[HLL_BYTES_MAX];
    if (hll_decode(bytes, registers) == NULL) {
        demand(hll_estimate(registers) >= 0);
        demand(hll_decode((Str){ again, hll_encode(registers, again) }, registers) == NULL);
    }
    DdSketch *dd = arena_alloc(arena, dd_block_bytes(DD_BUCKETS_MAX, true), 8);
    if (dd_decode(bytes, dd) == NULL && dd->count > 0) {
        ByteOut out = { .arena = arena };
        dd_quantile(dd, 0.5);
        dd_encode(dd, &out);
        demand(str_equal(out_str(&out), bytes));
    }
    ThetaSketch *theta = arena_alloc(arena, theta_block_bytes(THETA_HASHES_MAX), 8);
    ThetaSketch *other = arena_alloc(arena, theta_block_bytes(THETA_HASHES_MAX), 8);
    if (theta_decode(bytes, theta) == NULL) {
        theta_combine(other, theta, theta, THETA_INTERSECT);
        demand(theta_estimate(theta) == theta_estimate(other));
    }
    TopkList list;
    if (topk_decode(arena, bytes, &list) == NULL) {
        TopkList twice = topk_combine(arena, &list, &list);
        demand(twice.count == list.count);
    }
    uint64_t entries, rows;
    bag_check(bytes, &entries, &rows);
}

static void read_state(FnCtx *ctx, const AggDef *agg, Str bytes)
{
    _Alignas(8) char state[STATE_BYTES_MAX] = { 0 }, sum[STATE_BYTES_MAX] = { 0 };
    RtDatum out;
    demand(agg->state_bytes <= STATE_BYTES_MAX);
    if (!agg->get(ctx, state, bytes))
        return;
    demand(str_equal(agg->put(ctx, state), bytes));
    agg->final(ctx, state, &out);
    agg->merge(ctx, sum, state);
    agg->merge(ctx, sum, state);
    agg->final(ctx, sum, &out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TaskState state;
    RtError error;
    SliceStore *store;
    Arena arena;
    if (size == 0)
        return 0;
    SliceShape shape = { .groups = { .is_fixed = true, .field_bytes = STATE_BYTES_MAX }, .size_us = 1000 };
    StateUnitSpec spec = { .id = 1, .version = 1, .shape = shape };
    demand(task_state_init(&state, (uint64_t)1 << 28, &error) == RT_OK);
    demand(task_state_unit(&state, &spec, &store, &error) == RT_OK);
    arena_init(&arena);
    FnCtx ctx = { .batch = &arena, .heap = rt_slice_heap(rt_slice_at(store, 0, INT64_MIN)) };
    Str bytes = { (const char *)data + 1, size - 1 };
    read_sketches(&arena, bytes);
    read_state(&ctx, &AGG_DEFS[data[0] % AGG_DEF_COUNT], bytes);
    arena_free(&arena);
    task_state_release(&state);
    return 0;
}
