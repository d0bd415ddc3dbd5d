/* exec_notes.c -- what a run can tell about its input beyond bad rows: columns that no row had, watermarks that failed.
 */
#include "runtime/exec/exec_internal.h"

#include <assert.h>
#include <inttypes.h>

void exec_open_notes(RtExec *exec)
{
    exec->notes = ARENA_ARRAY(&exec->arena, ScanNotes, exec->program->scan_count + 1);
    for (uint32_t i = 0; i < exec->program->scan_count; i++) {
        const RowLayout *layout = exec->program->scans[i].layout;
        ScanNotes *notes = &exec->notes[i];
        notes->word_count = layout->words;
        notes->unset = ARENA_ARRAY(&exec->arena, uint64_t, layout->words + 1);
        for (uint32_t c = 0; c < layout->column_count; c++)
            notes->unset[c / 64] |= (uint64_t)(exec->column_types[i][c] != NULL) << (c % 64);
    }
}

/* Columns are struck out until none is left, which is soon; from then on it costs nothing. */
void exec_note_rows(RtExec *exec, const RtBatch *batch)
{
    assert(batch->scan < exec->program->scan_count && batch->row_count <= exec->options.batch_rows + 1);
    ScanNotes *notes = &exec->notes[batch->scan];
    const RowLayout *layout = exec->program->scans[batch->scan].layout;
    notes->rows += batch->row_count;
    uint64_t left = 0;
    for (uint32_t w = 0; w < notes->word_count; w++) {
        for (uint64_t i = 0; notes->unset[w] != 0 && i < batch->row_count; i++) {
            const uint64_t *words = (const uint64_t *)(const void *)(batch->rows + i * layout->row_bytes);
            notes->unset[w] &= words[w] & ~words[layout->words + w];
        }
        left |= notes->unset[w];
    }
    if (left == 0)
        notes->word_count = 0;
}

bool exec_column_unset(const RtExec *exec, uint32_t scan, uint32_t column, uint64_t *rows)
{
    assert(scan < exec->program->scan_count && column < exec->program->scans[scan].layout->column_count);
    const ScanNotes *notes = &exec->notes[scan];
    *rows = notes->rows;
    return notes->rows > 0 && ((notes->unset[column / 64] >> (column % 64)) & 1) != 0;
}

int64_t rt_adaptive(RtTask *task, RtBatch *batch, int64_t time, bool is_heartbeat)
{
    const RtExec *exec = exec_of(task);
    const Partition *partition = &exec->partitions[batch->partition];
    assert(partition->adaptive != NULL && partition->scan == batch->scan);
    const AdaptiveSpec *spec = exec->program->scans[batch->scan].adaptive;
    if (exec->looks_ahead)
        return INT64_MIN;
    return is_heartbeat ? adaptive_tick(partition->adaptive, spec, time)
                        : adaptive_row(partition->adaptive, spec, time);
}

void rt_watermark_bad(RtTask *task, RtBatch *batch, uint64_t row)
{
    RtExec *exec = exec_of(task);
    assert(task->fn.failure.code != 0 && row < batch->row_count);
    const RtScan *scan = &exec->program->scans[batch->scan];
    Str word = str_printf(&exec->batch_arena, "E%04" PRIu32, task->fn.failure.code);
    Str text = str_printf(&exec->batch_arena, "%s", task->fn.failure.text);
    BadKind *kind;
    task->fn.failure.code = 0;
    if (!exec->looks_ahead && bad_rows_count(&exec->watermarks, scan->name, word, &kind))
        bad_rows_place(&exec->watermarks, kind, exec_place(exec, exec->reading, batch->lines[row], text));
}
