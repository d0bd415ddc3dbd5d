/* expr_text.c -- expressions as SQL-like text: `(@3 > 10)`, columns by number. */
#include "compiler/logical/expr.h"

#include "runtime/base/buf.h"
#include "runtime/base/interval.h"
#include "runtime/base/timetext.h"

static void put_expr(Buf *out, const Expr *expr);

static void put_decimal(Buf *out, Int128 unscaled, uint32_t scale)
{
    char digits[48];
    uint32_t count = 0;
    bool negative = unscaled < 0;
    unsigned __int128 rest = negative ? -(unsigned __int128)unscaled : (unsigned __int128)unscaled;
    do {
        digits[count++] = (char)('0' + (int)(rest % 10));
        rest /= 10;
    } while (rest != 0 || count <= scale);
    if (negative)
        buf_append_char(out, '-');
    while (count > 0) {
        buf_append_char(out, digits[--count]);
        if (count == scale && count > 0)
            buf_append_char(out, '.');
    }
}

static void put_timestamp(Buf *out, int64_t us, int32_t ns)
{
    char text[TIMESTAMP_TEXT_MAX];
    uint32_t digits = ns != 0 ? 9 : us % US_PER_SECOND != 0 ? 6 : 0;
    buf_append(out, text, timestamp_print(us, ns, digits, ' ', text));
}

static void put_text(Buf *out, Str text)
{
    buf_append_char(out, '\'');
    for (uint64_t i = 0; i < text.len; i++) {
        if (text.data[i] == '\'')
            buf_append_char(out, '\'');
        buf_append_char(out, text.data[i]);
    }
    buf_append_char(out, '\'');
}

static void put_bytes(Buf *out, Str bytes)
{
    buf_append_str(out, STR("X'"));
    for (uint64_t i = 0; i < bytes.len; i++)
        buf_printf(out, "%02x", (unsigned char)bytes.data[i]);
    buf_append_char(out, '\'');
}

static void put_time_literal(Buf *out, const Type *type, const RtValue *value)
{
    char text[TIMESTAMP_TEXT_MAX];
    switch (type->kind) {
    case TYPE_DATE:
        buf_append_str(out, STR("DATE '"));
        buf_append(out, text, date_print(value->i32, text));
        break;
    case TYPE_TIME:
        buf_append_str(out, STR("TIME '"));
        buf_append(out, text, time_print(value->i32 * US_PER_MS, 0, value->i32 % 1000 == 0 ? 0 : 3, text));
        break;
    default:
        buf_append_str(out, type->kind == TYPE_TIMESTAMP ? STR("TIMESTAMP '") : STR("TIMESTAMP_LTZ '"));
        if (type_physical(type) == PK_TIME96)
            put_timestamp(out, value->time96.us, value->time96.ns);
        else
            put_timestamp(out, value->i64, 0);
        break;
    }
    buf_append_char(out, '\'');
}

static void put_number(Buf *out, const Type *type, const RtValue *value)
{
    switch (type_physical(type)) {
    case PK_I8:
        buf_printf(out, "%d", value->i8);
        break;
    case PK_I16:
        buf_printf(out, "%d", value->i16);
        break;
    case PK_I32:
        buf_printf(out, "%d", value->i32);
        break;
    case PK_I64:
        put_decimal(out, value->i64, type->kind == TYPE_DECIMAL ? type->scale : 0);
        break;
    case PK_F32:
        buf_printf(out, "%.9gE0", (double)value->f32);
        break;
    case PK_F64:
        buf_printf(out, "%.17gE0", value->f64);
        break;
    default:
        put_decimal(out, d128_get(value->d128), type->scale);
        break;
    }
}

static void put_literal(Buf *out, const Expr *expr)
{
    const Type *type = expr->type;
    const RtValue *value = &expr->literal.value;
    if (expr->literal.is_null)
        buf_append_str(out, STR("NULL"));
    else if (type->kind == TYPE_BOOLEAN)
        buf_append_str(out, value->b ? STR("TRUE") : STR("FALSE"));
    else if (type_is_numeric(type))
        put_number(out, type, value);
    else if (type_is_text(type))
        put_text(out, value->str);
    else if (type_is_datetime(type))
        put_time_literal(out, type, value);
    else if (type->kind == TYPE_INTERVAL_MONTH)
        buf_printf(out, "INTERVAL '%d' MONTH", value->i32);
    else if (type->kind == TYPE_INTERVAL_SECOND) {
        bool whole = value->i64 % US_PER_SECOND == 0;
        buf_append_str(out, STR("INTERVAL '"));
        put_decimal(out, whole ? value->i64 / US_PER_SECOND : value->i64, whole ? 0 : 6);
        buf_append_str(out, STR("' SECOND"));
    } else
        put_bytes(out, value->str);
}

static void put_args(Buf *out, const Expr *expr, uint32_t from, const char *between)
{
    for (uint32_t i = from; i < expr->arg_count; i++) {
        if (i > from)
            buf_append_str(out, str_from(between));
        put_expr(out, expr->args[i]);
    }
}

static bool is_sign(const char *name)
{
    return !((name[0] >= 'A' && name[0] <= 'Z') || name[0] == '_');
}

/* A cast tells its target; the hidden arguments of it add nothing. */
static void put_cast(Buf *out, const Expr *expr)
{
    Arena scratch;
    arena_init(&scratch);
    buf_append_str(out, STR("CAST("));
    put_expr(out, expr->args[0]);
    buf_append_str(out, STR(" AS "));
    buf_append_str(out, type_name(&scratch, type_with_nullable(&scratch, expr->type, true)));
    buf_append_char(out, ')');
    arena_free(&scratch);
}

/* A unit is an INT of the tree, and a word for readers: TIMESTAMPDIFF(HOUR, a, b), FLOOR(x TO HOUR). */
static bool put_with_unit(Buf *out, const Expr *expr)
{
    static const struct {
        const char *name;
        uint32_t at;
        const char *joint;
    } CALLS[] = { { "TIMESTAMPDIFF", 0, ", " },
                  { "TIMESTAMPADD", 0, ", " },
                  { "EXTRACT", 0, " FROM " },
                  { "FLOOR", 1, " TO " },
                  { "CEIL", 1, " TO " } };
    for (uint32_t i = 0; i < sizeof CALLS / sizeof CALLS[0]; i++) {
        if (strcmp(expr->fn->name, CALLS[i].name) != 0 || expr->arg_count <= CALLS[i].at)
            continue;
        const Expr *unit = expr->args[CALLS[i].at];
        int32_t which = unit->op == EXPR_LITERAL && unit->type->kind == TYPE_INT ? unit->literal.value.i32 : -1;
        if (which < 0 || which >= UNIT_COUNT)
            return false;
        buf_printf(out, "%s(", expr->fn->name);
        for (uint32_t a = 0; a < expr->arg_count; a++) {
            if (a > 0)
                buf_append_str(out, str_from(a == 1 ? CALLS[i].joint : ", "));
            if (a == CALLS[i].at)
                buf_append_str(out, str_from(time_unit_name((TimeUnit)which)));
            else
                put_expr(out, expr->args[a]);
        }
        buf_append_char(out, ')');
        return true;
    }
    return false;
}

static void put_call(Buf *out, const Expr *expr)
{
    const char *name = expr->fn->name;
    if (put_with_unit(out, expr))
        return;
    if (strcmp(name, "CAST") == 0) {
        put_cast(out, expr);
        return;
    }
    if (is_sign(name) && expr->arg_count >= 2) {
        buf_append_char(out, '(');
        put_expr(out, expr->args[0]);
        buf_printf(out, " %s ", name);
        put_expr(out, expr->args[1]);
        buf_append_char(out, ')');
        return;
    }
    buf_printf(out, "%s(", name);
    put_args(out, expr, 0, ", ");
    buf_append_char(out, ')');
}

static void put_case(Buf *out, const Expr *expr)
{
    buf_append_str(out, STR("CASE"));
    for (uint32_t i = 0; i + 1 < expr->arg_count; i += 2) {
        buf_append_str(out, STR(" WHEN "));
        put_expr(out, expr->args[i]);
        buf_append_str(out, STR(" THEN "));
        put_expr(out, expr->args[i + 1]);
    }
    buf_append_str(out, STR(" ELSE "));
    put_expr(out, expr->args[expr->arg_count - 1]);
    buf_append_str(out, STR(" END"));
}

static void put_postfix(Buf *out, const Expr *expr, const char *what)
{
    buf_append_char(out, '(');
    put_expr(out, expr->args[0]);
    buf_printf(out, " %s)", what);
}

static void put_expr(Buf *out, const Expr *expr)
{
    switch (expr->op) {
    case EXPR_LITERAL:
        put_literal(out, expr);
        break;
    case EXPR_COLUMN:
        buf_printf(out, "@%u", expr->column);
        break;
    case EXPR_CALL:
        put_call(out, expr);
        break;
    case EXPR_TRY_CAST:
        buf_append_str(out, STR("TRY_"));
        put_expr(out, expr->args[0]);
        break;
    case EXPR_AND:
    case EXPR_OR:
        buf_append_char(out, '(');
        put_args(out, expr, 0, expr->op == EXPR_AND ? " AND " : " OR ");
        buf_append_char(out, ')');
        break;
    case EXPR_NOT:
        buf_append_str(out, STR("NOT "));
        put_expr(out, expr->args[0]);
        break;
    case EXPR_IS_NULL:
        put_postfix(out, expr, "IS NULL");
        break;
    case EXPR_IS_NOT_NULL:
        put_postfix(out, expr, "IS NOT NULL");
        break;
    case EXPR_IS_TRUE:
        put_postfix(out, expr, "IS TRUE");
        break;
    case EXPR_IS_NOT_TRUE:
        put_postfix(out, expr, "IS NOT TRUE");
        break;
    case EXPR_IS_FALSE:
        put_postfix(out, expr, "IS FALSE");
        break;
    case EXPR_IS_NOT_FALSE:
        put_postfix(out, expr, "IS NOT FALSE");
        break;
    case EXPR_CASE:
        put_case(out, expr);
        break;
    case EXPR_IN:
        buf_append_char(out, '(');
        put_expr(out, expr->args[0]);
        buf_append_str(out, STR(" IN ("));
        put_args(out, expr, 1, ", ");
        buf_append_str(out, STR("))"));
        break;
    default:
        break;
    }
}

Str expr_text(Arena *arena, const Expr *expr)
{
    Buf out = { 0 };
    put_expr(&out, expr);
    Str text = str_copy(arena, buf_str(&out));
    buf_free(&out);
    return text;
}
