/* connector.h -- connectors and formats as data: what there is, which options each takes, what each can do here.
 *
 * A table's WITH list is checked against the option tables before anything is opened: an unknown, missing or wrong
 * option is a ConnIssue with the place of the pair, which the binder turns into a diagnostic.  What Flink documents and
 * has no effect here is accepted with a note.  What cannot run here yet (CONN_CAN_SCAN or CONN_CAN_SINK is not set) is
 * still checked: refusing to open it is the binder's word.
 *
 *   connectors.def   one row a connector      options in conn/<name>.c beside it
 *   formats.def      one row a format
 *
 * Units      durations are milliseconds, sizes bytes.
 * Ownership  tables are constants; the results of a check live in its arena.
 * Threads    any. */
#ifndef SQC_CONN_CONNECTOR_H
#define SQC_CONN_CONNECTOR_H

#include "runtime/base/status.h"
#include "runtime/base/vec.h"
#include "runtime/format/schema.h"

typedef enum OptionType {
    OPT_STRING,
    OPT_BOOL,     /* true, false */
    OPT_INT,
    OPT_DOUBLE,
    OPT_DURATION, /* '10 s', '100ms', '1 min', '2 h', '1 d' */
    OPT_SIZE,     /* '64 kb', '128MB', '1 gb', bytes without a unit */
    OPT_CHAR,     /* one character; \t and \uXXXX may stand for one */
    OPT_ENUM,     /* one of `choices` */
    OPT_TYPE_COUNT
} OptionType;

typedef enum OptionEffect {
    EFFECT_FULL,
    EFFECT_NONE,     /* documented by Flink, means nothing here: accepted with a note */
    EFFECT_DECLARED, /* will mean something: noted where the connector runs here already */
} OptionEffect;

#define OPTION_REQUIRED "\x01" /* as default_text: the option must be written */

typedef struct ConnOption {
    /* `*` stands for any text: 'properties.*', 'fields.*.kind'. */
    const char *name;
    OptionType type;
    const char *default_text; /* NULL: none */
    OptionEffect effect;
    const char *choices; /* OPT_ENUM: "a|b|c" */
    const char *doc;
} ConnOption;

typedef struct OptionTable {
    const ConnOption *options;
    uint32_t count;
} OptionTable;

enum {
    CONN_CAN_SCAN = 1 << 0,      /* rows can be read from it by this program */
    CONN_CAN_SINK = 1 << 1,      /* rows can be written to it by this program */
    CONN_FOR_SCAN = 1 << 2,      /* is a source by its nature, whether it runs here or not */
    CONN_FOR_SINK = 1 << 3,
    CONN_WANTS_FORMAT = 1 << 4,  /* 'format' must be written */
    CONN_MAY_FORMAT = 1 << 5,    /* 'format' may be written */
    CONN_KEY_FORMAT = 1 << 6,    /* 'key.format' and 'value.format' may be written */
    CONN_BOUNDED = 1 << 7,       /* a scan comes to an end: may be a lookup table */
    CONN_CHANGELOG_SINK = 1 << 8, /* takes updates and deletes, not only inserts */
};

typedef struct Connector {
    const char *name;
    uint32_t flags;
    const OptionTable *options;
    const char *doc;
} Connector;

enum { FORMAT_CAN_DECODE = 1 << 0, FORMAT_CAN_ENCODE = 1 << 1, FORMAT_CHANGELOG = 1 << 2 };

typedef struct Format {
    const char *name;
    uint32_t flags;
    const OptionTable *options; /* full names: 'json.ignore-parse-errors' */
    const char *doc;
} Format;

typedef enum ConnectorId {
#define CONNECTOR(id, name, flags, options, doc) CONN_##id,
#include "runtime/conn/connectors.def"
#undef CONNECTOR
    CONNECTOR_COUNT
} ConnectorId;

typedef enum FormatId {
#define FORMAT(id, name, flags, options, doc) FORMAT_##id,
#include "runtime/conn/formats.def"
#undef FORMAT
    FORMAT_COUNT
} FormatId;

const Connector *connector_get(ConnectorId id);
const Format *format_get(FormatId id);
/* NULL: there is none of this name. */
const Connector *connector_find(Str name);
const Format *format_find(Str name);
ConnectorId connector_id(const Connector *connector);
FormatId format_id(const Format *format);
/* Options of every table, such as 'scan.watermark.idle-timeout'. */
const OptionTable *connector_common_options(void);

/* One pair of a WITH list.  Old names ('connector.type', 'connector.path', 'format.type') are known as well. */
typedef struct OptionPair {
    Str key;
    Str value;
} OptionPair;

typedef enum ConnIssueKind {
    CONN_UNKNOWN_CONNECTOR,
    CONN_UNKNOWN_FORMAT,
    CONN_UNKNOWN_OPTION,
    CONN_MISSING_OPTION,
    CONN_BAD_VALUE,
    CONN_DUPLICATE_OPTION,
    CONN_CONFLICT, /* two options that exclude each other */
    CONN_NO_EFFECT, /* a note, no error */
} ConnIssueKind;

typedef struct ConnIssue {
    ConnIssueKind kind;
    int32_t pair;    /* index in the WITH list; -1: the list as a whole */
    bool at_value;   /* the value of the pair is meant, not its key */
    Str message;     /* whole sentence in the style of diagnostics: lower case, names in backquotes */
    Str nearest;     /* a replacement for the key or value meant; empty: none is near */
} ConnIssue;

typedef struct OptionValue {
    const ConnOption *option;
    Str key;  /* as written; of a default: the name */
    Str text; /* as written, or the default */
    int64_t number; /* OPT_BOOL, OPT_INT, OPT_DURATION, OPT_SIZE; OPT_ENUM: index of the choice */
    double real;    /* OPT_DOUBLE */
    int32_t pair;   /* -1: the default */
    bool of_key;    /* of the key format: 'key.json.ignore-parse-errors' */
} OptionValue;

/* A WITH list after its check. */
typedef struct TableOptions {
    const Connector *connector; /* NULL after CONN_UNKNOWN_CONNECTOR */
    const Format *format;       /* of values; NULL: none written */
    const Format *key_format;
    VEC(OptionValue) values; /* all that were written and are right, then the defaults of the others */
    VEC(ConnIssue) issues;
    uint32_t error_count; /* issues that are no notes */
} TableOptions;

/* Always answers; look at error_count.  'connector' (or the old 'connector.type') must be in the list. */
TableOptions *table_options_check(Arena *arena, const OptionPair *pairs, uint32_t count);

/* NULL where it has neither value nor default; never of the key format. */
const OptionValue *table_option(const TableOptions *options, const char *name);
Str table_option_text(const TableOptions *options, const char *name); /* empty when there is none */
bool table_option_bool(const TableOptions *options, const char *name);
int64_t table_option_number(const TableOptions *options, const char *name, int64_t otherwise);

/* The options of the value format, ready for decoders and writers. */
JsonOptions table_json_options(const TableOptions *options);
JsonOptions table_debezium_options(const TableOptions *options);
CsvOptions table_csv_options(const TableOptions *options);
/* What a bad row does to the run. */
typedef enum BadRowPolicy {
    BAD_ROW_COUNT, /* nothing was written: counted, kept with reason and position, the run goes on */
    BAD_ROW_SKIP,  /* 'ignore-parse-errors' = 'true': left out, counted as skipped */
    BAD_ROW_STOP,  /* 'ignore-parse-errors' = 'false': the run ends with exit code 1 */
} BadRowPolicy;
BadRowPolicy table_bad_row_policy(const TableOptions *options);

/* Whether the format can hold values of this type; if not, *why is the reason, to stand behind "because". */
bool format_takes_type(const Format *format, const FieldType *type, const char **why);

/* Parsers of single values, one for each type; false: not of this type. */
bool option_parse_duration_ms(Str text, int64_t *ms);
bool option_parse_size(Str text, int64_t *bytes);
bool option_parse_bool(Str text, bool *value);
/* The character itself, as UTF-8, after \t, \n, \r, \\ and \uXXXX; `room` holds it. */
bool option_parse_char(Str text, char room[4], Str *character);

#endif
