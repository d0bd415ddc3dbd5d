/* zone.h -- time zones: what a wall clock shows at an instant, and which instant a wall clock means.
 *
 * A zone is UTC, a fixed offset, or a region read from the system's compiled tz database (TZif); a process-wide zone
 * does not exist.  Where a clock jumps forward, a time in the gap means the instant of the offset before it, so it
 * lands as much later; where a clock falls back, the earlier of the two instants (both as java.time).
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
/* As zone_open, with the database in another folder (tests). */
const Zone *zone_open_in(Arena *arena, const char *folder, Str name, RtError *error);
/* From the bytes of a TZif file. */
const Zone *zone_from_tzif(Arena *arena, Str name, Str bytes, RtError *error);

/* A NULL zone is UTC in all of these. */
Str zone_name(const Zone *zone);
bool zone_is_utc(const Zone *zone);
int32_t zone_offset_s(const Zone *zone, int64_t utc_us);
int64_t zone_local_us(const Zone *zone, int64_t utc_us);
int64_t zone_utc_us(const Zone *zone, int64_t local_us);

#endif
