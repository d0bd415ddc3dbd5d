/* slice_store.c -- making, finding and dropping slices. */
#include "runtime/state/slice_store.h"

#include "runtime/base/alloc.h"
#include "runtime/state/slice_fold.h"
#include "runtime/state/slice_store_internal.h"

#include <assert.h>

/* ---- arithmetic ---- */
static int64_t saturated(Int128 value)
{
    return value > INT64_MAX ? INT64_MAX : value < INT64_MIN ? INT64_MIN : (int64_t)value;
}

GridPeriod window_size_grid(const SliceShape *shape)
{
    return (GridPeriod){ shape->size_us, shape->offset_us, shape->calendar == NULL ? 0 : shape->calendar->size_months };
}

GridPeriod window_step_grid(const SliceShape *shape)
{
    return (GridPeriod){ shape->step_us, shape->offset_us, shape->calendar == NULL ? 0 : shape->calendar->step_months };
}

GridPeriod window_start_grid(const SliceShape *shape)
{
    return shape->kind == WINDOW_HOP ? window_step_grid(shape) : window_size_grid(shape);
}

int64_t window_first_end(const SliceShape *shape, int64_t slice_end_us)
{
    if (shape->kind != WINDOW_HOP || slice_end_us == INT64_MAX)
        return slice_end_us;
    GridPeriod ends = window_step_grid(shape);
    if (ends.months == 0) /* a size of months is so many steps */
        ends.offset_us = saturated((Int128)shape->offset_us + shape->size_us);
    return grid_ceil(ends, slice_end_us);
}

int64_t window_last_end(const SliceShape *shape, int64_t slice_start_us)
{
    return grid_plus(window_size_grid(shape), grid_floor(window_start_grid(shape), slice_start_us), 1);
}

int64_t window_start_of_end(const SliceShape *shape, int64_t end_us)
{
    if (shape->kind == WINDOW_CUMULATE)
        return grid_floor(window_size_grid(shape), saturated((Int128)end_us - 1));
    return grid_plus(window_size_grid(shape), end_us, -1);
}

static const Zone *zone_of(const SliceShape *shape)
{
    return shape->calendar == NULL ? NULL : shape->calendar->zone;
}

int64_t window_close_us(const SliceShape *shape, int64_t end_us)
{
    return slice_close_us(end_us == INT64_MAX ? end_us : zone_passed_us(zone_of(shape), end_us));
}

int64_t window_wall_us(const SliceShape *shape, int64_t time_us)
{
    return zone_local_us(zone_of(shape), time_us);
}

/* ---- one slice ---- */
static Slice *slice_new(SliceStore *store, uint32_t number, uint32_t distinct_room)
{
    uint64_t bytes = sizeof(Slice) + store->shape.distinct_count * sizeof(DistinctSet);
    if (!page_pool_charge(store->pool, bytes))
        return NULL;
    Slice *slice = mem_alloc(bytes);
    if (slice == NULL) {
        page_pool_discharge(store->pool, bytes);
        page_pool_refuse(store->pool, STATE_REFUSED_MEMORY);
        return NULL;
    }
    *slice = (Slice){ .number = number,
                      .distinct = (DistinctSet *)(slice + 1),
                      .distinct_count = store->shape.distinct_count };
    heap_init(&slice->heap, &store->heap_pages, number);
    GroupShape shape = store->shape.groups;
    shape.field_bytes = (shape.field_bytes + 7) & ~7u;
    group_table_init(&slice->groups, shape, store->pool, &slice->heap);
    bool is_session = store->shape.kind == WINDOW_SESSION;
    for (uint32_t i = 0; i < slice->distinct_count; i++) {
        GroupShape set = { .field_bytes = is_session ? 8 : distinct_room };
        if (is_session && i + 1 == slice->distinct_count)
            set.field_bytes = shape.field_bytes; /* further sessions of a key */
        group_table_init(&slice->distinct[i], set, store->pool, &slice->heap);
    }
    return slice;
}

static void slice_release(SliceStore *store, Slice *slice)
{
    slice_forget_refs(slice);
    group_table_release(&slice->groups);
    for (uint32_t i = 0; i < slice->distinct_count; i++)
        group_table_release(&slice->distinct[i]);
    heap_release(&slice->heap);
    page_pool_discharge(store->pool, sizeof(Slice) + store->shape.distinct_count * sizeof(DistinctSet));
    mem_free(slice);
}

Slice *slice_make_apart(SliceStore *store)
{
    Slice *slice = slice_new(store, store->next_number | HEAP_OWNER_APART, 0);
    store->next_number += slice != NULL;
    return slice;
}

Slice *slice_make_counted(SliceStore *store)
{
    assert(store->shape.groups.has_rows);
    Slice *slice = slice_new(store, store->next_number | HEAP_OWNER_APART, FOLD_COUNT_BYTES);
    store->next_number += slice != NULL;
    if (slice != NULL)
        slice->is_counted = true;
    return slice;
}

Slice *slice_make_successor(SliceStore *store)
{
    Slice *slice = slice_new(store, store->next_number, 0);
    store->next_number += slice != NULL;
    return slice;
}

void slice_release_apart(SliceStore *store, Slice *slice)
{
    slice_release(store, slice);
}

/* ---- the store ---- */
RtStatus slice_store_init(SliceStore *store, SliceShape shape, PagePool *pool, RtError *error)
{
    assert(shape.size_us >= 0);
    *store = (SliceStore){ .shape = shape, .pool = pool, .next_close_us = INT64_MAX, .fired_us = INT64_MIN };
    heap_pages_init(&store->heap_pages, pool);
    store->trash = slice_new(store, store->next_number++ | HEAP_OWNER_APART, 0);
    return store->trash != NULL ? RT_OK : rt_error(error, RT_FATAL, "no memory for window state");
}

void slice_store_release(SliceStore *store)
{
    hop_state_release(store);
    session_state_release(store);
    for (uint32_t i = 0; i < store->slice_count; i++)
        slice_release(store, store->slices[i]);
    for (uint32_t i = 0; i < store->copy_count; i++)
        slice_release(store, store->copies[i]);
    if (store->trash != NULL)
        slice_release(store, store->trash);
    heap_pages_release(&store->heap_pages);
    page_pool_discharge(store->pool, ((uint64_t)store->slice_capacity + store->copy_capacity) * sizeof(Slice *));
    if (store->seen != NULL)
        page_pool_discharge(store->pool, SLICES_SEEN * sizeof *store->seen);
    mem_free(store->seen);
    mem_free(store->copies);
    mem_free(store->slices);
    *store = (SliceStore){ .pool = store->pool, .next_close_us = INT64_MAX };
}

bool slice_array_reserve(SliceStore *store, void **items, uint32_t *capacity, uint32_t wanted, uint32_t item_bytes)
{
    if (wanted <= *capacity)
        return true;
    uint32_t larger = wanted < 64 ? 64 : wanted + wanted / 2;
    if (!page_pool_charge(store->pool, (larger - *capacity) * (uint64_t)item_bytes))
        return false;
    void *grown = mem_resize(*items, larger * (uint64_t)item_bytes);
    if (grown == NULL) {
        page_pool_discharge(store->pool, (larger - *capacity) * (uint64_t)item_bytes);
        page_pool_refuse(store->pool, STATE_REFUSED_MEMORY);
        return false;
    }
    *items = grown;
    *capacity = larger;
    return true;
}

static bool list_reserve(SliceStore *store)
{
    if (store->slice_count < store->slice_capacity)
        return true;
    uint32_t capacity = store->slice_capacity == 0 ? 8 : 2 * store->slice_capacity;
    uint64_t more = (capacity - store->slice_capacity) * sizeof(Slice *);
    if (!page_pool_charge(store->pool, more))
        return false;
    Slice **slices = mem_resize(store->slices, capacity * sizeof *slices);
    if (slices == NULL) {
        page_pool_discharge(store->pool, more);
        page_pool_refuse(store->pool, STATE_REFUSED_MEMORY);
        return false;
    }
    store->slices = slices;
    store->slice_capacity = capacity;
    return true;
}

/* Where a slice stands in the list. */
typedef struct SliceKey {
    int64_t since_us, start_us, end_us;
} SliceKey;

static bool is_before(const Slice *slice, const SliceKey *key)
{
    if (slice->since_us != key->since_us)
        return slice->since_us < key->since_us;
    return slice->start_us != key->start_us ? slice->start_us < key->start_us : slice->end_us < key->end_us;
}

/* Index of the first slice that is not before (since, start, end).  New rows fall into late slices, so it looks from
 * the end first. */
static uint32_t list_position(const SliceStore *store, SliceKey key)
{
    uint32_t low = 0, high = store->slice_count;
    for (uint32_t tries = 0; tries < 4 && high > 0; tries++) {
        if (is_before(store->slices[high - 1], &key))
            return high;
        high--;
    }
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (is_before(store->slices[middle], &key))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Slices that were counted already count again in the next window, until the last that holds them. */
void slice_update_next_close(SliceStore *store)
{
    int64_t next = INT64_MAX;
    if (store->shape.kind == WINDOW_SESSION) {
        if (store->session == NULL) /* restored: to be looked at before the next window */
            store->next_close_us = store->slice_count > 0 ? INT64_MIN : INT64_MAX;
        return;
    }
    if (store->folded_count < store->slice_count)
        next = store->slices[store->folded_count]->since_us;
    if (store->folded_count > 0 && store->shape.keep_us == 0) {
        int64_t again = grid_plus(window_step_grid(&store->shape), store->fired_us, 1);
        next = again < next ? again : next;
    }
    store->next_end_us = next;
    store->next_close_us = window_close_us(&store->shape, next);
}

static Slice *insert(SliceStore *store, Slice *slice, int64_t start_us, int64_t end_us, int64_t since_us)
{
    uint32_t position = list_position(store, (SliceKey){ since_us, start_us, end_us });
    slice->start_us = start_us;
    slice->end_us = end_us;
    slice->since_us = since_us;
    memmove(&store->slices[position + 1], &store->slices[position],
            (store->slice_count - position) * sizeof *store->slices);
    store->slices[position] = slice;
    store->slice_count++;
    bool is_combined = store->shape.kind == WINDOW_HOP || store->shape.kind == WINDOW_CUMULATE;
    store->folded_count += (is_combined || store->shape.keep_us > 0) && since_us <= store->fired_us;
    slice_update_next_close(store);
    return slice;
}

/* As a rule a slice gets the groups of the one before it.  Where groups have rows it gets their keys at once, so that
 * rows find them, and whoever adds slices to each other finds a group at the same reference in all of them.  Where
 * windows are corrected a key that is there means a row. */
static void expect_groups_of(const SliceShape *shape, Slice *slice, const Slice *before)
{
    uint32_t count = before->groups.group_count;
    if (shape->groups.has_rows && shape->correct_us == 0 && count > 1)
        group_table_adopt(&slice->groups, &before->groups);
    if (slice->groups.group_count == 0)
        group_table_expect(&slice->groups, count / 8 * 7);
}

Slice *slice_find_or_make(SliceStore *store, int64_t start_us, int64_t end_us, int64_t since_us)
{
    uint32_t position = list_position(store, (SliceKey){ since_us, start_us, end_us });
    if (position < store->slice_count) {
        Slice *found = store->slices[position];
        if (found->since_us == since_us && found->start_us == start_us && found->end_us == end_us)
            return found;
    }
    Slice *slice = list_reserve(store) ? slice_new(store, store->next_number, 0) : NULL;
    if (slice == NULL)
        return store->trash;
    store->next_number++;
    bool is_usual = since_us == window_first_end(&store->shape, end_us);
    if (store->slice_count > 0 && is_usual)
        expect_groups_of(&store->shape, slice, store->slices[store->slice_count - 1]);
    return insert(store, slice, start_us, end_us, since_us);
}

Slice *slice_store_add_copy(SliceStore *store, int64_t start_us, int64_t end_us, uint32_t number)
{
    if (!slice_array_reserve(store, (void **)&store->copies, &store->copy_capacity, store->copy_count + 1,
                             sizeof *store->copies))
        return NULL;
    Slice *copy = slice_new(store, number, 0);
    if (copy == NULL)
        return NULL;
    uint32_t at = store->copy_count;
    for (; at > 0 && store->copies[at - 1]->end_us > end_us; at--)
        store->copies[at] = store->copies[at - 1];
    copy->start_us = start_us;
    copy->end_us = end_us;
    copy->since_us = SLICE_COPY_SINCE_US;
    store->copies[at] = copy;
    store->copy_count++;
    return copy;
}

void slice_store_drop_copy(SliceStore *store)
{
    slice_release(store, store->copies[0]);
    store->copy_count--;
    memmove(store->copies, store->copies + 1, store->copy_count * sizeof *store->copies);
}

Slice *slice_store_restore_slice(SliceStore *store, int64_t start_us, int64_t end_us, int64_t since_us, uint32_t number)
{
    if (since_us == SLICE_COPY_SINCE_US)
        return slice_store_add_copy(store, start_us, end_us, number);
    Slice *slice = list_reserve(store) ? slice_new(store, number, 0) : NULL;
    return slice == NULL ? NULL : insert(store, slice, start_us, end_us, since_us);
}

void slice_bounds(const SliceShape *shape, int64_t wall_us, int64_t *start_us, int64_t *end_us)
{
    if (shape->size_us == 0) {
        *start_us = INT64_MIN;
        *end_us = INT64_MAX;
        return;
    }
    GridPeriod period = shape->kind == WINDOW_TUMBLE ? window_size_grid(shape) : window_step_grid(shape);
    int64_t start = grid_floor(period, wall_us);
    *start_us = start;
    *end_us = grid_plus(period, start, 1);
    /* A hop whose size is no multiple of its slide ends windows inside of each slide. */
    int64_t cut = shape->kind == WINDOW_HOP && period.months == 0 ? shape->size_us % period.us : 0;
    if (cut != 0 && wall_us - start < cut)
        *end_us = saturated((Int128)start + cut);
    else
        *start_us = saturated((Int128)start + cut);
}

/* The first end of a window, at `since_us` or steps behind it, that is open at the watermark. */
static int64_t open_end(const SliceShape *shape, int64_t since_us, int64_t watermark_us)
{
    GridPeriod step = window_step_grid(shape);
    int64_t low = 0, high = 1; /* the end low is closed, the end high is not */
    while (watermark_us >= window_close_us(shape, grid_plus(step, since_us, high))) {
        low = high;
        high *= 2;
    }
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (watermark_us >= window_close_us(shape, grid_plus(step, since_us, middle)))
            low = middle;
        else
            high = middle;
    }
    return grid_plus(step, since_us, high);
}

void slice_store_forget_seen(SliceStore *store)
{
    store->current = NULL;
    store->current_length_us = 0;
    store->seen_last = NULL;
    if (store->seen != NULL)
        memset(store->seen, 0, SLICES_SEEN * sizeof *store->seen);
}

static void forget_seen(SliceStore *store, const Slice *slice)
{
    if (store->current == slice) {
        store->current = NULL;
        store->current_length_us = 0;
    }
    for (uint32_t i = 0; store->seen != NULL && i < SLICES_SEEN; i++) {
        if (store->seen[i].slice == slice)
            store->seen[i] = (SliceSeen){ 0 };
    }
}

static SliceSeen *seen_at(const SliceStore *store, int64_t time_us)
{
    return &store->seen[(uint64_t)(time_us >> store->seen_shift) % SLICES_SEEN];
}

static void make_current(SliceStore *store, const SliceSeen *seen)
{
    store->current_start_us = seen->start_us;
    store->current_length_us = seen->length_us;
    store->current_close_us = seen->close_us;
    store->current = seen->slice;
}

/* Rows that are behind the others go to slices that were seen already.  Most rows stay with the current one: another
 * takes its place when it is younger, or when two rows that left the current one were in it. */
static Slice *find_seen(SliceStore *store, int64_t time_us, int64_t watermark_us)
{
    const SliceSeen *seen = seen_at(store, time_us);
    if ((uint64_t)time_us - (uint64_t)seen->start_us >= seen->length_us || watermark_us >= seen->close_us)
        return NULL;
    if (store->current_length_us == 0 || seen->start_us > store->current_start_us || store->seen_last == seen->slice)
        make_current(store, seen);
    store->seen_last = seen->slice;
    return seen->slice;
}

/* There are places for half a slice each, so that the slices of a while do not meet; no memory: none is noted. */
static void note_seen(SliceStore *store, int64_t time_us, SliceSeen seen)
{
    if (store->seen == NULL) {
        if (!page_pool_charge(store->pool, SLICES_SEEN * sizeof seen))
            return;
        store->seen = mem_alloc_zeroed(SLICES_SEEN * sizeof seen);
        if (store->seen == NULL)
            page_pool_discharge(store->pool, SLICES_SEEN * sizeof seen);
        store->seen_shift = seen.length_us < 4 ? 0 : 62 - (uint32_t)__builtin_clzll(seen.length_us);
    }
    if (store->seen != NULL)
        *seen_at(store, time_us) = seen;
}

/* The slice holds these instants, and with a zone perhaps others too. */
static void note_current(SliceStore *store, Slice *slice, int64_t time_us, int64_t close_us)
{
    const ZoneSpan *span = &store->span;
    int64_t from = slice->start_us, until = slice->end_us;
    if (store->shape.calendar != NULL) {
        from = saturated((Int128)from - span->offset_us);
        until = saturated((Int128)until - span->offset_us);
        from = from < span->from_us ? span->from_us : from;
        until = until > span->until_us ? span->until_us : until;
    }
    SliceSeen seen = { from, (uint64_t)until - (uint64_t)from, close_us, slice };
    if (store->shape.size_us != 0 || store->shape.calendar != NULL)
        note_seen(store, time_us, seen);
    make_current(store, &seen);
}

Slice *rt_slice_at_slow(SliceStore *store, int64_t time_us, int64_t watermark_us)
{
    int64_t start_us, end_us, wall_us = time_us;
    const SliceShape *shape = &store->shape;
    Slice *known = store->seen == NULL ? NULL : find_seen(store, time_us, watermark_us);
    if (known != NULL)
        return known;
    if (shape->calendar != NULL) {
        if (time_us < store->span.from_us || time_us >= store->span.until_us)
            store->span = zone_span(zone_of(shape), time_us);
        wall_us = saturated((Int128)time_us + store->span.offset_us);
    }
    slice_bounds(shape, wall_us, &start_us, &end_us);
    int64_t since_us = window_first_end(shape, end_us), close_us = window_close_us(shape, since_us);
    if (watermark_us >= close_us && shape->size_us != 0) {
        if (shape->kind == WINDOW_TUMBLE || shape->correct_us > 0 ||
            watermark_us >= window_close_us(shape, window_last_end(shape, start_us)))
            return NULL;
        since_us = open_end(shape, since_us, watermark_us);
        return slice_find_or_make(store, start_us, end_us, since_us);
    }
    Slice *slice = slice_find_or_make(store, start_us, end_us, since_us);
    if (slice != store->trash)
        note_current(store, slice, time_us, close_us);
    else
        store->current_length_us = 0;
    return slice;
}

Slice *rt_slice_whole_slow(SliceStore *store, int64_t time_us, int64_t watermark_us)
{
    int64_t start_us, end_us;
    Slice *known = store->seen == NULL ? NULL : find_seen(store, time_us, watermark_us);
    if (known != NULL)
        return known;
    assert(store->shape.calendar == NULL);
    slice_bounds(&store->shape, time_us, &start_us, &end_us);
    bool has_ended = watermark_us >= slice_close_us(window_first_end(&store->shape, end_us));
    return has_ended ? NULL : rt_slice_at_slow(store, time_us, watermark_us);
}

Slice *rt_slice_attached(SliceStore *store, int64_t start_us, int64_t end_us, int64_t since_us, int64_t watermark_us)
{
    Slice *current = store->current_length_us != 0 ? store->current : NULL;
    bool is_current =
        current != NULL && current->start_us == start_us && current->end_us == end_us && current->since_us == since_us;
    int64_t close_us = is_current ? store->current_close_us : window_close_us(&store->shape, since_us);
    if (watermark_us >= close_us)
        return NULL;
    if (is_current)
        return current;
    Slice *slice = slice_find_or_make(store, start_us, end_us, since_us);
    store->current = slice;
    store->current_close_us = close_us;
    store->current_length_us = slice != store->trash;
    return slice;
}

Slice *rt_slice_due(SliceStore *store, int64_t watermark_us)
{
    bool due = store->slice_count > 0 && watermark_us >= store->next_close_us;
    return due && store->pool->refused == STATE_REFUSED_NOT ? store->slices[0] : NULL;
}

void rt_slice_drop(SliceStore *store, Slice *slice)
{
    uint32_t position = list_position(store, (SliceKey){ slice->since_us, slice->start_us, slice->end_us });
    assert(position < store->slice_count && store->slices[position] == slice);
    store->slice_count--;
    store->folded_count -= position < store->folded_count;
    memmove(&store->slices[position], &store->slices[position + 1],
            (store->slice_count - position) * sizeof *store->slices);
    slice_update_next_close(store);
    forget_seen(store, slice);
    slice_release(store, slice);
}
