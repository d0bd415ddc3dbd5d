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
void check_table_function(Binder *binder, Function *function);

#endif
