/* conn_local.c -- options of the connectors that touch nothing outside, and of every table. */
#include "runtime/conn/option_tables.h"

static const ConnOption COMMON[] = {
    { "scan.watermark.idle-timeout", OPT_DURATION, NULL, EFFECT_FULL, NULL,
      "An input whose newest row is so much older than the newest of all inputs no longer holds windows open." },
    { "scan.watermark.heartbeat-column", OPT_STRING, NULL, EFFECT_FULL, NULL,
      "A BOOLEAN column: a row where it is TRUE says that its input lives and what time it is; no query sees it." },
    { "scan.watermark.max-future-skew", OPT_DURATION, NULL, EFFECT_FULL, NULL,
      "A row further than this ahead of the time of its input is a row of the future: counted, and it moves no time." },
    { "scan.watermark.future-rows", OPT_ENUM, "clamp", EFFECT_FULL, "clamp|quarantine",
      "Rows of the future are used with the latest time allowed, or not at all. STREAM.future has both." },
    { "scan.watermark.emit.strategy", OPT_ENUM, "on-event", EFFECT_NONE, "on-event|on-periodic",
      "The watermark always advances after each row." },
    { "scan.watermark.alignment.group", OPT_STRING, NULL, EFFECT_NONE, NULL, "Inputs are read in step anyway." },
    { "scan.watermark.alignment.max-drift", OPT_DURATION, NULL, EFFECT_NONE, NULL, "Inputs are read in step anyway." },
    { "scan.watermark.alignment.update-interval", OPT_DURATION, "1 s", EFFECT_NONE, NULL,
      "Inputs are read in step anyway." },
    { "scan.parallelism", OPT_INT, NULL, EFFECT_NONE, NULL, "A partition is the unit of work." },
    { "sink.parallelism", OPT_INT, NULL, EFFECT_NONE, NULL, "A partition is the unit of work." },
    { "property-version", OPT_INT, "1", EFFECT_NONE, NULL, "Version of Flink's own option names." },
};

static const ConnOption PRINT[] = {
    { "print-identifier", OPT_STRING, NULL, EFFECT_FULL, NULL, "Text in front of each row: 'name> +I[..]'." },
    { "standard-error", OPT_BOOL, "false", EFFECT_FULL, NULL, "Standard error instead of standard output." },
};

static const ConnOption BLACKHOLE[] = {
    { "print-identifier", OPT_STRING, NULL, EFFECT_NONE, NULL, "Nothing is printed." },
};

static const ConnOption DATAGEN[] = {
    { "rows-per-second", OPT_INT, "10000", EFFECT_DECLARED, NULL, "Rate of rows." },
    { "number-of-rows", OPT_INT, NULL, EFFECT_DECLARED, NULL, "How many rows; without it, without end." },
    { "fields.*.kind", OPT_ENUM, "random", EFFECT_DECLARED, "random|sequence", "How a column's values are made." },
    { "fields.*.min", OPT_STRING, NULL, EFFECT_DECLARED, NULL, "Least random value." },
    { "fields.*.max", OPT_STRING, NULL, EFFECT_DECLARED, NULL, "Greatest random value." },
    { "fields.*.max-past", OPT_DURATION, NULL, EFFECT_DECLARED, NULL, "How far back random times go." },
    { "fields.*.length", OPT_INT, "100", EFFECT_DECLARED, NULL, "Length of random texts, arrays and maps." },
    { "fields.*.var-len", OPT_BOOL, "false", EFFECT_DECLARED, NULL, "Whether lengths vary." },
    { "fields.*.start", OPT_STRING, NULL, EFFECT_DECLARED, NULL, "First value of a sequence." },
    { "fields.*.end", OPT_STRING, NULL, EFFECT_DECLARED, NULL, "Last value of a sequence." },
    { "fields.*.null-rate", OPT_DOUBLE, "0", EFFECT_DECLARED, NULL, "Share of NULLs." },
};

const OptionTable COMMON_OPTIONS = OPTION_TABLE(COMMON);
const OptionTable PRINT_OPTIONS = OPTION_TABLE(PRINT);
const OptionTable BLACKHOLE_OPTIONS = OPTION_TABLE(BLACKHOLE);
const OptionTable DATAGEN_OPTIONS = OPTION_TABLE(DATAGEN);
