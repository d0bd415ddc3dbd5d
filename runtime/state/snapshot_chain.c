/* snapshot_chain.c -- a full snapshot and the increments behind it as one list of blocks.
 *
 * The newest part says what there is.  Of a page that it calls the same, the newest version in the parts before counts:
 * an index of their pages by (unit, slice, table, index) finds it. */
#include "runtime/state/snapshot_internal.h"

typedef struct PageName {
    uint64_t unit;
    uint64_t slice; /* number + 1; 0: the heap of the unit */
    uint32_t table, index;
} PageName;

typedef struct PageEntry {
    PageName name;
    const char *block; /* NULL: free */
} PageEntry;

typedef struct Chain {
    Arena *arena;
    PageEntry *entries; /* open addressing */
    uint64_t capacity;  /* a power of two */
    SnapBlocks *out;
    RtError *error;
} Chain;

/* Whose pages come, while blocks are read. */
typedef struct Place {
    uint64_t unit, slice;
} Place;

typedef RtStatus (*EachBlock)(Chain *chain, const char *block, const Place *place);

static RtStatus bad(RtError *error, const char *what)
{
    return rt_error(error, RT_BAD_DATA, "snapshot is damaged: %s", what);
}

static RtStatus no_memory(RtError *error)
{
    return rt_error(error, RT_FATAL, "no memory to restore state");
}

SnapBlock snap_block_at(const char *block)
{
    SnapBlock head;
    memcpy(&head, block, sizeof head);
    return head;
}

/* Where the next block starts; NULL: this one does not end before `end`. */
static const char *block_end(const char *block, const char *end)
{
    if ((uint64_t)(end - block) < sizeof(SnapBlock))
        return NULL;
    uint64_t padded = ((uint64_t)snap_block_at(block).bytes + 7) & ~(uint64_t)7;
    const char *payload = block + sizeof(SnapBlock);
    return (uint64_t)(end - payload) < padded ? NULL : payload + padded;
}

static RtStatus check_blocks(Str part, uint32_t count, RtError *error)
{
    const char *at = part.data + sizeof(SnapHead), *end = part.data + part.len;
    for (uint32_t i = 0; i < count; i++) {
        const char *next = block_end(at, end);
        if (next == NULL)
            return bad(error, "it ends too early");
        SnapBlock block = snap_block_at(at);
        if (snap_check(block.type, at + sizeof block, block.bytes) != block.check)
            return bad(error, "a checksum does not match");
        at = next;
    }
    return at == end ? RT_OK : bad(error, "bytes follow its end");
}

/* `before` is NULL for the first part. */
static RtStatus check_part(Str part, const Str *before, uint64_t *count, RtError *error)
{
    SnapHead head;
    if (part.len < sizeof head || memcmp(part.data, SNAP_MAGIC, sizeof head.magic) != 0)
        return bad(error, "it does not start like one");
    memcpy(&head, part.data, sizeof head);
    if (head.version != SNAP_VERSION)
        return rt_error(error, RT_BAD_DATA, "snapshot has format %u, this program reads %u", head.version,
                        SNAP_VERSION);
    if (head.before != (before == NULL ? 0 : state_part_check(*before)))
        return bad(error, "it is no increment of the part before");
    *count += head.block_count;
    return check_blocks(part, head.block_count, error);
}

/* Copies the fixed part of a block's payload; false: it is of another type, or too short. */
static bool head_of(const char *block, SnapType type, void *head, uint32_t head_bytes)
{
    SnapBlock about = snap_block_at(block);
    if (about.type != type || about.bytes < head_bytes)
        return false;
    memcpy(head, block + sizeof about, head_bytes);
    return true;
}

static RtStatus walk(Chain *chain, Str part, EachBlock each)
{
    Place place = { 0 };
    const char *end = part.data + part.len;
    RtStatus status = RT_OK;
    for (const char *at = part.data + sizeof(SnapHead); at != end && status == RT_OK; at = block_end(at, end)) {
        SnapUnit unit;
        SnapSlice slice;
        if (head_of(at, SNAP_UNIT, &unit, sizeof unit))
            place = (Place){ unit.id, 0 };
        else if (head_of(at, SNAP_SLICE, &slice, sizeof slice))
            place.slice = (uint64_t)slice.number + 1;
        status = each(chain, at, &place);
    }
    return status;
}

/* ---- the index ---- */
static uint64_t hash_of(const PageName *name)
{
    uint64_t hash = name->unit ^ (name->slice * 0x9e3779b97f4a7c15u);
    hash = (hash ^ hash >> 32) * 0xd6e8feb86659fd93u + ((uint64_t)name->table << 32 | name->index);
    return (hash ^ hash >> 29) * 0x9e3779b97f4a7c15u >> 20;
}

static bool is_name(const PageName *a, const PageName *b)
{
    return a->unit == b->unit && a->slice == b->slice && a->table == b->table && a->index == b->index;
}

/* The entry of a page, free when there is none.  There are more entries than pages. */
static PageEntry *find(const Chain *chain, const PageName *name)
{
    uint64_t at = hash_of(name) & (chain->capacity - 1);
    while (chain->entries[at].block != NULL && !is_name(&chain->entries[at].name, name))
        at = (at + 1) & (chain->capacity - 1);
    return &chain->entries[at];
}

static RtStatus index_block(Chain *chain, const char *block, const Place *place)
{
    SnapPage page;
    if (head_of(block, SNAP_PAGE, &page, sizeof page)) {
        PageName name = { place->unit, place->slice, page.table, page.index };
        *find(chain, &name) = (PageEntry){ name, block }; /* later parts win */
    }
    return RT_OK;
}

/* ---- the list ---- */
static RtStatus take_same(Chain *chain, const SnapSame *same, const Place *place)
{
    for (uint32_t i = 0; i < same->count; i++) {
        PageName name = { place->unit, place->slice, same->table, same->first + i };
        const PageEntry *entry = chain->capacity == 0 ? NULL : find(chain, &name);
        if (entry == NULL || entry->block == NULL)
            return bad(chain->error, "a page that did not change is in no part before");
        chain->out->blocks[chain->out->count++] = entry->block;
    }
    return RT_OK;
}

static RtStatus take_block(Chain *chain, const char *block, const Place *place)
{
    SnapSame same;
    if (head_of(block, SNAP_SAME, &same, sizeof same))
        return take_same(chain, &same, place);
    chain->out->blocks[chain->out->count++] = block;
    return RT_OK;
}

/* Counts in `out`; nothing is taken yet. */
static RtStatus count_block(Chain *chain, const char *block, const Place *place)
{
    SnapSame same;
    (void)place;
    bool is_run = head_of(block, SNAP_SAME, &same, sizeof same);
    if (is_run && same.count > UINT32_MAX - same.first)
        return bad(chain->error, "a run of pages has no end");
    chain->out->count += is_run ? same.count : 1;
    return RT_OK;
}

static RtStatus make_index(Chain *chain, const Str *parts, uint32_t count, uint64_t block_count)
{
    RtStatus status = RT_OK;
    if (count == 0)
        return RT_OK;
    for (chain->capacity = 16; chain->capacity < 2 * block_count;)
        chain->capacity *= 2;
    chain->entries = arena_alloc_zeroed(chain->arena, chain->capacity * sizeof *chain->entries, 8);
    if (chain->entries == NULL)
        return no_memory(chain->error);
    for (uint32_t i = 0; i < count && status == RT_OK; i++)
        status = walk(chain, parts[i], index_block);
    return status;
}

RtStatus snap_blocks_of(const Str *parts, uint32_t count, Arena *arena, SnapBlocks *out, RtError *error)
{
    Chain chain = { .arena = arena, .out = out, .error = error };
    uint64_t block_count = 0;
    *out = (SnapBlocks){ 0 };
    RtStatus status = count == 0 ? bad(error, "there is nothing") : RT_OK;
    for (uint32_t i = 0; i < count && status == RT_OK; i++)
        status = check_part(parts[i], i == 0 ? NULL : &parts[i - 1], &block_count, error);
    if (status == RT_OK)
        status = make_index(&chain, parts, count - 1, block_count);
    if (status == RT_OK)
        status = walk(&chain, parts[count - 1], count_block);
    if (status != RT_OK)
        return status;
    if (out->count > block_count) /* each page is in some part, once */
        return bad(error, "a page that did not change is in no part before");
    out->blocks = arena_alloc(arena, (out->count + 1) * sizeof *out->blocks, 8);
    if (out->blocks == NULL)
        return no_memory(error);
    out->count = 0;
    return walk(&chain, parts[count - 1], take_block);
}
