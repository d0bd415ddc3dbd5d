/* bind_function.h -- between the files that bind CREATE FUNCTION. */
#ifndef SQC_BIND_BIND_FUNCTION_H
#define SQC_BIND_BIND_FUNCTION_H

#include "compiler/bind/bind_internal.h"

/* The body's text, at its offsets in the file. */
Source function_source(Arena *query, const AstNode *literal);
/* Works the definition out; false where it is wrong, which has been reported. */
bool function_ready(Binder *binder, Function *function, Span use);
/* One argument for each parameter, NULL where its DEFAULT stands for it; false after an error. */
bool function_arguments(Binder *binder, const Function *function, const AstNode *call, const AstNode **args);
/* Notes behind all diagnostics from `before` on which call they come from. */
void function_name_call(Binder *binder, const Function *function, uint32_t before, Span span);
/* An argument as its parameter's type; `ast` NULL: its DEFAULT.  Poison after an error. */
const Expr *function_argument(ExprScope *scope, const Function *function, uint32_t i, const AstNode *ast);
/* CREATE AGGREGATE FUNCTION, whose parameters are known. */
void define_user_aggregate(Binder *binder, Function *function);
const Expr *bind_user_aggregate(ExprScope *scope, Function *function, const AstNode *ast);
/* bind_aggregate_sums.c: sets `sums` where all fields are; such a call; FALSE after E0349. */
void user_aggregate_find_sums(Binder *binder, struct UserAgg *agg);
const Expr *user_aggregate_as_sums(ExprScope *scope, const struct UserAgg *agg, const Expr *const *args, AggCall call);
bool user_aggregate_is_inexact(const struct UserAgg *agg);
void check_table_function(Binder *binder, Function *function);

#endif
