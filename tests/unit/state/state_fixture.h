/* state_fixture.h -- what the tests of keyed state share: seeded numbers, tasks with one unit, comparing by content.
 *
 * Threads    the test's. */
#ifndef SQC_TESTS_STATE_FIXTURE_H
#define SQC_TESTS_STATE_FIXTURE_H

#include "runtime/state/snapshot.h"
#include "runtime/state/state_hot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

typedef struct Random {
    uint64_t seed;
} Random;

/* splitmix64 */
static inline uint64_t random_u64(Random *random)
{
    uint64_t z = random->seed += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static inline uint32_t random_below(Random *random, uint32_t limit)
{
    return (uint32_t)(random_u64(random) % limit);
}

/* A task with one unit of the given shape. */
typedef struct OneUnit {
    TaskState state;
    SliceStore *store;
} OneUnit;

static inline void one_unit_open(OneUnit *one, SliceShape shape, uint64_t limit_bytes)
{
    RtError error;
    StateUnitSpec spec = { .id = 7, .version = 1, .shape = shape };
    assert_int_equal(task_state_init(&one->state, limit_bytes, &error), RT_OK);
    assert_int_equal(task_state_unit(&one->state, &spec, &one->store, &error), RT_OK);
}

/* Kills the task and revives it from its snapshot. */
static inline void one_unit_restart(OneUnit *one, SliceShape shape, uint64_t limit_bytes)
{
    RtError error;
    RestoreReport report;
    Buf bytes = { 0 };
    assert_int_equal(state_snapshot(&one->state, &bytes, &error), RT_OK);
    task_state_release(&one->state);
    one_unit_open(one, shape, limit_bytes);
    assert_int_equal(state_restore(&one->state, buf_str(&bytes), &report, &error), RT_OK);
    buf_free(&bytes);
}

/* Everything in a unit, in a form that does not depend on how it came to be: slices by end, groups by key, the first
 * eight bytes of fields as they are. */
static inline void describe_unit(SliceStore *store, Buf *out)
{
    Arena scratch;
    arena_init(&scratch);
    for (uint32_t s = 0; s < store->slice_count; s++) {
        Slice *slice = store->slices[s];
        buf_printf(out, "[%lld %lld)", (long long)slice->start_us, (long long)slice->end_us);
        for (uint32_t t = 0; t <= slice->distinct_count; t++) {
            GroupTable *table = t == 0 ? &slice->groups : &slice->distinct[t - 1];
            GroupCursor *cursor = rt_groups_sorted(table, &scratch);
            buf_printf(out, " table %u of %u:", t, table->group_count);
            while (rt_groups_next(cursor)) {
                uint32_t skip = t == 0 ? 0 : DISTINCT_ROOM;
                buf_append(out, cursor->key + skip, cursor->key_len - skip);
                buf_append(out, "=", 1);
                buf_append(out, cursor->fields, table->field_bytes < 8 ? table->field_bytes : 8);
            }
        }
    }
    arena_free(&scratch);
}

static inline void assert_same_text(const Buf *a, const Buf *b)
{
    assert_int_equal(a->len, b->len);
    if (a->len > 0)
        assert_memory_equal(a->data, b->data, a->len);
}

#endif
