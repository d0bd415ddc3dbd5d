/* row.h -- a row in memory.
 *
 *   +--------------+---------------+---------------------------------------+
 *   | null bits    | error bits    | values, each aligned to its kind       |
 *   | u64 x words  | u64 x words   |                                        |
 *   +--------------+---------------+---------------------------------------+
 *     words = (columns + 63) / 64; bit c % 64 of word c / 64 belongs to column c
 *
 * A null bit of 1 says NULL (the value bytes are then zero).  An error bit of 1 says that the value could not be made
 * (failed conversion): the row is bad for whoever reads that column, and for nobody else (law 7).  The same layout
 * serves decoded rows, rows that operators hand to sinks, and interpreted rows.
 *
 * Units      offsets and sizes are bytes.
 * Ownership  STR and BLOB values borrow the batch. */
#ifndef SQC_ABI_ROW_H
#define SQC_ABI_ROW_H

#include "runtime/abi/value.h"

typedef struct RowLayout {
    uint32_t column_count;
    uint32_t words;     /* of each bitmap */
    uint32_t row_bytes; /* a multiple of 8 */
    const uint32_t *offsets;
    const uint8_t *kinds; /* RtKind of each column */
} RowLayout;

/* What a row of a changelog does: +I -U +U -D.  A -U and the +U behind it are the two halves of one update. */
typedef enum RowChange { ROW_INSERT, ROW_UPDATE_BEFORE, ROW_UPDATE_AFTER, ROW_DELETE } RowChange;

/* Does it take back a row that was there? */
static inline bool row_change_retracts(RowChange change)
{
    return ((uint32_t)change & 1) != 0;
}

/* The same change where its other half is not there. */
static inline RowChange row_change_alone(RowChange change)
{
    return row_change_retracts(change) ? ROW_DELETE : ROW_INSERT;
}

/* The layout of columns of the given kinds, in this order; arrays live in `arena`. */
RowLayout row_layout(Arena *arena, const uint8_t *kinds, uint32_t column_count);

static inline bool row_is_null(const void *row, uint32_t column)
{
    return (((const uint64_t *)row)[column / 64] >> (column % 64)) & 1;
}

static inline bool row_is_error(const void *row, const RowLayout *layout, uint32_t column)
{
    return (((const uint64_t *)row)[layout->words + column / 64] >> (column % 64)) & 1;
}

void row_clear(void *row, const RowLayout *layout); /* all NULL, no errors */
void row_set(void *row, const RowLayout *layout, uint32_t column, RtDatum datum);
void row_set_error(void *row, const RowLayout *layout, uint32_t column);
RtDatum row_get(const void *row, const RowLayout *layout, uint32_t column);
/* The row with all that it points to, in an arena; no errors.  The arena is one that does not fail. */
char *row_copy(Arena *arena, const void *row, const RowLayout *layout);

#endif
