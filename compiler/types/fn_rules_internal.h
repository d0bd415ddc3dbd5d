/* fn_rules_internal.h -- between choosing a row (fn_choose.c) and its result type (fn_rules.c). */
#ifndef SQC_TYPES_FN_RULES_INTERNAL_H
#define SQC_TYPES_FN_RULES_INTERNAL_H

#include "compiler/types/fn_rules.h"

/* Fills in result, hidden arguments and, where the rule asks for it, other argument types. */
bool fn_apply_rule(Arena *query, FnChoice *choice, const FnArg *args, uint32_t count);
/* `arg` is the type as written, without conversion. */
const Type *agg_rule(Arena *query, const AggDef *agg, const Type *arg);

#endif
