/* sink_internal.h -- what the kinds of sinks share. */
#ifndef SQC_CONN_SINK_INTERNAL_H
#define SQC_CONN_SINK_INTERNAL_H

#include "runtime/conn/sink.h"
#include "runtime/kafka/kafka_writer.h"

/* Some columns of the rows as text of one format. */
typedef struct SinkPart {
    RowPrinter *printer;     /* NULL: the text of its one column, as it is */
    const uint32_t *columns; /* of the rows; NULL: all of them */
    uint32_t column_count;   /* of those */
    const Format *format;
    bool changelog; /* what a row does leads it */
    RowLayout layout;
    char *row; /* room for one */
} SinkPart;

typedef struct SinkKafka {
    KafkaWriter *writer;
    SinkPart key, value;
    bool has_key, is_upsert;
    Buf old_key, new_key; /* as they are written */
    bool has_old;         /* of an update whose new half is still to come */
} SinkKafka;

typedef struct SinkKind {
    RtStatus (*row)(ConnSink *sink, RowChange change, const void *row, RtError *error);
    RtStatus (*close)(ConnSink *sink, bool commit, RtError *error);
} SinkKind;

struct ConnSink {
    const SinkKind *kind;
    ConnSinkOptions options;
    const FileOps *ops;
    uint64_t rows;
    FileSink file;
    FileSink *target;      /* the one above, or the one that is shared */
    const char *path;      /* the file's name in the end */
    const char *work_path; /* its name meanwhile; the same where it is written in place */
    RowPrinter *printer;
    Str identifier; /* print */
    Buf line;
    Buf key, held_key, held; /* upserts: keys of the two halves of an update, and the old one as -D */
    bool is_debezium;
    bool closed;
    SinkKafka *kafka; /* NULL: another connector */
};

/* The key of a row, in the encoding of runtime/abi/key.h. */
void sink_put_key(const ConnSink *sink, const void *row, Buf *key);
/* A change as Debezium writes it, a line, behind what stands in sink->line. */
void sink_put_debezium(ConnSink *sink, RowChange change, const void *row);
/* sink_kafka.c */
RtStatus sink_kafka_open(ConnSink *sink, Arena *arena, RtError *error) RT_CHECKED;

#endif
