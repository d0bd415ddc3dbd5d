/* adaptive.c -- see adaptive.h. */
#include "runtime/time/adaptive.h"

#include <assert.h>
#include <string.h>

enum { US_OF_MS = 1000, PLAIN = 16, PLAIN_BITS = 4 };

uint32_t adaptive_bucket(int64_t lateness_us)
{
    assert(lateness_us >= 0);
    uint64_t ms = (uint64_t)lateness_us / US_OF_MS;
    if (ms < PLAIN)
        return (uint32_t)ms;
    uint32_t shift = 63 - (uint32_t)__builtin_clzll(ms) - PLAIN_BITS;
    uint32_t bucket = PLAIN + shift * PLAIN + (uint32_t)(ms >> shift) - PLAIN;
    return bucket < ADAPTIVE_BUCKETS ? bucket : ADAPTIVE_BUCKETS - 1;
}

int64_t adaptive_edge_us(uint32_t bucket)
{
    assert(bucket < ADAPTIVE_BUCKETS);
    if (bucket < PLAIN)
        return (int64_t)(bucket + 1) * US_OF_MS;
    uint32_t shift = (bucket - PLAIN) / PLAIN;
    uint64_t edge = (uint64_t)(bucket % PLAIN + PLAIN + 1) << shift;
    return (int64_t)edge * US_OF_MS;
}

void adaptive_init(AdaptiveDelay *delay)
{
    memset(delay, 0, sizeof *delay);
}

/* Which of the rows, in the order of lateness, tells the quantile. */
static uint64_t wanted_row(const AdaptiveDelay *delay, const AdaptiveSpec *spec)
{
    return (spec->quantile * (delay->rows + 1) + ADAPTIVE_PARTS - 1) / ADAPTIVE_PARTS;
}

static void forget_half(AdaptiveDelay *delay)
{
    delay->rows = 0;
    for (uint32_t i = 0; i < ADAPTIVE_BUCKETS; i++) {
        delay->counts[i] /= 2;
        delay->rows += delay->counts[i];
    }
    delay->at = 0;
    delay->up_to = delay->counts[0];
}

static void count(AdaptiveDelay *delay, const AdaptiveSpec *spec, uint32_t bucket)
{
    delay->counts[bucket]++;
    delay->rows++;
    delay->up_to += bucket <= delay->at;
    if (delay->rows == ADAPTIVE_ROWS_MAX)
        forget_half(delay);
    uint64_t wanted = wanted_row(delay, spec);
    if (wanted > delay->rows)
        return;
    while (delay->up_to < wanted)
        delay->up_to += delay->counts[++delay->at];
    while (delay->up_to - delay->counts[delay->at] >= wanted)
        delay->up_to -= delay->counts[delay->at--];
}

int64_t adaptive_delay_us(const AdaptiveDelay *delay, const AdaptiveSpec *spec)
{
    if (wanted_row(delay, spec) > delay->rows)
        return spec->max_us;
    int64_t edge = adaptive_edge_us((uint32_t)delay->at);
    edge = edge < spec->min_us ? spec->min_us : edge;
    return edge < spec->max_us ? edge : spec->max_us;
}

static int64_t watermark_of(const AdaptiveDelay *delay, const AdaptiveSpec *spec)
{
    int64_t watermark;
    bool under = __builtin_sub_overflow(delay->newest_us, adaptive_delay_us(delay, spec), &watermark);
    return under ? INT64_MIN : watermark;
}

int64_t adaptive_tick(AdaptiveDelay *delay, const AdaptiveSpec *spec, int64_t time_us)
{
    if (delay->has_newest == 0 || time_us > delay->newest_us)
        delay->newest_us = time_us;
    delay->has_newest = 1;
    return watermark_of(delay, spec);
}

int64_t adaptive_row(AdaptiveDelay *delay, const AdaptiveSpec *spec, int64_t time_us)
{
    int64_t lateness = 0;
    bool is_far = delay->has_newest != 0 && __builtin_sub_overflow(delay->newest_us, time_us, &lateness);
    if (is_far)
        lateness = delay->newest_us > time_us ? INT64_MAX : 0;
    if (delay->has_newest != 0)
        count(delay, spec, adaptive_bucket(lateness > 0 ? lateness : 0));
    return adaptive_tick(delay, spec, time_us);
}
