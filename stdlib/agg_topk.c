/* agg_topk.c -- Space-Saving summaries as aggregates (sketch_topk.h).  Native only.
 *
 * The block holds counters; each refers to a block with its text.  Counters are looked through one after the other:
 * there are at most 640, and four bytes of hash tell nearly all of them apart.
 *
 * A step takes two bytes of k, then the text: the first row of a group decides how many counters it has. */
#include "stdlib/agg_block.h"
#include "stdlib/agg_bytes.h"
#include "stdlib/agg_prototypes.h"
#include "stdlib/sketch_topk.h"

#include "runtime/abi/key.h"

enum { FIRST_ROOM = 8 };

typedef struct TopkCounter {
    uint64_t count, error;
    uint32_t hash;
    HeapRef text;
} TopkCounter;

typedef struct TopkBlock {
    uint32_t used, room; /* counters */
    uint32_t capacity, zero;
    uint64_t floor;
    TopkCounter counters[];
} TopkBlock;

static uint64_t block_bytes(uint32_t room)
{
    return sizeof(TopkBlock) + room * sizeof(TopkCounter);
}

static uint32_t hash_of(Str text)
{
    return (uint32_t)key_hash(text.data, text.len);
}

static TopkBlock *make_block(FnCtx *ctx, uint32_t room, uint32_t capacity, HeapRef *ref)
{
    TopkBlock *block = block_make(ctx, block_bytes(room), ref);
    if (block != NULL)
        *block = (TopkBlock){ .room = room, .capacity = capacity };
    return block;
}

static TopkBlock *grown(FnCtx *ctx, TopkState *state, TopkBlock *block)
{
    HeapRef ref;
    uint32_t room = 2 * block->room < block->capacity ? 2 * block->room : block->capacity;
    TopkBlock *larger = make_block(ctx, room, block->capacity, &ref);
    if (larger == NULL)
        return NULL;
    larger->used = block->used;
    larger->floor = block->floor;
    memcpy(larger->counters, block->counters, block->used * sizeof *block->counters);
    heap_free(ctx->heap, state->ref);
    state->ref = ref;
    return larger;
}

static TopkCounter *find(FnCtx *ctx, TopkBlock *block, uint32_t hash, Str text)
{
    for (uint32_t i = 0; i < block->used; i++) {
        TopkCounter *counter = &block->counters[i];
        if (counter->hash == hash && str_equal(heap_get(ctx->heap, counter->text), text))
            return counter;
    }
    return NULL;
}

static TopkCounter *smallest(TopkBlock *block)
{
    TopkCounter *least = block->counters;
    for (uint32_t i = 1; i < block->used; i++)
        least = block->counters[i].count < least->count ? &block->counters[i] : least;
    return least;
}

static void count_text(FnCtx *ctx, TopkState *state, TopkBlock *block, Str text)
{
    uint32_t hash = hash_of(text);
    TopkCounter *counter = find(ctx, block, hash, text);
    if (counter != NULL) {
        counter->count++;
        return;
    }
    if (block->used == block->room && block->room < block->capacity) {
        block = grown(ctx, state, block);
        if (block == NULL)
            return;
    }
    if (block->used < block->room) {
        counter = &block->counters[block->used++];
        *counter = (TopkCounter){ .text = heap_put(ctx->heap, text.data, text.len) };
    } else {
        counter = smallest(block);
        block->floor = counter->count > block->floor ? counter->count : block->floor;
        counter->text = heap_replace(ctx->heap, counter->text, text.data, text.len);
    }
    counter->hash = hash;
    counter->count = block->floor + 1;
    counter->error = block->floor;
}

void agg_step_topk_state(FnCtx *ctx, TopkState *state, Str value)
{
    uint16_t k = 0;
    if (value.len < sizeof k)
        return;
    memcpy(&k, value.data, sizeof k);
    Str text = { value.data + sizeof k, value.len - sizeof k };
    TopkBlock *block =
        state->ref == 0 ? make_block(ctx, FIRST_ROOM, topk_capacity(k), &state->ref) : block_write(ctx, state->ref);
    if (block != NULL)
        count_text(ctx, state, block, text);
}

/* A copy in the batch: the texts outlive their blocks. */
static TopkList list_of(FnCtx *ctx, HeapRef ref)
{
    TopkList list = { .capacity = TOPK_CAPACITY_MIN };
    const TopkBlock *block = block_read(ctx, ref);
    if (block == NULL)
        return list;
    list.capacity = block->capacity;
    list.floor = block->floor;
    list.items = ARENA_ARRAY(ctx->batch, TopkItem, block->used + 1);
    for (; list.count < block->used; list.count++) {
        const TopkCounter *counter = &block->counters[list.count];
        Str text = heap_get(ctx->heap, counter->text);
        char *copy = fn_alloc(ctx, text.len + 1);
        memcpy(copy, text.data, text.len);
        list.items[list.count] = (TopkItem){ { copy, text.len }, counter->count, counter->error };
    }
    topk_sort(&list);
    return list;
}

static void set_list(FnCtx *ctx, TopkState *state, const TopkList *list)
{
    TopkBlock *block = block_write(ctx, state->ref);
    for (uint32_t i = 0; block != NULL && i < block->used; i++)
        heap_free(ctx->heap, block->counters[i].text);
    heap_free(ctx->heap, state->ref);
    block = make_block(ctx, list->count < FIRST_ROOM ? FIRST_ROOM : list->count, list->capacity, &state->ref);
    if (block == NULL)
        return;
    block->floor = list->floor;
    for (uint32_t i = 0; i < list->count; i++) {
        const TopkItem *item = &list->items[i];
        block->counters[i] = (TopkCounter){ item->count, item->error, hash_of(item->text),
                                            heap_put(ctx->heap, item->text.data, item->text.len) };
    }
    block->used = list->count;
}

static void merge_list(FnCtx *ctx, TopkState *into, const TopkList *more)
{
    TopkList own = list_of(ctx, into->ref);
    TopkList sum = into->ref == 0 ? *more : topk_combine(ctx->batch, &own, more);
    set_list(ctx, into, &sum);
}

void agg_merge_topk_state(FnCtx *ctx, TopkState *into, const TopkState *from)
{
    if (from->ref == 0)
        return;
    TopkList more = list_of(ctx, from->ref);
    merge_list(ctx, into, &more);
}

void agg_step_topk_merge(FnCtx *ctx, TopkState *state, Str value)
{
    TopkList more;
    if (topk_decode(ctx->batch, value, &more) == NULL)
        merge_list(ctx, state, &more);
}

void agg_merge_topk_merge(FnCtx *ctx, TopkState *into, const TopkState *from)
{
    agg_merge_topk_state(ctx, into, from);
}

Str agg_put_TopkState(FnCtx *ctx, const void *state)
{
    HeapRef ref = ((const TopkState *)state)->ref;
    if (ref == 0)
        return STR_EMPTY;
    TopkList list = list_of(ctx, ref);
    return topk_encode(ctx->batch, &list);
}

bool agg_get_TopkState(FnCtx *ctx, void *state, Str bytes)
{
    TopkList list;
    if (bytes.len == 0)
        return true;
    if (topk_decode(ctx->batch, bytes, &list) != NULL)
        return false;
    set_list(ctx, state, &list);
    return true;
}

bool agg_final_topk_state(FnCtx *ctx, const TopkState *state, Str *out)
{
    *out = agg_put_TopkState(ctx, state);
    return out->len != 0;
}

bool agg_final_topk_merge(FnCtx *ctx, const TopkState *state, Str *out)
{
    return agg_final_topk_state(ctx, state, out);
}
