/* fn_cast.c -- casts that need no text: numbers, booleans, decimals, times, intervals, lengths, precisions.
 *
 * Integers wrap; floating point saturates at INT and BIGINT, and goes through INT to the smaller ones, where it wraps
 * (so says Java, and so Flink); a DECIMAL that does not fit is NULL. */
#include "stdlib/fn_codes.h"
#include "stdlib/fn_prototypes.h"
#include "stdlib/fn_zone.h"

#include "runtime/base/decimal.h"
#include "runtime/base/digits.h"
#include "runtime/base/interval.h"

int64_t fn_cast_str_i64_slow(FnCtx *ctx, Str a);

/* The one cast of text that is hot: numbers that producers put in quotes. */
inline int64_t fn_cast_str_i64(FnCtx *ctx, Str a)
{
    int64_t value;
    return digits_quick(a, &value) ? value : fn_cast_str_i64_slow(ctx, a);
}

/* ---- numbers ---- */

static int64_t saturated_i64(double a)
{
    if (a != a)
        return 0;
    if (a >= 9223372036854775808.0)
        return INT64_MAX;
    return a <= -9223372036854775808.0 ? INT64_MIN : (int64_t)a;
}

static int32_t saturated_i32(double a)
{
    if (a != a)
        return 0;
    if (a >= 2147483647.0)
        return INT32_MAX;
    return a <= -2147483648.0 ? INT32_MIN : (int32_t)a;
}

#define CAST_PLAIN(from, F, to, T)                                                                                     \
    T fn_cast_##from##_##to(FnCtx *ctx, F a)                                                                           \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return (T)a;                                                                                                   \
    }
CAST_PLAIN(i8, int8_t, i16, int16_t)
CAST_PLAIN(i8, int8_t, i32, int32_t)
CAST_PLAIN(i8, int8_t, i64, int64_t)
CAST_PLAIN(i8, int8_t, f32, float)
CAST_PLAIN(i8, int8_t, f64, double)
CAST_PLAIN(i16, int16_t, i8, int8_t)
CAST_PLAIN(i16, int16_t, i32, int32_t)
CAST_PLAIN(i16, int16_t, i64, int64_t)
CAST_PLAIN(i16, int16_t, f32, float)
CAST_PLAIN(i16, int16_t, f64, double)
CAST_PLAIN(i32, int32_t, i8, int8_t)
CAST_PLAIN(i32, int32_t, i16, int16_t)
CAST_PLAIN(i32, int32_t, i64, int64_t)
CAST_PLAIN(i32, int32_t, f32, float)
CAST_PLAIN(i32, int32_t, f64, double)
CAST_PLAIN(i64, int64_t, i8, int8_t)
CAST_PLAIN(i64, int64_t, i16, int16_t)
CAST_PLAIN(i64, int64_t, i32, int32_t)
CAST_PLAIN(i64, int64_t, f32, float)
CAST_PLAIN(i64, int64_t, f64, double)
CAST_PLAIN(f32, float, f64, double)
CAST_PLAIN(f64, double, f32, float)

#define CAST_FLOATING(from, F)                                                                                         \
    int8_t fn_cast_##from##_i8(FnCtx *ctx, F a)                                                                        \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return (int8_t)saturated_i32((double)a);                                                                       \
    }                                                                                                                  \
    int16_t fn_cast_##from##_i16(FnCtx *ctx, F a)                                                                      \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return (int16_t)saturated_i32((double)a);                                                                      \
    }                                                                                                                  \
    int32_t fn_cast_##from##_i32(FnCtx *ctx, F a)                                                                      \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return saturated_i32((double)a);                                                                               \
    }                                                                                                                  \
    int64_t fn_cast_##from##_i64(FnCtx *ctx, F a)                                                                      \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return saturated_i64((double)a);                                                                               \
    }
CAST_FLOATING(f32, float)
CAST_FLOATING(f64, double)

static Int128 power_of_ten(int32_t scale)
{
    uint32_t digits = (uint32_t)scale;
    return (Int128)decimal_pow10(digits <= DECIMAL_PRECISION_MAX ? digits : DECIMAL_PRECISION_MAX);
}

static bool integer_to_decimal(int64_t a, int32_t precision, int32_t scale, Int128 *out)
{
    return decimal_rescale(a, 0, (uint32_t)scale, (uint32_t)precision, out);
}

#define CAST_INTEGER(k, T)                                                                                             \
    T fn_cast_bool_##k(FnCtx *ctx, bool a)                                                                             \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return a;                                                                                                      \
    }                                                                                                                  \
    bool fn_cast_##k##_bool(FnCtx *ctx, T a)                                                                           \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return a != 0;                                                                                                 \
    }                                                                                                                  \
    bool fn_cast_##k##_d128(FnCtx *ctx, T a, int32_t precision, int32_t scale, Int128 *out)                            \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return integer_to_decimal(a, precision, scale, out);                                                           \
    }                                                                                                                  \
    T fn_cast_d128_##k(FnCtx *ctx, Int128 a, int32_t scale)                                                            \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return (T)(int64_t)(a / power_of_ten(scale));                                                                  \
    }
CAST_INTEGER(i8, int8_t)
CAST_INTEGER(i16, int16_t)
CAST_INTEGER(i32, int32_t)
CAST_INTEGER(i64, int64_t)

#define CAST_FLOAT_DECIMAL(k, T)                                                                                       \
    T fn_cast_bool_##k(FnCtx *ctx, bool a)                                                                             \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return a ? 1 : 0;                                                                                              \
    }                                                                                                                  \
    bool fn_cast_##k##_bool(FnCtx *ctx, T a)                                                                           \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return a != 0;                                                                                                 \
    }                                                                                                                  \
    bool fn_cast_##k##_d128(FnCtx *ctx, T a, int32_t precision, int32_t scale, Int128 *out)                            \
    {                                                                                                                  \
        if (a - a != 0) {                                                                                              \
            fn_fail(ctx, E_OUT_OF_RANGE, "NaN or an infinity is no DECIMAL");                                          \
            return false;                                                                                              \
        }                                                                                                              \
        return decimal_from_double((double)a, (uint32_t)precision, (uint32_t)scale, out);                              \
    }                                                                                                                  \
    T fn_cast_d128_##k(FnCtx *ctx, Int128 a, int32_t scale)                                                            \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return (T)decimal_to_double(a, (uint32_t)scale);                                                               \
    }
CAST_FLOAT_DECIMAL(f32, float)
CAST_FLOAT_DECIMAL(f64, double)

bool fn_cast_d128_d128(FnCtx *ctx, Int128 a, int32_t from, int32_t precision, int32_t scale, Int128 *out)
{
    (void)ctx;
    return decimal_rescale(a, (uint32_t)from, (uint32_t)scale, (uint32_t)precision, out);
}

bool fn_cast_bool_d128(FnCtx *ctx, bool a, int32_t precision, int32_t scale, Int128 *out)
{
    (void)ctx;
    return integer_to_decimal(a, precision, scale, out);
}

bool fn_cast_d128_bool(FnCtx *ctx, Int128 a, int32_t scale)
{
    (void)ctx;
    (void)scale;
    return a != 0;
}

Int128 fn_dec_widen(FnCtx *ctx, int64_t a)
{
    (void)ctx;
    return a;
}

int64_t fn_dec_narrow(FnCtx *ctx, Int128 a)
{
    (void)ctx;
    return (int64_t)a;
}

Str fn_cast_bool_str(FnCtx *ctx, bool a)
{
    (void)ctx;
    return a ? STR("TRUE") : STR("FALSE");
}

Str fn_cast_str_bytes(FnCtx *ctx, Str a)
{
    (void)ctx;
    return a;
}

/* ---- dates and times ---- */

static int64_t start_of_day(int32_t days)
{
    return (int64_t)((uint64_t)days * (uint64_t)US_PER_DAY);
}

static RtTime96 wide(int64_t us)
{
    return (RtTime96){ .us = us };
}

static int32_t date_of(int64_t us)
{
    return (int32_t)us_days(us);
}

static int32_t time_of(int64_t us)
{
    return (int32_t)(us_of_day(us) / US_PER_MS);
}

/* CAST_TIME(from, its C type, to, its C type, the value) */
#define CAST_TIME(from, F, to, T, value)                                                                               \
    T fn_cast_##from##_##to(FnCtx *ctx, F a)                                                                           \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return value;                                                                                                  \
    }
CAST_TIME(date, int32_t, ts, int64_t, start_of_day(a))
CAST_TIME(date, int32_t, ts9, RtTime96, wide(start_of_day(a)))
CAST_TIME(date, int32_t, ltz, int64_t, fn_utc_us(ctx, start_of_day(a)))
CAST_TIME(date, int32_t, ltz9, RtTime96, wide(fn_utc_us(ctx, start_of_day(a))))
CAST_TIME(time, int32_t, ts, int64_t, a *US_PER_MS)
CAST_TIME(time, int32_t, ts9, RtTime96, wide(a *US_PER_MS))
CAST_TIME(time, int32_t, ltz, int64_t, fn_utc_us(ctx, a *US_PER_MS))
CAST_TIME(time, int32_t, ltz9, RtTime96, wide(fn_utc_us(ctx, a *US_PER_MS)))
CAST_TIME(ts, int64_t, date, int32_t, date_of(a))
CAST_TIME(ts, int64_t, time, int32_t, time_of(a))
CAST_TIME(ts, int64_t, ltz, int64_t, fn_utc_us(ctx, a))
CAST_TIME(ts, int64_t, ts9, RtTime96, wide(a))
CAST_TIME(ts, int64_t, ltz9, RtTime96, wide(fn_utc_us(ctx, a)))
CAST_TIME(ltz, int64_t, date, int32_t, date_of(fn_local_us(ctx, a)))
CAST_TIME(ltz, int64_t, time, int32_t, time_of(fn_local_us(ctx, a)))
CAST_TIME(ltz, int64_t, ts, int64_t, fn_local_us(ctx, a))
CAST_TIME(ltz, int64_t, ts9, RtTime96, wide(fn_local_us(ctx, a)))
CAST_TIME(ltz, int64_t, ltz9, RtTime96, wide(a))
CAST_TIME(ts9, RtTime96, date, int32_t, date_of(a.us))
CAST_TIME(ts9, RtTime96, time, int32_t, time_of(a.us))
CAST_TIME(ts9, RtTime96, ts, int64_t, a.us)
CAST_TIME(ts9, RtTime96, ltz, int64_t, fn_utc_us(ctx, a.us))
CAST_TIME(ltz9, RtTime96, date, int32_t, date_of(fn_local_us(ctx, a.us)))
CAST_TIME(ltz9, RtTime96, time, int32_t, time_of(fn_local_us(ctx, a.us)))
CAST_TIME(ltz9, RtTime96, ts, int64_t, fn_local_us(ctx, a.us))
CAST_TIME(ltz9, RtTime96, ltz, int64_t, a.us)
CAST_TIME(ts9, RtTime96, ltz9, RtTime96, ((RtTime96){ fn_utc_us(ctx, a.us), a.ns, 0 }))
CAST_TIME(ltz9, RtTime96, ts9, RtTime96, ((RtTime96){ fn_local_us(ctx, a.us), a.ns, 0 }))

/* ---- intervals ---- */

static int64_t unit_size(int32_t unit, bool of_months)
{
    int64_t size = of_months ? time_unit_months((TimeUnit)unit) : time_unit_us((TimeUnit)unit);
    return size == 0 ? 1 : size;
}

#define CAST_INTERVAL(i, I, of_months, k, T)                                                                           \
    T fn_cast_##i##_##k(FnCtx *ctx, I a, int32_t unit)                                                                 \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return (T)(a / unit_size(unit, of_months));                                                                    \
    }                                                                                                                  \
    I fn_cast_##k##_##i(FnCtx *ctx, T a, int32_t unit)                                                                 \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return (I)((uint64_t)a * (uint64_t)unit_size(unit, of_months));                                                \
    }
CAST_INTERVAL(im, int32_t, true, i8, int8_t)
CAST_INTERVAL(im, int32_t, true, i16, int16_t)
CAST_INTERVAL(im, int32_t, true, i32, int32_t)
CAST_INTERVAL(im, int32_t, true, i64, int64_t)
CAST_INTERVAL(is, int64_t, false, i8, int8_t)
CAST_INTERVAL(is, int64_t, false, i16, int16_t)
CAST_INTERVAL(is, int64_t, false, i32, int32_t)
CAST_INTERVAL(is, int64_t, false, i64, int64_t)

bool fn_cast_im_d128(FnCtx *ctx, int32_t a, int32_t unit, int32_t precision, int32_t scale, Int128 *out)
{
    (void)ctx;
    return integer_to_decimal(a / unit_size(unit, true), precision, scale, out);
}

bool fn_cast_is_d128(FnCtx *ctx, int64_t a, int32_t unit, int32_t precision, int32_t scale, Int128 *out)
{
    (void)ctx;
    return integer_to_decimal(a / unit_size(unit, false), precision, scale, out);
}

/* ---- parameters of the target ---- */

/* 10^(digits - precision), for a fraction of that many digits. */
static int64_t fraction_unit(int32_t digits, int32_t precision)
{
    int64_t unit = 1;
    for (int32_t i = precision < 0 ? 0 : precision; i < digits; i++)
        unit *= 10;
    return unit;
}

int64_t fn_cast_precision_us(FnCtx *ctx, int64_t a, int32_t precision)
{
    (void)ctx;
    return (int64_t)((uint64_t)a - (uint64_t)floor_mod(a, fraction_unit(6, precision)));
}

int32_t fn_cast_precision_ms(FnCtx *ctx, int32_t a, int32_t precision)
{
    (void)ctx;
    return (int32_t)(a - floor_mod(a, fraction_unit(3, precision)));
}

RtTime96 fn_cast_precision_time96(FnCtx *ctx, RtTime96 a, int32_t precision)
{
    if (precision <= 6)
        return wide(fn_cast_precision_us(ctx, a.us, precision));
    a.ns -= (int32_t)(a.ns % fraction_unit(9, precision));
    return a;
}
