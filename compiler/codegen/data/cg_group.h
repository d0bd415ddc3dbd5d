/* cg_group.h -- slices and groups in generated code (runtime/state/state_hot.h). */
#ifndef SQC_CODEGEN_CG_GROUP_H
#define SQC_CODEGEN_CG_GROUP_H

#include "compiler/codegen/data/cg_key.h"

typedef struct CgGroup {
    CgVal fields; /* pointer to the aggregates' states */
    CgVal groups; /* the table */
    CgVal slice;
    bool is_apart; /* in a slice of its own, beside the sessions of the unit */
} CgGroup;

/* The slice store or lookup table of a plan node. */
CgVal cg_slot(CgCode *c, uint32_t node);
/* The slice of a time; a null pointer when it has closed. */
CgVal cg_slice_at(CgCode *c, CgVal store, CgVal time, CgVal watermark);
/* The same; a null pointer already when the first window that holds the slice has closed. */
CgVal cg_slice_whole(CgCode *c, CgVal store, CgVal time, CgVal watermark);
/* The same for a window that the row brings along: start, end, and since when it counts (slice_store.h). */
CgVal cg_slice_attached(CgCode *c, CgVal store, const CgVal window[3], CgVal watermark);
/* Sessions: where the keys stand; the fields of the session that a row joins in the group of its key, a null pointer
 * when the row is late; what cg_distinct answers, for the session. */
CgVal cg_session_slice(CgCode *c, CgVal store);
typedef struct CgSessionRow {
    CgVal time, end, watermark; /* the row alone would be a session until `end` */
    CgVal flags;                /* SESSION_STARTS, SESSION_ENDS; I32 where sessions are cut, else nothing */
} CgSessionRow;
CgVal cg_session_at(CgCode *c, CgVal store, const CgGroup *key, const CgSessionRow *row);
CgVal cg_session_distinct(CgCode *c, CgVal store, uint32_t number, CgSql value);
/* The group of a key in a slice, made when missing. */
CgGroup cg_group_upsert(CgCode *c, CgVal slice, const CgSql *keys, uint32_t key_count);
/* (store, null, key, near) asks for the memory of a group whose key is one column of that kind; NULL: there is no such
 * call. */
const char *cg_group_ahead_call(RtKind kind);
/* How many rows before. */
int64_t cg_group_ahead_rows(bool near);
/* One step of an aggregate whose state stands at `offset`; arg is NULL for calls without one. */
void cg_agg_step(CgCode *c, const AggDef *agg, const CgGroup *group, uint32_t offset, const CgSql *arg);
/* Takes a step back that was made before. */
void cg_agg_retract(CgCode *c, const AggDef *agg, const CgGroup *group, uint32_t offset, const CgSql *arg);
/* True when the group sees the value, which is not NULL, for the first time; `number` counts the DISTINCT calls of the
 * unit. */
CgVal cg_distinct(CgCode *c, const CgGroup *group, uint32_t number, CgSql value);
CgSql cg_agg_final(CgCode *c, const AggDef *agg, CgVal fields, uint32_t offset);

#endif
