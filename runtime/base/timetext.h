/* timetext.h -- dates, times of day and timestamps as text, both ways.
 *
 * One parser for all of SQL literals, CAST, formats and options; the form says what may appear:
 *
 *   2020-01-02 03:04:05.678          TIME_SPACE
 *   2020-01-02T03:04:05.678+01:00    TIME_T | TIME_ZONE
 *
 * Units      *_us microseconds since 1970-01-01 00:00:00 on the clock written; `ns` 0..999 beyond them; days; ms.
 * Ownership  printers write into the caller's array and answer the bytes written (no NUL).
 * Errors     PARSE_INVALID for other forms and for days and hours that no calendar has. */
#ifndef SQC_BASE_TIMETEXT_H
#define SQC_BASE_TIMETEXT_H

#include "runtime/base/calendar.h"
#include "runtime/base/number.h"

enum {
    TIME_SPACE = 1 << 0,         /* a blank between date and time                                    */
    TIME_T = 1 << 1,             /* a T                                                              */
    TIME_ZONE = 1 << 2,          /* Z or +hh[[:]mm[:ss]] may follow                                  */
    TIME_ZONE_NEEDED = 1 << 3,   /* and must                                                         */
    TIME_DATE_ONLY = 1 << 4,     /* the time may be missing: midnight                                */
    TIME_SHORT_FIELDS = 1 << 5,  /* months to seconds of one digit                                   */
    TIME_SECONDS_OPTIONAL = 1 << 6,
    TIME_CLAMP_DAY = 1 << 7,     /* 30 February is the last of February, as Java's lenient resolving */
    /* What CAST and TO_TIMESTAMP take without a pattern. */
    TIME_FORM_SQL = TIME_SPACE | TIME_DATE_ONLY | TIME_SHORT_FIELDS | TIME_CLAMP_DAY,
    TIME_FORM_ISO = TIME_T | TIME_ZONE | TIME_SECONDS_OPTIONAL,
};

enum { TIMESTAMP_TEXT_MAX = 40 };

typedef struct TimeText {
    int64_t us;       /* on the clock written */
    int32_t ns;       /* 0..999 */
    int32_t offset_s; /* east of UTC; 0 without a zone */
    bool has_zone;
} TimeText;

ParseStatus timestamp_parse(Str text, uint32_t form, TimeText *out);
/* What Flink takes as a date: y[-m[-d]], blanks around, and anything behind a blank. */
ParseStatus date_parse(Str text, int32_t *days);
/* h[:m[:s[.f]]], milliseconds of the day. */
ParseStatus time_parse(Str text, int32_t *ms);
/* Z or +hh[[:]mm[[:]ss]], at most 18 hours. */
ParseStatus zone_offset_parse(Str text, int32_t *offset_s);

/* yyyy-MM-dd; years beyond 9999 have a sign. */
uint32_t date_print(int64_t days, char *out);
/* HH:mm:ss and `precision` digits of fraction. */
uint32_t time_print(int64_t us_of_day_, int32_t ns, uint32_t precision, char *out);
uint32_t timestamp_print(int64_t us, int32_t ns, uint32_t precision, char separator, char out[TIMESTAMP_TEXT_MAX]);

#endif
