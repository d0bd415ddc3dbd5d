/* fn_float.c -- FLOAT and DOUBLE: arithmetic, rounding, mathematics.
 *
 * IEEE and never contracted.  ROUND and TRUNCATE work on the shortest decimal text of a number, as Flink does, so that
 * 1.005 to two places is 1.01. */
#include "stdlib/fn_prototypes.h"

#include "runtime/base/number.h"

#include <math.h>

#define FLOATS(EACH)                                                                                                   \
    EACH(f32, float)                                                                                                   \
    EACH(f64, double)

#define FLOAT_RING(k, T)                                                                                               \
    T fn_add_##k(FnCtx *ctx, T a, T b)                                                                                 \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return a + b;                                                                                                  \
    }                                                                                                                  \
    T fn_sub_##k(FnCtx *ctx, T a, T b)                                                                                 \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return a - b;                                                                                                  \
    }                                                                                                                  \
    T fn_mul_##k(FnCtx *ctx, T a, T b)                                                                                 \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return a * b;                                                                                                  \
    }                                                                                                                  \
    T fn_div_##k(FnCtx *ctx, T a, T b)                                                                                 \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return a / b;                                                                                                  \
    }                                                                                                                  \
    T fn_mod_##k(FnCtx *ctx, T a, T b)                                                                                 \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return (T)fmod((double)a, (double)b);                                                                          \
    }                                                                                                                  \
    T fn_neg_##k(FnCtx *ctx, T a)                                                                                      \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return -a;                                                                                                     \
    }                                                                                                                  \
    T fn_abs_##k(FnCtx *ctx, T a)                                                                                      \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return (T)fabs((double)a);                                                                                     \
    }
FLOATS(FLOAT_RING)

#define FLOAT_ROUNDING(k, T)                                                                                           \
    T fn_sign_##k(FnCtx *ctx, T a)                                                                                     \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return a > 0 ? 1 : a < 0 ? -1 : a; /* zeros and NaN stay */                                                    \
    }                                                                                                                  \
    T fn_ceil_##k(FnCtx *ctx, T a)                                                                                     \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return (T)ceil((double)a);                                                                                     \
    }                                                                                                                  \
    T fn_floor_##k(FnCtx *ctx, T a)                                                                                    \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return (T)floor((double)a);                                                                                    \
    }                                                                                                                  \
    T fn_round_##k(FnCtx *ctx, T a, int32_t places)                                                                    \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return (T)double_round((double)a, places, false);                                                              \
    }                                                                                                                  \
    T fn_round_##k##_0(FnCtx *ctx, T a)                                                                                \
    {                                                                                                                  \
        return fn_round_##k(ctx, a, 0);                                                                                \
    }                                                                                                                  \
    T fn_truncate_##k(FnCtx *ctx, T a, int32_t places)                                                                 \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return (T)double_round((double)a, places, true);                                                               \
    }                                                                                                                  \
    T fn_truncate_##k##_0(FnCtx *ctx, T a)                                                                             \
    {                                                                                                                  \
        return fn_truncate_##k(ctx, a, 0);                                                                             \
    }
FLOATS(FLOAT_ROUNDING)

#define MATHEMATICS(EACH)                                                                                              \
    EACH(sqrt, sqrt(x))                                                                                                \
    EACH(exp, exp(x))                                                                                                  \
    EACH(sin, sin(x))                                                                                                  \
    EACH(cos, cos(x))                                                                                                  \
    EACH(tan, tan(x))                                                                                                  \
    EACH(cot, 1.0 / tan(x))                                                                                            \
    EACH(asin, asin(x))                                                                                                \
    EACH(acos, acos(x))                                                                                                \
    EACH(atan, atan(x))                                                                                                \
    EACH(sinh, sinh(x))                                                                                                \
    EACH(cosh, cosh(x))                                                                                                \
    EACH(tanh, tanh(x))                                                                                                \
    EACH(degrees, x * 57.29577951308232)                                                                               \
    EACH(radians, x * 0.017453292519943295)                                                                            \
    EACH(ln, log(x))                                                                                                   \
    EACH(log10, log10(x))                                                                                              \
    EACH(log2, log(x) / log(2.0))

#define MATHEMATIC(name, expression)                                                                                   \
    double fn_##name(FnCtx *ctx, double x)                                                                             \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return expression;                                                                                             \
    }
MATHEMATICS(MATHEMATIC)

double fn_power(FnCtx *ctx, double base, double exponent)
{
    (void)ctx;
    return pow(base, exponent);
}

double fn_atan2(FnCtx *ctx, double y, double x)
{
    (void)ctx;
    return atan2(y, x);
}

double fn_log_base(FnCtx *ctx, double base, double x)
{
    (void)ctx;
    return log(x) / log(base);
}

bool fn_ratio(FnCtx *ctx, double a, double b, double *out)
{
    (void)ctx;
    *out = a / b;
    return b != 0;
}

double fn_pi(FnCtx *ctx)
{
    (void)ctx;
    return 3.141592653589793;
}

double fn_e(FnCtx *ctx)
{
    (void)ctx;
    return 2.718281828459045;
}
