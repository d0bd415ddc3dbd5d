/* bind_cast.c -- conversions as CALLs of the CAST rows.
 *
 *   DECIMAL(10, 2) -> STRING     CAST(DEC_WIDEN(x), 2)            a body reads D128
 *   STRING -> DECIMAL(10, 2)     DEC_NARROW(CAST(x, 10, 2))       a row holds I64
 *   STRING -> VARCHAR(3)         CAST_LENGTH(x, 3, 0)
 *   STRING -> TIMESTAMP(3)       CAST_PRECISION(CAST(x), 3)
 *   VARCHAR(3) -> STRING         x under another type: nothing to do
 *
 * Integer literals turn into the other numeric type at once. */
#include "compiler/bind/bind_internal.h"

#include "compiler/types/decimal_type.h"

#include <assert.h>

const Expr *retype(Binder *binder, const Expr *expr, const Type *type)
{
    assert(type_physical(expr->type) == type_physical(type));
    Expr *copy = ARENA_NEW(binder->query, Expr);
    *copy = *expr;
    copy->type = type_with_nullable(binder->query, type, expr->type->nullable);
    return copy;
}

static const Type *wide_decimal(Binder *binder, const Type *type)
{
    uint32_t precision = type->precision > DECIMAL64_PRECISION_MAX ? type->precision : DECIMAL64_PRECISION_MAX + 1;
    return type_decimal(binder->query, precision, type->scale, type->nullable);
}

static bool is_call_of(const Expr *expr, const char *name)
{
    return expr->op == EXPR_CALL && strcmp(expr->fn->name, name) == 0;
}

static const Expr *missing_conversion(Binder *binder, const Type *from, const Type *to, Span span)
{
    Str a = type_name(binder->query, type_with_nullable(binder->query, from, true));
    Str b = type_name(binder->query, type_with_nullable(binder->query, to, true));
    diag_error(binder->diags, E0500, span, "conversion of %.*s to %.*s is not supported yet", STR_ARG(a), STR_ARG(b));
    return expr_poison(binder, span);
}

/* Between the two widths of a DECIMAL: a row of its own, or the cast of the unscaled number. */
static const Expr *resize_call(Binder *binder, const char *name, const Expr *expr, const Type *to)
{
    bool widens = type_physical(to) == PK_D128;
    TypeWord result = widens ? TW_DECIMAL : TW_BIGINT, arg = widens ? TW_BIGINT : TW_DECIMAL;
    const FnDef *fn = fn_find_row(name, result, arg);
    if (fn == NULL)
        fn = fn_find_row("CAST", result, arg);
    if (fn == NULL)
        return missing_conversion(binder, expr->type, to, expr->span);
    const Expr *args[3] = { expr };
    uint32_t count = 1 + fn_hidden(fn);
    for (uint32_t i = 1; i < count; i++)
        args[i] = literal_int(binder, widens && i == 1 ? DECIMAL_PRECISION_MAX : 0, expr->span);
    return expr_call(binder->query, type_with_nullable(binder->query, to, expr->type->nullable), fn, args, count,
                     expr->span);
}

static const Expr *widen(Binder *binder, const Expr *expr)
{
    if (expr->type->kind != TYPE_DECIMAL || type_physical(expr->type) == PK_D128)
        return expr;
    const Type *wide = wide_decimal(binder, expr->type);
    if (is_call_of(expr, "DEC_NARROW") && expr->args[0]->type->scale == wide->scale)
        return expr->args[0];
    if (expr->op == EXPR_LITERAL) {
        RtDatum datum = { .value.d128 = d128_from(expr->literal.value.i64), .is_null = expr->literal.is_null,
                          .kind = PK_D128 };
        return expr_literal(binder->query, wide, datum, expr->span);
    }
    return resize_call(binder, "DEC_WIDEN", expr, wide);
}

/* `expr` is D128 already; the value is known to fit. */
const Expr *narrow_decimal(Binder *binder, const Expr *expr, const Type *to)
{
    if (type_physical(to) == PK_D128 || expr_is_poison(expr))
        return expr;
    return resize_call(binder, "DEC_NARROW", expr, to);
}

/* Values of `from` have the bytes that values of `to` would have. */
static bool same_bytes(const Type *from, const Type *to)
{
    if (type_equal(from, to))
        return true;
    if (from->kind == TYPE_ROW && to->kind == TYPE_ROW && from->field_count == to->field_count) {
        for (uint32_t i = 0; i < from->field_count; i++) {
            if (!same_bytes(from->fields[i].type, to->fields[i].type))
                return false;
        }
        return true;
    }
    if (from->kind == to->kind && (from->kind == TYPE_ARRAY || from->kind == TYPE_MAP))
        return same_bytes(from->element, to->element) && (from->key == NULL || same_bytes(from->key, to->key));
    if ((to->kind == TYPE_VARCHAR && type_is_text(from)) || (to->kind == TYPE_VARBINARY && type_is_bytes(from)))
        return from->length <= to->length;
    if (from->kind != to->kind || type_physical(from) != type_physical(to))
        return false;
    if (from->kind == TYPE_DECIMAL)
        return from->scale == to->scale && from->precision <= to->precision;
    if (from->kind == TYPE_TIMESTAMP || from->kind == TYPE_TIMESTAMP_LTZ || from->kind == TYPE_TIME)
        return from->precision <= to->precision;
    return type_is_interval(from);
}

static Int128 power_of_ten(uint32_t n)
{
    Int128 power = 1;
    for (uint32_t i = 0; i < n; i++)
        power *= 10;
    return power;
}

static bool int_literal_datum(Int128 value, const Type *to, RtDatum *out)
{
    RtKind kind = type_physical(to);
    *out = (RtDatum){ .kind = (uint8_t)kind };
    switch (to->kind) {
    case TYPE_TINYINT:
        out->value.i8 = (int8_t)value;
        return value == out->value.i8;
    case TYPE_SMALLINT:
        out->value.i16 = (int16_t)value;
        return value == out->value.i16;
    case TYPE_INT:
        out->value.i32 = (int32_t)value;
        return value == out->value.i32;
    case TYPE_BIGINT:
        out->value.i64 = (int64_t)value;
        return value == out->value.i64;
    case TYPE_FLOAT:
        out->value.f32 = (float)value;
        return true;
    case TYPE_DOUBLE:
        out->value.f64 = (double)value;
        return true;
    default: {
        Int128 limit = power_of_ten(to->precision - to->scale);
        if (value >= limit || value <= -limit)
            return false;
        Int128 unscaled = value * power_of_ten(to->scale);
        if (kind == PK_I64)
            out->value.i64 = (int64_t)unscaled;
        else
            out->value.d128 = d128_from(unscaled);
        return true;
    }
    }
}

static Int128 int_literal_value(const Expr *expr)
{
    switch (expr->literal.kind) {
    case PK_I8: return expr->literal.value.i8;
    case PK_I16: return expr->literal.value.i16;
    case PK_I32: return expr->literal.value.i32;
    default: return expr->literal.value.i64;
    }
}

/* The bare cast between two type words; DECIMALs are D128 on both sides. */
static const Expr *cast_call(Binder *binder, const Expr *expr, const Type *to, bool is_try)
{
    const FnDef *fn = fn_find_row("CAST", type_word(to), type_word(expr->type));
    if (fn == NULL)
        return missing_conversion(binder, expr->type, to, expr->span);
    const Expr *args[4] = { widen(binder, expr) };
    uint32_t count = 1, wanted = 1 + fn_hidden(fn);
    if (type_is_interval(expr->type) && type_is_numeric(to)) {
        /* The unit is no part of the type here. */
        return missing_conversion(binder, expr->type, to, expr->span);
    }
    if (type_is_interval(to) && type_is_numeric(expr->type))
        return missing_conversion(binder, expr->type, to, expr->span);
    if (expr->type->kind == TYPE_DECIMAL)
        args[count++] = literal_int(binder, expr->type->scale, expr->span);
    else if (type_is_datetime(expr->type) && count < wanted)
        args[count++] = literal_int(binder, expr->type->precision, expr->span);
    if (to->kind == TYPE_DECIMAL) {
        args[count++] = literal_int(binder, to->precision, expr->span);
        args[count++] = literal_int(binder, to->scale, expr->span);
    }
    assert(count == wanted);
    bool nullable = expr->type->nullable || fn->form != FORM_STRICT || is_try;
    const Type *result = type_with_nullable(binder->query, to, nullable);
    const Type *call_type = to->kind == TYPE_DECIMAL ? wide_decimal(binder, result) : result;
    const Expr *call = expr_call(binder->query, call_type, fn, args, count, expr->span);
    if (is_try)
        call = expr_op(binder->query, EXPR_TRY_CAST, call_type, &call, 1, expr->span);
    return to->kind == TYPE_DECIMAL ? narrow_decimal(binder, call, result) : call;
}

static const Expr *cut_length(Binder *binder, const Expr *expr, const Type *to)
{
    bool fixed = to->kind == TYPE_CHAR || to->kind == TYPE_BINARY;
    if (expr_is_poison(expr) || (!fixed && (to->length == TYPE_LENGTH_MAX)))
        return expr;
    const Expr *args[] = { expr, literal_int(binder, to->length, expr->span),
                           expr_bool(binder->query, fixed, expr->span) };
    const Expr *call = bind_fn(binder, STR("CAST_LENGTH"), args, 3, expr->span);
    return call == NULL ? missing_conversion(binder, expr->type, to, expr->span) : retype(binder, call, to);
}

static const Expr *cut_precision(Binder *binder, const Expr *expr, const Type *to)
{
    if (expr_is_poison(expr) || expr->type->precision <= to->precision)
        return expr_is_poison(expr) ? expr : retype(binder, expr, to);
    const Expr *args[] = { expr, literal_int(binder, to->precision, expr->span) };
    const Expr *call = bind_fn(binder, STR("CAST_PRECISION"), args, 2, expr->span);
    return call == NULL ? missing_conversion(binder, expr->type, to, expr->span) : retype(binder, call, to);
}

static const Expr *cast_to_text(Binder *binder, const Expr *expr, const Type *to, bool is_try)
{
    TypeKind varying = type_is_text(to) ? TYPE_VARCHAR : TYPE_VARBINARY;
    const Type *unbounded = type_simple(varying, true);
    bool is_same_family = type_is_text(expr->type) == type_is_text(to) &&
                          type_is_bytes(expr->type) == type_is_bytes(to);
    const Expr *text = is_same_family ? retype(binder, expr, unbounded) : cast_call(binder, expr, unbounded, is_try);
    return expr_is_poison(text) ? text : cut_length(binder, text, to);
}

static const Expr *cast_to_timestamp(Binder *binder, const Expr *expr, const Type *to, bool is_try)
{
    const Type *from = expr->type;
    if (from->kind == to->kind && type_physical(from) == type_physical(to))
        return cut_precision(binder, expr, to);
    uint32_t digits = type_physical(to) == PK_TIME96 ? 9 : 6;
    if ((from->kind == TYPE_TIMESTAMP || from->kind == TYPE_TIMESTAMP_LTZ) && from->precision < digits)
        digits = type_physical(to) == PK_TIME96 && from->precision < 7 ? 7 : from->precision;
    if (from->kind == TYPE_DATE || from->kind == TYPE_TIME)
        digits = to->precision;
    const Type *whole = type_timestamp(binder->query, to->kind, digits, true);
    return cut_precision(binder, cast_call(binder, expr, whole, is_try), to);
}

static const Expr *cast_to_time(Binder *binder, const Expr *expr, const Type *to, bool is_try)
{
    if (expr->type->kind == TYPE_TIME)
        return cut_precision(binder, expr, to);
    Type *whole = ARENA_NEW(binder->query, Type);
    *whole = *to;
    whole->precision = 3;
    return cut_precision(binder, cast_call(binder, expr, whole, is_try), to);
}

/* ---- ROW, ARRAY, MAP: by their parts where those are at hand ---- */

static const Type *part_type(const Expr *whole, const Type *to, uint32_t i)
{
    if (to->kind == TYPE_ROW)
        return to->fields[i].type;
    return to->kind == TYPE_MAP && i % 2 == 0 && is_call_of(whole, "MAP") ? to->key : to->element;
}

/* ROW(a, b), ARRAY[a, b] and MAP[a, b] with each part converted; `parts` may be those of another value. */
static const Expr *build_of_parts(Binder *binder, const Expr *whole, const Expr *const *parts, uint32_t count,
                                  const Type *to)
{
    const Expr **args = ARENA_ARRAY(binder->query, const Expr *, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        args[i] = convert(binder, parts[i], part_type(whole, to, i));
        if (expr_is_poison(args[i]))
            return args[i];
    }
    const FnDef *fn = whole->op == EXPR_CALL && to->kind != TYPE_ROW ? whole->fn : fn_find_name(STR("ROW"));
    return expr_call(binder->query, type_with_nullable(binder->query, to, false), fn, args, count, whole->span);
}

static const Expr *convert_row(Binder *binder, const Expr *row, const Type *to)
{
    const Type *from = row->type;
    const Expr **parts = ARENA_ARRAY(binder->query, const Expr *, from->field_count + 1);
    for (uint32_t i = 0; i < from->field_count; i++)
        parts[i] = bind_field(binder, row, from->fields[i].name, row->span);
    const Expr *built = build_of_parts(binder, row, parts, from->field_count, to);
    if (expr_is_poison(built) || !from->nullable)
        return built;
    const Expr *is_null = expr_op(binder->query, EXPR_IS_NULL, type_simple(TYPE_BOOLEAN, false), &row, 1, row->span);
    const Expr *branches[] = { is_null, expr_null(binder->query, to, row->span), built };
    return expr_op(binder->query, EXPR_CASE, type_with_nullable(binder->query, to, true), branches, 3, row->span);
}

static const Expr *convert_whole(Binder *binder, const Expr *expr, const Type *to)
{
    const Type *from = expr->type;
    bool constructed = is_call_of(expr, "ROW") || is_call_of(expr, "ARRAY") || is_call_of(expr, "MAP");
    if (from->kind != to->kind || (to->kind == TYPE_ROW && from->field_count != to->field_count))
        return missing_conversion(binder, from, to, expr->span);
    if (constructed)
        return build_of_parts(binder, expr, expr->args, expr->arg_count, to);
    return to->kind == TYPE_ROW ? convert_row(binder, expr, to) : missing_conversion(binder, from, to, expr->span);
}

static const Expr *convert_try(Binder *binder, const Expr *expr, const Type *to, bool is_try)
{
    const Type *from = expr->type;
    if (from->kind == TYPE_POISON || to->kind == TYPE_POISON)
        return expr_poison(binder, expr->span);
    if (expr->op == EXPR_LITERAL && expr->literal.is_null)
        return expr_null(binder->query, to, expr->span);
    if (type_equal(from, to))
        return expr;
    RtDatum datum;
    if (expr->op == EXPR_LITERAL && type_is_integer(from) && type_is_numeric(to) &&
        int_literal_datum(int_literal_value(expr), to, &datum))
        return expr_literal(binder->query, type_with_nullable(binder->query, to, false), datum, expr->span);
    if (same_bytes(from, to))
        return retype(binder, expr, to);
    if (from->kind == TYPE_DECIMAL && to->kind == TYPE_DECIMAL && from->scale == to->scale &&
        to->precision >= from->precision)
        return retype(binder, widen(binder, expr), to);
    if (type_is_text(to) || type_is_bytes(to))
        return cast_to_text(binder, expr, to, is_try);
    if (to->kind == TYPE_TIMESTAMP || to->kind == TYPE_TIMESTAMP_LTZ)
        return cast_to_timestamp(binder, expr, to, is_try);
    if (to->kind == TYPE_TIME)
        return cast_to_time(binder, expr, to, is_try);
    if (to->kind >= TYPE_ROW)
        return is_try ? missing_conversion(binder, from, to, expr->span) : convert_whole(binder, expr, to);
    return cast_call(binder, expr, to, is_try);
}

const Expr *convert(Binder *binder, const Expr *expr, const Type *to)
{
    return convert_try(binder, expr, to, false);
}

const Expr *try_convert(Binder *binder, const Expr *expr, const Type *to)
{
    return convert_try(binder, expr, to, true);
}

const Expr *convert_widened(Binder *binder, const Expr *expr, const Type *to)
{
    return widen(binder, convert(binder, expr, to));
}

const Expr *convert_implicitly(Binder *binder, const Expr *expr, const Type *to)
{
    return type_can_convert_implicitly(expr->type, to) ? convert(binder, expr, to) : NULL;
}

static bool is_timestamp(const Type *type)
{
    return type->kind == TYPE_TIMESTAMP || type->kind == TYPE_TIMESTAMP_LTZ;
}

/* Numbers of which unit, in which zone? The functions say it. */
static void help_with_epochs(Diag *d, const Type *from, const Type *to)
{
    if (is_timestamp(to) && type_is_numeric(from))
        diag_help(d, to->kind == TYPE_TIMESTAMP ? "use CAST(TO_TIMESTAMP_LTZ(x, 3) AS TIMESTAMP(3))"
                                                : "use TO_TIMESTAMP_LTZ(x, 0) for seconds, (x, 3) for milliseconds");
    else if (is_timestamp(from) && type_is_numeric(to))
        diag_help(d, "use UNIX_TIMESTAMP(CAST(x AS STRING)) for seconds since 1970");
}

const Expr *bind_cast(ExprScope *scope, const AstNode *ast)
{
    Binder *binder = scope->binder;
    const Expr *operand = bind_expr(scope, ast_cast_operand(ast));
    const Type *to = bind_type(binder, ast_cast_type(ast));
    if (expr_is_poison(operand) || to->kind == TYPE_POISON)
        return expr_poison(binder, ast->span);
    if (!type_can_cast(operand->type, to)) {
        Str a = type_name(binder->query, type_with_nullable(binder->query, operand->type, true));
        Str b = type_name(binder->query, type_with_nullable(binder->query, to, true));
        Diag *d = diag_error(binder->diags, E0304, ast->span, "%.*s cannot be cast to %.*s", STR_ARG(a), STR_ARG(b));
        diag_label(d, operand->span, "this is %.*s", STR_ARG(a));
        help_with_epochs(d, operand->type, to);
        return expr_poison(binder, ast->span);
    }
    Expr located = *convert_try(binder, operand, to, ast_cast_is_try(ast));
    located.span = ast->span;
    Expr *kept = ARENA_NEW(binder->query, Expr);
    *kept = located;
    if (type_equal(operand->type, to))
        kept->type = type_plain(binder->query, kept->type);
    return kept;
}
