/* agg_form.h -- aggregate calls that are a state and an expression over it (stdlib/agg_forms.def).
 *
 * Ownership  query arena.
 * Errors     reported; poison. */
#ifndef SQC_BIND_AGG_FORM_H
#define SQC_BIND_AGG_FORM_H

#include "compiler/bind/bind_internal.h"

typedef struct AggFormDef {
    const char *name;
    const char *symbol;
    uint32_t fewest, most; /* arguments */
} AggFormDef;

extern const AggFormDef AGG_FORMS[];
extern const uint32_t AGG_FORM_COUNT;

/* NULL: the name is none of them. */
const AggFormDef *agg_form_find(Str name);
/* May IGNORE NULLS and RESPECT NULLS stand in this call? */
bool agg_form_takes_nulls(const AstNode *call);
/* Arguments are bound and of the right number. */
const Expr *agg_form_bind(ExprScope *scope, const AstNode *ast, const AggFormDef *form, const Expr **args,
                          AggCall call);
/* MIN, MAX and COUNT(DISTINCT ..) over rows that are taken back: of all values that are there. */
const Expr *agg_form_over_changes(ExprScope *scope, const AstNode *ast, Str name, const Expr *arg, AggCall call);
/* TOPK_ESTIMATE, whose type no word tells; NULL: `ast` is another call. */
const Expr *bind_topk_estimate(ExprScope *scope, const AstNode *ast);

bool is_aggregate(Str name);
/* E0321, E0322 */
const Expr *aggregate_out_of_place(ExprScope *scope, const AstNode *ast, Str name);
/* False after E0321: an alias may have brought an aggregate into the argument. */
bool aggregate_is_flat(Binder *binder, const AstNode *ast, Str name, const Expr *part);
/* The column of a call; one that stands there already is not computed twice. */
const Expr *add_aggregate(ExprScope *scope, AggCall call);
/* E0302 without an argument, else E0303. */
const Expr *wrong_aggregate(Binder *binder, const AstNode *ast, Str name, const Expr *arg);

#endif
