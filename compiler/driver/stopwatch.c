/* stopwatch.c -- see stopwatch.h. */
#include "compiler/driver/stopwatch.h"

#include <time.h>

double stopwatch_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}
