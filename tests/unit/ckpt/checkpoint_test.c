/* checkpoint_test.c -- a task that is killed and restored lives on as one that never was, whoever takes it over; what
 * is kept for it stays small; and what was damaged, removed or encrypted otherwise is told. */
#include "runtime/ckpt/checkpoint.h"
#include "tests/unit/ckpt/ckpt_fixture.h"
#include "tests/unit/state/snapshot_life.h"

static const SegmentKey KEY = { { 7 }, { 1, 2, 3 } };
static const SegmentKey OTHER_KEY = { { 8 }, { 1, 2, 3 } };
static const Str FOLDER = { "main/events.user-3", 18 };

/* A worker with its task. */
typedef struct Worker {
    Fixture *f;
    Checkpoints c;
    OneUnit one;
} Worker;

static RtStatus restore(Worker *w)
{
    RestoreReport report;
    one_unit_open(&w->one, LIFE_SHAPE, (uint64_t)1 << 30);
    return checkpoint_restore(&w->c, &w->one.state, &report, &w->f->error);
}

static Worker take_over(Fixture *f, const char *owner, const SegmentKey *key)
{
    Worker w = { .f = f };
    Manifest first = { .owner = str_from(owner), .number = 1, .epoch = 1, .kind = MANIFEST_CLAIM };
    bool won;
    ok(checkpoint_open(&w.c, f->store, FOLDER, str_from(owner), key, &f->error), &f->error);
    ok(task_log_claim(&w.c.log, &first, &won, &f->error), &f->error);
    assert_true(won);
    return w;
}

static void die(Worker *w)
{
    checkpoint_close(&w->c);
    task_state_release(&w->one.state);
}

static bool write_checkpoint(Worker *w, uint64_t pos)
{
    StateImage *image;
    bool committed;
    Manifest next = { .kind = MANIFEST_CHECKPOINT, .pos = pos };
    ok(state_freeze(&w->one.state, &image, &w->f->error), &w->f->error);
    ok(checkpoint_write(&w->c, image, &next, &committed, &w->f->error), &w->f->error);
    state_image_release(&w->one.state, image);
    return committed;
}

static void expect_same(OneUnit *a, OneUnit *b)
{
    Buf x = { 0 }, y = { 0 };
    describe(a->store, &x);
    describe(b->store, &y);
    assert_same_text(&x, &y);
    buf_free(&x);
    buf_free(&y);
}

/* The names below the task's folder, and their bytes. */
static uint64_t stored(Fixture *f, uint64_t *bytes)
{
    CkptNames names;
    *bytes = 0;
    ok(ckpt_store_list(f->store, FOLDER, STR_EMPTY, &f->arena, &names, &f->error), &f->error);
    for (uint32_t i = 0; i < names.count; i++) {
        bool found;
        Buf out = { 0 };
        Str name = str_printf(&f->arena, "%.*s/%.*s", STR_ARG(FOLDER), STR_ARG(names.names[i]));
        ok(ckpt_store_read(f->store, name, &out, &found, &f->error), &f->error);
        *bytes += out.len;
        buf_free(&out);
    }
    return names.count;
}

/* Rows between the last checkpoint and the death are lived again, as they would be read again. */
static void a_killed_task_lives_on_as_one_that_was_not(void **state)
{
    Fixture *f = *state;
    OneUnit steady;
    one_unit_open(&steady, LIFE_SHAPE, (uint64_t)1 << 30);
    Random random = { 71 }, at_checkpoint = random, chance = { 72 };
    int64_t watermark = 0, watermark_at = 0;
    Worker w = take_over(f, "w0", &KEY);
    ok(restore(&w), &f->error);
    uint64_t pos = 0;
    for (uint32_t round = 0; round < 60; round++) {
        for (uint32_t i = 0; i < 100; i++) {
            Random same = random;
            int64_t same_watermark = watermark;
            live(steady.store, &random, &watermark);
            live(w.one.store, &same, &same_watermark);
        }
        pos += 100;
        if (random_below(&chance, 3) != 0) {
            assert_true(write_checkpoint(&w, pos));
            at_checkpoint = random;
            watermark_at = watermark;
        }
        if (random_below(&chance, 4) != 0)
            continue;
        char owner[16];
        snprintf(owner, sizeof owner, "w%u", round + 1);
        die(&w);
        w = take_over(f, owner, &KEY);
        ok(restore(&w), &f->error);
        for (Random again = at_checkpoint; w.c.log.last.pos < pos && again.seed != random.seed;)
            live(w.one.store, &again, &watermark_at);
        expect_same(&steady, &w.one);
        assert_true(write_checkpoint(&w, pos));
        at_checkpoint = random;
        watermark_at = watermark;
    }
    die(&w);
    task_state_release(&steady.state);
}

static void what_is_kept_is_bounded(void **state)
{
    Fixture *f = *state;
    Worker w = take_over(f, "a", NULL);
    Random random = { 73 };
    int64_t watermark = 0;
    ok(restore(&w), &f->error);
    uint64_t bytes, most = 0, largest = 0;
    for (uint32_t i = 0; i < 150; i++) {
        Buf whole = { 0 };
        live(w.one.store, &random, &watermark);
        ok(state_snapshot(&w.one.state, &whole, &f->error), &f->error);
        assert_true(write_checkpoint(&w, i));
        assert_true(stored(f, &bytes) <= CHECKPOINT_PARTS_MAX + 4);
        most = bytes > most ? bytes : most;
        largest = whole.len > largest ? whole.len : largest;
        buf_free(&whole);
    }
    assert_true(largest > 20000 && most < 4 * largest);
    die(&w);
}

static void who_lost_the_task_commits_nothing(void **state)
{
    Fixture *f = *state;
    Worker a = take_over(f, "a", NULL);
    ok(restore(&a), &f->error);
    assert_true(write_checkpoint(&a, 10));
    Worker b = take_over(f, "b", NULL);
    ok(restore(&b), &f->error);
    assert_false(write_checkpoint(&a, 20));
    assert_true(write_checkpoint(&b, 15));
    die(&a);
    a = take_over(f, "c", NULL);
    ok(restore(&a), &f->error);
    assert_int_equal(a.c.log.last.pos, 15);
    die(&a);
    die(&b);
}

/* The manifest was created, the answer got lost, rows went on: the next one stands behind it. */
static void a_commit_whose_answer_got_lost_is_found(void **state)
{
    Fixture *f = *state;
    Worker w = take_over(f, "a", NULL);
    Random random = { 79 };
    int64_t watermark = 0;
    ok(restore(&w), &f->error);
    assert_true(write_checkpoint(&w, 1));
    for (uint32_t i = 0; i < 100; i++)
        live(w.one.store, &random, &watermark);
    TaskLog unaware;
    ok(task_log_open(&unaware, f->store, FOLDER, STR("a"), &f->error), &f->error);
    StateBase base = w.c.base;
    assert_true(write_checkpoint(&w, 2));
    task_log_close(&w.c.log); /* as it was before */
    w.c.log = unaware;
    w.c.log.is_owned = true;
    w.c.base = base;
    live(w.one.store, &random, &watermark);
    assert_true(write_checkpoint(&w, 3));
    assert_int_equal(w.c.log.last.number, 4);
    Worker b = take_over(f, "b", NULL);
    ok(restore(&b), &f->error);
    assert_int_equal(b.c.log.last.pos, 3);
    expect_same(&w.one, &b.one);
    die(&w);
    die(&b);
}

/* A worker with one checkpoint that has died. */
static Str one_segment(Fixture *f)
{
    Worker w = take_over(f, "a", &KEY);
    Random random = { 83 };
    int64_t watermark = 0;
    ok(restore(&w), &f->error);
    for (uint32_t i = 0; i < 200; i++)
        live(w.one.store, &random, &watermark);
    assert_true(write_checkpoint(&w, 1));
    Str name = str_copy(&f->arena, w.c.log.last.segments[0].name);
    die(&w);
    return name;
}

static void expect_failure(Fixture *f, const SegmentKey *key, const char *what)
{
    Worker w = take_over(f, "b", key);
    assert_int_equal(restore(&w), RT_BAD_DATA);
    assert_non_null(strstr(f->error.text, what));
    assert_non_null(strstr(f->error.text, "segment `s-"));
    die(&w);
}

static void damaged_and_missing_segments_are_told(void **state)
{
    Fixture *f = *state;
    Str name = one_segment(f);
    const char *path = arena_printf(&f->arena, "%s/%.*s/%.*s", f->folder, STR_ARG(FOLDER), STR_ARG(name));
    expect_failure(f, &OTHER_KEY, "encrypted with another key");
    expect_failure(f, NULL, "encrypted, and there is no key");
    FILE *file = fopen(path, "r+e");
    assert_non_null(file);
    fseek(file, 5000, SEEK_SET);
    int byte = fgetc(file);
    fseek(file, 5000, SEEK_SET);
    fputc(byte ^ 1, file);
    fclose(file);
    expect_failure(f, &KEY, "the checksum of a block does not match");
    assert_int_equal(truncate(path, 4000), 0);
    expect_failure(f, &KEY, "another length");
    assert_int_equal(unlink(path), 0);
    expect_failure(f, &KEY, "it is not there");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_killed_task_lives_on_as_one_that_was_not, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_kept_is_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_lost_the_task_commits_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_commit_whose_answer_got_lost_is_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(damaged_and_missing_segments_are_told, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
