/* expr.c -- making, comparing, hashing and walking expressions. */
#include "compiler/logical/expr.h"

#include <assert.h>

static Expr *expr_new(Arena *query, ExprOp op, const Type *type, Span span)
{
    assert(type != NULL);
    Expr *expr = ARENA_NEW(query, Expr);
    expr->op = op;
    expr->type = type;
    expr->span = span;
    return expr;
}

const Expr *expr_literal(Arena *query, const Type *type, RtDatum datum, Span span)
{
    Expr *expr = expr_new(query, EXPR_LITERAL, type, span);
    assert(datum.kind == type_physical(type));
    expr->literal = datum;
    return expr;
}

const Expr *expr_null(Arena *query, const Type *type, Span span)
{
    const Type *nullable = type_plain(query, type_with_nullable(query, type, true));
    return expr_literal(query, nullable, datum_null(type_physical(type)), span);
}

const Expr *expr_bool(Arena *query, bool value, Span span)
{
    RtDatum datum = { .value.b = value, .kind = PK_BOOL };
    return expr_literal(query, type_simple(TYPE_BOOLEAN, false), datum, span);
}

const Expr *expr_column(Arena *query, const Type *type, uint32_t column, Span span)
{
    Expr *expr = expr_new(query, EXPR_COLUMN, type, span);
    expr->column = column;
    return expr;
}

const Expr *expr_call(Arena *query, const Type *type, const FnDef *fn, const Expr *const *args, uint32_t count,
                      Span span)
{
    assert(fn != NULL && count >= fn->args_min && (fn->args_max == FN_VARIADIC || count <= fn->args_max));
    Expr *expr = (Expr *)expr_op(query, EXPR_CALL, type, args, count, span);
    expr->fn = fn;
    return expr;
}

const Expr *expr_op(Arena *query, ExprOp op, const Type *type, const Expr *const *args, uint32_t count, Span span)
{
    Expr *expr = expr_new(query, op, type, span);
    const Expr **kept = ARENA_ARRAY(query, const Expr *, count);
    for (uint32_t i = 0; i < count; i++) {
        assert(args[i] != NULL);
        kept[i] = args[i];
    }
    expr->args = kept;
    expr->arg_count = count;
    return expr;
}

static bool datum_equal(const RtDatum *a, const RtDatum *b)
{
    if (a->kind != b->kind || a->is_null != b->is_null)
        return false;
    if (a->is_null)
        return true;
    if (a->kind == PK_STR || a->kind == PK_BLOB)
        return str_equal(a->value.str, b->value.str);
    if (a->kind == PK_D128)
        return a->value.d128.low == b->value.d128.low && a->value.d128.high == b->value.d128.high;
    if (a->kind == PK_TIME96)
        return a->value.time96.us == b->value.time96.us && a->value.time96.ns == b->value.time96.ns;
    /* Bits, not numbers: -0.0 is another constant than 0.0. */
    return memcmp(&a->value, &b->value, kind_bytes((RtKind)a->kind)) == 0;
}

/* A column is named by its number alone: a view of it under another type of the same kind is the same value. */
static bool same_type_matters(const Expr *a)
{
    return a->op != EXPR_COLUMN;
}

bool expr_equal(const Expr *a, const Expr *b)
{
    if (a == b)
        return true;
    if (a->op != b->op || a->column != b->column || a->fn != b->fn || a->arg_count != b->arg_count)
        return false;
    if (same_type_matters(a) && !type_equal(a->type, b->type))
        return false;
    if (a->op == EXPR_LITERAL && !datum_equal(&a->literal, &b->literal))
        return false;
    for (uint32_t i = 0; i < a->arg_count; i++) {
        if (!expr_equal(a->args[i], b->args[i]))
            return false;
    }
    return true;
}

static uint64_t hash_step(uint64_t hash, uint64_t value)
{
    hash ^= value + 0x9E3779B97F4A7C15u + (hash << 6) + (hash >> 2);
    return hash * 0xD6E8FEB86659FD93u;
}

static uint64_t hash_bytes(uint64_t hash, const char *data, uint64_t len)
{
    for (uint64_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)data[i]) * 0x100000001B3u;
    return hash_step(hash, len);
}

static uint64_t hash_datum(uint64_t hash, const RtDatum *datum)
{
    hash = hash_step(hash, datum->kind * 2u + datum->is_null);
    if (datum->is_null)
        return hash;
    if (datum->kind == PK_STR || datum->kind == PK_BLOB)
        return hash_bytes(hash, datum->value.str.data, datum->value.str.len);
    if (datum->kind == PK_TIME96)
        return hash_step(hash_step(hash, (uint64_t)datum->value.time96.us), (uint64_t)datum->value.time96.ns);
    return hash_bytes(hash, (const char *)&datum->value, kind_bytes((RtKind)datum->kind));
}

uint64_t expr_hash(const Expr *expr)
{
    uint64_t hash = hash_step(0x51ED270B0B1F39C1u, (uint64_t)expr->op);
    hash = hash_step(hash, expr->column);
    if (expr->fn != NULL)
        hash = hash_bytes(hash, expr->fn->symbol, strlen(expr->fn->symbol));
    if (expr->op == EXPR_LITERAL)
        hash = hash_datum(hash, &expr->literal);
    for (uint32_t i = 0; i < expr->arg_count; i++)
        hash = hash_step(hash, expr_hash(expr->args[i]));
    return hash;
}

static bool any_arg_can_fail(const Expr *expr)
{
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        if (expr_can_fail(expr->args[i]))
            return true;
    }
    return false;
}

bool expr_can_fail(const Expr *expr)
{
    /* TRY_CAST forgives the cast below it, not what that cast reads. */
    if (expr->op == EXPR_TRY_CAST)
        return any_arg_can_fail(expr->args[0]);
    if (expr->op == EXPR_CALL && (expr->fn->traits & FN_CAN_FAIL) != 0)
        return true;
    return any_arg_can_fail(expr);
}

void expr_columns(const Expr *expr, uint64_t *used)
{
    if (expr->op == EXPR_COLUMN)
        used[expr->column / 64] |= 1ull << (expr->column % 64);
    for (uint32_t i = 0; i < expr->arg_count; i++)
        expr_columns(expr->args[i], used);
}

const Expr *expr_substitute(Arena *query, const Expr *expr, const Expr *const *replacements)
{
    if (expr->op == EXPR_COLUMN)
        return replacements[expr->column];
    if (expr->arg_count == 0)
        return expr;
    const Expr **args = ARENA_ARRAY(query, const Expr *, expr->arg_count);
    bool changed = false;
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        args[i] = expr_substitute(query, expr->args[i], replacements);
        changed |= args[i] != expr->args[i];
    }
    if (!changed)
        return expr;
    Expr *copy = ARENA_NEW(query, Expr);
    *copy = *expr;
    copy->args = args;
    return copy;
}
