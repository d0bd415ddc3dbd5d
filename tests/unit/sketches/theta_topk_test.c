/* theta_topk_test.c -- theta sketches estimate sets and their overlap within their error; Space-Saving summaries keep
 * their bounds in any order and split. */
#include "runtime/base/alloc.h"
#include "stdlib/agg_decay.h"
#include "stdlib/sketch_theta.h"
#include "stdlib/sketch_topk.h"
#include "tests/unit/aggregates/agg_fixture.h"

#include <math.h>
#include <stdlib.h>

static ThetaSketch *of_numbers(uint64_t first, uint64_t count)
{
    char text[32];
    ThetaSketch *sketch = mem_alloc_zeroed(theta_block_bytes(THETA_HASHES_MAX));
    assert_non_null(sketch);
    theta_init(sketch, THETA_HASHES_MAX);
    for (uint64_t i = first; i < first + count; i++) {
        int len = snprintf(text, sizeof text, "%llu", (unsigned long long)i);
        assert_true(theta_add(sketch, theta_hash((Str){ text, (uint64_t)len })));
    }
    return sketch;
}

static void check_near(int64_t estimate, double count, double error)
{
    if (fabs((double)estimate - count) > error * count)
        fail_msg("%.0f values are estimated as %lld", count, (long long)estimate);
}

static void sets_are_exact_up_to_2000_then_within_the_error(void **unused)
{
    (void)unused;
    static const uint64_t COUNTS[] = { 0, 1, 1999, 2000, 2001, 10000, 300000 };
    for (uint32_t i = 0; i < sizeof COUNTS / sizeof COUNTS[0]; i++) {
        ThetaSketch *sketch = of_numbers(0, COUNTS[i]);
        check_near(theta_estimate(sketch), (double)COUNTS[i], COUNTS[i] <= 2000 ? 0 : 3 * 0.0224);
        mem_free(sketch);
    }
}

/* 60,000 and 60,000 with 20,000 in common. */
static void overlaps_are_within_the_error(void **unused)
{
    (void)unused;
    ThetaSketch *a = of_numbers(0, 60000), *b = of_numbers(40000, 60000);
    ThetaSketch *out = mem_alloc_zeroed(theta_block_bytes(THETA_HASHES_MAX));
    theta_combine(out, a, b, THETA_UNION);
    check_near(theta_estimate(out), 100000, 3 * 0.0224);
    theta_combine(out, a, b, THETA_INTERSECT);
    check_near(theta_estimate(out), 20000, 3 * 0.0224 * 2.24);
    theta_combine(out, a, b, THETA_EXCEPT);
    check_near(theta_estimate(out), 40000, 3 * 0.0224 * 1.58);
    mem_free(a);
    mem_free(b);
    mem_free(out);
}

static void a_union_is_the_sketch_of_all(void **unused)
{
    (void)unused;
    char one[THETA_BYTES_MAX], two[THETA_BYTES_MAX];
    ThetaSketch *a = of_numbers(0, 3000), *b = of_numbers(2000, 3000), *all = of_numbers(0, 5000);
    ThetaSketch *out = mem_alloc_zeroed(theta_block_bytes(THETA_HASHES_MAX));
    theta_combine(out, a, b, THETA_UNION);
    uint64_t len = theta_encode(out, one);
    assert_int_equal(theta_encode(all, two), len);
    assert_memory_equal(one, two, len);
    assert_null(theta_decode((Str){ one, len }, out));
    assert_int_equal(theta_encode(out, two), len);
    assert_memory_equal(one, two, len);
    for (uint64_t cut = 0; cut < THETA_HEAD_BYTES; cut++)
        assert_non_null(theta_decode((Str){ one, cut }, out));
    assert_non_null(theta_decode((Str){ one, len - 1 }, out));
    memcpy(two + THETA_HEAD_BYTES, one + THETA_HEAD_BYTES + 8, 8); /* twice the same hash */
    assert_non_null(theta_decode((Str){ two, len }, out));
    mem_free(a);
    mem_free(b);
    mem_free(all);
    mem_free(out);
}

/* ---- top k ---- */
enum { WORDS = 3000, ROWS = 30000, SLICES = 4, K = 8 };

/* Zipf-like: word w about as often as 1 / (w + 1). */
static uint32_t some_word(Random *random)
{
    double share = (double)(random_u64(random) >> 11) * 0x1p-53;
    return (uint32_t)(pow(WORDS, share) - 1);
}

static void step_word(Bench *bench, const AggDef *agg, State *state, uint32_t word)
{
    char text[32] = { K, 0 };
    int len = snprintf(text + 2, sizeof text - 2, "tag%u", word);
    RtDatum datum = { .value.str = { text, 2 + (uint64_t)len }, .kind = PK_STR };
    agg->step(&bench->ctx, state->bytes, &datum);
}

static void check_bounds(Bench *bench, const AggDef *agg, const State *state, const uint64_t *counts)
{
    TopkList list;
    bool listed[WORDS] = { false };
    assert_null(topk_decode(&bench->batch, agg->put(&bench->ctx, state->bytes), &list));
    assert_true(list.count <= list.capacity && list.capacity == topk_capacity(K));
    for (uint32_t i = 0; i < list.count; i++) {
        const TopkItem *item = &list.items[i];
        uint32_t word = 0;
        for (uint64_t c = 3; c < item->text.len; c++)
            word = word * 10 + (uint32_t)(item->text.data[c] - '0');
        assert_true(word < WORDS && !listed[word]);
        listed[word] = true;
        if (counts[word] > item->count || counts[word] < item->count - item->error)
            fail_msg("tag%u is there %llu times, not %llu - %llu", word, (unsigned long long)counts[word],
                     (unsigned long long)item->count, (unsigned long long)item->error);
    }
    for (uint32_t word = 0; word < WORDS; word++)
        assert_true(listed[word] || counts[word] <= list.floor);
    for (uint32_t word = 0; word < 3; word++)
        assert_true(listed[word]);
}

static void topk_bounds_hold_in_any_order_and_split(void **unused)
{
    (void)unused;
    const AggDef *agg = agg_by_symbol("topk_state"), *merge = agg_by_symbol("topk_merge");
    for (uint32_t seed = 0; seed < 3; seed++) {
        Bench bench;
        Random random = { seed };
        static uint64_t counts[WORDS];
        State whole = { 0 }, parts[SLICES] = { 0 }, read = { 0 };
        memset(counts, 0, sizeof counts);
        bench_open(&bench);
        for (uint32_t i = 0; i < ROWS; i++) {
            uint32_t word = some_word(&random), part = random_below(&random, SLICES);
            counts[word]++;
            bench_use_slice(&bench, 0);
            step_word(&bench, agg, &whole, word);
            bench_use_slice(&bench, part);
            step_word(&bench, agg, &parts[part], word);
        }
        check_bounds(&bench, agg, &whole, counts);
        bench_use_slice(&bench, 1);
        for (uint32_t i = 0; i < SLICES; i++) {
            RtDatum bytes = { .value.str = agg->put(&bench.ctx, parts[i].bytes), .kind = PK_STR };
            merge->step(&bench.ctx, read.bytes, &bytes);
        }
        for (uint32_t i = 0; i < SLICES; i++) {
            if (i != 1)
                agg->merge(&bench.ctx, parts[1].bytes, parts[i].bytes);
        }
        check_bounds(&bench, agg, &parts[1], counts);
        check_bounds(&bench, merge, &read, counts);
        bench_close(&bench);
    }
}

static void other_bytes_are_no_summary(void **unused)
{
    (void)unused;
    Arena arena;
    TopkList list;
    arena_init(&arena);
    TopkItem items[] = { { STR("b"), 5, 0 }, { STR("a"), 3, 1 } };
    TopkList good = { items, 2, 64, 2 };
    Str bytes = topk_encode(&arena, &good);
    assert_null(topk_decode(&arena, bytes, &list));
    assert_true(list.count == 2 && list.floor == 2 && list.items[1].error == 1);
    for (uint64_t cut = 0; cut < bytes.len; cut++)
        assert_non_null(topk_decode(&arena, (Str){ bytes.data, cut }, &list));
    items[1].error = 4; /* above its count */
    assert_non_null(topk_decode(&arena, topk_encode(&arena, &good), &list));
    items[1] = (TopkItem){ STR("b"), 3, 0 }; /* twice */
    assert_non_null(topk_decode(&arena, topk_encode(&arena, &good), &list));
    items[1] = (TopkItem){ STR("a"), 6, 0 }; /* not descending */
    assert_non_null(topk_decode(&arena, topk_encode(&arena, &good), &list));
    arena_free(&arena);
}

/* ---- decaying sums: against the definition ---- */
static void decayed_sums_are_the_sum_of_the_definition(void **unused)
{
    (void)unused;
    const AggDef *agg = agg_by_symbol("decay");
    Random random = { 9 };
    for (uint32_t round = 0; round < 50; round++) {
        Bench bench;
        State state = { 0 };
        DecayItem items[60];
        DecaySum sum;
        RtDatum out;
        double exact = 0;
        int64_t half = 1 + (int64_t)random_below(&random, 1000000), at = (int64_t)random_u64(&random) / 4000;
        bench_open(&bench);
        for (uint32_t i = 0; i < 60; i++) {
            items[i] = (DecayItem){ (double)random_below(&random, 100),
                                    at - (int64_t)random_below(&random, 20) * half / 3, half };
            exact += items[i].value * exp2(-(double)(at - items[i].time_us) / (double)half);
            RtDatum item = { .value.str = { (const char *)&items[i], sizeof items[i] }, .kind = PK_STR };
            agg->step(&bench.ctx, state.bytes, &item);
        }
        agg->final(&bench.ctx, state.bytes, &out);
        assert_int_equal(out.value.str.len, sizeof sum);
        memcpy(&sum, out.value.str.data, sizeof sum);
        assert_true(fabs(decay_at(sum, at) - exact) <= 1e-12 * exact);
        assert_true(fabs(decay_at(sum, at + 3 * half) - exact / 8) <= 1e-12 * exact);
        bench_close(&bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_are_exact_up_to_2000_then_within_the_error),
        cmocka_unit_test(overlaps_are_within_the_error),
        cmocka_unit_test(a_union_is_the_sketch_of_all),
        cmocka_unit_test(topk_bounds_hold_in_any_order_and_split),
        cmocka_unit_test(other_bytes_are_no_summary),
        cmocka_unit_test(decayed_sums_are_the_sum_of_the_definition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
