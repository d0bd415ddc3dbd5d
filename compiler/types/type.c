/* type.c -- making, comparing and asking about SQL types. */
#include "compiler/types/type.h"

#include <assert.h>

/* Parameters of a kind where the text gives none and no rule says otherwise. */
static Type type_default(TypeKind kind, bool nullable)
{
    Type type = { .kind = kind, .nullable = nullable };
    switch (kind) {
    case TYPE_DECIMAL:
        type.precision = 10;
        break;
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_LTZ:
    case TYPE_INTERVAL_SECOND:
        type.precision = 3;
        break;
    case TYPE_VARCHAR:
    case TYPE_VARBINARY:
        type.length = TYPE_LENGTH_MAX;
        break;
    case TYPE_CHAR:
    case TYPE_BINARY:
        type.length = 1;
        break;
    default:
        break;
    }
    return type;
}

#define PLAIN(name, n) [TYPE_##name] = { .kind = TYPE_##name, .nullable = (n) }
#define SIMPLE_TYPES(n)                                                                                                \
    {                                                                                                                  \
        PLAIN(POISON, n), PLAIN(NULL, n), PLAIN(BOOLEAN, n), PLAIN(TINYINT, n), PLAIN(SMALLINT, n), PLAIN(INT, n),     \
        PLAIN(BIGINT, n), PLAIN(FLOAT, n), PLAIN(DOUBLE, n), PLAIN(DATE, n), PLAIN(TIME, n),                           \
        PLAIN(INTERVAL_MONTH, n), PLAIN(ROW, n),                                                                       \
        [TYPE_DECIMAL] = { .kind = TYPE_DECIMAL, .nullable = (n), .precision = 10 },                                   \
        [TYPE_CHAR] = { .kind = TYPE_CHAR, .nullable = (n), .length = 1 },                                             \
        [TYPE_VARCHAR] = { .kind = TYPE_VARCHAR, .nullable = (n), .length = TYPE_LENGTH_MAX },                         \
        [TYPE_BINARY] = { .kind = TYPE_BINARY, .nullable = (n), .length = 1 },                                         \
        [TYPE_VARBINARY] = { .kind = TYPE_VARBINARY, .nullable = (n), .length = TYPE_LENGTH_MAX },                     \
        [TYPE_TIMESTAMP] = { .kind = TYPE_TIMESTAMP, .nullable = (n), .precision = 3 },                                \
        [TYPE_TIMESTAMP_LTZ] = { .kind = TYPE_TIMESTAMP_LTZ, .nullable = (n), .precision = 3 },                        \
        [TYPE_INTERVAL_SECOND] = { .kind = TYPE_INTERVAL_SECOND, .nullable = (n), .precision = 3 },                    \
    }

static const Type SIMPLE[2][TYPE_KIND_COUNT] = { SIMPLE_TYPES(false), SIMPLE_TYPES(true) };

const Type *type_simple(TypeKind kind, bool nullable)
{
    assert(kind < TYPE_KIND_COUNT && kind != TYPE_ARRAY && kind != TYPE_MAP && kind != TYPE_MULTISET);
    return &SIMPLE[nullable][kind];
}

static const Type *type_keep(Arena *query, Type type)
{
    Type *kept = ARENA_NEW(query, Type);
    *kept = type;
    return kept;
}

const Type *type_decimal(Arena *query, uint32_t precision, uint32_t scale, bool nullable)
{
    assert(precision >= 1 && precision <= DECIMAL_PRECISION_MAX && scale <= precision);
    Type type = type_default(TYPE_DECIMAL, nullable);
    type.precision = (uint8_t)precision;
    type.scale = (uint8_t)scale;
    return type_keep(query, type);
}

const Type *type_timestamp(Arena *query, TypeKind kind, uint32_t precision, bool nullable)
{
    assert(precision <= 9);
    Type type = type_default(kind, nullable);
    type.precision = (uint8_t)precision;
    return type_keep(query, type);
}

const Type *type_text(Arena *query, TypeKind kind, uint32_t length, bool nullable)
{
    Type type = type_default(kind, nullable);
    type.length = length;
    return type_keep(query, type);
}

const Type *type_array(Arena *query, const Type *element, bool nullable)
{
    return type_keep(query, (Type){ .kind = TYPE_ARRAY, .nullable = nullable, .element = element });
}

const Type *type_map(Arena *query, const Type *key, const Type *value, bool nullable)
{
    return type_keep(query, (Type){ .kind = TYPE_MAP, .nullable = nullable, .key = key, .element = value });
}

const Type *type_multiset(Arena *query, const Type *element, bool nullable)
{
    return type_keep(query, (Type){ .kind = TYPE_MULTISET, .nullable = nullable, .element = element });
}

const Type *type_row(Arena *query, const TypeField *fields, uint32_t field_count, bool nullable)
{
    return type_keep(query,
                     (Type){ .kind = TYPE_ROW, .nullable = nullable, .field_count = field_count, .fields = fields });
}

const Type *type_with_nullable(Arena *query, const Type *type, bool nullable)
{
    if (type->nullable == nullable)
        return type;
    Type copy = *type;
    copy.nullable = nullable;
    return type_keep(query, copy);
}

const Type *type_plain(Arena *query, const Type *type)
{
    if (!type->is_rowtime && !type->is_proctime)
        return type;
    Type copy = *type;
    copy.is_rowtime = copy.is_proctime = false;
    return type_keep(query, copy);
}

RtKind type_physical(const Type *type)
{
    static const uint8_t FIXED[] = {
#define SQL_TYPE(kind, name, physical, word) PK_##physical,
#include "compiler/types/sql_types.def"
#undef SQL_TYPE
    };
    if (type->kind == TYPE_DECIMAL)
        return type->precision <= DECIMAL64_PRECISION_MAX ? PK_I64 : PK_D128;
    if (type->kind == TYPE_TIMESTAMP || type->kind == TYPE_TIMESTAMP_LTZ)
        return type->precision <= 6 ? PK_I64 : PK_TIME96;
    return (RtKind)FIXED[type->kind];
}

static bool optional_equal(const Type *a, const Type *b)
{
    return a == b || (a != NULL && b != NULL && type_equal(a, b));
}

static bool fields_equal(const Type *a, const Type *b)
{
    if (a->field_count != b->field_count)
        return false;
    for (uint32_t i = 0; i < a->field_count; i++) {
        if (!str_equal(a->fields[i].name, b->fields[i].name) || !type_equal(a->fields[i].type, b->fields[i].type))
            return false;
    }
    return true;
}

bool type_equal(const Type *a, const Type *b)
{
    if (a == b)
        return true;
    return a->kind == b->kind && a->precision == b->precision && a->scale == b->scale && a->length == b->length &&
           optional_equal(a->key, b->key) && optional_equal(a->element, b->element) && fields_equal(a, b);
}

bool type_is_integer(const Type *type)
{
    return type->kind >= TYPE_TINYINT && type->kind <= TYPE_BIGINT;
}

bool type_is_numeric(const Type *type)
{
    return type->kind >= TYPE_TINYINT && type->kind <= TYPE_DECIMAL;
}

bool type_is_text(const Type *type)
{
    return type->kind == TYPE_CHAR || type->kind == TYPE_VARCHAR;
}

bool type_is_bytes(const Type *type)
{
    return type->kind == TYPE_BINARY || type->kind == TYPE_VARBINARY;
}

bool type_is_datetime(const Type *type)
{
    return type->kind >= TYPE_DATE && type->kind <= TYPE_TIMESTAMP_LTZ;
}

bool type_is_interval(const Type *type)
{
    return type->kind == TYPE_INTERVAL_MONTH || type->kind == TYPE_INTERVAL_SECOND;
}
