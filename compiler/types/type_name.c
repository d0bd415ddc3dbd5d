/* type_name.c -- types as SQL text. */
#include "compiler/types/type.h"

static Str kind_name_of(TypeKind kind)
{
    static const char *const NAMES[] = {
#define SQL_TYPE(kind, name, physical, word) name,
#include "compiler/types/sql_types.def"
#undef SQL_TYPE
    };
    return str_from(NAMES[kind]);
}

static Str row_text(Arena *arena, const Type *type)
{
    Str text = STR("ROW<");
    for (uint32_t i = 0; i < type->field_count; i++) {
        Str field = type_name(arena, type->fields[i].type);
        text = str_printf(arena, "%.*s%s%.*s %.*s", STR_ARG(text), i == 0 ? "" : ", ",
                          STR_ARG(type->fields[i].name), STR_ARG(field));
    }
    return str_printf(arena, "%.*s>", STR_ARG(text));
}

static Str text_name(Arena *arena, const Type *type)
{
    if (type->length == TYPE_LENGTH_MAX && type->kind == TYPE_VARCHAR)
        return STR("STRING");
    if (type->length == TYPE_LENGTH_MAX && type->kind == TYPE_VARBINARY)
        return STR("BYTES");
    Str kind = kind_name_of(type->kind);
    return str_printf(arena, "%.*s(%u)", STR_ARG(kind), type->length);
}

static Str bare_name(Arena *arena, const Type *type)
{
    Str kind = kind_name_of(type->kind);
    switch (type->kind) {
    case TYPE_DECIMAL:
        return str_printf(arena, "DECIMAL(%u, %u)", type->precision, type->scale);
    case TYPE_CHAR:
    case TYPE_VARCHAR:
    case TYPE_BINARY:
    case TYPE_VARBINARY:
        return text_name(arena, type);
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_LTZ:
        return str_printf(arena, "%.*s(%u)", STR_ARG(kind), type->precision);
    case TYPE_TIME:
        return type->precision == 0 ? kind : str_printf(arena, "TIME(%u)", type->precision);
    case TYPE_ROW:
        return row_text(arena, type);
    case TYPE_ARRAY:
    case TYPE_MULTISET: {
        Str element = type_name(arena, type->element);
        return str_printf(arena, "%.*s<%.*s>", STR_ARG(kind), STR_ARG(element));
    }
    case TYPE_MAP: {
        Str key = type_name(arena, type->key), value = type_name(arena, type->element);
        return str_printf(arena, "MAP<%.*s, %.*s>", STR_ARG(key), STR_ARG(value));
    }
    default:
        return kind;
    }
}

Str type_name(Arena *arena, const Type *type)
{
    Str name = bare_name(arena, type);
    return type->nullable || type->kind == TYPE_POISON ? name : str_printf(arena, "%.*s NOT NULL", STR_ARG(name));
}
