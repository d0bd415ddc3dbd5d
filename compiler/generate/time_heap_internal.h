/* time_heap_internal.h -- what is due next.
 *
 * A binary heap of (time, slot).  Equal times come out in the order in which they went in, so that a run depends on
 * nothing but its seed.
 *
 * Ownership  the items live in the arena. */
#ifndef SQC_GENERATE_TIME_HEAP_INTERNAL_H
#define SQC_GENERATE_TIME_HEAP_INTERNAL_H

#include "runtime/base/vec.h"

typedef struct TimeItem {
    int64_t at_us;
    uint64_t order;
    uint32_t slot;
} TimeItem;

typedef struct TimeHeap {
    Arena *arena;
    VEC(TimeItem) heap;
    uint64_t pushed;
} TimeHeap;

void time_heap_push(TimeHeap *queue, int64_t at_us, uint32_t slot);
/* INT64_MAX when nothing is due. */
int64_t time_heap_next_us(const TimeHeap *queue);
/* The slot of the earliest item, which there must be. */
uint32_t time_heap_pop(TimeHeap *queue);

#endif
