/* calendar.h -- days and clock times of the proleptic Gregorian calendar.
 *
 * Inline, because SQL functions are inlined into generated code and most of them need a few divisions from here.
 * Eras of 400 years have 146,097 days; counting years from 1 March puts the leap day at the end.
 *
 * Units      days count from 1970-01-01; *_us are microseconds; months and days of the month count from 1. */
#ifndef SQC_BASE_CALENDAR_H
#define SQC_BASE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#define US_PER_MS INT64_C(1000)
#define US_PER_SECOND INT64_C(1000000)
#define US_PER_MINUTE (60 * US_PER_SECOND)
#define US_PER_HOUR (60 * US_PER_MINUTE)
#define US_PER_DAY (24 * US_PER_HOUR)
#define MS_PER_DAY INT64_C(86400000)
/* What a date may be: years 1 to 9999; and a time of day on it. */
#define DAYS_MIN (-719162)
#define DAYS_MAX 2932896
#define TIMESTAMP_US_MIN (DAYS_MIN * US_PER_DAY)
#define TIMESTAMP_US_MAX ((DAYS_MAX + 1) * US_PER_DAY - 1)

typedef struct CivilDate {
    int64_t year;
    int32_t month;
    int32_t day;
} CivilDate;

/* Towards minus infinity; `by` is above zero. */
static inline int64_t floor_div(int64_t value, int64_t by)
{
    return value / by - (value % by < 0);
}

static inline int64_t floor_mod(int64_t value, int64_t by)
{
    int64_t rest = value % by;
    return rest < 0 ? rest + by : rest;
}

static inline bool year_is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static inline int32_t month_days(int64_t year, int32_t month)
{
    if (month == 2)
        return 28 + year_is_leap(year);
    return 30 + ((month + (month > 7)) & 1);
}

static inline int64_t days_from_civil(int64_t year, int32_t month, int32_t day)
{
    year -= month <= 2;
    int64_t era = floor_div(year, 400);
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static inline CivilDate civil_from_days(int64_t days)
{
    days += 719468;
    int64_t era = floor_div(days, 146097);
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int32_t shifted = (int32_t)((5 * day_of_year + 2) / 153);
    CivilDate civil;
    civil.day = (int32_t)(day_of_year - (153 * shifted + 2) / 5 + 1);
    civil.month = shifted < 10 ? shifted + 3 : shifted - 9;
    civil.year = year_of_era + era * 400 + (civil.month <= 2);
    return civil;
}

/* The day a number of months away: the last of the month where that has no such day. */
static inline int64_t days_add_months(int64_t days, int64_t months)
{
    CivilDate civil = civil_from_days(days);
    int64_t month = civil.month - 1 + months;
    int64_t year = civil.year + floor_div(month, 12);
    int32_t month_of_year = (int32_t)floor_mod(month, 12) + 1;
    int32_t last = month_days(year, month_of_year);
    return days_from_civil(year, month_of_year, civil.day < last ? civil.day : last);
}

/* 1 is Monday, 7 Sunday. */
static inline int32_t iso_day_of_week(int64_t days)
{
    return (int32_t)floor_mod(days + 3, 7) + 1;
}

static inline int32_t day_of_year(int64_t days)
{
    return (int32_t)(days - days_from_civil(civil_from_days(days).year, 1, 1)) + 1;
}

/* The year that the week of this day belongs to: that of its Thursday. */
static inline int64_t iso_year(int64_t days)
{
    return civil_from_days(days + 4 - iso_day_of_week(days)).year;
}

static inline int32_t iso_week(int64_t days)
{
    return (day_of_year(days + 4 - iso_day_of_week(days)) - 1) / 7 + 1;
}

static inline int64_t us_days(int64_t us)
{
    return floor_div(us, US_PER_DAY);
}

static inline int64_t us_of_day(int64_t us)
{
    return floor_mod(us, US_PER_DAY);
}

static inline bool timestamp_in_range(int64_t us)
{
    return us >= TIMESTAMP_US_MIN && us <= TIMESTAMP_US_MAX;
}

#endif
