/* decode_schema.c -- what of a table is decoded, as the formats want to know it. */
#include "compiler/physical/lower.h"

#include "runtime/base/vec.h"
#include "runtime/conn/connector.h"

#include <assert.h>

static FieldTypeId field_type_id(TypeKind kind)
{
    switch (kind) {
    case TYPE_BOOLEAN: return FT_BOOLEAN;
    case TYPE_TINYINT: return FT_TINYINT;
    case TYPE_SMALLINT: return FT_SMALLINT;
    case TYPE_INT: return FT_INT;
    case TYPE_BIGINT: return FT_BIGINT;
    case TYPE_FLOAT: return FT_FLOAT;
    case TYPE_DOUBLE: return FT_DOUBLE;
    case TYPE_DECIMAL: return FT_DECIMAL;
    case TYPE_CHAR: return FT_CHAR;
    case TYPE_BINARY: return FT_BINARY;
    case TYPE_VARBINARY: return FT_VARBINARY;
    case TYPE_DATE: return FT_DATE;
    case TYPE_TIME: return FT_TIME;
    case TYPE_TIMESTAMP: return FT_TIMESTAMP;
    case TYPE_TIMESTAMP_LTZ: return FT_TIMESTAMP_LTZ;
    case TYPE_INTERVAL_MONTH: return FT_INTERVAL_MONTH;
    case TYPE_INTERVAL_SECOND: return FT_INTERVAL_SECOND;
    case TYPE_ARRAY: return FT_ARRAY;
    case TYPE_MAP:
    case TYPE_MULTISET: return FT_MAP;
    case TYPE_ROW: return FT_ROW;
    default: return FT_VARCHAR;
    }
}

static void field_members(Arena *query, const Type *type, FieldType *field)
{
    FieldMember *members = ARENA_ARRAY(query, FieldMember, type->field_count + 1);
    for (uint32_t i = 0; i < type->field_count; i++)
        members[i] = (FieldMember){ type->fields[i].name, field_type_of(query, type->fields[i].type) };
    field->members = members;
    field->member_count = type->field_count;
}

const FieldType *field_type_of(Arena *query, const Type *type)
{
    FieldType *field = ARENA_NEW(query, FieldType);
    field->id = field_type_id(type->kind);
    field->precision = type->precision;
    field->scale = type->scale;
    bool has_length = type_is_text(type) || type_is_bytes(type);
    if (has_length)
        field->precision = type->length == TYPE_LENGTH_MAX ? 0 : type->length;
    if (type->kind == TYPE_MAP)
        field->key = field_type_of(query, type->key);
    if (type->kind == TYPE_MULTISET) {
        field->key = field_type_of(query, type->element);
        field->element = field_type_of(query, type_simple(TYPE_INT, false));
    } else if (type->element != NULL)
        field->element = field_type_of(query, type->element);
    if (type->kind == TYPE_ROW)
        field_members(query, type, field);
    return field;
}

/* A node while its children are being collected. */
typedef struct Draft Draft;
struct Draft {
    DecodeNode node;
    uint32_t field; /* number of the column in the table, or of the field in the ROW around it */
    VEC(Draft *) children;
};

static Draft *draft_child(Arena *query, Draft *parent, uint32_t field, Str name)
{
    for (uint32_t i = 0; i < parent->children.count; i++) {
        if (parent->children.items[i]->field == field)
            return parent->children.items[i];
    }
    Draft *child = ARENA_NEW(query, Draft);
    child->field = field;
    child->node.name = name;
    child->node.column = DECODE_NO_COLUMN;
    vec_push(query, &parent->children, child);
    return child;
}

static void draft_source(Arena *query, Draft *root, const Table *table, const ScanSource *source, uint32_t column)
{
    const TableColumn *top = &table->columns[source->table_column];
    Draft *at = draft_child(query, root, source->table_column, top->name);
    const Type *type = top->type;
    for (uint32_t i = 0; i < source->path_length; i++) {
        const TypeField *field = &type->fields[source->path[i]];
        at = draft_child(query, at, source->path[i], field->name);
        type = field->type;
    }
    assert(at->node.column == DECODE_NO_COLUMN);
    at->node.column = (int32_t)column;
    at->node.type = field_type_of(query, type);
}

static void finish_draft(Arena *query, Draft *draft)
{
    DecodeNode *children = ARENA_ARRAY(query, DecodeNode, draft->children.count + 1);
    for (uint32_t i = 0; i < draft->children.count; i++) {
        finish_draft(query, draft->children.items[i]);
        children[i] = draft->children.items[i]->node;
    }
    draft->node.children = children;
    draft->node.child_count = draft->children.count;
}

static bool is_in_line(const TableColumn *column)
{
    return column->computed == NULL && !column->is_metadata;
}

DecodeSchema *decode_schema_new(Arena *query, const Table *table, const RowLayout *layout, const ScanSource *sources,
                                uint32_t count)
{
    DecodeSchema *schema = ARENA_NEW(query, DecodeSchema);
    schema->layout = layout;
    Draft root = { 0 };
    for (uint32_t c = 0; c < count; c++)
        draft_source(query, &root, table, &sources[c], c);
    for (uint32_t c = 0; c < table->column_count; c++) {
        for (uint32_t i = 0; i < root.children.count; i++) {
            if (root.children.items[i]->field == c)
                root.children.items[i]->node.position = schema->line_field_count;
        }
        schema->line_field_count += is_in_line(&table->columns[c]);
    }
    finish_draft(query, &root);
    schema->fields = root.node.children;
    schema->field_count = root.node.child_count;
    if (table->checked != NULL) { /* else its rows come from --replay or a test, as JSON */
        schema->is_debezium = table_is_changelog(table);
        schema->has_envelope_schema = table_option_bool(table->checked, "debezium-json.schema-include");
        schema->json =
            schema->is_debezium ? table_debezium_options(table->checked) : table_json_options(table->checked);
        schema->csv = table_csv_options(table->checked);
    }
    return schema;
}
