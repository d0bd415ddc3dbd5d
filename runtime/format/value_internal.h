/* value_internal.h -- pieces of output that the row writers share. */
#ifndef SQC_FORMAT_VALUE_INTERNAL_H
#define SQC_FORMAT_VALUE_INTERNAL_H

#include "runtime/format/row_writer.h"

/* The cells of one result, held back until their widths are known (row_table.c). */
typedef struct RowTable {
    uint32_t column_count;
    const Str *headings;
    const bool *to_right; /* numbers */
    uint32_t *widths;
    Buf cells; /* of each: u32 bytes, then the text */
    uint32_t rows;
    bool headed; /* the heading stands above what comes next */
} RowTable;

RowTable row_table_new(Arena *arena, const Str *headings, const bool *to_right, uint32_t column_count);
/* Column by column, column_count calls a row; control characters are shown as escapes. */
void row_table_cell(RowTable *table, Str text);
/* Prints what is held, under `title` (empty: none) and the heading when they do not stand there already. */
void row_table_flush(RowTable *table, Str title, Buf *out);
void row_table_free(RowTable *table);

#endif
