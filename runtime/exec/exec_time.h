/* exec_time.h -- how far time has come for an aggregate, and in which order records are read.  See exec_time.c.
 *
 * Units      microseconds of event time.
 * Threads    task thread. */
#ifndef SQC_EXEC_EXEC_TIME_H
#define SQC_EXEC_EXEC_TIME_H

#include "runtime/exec/exec_internal.h"

/* Do rows of the scan reach the aggregate? */
bool exec_reaches(const RtAgg *agg, uint32_t scan);
/* Does the aggregate not wait for the partition, because nothing comes from it? */
bool exec_is_silent(const RtExec *exec, const RtAgg *agg, const Partition *partition);
/* The partition of a batch has spoken, and when it did first; after the times of the batch are known. */
void exec_note_spoken(RtExec *exec, const RtBatch *batch);
/* Time is what it was before row `row` of the batch; row_count: behind its last.  Has it moved? */
bool exec_time_before(RtExec *exec, const RtBatch *batch, uint64_t row);
/* The partition whose next record is the earliest, its lines in hand; NULL: all have ended.  *status is RT_END for one
 * that comes to its end now. */
Partition *exec_next_in_time(RtExec *exec, RtStatus *status, RtError *error);

#endif
