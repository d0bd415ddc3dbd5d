/* exec_aside.h -- rows of a stream that go another way: lines and rows that are bad, rows of the future.
 *
 * What is found while lines are decoded and times computed is noted with its place among the rows of the batch, and
 * happens there, between the rows around it (exec_push.c); what is found while rows are pushed happens behind the row,
 * like late rows (exec_late.h).  Either way the row goes through the operators behind the stream that takes it
 * (RtScan.bad, RtScan.future); where nobody reads that stream, the row is only counted.
 *
 * Threads    task thread. */
#ifndef SQC_EXEC_EXEC_ASIDE_H
#define SQC_EXEC_EXEC_ASIDE_H

#include "runtime/exec/exec_internal.h"

/* A line that is no row. */
void exec_aside_line(RtExec *exec, Partition *partition, Str line, Str reason, Str text);
/* A row that is bad for a statement, told once, while it is pushed. */
void exec_aside_bad(RtExec *exec, const RtBatch *batch, uint64_t row, Str reason, Str text);
/* Rows just pushed with a bad column that no statement reads: the stream of bad rows reads them all. */
void exec_aside_unread(RtExec *exec, RtBatch *batch);
/* Puts what was noted into the order of rows. */
void exec_aside_sort(RtExec *exec);
/* What was noted happens; does the row that it is about go no further? */
RtStatus exec_aside_happens(RtExec *exec, RtBatch *batch, const ExecAside *aside, RtError *error) RT_CHECKED;
/* The row of the batch at hand goes no further. */
void exec_aside_skip(RtExec *exec, uint64_t row);

#endif
