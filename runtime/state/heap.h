/* heap.h -- the variable-size parts of a state unit: long strings, superaccumulators.
 *
 * A block has a 32-bit reference that stays the same when its page is copied, frozen, or restored elsewhere.  Pages
 * belong to one size class each; blocks of a page are handed out in order, freed ones first.  A block longer than a
 * page has a run of pages of its own.  All slices of a unit share one page table, so a reference can be read through
 * any of their heaps (merging slices needs that), but each page belongs to one slice: dropping a slice gives back its
 * pages without looking at a single block.
 *
 *   reference = page index << 10 | offset in the page / 16;  0 is no block
 *   block     = u32 length, u32 zero, bytes (8-aligned)
 *
 * Units      lengths are bytes.
 * Ownership  blocks belong to the slice of the heap that made them, until heap_free or the slice is dropped.
 * Threads    task thread only.
 * Errors     a refused pool: heap_put answers 0 (page.h).
 * Cost       put about 10 ns and the copy; free about 5 ns. */
#ifndef SQC_STATE_HEAP_H
#define SQC_STATE_HEAP_H

#include "runtime/base/str.h"
#include "runtime/state/page.h"

typedef uint32_t HeapRef;

enum { HEAP_CLASS_COUNT = 22, HEAP_REF_PAGE_SHIFT = 10, HEAP_UNIT_BYTES = 16, HEAP_BLOCK_HEAD = 8 };

#define HEAP_OWNER_FREE UINT32_MAX       /* no page has this index */
#define HEAP_OWNER_TAIL (UINT32_MAX - 1) /* inside of a span */
/* Set in the numbers of slices that can be built again: their pages stand in no snapshot. */
#define HEAP_OWNER_APART ((uint32_t)1 << 31)

/* What is known of each page outside of it; rebuilt on restore. */
typedef struct HeapPageInfo {
    uint32_t owner;      /* slice number; HEAP_OWNER_FREE, HEAP_OWNER_TAIL */
    uint32_t next, prev; /* among pages of this owner and class with room, or among free indices */
} HeapPageInfo;

/* The pages of all slices of a unit. */
typedef struct HeapPages {
    StatePages table;
    HeapPageInfo *infos; /* table.count of them */
    uint32_t info_capacity;
    uint32_t free_first; /* list of unused indices */
    uint32_t free_count;
} HeapPages;

typedef struct StateHeap {
    HeapPages *shared;
    uint32_t owner;
    uint32_t page_count;              /* owned */
    uint32_t roomy[HEAP_CLASS_COUNT]; /* first page with room, STATE_PAGE_NONE: none */
} StateHeap;

void heap_pages_init(HeapPages *shared, PagePool *pool);
void heap_pages_release(HeapPages *shared);

void heap_init(StateHeap *heap, HeapPages *shared, uint32_t owner);
/* Gives back all pages of this owner. */
void heap_release(StateHeap *heap);

/* After a restore: what is known of each page, then the pages of each owner.  False: refused, or not such pages. */
bool heap_pages_attach(HeapPages *shared);
/* How many pages have an owner. */
uint32_t heap_pages_owned(const HeapPages *shared);
void heap_attach(StateHeap *heap);

/* A copy of `len` bytes (data NULL: zeroes). 0: refused. */
HeapRef heap_put(StateHeap *heap, const void *data, uint64_t len);
/* Puts new bytes in place of `old` (which may be 0), in its block when that has the right size. */
HeapRef heap_replace(StateHeap *heap, HeapRef old, const void *data, uint64_t len);
void heap_free(StateHeap *heap, HeapRef ref);
/* Whether that is a block of `len` bytes, for references out of restored bytes. */
bool heap_has(const StateHeap *heap, HeapRef ref, uint64_t len);
/* A view, until the next change of the heap; empty for 0. */
Str heap_get(const StateHeap *heap, HeapRef ref);
/* The bytes of a block, writable, 8-aligned.  For 0 and for a refused pool: the trash page, so a block longer than half
 * a page is only written between heap_put and the next freeze. */
void *heap_write(StateHeap *heap, HeapRef ref);

#endif
