/* window_grid.c -- see window_grid.h. */
#include "runtime/time/window_grid.h"

#include "runtime/abi/value.h"
#include "runtime/base/calendar.h"
#include "runtime/time/zone.h"

#include <assert.h>

enum { EPOCH_MONTH = 1970 * 12, MONTHS_MAX = 12 * 292000 };

static int64_t saturated(Int128 value)
{
    return value > INT64_MAX ? INT64_MAX : value < INT64_MIN ? INT64_MIN : (int64_t)value;
}

/* ---- months since 1970-01 ---- */

static int64_t month_of(int64_t time_us)
{
    CivilDate date = civil_from_days(floor_div(time_us, US_PER_DAY));
    return date.year * 12 + date.month - 1 - EPOCH_MONTH;
}

static int64_t month_start(int64_t month, int64_t offset_us)
{
    if (month > MONTHS_MAX || month < -MONTHS_MAX)
        return month > 0 ? INT64_MAX : INT64_MIN;
    int64_t since_zero = month + EPOCH_MONTH, year = floor_div(since_zero, 12);
    return saturated((Int128)days_from_civil(year, (int32_t)(since_zero - 12 * year) + 1, 1) * US_PER_DAY + offset_us);
}

/* ---- any period ---- */

static Int128 times_floor(Int128 time_us, GridPeriod period)
{
    Int128 past = (time_us - period.offset_us) % period.us;
    return time_us - (past < 0 ? past + period.us : past);
}

int64_t grid_floor(GridPeriod period, int64_t time_us)
{
    if (period.months == 0)
        return saturated(times_floor(time_us, period));
    int64_t month = month_of(saturated((Int128)time_us - period.offset_us));
    return month_start(floor_div(month, period.months) * period.months, period.offset_us);
}

int64_t grid_ceil(GridPeriod period, int64_t time_us)
{
    if (period.months == 0)
        return saturated(times_floor((Int128)time_us + period.us - 1, period));
    int64_t floor = grid_floor(period, time_us);
    return floor == time_us ? floor : grid_plus(period, floor, 1);
}

int64_t grid_plus(GridPeriod period, int64_t edge_us, int64_t count)
{
    if (period.months == 0)
        return saturated((Int128)edge_us + (Int128)period.us * count);
    int64_t start = saturated((Int128)edge_us - period.offset_us), month = month_of(start);
    assert(month_start(month, 0) == start && "an edge between months");
    return month_start(month + period.months * count, period.offset_us);
}

bool calendar_same(const WindowCalendar *a, const WindowCalendar *b)
{
    if (a == b || a == NULL || b == NULL)
        return a == b;
    return a->size_months == b->size_months && a->step_months == b->step_months &&
           str_equal(zone_name(a->zone), zone_name(b->zone));
}
