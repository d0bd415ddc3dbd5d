/* bind_format.c -- formats of tables: what cannot be decoded or encoded here is refused where it is read or written.
 *
 * A table that is only declared may have any format, and so may a stream whose connector does not run here: its rows
 * come from a replay or a test.  Except a format of changes: its rows are none until the changes are understood. */
#include "compiler/bind/bind_internal.h"

#include "runtime/conn/connector.h"

/* As much of the type as format_takes_type looks at. */
static const FieldType *field_outline(Arena *query, const Type *type)
{
    FieldType *outline = ARENA_NEW(query, FieldType);
    outline->id = FT_VARCHAR;
    if (type->kind == TYPE_INTERVAL_MONTH || type->kind == TYPE_INTERVAL_SECOND) {
        outline->id = type->kind == TYPE_INTERVAL_MONTH ? FT_INTERVAL_MONTH : FT_INTERVAL_SECOND;
    } else if (type->kind == TYPE_ARRAY || type->kind == TYPE_MAP) {
        outline->id = type->kind == TYPE_ARRAY ? FT_ARRAY : FT_MAP;
        outline->element = field_outline(query, type->element);
        outline->key = type->key == NULL ? NULL : field_outline(query, type->key);
    } else if (type->kind == TYPE_ROW) {
        FieldMember *members = ARENA_ARRAY(query, FieldMember, type->field_count + 1);
        for (uint32_t i = 0; i < type->field_count; i++)
            members[i] = (FieldMember){ type->fields[i].name, field_outline(query, type->fields[i].type) };
        outline->id = FT_ROW;
        outline->members = members;
        outline->member_count = type->field_count;
    }
    return outline;
}

static bool check_columns(Binder *binder, const Table *table, Span use)
{
    for (uint32_t i = 0; i < table->column_count; i++) {
        const TableColumn *column = &table->columns[i];
        const char *why = NULL;
        if (column->computed != NULL || column->type == NULL || column->type->kind == TYPE_POISON ||
            format_takes_type(table->checked->format, field_outline(binder->query, column->type), &why))
            continue;
        Diag *d = diag_error(binder->diags, E0500, use, "column `%.*s` of `%.*s` cannot be held: %s",
                             STR_ARG(column->name), STR_ARG(table->name), why);
        diag_label(d, column->span, "declared here");
        return false;
    }
    return true;
}

static bool refuse_format(Binder *binder, const Table *table, Span use, const char *doing)
{
    Str what = str_printf(binder->query, "%s format '%s'", doing, table->checked->format->name);
    Diag *d = refuse(binder, use, what.data);
    diag_label(d, table->span, "declared here");
    return false;
}

static bool check_format_of_scan(Binder *binder, const Table *table, Span use)
{
    if (table->checked == NULL || table->checked->format == NULL)
        return true;
    uint32_t flags = table->checked->format->flags;
    bool is_log = (table->connector->flags & CONN_BOUNDED) == 0; /* a replay or a test may stand in for it */
    bool runs = ((table->connector->flags & CONN_CAN_SCAN) != 0 && !is_log) || (flags & FORMAT_CHANGELOG) != 0;
    if (runs && (flags & FORMAT_CAN_DECODE) == 0)
        return refuse_format(binder, table, use, "reading");
    if (table_is_changelog(table) && table->deduplicate != NULL) {
        refuse(binder, table->deduplicate->span, "DEDUPLICATE BY of changes");
        return false;
    }
    return check_columns(binder, table, use);
}

bool check_format_of_sink(Binder *binder, const Table *table, Span use)
{
    if (table->checked == NULL || table->checked->format == NULL)
        return true;
    if ((table->checked->format->flags & FORMAT_CAN_ENCODE) == 0)
        return refuse_format(binder, table, use, "writing");
    return check_columns(binder, table, use);
}

Relation *read_relation(Binder *binder, const CatalogEntry *entry, Span use)
{
    if (entry->kind == CATALOG_METRIC && ast_metric_query(entry->as.metric->statement) == NULL)
        return derived_relation(binder, entry, use);
    Relation *relation = entry_relation(binder, entry, use);
    bool good = entry->kind != CATALOG_TABLE || relation->poison || check_format_of_scan(binder, entry->as.table, use);
    if (good)
        return relation;
    Relation *refused = ARENA_NEW(binder->query, Relation);
    *refused = *relation;
    refused->poison = true;
    return refused;
}
