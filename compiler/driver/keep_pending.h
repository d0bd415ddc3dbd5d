/* keep_pending.h -- rows of a metric whose closed windows may be corrected: they wait until nothing can change them.
 *
 * What a store holds is merged by whoever asks, so a row that is taken back must not get there.  A window is done when
 * a window that starts by the time promised later has closed.
 *
 * Ownership  rows are copied, with their texts.
 * Threads    one.
 * Errors     those of `put`; out of memory ends the process.
 * Cost       memory for the rows of as many windows as may be corrected, twice. */
#ifndef SQC_DRIVER_KEEP_PENDING_H
#define SQC_DRIVER_KEEP_PENDING_H

#include "runtime/abi/row.h"
#include "runtime/base/status.h"

typedef struct KeepPending KeepPending;

KeepPending *keep_pending_new(const RowLayout *layout, uint32_t time_column, int64_t correct_us);
void keep_pending_free(KeepPending *pending);

typedef RtStatus (*KeepPut)(void *user, const void *row, RtError *error);
/* A change of the result; hands on what is done, by time. */
RtStatus keep_pending_row(KeepPending *pending, RowChange change, const void *row, KeepPut put, void *user,
                          RtError *error) RT_CHECKED;
/* Hands on the rest. */
RtStatus keep_pending_finish(KeepPending *pending, KeepPut put, void *user, RtError *error) RT_CHECKED;

#endif
