/* decode_internal.h -- what the JSON and the CSV decoder share: text into values, and the record of failures. */
#ifndef SQC_FORMAT_DECODE_INTERNAL_H
#define SQC_FORMAT_DECODE_INTERNAL_H

#include "runtime/format/schema.h"

/* row_clear without a loop over columns. */
static inline void row_begin(void *row, const RowLayout *layout)
{
    uint64_t *words = row;
    memset(row, 0, layout->row_bytes);
    for (uint32_t w = 0; w < layout->column_count / 64; w++)
        words[w] = UINT64_MAX;
    if (layout->column_count % 64 != 0)
        words[layout->column_count / 64] = ((uint64_t)1 << (layout->column_count % 64)) - 1;
}

/* row_set of a value of the column's kind, with the sizes known to the compiler. */
static inline void row_put(void *row, const RowLayout *layout, uint32_t column, const RtDatum *datum)
{
    if (datum->is_null) {
        row_set(row, layout, column, *datum);
        return;
    }
    uint64_t bit = (uint64_t)1 << (column % 64);
    uint64_t *words = row;
    char *at = (char *)row + layout->offsets[column];
    words[column / 64] &= ~bit;
    words[layout->words + column / 64] &= ~bit;
    switch (layout->kinds[column]) {
#define KIND(name, type, member, bytes, align, doc)                                                                    \
    case PK_##name: memcpy(at, &datum->value, bytes); break;
#include "runtime/abi/kinds.def"
#undef KIND
    default: break;
    }
}

/* Whether a line has nothing in it but blanks. */
bool line_is_blank(Str line);

/* A whole row is bad: UTF-8 is blamed first, since a decoder that stops at a wrong byte knows only its own grammar. */
DecodeOutcome decode_bad_row(DecodeIssues *issues, DecodeReason reason, Str line, uint64_t at, const char *detail);
void decode_issue_add(DecodeIssues *issues, DecodeReason reason, int32_t column, uint64_t at);
/* A later value of the column counts, so the failure of an earlier one is forgotten. */
void decode_issue_drop(DecodeIssues *issues, int32_t column);

typedef struct ScalarSyntax {
    TimestampFormat timestamps;
    bool short_times; /* 2024-1-2 is a date, 10:11 a time */
} ScalarSyntax;

/* Text of a scalar type other than CHAR and VARCHAR into its value: a JSON string, a CSV field.  Blanks around numbers
 * and booleans are passed over.  DECODE_NONE: all is well. */
DecodeReason scalar_from_text(const FieldType *type, Str text, ScalarSyntax syntax, Arena *batch, RtDatum *value);
/* A JSON number (its grammar is checked already) into a value of a scalar type other than CHAR and VARCHAR. */
DecodeReason scalar_from_number(const FieldType *type, Str text, RtDatum *value);

/* Standard alphabet (RFC 4648) with padding, no blanks; false where the text is anything else. */
bool base64_decode(Str text, Arena *batch, Str *bytes);

#endif
