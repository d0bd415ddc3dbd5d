/* csv_decode.c -- cutting a line into fields, then converting the ones that are columns.
 *
 *   field      = quoted | plain                       cut at the delimiter, one character of 1 to 4 bytes
 *   quoted     = quote (any | quote quote | escape any)* quote blanks*
 *   plain      = (any but the delimiter | escape any)*
 *
 * A field is first found as it stands; doubled quotes and escapes are resolved only where a column wants its text. */
#include "runtime/format/csv_decode.h"

#include "runtime/abi/blob.h"
#include "runtime/base/utf8.h"
#include "runtime/base/vec.h"
#include "runtime/format/decode_internal.h"

typedef struct CsvSyntax {
    Str delimiter;
    Str quote;  /* empty: none */
    Str escape; /* empty: none */
    Str element_delimiter;
} CsvSyntax;

typedef struct CsvField {
    Str text; /* between the quotes, or all of it */
    bool quoted;
    bool marked; /* there are doubled quotes or escapes in it */
} CsvField;

typedef struct CsvRow {
    const DecodeSchema *schema;
    CsvSyntax syntax;
    void *row;
    Arena *batch;
    DecodeIssues *issues;
    Str line;
    bool in_order; /* the nodes stand in the order of their positions */
    uint32_t next; /* then: the first one not yet met */
} CsvRow;

static Str or_default(Str text, const char *otherwise)
{
    return text.len > 0 ? text : str_from(otherwise);
}

static CsvSyntax csv_syntax(const CsvOptions *options)
{
    return (CsvSyntax){
        .delimiter = or_default(options->field_delimiter, ","),
        .quote = options->disable_quote ? STR_EMPTY : or_default(options->quote, "\""),
        .escape = options->escape,
        .element_delimiter = or_default(options->array_element_delimiter, ";"),
    };
}

/* Whether `mark` (not empty) stands at `at`. */
static inline bool stands(const char *at, const char *end, Str mark)
{
    return mark.len > 0 && (uint64_t)(end - at) >= mark.len && *at == mark.data[0] &&
           memcmp(at, mark.data, mark.len) == 0;
}

/* Behind an escape: one character. */
static const char *step_over(const char *at, const char *end)
{
    uint32_t bytes = at < end ? utf8_step(at, end) : 0;
    return at + bytes;
}

/* A field that begins at `at` without a quote; answers its end. */
static const char *plain_field(const CsvSyntax *syntax, const char *at, const char *end, CsvField *field)
{
    const char *start = at;
    if (syntax->escape.len == 0 && syntax->delimiter.len == 1) {
        const char *cut = at == end ? NULL : memchr(at, syntax->delimiter.data[0], (size_t)(end - at));
        at = cut != NULL ? cut : end;
    } else {
        while (at < end && !stands(at, end, syntax->delimiter)) {
            bool escaped = stands(at, end, syntax->escape);
            field->marked = field->marked || escaped;
            at = escaped ? step_over(at + syntax->escape.len, end) : at + 1;
        }
    }
    field->text = (Str){ start, (uint64_t)(at - start) };
    return at;
}

/* A field whose opening quote stands at `at`; answers where it ends, or NULL and the reason. */
static const char *quoted_field(const CsvSyntax *syntax, const char *at, const char *end, CsvField *field,
                                DecodeReason *reason)
{
    at += syntax->quote.len;
    const char *start = at;
    for (;;) {
        if (at >= end) {
            *reason = DECODE_ROW_QUOTE_OPEN;
            return NULL;
        }
        if (stands(at, end, syntax->escape)) {
            field->marked = true;
            at = step_over(at + syntax->escape.len, end);
        } else if (!stands(at, end, syntax->quote)) {
            at++;
        } else if (stands(at + syntax->quote.len, end, syntax->quote)) {
            field->marked = true;
            at += 2 * syntax->quote.len;
        } else {
            break;
        }
    }
    field->text = (Str){ start, (uint64_t)(at - start) };
    field->quoted = true;
    at += syntax->quote.len;
    while (at < end && (*at == ' ' || *at == '\t') && !stands(at, end, syntax->delimiter))
        at++;
    if (at < end && !stands(at, end, syntax->delimiter)) {
        *reason = DECODE_ROW_QUOTE_JUNK;
        return NULL;
    }
    return at;
}

/* What an escaped character stands for. */
static char escape_meaning(char c)
{
    switch (c) {
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case '0':
        return '\0';
    default:
        return c;
    }
}

static Str csv_text(const CsvSyntax *syntax, const CsvField *field, Arena *batch)
{
    if (!field->marked)
        return field->text;
    char *copy = arena_alloc(batch, field->text.len, 1);
    uint64_t len = 0;
    const char *at = field->text.data, *end = at + field->text.len;
    while (at < end) {
        if (stands(at, end, syntax->escape) && at + syntax->escape.len < end) {
            at += syntax->escape.len;
            copy[len++] = escape_meaning(*at++);
            continue;
        }
        if (field->quoted && stands(at, end, syntax->quote))
            at += syntax->quote.len; /* the first of two: the second is the character */
        copy[len++] = *at++;
    }
    return (Str){ copy, len };
}

static DecodeReason csv_value(CsvRow *row, const FieldType *type, Str text, RtDatum *value);

/* The next element of a list; false when there are no more. */
static bool csv_element(const CsvSyntax *syntax, Str *rest, bool *more, Str *element)
{
    if (!*more)
        return false;
    int64_t cut = str_find(*rest, syntax->element_delimiter);
    *more = cut >= 0;
    *element = *more ? str_slice(*rest, 0, (uint64_t)cut) : *rest;
    if (*more)
        *rest = str_slice(*rest, (uint64_t)cut + syntax->element_delimiter.len,
                          rest->len - (uint64_t)cut - syntax->element_delimiter.len);
    return true;
}

static DecodeReason csv_array(CsvRow *row, const FieldType *type, Str text, RtDatum *value)
{
    VEC(RtDatum) items = { 0 };
    bool more = text.len > 0;
    Str element;
    while (csv_element(&row->syntax, &text, &more, &element)) {
        RtDatum item;
        DecodeReason reason = csv_value(row, type->element, element, &item);
        if (reason != DECODE_NONE)
            return reason;
        vec_push(row->batch, &items, item);
    }
    value->value.str = blob_array(row->batch, field_kind(type->element), items.items, items.count);
    return DECODE_NONE;
}

/* A ROW is its members' values like the elements of an array, as many as it has members; with ignore_parse_errors what
 * is missing is NULL and what is too much left out.  Nothing at all is NULL. */
static DecodeReason csv_members(CsvRow *row, const FieldType *type, Str text, RtDatum *value)
{
    RtDatum *members = ARENA_ARRAY(row->batch, RtDatum, type->member_count + 1);
    bool more = text.len > 0, ignores = row->schema->csv.ignore_parse_errors;
    if (!more) {
        *value = datum_null(PK_BLOB);
        return DECODE_NONE;
    }
    for (uint32_t i = 0; i < type->member_count; i++) {
        Str element;
        members[i] = datum_null(field_kind(type->members[i].type));
        if (!csv_element(&row->syntax, &text, &more, &element)) {
            if (!ignores)
                return DECODE_WRONG_TYPE;
            continue;
        }
        DecodeReason reason = csv_value(row, type->members[i].type, element, &members[i]);
        if (reason != DECODE_NONE)
            return reason;
    }
    value->value.str = blob_row(row->batch, members, type->member_count);
    return more && !ignores ? DECODE_WRONG_TYPE : DECODE_NONE;
}

/* The text of a field into a value; after a failure *value is NULL, with ignore_parse_errors a failure is no reason. */
static DecodeReason csv_value(CsvRow *row, const FieldType *type, Str text, RtDatum *value)
{
    const CsvOptions *options = &row->schema->csv;
    RtKind kind = field_kind(type);
    *value = (RtDatum){ .kind = (uint8_t)kind };
    DecodeReason reason = DECODE_NONE;
    if (options->has_null_literal && str_equal(text, options->null_literal)) {
        *value = datum_null(kind);
        return DECODE_NONE;
    }
    switch (type->id) {
    case FT_CHAR:
    case FT_VARCHAR:
        value->value.str = text;
        break;
    case FT_ARRAY:
        reason = csv_array(row, type, text, value);
        break;
    case FT_ROW:
        reason = csv_members(row, type, text, value);
        break;
    case FT_MAP:
        reason = DECODE_WRONG_TYPE;
        break;
    default:
        reason = scalar_from_text(type, text, (ScalarSyntax){ TIMESTAMP_FORMAT_SQL, true }, row->batch, value);
        if (reason != DECODE_NONE && str_trim(text).len == 0)
            reason = DECODE_EMPTY_FIELD;
    }
    if (reason != DECODE_NONE)
        *value = datum_null(kind);
    return options->ignore_parse_errors ? DECODE_NONE : reason;
}

static void csv_column(CsvRow *row, const DecodeNode *node, const CsvField *field)
{
    RtDatum value;
    DecodeReason reason = csv_value(row, node->type, csv_text(&row->syntax, field, row->batch), &value);
    if (reason == DECODE_NONE) {
        row_put(row->row, row->schema->layout, (uint32_t)node->column, &value);
        return;
    }
    row_set_error(row->row, row->schema->layout, (uint32_t)node->column);
    /* The text of an unescaped field is a copy: then the position is not known. */
    bool inside = field->text.data >= row->line.data && field->text.data <= row->line.data + row->line.len;
    decode_issue_add(row->issues, reason, node->column, inside ? (uint64_t)(field->text.data - row->line.data) : 0);
}

bool csv_decode_field(const DecodeSchema *schema, uint32_t column, const FieldType *type, Str text, void *row,
                      Arena *batch)
{
    CsvRow at = { .schema = schema, .syntax = csv_syntax(&schema->csv), .batch = batch };
    RtDatum value;
    if (csv_value(&at, type, text, &value) != DECODE_NONE)
        return false;
    row_put(row, schema->layout, column, &value);
    return true;
}

static void csv_node(CsvRow *row, const DecodeNode *node, const CsvField *field);

/* The members of a ROW that are columns of their own. */
static void csv_children(CsvRow *row, const DecodeNode *node, const CsvField *field)
{
    Str text = csv_text(&row->syntax, field, row->batch), element;
    if (row->schema->csv.has_null_literal && str_equal(text, row->schema->csv.null_literal))
        return;
    bool more = text.len > 0;
    for (uint32_t at = 0; csv_element(&row->syntax, &text, &more, &element); at++) {
        for (uint32_t i = 0; i < node->child_count; i++) {
            if (node->children[i].position == at)
                csv_node(row, &node->children[i], &(CsvField){ .text = element });
        }
    }
}

static void csv_node(CsvRow *row, const DecodeNode *node, const CsvField *field)
{
    if (node->column != DECODE_NO_COLUMN)
        csv_column(row, node, field);
    if (node->child_count > 0)
        csv_children(row, node, field);
}

/* All nodes that read field number `position`.  Where they stand in the order of the line only the next ones can. */
static void csv_nodes(CsvRow *row, uint32_t position, const CsvField *field)
{
    const DecodeNode *nodes = row->schema->fields;
    uint32_t count = row->schema->field_count;
    if (row->in_order) {
        for (; row->next < count && nodes[row->next].position == position; row->next++)
            csv_node(row, &nodes[row->next], field);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (nodes[i].position == position)
            csv_node(row, &nodes[i], field);
    }
}

static bool nodes_in_order(const DecodeSchema *schema)
{
    for (uint32_t i = 1; i < schema->field_count; i++) {
        if (schema->fields[i].position < schema->fields[i - 1].position)
            return false;
    }
    return true;
}

static bool is_comment(const DecodeSchema *schema, Str line)
{
    return schema->csv.allow_comments && line.data[0] == '#';
}

static DecodeOutcome bad_field(DecodeIssues *issues, DecodeReason reason, Str line, uint64_t at, uint32_t field)
{
    DecodeOutcome outcome = decode_bad_row(issues, reason, line, at, NULL);
    issues->items[0].field = field;
    return outcome;
}

DecodeOutcome csv_decode_row(const DecodeSchema *schema, Str line, void *row, Arena *batch, DecodeIssues *issues)
{
    issues->count = 0;
    if (line.len == 0 || is_comment(schema, line))
        return DECODE_SKIP;
    uint64_t error_at;
    if (!utf8_valid(line, &error_at))
        return decode_bad_row(issues, DECODE_ROW_UTF8, line, error_at, NULL);
    row_begin(row, schema->layout);
    CsvRow at = { schema, csv_syntax(&schema->csv), row, batch, issues, line, nodes_in_order(schema), 0 };
    const char *p = line.data, *end = line.data + line.len;
    uint32_t fields = 0;
    for (;;) {
        CsvField field = { 0 };
        DecodeReason reason = DECODE_NONE;
        const char *start = p;
        bool quoted = stands(p, end, at.syntax.quote);
        p = quoted ? quoted_field(&at.syntax, p, end, &field, &reason) : plain_field(&at.syntax, p, end, &field);
        if (p == NULL)
            return bad_field(issues, reason, line, (uint64_t)(start - line.data), fields + 1);
        csv_nodes(&at, fields++, &field);
        if (p == end)
            break;
        p += at.syntax.delimiter.len;
    }
    bool may_be_short = schema->csv.ignore_parse_errors;
    if (fields > schema->line_field_count || (fields < schema->line_field_count && !may_be_short))
        return bad_field(issues, DECODE_ROW_FIELD_COUNT, line, line.len, fields);
    return DECODE_OK;
}
