/* slice_feed.h -- slices of one store that others take over when they end.
 *
 * Stores with the same groups and states, whose windows have edges where slices of the leader have some: rows go into
 * the leader alone, and each of its slices goes into the slices of the others before a window that holds it closes.
 * Slices of rows that came late are not for the others, which had these rows by themselves.
 *
 * Between two batches every slice of the leader that has ended was fed, so nothing of it stands in a snapshot.
 *
 * Threads    task thread only.
 * Errors     a refused pool: nothing is fed any more. */
#ifndef SQC_STATE_SLICE_FEED_H
#define SQC_STATE_SLICE_FEED_H

#include "runtime/state/slice_fold.h"

/* The slices of the leader that a watermark closes into those of the follower. */
void slice_feed(FnCtx *fn, SliceStore *leader, SliceStore *follower, int64_t watermark_us);
/* When the first slice ends that was not fed; INT64_MAX: there is none. */
int64_t slice_feed_next(const SliceStore *leader);
/* They have been fed to all. */
void slice_feed_done(SliceStore *leader, int64_t watermark_us);

#endif
