/* state_hot.h -- what generated code does to state for each row.
 *
 * The rt_* functions of state_hot.c are these bodies under a name; they are compiled to bitcode too and melt into the
 * generated function.  Whatever grows, copies or makes things is out of line.
 *
 *   Slice *slice = rt_slice_at(store, time, watermark);   NULL: the row is late
 *   void *fields = rt_group_upsert(&slice->groups, key, key_len, rt_key_hash(key, key_len));
 *   if (rt_distinct_insert(&slice->distinct[0], rt_group_ref(&slice->groups), buffer, room_and_value_bytes)) step(..)
 *
 * Units      *_us is microseconds, lengths are bytes.
 * Ownership  see group_table.h, slice_store.h.
 * Threads    task thread only.
 * Errors     none here: a refused pool answers trash (page.h). */
#ifndef SQC_STATE_STATE_HOT_H
#define SQC_STATE_STATE_HOT_H

#include "runtime/state/slice_store.h"

static inline bool group_key_equal(const GroupTable *table, const char *record, const char *key, uint32_t key_len)
{
    if (table->is_fixed)
        return memcmp(record, key, key_len) == 0;
    uint32_t len;
    memcpy(&len, record, sizeof len);
    if (__builtin_expect(key_len > GROUP_KEY_INLINE_MAX, 0))
        return group_key_equal_slow(table, record, key, key_len);
    return len == key_len && memcmp(record + 4, key, key_len) == 0;
}

/* Where the fields of a record start. */
static inline uint32_t group_fields_at(const GroupTable *table, uint32_t key_len)
{
    if (table->is_fixed)
        return table->fields_at;
    return key_len > GROUP_KEY_INLINE_MAX ? 8 : (4 + key_len + 1 + 7) & ~7u;
}

static inline char *group_record(const GroupTable *table, uint32_t ref)
{
    return (char *)table->pages.pages[ref >> GROUP_REF_PAGE_SHIFT] + (uint64_t)(ref & GROUP_REF_UNIT_MASK) * 8;
}

static inline char *group_record_write(GroupTable *table, uint32_t ref)
{
    StatePage *page = state_pages_write(&table->pages, ref >> GROUP_REF_PAGE_SHIFT);
    return (char *)page + (uint64_t)(ref & GROUP_REF_UNIT_MASK) * 8;
}

/* Reference of the key's record, or 0. */
static inline uint32_t group_lookup(const GroupTable *table, const char *key, uint32_t key_len, uint64_t hash)
{
    uint32_t ref_bits = table->ref_bits;
    uint32_t tag = (uint32_t)hash << ref_bits;
    uint64_t at = ((hash >> 32) * table->slot_count) >> 32;
    for (;;) {
        uint32_t slot = table->slots[at];
        if (slot == 0)
            return 0;
        uint32_t ref = slot ^ tag;
        if ((ref >> ref_bits) == 0 && group_key_equal(table, group_record(table, ref), key, key_len))
            return ref;
        at = at + 1 == table->slot_count ? 0 : at + 1;
    }
}

/* Writable fields of the key's group, zero bytes when it is new. */
static inline void *group_upsert(GroupTable *table, const char *key, uint32_t key_len, uint64_t hash)
{
    uint32_t ref = group_lookup(table, key, key_len, hash);
    if (__builtin_expect(ref == 0, 0))
        return group_insert(table, key, key_len, hash);
    table->last_ref = ref;
    return group_record_write(table, ref) + group_fields_at(table, key_len);
}

/* The same, but tries the group of the row before, without hashing: for input that comes in runs, and for no keys. */
static inline void *group_upsert_near(GroupTable *table, const char *key, uint32_t key_len)
{
    uint32_t last = table->last_ref;
    if (last != 0 && group_key_equal(table, group_record(table, last), key, key_len))
        return group_record_write(table, last) + group_fields_at(table, key_len);
    return group_upsert(table, key, key_len, key_hash(key, key_len));
}

/* `key` starts with DISTINCT_ROOM bytes of room for the group, then the value's key encoding; key_len counts both.
 * True when the group sees the value for the first time. */
static inline bool distinct_insert(DistinctSet *set, uint32_t group_ref, char *key, uint32_t key_len)
{
    memcpy(key, &group_ref, sizeof group_ref);
    uint64_t hash = key_hash(key, key_len);
    if (group_lookup(set, key, key_len, hash) != 0)
        return false;
    group_insert(set, key, key_len, hash);
    return true;
}

/* The slice of a time, or NULL when it has closed at that watermark (whether or not it was emitted and dropped yet). */
static inline Slice *slice_at(SliceStore *store, int64_t time_us, int64_t watermark_us)
{
    uint64_t into_slice = (uint64_t)time_us - (uint64_t)store->current_start_us;
    if (__builtin_expect(into_slice < store->current_length_us && watermark_us < store->current_close_us, 1))
        return store->current;
    return rt_slice_at_slow(store, time_us, watermark_us);
}

/* ---- the same under a name: native code and bitcode ---- */
Slice *rt_slice_at(SliceStore *store, int64_t time_us, int64_t watermark_us);
int64_t rt_slice_next_close(const SliceStore *store);
GroupTable *rt_slice_groups(Slice *slice);
StateHeap *rt_slice_heap(Slice *slice); /* for FnCtx.heap while aggregates run */
DistinctSet *rt_slice_distinct(Slice *slice, uint32_t number);
int64_t rt_slice_start(const Slice *slice);
int64_t rt_slice_end(const Slice *slice);
uint64_t rt_key_hash(const char *key, uint64_t key_len);
void *rt_group_upsert(GroupTable *table, const char *key, uint32_t key_len, uint64_t hash);
void *rt_group_upsert_near(GroupTable *table, const char *key, uint32_t key_len);
/* Reference of the group that upsert answered last. */
uint32_t rt_group_ref(const GroupTable *table);
bool rt_distinct_insert(DistinctSet *set, uint32_t group_ref, char *key, uint32_t key_len);
/* Of the cursor's group. */
const char *rt_groups_key(const GroupCursor *cursor);
const void *rt_groups_fields(const GroupCursor *cursor);

#endif
