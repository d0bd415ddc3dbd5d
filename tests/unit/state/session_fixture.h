/* session_fixture.h -- what the tests of sessions share: COUNT(*) and SUM(DISTINCT value) of a key, as lines of text.
 *
 * Threads    the test's. */
#ifndef SQC_TESTS_SESSION_FIXTURE_H
#define SQC_TESTS_SESSION_FIXTURE_H

#include "runtime/base/alloc.h"
#include "runtime/state/session_store.h"
#include "tests/unit/state/state_fixture.h"

typedef struct SessionFields {
    int64_t count, distinct;
    char head[32]; /* SessionHead and the chain of one set */
} SessionFields;

static inline void add_count(FnCtx *fn, void *into, const void *from)
{
    (void)fn;
    *(int64_t *)into += *(const int64_t *)from;
}

static inline void step_value(FnCtx *fn, void *state, const RtDatum *value)
{
    (void)fn;
    *(int64_t *)state += value->value.i64;
}

static const AggFold SESSION_FOLDS[] = {
    { .offset = 0, .distinct = -1, .merge = add_count },
    { .offset = 8, .distinct = 0, .value_kind = PK_I64, .step_kind = PK_I64, .step = step_value },
};

/* A task with sessions, and what came out of it. */
typedef struct SessionTask {
    OneUnit one;
    SliceShape shape;
    FnCtx fn;
    Arena arena;
    Buf got;
    int64_t watermark;
} SessionTask;

enum { SESSION_TASK_BYTES = 1 << 28 };

/* The shape's groups and folds are those of the fields. */
static inline void session_task_open(SessionTask *task, SliceShape shape)
{
    arena_init(&task->arena);
    task->fn = (FnCtx){ .batch = &task->arena };
    task->watermark = INT64_MIN;
    task->shape = shape;
    task->shape.kind = WINDOW_SESSION;
    task->shape.groups = (GroupShape){ .is_fixed = true, .key_bytes = 9, .field_bytes = sizeof(SessionFields) };
    task->shape.distinct_count = 2;
    task->shape.folds = SESSION_FOLDS;
    task->shape.fold_count = 2;
    one_unit_open(&task->one, task->shape, SESSION_TASK_BYTES);
}

static inline void session_task_close(SessionTask *task)
{
    task_state_release(&task->one.state);
    arena_free(&task->arena);
    buf_free(&task->got);
}

static inline void session_task_restart(SessionTask *task)
{
    one_unit_restart(&task->one, task->shape, SESSION_TASK_BYTES);
}

/* A row of the session whose fields these are. */
static inline void session_step(SessionTask *task, SessionFields *fields, int64_t value)
{
    char bytes[32];
    fields->count++;
    uint32_t len = (uint32_t)(key_put_i64(bytes + DISTINCT_ROOM, false, value) - bytes);
    if (rt_session_distinct(task->one.store, 0, bytes, len))
        fields->distinct += value;
}

static inline void put_session(Buf *out, int64_t end, int64_t start, int64_t key, int64_t count, int64_t distinct)
{
    buf_printf(out, "%lld %lld %lld: %lld %lld\n", (long long)end, (long long)start, (long long)key, (long long)count,
               (long long)distinct);
}

/* The sessions that the watermark closes. */
static inline void session_emit(SessionTask *task)
{
    while (slice_window_next(task->one.store, task->watermark)) {
        SliceWindow window;
        assert_true(slice_window_open(task->one.store, &task->fn, &task->arena, &window));
        while (rt_groups_next(window.cursor)) {
            RtDatum key;
            const SessionFields *fields = window.cursor->fields;
            assert_non_null(
                key_get(window.cursor->key, window.cursor->key + window.cursor->key_len, PK_I64, &task->arena, &key));
            put_session(&task->got, window.end_us, window.start_us, key.value.i64, fields->count, fields->distinct);
        }
        slice_window_close(task->one.store, &task->fn);
        arena_reset(&task->arena);
    }
}

#endif
