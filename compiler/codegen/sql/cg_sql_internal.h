/* cg_sql_internal.h -- calls, for the special forms of cg_expr.c. */
#ifndef SQC_CODEGEN_CG_SQL_INTERNAL_H
#define SQC_CODEGEN_CG_SQL_INTERNAL_H

#include "compiler/codegen/sql/cg_sql.h"

/* is_try: a failure of the call itself is NULL. */
CgSql cg_sql_call(CgCode *c, const Expr *call, const CgRow *row, bool is_try);
/* Are two values that are not NULL equal by SQL's `=`? */
CgVal cg_equal(CgCode *c, const Type *type, CgSql a, CgSql b);

#endif
