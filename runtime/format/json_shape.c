/* json_shape.c -- the key order and spacing of one row, as a guess about the next. */
#include "runtime/base/json_text.h"
#include "runtime/base/vec.h"
#include "runtime/format/json_decode.h"

typedef VEC(JsonShapeField) ShapeVec;

static JsonShapeKind shape_kind(const JsonText *value)
{
    switch (value->kind) {
    case JSON_FALSE: return JSON_SHAPE_FALSE;
    case JSON_TRUE: return JSON_SHAPE_TRUE;
    case JSON_NUMBER: return value->integral ? JSON_SHAPE_INTEGER : JSON_SHAPE_NUMBER;
    case JSON_STRING: return value->escaped ? JSON_SHAPE_ESCAPED : JSON_SHAPE_STRING;
    case JSON_OBJECT: return JSON_SHAPE_OBJECT;
    case JSON_ARRAY: return JSON_SHAPE_ARRAY;
    default: return JSON_SHAPE_NULL;
    }
}

/* Blanks of a JSON text outside of strings: allowed are spaces behind ':' and ',', the same number everywhere. */
static void shape_spacing(Str line, JsonShape *shape)
{
    int32_t counts[2] = { -1, -1 }; /* behind ':', behind ',' */
    bool in_string = false;
    shape->uniform = true;
    for (uint64_t i = 0; i < line.len; i++) {
        char c = line.data[i];
        if (in_string) {
            i += c == '\\';
            in_string = c != '"';
            continue;
        }
        in_string = c == '"';
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
            shape->uniform = false;
        if (c != ':' && c != ',')
            continue;
        int32_t spaces = 0;
        while (i + 1 < line.len && line.data[i + 1] == ' ' && spaces < UINT8_MAX) {
            spaces++;
            i++;
        }
        int32_t *count = &counts[c == ','];
        shape->uniform = shape->uniform && (*count < 0 || *count == spaces);
        *count = spaces;
    }
    shape->spaces_after_colon = (uint8_t)(counts[0] < 0 ? 0 : counts[0]);
    shape->spaces_after_comma = (uint8_t)(counts[1] < 0 ? 0 : counts[1]);
}

/* Walks objects down to the scanner's own depth limit; `open` holds the fields whose objects are being walked. */
static bool shape_walk(Arena *arena, JsonScan *scan, ShapeVec *fields)
{
    uint32_t open[JSON_DEPTH_MAX + 1];
    uint32_t depth = 0;
    if (!json_enter_object(scan))
        return false;
    for (;;) {
        JsonText key, value;
        if (!json_next_member(scan, &key)) {
            if (scan->error != NULL || depth == 0)
                return scan->error == NULL;
            JsonShapeField *outer = &fields->items[open[--depth]];
            outer->skip = fields->count;
            outer->value_len = (uint32_t)(scan->at - scan->start) - outer->value_len;
            continue;
        }
        bool is_object = json_peek(scan) == JSON_OBJECT;
        uint32_t at = (uint32_t)(scan->at - scan->start);
        if (is_object ? !json_enter_object(scan) : !json_value(scan, &value))
            return false;
        JsonShapeField field = { .key = key.text, .key_escaped = key.escaped, .depth = depth };
        field.kind = is_object ? JSON_SHAPE_OBJECT : shape_kind(&value);
        field.value_len = is_object ? at : (uint32_t)(scan->at - scan->start) - at;
        field.skip = fields->count + 1;
        if (is_object)
            open[depth++] = fields->count;
        vec_push(arena, fields, field);
    }
}

bool json_sample_shape(Arena *arena, Str line, JsonShape *shape)
{
    *shape = (JsonShape){ 0 };
    JsonScan scan;
    ShapeVec fields = { 0 };
    if (line.len > UINT32_MAX)
        return false;
    json_begin(&scan, line);
    if (!shape_walk(arena, &scan, &fields) || !json_finish(&scan))
        return false;
    shape->fields = fields.items;
    shape->field_count = fields.count;
    shape_spacing(line, shape);
    return true;
}

/* Lengths that differ from the first line's are not fixed; lines of another shape say nothing. */
static void compare_lengths(JsonShape *shape, const JsonShape *other)
{
    if (other->field_count != shape->field_count)
        return;
    for (uint32_t i = 0; i < shape->field_count; i++) {
        if (!str_equal(shape->fields[i].key, other->fields[i].key))
            return;
    }
    for (uint32_t i = 0; i < shape->field_count; i++) {
        bool same = shape->fields[i].value_len == other->fields[i].value_len &&
                    shape->fields[i].kind == other->fields[i].kind;
        shape->fields[i].fixed_len = shape->fields[i].fixed_len && same;
    }
}

bool json_sample_lines(Arena *arena, Str lines, JsonShape *shape)
{
    uint32_t count = 0;
    while (count < JSON_SAMPLE_LINES && lines.len > 0) {
        const char *newline = memchr(lines.data, '\n', (size_t)lines.len);
        uint64_t len = newline == NULL ? lines.len : (uint64_t)(newline - lines.data);
        Str line = str_slice(lines, 0, len - (len > 0 && lines.data[len - 1] == '\r'));
        JsonShape other;
        if (count == 0 && !json_sample_shape(arena, line, shape))
            return false;
        if (count > 0 && json_sample_shape(arena, line, &other))
            compare_lengths(shape, &other);
        for (uint32_t i = 0; count == 0 && i < shape->field_count; i++)
            shape->fields[i].fixed_len = true;
        count++;
        uint64_t used = len + (newline != NULL);
        lines = str_slice(lines, used, lines.len - used);
    }
    for (uint32_t i = 0; count == 1 && i < shape->field_count; i++)
        shape->fields[i].fixed_len = false;
    return count > 0;
}
