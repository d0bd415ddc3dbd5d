/* fn_temporal.c -- arithmetic of times and intervals, and the functions of now. */
#include "stdlib/fn_codes.h"
#include "stdlib/fn_prototypes.h"
#include "stdlib/fn_zone.h"

#include "runtime/base/calendar.h"

/* Far outside of any calendar, but without a wrap where an instant is converted or printed. */
static bool is_sane(int64_t us)
{
    return us >= -200000 * 366 * US_PER_DAY / 2 && us <= 200000 * 366 * US_PER_DAY / 2;
}

static int64_t checked_time(FnCtx *ctx, bool overflow, int64_t us)
{
    if (!overflow && is_sane(us))
        return us;
    fn_fail(ctx, E_OUT_OF_RANGE, "timestamp out of range");
    return 0;
}

int64_t fn_plus_us_is(FnCtx *ctx, int64_t a, int64_t interval)
{
    int64_t sum;
    bool overflow = __builtin_add_overflow(a, interval, &sum);
    return checked_time(ctx, overflow, sum);
}

int64_t fn_minus_us_is(FnCtx *ctx, int64_t a, int64_t interval)
{
    int64_t sum;
    bool overflow = __builtin_sub_overflow(a, interval, &sum);
    return checked_time(ctx, overflow, sum);
}

RtTime96 fn_plus_time96_is(FnCtx *ctx, RtTime96 a, int64_t interval)
{
    a.us = fn_plus_us_is(ctx, a.us, interval);
    return a;
}

RtTime96 fn_minus_time96_is(FnCtx *ctx, RtTime96 a, int64_t interval)
{
    a.us = fn_minus_us_is(ctx, a.us, interval);
    return a;
}

int64_t fn_plus_ts_im(FnCtx *ctx, int64_t a, int32_t months)
{
    if (!is_sane(a))
        return checked_time(ctx, true, a);
    int64_t days = days_add_months(us_days(a), months);
    int64_t start;
    bool overflow = __builtin_mul_overflow(days, US_PER_DAY, &start) || !is_sane(start);
    return checked_time(ctx, overflow, overflow ? 0 : start + us_of_day(a));
}

int64_t fn_minus_ts_im(FnCtx *ctx, int64_t a, int32_t months)
{
    return months == INT32_MIN ? checked_time(ctx, true, a) : fn_plus_ts_im(ctx, a, -months);
}

#define MONTH_ARITHMETIC(name)                                                                                         \
    int64_t fn_##name##_ltz_im(FnCtx *ctx, int64_t a, int32_t months)                                                  \
    {                                                                                                                  \
        return fn_utc_us(ctx, fn_##name##_ts_im(ctx, fn_local_us(ctx, a), months));                                    \
    }                                                                                                                  \
    RtTime96 fn_##name##_ts9_im(FnCtx *ctx, RtTime96 a, int32_t months)                                                \
    {                                                                                                                  \
        a.us = fn_##name##_ts_im(ctx, a.us, months);                                                                   \
        return a;                                                                                                      \
    }                                                                                                                  \
    RtTime96 fn_##name##_ltz9_im(FnCtx *ctx, RtTime96 a, int32_t months)                                               \
    {                                                                                                                  \
        a.us = fn_##name##_ltz_im(ctx, a.us, months);                                                                  \
        return a;                                                                                                      \
    }
MONTH_ARITHMETIC(plus)
MONTH_ARITHMETIC(minus)

/* Whole days of the interval: 36 hours move a date by one. */
int32_t fn_plus_date_is(FnCtx *ctx, int32_t a, int64_t interval)
{
    (void)ctx;
    return (int32_t)(a + interval / US_PER_DAY);
}

int32_t fn_minus_date_is(FnCtx *ctx, int32_t a, int64_t interval)
{
    (void)ctx;
    return (int32_t)(a - interval / US_PER_DAY);
}

int32_t fn_plus_date_im(FnCtx *ctx, int32_t a, int32_t months)
{
    (void)ctx;
    return (int32_t)days_add_months(a, months);
}

int32_t fn_minus_date_im(FnCtx *ctx, int32_t a, int32_t months)
{
    (void)ctx;
    return (int32_t)days_add_months(a, -(int64_t)months);
}

/* Times of day go round. */
int32_t fn_plus_time_is(FnCtx *ctx, int32_t a, int64_t interval)
{
    (void)ctx;
    return (int32_t)floor_mod(a + interval / US_PER_MS, MS_PER_DAY);
}

int32_t fn_minus_time_is(FnCtx *ctx, int32_t a, int64_t interval)
{
    (void)ctx;
    return (int32_t)floor_mod(a - interval / US_PER_MS, MS_PER_DAY);
}

/* ---- intervals ---- */

static int64_t checked_interval(FnCtx *ctx, bool overflow, int64_t value)
{
    if (overflow)
        fn_fail(ctx, E_OUT_OF_RANGE, "interval out of range");
    return overflow ? 0 : value;
}

#define INTERVAL_ARITHMETIC(k, T)                                                                                      \
    T fn_plus_##k##_##k(FnCtx *ctx, T a, T b)                                                                          \
    {                                                                                                                  \
        T sum;                                                                                                         \
        bool overflow = __builtin_add_overflow(a, b, &sum);                                                            \
        return (T)checked_interval(ctx, overflow, sum);                                                                \
    }                                                                                                                  \
    T fn_minus_##k##_##k(FnCtx *ctx, T a, T b)                                                                         \
    {                                                                                                                  \
        T difference;                                                                                                  \
        bool overflow = __builtin_sub_overflow(a, b, &difference);                                                     \
        return (T)checked_interval(ctx, overflow, difference);                                                         \
    }                                                                                                                  \
    T fn_neg_##k(FnCtx *ctx, T a)                                                                                      \
    {                                                                                                                  \
        (void)ctx;                                                                                                     \
        return (T)(0 - (uint64_t)a);                                                                                   \
    }                                                                                                                  \
    T fn_mul_##k##_i64(FnCtx *ctx, T a, int64_t times)                                                                 \
    {                                                                                                                  \
        T product;                                                                                                     \
        bool overflow = __builtin_mul_overflow(a, times, &product);                                                    \
        return (T)checked_interval(ctx, overflow, product);                                                            \
    }                                                                                                                  \
    T fn_mul_i64_##k(FnCtx *ctx, int64_t times, T a)                                                                   \
    {                                                                                                                  \
        return fn_mul_##k##_i64(ctx, a, times);                                                                        \
    }
INTERVAL_ARITHMETIC(is, int64_t)
INTERVAL_ARITHMETIC(im, int32_t)

int64_t fn_minus_second_us(FnCtx *ctx, int64_t a, int64_t b)
{
    (void)ctx;
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

int64_t fn_minus_second_time96(FnCtx *ctx, RtTime96 a, RtTime96 b)
{
    return fn_minus_second_us(ctx, a.us, b.us);
}

int64_t fn_minus_second_date(FnCtx *ctx, int32_t a, int32_t b)
{
    (void)ctx;
    return (int64_t)((uint64_t)((int64_t)a - b) * (uint64_t)US_PER_DAY);
}

int64_t fn_minus_second_time(FnCtx *ctx, int32_t a, int32_t b)
{
    (void)ctx;
    return ((int64_t)a - b) * US_PER_MS;
}

/* ---- from numbers ---- */

/* Years 0 to 9999, where Flink stops. */
#define EPOCH_MS_MIN INT64_C(-62167219200000)
#define EPOCH_MS_MAX INT64_C(253402300799999)

static bool from_epoch_ms(int64_t ms, int64_t *out)
{
    *out = 0;
    if (ms < EPOCH_MS_MIN || ms > EPOCH_MS_MAX)
        return false;
    *out = ms * US_PER_MS;
    return true;
}

bool fn_to_timestamp_ltz_ms(FnCtx *ctx, int64_t ms, int64_t *out)
{
    (void)ctx;
    return from_epoch_ms(ms, out);
}

static bool is_precision(FnCtx *ctx, int32_t precision)
{
    if (precision >= 0 && precision <= 9)
        return true;
    fn_fail(ctx, E_BAD_ARGUMENT, "the precision of TO_TIMESTAMP_LTZ is 0 (seconds) to 9 (nanoseconds), not %d",
            (int)precision);
    return false;
}

static int64_t power_of_ten(int32_t power)
{
    int64_t result = 1;
    for (; power > 0; power--)
        result *= 10;
    return result;
}

/* In units of 10^-precision seconds; false outside of the calendar. */
static bool from_epoch(int64_t epoch, int32_t precision, RtTime96 *out)
{
    __int128 ns = (__int128)epoch * power_of_ten(9 - precision);
    __int128 us = ns / 1000 - (ns % 1000 < 0);
    *out = (RtTime96){ .us = (int64_t)us, .ns = (int32_t)(ns - us * 1000) };
    return us >= (__int128)EPOCH_MS_MIN * US_PER_MS && us <= (__int128)EPOCH_MS_MAX * US_PER_MS;
}

static __attribute__((noinline, cold)) bool ms_of_other_unit(FnCtx *ctx, int64_t epoch, int32_t precision, int64_t *out)
{
    RtTime96 time;
    if (!is_precision(ctx, precision) || !from_epoch(epoch, precision, &time))
        return false;
    *out = floor_div(time.us, US_PER_MS) * US_PER_MS;
    return true;
}

/* Milliseconds and seconds are the event times of most streams: no 128 bits for them. */
bool fn_to_timestamp_ltz_i64(FnCtx *ctx, int64_t epoch, int32_t precision, int64_t *out)
{
    int64_t ms;
    if (precision == 3)
        return from_epoch_ms(epoch, out);
    if (precision == 0)
        return !__builtin_mul_overflow(epoch, INT64_C(1000), &ms) && from_epoch_ms(ms, out);
    return ms_of_other_unit(ctx, epoch, precision, out);
}

bool fn_to_timestamp_ltz_us(FnCtx *ctx, int64_t epoch, int32_t precision, int64_t *out)
{
    RtTime96 time;
    if (!is_precision(ctx, precision) || !from_epoch(epoch, precision, &time))
        return false;
    *out = time.us;
    return true;
}

bool fn_to_timestamp_ltz_ns(FnCtx *ctx, int64_t epoch, int32_t precision, RtTime96 *out)
{
    return is_precision(ctx, precision) && from_epoch(epoch, precision, out);
}

bool fn_to_timestamp_ltz_f64(FnCtx *ctx, double epoch, int32_t precision, int64_t *out)
{
    if (!is_precision(ctx, precision))
        return false;
    double ms =
        precision <= 3 ? epoch * (double)power_of_ten(3 - precision) : epoch / (double)power_of_ten(precision - 3);
    if (!(ms >= (double)EPOCH_MS_MIN && ms <= (double)EPOCH_MS_MAX))
        return false;
    return from_epoch_ms((int64_t)ms, out);
}

/* ---- now ---- */

static int64_t now_ms_us(const FnCtx *ctx)
{
    return floor_div(ctx->now_us, US_PER_MS) * US_PER_MS;
}

int64_t fn_current_timestamp(FnCtx *ctx)
{
    return now_ms_us(ctx);
}

int64_t fn_localtimestamp(FnCtx *ctx)
{
    return fn_local_us(ctx, now_ms_us(ctx));
}

int32_t fn_current_date(FnCtx *ctx)
{
    return (int32_t)us_days(fn_localtimestamp(ctx));
}

int32_t fn_localtime(FnCtx *ctx)
{
    return (int32_t)(us_of_day(fn_localtimestamp(ctx)) / US_PER_SECOND * 1000);
}

int64_t fn_unix_timestamp_now(FnCtx *ctx)
{
    return floor_div(ctx->now_us, US_PER_SECOND);
}

bool fn_current_watermark(FnCtx *ctx, int64_t rowtime, int64_t *out)
{
    (void)rowtime;
    *out = ctx->watermark_us;
    return ctx->watermark_us != INT64_MIN;
}
