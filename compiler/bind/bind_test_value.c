/* bind_test_value.c -- literals of tests: text is read as what the column is, numbers must fit it. */
#include "compiler/bind/bind_test_value.h"

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
    if (type->kind >= TYPE_ROW) {
        refuse(binder, ast->span, "a ROW, ARRAY or MAP value in a test");
        return false;
    }
    if (ast->kind == AST_STRING)
        return text_value(binder, clock, ast_string_text(ast), type, &out->datum) || wrong_value(binder, ast, type);
    return literal_value(binder, ast, type, &out->datum);
}
