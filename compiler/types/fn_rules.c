/* fn_rules.c -- the result types of stdlib/rules.def. */
#include "compiler/types/fn_rules_internal.h"

#include "compiler/types/decimal_type.h"

#include <assert.h>

TypeWord type_word(const Type *type)
{
    static const uint8_t WORDS[] = {
#define SQL_TYPE(kind, name, physical, word) TW_##word,
#include "compiler/types/sql_types.def"
#undef SQL_TYPE
    };
    if (type->kind == TYPE_TIMESTAMP && type->precision > 6)
        return TW_TIMESTAMP9;
    if (type->kind == TYPE_TIMESTAMP_LTZ && type->precision > 6)
        return TW_TIMESTAMP_LTZ9;
    return (TypeWord)WORDS[type->kind];
}

static TypeKind kind_of_word(TypeWord word)
{
    switch (word) {
    case TW_BOOLEAN: return TYPE_BOOLEAN;
    case TW_TINYINT: return TYPE_TINYINT;
    case TW_SMALLINT: return TYPE_SMALLINT;
    case TW_INT: return TYPE_INT;
    case TW_BIGINT: return TYPE_BIGINT;
    case TW_FLOAT: return TYPE_FLOAT;
    case TW_DOUBLE: return TYPE_DOUBLE;
    case TW_DECIMAL: return TYPE_DECIMAL;
    case TW_STRING: return TYPE_VARCHAR;
    case TW_BYTES: return TYPE_VARBINARY;
    case TW_DATE: return TYPE_DATE;
    case TW_TIME: return TYPE_TIME;
    case TW_TIMESTAMP:
    case TW_TIMESTAMP9: return TYPE_TIMESTAMP;
    case TW_TIMESTAMP_LTZ:
    case TW_TIMESTAMP_LTZ9: return TYPE_TIMESTAMP_LTZ;
    case TW_INTERVAL_MONTH: return TYPE_INTERVAL_MONTH;
    case TW_INTERVAL_SECOND: return TYPE_INTERVAL_SECOND;
    case TW_ROW: return TYPE_ROW;
    case TW_ARRAY: return TYPE_ARRAY;
    case TW_MAP: return TYPE_MAP;
    default: return TYPE_NULL;
    }
}

static const Type *timestamp_of_word(Arena *query, TypeWord word, const Type *from, bool nullable)
{
    uint32_t precision = 3;
    if (from != NULL && (from->kind == TYPE_TIMESTAMP || from->kind == TYPE_TIMESTAMP_LTZ))
        precision = from->precision;
    bool wide = word == TW_TIMESTAMP9 || word == TW_TIMESTAMP_LTZ9;
    if (wide && precision < 7)
        precision = 9;
    if (!wide && precision > 6)
        precision = 6;
    return type_timestamp(query, kind_of_word(word), precision, nullable);
}

const Type *type_of_word(Arena *query, TypeWord word, const Type *from, bool nullable)
{
    if (from != NULL && (word == TW_ANY || type_word(from) == word) && from->kind != TYPE_NULL)
        return type_plain(query, type_with_nullable(query, from, nullable));
    switch (word) {
    case TW_DECIMAL: {
        DecimalSize size = { DECIMAL_PRECISION_MAX, DECIMAL64_PRECISION_MAX };
        if (from != NULL && type_is_numeric(from))
            size = decimal_size(from);
        return type_decimal(query, size.precision, size.scale, nullable);
    }
    case TW_TIMESTAMP:
    case TW_TIMESTAMP9:
    case TW_TIMESTAMP_LTZ:
    case TW_TIMESTAMP_LTZ9:
        return timestamp_of_word(query, word, from, nullable);
    case TW_ARRAY:
        return type_array(query, type_simple(TYPE_VARCHAR, true), nullable);
    case TW_MAP:
        return type_map(query, type_simple(TYPE_VARCHAR, true), type_simple(TYPE_VARCHAR, true), nullable);
    default:
        return type_simple(kind_of_word(word), nullable);
    }
}

static void hide(FnChoice *choice, int64_t value)
{
    if (choice->hidden_count < fn_hidden(choice->fn))
        choice->hidden[choice->hidden_count++] = value;
}

static const Type *decimal_of(Arena *query, DecimalSize size, bool nullable)
{
    return type_decimal(query, size.precision, size.scale, nullable);
}

/* The argument's own type at another scale, whole digits kept as far as 38 allow. */
static const Type *rescaled(Arena *query, const Type *arg, uint32_t scale)
{
    DecimalSize size = decimal_size(arg);
    uint32_t precision = size.precision - size.scale + scale;
    if (precision > DECIMAL_PRECISION_MAX)
        precision = DECIMAL_PRECISION_MAX;
    if (precision == 0)
        precision = 1;
    return type_decimal(query, precision, scale, arg->nullable);
}

static DecimalSize size_of_arg(const FnChoice *choice, uint32_t i)
{
    return decimal_size(choice->args[i]);
}

static void rule_add(Arena *query, FnChoice *choice, bool nullable)
{
    DecimalSize a = size_of_arg(choice, 0), b = size_of_arg(choice, 1);
    DecimalSize size = decimal_add_size(a, b);
    choice->result = decimal_of(query, size, nullable);
    hide(choice, (int64_t)b.scale - a.scale);
    hide(choice, (int64_t)(a.scale > b.scale ? a.scale : b.scale) - size.scale);
}

static void rule_multiply(Arena *query, FnChoice *choice, bool nullable)
{
    DecimalSize a = size_of_arg(choice, 0), b = size_of_arg(choice, 1);
    DecimalSize size = decimal_multiply_size(a, b);
    choice->result = decimal_of(query, size, nullable);
    hide(choice, (int64_t)(a.scale + b.scale) - size.scale);
    hide(choice, size.precision);
}

static void rule_divide(Arena *query, FnChoice *choice, bool nullable)
{
    DecimalSize a = size_of_arg(choice, 0), b = size_of_arg(choice, 1);
    DecimalSize size = decimal_divide_size(a, b);
    choice->result = decimal_of(query, size, nullable);
    /* Never below zero: decimal_divide_size leaves room for the digits of the dividend. */
    hide(choice, (int64_t)size.scale + b.scale - a.scale);
    hide(choice, size.precision);
}

static void rule_modulo(Arena *query, FnChoice *choice, bool nullable)
{
    DecimalSize a = size_of_arg(choice, 0), b = size_of_arg(choice, 1);
    uint32_t scale = a.scale > b.scale ? a.scale : b.scale;
    choice->result = decimal_of(query, decimal_modulo_size(a, b), nullable);
    for (uint32_t i = 0; i < 2; i++)
        choice->args[i] = rescaled(query, choice->args[i], scale);
    hide(choice, choice->result->precision);
}

static void rule_round(Arena *query, FnChoice *choice, const FnArg *args, uint32_t count, bool nullable)
{
    DecimalSize from = size_of_arg(choice, 0);
    int64_t digits = count < 2 ? 0 : args[1].is_constant ? args[1].constant : from.scale;
    DecimalSize size = decimal_round_size(from, digits);
    choice->result = decimal_of(query, size, nullable);
    hide(choice, from.scale);
    hide(choice, size.scale);
    hide(choice, size.precision);
}

static void rule_integral(Arena *query, FnChoice *choice, bool nullable)
{
    DecimalSize from = size_of_arg(choice, 0);
    choice->result = type_decimal(query, from.precision, 0, nullable);
    hide(choice, from.scale);
}

static bool rule_common(Arena *query, FnChoice *choice, uint32_t count, bool nullable)
{
    const Type *common = count == 0 ? type_simple(TYPE_VARCHAR, true) : choice->args[0];
    for (uint32_t i = 1; i < count; i++) {
        common = type_common(query, common, choice->args[i]);
        if (common == NULL)
            return false;
    }
    for (uint32_t i = 0; i < count; i++)
        choice->args[i] = type_with_nullable(query, common, choice->args[i]->nullable);
    choice->result = type_with_nullable(query, common, nullable);
    return true;
}

/* The common type of the arguments of ARRAY_CONCAT must be an array, of MAP_UNION a map. */
static bool is_of_result(const FnChoice *choice)
{
    switch ((TypeWord)choice->fn->result) {
    case TW_ARRAY: return choice->result->kind == TYPE_ARRAY;
    case TW_MAP: return choice->result->kind == TYPE_MAP;
    default: return true;
    }
}

static const Type *first_temporal(const FnChoice *choice, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        TypeKind kind = choice->args[i]->kind;
        if (kind == TYPE_TIMESTAMP || kind == TYPE_TIMESTAMP_LTZ)
            return choice->args[i];
    }
    return NULL;
}

/* ELEMENT, ARRAY_MAX, ARRAY_MIN take an array; an index is an integer, of a map what can be its key. */
static bool has_element(const FnChoice *choice, uint32_t count)
{
    const Type *first = count > 0 ? choice->args[0] : NULL;
    if (first == NULL || first->element == NULL)
        return false;
    if (count < 2)
        return first->kind == TYPE_ARRAY;
    const Type *index = choice->args[1];
    return first->kind == TYPE_MAP ? type_can_convert_implicitly(index, first->key)
                                   : type_is_integer(index) || index->kind == TYPE_NULL;
}

static bool all_are_bytes(const FnChoice *choice, uint32_t first, uint32_t count)
{
    bool all = first < count;
    for (uint32_t i = first; i < count && all; i++)
        all = type_is_bytes(choice->args[i]);
    return all;
}

/* ELT: a number, then texts, or bytes all of them. */
static bool rule_text_by_number(FnChoice *choice, uint32_t count)
{
    if (!type_is_integer(choice->args[0]) && choice->args[0]->kind != TYPE_NULL)
        return false;
    TypeKind kind = all_are_bytes(choice, 1, count) ? TYPE_VARBINARY : TYPE_VARCHAR;
    for (uint32_t i = 1; i < count; i++)
        choice->args[i] = type_simple(kind, choice->args[i]->nullable);
    choice->result = type_simple(kind, true);
    return true;
}

/* PRINTF: a format, then what a conversion can take; DECIMALs and times only as text. */
static bool rule_printf(FnChoice *choice, uint32_t count)
{
    if (!type_is_text(choice->args[0]) && choice->args[0]->kind != TYPE_NULL)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        const Type *type = choice->args[i];
        bool stays = type->kind == TYPE_BOOLEAN || (type_is_numeric(type) && type->kind != TYPE_DECIMAL);
        if (type_is_bytes(type) || type_is_interval(type) || type->kind >= TYPE_ROW)
            return false;
        if (!stays)
            choice->args[i] = type_simple(TYPE_VARCHAR, type->nullable);
    }
    choice->result = type_simple(TYPE_VARCHAR, true);
    return true;
}

static bool rule_text_of_texts(Arena *query, FnChoice *choice, const FnArg *args, bool nullable)
{
    const Type *array = args[0].type;
    choice->result = type_of_word(query, (TypeWord)choice->fn->result, NULL, nullable);
    return array->element == NULL || type_is_text(array->element) || array->element->kind == TYPE_NULL;
}

static const Type *entries_type(Arena *query, const Type *map, bool nullable)
{
    TypeField *fields = ARENA_ARRAY(query, TypeField, 2);
    fields[0] = (TypeField){ .name = STR("key"), .type = map->key };
    fields[1] = (TypeField){ .name = STR("value"), .type = map->element };
    return type_array(query, type_row(query, fields, 2, false), nullable);
}

static bool rule_nested(Arena *query, FnChoice *choice, uint32_t count, bool nullable)
{
    const Type *first = count > 0 ? choice->args[0] : NULL;
    switch (fn_rule(choice->fn)) {
    case RULE_ELEMENT:
        if (!has_element(choice, count))
            return false;
        choice->result = type_with_nullable(query, first->element, true);
        return true;
    case RULE_ARRAY_OF_COMMON:
        if (!rule_common(query, choice, count, false))
            return false;
        choice->result = type_array(query, count == 0 ? choice->result : choice->args[0], nullable);
        for (uint32_t i = 1; i < count; i++) {
            if (choice->args[i]->nullable)
                choice->result = type_array(query, choice->args[i], nullable);
        }
        return true;
    case RULE_MAP_KEYS:
        if (first == NULL || first->key == NULL)
            return false;
        choice->result = type_array(query, first->key, nullable);
        return true;
    case RULE_MAP_VALUES:
        if (first == NULL || first->element == NULL)
            return false;
        choice->result = type_array(query, first->element, nullable);
        return true;
    case RULE_MAP_ENTRIES:
        if (first == NULL || first->key == NULL)
            return false;
        choice->result = entries_type(query, first, nullable);
        return true;
    case RULE_MAP_FROM_ARRAYS:
        if (count < 2 || first->element == NULL || choice->args[1]->element == NULL)
            return false;
        choice->result = type_map(query, first->element, choice->args[1]->element, nullable);
        return true;
    case RULE_ARRAY_OF_STRING:
        choice->result = type_array(query, type_simple(TYPE_VARCHAR, true), nullable);
        return true;
    default:
        choice->result = type_map(query, type_simple(TYPE_VARCHAR, true), type_simple(TYPE_VARCHAR, true), nullable);
        return true;
    }
}

static bool apply_rule(Arena *query, FnChoice *choice, const FnArg *args, uint32_t count, bool nullable)
{
    const FnDef *fn = choice->fn;
    switch (fn_rule(fn)) {
    case RULE_COMMON:
        return rule_common(query, choice, count, nullable) && is_of_result(choice);
    case RULE_SAME_AS_FIRST:
        choice->result = type_with_nullable(query, choice->args[0], nullable);
        return true;
    case RULE_TEXT_BY_NUMBER:
        return rule_text_by_number(choice, count);
    case RULE_PRINTF:
        return rule_printf(choice, count);
    case RULE_TEXT_OF_TEXTS:
        return rule_text_of_texts(query, choice, args, nullable);
    case RULE_DECIMAL_ADD:
        rule_add(query, choice, nullable);
        return true;
    case RULE_DECIMAL_MUL:
        rule_multiply(query, choice, nullable);
        return true;
    case RULE_DECIMAL_DIV:
        rule_divide(query, choice, nullable);
        return true;
    case RULE_DECIMAL_MOD:
        rule_modulo(query, choice, nullable);
        return true;
    case RULE_DECIMAL_SCALE_OF_FIRST:
        choice->result = type_with_nullable(query, choice->args[0], nullable);
        hide(choice, size_of_arg(choice, 0).scale);
        return true;
    case RULE_DECIMAL_ROUND:
        rule_round(query, choice, args, count, nullable);
        return true;
    case RULE_DECIMAL_INTEGRAL:
        rule_integral(query, choice, nullable);
        return true;
    case RULE_TIMESTAMP_OF_ARG:
        choice->result = type_of_word(query, (TypeWord)fn->result, NULL, nullable);
        if (first_temporal(choice, count) != NULL)
            choice->result = timestamp_of_word(query, (TypeWord)fn->result, first_temporal(choice, count), nullable);
        return true;
    case RULE_ELEMENT:
    case RULE_ARRAY_OF_COMMON:
    case RULE_MAP_KEYS:
    case RULE_MAP_VALUES:
    case RULE_MAP_ENTRIES:
    case RULE_MAP_FROM_ARRAYS:
    case RULE_ARRAY_OF_STRING:
    case RULE_MAP_OF_STRING:
        return rule_nested(query, choice, count, nullable);
    default:
        choice->result = type_of_word(query, (TypeWord)fn->result, NULL, nullable);
        return true;
    }
}

bool fn_apply_rule(Arena *query, FnChoice *choice, const FnArg *args, uint32_t count)
{
    bool nullable = choice->fn->form != FORM_STRICT;
    for (uint32_t i = 0; i < count; i++)
        nullable |= args[i].type->nullable;
    choice->hidden_count = 0;
    return apply_rule(query, choice, args, count, nullable);
}

const Type *agg_rule(Arena *query, const AggDef *agg, const Type *arg)
{
    FnRule rule = (FnRule)((agg->traits >> FN_RULE_SHIFT) & 255);
    bool is_decimal = arg != NULL && arg->kind == TYPE_DECIMAL;
    switch (rule) {
    case RULE_AGG_SUM:
        return is_decimal ? type_decimal(query, DECIMAL_PRECISION_MAX, arg->scale, true)
                          : type_with_nullable(query, arg, true);
    case RULE_AGG_AVG:
        return is_decimal ? type_decimal(query, DECIMAL_PRECISION_MAX, arg->scale > 6 ? arg->scale : 6, true)
                          : type_with_nullable(query, arg, true);
    case RULE_SAME_AS_FIRST:
        return type_with_nullable(query, arg, true);
    default:
        return type_of_word(query, (TypeWord)agg->result, NULL, true);
    }
}
