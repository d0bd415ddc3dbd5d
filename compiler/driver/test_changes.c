/* test_changes.c -- the changelog between two EXPECTs: updates of updates are one update. */
#include "compiler/driver/test_rows.h"

#include "runtime/abi/key.h"

static Str row_key(Arena *arena, const TestRows *rows, uint32_t row)
{
    return key_of_values(arena, rows->rows[row], rows->sinks[row]->column_count);
}

/* The row that the retraction at `row` takes back, newest first; UINT32_MAX: it came before these rows. */
static uint32_t taken_back(const TestRows *rows, const Str *keys, const bool *gone, uint32_t row)
{
    for (uint32_t i = row; i-- > 0;) {
        bool adds = !row_change_retracts(rows->changes[i]);
        if (!gone[i] && adds && rows->sinks[i] == rows->sinks[row] && str_equal(keys[i], keys[row]))
            return i;
    }
    return UINT32_MAX;
}

/* a -> b and then b -> c is a -> c; a new row b and then b -> c is a new row c. */
static void join(TestRows *rows, bool *gone, uint32_t added, uint32_t retraction)
{
    bool is_halved = rows->changes[retraction] == ROW_UPDATE_BEFORE;
    bool was_update = rows->changes[added] == ROW_UPDATE_AFTER;
    gone[added] = gone[retraction] = true;
    if (is_halved && retraction + 1 < rows->count)
        rows->changes[retraction + 1] = rows->changes[added];
    else if (was_update && added > 0)
        rows->changes[added - 1] = ROW_DELETE;
}

static void keep(TestRows *rows, uint32_t to, uint32_t from)
{
    rows->sinks[to] = rows->sinks[from];
    rows->rows[to] = rows->rows[from];
    rows->changes[to] = rows->changes[from];
}

void test_rows_fold(TestRows *rows, Arena *arena)
{
    Str *keys = ARENA_ARRAY(arena, Str, rows->count + 1);
    bool *gone = ARENA_ARRAY(arena, bool, rows->count + 1);
    for (uint32_t i = 0; i < rows->count; i++)
        keys[i] = row_key(arena, rows, i);
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t added = row_change_retracts(rows->changes[i]) ? taken_back(rows, keys, gone, i) : UINT32_MAX;
        if (added != UINT32_MAX)
            join(rows, gone, added, i);
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < rows->count; i++) {
        if (!gone[i])
            keep(rows, kept++, i);
    }
    rows->count = kept;
}

static TestTakes kind_of(RowChange change)
{
    bool is_update = change == ROW_UPDATE_BEFORE || change == ROW_UPDATE_AFTER;
    return is_update ? TAKES_UPDATES : change == ROW_DELETE ? TAKES_DELETES : TAKES_NEW;
}

void test_rows_move(TestRows *to, TestRows *from, Arena *arena, uint32_t takes)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < from->count; i++) {
        if ((kind_of(from->changes[i]) & takes) == 0)
            keep(from, kept++, i);
        else if (from->changes[i] != ROW_UPDATE_BEFORE)
            test_rows_add_changed(to, arena, from->sinks[i], from->changes[i], from->rows[i]);
    }
    from->count = kept;
}
