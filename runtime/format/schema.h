/* schema.h -- what to decode from a line, and what can go wrong.
 *
 * A DecodeSchema is the part of a table that a program reads: a tree of field names whose leaves are columns of a
 * RowLayout.  `actor.id` is a node `actor` without a column and under it a node `id` with one, so only what is used is
 * converted; a node may have both (the whole ROW and one of its fields are read).
 *
 * Judgement  of a row: syntax and UTF-8 of the whole line, to its last byte, or the row is bad (DECODE_BAD).  Of a
 *            column: a failed conversion sets the error bit and leaves NULL; the reason is kept in DecodeIssues.  With
 *            ignore_parse_errors it is NULL without an error bit.
 * Ownership  everything is borrowed; build it in the arena of the plan.
 * Threads    read-only once built. */
#ifndef SQC_FORMAT_SCHEMA_H
#define SQC_FORMAT_SCHEMA_H

#include "runtime/abi/row.h"

typedef enum FieldTypeId {
#define FIELD(name, kind, doc) FT_##name,
#include "runtime/format/field_types.def"
#undef FIELD
    FT_COUNT
} FieldTypeId;

typedef struct FieldType FieldType;

typedef struct FieldMember { /* of a ROW */
    Str name;
    const FieldType *type;
} FieldMember;

struct FieldType {
    FieldTypeId id;
    uint32_t precision; /* DECIMAL, TIME, TIMESTAMP; length of CHAR, VARCHAR, BINARY, VARBINARY (0: unbounded) */
    uint32_t scale;     /* DECIMAL */
    const FieldType *key;     /* MAP */
    const FieldType *element; /* ARRAY; value of MAP */
    const FieldMember *members; /* ROW */
    uint32_t member_count;
};

/* The physical kind of a value of this type. */
RtKind field_kind(const FieldType *type);
const char *field_type_name(FieldTypeId id); /* "BIGINT" */
/* "DECIMAL(10, 2)", "ROW<id BIGINT>" */
Str field_type_text(Arena *arena, const FieldType *type);

enum { DECODE_NO_COLUMN = -1 };

typedef struct DecodeNode DecodeNode;
struct DecodeNode {
    Str name;              /* key in the object around it */
    int32_t column;        /* in the RowLayout, or DECODE_NO_COLUMN */
    uint32_t position;     /* CSV: number of the field in the line, of a child: of the member in its ROW; from 0 */
    const FieldType *type; /* of the column; NULL without one */
    const DecodeNode *children;
    uint32_t child_count;
};

typedef enum TimestampFormat { TIMESTAMP_FORMAT_SQL, TIMESTAMP_FORMAT_ISO_8601 } TimestampFormat;
typedef enum MapNullKey { MAP_NULL_KEY_FAIL, MAP_NULL_KEY_DROP, MAP_NULL_KEY_LITERAL } MapNullKey;

typedef struct JsonOptions {
    bool fail_on_missing_field;
    bool ignore_parse_errors;
    TimestampFormat timestamp_format;
    /* when writing */
    MapNullKey map_null_key;
    Str map_null_key_literal;
    bool skip_null_fields; /* json.encode.ignore-null-fields */
} JsonOptions;

typedef struct CsvOptions {
    Str field_delimiter;         /* one character; empty: a comma */
    Str quote;                   /* one character; empty: a double quote */
    bool disable_quote;
    Str escape;                  /* one character; empty: none */
    Str array_element_delimiter; /* empty: a semicolon */
    Str null_literal;
    bool has_null_literal;
    bool allow_comments;
    bool ignore_first_line; /* of each file: whoever opens it passes over it */
    bool ignore_parse_errors;
} CsvOptions;

typedef struct DecodeSchema {
    const RowLayout *layout;
    const DecodeNode *fields; /* the top level */
    uint32_t field_count;
    uint32_t line_field_count; /* CSV: fields a line must have: all physical columns of the table */
    JsonOptions json;
    CsvOptions csv;
    bool is_debezium, has_envelope_schema; /* lines hold changes (debezium.h), perhaps beside their schema */
} DecodeSchema;

typedef enum DecodeReason {
#define REASON(name, word, text) DECODE_##name,
#include "runtime/format/decode_reasons.def"
#undef REASON
    DECODE_REASON_COUNT
} DecodeReason;

const char *decode_reason_word(DecodeReason reason);
const char *decode_reason_text(DecodeReason reason);

typedef enum DecodeOutcome {
    DECODE_OK,    /* the row is filled in; columns may have error bits */
    DECODE_BAD,   /* no row; issues.items[0] says why                  */
    DECODE_SKIP,  /* an empty line or a comment: no row, nothing wrong */
} DecodeOutcome;

typedef struct DecodeIssue {
    DecodeReason reason;
    int32_t column; /* DECODE_NO_COLUMN: the whole row */
    uint64_t at;    /* byte in the line, from 0        */
    uint32_t field; /* CSV: number of the field, from 1; of ROW_FIELD_COUNT: how many there are; 0: not known */
    const char *detail; /* a constant phrase that says more, such as what the grammar expected; or NULL */
} DecodeIssue;

enum { DECODE_ISSUES_MAX = 4 };

typedef struct DecodeIssues {
    uint32_t count; /* of all; only the first DECODE_ISSUES_MAX are kept */
    DecodeIssue items[DECODE_ISSUES_MAX];
} DecodeIssues;

/* The issue of a column with an error bit, or NULL when it was not kept. */
const DecodeIssue *decode_issue_find(const DecodeIssues *issues, int32_t column);

#endif
