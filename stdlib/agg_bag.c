/* agg_bag.c -- collections as aggregates: byte strings and how often each was added.  Native only.
 *
 * The state is a tree over the bits of a hash, sixteen ways at each node, whose leaves hold the strings.  It grows by
 * one small block at a time and never moves what it has, so no row waits for a table to double, and a freeze copies
 * only the pages that change.  A collection of one string is that leaf alone.
 *
 *   node   u32 1, u32 refs[16]                    leaf   u32 0, u32 next leaf of the same hash, u64 count, bytes
 *
 * Which shape the tree has depends on the order of rows; what leaves it is sorted. */
#include "stdlib/agg_block.h"
#include "stdlib/agg_bytes.h"
#include "stdlib/agg_prototypes.h"
#include "stdlib/bag.h"

#include "runtime/abi/key.h"

#include <stdlib.h>

enum { WAY_BITS = 4, WAYS = 1 << WAY_BITS, HASH_BITS = 32 };

typedef struct BagNode {
    uint32_t is_node;
    HeapRef ways[WAYS];
} BagNode;

typedef struct BagLeaf {
    uint32_t is_node;
    HeapRef next;
    uint64_t count;
    char bytes[];
} BagLeaf;

static uint32_t hash_of(Str key)
{
    return (uint32_t)key_hash(key.data, key.len);
}

static bool is_node(Str block)
{
    return ((const BagNode *)(const void *)block.data)->is_node != 0;
}

static Str leaf_key(Str block)
{
    return (Str){ block.data + sizeof(BagLeaf), block.len - sizeof(BagLeaf) };
}

static HeapRef make_leaf(FnCtx *ctx, Str key, uint64_t count, HeapRef next)
{
    HeapRef ref;
    BagLeaf *leaf = block_make(ctx, sizeof *leaf + key.len, &ref);
    if (leaf == NULL)
        return 0;
    leaf->next = next;
    leaf->count = count;
    if (key.len != 0)
        memcpy(leaf->bytes, key.data, key.len);
    return ref;
}

/* Where the leaf of `key` hangs, or should: the place of its reference.  NULL: refused. */
static HeapRef *find_place(FnCtx *ctx, BagState *state, uint32_t hash, uint32_t *shift)
{
    HeapRef *place = &state->root;
    for (*shift = 0; *place != 0 && is_node(heap_get(ctx->heap, *place)); *shift += WAY_BITS) {
        BagNode *node = block_write(ctx, *place);
        if (node == NULL)
            return NULL;
        place = &node->ways[hash >> *shift & (WAYS - 1)];
    }
    return place;
}

/* The leaf in a chain, as the place of its reference; of the end when there is none. */
static HeapRef *find_in_chain(FnCtx *ctx, HeapRef *place, Str key)
{
    while (*place != 0 && !str_equal(leaf_key(heap_get(ctx->heap, *place)), key)) {
        BagLeaf *leaf = block_write(ctx, *place);
        if (leaf == NULL)
            return NULL;
        place = &leaf->next;
    }
    return place;
}

/* A node between a place and its leaf, as long as the hash has bits to tell leaves apart. */
static HeapRef *split(FnCtx *ctx, HeapRef *place, uint32_t hash, uint32_t *shift)
{
    HeapRef ref;
    uint32_t old = hash_of(leaf_key(heap_get(ctx->heap, *place)));
    BagNode *node = block_make(ctx, sizeof *node, &ref);
    if (node == NULL)
        return NULL;
    node->is_node = 1;
    node->ways[old >> *shift & (WAYS - 1)] = *place;
    *place = ref;
    place = &node->ways[hash >> *shift & (WAYS - 1)];
    *shift += WAY_BITS;
    return place;
}

static void free_nodes(FnCtx *ctx, HeapRef ref)
{
    if (ref == 0)
        return;
    BagNode node;
    memcpy(&node, heap_get(ctx->heap, ref).data, sizeof node);
    for (uint32_t i = 0; i < WAYS; i++)
        free_nodes(ctx, node.ways[i]);
    heap_free(ctx->heap, ref);
}

static void remove_leaf(FnCtx *ctx, BagState *state, HeapRef *place, HeapRef next)
{
    heap_free(ctx->heap, *place);
    *place = next;
    if (--state->distinct == 0) {
        free_nodes(ctx, state->root);
        state->root = 0;
    }
}

/* Adds or, when negative, takes back rows; with `once` a string that is there already stays as it is. */
static void change(FnCtx *ctx, BagState *state, Str key, int64_t rows, bool once)
{
    uint32_t hash = hash_of(key), shift;
    if (heap_is_refused(ctx))
        return;
    HeapRef *place = find_place(ctx, state, hash, &shift);
    HeapRef *found = place == NULL ? NULL : find_in_chain(ctx, place, key);
    if (found == NULL)
        return;
    if (*found != 0) {
        BagLeaf *leaf = once ? NULL : block_write(ctx, *found);
        if (leaf != NULL && rows < 0 && (uint64_t)-rows >= leaf->count)
            remove_leaf(ctx, state, found, leaf->next);
        else if (leaf != NULL)
            leaf->count += (uint64_t)rows;
        return;
    }
    while (rows > 0 && *place != 0 && shift < HASH_BITS) {
        place = split(ctx, place, hash, &shift);
        if (place == NULL)
            return;
    }
    HeapRef leaf = rows > 0 ? make_leaf(ctx, key, (uint64_t)rows, *place) : 0;
    if (leaf != 0) {
        *place = leaf;
        state->distinct++;
    }
}

/* ---- the whole of it ---- */
typedef struct BagWalk {
    FnCtx *ctx;
    BagEntry *entries;
    uint64_t count;
} BagWalk;

static void walk(BagWalk *w, HeapRef ref)
{
    while (ref != 0) {
        Str block = heap_get(w->ctx->heap, ref);
        if (is_node(block)) {
            const BagNode *node = (const BagNode *)(const void *)block.data;
            for (uint32_t i = 0; i < WAYS; i++)
                walk(w, node->ways[i]);
            return;
        }
        const BagLeaf *leaf = (const BagLeaf *)(const void *)block.data;
        w->entries[w->count++] = (BagEntry){ leaf_key(block), leaf->count };
        ref = leaf->next;
    }
}

static int by_key(const void *a, const void *b)
{
    return str_compare(((const BagEntry *)a)->key, ((const BagEntry *)b)->key);
}

/* Views of the blocks. */
static BagWalk entries_of(FnCtx *ctx, const BagState *state)
{
    uint64_t room = heap_is_refused(ctx) ? 0 : state->distinct;
    BagWalk w = { .ctx = ctx, .entries = ARENA_ARRAY(ctx->batch, BagEntry, room + 1) };
    if (room != 0)
        walk(&w, state->root);
    return w;
}

static void merge(FnCtx *ctx, BagState *into, const BagState *from, bool once)
{
    BagWalk w = entries_of(ctx, from);
    for (uint64_t i = 0; i < w.count; i++)
        change(ctx, into, w.entries[i].key, (int64_t)w.entries[i].count, once);
}

void bag_subtract(FnCtx *ctx, BagState *from, const BagState *part)
{
    BagWalk w = entries_of(ctx, part);
    for (uint64_t i = 0; i < w.count; i++)
        change(ctx, from, w.entries[i].key, -(int64_t)w.entries[i].count, false);
}

static void merge_bytes(FnCtx *ctx, BagState *into, Str bytes, bool once)
{
    Bag bag;
    BagEntry entry;
    for (bool more = bag_open(bytes, &bag); more && bag_next(&bag, &entry);)
        change(ctx, into, entry.key, (int64_t)entry.count, once);
}

Str agg_put_BagState(FnCtx *ctx, const void *state)
{
    if (((const BagState *)state)->distinct == 0)
        return STR_EMPTY;
    BagWalk w = entries_of(ctx, state);
    qsort(w.entries, w.count, sizeof *w.entries, by_key);
    return bag_encode(ctx->batch, w.entries, w.count);
}

bool agg_get_BagState(FnCtx *ctx, void *state, Str bytes)
{
    uint64_t entries, rows;
    if (bytes.len == 0)
        return true;
    if (bag_check(bytes, &entries, &rows) != NULL || entries == 0 || entries > UINT32_MAX)
        return false;
    merge_bytes(ctx, state, bytes, false);
    return true;
}

/* ---- bodies ---- */
#define BAG_FINAL(symbol)                                                                                              \
    bool agg_final_##symbol(FnCtx *ctx, const BagState *state, Str *out)                                               \
    {                                                                                                                  \
        *out = agg_put_BagState(ctx, state);                                                                           \
        return out->len != 0;                                                                                          \
    }
#define BAG_MERGE(symbol, once)                                                                                        \
    void agg_merge_##symbol(FnCtx *ctx, BagState *into, const BagState *from)                                          \
    {                                                                                                                  \
        merge(ctx, into, from, once);                                                                                  \
    }                                                                                                                  \
    BAG_FINAL(symbol)

BAG_MERGE(bag, false)
BAG_MERGE(distinct_state, true)
BAG_MERGE(distinct_merge, true)

/* Over rows that come and go (MIN, MAX, COUNT(DISTINCT ..)): the state is a bag, the answer is one thing of it. */
#define BAG_ANSWER(symbol)                                                                                             \
    void agg_step_##symbol(FnCtx *ctx, BagState *state, Str value)                                                     \
    {                                                                                                                  \
        change(ctx, state, value, 1, false);                                                                           \
    }                                                                                                                  \
    void agg_retract_##symbol(FnCtx *ctx, BagState *state, Str value)                                                  \
    {                                                                                                                  \
        change(ctx, state, value, -1, false);                                                                          \
    }                                                                                                                  \
    void agg_merge_##symbol(FnCtx *ctx, BagState *into, const BagState *from)                                          \
    {                                                                                                                  \
        merge(ctx, into, from, false);                                                                                 \
    }
BAG_ANSWER(lowest_key)
BAG_ANSWER(highest_key)
BAG_ANSWER(key_count)

/* The smallest key below a block, or the largest; `best` is empty before the first. */
static void find_extreme(FnCtx *ctx, HeapRef ref, bool largest, Str *best)
{
    while (ref != 0) {
        Str block = heap_get(ctx->heap, ref);
        if (is_node(block)) {
            const BagNode *node = (const BagNode *)(const void *)block.data;
            for (uint32_t i = 0; i < WAYS; i++)
                find_extreme(ctx, node->ways[i], largest, best);
            return;
        }
        Str key = leaf_key(block);
        if (best->data == NULL || (str_compare(key, *best) > 0) == largest)
            *best = key;
        ref = ((const BagLeaf *)(const void *)block.data)->next;
    }
}

bool agg_final_lowest_key(FnCtx *ctx, const BagState *state, Str *out)
{
    *out = (Str){ 0 };
    if (!heap_is_refused(ctx))
        find_extreme(ctx, state->root, false, out);
    return out->data != NULL;
}

bool agg_final_highest_key(FnCtx *ctx, const BagState *state, Str *out)
{
    *out = (Str){ 0 };
    if (!heap_is_refused(ctx))
        find_extreme(ctx, state->root, true, out);
    return out->data != NULL;
}

bool agg_final_key_count(FnCtx *ctx, const BagState *state, int64_t *out)
{
    (void)ctx;
    *out = state->distinct;
    return true;
}

void agg_step_bag(FnCtx *ctx, BagState *state, Str value)
{
    change(ctx, state, value, 1, false);
}

void agg_retract_bag(FnCtx *ctx, BagState *state, Str value)
{
    change(ctx, state, value, -1, false);
}

void agg_step_distinct_state(FnCtx *ctx, BagState *state, Str value)
{
    change(ctx, state, value, 1, true);
}

void agg_step_distinct_merge(FnCtx *ctx, BagState *state, Str value)
{
    merge_bytes(ctx, state, value, true);
}
