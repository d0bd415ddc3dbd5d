/* session_cut_test.c -- sessions that are cut hold the rows that a list of all rows, cut from the front, puts in them.
 */
#include "runtime/base/alloc.h"
#include "runtime/state/session_store.h"
#include "tests/unit/state/state_fixture.h"

#include <stdlib.h>

enum { VALUES = 8, GAP = 10000, MOST = 25000, ROWS_MAX = 6000, DELAY = 15000 };

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
                                  .size_us = 2 * GAP,
                                  .step_us = MOST,
                                  .folds = FOLDS,
                                  .fold_count = 2,
                                  .is_cut = true };

typedef struct Row {
    int64_t key, time, end, value, watermark;
    uint32_t flags;
} Row;

typedef struct Life {
    OneUnit one;
    FnCtx fn;
    Arena arena;
    Buf got, want;
    Row rows[ROWS_MAX];
    uint32_t row_count, kept_count;
    int64_t watermark;
} Life;

/* ---- the plain way: all rows that were not late, sorted, and cut from the front ---- */

typedef struct Plain {
    int64_t key, first, end, count, distinct;
} Plain;

static int compare_rows(const void *left, const void *right)
{
    const Row *a = left, *b = right;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return (a->time > b->time) - (a->time < b->time);
}

static int compare_plain(const void *left, const void *right)
{
    const Plain *a = left, *b = right;
    if (a->end != b->end)
        return a->end < b->end ? -1 : 1;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    return a->key < b->key ? -1 : 1;
}

/* The rows of one time: how many, and what they say together. */
static uint32_t same_time(const Row *rows, uint32_t count, int64_t *end, uint32_t *flags, bool *is_behind)
{
    uint32_t n = 0;
    *end = INT64_MIN;
    *flags = 0;
    *is_behind = true;
    for (; n < count && rows[n].key == rows[0].key && rows[n].time == rows[0].time; n++) {
        *end = rows[n].end > *end ? rows[n].end : *end;
        *flags |= rows[n].flags;
        *is_behind = *is_behind && rows[n].time - 1000 <= rows[n].watermark;
    }
    return n;
}

static Plain cut_one(const Row *rows, uint32_t count, int64_t before, uint32_t *used)
{
    Plain made = { .key = rows[0].key, .first = rows[0].time, .end = INT64_MIN };
    bool seen[VALUES] = { false }, is_ended = false, is_behind;
    uint32_t flags;
    int64_t end;
    *used = 0;
    while (*used < count && rows[*used].key == made.key) {
        const Row *at = &rows[*used];
        uint32_t n = same_time(at, count - *used, &end, &flags, &is_behind);
        bool touches = is_behind ? at->time < made.end : at->time <= made.end;
        bool joins = touches && at->time < made.first + MOST && (flags & SESSION_STARTS) == 0 && !is_ended;
        if (*used > 0 && !joins)
            break;
        made.end = end > made.end ? end : made.end;
        is_ended = (flags & SESSION_ENDS) != 0;
        for (uint32_t i = 0; i < n; i++) {
            made.count++;
            made.distinct += seen[at[i].value] ? 0 : at[i].value;
            seen[at[i].value] = true;
        }
        *used += n;
    }
    made.end = made.end < made.first + MOST ? made.end : made.first + MOST;
    made.end = made.end > before ? made.end : before;
    return made;
}

static void put_session(Buf *out, int64_t end, int64_t start, int64_t key, int64_t count, int64_t distinct)
{
    buf_printf(out, "%lld %lld %lld: %lld %lld\n", (long long)end, (long long)start, (long long)key, (long long)count,
               (long long)distinct);
}

static void cut_all(Life *life)
{
    Plain *plain = mem_alloc_zeroed((life->kept_count + 1) * sizeof *plain);
    uint32_t count = 0, used = 0;
    int64_t before = INT64_MIN;
    assert_non_null(plain);
    qsort(life->rows, life->kept_count, sizeof *life->rows, compare_rows);
    for (uint32_t at = 0; at < life->kept_count; at += used) {
        if (at > 0 && life->rows[at].key != life->rows[at - 1].key)
            before = INT64_MIN;
        plain[count] = cut_one(life->rows + at, life->kept_count - at, before, &used);
        before = plain[count++].end;
    }
    qsort(plain, count, sizeof *plain, compare_plain);
    for (uint32_t i = 0; i < count; i++)
        put_session(&life->want, plain[i].end, plain[i].first, plain[i].key, plain[i].count, plain[i].distinct);
    mem_free(plain);
}

/* ---- the store ---- */

static void row(Life *life, Row row)
{
    SliceStore *store = life->one.store;
    char bytes[32];
    Slice *slice = rt_session_slice(store);
    (void)rt_group_upsert_i64(&slice->groups, false, row.key);
    Fields *fields = rt_session_cut_at(&life->fn, store, row.time, row.end, row.flags, row.watermark);
    assert_int_equal(fields == NULL, row.time <= row.watermark);
    if (fields == NULL)
        return;
    life->rows[life->kept_count++] = row;
    fields->count++;
    uint32_t len = (uint32_t)(key_put_i64(bytes + DISTINCT_ROOM, false, row.value) - bytes);
    if (rt_session_distinct(store, 0, bytes, len))
        fields->distinct += row.value;
}

static void emit(Life *life)
{
    while (slice_window_next(life->one.store, life->watermark)) {
        SliceWindow window;
        assert_true(slice_window_open(life->one.store, &life->fn, &life->arena, &window));
        while (rt_groups_next(window.cursor)) {
            RtDatum key;
            const Fields *fields = window.cursor->fields;
            assert_non_null(
                key_get(window.cursor->key, window.cursor->key + window.cursor->key_len, PK_I64, &life->arena, &key));
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
    task_state_release(&life->one.state);
    arena_free(&life->arena);
    buf_free(&life->got);
    buf_free(&life->want);
    mem_free(life);
}

typedef struct Course {
    uint32_t keys, pace, disorder;
    bool restarts;
} Course;

/* Rows out of order, emitted now and then: the sessions are those of all rows that were not late, in their order. */
static void live(uint64_t seed, Course course)
{
    Life *life = life_new();
    Random random = { seed };
    int64_t now = 0;
    for (uint32_t i = 0; i < 3000; i++) {
        now += random_below(&random, course.pace);
        int64_t time = (now - random_below(&random, course.disorder)) / 1000 * 1000;
        Row made = { .key = random_below(&random, course.keys), .time = time, .watermark = life->watermark };
        made.end = time + (random_below(&random, 3) == 0 ? 2 * GAP : GAP);
        made.value = random_below(&random, VALUES);
        made.flags = random_below(&random, 6) == 0 ? SESSION_STARTS : 0;
        made.flags |= random_below(&random, 6) == 0 ? SESSION_ENDS : 0;
        row(life, made);
        if (time - DELAY > life->watermark)
            life->watermark = time - DELAY;
        if (random_below(&random, 20) == 0)
            emit(life);
        if (course.restarts && random_below(&random, 100) == 0)
            restart(life);
    }
    life->watermark = INT64_MAX - 1;
    emit(life);
    cut_all(life);
    assert_same_text(&life->got, &life->want);
    assert_int_equal(session_count(life->one.store), 0);
    life_end(life);
}

static void sessions_that_are_cut_hold_their_rows(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 8; seed++) {
        live(seed, (Course){ 5, 2000, 1, false });
        live(seed, (Course){ 5, 2000, 14000, false });
        live(seed, (Course){ 40, 300, 20000, seed % 2 == 1 });
        live(seed, (Course){ 2, 900, 14000, true });
        live(seed, (Course){ 3, 9000, 25000, true });
    }
}

/* Parts of closed sessions are swept. */
static void keys_that_stay_leave_no_parts(void **state)
{
    (void)state;
    Life *life = life_new();
    uint64_t bytes = 0;
    for (int64_t i = 0; i < 100000; i++) {
        row(life, (Row){ i % 7, i * 1000, i * 1000 + GAP, i % VALUES, life->watermark, 0 });
        life->kept_count = 0;
        life->watermark = i * 1000;
        if (i % 50 == 0)
            emit(life);
        if (i == 50000)
            bytes = life->one.state.pool.used_bytes;
        buf_free(&life->got);
    }
    assert_true(life->one.state.pool.used_bytes < 2 * bytes);
    life_end(life);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sessions_that_are_cut_hold_their_rows),
        cmocka_unit_test(keys_that_stay_leave_no_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
