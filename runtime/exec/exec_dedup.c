/* exec_dedup.c -- copies of rows go before anybody sees them: DEDUPLICATE BY.
 *
 * Generated code says key and time of each row while it computes the times of a batch; a copy is skipped when the rows
 * are pushed (exec_aside.h), and raises the watermark as if it were there. */
#include "runtime/exec/exec_aside.h"

#include "runtime/state/dedup.h"

#include <assert.h>

void rt_dedup_row(RtTask *task, RtBatch *batch, uint64_t row, const char *key, uint64_t len, int64_t time)
{
    RtExec *exec = exec_of(task);
    if (exec->looks_ahead)
        return;
    assert(batch->lines == exec->line_starts && "rows are looked at before any goes");
    DedupRow seen = { .key = key,
                      .key_len = (uint32_t)len,
                      .time_us = time,
                      .watermark_us = batch->watermark_before[row] };
    if (!dedup_is_copy(exec->dedups[batch->scan], &seen, exec->program->scans[batch->scan].dedup_within_us))
        return;
    exec->stats.rows_duplicate++;
    exec->duplicates[batch->scan]++;
    exec_aside_skip(exec, row);
}

void exec_dedup_forget(RtExec *exec)
{
    for (uint32_t i = 0; i < exec->program->scan_count; i++) {
        if (exec->dedups[i] != NULL)
            dedup_forget(exec->dedups[i], exec_scan_watermark(exec, i), exec->program->scans[i].dedup_within_us);
    }
}
