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

void slice_forget_refs(Slice *slice)
{
    if (slice->folded_refs == NULL)
        return;
    page_pool_discharge(slice->groups.pages.pool, slice->folded_count * sizeof(uint32_t));
    mem_free(slice->folded_refs);
    slice->folded_refs = NULL;
    slice->folded_count = 0;
}

/* Notes that the n-th group of `from` stands elsewhere.  Without memory for it, it is looked up again later. */
static void note_ref(const Slice *into, Slice *from, uint32_t number, uint32_t ref)
{
    uint64_t bytes = from->groups.group_count * sizeof(uint32_t);
    if (from->folded_refs == NULL) {
        if (!page_pool_charge(from->groups.pages.pool, bytes))
            return;
        from->folded_refs = mem_alloc_zeroed(bytes);
        if (from->folded_refs == NULL) {
            page_pool_discharge(from->groups.pages.pool, bytes);
            return;
        }
        from->folded_count = from->groups.group_count;
        from->folded_into = into->number;
    }
    from->folded_refs[number] = ref;
}

/* Groups of two slices, the fields of each pair at hand: states are folded one aggregate after the other. */
enum { PAIRS_MAX = 128 };

typedef struct Pairs {
    StateHeap *foreign; /* of the states in `from`, in another store; NULL: they refer to nothing there */
    uint32_t count;
    char *into[PAIRS_MAX];
    const char *from[PAIRS_MAX];
} Pairs;

static bool is_refused(const Slice *slice)
{
    return slice->groups.pages.pool->refused != STATE_REFUSED_NOT;
}

/* References mean nothing in another store: the states go there as bytes. */
static void merge_foreign(FnCtx *fn, const AggFold *fold, const Pairs *pairs)
{
    StateHeap *own = fn->heap;
    for (uint32_t p = 0; p < pairs->count; p++) {
        ArenaMark mark = arena_mark(fn->batch);
        void *state = arena_alloc_zeroed(fn->batch, fold->state_bytes, 16);
        fn->heap = pairs->foreign;
        Str bytes = fold->put(fn, pairs->from[p] + fold->offset);
        fn->heap = own;
        bool is_state = bytes.len == 0 || fold->get(fn, state, bytes);
        assert(is_state && "what a state puts, a state gets");
        if (is_state)
            fold->merge(fn, pairs->into[p] + fold->offset, state);
        arena_release(fn->batch, mark);
    }
}

static void merge_pairs(FnCtx *fn, const SliceShape *shape, Pairs *pairs)
{
    for (uint32_t i = 0; i < shape->fold_count; i++) {
        const AggFold *fold = &shape->folds[i];
        if (fold->distinct >= 0)
            continue;
        if (pairs->foreign != NULL && fold->put != NULL) {
            merge_foreign(fn, fold, pairs);
            continue;
        }
        if (fold->merge_many != NULL) {
            fold->merge_many(fn, pairs->into, pairs->from, pairs->count, fold->offset);
            continue;
        }
        fn->user = fold->user;
        for (uint32_t p = 0; p < pairs->count; p++)
            fold->merge(fn, pairs->into[p] + fold->offset, pairs->from[p] + fold->offset);
    }
    pairs->count = 0;
}

/* The number of groups that have no row any more. */
static uint64_t subtract_pairs(FnCtx *fn, const SliceShape *shape, Pairs *pairs)
{
    uint64_t left = 0;
    for (uint32_t i = 0; i < shape->fold_count; i++) {
        const AggFold *fold = &shape->folds[i];
        if (fold->distinct >= 0)
            continue;
        if (fold->subtract_many != NULL) {
            fold->subtract_many(fn, pairs->into, pairs->from, pairs->count, fold->offset);
            continue;
        }
        for (uint32_t p = 0; p < pairs->count; p++)
            fold->subtract(fn, pairs->into[p] + fold->offset, pairs->from[p] + fold->offset);
    }
    for (uint32_t p = 0; p < pairs->count; p++)
        left += group_load64(pairs->into[p] + shape->groups.rows_at) == 0;
    pairs->count = 0;
    return left;
}

/* Groups in whose place another key stands in the other table, or none. */
typedef struct Others {
    uint32_t count;
    uint32_t refs[PAIRS_MAX], numbers[PAIRS_MAX];
} Others;

/* A walk over the groups of one table that have rows, with the records at the same references of another one. */
typedef struct Beside {
    const GroupTable *from;
    GroupTable *into;
    RefMap map;
    uint32_t page, offset;
    uint32_t there_at; /* keys of any size: the first record of the other page that begins at or behind the offset */
    uint32_t number;   /* of the groups that were passed, those without rows too */
    Pairs pairs;       /* those at hand: with the same key at the same reference .. */
    Others others;     /* .. and those without */
} Beside;

static void beside_start(Beside *walk, const Slice *from, Slice *into, RefMap map)
{
    assert(from->groups.field_bytes == into->groups.field_bytes);
    walk->from = &from->groups;
    walk->into = &into->groups;
    walk->map = map;
    walk->pairs.foreign = NULL;
    walk->page = walk->number = 0;
    walk->offset = walk->there_at = STATE_PAGE_HEAD;
}

static inline bool is_same_key(const char *a, const char *b, uint32_t fields_at)
{
    uint64_t differ = 0;
    for (uint32_t at = 0; at < fields_at; at += 8)
        differ |= group_load64(a + at) ^ group_load64(b + at);
    return differ == 0;
}

/* Slices that leave a window have left the caches: what comes next is asked for. */
enum { FOLD_AHEAD_BYTES = 2048 };

/* Where the first record at or behind an offset of the page begins: records of different sizes need not begin there. */
static uint32_t record_from(const GroupTable *table, const StatePage *page, uint32_t at, uint32_t offset)
{
    while (at < offset && at < page->used) {
        uint32_t head = group_load32((const char *)page + at);
        uint32_t key_len = (head & GROUP_KEY_IN_HEAP) != 0 ? GROUP_KEY_INLINE_MAX + 1 : head & GROUP_KEY_LEN_MASK;
        at += group_fields_at(table, key_len) + table->field_bytes;
    }
    return at;
}

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* The groups of the walk's page from its offset on, beside a page of the other table.  `fixed_at`: where the fields of
 * each record start, when is_fixed. */
ALWAYS_INLINE void next_in_page(Beside *walk, char *there, bool is_fixed, uint32_t fixed_at)
{
    const GroupTable *from = walk->from;
    const char *page = (const char *)from->pages.pages[walk->page];
    uint32_t used = ((const StatePage *)page)->used, there_used = ((const StatePage *)there)->used;
    uint32_t offset = walk->offset, number = walk->number, base = walk->page << GROUP_REF_PAGE_SHIFT;
    uint32_t count = 0, field_bytes = from->field_bytes, rows_at = from->rows_at;
    bool has_rows = from->has_rows;
    Others *others = &walk->others;
    for (; offset < used && count < PAIRS_MAX && others->count < PAIRS_MAX; number++) {
        const char *record = page + offset;
        uint32_t ref = base | offset / 8;
        uint32_t fields_at = is_fixed ? fixed_at : group_record_at(from, ref).fields_at;
        __builtin_prefetch(record + FOLD_AHEAD_BYTES);
        if (has_rows && group_load64(record + fields_at + rows_at) == 0) {
            offset += fields_at + field_bytes;
            continue;
        }
        if (!is_fixed)
            walk->there_at = record_from(walk->into, (const StatePage *)there, walk->there_at, offset);
        bool is_there = offset < there_used && (is_fixed || walk->there_at == offset);
        if (__builtin_expect(is_there && is_same_key(record, there + offset, fields_at), 1)) {
            walk->pairs.into[count] = there + offset + fields_at;
            walk->pairs.from[count++] = record + fields_at;
            if (walk->map.refs != NULL)
                walk->map.refs[ref] = ref;
        } else {
            others->refs[others->count] = ref;
            others->numbers[others->count++] = number;
        }
        offset += fields_at + field_bytes;
    }
    walk->pairs.count = count;
    walk->offset = offset;
    walk->number = number;
}

/* Groups of one page; false: there are no more. */
static bool beside_next(Beside *walk)
{
    static const StatePage NO_PAGE;
    const GroupTable *from = walk->from;
    walk->pairs.count = walk->others.count = 0;
    while (walk->page < from->pages.count) {
        if (walk->offset >= from->pages.pages[walk->page]->used) {
            walk->page++;
            walk->offset = walk->there_at = STATE_PAGE_HEAD;
            continue;
        }
        bool is_there = walk->page < walk->into->pages.count;
        char *there = (char *)(is_there ? state_pages_write(&walk->into->pages, walk->page) : &NO_PAGE);
        if (!from->is_fixed)
            next_in_page(walk, there, false, 0);
        else if (from->fields_at == 8)
            next_in_page(walk, there, true, 8);
        else if (from->fields_at == 16)
            next_in_page(walk, there, true, 16);
        else
            next_in_page(walk, there, true, from->fields_at);
        if (walk->pairs.count > 0 || walk->others.count > 0)
            return true;
    }
    return false;
}

static void add_elsewhere(FnCtx *fn, const SliceShape *shape, Slice *into, Slice *from, const Beside *walk)
{
    GroupTable *table = &into->groups;
    Pairs pairs;
    pairs.count = 0;
    pairs.foreign = walk->pairs.foreign;
    for (uint32_t i = 0; i < walk->others.count && !is_refused(into); i++) {
        uint32_t ref = walk->others.refs[i];
        GroupRecord record = group_record_at(&from->groups, ref);
        uint64_t hash = table->is_single ? 0 : key_hash(record.key, record.key_len);
        pairs.into[pairs.count] = group_upsert(table, record.key, record.key_len, hash);
        pairs.from[pairs.count++] = group_record(&from->groups, ref) + record.fields_at;
        if (into->is_counted && table->last_ref != ref)
            note_ref(into, from, walk->others.numbers[i], table->last_ref);
        if (walk->map.refs != NULL)
            walk->map.refs[ref] = table->last_ref;
    }
    if (!is_refused(into))
        merge_pairs(fn, shape, &pairs);
}

static void add_groups(FnCtx *fn, const SliceShape *shape, Slice *into, Slice *from, RefMap map)
{
    Beside walk;
    if (into->is_counted)
        slice_forget_refs(from);
    if (from->groups.is_single && !into->groups.is_single)
        group_make_single(&into->groups);
    beside_start(&walk, from, into, map);
    if (from->heap.shared != into->heap.shared && from->heap.page_count > 0)
        walk.pairs.foreign = &from->heap;
    while (!is_refused(into) && beside_next(&walk) && !is_refused(into)) {
        merge_pairs(fn, shape, &walk.pairs);
        if (walk.others.count > 0)
            add_elsewhere(fn, shape, into, from, &walk);
    }
}

static uint32_t find(const GroupTable *table, GroupRecord record)
{
    return group_lookup(table, record.key, record.key_len, group_hash(table, record.key, record.key_len));
}

/* The number of groups that have no row any more. */
static uint64_t subtract_elsewhere(FnCtx *fn, const SliceShape *shape, Slice *into, const Slice *from,
                                   const Beside *walk)
{
    bool has_refs = from->folded_refs != NULL && from->folded_into == into->number &&
                    from->folded_count == from->groups.group_count;
    Pairs pairs;
    pairs.count = 0;
    for (uint32_t i = 0; i < walk->others.count; i++) {
        GroupRecord record = group_record_at(&from->groups, walk->others.refs[i]);
        uint32_t ref = has_refs ? from->folded_refs[walk->others.numbers[i]] : 0;
        ref = ref != 0 ? ref : find(&into->groups, record);
        if (ref == 0)
            continue; /* a refused pool: the batch is void */
        pairs.into[pairs.count] = group_record_write(&into->groups, ref) + record.fields_at;
        pairs.from[pairs.count++] = group_record(&from->groups, walk->others.refs[i]) + record.fields_at;
        if (walk->map.refs != NULL)
            walk->map.refs[walk->others.refs[i]] = ref;
    }
    return subtract_pairs(fn, shape, &pairs);
}

static uint64_t subtract_groups(FnCtx *fn, const SliceShape *shape, Slice *into, const Slice *from, RefMap map)
{
    Beside walk;
    uint64_t left = 0;
    beside_start(&walk, from, into, map);
    while (beside_next(&walk)) {
        left += subtract_pairs(fn, shape, &walk.pairs);
        if (walk.others.count > 0)
            left += subtract_elsewhere(fn, shape, into, from, &walk);
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

static void add_values(FnCtx *fn, const AggFold *fold, Slice *into, const Slice *from, RefMap map)
{
    const DistinctSet *values = &from->distinct[fold->distinct];
    DistinctSet *set = &into->distinct[fold->distinct];
    GroupWalk walk = GROUP_WALK_START;
    while (group_walk_next(values, &walk)) {
        ArenaMark mark = arena_mark(fn->batch);
        uint32_t group, before = set->group_count;
        GroupRecord record = moved_key(fn, &walk.record, map, &group);
        uint64_t *count = group_upsert(set, record.key, record.key_len, key_hash(record.key, record.key_len));
        bool is_new = into->is_counted ? (*count)++ == 0 : set->group_count != before;
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

void slice_fold_add(FnCtx *fn, const SliceShape *shape, Slice *into, Slice *from)
{
    ArenaMark mark = arena_mark(fn->batch);
    RefMap map = ref_map(fn, shape, from);
    fn->heap = &into->heap;
    add_groups(fn, shape, into, from, map);
    for (uint32_t i = 0; i < shape->fold_count && !is_refused(into); i++) {
        if (shape->folds[i].distinct >= 0)
            add_values(fn, &shape->folds[i], into, from, map);
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

void slice_fold_take(FnCtx *fn, const SliceShape *shape, Slice *into, const Slice *from)
{
    ArenaMark mark = arena_mark(fn->batch);
    GroupTable *table = &into->groups;
    GroupWalk walk = GROUP_WALK_START;
    fn->heap = &into->heap;
    if (from->groups.is_single && !table->is_single)
        group_make_single(table);
    while (group_walk_next(&from->groups, &walk)) {
        const GroupRecord *record = &walk.record;
        uint64_t hash = table->is_single ? 0 : key_hash(record->key, record->key_len);
        char *fields = group_upsert(table, record->key, record->key_len, hash);
        const char *part = group_record(&from->groups, walk.ref) + record->fields_at;
        for (uint32_t i = 0; i < shape->fold_count; i++) {
            assert(shape->folds[i].take != NULL && shape->folds[i].distinct < 0);
            shape->folds[i].take(fn, fields + shape->folds[i].offset, part + shape->folds[i].offset);
        }
    }
    fn->heap = NULL;
    arena_release(fn->batch, mark);
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
    slice_store_forget_seen(store);
    slice_release_apart(store, old);
}
