/* dedup_test.c -- a key counts once, whatever the order of times, and is forgotten no earlier and no later than told.
 */
#include "runtime/state/dedup.h"
#include "tests/unit/state/state_fixture.h"

enum { SECOND = 1000000, WITHIN = 60 * SECOND, DRAWS = 20000 };

static void open_store(OneUnit *one)
{
    one_unit_open(one, dedup_shape(true, 8, WITHIN), 1 << 24);
}

static bool is_copy(OneUnit *one, uint64_t key, int64_t time_us, int64_t watermark_us)
{
    DedupRow row = {
        .key = (const char *)&key, .key_len = sizeof key, .time_us = time_us, .watermark_us = watermark_us
    };
    return dedup_is_copy(one->store, &row, WITHIN);
}

static void both_sides_of_within(void **state)
{
    (void)state;
    OneUnit one;
    open_store(&one);
    assert_false(is_copy(&one, 1, 100 * SECOND, INT64_MIN));
    assert_true(is_copy(&one, 1, 160 * SECOND, INT64_MIN));
    assert_true(is_copy(&one, 1, 40 * SECOND, INT64_MIN));
    assert_false(is_copy(&one, 2, 100 * SECOND, INT64_MIN));
    assert_false(is_copy(&one, 1, 160 * SECOND + 1, INT64_MIN));
    assert_false(is_copy(&one, 1, 40 * SECOND - 1, INT64_MIN));
    assert_true(is_copy(&one, 1, 160 * SECOND, INT64_MIN));
    task_state_release(&one.state);
}

static void times_at_the_ends_of_the_range_are_told_apart(void **state)
{
    (void)state;
    OneUnit one;
    open_store(&one);
    assert_false(is_copy(&one, 1, INT64_MAX, INT64_MIN));
    assert_false(is_copy(&one, 1, INT64_MIN, INT64_MIN));
    assert_true(is_copy(&one, 1, INT64_MAX, INT64_MIN));
    assert_true(is_copy(&one, 1, INT64_MIN, INT64_MIN));
    task_state_release(&one.state);
}

static void what_is_forgotten_was_unknown_before(void **state)
{
    (void)state;
    OneUnit one;
    open_store(&one);
    assert_false(is_copy(&one, 1, 100 * SECOND, INT64_MIN));
    dedup_forget(one.store, 160 * SECOND, WITHIN);
    assert_true(is_copy(&one, 1, 100 * SECOND, 160 * SECOND));
    assert_int_equal(one.store->slice_count, 1);
    dedup_forget(one.store, 1000 * SECOND, WITHIN);
    assert_int_equal(one.store->slice_count, 0);
    assert_false(is_copy(&one, 1, 100 * SECOND, 1000 * SECOND));
    assert_false(is_copy(&one, 1, 100 * SECOND, 1000 * SECOND));
    task_state_release(&one.state);
}

/* The same rows with a store that is emptied at every row, and with one that never is. */
static void the_moment_of_forgetting_does_not_show(void **state)
{
    (void)state;
    OneUnit often, never;
    open_store(&often);
    open_store(&never);
    int64_t watermark = INT64_MIN;
    uint32_t copies = 0, most = 0;
    Random random = { 7 };
    for (int i = 0; i < DRAWS; i++) {
        int64_t time = (int64_t)i * SECOND / 4 + ((int64_t)random_below(&random, 120) - 100) * SECOND;
        uint64_t key = random_below(&random, 200);
        bool is_one = is_copy(&often, key, time, watermark);
        assert_int_equal(is_one, is_copy(&never, key, time, watermark));
        copies += is_one;
        watermark = time - 10 * SECOND > watermark ? time - 10 * SECOND : watermark;
        dedup_forget(often.store, watermark, WITHIN);
        most = often.store->slice_count > most ? often.store->slice_count : most;
    }
    assert_true(copies > DRAWS / 10 && copies < DRAWS / 10 * 9);
    assert_true(most <= 7);
    task_state_release(&often.state);
    task_state_release(&never.state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_sides_of_within),
        cmocka_unit_test(times_at_the_ends_of_the_range_are_told_apart),
        cmocka_unit_test(what_is_forgotten_was_unknown_before),
        cmocka_unit_test(the_moment_of_forgetting_does_not_show),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
