/* window.h -- the kinds of windows, by one name in plans, state and generated code.
 *
 * Times are cut at offset + n * period:
 *
 *   TUMBLE     [n size, (n + 1) size)
 *   HOP        [n step, n step + size): a row lies in about size / step windows
 *   CUMULATE   [n size, n size + k step) for k = 1 .. size / step
 *   SESSION    per key: rows no further apart than a gap; ends that much after its last row
 *   ATTACHED   start and end stand in columns of the row, cut by an operator below
 *
 * With a calendar they are cut on the wall clock of a zone, so that a day has 23 to 25 hours, and size and step may be
 * months (which have their first days at offset + n * months since 1970-01).
 *
 * Units      microseconds. */
#ifndef SQC_ABI_WINDOW_H
#define SQC_ABI_WINDOW_H

#include <stdint.h>

typedef enum RankKind { RANK_ROW_NUMBER, RANK_RANK, RANK_DENSE } RankKind;

struct Zone;

typedef struct WindowCalendar {
    const struct Zone *zone;          /* NULL: UTC, or each row has its own */
    int32_t size_months, step_months; /* 0: the size, the step is a time */
} WindowCalendar;

/* What a session keeps beside its aggregates. */
enum { WINDOW_SESSION_HEAD_BYTES = 24 };

/* SESSION: what a row does to the sessions of its key, beside joining one. */
enum { SESSION_STARTS = 2, SESSION_ENDS = 4 };

typedef enum WindowKind { WINDOW_TUMBLE, WINDOW_HOP, WINDOW_CUMULATE, WINDOW_SESSION, WINDOW_ATTACHED } WindowKind;

/* How long the slices are in which a stream keeps what it has seen of the last `within_us` (runtime/state/dedup.h). */
static inline int64_t window_dedup_slice_us(int64_t within_us)
{
    return within_us / 2 + within_us % 2;
}

/* What stands in front of the states of a group without a window; without a time to live, `rows` alone. */
typedef struct GroupLife {
    int64_t rows;
    int64_t touched_us; /* time of the row that changed it last */
} GroupLife;

#endif
