/* csv_decode.h -- the exact CSV decoder.
 *
 * A record is one line; fields are cut at the delimiter; a field that begins with the quote character runs to the
 * closing one, two quotes in it stand for one.  A quoted field that does not end on its line is a bad row.  UTF-8 is
 * judged for the whole line.  A line with another number of fields than the table has columns is a bad row; with
 * ignore_parse_errors what is missing is NULL.  docs/language/csv.md has the
 * conversions.
 *
 * Ownership  as json_decode.h.
 * Cost       one pass over the line; no memory but for fields with doubled quotes or escapes, and arrays. */
#ifndef SQC_FORMAT_CSV_DECODE_H
#define SQC_FORMAT_CSV_DECODE_H

#include "runtime/format/schema.h"

DecodeOutcome csv_decode_row(const DecodeSchema *schema, Str line, void *row, Arena *batch, DecodeIssues *issues);
/* Converts the text of one field (no quotes around it, nothing escaped) into a column of the row: what csv_decode_row
 * does with it.  False: the column would be bad. */
bool csv_decode_field(const DecodeSchema *schema, uint32_t column, const FieldType *type, Str text, void *row,
                      Arena *batch);

#endif
