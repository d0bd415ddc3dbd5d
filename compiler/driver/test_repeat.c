/* test_repeat.c -- see test_repeat.h. */
#include "compiler/driver/test_repeat.h"

#include "compiler/driver/test_shuffle.h"
#include "compiler/interp/interp.h"

enum { REPEATED_ROWS_MAX = 2000 };

bool test_repeats(const PhysProgram *physical)
{
    for (uint32_t i = 0; i < physical->scan_count; i++) {
        if (physical->scans[i]->as.scan.dedup != NULL)
            return true;
    }
    return false;
}

static void forget_row(void *user, const PhysNode *sink, RowChange change, const void *row)
{
    (void)user;
    (void)sink;
    (void)change;
    (void)row;
}

/* Notes the rows that are copies of themselves: that have a key, and a time that is not too old for their watermark.
 * Each goes twice to a partition of its own. */
static RepeatRow *try_rows(Arena *arena, const PhysProgram *physical, uint32_t scan, const char *rows, uint32_t count)
{
    RepeatRow *tried = ARENA_ARRAY(arena, RepeatRow, count + 1);
    const PhysNode *node = physical->scans[scan];
    uint64_t row_bytes = node->as.scan.layout.row_bytes;
    InterpOptions options = { .partition_count = count, .open_end = true, .on_row = forget_row };
    Interp *interp = interp_open(arena, physical, options);
    for (uint32_t r = 0; r < count; r++) {
        const char *row = rows + r * row_bytes;
        interp_row(interp, scan, r, row, r);
        uint64_t before = interp_counts(interp, node).duplicates;
        interp_row(interp, scan, r, row, r);
        tried[r].watermark_us = interp_partition_watermark(interp, scan, r);
        if (interp_counts(interp, node).duplicates > before && tried[r].watermark_us != INT64_MIN)
            tried[r].row = row;
    }
    interp_close(interp);
    return tried;
}

/* Which rows are copies of others before them, in the order of the test.  Steps that only move the watermark are not
 * told, so more is remembered here than there. */
static bool *find_copies(Arena *arena, TestRepeat *repeat, const char *rows, uint32_t count)
{
    bool *is_copy = ARENA_ARRAY(arena, bool, count + 1);
    const PhysNode *node = repeat->physical->scans[repeat->scan];
    InterpOptions options = { .partition_count = 1, .open_end = true, .on_row = forget_row };
    Interp *interp = interp_open(arena, repeat->physical, options);
    uint64_t position = 0;
    for (; position < repeat->seen.count; position++)
        interp_row(interp, repeat->scan, 0, repeat->seen.items[position], position);
    for (uint32_t r = 0; r < count; r++, position++) {
        const char *row = rows + r * node->as.scan.layout.row_bytes;
        uint64_t before = interp_counts(interp, node).duplicates;
        interp_row(interp, repeat->scan, 0, row, position);
        is_copy[r] = interp_counts(interp, node).duplicates > before;
        vec_push(arena, &repeat->seen, row);
    }
    interp_close(interp);
    return is_copy;
}

/* The watermark that a row makes alone is not above its time, as a rule; then it is known so long. */
static bool is_known(const PhysScan *scan, const RepeatRow *row, int64_t watermark_us)
{
    int64_t until_us, slack_us = test_watermark_trails(scan->watermark) ? scan->dedup->within_us : 0;
    bool is_far = __builtin_add_overflow(row->watermark_us, slack_us, &until_us);
    return is_far || watermark_us <= until_us;
}

const char *test_repeat_rows(Arena *arena, TestRepeat *repeat, const char *rows, uint32_t *count)
{
    const PhysScan *target = &repeat->physical->scans[repeat->scan]->as.scan;
    uint64_t row_bytes = target->layout.row_bytes;
    if (target->dedup == NULL || *count == 0 || *count > REPEATED_ROWS_MAX)
        return rows;
    const RepeatRow *tried = try_rows(arena, repeat->physical, repeat->scan, rows, *count);
    const bool *is_copy = find_copies(arena, repeat, rows, *count);
    char *out = arena_alloc_zeroed(arena, 2 * row_bytes * *count, 16);
    uint32_t at = 0;
    for (uint32_t r = 0; r < *count; r++) {
        memcpy(out + at++ * row_bytes, rows + r * row_bytes, row_bytes);
        repeat->watermark_us =
            tried[r].watermark_us > repeat->watermark_us ? tried[r].watermark_us : repeat->watermark_us;
        if (tried[r].row != NULL && !is_copy[r])
            vec_push(arena, &repeat->rows, tried[r]);
        uint64_t drawn = test_draw(repeat->random);
        if (repeat->rows.count == 0 || drawn % 4 == 0)
            continue;
        uint64_t last = repeat->rows.count - 1;
        const RepeatRow *again = &repeat->rows.items[drawn % 2 == 0 ? last : (drawn >> 8) % repeat->rows.count];
        if (!is_known(target, again, repeat->watermark_us))
            continue;
        memcpy(out + at++ * row_bytes, again->row, row_bytes);
        repeat->added++;
    }
    *count = at;
    return out;
}
