/* bind_test_value.c -- literals of tests: text is read as what the column is, numbers must fit it. */
#include "compiler/bind/bind_test_value.h"

#include "runtime/abi/blob.h"
#include "runtime/base/timetext.h"
#include "runtime/time/zone.h"

static bool wrong_value(Binder *binder, const AstNode *ast, const Type *type)
{
    Str name = type_name(binder->query, type_with_nullable(binder->query, type, true));
    diag_error(binder->diags, E0340, ast->span, "this is no value of type %.*s", STR_ARG(name));
    return false;
}

/* '12:00:05' stands on the date of the test. */
static bool timestamp_value(Binder *binder, const TestClock *clock, Str text, const Type *type, RtDatum *out)
{
    TimeText time;
    bool has_date = str_find(text, STR("-")) > 0;
    uint32_t form = TIME_SPACE | TIME_T | TIME_ZONE | TIME_DATE_ONLY | TIME_SHORT_FIELDS | TIME_SECONDS_OPTIONAL;
    Str whole = has_date ? text : str_printf(binder->query, "%.*s %.*s", STR_ARG(clock->date), STR_ARG(text));
    if (timestamp_parse(whole, form, &time) != PARSE_OK || (time.has_zone && type->kind == TYPE_TIMESTAMP))
        return false;
    if (time.has_zone)
        time.us -= time.offset_s * US_PER_SECOND;
    else if (type->kind == TYPE_TIMESTAMP_LTZ)
        time.us = zone_utc_us(clock->zone, time.us);
    *out = (RtDatum){ .kind = (uint8_t)type_physical(type) };
    if (out->kind == PK_TIME96)
        out->value.time96 = (RtTime96){ .us = time.us, .ns = time.ns };
    else
        out->value.i64 = time.us;
    return true;
}

static bool text_value(Binder *binder, const TestClock *clock, Str text, const Type *type, RtDatum *out)
{
    *out = (RtDatum){ .kind = (uint8_t)type_physical(type) };
    switch (type->kind) {
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_LTZ:
        return timestamp_value(binder, clock, text, type, out);
    case TYPE_DATE:
        return date_parse(text, &out->value.i32) == PARSE_OK;
    case TYPE_TIME:
        return time_parse(text, &out->value.i32) == PARSE_OK;
    case TYPE_CHAR:
    case TYPE_VARCHAR:
    case TYPE_BINARY:
    case TYPE_VARBINARY:
    case TYPE_DECIMAL:
        return constant_from_text(binder, text, type, out);
    default:
        return false;
    }
}

static bool literal_value(Binder *binder, const AstNode *ast, const Type *type, RtDatum *out)
{
    ExprScope scope = { .binder = binder, .place = "a test" };
    const Expr *expr = bind_expr(&scope, ast);
    if (expr_is_poison(expr))
        return false;
    bool number_to_float = type->kind == TYPE_FLOAT && type_is_numeric(expr->type);
    bool integer_to_narrow = type_is_integer(expr->type) && type_is_integer(type);
    if (!integer_to_narrow && !number_to_float && !type_can_convert_implicitly(expr->type, type))
        return wrong_value(binder, ast, type);
    const Expr *value = constant_fold_cast(binder, convert(binder, expr, type));
    if (value->op != EXPR_LITERAL || !type_equal(value->type, type) || value->literal.is_null)
        return wrong_value(binder, ast, type);
    /* A narrowing CAST wraps; a test value that would wrap is a mistake. */
    if (integer_to_narrow && expr->type->kind > type->kind && !expr_equal(convert(binder, value, expr->type), expr))
        return wrong_value(binder, ast, type);
    *out = value->literal;
    return true;
}

/* ---- ROW, ARRAY, MAP ---- */

/* One value of `list` for each item: of one type, or of the fields of a ROW in turn. */
typedef struct Items {
    const AstNode *list;
    uint32_t first, step; /* a MAP has key, value, key, value */
    const Type *type;     /* of all of them; NULL: of the fields */
    const TypeField *fields;
} Items;

static RtDatum *item_values(Binder *binder, const TestClock *clock, const Items *items)
{
    uint32_t count = ast_count(items->list), at = 0;
    RtDatum *values = ARENA_ARRAY(binder->query, RtDatum, count + 1);
    for (uint32_t i = items->first; i < count; i += items->step, at++) {
        const AstNode *item = ast_at(items->list, i);
        const Type *type = type_plain(binder->query, items->type != NULL ? items->type : items->fields[at].type);
        TestValue value;
        if (item->kind == AST_TEST_ANY) {
            diag_error(binder->diags, E0340, item->span, "ANY stands for a whole value, not for a part of one");
            return NULL;
        }
        if (!test_value(binder, clock, item, type, &value))
            return NULL;
        values[at] = value.datum;
    }
    return values;
}

static bool row_value(Binder *binder, const TestClock *clock, const AstNode *ast, const Type *type, RtDatum *out)
{
    uint32_t count = ast_count(ast_row_items(ast));
    if (count != type->field_count) {
        diag_error(binder->diags, E0340, ast->span, "the ROW has %u value%s for %u field%s", count, plural(count),
                   type->field_count, plural(type->field_count));
        return false;
    }
    Items items = { ast_row_items(ast), 0, 1, NULL, type->fields };
    const RtDatum *values = item_values(binder, clock, &items);
    if (values != NULL)
        out->value.str = blob_row(binder->query, values, count);
    return values != NULL;
}

static bool array_value(Binder *binder, const TestClock *clock, const AstNode *ast, const Type *type, RtDatum *out)
{
    Items items = { ast_array_items(ast), 0, 1, type->element, NULL };
    const RtDatum *values = item_values(binder, clock, &items);
    if (values != NULL)
        out->value.str =
            blob_array(binder->query, type_physical(type->element), values, ast_count(ast_array_items(ast)));
    return values != NULL;
}

static bool map_value(Binder *binder, const TestClock *clock, const AstNode *ast, const Type *type, RtDatum *out)
{
    Items of_keys = { ast_map_items(ast), 0, 2, type->key, NULL }, of_values = of_keys;
    of_values.first = 1;
    of_values.type = type->element;
    const RtDatum *keys = item_values(binder, clock, &of_keys);
    const RtDatum *values = keys == NULL ? NULL : item_values(binder, clock, &of_values);
    if (values != NULL)
        out->value.str = blob_map(binder->query, type_physical(type->key), type_physical(type->element), keys, values,
                                  ast_count(ast_map_items(ast)) / 2);
    return values != NULL;
}

static bool whole_value(Binder *binder, const TestClock *clock, const AstNode *ast, const Type *type, RtDatum *out)
{
    *out = (RtDatum){ .kind = PK_BLOB };
    if (type->kind == TYPE_ROW && ast->kind == AST_ROW)
        return row_value(binder, clock, ast, type, out);
    if (type->kind == TYPE_ARRAY && ast->kind == AST_ARRAY && ast_array_query(ast) == NULL)
        return array_value(binder, clock, ast, type, out);
    if (type->kind == TYPE_MAP && ast->kind == AST_MAP)
        return map_value(binder, clock, ast, type, out);
    return wrong_value(binder, ast, type);
}

bool test_text_value(Binder *binder, const TestClock *clock, Str text, const Type *type, RtDatum *out)
{
    if (type_is_numeric(type) || type->kind == TYPE_BOOLEAN)
        return constant_from_text(binder, text, type, out);
    return text_value(binder, clock, text, type, out);
}

bool test_value(Binder *binder, const TestClock *clock, const AstNode *ast, const Type *type, TestValue *out)
{
    *out = (TestValue){ .datum = datum_null(type_physical(type)) };
    if (ast->kind == AST_TEST_ANY) {
        out->is_any = true;
        return true;
    }
    if (ast->kind == AST_NULL)
        return true;
    if (type->kind >= TYPE_ROW)
        return whole_value(binder, clock, ast, type, &out->datum);
    if (ast->kind == AST_STRING)
        return text_value(binder, clock, ast_string_text(ast), type, &out->datum) || wrong_value(binder, ast, type);
    return literal_value(binder, ast, type, &out->datum);
}
