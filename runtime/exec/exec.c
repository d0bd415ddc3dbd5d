/* exec.c -- opening, feeding and running; the parts of a batch are in exec_decode.c and exec_push.c. */
#include "runtime/exec/exec_emit.h"
#include "runtime/exec/exec_late.h"
#include "runtime/exec/exec_time.h"
#include "runtime/format/debezium.h"

#include "runtime/base/alloc.h"
#include "runtime/state/session_store.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

static_assert(offsetof(RtExec, task) == 0, "generated code hands the task back");

enum { SAMPLE_BYTES = 32 * 1024 };

static uint64_t widest_row(const RtProgram *program)
{
    uint64_t widest = 16;
    for (uint32_t i = 0; i < program->scan_count; i++)
        widest = program->scans[i].layout->row_bytes > widest ? program->scans[i].layout->row_bytes : widest;
    return widest;
}

static void note_types(const FieldType **types, const DecodeNode *nodes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (nodes[i].column != DECODE_NO_COLUMN)
            types[nodes[i].column] = nodes[i].type;
        note_types(types, nodes[i].children, nodes[i].child_count);
    }
}

static void find_column_types(RtExec *exec)
{
    const RtProgram *program = exec->program;
    const FieldType *const **all = arena_alloc_zeroed(&exec->arena, sizeof *all * (program->scan_count + 1), 8);
    for (uint32_t i = 0; i < program->scan_count; i++) {
        const RtScan *scan = &program->scans[i];
        const FieldType **types = ARENA_ARRAY(&exec->arena, const FieldType *, scan->layout->column_count + 1);
        note_types(types, scan->decode->fields, scan->decode->field_count);
        all[i] = types;
    }
    exec->column_types = all;
}

static void make_room(RtExec *exec)
{
    uint64_t n = exec->options.batch_rows;
    uint64_t most = n + DEBEZIUM_ROWS_MAX - 1; /* both rows of a line are in one batch; and room for a made row */
    exec->rows = arena_alloc_zeroed(&exec->arena, widest_row(exec->program) * most, 64);
    exec->watermark_before = ARENA_ARRAY(&exec->arena, int64_t, most);
    exec->now = ARENA_ARRAY(&exec->arena, int64_t, most);
    exec->changes = ARENA_ARRAY(&exec->arena, uint8_t, most + 1);
    exec->line_starts = ARENA_ARRAY(&exec->arena, const char *, most + 1);
    exec->row_marks = ARENA_ARRAY(&exec->arena, uint8_t, most + 1);
    exec->late = ARENA_ARRAY(&exec->arena, uint64_t, exec->program->node_count + 1);
    exec->sinks = ARENA_ARRAY(&exec->arena, ExecSink, exec->program->node_count + 1);
    exec->dedups = ARENA_ARRAY(&exec->arena, SliceStore *, exec->program->scan_count + 1);
    exec->duplicates = ARENA_ARRAY(&exec->arena, uint64_t, exec->program->scan_count + 1);
    exec->stores = ARENA_ARRAY(&exec->arena, SliceStore *, exec->program->agg_count + 1);
    exec->lookups = ARENA_ARRAY(&exec->arena, LookupTable, exec->program->lookup_count + 1);
    exec->task.slots = ARENA_ARRAY(&exec->arena, void *, exec->program->node_count + 1);
    exec->task.sites = ARENA_ARRAY(&exec->arena, FnSite, exec->program->site_count + 1);
    exec->task.key_room = 256;
    exec->task.key = arena_alloc(&exec->arena, exec->task.key_room, 16);
    exec->missed = ARENA_ARRAY(&exec->arena, MissedLines, exec->program->scan_count + 1);
    find_column_types(exec);
    exec_open_notes(exec);
    exec_late_open(exec);
    exec_keep_open(exec);
    exec_zones_open(exec);
    exec_emit_open(exec);
    exec_life_open(exec);
    exec_top_open(exec);
}

RtStatus exec_open(RtExec **out, const RtProgram *program, const ExecOptions *options, RtError *error)
{
    assert(options->on_row != NULL);
    RtExec *exec = mem_alloc_zeroed(sizeof *exec);
    if (exec == NULL)
        return rt_error(error, RT_FATAL, "no memory for a task");
    exec->program = program;
    exec->options = *options;
    if (exec->options.batch_rows == 0)
        exec->options.batch_rows = EXEC_BATCH_ROWS;
    if (exec->options.ops == NULL)
        exec->options.ops = &FILE_OPS_SYSTEM;
    arena_init(&exec->arena);
    arena_init(&exec->batch_arena);
    bad_rows_init(&exec->bad);
    bad_rows_init(&exec->watermarks);
    bad_rows_init(&exec->future);
    make_room(exec);
    exec->task.fn.users = program->users;
    exec->task.fn.batch = &exec->batch_arena;
    exec->task.fn.zone = program->zone;
    exec->task.exec = exec;
    for (uint32_t i = 0; i < program->lookup_count; i++) {
        const RtLookup *lookup = &program->lookups[i];
        lookup_table_init(&exec->lookups[i], lookup->layout, lookup->key_columns, lookup->key_column_count);
        exec->task.slots[lookup->node] = &exec->lookups[i];
    }
    RtStatus status = exec_claim_state(exec, error);
    if (status != RT_OK) {
        exec_close(exec);
        return status;
    }
    for (uint32_t i = 0; program->may_idle && i < program->node_count; i++)
        exec->task.reached[i] = INT64_MIN;
    *out = exec;
    return RT_OK;
}

void exec_close(RtExec *exec)
{
    if (exec == NULL)
        return;
    exec_drop_state(exec);
    exec_release_ranks(exec);
    exec_emit_close(exec);
    exec_top_close(exec);
    for (uint32_t i = 0; i < exec->partition_count; i++)
        line_source_close(exec->partitions[i].source);
    for (uint32_t i = 0; i < exec->program->lookup_count; i++)
        lookup_table_release(&exec->lookups[i]);
    bad_rows_release(&exec->future);
    bad_rows_release(&exec->watermarks);
    bad_rows_release(&exec->bad);
    arena_free(&exec->batch_arena);
    arena_free(&exec->arena);
    mem_free(exec);
}

void exec_set_code(RtExec *exec, const RtCode *code)
{
    assert(code != NULL && code->times != NULL && code->rows != NULL);
    exec->code = code;
    for (uint32_t i = 0; i < exec->program->scan_count; i++)
        exec->missed[i] = (MissedLines){ .sample = exec->missed[i].sample };
    exec->task.fn.merges = code->merges;
}

/* ---- inputs ---- */

RtStatus exec_add_partition(RtExec *exec, uint32_t scan, RtError *error)
{
    assert(scan < exec->program->scan_count);
    if (exec->partition_count == exec->partition_capacity)
        exec->partitions = vec_grow(&exec->arena, exec->partitions, exec->partition_count, &exec->partition_capacity,
                                    sizeof *exec->partitions);
    Partition *partition = &exec->partitions[exec->partition_count];
    *partition = (Partition){ .scan = scan };
    RtStatus status = exec_claim_partition(exec, exec->partition_count, error);
    if (status != RT_OK)
        return status;
    if (partition->adaptive != NULL)
        adaptive_init(partition->adaptive);
    *partition->cell = (PartitionCell){ .watermark = INT64_MIN, .now = 0, .line = 1 };
    exec->partition_count++;
    return RT_OK;
}

RtStatus exec_add_origin(RtExec *exec, uint32_t scan, const char *name, const LineOrigin *origin, RtError *error)
{
    RtStatus status = exec_add_partition(exec, scan, error);
    if (status != RT_OK)
        return status;
    Partition *partition = &exec->partitions[exec->partition_count - 1];
    partition->path = arena_copy(&exec->arena, name, strlen(name));
    partition->origin = origin;
    return line_source_open(&partition->source, &(LineSourceOptions){ .path = name, .origin = origin }, error);
}

RtStatus exec_add_file(RtExec *exec, uint32_t scan, const char *path, RtError *error)
{
    RtStatus status = exec_add_partition(exec, scan, error);
    if (status != RT_OK)
        return status;
    Partition *partition = &exec->partitions[exec->partition_count - 1];
    partition->path = arena_copy(&exec->arena, path, strlen(path));
    partition->file = exec_file_source(&exec->arena, exec->options.ops, path);
    LineSourceOptions options = { .path = partition->path,
                                  .ops = exec->options.ops,
                                  .skip_first_line = scan_has_header(&exec->program->scans[scan]) };
    return line_source_open(&partition->source, &options, error);
}

void exec_add_lookup_row(RtExec *exec, uint32_t lookup, const void *row)
{
    assert(lookup < exec->program->lookup_count);
    lookup_table_add(&exec->lookups[lookup], row);
}

/* A table that several joins read is read for each of them; its bad rows are counted once. */
static bool is_first_reader(const RtExec *exec, uint32_t lookup)
{
    for (uint32_t i = 0; i < lookup; i++) {
        if (str_equal(exec->program->lookups[i].name, exec->program->lookups[lookup].name))
            return false;
    }
    return true;
}

static void add_lookup_line(RtExec *exec, uint32_t index, Partition *partition, Str line, void *row)
{
    const RtLookup *lookup = &exec->program->lookups[index];
    DecodeIssues issues;
    DecodeOutcome outcome = exec_decode_line(lookup->decode, lookup->is_csv, line, row, &exec->batch_arena, &issues);
    bool is_bad = outcome == DECODE_BAD || (outcome == DECODE_OK && issues.count > 0);
    if (is_bad && is_first_reader(exec, index)) {
        BadKind *kind;
        exec->stats.rows_bad++;
        if (bad_rows_count(&exec->bad, lookup->name, str_from(decode_reason_word(issues.items[0].reason)), &kind))
            bad_rows_place(&exec->bad, kind,
                           exec_place(exec, partition, line.data,
                                      exec_issue_text(&exec->batch_arena, lookup->decode, &issues.items[0])));
    }
    if (!is_bad && outcome == DECODE_OK) {
        lookup_table_add(&exec->lookups[index], row);
    }
}

/* What is told by exec->status ends the run and closes nothing more. */
static RtStatus stop_if_asked(RtExec *exec, RtError *error)
{
    if (exec->options.must_stop == NULL || !exec->options.must_stop(exec->options.context))
        return RT_OK;
    if (exec->status == RT_OK)
        exec->status = rt_error(&exec->error, RT_END, "interrupted");
    *error = exec->error;
    return exec->status;
}

RtStatus exec_fill_lookup(RtExec *exec, uint32_t index, const char *path, RtError *error)
{
    assert(index < exec->program->lookup_count);
    const RtLookup *lookup = &exec->program->lookups[index];
    Partition partition = { .path = path };
    bool has_header = lookup->is_csv && lookup->decode->csv.ignore_first_line;
    LineSourceOptions options = { .path = path, .ops = exec->options.ops, .skip_first_line = has_header };
    RtStatus status = line_source_open(&partition.source, &options, error);
    if (status != RT_OK)
        return status;
    void *row = arena_alloc_zeroed(&exec->arena, lookup->layout->row_bytes, 16);
    while ((status = line_source_next(partition.source, &partition.block, error)) == RT_OK || status == RT_AGAIN) {
        if ((status = stop_if_asked(exec, error)) != RT_OK)
            break;
        LineCursor cursor = line_cursor(&partition.block);
        Str line;
        while (line_cursor_next(&cursor, &line)) {
            add_lookup_line(exec, index, &partition, line, row);
            arena_reset(&exec->batch_arena);
        }
        partition.block.lines = cursor.lines;
    }
    line_source_close(partition.source);
    return status == RT_END ? RT_OK : status;
}

/* ---- running ---- */

/* The partition that is furthest behind; the first of several. */
static Partition *next_partition(RtExec *exec)
{
    Partition *next = NULL;
    for (uint32_t i = 0; i < exec->partition_count; i++) {
        Partition *p = &exec->partitions[i];
        if (p->cell->has_ended == 0 && !p->is_waiting && (next == NULL || p->cell->watermark < next->cell->watermark))
            next = p;
    }
    return next;
}

static RtStatus end_partition(RtExec *exec, Partition *partition, RtError *error)
{
    partition->cell->has_ended = 1;
    return exec_close_windows(exec, error);
}

RtStatus exec_refill(RtExec *exec, Partition *partition, RtError *error)
{
    while (partition->lines.at == partition->lines.end) {
        if (partition->lines_used > 0)
            partition->block.lines = partition->lines_used;
        partition->lines_used = 0;
        RtStatus status = line_source_next(partition->source, &partition->block, error);
        if (status != RT_OK)
            return status;
        partition->lines = (RtLines){ partition->block.data, partition->block.data + partition->block.len };
        exec->stats.bytes_in += partition->block.len;
        if (!partition->block.overlong)
            continue;
        DecodeIssue issue = { .reason = DECODE_ROW_TOO_LONG, .column = DECODE_NO_COLUMN };
        exec_bad_line(exec, partition, (Str){ partition->block.data, partition->block.len }, &issue);
        partition->lines.at = partition->lines.end;
    }
    return RT_OK;
}

RtBatch exec_batch_of(RtExec *exec, Partition *partition)
{
    return (RtBatch){ .rows = exec->rows,
                      .watermark_before = exec->watermark_before,
                      .now = exec->now,
                      .changes = exec->changes,
                      .lines = exec->line_starts,
                      .watermark = partition->cell->watermark,
                      .now_after = partition->cell->now,
                      .partition = (uint32_t)(partition - exec->partitions),
                      .scan = partition->scan };
}

static RtStatus batch_done(RtExec *exec, Partition *partition, const RtBatch *batch, RtError *error)
{
    assert(batch->watermark >= partition->cell->watermark && "time does not go back");
    assert(batch->now_after >= partition->cell->now);
    partition->cell->watermark = batch->watermark;
    partition->cell->now = batch->now_after;
    RtStatus status = exec_close_windows(exec, error);
    if (status == RT_OK)
        status = state_check(&exec->state, error);
    arena_reset(&exec->batch_arena);
    if (status == RT_OK && exec->options.restart_every_batch)
        status = exec_restart(exec, error);
    if (status == RT_OK && exec->options.on_pause != NULL)
        status = exec->options.on_pause(exec->options.context, exec, error);
    return status == RT_OK ? stop_if_asked(exec, error) : status;
}

/* Rows of a file that shrank are not used: their text may be lost.  A look at the file costs as much as a few rows, so
 * batches of one row do without until something is seen to be missing. */
static RtStatus check_source(Partition *partition, uint64_t rows_max, RtError *error)
{
    bool looks = rows_max > 1 || line_source_broken(partition->source);
    return looks ? line_source_check(partition->source, error) : RT_OK;
}

/* A bad line, or a bad value in a column that some statement reads, ends the run of a stream that stops: before the
 * row changes anything, whatever statement would have read it.  A row in hand comes behind the bad line. */
static bool stops_here(RtExec *exec, RtBatch *batch)
{
    const RtScan *scan = &exec->program->scans[batch->scan];
    if (scan->policy != BAD_ROW_STOP)
        return false;
    if (scan->decode->is_debezium) /* looked at with their line */
        return exec->status != RT_OK;
    assert(batch->row_count <= 1);
    bool is_bad = false;
    for (uint32_t c = 0; exec->status == RT_OK && batch->row_count == 1 && c < scan->layout->column_count; c++)
        is_bad = is_bad || row_is_error(batch->rows, scan->layout, c);
    exec->stats.rows_in += is_bad;
    if (is_bad)
        exec_stop_at_row(exec, batch);
    return exec->status != RT_OK;
}

/* One batch of at most `rows_max` rows from the lines in hand; *rows, if wanted, is how many it had. */
static RtStatus run_batch(RtExec *exec, Partition *partition, uint64_t rows_max, uint64_t *rows, RtError *error)
{
    RtBatch batch = exec_batch_of(exec, partition);
    if (exec->program->scans[partition->scan].policy == BAD_ROW_STOP)
        rows_max = 1; /* the rows in front of the one that stops the run come out, whatever the size of batches */
    exec->reading = partition;
    exec_show_source(exec, partition);
    exec->filling = &batch;
    exec_decode_lines(exec, partition, &batch, rows_max);
    exec->filling = NULL;
    assert(batch.row_count < rows_max + DEBEZIUM_ROWS_MAX && partition->lines.at <= partition->lines.end);
    RtStatus status = check_source(partition, rows_max, error);
    if (status != RT_OK)
        return status;
    if (stops_here(exec, &batch))
        return exec->status;
    exec->stats.rows_in += batch.row_count;
    exec_note_rows(exec, &batch);
    if (rows != NULL)
        *rows = batch.row_count;
    status = exec_push_batch(exec, &batch, error);
    return status == RT_OK ? batch_done(exec, partition, &batch, error) : status;
}

/* Up to `turn_rows` rows of one partition, in batches; RT_END when it has no more. */
static RtStatus run_turn(RtExec *exec, Partition *partition, uint64_t turn_rows, RtError *error)
{
    uint32_t number = (uint32_t)(partition - exec->partitions);
    while (turn_rows > 0) {
        RtStatus status = exec_refill(exec, partition, error);
        if (status == RT_AGAIN && partition->origin != NULL && partition->origin->is_live)
            return RT_AGAIN;
        if (status == RT_AGAIN && (status = stop_if_asked(exec, error)) == RT_OK)
            continue;
        if ((status == RT_OK || status == RT_END) && exec->status != RT_OK)
            status = exec->status;
        if (status != RT_OK)
            return status;
        uint64_t rows_max = turn_rows < exec->options.batch_rows ? turn_rows : exec->options.batch_rows, rows = 0;
        if ((status = run_batch(exec, partition, rows_max, &rows, error)) != RT_OK)
            return status;
        turn_rows -= rows < turn_rows ? rows : turn_rows;
        partition = &exec->partitions[number];
    }
    return RT_OK;
}

/* Nothing is there of any live input: waits for more. */
static RtStatus wait_for_more(RtExec *exec, RtError *error)
{
    enum { WAIT_MS = 100 }; /* between looks for a signal */
    RtStatus status = RT_OK;
    if (exec->options.on_wait != NULL)
        status = exec->options.on_wait(exec->options.context, error);
    const LineOrigin *origin = NULL;
    for (uint32_t i = 0; i < exec->partition_count; i++) {
        Partition *p = &exec->partitions[i];
        if (p->cell->has_ended == 0 && p->origin != NULL && p->origin->is_live)
            origin = p->origin;
        p->is_waiting = false;
    }
    assert(origin != NULL && "only live inputs are waited for");
    if (status == RT_OK)
        origin->wait(origin->context, WAIT_MS);
    return status == RT_OK ? stop_if_asked(exec, error) : status;
}

/* Rows of one partition for a turn; of a live one that has none, the others are asked first. */
static RtStatus run_in_turns(RtExec *exec, Partition **next, RtError *error)
{
    Partition *partition = *next = next_partition(exec);
    bool all_wait = partition == NULL;
    for (uint32_t i = 0; all_wait && i < exec->partition_count; i++) {
        if (exec->partitions[i].is_waiting && exec->partitions[i].cell->has_ended == 0)
            return wait_for_more(exec, error);
    }
    if (partition == NULL)
        return RT_END;
    RtStatus status = run_turn(exec, partition, EXEC_TURN_ROWS, error);
    if (status == RT_AGAIN) {
        partition->is_waiting = true;
        return RT_OK;
    }
    for (uint32_t i = 0; i < exec->partition_count; i++)
        exec->partitions[i].is_waiting = false;
    return status;
}

/* The next record of all partitions, by its time. */
static RtStatus run_in_time(RtExec *exec, Partition **partition, RtError *error)
{
    RtStatus status;
    *partition = exec_next_in_time(exec, &status, error);
    if (status == RT_AGAIN && *partition == NULL)
        return wait_for_more(exec, error);
    if (status == RT_AGAIN)
        return stop_if_asked(exec, error);
    if (status == RT_OK && exec->status != RT_OK)
        status = exec->status; /* a line that was too long, in a stream that stops */
    if (*partition == NULL)
        return status == RT_OK ? RT_END : status;
    return status == RT_OK ? run_batch(exec, *partition, 1, NULL, error) : status;
}

RtStatus exec_run(RtExec *exec, RtError *error)
{
    bool in_time = exec->program->in_time_order && exec->partition_count > 1;
    for (;;) {
        Partition *partition = NULL;
        RtStatus status = in_time ? run_in_time(exec, &partition, error) : run_in_turns(exec, &partition, error);
        if (partition == NULL && status == RT_END && exec->status == RT_OK)
            return RT_OK;
        if (partition != NULL && status == RT_END)
            status = end_partition(exec, partition, error);
        if (status != RT_OK) {
            if (exec->status != RT_OK)
                *error = exec->error;
            return status;
        }
    }
}

RtStatus exec_rows(RtExec *exec, uint32_t index, const void *rows, uint64_t count, RtError *error)
{
    assert(index < exec->partition_count && exec->partitions[index].path == NULL && "rows are given, not read");
    uint64_t row_bytes = exec->program->scans[exec->partitions[index].scan].layout->row_bytes;
    RtStatus status = RT_OK;
    assert((rows != exec->rows || count <= exec->options.batch_rows) && "the room has one batch");
    for (uint64_t at = 0; status == RT_OK && at < count;) {
        Partition *partition = &exec->partitions[index];
        RtBatch batch = exec_batch_of(exec, partition);
        uint64_t left = count - at;
        batch.row_count = left < exec->options.batch_rows ? left : exec->options.batch_rows;
        if (rows != exec->rows)
            memcpy(exec->rows, (const char *)rows + at * row_bytes, batch.row_count * row_bytes);
        memset(exec->line_starts, 0, batch.row_count * sizeof *exec->line_starts);
        memset(exec->changes, ROW_INSERT, batch.row_count);
        at += batch.row_count;
        exec->reading = partition;
        exec_show_source(exec, partition);
        exec->stats.rows_in += batch.row_count;
        status = exec_push_batch(exec, &batch, error);
        if (status == RT_OK)
            status = batch_done(exec, partition, &batch, error);
    }
    return status;
}

void *exec_rows_room(RtExec *exec, uint64_t *rows_max)
{
    *rows_max = exec->options.batch_rows;
    return exec->rows;
}

RtStatus exec_watermark(RtExec *exec, uint32_t index, int64_t watermark, RtError *error)
{
    assert(index < exec->partition_count && exec->partitions[index].cell->has_ended == 0);
    PartitionCell *cell = exec->partitions[index].cell;
    if (watermark > cell->watermark)
        cell->watermark = watermark;
    return exec_close_windows(exec, error);
}

RtStatus exec_end_partition(RtExec *exec, uint32_t index, RtError *error)
{
    assert(index < exec->partition_count);
    return end_partition(exec, &exec->partitions[index], error);
}

int64_t exec_partition_watermark(const RtExec *exec, uint32_t partition)
{
    assert(partition < exec->partition_count);
    return exec->partitions[partition].cell->watermark;
}

uint64_t exec_open_windows(const RtExec *exec)
{
    uint64_t open = 0;
    for (uint32_t i = 0; i < exec->program->agg_count; i++) {
        const SliceStore *store = exec->stores[i];
        bool is_windowed = store->shape.size_us != 0 || store->shape.kind == WINDOW_ATTACHED;
        if (store->shape.kind == WINDOW_SESSION)
            open += session_count(store);
        else if (is_windowed)
            open += store->slice_count - (store->shape.keep_us > 0 ? store->folded_count : 0);
    }
    return open;
}

ExecStats exec_stats(const RtExec *exec)
{
    ExecStats stats = exec->stats;
    stats.bad = &exec->bad;
    stats.watermarks = &exec->watermarks;
    stats.future = &exec->future;
    stats.late = exec->late;
    stats.kept = (const KeepCount *const *)exec->keep_counts;
    stats.duplicates = exec->duplicates;
    stats.sums_overflowed = exec->task.fn.overflow_count;
    return stats;
}

Str exec_first_lines(const RtExec *exec, uint32_t scan)
{
    for (uint32_t i = 0; i < exec->partition_count; i++) {
        const Partition *p = &exec->partitions[i];
        if (p->scan == scan && p->block.len > 0 && !p->block.overlong)
            return (Str){ p->block.data, p->block.len < SAMPLE_BYTES ? p->block.len : SAMPLE_BYTES };
    }
    return STR_EMPTY;
}

bool exec_is_csv(const RtExec *exec, uint32_t scan)
{
    return exec->program->scans[scan].is_csv;
}
