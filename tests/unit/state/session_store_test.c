/* session_store_test.c -- sessions hold exactly the rows that are no further apart than the gap, in any order. */
#include "runtime/base/alloc.h"
#include "runtime/state/session_store.h"
#include "tests/unit/state/state_fixture.h"

#include <stdlib.h>

typedef struct Fields {
    int64_t count, distinct;
    char head[32]; /* SessionHead and the chain of one set */
} Fields;

static void add_count(FnCtx *fn, void *into, const void *from)
{
    (void)fn;
    *(int64_t *)into += *(const int64_t *)from;
}

static void step_value(FnCtx *fn, void *state, const RtDatum *value)
{
    (void)fn;
    *(int64_t *)state += value->value.i64;
}

/* COUNT(*), SUM(DISTINCT value). */
static const AggFold FOLDS[] = {
    { .offset = 0, .distinct = -1, .merge = add_count },
    { .offset = 8, .distinct = 0, .value_kind = PK_I64, .step_kind = PK_I64, .step = step_value },
};

static const SliceShape SHAPE = { .groups = { .is_fixed = true, .key_bytes = 9, .field_bytes = sizeof(Fields) },
                                  .distinct_count = 2,
                                  .kind = WINDOW_SESSION,
                                  .size_us = 10000,
                                  .folds = FOLDS,
                                  .fold_count = 2 };

/* ---- the plain way: a list of sessions ---- */

enum { SESSIONS_MAX = 4000, VALUES = 8 };

typedef struct Plain {
    int64_t key, first, last, count;
    bool seen[VALUES];
} Plain;

typedef struct Life {
    OneUnit one;
    FnCtx fn;
    Arena arena;
    Buf got, want;
    Plain open[SESSIONS_MAX];
    uint32_t open_count;
    int64_t watermark;
} Life;

static void plain_row(Life *life, int64_t key, int64_t time, int64_t value)
{
    Plain made = { .key = key, .first = time, .last = time, .count = 1 };
    bool joined = false;
    made.seen[value] = true;
    for (uint32_t i = 0; i < life->open_count;) {
        const Plain *open = &life->open[i];
        bool touches = open->key == key && time >= open->first - 10000 && time <= open->last + 10000;
        if (!touches || open->last + 9000 <= life->watermark) {
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
    if (joined || made.last + 9000 > life->watermark)
        life->open[life->open_count++] = made;
}

static void put_session(Buf *out, int64_t end, int64_t start, int64_t key, int64_t count, int64_t distinct)
{
    buf_printf(out, "%lld %lld %lld: %lld %lld\n", (long long)end, (long long)start, (long long)key, (long long)count,
               (long long)distinct);
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
        if (open->last + 9000 > life->watermark) {
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
    SliceStore *store = life->one.store;
    char bytes[32];
    Slice *slice = rt_session_slice(store);
    void *at = rt_group_upsert_i64(&slice->groups, false, key);
    Fields *fields = rt_session_at(&life->fn, store, at, time, time + 10000, life->watermark);
    if (fields == NULL)
        return;
    fields->count++;
    uint32_t len = (uint32_t)(key_put_i64(bytes + DISTINCT_ROOM, false, value) - bytes);
    if (rt_session_distinct(store, 0, bytes, len))
        fields->distinct += value;
}

static void emit(Life *life)
{
    while (slice_window_next(life->one.store, life->watermark)) {
        SliceWindow window;
        assert_true(slice_window_open(life->one.store, &life->fn, &life->arena, &window));
        while (rt_groups_next(window.cursor)) {
            RtDatum key;
            const Fields *fields = window.cursor->fields;
            assert_non_null(key_get(window.cursor->key, window.cursor->key + window.cursor->key_len, PK_I64,
                                    &life->arena, &key));
            put_session(&life->got, window.end_us, window.start_us, key.value.i64, fields->count, fields->distinct);
        }
        slice_window_close(life->one.store, &life->fn);
        arena_reset(&life->arena);
    }
}

static void restart(Life *life)
{
    RtError error;
    RestoreReport report;
    Buf bytes = { 0 };
    assert_int_equal(state_snapshot(&life->one.state, &bytes, &error), RT_OK);
    task_state_release(&life->one.state);
    one_unit_open(&life->one, SHAPE, (uint64_t)1 << 28);
    assert_int_equal(state_restore(&life->one.state, buf_str(&bytes), &report, &error), RT_OK);
    buf_free(&bytes);
}

static Life *life_new(void)
{
    Life *life = mem_alloc_zeroed(sizeof *life);
    assert_non_null(life);
    arena_init(&life->arena);
    life->fn = (FnCtx){ .batch = &life->arena };
    life->watermark = INT64_MIN;
    one_unit_open(&life->one, SHAPE, (uint64_t)1 << 28);
    return life;
}

static void life_end(Life *life)
{
    life->watermark = INT64_MAX - 1;
    emit(life);
    plain_close(life);
    assert_same_text(&life->got, &life->want);
    assert_int_equal(session_count(life->one.store), 0);
    task_state_release(&life->one.state);
    arena_free(&life->arena);
    buf_free(&life->got);
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
        if (time - 15000 > life->watermark)
            life->watermark = time - 15000;
        if (random_below(&random, 20) == 0) {
            emit(life);
            plain_close(life);
        }
        if (restarts && random_below(&random, 100) == 0)
            restart(life);
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
        life->watermark = i * 100;
        if (i % 50 == 0)
            emit(life);
        if (i == 30000)
            bytes = life->one.state.pool.used_bytes;
        buf_free(&life->got);
    }
    emit(life);
    buf_free(&life->got);
    assert_true(life->one.state.pool.used_bytes < 2 * bytes);
    assert_true(session_count(life->one.store) < 200);
    task_state_release(&life->one.state);
    arena_free(&life->arena);
    buf_free(&life->got);
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
