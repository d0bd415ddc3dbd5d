/* bind_from.h -- between the files that bind FROM. */
#ifndef SQC_BIND_BIND_FROM_H
#define SQC_BIND_BIND_FROM_H

#include "compiler/bind/bind_internal.h"

Relation *under_alias(Binder *binder, const Relation *relation, Str alias, Span span);
/* A WITH query hides a table of the same name. */
Relation *find_relation(Binder *binder, const AstNode *qname);
Relation *bind_join(Binder *binder, const AstNode *ast);
/* A literal day-time interval in microseconds; false after an error. */
bool constant_interval(ExprScope *scope, const AstNode *ast, const char *what, int64_t *us);
bool check_window_size(Binder *binder, const AstNode *ast, int64_t size_us);
/* Of TUMBLE against its size, of HOP against its slide. */
bool check_window_offset(Binder *binder, const AstNode *ast, int64_t size_us, int64_t offset_us);

#endif
