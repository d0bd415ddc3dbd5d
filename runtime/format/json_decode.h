/* json_decode.h -- the exact JSON decoder: the judge of compiled decoders and their way out.
 *
 * Strict RFC 8259 for the whole line: grammar, escapes, UTF-8; nothing behind the value but blanks.  A lone surrogate
 * escape is read as `?` (base/json_text.h).  Of duplicate keys the last one counts, with all that is inside it.  A
 * missing field, and JSON null, is NULL.  docs/language/json.md lists how each JSON value becomes each SQL type.
 *
 * Ownership  text without escapes is a view of the line; everything else that needs room is in `batch`.
 * Threads    any, as long as row and arena are not shared.
 * Errors     in the outcome and in `issues`, which is cleared first.
 * Cost       one pass over the line; no memory but for unescaped text, arrays, maps and rows. */
#ifndef SQC_FORMAT_JSON_DECODE_H
#define SQC_FORMAT_JSON_DECODE_H

#include "runtime/format/schema.h"

/* `line` has no line end.  The row has room for layout->row_bytes; on DECODE_BAD its content means nothing. */
DecodeOutcome json_decode_row(const DecodeSchema *schema, Str line, void *row, Arena *batch, DecodeIssues *issues);

/* Decodes one JSON text into one value of `type`: the conversions of json_decode_row for what a query holds as text. */
DecodeReason json_decode_value(const JsonOptions *options, const FieldType *type, Str text, Arena *batch,
                               RtDatum *value);

typedef enum JsonShapeKind {
    JSON_SHAPE_NULL,
    JSON_SHAPE_FALSE,
    JSON_SHAPE_TRUE,
    JSON_SHAPE_INTEGER, /* an optional sign and digits only */
    JSON_SHAPE_NUMBER,  /* any other number */
    JSON_SHAPE_STRING,  /* without escapes */
    JSON_SHAPE_ESCAPED, /* a string with escapes */
    JSON_SHAPE_OBJECT,
    JSON_SHAPE_ARRAY,
} JsonShapeKind;

typedef struct JsonShapeField {
    Str key; /* as it stands in the line: escapes are not resolved */
    JsonShapeKind kind;
    uint32_t depth;     /* 0: a key of the row itself; keys inside arrays are not listed */
    uint32_t skip;      /* index of the next field that is not inside this one */
    uint32_t value_len; /* bytes of the value's text */
    bool fixed_len;     /* several lines had the key, and all values but null this length (json_sample_lines) */
    bool key_escaped;
    bool one_order; /* of an object: in all lines it had these keys, each once and in this order (json_sample_lines) */
} JsonShapeField;

typedef struct JsonShape {
    JsonShapeField *fields; /* in the order of the line, an object before what is inside it */
    uint32_t field_count;
    /* The blanks between tokens, where every place of the row has the same ones; else `uniform` is false. */
    bool uniform;
    uint8_t spaces_after_colon; /* number of ' ' */
    uint8_t spaces_after_comma;
    bool
        one_order; /* all lines had all the keys, once and in this order, and none with an escape (json_sample_lines) */
} JsonShape;

/* The key order of a row, for the compiled decoder's guess.  Keys are views of the line.  False: not a valid row. */
bool json_sample_shape(Arena *arena, Str line, JsonShape *shape);

enum { JSON_SAMPLE_LINES = 128 };
/* What the first lines have in common: every key that one of them has, each where it stands among its neighbours, and
 * which values have one length in all lines that have them.  Malformed lines, and lines with odd blanks, say nothing.
 * False: all of them. */
bool json_sample_lines(Arena *arena, Str lines, JsonShape *shape);
/* Would a compiled decoder be the same for both? */
bool json_shape_equal(const JsonShape *a, const JsonShape *b);

#endif
