/* bind_metadata.c -- METADATA columns: what the connector knows of the record, as a computed column of the scan. */
#include "compiler/bind/bind_internal.h"

typedef struct MetadataKey {
    ConnectorId connector;
    const char *key, *function; /* function NULL: not yet */
} MetadataKey;

static const MetadataKey KEYS[] = {
#define METADATA_KEY(connector, key, function, doc) { CONN_##connector, key, function },
#include "runtime/conn/metadata.def"
#undef METADATA_KEY
};

enum { KEY_COUNT = sizeof KEYS / sizeof KEYS[0] };

static Str key_of(const TableColumn *column)
{
    return column->metadata_key.len > 0 ? column->metadata_key : column->name;
}

static const Expr *unknown_key(Binder *binder, const Table *table, const TableColumn *column)
{
    Str names[KEY_COUNT], key = key_of(column), known = STR_EMPTY;
    uint32_t count = 0;
    for (uint32_t i = 0; table->connector != NULL && i < KEY_COUNT; i++) {
        if (KEYS[i].connector != connector_id(table->connector))
            continue;
        names[count++] = str_from(KEYS[i].key);
        known = str_printf(binder->query, "%.*s%s%s", STR_ARG(known), known.len == 0 ? "" : ", ", KEYS[i].key);
    }
    const char *connector = table->connector == NULL ? "a table without a connector" : table->connector->name;
    Diag *d = diag_error(binder->diags, E0415, column->span, "%s has no metadata '%.*s'", connector, STR_ARG(key));
    int32_t nearest = diag_nearest(key, names, count);
    if (nearest >= 0)
        diag_help(d, "did you mean METADATA FROM '%.*s'?", STR_ARG(names[nearest]));
    else if (count > 0)
        diag_help(d, "it has %.*s", STR_ARG(known));
    return expr_poison(binder, column->span);
}

static bool is_first_of_key(Binder *binder, const Table *table, uint32_t index)
{
    const TableColumn *column = &table->columns[index];
    for (uint32_t i = 0; i < index; i++) {
        const TableColumn *other = &table->columns[i];
        if (!other->is_metadata || !str_equal(key_of(other), key_of(column)))
            continue;
        Diag *d = diag_error(binder->diags, E0415, column->span, "`%.*s` and `%.*s` are both metadata '%.*s'",
                             STR_ARG(other->name), STR_ARG(column->name), STR_ARG(key_of(column)));
        diag_label(d, other->span, "first here");
        diag_help(d, "make one of them a computed column: `%.*s` AS `%.*s`", STR_ARG(column->name),
                  STR_ARG(other->name));
        return false;
    }
    return true;
}

static const Type *result_type(Binder *binder, const FnDef *fn)
{
    switch (fn->result) {
    case TW_STRING:
        return type_simple(TYPE_VARCHAR, false);
    case TW_BIGINT:
        return type_simple(TYPE_BIGINT, false);
    case TW_BYTES:
        return type_simple(TYPE_VARBINARY, true);
    case TW_MAP:
        return type_map(binder->query, type_simple(TYPE_VARCHAR, false), type_simple(TYPE_VARBINARY, true), false);
    default:
        return type_timestamp(binder->query, TYPE_TIMESTAMP_LTZ, 3, false);
    }
}

const Expr *bind_metadata(Binder *binder, const Table *table, uint32_t index)
{
    const TableColumn *column = &table->columns[index];
    const MetadataKey *found = NULL;
    for (uint32_t i = 0; table->connector != NULL && i < KEY_COUNT; i++) {
        bool is_own = KEYS[i].connector == connector_id(table->connector);
        if (is_own && str_equal(key_of(column), str_from(KEYS[i].key)))
            found = &KEYS[i];
    }
    if (column->type->kind == TYPE_POISON || !is_first_of_key(binder, table, index))
        return expr_poison(binder, column->span);
    if (found == NULL)
        return unknown_key(binder, table, column);
    if (found->function == NULL) {
        refuse(binder, column->span, str_printf(binder->query, "metadata '%s'", found->key).data);
        return expr_poison(binder, column->span);
    }
    const FnDef *fn = fn_find_name(str_from(found->function));
    const Type *type = result_type(binder, fn);
    const Expr *value = expr_call(binder->query, type, fn, NULL, 0, column->span);
    if (type_can_cast(type, column->type))
        return convert(binder, value, column->type);
    Str from = type_name(binder->query, type), to = type_name(binder->query, column->type);
    diag_error(binder->diags, E0415, column->span, "metadata '%s' is %.*s, which cannot become %.*s", found->key,
               STR_ARG(from), STR_ARG(to));
    return expr_poison(binder, column->span);
}
