/* fn_decimal.c -- DECIMAL arithmetic.
 *
 * Sums, and products and quotients whose parts fit in 64 bits, are inline; the rest is base/decimal.c. */
#include "stdlib/fn_codes.h"
#include "stdlib/fn_prototypes.h"

#include "runtime/base/decimal.h"

static bool is_small(Int128 a)
{
    return a == (Int128)(int64_t)a;
}

static Int128 power_of_ten(int32_t scale)
{
    uint32_t digits = (uint32_t)scale;
    return (Int128)decimal_pow10(digits <= DECIMAL_PRECISION_MAX ? digits : DECIMAL_PRECISION_MAX);
}

bool fn_add_d128(FnCtx *ctx, Int128 a, Int128 b, int32_t shift, int32_t drop, Int128 *out)
{
    (void)ctx;
    if (shift == 0 && drop == 0) {
        *out = (Int128)((unsigned __int128)a + (unsigned __int128)b); /* both below 10^38: cannot wrap */
        return decimal_fits(*out, DECIMAL_PRECISION_MAX);
    }
    if (drop == 0 && shift >= -18 && shift <= 18 && is_small(a) && is_small(b)) {
        *out = a * power_of_ten(shift > 0 ? shift : 0) + b * power_of_ten(shift < 0 ? -shift : 0);
        return decimal_fits(*out, DECIMAL_PRECISION_MAX);
    }
    return decimal_add(a, b, shift, (uint32_t)drop, out);
}

bool fn_sub_d128(FnCtx *ctx, Int128 a, Int128 b, int32_t shift, int32_t drop, Int128 *out)
{
    return fn_add_d128(ctx, a, (Int128)(0 - (unsigned __int128)b), shift, drop, out);
}

bool fn_mul_d128(FnCtx *ctx, Int128 a, Int128 b, int32_t drop, int32_t precision, Int128 *out)
{
    (void)ctx;
    if (drop == 0 && is_small(a) && is_small(b)) {
        *out = a * b;
        return decimal_fits(*out, (uint32_t)precision);
    }
    return decimal_multiply(a, b, (uint32_t)drop, (uint32_t)precision, out);
}

bool fn_div_d128(FnCtx *ctx, Int128 a, Int128 b, int32_t shift, int32_t precision, Int128 *out)
{
    if (b == 0) {
        fn_fail(ctx, E_DIVISION_BY_ZERO, "division by zero");
        return false;
    }
    return decimal_divide(a, b, shift, (uint32_t)precision, out);
}

Int128 fn_mod_d128(FnCtx *ctx, Int128 a, Int128 b)
{
    if (b == 0) {
        fn_fail(ctx, E_DIVISION_BY_ZERO, "division by zero");
        return 0;
    }
    if (is_small(a) && is_small(b) && b != -1)
        return (int64_t)a % (int64_t)b;
    return b == -1 ? 0 : a % b;
}

Int128 fn_neg_d128(FnCtx *ctx, Int128 a)
{
    (void)ctx;
    return (Int128)(0 - (unsigned __int128)a);
}

Int128 fn_abs_d128(FnCtx *ctx, Int128 a)
{
    return a < 0 ? fn_neg_d128(ctx, a) : a;
}

Int128 fn_sign_d128(FnCtx *ctx, Int128 a, int32_t scale)
{
    (void)ctx;
    Int128 unit = power_of_ten(scale);
    return a > 0 ? unit : a < 0 ? -unit : 0;
}

Int128 fn_ceil_d128(FnCtx *ctx, Int128 a, int32_t scale)
{
    (void)ctx;
    Int128 unit = power_of_ten(scale);
    return a / unit + (a % unit > 0);
}

Int128 fn_floor_d128(FnCtx *ctx, Int128 a, int32_t scale)
{
    (void)ctx;
    Int128 unit = power_of_ten(scale);
    return a / unit - (a % unit < 0);
}

/* To `places` behind the point, counted in units of 10^-to.  The result has a digit more than the argument where that
 * is possible, so that only the 39th digit can be too many. */
static bool round_places(Int128 a, int32_t places, int32_t from, int32_t to, bool cutting, Int128 *out)
{
    int32_t drop = from - places;
    *out = 0;
    if (drop <= 0)
        return decimal_rescale(a, (uint32_t)from, (uint32_t)to, DECIMAL_PRECISION_MAX, out);
    if (places < -DECIMAL_PRECISION_MAX || drop > DECIMAL_PRECISION_MAX) /* every digit and more */
        return true;
    if (cutting)
        a = a / power_of_ten(drop) * power_of_ten(drop);
    Int128 rounded;
    return decimal_rescale(a, (uint32_t)drop, 0, DECIMAL_PRECISION_MAX, &rounded) &&
           decimal_rescale(rounded, 0, (uint32_t)(to - places), DECIMAL_PRECISION_MAX, out);
}

bool fn_round_d128(FnCtx *ctx, Int128 a, int32_t places, int32_t from, int32_t to, Int128 *out)
{
    (void)ctx;
    return round_places(a, places, from, to, false, out);
}

bool fn_round_d128_0(FnCtx *ctx, Int128 a, int32_t from, int32_t to, Int128 *out)
{
    return fn_round_d128(ctx, a, 0, from, to, out);
}

bool fn_truncate_d128(FnCtx *ctx, Int128 a, int32_t places, int32_t from, int32_t to, Int128 *out)
{
    (void)ctx;
    return round_places(a, places, from, to, true, out);
}

bool fn_truncate_d128_0(FnCtx *ctx, Int128 a, int32_t from, int32_t to, Int128 *out)
{
    return fn_truncate_d128(ctx, a, 0, from, to, out);
}
