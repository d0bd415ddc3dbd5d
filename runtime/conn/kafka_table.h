/* kafka_table.h -- a table of the connectors `kafka` and `upsert-kafka` as what runtime/kafka opens. */
#ifndef SQC_CONN_KAFKA_TABLE_H
#define SQC_CONN_KAFKA_TABLE_H

#include "runtime/conn/connector.h"
#include "runtime/kafka/kafka_source.h"

bool conn_is_kafka(const TableOptions *table);
/* 'partition:0,offset:42;partition:1,offset:300'; false: it is none. */
bool kafka_parse_offsets(Arena *arena, Str text, const KafkaOffset **offsets, uint32_t *count);
/* The options `properties.*`. */
KafkaProperties kafka_table_properties(Arena *arena, const TableOptions *table);
/* Where nothing says which servers or which topic, an error. */
RtStatus kafka_table_scan(Arena *arena, const TableOptions *table, KafkaScanOptions *options,
                          RtError *error) RT_CHECKED;
/* The topic that is written to. */
RtStatus kafka_table_topic(const TableOptions *table, Str *topic, RtError *error) RT_CHECKED;

#endif
