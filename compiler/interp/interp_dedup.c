/* interp_dedup.c -- DEDUPLICATE BY, from all rows that counted so far. */
#include "compiler/interp/interp_internal.h"

#include "runtime/abi/window.h"
#include "runtime/base/alloc.h"

typedef struct InterpSeen {
    Str key;
    int64_t time_us;
} InterpSeen;

/* The first that is not before the key. */
static uint64_t position_of(const InterpNode *state, Str key)
{
    uint64_t low = 0, high = state->seen_count;
    while (low < high) {
        uint64_t middle = (low + high) / 2;
        if (str_compare(state->seen[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int64_t half_of(int64_t time_us, int64_t half_us)
{
    return time_us / half_us - (time_us % half_us < 0);
}

/* Of the times of a key in one half of an interval (dedup.h) the last one that counted is known. */
static bool replace(InterpNode *state, uint64_t at, Str key, int64_t time_us, int64_t within_us)
{
    int64_t half_us = window_dedup_slice_us(within_us), half = half_of(time_us, half_us);
    for (uint64_t i = at; i < state->seen_count && str_equal(state->seen[i].key, key); i++) {
        if (half_of(state->seen[i].time_us, half_us) != half)
            continue;
        state->seen[i].time_us = time_us;
        return true;
    }
    return false;
}

static void note(InterpNode *state, uint64_t at, Str key, int64_t time_us)
{
    if (state->seen_count == state->seen_capacity) {
        state->seen_capacity = state->seen_capacity == 0 ? 64 : 2 * state->seen_capacity;
        state->seen = mem_resize(state->seen, state->seen_capacity * sizeof *state->seen);
        if (state->seen == NULL)
            mem_exhausted();
    }
    char *bytes = mem_alloc(key.len + 1);
    if (bytes == NULL)
        mem_exhausted();
    memcpy(bytes, key.data, key.len);
    memmove(state->seen + at + 1, state->seen + at, (state->seen_count - at) * sizeof *state->seen);
    state->seen[at] = (InterpSeen){ { bytes, key.len }, time_us };
    state->seen_count++;
}

static bool has_error(const PhysScan *scan, const uint64_t *errors, const Expr *const *exprs, uint32_t count,
                      Arena *arena)
{
    uint64_t *reads = ARENA_ARRAY(arena, uint64_t, scan->layout.words + 1);
    for (uint32_t i = 0; i < count; i++)
        expr_columns(exprs[i], reads);
    reads[scan->rowtime_column / 64] |= (uint64_t)1 << (scan->rowtime_column % 64);
    bool found = false;
    for (uint32_t w = 0; w < scan->layout.words; w++)
        found = found || (reads[w] & errors[w]) != 0;
    return found;
}

/* How far two times are apart, whatever they are. */
static uint64_t apart(int64_t a, int64_t b)
{
    return a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;
}

bool interp_is_copy(Interp *interp, const PhysNode *scan, InterpRow row)
{
    const Dedup *dedup = scan->as.scan.dedup;
    InterpNode *state = &interp->nodes[scan->id];
    if (dedup == NULL || has_error(&scan->as.scan, row.errors, dedup->keys, dedup->key_count, &interp->batch))
        return false;
    RtDatum *keys = ARENA_ARRAY(&interp->batch, RtDatum, dedup->key_count + 1);
    RtDatum time = row.columns[scan->as.scan.rowtime_column];
    bool has_null = time.is_null;
    ExprEval eval = { &interp->fn, row.columns };
    for (uint32_t i = 0; i < dedup->key_count; i++) {
        keys[i] = expr_eval(&eval, dedup->keys[i]);
        has_null = has_null || keys[i].is_null;
    }
    if (has_null)
        return false;
    Str key = interp_key(interp, keys, dedup->key_count);
    uint64_t at = position_of(state, key), within_us = (uint64_t)dedup->within_us;
    int64_t watermark_us = interp->origin.watermark_us;
    for (uint64_t i = at; i < state->seen_count && str_equal(state->seen[i].key, key); i++) {
        int64_t seen_us = state->seen[i].time_us;
        bool is_known = seen_us >= watermark_us || apart(watermark_us, seen_us) <= within_us;
        if (is_known && apart(seen_us, time.value.i64) <= within_us)
            return true;
    }
    if (!replace(state, at, key, time.value.i64, dedup->within_us))
        note(state, at, key, time.value.i64);
    return false;
}

void interp_dedup_release(InterpNode *state)
{
    for (uint64_t i = 0; i < state->seen_count; i++)
        mem_free((void *)state->seen[i].key.data);
    mem_free(state->seen);
}
