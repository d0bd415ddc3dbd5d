/* agg_carried.h -- every aggregate in three more forms, which carry its state instead of its value.
 *
 *   form              step takes            final answers
 *   AGG_CARRY_OUT         a value               the state's bytes, BYTES, never NULL
 *   AGG_CARRY_ON          such bytes            the bytes of all of them merged
 *   AGG_CARRY_IN          such bytes            the value
 *
 * So that what a metric keeps is made, rolled up and shown by the operators that everything else runs on: the store
 * keeps AGG_CARRY_OUT, rungs are AGG_CARRY_ON, `query` is AGG_CARRY_IN.  Bytes are those of AggDef.put; empty ones are
 * the empty state.  Bytes that are no state are a failure (E0651).
 *
 * Threads    constant data. */
#ifndef SQC_STDLIB_AGG_CARRIED_H
#define SQC_STDLIB_AGG_CARRIED_H

#include "stdlib/registry.h"

/* `base` is a row of AGG_DEFS. */
const AggDef *agg_carried(const AggDef *base, AggCarry carry);

/* For generated code (rt_abi.def): `row` counts the rows of AGG_DEFS. */
void rt_agg_take(FnCtx *ctx, uint32_t row, void *state, const Str *bytes);
void rt_agg_give(FnCtx *ctx, uint32_t row, const void *state, Str *bytes);

#endif
