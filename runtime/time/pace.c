/* pace.c -- see pace.h. */
#include "runtime/time/pace.h"

#include "runtime/base/number.h"

#include <time.h>

#define LEFT_US_MAX 1e15

static int64_t system_now(void *context)
{
    struct timespec now;
    (void)context;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void system_sleep(void *context, int64_t us)
{
    struct timespec span = { us / 1000000, us % 1000000 * 1000 };
    (void)context;
    nanosleep(&span, NULL);
}

const PaceClock PACE_CLOCK_SYSTEM = { NULL, system_now, system_sleep };

bool pace_parse(Str text, double *factor)
{
    *factor = 0;
    if (str_equal(text, STR("max")))
        return true;
    if (text.len < 2 || text.data[text.len - 1] != 'x')
        return false;
    ParseStatus status = double_parse(str_slice(text, 0, text.len - 1), factor);
    return status == PARSE_OK && *factor > 0;
}

int64_t pace_left_us(Pace *pace, int64_t event_us)
{
    if (pace->factor <= 0)
        return 0;
    int64_t now = pace->clock->now_us(pace->clock->context);
    if (!pace->has_begun) {
        pace->has_begun = true;
        pace->first_event_us = event_us;
        pace->started_us = now;
    }
    double left = ((double)event_us - (double)pace->first_event_us) / pace->factor - (double)(now - pace->started_us);
    return left <= 0 ? 0 : left >= LEFT_US_MAX ? (int64_t)LEFT_US_MAX : (int64_t)left + 1;
}

void pace_sleep(const Pace *pace, int64_t us)
{
    pace->clock->sleep_us(pace->clock->context, us);
}
