/* snapshot_test.c -- a frozen image is the state at the freeze, and restoring it is the identity. */
#include "runtime/base/alloc.h"
#include "tests/unit/state/snapshot_life.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

static void open_copy(OneUnit *copy, const Buf *bytes)
{
    RtError error;
    RestoreReport report;
    one_unit_open(copy, LIFE_SHAPE, (uint64_t)1 << 30);
    assert_int_equal(state_restore(&copy->state, buf_str(bytes), &report, &error), RT_OK);
    assert_int_equal(report.units, 1);
    assert_int_equal(report.units_unclaimed, 0);
}

static void an_image_is_the_state_at_the_freeze_whatever_happens_after(void **state)
{
    (void)state;
    RtError error;
    OneUnit one;
    one_unit_open(&one, LIFE_SHAPE, (uint64_t)1 << 30);
    Random random = { 17 };
    int64_t watermark = 0;
    for (uint32_t round = 0; round < 25; round++) {
        for (uint32_t i = 0; i < 400; i++)
            live(one.store, &random, &watermark);
        Buf frozen = { 0 }, bytes = { 0 }, restored = { 0 };
        describe(one.store, &frozen);
        StateImage *image;
        assert_int_equal(state_freeze(&one.state, &image, &error), RT_OK);
        for (uint32_t i = 0; i < 600; i++)
            live(one.store, &random, &watermark);
        assert_int_equal(state_image_write(image, &bytes, &error), RT_OK);
        state_image_release(&one.state, image);
        OneUnit copy;
        open_copy(&copy, &bytes);
        describe(copy.store, &restored);
        assert_same_text(&frozen, &restored);
        task_state_release(&copy.state);
        buf_free(&frozen);
        buf_free(&bytes);
        buf_free(&restored);
    }
    task_state_release(&one.state);
}

/* Two lives from the same seed, one of them killed and restored again and again. */
static void a_restored_state_lives_on_as_the_old_one_would(void **state)
{
    (void)state;
    RtError error;
    OneUnit steady, killed;
    one_unit_open(&steady, LIFE_SHAPE, (uint64_t)1 << 30);
    one_unit_open(&killed, LIFE_SHAPE, (uint64_t)1 << 30);
    Random random = { 23 };
    int64_t watermark = 0;
    for (uint32_t round = 0; round < 30; round++) {
        for (uint32_t i = 0; i < 300; i++) {
            Random same = random;
            int64_t same_watermark = watermark;
            live(steady.store, &random, &watermark);
            live(killed.store, &same, &same_watermark);
        }
        Buf bytes = { 0 }, a = { 0 }, b = { 0 };
        assert_int_equal(state_snapshot(&killed.state, &bytes, &error), RT_OK);
        task_state_release(&killed.state);
        open_copy(&killed, &bytes);
        describe(steady.store, &a);
        describe(killed.store, &b);
        assert_same_text(&a, &b);
        buf_free(&bytes);
        buf_free(&a);
        buf_free(&b);
    }
    for (Slice *slice; (slice = rt_slice_due(killed.store, INT64_MAX)) != NULL;)
        rt_slice_drop(killed.store, slice);
    assert_int_equal(killed.state.pool.piece_count, 0); /* restored slices know all their pages */
    task_state_release(&steady.state);
    task_state_release(&killed.state);
}

static void releasing_an_image_gives_its_memory_back(void **state)
{
    (void)state;
    RtError error;
    OneUnit one;
    one_unit_open(&one, LIFE_SHAPE, (uint64_t)1 << 30);
    Random random = { 29 };
    int64_t watermark = 0;
    uint64_t most = 0;
    for (uint32_t round = 0; round < 200; round++) {
        StateImage *image;
        assert_int_equal(state_freeze(&one.state, &image, &error), RT_OK);
        for (uint32_t i = 0; i < 100; i++)
            live(one.store, &random, &watermark);
        state_image_release(&one.state, image);
        most = round == 50 ? 2 * one.state.pool.used_bytes : most;
        assert_true(round <= 50 || one.state.pool.used_bytes < most);
    }
    watermark = INT64_MAX;
    for (Slice *slice; (slice = rt_slice_due(one.store, watermark)) != NULL;)
        rt_slice_drop(one.store, slice);
    assert_int_equal(one.state.pool.piece_count, 0);
    task_state_release(&one.state);
}

static void cells_are_restored_with_the_units(void **state)
{
    (void)state;
    RtError error;
    RestoreReport report;
    Buf bytes = { 0 };
    TaskState task;
    void *cell;
    assert_int_equal(task_state_init(&task, 1 << 24, &error), RT_OK);
    assert_int_equal(task_state_cell(&task, 1, 1, 13, &cell, &error), RT_OK);
    memcpy(cell, "thirteen byte", 13);
    assert_int_equal(task_state_cell(&task, 2, 1, 8, &cell, &error), RT_OK);
    assert_int_equal(state_snapshot(&task, &bytes, &error), RT_OK);
    task_state_release(&task);

    assert_int_equal(task_state_init(&task, 1 << 24, &error), RT_OK);
    assert_int_equal(task_state_cell(&task, 1, 1, 13, &cell, &error), RT_OK);
    assert_int_equal(task_state_cell(&task, 1, 1, 13, &cell, &error), RT_FATAL); /* claimed twice */
    assert_int_equal(state_restore(&task, buf_str(&bytes), &report, &error), RT_OK);
    assert_memory_equal(cell, "thirteen byte", 13);
    assert_int_equal(report.cells, 1);
    assert_int_equal(report.cells_unclaimed, 1);
    task_state_release(&task);
    buf_free(&bytes);
}

static void another_layout_is_refused(void **state)
{
    (void)state;
    RtError error;
    RestoreReport report;
    Buf bytes = { 0 };
    StateField fields[2] = { { 11, 0, 8 }, { 12, 8, 8 } };
    StateUnitSpec spec = { .id = 9, .version = 1, .shape = LIFE_SHAPE, .fields = fields, .field_count = 2 };
    TaskState task;
    SliceStore *store;
    assert_int_equal(task_state_init(&task, 1 << 24, &error), RT_OK);
    assert_int_equal(task_state_unit(&task, &spec, &store, &error), RT_OK);
    assert_int_equal(state_snapshot(&task, &bytes, &error), RT_OK);
    task_state_release(&task);
    for (uint32_t change = 0; change < 5; change++) {
        StateField changed[2] = { fields[0], fields[1] };
        StateUnitSpec other = spec;
        other.fields = changed;
        other.version += change == 1;
        changed[1].id += change == 2;
        changed[0].bytes += change == 3;
        other.shape.size_us += change == 4;
        assert_int_equal(task_state_init(&task, 1 << 24, &error), RT_OK);
        assert_int_equal(task_state_unit(&task, &other, &store, &error), RT_OK);
        RtStatus status = state_restore(&task, buf_str(&bytes), &report, &error);
        assert_int_equal(status, change == 0 ? RT_OK : RT_BAD_DATA);
        task_state_release(&task);
    }
    buf_free(&bytes);
}

static Buf some_snapshot(void)
{
    RtError error;
    Buf bytes = { 0 };
    OneUnit one;
    one_unit_open(&one, LIFE_SHAPE, (uint64_t)1 << 30);
    Random random = { 31 };
    int64_t watermark = 0;
    for (uint32_t i = 0; i < 60; i++)
        live(one.store, &random, &watermark);
    assert_int_equal(state_snapshot(&one.state, &bytes, &error), RT_OK);
    task_state_release(&one.state);
    return bytes;
}

static void damaged_bytes_are_refused(void **state)
{
    (void)state;
    Buf bytes = some_snapshot();
    Random random = { 37 };
    for (uint32_t round = 0; round < 150; round++) {
        RtError error;
        RestoreReport report;
        OneUnit copy;
        one_unit_open(&copy, LIFE_SHAPE, (uint64_t)1 << 30);
        Str part = { bytes.data, bytes.len };
        char *flipped = &bytes.data[random_u64(&random) % bytes.len];
        char mask = (char)(1 << random_below(&random, 8));
        bool is_padding = false;
        if (round % 2 == 0)
            part.len = random_u64(&random) % bytes.len;
        else
            *flipped ^= mask;
        RtStatus status = state_restore(&copy.state, part, &report, &error);
        if (round % 2 == 1) {
            *flipped ^= mask;
            is_padding = *flipped == 0; /* zero bytes between blocks are not checked */
        }
        assert_true(status == RT_BAD_DATA || is_padding);
        task_state_release(&copy.state);
    }
    buf_free(&bytes);
}

/* Flips a bit in some blocks and mends their checksums: the format is in snapshot.h. */
static void damage_blocks(char *bytes, uint64_t len, Random *random)
{
    for (uint64_t at = 24; at < len;) {
        uint32_t head[2]; /* type, bytes of payload */
        memcpy(head, bytes + at, sizeof head);
        char *payload = bytes + at + 16;
        uint32_t reach = random_below(random, 2) == 0 && head[1] > 64 ? 64 : head[1];
        if (random_below(random, 8) == 0)
            payload[random_below(random, reach)] ^= (char)(1 << random_below(random, 8));
        uint64_t check = XXH3_64bits_withSeed(payload, head[1], (uint64_t)head[0] << 32 | head[1]);
        memcpy(bytes + at + 8, &check, sizeof check);
        at += 16 + ((uint64_t)head[1] + 7) / 8 * 8;
    }
}

/* Bytes that carry a right checksum but were never written by us: a status, and whatever was built can be released. */
static void restoring_nonsense_with_right_checksums_does_no_harm(void **state)
{
    (void)state;
    Buf bytes = some_snapshot();
    Random random = { 41 };
    char *copy = test_malloc(bytes.len);
    for (uint32_t round = 0; round < 300; round++) {
        RtError error;
        RestoreReport report;
        OneUnit one;
        memcpy(copy, bytes.data, bytes.len);
        damage_blocks(copy, bytes.len, &random);
        one_unit_open(&one, LIFE_SHAPE, (uint64_t)1 << 26);
        RtStatus status = state_restore(&one.state, (Str){ copy, bytes.len }, &report, &error);
        assert_true(status == RT_OK || status == RT_BAD_DATA || status == RT_FATAL);
        task_state_release(&one.state);
    }
    test_free(copy);
    buf_free(&bytes);
}

/* Every single request for memory may fail: a status, no crash, no leak. */
static void running_out_of_memory_is_a_status(void **state)
{
    (void)state;
    Buf bytes = some_snapshot();
    bool failed = true;
    for (uint64_t n = 1; failed; n++) {
        RtError error;
        RestoreReport report;
        TaskState task;
        SliceStore *store;
        StateUnitSpec spec = { .id = 7, .version = 1, .shape = LIFE_SHAPE };
        Buf out = { 0 };
        mem_fail_at(n);
        RtStatus status = task_state_init(&task, 1 << 28, &error);
        if (status == RT_OK)
            status = task_state_unit(&task, &spec, &store, &error);
        if (status == RT_OK)
            status = state_restore(&task, buf_str(&bytes), &report, &error);
        if (status == RT_OK)
            status = state_snapshot(&task, &out, &error);
        failed = mem_request_count() >= n;
        mem_fail_at(0);
        assert_int_equal(status, failed ? RT_FATAL : RT_OK);
        task_state_release(&task);
        buf_free(&out);
    }
    buf_free(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_image_is_the_state_at_the_freeze_whatever_happens_after),
        cmocka_unit_test(a_restored_state_lives_on_as_the_old_one_would),
        cmocka_unit_test(releasing_an_image_gives_its_memory_back),
        cmocka_unit_test(cells_are_restored_with_the_units),
        cmocka_unit_test(another_layout_is_refused),
        cmocka_unit_test(damaged_bytes_are_refused),
        cmocka_unit_test(restoring_nonsense_with_right_checksums_does_no_harm),
        cmocka_unit_test(running_out_of_memory_is_a_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
