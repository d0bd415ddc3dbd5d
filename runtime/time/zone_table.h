/* zone_table.h -- the tz database that is part of the program, as TZif files by name (decision 9).
 *
 * Ownership  read-only data of the program.
 * Threads    any.
 * Cost       a binary search over some 600 names. */
#ifndef SQC_TIME_ZONE_TABLE_H
#define SQC_TIME_ZONE_TABLE_H

#include "runtime/base/str.h"

/* The bytes of a region's TZif file; empty: there is no such region. */
Str zone_table_file(Str name);
uint32_t zone_table_count(void);
/* Names in ascending order. */
Str zone_table_name(uint32_t index);
/* The release of the database: 2025b. */
Str zone_table_version(void);

#endif
