/* sink.h -- where the rows of an INSERT go.
 *
 * A ConnSink takes rows of one layout and hands them to the connector of the target table:
 *
 *   filesystem   'path' of a file, or of a folder (a path that ends in '/' or is a folder), where `part-0.<format>` is
 *                written; the file appears under its name only when the run ends well, before that it is
 *                `.<name>.inprogress`
 *   print        a line a row on standard output, `prefix> +I[a, 1]` as Flink writes it
 *   blackhole    nowhere; rows are counted
 *
 * Ownership  the sink is in the arena given; its buffers are on the heap until conn_sink_close.
 * Threads    task thread.
 * Errors     RT_FATAL with the path; RT_END when the reader of standard output went away. */
#ifndef SQC_CONN_SINK_H
#define SQC_CONN_SINK_H

#include "runtime/conn/connector.h"
#include "runtime/format/row_writer.h"
#include "runtime/io/sink.h"

typedef struct ConnSink ConnSink;

typedef struct ConnSinkOptions {
    const TableOptions *table;
    const RowLayout *layout;
    const FieldMember *columns;
    bool changelog;              /* rows come and go: a column `op` leads in files */
    const uint32_t *key_columns; /* of a PRIMARY KEY: -U is left out, and a key that changes is -D and +I */
    uint32_t key_column_count;
    const FileOps *ops;        /* NULL: FILE_OPS_SYSTEM */
    FileSink *standard_output; /* for print: shared with whoever else prints */
} ConnSinkOptions;

/* The file that an INSERT into this table would write, as it stands now; empty where it writes none. */
Str conn_sink_path(Arena *arena, const TableOptions *table);
RtStatus conn_sink_open(Arena *arena, const ConnSinkOptions *options, ConnSink **sink, RtError *error) RT_CHECKED;
RtStatus conn_sink_row(ConnSink *sink, RowChange change, const void *row, RtError *error) RT_CHECKED;
RtStatus conn_sink_flush(ConnSink *sink, RtError *error) RT_CHECKED;
/* commit: the run ended well, the output takes its name.  Otherwise it is left in progress.  Idempotent. */
RtStatus conn_sink_close(ConnSink *sink, bool commit, RtError *error) RT_CHECKED;
uint64_t conn_sink_rows(const ConnSink *sink);

#endif
