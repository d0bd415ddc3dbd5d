/* dd_test.c -- DDSketch: every quantile is within 1 % of a value of its rank, buckets are in the order of numbers, and
 * bytes that are none are refused. */
#include "stdlib/sketch_dd.h"
#include "tests/unit/sketches/sketch_case.h"

#include <math.h>
#include <stdlib.h>

enum { VALUES = 4000 };

static DdSketch *add(DdSketch *sketch, int32_t key, int64_t rows)
{
    while (!dd_add(sketch, key, rows)) {
        uint32_t capacity;
        bool is_wide;
        dd_next(sketch, &capacity, &is_wide);
        DdSketch *larger = zeroed(dd_block_bytes(capacity, is_wide));
        dd_init(larger, capacity, is_wide);
        dd_copy(larger, sketch);
        mem_free(sketch);
        sketch = larger;
    }
    return sketch;
}

static DdSketch *empty(void)
{
    DdSketch *sketch = zeroed(dd_block_bytes(4, false));
    dd_init(sketch, 4, false);
    return sketch;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of the smallest numbers, the largest, and everything between, every bucket is within 1 % of all that fall into it. */
static void what_stands_for_a_bucket_is_within_one_percent(void **unused)
{
    (void)unused;
    uint64_t random = 1;
    for (uint32_t i = 0; i < 300000; i++) {
        uint64_t bits = seeded(&random) & 0x7fffffffffffffffu;
        double value;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value) || value < 0x1p-1040) /* below, numbers have too few bits for 1 % */
            continue;
        double stands = dd_value(dd_key(value));
        if (fabs(stands - value) > 0.01 * value * (1 + 1e-9))
            fail_msg("%.17g is answered as %.17g", value, stands);
        assert_true(dd_value(dd_key(-value)) == -stands);
    }
    assert_true(dd_value(dd_key(0.0)) == 0 && dd_key(-0.0) == 0);
    assert_true(dd_value(dd_key(INFINITY)) == INFINITY && dd_value(dd_key(-INFINITY)) == -INFINITY);
    assert_true(isnan(dd_value(dd_key(NAN))));
    assert_true(isfinite(dd_value(dd_key(0x1.fffffffffffffp1023))) && dd_value(dd_key(0x1p-1074)) > 0);
}

static void buckets_are_in_the_order_of_numbers(void **unused)
{
    (void)unused;
    uint64_t random = 2;
    double values[VALUES] = { 0, -0.0, INFINITY, -INFINITY, 0x1p-1074, -0x1p-1074, 0x1.fffffffffffffp1023 };
    for (uint32_t i = 7; i < VALUES; i++)
        values[i] = (seeded_share(&random) - 0.5) * pow(10, (double)(seeded(&random) % 600) - 300);
    qsort(values, VALUES, sizeof *values, by_size);
    for (uint32_t i = 1; i < VALUES; i++)
        assert_true(dd_key(values[i - 1]) <= dd_key(values[i]));
    assert_true(dd_key(NAN) > dd_key(INFINITY));
}

static void quantiles_are_within_one_percent(void **unused)
{
    (void)unused;
    static double values[VALUES];
    for (uint32_t shape = 0; shape < 4; shape++) {
        uint64_t random = shape;
        DdSketch *sketch = empty();
        for (uint32_t i = 0; i < VALUES; i++) {
            double share = seeded_share(&random);
            values[i] = shape == 0   ? share
                        : shape == 1 ? -log(share) * 1000
                        : shape == 2 ? pow(share, -1.5)
                                     : share - 0.5;
            sketch = add(sketch, dd_key(values[i]), 1);
        }
        qsort(values, VALUES, sizeof *values, by_size);
        assert_int_equal(dd_total(sketch), VALUES);
        for (uint32_t percent = 0; percent <= 100; percent++) {
            double exact = values[(uint32_t)(percent / 100.0 * (VALUES - 1))];
            double answer = dd_quantile(sketch, percent / 100.0);
            if (fabs(answer - exact) > 0.01 * fabs(exact) * (1 + 1e-9))
                fail_msg("shape %u, %u %%: %.17g instead of %.17g", shape, percent, answer, exact);
        }
        mem_free(sketch);
    }
}

static void a_hundred_values_take_less_than_1000_bytes(void **unused)
{
    (void)unused;
    uint64_t random = 3;
    Arena arena;
    DdSketch *sketch = empty();
    arena_init(&arena);
    for (uint32_t i = 0; i < 100; i++)
        sketch = add(sketch, dd_key(exp(40 * seeded_share(&random))), 1);
    ByteOut bytes = { .arena = &arena };
    dd_encode(sketch, &bytes);
    assert_true(sketch->count > 90 && dd_block_bytes(sketch->capacity, sketch->is_wide) + 16 < 1000 &&
                bytes.len < 1000);
    mem_free(sketch);
    arena_free(&arena);
}

static void counts_grow_beyond_their_first_bits_and_can_be_taken_back(void **unused)
{
    (void)unused;
    DdSketch *sketch = empty();
    sketch = add(sketch, dd_key(1), 16383);
    assert_false(sketch->is_wide);
    sketch = add(sketch, dd_key(1), 1);
    sketch = add(sketch, dd_key(2), (int64_t)1 << 40);
    assert_true(sketch->is_wide && dd_bucket(sketch, 0).count == 16384 &&
                dd_bucket(sketch, 1).count == (uint64_t)1 << 40);
    sketch = add(sketch, dd_key(1), -16384);
    sketch = add(sketch, dd_key(3), -1); /* was never there */
    assert_int_equal(sketch->count, 1);
    sketch = add(sketch, dd_key(2), -((int64_t)1 << 40));
    assert_int_equal(sketch->count, 0);
    mem_free(sketch);
}

/* Whatever the order, the highest 2,000 stay and the lowest of them holds the rest. */
static void more_buckets_than_2000_give_up_the_lowest(void **unused)
{
    (void)unused;
    Arena arena;
    arena_init(&arena);
    ByteOut bytes[3] = { { .arena = &arena }, { .arena = &arena }, { .arena = &arena } };
    for (uint32_t order = 0; order < 3; order++) {
        DdSketch *sketch = empty();
        for (int32_t i = 0; i < 3000; i++) {
            int32_t key = order == 0 ? i : order == 1 ? 2999 - i : i * 1009 % 3000;
            sketch = add(sketch, 40000 + key, 2);
        }
        assert_int_equal(sketch->count, DD_BUCKETS_MAX);
        assert_int_equal(dd_total(sketch), 6000);
        assert_int_equal(dd_bucket(sketch, 0).key, 41000);
        assert_int_equal(dd_bucket(sketch, 0).count, 2002);
        dd_encode(sketch, &bytes[order]);
        mem_free(sketch);
    }
    assert_true(str_equal(out_str(&bytes[0]), out_str(&bytes[1])) && str_equal(out_str(&bytes[0]), out_str(&bytes[2])));
    arena_free(&arena);
}

static void other_bytes_are_refused(void **unused)
{
    (void)unused;
    Arena arena;
    DdSketch *sketch = empty(), *read = zeroed(dd_block_bytes(DD_BUCKETS_MAX, true));
    arena_init(&arena);
    for (uint32_t i = 0; i < 50; i++)
        sketch = add(sketch, dd_key(i * i), i + 1);
    ByteOut out = { .arena = &arena };
    dd_encode(sketch, &out);
    assert_null(dd_decode(out_str(&out), read));
    assert_int_equal(read->count, sketch->count);
    for (uint64_t cut = 0; cut < out.len; cut++)
        assert_non_null(dd_decode((Str){ out.data, cut }, read));
    out_u8(&out, 0);
    assert_non_null(dd_decode(out_str(&out), read));
    static const char *const BAD[] = {
        "SQDD\1\1\0\0",             /* a bucket without rows */
        "SQDD\1\2\2\1\0\1",         /* two of one key */
        "SQDD\1\1\xff\xff\xff\1\1", /* a key that no number has */
        "SQDD\1\1\x80\0\1",         /* a number longer than it need be */
        "SQDD\1\xd1\x0f\2\1\2\1",   /* 2,001 buckets */
    };
    static const uint32_t LENS[] = { 8, 10, 11, 9, 12 };
    for (uint32_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
        assert_non_null(dd_decode((Str){ BAD[i], LENS[i] }, read));
    mem_free(sketch);
    mem_free(read);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_stands_for_a_bucket_is_within_one_percent),
        cmocka_unit_test(buckets_are_in_the_order_of_numbers),
        cmocka_unit_test(quantiles_are_within_one_percent),
        cmocka_unit_test(a_hundred_values_take_less_than_1000_bytes),
        cmocka_unit_test(counts_grow_beyond_their_first_bits_and_can_be_taken_back),
        cmocka_unit_test(more_buckets_than_2000_give_up_the_lowest),
        cmocka_unit_test(other_bytes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
