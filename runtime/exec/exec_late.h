/* exec_late.h -- rows that come after their window: kept in a stream, or put into the window, whose result is
 * corrected.
 *
 * Which of the two is decided while the row goes through the operators; it happens behind it, in the order of rows:
 *
 *   row i of the batch -> [event] ...            while rows are pushed
 *   for each event: windows close that closed before row i, then the event takes place     exec_late_events
 *   windows close that the whole batch closes
 *
 * so that what comes out is the same, row for row, whatever the size of batches.
 *
 * A correctable aggregate keeps its closed windows until the watermark has passed their end by the time promised;
 * windows that are put together from slices are copied, so that each can change by itself.  A late row first goes into
 * an empty slice (its *delta*); then the group's result is pushed as it was, the delta is merged into the window, and
 * the result is pushed as it is now.  Pairs that reach a sink unchanged are left out; what reaches it on one side only
 * is a -D or a +I.
 *
 * Threads    task thread. */
#ifndef SQC_EXEC_EXEC_LATE_H
#define SQC_EXEC_EXEC_LATE_H

#include "runtime/exec/exec_internal.h"

/* Makes room for one program. */
void exec_late_open(RtExec *exec);
/* Windows that nobody may correct any more go. */
void exec_late_forget(RtExec *exec);
/* A row is late for good: it goes to the stream of the aggregate's policy. */
void exec_late_row(RtExec *exec, const RtBatch *batch, uint64_t row, uint32_t node, int64_t time_us);
/* A row for a scan of made rows, at the place of row `row` of the batch; `line` is where it stood, or NULL. */
void exec_late_made(RtExec *exec, uint64_t row, uint32_t scan, char *made, const char *line);
/* What the rows just pushed left to be done. */
RtStatus exec_late_events(RtExec *exec, RtBatch *batch, RtError *error) RT_CHECKED;
/* A row for a sink while a result is corrected; false: none is. */
bool exec_late_captures(RtExec *exec, uint32_t sink, const void *row);

#endif
