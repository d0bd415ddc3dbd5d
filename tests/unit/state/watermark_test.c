/* watermark_test.c -- the merged watermark waits for the slowest, never goes back, and ends with the input. */
#include "runtime/base/alloc.h"
#include "runtime/time/watermark.h"
#include "tests/unit/state/state_fixture.h"

static Watermark *watermark_of(uint32_t partition_count)
{
    Watermark *watermark = test_calloc(watermark_bytes(partition_count), 1);
    watermark_init(watermark, partition_count);
    return watermark;
}

static void merged_watermark_waits_for_the_slowest_partition(void **state)
{
    (void)state;
    Watermark *watermark = watermark_of(2);
    assert_false(watermark_advance(watermark, 0, 90));
    assert_int_equal(watermark_merged_us(watermark), WATERMARK_NONE_US);
    assert_true(watermark_advance(watermark, 1, 40));
    assert_int_equal(watermark_merged_us(watermark), 40);
    assert_true(watermark_advance(watermark, 1, 95));
    assert_int_equal(watermark_merged_us(watermark), 90);
    test_free(watermark);
}

static void a_watermark_never_goes_back(void **state)
{
    (void)state;
    Watermark *watermark = watermark_of(1);
    assert_true(watermark_advance(watermark, 0, 50));
    assert_false(watermark_advance(watermark, 0, 30));
    assert_false(watermark_advance(watermark, 0, 50));
    assert_int_equal(watermark_merged_us(watermark), 50);
    test_free(watermark);
}

static void an_idle_partition_does_not_hold_others_up_and_comes_back_late(void **state)
{
    (void)state;
    Watermark *watermark = watermark_of(2);
    assert_false(watermark_advance(watermark, 0, 10));
    assert_true(watermark_set_idle(watermark, 1));
    assert_int_equal(watermark_merged_us(watermark), 10);
    assert_true(watermark_advance(watermark, 0, 100));
    assert_false(watermark_advance(watermark, 1, 60)); /* active again, behind: nothing goes back */
    assert_int_equal(watermark_merged_us(watermark), 100);
    assert_false(watermark_advance(watermark, 0, 200)); /* now 1 holds it up */
    assert_true(watermark_advance(watermark, 1, 150));
    assert_int_equal(watermark_merged_us(watermark), 150);
    test_free(watermark);
}

static void the_end_of_all_input_is_the_end_of_time(void **state)
{
    (void)state;
    Watermark *watermark = watermark_of(3);
    watermark_advance(watermark, 0, 10);
    watermark_advance(watermark, 1, 20);
    assert_false(watermark_finish(watermark, 0)); /* 2 has not spoken */
    assert_true(watermark_advance(watermark, 2, 30));
    assert_int_equal(watermark_merged_us(watermark), 20);
    assert_true(watermark_finish(watermark, 1));
    assert_int_equal(watermark_merged_us(watermark), 30);
    assert_false(watermark_advance(watermark, 0, 99)); /* finished stays finished */
    assert_true(watermark_finish(watermark, 2));
    assert_int_equal(watermark_merged_us(watermark), WATERMARK_END_US);
    test_free(watermark);
}

static void all_idle_is_not_the_end(void **state)
{
    (void)state;
    Watermark *watermark = watermark_of(2);
    watermark_advance(watermark, 0, 10);
    watermark_advance(watermark, 1, 20);
    watermark_finish(watermark, 1);
    watermark_set_idle(watermark, 0);
    assert_int_equal(watermark_merged_us(watermark), 10);
    test_free(watermark);
}

/* Against the definition: least time of active partitions, never back. */
static void merged_agrees_with_its_definition(void **state)
{
    (void)state;
    enum { PARTS = 5 };
    Random random = { 2 };
    Watermark *watermark = watermark_of(PARTS);
    int64_t times[PARTS], merged = INT64_MIN;
    bool idle[PARTS] = { false };
    for (uint32_t i = 0; i < PARTS; i++)
        times[i] = INT64_MIN;
    for (uint32_t step = 0; step < 50000; step++) {
        uint32_t p = random_below(&random, PARTS);
        int64_t time = step / 10 + random_below(&random, 40);
        bool go_idle = random_below(&random, 20) == 0;
        bool moved = go_idle ? watermark_set_idle(watermark, p) : watermark_advance(watermark, p, time);
        idle[p] = go_idle;
        if (!go_idle && time > times[p])
            times[p] = time;
        int64_t least = INT64_MAX;
        for (uint32_t i = 0; i < PARTS; i++)
            least = !idle[i] && times[i] < least ? times[i] : least;
        int64_t wanted = least != INT64_MAX && least > merged ? least : merged;
        assert_int_equal(moved, wanted != merged);
        assert_int_equal(watermark_merged_us(watermark), wanted);
        merged = wanted;
    }
    test_free(watermark);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merged_watermark_waits_for_the_slowest_partition),
        cmocka_unit_test(a_watermark_never_goes_back),
        cmocka_unit_test(an_idle_partition_does_not_hold_others_up_and_comes_back_late),
        cmocka_unit_test(the_end_of_all_input_is_the_end_of_time),
        cmocka_unit_test(all_idle_is_not_the_end),
        cmocka_unit_test(merged_agrees_with_its_definition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
