/* option_tables.h -- the option tables, one file for each group, named by connectors.def and formats.def. */
#ifndef SQC_CONN_OPTION_TABLES_H
#define SQC_CONN_OPTION_TABLES_H

#include "runtime/conn/connector.h"

#define OPTION_TABLE(rows) { (rows), sizeof(rows) / sizeof(rows)[0] }

extern const OptionTable COMMON_OPTIONS;

extern const OptionTable FILESYSTEM_OPTIONS; /* conn_filesystem.c */
extern const OptionTable PRINT_OPTIONS;      /* conn_local.c      */
extern const OptionTable BLACKHOLE_OPTIONS;
extern const OptionTable DATAGEN_OPTIONS;
extern const OptionTable KAFKA_OPTIONS; /* conn_kafka.c */
extern const OptionTable UPSERT_KAFKA_OPTIONS;
extern const OptionTable NEXMARK_OPTIONS; /* conn_nexmark.c */

extern const OptionTable JSON_OPTIONS; /* format_options.c */
extern const OptionTable CSV_OPTIONS;
extern const OptionTable RAW_OPTIONS;
extern const OptionTable DEBEZIUM_JSON_OPTIONS;
extern const OptionTable AVRO_OPTIONS;
extern const OptionTable PROTOBUF_OPTIONS;
extern const OptionTable PARQUET_OPTIONS;
extern const OptionTable ORC_OPTIONS;

#endif
