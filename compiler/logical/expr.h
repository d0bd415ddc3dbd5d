/* expr.h -- typed expressions: what the binder makes, rules rewrite, and the interpreter and the code generator run.
 *
 * Every name is resolved, every conversion is explicit, every call names its registry row.  Columns are numbers of the
 * one input row of the operator that holds the expression.  Special forms are only those that choose what to evaluate
 * or see NULLs in a way of their own; everything else, operators and casts included, is EXPR_CALL.
 *
 *   LITERAL   datum                                COLUMN    column of the input row
 *   CALL      fn(args)                             TRY_CAST  args[0] is a CALL of a cast; its failure is NULL
 *   AND, OR   args, n-ary, three-valued, left to right: stops at the first FALSE (TRUE)
 *   NOT       args[0]                              IS_NULL, IS_NOT_NULL, IS_TRUE, IS_FALSE (and the two NOTs of them)
 *   CASE      args = when, then, when, then, .., else (odd count; searched form; conditions are BOOLEAN)
 *   IN        args[0] in literals args[1..]: NULL rules of SQL
 *
 * COALESCE, NULLIF, IF, IFNULL and the simple CASE are bound as CASE.  A BOOLEAN CASE, AND, OR short-circuits, so a
 * failure in a branch not taken is no failure.
 *
 * Ownership  query arena, immutable once made. */
#ifndef SQC_LOGICAL_EXPR_H
#define SQC_LOGICAL_EXPR_H

#include "compiler/source/source.h"
#include "compiler/types/type.h"
#include "stdlib/registry.h"

typedef enum ExprOp {
#define EXPR(op, doc) EXPR_##op,
#include "compiler/logical/expr_ops.def"
#undef EXPR
    EXPR_OP_COUNT
} ExprOp;

typedef struct Expr Expr;
struct Expr {
    ExprOp op;
    const Type *type;
    Span span;
    RtDatum literal;      /* LITERAL: kind is that of the type */
    uint32_t column;      /* COLUMN */
    const FnDef *fn;      /* CALL */
    uint32_t arg_count;
    const Expr *const *args;
};

/* One aggregate call of a grouping operator. */
typedef struct AggCall {
    const AggDef *agg;
    const Type *type;   /* of the result; final's value is narrowed to it where the kinds differ (DECIMAL) */
    const Expr *arg;    /* NULL: no argument; converted to the row's argument word already */
    const Expr *filter; /* NULL: all rows */
    bool distinct;
    Span span;
} AggCall;

const Expr *expr_literal(Arena *query, const Type *type, RtDatum datum, Span span);
const Expr *expr_null(Arena *query, const Type *type, Span span);
const Expr *expr_bool(Arena *query, bool value, Span span);
const Expr *expr_column(Arena *query, const Type *type, uint32_t column, Span span);
const Expr *expr_call(Arena *query, const Type *type, const FnDef *fn, const Expr *const *args, uint32_t count,
                      Span span);
const Expr *expr_op(Arena *query, ExprOp op, const Type *type, const Expr *const *args, uint32_t count, Span span);

bool expr_equal(const Expr *a, const Expr *b); /* spans aside */
uint64_t expr_hash(const Expr *expr);
/* May evaluating it record a failure? */
bool expr_can_fail(const Expr *expr);
/* Sets bit c of `used` (words of 64) for each column it reads. */
void expr_columns(const Expr *expr, uint64_t *used);
/* A copy with column c replaced by replacements[c]. */
const Expr *expr_substitute(Arena *query, const Expr *expr, const Expr *const *replacements);
/* As SQL-like text, for explain and goldens: `(user_id@3 > 10)`. */
Str expr_text(Arena *arena, const Expr *expr);

#endif
