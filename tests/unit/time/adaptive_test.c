/* adaptive_test.c -- the delay that follows lateness: against all rows sorted, at its bounds, and through its bytes. */
#include "runtime/time/adaptive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS     INT64_C(1000)
#define SECOND (1000 * MS)

static const AdaptiveSpec NINES = { 9990, 60 * SECOND, SECOND };

static uint64_t draw(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    return z ^ (z >> 31);
}

static void every_lateness_is_below_the_edge_of_its_bucket_and_near_it(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (int i = 0; i < 100000; i++) {
        int64_t lateness = (int64_t)(draw(&random) >> (24 + draw(&random) % 40));
        uint32_t bucket = adaptive_bucket(lateness);
        if (bucket == ADAPTIVE_BUCKETS - 1)
            continue;
        assert_true(lateness < adaptive_edge_us(bucket));
        assert_true(bucket == 0 || lateness >= adaptive_edge_us(bucket - 1));
        assert_true(adaptive_edge_us(bucket) - lateness <= lateness / 16 + MS);
    }
}

static void the_delay_is_the_longest_until_the_quantile_can_be_told(void **state)
{
    (void)state;
    AdaptiveDelay delay;
    adaptive_init(&delay);
    assert_int_equal(adaptive_delay_us(&delay, &NINES), NINES.max_us);
    for (int i = 0; i < 999; i++)
        assert_int_equal(adaptive_row(&delay, &NINES, i * SECOND), i * SECOND - NINES.max_us);
    assert_int_equal(adaptive_row(&delay, &NINES, 999 * SECOND), 998 * SECOND);
    assert_int_equal(adaptive_delay_us(&delay, &NINES), NINES.min_us);
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void the_delay_is_the_quantile_of_all_rows_so_far(void **state)
{
    (void)state;
    enum { ROWS = 3000 };
    static int64_t seen[ROWS], sorted[ROWS];
    AdaptiveSpec spec = { 9000, 1000 * SECOND, 0 };
    AdaptiveDelay delay;
    uint64_t random = 7, count = 0;
    int64_t newest = 0;
    adaptive_init(&delay);
    for (int i = 0; i < ROWS; i++) {
        int64_t time = i * 100 * MS - (int64_t)(draw(&random) % 30 == 0 ? draw(&random) % 20000 : 0) * MS;
        if (i > 0)
            seen[count++] = newest > time ? newest - time : 0;
        newest = i == 0 || time > newest ? time : newest;
        int64_t watermark = adaptive_row(&delay, &spec, time);
        memcpy(sorted, seen, count * sizeof *seen);
        qsort(sorted, count, sizeof *sorted, compare);
        uint64_t k = (9 * (count + 1) + 9) / 10;
        int64_t expected = k > count ? spec.max_us : adaptive_edge_us(adaptive_bucket(sorted[k - 1]));
        assert_int_equal(watermark, newest - expected);
    }
}

static void the_delay_comes_down_when_rows_are_in_order_again(void **state)
{
    (void)state;
    AdaptiveDelay delay;
    adaptive_init(&delay);
    int64_t time = 0;
    for (int i = 0; i < 20000; i++)
        adaptive_row(&delay, &NINES, (time += 10 * MS) - (i % 100 == 0 ? 30 * SECOND : 0));
    assert_true(adaptive_delay_us(&delay, &NINES) > 29 * SECOND);
    for (int i = 0; i < 8 * ADAPTIVE_ROWS_MAX; i++)
        adaptive_row(&delay, &NINES, time += 10 * MS);
    assert_int_equal(adaptive_delay_us(&delay, &NINES), NINES.min_us);
}

static void counts_add_up_and_never_pass_their_bound(void **state)
{
    (void)state;
    AdaptiveDelay delay;
    adaptive_init(&delay);
    uint64_t random = 3;
    for (int i = 0; i < 200000; i++) {
        int64_t time = i * MS - (int64_t)(draw(&random) % 4096) * MS;
        adaptive_row(&delay, &NINES, time);
        assert_true(delay.rows < ADAPTIVE_ROWS_MAX);
    }
    uint64_t rows = 0;
    for (uint32_t i = 0; i < ADAPTIVE_BUCKETS; i++)
        rows += delay.counts[i];
    assert_int_equal(rows, delay.rows);
}

static void a_tick_moves_time_and_tells_nothing_of_lateness(void **state)
{
    (void)state;
    AdaptiveDelay delay;
    adaptive_init(&delay);
    adaptive_row(&delay, &NINES, 0);
    assert_int_equal(adaptive_tick(&delay, &NINES, 100 * SECOND), 40 * SECOND);
    assert_int_equal(delay.rows, 0);
    assert_int_equal(adaptive_tick(&delay, &NINES, 50 * SECOND), 40 * SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_lateness_is_below_the_edge_of_its_bucket_and_near_it),
        cmocka_unit_test(the_delay_is_the_longest_until_the_quantile_can_be_told),
        cmocka_unit_test(the_delay_is_the_quantile_of_all_rows_so_far),
        cmocka_unit_test(the_delay_comes_down_when_rows_are_in_order_again),
        cmocka_unit_test(counts_add_up_and_never_pass_their_bound),
        cmocka_unit_test(a_tick_moves_time_and_tells_nothing_of_lateness),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
