/* debezium.h -- a line of 'debezium-json': what happened to a row, as Debezium and Flink write it.
 *
 *   {"before":null,"after":{..},"op":"c"}      a row is there: "c" made, "r" read when the stream began
 *   {"before":{..},"after":{..},"op":"u"}      the old row is taken back, then the new one is there
 *   {"before":{..},"after":null,"op":"d"}      a row is taken back
 *
 * The two rows of an update are rows of their own, -D and +I: one of them may be bad, or turned away by a filter.
 * Other members (source, ts_ms, transaction) say nothing.  A line that is `null` is a tombstone, and no row.  Of
 * duplicate members the last one counts, as everywhere in JSON.
 *
 * Ownership  views of the line.
 * Threads    any.
 * Errors     in the outcome and in `issues`, which is cleared first: DECODE_BAD where the envelope says nothing. */
#ifndef SQC_FORMAT_DEBEZIUM_H
#define SQC_FORMAT_DEBEZIUM_H

#include "runtime/abi/row.h"
#include "runtime/format/schema.h"

enum { DEBEZIUM_ROWS_MAX = 2 };

typedef struct DebeziumLine {
    Str rows[DEBEZIUM_ROWS_MAX];        /* JSON objects */
    uint8_t changes[DEBEZIUM_ROWS_MAX]; /* RowChange */
    uint32_t count;
} DebeziumLine;

DecodeOutcome debezium_read(const DecodeSchema *schema, Str line, DebeziumLine *out, DecodeIssues *issues);

#endif
