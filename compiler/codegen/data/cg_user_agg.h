/* cg_user_agg.h -- steps and results of aggregates that users write in SQL, in place (compiler/logical/user_agg.h).
 *
 * What they do to a state is what the forms of stdlib/agg_user.h do; merging states is left to those. */
#ifndef SQC_CODEGEN_CG_USER_AGG_H
#define SQC_CODEGEN_CG_USER_AGG_H

#include "compiler/codegen/sql/cg_sql.h"
#include "compiler/logical/user_agg.h"

/* `args`: one for each parameter, none of them NULL. */
void cg_user_agg_step(CgCode *c, const UserAgg *agg, CgVal state, const CgSql *args, bool retracts);
/* True where no expression failed, else nothing has changed. */
CgVal cg_user_agg_merge(CgCode *c, const UserAgg *agg, CgVal row, CgVal from);
CgSql cg_user_agg_final(CgCode *c, const UserAgg *agg, CgVal state);

#endif
