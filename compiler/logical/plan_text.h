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
/* `hop`, and in its parentheses `1 min by 10 s, offset 2 s` */
const char *plan_window_name(WindowKind kind);
void plan_put_window_sizes(Buf *out, WindowKind kind, const WindowCalendar *calendar, int64_t size_us, int64_t step_us,
                           int64_t offset_us);
/* " in Europe/Berlin"; nothing for windows without a calendar. */
void plan_put_calendar(Buf *out, const WindowCalendar *calendar);

#endif
