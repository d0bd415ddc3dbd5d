/* cg_operator.h -- what an operator answers.  Streams push: a source drives, everyone else is called.
 *
 *   on_row     a row arrives on input `input` of the node
 *   on_group   sources of their own kind: a window has closed and its groups are walked (window aggregates)
 *
 * Ownership  read-only plan; nothing is kept. */
#ifndef SQC_CODEGEN_CG_OPERATOR_H
#define SQC_CODEGEN_CG_OPERATOR_H

#include "compiler/codegen/data/cg_group.h"
#include "compiler/codegen/data/cg_row.h"
#include "compiler/physical/plan.h"

typedef struct CgOperator {
    void (*on_row)(CgCode *c, const PhysNode *node, const CgRow *row);
} CgOperator;

const CgOperator *cg_operator(PhysKind kind);

/* Pushes a row to every consumer of the node, in order.  Scan rows are tested against each consumer's mask. */
void cg_push(CgCode *c, const PhysNode *node, const CgRow *row);
/* Pushes to the consumer at one place of the list. */
void cg_push_to(CgCode *c, const PhysNode *node, uint32_t consumer, const CgRow *row);

/* Marks the row in hand (or the group) bad for the statements behind `node`. */
void cg_bad(CgCode *c, const PhysNode *node, uint32_t reason);
/* A failed expression makes the row bad; one that is taken back was told when it came. */
void cg_bad_row(CgCode *c, const PhysNode *node, const CgRow *row);
/* Forgets the failure: of the other half of an update, which was told when it was a row. */
void cg_forgive(CgCode *c);
/* The change of a row whose other half is there only where `kept`. */
CgVal cg_change_where(CgCode *c, CgVal change, CgVal kept);
/* Does a row count against what was there, by its change?  A constant false for inserts. */
CgVal cg_retracts(CgCode *c, const CgRow *row);
/* The time of the row: as PROCTIME() has it, or that of the window or the change that it comes from. */
CgVal cg_time_of_row(CgCode *c);
/* Must rows that this node pushes bring the other half of their update along? */
bool cg_needs_other(const PhysNode *node);
/* Evaluates expressions in order; the answer is false when none of them can fail. */
bool cg_exprs(CgCode *c, const Expr *const *exprs, uint32_t count, const CgRow *row, CgSql *values);

/* One call of an aggregate (op_window_agg.c): whether the row counts and with which values, of which it has
 * cg_call_args (at least room for one); one step; a result in the kind of its type. */
uint32_t cg_call_args(const AggCall *call);
void cg_call_input(CgCode *c, const AggCall *call, const CgRow *row, CgSql *arg, CgVal *counts);
void cg_call_step(CgCode *c, const AggCall *call, const CgGroup *group, uint32_t offset, const CgSql *arg);
void cg_call_change(CgCode *c, const AggCall *call, const CgGroup *group, uint32_t offset, const CgSql *args,
                    CgVal retracts);
CgSql cg_narrowed(CgCode *c, CgSql value, const Type *type);

#define CG_OPERATOR(kind) extern const CgOperator OP_##kind;
CG_OPERATOR(FILTER)
CG_OPERATOR(PROJECT)
CG_OPERATOR(LOOKUP_JOIN)
CG_OPERATOR(GAP_FILL)
CG_OPERATOR(UNNEST)
CG_OPERATOR(RANK)
CG_OPERATOR(TOP)
CG_OPERATOR(KEEP)
CG_OPERATOR(WINDOW_ROWS)
CG_OPERATOR(WINDOW_AGG)
CG_OPERATOR(GROUP_AGG)
CG_OPERATOR(UNION_ALL)
CG_OPERATOR(SINK)
#undef CG_OPERATOR

/* Sources: whole functions. */
void cg_scan_times(CgProgram *program, const PhysNode *scan, const char *name);
void cg_scan_rows(CgProgram *program, const PhysNode *scan, uint32_t from, uint32_t to, const char *name);
/* How many edges there are to spread over rows functions. */
uint32_t cg_scan_edges(const PhysNode *scan);
/* Does the runtime push rows behind this node?  Then the function for one row (RtPush). */
bool cg_is_pushed(const PhysNode *node);
void cg_pushed_row(CgProgram *program, const PhysNode *node, const char *name);
/* The layout of rows of the node. */
RowLayout cg_node_layout(CgCode *c, const PhysNode *node);
void cg_window_groups(CgProgram *program, const PhysNode *agg, const char *name);
/* Pushes the groups that a KEEP makes of a window; and tells, for each group of one value, how the value ranks. */
void cg_kept_groups(CgProgram *program, const PhysNode *keep, const char *name);
void cg_kept_ranks(CgProgram *program, const PhysNode *keep, const char *name);

/* A function that walks the groups of a window; and one of them as a row of the aggregate. */
typedef void (*CgGroupVisit)(CgCode *c, const PhysNode *node, CgVal cursor);
void cg_each_group(CgProgram *program, const PhysNode *node, const char *name, CgGroupVisit visit);
CgRow cg_group_row(CgCode *c, const PhysNode *agg, CgVal cursor);

#endif
