/* bind_group.h -- between the files that bind GROUP BY. */
#ifndef SQC_BIND_BIND_GROUP_H
#define SQC_BIND_BIND_GROUP_H

#include "compiler/bind/bind_internal.h"

/* Takes an expression of GROUP BY as a key and answers its number; UINT32_MAX after an error. */
typedef struct KeySink {
    uint32_t (*add)(void *user, const AstNode *expr);
    void *user;
} KeySink;

/* Each of the sets so far with each of those that GROUPING SETS, CUBE or ROLLUP makes. */
void key_sets_cross(Binder *binder, const KeySink *sink, const AstNode *grouping, KeySets *sets);
/* `plain`: the columns of one aggregate over all keys. */
Relation *make_grouping_sets(Binder *binder, const Grouping *grouping, const BindColumn *plain);
/* GROUPING(key, ..), GROUPING_ID(key, ..). */
const Expr *bind_grouping_call(ExprScope *scope, const AstNode *ast);
/* A column of GROUPING over the output of the grouping. */
const Expr *grouping_column(Binder *binder, const Grouping *grouping, const Expr *expr);

#endif
