/* agg_user.h -- aggregates that users write in SQL (CREATE AGGREGATE FUNCTION), in the forms that all aggregates have.
 *
 * A state is a head and a row: the head says whether there is anything (zero bytes are the empty state, as everywhere),
 * the row holds the fields, all of fixed size.  What a step, a merge and a result are is said by expressions, which
 * this half does not know: FnUserAgg brings functions that work them out.  Generated code has steps and results
 * inlined and calls neither.
 *
 * The forms below are the same for all of these aggregates, so whoever calls one says whose it is: ctx->user.
 *
 * Errors     an expression that fails breaks the state: its result is NULL, and counted as a sum that overflows. */
#ifndef SQC_STDLIB_AGG_USER_H
#define SQC_STDLIB_AGG_USER_H

#include "runtime/abi/row.h"
#include "stdlib/registry.h"

enum { USER_AGG_EMPTY, USER_AGG_LIVE, USER_AGG_BROKEN }; /* heads, as 64 bits */
enum { USER_AGG_HEAD_BYTES = 8, USER_AGG_FIELDS_MAX = 32 };

struct FnUserAgg {
    uint32_t number;  /* of the program's functions */
    RowLayout layout; /* of the fields */
    AggDef forms[4];  /* by AggCarry */
    uint32_t param_count;
    /* `args`: param_count of them.  `row`: of the fields, whose values they change. */
    bool (*start)(const FnUserAgg *agg, FnCtx *ctx, void *row);
    bool (*step)(const FnUserAgg *agg, FnCtx *ctx, void *row, const RtDatum *args, bool retracts);
    FnUserMerge merge; /* where ctx->merges has none */
    bool (*final)(const FnUserAgg *agg, FnCtx *ctx, const void *row, RtDatum *out);
};

/* Fills the forms in. */
void agg_user_forms(FnUserAgg *agg, const char *name, const char *symbol, uint32_t traits);
/* The forms that take and give bytes, for generated code. */
void agg_user_take(FnCtx *ctx, void *state, Str bytes);
Str agg_user_give(FnCtx *ctx, const void *state);

#endif
