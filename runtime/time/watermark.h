/* watermark.h -- how far event time has advanced on the partitions of one stream.
 *
 * A watermark of T promises that no row at or before T is still to come.  Each partition has its own, which never moves
 * back; the merged one is the least of the partitions that still take part.  A partition that is finished or idle takes
 * no part until it speaks again (a finished one never does).  While none takes part the merged watermark stays where it
 * is; when all are finished it goes to the end of time, which closes everything.
 *
 * The whole of it is plain bytes of a size known beforehand, so it lives in a cell of the task's state and is restored
 * with it.
 *
 * Units      every *_us is microseconds; times count from 1970-01-01 UTC.
 * Ownership  the caller's storage of watermark_bytes(n), 8-aligned.
 * Threads    task thread only.
 * Errors     none: misuse is a bug and asserts.
 * Cost       advance is one compare and one store unless the slowest partition moves, then O(partitions). */
#ifndef SQC_TIME_WATERMARK_H
#define SQC_TIME_WATERMARK_H

#include <stdbool.h>
#include <stdint.h>

#define WATERMARK_NONE_US INT64_MIN /* before the first: nothing is late, nothing closes */
#define WATERMARK_END_US  INT64_MAX /* after the last row of bounded input */

typedef enum WatermarkPart { WATERMARK_ACTIVE, WATERMARK_IDLE, WATERMARK_FINISHED } WatermarkPart;

typedef struct Watermark {
    int64_t merged_us;
    uint32_t partition_count;
    uint32_t slowest; /* an active partition whose time is the least; partition_count: none is active */
    struct WatermarkPartition {
        int64_t time_us;
        uint64_t part; /* WatermarkPart */
    } partitions[];
} Watermark;

uint32_t watermark_bytes(uint32_t partition_count);
/* Every partition starts active at WATERMARK_NONE_US: nothing closes until all have spoken, gone idle or finished. */
void watermark_init(Watermark *watermark, uint32_t partition_count);

/* The slow ways: recompute the least. */
bool watermark_merge(Watermark *watermark);
/* True if the merged watermark moved, which is the caller's cue to close windows. */
bool watermark_finish(Watermark *watermark, uint32_t partition);
bool watermark_set_idle(Watermark *watermark, uint32_t partition);

/* True if the merged watermark moved.  A time that is not ahead of the partition's own changes nothing, but ends
 * idleness. */
static inline bool watermark_advance(Watermark *watermark, uint32_t partition, int64_t time_us)
{
    struct WatermarkPartition *own = &watermark->partitions[partition];
    if (__builtin_expect(own->part != WATERMARK_ACTIVE, 0)) {
        own->part = own->part == WATERMARK_IDLE ? WATERMARK_ACTIVE : own->part;
        own->time_us = time_us > own->time_us ? time_us : own->time_us;
        return watermark_merge(watermark);
    }
    if (time_us <= own->time_us)
        return false;
    own->time_us = time_us;
    return partition == watermark->slowest && watermark_merge(watermark);
}

static inline int64_t watermark_merged_us(const Watermark *watermark)
{
    return watermark->merged_us;
}

#endif
