/* sketch_topk.h -- Space-Saving summaries: the most frequent texts, each with bounds of its count.
 *
 * A summary keeps 8 k counters (64 to 640).  A text that has none takes over the smallest: it starts from that count,
 * which is also its error.  So the true count of an item lies in [count - error, count], and what is not kept has at
 * most `floor`.  Merging adds counts; an item that one side lacks may have had its floor there.  Bounds hold whatever
 * the order and the split; which items stand at the end of the list may depend on them.
 *
 *   bytes   "SQTK", u8 version 1, varint capacity, varint floor, varint items, then for each by descending count,
 *           then text: varint count, varint error, varint length, text
 *
 * Units      counts are rows.
 * Ownership  lists and texts live in the arena, or are views of the bytes.
 * Threads    any.
 * Errors     bytes that are no summary: the reason.
 * Cost       merging two lists of 640: 100 us. */
#ifndef SQC_STDLIB_SKETCH_TOPK_H
#define SQC_STDLIB_SKETCH_TOPK_H

#include "stdlib/state_bytes.h"

enum { TOPK_K_MAX = 80, TOPK_CAPACITY_MIN = 64, TOPK_CAPACITY_MAX = 640 };

typedef struct TopkItem {
    Str text;
    uint64_t count, error;
} TopkItem;

typedef struct TopkList {
    TopkItem *items;
    uint32_t count, capacity;
    uint64_t floor;
} TopkList;

uint32_t topk_capacity(uint32_t k);
/* By descending count, then text. */
void topk_sort(TopkList *list);
/* The sum of two lists, the largest counts of it; views of their texts. */
TopkList topk_combine(Arena *arena, const TopkList *a, const TopkList *b);
/* Of a sorted list. */
Str topk_encode(Arena *arena, const TopkList *list);
/* NULL, or why these are no bytes of a summary. */
const char *topk_decode(Arena *arena, Str bytes, TopkList *list);

#endif
