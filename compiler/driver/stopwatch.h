/* stopwatch.h -- how long steps take, for the summary.  Event time never comes from here. */
#ifndef SQC_DRIVER_STOPWATCH_H
#define SQC_DRIVER_STOPWATCH_H

/* Milliseconds since some moment in the past, monotone. */
double stopwatch_ms(void);

#endif
