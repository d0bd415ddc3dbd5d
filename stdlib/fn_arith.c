/* fn_arith.c -- integers: arithmetic, rounding, other bases; fn_float.c and fn_decimal.c have the other numbers.
 *
 * Integers are computed unsigned in 64 bits and narrowed: that wraps as Java does and is defined for all bits. */
#include "stdlib/fn_codes.h"
#include "stdlib/fn_prototypes.h"

#define INTEGERS(EACH)                                                                                                 \
    EACH(i8, int8_t)                                                                                                   \
    EACH(i16, int16_t)                                                                                                 \
    EACH(i32, int32_t)                                                                                                 \
    EACH(i64, int64_t)

#define INTEGER_RING(k, T)                                                                                             \
    T fn_add_##k(FnCtx *ctx, T a, T b)                                                                                 \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return (T)((uint64_t)a + (uint64_t)b);                                                                         \
    }                                                                                                                  \
    T fn_sub_##k(FnCtx *ctx, T a, T b)                                                                                 \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return (T)((uint64_t)a - (uint64_t)b);                                                                         \
    }                                                                                                                  \
    T fn_mul_##k(FnCtx *ctx, T a, T b)                                                                                 \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return (T)((uint64_t)a * (uint64_t)b);                                                                         \
    }                                                                                                                  \
    T fn_neg_##k(FnCtx *ctx, T a)                                                                                      \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return (T)(0 - (uint64_t)a);                                                                                   \
    }                                                                                                                  \
    T fn_abs_##k(FnCtx *ctx, T a)                                                                                      \
    {                                                                                                                  \
        return a < 0 ? fn_neg_##k(ctx, a) : a;                                                                         \
    }                                                                                                                  \
    T fn_sign_##k(FnCtx *ctx, T a)                                                                                     \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return (T)((a > 0) - (a < 0));                                                                                 \
    }                                                                                                                  \
    T fn_whole_##k(FnCtx *ctx, T a)                                                                                    \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return a;                                                                                                      \
    }
INTEGERS(INTEGER_RING)

static void fail_zero(FnCtx *ctx)
{
    fn_fail(ctx, E_DIVISION_BY_ZERO, "division by zero");
}

/* The smallest integer by -1 is itself, as the wrapped product says. */
#define INTEGER_DIVISION(k, T)                                                                                         \
    T fn_div_##k(FnCtx *ctx, T a, T b)                                                                                 \
    {                                                                                                                  \
        if (b == 0)                                                                                                    \
            fail_zero(ctx);                                                                                            \
        if (b == 0 || b == -1)                                                                                         \
            return (T)(0 - (uint64_t)a);                                                                               \
        return (T)(a / b);                                                                                             \
    }                                                                                                                  \
    T fn_mod_##k(FnCtx *ctx, T a, T b)                                                                                 \
    {                                                                                                                  \
        if (b == 0)                                                                                                    \
            fail_zero(ctx);                                                                                            \
        if (b == 0 || b == -1)                                                                                         \
            return 0;                                                                                                  \
        return (T)(a % b);                                                                                             \
    }
INTEGERS(INTEGER_DIVISION)

/* a to a multiple of 10^-places, in 64 bits, narrowed at the end as Flink does: ROUND(127, -1) of TINYINT is -126. */
static int64_t round_integer(int64_t a, int32_t places, bool cutting)
{
    if (places >= 0)
        return a;
    if (places < -18)
        return 0;
    int64_t unit = 1;
    for (int32_t i = places; i < 0; i++)
        unit *= 10;
    int64_t rest = a % unit;
    int64_t cut = a - rest;
    if (cutting || (rest < 0 ? rest > -(unit - unit / 2) : rest < unit - unit / 2))
        return cut;
    return (int64_t)((uint64_t)cut + (uint64_t)(a < 0 ? -unit : unit));
}

#define INTEGER_ROUNDING(k, T)                                                                                         \
    T fn_round_##k(FnCtx *ctx, T a, int32_t places)                                                                    \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return (T)round_integer(a, places, false);                                                                     \
    }                                                                                                                  \
    T fn_truncate_##k(FnCtx *ctx, T a, int32_t places)                                                                 \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return (T)round_integer(a, places, true);                                                                      \
    }
INTEGERS(INTEGER_ROUNDING)

/* The digits of a number in a base of 2^bits, without leading zeros. */
static Str print_power_of_two(FnCtx *ctx, uint64_t value, uint32_t bits)
{
    uint32_t count = 1;
    while (count * bits < 64 && value >> (count * bits) != 0)
        count++;
    char *out = fn_alloc(ctx, count);
    for (uint32_t i = count; i-- > 0; value >>= bits)
        out[i] = "0123456789ABCDEF"[value & ((1u << bits) - 1)];
    return (Str){ out, count };
}

Str fn_bin(FnCtx *ctx, int64_t a)
{
    return print_power_of_two(ctx, (uint64_t)a, 1);
}

Str fn_hex_i64(FnCtx *ctx, int64_t a)
{
    return print_power_of_two(ctx, (uint64_t)a, 4);
}

Str fn_hex_str(FnCtx *ctx, Str a)
{
    char *out = fn_alloc(ctx, 2 * a.len);
    for (uint64_t i = 0; i < a.len; i++) {
        uint8_t byte = (uint8_t)a.data[i];
        out[2 * i] = "0123456789ABCDEF"[byte >> 4];
        out[2 * i + 1] = "0123456789ABCDEF"[byte & 15];
    }
    return (Str){ out, 2 * a.len };
}

static int32_t hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Of an odd number of digits Flink gives up the first and begins with a zero byte. */
bool fn_unhex(FnCtx *ctx, Str a, Str *out)
{
    uint64_t odd = a.len & 1, count = a.len / 2;
    char *bytes = fn_alloc(ctx, count + odd);
    if (odd)
        bytes[0] = 0;
    if (odd && hex_value(a.data[0]) < 0)
        return false;
    for (uint64_t i = 0; i < count; i++) {
        int32_t high = hex_value(a.data[odd + 2 * i]), low = hex_value(a.data[odd + 2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        bytes[odd + i] = (char)(high << 4 | low);
    }
    *out = (Str){ bytes, count + odd };
    return true;
}
