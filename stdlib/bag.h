/* bag.h -- the bytes of a collection: different byte strings, each with how often it is there.
 *
 *   bytes   "SQBG", u8 version 1, varint strings, then for each, ascending by its bytes: varint length, the bytes,
 *           varint how often
 *
 * The strings are keys (runtime/abi/key.h), so they ascend as SQL orders the values: collections that are ordered by
 * time start each string with the time.
 *
 * Units      counts are rows.
 * Ownership  views of the bytes.
 * Threads    any.
 * Errors     what is no bag opens as false. */
#ifndef SQC_STDLIB_BAG_H
#define SQC_STDLIB_BAG_H

#include "stdlib/state_bytes.h"

typedef struct BagEntry {
    Str key;
    uint64_t count; /* at least 1 */
} BagEntry;

typedef struct Bag {
    ByteIn in;
    uint64_t left; /* entries */
} Bag;

bool bag_open(Str bytes, Bag *bag);
/* The next entry; false: there is none, or (`in.bad`) the bytes are damaged. */
bool bag_next(Bag *bag, BagEntry *entry);
/* NULL, or why these are no bytes of a bag; the numbers of entries and rows. */
const char *bag_check(Str bytes, uint64_t *entries, uint64_t *rows);
/* Of entries that ascend. */
Str bag_encode(Arena *arena, const BagEntry *entries, uint64_t count);

#endif
