/* agg_bytes.h -- aggregate states as canonical bytes: the prototypes of agg_state_types.def.
 *
 * Ownership  bytes stand in ctx->batch; a state that was read owns its blocks in ctx->heap.
 * Threads    task thread only. */
#ifndef SQC_STDLIB_AGG_BYTES_H
#define SQC_STDLIB_AGG_BYTES_H

#include "stdlib/agg_states.h"

#define STATE_TYPE(State, size)                                                                                        \
    Str agg_put_##State(FnCtx *ctx, const void *state);                                                                \
    bool agg_get_##State(FnCtx *ctx, void *state, Str bytes);
#include "stdlib/agg_state_types.def"
#undef STATE_TYPE

#endif
