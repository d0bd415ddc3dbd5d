/* interval.h -- units of time, and lengths of time as text.
 *
 * Three spellings, a parser each: SQL interval literals ('1 02:03:04.5' DAY TO SECOND), option durations ('10 s',
 * '5 min') and option memory sizes ('64 mb').
 *
 * Units      day-time intervals are microseconds, year-month intervals months.
 * Errors     ParseStatus; PARSE_RANGE where a field beyond the first is too large or the sum does not fit. */
#ifndef SQC_BASE_INTERVAL_H
#define SQC_BASE_INTERVAL_H

#include "runtime/base/calendar.h"
#include "runtime/base/number.h"

/* TIME_UNIT(name, ..): the first argument of EXTRACT, FLOOR .. TO, TIMESTAMPADD, TIMESTAMPDIFF as an INT constant. */
typedef enum TimeUnit {
#define TIME_UNIT(name, us, months) UNIT_##name,
#include "runtime/base/time_units.def"
#undef TIME_UNIT
    UNIT_COUNT
} TimeUnit;

enum { INTERVAL_TEXT_MAX = 40 };

/* By its SQL name, case ignored, plural of units allowed (SQL_TSI_ prefix too); UNIT_COUNT when there is none. */
TimeUnit time_unit_find(Str name);
const char *time_unit_name(TimeUnit unit);

/* Microseconds of a unit of fixed length, else 0; months of a unit of calendar length, else 0. */
static inline int64_t time_unit_us(TimeUnit unit)
{
    switch (unit) {
#define TIME_UNIT(name, us, months)                                                                                    \
    case UNIT_##name:                                                                                                  \
        return us;
#include "runtime/base/time_units.def"
#undef TIME_UNIT
    default:
        return 0;
    }
}

static inline int32_t time_unit_months(TimeUnit unit)
{
    switch (unit) {
#define TIME_UNIT(name, us, months)                                                                                    \
    case UNIT_##name:                                                                                                  \
        return months;
#include "runtime/base/time_units.def"
#undef TIME_UNIT
    default:
        return 0;
    }
}

/* The text of INTERVAL 'text' from [TO to]; pass to = from for a single unit.  Months or microseconds, as `from` says.
 * */
ParseStatus interval_parse(Str text, TimeUnit from, TimeUnit to, int64_t *out);
/* +d hh:mm:ss.fff and +y-mm, as Flink's CAST to text. */
uint32_t interval_second_print(int64_t us, char out[INTERVAL_TEXT_MAX]);
uint32_t interval_month_print(int32_t months, char out[INTERVAL_TEXT_MAX]);

/* A whole number and a unit (d h min s ms us ns and their names); without one, milliseconds.  Flink's options. */
ParseStatus duration_parse(Str text, int64_t *us);
/* A whole number and a unit (b kb mb gb tb, kibibytes.. and their names; powers of 1024); without one, bytes. */
ParseStatus memory_size_parse(Str text, uint64_t *bytes);

#endif
