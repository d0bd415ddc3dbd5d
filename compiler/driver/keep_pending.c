/* keep_pending.c -- see keep_pending.h. */
#include "compiler/driver/keep_pending.h"

#include "runtime/abi/key.h"
#include "runtime/base/alloc.h"
#include "runtime/base/vec.h"

#include <stdlib.h>

enum { PENDING_MIN = 4096 };

typedef struct PendingRow {
    int64_t time_us;
    uint64_t order; /* of arrival */
    uint64_t hash;
    Str key;   /* of all columns */
    char *row; /* NULL: taken back */
} PendingRow;

struct KeepPending {
    const RowLayout *layout;
    uint32_t time_column;
    int64_t correct_us, newest_us;
    uint64_t order;
    RtDatum *values; /* of the row in hand */
    Arena arena;     /* of the rows */
    VEC(PendingRow) rows;
    uint32_t *slots; /* row + 1 by hash, 0: empty; linear */
    uint32_t slot_count;
    uint32_t full; /* hand on what is done at so many rows */
};

KeepPending *keep_pending_new(const RowLayout *layout, uint32_t time_column, int64_t correct_us)
{
    KeepPending *pending = mem_alloc_zeroed(sizeof *pending);
    if (pending == NULL)
        mem_exhausted();
    pending->layout = layout;
    pending->time_column = time_column;
    pending->correct_us = correct_us;
    pending->newest_us = INT64_MIN;
    pending->full = PENDING_MIN;
    arena_init(&pending->arena);
    pending->values = mem_alloc_zeroed((layout->column_count + 1) * sizeof *pending->values);
    if (pending->values == NULL)
        mem_exhausted();
    return pending;
}

void keep_pending_free(KeepPending *pending)
{
    if (pending == NULL)
        return;
    arena_free(&pending->arena);
    mem_free(pending->slots);
    mem_free(pending->values);
    mem_free(pending);
}

static void place(KeepPending *pending, uint32_t row)
{
    uint32_t at = (uint32_t)pending->rows.items[row].hash % pending->slot_count;
    while (pending->slots[at] != 0)
        at = at + 1 == pending->slot_count ? 0 : at + 1;
    pending->slots[at] = row + 1;
}

/* At most half of the slots are taken. */
static void rehash(KeepPending *pending, uint32_t slot_count)
{
    mem_free(pending->slots);
    pending->slots = mem_alloc_zeroed(slot_count * sizeof *pending->slots);
    if (pending->slots == NULL)
        mem_exhausted();
    pending->slot_count = slot_count;
    for (uint32_t i = 0; i < pending->rows.count; i++)
        place(pending, i);
}

static Str row_key(KeepPending *pending, const void *row)
{
    for (uint32_t c = 0; c < pending->layout->column_count; c++)
        pending->values[c] = row_get(row, pending->layout, c);
    return key_of_values(&pending->arena, pending->values, pending->layout->column_count);
}

static void add(KeepPending *pending, const void *row)
{
    RtDatum time = row_get(row, pending->layout, pending->time_column);
    Str key = row_key(pending, row);
    PendingRow added = { .time_us = time.is_null ? INT64_MIN : time.value.i64,
                         .order = pending->order++,
                         .hash = key_hash(key.data, key.len),
                         .key = key,
                         .row = row_copy(&pending->arena, row, pending->layout) };
    vec_push(&pending->arena, &pending->rows, added);
    pending->newest_us = added.time_us > pending->newest_us ? added.time_us : pending->newest_us;
    if (pending->rows.count * 2 > pending->slot_count)
        rehash(pending, pending->rows.count * 4 + 64);
    else
        place(pending, pending->rows.count - 1);
}

static void take_back(KeepPending *pending, const void *row)
{
    ArenaMark mark = arena_mark(&pending->arena);
    Str key = row_key(pending, row);
    uint64_t hash = key_hash(key.data, key.len);
    uint32_t at = pending->slot_count == 0 ? 0 : (uint32_t)hash % pending->slot_count;
    for (; pending->slot_count > 0 && pending->slots[at] != 0; at = at + 1 == pending->slot_count ? 0 : at + 1) {
        PendingRow *found = &pending->rows.items[pending->slots[at] - 1];
        if (found->row == NULL || found->hash != hash || !str_equal(found->key, key))
            continue;
        found->row = NULL;
        break;
    }
    arena_release(&pending->arena, mark);
}

static int compare_rows(const void *left, const void *right)
{
    const PendingRow *a = left, *b = right;
    if (a->time_us != b->time_us)
        return a->time_us < b->time_us ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

/* Hands on rows up to a time; the others move into an arena of their own. */
static RtStatus hand_on(KeepPending *pending, int64_t until_us, KeepPut put, void *user, RtError *error)
{
    KeepPending old = *pending;
    RtStatus status = RT_OK;
    arena_init(&pending->arena);
    pending->rows.items = NULL;
    pending->rows.count = pending->rows.capacity = 0;
    if (old.rows.count > 1)
        qsort(old.rows.items, old.rows.count, sizeof *old.rows.items, compare_rows);
    for (uint32_t i = 0; i < old.rows.count; i++) {
        PendingRow row = old.rows.items[i];
        if (row.row == NULL)
            continue;
        if (row.time_us <= until_us) {
            status = status == RT_OK ? put(user, row.row, error) : status;
            continue;
        }
        row.key = str_copy(&pending->arena, row.key);
        row.row = row_copy(&pending->arena, row.row, pending->layout);
        vec_push(&pending->arena, &pending->rows, row);
    }
    arena_free(&old.arena);
    rehash(pending, pending->rows.count * 4 + 64);
    pending->full = pending->rows.count * 2 > PENDING_MIN ? pending->rows.count * 2 : PENDING_MIN;
    return status;
}

RtStatus keep_pending_row(KeepPending *pending, RowChange change, const void *row, KeepPut put, void *user,
                          RtError *error)
{
    if (row_change_retracts(change)) {
        take_back(pending, row);
        return RT_OK;
    }
    add(pending, row);
    int64_t until_us;
    if (pending->rows.count < pending->full ||
        __builtin_sub_overflow(pending->newest_us, pending->correct_us, &until_us))
        return RT_OK;
    return hand_on(pending, until_us, put, user, error);
}

RtStatus keep_pending_finish(KeepPending *pending, KeepPut put, void *user, RtError *error)
{
    return hand_on(pending, INT64_MAX, put, user, error);
}
