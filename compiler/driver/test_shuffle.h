/* test_shuffle.h -- the rows of a GIVEN in another order that must make no difference.
 *
 * Two rows that follow each other change places only where that makes neither late nor on time: their event times are
 * less apart than the bound of the watermark, and both are ahead of the watermark before them.  So every row keeps its
 * lateness for every window.  Without event time any order will do.
 *
 * Ownership  the arena given. */
#ifndef SQC_DRIVER_TEST_SHUFFLE_H
#define SQC_DRIVER_TEST_SHUFFLE_H

#include "compiler/physical/plan.h"

/* Why the order of rows may show in the results of this plan; empty: it may not. */
Str test_shuffle_why_not(const PhysProgram *physical);

typedef struct TestShuffle {
    const PhysProgram *physical;
    uint32_t scan;
    int64_t *watermark; /* of the scan before the rows, and behind them afterwards */
    uint64_t *random;   /* state of the draws */
} TestShuffle;

/* The rows of a scan, in its layout, in another order. */
const char *test_shuffle_rows(Arena *arena, const TestShuffle *shuffle, const char *rows, uint32_t count);
/* Is it the event time, or so much before it? */
bool test_watermark_trails(const Expr *watermark);
uint64_t test_draw(uint64_t *state);

#endif
