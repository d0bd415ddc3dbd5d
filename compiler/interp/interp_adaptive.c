/* interp_adaptive.c -- ADAPTIVE watermarks plainly: all counts, gone through from the start for every row. */
#include "compiler/interp/interp_internal.h"

#include <assert.h>

typedef struct InterpLateness {
    bool has_newest;
    int64_t newest_us;
    uint64_t counts[ADAPTIVE_BUCKETS];
} InterpLateness;

static uint64_t rows_of(const InterpLateness *lateness)
{
    uint64_t rows = 0;
    for (uint32_t i = 0; i < ADAPTIVE_BUCKETS; i++)
        rows += lateness->counts[i];
    return rows;
}

static int64_t delay_of(const InterpLateness *lateness, const AdaptiveSpec *spec)
{
    uint64_t rows = rows_of(lateness), before = 0;
    /* ceil(q * (rows + 1)) */
    uint64_t parts = spec->quantile * (rows + 1);
    uint64_t wanted = parts / ADAPTIVE_PARTS + (parts % ADAPTIVE_PARTS != 0);
    for (uint32_t i = 0; i < ADAPTIVE_BUCKETS; i++) {
        before += lateness->counts[i];
        if (before < wanted)
            continue;
        int64_t edge = adaptive_edge_us(i);
        edge = edge > spec->min_us ? edge : spec->min_us;
        return edge < spec->max_us ? edge : spec->max_us;
    }
    return spec->max_us;
}

static InterpLateness *lateness_of(Interp *interp, InterpPartition *partition)
{
    if (partition->lateness == NULL)
        partition->lateness = ARENA_NEW(interp->arena, InterpLateness);
    return partition->lateness;
}

/* Time has come so far without a row. */
int64_t interp_adaptive_tick(Interp *interp, InterpPartition *partition, const AdaptiveSpec *spec, int64_t time_us)
{
    InterpLateness *lateness = lateness_of(interp, partition);
    if (!lateness->has_newest || time_us > lateness->newest_us)
        lateness->newest_us = time_us;
    lateness->has_newest = true;
    __int128 watermark = (__int128)lateness->newest_us - delay_of(lateness, spec);
    return watermark < INT64_MIN ? INT64_MIN : (int64_t)watermark;
}

int64_t interp_adaptive(Interp *interp, InterpPartition *partition, const AdaptiveSpec *spec, int64_t time_us)
{
    InterpLateness *lateness = lateness_of(interp, partition);
    __int128 late = lateness->has_newest ? (__int128)lateness->newest_us - time_us : 0;
    if (lateness->has_newest)
        lateness->counts[adaptive_bucket(late < 0 ? 0 : late > INT64_MAX ? INT64_MAX : (int64_t)late)]++;
    bool is_full = rows_of(lateness) >= ADAPTIVE_ROWS_MAX;
    for (uint32_t i = 0; is_full && i < ADAPTIVE_BUCKETS; i++)
        lateness->counts[i] /= 2;
    return interp_adaptive_tick(interp, partition, spec, time_us);
}
