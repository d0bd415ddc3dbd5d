/* session_store_test.c -- sessions hold exactly the rows that are no further apart than the gap, in any order. */
#include "tests/unit/state/session_fixture.h"

#include <stdlib.h>

static const SliceShape SHAPE = { .size_us = 10000 };

/* ---- the plain way: a list of sessions ---- */

enum { SESSIONS_MAX = 4000, VALUES = 8 };

typedef struct Plain {
    int64_t key, first, last, count;
    bool seen[VALUES];
} Plain;

typedef struct Life {
    SessionTask task;
    Buf want;
    Plain open[SESSIONS_MAX];
    uint32_t open_count;
} Life;

static void plain_row(Life *life, int64_t key, int64_t time, int64_t value)
{
    Plain made = { .key = key, .first = time, .last = time, .count = 1 };
    bool joined = false;
    made.seen[value] = true;
    for (uint32_t i = 0; i < life->open_count;) {
        const Plain *open = &life->open[i];
        bool touches = open->key == key && time >= open->first - 10000 && time <= open->last + 10000;
        if (!touches || open->last + 9000 <= life->task.watermark) {
            i++;
            continue;
        }
        joined = true;
        made.first = open->first < made.first ? open->first : made.first;
        made.last = open->last > made.last ? open->last : made.last;
        made.count += open->count;
        for (uint32_t v = 0; v < VALUES; v++)
            made.seen[v] |= open->seen[v];
        life->open[i] = life->open[--life->open_count];
    }
    if (joined || made.last + 9000 > life->task.watermark)
        life->open[life->open_count++] = made;
}

static int compare_plain(const void *left, const void *right)
{
    const Plain *a = left, *b = right;
    if (a->last != b->last)
        return a->last < b->last ? -1 : 1;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    return a->key < b->key ? -1 : 1;
}

static void plain_close(Life *life)
{
    uint32_t kept = 0;
    qsort(life->open, life->open_count, sizeof *life->open, compare_plain);
    for (uint32_t i = 0; i < life->open_count; i++) {
        const Plain *open = &life->open[i];
        int64_t distinct = 0;
        if (open->last + 9000 > life->task.watermark) {
            life->open[kept++] = *open;
            continue;
        }
        for (uint32_t v = 0; v < VALUES; v++)
            distinct += open->seen[v] ? v : 0;
        put_session(&life->want, open->last + 10000, open->first, open->key, open->count, distinct);
    }
    life->open_count = kept;
}

/* ---- the store ---- */

static void row(Life *life, int64_t key, int64_t time, int64_t value)
{
    SliceStore *store = life->task.one.store;
    Slice *slice = rt_session_slice(store);
    void *at = rt_group_upsert_i64(&slice->groups, false, key);
    SessionFields *fields = rt_session_at(&life->task.fn, store, at, time, time + 10000, life->task.watermark);
    if (fields == NULL)
        return;
    session_step(&life->task, fields, value);
}

static Life *life_new(void)
{
    Life *life = mem_alloc_zeroed(sizeof *life);
    assert_non_null(life);
    session_task_open(&life->task, SHAPE);
    return life;
}

static void life_end(Life *life)
{
    life->task.watermark = INT64_MAX - 1;
    session_emit(&life->task);
    plain_close(life);
    assert_same_text(&life->task.got, &life->want);
    assert_int_equal(session_count(life->task.one.store), 0);
    session_task_close(&life->task);
    buf_free(&life->want);
    mem_free(life);
}

/* `keys` and `pace` decide how many sessions are open at a time, `disorder` how many of one key. */
static void live(uint64_t seed, uint32_t keys, uint32_t pace, uint32_t disorder, bool restarts)
{
    Life *life = life_new();
    Random random = { seed };
    int64_t now = 0;
    for (uint32_t i = 0; i < 6000; i++) {
        now += random_below(&random, pace);
        int64_t time = (now - random_below(&random, disorder)) / 1000 * 1000;
        int64_t key = random_below(&random, keys), value = random_below(&random, VALUES);
        row(life, key, time, value);
        plain_row(life, key, time, value);
        if (time - 15000 > life->task.watermark)
            life->task.watermark = time - 15000;
        if (random_below(&random, 20) == 0) {
            session_emit(&life->task);
            plain_close(life);
        }
        if (restarts && random_below(&random, 100) == 0)
            session_task_restart(&life->task);
    }
    life_end(life);
}

static void sessions_hold_their_rows(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 6; seed++) {
        live(seed, 5, 2000, 1, false);
        live(seed, 5, 2000, 40000, false);
        live(seed, 50, 300, 30000, seed % 2 == 1);
        live(seed, 3, 9000, 25000, true);
    }
}

/* Many keys that come once: records are used again or swept. */
static void keys_that_never_return_leave_no_trace(void **state)
{
    (void)state;
    Life *life = life_new();
    uint64_t bytes = 0;
    for (int64_t i = 0; i < 60000; i++) {
        row(life, i, i * 100, i % VALUES);
        life->task.watermark = i * 100;
        if (i % 50 == 0)
            session_emit(&life->task);
        if (i == 30000)
            bytes = life->task.one.state.pool.used_bytes;
        buf_free(&life->task.got);
    }
    session_emit(&life->task);
    buf_free(&life->task.got);
    assert_true(life->task.one.state.pool.used_bytes < 2 * bytes);
    assert_true(session_count(life->task.one.store) < 200);
    session_task_close(&life->task);
    mem_free(life);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sessions_hold_their_rows),
        cmocka_unit_test(keys_that_never_return_leave_no_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
