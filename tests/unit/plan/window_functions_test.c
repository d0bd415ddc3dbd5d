/* window_functions_test.c -- the functions by which a window without groups is computed. */
#include "stdlib/registry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { SECOND = 1000000 };

static RtDatum instant(int64_t us)
{
    return (RtDatum){ .value.i64 = us, .kind = PK_I64 };
}

static RtDatum call(FnCtx *ctx, const char *name, RtDatum time, int64_t size, int64_t offset)
{
    RtDatum args[] = { time, instant(size), instant(offset) }, out = datum_null(PK_I64);
    for (uint32_t i = 0; i < FN_DEF_COUNT; i++) {
        if (strcmp(FN_DEFS[i].name, name) == 0) {
            FN_DEFS[i].boxed(ctx, args, 3, &out);
            return out;
        }
    }
    fail_msg("no function %s", name);
    return out;
}

static int64_t value(const char *name, int64_t time, int64_t size, int64_t offset)
{
    FnCtx ctx = { 0 };
    RtDatum out = call(&ctx, name, instant(time), size, offset);
    assert_false(out.is_null);
    assert_int_equal(ctx.failure.code, 0);
    return out.value.i64;
}

static void a_window_holds_its_start_and_not_its_end(void **state)
{
    (void)state;
    assert_int_equal(value("WINDOW_START_OF", 10 * SECOND, 10 * SECOND, 0), 10 * SECOND);
    assert_int_equal(value("WINDOW_START_OF", 20 * SECOND - 1, 10 * SECOND, 0), 10 * SECOND);
    assert_int_equal(value("WINDOW_END_OF", 10 * SECOND, 10 * SECOND, 0), 20 * SECOND);
    assert_int_equal(value("WINDOW_TIME_OF", 10 * SECOND, 10 * SECOND, 0), 20 * SECOND - 1000);
}

static void windows_before_1970_are_cut_alike(void **state)
{
    (void)state;
    assert_int_equal(value("WINDOW_START_OF", -1, 10 * SECOND, 0), -10 * SECOND);
    assert_int_equal(value("WINDOW_END_OF", -1, 10 * SECOND, 0), 0);
    assert_int_equal(value("WINDOW_START_OF", -10 * SECOND, 10 * SECOND, 0), -10 * SECOND);
}

static void an_offset_moves_the_cuts(void **state)
{
    (void)state;
    assert_int_equal(value("WINDOW_START_OF", 12 * SECOND, 10 * SECOND, 3 * SECOND), 3 * SECOND);
    assert_int_equal(value("WINDOW_START_OF", 13 * SECOND, 10 * SECOND, 3 * SECOND), 13 * SECOND);
    assert_int_equal(value("WINDOW_START_OF", 12 * SECOND, 10 * SECOND, -3 * SECOND), 7 * SECOND);
}

static void a_row_without_time_is_in_no_window(void **state)
{
    (void)state;
    FnCtx ctx = { 0 };
    assert_true(call(&ctx, "WINDOW_START_OF", datum_null(PK_I64), 10 * SECOND, 0).is_null);
    assert_int_not_equal(ctx.failure.code, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_window_holds_its_start_and_not_its_end),
        cmocka_unit_test(windows_before_1970_are_cut_alike),
        cmocka_unit_test(an_offset_moves_the_cuts),
        cmocka_unit_test(a_row_without_time_is_in_no_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
