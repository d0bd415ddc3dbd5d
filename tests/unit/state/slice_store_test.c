/* slice_store_test.c -- rows find their slice, late ones do not, and slices close in order. */
#include "tests/unit/state/state_fixture.h"

static const SliceShape TEN_SECONDS = { .groups = { .is_fixed = true, .field_bytes = 8 }, .size_us = 10000000 };

static void rows_fall_into_aligned_slices_before_and_after_1970(void **state)
{
    (void)state;
    static const struct {
        int64_t size, offset, time, start;
    } CASES[] = {
        { 10, 0, 0, 0 },  { 10, 0, 9, 0 }, { 10, 0, 10, 10 }, { 10, 0, -1, -10 }, { 10, 0, -10, -10 },
        { 10, 3, 2, -7 }, { 10, 3, 3, 3 }, { 10, -3, 7, 7 },  { 7, 100, 99, 93 }, { 7, 100, 100, 100 },
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        OneUnit one;
        SliceShape shape = TEN_SECONDS;
        shape.size_us = CASES[i].size;
        shape.offset_us = CASES[i].offset;
        one_unit_open(&one, shape, 1 << 24);
        Slice *slice = rt_slice_at(one.store, CASES[i].time, INT64_MIN);
        assert_int_equal(rt_slice_start(slice), CASES[i].start);
        assert_int_equal(rt_slice_end(slice), CASES[i].start + CASES[i].size);
        assert_ptr_equal(rt_slice_at(one.store, CASES[i].start, INT64_MIN), slice);
        assert_ptr_equal(rt_slice_at(one.store, CASES[i].start + CASES[i].size - 1, INT64_MIN), slice);
        assert_ptr_not_equal(rt_slice_at(one.store, CASES[i].start - 1, INT64_MIN), slice);
        assert_int_equal(one.store->slice_count, 2);
        task_state_release(&one.state);
    }
}

static void times_at_the_ends_of_the_range_have_slices(void **state)
{
    (void)state;
    OneUnit one;
    one_unit_open(&one, TEN_SECONDS, 1 << 24);
    assert_int_equal(rt_slice_at(one.store, INT64_MIN, INT64_MIN)->start_us, INT64_MIN);
    assert_int_equal(rt_slice_at(one.store, INT64_MAX, INT64_MIN)->end_us, INT64_MAX);
    assert_int_equal(rt_slice_at(one.store, INT64_MAX, INT64_MIN)->end_us, INT64_MAX);
    assert_int_equal(one.store->slice_count, 2);
    task_state_release(&one.state);
}

static void a_slice_closes_one_millisecond_before_its_end(void **state)
{
    (void)state;
    OneUnit one;
    one_unit_open(&one, TEN_SECONDS, 1 << 24);
    assert_int_equal(rt_slice_next_close(one.store), INT64_MAX);
    assert_non_null(rt_slice_at(one.store, 5, INT64_MIN));
    assert_int_equal(rt_slice_next_close(one.store), 9999000);
    assert_non_null(rt_slice_at(one.store, 5, 9998999));
    assert_null(rt_slice_due(one.store, 9998999));
    assert_null(rt_slice_at(one.store, 5, 9999000)); /* late, although its slice was not yet dropped */
    assert_non_null(rt_slice_due(one.store, 9999000));
    rt_slice_drop(one.store, rt_slice_due(one.store, 9999000));
    assert_null(rt_slice_due(one.store, INT64_MAX));
    assert_null(rt_slice_at(one.store, 5, 9999000));
    assert_non_null(rt_slice_at(one.store, 10000000, 9999000));
    task_state_release(&one.state);
}

static void slices_close_in_the_order_of_their_ends(void **state)
{
    (void)state;
    OneUnit one;
    one_unit_open(&one, TEN_SECONDS, 1 << 28);
    Random random = { 1 };
    for (uint32_t i = 0; i < 500; i++) {
        int64_t time = (int64_t)random_below(&random, 300) * 5000000;
        Slice *slice = rt_slice_at(one.store, time, INT64_MIN);
        *(int64_t *)rt_group_upsert_near(rt_slice_groups(slice), "", 0) += 1;
    }
    int64_t rows = 0, last_end = INT64_MIN;
    Slice *slice;
    while ((slice = rt_slice_due(one.store, INT64_MAX)) != NULL) {
        assert_true(slice->end_us > last_end);
        last_end = slice->end_us;
        rows += *(const int64_t *)group_find(&slice->groups, "", 0);
        rt_slice_drop(one.store, slice);
    }
    assert_int_equal(rows, 500);
    task_state_release(&one.state);
}

static void without_windows_there_is_one_slice_that_never_is_late(void **state)
{
    (void)state;
    OneUnit one;
    SliceShape shape = TEN_SECONDS;
    shape.size_us = 0;
    one_unit_open(&one, shape, 1 << 24);
    Slice *slice = rt_slice_at(one.store, 5, 1000);
    assert_ptr_equal(rt_slice_at(one.store, -5, INT64_MAX - 1), slice);
    assert_ptr_equal(rt_slice_at(one.store, INT64_MIN, INT64_MAX), slice);
    assert_null(rt_slice_due(one.store, INT64_MAX - 1));
    task_state_release(&one.state);
}

/* A refused budget makes no crash and no loss in silence: the check after the batch says so. */
static void a_spent_budget_is_told_and_everything_stays_callable(void **state)
{
    (void)state;
    RtError error;
    OneUnit one;
    SliceShape shape = { .groups = { .field_bytes = 16 }, .distinct_count = 1, .size_us = 1000 };
    one_unit_open(&one, shape, 400 * 1024);
    assert_int_equal(state_check(&one.state, &error), RT_OK);
    char key[64];
    for (uint32_t i = 0; i < 60000; i++) {
        Slice *slice = rt_slice_at(one.store, i, INT64_MIN);
        assert_non_null(slice);
        uint32_t len = (uint32_t)(key_put_i64(key + DISTINCT_ROOM, false, i % 7000) - key) - DISTINCT_ROOM;
        int64_t *fields = rt_group_upsert_near(&slice->groups, key + DISTINCT_ROOM, len);
        fields[1] += ++fields[0];
        rt_distinct_insert(&slice->distinct[0], rt_group_ref(&slice->groups), key, len + DISTINCT_ROOM);
        heap_free(&slice->heap, heap_put(&slice->heap, key, i % 60));
    }
    assert_int_equal(state_check(&one.state, &error), RT_FATAL);
    assert_string_equal(error.text, "keyed state needs more than its budget of 409600 bytes");
    assert_true(one.state.pool.used_bytes <= 409600);
    assert_null(rt_slice_due(one.store, INT64_MAX));
    Buf out = { 0 };
    assert_int_equal(state_snapshot(&one.state, &out, &error), RT_FATAL);
    task_state_release(&one.state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_fall_into_aligned_slices_before_and_after_1970),
        cmocka_unit_test(times_at_the_ends_of_the_range_have_slices),
        cmocka_unit_test(a_slice_closes_one_millisecond_before_its_end),
        cmocka_unit_test(slices_close_in_the_order_of_their_ends),
        cmocka_unit_test(without_windows_there_is_one_slice_that_never_is_late),
        cmocka_unit_test(a_spent_budget_is_told_and_everything_stays_callable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
