/* increment_test.c -- a full snapshot and the increments behind it are the state at the last of them, and a chain that
 * is not whole is refused. */
#include "tests/unit/state/snapshot_life.h"

enum { PARTS_MAX = 8 };

/* A state, and the parts that hold it. */
typedef struct Life {
    OneUnit one;
    Random random;
    int64_t watermark;
    Buf parts[PARTS_MAX];
    uint32_t part_count;
    StateBase base;
} Life;

static void start(Life *life, uint64_t seed)
{
    *life = (Life){ .random = { seed } };
    one_unit_open(&life->one, LIFE_SHAPE, (uint64_t)1 << 30);
}

static void drop_parts(Life *life)
{
    for (uint32_t i = 0; i < life->part_count; i++)
        buf_free(&life->parts[i]);
    life->part_count = 0;
    life->base = (StateBase){ 0 };
}

static void end(Life *life)
{
    drop_parts(life);
    task_state_release(&life->one.state);
}

static void live_on(Life *life, uint32_t steps)
{
    for (uint32_t i = 0; i < steps; i++)
        live(life->one.store, &life->random, &life->watermark);
}

/* Adds what changed as a part, while the state goes on. */
static void write_part(Life *life, uint32_t steps_meanwhile)
{
    RtError error;
    StateImage *image;
    Buf *part = &life->parts[life->part_count++];
    *part = (Buf){ 0 };
    assert_int_equal(state_freeze(&life->one.state, &image, &error), RT_OK);
    live_on(life, steps_meanwhile);
    assert_int_equal(state_image_write_since(image, &life->base, part, &error), RT_OK);
    life->base = (StateBase){ state_image_number(image), state_part_check(buf_str(part)) };
    state_image_release(&life->one.state, image);
}

static RtStatus restore(const Life *life, uint32_t count, OneUnit *copy)
{
    RtError error;
    RestoreReport report;
    Str parts[PARTS_MAX];
    for (uint32_t i = 0; i < count; i++)
        parts[i] = buf_str(&life->parts[i]);
    one_unit_open(copy, LIFE_SHAPE, (uint64_t)1 << 30);
    return state_restore_chain(&copy->state, parts, count, &report, &error);
}

static void expect_state(const Life *life, uint32_t count, const Buf *wanted)
{
    OneUnit copy;
    Buf got = { 0 };
    assert_int_equal(restore(life, count, &copy), RT_OK);
    describe(copy.store, &got);
    assert_same_text(wanted, &got);
    task_state_release(&copy.state);
    buf_free(&got);
}

static void every_chain_is_the_state_at_its_end(void **unused)
{
    (void)unused;
    Life life;
    start(&life, 51);
    for (uint32_t round = 0; round < 12; round++) {
        for (uint32_t n = 1 + round % PARTS_MAX; n > 0; n--) {
            Buf frozen = { 0 };
            live_on(&life, 1 + random_below(&life.random, 300));
            describe(life.one.store, &frozen);
            write_part(&life, random_below(&life.random, 300));
            expect_state(&life, life.part_count, &frozen);
            buf_free(&frozen);
        }
        drop_parts(&life);
    }
    end(&life);
}

/* Killed, restored from its chain, and the chain goes on: beside one that was never killed. */
static void a_chain_goes_on_after_a_restore(void **unused)
{
    (void)unused;
    Life steady, killed;
    start(&steady, 53);
    start(&killed, 53);
    for (uint32_t round = 0; round < 40; round++) {
        if (killed.part_count == PARTS_MAX)
            drop_parts(&killed);
        live_on(&steady, 150);
        live_on(&killed, 150);
        write_part(&killed, 0);
        if (round % 3 == 0) {
            RtError error;
            StateImage *image;
            task_state_release(&killed.one.state);
            assert_int_equal(restore(&killed, killed.part_count, &killed.one), RT_OK);
            assert_int_equal(state_freeze(&killed.one.state, &image, &error), RT_OK);
            killed.base.number = state_image_number(image);
            state_image_release(&killed.one.state, image);
        }
        Buf a = { 0 }, b = { 0 };
        describe(steady.one.store, &a);
        describe(killed.one.store, &b);
        assert_same_text(&a, &b);
        buf_free(&a);
        buf_free(&b);
    }
    end(&steady);
    end(&killed);
}

static void what_did_not_change_takes_a_few_bytes(void **unused)
{
    (void)unused;
    Life life;
    start(&life, 57);
    live_on(&life, 3000);
    write_part(&life, 0);
    write_part(&life, 0);
    assert_true(life.parts[0].len > 200000);
    assert_true(life.parts[1].len < life.parts[0].len / 50);
    end(&life);
}

static void chains_that_are_not_whole_are_refused(void **unused)
{
    (void)unused;
    Life life;
    OneUnit copy;
    start(&life, 59);
    for (uint32_t i = 0; i < 3; i++) {
        live_on(&life, 200);
        write_part(&life, 0);
    }
    Buf first = life.parts[0], second = life.parts[1];
    life.parts[1] = life.parts[2]; /* the second is missing */
    assert_int_equal(restore(&life, 2, &copy), RT_BAD_DATA);
    task_state_release(&copy.state);
    life.parts[0] = second; /* so is the first, or it stands behind */
    life.parts[1] = first;
    assert_int_equal(restore(&life, 1, &copy), RT_BAD_DATA);
    task_state_release(&copy.state);
    assert_int_equal(restore(&life, 2, &copy), RT_BAD_DATA);
    task_state_release(&copy.state);
    assert_int_equal(restore(&life, 0, &copy), RT_BAD_DATA);
    task_state_release(&copy.state);
    end(&life);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_chain_is_the_state_at_its_end),
        cmocka_unit_test(a_chain_goes_on_after_a_restore),
        cmocka_unit_test(what_did_not_change_takes_a_few_bytes),
        cmocka_unit_test(chains_that_are_not_whole_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
