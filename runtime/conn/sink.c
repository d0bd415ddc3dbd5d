/* sink.c -- rows into files, onto standard output, or nowhere.
 *
 * A file is written as `.<name>.inprogress` beside its place and takes its name at the end of a run that went well;
 * what stood there before is then replaced.  What is no regular file (a pipe, a device) is written in place. */
#include "runtime/conn/sink_internal.h"

#include "runtime/abi/key.h"
#include "runtime/conn/scan.h"
#include "runtime/io/paths.h"

#include <errno.h>
#include <unistd.h>

static RtStatus sink_put(ConnSink *sink, RtError *error)
{
    if (sink->line.failed)
        return rt_error(error, RT_FATAL, "write '%s': out of memory", sink->target->path);
    RtStatus status = file_sink_write(sink->target, sink->line.data, sink->line.len, error);
    buf_clear(&sink->line);
    return status;
}

/* ---- blackhole ---- */

static RtStatus blackhole_row(ConnSink *sink, RowChange change, const void *row, RtError *error)
{
    (void)sink, (void)change, (void)row, (void)error;
    return RT_OK;
}

static RtStatus blackhole_close(ConnSink *sink, bool commit, RtError *error)
{
    (void)sink, (void)commit, (void)error;
    return RT_OK;
}

static const SinkKind BLACKHOLE = { blackhole_row, blackhole_close };

/* ---- print ---- */

static RtStatus print_row(ConnSink *sink, RowChange change, const void *row, RtError *error)
{
    static const char *const marks[] = { "+I", "-U", "+U", "-D" };
    const ConnSinkOptions *options = &sink->options;
    if (sink->identifier.len > 0)
        buf_printf(&sink->line, "%.*s> ", STR_ARG(sink->identifier));
    buf_printf(&sink->line, "%s[", marks[change]);
    for (uint32_t c = 0; c < options->layout->column_count; c++) {
        RtDatum datum = row_get(row, options->layout, c);
        if (c > 0)
            buf_append_str(&sink->line, STR(", "));
        if (datum.is_null)
            buf_append_str(&sink->line, STR("null"));
        else
            value_write_text(&sink->line, options->columns[c].type, &datum);
    }
    buf_append_str(&sink->line, STR("]\n"));
    return sink_put(sink, error);
}

static RtStatus print_close(ConnSink *sink, bool commit, RtError *error)
{
    (void)commit;
    return sink->target == &sink->file ? file_sink_close(&sink->file, error) : file_sink_flush(sink->target, error);
}

static const SinkKind PRINT = { print_row, print_close };

static RtStatus print_open(ConnSink *sink)
{
    sink->kind = &PRINT;
    sink->identifier = table_option_text(sink->options.table, "print-identifier");
    sink->target = sink->options.standard_output;
    bool to_error = table_option_bool(sink->options.table, "standard-error");
    if (to_error || sink->target == NULL) {
        file_sink_attach(&sink->file, sink->ops, to_error ? STDERR_FILENO : STDOUT_FILENO,
                         to_error ? "standard error" : "standard output");
        sink->target = &sink->file;
    }
    return RT_OK;
}

/* ---- filesystem ---- */

void sink_put_key(const ConnSink *sink, const void *row, Buf *key)
{
    const ConnSinkOptions *options = &sink->options;
    buf_clear(key);
    for (uint32_t i = 0; i < options->key_column_count; i++) {
        RtDatum datum = row_get(row, options->layout, options->key_columns[i]);
        char *at = buf_reserve(key, key_bytes_max(datum));
        if (at != NULL)
            key->len += (uint64_t)(key_put(at, datum) - at);
    }
}

/* The old half of an update is needed only where the new one has another key; it waits as a -D. */
static void hold_old(ConnSink *sink, const void *row)
{
    sink_put_key(sink, row, &sink->held_key);
    buf_clear(&sink->held);
    row_printer_row(sink->printer, 0, ROW_DELETE, row, &sink->held);
}

static RowChange release_old(ConnSink *sink, const void *row)
{
    sink_put_key(sink, row, &sink->key);
    if (str_equal(buf_str(&sink->key), buf_str(&sink->held_key)))
        return ROW_UPDATE_AFTER;
    buf_append_str(&sink->line, buf_str(&sink->held));
    return ROW_INSERT;
}

/* A change as Debezium writes it: what was there before, or what is there now. */
void sink_put_debezium(ConnSink *sink, RowChange change, const void *row)
{
    buf_clear(&sink->held);
    row_printer_row(sink->printer, 0, ROW_INSERT, row, &sink->held);
    Str object = buf_str(&sink->held);
    object.len -= object.len > 0; /* the end of the line */
    bool gone = row_change_retracts(change);
    buf_append_str(&sink->line, gone ? STR("{\"before\":") : STR("{\"before\":null,\"after\":"));
    buf_append_str(&sink->line, object);
    buf_append_str(&sink->line, gone ? STR(",\"after\":null,\"op\":\"d\"}\n") : STR(",\"op\":\"c\"}\n"));
}

static RtStatus file_row(ConnSink *sink, RowChange change, const void *row, RtError *error)
{
    bool upserts = sink->options.key_column_count > 0;
    if (sink->is_debezium) {
        sink_put_debezium(sink, change, row);
        return sink_put(sink, error);
    }
    if (upserts && change == ROW_UPDATE_BEFORE) {
        hold_old(sink, row);
        return RT_OK;
    }
    if (upserts && change == ROW_UPDATE_AFTER)
        change = release_old(sink, row);
    row_printer_row(sink->printer, 0, change, row, &sink->line);
    return sink_put(sink, error);
}

static RtStatus file_close(ConnSink *sink, bool commit, RtError *error)
{
    row_printer_finish(sink->printer, &sink->line);
    RtStatus status = sink_put(sink, error);
    RtError later;
    RtStatus closed = file_sink_close(&sink->file, status == RT_OK ? error : &later);
    status = status != RT_OK ? status : closed;
    if (status != RT_OK || !commit || sink->work_path == sink->path)
        return status;
    if (sink->ops->rename(sink->ops->context, sink->work_path, sink->path) != 0)
        return rt_error_system(error, RT_FATAL, "give '%s' its name", sink->path);
    return RT_OK;
}

static const SinkKind FILESYSTEM = { file_row, file_close };

Str conn_sink_path(Arena *arena, const TableOptions *table)
{
    if (connector_id(table->connector) != CONN_FILESYSTEM || table->format == NULL)
        return STR_EMPTY;
    const char *path = conn_path(arena, table);
    size_t len = strlen(path);
    bool has_slash = len > 0 && path[len - 1] == '/';
    return path_is_folder(path) ? str_printf(arena, "%s%spart-0.%s", path, has_slash ? "" : "/", table->format->name)
                     : str_from(path);
}

/* Where the rows go: a file as named, or part-0 in a folder, which is made when its path ends in '/'. */
static RtStatus file_place(ConnSink *sink, Arena *arena, RtError *error)
{
    struct stat about;
    const char *path = conn_path(arena, sink->options.table);
    size_t len = strlen(path);
    bool there = sink->ops->stat_path(sink->ops->context, path, &about) == 0;
    bool names_folder = len > 0 && path[len - 1] == '/';
    if (names_folder && !there && sink->ops->make_folder(sink->ops->context, path) != 0)
        return rt_error_system(error, RT_FATAL, "make the folder '%s'", path);
    if (names_folder || (there && S_ISDIR(about.st_mode))) {
        path = arena_printf(arena, "%s%spart-0.%s", path, names_folder ? "" : "/", sink->options.table->format->name);
        there = sink->ops->stat_path(sink->ops->context, path, &about) == 0;
    }
    sink->path = sink->work_path = path;
    bool in_place = strcmp(path, "-") == 0 || (there && !S_ISREG(about.st_mode));
    if (in_place)
        return RT_OK;
    const char *slash = strrchr(path, '/');
    int folder_len = slash == NULL ? 0 : (int)(slash + 1 - path);
    sink->work_path = arena_printf(arena, "%.*s.%s.inprogress", folder_len, path, path + folder_len);
    return RT_OK;
}

static RtStatus filesystem_open(ConnSink *sink, Arena *arena, RtError *error)
{
    const ConnSinkOptions *options = &sink->options;
    bool is_csv = format_id(options->table->format) == FORMAT_CSV;
    sink->kind = &FILESYSTEM;
    sink->is_debezium = format_id(options->table->format) == FORMAT_DEBEZIUM_JSON;
    sink->target = &sink->file;
    RtStatus status = file_place(sink, arena, error);
    if (status == RT_OK)
        status = file_sink_open(&sink->file, sink->ops, sink->work_path, error);
    if (status != RT_OK)
        return status;
    sink->printer =
        row_printer_new(arena, &(RowPrinterOptions){ .format = is_csv ? ROWS_CSV : ROWS_NDJSON,
                                                     .json = sink->is_debezium ? table_debezium_options(options->table)
                                                                               : table_json_options(options->table),
                                                     .csv = table_csv_options(options->table) });
    row_printer_add(sink->printer, &(RowResult){
                                       .layout = options->layout,
                                       .columns = options->columns,
                                       .changelog = options->changelog && !sink->is_debezium,
                                   });
    return RT_OK;
}

/* ---- all ---- */

RtStatus conn_sink_open(Arena *arena, const ConnSinkOptions *options, ConnSink **out, RtError *error)
{
    const TableOptions *table = options->table;
    *out = NULL;
    if (!(table->connector->flags & CONN_CAN_SINK) ||
        (table->format != NULL && !(table->format->flags & FORMAT_CAN_ENCODE)))
        return rt_error(error, RT_FATAL, "connector '%s'%s%s cannot be written by this version", table->connector->name,
                        table->format != NULL ? " with format " : "", table->format != NULL ? table->format->name : "");
    ConnSink *sink = ARENA_NEW(arena, ConnSink);
    sink->options = *options;
    sink->ops = options->ops != NULL ? options->ops : &FILE_OPS_SYSTEM;
    RtStatus status = RT_OK;
    switch (connector_id(table->connector)) {
    case CONN_FILESYSTEM:
        status = filesystem_open(sink, arena, error);
        break;
    case CONN_PRINT:
        status = print_open(sink);
        break;
    case CONN_KAFKA:
    case CONN_UPSERT_KAFKA:
        status = sink_kafka_open(sink, arena, error);
        break;
    default:
        sink->kind = &BLACKHOLE;
        break;
    }
    *out = status == RT_OK ? sink : NULL;
    return status;
}

RtStatus conn_sink_row(ConnSink *sink, RowChange change, const void *row, RtError *error)
{
    sink->rows++;
    return sink->kind->row(sink, change, row, error);
}

RtStatus conn_sink_flush(ConnSink *sink, RtError *error)
{
    if (sink->kafka != NULL)
        return kafka_writer_serve(sink->kafka->writer, error);
    return sink->target == NULL ? RT_OK : file_sink_flush(sink->target, error);
}

RtStatus conn_sink_close(ConnSink *sink, bool commit, RtError *error)
{
    if (sink == NULL || sink->closed)
        return RT_OK;
    sink->closed = true;
    RtStatus status = sink->kind->close(sink, commit, error);
    buf_free(&sink->line);
    buf_free(&sink->key);
    buf_free(&sink->held_key);
    buf_free(&sink->held);
    return status;
}

uint64_t conn_sink_rows(const ConnSink *sink)
{
    return sink->rows;
}
