/* expr_eval.h -- what an expression means, said as plainly as possible.
 *
 * The interpreter and constant folding run this; generated code must agree with it, failures included:
 *
 *   - arguments of a CALL are all evaluated, left to right, although one of them is NULL;
 *   - AND and OR stop at the first FALSE (TRUE), CASE evaluates the conditions up to the first TRUE one and the value
 *     behind it, and nothing else;
 *   - after a failure nothing more is evaluated, and the value means nothing: look at fn->failure.code first.
 *
 * DECIMAL arguments of up to 18 digits are widened to the D128 of the bodies and results narrowed, where the expression
 * does not say so itself; a result that does not fit is NULL.
 *
 * Ownership  results live in fn->batch or borrow columns and literals.
 * Cost       slow on purpose: no caches, not even for regular expressions. */
#ifndef SQC_LOGICAL_EXPR_EVAL_H
#define SQC_LOGICAL_EXPR_EVAL_H

#include "compiler/logical/expr.h"

typedef struct ExprEval {
    FnCtx *fn;
    const RtDatum *columns; /* of the input row; may be NULL where no COLUMN is read */
} ExprEval;

RtDatum expr_eval(const ExprEval *eval, const Expr *expr);
/* TRUE and no failure. */
bool expr_eval_is_true(const ExprEval *eval, const Expr *predicate);
/* A value of `kind`: D128 to I64 and back; what does not fit is NULL. */
RtDatum datum_to_kind(RtDatum datum, RtKind kind);
/* As IN compares: both of one kind, neither NULL. */
bool datum_same_value(const RtDatum *a, const RtDatum *b);

#endif
