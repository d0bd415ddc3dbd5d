/* test_diff.h -- the rows that came beside those that an EXPECT step wants.
 *
 *   expected: ('2026-01-05 12:00:00', 'EU', 3)
 *   nearest:  ('2026-01-05 12:00:00', 'EU', 2)  +I
 *                                           ^ likes
 *
 * Ownership  the arena given. */
#ifndef SQC_DRIVER_TEST_DIFF_H
#define SQC_DRIVER_TEST_DIFF_H

#include "compiler/driver/test_rows.h"

/* Empty when the rows are those of the EXPECT step, in any order; else what is missing, each with the nearest row that
 * came and marks under what differs, and what is too much, with what each row does (+I -U +U -D). */
Str test_diff(Arena *arena, const TestRows *rows, const TestStep *step);
/* All rows as the text of EXPECT SNAPSHOT: a line of names, then the rows in the order of their texts. */
Str test_snapshot(Arena *arena, const TestRows *rows, const TestStep *step);
/* Empty when the texts are the same; else the lines that differ. */
Str test_snapshot_diff(Arena *arena, Str wanted, Str got);

#endif
