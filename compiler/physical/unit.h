/* unit.h -- names of state: what a table of groups and its fields are called across programs and versions.
 *
 * A unit's id is a hash of the text of its meaning: stream, filters, joins, columns whose errors make a row bad, time,
 * window and keys, written with names instead of column numbers, so that it does not change when other metrics come and
 * go.  Calls are fields with ids of their own (aggregate, argument, filter, DISTINCT).  Calls that can fail are part of
 * the unit's text, since they decide which rows count.
 *
 * `ordinal` tells apart units of equal meaning where sharing is switched off; 0 for the first. */
#ifndef SQC_PHYSICAL_UNIT_H
#define SQC_PHYSICAL_UNIT_H

#include "compiler/physical/plan.h"
#include "runtime/base/buf.h"

uint64_t unit_id_of(const PhysNode *window_agg, uint32_t ordinal);
/* Of what a scan keeps of the rows that it has seen: DEDUPLICATE BY. */
uint64_t unit_dedup_id(const PhysNode *scan, uint32_t ordinal);
uint64_t unit_call_id(const PhysNode *window_agg, const AggCall *call);
/* What a column of its output is: `region`, `SUM(price)`, `window_end`. */
Str unit_column_text(Arena *arena, const PhysNode *window_agg, uint32_t column);
/* The text that is hashed, for tests and --emit. */
void unit_put_text(Buf *out, const PhysNode *window_agg);

#endif
