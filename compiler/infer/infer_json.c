/* infer_json.c -- one JSON object a line. */
#include "compiler/infer/infer_internal.h"
#include "runtime/base/json_text.h"

static void note_value(Infer *infer, InferField *field, JsonScan *scan);

/* A quoted name ends at a line end, and no text may hold a NUL. */
static bool is_name(Str name)
{
    bool is_name = name.len > 0;
    for (uint64_t i = 0; is_name && i < name.len; i++)
        is_name = (unsigned char)name.data[i] >= 0x20;
    return is_name;
}

static void note_object(Infer *infer, InferField *field, JsonScan *scan)
{
    JsonText key, skipped;
    if (!json_enter_object(scan))
        return;
    while (json_next_member(scan, &key)) {
        Str name = json_decode(infer->arena, key);
        if (is_name(name)) {
            note_value(infer, infer_field(infer, &field->fields, name), scan);
            continue;
        }
        infer->nameless++;
        if (!json_value(scan, &skipped))
            return;
    }
}

static void note_array(Infer *infer, InferField *field, JsonScan *scan)
{
    if (!json_enter_array(scan))
        return;
    while (json_next_element(scan)) {
        if (field->element == NULL) {
            field->element = arena_alloc_zeroed(infer->arena, sizeof *field->element, 16);
            field->element->forms = FORM_ALL;
        }
        note_value(infer, field->element, scan);
    }
}

static void note_value(Infer *infer, InferField *field, JsonScan *scan)
{
    JsonText value;
    JsonKind kind = json_peek(scan);
    if (kind == JSON_OBJECT || kind == JSON_ARRAY) {
        field->seen |= kind == JSON_OBJECT ? SEEN_OBJECT : SEEN_ARRAY;
        field->count++;
        infer_tally(infer, field, kind == JSON_OBJECT ? VALUE_OBJECT : VALUE_ARRAY, STR_EMPTY);
        (kind == JSON_OBJECT ? note_object : note_array)(infer, field, scan);
        return;
    }
    if (!json_value(scan, &value) || kind == JSON_NULL)
        return;
    if (kind == JSON_NUMBER) {
        infer_number(infer, field, value.text);
    } else if (kind == JSON_STRING) {
        infer_text(infer, field, json_decode(infer->arena, value));
    } else {
        field->seen |= SEEN_BOOLEAN;
        field->count++;
        infer_tally(infer, field, VALUE_BOOLEAN, value.text);
    }
}

void infer_json_line(Infer *infer, Str line)
{
    JsonScan scan;
    line = str_trim(line);
    if (line.len == 0)
        return;
    json_begin(&scan, line);
    if (json_peek(&scan) != JSON_OBJECT || !json_is_valid(line)) {
        infer->bad_lines++;
        return;
    }
    infer->rows++;
    note_object(infer, &infer->row, &scan);
}
