/* user_agg.h -- an aggregate written in SQL: what the binder makes of CREATE AGGREGATE FUNCTION.
 *
 *   init[f]        no columns
 *   accumulate[f]  fields ++ parameters      retract[f]  the same, or there is none
 *   merge[f]       fields ++ fields of the other state
 *   finish         fields
 *
 * each of the type of its field (finish: of the result).  All fields of a state change at once: an expression sees the
 * values from before.  The interpreter, stores and merges of native code work them out by expr_eval; steps and
 * results of native code are generated from them.
 *
 * Ownership  query arena, immutable once made. */
#ifndef SQC_LOGICAL_USER_AGG_H
#define SQC_LOGICAL_USER_AGG_H

#include "compiler/logical/expr.h"
#include "stdlib/agg_user.h"

/* A field that is a sum: of this over fields ++ parameters. */
typedef struct UserSum {
    const Expr *addend;
    bool is_minus;
} UserSum;

typedef struct UserAgg {
    FnUserAgg base; /* first: what ctx->user points to */
    const char *name;
    const Str *field_names;
    const Type **field_types;
    uint32_t field_count;
    const Type **param_types;
    const Expr *const *init, *const *accumulate, *const *retract, *const *merge;
    const Expr *finish;
    const UserSum *sums; /* one for each field, where all are sums; else NULL */
} UserAgg;

/* NULL for a row of the registry. */
static inline const UserAgg *user_agg_of(const AggDef *agg)
{
    return (const UserAgg *)(const void *)agg->user;
}

/* Layout, functions and forms, once the expressions stand. */
void user_agg_finish(Arena *query, UserAgg *agg, uint32_t number, bool is_order_free);
/* The arguments of a call: none, its `arg`, or the fields of the ROW that its `arg` makes. */
const Expr *const *user_agg_args(const AggCall *call, uint32_t *count);

bool user_agg_reads_field(const Expr *expr, uint32_t field_count);

typedef struct UserAggFault {
    Str text;         /* empty: none was found */
    bool is_of_order; /* rows or parts in another order give something else */
} UserAggFault;

/* Do the clauses agree with each other?  Tries them on a few rows. */
UserAggFault user_agg_fault(Arena *arena, const UserAgg *agg);

#endif
