/* infer_internal.h -- what is known of the fields of a file while it is read. */
#ifndef SQC_INFER_INFER_INTERNAL_H
#define SQC_INFER_INFER_INTERNAL_H

#include "compiler/infer/infer.h"
#include "runtime/base/vec.h"

/* Kinds of values that were seen in a field. */
enum {
    SEEN_BOOLEAN = 1 << 0,
    SEEN_INTEGER = 1 << 1,
    SEEN_WIDE = 1 << 2, /* an integer beyond 64 bits */
    SEEN_NUMBER = 1 << 3,
    SEEN_TEXT = 1 << 4,
    SEEN_OBJECT = 1 << 5,
    SEEN_ARRAY = 1 << 6,
};

/* Forms of time that all texts of a field have. */
enum {
    FORM_SQL = 1 << 0,      /* 2026-01-05 12:00:00 */
    FORM_SQL_ZONE = 1 << 1, /* .. with Z or an offset */
    FORM_ISO = 1 << 2,      /* 2026-01-05T12:00:00 */
    FORM_ISO_ZONE = 1 << 3,
    FORM_DATE = 1 << 4,
    FORM_ALL = (1 << 5) - 1,
};

/* What one value is. */
typedef enum ValueForm {
    VALUE_BOOLEAN,
    VALUE_INTEGER,
    VALUE_WIDE,
    VALUE_NUMBER,
    VALUE_OBJECT,
    VALUE_ARRAY,
    VALUE_SQL, /* from here on texts, in the order of the forms of time */
    VALUE_SQL_ZONE,
    VALUE_ISO,
    VALUE_ISO_ZONE,
    VALUE_DATE,
    VALUE_PLAIN,
    VALUE_FORM_COUNT,
} ValueForm;

typedef struct ValueTally {
    uint64_t count, first_line;
    Str first; /* as it stands */
} ValueTally;

/* How the values of a field follow each other; in its own unit, microseconds for texts. */
typedef struct InferClock {
    int64_t newest;
    uint64_t count;
    VEC(int64_t) late; /* by how much, of each that was older than the newest before it */
} InferClock;

typedef struct InferField InferField;
typedef VEC(InferField *) InferFields;
struct InferField {
    Str name;
    uint32_t seen;
    uint32_t forms;
    uint64_t count; /* values that are not NULL */
    bool has_empty; /* CSV: nothing between two delimiters */
    int64_t min, max;
    InferClock clock, text_clock; /* of numbers, and of texts until infer_settle */
    ValueTally tallies[VALUE_FORM_COUNT];
    uint64_t wrong_count, wrong_line; /* values that are not of the type that the others have; the first one */
    Str wrong;
    InferFields fields;  /* of objects */
    InferField *element; /* of arrays */
};

typedef struct InferCsv {
    char delimiter;
    bool has_header;
    bool is_whole_line; /* no delimiter cuts all lines alike: one column */
} InferCsv;

typedef struct Infer {
    Arena *arena;
    const InferOptions *options;
    InferFormat format;
    InferCsv csv;
    InferField row; /* its fields are the columns */
    uint64_t rows, bad_lines, line;
    uint64_t nameless; /* values of fields whose names no SQL text can hold */
    bool stopped;      /* there are more rows than were read */
} Infer;

/* What makes event time of a field. */
typedef enum TimeForm {
    TIME_SECONDS,
    TIME_MILLIS,
    TIME_MICROS,
    TIME_NANOS,
    TIME_SQL_TEXT,
    TIME_SQL_ZONE_TEXT,
    TIME_ISO_TEXT,
    TIME_ISO_ZONE_TEXT,
} TimeForm;

typedef struct InferTime {
    const InferField *field; /* NULL: none looks like it */
    Str path;                /* "content.ts", quoted where it must be */
    bool is_nested;
    TimeForm form;
    uint64_t late_count;
    int64_t late_ms_max;
    int64_t delay_ms;
} InferTime;

/* ---- infer_value.c ---- */
InferField *infer_field(Infer *infer, InferFields *fields, Str name);
/* A value that stands as text: of JSON numbers and strings, and of CSV. */
void infer_number(Infer *infer, InferField *field, Str text);
void infer_text(Infer *infer, InferField *field, Str text);
void infer_tally(const Infer *infer, InferField *field, ValueForm form, Str text);
/* A name as SQL writes it. */
Str infer_name(Arena *arena, Str name);
/* The SQL type of a field where timestamps in texts are of the form `iso`. */
void infer_put_type(Buf *out, const Infer *infer, const InferField *field, bool iso);

/* ---- infer_json.c, infer_csv.c ---- */
void infer_json_line(Infer *infer, Str line);
/* Looks at the first lines of the file. */
void infer_csv_begin(Infer *infer, Str lines);
void infer_csv_line(Infer *infer, Str line, bool is_first);

/* ---- infer_settle.c ---- */
/* Where nearly all values of a field are of one type, the few others are wrong ones and no reason to give it up. */
void infer_settle(InferField *field);
void infer_put_wrong(Buf *out, const Infer *infer, const InferField *field, Str path, bool iso);

/* ---- infer_time.c ---- */
InferTime infer_time(const Infer *infer);

#endif
