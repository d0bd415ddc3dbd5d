/* block.c -- see block.h. */
#include "runtime/store/block.h"

#include "runtime/abi/key.h"

#include <assert.h>

typedef struct BlockHead {
    char magic[4];
    uint32_t count;
    uint32_t row_bytes, zero;
    uint64_t text_bytes;
    uint64_t check;
} BlockHead;

static bool is_text(const RowLayout *layout, uint32_t column)
{
    return layout->kinds[column] == PK_STR || layout->kinds[column] == PK_BLOB;
}

void block_add(BlockWriter *writer, const void *row)
{
    const RowLayout *layout = writer->layout;
    uint64_t at = writer->rows.len;
    buf_append(&writer->rows, (const char *)row, layout->row_bytes);
    if (writer->rows.failed)
        return;
    char *copy = writer->rows.data + at;
    for (uint32_t c = 0; c < layout->column_count; c++) {
        Str value = STR_EMPTY;
        if (!is_text(layout, c))
            continue;
        if (!row_is_null(row, c))
            memcpy(&value, copy + layout->offsets[c], sizeof value);
        Str kept = { (const char *)(uintptr_t)writer->text.len, value.len };
        buf_append(&writer->text, value.data, value.len);
        memcpy(copy + layout->offsets[c], &kept, sizeof kept);
    }
    writer->count++;
}

bool block_finish(BlockWriter *writer, Buf *out)
{
    BlockHead head = {
        .magic = "SQB1", .count = writer->count, .row_bytes = writer->layout->row_bytes, .text_bytes = writer->text.len
    };
    uint64_t parts[] = { key_hash(writer->rows.data, writer->rows.len), key_hash(writer->text.data, writer->text.len) };
    head.check = key_hash((const char *)parts, sizeof parts);
    buf_append(out, (const char *)&head, sizeof head);
    buf_append(out, writer->rows.data, writer->rows.len);
    buf_append(out, writer->text.data, writer->text.len);
    bool good = !out->failed && !writer->rows.failed && !writer->text.failed;
    buf_clear(&writer->rows);
    buf_clear(&writer->text);
    writer->count = 0;
    return good;
}

void block_writer_free(BlockWriter *writer)
{
    buf_free(&writer->rows);
    buf_free(&writer->text);
}

static bool set_pointers(const RowLayout *layout, char *rows, uint32_t count, const char *text, uint64_t text_bytes)
{
    for (uint32_t c = 0; c < layout->column_count; c++) {
        if (!is_text(layout, c))
            continue;
        char *at = rows + layout->offsets[c];
        for (uint32_t i = 0; i < count; i++, at += layout->row_bytes) {
            Str value;
            memcpy(&value, at, sizeof value);
            uint64_t offset = (uint64_t)(uintptr_t)value.data;
            if (offset > text_bytes || value.len > text_bytes - offset)
                return false;
            value.data = text + offset;
            memcpy(at, &value, sizeof value);
        }
    }
    return true;
}

bool block_open(const RowLayout *layout, char *bytes, uint64_t len, BlockRows *rows)
{
    BlockHead head;
    assert((uintptr_t)bytes % 8 == 0);
    if (len < sizeof head)
        return false;
    memcpy(&head, bytes, sizeof head);
    uint64_t row_bytes = (uint64_t)head.count * head.row_bytes, rest = len - sizeof head;
    if (memcmp(head.magic, "SQB1", 4) != 0 || head.row_bytes != layout->row_bytes || row_bytes > rest ||
        head.text_bytes != rest - row_bytes)
        return false;
    char *first = bytes + sizeof head;
    uint64_t parts[] = { key_hash(first, row_bytes), key_hash(first + row_bytes, head.text_bytes) };
    if (head.check != key_hash((const char *)parts, sizeof parts))
        return false;
    *rows = (BlockRows){ first, head.count };
    return set_pointers(layout, first, head.count, first + row_bytes, head.text_bytes);
}
