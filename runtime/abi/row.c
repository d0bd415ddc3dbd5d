/* row.c -- laying out rows and reaching their columns one by one, for code that is not generated. */
#include "runtime/abi/row.h"

#include <assert.h>

static const struct {
    uint32_t bytes, align;
    const char *name;
} KINDS[] = {
#define KIND(name, type, member, bytes, align, doc) { bytes, align, #name },
#include "runtime/abi/kinds.def"
#undef KIND
};

#define KIND(name, type, member, bytes, align, doc)                                                                    \
    static_assert(sizeof(type) == (bytes) && _Alignof(type) <= (align), #name);
#include "runtime/abi/kinds.def"
#undef KIND

uint32_t kind_bytes(RtKind kind)
{
    return KINDS[kind].bytes;
}

uint32_t kind_align(RtKind kind)
{
    return KINDS[kind].align;
}

const char *kind_name(RtKind kind)
{
    return KINDS[kind].name;
}

RowLayout row_layout(Arena *arena, const uint8_t *kinds, uint32_t column_count)
{
    uint32_t *offsets = ARENA_ARRAY(arena, uint32_t, column_count + 1);
    uint8_t *kept = ARENA_ARRAY(arena, uint8_t, column_count + 1);
    RowLayout layout = { .column_count = column_count, .words = (column_count + 63) / 64 };
    uint32_t at = 2 * 8 * layout.words;
    for (uint32_t c = 0; c < column_count; c++) {
        uint32_t align = KINDS[kinds[c]].align;
        at = (at + align - 1) / align * align;
        offsets[c] = at;
        kept[c] = kinds[c];
        at += KINDS[kinds[c]].bytes;
    }
    layout.row_bytes = (at + 7) / 8 * 8;
    layout.offsets = offsets;
    layout.kinds = kept;
    return layout;
}

void row_clear(void *row, const RowLayout *layout)
{
    memset(row, 0, layout->row_bytes);
    for (uint32_t c = 0; c < layout->column_count; c++)
        ((uint64_t *)row)[c / 64] |= (uint64_t)1 << (c % 64);
}

void row_set(void *row, const RowLayout *layout, uint32_t column, RtDatum datum)
{
    assert(datum.is_null || datum.kind == layout->kinds[column]);
    uint64_t bit = (uint64_t)1 << (column % 64);
    uint64_t *words = row;
    char *at = (char *)row + layout->offsets[column];
    uint32_t bytes = KINDS[layout->kinds[column]].bytes;
    words[layout->words + column / 64] &= ~bit;
    if (datum.is_null) {
        words[column / 64] |= bit;
        memset(at, 0, bytes);
    } else {
        words[column / 64] &= ~bit;
        memcpy(at, &datum.value, bytes);
    }
}

void row_set_error(void *row, const RowLayout *layout, uint32_t column)
{
    row_set(row, layout, column, datum_null((RtKind)layout->kinds[column]));
    ((uint64_t *)row)[layout->words + column / 64] |= (uint64_t)1 << (column % 64);
}

RtDatum row_get(const void *row, const RowLayout *layout, uint32_t column)
{
    RtDatum datum = { .kind = layout->kinds[column], .is_null = row_is_null(row, column) };
    if (!datum.is_null)
        memcpy(&datum.value, (const char *)row + layout->offsets[column], KINDS[datum.kind].bytes);
    return datum;
}

char *row_copy(Arena *arena, const void *row, const RowLayout *layout)
{
    char *copy = arena_alloc_zeroed(arena, layout->row_bytes, 16);
    row_clear(copy, layout);
    for (uint32_t c = 0; c < layout->column_count; c++) {
        RtDatum datum = row_get(row, layout, c);
        if (!datum.is_null && (datum.kind == PK_STR || datum.kind == PK_BLOB))
            datum.value.str = str_copy(arena, datum.value.str);
        row_set(copy, layout, c, datum);
    }
    return copy;
}
