/* window_grid.h -- the edges of windows on a wall clock: every so many microseconds, or every so many months.
 *
 *   { .us = 10 s, .offset_us = 3 s }      .. 00:00:03, 00:00:13 ..      offset + n * us since 1970-01-01
 *   { .months = 3, .offset_us = 6 h }     .. 01-01 06:00, 04-01 06:00   the first of each n-th month since 1970-01
 *
 * All answers stop at the ends of the number range.
 *
 * Units      *_us is microseconds of wall time.
 * Threads    any. */
#ifndef SQC_TIME_WINDOW_GRID_H
#define SQC_TIME_WINDOW_GRID_H

#include "runtime/abi/window.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct GridPeriod {
    int64_t us; /* not read where months are given */
    int64_t offset_us;
    int32_t months;
} GridPeriod;

/* The last edge that is not behind a time, and the first that is not before it. */
int64_t grid_floor(GridPeriod period, int64_t time_us);
int64_t grid_ceil(GridPeriod period, int64_t time_us);
/* So many periods behind an edge; it may be one of a finer grid. */
int64_t grid_plus(GridPeriod period, int64_t edge_us, int64_t count);

/* NULL is the calendar of windows without one. */
bool calendar_same(const WindowCalendar *a, const WindowCalendar *b);

#endif
