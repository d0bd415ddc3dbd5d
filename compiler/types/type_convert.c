/* type_convert.c -- which types turn into which: by themselves, by CAST, and to what two of them turn together.
 *
 * The tables are Flink's.  A conversion "by itself" loses at most digits of a DECIMAL that is written to a narrower one
 * and the zone of a TIMESTAMP_LTZ; everything else wants CAST. */
#include "compiler/types/decimal_type.h"
#include "compiler/types/type.h"

static uint32_t u32_max(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* ---- common type ---- */

static const Type *common_text(Arena *query, const Type *a, const Type *b, bool nullable)
{
    TypeKind fixed = type_is_text(a) ? TYPE_CHAR : TYPE_BINARY;
    TypeKind varying = type_is_text(a) ? TYPE_VARCHAR : TYPE_VARBINARY;
    /* Two fixed lengths that differ become varying: padding would change the shorter value. */
    bool stays_fixed = a->kind == fixed && b->kind == fixed && a->length == b->length;
    return type_text(query, stays_fixed ? fixed : varying, u32_max(a->length, b->length), nullable);
}

static const Type *common_decimal(Arena *query, const Type *a, const Type *b, bool nullable)
{
    DecimalSize x = decimal_size(a), y = decimal_size(b);
    uint32_t scale = u32_max(x.scale, y.scale);
    uint32_t whole = u32_max(x.precision - x.scale, y.precision - y.scale);
    DecimalSize size = decimal_fit(whole + scale, scale);
    return type_decimal(query, size.precision, size.scale, nullable);
}

static bool is_approximate(const Type *type)
{
    return type->kind == TYPE_FLOAT || type->kind == TYPE_DOUBLE;
}

static const Type *common_numeric(Arena *query, const Type *a, const Type *b, bool nullable)
{
    bool approximate = is_approximate(a) || is_approximate(b);
    bool decimal = a->kind == TYPE_DECIMAL || b->kind == TYPE_DECIMAL;
    if (approximate) {
        bool wide = decimal || a->kind == TYPE_DOUBLE || b->kind == TYPE_DOUBLE;
        return type_simple(wide ? TYPE_DOUBLE : TYPE_FLOAT, nullable);
    }
    if (decimal)
        return common_decimal(query, a, b, nullable);
    return type_simple(a->kind > b->kind ? a->kind : b->kind, nullable);
}

static const Type *common_datetime(Arena *query, const Type *a, const Type *b, bool nullable)
{
    if (a->kind == b->kind) {
        Type *same = ARENA_NEW(query, Type);
        *same = a->precision >= b->precision ? *a : *b;
        same->nullable = nullable;
        return type_plain(query, same);
    }
    if (a->kind == TYPE_TIME || b->kind == TYPE_TIME)
        return NULL;
    TypeKind kind = a->kind == TYPE_TIMESTAMP_LTZ || b->kind == TYPE_TIMESTAMP_LTZ ? TYPE_TIMESTAMP_LTZ
                                                                                   : TYPE_TIMESTAMP;
    return type_timestamp(query, kind, u32_max(a->precision, b->precision), nullable);
}

static const Type *common_row(Arena *query, const Type *a, const Type *b, bool nullable)
{
    if (a->field_count != b->field_count)
        return NULL;
    TypeField *fields = ARENA_ARRAY(query, TypeField, a->field_count);
    for (uint32_t i = 0; i < a->field_count; i++) {
        fields[i] = a->fields[i];
        fields[i].type = type_common(query, a->fields[i].type, b->fields[i].type);
        if (fields[i].type == NULL)
            return NULL;
    }
    return type_row(query, fields, a->field_count, nullable);
}

static const Type *common_nested(Arena *query, const Type *a, const Type *b, bool nullable)
{
    if (a->kind != b->kind)
        return NULL;
    if (a->kind == TYPE_ROW)
        return common_row(query, a, b, nullable);
    const Type *element = type_common(query, a->element, b->element);
    if (element == NULL)
        return NULL;
    if (a->kind == TYPE_ARRAY)
        return type_array(query, element, nullable);
    const Type *key = a->kind == TYPE_MAP ? type_common(query, a->key, b->key) : NULL;
    return key == NULL ? NULL : type_map(query, key, element, nullable);
}

const Type *type_common(Arena *query, const Type *a, const Type *b)
{
    bool nullable = a->nullable || b->nullable;
    if (a->kind == TYPE_POISON || b->kind == TYPE_POISON)
        return type_simple(TYPE_POISON, true);
    if (a->kind == TYPE_NULL)
        return type_plain(query, type_with_nullable(query, b, true));
    if (b->kind == TYPE_NULL)
        return type_plain(query, type_with_nullable(query, a, true));
    if (type_equal(a, b))
        return type_plain(query, type_with_nullable(query, a, nullable));
    if (type_is_numeric(a) && type_is_numeric(b))
        return common_numeric(query, a, b, nullable);
    if ((type_is_text(a) && type_is_text(b)) || (type_is_bytes(a) && type_is_bytes(b)))
        return common_text(query, a, b, nullable);
    if (type_is_datetime(a) && type_is_datetime(b))
        return common_datetime(query, a, b, nullable);
    if (type_is_interval(a) && a->kind == b->kind)
        return type_with_nullable(query, a->precision >= b->precision ? a : b, nullable);
    if (a->element != NULL || a->kind == TYPE_ROW)
        return common_nested(query, a, b, nullable);
    return NULL;
}

/* ---- implicit conversion and CAST ---- */

static bool all_parts(const Type *from, const Type *to, bool (*can)(const Type *, const Type *))
{
    if (from->kind != to->kind)
        return false;
    if (from->kind == TYPE_ROW) {
        if (from->field_count != to->field_count)
            return false;
        for (uint32_t i = 0; i < from->field_count; i++) {
            if (!can(from->fields[i].type, to->fields[i].type))
                return false;
        }
        return true;
    }
    return (from->key == NULL || can(from->key, to->key)) && can(from->element, to->element);
}

static bool is_nested(const Type *type)
{
    return type->kind >= TYPE_ROW;
}

bool type_can_convert_implicitly(const Type *from, const Type *to)
{
    if (from->kind == TYPE_POISON || to->kind == TYPE_POISON || from->kind == TYPE_NULL)
        return true;
    if (is_nested(from) || is_nested(to))
        return all_parts(from, to, type_can_convert_implicitly);
    switch (to->kind) {
    case TYPE_SMALLINT:
    case TYPE_INT:
    case TYPE_BIGINT:
        return type_is_integer(from) && from->kind <= to->kind;
    case TYPE_DECIMAL:
    case TYPE_DOUBLE:
        return type_is_numeric(from);
    case TYPE_FLOAT:
        return type_is_numeric(from) && from->kind != TYPE_DOUBLE;
    case TYPE_CHAR:
    case TYPE_VARCHAR:
        return type_is_text(from);
    case TYPE_BINARY:
    case TYPE_VARBINARY:
        return type_is_bytes(from);
    case TYPE_DATE:
    case TYPE_TIME:
        return from->kind == to->kind || from->kind == TYPE_TIMESTAMP;
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_LTZ:
        return from->kind == TYPE_TIMESTAMP || from->kind == TYPE_TIMESTAMP_LTZ || from->kind == TYPE_DATE;
    default:
        return from->kind == to->kind;
    }
}

bool type_can_cast(const Type *from, const Type *to)
{
    if (type_can_convert_implicitly(from, to))
        return true;
    bool from_time = from->kind == TYPE_TIMESTAMP || from->kind == TYPE_TIMESTAMP_LTZ;
    if (is_nested(to))
        return is_nested(from) && all_parts(from, to, type_can_cast);
    switch (to->kind) {
    case TYPE_CHAR:
    case TYPE_VARCHAR:
        return true;
    case TYPE_BINARY:
    case TYPE_VARBINARY:
        return type_is_text(from);
    case TYPE_BOOLEAN:
        return type_is_text(from) || type_is_numeric(from);
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INT:
    case TYPE_BIGINT:
        return type_is_numeric(from) || type_is_text(from) || from->kind == TYPE_BOOLEAN || type_is_interval(from);
    case TYPE_FLOAT:
    case TYPE_DOUBLE:
    case TYPE_DECIMAL:
        return type_is_numeric(from) || type_is_text(from) || from->kind == TYPE_BOOLEAN;
    case TYPE_DATE:
        return from_time || type_is_text(from);
    case TYPE_TIME:
        return from_time || type_is_text(from);
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_LTZ:
        return type_is_datetime(from) || type_is_text(from);
    case TYPE_INTERVAL_MONTH:
    case TYPE_INTERVAL_SECOND:
        return type_is_integer(from) || type_is_text(from);
    default:
        return false;
    }
}
