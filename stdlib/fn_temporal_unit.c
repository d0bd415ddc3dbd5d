/* fn_temporal_unit.c -- what takes a unit: EXTRACT and its short names, FLOOR and CEIL .. TO, TIMESTAMPADD,
 * TIMESTAMPDIFF.
 *
 * The unit is a constant at every call, so that after inlining one branch of each switch remains. */
#include "stdlib/fn_codes.h"
#include "stdlib/fn_prototypes.h"
#include "stdlib/fn_zone.h"

#include "runtime/base/interval.h"

static void fail_unit(FnCtx *ctx, const char *what)
{
    fn_fail(ctx, E_BAD_ARGUMENT, "the unit cannot be used with %s", what);
}

/* ---- EXTRACT ---- */

static int64_t extract_day_field(FnCtx *ctx, TimeUnit unit, int64_t days)
{
    CivilDate civil = civil_from_days(days);
    switch (unit) {
    case UNIT_YEAR:
        return civil.year;
    case UNIT_QUARTER:
        return (civil.month + 2) / 3;
    case UNIT_MONTH:
        return civil.month;
    case UNIT_WEEK:
        return iso_week(days);
    case UNIT_DAY:
        return civil.day;
    case UNIT_DECADE:
        return floor_div(civil.year, 10);
    case UNIT_CENTURY:
        return floor_div(civil.year - 1, 100) + 1;
    case UNIT_MILLENNIUM:
        return floor_div(civil.year - 1, 1000) + 1;
    case UNIT_DOW:
        return iso_day_of_week(days) % 7 + 1;
    case UNIT_ISODOW:
        return iso_day_of_week(days);
    case UNIT_DOY:
        return day_of_year(days);
    case UNIT_ISOYEAR:
        return iso_year(days);
    default:
        fail_unit(ctx, "a date");
        return 0;
    }
}

/* A field of the clock, from microseconds of the day; false when the unit is none. */
static bool clock_field(TimeUnit unit, int64_t us, int64_t *out)
{
    switch (unit) {
    case UNIT_HOUR:
        *out = us / US_PER_HOUR;
        return true;
    case UNIT_MINUTE:
        *out = us / US_PER_MINUTE % 60;
        return true;
    case UNIT_SECOND:
        *out = us / US_PER_SECOND % 60;
        return true;
    case UNIT_MILLISECOND:
        *out = us % US_PER_SECOND / US_PER_MS;
        return true;
    case UNIT_MICROSECOND:
        *out = us % US_PER_SECOND;
        return true;
    default:
        return false;
    }
}

static int64_t extract_local(FnCtx *ctx, TimeUnit unit, int64_t local_us, int32_t ns, int64_t utc_us)
{
    int64_t field;
    if (clock_field(unit, us_of_day(local_us), &field))
        return field;
    if (unit == UNIT_NANOSECOND)
        return us_of_day(local_us) % US_PER_SECOND * 1000 + ns;
    if (unit == UNIT_EPOCH)
        return floor_div(utc_us, US_PER_SECOND);
    return extract_day_field(ctx, unit, us_days(local_us));
}

int64_t fn_extract_ts(FnCtx *ctx, int32_t unit, int64_t a)
{
    return extract_local(ctx, (TimeUnit)unit, a, 0, a);
}

int64_t fn_extract_ltz(FnCtx *ctx, int32_t unit, int64_t a)
{
    return extract_local(ctx, (TimeUnit)unit, fn_local_us(ctx, a), 0, a);
}

int64_t fn_extract_ts9(FnCtx *ctx, int32_t unit, RtTime96 a)
{
    return extract_local(ctx, (TimeUnit)unit, a.us, a.ns, a.us);
}

int64_t fn_extract_ltz9(FnCtx *ctx, int32_t unit, RtTime96 a)
{
    return extract_local(ctx, (TimeUnit)unit, fn_local_us(ctx, a.us), a.ns, a.us);
}

int64_t fn_extract_date(FnCtx *ctx, int32_t unit, int32_t a)
{
    int64_t field;
    if (unit == UNIT_EPOCH)
        return a * INT64_C(86400);
    if (unit == UNIT_NANOSECOND || clock_field((TimeUnit)unit, 0, &field))
        return 0;
    return extract_day_field(ctx, (TimeUnit)unit, a);
}

int64_t fn_extract_time(FnCtx *ctx, int32_t unit, int32_t a)
{
    int64_t field;
    if (clock_field((TimeUnit)unit, a * US_PER_MS, &field))
        return field;
    if (unit == UNIT_NANOSECOND)
        return a % 1000 * INT64_C(1000000);
    fail_unit(ctx, "a time of day");
    return 0;
}

int64_t fn_extract_im(FnCtx *ctx, int32_t unit, int32_t a)
{
    switch ((TimeUnit)unit) {
    case UNIT_YEAR:
        return a / 12;
    case UNIT_QUARTER:
        return (a % 12 - 1) / 3 + 1;
    case UNIT_MONTH:
        return a % 12;
    default:
        fail_unit(ctx, "an interval of years and months");
        return 0;
    }
}

int64_t fn_extract_is(FnCtx *ctx, int32_t unit, int64_t a)
{
    int64_t field;
    if (unit == UNIT_DAY)
        return a / US_PER_DAY;
    if (clock_field((TimeUnit)unit, a % US_PER_DAY, &field)) /* negative where the interval is */
        return field;
    if (unit == UNIT_NANOSECOND)
        return a % US_PER_SECOND * 1000;
    fail_unit(ctx, "an interval of days and seconds");
    return 0;
}

#define FIELD_OF_DAY(name, UNIT)                                                                                       \
    int64_t fn_##name##_ts(FnCtx *ctx, int64_t a)                                                                      \
    {                                                                                                                  \
        return fn_extract_ts(ctx, UNIT, a);                                                                            \
    }                                                                                                                  \
    int64_t fn_##name##_ltz(FnCtx *ctx, int64_t a)                                                                     \
    {                                                                                                                  \
        return fn_extract_ltz(ctx, UNIT, a);                                                                           \
    }                                                                                                                  \
    int64_t fn_##name##_date(FnCtx *ctx, int32_t a)                                                                    \
    {                                                                                                                  \
        return fn_extract_date(ctx, UNIT, a);                                                                          \
    }
#define FIELD_OF_CLOCK(name, UNIT)                                                                                     \
    FIELD_OF_DAY(name, UNIT)                                                                                           \
    int64_t fn_##name##_time(FnCtx *ctx, int32_t a)                                                                    \
    {                                                                                                                  \
        return fn_extract_time(ctx, UNIT, a);                                                                          \
    }
FIELD_OF_DAY(year, UNIT_YEAR)
FIELD_OF_DAY(quarter, UNIT_QUARTER)
FIELD_OF_DAY(month, UNIT_MONTH)
FIELD_OF_DAY(week, UNIT_WEEK)
FIELD_OF_DAY(dayofyear, UNIT_DOY)
FIELD_OF_DAY(dayofmonth, UNIT_DAY)
FIELD_OF_DAY(dayofweek, UNIT_DOW)
FIELD_OF_CLOCK(hour, UNIT_HOUR)
FIELD_OF_CLOCK(minute, UNIT_MINUTE)
FIELD_OF_CLOCK(second, UNIT_SECOND)

/* ---- FLOOR and CEIL ---- */

/* The first day of the unit that holds a day; weeks begin on Sunday, centuries and millennia in their year 1. */
static int64_t floor_days(FnCtx *ctx, TimeUnit unit, int64_t days)
{
    CivilDate civil = civil_from_days(days);
    switch (unit) {
    case UNIT_WEEK:
        return days - iso_day_of_week(days) % 7;
    case UNIT_MONTH:
        return days - civil.day + 1;
    case UNIT_QUARTER:
        return days_from_civil(civil.year, (civil.month - 1) / 3 * 3 + 1, 1);
    case UNIT_YEAR:
        return days_from_civil(civil.year, 1, 1);
    case UNIT_DECADE:
        return days_from_civil(floor_div(civil.year, 10) * 10, 1, 1);
    case UNIT_CENTURY:
        return days_from_civil(floor_div(civil.year - 1, 100) * 100 + 1, 1, 1);
    case UNIT_MILLENNIUM:
        return days_from_civil(floor_div(civil.year - 1, 1000) * 1000 + 1, 1, 1);
    default:
        fail_unit(ctx, "FLOOR and CEIL");
        return days;
    }
}

/* As Flink: the time of day does not count; a Sunday, the first of a month and of a year stay; quarters stay on 1
 * January only, decades and longer never. */
static int64_t ceil_days(FnCtx *ctx, TimeUnit unit, int64_t days)
{
    int64_t low = floor_days(ctx, unit, days);
    if (unit == UNIT_WEEK)
        return low == days ? days : low + 7;
    bool stays = low == days && (unit == UNIT_MONTH || unit == UNIT_YEAR ||
                                 (unit == UNIT_QUARTER && civil_from_days(days).month == 1));
    return stays ? days : days_add_months(low, time_unit_months(unit));
}

/* Units of the clock, the day included: plain multiples. */
static bool is_clock_unit(TimeUnit unit)
{
    return unit == UNIT_DAY || unit == UNIT_HOUR || unit == UNIT_MINUTE || unit == UNIT_SECOND ||
           unit == UNIT_MILLISECOND || unit == UNIT_MICROSECOND;
}

int64_t fn_floor_ts(FnCtx *ctx, int64_t a, int32_t unit)
{
    if (is_clock_unit((TimeUnit)unit)) {
        int64_t size = time_unit_us((TimeUnit)unit);
        return floor_div(a, size) * size;
    }
    return floor_days(ctx, (TimeUnit)unit, us_days(a)) * US_PER_DAY;
}

int64_t fn_ceil_ts(FnCtx *ctx, int64_t a, int32_t unit)
{
    if (is_clock_unit((TimeUnit)unit)) {
        int64_t size = time_unit_us((TimeUnit)unit);
        int64_t low = floor_div(a, size) * size;
        return low == a ? a : low + size;
    }
    return ceil_days(ctx, (TimeUnit)unit, us_days(a)) * US_PER_DAY;
}

/* Hours and less are cut at the offset of the instant, so that both passes of an hour stay apart; days and more begin
 * when the clock says so. */
static int64_t rounded_utc_us(FnCtx *ctx, int64_t instant_us, int64_t local_us, int64_t rounded_us, int32_t unit)
{
    bool is_hour_or_less = is_clock_unit((TimeUnit)unit) && unit != UNIT_DAY;
    return is_hour_or_less ? rounded_us - (local_us - instant_us) : fn_utc_us(ctx, rounded_us);
}

#define ROUND_TIMES(name)                                                                                              \
    int64_t fn_##name##_ltz(FnCtx *ctx, int64_t a, int32_t unit)                                                       \
    {                                                                                                                  \
        int64_t local = fn_local_us(ctx, a);                                                                           \
        return rounded_utc_us(ctx, a, local, fn_##name##_ts(ctx, local, unit), unit);                                  \
    }                                                                                                                  \
    RtTime96 fn_##name##_ltz9(FnCtx *ctx, RtTime96 a, int32_t unit)                                                    \
    {                                                                                                                  \
        RtTime96 local = { fn_local_us(ctx, a.us), a.ns, 0 };                                                          \
        RtTime96 rounded = fn_##name##_ts9(ctx, local, unit);                                                          \
        rounded.us = rounded_utc_us(ctx, a.us, local.us, rounded.us, unit);                                            \
        return rounded;                                                                                                \
    }

RtTime96 fn_floor_ts9(FnCtx *ctx, RtTime96 a, int32_t unit)
{
    return (RtTime96){ .us = fn_floor_ts(ctx, a.us, unit) };
}

RtTime96 fn_ceil_ts9(FnCtx *ctx, RtTime96 a, int32_t unit)
{
    return (RtTime96){ .us = fn_ceil_ts(ctx, a.us + (a.ns > 0 && is_clock_unit((TimeUnit)unit)), unit) };
}
ROUND_TIMES(floor)
ROUND_TIMES(ceil)

int32_t fn_floor_date(FnCtx *ctx, int32_t a, int32_t unit)
{
    return is_clock_unit((TimeUnit)unit) ? a : (int32_t)floor_days(ctx, (TimeUnit)unit, a);
}

/* CEIL(DATE TO DAY) is the next day, in Flink too. */
int32_t fn_ceil_date(FnCtx *ctx, int32_t a, int32_t unit)
{
    if (unit == UNIT_DAY)
        return a + 1;
    return is_clock_unit((TimeUnit)unit) ? a : (int32_t)ceil_days(ctx, (TimeUnit)unit, a);
}

static int32_t round_time(FnCtx *ctx, int32_t a, int32_t unit, bool up)
{
    if (!is_clock_unit((TimeUnit)unit) || unit == UNIT_DAY) {
        fail_unit(ctx, "a time of day");
        return a;
    }
    int64_t size = time_unit_us((TimeUnit)unit) / US_PER_MS;
    if (size <= 1)
        return a;
    int64_t rest = a % size;
    return (int32_t)(rest == 0 ? a : (a - rest + (up ? size : 0)) % MS_PER_DAY);
}

int32_t fn_floor_time(FnCtx *ctx, int32_t a, int32_t unit)
{
    return round_time(ctx, a, unit, false);
}

int32_t fn_ceil_time(FnCtx *ctx, int32_t a, int32_t unit)
{
    return round_time(ctx, a, unit, true);
}

/* ---- TIMESTAMPADD ---- */

/* count * size in an interval; false where it is none. */
static bool scaled(FnCtx *ctx, int64_t count, int64_t size, int64_t *out)
{
    if (size != 0 && !__builtin_mul_overflow(count, size, out))
        return true;
    if (size == 0)
        fail_unit(ctx, "TIMESTAMPADD");
    else
        fn_fail(ctx, E_OUT_OF_RANGE, "interval out of range");
    return false;
}

int64_t fn_timestampadd_ts(FnCtx *ctx, int32_t unit, int64_t count, int64_t a)
{
    int64_t months = time_unit_months((TimeUnit)unit), interval;
    if (!scaled(ctx, count, months != 0 ? months : time_unit_us((TimeUnit)unit), &interval))
        return 0;
    if (months == 0)
        return fn_plus_us_is(ctx, a, interval);
    if (interval == (int32_t)interval)
        return fn_plus_ts_im(ctx, a, (int32_t)interval);
    fn_fail(ctx, E_OUT_OF_RANGE, "interval out of range");
    return 0;
}

int64_t fn_timestampadd_ltz(FnCtx *ctx, int32_t unit, int64_t count, int64_t a)
{
    if (time_unit_months((TimeUnit)unit) == 0)
        return fn_timestampadd_ts(ctx, unit, count, a);
    return fn_utc_us(ctx, fn_timestampadd_ts(ctx, unit, count, fn_local_us(ctx, a)));
}

RtTime96 fn_timestampadd_ts9(FnCtx *ctx, int32_t unit, int64_t count, RtTime96 a)
{
    a.us = fn_timestampadd_ts(ctx, unit, count, a.us);
    return a;
}

RtTime96 fn_timestampadd_ltz9(FnCtx *ctx, int32_t unit, int64_t count, RtTime96 a)
{
    a.us = fn_timestampadd_ltz(ctx, unit, count, a.us);
    return a;
}

int32_t fn_timestampadd_date(FnCtx *ctx, int32_t unit, int64_t count, int32_t a)
{
    return (int32_t)us_days(fn_timestampadd_ts(ctx, unit, count, a * US_PER_DAY));
}

int32_t fn_timestampadd_time(FnCtx *ctx, int32_t unit, int64_t count, int32_t a)
{
    if (time_unit_us((TimeUnit)unit) == 0) {
        fail_unit(ctx, "a time of day");
        return a;
    }
    int64_t moved_us = (int64_t)((Int128)count * time_unit_us((TimeUnit)unit) % US_PER_DAY);
    return (int32_t)floor_mod(a + moved_us / US_PER_MS, MS_PER_DAY);
}

/* ---- TIMESTAMPDIFF ---- */

/* Whole months from `from` to `to`: the most that can be added without passing it; month ends count as reached. */
static int64_t days_months_between(int64_t from, int64_t to)
{
    if (to < from)
        return -days_months_between(to, from);
    CivilDate a = civil_from_days(from), b = civil_from_days(to);
    int64_t months = (b.year - a.year) * 12 + b.month - a.month;
    return months - (days_add_months(from, months) > to);
}

/* As Flink: the clock decides only where the days meet. */
static int64_t months_between(int64_t from_us, int64_t to_us)
{
    int64_t from = us_days(from_us), to = us_days(to_us);
    int64_t months = days_months_between(from, to);
    bool meets = days_add_months(from, months) == to;
    return months - (meets && us_of_day(to_us) < us_of_day(from_us));
}

static int32_t difference(FnCtx *ctx, TimeUnit unit, int64_t from, int64_t to)
{
    if (time_unit_months(unit) != 0)
        return (int32_t)(months_between(from, to) / time_unit_months(unit));
    if (time_unit_us(unit) != 0)
        return (int32_t)((to - from) / time_unit_us(unit));
    fail_unit(ctx, "TIMESTAMPDIFF");
    return 0;
}

int32_t fn_timestampdiff_ts(FnCtx *ctx, int32_t unit, int64_t from, int64_t to)
{
    return difference(ctx, (TimeUnit)unit, from, to);
}

int32_t fn_timestampdiff_ltz(FnCtx *ctx, int32_t unit, int64_t from, int64_t to)
{
    if (time_unit_months((TimeUnit)unit) == 0) /* time that passed, whatever the clocks showed */
        return difference(ctx, (TimeUnit)unit, from, to);
    return difference(ctx, (TimeUnit)unit, fn_local_us(ctx, from), fn_local_us(ctx, to));
}

int32_t fn_timestampdiff_ts9(FnCtx *ctx, int32_t unit, RtTime96 from, RtTime96 to)
{
    return fn_timestampdiff_ts(ctx, unit, from.us, to.us);
}

int32_t fn_timestampdiff_ltz9(FnCtx *ctx, int32_t unit, RtTime96 from, RtTime96 to)
{
    return fn_timestampdiff_ltz(ctx, unit, from.us, to.us);
}

int32_t fn_timestampdiff_date(FnCtx *ctx, int32_t unit, int32_t from, int32_t to)
{
    return fn_timestampdiff_ts(ctx, unit, from * US_PER_DAY, to * US_PER_DAY);
}

int32_t fn_timestampdiff_time(FnCtx *ctx, int32_t unit, int32_t from, int32_t to)
{
    return fn_timestampdiff_ts(ctx, unit, from * US_PER_MS, to * US_PER_MS);
}

int32_t fn_minus_month_ts(FnCtx *ctx, int64_t a, int64_t b)
{
    (void)ctx;
    return (int32_t)months_between(b, a);
}

int32_t fn_minus_month_ltz(FnCtx *ctx, int64_t a, int64_t b)
{
    return fn_minus_month_ts(ctx, fn_local_us(ctx, a), fn_local_us(ctx, b));
}

int32_t fn_minus_month_date(FnCtx *ctx, int32_t a, int32_t b)
{
    (void)ctx;
    return (int32_t)days_months_between(b, a);
}
