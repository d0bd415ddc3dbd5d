/* output.c -- see output.h. */
#include "compiler/driver/output.h"

#include "compiler/physical/lower.h"

#include <unistd.h>

/* One document: standard output, or a file of one result. */
typedef struct Document {
    RowPrinter *printer;
    FileSink *sink;
    FileSink own;
    Buf text;
} Document;

typedef struct NodeOutput {
    Document *document; /* results */
    uint32_t result;
    ConnSink *conn; /* inserts */
} NodeOutput;

struct Output {
    Arena *arena;
    OutputOptions options;
    const PhysProgram *physical;
    NodeOutput *nodes; /* by plan node id */
    Document *documents;
    uint32_t document_count;
    struct {
        const Table *table;
        ConnSink *sink;
    } *conns;
    uint32_t conn_count;
    FileSink standard_output;
    uint64_t rows;
};

enum { FLUSH_BYTES = 64 * 1024 };

static FieldMember *members_of(Arena *arena, const PhysNode *node)
{
    FieldMember *members = ARENA_ARRAY(arena, FieldMember, node->column_count + 1);
    for (uint32_t i = 0; i < node->column_count; i++)
        members[i] = (FieldMember){ node->columns[i].name, field_type_of(arena, node->columns[i].type) };
    return members;
}

static Str result_name(Arena *arena, const PhysSink *sink)
{
    return sink->name.len > 0 ? sink->name : str_printf(arena, "select_%u", sink->statement + 1);
}

static RtStatus add_result(Output *output, const PhysNode *node, bool is_named, RtError *error)
{
    Document *document = &output->documents[output->options.folder == NULL ? 0 : output->document_count];
    Str name = result_name(output->arena, &node->as.sink);
    if (document->printer == NULL) {
        RowPrinterOptions options = { .format = output->options.format, .header = true };
        document->printer = row_printer_new(output->arena, &options);
        document->sink = &output->standard_output;
        output->document_count++;
        if (output->options.folder != NULL) {
            static const char *const SUFFIX[] = { "txt", "csv", "json", "ndjson", "md" };
            Str path = str_printf(output->arena, "%s/%.*s.%s", output->options.folder, STR_ARG(name),
                                  SUFFIX[output->options.format]);
            document->sink = &document->own;
            RtStatus status = file_sink_open(&document->own, &FILE_OPS_SYSTEM, path.data, error);
            if (status != RT_OK)
                return status;
        }
    }
    RowResult result = { .name = is_named ? name : STR_EMPTY,
                         .changelog = phys_is_updating(node),
                         .layout = &node->as.sink.layout,
                         .columns = members_of(output->arena, node) };
    output->nodes[node->id] =
        (NodeOutput){ .document = document, .result = row_printer_add(document->printer, &result) };
    return RT_OK;
}

/* Where the PRIMARY KEY of the table stands in the rows of its sink. */
static const uint32_t *key_columns(Arena *arena, const PhysNode *node, uint32_t *count)
{
    const Table *table = node->as.sink.table;
    uint32_t *columns = ARENA_ARRAY(arena, uint32_t, table->primary_key_count + 1);
    *count = 0;
    for (uint32_t k = 0; k < table->primary_key_count; k++) {
        Str name = table->columns[table->primary_key[k]].name;
        for (uint32_t c = 0; c < node->column_count; c++) {
            if (str_equal(node->columns[c].name, name))
                columns[(*count)++] = c;
        }
    }
    return columns;
}

static bool takes_changes(const Output *output, const Table *table)
{
    for (uint32_t i = 0; i < output->physical->sink_count; i++) {
        const PhysNode *node = output->physical->sinks[i];
        if (node->as.sink.kind == SINK_INSERT && node->as.sink.table == table && phys_is_updating(node))
            return true;
    }
    return false;
}

/* Several INSERTs into one table write through one connector. */
static RtStatus add_insert(Output *output, const PhysNode *node, RtError *error)
{
    const Table *table = node->as.sink.table;
    for (uint32_t i = 0; i < output->conn_count; i++) {
        if (output->conns[i].table == table) {
            output->nodes[node->id].conn = output->conns[i].sink;
            return RT_OK;
        }
    }
    uint32_t key_column_count = 0;
    ConnSinkOptions options = { .table = table->checked,
                                .changelog = takes_changes(output, table),
                                .key_columns = key_columns(output->arena, node, &key_column_count),
                                .layout = &node->as.sink.layout,
                                .columns = members_of(output->arena, node),
                                .standard_output = &output->standard_output };
    options.key_column_count = key_column_count;
    ConnSink *sink = NULL;
    RtStatus status = conn_sink_open(output->arena, &options, &sink, error);
    if (status == RT_OK) {
        output->conns[output->conn_count].table = table;
        output->conns[output->conn_count++].sink = sink;
        output->nodes[node->id].conn = sink;
    }
    return status;
}

RtStatus output_open(Arena *arena, const PhysProgram *physical, const OutputOptions *options, Output **out,
                     RtError *error)
{
    Output *output = ARENA_NEW(arena, Output);
    uint32_t results = 0, last = 0;
    *out = output;
    for (uint32_t i = 0; i < physical->sink_count; i++) {
        results += physical->sinks[i]->as.sink.kind == SINK_RESULT;
        last = physical->sinks[i]->id > last ? physical->sinks[i]->id : last;
    }
    output->arena = arena;
    output->physical = physical;
    output->options = *options;
    output->nodes = ARENA_ARRAY(arena, NodeOutput, last + 1);
    output->documents = ARENA_ARRAY(arena, Document, results + 1);
    output->conns = arena_alloc_zeroed(arena, sizeof *output->conns * (physical->sink_count + 1), 16);
    file_sink_attach(&output->standard_output, &FILE_OPS_SYSTEM, STDOUT_FILENO, "standard output");
    RtStatus status = RT_OK;
    for (uint32_t i = 0; status == RT_OK && i < physical->sink_count; i++) {
        const PhysNode *node = physical->sinks[i];
        if (node->as.sink.kind == SINK_STORE)
            continue;
        if (node->as.sink.kind == SINK_RESULT)
            status = add_result(output, node, results > 1 && options->folder == NULL, error);
        else
            status = add_insert(output, node, error);
    }
    return status;
}

static RtStatus write_document(Document *document, RtError *error)
{
    if (document->text.failed)
        return rt_error(error, RT_FATAL, "no memory for output");
    RtStatus status = file_sink_write(document->sink, document->text.data, document->text.len, error);
    buf_clear(&document->text);
    return status;
}

ConnSink *output_conn(const Output *output, uint32_t node)
{
    return output->nodes[node].conn;
}

RtStatus output_row(Output *output, uint32_t node, RowChange change, const void *row, RtError *error)
{
    NodeOutput *to = &output->nodes[node];
    if (to->conn != NULL)
        return conn_sink_row(to->conn, change, row, error);
    output->rows++;
    row_printer_row(to->document->printer, to->result, change, row, &to->document->text);
    if (output->rows == output->options.rows_max)
        return rt_error(error, RT_END, "the row limit is reached");
    return to->document->text.len >= FLUSH_BYTES ? write_document(to->document, error) : RT_OK;
}

/* Keeps the first failure. */
static void note(RtStatus *status, RtStatus next, RtError *error, const RtError *cause)
{
    if (*status == RT_OK && next != RT_OK) {
        *status = next;
        *error = *cause;
    }
}

RtStatus output_flush(Output *output, RtError *error)
{
    RtStatus status = RT_OK;
    for (uint32_t i = 0; status == RT_OK && i < output->document_count; i++) {
        row_printer_flush(output->documents[i].printer, &output->documents[i].text);
        status = write_document(&output->documents[i], error);
        if (status == RT_OK)
            status = file_sink_flush(output->documents[i].sink, error);
    }
    for (uint32_t i = 0; status == RT_OK && i < output->conn_count; i++)
        status = conn_sink_flush(output->conns[i].sink, error);
    return status;
}

RtStatus output_close(Output *output, bool commit, RtError *error)
{
    RtStatus status = RT_OK;
    RtError cause;
    for (uint32_t i = 0; i < output->document_count; i++) {
        Document *document = &output->documents[i];
        row_printer_finish(document->printer, &document->text);
        note(&status, write_document(document, &cause), error, &cause);
        if (document->sink == &document->own)
            note(&status, file_sink_close(document->sink, &cause), error, &cause);
        buf_free(&document->text);
    }
    for (uint32_t i = 0; i < output->conn_count; i++)
        note(&status, conn_sink_close(output->conns[i].sink, commit && status == RT_OK, &cause), error, &cause);
    note(&status, file_sink_close(&output->standard_output, &cause), error, &cause);
    return status;
}
