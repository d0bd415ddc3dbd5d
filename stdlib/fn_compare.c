/* fn_compare.c -- comparisons by physical kind. */
#include "stdlib/fn_prototypes.h"

#include <assert.h>

/* -1, 0, 1 for values with one order. */
static inline int order_of_times(RtTime96 a, RtTime96 b)
{
    if (a.us != b.us)
        return a.us < b.us ? -1 : 1;
    return (a.ns > b.ns) - (a.ns < b.ns);
}

#define COMPARE(name, sign)                                                                                            \
    COMPARE_SCALAR(name, bool, bool, sign)                                                                             \
    COMPARE_SCALAR(name, i8, int8_t, sign)                                                                             \
    COMPARE_SCALAR(name, i16, int16_t, sign)                                                                           \
    COMPARE_SCALAR(name, i32, int32_t, sign)                                                                           \
    COMPARE_SCALAR(name, i64, int64_t, sign)                                                                           \
    COMPARE_SCALAR(name, f32, float, sign)                                                                             \
    COMPARE_SCALAR(name, f64, double, sign)                                                                            \
    COMPARE_SCALAR(name, d128, Int128, sign)                                                                           \
    bool fn_##name##_time96(FnCtx *ctx, RtTime96 a, RtTime96 b)                                                        \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return order_of_times(a, b) sign 0;                                                                            \
    }

#define COMPARE_SCALAR(name, k, T, sign)                                                                               \
    bool fn_##name##_##k(FnCtx *ctx, T a, T b)                                                                         \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return a sign b;                                                                                               \
    }

COMPARE(eq, ==)
COMPARE(ne, !=)
COMPARE(lt, <)
COMPARE(le, <=)
COMPARE(gt, >)
COMPARE(ge, >=)

bool fn_eq_str(FnCtx *ctx, Str a, Str b)
{
    (void)ctx;
    return str_equal(a, b);
}

bool fn_ne_str(FnCtx *ctx, Str a, Str b)
{
    (void)ctx;
    return !str_equal(a, b);
}

bool fn_eq_blob(FnCtx *ctx, Str a, Str b)
{
    (void)ctx;
    return str_equal(a, b);
}

bool fn_ne_blob(FnCtx *ctx, Str a, Str b)
{
    (void)ctx;
    return !str_equal(a, b);
}

#define COMPARE_TEXT(name, sign)                                                                                       \
    bool fn_##name##_str(FnCtx *ctx, Str a, Str b)                                                                     \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return str_compare(a, b) sign 0;                                                                               \
    }
COMPARE_TEXT(lt, <)
COMPARE_TEXT(le, <=)
COMPARE_TEXT(gt, >)
COMPARE_TEXT(ge, >=)

/* ---- over datums ---- */

#define ORDER(x, y) (((x) > (y)) - ((x) < (y)))

/* Below, at or above zero.  Neither is NULL; a NaN is neither less nor greater than anything. */
static int order_of(const RtDatum *a, const RtDatum *b)
{
    assert(a->kind == b->kind);
    switch ((RtKind)a->kind) {
    case PK_BOOL:
        return ORDER(a->value.b, b->value.b);
    case PK_I8:
        return ORDER(a->value.i8, b->value.i8);
    case PK_I16:
        return ORDER(a->value.i16, b->value.i16);
    case PK_I32:
        return ORDER(a->value.i32, b->value.i32);
    case PK_I64:
        return ORDER(a->value.i64, b->value.i64);
    case PK_F32:
        return ORDER(a->value.f32, b->value.f32);
    case PK_F64:
        return ORDER(a->value.f64, b->value.f64);
    case PK_D128:
        return ORDER(d128_get(a->value.d128), d128_get(b->value.d128));
    case PK_TIME96:
        return order_of_times(a->value.time96, b->value.time96);
    default:
        return str_compare(a->value.str, b->value.str);
    }
}

static bool is_nan(const RtDatum *a)
{
    if (a->kind == PK_F32)
        return a->value.f32 != a->value.f32;
    return a->kind == PK_F64 && a->value.f64 != a->value.f64;
}

static bool is_distinct(const RtDatum *args)
{
    if (args[0].is_null || args[1].is_null)
        return args[0].is_null != args[1].is_null;
    return is_nan(&args[0]) || is_nan(&args[1]) || order_of(&args[0], &args[1]) != 0;
}

void fn_is_distinct(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)ctx;
    (void)count;
    *out = (RtDatum){ .value.b = is_distinct(args), .kind = PK_BOOL };
}

void fn_is_not_distinct(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)ctx;
    (void)count;
    *out = (RtDatum){ .value.b = !is_distinct(args), .kind = PK_BOOL };
}

static void pick(const RtDatum *args, uint32_t count, bool greatest, RtDatum *out)
{
    *out = args[0];
    for (uint32_t i = 1; i < count && !out->is_null; i++) {
        int order = args[i].is_null ? 0 : order_of(&args[i], out);
        if (args[i].is_null || (greatest ? order > 0 : order < 0))
            *out = args[i];
    }
}

void fn_greatest(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)ctx;
    pick(args, count, true, out);
}

void fn_least(FnCtx *ctx, const RtDatum *args, uint32_t count, RtDatum *out)
{
    (void)ctx;
    pick(args, count, false, out);
}
