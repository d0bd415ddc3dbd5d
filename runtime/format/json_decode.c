/* json_decode.c -- one pass over a JSON line with the strict scanner, values put down where they are met.
 *
 *   for each member of the object: the DecodeNode of that name, or the value is passed over (and judged)
 *     node with children: the members of the object inside it, the same way
 *     node with a column: the value converted; a failure is noted and the walk goes on
 *
 * Duplicate keys: when a key comes again, all that an earlier value left in the columns below it is taken back first.
 * The walk descends only as deep as the schema and its types do; deeper text costs the scanner no stack. */
#include "runtime/format/json_decode.h"

#include "runtime/abi/blob.h"
#include "runtime/base/json_text.h"
#include "runtime/base/utf8.h"
#include "runtime/base/vec.h"
#include "runtime/format/decode_internal.h"

typedef struct JsonRow {
    const DecodeSchema *schema;
    void *row;
    Arena *batch;
    DecodeIssues *issues;
    uint64_t *seen; /* with fail_on_missing_field: a bit for each column whose field was met; else NULL */
} JsonRow;

/* What the conversion of one value works with. */
typedef struct JsonValues {
    const JsonOptions *options;
    Arena *batch;
} JsonValues;

typedef VEC(RtDatum) DatumVec;

static DecodeReason json_field(JsonValues *values, JsonScan *scan, const FieldType *type, RtDatum *value);

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The text of an array or object without the blanks between its tokens; a view where there are none. */
static Str json_compact(Arena *batch, Str text)
{
    char *copy = NULL;
    uint64_t len = 0;
    bool in_string = false;
    for (uint64_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (!in_string && is_blank(c)) {
            if (copy == NULL) {
                copy = arena_alloc(batch, text.len, 1);
                memcpy(copy, text.data, i);
                len = i;
            }
            continue;
        }
        if (copy != NULL)
            copy[len++] = c;
        if (in_string && c == '\\' && i + 1 < text.len) {
            i++;
            if (copy != NULL)
                copy[len++] = text.data[i];
        } else if (c == '"') {
            in_string = !in_string;
        }
    }
    return copy != NULL ? (Str){ copy, len } : text;
}

/* Any JSON value but null as text: strings decoded, all else as it is written. */
static Str json_as_text(Arena *batch, const JsonText *token)
{
    switch (token->kind) {
    case JSON_STRING: return json_decode(batch, *token);
    case JSON_ARRAY:
    case JSON_OBJECT: return json_compact(batch, token->text);
    default: return token->text;
    }
}

/* A token that is not null into a value of a scalar type. */
static DecodeReason json_scalar(JsonValues *values, const JsonText *token, const FieldType *type, RtDatum *value)
{
    if (type->id == FT_CHAR || type->id == FT_VARCHAR) {
        value->value.str = json_as_text(values->batch, token);
        return DECODE_NONE;
    }
    switch (token->kind) {
    case JSON_STRING:
        return scalar_from_text(type, json_decode(values->batch, *token),
                                (ScalarSyntax){ .timestamps = values->options->timestamp_format }, values->batch,
                                value);
    case JSON_NUMBER: return scalar_from_number(type, token->text, value);
    case JSON_TRUE:
    case JSON_FALSE:
        value->value.b = token->kind == JSON_TRUE;
        return type->id == FT_BOOLEAN ? DECODE_NONE : DECODE_WRONG_TYPE;
    default: return DECODE_WRONG_TYPE;
    }
}

static DecodeReason json_array(JsonValues *values, JsonScan *scan, const FieldType *type, RtDatum *value)
{
    DatumVec items = { 0 };
    DecodeReason first = DECODE_NONE;
    json_enter_array(scan);
    while (json_next_element(scan)) {
        RtDatum item;
        DecodeReason reason = json_field(values, scan, type->element, &item);
        first = first != DECODE_NONE ? first : reason;
        vec_push(values->batch, &items, item);
    }
    if (first == DECODE_NONE && scan->error == NULL)
        value->value.str = blob_array(values->batch, field_kind(type->element), items.items, items.count);
    return first;
}

static DecodeReason json_map(JsonValues *values, JsonScan *scan, const FieldType *type, RtDatum *value)
{
    DatumVec keys = { 0 }, items = { 0 };
    DecodeReason first = DECODE_NONE;
    JsonText name;
    json_enter_object(scan);
    while (json_next_member(scan, &name)) {
        RtDatum key = datum_null(field_kind(type->key)), item;
        key.is_null = false;
        DecodeReason reason = json_scalar(values, &name, type->key, &key);
        first = first != DECODE_NONE ? first : reason;
        reason = json_field(values, scan, type->element, &item);
        first = first != DECODE_NONE ? first : reason;
        vec_push(values->batch, &keys, key);
        vec_push(values->batch, &items, item);
    }
    if (first == DECODE_NONE && scan->error == NULL)
        value->value.str = blob_map(values->batch, field_kind(type->key), field_kind(type->element), keys.items,
                                    items.items, items.count);
    return first;
}

static int64_t member_find(const FieldType *type, const JsonText *key)
{
    for (uint32_t i = 0; i < type->member_count; i++) {
        if (json_equals(*key, type->members[i].name))
            return i;
    }
    return -1;
}

static DecodeReason json_row(JsonValues *values, JsonScan *scan, const FieldType *type, RtDatum *value)
{
    RtDatum *fields = ARENA_ARRAY(values->batch, RtDatum, type->member_count + 1);
    DecodeReason *reasons = ARENA_ARRAY(values->batch, DecodeReason, type->member_count + 1);
    for (uint32_t i = 0; i < type->member_count; i++) {
        fields[i] = datum_null(field_kind(type->members[i].type));
        reasons[i] = values->options->fail_on_missing_field ? DECODE_MISSING : DECODE_NONE;
    }
    JsonText key;
    json_enter_object(scan);
    while (json_next_member(scan, &key)) {
        int64_t i = member_find(type, &key);
        if (i >= 0)
            reasons[i] = json_field(values, scan, type->members[i].type, &fields[i]);
        else
            json_value(scan, &key);
    }
    for (uint32_t i = 0; i < type->member_count; i++) {
        if (reasons[i] != DECODE_NONE)
            return reasons[i];
    }
    if (scan->error == NULL)
        value->value.str = blob_row(values->batch, fields, type->member_count);
    return DECODE_NONE;
}

/* Reads exactly one value of the text, whatever it is, and converts it.  After a failure, and for JSON null, *value is
 * NULL; with ignore_parse_errors a failure is no reason. */
static DecodeReason json_field(JsonValues *values, JsonScan *scan, const FieldType *type, RtDatum *value)
{
    RtKind kind = field_kind(type);
    *value = (RtDatum){ .kind = (uint8_t)kind };
    DecodeReason reason;
    JsonKind what = json_peek(scan);
    if (type->id == FT_ARRAY && what == JSON_ARRAY) {
        reason = json_array(values, scan, type, value);
    } else if (type->id == FT_MAP && what == JSON_OBJECT) {
        reason = json_map(values, scan, type, value);
    } else if (type->id == FT_ROW && what == JSON_OBJECT) {
        reason = json_row(values, scan, type, value);
    } else {
        JsonText token;
        if (!json_value(scan, &token) || token.kind == JSON_NULL) {
            *value = datum_null(kind);
            return DECODE_NONE;
        }
        reason = json_scalar(values, &token, type, value);
    }
    if (reason != DECODE_NONE)
        *value = datum_null(kind);
    return values->options->ignore_parse_errors ? DECODE_NONE : reason;
}

DecodeReason json_decode_value(const JsonOptions *options, const FieldType *type, Str text, Arena *batch,
                               RtDatum *value)
{
    JsonValues values = { options, batch };
    JsonScan scan;
    json_begin(&scan, text);
    DecodeReason reason = json_field(&values, &scan, type, value);
    if (!json_finish(&scan)) {
        *value = datum_null(field_kind(type));
        return utf8_valid(text, &(uint64_t){ 0 }) ? DECODE_ROW_SYNTAX : DECODE_ROW_UTF8;
    }
    return reason;
}

/* What becomes of all columns of a node and below it. */
typedef enum SubtreeState {
    SUBTREE_UNMET, /* as before the first key                 */
    SUBTREE_NULL,  /* the object around them is JSON null      */
    SUBTREE_WRONG, /* there is something else than an object   */
} SubtreeState;

static void subtree_set(JsonRow *row, const DecodeNode *node, SubtreeState state, uint64_t at)
{
    const RowLayout *layout = row->schema->layout;
    if (node->column != DECODE_NO_COLUMN) {
        uint32_t column = (uint32_t)node->column;
        if (row_is_error(row->row, layout, column))
            decode_issue_drop(row->issues, node->column);
        if (row->seen != NULL && state == SUBTREE_UNMET)
            row->seen[column / 64] &= ~((uint64_t)1 << (column % 64));
        else if (row->seen != NULL)
            row->seen[column / 64] |= (uint64_t)1 << (column % 64);
        if (state == SUBTREE_WRONG && !row->schema->json.ignore_parse_errors) {
            row_set_error(row->row, layout, column);
            decode_issue_add(row->issues, DECODE_WRONG_TYPE, node->column, at);
        } else {
            row_set(row->row, layout, column, datum_null((RtKind)layout->kinds[column]));
        }
    }
    for (uint32_t i = 0; i < node->child_count; i++)
        subtree_set(row, &node->children[i], state, at);
}

static void column_decode(JsonRow *row, JsonScan *scan, const DecodeNode *node)
{
    const RowLayout *layout = row->schema->layout;
    uint32_t column = (uint32_t)node->column;
    json_peek(scan); /* steps over blanks: the position is that of the value */
    uint64_t at = (uint64_t)(scan->at - scan->start);
    JsonValues values = { &row->schema->json, row->batch };
    RtDatum value;
    DecodeReason reason = json_field(&values, scan, node->type, &value);
    if (row_is_error(row->row, layout, column))
        decode_issue_drop(row->issues, node->column);
    if (row->seen != NULL)
        row->seen[column / 64] |= (uint64_t)1 << (column % 64);
    if (reason == DECODE_NONE) {
        row_put(row->row, layout, column, &value);
    } else {
        row_set_error(row->row, layout, column);
        decode_issue_add(row->issues, reason, node->column, at);
    }
}

static const DecodeNode *node_find(const DecodeNode *nodes, uint32_t count, const JsonText *key)
{
    for (uint32_t i = 0; i < count; i++) {
        if (key->escaped ? json_equals(*key, nodes[i].name) : str_equal(key->text, nodes[i].name))
            return &nodes[i];
    }
    return NULL;
}

/* The members of an object that was entered. */
static void members_decode(JsonRow *row, JsonScan *scan, const DecodeNode *nodes, uint32_t count)
{
    JsonText key;
    while (json_next_member(scan, &key)) {
        const DecodeNode *node = node_find(nodes, count, &key);
        if (node == NULL) {
            json_value(scan, &key);
            continue;
        }
        if (node->column != DECODE_NO_COLUMN) {
            JsonScan ahead = *scan; /* a node may be both a column and the way to others: then its text is read twice */
            column_decode(row, node->child_count > 0 ? &ahead : scan, node);
        }
        if (node->child_count == 0)
            continue;
        JsonKind what = json_peek(scan);
        SubtreeState state = what == JSON_OBJECT ? SUBTREE_UNMET : what == JSON_NULL ? SUBTREE_NULL : SUBTREE_WRONG;
        for (uint32_t i = 0; i < node->child_count; i++)
            subtree_set(row, &node->children[i], state, (uint64_t)(scan->at - scan->start));
        if (what != JSON_OBJECT)
            json_value(scan, &key);
        else if (json_enter_object(scan))
            members_decode(row, scan, node->children, node->child_count);
    }
}

/* With fail_on_missing_field: every column whose field was not met is in error. */
static void missing_fields(JsonRow *row)
{
    const RowLayout *layout = row->schema->layout;
    for (uint32_t c = 0; c < layout->column_count; c++) {
        if ((row->seen[c / 64] >> (c % 64)) & 1)
            continue;
        row_set_error(row->row, layout, c);
        decode_issue_add(row->issues, DECODE_MISSING, (int32_t)c, 0);
    }
}

DecodeOutcome json_decode_row(const DecodeSchema *schema, Str line, void *row, Arena *batch, DecodeIssues *issues)
{
    issues->count = 0;
    if (line_is_blank(line))
        return DECODE_SKIP;
    row_begin(row, schema->layout);
    JsonRow at = { .schema = schema, .row = row, .batch = batch, .issues = issues };
    if (schema->json.fail_on_missing_field)
        at.seen = ARENA_ARRAY(batch, uint64_t, schema->layout->words);
    JsonScan scan;
    JsonText whole;
    json_begin(&scan, line);
    bool is_object = json_peek(&scan) == JSON_OBJECT;
    if (!is_object)
        json_value(&scan, &whole);
    else if (json_enter_object(&scan))
        members_decode(&at, &scan, schema->fields, schema->field_count);
    if (!json_finish(&scan))
        return decode_bad_row(issues, DECODE_ROW_SYNTAX, line, scan.error_at, scan.error);
    if (!is_object)
        return decode_bad_row(issues, DECODE_ROW_NOT_OBJECT, line, 0, NULL);
    if (at.seen != NULL)
        missing_fields(&at);
    return DECODE_OK;
}
