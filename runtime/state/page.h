/* page.h -- memory of keyed state: 16 KiB pages that can be frozen while work goes on.
 *
 * Every page starts with the number of the freeze after which it was last made private.  A write compares it with the
 * pool's current number; when they differ and a frozen image exists, the image still reads the page, and the write goes
 * to a copy.  A freeze therefore costs one increment and a copy of the page directories, whatever the amount of state.
 *
 *   before         freeze()            first write to B
 *   live -> A B    live -> A B         live -> A B'      B' is current
 *                  image -> A B        image -> A B      B waits in limbo until the image is released
 *
 * Pages never hold addresses: pieces refer to each other by page index and offset, so a page may move between
 * processes.
 *
 * The pool is one task's budget.  When it is spent (or the system has no memory) the pool is *refused*: every later
 * request answers the trash page, so that hot code needs no test; the runtime asks state_check after each batch, gives
 * up with RT_FATAL and discards what the batch did.
 *
 * Units      bytes; freeze numbers count freezes.
 * Ownership  the pool owns all pages.
 * Threads    task thread only; a frozen image may be read by one other thread.
 * Cost       write check 0.2 ns; first write after a freeze copies 16 KiB. */
#ifndef SQC_STATE_PAGE_H
#define SQC_STATE_PAGE_H

#include "runtime/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STATE_PAGE_BYTES = 16384, STATE_PAGE_HEAD = 32, STATE_PAGE_NONE = UINT32_MAX };

typedef struct StatePage {
    uint32_t freeze;
    uint32_t used;       /* bytes written from the start of the page, this header included */
    uint32_t span;       /* pages that this piece takes: 1, more for one long heap block */
    uint32_t owner;      /* heap pages: number of the slice */
    uint16_t size_class; /* heap pages */
    uint16_t free_unit;  /* heap pages: first free block, 0 none */
    uint16_t live;       /* heap pages: blocks in use */
    uint16_t zero;
    uint64_t pool_next; /* zero in a page that is in use */
} StatePage;

typedef enum StateRefusal {
    STATE_REFUSED_NOT,
    STATE_REFUSED_BUDGET, /* the budget of the task is spent           */
    STATE_REFUSED_MEMORY, /* the system has no more                    */
    STATE_REFUSED_LIMIT,  /* references have no more bits: 16 GiB in one table, 64 GiB in the heaps of a unit */
} StateRefusal;

typedef struct PagePool {
    uint32_t freeze;      /* number of the last freeze */
    bool has_image;       /* a frozen image may still read pages of older numbers */
    uint8_t refused;      /* StateRefusal */
    StatePage *trash;     /* one page that takes the writes of a refused pool */
    StatePage *free_page; /* single pages given back, linked by pool_next */
    uint32_t piece_count; /* pages and spans in use, limbo apart */
    uint64_t used_bytes;  /* pages in use and directories */
    uint64_t limit_bytes;
    void **chunks;        /* blocks of STATE_CHUNK_PAGES pages */
    uint32_t chunk_count, chunk_capacity;
    StatePage **limbo;    /* pages that only the image reads; room for all is made at the freeze */
    uint32_t limbo_count;
} PagePool;

/* `limit_bytes` bounds pages and directories together. RT_FATAL: no memory. */
RtStatus page_pool_init(PagePool *pool, uint64_t limit_bytes, RtError *error) RT_CHECKED;
void page_pool_release(PagePool *pool);

/* Counts directory memory against the budget; false: refused. */
bool page_pool_charge(PagePool *pool, uint64_t bytes);
void page_pool_discharge(PagePool *pool, uint64_t bytes);
void page_pool_refuse(PagePool *pool, StateRefusal why);

/* Starts an image: from now on writes go to copies.  One image at a time.  RT_FATAL: no memory, nothing is frozen. */
RtStatus page_pool_freeze(PagePool *pool, RtError *error) RT_CHECKED;
/* Ends it and gives back what only it had read. */
void page_pool_thaw(PagePool *pool);

/* A page table: the pages of one container by index. */
typedef struct StatePages {
    StatePage **pages; /* NULL: index not in use */
    uint32_t count;    /* indices handed out */
    uint32_t capacity;
    PagePool *pool;
} StatePages;

void state_pages_init(StatePages *pages, PagePool *pool);
void state_pages_release(StatePages *pages);
/* A zeroed page of `span` * STATE_PAGE_BYTES behind index `index` (an unused one, at most count); false: refused. */
bool state_pages_add(StatePages *pages, uint32_t index, uint32_t span);
void state_pages_drop(StatePages *pages, uint32_t index);
/* One more index without a page, for restoring tables with holes; false: refused. */
bool state_pages_skip(StatePages *pages);
/* The slow way of state_pages_write. */
StatePage *state_pages_privatise(StatePages *pages, uint32_t index);

/* The page, private to the live state. Never NULL. */
static inline StatePage *state_pages_write(StatePages *pages, uint32_t index)
{
    StatePage *page = pages->pages[index];
    if (__builtin_expect(page->freeze != pages->pool->freeze, 0))
        page = state_pages_privatise(pages, index);
    return page;
}

#endif
