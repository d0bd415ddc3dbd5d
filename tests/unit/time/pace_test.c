/* pace_test.c -- when an event is due, on a clock that only this test moves. */
#include "runtime/time/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { SECOND = 1000000 };

static int64_t fake_now(void *context)
{
    return *(int64_t *)context;
}

static void fake_sleep(void *context, int64_t us)
{
    *(int64_t *)context += us;
}

static Pace pace_of(int64_t *now, double factor)
{
    static PaceClock clock;
    clock = (PaceClock){ now, fake_now, fake_sleep };
    return (Pace){ .clock = &clock, .factor = factor };
}

static void an_event_is_due_after_its_distance_to_the_first_by_the_factor(void **state)
{
    int64_t now = 77 * SECOND;
    Pace pace = pace_of(&now, 60);
    (void)state;
    assert_int_equal(pace_left_us(&pace, 1000 * (int64_t)SECOND), 0);
    int64_t left = pace_left_us(&pace, 1060 * (int64_t)SECOND);
    assert_in_range(left, SECOND, SECOND + 1);
    pace_sleep(&pace, left);
    assert_int_equal(pace_left_us(&pace, 1060 * (int64_t)SECOND), 0);
    assert_in_range(now, 78 * SECOND, 78 * SECOND + 1);
}

static void time_that_computing_took_is_not_waited_for_again(void **state)
{
    int64_t now = 0;
    Pace pace = pace_of(&now, 1);
    (void)state;
    assert_int_equal(pace_left_us(&pace, 0), 0);
    now += 3 * SECOND;
    assert_int_equal(pace_left_us(&pace, 2 * SECOND), 0);
    assert_in_range(pace_left_us(&pace, 4 * SECOND), SECOND, SECOND + 1);
}

static void events_that_go_back_are_due_at_once(void **state)
{
    int64_t now = 0;
    Pace pace = pace_of(&now, 1);
    (void)state;
    assert_int_equal(pace_left_us(&pace, 10 * SECOND), 0);
    assert_int_equal(pace_left_us(&pace, 5 * SECOND), 0);
}

static void without_a_factor_nothing_waits(void **state)
{
    int64_t now = 0;
    Pace pace = pace_of(&now, 0);
    (void)state;
    assert_int_equal(pace_left_us(&pace, 0), 0);
    assert_int_equal(pace_left_us(&pace, INT64_MAX), 0);
}

static void a_distance_of_ages_does_not_overflow(void **state)
{
    int64_t now = 0;
    Pace pace = pace_of(&now, 1e-9);
    (void)state;
    assert_int_equal(pace_left_us(&pace, 0), 0);
    assert_true(pace_left_us(&pace, INT64_MAX / 2) > SECOND);
}

static void speeds_are_numbers_with_an_x_or_max(void **state)
{
    double factor;
    (void)state;
    assert_true(pace_parse(STR("60x"), &factor) && factor == 60);
    assert_true(pace_parse(STR("0.5x"), &factor) && factor == 0.5);
    assert_true(pace_parse(STR("max"), &factor) && factor == 0);
    static const char *const BAD[] = { "", "x", "60", "0x", "-1x", "maxx", "nanx", "1e999x" };
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
        assert_false(pace_parse(str_from(BAD[i]), &factor));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_is_due_after_its_distance_to_the_first_by_the_factor),
        cmocka_unit_test(time_that_computing_took_is_not_waited_for_again),
        cmocka_unit_test(events_that_go_back_are_due_at_once),
        cmocka_unit_test(without_a_factor_nothing_waits),
        cmocka_unit_test(a_distance_of_ages_does_not_overflow),
        cmocka_unit_test(speeds_are_numbers_with_an_x_or_max),
    };
    return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
