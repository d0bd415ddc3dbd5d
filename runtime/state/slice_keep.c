/* slice_keep.c -- see slice_keep.h. */
#include "runtime/state/slice_keep.h"

#include "runtime/state/group_table_internal.h"
#include "runtime/state/slice_store_internal.h"

#include <assert.h>
#include <stdlib.h>

bool keep_shape_exceeds(const KeepShape *shape, const GroupCursor *cursor)
{
    for (uint32_t i = 0; i < shape->bound_count; i++) {
        if (cursor->count > shape->bounds[i].most)
            return true;
    }
    return false;
}

/* ---- keys ---- */

static const char *behind(const char *at, RtKind kind)
{
    uint32_t fixed = key_bytes_fixed(kind);
    if (fixed != KEY_VARIABLE)
        return at + fixed;
    if (key_is_null(at))
        return at + 1;
    for (at++; at[0] != 0 || (uint8_t)at[1] == 0xFF; at++) {
    }
    return at + 1;
}

/* Zero bytes end each key where it stands in a table, so that one byte behind may be looked at. */
static void take_apart(KeepFold *fold, const char *key)
{
    const char *at = key;
    for (uint32_t i = 0; i < fold->shape->key_count; i++) {
        fold->parts[i] = at;
        at = behind(at, (RtKind)fold->shape->kinds[i]);
        fold->lengths[i] = (uint64_t)(at - fold->parts[i]);
    }
}

static void put_null(KeepFold *fold, uint32_t column)
{
    static const char ZEROS[32];
    uint32_t fixed = key_bytes_fixed((RtKind)fold->shape->kinds[column]);
    fold->parts[column] = ZEROS;
    fold->lengths[column] = fixed != KEY_VARIABLE ? fixed : 1;
}

/* One more byte stays zero behind it. */
static Str put_together(KeepFold *fold)
{
    uint64_t length = 0;
    for (uint32_t i = 0; i < fold->shape->key_count; i++)
        length += fold->lengths[i];
    if (length + 1 > fold->key_room) {
        fold->key_room = 2 * length + 64;
        fold->key = arena_alloc(fold->scratch, fold->key_room, 8);
    }
    char *at = fold->key;
    for (uint32_t i = 0; i < fold->shape->key_count; i++) {
        memcpy(at, fold->parts[i], fold->lengths[i]);
        at += fold->lengths[i];
    }
    *at = 0;
    return (Str){ fold->key, length };
}

/* The key of the group of one value of a column. */
static Str key_of_value(KeepFold *fold, const char *key, uint32_t column)
{
    take_apart(fold, key);
    for (uint32_t i = 0; i < fold->shape->key_count; i++) {
        if (i != column)
            put_null(fold, i);
    }
    return put_together(fold);
}

static bool is_kept(KeepFold *fold, uint32_t bound, const char *key)
{
    const KeepChoice *choice = &fold->choices[bound];
    if (choice->values == NULL)
        return true;
    Str value = key_of_value(fold, key, fold->shape->bounds[bound].key);
    const GroupTable *table = &choice->values->groups;
    uint32_t length = (uint32_t)value.len,
             ref = group_lookup(table, value.data, length, group_hash(table, value.data, length));
    assert(ref != 0 && "each group was counted for its value");
    return (choice->kept[ref / 64] >> (ref % 64)) & 1;
}

static Str folded_key(KeepFold *fold, const char *key)
{
    uint64_t others = 0;
    assert(fold->shape->bound_count <= 64);
    for (uint32_t i = 0; i < fold->shape->bound_count; i++)
        others |= (uint64_t)!is_kept(fold, i, key) << i;
    take_apart(fold, key);
    for (uint32_t i = 0; i < fold->shape->bound_count; i++) {
        if (((others >> i) & 1) == 0)
            continue;
        const KeepBound *bound = &fold->shape->bounds[i];
        fold->parts[bound->key] = bound->other.data;
        fold->lengths[bound->key] = bound->other.len;
    }
    return put_together(fold);
}

/* ---- groups into other groups ---- */

#define BY_BOUND UINT32_MAX /* keys as they are folded; else: by that column alone */

typedef struct Gather {
    KeepFold *fold;
    Slice *into;
    uint32_t column;
    uint32_t *refs; /* of the groups of the window, where they went; NULL: nobody asks */
} Gather;

static void gather_groups(const Gather *g)
{
    KeepFold *fold = g->fold;
    const SliceShape *shape = &fold->store->shape;
    GroupCursor cursor = *fold->window->cursor;
    GroupTable *table = &g->into->groups;
    if (cursor.table->is_single)
        group_make_single(table);
    while (rt_groups_next(&cursor)) {
        Str key = g->column == BY_BOUND ? folded_key(fold, cursor.key) : key_of_value(fold, cursor.key, g->column);
        uint64_t hash = table->is_single ? 0 : key_hash(key.data, key.len);
        char *fields = group_upsert(table, key.data, (uint32_t)key.len, hash);
        for (uint32_t i = 0; i < shape->fold_count; i++) {
            const AggFold *one = &shape->folds[i];
            fold->fn->user = one->user;
            if (one->distinct < 0)
                one->merge(fold->fn, fields + one->offset, (const char *)cursor.fields + one->offset);
        }
        if (g->refs != NULL)
            g->refs[cursor.refs[cursor.at - 1]] = table->last_ref;
    }
}

static char *fields_of(GroupTable *table, uint32_t ref)
{
    return group_record_write(table, ref) + group_record_at(table, ref).fields_at;
}

/* Values of one DISTINCT call; of a counted slice those that nobody has any more stand there, too. */
static void gather_values(const Gather *g, const AggFold *one)
{
    KeepFold *fold = g->fold;
    const DistinctSet *values = &fold->window->groups->distinct[one->distinct];
    DistinctSet *set = &g->into->distinct[one->distinct];
    bool is_counted = fold->window->groups->is_counted;
    GroupWalk walk = GROUP_WALK_START;
    while (group_walk_next(values, &walk)) {
        uint32_t from;
        memcpy(&from, walk.record.key, sizeof from);
        uint32_t group = g->refs[from];
        const char *count = group_record(values, walk.ref) + walk.record.fields_at;
        if (group == 0 || (is_counted && group_load64(count) == 0))
            continue;
        ArenaMark mark = arena_mark(fold->fn->batch);
        char *key = arena_alloc(fold->fn->batch, walk.record.key_len, 8);
        memcpy(key, walk.record.key, walk.record.key_len);
        if (distinct_insert(set, group, key, walk.record.key_len)) {
            RtDatum value = fold_value(fold->fn, one, key, walk.record.key_len);
            fold->fn->user = one->user;
            one->step(fold->fn, fields_of(&g->into->groups, group) + one->offset, &value);
        }
        arena_release(fold->fn->batch, mark);
    }
}

static bool is_refused(const KeepFold *fold)
{
    return fold->store->pool->refused != STATE_REFUSED_NOT;
}

static Slice *gather(KeepFold *fold, uint32_t column)
{
    const SliceShape *shape = &fold->store->shape;
    Gather g = { .fold = fold, .into = slice_make_apart(fold->store), .column = column };
    if (g.into == NULL)
        return NULL;
    const StatePages *pages = &fold->window->cursor->table->pages;
    if (shape->distinct_count > 0)
        g.refs =
            arena_alloc_zeroed(fold->scratch, ((uint64_t)pages->count << GROUP_REF_PAGE_SHIFT) * sizeof *g.refs, 8);
    fold->fn->heap = &g.into->heap;
    gather_groups(&g);
    for (uint32_t i = 0; i < shape->fold_count && !is_refused(fold); i++) {
        if (shape->folds[i].distinct >= 0)
            gather_values(&g, &shape->folds[i]);
    }
    fold->fn->heap = NULL;
    return g.into;
}

/* ---- the steps ---- */

void keep_fold_start(KeepFold *fold, SliceStore *store, FnCtx *fn, const KeepShape *shape, const SliceWindow *window,
                     Arena *scratch)
{
    *fold = (KeepFold){ .store = store, .fn = fn, .shape = shape, .window = window, .scratch = scratch };
    fold->choices = ARENA_ARRAY(scratch, KeepChoice, shape->bound_count + 1);
    fold->parts = ARENA_ARRAY(scratch, const char *, shape->key_count + 1);
    fold->lengths = ARENA_ARRAY(scratch, uint64_t, shape->key_count + 1);
}

bool keep_fold_values(KeepFold *fold, uint32_t bound, SliceWindow *values)
{
    *values = *fold->window;
    values->groups = NULL;
    if (fold->window->cursor->count <= fold->shape->bounds[bound].most)
        return !is_refused(fold);
    Slice *slice = gather(fold, fold->shape->bounds[bound].key);
    if (slice == NULL)
        return false;
    fold->choices[bound].values = slice;
    if (slice->groups.group_count <= fold->shape->bounds[bound].most) {
        slice_release_apart(fold->store, slice);
        fold->choices[bound].values = NULL;
        return !is_refused(fold);
    }
    values->groups = slice;
    values->cursor = rt_groups_sorted(&slice->groups, fold->scratch);
    return !is_refused(fold);
}

typedef struct Ranked {
    Str rank;
    uint32_t at; /* in the order of values */
} Ranked;

static int compare_ranked(const void *a, const void *b)
{
    const Ranked *left = a, *right = b;
    int order = str_compare(right->rank, left->rank);
    return order != 0 ? order : left->at < right->at ? -1 : left->at > right->at;
}

void keep_fold_choose(KeepFold *fold, uint32_t bound, const GroupCursor *values, const Str *ranks)
{
    KeepChoice *choice = &fold->choices[bound];
    uint64_t most = fold->shape->bounds[bound].most;
    uint64_t words = ((uint64_t)values->table->pages.count << GROUP_REF_PAGE_SHIFT) / 64 + 1;
    choice->kept = arena_alloc_zeroed(fold->scratch, words * sizeof *choice->kept, 8);
    Ranked *ranked = arena_alloc(fold->scratch, values->count * sizeof *ranked, 8);
    for (uint32_t i = 0; i < values->count; i++)
        ranked[i] = (Ranked){ ranks == NULL ? STR_EMPTY : ranks[i], i };
    qsort(ranked, values->count, sizeof *ranked, compare_ranked);
    for (uint64_t i = 0; i < most && i < values->count; i++) {
        uint32_t ref = values->refs[ranked[i].at];
        choice->kept[ref / 64] |= (uint64_t)1 << ref % 64;
    }
    choice->folded = values->count - most;
}

bool keep_fold_finish(KeepFold *fold, SliceWindow *folded)
{
    *folded = *fold->window;
    bool is_needed = false;
    for (uint32_t i = 0; i < fold->shape->bound_count; i++)
        is_needed = is_needed || fold->choices[i].values != NULL;
    if (!is_needed)
        return !is_refused(fold);
    fold->folded = gather(fold, BY_BOUND);
    if (fold->folded == NULL)
        return false;
    folded->groups = fold->folded;
    folded->cursor = rt_groups_sorted(&fold->folded->groups, fold->scratch);
    return !is_refused(fold);
}

void keep_fold_release(KeepFold *fold)
{
    for (uint32_t i = 0; i < fold->shape->bound_count; i++) {
        if (fold->choices[i].values != NULL)
            slice_release_apart(fold->store, fold->choices[i].values);
    }
    if (fold->folded != NULL)
        slice_release_apart(fold->store, fold->folded);
}
