/* block.c -- see block.h. */
#include "runtime/store/block.h"

#include "runtime/abi/key.h"

#include <assert.h>
#include <string.h>

enum { BLOCK_CONSTANT = 1, BLOCK_NULLS = 2, BLOCK_EVEN = 4 };

typedef struct BlockHead {
    char magic[4];
    uint32_t count, columns, zero;
    uint64_t check;
} BlockHead;

typedef struct BlockPlace {
    uint32_t at, bytes, bits, zero;
} BlockPlace;

/* Of all bytes but the check itself. */
static uint64_t check_of(const BlockHead *head, const char *body, uint64_t len)
{
    uint64_t parts[] = { key_hash(body, len), head->count, head->columns, head->zero };
    return key_hash((const char *)parts, sizeof parts);
}

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

/* ---- writing ---- */

static const char *row_at(const BlockWriter *writer, uint32_t row)
{
    return writer->rows.data + (uint64_t)row * writer->layout->row_bytes;
}

static Str text_at(const BlockWriter *writer, uint32_t row, uint32_t column)
{
    Str text;
    memcpy(&text, row_at(writer, row) + writer->layout->offsets[column], sizeof text);
    text.data = writer->text.data + (uintptr_t)text.data;
    return text;
}

static bool same_value(const BlockWriter *writer, uint32_t row, uint32_t column, uint32_t bytes)
{
    if (is_text(writer->layout, column))
        return str_equal(text_at(writer, 0, column), text_at(writer, row, column));
    uint32_t offset = writer->layout->offsets[column];
    return memcmp(row_at(writer, 0) + offset, row_at(writer, row) + offset, bytes) == 0;
}

static void put_nulls(const BlockWriter *writer, uint32_t column, Buf *out)
{
    for (uint32_t first = 0; first < writer->count; first += 64) {
        uint64_t word = 0;
        for (uint32_t i = first; i < writer->count && i < first + 64; i++)
            word |= (uint64_t)row_is_null(row_at(writer, i), column) << i % 64;
        buf_append(out, (const char *)&word, sizeof word);
    }
}

/* States of one aggregate mostly have one length. */
static bool is_even(const BlockWriter *writer, uint32_t column, uint32_t count)
{
    uint64_t len = text_at(writer, 0, column).len;
    for (uint32_t i = 1; i < count; i++) {
        if (text_at(writer, i, column).len != len)
            return false;
    }
    return count > 1;
}

static void put_texts(const BlockWriter *writer, uint32_t column, uint32_t count, bool even, Buf *out)
{
    uint32_t end = 0;
    for (uint32_t i = 0; i < (even ? 1 : count); i++) {
        end += (uint32_t)text_at(writer, i, column).len;
        buf_append(out, (const char *)&end, sizeof end);
    }
    for (uint32_t i = 0; i < count; i++) {
        Str text = text_at(writer, i, column);
        buf_append(out, text.data, text.len);
    }
}

static BlockPlace put_column(const BlockWriter *writer, uint32_t column, uint64_t start, Buf *out)
{
    uint32_t bytes = kind_bytes((RtKind)writer->layout->kinds[column]), values = 1;
    bool has_nulls = false;
    for (uint32_t i = 0; i < writer->count; i++) {
        has_nulls |= row_is_null(row_at(writer, i), column);
        if (values == 1 && !same_value(writer, i, column, bytes))
            values = writer->count;
    }
    while ((out->len - start) % 8 != 0)
        buf_append_char(out, '\0');
    BlockPlace place = { .at = (uint32_t)(out->len - start), .bits = values == 1 ? BLOCK_CONSTANT : 0 };
    if (has_nulls) {
        place.bits |= BLOCK_NULLS;
        put_nulls(writer, column, out);
    }
    if (is_text(writer->layout, column)) {
        bool even = is_even(writer, column, values);
        place.bits |= even ? BLOCK_EVEN : 0;
        put_texts(writer, column, values, even, out);
    } else {
        for (uint32_t i = 0; i < values; i++)
            buf_append(out, row_at(writer, i) + writer->layout->offsets[column], bytes);
    }
    place.bytes = (uint32_t)(out->len - start) - place.at;
    return place;
}

bool block_finish(BlockWriter *writer, Buf *out)
{
    uint32_t columns = writer->layout->column_count;
    BlockHead head = { .magic = "SQB1", .count = writer->count, .columns = columns };
    uint64_t start = out->len, body = start + sizeof head;
    BlockPlace none = { 0 };
    buf_append(out, (const char *)&head, sizeof head);
    for (uint32_t c = 0; c < columns; c++)
        buf_append(out, (const char *)&none, sizeof none);
    bool good = !writer->rows.failed && !writer->text.failed;
    for (uint32_t c = 0; good && c < columns; c++) {
        BlockPlace place = put_column(writer, c, start, out);
        good = !out->failed;
        if (good)
            memcpy(out->data + body + c * sizeof place, &place, sizeof place);
    }
    if (good) {
        head.check = check_of(&head, out->data + body, out->len - body);
        memcpy(out->data + start, &head, sizeof head);
    }
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

/* ---- reading ---- */

static bool ends_ascend(const uint32_t *ends, uint32_t count, uint64_t bytes)
{
    uint32_t last = 0, wrong = 0;
    for (uint32_t i = 0; i < count; i++) {
        wrong |= ends[i] < last;
        last = ends[i];
    }
    return wrong == 0 && last == bytes;
}

static bool open_column(const BlockPlace *place, const char *bytes, uint32_t count, BlockColumn *column)
{
    const char *at = bytes + place->at;
    uint64_t left = place->bytes, nulls = 8 * (((uint64_t)count + 63) / 64);
    column->is_constant = (place->bits & BLOCK_CONSTANT) != 0;
    uint64_t values = column->is_constant ? 1 : count;
    if ((place->bits & BLOCK_NULLS) != 0) {
        if (left < nulls)
            return false;
        column->nulls = (const uint64_t *)at;
        at += nulls;
        left -= nulls;
    }
    if (!column->is_text) {
        column->values = at;
        return left == values * column->bytes;
    }
    if ((place->bits & BLOCK_EVEN) != 0) {
        if (left < 4)
            return false;
        memcpy(&column->even, at, 4);
        column->values = at + 4;
        return left - 4 == values * column->even;
    }
    if (left < 4 * values)
        return false;
    column->ends = (const uint32_t *)at;
    column->values = at + 4 * values;
    return ends_ascend(column->ends, (uint32_t)values, left - 4 * values);
}

bool block_open(const RowLayout *layout, const char *bytes, uint64_t len, BlockColumn *columns, uint32_t *count)
{
    BlockHead head;
    uint64_t body = sizeof head + layout->column_count * sizeof(BlockPlace);
    assert((uintptr_t)bytes % 8 == 0);
    if (len < body)
        return false;
    memcpy(&head, bytes, sizeof head);
    if (memcmp(head.magic, "SQB1", 4) != 0 || head.columns != layout->column_count || head.count == 0 ||
        head.check != check_of(&head, bytes + sizeof head, len - sizeof head))
        return false;
    for (uint32_t c = 0; c < head.columns; c++) {
        BlockPlace place;
        memcpy(&place, bytes + sizeof head + c * sizeof place, sizeof place);
        if (place.at < body || place.at % 8 != 0 || place.at > len || place.bytes > len - place.at)
            return false;
        RtKind kind = (RtKind)layout->kinds[c];
        bool text = is_text(layout, c);
        columns[c] = (BlockColumn){ .kind = kind, .is_text = text, .bytes = text ? 0 : kind_bytes(kind) };
        if (!open_column(&place, bytes, head.count, &columns[c]))
            return false;
    }
    *count = head.count;
    return true;
}
