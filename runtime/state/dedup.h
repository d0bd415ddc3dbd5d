/* dedup.h -- which keys were seen, and when: DEDUPLICATE BY of a stream.
 *
 * Of rows with equal keys one counts, and those at most `within_us` of event time away from it do not; a row further
 * away counts again.  The times that count are kept in slices of half that length:
 *
 *      within            within
 *   |---------|---------o---------|---------|      a row looks at the slices that reach into its two halves
 *   |----|----|----|----o----|----|----|----|      a key stands at most once in a slice: times of one lie closer
 *
 * A row knows nothing of what came more than `within_us` before the watermark of its own partition: it is judged
 * alike whether or not the slice is still there, and its time replaces one of its slice that it does not know.  So
 * slices go when the last of the partitions has passed them, at whatever moment, and a key costs memory for `within_us`
 * and a slice.
 *
 * Units      microseconds of event time.
 * Ownership  the store is a unit of the task's state (snapshot.h) and is claimed like any other.
 * Threads    task thread only.
 * Errors     a refused pool (page.h): rows count as new.
 * Cost       a lookup for each of up to five slices, three when rows come in order. */
#ifndef SQC_STATE_DEDUP_H
#define SQC_STATE_DEDUP_H

#include "runtime/state/slice_store.h"

/* The shape of such a store, for keys of a fixed size (or 0: any). */
SliceShape dedup_shape(bool is_fixed, uint32_t key_bytes, int64_t within_us);

typedef struct DedupRow {
    const char *key;
    uint32_t key_len;
    int64_t time_us;
    int64_t watermark_us; /* of its partition, before the row */
} DedupRow;

/* Is the row a copy of one that counts?  If not, it counts from now on. */
bool dedup_is_copy(SliceStore *store, const DedupRow *row, int64_t within_us);
/* `watermark_us`: of the partition that is furthest behind. */
void dedup_forget(SliceStore *store, int64_t watermark_us, int64_t within_us);

#endif
