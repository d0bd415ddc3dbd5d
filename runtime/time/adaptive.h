/* adaptive.h -- ADAPTIVE(ts, q, max, min): a delay of the watermark that follows how late rows are.
 *
 * One of these stands beside each input (partition) and sees its event times in order.  A row is late by how far its
 * time is behind the newest before it, 0 where it is ahead; the first row is late by nothing that could be told.
 *
 *   k          = ceil(q * (n + 1)), n being the rows seen so far, forgetting included
 *   delay      = the k-th least lateness, rounded up to the edge of its bucket, kept between min and max;
 *                max while k > n: so many rows do not tell the quantile yet (q = 0.999: the first 999)
 *   watermark  = newest - delay, and never back
 *
 * The next row of a stream that goes on as it did is not later than that with probability q, whatever the distribution.
 *
 *   buckets    whole milliseconds below 16 ms, then 16 to each power of two (at most 1/16 too long); a bucket's edge is
 *              exclusive, so a row as late as the delay's bucket holds is in time
 *   forgetting when 65,536 rows are counted all counts are halved, rounded down: rows weigh half as much then
 *
 * A function of the event times alone: batches, restarts and clocks change nothing.
 *
 * Units      times are microseconds, lateness is cut to milliseconds.
 * Ownership  plain bytes without pointers: a cell of the task's state.
 * Threads    task thread only.
 * Errors     none.
 * Cost       a row adds one count and moves along the buckets as far as the quantile moves. */
#ifndef SQC_TIME_ADAPTIVE_H
#define SQC_TIME_ADAPTIVE_H

#include <stdbool.h>
#include <stdint.h>

enum { ADAPTIVE_BUCKETS = 624, ADAPTIVE_ROWS_MAX = 65536, ADAPTIVE_PARTS = 10000 };

typedef struct AdaptiveSpec {
    uint32_t quantile; /* of ADAPTIVE_PARTS: 1 to 9,999 */
    int64_t max_us, min_us;
} AdaptiveSpec;

typedef struct AdaptiveDelay {
    int64_t newest_us;
    uint64_t has_newest;
    uint64_t rows;  /* in the counts */
    uint64_t up_to; /* rows in the buckets up to `at`: the k-th is in it while k is one of them */
    uint64_t at;
    uint32_t counts[ADAPTIVE_BUCKETS];
} AdaptiveDelay;

void adaptive_init(AdaptiveDelay *delay);
/* A row with this time has come: the watermark behind it, which the caller never moves back. */
int64_t adaptive_row(AdaptiveDelay *delay, const AdaptiveSpec *spec, int64_t time_us);
/* Time has come so far without a row: no lateness is seen. */
int64_t adaptive_tick(AdaptiveDelay *delay, const AdaptiveSpec *spec, int64_t time_us);
/* The delay as it is. */
int64_t adaptive_delay_us(const AdaptiveDelay *delay, const AdaptiveSpec *spec);

uint32_t adaptive_bucket(int64_t lateness_us);
/* Behind the last lateness of the bucket. */
int64_t adaptive_edge_us(uint32_t bucket);

#endif
