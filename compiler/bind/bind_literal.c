/* bind_literal.c -- constants: numbers, texts, dates, times and intervals. */
#include "compiler/bind/bind_internal.h"

#include "compiler/logical/expr_eval.h"
#include "runtime/base/timetext.h"
#include "runtime/base/utf8.h"

#include <math.h>
#include <stdlib.h>

const Expr *expr_poison(Binder *binder, Span span)
{
    const Type *poison = type_simple(TYPE_POISON, true);
    return expr_literal(binder->query, poison, datum_null(type_physical(poison)), span);
}

const Expr *literal_int(Binder *binder, int64_t value, Span span)
{
    bool is_int = value >= INT32_MIN && value <= INT32_MAX;
    RtDatum datum = { .kind = is_int ? PK_I32 : PK_I64 };
    if (is_int)
        datum.value.i32 = (int32_t)value;
    else
        datum.value.i64 = value;
    return expr_literal(binder->query, type_simple(is_int ? TYPE_INT : TYPE_BIGINT, false), datum, span);
}

const Expr *literal_text(Binder *binder, Str text, Span span)
{
    RtDatum datum = { .value.str = text, .kind = PK_STR };
    const Type *type = type_text(binder->query, TYPE_CHAR, (uint32_t)utf8_count(text), false);
    return expr_literal(binder->query, type, datum, span);
}

static const Expr *number_too_large(Binder *binder, Span span, const char *limit)
{
    diag_error(binder->diags, E0305, span, "number out of range: %s", limit);
    return expr_poison(binder, span);
}

/* The digits of a number without its point; false beyond 38. */
static bool parse_unscaled(Str text, Int128 *value, uint32_t *whole, uint32_t *scale)
{
    bool point = false;
    uint32_t digits = 0;
    *value = 0;
    *whole = *scale = 0;
    for (uint64_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == '.') {
            point = true;
            continue;
        }
        if (c < '0' || c > '9')
            continue;
        if (*value != 0 || c != '0')
            digits++;
        if (digits > DECIMAL_PRECISION_MAX)
            return false;
        *value = *value * 10 + (c - '0');
        *scale += point;
        *whole += !point && *value != 0;
    }
    return *scale <= DECIMAL_PRECISION_MAX;
}

static const Expr *decimal_literal(Binder *binder, Int128 value, uint32_t precision, uint32_t scale, Span span)
{
    const Type *type = type_decimal(binder->query, precision, scale, false);
    RtDatum datum = { .kind = (uint8_t)type_physical(type) };
    if (datum.kind == PK_I64)
        datum.value.i64 = (int64_t)value;
    else
        datum.value.d128 = d128_from(value);
    return expr_literal(binder->query, type, datum, span);
}

static const Expr *bind_integer(Binder *binder, const AstNode *ast, bool negative)
{
    Int128 value;
    uint32_t whole, scale;
    if (!parse_unscaled(ast_integer_text(ast), &value, &whole, &scale))
        return number_too_large(binder, ast->span, "a DECIMAL has at most 38 digits");
    if (negative)
        value = -value;
    if (value >= INT64_MIN && value <= INT64_MAX)
        return literal_int(binder, (int64_t)value, ast->span);
    return decimal_literal(binder, value, whole, 0, ast->span);
}

static const Expr *bind_decimal(Binder *binder, const AstNode *ast, bool negative)
{
    Int128 value;
    uint32_t whole, scale;
    bool fits = parse_unscaled(ast_decimal_text(ast), &value, &whole, &scale);
    /* 0.908 is DECIMAL(4, 3): the zero before the point counts, as in Flink. */
    uint32_t precision = (whole == 0 ? 1 : whole) + scale;
    if (fits && precision > DECIMAL_PRECISION_MAX && whole == 0)
        precision = DECIMAL_PRECISION_MAX;
    if (!fits || precision > DECIMAL_PRECISION_MAX)
        return number_too_large(binder, ast->span, "a DECIMAL has at most 38 digits");
    return decimal_literal(binder, negative ? -value : value, precision, scale, ast->span);
}

static const Expr *bind_double(Binder *binder, const AstNode *ast, bool negative)
{
    Str text = str_copy(binder->query, ast_double_text(ast));
    double value = strtod(text.data, NULL);
    if (isinf(value))
        return number_too_large(binder, ast->span, "a DOUBLE ends at about 1.8E308");
    RtDatum datum = { .value.f64 = negative ? -value : value, .kind = PK_F64 };
    return expr_literal(binder->query, type_simple(TYPE_DOUBLE, false), datum, ast->span);
}

static const Expr *bind_binary_string(Binder *binder, const AstNode *ast)
{
    Str bytes = ast_binary_string_bytes(ast);
    RtDatum datum = { .value.str = bytes, .kind = PK_STR };
    return expr_literal(binder->query, type_text(binder->query, TYPE_BINARY, (uint32_t)bytes.len, false), datum,
                        ast->span);
}

const Expr *bind_literal(Binder *binder, const AstNode *ast, bool negative)
{
    switch (ast->kind) {
    case AST_INTEGER:
        return bind_integer(binder, ast, negative);
    case AST_DECIMAL:
        return bind_decimal(binder, ast, negative);
    case AST_DOUBLE:
        return bind_double(binder, ast, negative);
    case AST_STRING:
        return literal_text(binder, ast_string_text(ast), ast->span);
    case AST_BINARY_STRING:
        return bind_binary_string(binder, ast);
    case AST_BOOLEAN:
        return expr_bool(binder->query, ast_boolean_value(ast), ast->span);
    case AST_NULL:
        return expr_null(binder->query, type_simple(TYPE_NULL, true), ast->span);
    case AST_DATETIME:
        return bind_datetime(binder, ast);
    default:
        return bind_interval(binder, ast, negative);
    }
}

/* ---- by the bodies of CAST ---- */

static bool is_constant(const Expr *expr)
{
    if (expr->op == EXPR_COLUMN || (expr->op == EXPR_CALL && (expr->fn->traits & FN_PURE) == 0))
        return false;
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        if (!is_constant(expr->args[i]))
            return false;
    }
    return true;
}

static bool fold_constant(Binder *binder, const Expr *expr, RtDatum *out)
{
    FnCtx ctx = { .batch = binder->query, .zone = binder->zone, .watermark_us = INT64_MIN };
    ExprEval eval = { .fn = &ctx };
    if (!is_constant(expr))
        return false;
    *out = expr_eval(&eval, expr);
    return ctx.failure.code == 0 && out->kind == type_physical(expr->type);
}

const Expr *constant_fold_cast(Binder *binder, const Expr *cast)
{
    RtDatum value;
    if (cast->op == EXPR_LITERAL || !fold_constant(binder, cast, &value))
        return cast;
    return expr_literal(binder->query, type_with_nullable(binder->query, cast->type, value.is_null), value, cast->span);
}

bool constant_from_text(Binder *binder, Str text, const Type *type, RtDatum *out)
{
    const Expr *cast = convert(binder, literal_text(binder, text, span_none()), type);
    return !expr_is_poison(cast) && fold_constant(binder, cast, out) && !out->is_null;
}

/* ---- dates and times ---- */

static uint32_t fraction_digits(Str text)
{
    int64_t point = str_find(text, STR("."));
    if (point < 0)
        return 0;
    uint32_t digits = 0;
    for (uint64_t i = (uint64_t)point + 1; i < text.len && text.data[i] >= '0' && text.data[i] <= '9'; i++)
        digits++;
    return digits > 9 ? 9 : digits;
}

static const Type *datetime_type(Binder *binder, const AstNode *ast)
{
    Str text = ast_datetime_text(ast);
    switch (ast_datetime_kind(ast)) {
    case AST_TYPE_DATE:
        return type_simple(TYPE_DATE, false);
    case AST_TYPE_TIME: {
        Type *time = ARENA_NEW(binder->query, Type);
        *time = *type_simple(TYPE_TIME, false);
        time->precision = (uint8_t)fraction_digits(text);
        return time;
    }
    case AST_TYPE_TIMESTAMP_LTZ:
        return type_timestamp(binder->query, TYPE_TIMESTAMP_LTZ, fraction_digits(text), false);
    default:
        return type_timestamp(binder->query, TYPE_TIMESTAMP, fraction_digits(text), false);
    }
}

/* CAST reads '2024' as a date and '12' as a time; a literal says all of it. */
static bool parse_datetime(Str text, const Type *type, RtDatum *out)
{
    bool dashes = str_find(text, STR("-")) > 0, colons = str_find(text, STR(":")) > 0;
    TimeText time;
    *out = (RtDatum){ .kind = (uint8_t)type_physical(type) };
    if (type->kind == TYPE_DATE)
        return dashes && !colons && date_parse(text, &out->value.i32) == PARSE_OK;
    if (type->kind == TYPE_TIME)
        return colons && !dashes && time_parse(text, &out->value.i32) == PARSE_OK;
    uint32_t form = TIME_SPACE | TIME_DATE_ONLY | TIME_SHORT_FIELDS;
    if (type->kind == TYPE_TIMESTAMP_LTZ)
        form |= TIME_ZONE;
    if (timestamp_parse(text, form, &time) != PARSE_OK)
        return false;
    time.us -= time.offset_s * US_PER_SECOND;
    if (out->kind == PK_TIME96)
        out->value.time96 = (RtTime96){ .us = time.us, .ns = time.ns };
    else
        out->value.i64 = time.us;
    return true;
}

const Expr *bind_datetime(Binder *binder, const AstNode *ast)
{
    static const char *const SHAPES[] = { "yyyy-MM-dd", "HH:mm:ss", "yyyy-MM-dd HH:mm:ss" };
    const Type *type = datetime_type(binder, ast);
    Str text = ast_datetime_text(ast);
    RtDatum datum;
    if (parse_datetime(text, type, &datum))
        return expr_literal(binder->query, type, datum, ast->span);
    Str name = type_name(binder->query, type_with_nullable(binder->query, type, true));
    Diag *d = diag_error(binder->diags, E0306, ast->span, "`%.*s` is no %.*s", STR_ARG(text), STR_ARG(name));
    diag_help(d, "write it as '%s'", SHAPES[type->kind == TYPE_DATE ? 0 : type->kind == TYPE_TIME ? 1 : 2]);
    return expr_poison(binder, ast->span);
}

/* ---- intervals ---- */

TimeUnit time_unit_of(AstUnit unit)
{
    return time_unit_find(str_from(ast_unit_text(unit)));
}

const Expr *bind_interval(Binder *binder, const AstNode *ast, bool negative)
{
    AstUnit unit = ast_interval_unit(ast), last = ast_interval_to_unit(ast);
    TimeUnit from = time_unit_of(unit), to = last == AST_UNIT_NONE ? from : time_unit_of(last);
    Str text = ast_interval_text(ast);
    int64_t total = 0;
    bool is_month = from != UNIT_COUNT && time_unit_months(from) != 0;
    bool good = from != UNIT_COUNT && to != UNIT_COUNT && interval_parse(text, from, to, &total) == PARSE_OK;
    if (!good || (is_month && (total > INT32_MAX || total < INT32_MIN))) {
        diag_error(binder->diags, E0306, ast->span, "`%.*s` is no interval of %s%s%s", STR_ARG(text),
                   ast_unit_text(unit), last == AST_UNIT_NONE ? "" : " TO ",
                   last == AST_UNIT_NONE ? "" : ast_unit_text(last));
        return expr_poison(binder, ast->span);
    }
    if (negative != ast_interval_negative(ast))
        total = -total;
    RtDatum datum = { .kind = is_month ? PK_I32 : PK_I64 };
    if (is_month)
        datum.value.i32 = (int32_t)total;
    else
        datum.value.i64 = total;
    return expr_literal(binder->query, type_simple(is_month ? TYPE_INTERVAL_MONTH : TYPE_INTERVAL_SECOND, false), datum,
                        ast->span);
}
