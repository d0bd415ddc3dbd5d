/* heap.c -- blocks by size class in the pages of a slice. */
#include "runtime/state/heap.h"

#include "runtime/base/alloc.h"

#include <assert.h>

/* Block sizes in units of 16 bytes, each at most a third above the one before.  36 units hold a superaccumulator. */
static const uint16_t CLASS_UNITS[HEAP_CLASS_COUNT] = { 1,  2,  3,  4,  5,  6,  8,   10,  12,  16,  20,
                                                        24, 28, 36, 48, 64, 85, 127, 170, 255, 511, 1022 };
enum {
    SPAN_CLASS = HEAP_CLASS_COUNT, /* one long block in a run of pages */
    FIRST_UNIT = STATE_PAGE_HEAD / HEAP_UNIT_BYTES,
    PAGE_UNITS = STATE_PAGE_BYTES / HEAP_UNIT_BYTES,
    UNIT_MASK = (1 << HEAP_REF_PAGE_SHIFT) - 1,
    BLOCK_BYTES_MAX = 1022 * HEAP_UNIT_BYTES,
};
static_assert(PAGE_UNITS - FIRST_UNIT == 1022, "largest class fills a page");

typedef struct Block {
    uint32_t len; /* of a free block: next free unit */
    uint32_t zero;
    char bytes[];
} Block;

static uint32_t class_of(uint64_t len)
{
    uint64_t units = (len + HEAP_BLOCK_HEAD + HEAP_UNIT_BYTES - 1) / HEAP_UNIT_BYTES;
    uint32_t c = 0;
    while (c < HEAP_CLASS_COUNT && CLASS_UNITS[c] < units)
        c++;
    return c;
}

static Block *block_in(StatePage *page, uint32_t unit)
{
    return (Block *)((char *)page + unit * HEAP_UNIT_BYTES);
}

static uint32_t ref_page(HeapRef ref)
{
    return ref >> HEAP_REF_PAGE_SHIFT;
}

static uint32_t ref_unit(HeapRef ref)
{
    return ref & UNIT_MASK;
}

/* ---- pages of all slices ---- */
void heap_pages_init(HeapPages *shared, PagePool *pool)
{
    *shared = (HeapPages){ .free_first = STATE_PAGE_NONE };
    state_pages_init(&shared->table, pool);
}

void heap_pages_release(HeapPages *shared)
{
    page_pool_discharge(shared->table.pool, shared->info_capacity * sizeof(HeapPageInfo));
    state_pages_release(&shared->table);
    mem_free(shared->infos);
    heap_pages_init(shared, shared->table.pool);
}

static bool infos_reserve(HeapPages *shared, uint64_t count)
{
    if (count <= shared->info_capacity)
        return true;
    uint64_t capacity = shared->info_capacity == 0 ? 8 : shared->info_capacity;
    while (capacity < count)
        capacity += capacity / 2;
    PagePool *pool = shared->table.pool;
    uint64_t more = (capacity - shared->info_capacity) * sizeof(HeapPageInfo);
    if (!page_pool_charge(pool, more))
        return false;
    HeapPageInfo *infos = mem_resize(shared->infos, capacity * sizeof *infos);
    if (infos == NULL) {
        page_pool_discharge(pool, more);
        page_pool_refuse(pool, STATE_REFUSED_MEMORY);
        return false;
    }
    shared->infos = infos;
    shared->info_capacity = (uint32_t)capacity;
    return true;
}

static void index_free(HeapPages *shared, uint32_t index)
{
    shared->infos[index] = (HeapPageInfo){ HEAP_OWNER_FREE, shared->free_first, STATE_PAGE_NONE };
    if (shared->free_first != STATE_PAGE_NONE)
        shared->infos[shared->free_first].prev = index;
    shared->free_first = index;
    shared->free_count++;
}

static void index_take(HeapPages *shared, uint32_t index, uint32_t owner)
{
    HeapPageInfo *info = &shared->infos[index];
    if (info->owner == HEAP_OWNER_FREE) {
        if (info->prev == STATE_PAGE_NONE)
            shared->free_first = info->next;
        else
            shared->infos[info->prev].next = info->next;
        if (info->next != STATE_PAGE_NONE)
            shared->infos[info->next].prev = info->prev;
        shared->free_count--;
    }
    *info = (HeapPageInfo){ owner, STATE_PAGE_NONE, STATE_PAGE_NONE };
}

/* Where a span may go: the end of the table, unless so many indices are free that looking for a run pays. */
static uint32_t find_run(const HeapPages *shared, uint32_t span)
{
    uint32_t run = 0;
    if (shared->free_count < span || shared->free_count < shared->table.count / 2)
        return shared->table.count;
    for (uint32_t i = 0; i < shared->table.count; i++) {
        run = shared->infos[i].owner == HEAP_OWNER_FREE ? run + 1 : 0;
        if (run == span)
            return i + 1 - span;
    }
    return shared->table.count;
}

static uint32_t add_page(StateHeap *heap, uint32_t size_class, uint32_t span)
{
    HeapPages *shared = heap->shared;
    uint32_t index = shared->free_first;
    if (span > 1 || index == STATE_PAGE_NONE)
        index = find_run(shared, span);
    uint32_t known = shared->table.count;
    if (!infos_reserve(shared, (uint64_t)index + span) || !state_pages_add(&shared->table, index, span))
        return STATE_PAGE_NONE;
    for (; known < shared->table.count; known++)
        shared->infos[known].owner = HEAP_OWNER_TAIL;
    for (uint32_t i = 0; i < span; i++)
        index_take(shared, index + i, i == 0 ? heap->owner : HEAP_OWNER_TAIL);
    StatePage *page = shared->table.pages[index];
    page->owner = heap->owner;
    page->size_class = (uint16_t)size_class;
    heap->page_count++;
    return index;
}

static void drop_page(StateHeap *heap, uint32_t index)
{
    uint32_t span = heap->shared->table.pages[index]->span;
    state_pages_drop(&heap->shared->table, index);
    for (uint32_t i = span; i-- > 0;)
        index_free(heap->shared, index + i);
    heap->page_count--;
}

/* ---- the list of pages with room, per class ---- */
static void link_roomy(StateHeap *heap, uint32_t index, uint32_t size_class)
{
    HeapPageInfo *infos = heap->shared->infos;
    infos[index].prev = STATE_PAGE_NONE;
    infos[index].next = heap->roomy[size_class];
    if (heap->roomy[size_class] != STATE_PAGE_NONE)
        infos[heap->roomy[size_class]].prev = index;
    heap->roomy[size_class] = index;
}

static void unlink_roomy(StateHeap *heap, uint32_t index, uint32_t size_class)
{
    HeapPageInfo *infos = heap->shared->infos;
    uint32_t next = infos[index].next, prev = infos[index].prev;
    if (prev == STATE_PAGE_NONE)
        heap->roomy[size_class] = next;
    else
        infos[prev].next = next;
    if (next != STATE_PAGE_NONE)
        infos[next].prev = prev;
}

static bool has_room(const StatePage *page)
{
    return page->free_unit != 0 ||
           page->used + (uint32_t)CLASS_UNITS[page->size_class] * HEAP_UNIT_BYTES <= STATE_PAGE_BYTES;
}

void heap_init(StateHeap *heap, HeapPages *shared, uint32_t owner)
{
    *heap = (StateHeap){ .shared = shared, .owner = owner };
    for (uint32_t c = 0; c < HEAP_CLASS_COUNT; c++)
        heap->roomy[c] = STATE_PAGE_NONE;
}

void heap_release(StateHeap *heap)
{
    HeapPages *shared = heap->shared;
    for (uint32_t i = 0; i < shared->table.count && heap->page_count > 0; i++)
        if (shared->infos[i].owner == heap->owner)
            drop_page(heap, i);
    heap_init(heap, shared, heap->owner);
}

/* A page that a restore has put in place, against what this file would have written. */
static bool page_is_sound(const StatePage *page)
{
    if (page->used < STATE_PAGE_HEAD || page->used > (uint64_t)page->span * STATE_PAGE_BYTES)
        return false;
    if (page->size_class == SPAN_CLASS)
        return page->live == 1 && page->used >= STATE_PAGE_HEAD + HEAP_BLOCK_HEAD;
    return page->size_class < HEAP_CLASS_COUNT && page->span == 1 && page->free_unit < PAGE_UNITS;
}

bool heap_pages_attach(HeapPages *shared)
{
    if (!infos_reserve(shared, shared->table.count))
        return false;
    for (uint32_t i = 0; i < shared->table.count; i++)
        shared->infos[i].owner = HEAP_OWNER_TAIL;
    for (uint32_t i = 0, span; i < shared->table.count; i += span) {
        const StatePage *page = shared->table.pages[i];
        span = page == NULL ? 1 : page->span;
        if (page == NULL)
            index_free(shared, i);
        else if (page_is_sound(page))
            index_take(shared, i, page->owner);
        else
            return false;
    }
    return true;
}

uint32_t heap_pages_owned(const HeapPages *shared)
{
    uint32_t owned = 0;
    for (uint32_t i = 0; i < shared->table.count; i++)
        owned += shared->table.pages[i] != NULL;
    return owned;
}

void heap_attach(StateHeap *heap)
{
    HeapPages *shared = heap->shared;
    heap_init(heap, shared, heap->owner);
    for (uint32_t i = 0; i < shared->table.count; i++) {
        if (shared->infos[i].owner != heap->owner)
            continue;
        const StatePage *page = shared->table.pages[i];
        heap->page_count++;
        if (page->size_class != SPAN_CLASS && has_room(page))
            link_roomy(heap, i, page->size_class);
    }
}

/* ---- blocks ---- */
static HeapRef put_in_page(StateHeap *heap, uint32_t size_class, Block **out)
{
    uint32_t index = heap->roomy[size_class];
    if (index == STATE_PAGE_NONE) {
        index = add_page(heap, size_class, 1);
        if (index == STATE_PAGE_NONE)
            return 0;
        link_roomy(heap, index, size_class);
    }
    StatePage *page = state_pages_write(&heap->shared->table, index);
    if (heap->shared->table.pool->refused != STATE_REFUSED_NOT)
        return 0;
    uint32_t unit = page->free_unit;
    if (unit != 0) {
        page->free_unit = (uint16_t)block_in(page, unit)->len;
    } else {
        unit = page->used / HEAP_UNIT_BYTES;
        page->used += (uint32_t)CLASS_UNITS[size_class] * HEAP_UNIT_BYTES;
    }
    page->live++;
    if (!has_room(page))
        unlink_roomy(heap, index, size_class);
    *out = block_in(page, unit);
    return index << HEAP_REF_PAGE_SHIFT | unit;
}

static HeapRef put_in_span(StateHeap *heap, uint64_t len, Block **out)
{
    uint64_t bytes = STATE_PAGE_HEAD + HEAP_BLOCK_HEAD + len;
    if (bytes > (uint64_t)UINT32_MAX - STATE_PAGE_BYTES) {
        page_pool_refuse(heap->shared->table.pool, STATE_REFUSED_LIMIT);
        return 0;
    }
    uint32_t index = add_page(heap, SPAN_CLASS, (uint32_t)((bytes + STATE_PAGE_BYTES - 1) / STATE_PAGE_BYTES));
    if (index == STATE_PAGE_NONE)
        return 0;
    StatePage *page = heap->shared->table.pages[index];
    page->used = (uint32_t)bytes;
    page->live = 1;
    *out = block_in(page, FIRST_UNIT);
    return index << HEAP_REF_PAGE_SHIFT | FIRST_UNIT;
}

static void fill(Block *block, const void *data, uint64_t len)
{
    block->len = (uint32_t)len;
    block->zero = 0;
    if (data == NULL)
        memset(block->bytes, 0, len);
    else
        memcpy(block->bytes, data, len);
}

HeapRef heap_put(StateHeap *heap, const void *data, uint64_t len)
{
    Block *block = NULL;
    uint32_t size_class = class_of(len);
    HeapRef ref = size_class == SPAN_CLASS ? put_in_span(heap, len, &block) : put_in_page(heap, size_class, &block);
    if (ref != 0)
        fill(block, data, len);
    return ref;
}

HeapRef heap_replace(StateHeap *heap, HeapRef old, const void *data, uint64_t len)
{
    if (old != 0) {
        const StatePage *page = heap->shared->table.pages[ref_page(old)];
        if (page->size_class != SPAN_CLASS && page->size_class == class_of(len)) {
            fill(block_in(state_pages_write(&heap->shared->table, ref_page(old)), ref_unit(old)), data, len);
            return old;
        }
        heap_free(heap, old);
    }
    return heap_put(heap, data, len);
}

/* A page without blocks goes back, unless it is the only one of its class with room: the next block will want it. */
static bool goes_back(const StateHeap *heap, uint32_t index, const StatePage *page)
{
    if (page->live != 1)
        return false;
    if (page->size_class == SPAN_CLASS || !has_room(page))
        return true;
    return heap->roomy[page->size_class] != index || heap->shared->infos[index].next != STATE_PAGE_NONE;
}

void heap_free(StateHeap *heap, HeapRef ref)
{
    HeapPages *shared = heap->shared;
    if (ref == 0 || shared->table.pool->refused != STATE_REFUSED_NOT)
        return;
    uint32_t index = ref_page(ref);
    assert(shared->infos[index].owner == heap->owner);
    StatePage *page = shared->table.pages[index];
    uint32_t size_class = page->size_class;
    bool was_full = size_class == SPAN_CLASS || !has_room(page);
    if (goes_back(heap, index, page)) {
        if (!was_full)
            unlink_roomy(heap, index, size_class);
        drop_page(heap, index);
        return;
    }
    page = state_pages_write(&shared->table, index);
    if (shared->table.pool->refused != STATE_REFUSED_NOT)
        return;
    Block *block = block_in(page, ref_unit(ref));
    *block = (Block){ .len = page->free_unit };
    page->free_unit = (uint16_t)ref_unit(ref);
    page->live--;
    if (was_full)
        link_roomy(heap, index, size_class);
}

bool heap_has(const StateHeap *heap, HeapRef ref, uint64_t len)
{
    const StatePages *table = &heap->shared->table;
    if (ref_page(ref) >= table->count || ref_unit(ref) < FIRST_UNIT)
        return false;
    const StatePage *page = table->pages[ref_page(ref)];
    uint64_t end = (uint64_t)ref_unit(ref) * HEAP_UNIT_BYTES + HEAP_BLOCK_HEAD + len;
    return page != NULL && end <= page->used && block_in((StatePage *)page, ref_unit(ref))->len == len;
}

Str heap_get(const StateHeap *heap, HeapRef ref)
{
    if (ref == 0)
        return STR_EMPTY;
    const Block *block = block_in(heap->shared->table.pages[ref_page(ref)], ref_unit(ref));
    return (Str){ block->bytes, block->len };
}

void *heap_write(StateHeap *heap, HeapRef ref)
{
    StatePages *table = &heap->shared->table;
    if (ref == 0)
        return (char *)table->pool->trash + STATE_PAGE_HEAD;
    return block_in(state_pages_write(table, ref_page(ref)), ref_unit(ref))->bytes;
}
