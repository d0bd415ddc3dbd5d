/* format_options.c -- options of the formats. */
#include "runtime/conn/option_tables.h"

static const ConnOption JSON[] = {
    { "json.fail-on-missing-field", OPT_BOOL, "false", EFFECT_FULL, NULL,
      "A column whose field is missing is a bad column instead of NULL." },
    { "json.ignore-parse-errors", OPT_BOOL, NULL, EFFECT_FULL, NULL,
      "'true': bad rows are left out and bad columns are NULL. 'false': the first bad row ends the run. Not written: "
      "bad rows are counted and kept, the run goes on." },
    { "json.timestamp-format.standard", OPT_ENUM, "SQL", EFFECT_FULL, "SQL|ISO-8601",
      "'2024-01-02 03:04:05.678' or '2024-01-02T03:04:05.678'." },
    { "json.map-null-key.mode", OPT_ENUM, "FAIL", EFFECT_FULL, "FAIL|DROP|LITERAL",
      "A map never has a NULL key here: they are dropped when the map is made." },
    { "json.map-null-key.literal", OPT_STRING, "null", EFFECT_FULL, NULL, "Key in place of NULL." },
    { "json.encode.decimal-as-plain-number", OPT_BOOL, "false", EFFECT_NONE, NULL,
      "Decimals are always written plainly." },
    { "json.encode.ignore-null-fields", OPT_BOOL, "false", EFFECT_FULL, NULL, "NULL columns are not written." },
    { "json.decode.json-parser.enabled", OPT_BOOL, "true", EFFECT_NONE, NULL, "Which of Flink's parsers to use." },
};

static const ConnOption CSV[] = {
    { "csv.field-delimiter", OPT_CHAR, ",", EFFECT_FULL, NULL, "Character between fields; '\\t' and U&'\\0001' work." },
    { "csv.quote-character", OPT_CHAR, NULL, EFFECT_FULL, NULL, "Character around fields, '\"' if not written." },
    { "csv.disable-quote-character", OPT_BOOL, "false", EFFECT_FULL, NULL, "No character is a quote." },
    { "csv.escape-character", OPT_CHAR, NULL, EFFECT_FULL, NULL, "Character that takes the next one literally." },
    { "csv.allow-comments", OPT_BOOL, "false", EFFECT_FULL, NULL, "Lines that begin with '#' are passed over." },
    { "csv.ignore-first-line", OPT_BOOL, "false", EFFECT_FULL, NULL,
      "The first line of each file is a header and is passed over." },
    { "csv.ignore-parse-errors", OPT_BOOL, NULL, EFFECT_FULL, NULL,
      "'true': bad rows are left out, bad columns and missing fields are NULL. 'false': the first bad row ends the "
      "run. Not written: bad rows are counted and kept, the run goes on." },
    { "csv.array-element-delimiter", OPT_STRING, ";", EFFECT_FULL, NULL, "Text between elements of ARRAY and ROW." },
    { "csv.null-literal", OPT_STRING, NULL, EFFECT_FULL, NULL, "Text that stands for NULL." },
    { "csv.write-bigdecimal-in-scientific-notation", OPT_BOOL, "true", EFFECT_NONE, NULL,
      "Decimals are always written plainly." },
};

static const ConnOption RAW[] = {
    { "raw.charset", OPT_STRING, "UTF-8", EFFECT_DECLARED, NULL, "Coding of text." },
    { "raw.endianness", OPT_ENUM, "big-endian", EFFECT_DECLARED, "big-endian|little-endian", "Order of bytes." },
};

static const ConnOption DEBEZIUM_JSON[] = {
    { "debezium-json.schema-include", OPT_BOOL, "false", EFFECT_FULL, NULL, "Whether messages hold their schema." },
    { "debezium-json.ignore-parse-errors", OPT_BOOL, NULL, EFFECT_FULL, NULL, "As json.ignore-parse-errors." },
    { "debezium-json.timestamp-format.standard", OPT_ENUM, "SQL", EFFECT_FULL, "SQL|ISO-8601", "As for json." },
    { "debezium-json.map-null-key.mode", OPT_ENUM, "FAIL", EFFECT_FULL, "FAIL|DROP|LITERAL", "As for json." },
    { "debezium-json.map-null-key.literal", OPT_STRING, "null", EFFECT_FULL, NULL, "As for json." },
    { "debezium-json.encode.decimal-as-plain-number", OPT_BOOL, "false", EFFECT_NONE, NULL, "As for json." },
    { "debezium-json.encode.ignore-null-fields", OPT_BOOL, "false", EFFECT_FULL, NULL, "As for json." },
};

static const ConnOption AVRO[] = {
    { "avro.codec", OPT_STRING, "snappy", EFFECT_DECLARED, NULL, "Compression." },
    { "avro.encoding", OPT_ENUM, "binary", EFFECT_DECLARED, "binary|json", "Encoding." },
    { "avro.timestamp_mapping.legacy", OPT_BOOL, "true", EFFECT_DECLARED, NULL, "Old mapping of timestamps." },
};

static const ConnOption PROTOBUF[] = {
    { "protobuf.message-class-name", OPT_STRING, OPTION_REQUIRED, EFFECT_DECLARED, NULL, "Full name of the message." },
    { "protobuf.ignore-parse-errors", OPT_BOOL, NULL, EFFECT_DECLARED, NULL, "As json.ignore-parse-errors." },
    { "protobuf.read-default-values", OPT_BOOL, "false", EFFECT_DECLARED, NULL, "Defaults instead of NULL." },
    { "protobuf.write-null-string-literal", OPT_STRING, "", EFFECT_DECLARED, NULL, "Text of NULL inside lists." },
};

static const ConnOption PARQUET[] = {
    { "parquet.*", OPT_STRING, NULL, EFFECT_DECLARED, NULL, "Settings of the Parquet writer and reader." },
};

static const ConnOption ORC[] = {
    { "orc.*", OPT_STRING, NULL, EFFECT_DECLARED, NULL, "Settings of the ORC writer and reader." },
};

const OptionTable JSON_OPTIONS = OPTION_TABLE(JSON);
const OptionTable CSV_OPTIONS = OPTION_TABLE(CSV);
const OptionTable RAW_OPTIONS = OPTION_TABLE(RAW);
const OptionTable DEBEZIUM_JSON_OPTIONS = OPTION_TABLE(DEBEZIUM_JSON);
const OptionTable AVRO_OPTIONS = OPTION_TABLE(AVRO);
const OptionTable PROTOBUF_OPTIONS = OPTION_TABLE(PROTOBUF);
const OptionTable PARQUET_OPTIONS = OPTION_TABLE(PARQUET);
const OptionTable ORC_OPTIONS = OPTION_TABLE(ORC);
