/* slice_fold.c -- see slice_fold.h. */
#include "runtime/state/slice_fold.h"

#include "runtime/base/alloc.h"
#include "runtime/state/group_table_internal.h"
#include "runtime/state/slice_store_internal.h"

#include <assert.h>

bool folds_have_inverse(const AggFold *folds, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        bool has = folds[i].distinct < 0 ? folds[i].subtract != NULL : folds[i].retract != NULL;
        if (!has)
            return false;
    }
    return true;
}

uint32_t fold_count_at(const SliceShape *shape)
{
    return (shape->groups.field_bytes + 7) & ~7u;
}

static uint32_t *count_of(const SliceShape *shape, char *fields)
{
    return (uint32_t *)(fields + fold_count_at(shape));
}

/* ---- groups ---- */

/* Reference of each group of one table in another one, by the reference in the first. */
typedef struct RefMap {
    uint32_t *refs; /* NULL: nobody asks */
} RefMap;

static RefMap ref_map(FnCtx *fn, const SliceShape *shape, const Slice *from)
{
    if (shape->distinct_count == 0)
        return (RefMap){ 0 };
    uint64_t count = (uint64_t)from->groups.pages.count << GROUP_REF_PAGE_SHIFT;
    return (RefMap){ arena_alloc(fn->batch, (count + 1) * sizeof(uint32_t), _Alignof(uint32_t)) };
}

static void add_states(FnCtx *fn, const SliceShape *shape, char *into, const char *from)
{
    for (uint32_t i = 0; i < shape->fold_count; i++) {
        const AggFold *fold = &shape->folds[i];
        fn->user = fold->user;
        if (fold->distinct < 0)
            fold->merge(fn, into + fold->offset, from + fold->offset);
    }
}

void slice_forget_refs(Slice *slice)
{
    if (slice->folded_refs == NULL)
        return;
    page_pool_discharge(slice->groups.pages.pool, slice->folded_count * sizeof(uint32_t));
    mem_free(slice->folded_refs);
    slice->folded_refs = NULL;
    slice->folded_count = 0;
}

/* Room to note where the groups of `from` go.  Without memory for it they are looked up again later. */
static void make_refs(Slice *into, Slice *from)
{
    uint64_t bytes = from->groups.group_count * sizeof(uint32_t);
    slice_forget_refs(from);
    if (from->groups.group_count == 0 || !page_pool_charge(from->groups.pages.pool, bytes))
        return;
    from->folded_refs = mem_alloc(bytes);
    from->folded_count = from->folded_refs == NULL ? 0 : from->groups.group_count;
    from->folded_into = into->number;
    if (from->folded_refs == NULL)
        page_pool_discharge(from->groups.pages.pool, bytes);
}

static void add_groups(FnCtx *fn, const SliceShape *shape, Slice *into, Slice *from, bool is_counted, RefMap map)
{
    GroupTable *table = &into->groups;
    uint32_t number = 0;
    if (is_counted)
        make_refs(into, from);
    if (from->groups.is_single && !table->is_single)
        group_make_single(table);
    GroupWalk walk = GROUP_WALK_START;
    while (group_walk_next(&from->groups, &walk)) {
        const GroupRecord *record = &walk.record;
        uint64_t hash = table->is_single ? 0 : key_hash(record->key, record->key_len);
        char *fields = group_upsert(table, record->key, record->key_len, hash);
        add_states(fn, shape, fields, group_record(&from->groups, walk.ref) + record->fields_at);
        if (is_counted)
            *count_of(shape, fields) += 1;
        if (is_counted && number < from->folded_count)
            from->folded_refs[number++] = table->last_ref;
        if (map.refs != NULL)
            map.refs[walk.ref] = table->last_ref;
    }
}

static uint32_t find(const GroupTable *table, const GroupRecord *record)
{
    return group_lookup(table, record->key, record->key_len, group_hash(table, record->key, record->key_len));
}

static uint64_t subtract_groups(FnCtx *fn, const SliceShape *shape, Slice *into, const Slice *from, RefMap map)
{
    GroupTable *table = &into->groups;
    GroupWalk walk = GROUP_WALK_START;
    uint64_t left = 0;
    bool has_refs = from->folded_refs != NULL && from->folded_into == into->number &&
                    from->folded_count == from->groups.group_count;
    uint32_t number = 0;
    while (group_walk_next(&from->groups, &walk)) {
        const GroupRecord *record = &walk.record;
        uint32_t ref = has_refs ? from->folded_refs[number++] : find(table, record);
        if (ref == 0)
            continue; /* a refused pool: the batch is void */
        char *fields = group_record_write(table, ref) + group_fields_at(table, record->key_len);
        const char *part = group_record(&from->groups, walk.ref) + record->fields_at;
        for (uint32_t i = 0; i < shape->fold_count; i++) {
            const AggFold *fold = &shape->folds[i];
            if (fold->distinct < 0)
                fold->subtract(fn, fields + fold->offset, part + fold->offset);
        }
        left += (*count_of(shape, fields) -= 1) == 0;
        if (map.refs != NULL)
            map.refs[walk.ref] = ref;
    }
    return left;
}

/* ---- DISTINCT values ---- */

RtDatum fold_value(FnCtx *fn, const AggFold *fold, const char *key, uint32_t key_len)
{
    RtDatum value = datum_null((RtKind)fold->value_kind);
    const char *end = key + key_len;
    const char *next = key_get(key + DISTINCT_ROOM, end, (RtKind)fold->value_kind, fn->batch, &value);
    assert(next == end);
    (void)next;
    if (fold->value_kind == PK_I64 && fold->step_kind == PK_D128) {
        value.value.d128 = d128_from(value.value.i64);
        value.kind = PK_D128;
    }
    return value;
}

static char *group_fields_of(GroupTable *table, uint32_t ref)
{
    return group_record_write(table, ref) + group_record_at(table, ref).fields_at;
}

/* The value's key in the other slice: the same value behind the reference of its group there. */
static GroupRecord moved_key(FnCtx *fn, const GroupRecord *record, RefMap map, uint32_t *group)
{
    GroupRecord moved = *record;
    uint32_t ref;
    char *key = arena_alloc(fn->batch, record->key_len, 8);
    memcpy(&ref, record->key, sizeof ref);
    *group = map.refs[ref];
    memcpy(key, record->key, record->key_len);
    memcpy(key, group, sizeof *group);
    moved.key = key;
    return moved;
}

static void add_values(FnCtx *fn, const AggFold *fold, Slice *into, const Slice *from, bool is_counted, RefMap map)
{
    const DistinctSet *values = &from->distinct[fold->distinct];
    DistinctSet *set = &into->distinct[fold->distinct];
    GroupWalk walk = GROUP_WALK_START;
    while (group_walk_next(values, &walk)) {
        ArenaMark mark = arena_mark(fn->batch);
        uint32_t group, before = set->group_count;
        GroupRecord record = moved_key(fn, &walk.record, map, &group);
        uint64_t *count = group_upsert(set, record.key, record.key_len, key_hash(record.key, record.key_len));
        bool is_new = is_counted ? (*count)++ == 0 : set->group_count != before;
        if (is_new) {
            RtDatum value = fold_value(fn, fold, record.key, record.key_len);
            fn->user = fold->user;
            fold->step(fn, group_fields_of(&into->groups, group) + fold->offset, &value);
        }
        arena_release(fn->batch, mark);
    }
}

static uint64_t subtract_values(FnCtx *fn, const AggFold *fold, Slice *into, const Slice *from, RefMap map)
{
    const DistinctSet *values = &from->distinct[fold->distinct];
    DistinctSet *set = &into->distinct[fold->distinct];
    GroupWalk walk = GROUP_WALK_START;
    uint64_t left = 0;
    while (group_walk_next(values, &walk)) {
        ArenaMark mark = arena_mark(fn->batch);
        uint32_t group;
        GroupRecord record = moved_key(fn, &walk.record, map, &group);
        uint64_t *count = group_upsert(set, record.key, record.key_len, key_hash(record.key, record.key_len));
        if (--*count == 0) {
            RtDatum value = fold_value(fn, fold, record.key, record.key_len);
            fn->user = fold->user;
            fold->retract(fn, group_fields_of(&into->groups, group) + fold->offset, &value);
            left++;
        }
        arena_release(fn->batch, mark);
    }
    return left;
}

/* ---- slices ---- */

static bool is_refused(const Slice *slice)
{
    return slice->groups.pages.pool->refused != STATE_REFUSED_NOT;
}

void slice_fold_add(FnCtx *fn, const SliceShape *shape, Slice *into, Slice *from, bool is_counted)
{
    ArenaMark mark = arena_mark(fn->batch);
    RefMap map = ref_map(fn, shape, from);
    fn->heap = &into->heap;
    add_groups(fn, shape, into, from, is_counted, map);
    for (uint32_t i = 0; i < shape->fold_count && !is_refused(into); i++) {
        if (shape->folds[i].distinct >= 0)
            add_values(fn, &shape->folds[i], into, from, is_counted, map);
    }
    fn->heap = NULL;
    arena_release(fn->batch, mark);
}

FoldLeft slice_fold_subtract(FnCtx *fn, const SliceShape *shape, Slice *into, const Slice *from)
{
    ArenaMark mark = arena_mark(fn->batch);
    RefMap map = ref_map(fn, shape, from);
    FoldLeft left = { 0 };
    fn->heap = &into->heap;
    if (!is_refused(into))
        left.groups = subtract_groups(fn, shape, into, from, map);
    for (uint32_t i = 0; i < shape->fold_count && !is_refused(into); i++) {
        if (shape->folds[i].distinct >= 0)
            left.values += subtract_values(fn, &shape->folds[i], into, from, map);
    }
    fn->heap = NULL;
    arena_release(fn->batch, mark);
    return left;
}

/* ---- groups that are forgotten ---- */

static void move_values(FnCtx *fn, Slice *into, const Slice *from, uint32_t set, RefMap map)
{
    GroupWalk walk = GROUP_WALK_START;
    while (group_walk_next(&from->distinct[set], &walk)) {
        ArenaMark mark = arena_mark(fn->batch);
        uint32_t group;
        GroupRecord record = moved_key(fn, &walk.record, map, &group);
        if (group != 0)
            (void)group_upsert(&into->distinct[set], record.key, record.key_len, key_hash(record.key, record.key_len));
        arena_release(fn->batch, mark);
    }
}

static void move_groups(FnCtx *fn, const SliceShape *shape, Slice *into, Slice *from, int64_t touched_us, RefMap map)
{
    GroupWalk walk = GROUP_WALK_START;
    while (group_walk_next(&from->groups, &walk)) {
        const GroupRecord *record = &walk.record;
        const char *old = group_record(&from->groups, walk.ref) + record->fields_at;
        GroupLife life;
        memcpy(&life, old, sizeof life);
        bool lives = life.rows != 0 && life.touched_us > touched_us;
        if (map.refs != NULL)
            map.refs[walk.ref] = 0;
        if (!lives)
            continue;
        uint64_t hash = into->groups.is_single ? 0 : key_hash(record->key, record->key_len);
        char *fields = group_upsert(&into->groups, record->key, record->key_len, hash);
        memcpy(fields, &life, sizeof life);
        for (uint32_t i = 0; i < shape->fold_count; i++)
            shape->folds[i].merge(fn, fields + shape->folds[i].offset, old + shape->folds[i].offset);
        if (map.refs != NULL)
            map.refs[walk.ref] = into->groups.last_ref;
    }
}

void slice_forget_groups(FnCtx *fn, SliceStore *store, int64_t touched_us)
{
    Slice *old = store->slice_count > 0 ? store->slices[0] : NULL;
    Slice *fresh = old == NULL ? NULL : slice_make_successor(store);
    if (fresh == NULL)
        return;
    StateHeap *heap = fn->heap;
    ArenaMark mark = arena_mark(fn->batch);
    RefMap map = ref_map(fn, &store->shape, old);
    fresh->start_us = old->start_us;
    fresh->end_us = old->end_us;
    fresh->since_us = old->since_us;
    if (old->groups.is_single)
        group_make_single(&fresh->groups);
    fn->heap = &fresh->heap;
    move_groups(fn, &store->shape, fresh, old, touched_us, map);
    for (uint32_t i = 0; i < store->shape.distinct_count; i++)
        move_values(fn, fresh, old, i, map);
    fn->heap = heap;
    arena_release(fn->batch, mark);
    store->slices[0] = fresh;
    store->current = NULL;
    store->current_length_us = 0;
    slice_release_apart(store, old);
}
