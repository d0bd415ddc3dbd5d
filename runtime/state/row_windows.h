/* row_windows.h -- the windows that hold one row, one after the other, for rows that bring their windows along.
 *
 *   RowWindows windows;
 *   for (bool any = row_windows_first(&windows, &shape, time); any; any = row_windows_next(&windows)) ..
 *
 * The order is Flink's: the youngest hop first, the cumulating window that ends first.
 *
 * Units      *_us is microseconds; start and end are wall time where the windows have a calendar.
 * Threads    any. */
#ifndef SQC_STATE_ROW_WINDOWS_H
#define SQC_STATE_ROW_WINDOWS_H

#include "runtime/state/slice_store.h"

typedef struct RowWindows {
    int64_t start_us, end_us;
    int64_t last_us; /* the last millisecond: an instant */
    const SliceShape *shape;
    int64_t wall_us;
    int64_t outer_us; /* CUMULATE: end of the outermost window */
} RowWindows;

bool row_windows_first(RowWindows *windows, const SliceShape *shape, int64_t time_us);
bool row_windows_next(RowWindows *windows);

#endif
