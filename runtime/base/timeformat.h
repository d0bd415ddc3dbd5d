/* timeformat.h -- timestamps by a pattern of letters: DATE_FORMAT, TO_TIMESTAMP, TO_DATE, FROM_UNIXTIME,
 * UNIX_TIMESTAMP.
 *
 * Flink has two dialects of Java, and so have we:
 *
 *   PATTERN_JAVA     DateTimeFormatter (DATE_FORMAT of timestamps, TO_TIMESTAMP): exact widths, the whole text,
 *                    [optional parts]; a day that the month lacks up to 31 is its last one
 *   PATTERN_SIMPLE   SimpleDateFormat (UNIX_TIMESTAMP, FROM_UNIXTIME, TO_DATE, DATE_FORMAT of text): any number of
 *                    digits unless the next field touches, text behind the end ignored, fields carry over; S counts
 *                    milliseconds
 *
 * Letters: y u M L d D H h K k m s S a E, and when printing Y w e c Q q G n N A; X Z z of PATTERN_SIMPLE only.  Names
 * are English, weeks begin on Sunday.  Other letters, and { } #, are refused.
 *
 * Units      us are microseconds on the clock printed; ns 0..999 beyond. */
#ifndef SQC_BASE_TIMEFORMAT_H
#define SQC_BASE_TIMEFORMAT_H

#include "runtime/base/timetext.h"

typedef enum TimePatternStyle { PATTERN_JAVA, PATTERN_SIMPLE } TimePatternStyle;

/* False: *bad is the letter that is refused, or a quote or bracket that has no end. */
bool time_pattern_check(Str pattern, TimePatternStyle style, bool printing, char *bad);
/* Bytes that printing takes at most. */
static inline uint64_t time_pattern_room(Str pattern)
{
    return 20 * pattern.len + 32;
}

/* The pattern must have passed the check for printing; answers the bytes written. */
uint32_t time_pattern_print(Str pattern, TimePatternStyle style, const TimeText *time, char *out);
/* The pattern must have passed the check for parsing. Missing fields are those of 1970-01-01 00:00:00. */
bool time_pattern_parse(Str text, Str pattern, TimePatternStyle style, TimeText *out);

#endif
