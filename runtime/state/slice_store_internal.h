/* slice_store_internal.h -- putting slices back in place on restore.
 *
 * Threads    task thread only. */
#ifndef SQC_STATE_SLICE_STORE_INTERNAL_H
#define SQC_STATE_SLICE_STORE_INTERNAL_H

#include "runtime/state/slice_store.h"

/* An empty slice with the number that it had; NULL: refused. */
Slice *slice_store_restore_slice(SliceStore *store, int64_t start_us, int64_t end_us, uint32_t number);

#endif
