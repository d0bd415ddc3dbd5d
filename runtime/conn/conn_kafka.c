/* conn_kafka.c -- options of the connectors `kafka` and `upsert-kafka`. */
#include "runtime/conn/option_tables.h"

static const ConnOption KAFKA[] = {
    { "topic", OPT_STRING, NULL, EFFECT_FULL, NULL, "Topic, or several with semicolons." },
    { "topic-pattern", OPT_STRING, NULL, EFFECT_FULL, NULL, "Regular expression of topics: not supported yet." },
    { "properties.*", OPT_STRING, NULL, EFFECT_FULL, NULL, "Settings of the Kafka client." },
    { "key.fields", OPT_STRING, NULL, EFFECT_FULL, NULL, "Columns of the key, with semicolons." },
    { "key.fields-prefix", OPT_STRING, NULL, EFFECT_FULL, NULL, "Prefix of the key's columns: not supported yet." },
    { "value.fields-include", OPT_ENUM, "ALL", EFFECT_FULL, "ALL|EXCEPT_KEY", "Whether values hold the key." },
    { "scan.startup.mode", OPT_ENUM, "group-offsets", EFFECT_FULL,
      "earliest-offset|latest-offset|group-offsets|timestamp|specific-offsets", "Where reading starts." },
    { "scan.startup.specific-offsets", OPT_STRING, NULL, EFFECT_FULL, NULL,
      "'partition:0,offset:42;partition:1,offset:300'" },
    { "scan.startup.timestamp-millis", OPT_INT, NULL, EFFECT_FULL, NULL, "Time from which to read." },
    { "scan.bounded.mode", OPT_ENUM, "unbounded", EFFECT_FULL,
      "unbounded|latest-offset|group-offsets|timestamp|specific-offsets", "Where reading ends." },
    { "scan.bounded.specific-offsets", OPT_STRING, NULL, EFFECT_FULL, NULL, "As for the start." },
    { "scan.bounded.timestamp-millis", OPT_INT, NULL, EFFECT_FULL, NULL, "Time at which to stop." },
    { "scan.topic-partition-discovery.interval", OPT_DURATION, "5 min", EFFECT_DECLARED, NULL,
      "How often to look for new partitions." },
    { "sink.partitioner", OPT_STRING, "default", EFFECT_NONE, NULL, "The key decides the partition." },
    { "sink.semantic", OPT_STRING, NULL, EFFECT_NONE, NULL, "Old name of sink.delivery-guarantee." },
    { "sink.delivery-guarantee", OPT_ENUM, "at-least-once", EFFECT_FULL, "exactly-once|at-least-once|none",
      "What a restart may do to rows written." },
    { "sink.transactional-id-prefix", OPT_STRING, NULL, EFFECT_NONE, NULL, "No transactions are made." },
    { "sink.transaction-naming-strategy", OPT_STRING, NULL, EFFECT_NONE, NULL, "How transactions are named." },
};

static const ConnOption UPSERT_KAFKA[] = {
    { "topic", OPT_STRING, OPTION_REQUIRED, EFFECT_FULL, NULL, "Topic." },
    { "properties.*", OPT_STRING, NULL, EFFECT_FULL, NULL, "Settings of the Kafka client." },
    { "key.fields-prefix", OPT_STRING, NULL, EFFECT_FULL, NULL, "Prefix of the key's columns: not supported yet." },
    { "value.fields-include", OPT_ENUM, "ALL", EFFECT_FULL, "ALL|EXCEPT_KEY", "Whether values hold the key." },
    { "scan.bounded.mode", OPT_ENUM, "unbounded", EFFECT_FULL,
      "unbounded|latest-offset|group-offsets|timestamp|specific-offsets", "Where reading ends." },
    { "scan.bounded.specific-offsets", OPT_STRING, NULL, EFFECT_FULL, NULL, "Offsets at which to stop." },
    { "scan.bounded.timestamp-millis", OPT_INT, NULL, EFFECT_FULL, NULL, "Time at which to stop." },
    { "sink.buffer-flush.max-rows", OPT_INT, "0", EFFECT_NONE, NULL, "Every change is sent." },
    { "sink.buffer-flush.interval", OPT_DURATION, "0 s", EFFECT_NONE, NULL, "Every change is sent." },
    { "sink.delivery-guarantee", OPT_ENUM, "at-least-once", EFFECT_FULL, "exactly-once|at-least-once|none",
      "What a restart may do to rows written." },
    { "sink.transactional-id-prefix", OPT_STRING, NULL, EFFECT_NONE, NULL, "No transactions are made." },
};

const OptionTable KAFKA_OPTIONS = OPTION_TABLE(KAFKA);
const OptionTable UPSERT_KAFKA_OPTIONS = OPTION_TABLE(UPSERT_KAFKA);
