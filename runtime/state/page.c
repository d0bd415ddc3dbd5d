/* page.c -- the page pool of a task, page tables, and copy on write.
 *
 * Who may free a page: one that was made or copied after the last freeze is the live state's own.  An older one is the
 * image's too as long as there is an image; when the live state gives it up it goes to limbo, and from there back to
 * the pool when the image is released.  The image itself never frees anything, so nothing is counted. */
#include "runtime/state/page.h"

#include "runtime/base/alloc.h"

#include <assert.h>
#include <string.h>

enum {
    CHUNK_PAGES = 32,
    CHUNKS_SMALL = 4, /* 2 MiB; state that is larger comes in huge pages */
    CHUNK_PAGES_HUGE = MEM_HUGE_BYTES / STATE_PAGE_BYTES,
    TABLE_CAPACITY_MIN = 4,
};

static_assert(sizeof(StatePage) <= STATE_PAGE_HEAD, "page head");

RtStatus page_pool_init(PagePool *pool, uint64_t limit_bytes, RtError *error)
{
    *pool = (PagePool){ .limit_bytes = limit_bytes };
    pool->trash = mem_alloc_aligned(STATE_PAGE_BYTES, 4096);
    if (pool->trash == NULL)
        return rt_error(error, RT_FATAL, "no memory for keyed state");
    return RT_OK;
}

static void limbo_release(PagePool *pool);

void page_pool_release(PagePool *pool)
{
    limbo_release(pool);
    for (uint32_t i = 0; i < pool->chunk_count; i++)
        mem_free(pool->chunks[i]);
    mem_free(pool->chunks);
    mem_free(pool->trash);
    *pool = (PagePool){ 0 };
}

void page_pool_refuse(PagePool *pool, StateRefusal why)
{
    if (pool->refused == STATE_REFUSED_NOT)
        pool->refused = (uint8_t)why;
}

bool page_pool_charge(PagePool *pool, uint64_t bytes)
{
    if (pool->refused != STATE_REFUSED_NOT)
        return false;
    if (bytes > pool->limit_bytes || pool->used_bytes > pool->limit_bytes - bytes) {
        page_pool_refuse(pool, STATE_REFUSED_BUDGET);
        return false;
    }
    pool->used_bytes += bytes;
    return true;
}

void page_pool_discharge(PagePool *pool, uint64_t bytes)
{
    assert(pool->used_bytes >= bytes);
    pool->used_bytes -= bytes;
}

/* ---- pages ---- */
static void push_free(PagePool *pool, StatePage *page)
{
    page->pool_next = (uintptr_t)pool->free_page;
    pool->free_page = page;
}

static bool add_chunk(PagePool *pool)
{
    if (pool->chunk_count == pool->chunk_capacity) {
        uint32_t capacity = pool->chunk_capacity == 0 ? 16 : 2 * pool->chunk_capacity;
        void **chunks = mem_resize(pool->chunks, capacity * sizeof *chunks);
        if (chunks == NULL)
            return false;
        pool->chunks = chunks;
        pool->chunk_capacity = capacity;
    }
    bool is_huge = pool->chunk_count >= CHUNKS_SMALL;
    uint32_t pages = is_huge ? CHUNK_PAGES_HUGE : CHUNK_PAGES;
    char *chunk =
        is_huge ? mem_alloc_huge(MEM_HUGE_BYTES) : mem_alloc_aligned((size_t)CHUNK_PAGES * STATE_PAGE_BYTES, 4096);
    if (chunk == NULL)
        return false;
    pool->chunks[pool->chunk_count++] = chunk;
    for (uint32_t i = pages; i-- > 0;)
        push_free(pool, (StatePage *)(chunk + (size_t)i * STATE_PAGE_BYTES));
    return true;
}

/* Not zeroed, head not set; NULL: refused. */
static StatePage *take(PagePool *pool, uint32_t span)
{
    uint64_t bytes = (uint64_t)span * STATE_PAGE_BYTES;
    if (!page_pool_charge(pool, bytes))
        return NULL;
    StatePage *page = NULL;
    if (span > 1) {
        page = mem_alloc_aligned(bytes, 4096);
    } else if (pool->free_page != NULL || add_chunk(pool)) {
        page = pool->free_page;
        pool->free_page = (StatePage *)(uintptr_t)page->pool_next;
    }
    if (page == NULL) {
        page_pool_discharge(pool, bytes);
        page_pool_refuse(pool, STATE_REFUSED_MEMORY);
        return NULL;
    }
    pool->piece_count++;
    return page;
}

static void give_back(PagePool *pool, StatePage *page)
{
    page_pool_discharge(pool, (uint64_t)page->span * STATE_PAGE_BYTES);
    if (page->span > 1)
        mem_free(page);
    else
        push_free(pool, page);
}

/* The live state has no more use for the page. */
static void let_go(PagePool *pool, StatePage *page)
{
    pool->piece_count--;
    if (pool->has_image && page->freeze != pool->freeze)
        pool->limbo[pool->limbo_count++] = page;
    else
        give_back(pool, page);
}

static void limbo_release(PagePool *pool)
{
    for (uint32_t i = 0; i < pool->limbo_count; i++)
        give_back(pool, pool->limbo[i]);
    mem_free(pool->limbo);
    pool->limbo = NULL;
    pool->limbo_count = 0;
}

RtStatus page_pool_freeze(PagePool *pool, RtError *error)
{
    assert(!pool->has_image && pool->limbo == NULL);
    pool->limbo = mem_alloc((pool->piece_count + (size_t)1) * sizeof(StatePage *));
    if (pool->limbo == NULL)
        return rt_error(error, RT_FATAL, "no memory to freeze %u pages of state", pool->piece_count);
    pool->freeze++;
    pool->has_image = true;
    return RT_OK;
}

void page_pool_thaw(PagePool *pool)
{
    assert(pool->has_image);
    limbo_release(pool);
    pool->has_image = false;
}

/* ---- page tables ---- */
void state_pages_init(StatePages *pages, PagePool *pool)
{
    *pages = (StatePages){ .pool = pool };
}

void state_pages_release(StatePages *pages)
{
    for (uint32_t i = 0; i < pages->count; i++)
        if (pages->pages[i] != NULL)
            let_go(pages->pool, pages->pages[i]);
    page_pool_discharge(pages->pool, pages->capacity * sizeof(StatePage *));
    mem_free(pages->pages);
    *pages = (StatePages){ .pool = pages->pool };
}

static bool table_reserve(StatePages *pages, uint64_t count)
{
    if (count <= pages->capacity)
        return true;
    uint64_t capacity = pages->capacity < TABLE_CAPACITY_MIN ? TABLE_CAPACITY_MIN : pages->capacity;
    while (capacity < count)
        capacity += capacity / 2;
    uint64_t more = (capacity - pages->capacity) * sizeof(StatePage *);
    if (!page_pool_charge(pages->pool, more))
        return false;
    StatePage **grown = mem_resize(pages->pages, capacity * sizeof *grown);
    if (grown == NULL) {
        page_pool_discharge(pages->pool, more);
        page_pool_refuse(pages->pool, STATE_REFUSED_MEMORY);
        return false;
    }
    pages->pages = grown;
    pages->capacity = (uint32_t)capacity;
    return true;
}

bool state_pages_add(StatePages *pages, uint32_t index, uint32_t span)
{
    assert(index <= pages->count && (index == pages->count || pages->pages[index] == NULL));
    uint64_t end = (uint64_t)index + span;
    if (end > (uint32_t)1 << 22 || !table_reserve(pages, end)) {
        page_pool_refuse(pages->pool, STATE_REFUSED_LIMIT);
        return false;
    }
    StatePage *page = take(pages->pool, span);
    if (page == NULL)
        return false;
    if (span == 1)
        memset(page, 0, STATE_PAGE_BYTES);
    page->freeze = pages->pool->freeze;
    page->span = span;
    page->used = STATE_PAGE_HEAD;
    for (; pages->count < end; pages->count++)
        pages->pages[pages->count] = NULL;
    pages->pages[index] = page;
    return true;
}

bool state_pages_skip(StatePages *pages)
{
    if (!table_reserve(pages, (uint64_t)pages->count + 1))
        return false;
    pages->pages[pages->count++] = NULL;
    return true;
}

void state_pages_drop(StatePages *pages, uint32_t index)
{
    let_go(pages->pool, pages->pages[index]);
    pages->pages[index] = NULL;
}

StatePage *state_pages_privatise(StatePages *pages, uint32_t index)
{
    PagePool *pool = pages->pool;
    StatePage *page = pages->pages[index];
    if (!pool->has_image) {
        page->freeze = pool->freeze;
        return page;
    }
    StatePage *copy = take(pool, page->span);
    if (copy == NULL) {
        memcpy(pool->trash, page, STATE_PAGE_BYTES);
        pool->trash->freeze = pool->freeze;
        return pool->trash;
    }
    memcpy(copy, page, page->used);
    if (page->span == 1)
        memset((char *)copy + page->used, 0, STATE_PAGE_BYTES - page->used);
    copy->freeze = pool->freeze;
    copy->pool_next = 0;
    pages->pages[index] = copy;
    let_go(pool, page);
    return copy;
}
