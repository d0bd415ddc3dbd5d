/* bad_rows.c -- see bad_rows.h. */
#include "runtime/exec/bad_rows.h"

#include "runtime/base/utf8.h"

#include <assert.h>

void bad_rows_init(BadRows *bad)
{
    *bad = (BadRows){ 0 };
    arena_init(&bad->arena);
}

void bad_rows_release(BadRows *bad)
{
    arena_free(&bad->arena);
    bad->kind_count = 0;
}

bool bad_rows_count(BadRows *bad, Str stream, Str reason, BadKind **kind)
{
    assert(bad->kind_count <= BAD_KINDS_MAX);
    uint32_t i = 0;
    while (i < bad->kind_count && !(str_equal(bad->kinds[i].stream, stream) && str_equal(bad->kinds[i].reason, reason)))
        i++;
    if (i == BAD_KINDS_MAX) {
        i--;
        bad->kinds[i].reason = STR("others");
    } else if (i == bad->kind_count) {
        bad->kinds[i] = (BadKind){ .stream = str_copy(&bad->arena, stream), .reason = str_copy(&bad->arena, reason) };
        bad->kind_count++;
    }
    bad->kinds[i].count++;
    *kind = &bad->kinds[i];
    return bad->kinds[i].place_count < BAD_PLACES_MAX;
}

void bad_rows_place(BadRows *bad, BadKind *kind, BadPlace place)
{
    assert(kind->place_count < BAD_PLACES_MAX && "places are asked for");
    assert(kind >= bad->kinds && kind < bad->kinds + bad->kind_count);
    place.file = str_copy(&bad->arena, place.file);
    place.text = str_copy(&bad->arena, place.text);
    kind->places[kind->place_count++] = place;
}

enum { WHOLE_LINE_BYTES = 1 << 20, CUT_LINE_BYTES = 1024 };

Str bad_line_text(Arena *arena, Str line)
{
    uint64_t len = line.len > WHOLE_LINE_BYTES ? CUT_LINE_BYTES : line.len;
    char *text = arena_alloc(arena, len * 3 + 1, 1); /* U+FFFD has three bytes */
    uint64_t used = 0;
    const char *at = line.data, *end = line.data + len;
    while (at < end)
        used += utf8_put(text + used, utf8_next(&at, end));
    return (Str){ text, used };
}
