/* row_writer.h -- rows as text, for people and for programs.
 *
 *   RowPrinter *printer = row_printer_new(arena, &(RowPrinterOptions){ .format = ROWS_NDJSON });
 *   uint32_t result = row_printer_add(printer, &(RowResult){ .layout = .., .columns = .. });
 *   row_printer_row(printer, result, ROW_INSERT, row, out);  ..
 *   row_printer_finish(printer, out);
 *
 * One printer writes one document, which may hold the rows of several results; a result with a name then has a leading
 * column `metric`, and a changelog a leading column `op` (+I -U +U -D).
 *
 *   ndjson  an object a line
 *   json    {"schema_version":1,"rows":[..]}
 *   csv     RFC 4180 with "\n", a header line where asked for; the caller refuses several results in one document
 *   md      a table of Markdown
 *   text    an aligned table; widths are taken from the first ROW_TEXT_ROWS rows, then grow where needed
 *
 * Values: docs/language/json.md and csv.md.  TIMESTAMP '2024-01-01 00:00:00.000' with 3, 6 or 9 fraction digits,
 * TIMESTAMP_LTZ the same with Z, DECIMAL exact, DOUBLE the shortest text that reads back the same.
 *
 * Ownership  the printer lives in its arena; rows are used during the call only.
 * Errors     out of memory: out->failed.
 * Cost       no memory per row but in `out` (text: the rows it holds back). */
#ifndef SQC_FORMAT_ROW_WRITER_H
#define SQC_FORMAT_ROW_WRITER_H

#include "runtime/base/buf.h"
#include "runtime/format/schema.h"

enum { ROW_TEXT_ROWS = 200 };

typedef enum RowFormat { ROWS_TEXT, ROWS_CSV, ROWS_JSON, ROWS_NDJSON, ROWS_MD } RowFormat;

/* "text", "csv", "json", "ndjson", "md"; false: none of them. */
bool row_format_find(Str name, RowFormat *format);

/* A JSON string with its quotes.  Bytes that are no UTF-8 become U+FFFD, so that the output is JSON whatever comes. */
void json_string_append(Buf *out, Str text);

typedef struct RowPrinterOptions {
    RowFormat format;
    bool header;      /* CSV: column names in the first line */
    Str json_members; /* JSON: more members of the document, behind its rows: "watermark":".." */
    JsonOptions json;
    CsvOptions csv;
} RowPrinterOptions;

typedef struct RowResult {
    Str name; /* of the metric; empty: no column `metric` */
    bool changelog;
    const RowLayout *layout;
    const FieldMember *columns; /* layout->column_count of them */
} RowResult;

typedef struct RowPrinter RowPrinter;

RowPrinter *row_printer_new(Arena *arena, const RowPrinterOptions *options);
/* All results are added before the first row. */
uint32_t row_printer_add(RowPrinter *printer, const RowResult *result);
void row_printer_row(RowPrinter *printer, uint32_t result, RowChange change, const void *row, Buf *out);
/* Text: writes what is held back, such as before a pause of the input. */
void row_printer_flush(RowPrinter *printer, Buf *out);
/* The end of the document, also of one without rows. */
void row_printer_finish(RowPrinter *printer, Buf *out);

/* One value as it stands in ndjson and json output, and as csv, md and text show it (NULL: nothing is appended). */
void value_write_json(Buf *out, const JsonOptions *options, const FieldType *type, const RtDatum *datum);
void value_write_text(Buf *out, const FieldType *type, const RtDatum *datum);

#endif
