/* zone.h -- time zones: what a wall clock shows at an instant, and which instant a wall clock means.
 *
 * A zone is UTC, a fixed offset, or a region of the tz database that is part of the program (zone_table.h); a
 * process-wide zone does not exist.  Where a clock jumps forward, a time in the gap means the instant of the offset
 * before it, so it lands as much later; where a clock falls back, the earlier of the two instants (both as java.time).
 *
 * Units      *_us microseconds; offsets are seconds east of UTC.
 * Ownership  a zone lives in the arena it was opened in and is never changed.
 * Threads    any, once open.
 * Cost       a binary search over the zone's changes; fixed zones none. */
#ifndef SQC_TIME_ZONE_H
#define SQC_TIME_ZONE_H

#include "runtime/base/status.h"
#include "runtime/base/str.h"

typedef struct Zone Zone;

/* 'UTC', 'Z', 'GMT', '+02:00', 'GMT+8', 'UTC-03:30', 'Europe/Berlin'.  NULL: no such zone, and why. */
const Zone *zone_open(Arena *arena, Str name, RtError *error);
/* As zone_open, with TZif files in a folder (tests). */
const Zone *zone_open_in(Arena *arena, const char *folder, Str name, RtError *error);
/* From the bytes of a TZif file. */
const Zone *zone_from_tzif(Arena *arena, Str name, Str bytes, RtError *error);

/* A NULL zone is UTC in all of these. */
Str zone_name(const Zone *zone);
bool zone_is_utc(const Zone *zone);
int32_t zone_offset_s(const Zone *zone, int64_t utc_us);
int64_t zone_local_us(const Zone *zone, int64_t utc_us);
int64_t zone_utc_us(const Zone *zone, int64_t local_us);

/* All instants from `from_us` up to before `until_us` have one offset; INT64_MIN and INT64_MAX: for ever. */
typedef struct ZoneSpan {
    int64_t from_us, until_us;
    int64_t offset_us;
} ZoneSpan;

/* The span of an instant. */
ZoneSpan zone_span(const Zone *zone, int64_t utc_us);

/* From when on the wall clock shows nothing before `local_us` any more: behind the second pass of an overlap, at the
 * change for a time in a gap.  A window of wall time that ends at `local_us` is over then. */
int64_t zone_passed_us(const Zone *zone, int64_t local_us);

#endif
