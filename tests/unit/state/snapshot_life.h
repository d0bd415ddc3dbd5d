/* snapshot_life.h -- a state that lives a random life, and a description of it.
 *
 * Threads    the test's. */
#ifndef SQC_TESTS_SNAPSHOT_LIFE_H
#define SQC_TESTS_SNAPSHOT_LIFE_H

#include "tests/unit/state/state_fixture.h"

static const SliceShape LIFE_SHAPE = { .groups = { .field_bytes = 16 }, .distinct_count = 2, .size_us = 1000000 };

/* One step of a random life: rows with keys of any length, long blocks, slices that close.  The second field of a
 * group is the reference of a block in the slice's heap that holds the count as text. */
static inline void live(SliceStore *store, Random *random, int64_t *watermark)
{
    char key[3000 + DISTINCT_ROOM];
    if (random_below(random, 200) == 0) {
        *watermark += random_below(random, 3) * 1000000;
        for (Slice *slice; (slice = rt_slice_due(store, *watermark)) != NULL;)
            rt_slice_drop(store, slice);
        return;
    }
    Slice *slice = rt_slice_at(store, *watermark + random_below(random, 4000000) - 500000, *watermark);
    if (slice == NULL)
        return;
    uint32_t n = random_below(random, 400);
    uint32_t len = n % 30 == 0 ? 2000 : 5 + n % 20;
    memset(key, 'k', DISTINCT_ROOM + len);
    memcpy(key + DISTINCT_ROOM, &n, sizeof n);
    int64_t *fields = rt_group_upsert_near(&slice->groups, key + DISTINCT_ROOM, len);
    uint32_t ref = rt_group_ref(&slice->groups);
    char text[40000];
    uint32_t text_len = random_below(random, 50) == 0 ? sizeof text : 30 + n;
    memset(text, 't', text_len);
    snprintf(text, sizeof text, "%lld", (long long)++fields[0]);
    fields[1] = heap_replace(&slice->heap, (HeapRef)fields[1], text, text_len);
    uint32_t value = random_below(random, 30);
    memcpy(key + DISTINCT_ROOM, &value, sizeof value);
    rt_distinct_insert(&slice->distinct[n % 2], ref, key, DISTINCT_ROOM + sizeof value);
}

/* describe_unit, and the texts in the heap. */
static inline void describe(SliceStore *store, Buf *out)
{
    describe_unit(store, out);
    Arena scratch;
    arena_init(&scratch);
    for (uint32_t s = 0; s < store->slice_count; s++) {
        GroupCursor *cursor = rt_groups_sorted(&store->slices[s]->groups, &scratch);
        while (rt_groups_next(cursor)) {
            HeapRef ref = (HeapRef)((const int64_t *)cursor->fields)[1];
            buf_append_str(out, heap_get(&store->slices[s]->heap, ref));
        }
    }
    arena_free(&scratch);
}

#endif
