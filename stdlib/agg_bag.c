/* agg_bag.c -- collections as aggregates: byte strings and how often each was added.  Native only.
 *
 * The state is a tree over the half bytes of the strings whose leaves hold them, in their order: the least and the
 * largest are at its edges, and what leaves it is sorted.  A node stands where the strings below it differ first and
 * has two ways at least, so a tree of n strings has fewer than n nodes, however long they are.  It grows by one small
 * block at a time and never moves what it has, so no row waits for a table to double, and a freeze copies only the
 * pages that change.  A collection of one string is that leaf alone.
 *
 *   node   u32 1 + place, u32 refs[17]            leaf   u32 0, u32 free, u64 count, bytes
 *
 * The tree follows from the strings alone, whatever the order of rows.  Walks go as deep as strings begin with each
 * other: n levels want n * n / 4 bytes of strings. */
#include "stdlib/agg_block.h"
#include "stdlib/agg_bytes.h"
#include "stdlib/agg_prototypes.h"
#include "stdlib/bag.h"

enum { WAYS = 17 }; /* the string has ended, or one of the half bytes */

typedef struct BagNode {
    uint32_t beyond; /* 1 + the place of the half byte that tells the ways apart; 0: a leaf */
    HeapRef ways[WAYS];
} BagNode;

typedef struct BagLeaf {
    uint32_t beyond;
    uint32_t free;
    uint64_t count;
    char bytes[];
} BagLeaf;

/* Where a reference stands: a way of a node, or (node 0) the root. */
typedef struct Spot {
    HeapRef node;
    uint32_t way;
} Spot;

typedef struct Found {
    Spot spot;    /* of the leaf; where it would be, when `ref` is 0 */
    Spot above;   /* of the node that `spot` is in */
    HeapRef ref;  /* the leaf of the key, or 0 */
    HeapRef like; /* a leaf that agrees with the key as far as any */
} Found;

static const BagNode *as_node(Str block)
{
    const BagNode *node = (const BagNode *)(const void *)block.data;
    return node->beyond == 0 ? NULL : node;
}

static Str leaf_key(Str block)
{
    return (Str){ block.data + sizeof(BagLeaf), block.len - sizeof(BagLeaf) };
}

static uint32_t way_of(Str key, uint64_t place)
{
    if (place / 2 >= key.len)
        return 0;
    uint8_t byte = (uint8_t)key.data[place / 2];
    return 1 + (place % 2 == 0 ? byte >> 4u : byte & 15u);
}

/* The first half byte in which two different strings differ. */
static uint64_t first_difference(Str a, Str b)
{
    uint64_t least = a.len < b.len ? a.len : b.len, at = 0;
    while (at < least && a.data[at] == b.data[at])
        at++;
    return at * 2 + (way_of(a, at * 2) == way_of(b, at * 2));
}

/* The leaf at an edge of what hangs at `ref`. */
static HeapRef edge(FnCtx *ctx, HeapRef ref, bool largest)
{
    for (const BagNode *node; (node = as_node(heap_get(ctx->heap, ref))) != NULL;) {
        HeapRef first = 0, last = 0;
        for (uint32_t i = 0; i < WAYS; i++) {
            last = node->ways[i] != 0 ? node->ways[i] : last;
            first = first != 0 ? first : last;
        }
        ref = largest ? last : first;
    }
    return ref;
}

static bool spot_set(FnCtx *ctx, BagState *state, Spot spot, HeapRef ref)
{
    if (spot.node == 0) {
        state->root = ref;
        return true;
    }
    BagNode *node = block_write(ctx, spot.node);
    if (node != NULL)
        node->ways[spot.way] = ref;
    return node != NULL;
}

/* Of a tree that has leaves. */
static Found find(FnCtx *ctx, const BagState *state, Str key)
{
    Found found = { .ref = state->root };
    const BagNode *node = NULL;
    while (found.ref != 0 && (node = as_node(heap_get(ctx->heap, found.ref))) != NULL) {
        found.above = found.spot;
        found.spot = (Spot){ found.ref, way_of(key, node->beyond - 1) };
        found.ref = node->ways[found.spot.way];
    }
    found.like = found.ref != 0 ? found.ref : edge(ctx, found.spot.node, false);
    if (found.ref != 0 && !str_equal(leaf_key(heap_get(ctx->heap, found.ref)), key))
        found.ref = 0;
    return found;
}

static HeapRef make_leaf(FnCtx *ctx, Str key, uint64_t count)
{
    HeapRef ref;
    BagLeaf *leaf = block_make(ctx, sizeof *leaf + key.len, &ref);
    if (leaf == NULL)
        return 0;
    leaf->count = count;
    if (key.len != 0)
        memcpy(leaf->bytes, key.data, key.len);
    return ref;
}

/* A node where `key` and what hangs at `ref` part. */
static HeapRef make_node(FnCtx *ctx, uint64_t place, HeapRef ref, uint32_t way, HeapRef leaf, uint32_t leaf_way)
{
    HeapRef made;
    BagNode *node = block_make(ctx, sizeof *node, &made);
    if (node == NULL)
        return 0;
    node->beyond = (uint32_t)place + 1;
    node->ways[way] = ref;
    node->ways[leaf_way] = leaf;
    return made;
}

/* `like_ref` is a leaf that agrees with the key as far as any; 0: there is none at all. */
static void add_leaf(FnCtx *ctx, BagState *state, Str key, uint64_t count, HeapRef like_ref)
{
    Spot spot = { 0 };
    HeapRef ref = state->root;
    uint64_t place = 0;
    Str like = STR_EMPTY;
    if (ref != 0) {
        like = leaf_key(heap_get(ctx->heap, like_ref));
        place = first_difference(key, like);
    }
    for (const BagNode *node; ref != 0 && (node = as_node(heap_get(ctx->heap, ref))) != NULL;) {
        if (node->beyond > place + 1)
            break;
        spot = (Spot){ ref, way_of(key, node->beyond - 1) };
        ref = node->ways[spot.way];
    }
    uint32_t like_way = way_of(like, place);
    HeapRef leaf = make_leaf(ctx, key, count), hangs = leaf;
    if (ref != 0 && leaf != 0)
        hangs = make_node(ctx, place, ref, like_way, leaf, way_of(key, place));
    if (hangs != 0 && spot_set(ctx, state, spot, hangs))
        state->distinct++;
}

/* The node above a leaf that has gone goes too, when one way is left. */
static void remove_leaf(FnCtx *ctx, BagState *state, const Found *found)
{
    HeapRef left = 0;
    uint32_t count = 0;
    heap_free(ctx->heap, found->ref);
    state->distinct--;
    if (!spot_set(ctx, state, found->spot, 0) || found->spot.node == 0)
        return;
    const BagNode *node = as_node(heap_get(ctx->heap, found->spot.node));
    for (uint32_t i = 0; i < WAYS; i++) {
        left = node->ways[i] != 0 ? node->ways[i] : left;
        count += node->ways[i] != 0;
    }
    if (count == 1 && spot_set(ctx, state, found->above, left))
        heap_free(ctx->heap, found->spot.node);
}

/* Adds or, when negative, takes back rows; with `once` a string that is there already stays as it is. */
static void change(FnCtx *ctx, BagState *state, Str key, int64_t rows, bool once)
{
    if (heap_is_refused(ctx))
        return;
    Found found = { 0 };
    if (state->root != 0)
        found = find(ctx, state, key);
    if (found.ref == 0) {
        if (rows > 0)
            add_leaf(ctx, state, key, (uint64_t)rows, found.like);
        return;
    }
    BagLeaf *leaf = once ? NULL : block_write(ctx, found.ref);
    if (leaf != NULL && rows < 0 && (uint64_t)-rows >= leaf->count)
        remove_leaf(ctx, state, &found);
    else if (leaf != NULL)
        leaf->count += (uint64_t)rows;
}

/* ---- the whole of it ---- */
typedef struct BagWalk {
    FnCtx *ctx;
    BagEntry *entries;
    uint64_t count;
} BagWalk;

static void walk(BagWalk *w, HeapRef ref)
{
    Str block = heap_get(w->ctx->heap, ref);
    const BagNode *node = as_node(block);
    if (node == NULL) {
        const BagLeaf *leaf = (const BagLeaf *)(const void *)block.data;
        w->entries[w->count++] = (BagEntry){ leaf_key(block), leaf->count };
        return;
    }
    for (uint32_t i = 0; i < WAYS; i++) {
        if (node->ways[i] != 0)
            walk(w, node->ways[i]);
    }
}

/* Views of the blocks, ascending. */
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

static bool answer_edge(FnCtx *ctx, const BagState *state, bool largest, Str *out)
{
    bool is_there = state->root != 0 && !heap_is_refused(ctx);
    *out = is_there ? leaf_key(heap_get(ctx->heap, edge(ctx, state->root, largest))) : STR_EMPTY;
    return is_there;
}

bool agg_final_lowest_key(FnCtx *ctx, const BagState *state, Str *out)
{
    return answer_edge(ctx, state, false, out);
}

bool agg_final_highest_key(FnCtx *ctx, const BagState *state, Str *out)
{
    return answer_edge(ctx, state, true, out);
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
