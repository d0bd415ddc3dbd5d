/* optimize_internal.h -- what the rules have in common. */
#ifndef SQC_OPTIMIZE_OPTIMIZE_INTERNAL_H
#define SQC_OPTIMIZE_OPTIMIZE_INTERNAL_H

#include "compiler/logical/nodes.h"
#include "compiler/optimize/optimize.h"
#include "runtime/base/vec.h"

typedef struct OptContext {
    Arena *query;
    const OptimizeOptions *options; /* never NULL */
    const struct Zone *zone;        /* of the session, for constants; NULL: UTC */
} OptContext;

/* A rule answers the node it was given where it changes nothing: the same pointer says "no change". */
#define PASS(name, function, doc) const LogicalNode *function(const OptContext *ctx, const LogicalNode *root);
#define LAST(name, function, doc) PASS(name, function, doc)
#define SHARE(name, doc)
#include "compiler/optimize/passes.def"
#undef PASS
#undef LAST
#undef SHARE

/* Applies `change` to every node, inputs first. */
typedef const LogicalNode *(*NodeChange)(const OptContext *ctx, const LogicalNode *node);
const LogicalNode *opt_bottom_up(const OptContext *ctx, const LogicalNode *root, NodeChange change);

/* The arguments of an AND, or the predicate alone. */
typedef VEC(const Expr *) Conjuncts;
void opt_conjuncts(Arena *arena, const Expr *predicate, Conjuncts *out);
/* NULL where there are none. */
const Expr *opt_and(Arena *query, const Conjuncts *conjuncts);

/* `column.field.field`: a column and the numbers of the fields below it.  False: something else. */
enum { FIELD_PATH_MAX = 64 };
typedef struct FieldPath {
    uint32_t column;
    uint32_t length;
    uint32_t path[FIELD_PATH_MAX]; /* outermost first */
} FieldPath;
bool opt_field_path(const Expr *expr, FieldPath *out);
/* Costs nothing to compute again: a column, a constant, a field of a column. */
bool opt_is_free(const Expr *expr);

static inline bool bit_get(const uint64_t *bits, uint32_t i)
{
    return (bits[i / 64] >> (i % 64)) & 1;
}

static inline void bit_set(uint64_t *bits, uint32_t i)
{
    bits[i / 64] |= (uint64_t)1 << (i % 64);
}

static inline uint64_t *bits_new(Arena *arena, uint32_t count)
{
    return ARENA_ARRAY(arena, uint64_t, count / 64 + 1);
}

#endif
