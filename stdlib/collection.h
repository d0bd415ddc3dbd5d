/* collection.h -- an array taken apart, for the bodies that change one.
 *
 * Ownership  everything lives in ctx->batch; values borrow the array they came from. */
#ifndef SQC_STDLIB_COLLECTION_H
#define SQC_STDLIB_COLLECTION_H

#include "runtime/abi/fn.h"

typedef struct Items {
    RtDatum *data;
    uint32_t count;
    RtKind kind;
} Items;

/* The elements of an array (the values of a map), with room for `more`. */
Items items_of(FnCtx *ctx, Str blob, uint32_t more);
Str items_pack(FnCtx *ctx, const Items *items);

#endif
