/* test_update.c -- see test_update.h. */
#include "compiler/driver/test_update.h"

#include "runtime/io/sink.h"

#include <stdio.h>
#include <stdlib.h>

static int by_place(const void *a, const void *b)
{
    const TestEdit *x = a, *y = b;
    if (x->span.file != y->span.file)
        return x->span.file < y->span.file ? -1 : 1;
    return x->span.start < y->span.start ? -1 : x->span.start > y->span.start;
}

static void put_quoted(Buf *out, Str text)
{
    buf_append_char(out, '\'');
    for (uint64_t i = 0; i < text.len; i++) {
        if (text.data[i] == '\'')
            buf_append_char(out, '\'');
        buf_append_char(out, text.data[i]);
    }
    buf_append_char(out, '\'');
}

/* Edits of one file, in its order. */
static RtStatus update_file(const Program *program, const TestEdit *edits, uint32_t count, RtError *error)
{
    const Source *source = sources_get(program->sources, edits[0].span.file);
    Buf out = { 0 };
    uint32_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        bool is_new = edits[i].span.start == edits[i].span.end;
        buf_append_str(&out, (Str){ source->text.data + at, edits[i].span.start - at });
        if (is_new)
            buf_append_char(&out, ' ');
        put_quoted(&out, edits[i].text);
        at = edits[i].span.end;
    }
    buf_append_str(&out, (Str){ source->text.data + at, source->text.len - at });
    RtStatus status = file_replace(program->query, source->path, buf_str(&out), error);
    buf_free(&out);
    return status;
}

RtStatus test_update(const Program *program, const TestEdits *edits, RtError *error)
{
    uint32_t count = edits->items.count, first = 0;
    RtStatus status = RT_OK;
    if (count == 0)
        return RT_OK;
    qsort(edits->items.items, count, sizeof(TestEdit), by_place);
    for (uint32_t i = 1; status == RT_OK && i <= count; i++) {
        if (i < count && edits->items.items[i].span.file == edits->items.items[first].span.file)
            continue;
        status = update_file(program, &edits->items.items[first], i - first, error);
        first = i;
    }
    return status;
}
