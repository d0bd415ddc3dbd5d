/* lineage.h -- what is made of what: streams, views, metrics and derived metrics as a graph.
 *
 *     ev (ts, name) --> social.activity --> social.week
 *
 * Edges are the names in the text of a definition, through functions in SQL too.  Which columns of a stream a metric or
 * an INSERT reads comes from its optimised plan, so through any number of views.  Nodes are in the order of definition.
 *
 * Ownership  the query arena; immutable once made. */
#ifndef SQC_LINEAGE_LINEAGE_H
#define SQC_LINEAGE_LINEAGE_H

#include "compiler/bind/bind.h"

typedef enum LineageKind { LINEAGE_STREAM, LINEAGE_TABLE, LINEAGE_VIEW, LINEAGE_METRIC, LINEAGE_DERIVED } LineageKind;

typedef struct LineageReads {
    uint32_t stream;
    VEC(Str) columns; /* in the order of the stream */
} LineageReads;

typedef struct LineageNode {
    LineageKind kind;
    Str name;
    Span span;
    const Metric *metric; /* NULL: none */
    VEC(uint32_t) from;   /* nodes */
    VEC(uint32_t) to;
    VEC(LineageReads) reads;
    bool is_chosen; /* set by lineage_choose */
} LineageNode;

typedef struct Lineage {
    LineageNode *nodes;
    uint32_t count;
} Lineage;

/* `files` are those that were bound, without errors. */
Lineage *lineage_of(Arena *query, const BoundProgram *bound, AstNode *const *files, uint32_t file_count);
/* The nodes that `wanted` names, with all that they are made of and all that is made of them. */
typedef bool LineageWanted(void *user, const LineageNode *node);
void lineage_choose(Lineage *lineage, LineageWanted *wanted, void *user);
const char *lineage_kind_text(LineageKind kind);

#endif
