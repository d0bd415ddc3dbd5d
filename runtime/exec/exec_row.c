/* exec_row.c -- rows as bytes without addresses, for rows that are kept: the layout's bytes, then the texts; in place
 * of the address of a text stands where it begins. */
#include "runtime/exec/exec_emit.h"

static bool is_text(const RowLayout *layout, uint32_t column)
{
    return layout->kinds[column] == PK_STR || layout->kinds[column] == PK_BLOB;
}

static Str *text_at(char *row, const RowLayout *layout, uint32_t column)
{
    return (Str *)(void *)(row + layout->offsets[column]);
}

void exec_row_pack(Buf *out, const void *row, const RowLayout *layout)
{
    uint64_t start = out->len;
    char *copy = buf_reserve(out, layout->row_bytes);
    if (copy == NULL)
        buf_exhausted();
    row_clear(copy, layout);
    out->len += layout->row_bytes;
    for (uint32_t c = 0; c < layout->column_count; c++) {
        RtDatum datum = row_get(row, layout, c);
        if (datum.is_null)
            continue;
        Str text = datum.value.str;
        if (is_text(layout, c))
            datum.value.str.data = (const char *)(uintptr_t)(out->len - start);
        row_set(out->data + start, layout, c, datum);
        if (is_text(layout, c))
            buf_append_str(out, text);
    }
    if (out->failed)
        buf_exhausted();
}

char *exec_row_unpack(Arena *arena, Str packed, const RowLayout *layout)
{
    char *row = arena_alloc(arena, packed.len, 16);
    memcpy(row, packed.data, packed.len);
    for (uint32_t c = 0; c < layout->column_count; c++) {
        if (is_text(layout, c) && !row_is_null(row, c)) {
            Str *text = text_at(row, layout, c);
            text->data = row + (uintptr_t)text->data;
        }
    }
    return row;
}
