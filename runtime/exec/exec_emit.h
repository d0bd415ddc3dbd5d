/* exec_emit.h -- results before they are final: EMIT EVERY, EMIT ON UPDATE.
 *
 * An aggregate with an interval is told of its open windows whenever its watermark passes a multiple of the interval,
 * at the row that does it: batches are cut there, so that what comes out is the same whatever their size.  Each group
 * is pushed through the operators behind the aggregate, and what reaches a sink is compared with what reached it the
 * last time:
 *
 *   the same row: nothing    another: -U, +U    none before: +I    none now: -D
 *
 * What was told of a window stands in a slice of its own, the *shown* rows, until the window closes.  Then its groups
 * go the same way once more, and the slice is dropped; nobody is told again of what he knows.  Sinks that keep final
 * rows only (the store) get none of this but the rows of closed windows.
 *
 * Groups that no row has touched since the last time are passed over, where windows are single slices.
 *
 * Groups without a window note what changes, and tell at the tick what has become of it: one change for each group.
 *
 *   shown rows   key = group key ++ sink ++ number of the row among those of the group;  fields = ShownRow
 *
 * Units      times are microseconds.
 * Threads    task thread. */
#ifndef SQC_EXEC_EXEC_EMIT_H
#define SQC_EXEC_EXEC_EMIT_H

#include "runtime/exec/exec_internal.h"
#include "runtime/state/slice_window.h"

#include <assert.h>

typedef struct ShownRow {
    HeapRef row;    /* exec_row_pack */
    uint32_t state; /* ShownState */
} ShownRow;

typedef enum ShownState { SHOWN_NOT, SHOWN_BEFORE, SHOWN_NOW } ShownState;

/* What a group without a window has to tell at the next tick. */
typedef struct PendingRow {
    HeapRef before, after; /* packed */
    uint8_t is_noted, had_before, has_after, zero[5];
} PendingRow;

static_assert(sizeof(PendingRow) == EXEC_PENDING_BYTES, "fields of the pending rows");
static_assert(sizeof(ShownRow) == EXEC_SHOWN_BYTES, "fields of the shown rows");

void exec_emit_open(RtExec *exec);
void exec_emit_close(RtExec *exec);
/* With the state, at the start and after a restart. */
RtStatus exec_emit_claim(RtExec *exec, RtError *error) RT_CHECKED;

/* How many of the batch's rows from `from` to `to` can be pushed until somebody is told. */
uint64_t exec_emit_cut(const RtExec *exec, const RtBatch *batch, uint64_t from, uint64_t to);
/* Does any aggregate tell of open windows? */
bool exec_emit_any(const RtExec *exec);
/* Tells of open windows whose time has come; closed ones have been pushed. */
RtStatus exec_emit_ticks(RtExec *exec, RtError *error);
/* Pushes a window that closes; false: of an aggregate that tells of nothing. */
bool exec_emit_final(RtExec *exec, uint32_t agg, const SliceWindow *window);
/* Rows of late streams went into an open window beside the hot path: all of it is looked at. */
void exec_emit_all(RtExec *exec, uint32_t agg);
/* Is a group on its way that is not final?  What is wrong with it is counted when it is. */
bool exec_emit_is_early(const RtExec *exec);
/* A row for a sink while windows are told of; false: none is. */
bool exec_emit_captures(RtExec *exec, uint32_t sink, const void *row);

/* ---- exec_row.c: rows as bytes ---- */
/* The row without addresses, behind what `out` holds. */
void exec_row_pack(Buf *out, const void *row, const RowLayout *layout);
/* The row again, in an arena. */
char *exec_row_unpack(Arena *arena, Str packed, const RowLayout *layout);

#endif
