/* time_heap.c -- the usual binary heap. */
#include "compiler/generate/time_heap_internal.h"

#include <assert.h>

static bool is_before(const TimeItem *a, const TimeItem *b)
{
    return a->at_us != b->at_us ? a->at_us < b->at_us : a->order < b->order;
}

void time_heap_push(TimeHeap *queue, int64_t at_us, uint32_t slot)
{
    TimeItem item = { at_us, queue->pushed++, slot };
    vec_push(queue->arena, &queue->heap, item);
    TimeItem *items = queue->heap.items;
    uint32_t at = queue->heap.count - 1;
    while (at > 0 && is_before(&item, &items[(at - 1) / 2])) {
        items[at] = items[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    items[at] = item;
}

int64_t time_heap_next_us(const TimeHeap *queue)
{
    return queue->heap.count == 0 ? INT64_MAX : queue->heap.items[0].at_us;
}

uint32_t time_heap_pop(TimeHeap *queue)
{
    assert(queue->heap.count > 0);
    TimeItem *items = queue->heap.items;
    uint32_t slot = items[0].slot;
    TimeItem last = items[--queue->heap.count];
    uint32_t count = queue->heap.count;
    uint32_t at = 0;
    for (uint32_t child = 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && is_before(&items[child + 1], &items[child]))
            child++;
        if (!is_before(&items[child], &last))
            break;
        items[at] = items[child];
        at = child;
    }
    items[at] = last;
    return slot;
}
