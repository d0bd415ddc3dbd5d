/* pace.h -- a replay as fast as the events once came, or so many times faster.
 *
 * Between two batches the run waits until the time of its newest event is due: the first event sets the start.  Only
 * when something happens depends on it, never what: windows and watermark follow event time.  The clock is injected, so
 * that tests need no time.
 *
 * Units      microseconds. */
#ifndef SQC_TIME_PACE_H
#define SQC_TIME_PACE_H

#include "runtime/base/str.h"

typedef struct PaceClock {
    void *context;
    int64_t (*now_us)(void *context);
    /* May end early. */
    void (*sleep_us)(void *context, int64_t us);
} PaceClock;

extern const PaceClock PACE_CLOCK_SYSTEM;

typedef struct Pace {
    const PaceClock *clock;
    double factor; /* of event time to time; 0: as fast as it goes */
    bool has_begun;
    int64_t first_event_us, started_us;
} Pace;

/* "60x", "0.5x", "max"; false: no such speed. */
bool pace_parse(Str text, double *factor);
/* How long until an event of this time is due; 0: it is. */
int64_t pace_left_us(Pace *pace, int64_t event_us);
void pace_sleep(const Pace *pace, int64_t us);

#endif
