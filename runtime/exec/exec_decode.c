/* exec_decode.c -- lines to rows, and where a row stands in its file. */
#include "runtime/exec/exec_aside.h"

#include "runtime/format/csv_decode.h"
#include "runtime/format/debezium.h"
#include "runtime/format/json_decode.h"
#include "runtime/format/json_fast.h"

#include <assert.h>

DecodeOutcome exec_decode_line(const DecodeSchema *schema, bool is_csv, Str line, void *row, Arena *arena,
                               DecodeIssues *issues)
{
    if (is_csv)
        return csv_decode_row(schema, line, row, arena, issues);
    return json_decode_row(schema, line, row, arena, issues);
}

Str exec_line_at(const Partition *partition, const char *start)
{
    LineCursor cursor = { .at = start, .end = partition->block.data + partition->block.len, .lines = 0 };
    Str line = STR_EMPTY;
    if (partition->block.is_single)
        return (Str){ start, (uint64_t)(cursor.end - start) };
    (void)line_cursor_next(&cursor, &line);
    return line;
}

static const DecodeNode *node_of(const DecodeNode *nodes, uint32_t count, int32_t column)
{
    const DecodeNode *found = NULL;
    for (uint32_t i = 0; i < count && found == NULL; i++)
        found = nodes[i].column == column ? &nodes[i] : node_of(nodes[i].children, nodes[i].child_count, column);
    return found;
}

/* The name of a field of a CSV line, where the program reads it. */
static Str field_name(const DecodeSchema *schema, uint32_t field)
{
    for (uint32_t i = 0; i < schema->field_count; i++) {
        if (schema->fields[i].position + 1 == field)
            return schema->fields[i].name;
    }
    return STR_EMPTY;
}

Str exec_issue_text(Arena *arena, const DecodeSchema *schema, const DecodeIssue *issue)
{
    const char *text = decode_reason_text(issue->reason);
    if (issue->column != DECODE_NO_COLUMN) {
        const DecodeNode *node = node_of(schema->fields, schema->field_count, issue->column);
        return node == NULL ? str_from(text) : str_printf(arena, "column `%.*s`: %s", STR_ARG(node->name), text);
    }
    if (issue->detail != NULL)
        return str_printf(arena, "%s: %s, at byte %llu", text, issue->detail, (unsigned long long)issue->at + 1);
    if (issue->reason == DECODE_ROW_FIELD_COUNT)
        return str_printf(arena, "the line has %u field%s, the table %u column%s", issue->field,
                          issue->field == 1 ? "" : "s", schema->line_field_count,
                          schema->line_field_count == 1 ? "" : "s");
    Str name = field_name(schema, issue->field);
    if (name.len > 0)
        return str_printf(arena, "column `%.*s`: %s", STR_ARG(name), text);
    return issue->field > 0 ? str_printf(arena, "field %u: %s", issue->field, text) : str_from(text);
}

/* Counting the newlines before a row is slow, and only done for the few whose place is told. */
BadPlace exec_place(const RtExec *exec, const Partition *partition, const char *line, Str text)
{
    (void)exec;
    if (partition->path == NULL || line == NULL)
        return (BadPlace){ .file = STR_EMPTY, .text = text };
    BadPlace place = { .file = str_from(partition->path), .line = partition->block.first_line, .text = text };
    place.offset = line_block_offset(&partition->block, line);
    if (partition->origin != NULL) {
        place.line = place.offset;
        return place;
    }
    for (const char *at = partition->block.data; at < line; at++)
        place.line += *at == '\n';
    return place;
}

void exec_bad_line(RtExec *exec, Partition *partition, Str line, const DecodeIssue *issue)
{
    const RtScan *scan = &exec->program->scans[partition->scan];
    exec->stats.rows_in++;
    if (scan->policy == BAD_ROW_SKIP) {
        exec->stats.rows_skipped++;
        return;
    }
    exec->stats.rows_bad++;
    BadKind *kind;
    Str text = exec_issue_text(&exec->batch_arena, scan->decode, issue);
    Str reason = str_from(decode_reason_word(issue->reason));
    bool wanted = bad_rows_count(&exec->bad, scan->name, reason, &kind);
    exec_aside_line(exec, partition, line, reason, text);
    BadPlace place = { 0 };
    if (wanted || scan->policy == BAD_ROW_STOP)
        place = exec_place(exec, partition, line.data, text);
    if (wanted)
        bad_rows_place(&exec->bad, kind, place);
    if (scan->policy == BAD_ROW_STOP && exec->status == RT_OK)
        exec->status = rt_error(&exec->error, RT_BAD_DATA, "%.*s:%llu: bad row: %.*s", STR_ARG(place.file),
                                (unsigned long long)place.line, STR_ARG(place.text));
}

void exec_show_source(RtExec *exec, const Partition *partition)
{
    exec->task.fn.source = partition->file;
    exec->task.fn.records = partition->block.records;
    exec->task.fn.record_count = partition->block.record_count;
    exec->task.fn.record_at = 0;
    exec->task.fn.line = NULL;
}

bool exec_next_line(const Partition *partition, LineCursor *cursor, Str *line)
{
    if (!partition->block.is_single || cursor->at == cursor->end)
        return line_cursor_next(cursor, line);
    *line = (Str){ cursor->at, (uint64_t)(cursor->end - cursor->at) };
    cursor->at = cursor->end;
    cursor->lines++;
    return true;
}

/* The rows of a line of changes.  A stream that stops at bad rows stops at a line with a bad value in one. */
static DecodeOutcome decode_changes(RtExec *exec, const RtScan *scan, RtBatch *batch, Str line, DecodeIssues *issues)
{
    DebeziumLine parts;
    DecodeOutcome outcome = debezium_read(scan->decode, line, &parts, issues);
    uint64_t first = batch->row_count;
    for (uint32_t i = 0; outcome == DECODE_OK && i < parts.count; i++) {
        void *row = batch->rows + (first + i) * scan->layout->row_bytes;
        outcome = exec_decode_line(scan->decode, false, parts.rows[i], row, &exec->batch_arena, issues);
        batch->changes[first + i] = parts.changes[i];
        batch->lines[first + i] = line.data;
        if (scan->policy == BAD_ROW_STOP && issues->count > 0)
            outcome = DECODE_BAD;
    }
    batch->row_count += outcome == DECODE_OK ? parts.count : 0;
    return outcome;
}

/* The answer is how many lines it read. */
static uint64_t decode_general(RtExec *exec, Partition *partition, RtBatch *batch, RtLines *lines, uint64_t lines_max)
{
    const RtScan *scan = &exec->program->scans[partition->scan];
    LineCursor cursor = { .at = lines->at, .end = lines->end, .lines = 0 };
    DecodeIssues issues;
    Str line;
    uint64_t rows_end = batch->row_count + lines_max;
    while (cursor.lines < lines_max && batch->row_count < rows_end && exec_next_line(partition, &cursor, &line)) {
        if (scan->decode->is_debezium) {
            if (decode_changes(exec, scan, batch, line, &issues) == DECODE_BAD)
                exec_bad_line(exec, partition, line, &issues.items[0]);
            continue;
        }
        void *row = batch->rows + batch->row_count * scan->layout->row_bytes;
        DecodeOutcome outcome = exec_decode_line(scan->decode, scan->is_csv, line, row, &exec->batch_arena, &issues);
        if (outcome == DECODE_OK)
            batch->lines[batch->row_count++] = line.data;
        else if (outcome == DECODE_BAD)
            exec_bad_line(exec, partition, line, &issues.items[0]);
    }
    lines->at = cursor.at;
    return cursor.lines;
}

ExecMissed exec_missed(const RtExec *exec, uint32_t scan)
{
    const MissedLines *missed = &exec->missed[scan];
    return (ExecMissed){ missed->lines, missed->missed, { missed->sample, missed->sample_len } };
}

static void keep_sample(RtExec *exec, MissedLines *missed, Str line)
{
    enum { SAMPLE_BYTES = 16 * 1024 };
    if (line.len > SAMPLE_BYTES - missed->sample_len)
        return;
    if (missed->sample == NULL)
        missed->sample = arena_alloc(&exec->arena, SAMPLE_BYTES, 1);
    memcpy(missed->sample + missed->sample_len, line.data, (size_t)line.len);
    missed->sample_len += (uint32_t)line.len;
}

void rt_decode_line(RtTask *task, RtBatch *batch, RtLines *lines)
{
    RtExec *exec = exec_of(task);
    assert(batch->partition < exec->partition_count && lines->at < lines->end);
    uint64_t rows = batch->row_count;
    const char *line = lines->at;
    exec->exact_lines += decode_general(exec, &exec->partitions[batch->partition], batch, lines, 1);
    exec->exact_rows += batch->row_count - rows;
    assert(lines->at > line && lines->at[-1] == '\n' && "compiled decoders read whole lines");
    keep_sample(exec, &exec->missed[batch->scan], (Str){ line, (uint64_t)(lines->at - line) });
}

const char *rt_json_column(RtTask *task, RtBatch *batch, void *row, uint32_t column, const char *p)
{
    RtExec *exec = exec_of(task);
    const RtScan *scan = &exec->program->scans[batch->scan];
    const FieldType *type = exec->column_types[batch->scan][column];
    assert(column < scan->layout->column_count && type != NULL && "computed columns are not decoded");
    const char *end = rt_json_skip(p);
    RtDatum datum;
    if (end == NULL || json_decode_value(&scan->decode->json, type, (Str){ p, (uint64_t)(end - p) }, &exec->batch_arena,
                                         &datum) != DECODE_NONE)
        return NULL;
    row_set(row, scan->layout, column, datum);
    return end;
}

bool rt_csv_column(RtTask *task, RtBatch *batch, void *row, uint32_t column, const char *text, uint64_t len)
{
    RtExec *exec = exec_of(task);
    const FieldType *type = exec->column_types[batch->scan][column];
    assert(type != NULL && "computed columns are not decoded");
    return csv_decode_field(exec->program->scans[batch->scan].decode, column, type, (Str){ text, len }, row,
                            &exec->batch_arena);
}

/* A compiled decoder reads lines that end with a newline; the last line of the input may not. */
void exec_decode_lines(RtExec *exec, Partition *partition, RtBatch *batch, uint64_t rows_max)
{
    RtLinesFn compiled = exec->code->lines == NULL ? NULL : exec->code->lines[partition->scan];
    RtLines *lines = &partition->lines;
    if (compiled != NULL && !partition->block.is_single) {
        const char *newline = memrchr(lines->at, '\n', (size_t)(lines->end - lines->at));
        RtLines whole = { .at = lines->at, .end = newline == NULL ? lines->at : newline + 1 };
        exec->exact_lines = exec->exact_rows = 0;
        compiled(&exec->task, batch, &whole, rows_max);
        assert(whole.at >= lines->at && whole.at <= whole.end && batch->row_count <= rows_max);
        assert(exec->exact_rows <= batch->row_count && exec->exact_rows <= exec->exact_lines);
        lines->at = whole.at;
        /* A line is a row, but for those that the exact decoder read. */
        uint64_t line_count = batch->row_count - exec->exact_rows + exec->exact_lines;
        partition->lines_used += line_count;
        exec->missed[partition->scan].lines += line_count;
        exec->missed[partition->scan].missed += exec->exact_lines;
        if (batch->row_count == rows_max || whole.at != whole.end)
            return;
    }
    while (batch->row_count < rows_max && lines->at != lines->end)
        partition->lines_used += decode_general(exec, partition, batch, lines, rows_max - batch->row_count);
}
