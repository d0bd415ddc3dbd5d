/* exec_state.c -- claiming state, and the death and resurrection of a task between two batches. */
#include "runtime/exec/exec_emit.h"

#include <assert.h>

/* Cells have ids of their own, apart from units: partitions by number. */
static uint64_t cell_id(uint32_t partition)
{
    return 0x7061727469746e00u + partition;
}

static uint64_t adaptive_id(uint32_t partition)
{
    return 0x6164617000000000u + partition;
}

#define REACHED_ID 0x7265616368656400u
enum { CELL_VERSION = 2 };

RtStatus exec_claim_state(RtExec *exec, RtError *error)
{
    RtStatus status = task_state_init(&exec->state, exec->options.state_bytes_max, error);
    for (uint32_t i = 0; status == RT_OK && i < exec->program->agg_count; i++) {
        const RtAgg *agg = &exec->program->aggs[i];
        status = task_state_unit(&exec->state, &agg->unit, &exec->stores[i], error);
        if (status == RT_OK)
            exec->task.slots[agg->node] = exec->stores[i];
    }
    for (uint32_t i = 0; status == RT_OK && i < exec->program->scan_count; i++) {
        if (exec->program->scans[i].dedup != NULL)
            status = task_state_unit(&exec->state, exec->program->scans[i].dedup, &exec->dedups[i], error);
    }
    void *reached = NULL;
    uint32_t bytes = exec->program->node_count * (uint32_t)sizeof(int64_t);
    if (status == RT_OK && exec->program->may_idle)
        status = task_state_cell(&exec->state, REACHED_ID, CELL_VERSION, bytes, &reached, error);
    exec->task.reached = reached;
    if (status == RT_OK)
        status = exec_life_claim(exec, error);
    if (status == RT_OK)
        status = exec_top_claim(exec, error);
    return status == RT_OK ? exec_emit_claim(exec, error) : status;
}

RtStatus exec_claim_partition(RtExec *exec, uint32_t partition, RtError *error)
{
    assert(partition < exec->partition_capacity);
    void *cell;
    RtStatus status =
        task_state_cell(&exec->state, cell_id(partition), CELL_VERSION, sizeof(PartitionCell), &cell, error);
    if (status == RT_OK)
        exec->partitions[partition].cell = cell;
    if (status != RT_OK || exec->program->scans[exec->partitions[partition].scan].adaptive == NULL)
        return status;
    status = task_state_cell(&exec->state, adaptive_id(partition), CELL_VERSION, sizeof(AdaptiveDelay), &cell, error);
    if (status == RT_OK)
        exec->partitions[partition].adaptive = cell;
    return status;
}

static void release_sites(RtExec *exec)
{
    for (uint32_t i = 0; i < exec->program->site_count; i++) {
        FnSite *site = &exec->task.sites[i];
        if (site->release != NULL)
            site->release(site->cached);
        *site = (FnSite){ 0 };
    }
}

void exec_drop_state(RtExec *exec)
{
    release_sites(exec);
    task_state_release(&exec->state);
}

/* The position of a partition stands in its cell only when somebody asks: finding the line number is slow. */
static void note_position(RtExec *exec, Partition *partition)
{
    if (partition->source == NULL || partition->block.data == NULL)
        return;
    if (partition->origin != NULL) {
        partition->cell->offset = line_block_offset(&partition->block, partition->lines.at);
        return;
    }
    BadPlace place = exec_place(exec, partition, partition->lines.at, STR_EMPTY);
    assert(place.line >= partition->cell->line && place.offset >= partition->cell->offset && "reading goes on");
    partition->cell->line = place.line;
    partition->cell->offset = place.offset;
}

/* Standard input cannot be opened again: its lines in hand stay. */
static RtStatus reopen(RtExec *exec, Partition *partition, RtError *error)
{
    if (partition->source == NULL || partition->block.data == NULL || partition->cell->has_ended != 0 ||
        strcmp(partition->path, "-") == 0)
        return RT_OK;
    line_source_close(partition->source);
    partition->source = NULL;
    partition->is_ahead = false;
    partition->block = (LineBlock){ 0 };
    partition->lines = (RtLines){ 0 };
    partition->lines_used = 0;
    LineSourceOptions options = { .path = partition->path,
                                  .ops = exec->options.ops,
                                  .start_offset = partition->cell->offset,
                                  .start_line = partition->cell->line,
                                  .origin = partition->origin,
                                  .goes_on = true,
                                  .skip_first_line = scan_has_header(&exec->program->scans[partition->scan]) };
    return line_source_open(&partition->source, &options, error);
}

static RtStatus revive(RtExec *exec, Str bytes, RtError *error)
{
    RestoreReport report;
    RtStatus status = exec_claim_state(exec, error);
    for (uint32_t i = 0; status == RT_OK && i < exec->partition_count; i++)
        status = exec_claim_partition(exec, i, error);
    if (status == RT_OK)
        status = state_restore(&exec->state, bytes, &report, error);
    for (uint32_t i = 0; status == RT_OK && i < exec->partition_count; i++)
        status = reopen(exec, &exec->partitions[i], error);
    return status;
}

RtStatus exec_restart(RtExec *exec, RtError *error)
{
    Buf bytes = { 0 };
    for (uint32_t i = 0; i < exec->partition_count; i++)
        note_position(exec, &exec->partitions[i]);
    RtStatus status = state_snapshot(&exec->state, &bytes, error);
    if (status == RT_OK) {
        exec_drop_state(exec);
        status = revive(exec, buf_str(&bytes), error);
    }
    buf_free(&bytes);
    return status;
}
