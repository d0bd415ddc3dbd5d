/* interpret.c -- see interpret.h. */
#include "compiler/driver/interpret.h"

#include "compiler/interp/interp.h"
#include "runtime/exec/exec.h"
#include "runtime/format/csv_decode.h"
#include "runtime/format/debezium.h"
#include "runtime/format/json_decode.h"

typedef struct Reader {
    uint32_t scan, partition;
    const char *path;
    const FnSource *file;
    LineSource *source;
    LineBlock block;
    LineCursor cursor;
    bool has_ended;
    bool is_ahead;    /* looked ahead: */
    int64_t ahead_us; /* time of the next row */
} Reader;

typedef struct Interpretation {
    Arena *arena;
    const PhysProgram *physical;
    const RtProgram *image;
    const Inputs *inputs;
    Interp *interp;
    Output *output;
    InterpretStats *stats;
    Reader *readers;
    uint32_t reader_count;
    Arena line_arena;
    const Reader *reading; /* whose line is in progress */
    const char *line;
    RowChange change; /* what its row does */
    RtStatus status;
    RtError error;
} Interpretation;

/* A record with newlines in it is one line. */
static bool next_in_block(const Reader *reader, LineCursor *cursor, Str *line)
{
    if (!reader->block.is_single || cursor->at == cursor->end)
        return line_cursor_next(cursor, line);
    *line = (Str){ cursor->at, (uint64_t)(cursor->end - cursor->at) };
    cursor->at = cursor->end;
    cursor->lines++;
    return true;
}

static void on_row(void *user, const PhysNode *sink, RowChange change, const void *row)
{
    Interpretation *in = user;
    if (in->status != RT_OK)
        return;
    in->stats->rows_out++;
    in->status = output_row(in->output, sink->id, change, row, &in->error);
}

/* Where the row in progress stands, as runtime/exec says it. */
static Str place(void *user, Arena *arena)
{
    const Interpretation *in = user;
    if (in->reading == NULL || in->line == NULL)
        return STR_EMPTY;
    uint64_t offset = line_block_offset(&in->reading->block, in->line);
    return str_printf(arena, "%s@%llu", in->reading->path, (unsigned long long)offset);
}

static Str line_at(const Interpretation *in)
{
    LineCursor cursor = { .at = in->line, .end = in->reading->block.data + in->reading->block.len };
    Str line = STR_EMPTY;
    (void)next_in_block(in->reading, &cursor, &line);
    return line;
}

/* The line in progress, with the first column that did not convert. */
static void line_of_row(void *user, Arena *arena, InterpLine *out)
{
    const Interpretation *in = user;
    if (in->reading == NULL || in->line == NULL)
        return;
    const RtScan *scan = &in->image->scans[in->reading->scan];
    Str line = line_at(in), part = line;
    DecodeIssues issues;
    DebeziumLine parts;
    if (scan->decode->is_debezium && debezium_read(scan->decode, line, &parts, &issues) == DECODE_OK)
        part = parts.rows[row_change_retracts(in->change) ? 0 : parts.count - 1];
    void *row = arena_alloc_zeroed(arena, scan->layout->row_bytes, 16);
    DecodeOutcome outcome = scan->is_csv ? csv_decode_row(scan->decode, part, row, arena, &issues)
                                         : json_decode_row(scan->decode, part, row, arena, &issues);
    out->text = bad_line_text(arena, line);
    if (outcome != DECODE_OK || issues.count == 0)
        return;
    out->column = (uint32_t)issues.items[0].column;
    out->reason = str_from(decode_reason_word(issues.items[0].reason));
    out->why = str_from(decode_reason_text(issues.items[0].reason));
}

/* A line that is no row. */
static void bad_line(Interpretation *in, const Reader *reader, Str line)
{
    const RtScan *scan = &in->image->scans[reader->scan];
    DecodeIssues issues;
    void *row = arena_alloc_zeroed(&in->line_arena, scan->layout->row_bytes, 16);
    (void)(scan->is_csv ? csv_decode_row(scan->decode, line, row, &in->line_arena, &issues)
                        : json_decode_row(scan->decode, line, row, &in->line_arena, &issues));
    InterpLine told = { .text = bad_line_text(&in->line_arena, line),
                        .reason = str_from(decode_reason_word(issues.items[0].reason)),
                        .why = exec_issue_text(&in->line_arena, scan->decode, &issues.items[0]) };
    interp_bad_line(in->interp, reader->scan, reader->partition, &told);
}

static DecodeOutcome decode(const DecodeSchema *schema, bool is_csv, Str line, void *row, Arena *arena)
{
    DecodeIssues issues;
    return is_csv ? csv_decode_row(schema, line, row, arena, &issues)
                  : json_decode_row(schema, line, row, arena, &issues);
}

static bool has_header(bool is_csv, const DecodeSchema *decode)
{
    return is_csv && decode->csv.ignore_first_line;
}

static RtStatus fill_lookup(Interpretation *in, uint32_t index, const char *path, RtError *error)
{
    const RtLookup *lookup = &in->image->lookups[index];
    const PhysNode *node = NULL;
    for (uint32_t i = 0; i < in->physical->node_count; i++) {
        if (in->physical->nodes[i]->id == lookup->node)
            node = in->physical->nodes[i];
    }
    LineSource *source = NULL;
    LineBlock block = { 0 };
    LineSourceOptions options = { .path = path, .skip_first_line = has_header(lookup->is_csv, lookup->decode) };
    RtStatus status = line_source_open(&source, &options, error);
    void *row = arena_alloc_zeroed(in->arena, lookup->layout->row_bytes, 16);
    while (status == RT_OK && (status = line_source_next(source, &block, error)) == RT_OK) {
        LineCursor cursor = line_cursor(&block);
        Str line;
        while (line_cursor_next(&cursor, &line)) {
            if (decode(lookup->decode, lookup->is_csv, line, row, in->arena) == DECODE_OK)
                interp_lookup_row(in->interp, node, row);
        }
        block.lines = cursor.lines;
    }
    line_source_close(source);
    return status == RT_END ? RT_OK : status;
}

static RtStatus open_inputs(Interpretation *in, const Inputs *inputs, RtError *error)
{
    RtStatus status = RT_OK;
    for (uint32_t i = 0; status == RT_OK && i < in->image->lookup_count; i++) {
        for (uint32_t f = 0; status == RT_OK && f < inputs->lookups[i].count; f++)
            status = fill_lookup(in, i, inputs->lookups[i].items[f], error);
    }
    for (uint32_t i = 0; status == RT_OK && i < in->image->scan_count; i++) {
        for (uint32_t f = 0; status == RT_OK && f < inputs->scans[i].count; f++) {
            Reader *reader = &in->readers[in->reader_count++];
            *reader = (Reader){ .scan = i, .partition = f, .path = inputs->scans[i].items[f] };
            reader->file = exec_file_source(in->arena, &FILE_OPS_SYSTEM, reader->path);
            const RtScan *scan = &in->image->scans[i];
            LineSourceOptions options = { .path = inputs->scans[i].items[f],
                                          .origin = inputs_origin(inputs, i, f),
                                          .skip_first_line = has_header(scan->is_csv, scan->decode) };
            status = line_source_open(&reader->source, &options, error);
        }
    }
    return status;
}

static uint32_t widest_scan(const Inputs *inputs, const RtProgram *image)
{
    uint32_t most = 1;
    for (uint32_t i = 0; i < image->scan_count; i++)
        most = inputs->scans[i].count > most ? inputs->scans[i].count : most;
    return most;
}

static Reader *furthest_behind(Interpretation *in)
{
    Reader *next = NULL;
    int64_t least = 0;
    for (uint32_t i = 0; i < in->reader_count; i++) {
        Reader *reader = &in->readers[i];
        if (reader->has_ended)
            continue;
        int64_t watermark = interp_partition_watermark(in->interp, reader->scan, reader->partition);
        if (next == NULL || watermark < least) {
            next = reader;
            least = watermark;
        }
    }
    return next;
}

/* Lines in hand, or RT_END. */
static RtStatus fill_block(const Interpretation *in, Reader *reader, RtError *error)
{
    while (reader->cursor.at == reader->cursor.end) {
        reader->block.lines = reader->block.data == NULL ? LINES_UNCOUNTED : reader->cursor.lines;
        RtStatus status = line_source_next(reader->source, &reader->block, error);
        if (status == RT_AGAIN && inputs_origin(in->inputs, reader->scan, reader->partition) != NULL)
            continue;
        if (status != RT_OK)
            return status;
        reader->cursor = line_cursor(&reader->block);
    }
    return RT_OK;
}

/* The next line of a reader; RT_END at the end of its file. */
static RtStatus next_line(const Interpretation *in, Reader *reader, Str *line, RtError *error)
{
    while (!next_in_block(reader, &reader->cursor, line)) {
        reader->cursor.at = reader->cursor.end;
        RtStatus status = fill_block(in, reader, error);
        if (status != RT_OK)
            return status;
    }
    return RT_OK;
}

/* ignore-parse-errors = false: a bad line ends the run, and so does a bad value in a column that some statement reads,
 * before the row changes anything. */
static bool must_stop(const RtScan *scan, DecodeOutcome outcome, const void *row)
{
    if (scan->policy != BAD_ROW_STOP || outcome == DECODE_SKIP)
        return false;
    bool is_bad = outcome == DECODE_BAD;
    for (uint32_t i = 0; outcome == DECODE_OK && i < scan->layout->column_count; i++)
        is_bad = is_bad || row_is_error(row, scan->layout, i);
    return is_bad;
}

/* The rows of a line of changes, as exec_decode.c reads them. */
static RtStatus change_line(Interpretation *in, Reader *reader, Str line, void *row, uint32_t *rows, RtError *error)
{
    const RtScan *scan = &in->image->scans[reader->scan];
    DebeziumLine parts;
    DecodeIssues issues;
    DecodeOutcome outcome = debezium_read(scan->decode, line, &parts, &issues);
    for (uint32_t i = 0; outcome == DECODE_OK && i < parts.count; i++) { /* all of them are judged before any counts */
        outcome = json_decode_row(scan->decode, parts.rows[i], row, &in->line_arena, &issues);
        if (must_stop(scan, outcome, row))
            outcome = DECODE_BAD;
    }
    in->stats->lines_bad += outcome == DECODE_BAD && scan->policy != BAD_ROW_SKIP;
    in->stats->rows_in += outcome == DECODE_OK ? parts.count : outcome == DECODE_BAD;
    if (outcome == DECODE_BAD && scan->policy == BAD_ROW_STOP)
        return rt_error(error, RT_BAD_DATA, "row %llu of `%.*s` is bad", (unsigned long long)in->stats->rows_in,
                        STR_ARG(scan->name));
    in->reading = reader;
    in->line = line.data;
    if (outcome == DECODE_BAD && scan->policy == BAD_ROW_COUNT) {
        InterpLine told = { .text = bad_line_text(&in->line_arena, line),
                            .reason = str_from(decode_reason_word(issues.items[0].reason)),
                            .why = exec_issue_text(&in->line_arena, scan->decode, &issues.items[0]) };
        interp_bad_line(in->interp, reader->scan, reader->partition, &told);
    }
    for (uint32_t i = 0; outcome == DECODE_OK && in->status == RT_OK && i < parts.count; i++) {
        (void)json_decode_row(scan->decode, parts.rows[i], row, &in->line_arena, &issues);
        in->change = (RowChange)parts.changes[i];
        interp_source(in->interp, reader->file);
        interp_records(in->interp, reader->block.records, reader->block.record_count, line.data);
        interp_next_change(in->interp, in->change);
        interp_row(in->interp, reader->scan, reader->partition, row, in->stats->rows_in);
        (*rows)++;
    }
    arena_reset(&in->line_arena);
    if (in->status != RT_OK)
        *error = in->error;
    return in->status;
}

/* A turn of rows of one partition, as runtime/exec counts them. */
static RtStatus turn(Interpretation *in, Reader *reader, uint32_t rows_max, RtError *error)
{
    const RtScan *scan = &in->image->scans[reader->scan];
    void *row = arena_alloc_zeroed(in->arena, scan->layout->row_bytes, 16);
    Str line;
    for (uint32_t rows = 0; rows < rows_max;) {
        if (rows_max == 1 && reader->cursor.at == reader->cursor.end)
            return RT_OK; /* in the order of time: behind lines without a row one looks ahead again */
        RtStatus status = next_line(in, reader, &line, error);
        if (status != RT_OK)
            return status;
        if (scan->decode->is_debezium) {
            if ((status = change_line(in, reader, line, row, &rows, error)) != RT_OK)
                return status;
            continue;
        }
        DecodeOutcome outcome = decode(scan->decode, scan->is_csv, line, row, &in->line_arena);
        bool stops = must_stop(scan, outcome, row);
        in->stats->lines_bad += stops || (outcome == DECODE_BAD && scan->policy != BAD_ROW_SKIP);
        in->stats->rows_in += outcome != DECODE_SKIP;
        if (stops)
            return rt_error(error, RT_BAD_DATA, "row %llu of `%.*s` is bad", (unsigned long long)in->stats->rows_in,
                            STR_ARG(scan->name));
        in->reading = reader;
        in->line = line.data;
        if (outcome == DECODE_BAD && scan->policy == BAD_ROW_COUNT)
            bad_line(in, reader, line);
        if (outcome == DECODE_OK) {
            rows++;
            interp_source(in->interp, reader->file);
            interp_records(in->interp, reader->block.records, reader->block.record_count, line.data);
            interp_row(in->interp, reader->scan, reader->partition, row, in->stats->rows_in);
        }
        arena_reset(&in->line_arena);
        if (in->status != RT_OK) {
            *error = in->error;
            return in->status;
        }
    }
    return RT_OK;
}

/* The time of the next row in hand; lines without one have none and are read at once. */
static int64_t look_ahead(Interpretation *in, Reader *reader)
{
    const RtScan *scan = &in->image->scans[reader->scan];
    void *row = arena_alloc_zeroed(&in->line_arena, scan->layout->row_bytes, 16);
    LineCursor cursor = reader->cursor;
    Str line;
    bool has_row = false;
    while (!has_row && next_in_block(reader, &cursor, &line)) {
        DebeziumLine parts;
        DecodeIssues issues;
        bool is_change = scan->decode->is_debezium;
        if (!is_change || debezium_read(scan->decode, line, &parts, &issues) == DECODE_OK)
            has_row =
                decode(scan->decode, scan->is_csv, is_change ? parts.rows[0] : line, row, &in->line_arena) == DECODE_OK;
    }
    int64_t time = INT64_MIN;
    if (has_row)
        interp_records(in->interp, reader->block.records, reader->block.record_count, line.data);
    if (has_row)
        time = interp_look_ahead(in->interp, reader->scan, reader->partition, row);
    arena_reset(&in->line_arena);
    return time;
}

/* The reader whose next record is the earliest, as runtime/exec/exec_time.c reads. */
static Reader *earliest(Interpretation *in, RtStatus *status, RtError *error)
{
    Reader *next = NULL;
    *status = RT_OK;
    for (uint32_t i = 0; i < in->reader_count; i++) {
        Reader *reader = &in->readers[i];
        if (reader->has_ended)
            continue;
        if (!reader->is_ahead) {
            *status = fill_block(in, reader, error);
            if (*status != RT_OK)
                return reader;
            reader->ahead_us = look_ahead(in, reader);
            reader->is_ahead = true;
        }
        if (next == NULL || reader->ahead_us < next->ahead_us)
            next = reader;
    }
    if (next != NULL)
        next->is_ahead = false;
    return next;
}

static RtStatus read_in_time(Interpretation *in, RtError *error)
{
    Reader *reader;
    RtStatus status;
    while ((reader = earliest(in, &status, error)) != NULL) {
        if (status == RT_END) {
            reader->has_ended = true;
            interp_end(in->interp, reader->scan, reader->partition);
            status = in->status;
            *error = in->error;
        } else if (status == RT_OK) {
            status = turn(in, reader, 1, error);
        }
        if (status != RT_OK)
            return status;
    }
    return RT_OK;
}

static RtStatus read_all(Interpretation *in, RtError *error)
{
    Reader *reader;
    if (in->image->in_time_order && in->reader_count > 1)
        return read_in_time(in, error);
    while ((reader = furthest_behind(in)) != NULL) {
        RtStatus status = turn(in, reader, EXEC_TURN_ROWS, error);
        if (status == RT_END) {
            reader->has_ended = true;
            interp_end(in->interp, reader->scan, reader->partition);
            status = in->status;
            *error = in->error;
        }
        if (status != RT_OK)
            return status;
    }
    return RT_OK;
}

static void count(const Interpretation *in)
{
    InterpCounts totals = interp_totals(in->interp);
    in->stats->rows_bad += totals.bad;
    in->stats->rows_late += totals.late;
    in->stats->rows_duplicate += totals.duplicates;
    in->stats->rows_future += totals.future;
    in->stats->heartbeats += totals.heartbeats;
}

RtStatus interpret(Arena *arena, const InterpretJob *job, InterpretStats *stats, RtError *error)
{
    const RtProgram *image = job->image;
    const Inputs *inputs = job->inputs;
    Interpretation in = { .arena = arena,
                          .physical = job->physical,
                          .image = image,
                          .inputs = inputs,
                          .output = job->output,
                          .stats = stats };
    uint32_t partitions = widest_scan(inputs, image);
    InterpOptions options = {
        .partition_count = partitions, .user = &in, .on_row = on_row, .place = place, .line = line_of_row
    };
    arena_init(&in.line_arena);
    in.readers = ARENA_ARRAY(arena, Reader, (uint64_t)partitions * image->scan_count + 1);
    in.interp = interp_open(arena, job->physical, options);
    RtStatus status = open_inputs(&in, inputs, error);
    for (uint32_t i = 0; i < image->scan_count; i++) {
        for (uint32_t p = inputs->scans[i].count; p < partitions; p++)
            interp_end(in.interp, i, p); /* partitions that this scan does not have */
    }
    if (status == RT_OK)
        status = read_all(&in, error);
    count(&in);
    for (uint32_t i = 0; i < in.reader_count; i++)
        line_source_close(in.readers[i].source);
    interp_close(in.interp);
    arena_free(&in.line_arena);
    return status;
}
