/* agg_block.h -- writing to the heap blocks of aggregate states without fear of a refused pool.
 *
 * Once the budget of a task is spent, blocks are the trash page, whose bytes are no state (page.h): bodies with a
 * structure in their block leave it alone.  The batch is void anyway.
 *
 * Threads    task thread only. */
#ifndef SQC_STDLIB_AGG_BLOCK_H
#define SQC_STDLIB_AGG_BLOCK_H

#include "runtime/abi/fn.h"
#include "runtime/state/heap.h"

static inline bool heap_is_refused(const FnCtx *ctx)
{
    return ctx->heap->shared->table.pool->refused != STATE_REFUSED_NOT;
}

/* The bytes of a block, writable; NULL: refused. */
static inline void *block_write(FnCtx *ctx, HeapRef ref)
{
    if (ref == 0 || heap_is_refused(ctx))
        return NULL;
    void *block = heap_write(ctx->heap, ref);
    return heap_is_refused(ctx) ? NULL : block;
}

/* A zeroed block; NULL: refused. */
static inline void *block_make(FnCtx *ctx, uint64_t bytes, HeapRef *ref)
{
    *ref = heap_is_refused(ctx) ? 0 : heap_put(ctx->heap, NULL, bytes);
    return block_write(ctx, *ref);
}

static inline const void *block_read(FnCtx *ctx, HeapRef ref)
{
    return ref == 0 || heap_is_refused(ctx) ? NULL : heap_get(ctx->heap, ref).data;
}

#endif
