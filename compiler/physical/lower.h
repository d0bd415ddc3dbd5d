/* lower.h -- from the logical trees of all statements to one physical graph.
 *
 * Trees are lowered from their inputs up; a node that is there already is taken instead of made (hash-consing), which
 * shares scans, filters, projections, joins and groups of all statements in one way.  What makes two nodes the same is
 * said in plan.h: inputs, expressions, and for what takes scan rows also the mask of columns read.
 *
 * Aggregates are lowered level by level (those without an aggregate below them first): when a level is done its groups
 * have all their calls, so the places of their window columns are known to what reads them.
 *
 * Ownership  the plan lives in the query arena and borrows tables, types and expressions of the logical plan.
 * Errors     none: the binder has refused what cannot run. */
#ifndef SQC_PHYSICAL_LOWER_H
#define SQC_PHYSICAL_LOWER_H

#include "compiler/logical/plan.h"
#include "compiler/optimize/optimize.h"
#include "compiler/physical/plan.h"

/* `options` (NULL: all on) switches the share_* rules. */
PhysProgram *physical_plan(Arena *query, const LogicalProgram *logical, const OptimizeOptions *options);

/* The part of a table that is decoded, as the formats know it: column c of the layout comes from sources[c]. */
DecodeSchema *decode_schema_new(Arena *query, const Table *table, const RowLayout *layout, const ScanSource *sources,
                                uint32_t count);
/* A SQL type as formats know it. */
const FieldType *field_type_of(Arena *query, const Type *type);

#endif
