/* lower_internal.h -- the parts of lowering. */
#ifndef SQC_PHYSICAL_LOWER_INTERNAL_H
#define SQC_PHYSICAL_LOWER_INTERNAL_H

#include "compiler/logical/nodes.h"
#include "compiler/physical/lower.h"
#include "runtime/base/vec.h"

/* One node of one statement's tree: a tree even where logical nodes are reached twice. */
typedef struct LowerNode LowerNode;
struct LowerNode {
    const LogicalNode *logical;
    LowerNode **inputs;
    uint64_t *needed; /* columns of its output that what is above it reads */
    uint32_t level;   /* aggregates on the longest way down, itself included */
    PhysNode *phys;   /* once lowered */
    uint32_t *map;    /* then: where column c stands in the output of `phys` */
};

/* A scan under construction: of all statements that read the table, or of one. */
typedef struct ScanBuild {
    const Table *table;
    VEC(LowerNode *) users;
} ScanBuild;

/* Groups under construction: calls are added until the level is done. */
typedef struct GroupBuild {
    PhysNode *node;
    VEC(AggCall) calls;
    VEC(const Type *) call_types; /* of the output columns */
    bool can_fail;                /* a call can */
    const LogicalColumn *key_columns;
    const LogicalColumn *window_columns;
} GroupBuild;

typedef struct Lower {
    Arena *query;
    const LogicalProgram *logical;
    const OptimizeOptions *options;
    VEC(PhysNode *) nodes;
    VEC(uint64_t) hashes; /* of nodes[i] for finding equals; 0: not to be found */
    VEC(PhysNode *) scans;
    VEC(PhysNode *) sinks;
    VEC(ScanBuild *) scan_builds;
    VEC(GroupBuild *) groups;
    VEC(LowerNode *) aggregates;
    uint32_t level_max;
} Lower;

static inline bool bit_is_set(const uint64_t *bits, uint32_t i)
{
    return (bits[i / 64] >> (i % 64)) & 1;
}

static inline void bit_put(uint64_t *bits, uint32_t i)
{
    bits[i / 64] |= (uint64_t)1 << (i % 64);
}

static inline uint64_t *bits_make(Arena *arena, uint32_t count)
{
    return ARENA_ARRAY(arena, uint64_t, count / 64 + 1);
}

/* lower.c */
PhysNode *lower(Lower *l, LowerNode *node);
/* The expression over the physical input. */
const Expr *lower_expr(Lower *l, const LowerNode *input, const Expr *expr);
/* What a node above `input` reads of the scan; NULL where the input gives no scan rows. */
const uint64_t *lower_mask(Lower *l, const LowerNode *input);
const uint64_t *const *lower_masks(Lower *l, const uint64_t *mask);
RowLayout lower_layout(Arena *query, const PhysColumn *columns, uint32_t count);

/* May a partition whose rows reach the node be left behind? */
bool lower_may_idle(const PhysNode *node);

/* lower_intern.c */
PhysNode *phys_new(Lower *l, PhysKind kind, uint32_t input_count, Span span);
/* The name of the node's table that no other node of its kind has: tables of equal meaning that are not shared have
 * two. Of GROUP_AGG, TOP and GAP_FILL. */
uint64_t lower_unit_id(const Lower *l, const PhysNode *node);
/* The node itself, or an equal one that is there already (then `node` is dropped).  Not for groups, scans, sinks. */
PhysNode *phys_intern(Lower *l, PhysNode *node, OptRule rule);
/* Both may be NULL. */
bool phys_same_expr(const Expr *a, const Expr *b);
bool phys_same_exprs(const Expr *const *a, const Expr *const *b, uint32_t count);
bool phys_same_masks(const PhysNode *a, const PhysNode *b);

/* lower_scan.c */
void lower_scans(Lower *l);
bool scan_sources_equal(const ScanSource *a, const ScanSource *b);

/* lower_group.c */
void lower_aggregate(Lower *l, LowerNode *node);
/* The calls of a grouping over its physical input. */
const AggCall *lower_calls(Lower *l, const LowerNode *node, bool *can_fail);
const Expr *const *lower_keys(Lower *l, const LowerNode *node);
/* After the last aggregate of a level. */
void lower_level_done(Lower *l, uint32_t level);

bool lower_same_call(const AggCall *a, const AggCall *b);

/* lower_slices.c: of the groups whose level is done but for their columns. */
void lower_share_slices(Lower *l);

/* lower_unbounded.c */
void lower_unbounded(Lower *l, LowerNode *node);

/* lower_gap_fill.c */
void lower_gap_fill(Lower *l, LowerNode *node);

/* lower_unnest.c */
void lower_unnest(Lower *l, LowerNode *node);

/* lower_window.c */
void lower_window(Lower *l, LowerNode *node);

/* The input with exactly the columns of its logical node, in their order; *mask is what is left to be checked. */
PhysNode *lower_conform(Lower *l, LowerNode *input, const uint64_t **mask);
/* lower_top.c */
void lower_top(Lower *l, LowerNode *node);

#endif
