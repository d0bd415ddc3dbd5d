/* plan_text.h -- pieces of plan text that logical and physical plans share. */
#ifndef SQC_LOGICAL_PLAN_TEXT_H
#define SQC_LOGICAL_PLAN_TEXT_H

#include "compiler/logical/plan.h"
#include "runtime/base/buf.h"

/* Writes what stands for a column of the input. */
typedef void (*ColumnName)(Buf *out, const void *user, uint32_t column);

void plan_put_expr(Buf *out, const Expr *expr, ColumnName name, const void *user);
/* `SUM(DISTINCT price@2) FILTER (..)` */
void plan_put_call(Buf *out, const AggCall *call, ColumnName name, const void *user);
/* `10 s` */
void plan_put_duration(Buf *out, int64_t us);

#endif
