/* map_guard.h -- a mapped file that somebody cuts short while it is read.
 *
 * Touching a page that the file has no more is SIGBUS, which would kill the process without a word.  A range under
 * guard is different: the lost page is replaced by one that is full of line ends, the range is marked as broken, and
 * reading goes on.  Every scan over text stops at a line end, so whoever reads comes to an end soon, asks
 * map_guard_broken, and throws away what it made.  A SIGBUS anywhere else does what it did before.
 *
 * Ownership  a guarded range stays mapped until map_guard_leave.
 * Threads    any; the tables behind are atomic.
 * Errors     map_guard_enter says false where no more ranges can be guarded (MAP_GUARDS_MAX): read such a file instead.
 * Cost       nothing while nothing happens. */
#ifndef SQC_IO_MAP_GUARD_H
#define SQC_IO_MAP_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MAP_GUARDS_MAX = 1024 };

bool map_guard_enter(const void *data, size_t len, uint32_t *guard);
void map_guard_leave(uint32_t guard);
/* Was a page of the range found missing? */
bool map_guard_broken(uint32_t guard);

#endif
