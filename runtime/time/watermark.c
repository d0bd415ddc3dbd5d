/* watermark.c -- the merged watermark: the least of the partitions that take part, and never back. */
#include "runtime/time/watermark.h"

#include <assert.h>

uint32_t watermark_bytes(uint32_t partition_count)
{
    return (uint32_t)(sizeof(Watermark) + partition_count * sizeof(struct WatermarkPartition));
}

void watermark_init(Watermark *watermark, uint32_t partition_count)
{
    *watermark = (Watermark){ .merged_us = WATERMARK_NONE_US, .partition_count = partition_count };
    for (uint32_t i = 0; i < partition_count; i++)
        watermark->partitions[i] = (struct WatermarkPartition){ .time_us = WATERMARK_NONE_US };
}

bool watermark_merge(Watermark *watermark)
{
    uint32_t slowest = watermark->partition_count, finished = 0;
    for (uint32_t i = 0; i < watermark->partition_count; i++) {
        const struct WatermarkPartition *part = &watermark->partitions[i];
        finished += part->part == WATERMARK_FINISHED;
        if (part->part == WATERMARK_ACTIVE &&
            (slowest == watermark->partition_count || part->time_us < watermark->partitions[slowest].time_us))
            slowest = i;
    }
    watermark->slowest = slowest;
    int64_t merged_us = watermark->merged_us;
    if (slowest < watermark->partition_count)
        merged_us = watermark->partitions[slowest].time_us;
    else if (finished == watermark->partition_count)
        merged_us = WATERMARK_END_US;
    if (merged_us <= watermark->merged_us)
        return false;
    watermark->merged_us = merged_us;
    return true;
}

static bool leave(Watermark *watermark, uint32_t partition, WatermarkPart part)
{
    assert(partition < watermark->partition_count);
    if (watermark->partitions[partition].part != WATERMARK_FINISHED)
        watermark->partitions[partition].part = part;
    return watermark_merge(watermark);
}

bool watermark_finish(Watermark *watermark, uint32_t partition)
{
    return leave(watermark, partition, WATERMARK_FINISHED);
}

bool watermark_set_idle(Watermark *watermark, uint32_t partition)
{
    return leave(watermark, partition, WATERMARK_IDLE);
}
