/* generate.h -- a physical program as a module of functions.
 *
 * The functions and how the runtime finds them: names are <tier>s<id>_times, <tier>p<id>_<k>_rows for k from 0 to
 * generated_rows_count, <tier>e<id>_groups, <tier>k<id>_groups and _ranks, <tier>d<id>_lines.  Everything is a function
 * of the plan alone, so two tiers differ only by their prefix.
 *
 * Threads    any; one module each.  The plan is read only. */
#ifndef SQC_CODEGEN_GENERATE_H
#define SQC_CODEGEN_GENERATE_H

#include "compiler/codegen/emit/cg.h"
#include "compiler/logical/user_agg.h"
#include "compiler/physical/plan.h"
#include "runtime/format/json_decode.h"

enum { GENERATE_EDGES_PER_FUNCTION = 16 };

typedef struct Generated {
    CgModule *module;
    uint32_t site_count; /* call sites that the task keeps an FnSite for */
} Generated;

/* `shapes`: one per scan, of a sample line, for compiled decoders of JSON, a NULL entry: none; those of CSV need no
 * sample.  NULL: no compiled decoders. */
Generated generate_program(Arena *scratch, const PhysProgram *program, const char *tier,
                           const JsonShape *const *shapes);
/* Is there a function that pushes a row behind this node? */
bool generated_push(const PhysNode *node);
/* The compiled decoders alone. */
Generated generate_decoders(Arena *scratch, const PhysProgram *program, const char *tier,
                            const JsonShape *const *shapes);
/* Has a program that was given shapes a compiled decoder for this scan, whose shape is this? */
bool generated_decoder(const PhysNode *scan, const JsonShape *shape);
/* How many rows functions a scan has. */
uint32_t generated_rows_count(const PhysNode *scan);
/* Aggregates written in SQL that the program uses, by the number of the function; NULL entries: none. */
const UserAgg *const *generated_users(Arena *arena, const PhysProgram *program, uint32_t *count);
const char *generated_merge_name(Arena *arena, const char *tier, const UserAgg *agg);
const char *generated_name(Arena *arena, const char *tier, const char *what, const PhysNode *node, uint32_t k);

#endif
