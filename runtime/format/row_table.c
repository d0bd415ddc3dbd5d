/* row_table.c -- an aligned table for terminals.
 *
 *    window_start        | region | n
 *   ---------------------+--------+---
 *    2024-01-01 00:00:00 | EU     | 5 */
#include "runtime/base/utf8.h"
#include "runtime/format/value_internal.h"

RowTable row_table_new(Arena *arena, const Str *headings, const bool *to_right, uint32_t column_count)
{
    RowTable table = { .column_count = column_count, .headings = headings, .to_right = to_right };
    table.widths = ARENA_ARRAY(arena, uint32_t, column_count + 1);
    for (uint32_t c = 0; c < column_count; c++)
        table.widths[c] = (uint32_t)utf8_count(headings[c]);
    return table;
}

/* Bytes that would move the cursor or colour the screen are spelled out. */
static void append_shown(Buf *out, Str text)
{
    for (uint64_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == '\n')
            buf_append_str(out, STR("\\n"));
        else if (c == '\t')
            buf_append_str(out, STR("\\t"));
        else if (c < 0x20 || c == 0x7F)
            buf_printf(out, "\\x%02x", c);
        else
            buf_append_char(out, (char)c);
    }
}

void row_table_cell(RowTable *table, Str text)
{
    uint32_t len = 0;
    uint64_t head = table->cells.len;
    buf_append(&table->cells, (const char *)&len, sizeof len);
    append_shown(&table->cells, text);
    if (table->cells.failed)
        return;
    len = (uint32_t)(table->cells.len - head - sizeof len);
    memcpy(table->cells.data + head, &len, sizeof len);
}

/* A text in its column; behind the last one of a line stand no blanks. */
static void append_padded(const RowTable *table, uint32_t column, Str text, Buf *out)
{
    bool to_right = table->to_right[column], is_last = column + 1 == table->column_count;
    uint32_t shown = (uint32_t)utf8_count(text), width = table->widths[column];
    uint32_t pad = width > shown ? width - shown : 0;
    for (uint32_t i = 0; to_right && i < pad; i++)
        buf_append_char(out, ' ');
    buf_append_str(out, text);
    for (uint32_t i = 0; !to_right && !is_last && i < pad; i++)
        buf_append_char(out, ' ');
}

/* The next cell of those held. */
static Str next_cell(const RowTable *table, uint64_t *at)
{
    uint32_t len;
    memcpy(&len, table->cells.data + *at, sizeof len);
    Str text = { table->cells.data + *at + sizeof len, len };
    *at += sizeof len + len;
    return text;
}

static void measure(RowTable *table)
{
    uint64_t at = 0;
    for (uint32_t c = 0; at < table->cells.len; c = (c + 1) % table->column_count) {
        uint32_t width = (uint32_t)utf8_count(next_cell(table, &at));
        table->widths[c] = width > table->widths[c] ? width : table->widths[c];
    }
}

static void append_heading(const RowTable *table, Str title, Buf *out)
{
    if (title.len > 0) {
        buf_append_str(out, title);
        buf_append_char(out, '\n');
    }
    for (uint32_t c = 0; c < table->column_count; c++) {
        buf_append_str(out, c > 0 ? STR(" | ") : STR(" "));
        append_padded(table, c, table->headings[c], out);
    }
    buf_append_char(out, '\n');
    for (uint32_t c = 0; c < table->column_count; c++) {
        buf_append_str(out, c > 0 ? STR("+") : STR(""));
        for (uint32_t i = 0; i < table->widths[c] + 2; i++)
            buf_append_char(out, '-');
    }
    buf_append_char(out, '\n');
}

void row_table_flush(RowTable *table, Str title, Buf *out)
{
    if (table->cells.failed || table->column_count == 0) {
        out->failed = out->failed || table->cells.failed;
        return;
    }
    measure(table);
    if (!table->headed)
        append_heading(table, title, out);
    table->headed = true;
    uint64_t at = 0;
    for (uint32_t c = 0; at < table->cells.len; c = (c + 1) % table->column_count) {
        buf_append_str(out, c > 0 ? STR(" | ") : STR(" "));
        append_padded(table, c, next_cell(table, &at), out);
        if (c + 1 == table->column_count)
            buf_append_char(out, '\n');
    }
    buf_clear(&table->cells);
    table->rows = 0;
}

void row_table_free(RowTable *table)
{
    buf_free(&table->cells);
}
