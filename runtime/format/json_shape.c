/* json_shape.c -- the keys, their order and the spacing of the first rows, as a guess about the next. */
#include "runtime/base/json_text.h"
#include "runtime/base/vec.h"
#include "runtime/format/json_decode.h"

typedef VEC(JsonShapeField) ShapeVec;

static JsonShapeKind shape_kind(const JsonText *value)
{
    switch (value->kind) {
    case JSON_FALSE:
        return JSON_SHAPE_FALSE;
    case JSON_TRUE:
        return JSON_SHAPE_TRUE;
    case JSON_NUMBER:
        return value->integral ? JSON_SHAPE_INTEGER : JSON_SHAPE_NUMBER;
    case JSON_STRING:
        return value->escaped ? JSON_SHAPE_ESCAPED : JSON_SHAPE_STRING;
    case JSON_OBJECT:
        return JSON_SHAPE_OBJECT;
    case JSON_ARRAY:
        return JSON_SHAPE_ARRAY;
    default:
        return JSON_SHAPE_NULL;
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

/* ---- many lines ---- */

typedef struct ShapeKey ShapeKey;

/* An object of the merged shape: its keys in a list. */
typedef struct ShapeObject {
    ShapeKey *keys;
    bool met, varies; /* a line had other keys, another order, one twice or one with an escape */
} ShapeObject;

struct ShapeKey {
    JsonShapeField field;
    ShapeKey *next;
    ShapeObject inside;
    uint32_t lines; /* that had a value there which is not null */
};

/* Of one sort means: the compiled step for it is the same. */
static bool is_same_sort(JsonShapeKind a, JsonShapeKind b)
{
    bool is_a_bool = a == JSON_SHAPE_TRUE || a == JSON_SHAPE_FALSE;
    bool is_b_bool = b == JSON_SHAPE_TRUE || b == JSON_SHAPE_FALSE;
    return a == b || (is_a_bool && is_b_bool);
}

/* One more value of a key.  A null says nothing; where lines differ in the kind the first one counts. */
static void note_value(ShapeKey *key, const JsonShapeField *field)
{
    if (field->kind == JSON_SHAPE_NULL)
        return;
    if (key->lines == 0) {
        key->field.kind = field->kind;
        key->field.value_len = field->value_len;
        key->field.fixed_len = true;
    }
    bool same = is_same_sort(key->field.kind, field->kind) && key->field.value_len == field->value_len;
    key->field.fixed_len = key->field.fixed_len && same;
    key->lines++;
}

/* Are the object's keys those of the fields [from, to), in their order? */
static bool has_order(const ShapeObject *object, const JsonShape *line, uint32_t from, uint32_t to)
{
    const ShapeKey *key = object->keys;
    uint32_t i = from;
    for (; i < to && key != NULL && str_equal(key->field.key, line->fields[i].key); key = key->next) {
        if (line->fields[i].key_escaped)
            return false;
        i = line->fields[i].skip;
    }
    return i == to && key == NULL;
}

/* The fields [from, to) of a line into the list of their object.  A new key goes behind the one before it in the line,
 * so that keys which are sometimes missing stand where they would be. */
static void merge_object(Arena *arena, ShapeObject *object, const JsonShape *line, uint32_t from, uint32_t to)
{
    ShapeKey **place = &object->keys;
    bool is_first = !object->met;
    object->varies = object->varies || (!is_first && !has_order(object, line, from, to));
    for (uint32_t i = from; i < to; i = line->fields[i].skip) {
        const JsonShapeField *field = &line->fields[i];
        ShapeKey *key = object->keys;
        while (key != NULL && !str_equal(key->field.key, field->key))
            key = key->next;
        if (key == NULL) {
            key = ARENA_NEW(arena, ShapeKey);
            *key = (ShapeKey){ .field = *field, .next = *place };
            key->field.fixed_len = false;
            *place = key;
        }
        note_value(key, field);
        merge_object(arena, &key->inside, line, i + 1, field->skip);
        place = &key->next;
    }
    object->varies = object->varies || (is_first && !has_order(object, line, from, to)); /* a key twice */
    object->met = true;
}

static void flatten(Arena *arena, const ShapeObject *object, uint32_t depth, ShapeVec *fields)
{
    for (const ShapeKey *key = object->keys; key != NULL; key = key->next) {
        uint32_t at = fields->count;
        vec_push(arena, fields, key->field);
        flatten(arena, &key->inside, depth + 1, fields);
        JsonShapeField *field = &fields->items[at];
        field->depth = depth;
        field->skip = fields->count;
        field->fixed_len = field->fixed_len && key->lines > 1;
        field->one_order = field->kind == JSON_SHAPE_OBJECT && !key->inside.varies;
    }
}

bool json_sample_lines(Arena *arena, Str lines, JsonShape *shape)
{
    ShapeObject row = { 0 };
    ShapeVec fields = { 0 };
    bool any = false;
    uint32_t widest = 0;
    *shape = (JsonShape){ 0 };
    for (uint32_t count = 0; count < JSON_SAMPLE_LINES && lines.len > 0; count++) {
        const char *newline = memchr(lines.data, '\n', (size_t)lines.len);
        uint64_t len = newline == NULL ? lines.len : (uint64_t)(newline - lines.data);
        Str line = str_slice(lines, 0, len - (len > 0 && lines.data[len - 1] == '\r'));
        JsonShape one;
        if (json_sample_shape(arena, line, &one) && one.uniform) {
            if (one.field_count > widest) { /* a line of one key has no comma */
                widest = one.field_count;
                shape->spaces_after_colon = one.spaces_after_colon;
                shape->spaces_after_comma = one.spaces_after_comma;
            }
            any = true;
            merge_object(arena, &row, &one, 0, one.field_count);
        }
        uint64_t used = len + (newline != NULL);
        lines = str_slice(lines, used, lines.len - used);
    }
    flatten(arena, &row, 0, &fields);
    shape->fields = fields.items;
    shape->field_count = fields.count;
    shape->uniform = any;
    shape->one_order = any && !row.varies;
    return any;
}

bool json_shape_equal(const JsonShape *a, const JsonShape *b)
{
    bool equal = a->field_count == b->field_count && a->uniform == b->uniform && a->one_order == b->one_order &&
                 a->spaces_after_colon == b->spaces_after_colon && a->spaces_after_comma == b->spaces_after_comma;
    for (uint32_t i = 0; equal && i < a->field_count; i++) {
        const JsonShapeField *x = &a->fields[i], *y = &b->fields[i];
        equal = str_equal(x->key, y->key) && x->skip == y->skip && is_same_sort(x->kind, y->kind) &&
                x->one_order == y->one_order && x->fixed_len == y->fixed_len &&
                (!x->fixed_len || x->value_len == y->value_len);
    }
    return equal;
}
