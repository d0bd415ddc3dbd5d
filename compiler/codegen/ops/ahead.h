/* ahead.h -- rows that come soon ask for their groups' memory (ahead.c).
 *
 *   CgAhead ahead = cg_ahead_begin(c, scan);                before the rows of a batch
 *   .. for each row: cg_ahead_row(c, &ahead, row_of, scan);
 *
 * Ownership  nothing is kept; values live in the function that is being written. */
#ifndef SQC_CODEGEN_AHEAD_H
#define SQC_CODEGEN_AHEAD_H

#include "compiler/codegen/ops/cg_operator.h"

enum { CG_AHEAD_MAX = 2 };

typedef struct CgAhead {
    const PhysNode *aggs[CG_AHEAD_MAX];
    CgVal stores[CG_AHEAD_MAX], pays[CG_AHEAD_MAX];
    uint32_t count;
} CgAhead;

/* The row of the scan at c->row_index. */
typedef CgRow (*CgRowAt)(CgCode *c, const PhysNode *scan);

CgAhead cg_ahead_begin(CgCode *c, const PhysNode *scan);
void cg_ahead_row(CgCode *c, const CgAhead *ahead, CgRowAt row_at, const PhysNode *scan);

#endif
