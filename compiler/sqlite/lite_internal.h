/* lite_internal.h -- what the files that write the text share. */
#ifndef SQC_SQLITE_LITE_INTERNAL_H
#define SQC_SQLITE_LITE_INTERNAL_H

#include "compiler/sqlite/lite_query.h"

/* A common table expression that is done: its number, and what is needed of its watermarks above. */
typedef struct LiteNode {
    uint32_t number;          /* n<number> */
    VEC(uint32_t) watermarks; /* numbers of the scans below, each with its watermarks in `wm` */
} LiteNode;

typedef struct LiteWriter {
    Arena *arena;
    LiteQuery *query;
    Buf out; /* "n0 AS (..), n1 AS (..)" */
    uint32_t node_count;
    uint32_t aggregate_count; /* AGGREGATE nodes */
    Str late_of;              /* FROM .. WHERE ..: the late rows of the last one */
    bool taints;              /* of the calls being written: see LiteCall */
    bool may_fail;            /* some call of an aggregate may: then a late row may be a bad one */
} LiteWriter;

/* Of a LOOKUP_JOIN's residual: columns from `input_count` on are d<table_columns[..]>; others c<i>. */
typedef struct LiteScope {
    uint32_t input_count; /* UINT32_MAX: all are c<i> */
    const uint32_t *table_columns;
} LiteScope;

static const LiteScope LITE_INPUT = { UINT32_MAX, NULL };

/* The first reason is kept. */
void lite_refuse(LiteWriter *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Writes the expression; its value has the physical kind of its type. */
void lite_put_expr(LiteWriter *w, const Expr *expr, LiteScope scope);
/* As a key of a group, or an argument of an aggregate: -0 is 0. */
void lite_put_key(LiteWriter *w, const Expr *expr);
/* `computed`: argument and filter of call i stand in the columns x<i> and y<i>. */
void lite_put_aggregate(LiteWriter *w, const AggCall *call, uint32_t i, bool computed);

#endif
