/* zone_pack.h -- the file between the program of the build that packs the tz database and the program that embeds it.
 *
 * Offsets are from the start of the file, numbers in the byte order of the machine. */
#ifndef SQC_TIME_ZONE_PACK_H
#define SQC_TIME_ZONE_PACK_H

#include <stdint.h>

enum { PACK_VERSION_BYTES = 16 };

typedef struct PackHead {
    char version[PACK_VERSION_BYTES]; /* of the database: 2025b; ends with a 0 */
    uint32_t count;
} PackHead;

typedef struct PackEntry {
    uint32_t name_at, name_len, data_at, data_len;
} PackEntry;

#endif
