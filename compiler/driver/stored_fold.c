/* stored_fold.c -- see stored_fold.h. */
#include "compiler/driver/stored_fold.h"

#include "runtime/abi/key.h"
#include "runtime/state/heap.h"
#include "stdlib/agg_carried.h"

#include <string.h>

enum { ROWS_MIN = 64, USELESS_MAX = 4 };
#define FOLD_BYTES_MAX ((uint64_t)1 << 30)
#define NULL_HASH      UINT64_C(0x6e756c6c6e756c6c)

typedef struct FoldState {
    uint32_t column; /* of the scan */
    const AggDef *agg;
} FoldState;

struct StoredFold {
    const PhysScan *scan;
    uint32_t *keys; /* columns of the scan */
    uint32_t key_count;
    FoldState *states;
    uint32_t state_count;
    uint32_t useless; /* blocks whose rows went as they were */
    Arena arena;      /* of a block */
    PagePool pool;    /* of parts of states */
    HeapPages pages;
    StateHeap heap;
    FnCtx fn;
};

/* Those whose states are a few bytes: of others, merging costs more than the way through the plan. */
static bool is_small(const AggDef *agg)
{
    static const char *const NAMES[] = { "COUNT", "SUM", "AVG", "MIN", "MAX" };
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        if (strcmp(agg->name, NAMES[i]) == 0)
            return true;
    }
    return false;
}

/* Does the plan read every column by which stored rows differ? */
static bool reads_all_keys(const StoredFold *fold, const MetricStore *metric)
{
    uint32_t differing = 0, read = 0;
    for (uint32_t c = 0; c < metric->first_state; c++)
        differing += metric->columns[c].kind == STORED_DIMENSION || metric->columns[c].kind == STORED_KEY;
    for (uint32_t k = 0; k < fold->key_count; k++) {
        StoredKind kind = metric->columns[fold->scan->sources[fold->keys[k]].table_column].kind;
        read += kind == STORED_DIMENSION || kind == STORED_KEY;
    }
    return read == differing;
}

static bool sort_columns(StoredFold *fold, const MetricStore *metric)
{
    for (uint32_t c = 0; c < fold->scan->decoded_count; c++) {
        uint32_t stored = fold->scan->sources[c].table_column;
        if (stored < metric->first_state) {
            fold->keys[fold->key_count++] = c;
            continue;
        }
        uint32_t state = stored - metric->first_state;
        const AggDef *agg = metric->calls[state].agg;
        if (metric->is_set[state] || !is_small(agg))
            return false;
        fold->states[fold->state_count++] = (FoldState){ c, agg_carried(agg, AGG_CARRY_ON) };
    }
    return fold->state_count > 0 && !reads_all_keys(fold, metric);
}

StoredFold *stored_fold_open(Arena *arena, const MetricStore *metric, const PhysScan *scan)
{
    RtError error;
    StoredFold *fold = ARENA_NEW(arena, StoredFold);
    fold->scan = scan;
    fold->keys = ARENA_ARRAY(arena, uint32_t, scan->decoded_count + 1);
    fold->states = ARENA_ARRAY(arena, FoldState, scan->decoded_count + 1);
    if (!sort_columns(fold, metric) || page_pool_init(&fold->pool, FOLD_BYTES_MAX, &error) != RT_OK)
        return NULL;
    arena_init(&fold->arena);
    heap_pages_init(&fold->pages, &fold->pool);
    heap_init(&fold->heap, &fold->pages, 0);
    fold->fn = (FnCtx){ .batch = &fold->arena, .heap = &fold->heap };
    return fold;
}

void stored_fold_close(StoredFold *fold)
{
    if (fold == NULL)
        return;
    heap_release(&fold->heap);
    heap_pages_release(&fold->pages);
    page_pool_release(&fold->pool);
    arena_free(&fold->arena);
}

/* ---- groups ---- */

static Str key_bytes(const BlockColumn *column, uint32_t row)
{
    return column->is_text ? block_text(column, row) : (Str){ block_value(column, row), column->bytes };
}

static void hash_column(const BlockColumn *column, const uint32_t *places, uint32_t count, uint64_t *hashes)
{
    for (uint32_t i = 0; i < count; i++) {
        uint64_t hash = NULL_HASH;
        if (!block_is_null(column, places[i])) {
            Str bytes = key_bytes(column, places[i]);
            hash = key_hash(bytes.data, bytes.len);
        }
        hashes[i] = (hashes[i] ^ hash) * UINT64_C(0x9e3779b97f4a7c15);
    }
}

static bool same_value(const BlockColumn *column, uint32_t a, uint32_t b)
{
    bool is_null = block_is_null(column, a);
    if (is_null || block_is_null(column, b))
        return is_null && block_is_null(column, b);
    return str_equal(key_bytes(column, a), key_bytes(column, b));
}

/* The key columns in which rows of this block differ. */
static uint32_t differing(const StoredFold *fold, const BlockRows *rows, const BlockColumn **columns)
{
    uint32_t count = 0;
    for (uint32_t k = 0; k < fold->key_count; k++) {
        const BlockColumn *column = &rows->columns[fold->scan->sources[fold->keys[k]].table_column];
        if (!column->is_constant || column->nulls != NULL)
            columns[count++] = column;
    }
    return count;
}

typedef struct Groups {
    uint32_t *of;     /* by row: its group */
    uint32_t *first;  /* by group: a row of the block */
    uint64_t *hashes; /* by row; then, in front, by group */
    uint32_t *slots;  /* group + 1; 0: empty */
    uint32_t mask;
    uint32_t count;
} Groups;

static uint32_t find_group(Groups *groups, const BlockColumn *const *columns, uint32_t column_count, uint32_t row,
                           uint64_t hash)
{
    uint32_t at = (uint32_t)(hash >> 32) & groups->mask;
    for (; groups->slots[at] != 0; at = (at + 1) & groups->mask) {
        uint32_t group = groups->slots[at] - 1;
        bool same = groups->hashes[group] == hash;
        for (uint32_t c = 0; same && c < column_count; c++)
            same = same_value(columns[c], row, groups->first[group]);
        if (same)
            return group;
    }
    groups->slots[at] = ++groups->count;
    groups->first[groups->count - 1] = row;
    groups->hashes[groups->count - 1] = hash; /* of a row that was looked at: there are not more groups than rows */
    return groups->count - 1;
}

/* False: too many groups for it to be worth while. */
static bool find_groups(StoredFold *fold, const BlockRows *rows, const uint32_t *places, uint32_t count, Groups *groups)
{
    Arena *arena = &fold->arena;
    const BlockColumn **columns = ARENA_ARRAY(arena, const BlockColumn *, fold->key_count + 1);
    uint32_t column_count = differing(fold, rows, columns), slots = 64;
    while (slots < 2 * count)
        slots *= 2;
    groups->of = ARENA_ARRAY(arena, uint32_t, count + 1);
    groups->first = ARENA_ARRAY(arena, uint32_t, count + 1);
    groups->hashes = arena_alloc_zeroed(arena, (count + 1) * sizeof *groups->hashes, 8);
    groups->slots = arena_alloc_zeroed(arena, slots * sizeof *groups->slots, 8);
    groups->mask = slots - 1;
    for (uint32_t c = 0; c < column_count; c++)
        hash_column(columns[c], places, count, groups->hashes);
    for (uint32_t i = 0; i < count; i++) {
        groups->of[i] = find_group(groups, columns, column_count, places[i], groups->hashes[i]);
        if (groups->count > count / 2)
            return false;
    }
    return true;
}

/* ---- states ---- */

static const Str *merge_states(StoredFold *fold, const FoldState *state, const BlockRows *rows, const uint32_t *places,
                               uint32_t count, const Groups *groups)
{
    const BlockColumn *column = &rows->columns[fold->scan->sources[state->column].table_column];
    uint64_t bytes = ((uint64_t)state->agg->state_bytes + 15) / 16 * 16;
    char *states = arena_alloc_zeroed(&fold->arena, bytes * groups->count, 16);
    for (uint32_t i = 0; i < count; i++) {
        Str text = block_text(column, places[i]);
        rt_agg_take(&fold->fn, state->agg->row, states + groups->of[i] * bytes, &text);
    }
    Str *texts = ARENA_ARRAY(&fold->arena, Str, groups->count + 1);
    for (uint32_t g = 0; g < groups->count; g++)
        rt_agg_give(&fold->fn, state->agg->row, states + g * bytes, &texts[g]);
    return texts;
}

static RtStatus judge(StoredFold *fold, RtError *error)
{
    if (fold->pool.refused != STATE_REFUSED_NOT)
        return rt_error(error, RT_FATAL, "no memory for the states of a question");
    if (fold->fn.failure.code == 0)
        return RT_OK;
    return rt_error(error, RT_BAD_DATA, "E0820: the store is damaged: %s", fold->fn.failure.text);
}

RtStatus stored_fold(StoredFold *fold, const BlockRows *rows, const uint32_t *places, uint32_t count,
                     FoldedRows *folded, RtError *error)
{
    Groups groups = { 0 };
    *folded = (FoldedRows){ 0 };
    if (count < ROWS_MIN || fold->useless >= USELESS_MAX)
        return RT_OK;
    arena_reset(&fold->arena);
    if (!find_groups(fold, rows, places, count, &groups)) {
        fold->useless++;
        return RT_OK;
    }
    const Str **texts = ARENA_ARRAY(&fold->arena, const Str *, fold->scan->decoded_count + 1);
    for (uint32_t c = 0; c < fold->scan->decoded_count; c++)
        texts[c] = NULL;
    for (uint32_t s = 0; s < fold->state_count; s++)
        texts[fold->states[s].column] = merge_states(fold, &fold->states[s], rows, places, count, &groups);
    if (fold->heap.page_count > 0) {
        heap_release(&fold->heap);
        heap_init(&fold->heap, &fold->pages, 0);
    }
    *folded = (FoldedRows){ groups.first, groups.count, texts };
    return judge(fold, error);
}
