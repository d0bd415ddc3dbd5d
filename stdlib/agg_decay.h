/* agg_decay.h -- what goes into a decaying sum and what comes out of it (agg_decay.c).
 *
 * Units      microseconds.
 * Threads    any. */
#ifndef SQC_STDLIB_AGG_DECAY_H
#define SQC_STDLIB_AGG_DECAY_H

#include <stdint.h>

typedef struct DecayItem {
    double value;
    int64_t time_us, half_us;
} DecayItem;

typedef struct DecaySum {
    int64_t half_us, chunk, last_us;
    double newer, older;
} DecaySum;

/* The sum as it stands at a time; `half_us` is above 0. */
double decay_at(DecaySum sum, int64_t at_us);

#endif
