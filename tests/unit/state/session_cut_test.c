/* session_cut_test.c -- sessions that are cut hold the rows that a list of all rows, cut from the front, puts in them.
 */
#include "tests/unit/state/session_fixture.h"

#include <stdlib.h>

enum { VALUES = 8, GAP = 10000, MOST = 25000, ROWS_MAX = 6000, DELAY = 15000 };

static const SliceShape SHAPE = { .size_us = 2 * GAP, .step_us = MOST, .is_cut = true };

typedef struct Row {
    int64_t key, time, end, value, watermark;
    uint32_t flags, number;
} Row;

typedef struct Plain {
    int64_t key, first, end, count, distinct;
} Plain;

typedef struct Life {
    SessionTask task;
    Buf want;
    Row rows[ROWS_MAX];
    Plain plain[ROWS_MAX];
    uint32_t row_count, kept_count, plain_count, behind_count;
} Life;

/* ---- the plain way: all rows that were not late, sorted, and cut from the front ---- */

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
        *is_behind = *is_behind && rows[n].time > rows[n].watermark && rows[n].time - 1000 <= rows[n].watermark;
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

/* Sessions of a key that have closed at the watermark, out of the list of its rows. */
static void close_plain(Life *life, int64_t key, int64_t watermark)
{
    int64_t before = INT64_MIN;
    qsort(life->rows, life->kept_count, sizeof *life->rows, compare_rows);
    for (uint32_t at = 0, used; at < life->kept_count; at += used) {
        used = 1;
        if (life->rows[at].key != key)
            continue;
        Plain plain = cut_one(life->rows + at, life->kept_count - at, before, &used);
        before = plain.end;
        if (plain.end - 1000 > watermark)
            return;
        assert_in_range(life->plain_count, 0, ROWS_MAX - 1);
        life->plain[life->plain_count++] = plain;
        memmove(life->rows + at, life->rows + at + used, (life->kept_count - at - used) * sizeof *life->rows);
        life->kept_count -= used;
        used = 0;
    }
}

/* Is the row late: would the first open session of its key, with it, have closed? */
static bool is_late_plain(Life *life, Row made)
{
    uint32_t at = 0, used;
    close_plain(life, made.key, made.watermark);
    life->rows[life->kept_count++] = made;
    qsort(life->rows, life->kept_count, sizeof *life->rows, compare_rows);
    while (life->rows[at].key != made.key)
        at++;
    bool is_late = cut_one(life->rows + at, life->kept_count - at, INT64_MIN, &used).end - 1000 <= made.watermark;
    for (at = 0; is_late && life->rows[at].number != made.number;)
        at++;
    if (is_late)
        memmove(life->rows + at, life->rows + at + 1, (--life->kept_count - at) * sizeof *life->rows);
    return is_late;
}

static void cut_all(Life *life, uint32_t keys)
{
    for (uint32_t key = 0; key < keys; key++)
        close_plain(life, key, INT64_MAX);
    assert_int_equal(life->kept_count, 0);
    qsort(life->plain, life->plain_count, sizeof *life->plain, compare_plain);
    for (uint32_t i = 0; i < life->plain_count; i++) {
        Plain *plain = &life->plain[i];
        put_session(&life->want, plain->end, plain->first, plain->key, plain->count, plain->distinct);
    }
}

/* ---- the store ---- */

static void row(Life *life, Row row)
{
    SliceStore *store = life->task.one.store;
    row.number = life->row_count++;
    bool is_late = is_late_plain(life, row);
    Slice *slice = rt_session_slice(store);
    (void)rt_group_upsert_i64(&slice->groups, false, row.key);
    SessionFields *fields = rt_session_cut_at(&life->task.fn, store, row.time, row.end, row.flags, row.watermark);
    assert_int_equal(fields == NULL, is_late);
    if (fields == NULL)
        return;
    life->behind_count += row.time <= row.watermark;
    session_step(&life->task, fields, row.value);
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
    session_task_close(&life->task);
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
        Row made = { .key = random_below(&random, course.keys), .time = time, .watermark = life->task.watermark };
        made.end = time + (random_below(&random, 3) == 0 ? 2 * GAP : GAP);
        made.value = random_below(&random, VALUES);
        made.flags = random_below(&random, 6) == 0 ? SESSION_STARTS : 0;
        made.flags |= random_below(&random, 6) == 0 ? SESSION_ENDS : 0;
        row(life, made);
        if (time - DELAY > life->task.watermark)
            life->task.watermark = time - DELAY;
        if (random_below(&random, 20) == 0)
            session_emit(&life->task);
        if (course.restarts && random_below(&random, 100) == 0)
            session_task_restart(&life->task);
    }
    life->task.watermark = INT64_MAX - 1;
    session_emit(&life->task);
    cut_all(life, course.keys);
    assert_same_text(&life->task.got, &life->want);
    assert_int_equal(life->behind_count > 0, course.disorder > DELAY);
    assert_int_equal(session_count(life->task.one.store), 0);
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
        row(life, (Row){ i % 7, i * 1000, i * 1000 + GAP, i % VALUES, life->task.watermark, 0, 0 });
        life->kept_count = life->plain_count = 0;
        life->task.watermark = i * 1000;
        if (i % 50 == 0)
            session_emit(&life->task);
        if (i == 50000)
            bytes = life->task.one.state.pool.used_bytes;
        buf_free(&life->task.got);
    }
    assert_true(life->task.one.state.pool.used_bytes < 2 * bytes);
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
