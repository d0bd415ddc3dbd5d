/* state_hot.c -- state_hot.h under names that generated code calls: compiled as native code and as bitcode. */
#include "runtime/state/state_hot.h"

Slice *rt_slice_whole(SliceStore *store, int64_t time_us, int64_t watermark_us)
{
    return slice_whole(store, time_us, watermark_us);
}

Slice *rt_slice_at(SliceStore *store, int64_t time_us, int64_t watermark_us)
{
    return slice_at(store, time_us, watermark_us);
}

int64_t rt_slice_next_close(const SliceStore *store)
{
    return store->next_close_us;
}

GroupTable *rt_slice_groups(Slice *slice)
{
    return &slice->groups;
}

StateHeap *rt_slice_heap(Slice *slice)
{
    return &slice->heap;
}

DistinctSet *rt_slice_distinct(Slice *slice, uint32_t number)
{
    return &slice->distinct[number];
}

int64_t rt_slice_start(const Slice *slice)
{
    return slice->start_us;
}

int64_t rt_slice_end(const Slice *slice)
{
    return slice->end_us;
}

uint64_t rt_key_hash(const char *key, uint64_t key_len)
{
    return key_hash(key, key_len);
}

void *rt_group_upsert(GroupTable *table, const char *key, uint32_t key_len, uint64_t hash)
{
    return group_upsert(table, key, key_len, hash);
}

void *rt_group_upsert_near(GroupTable *table, const char *key, uint32_t key_len)
{
    return group_upsert_near(table, key, key_len);
}

void *rt_group_only(GroupTable *table)
{
    return group_only(table);
}

/* The bits of a key of each kind, in an order that bytes sort by. */
static inline uint8_t bits_of_bool(bool value)
{
    return value;
}

static inline uint8_t bits_of_i8(int8_t value)
{
    return (uint8_t)((uint8_t)value ^ 0x80);
}

static inline uint16_t bits_of_i16(int16_t value)
{
    return (uint16_t)((uint16_t)value ^ 0x8000);
}

static inline uint32_t bits_of_i32(int32_t value)
{
    return (uint32_t)value ^ (uint32_t)1 << 31;
}

static inline uint64_t bits_of_i64(int64_t value)
{
    return (uint64_t)value ^ (uint64_t)1 << 63;
}

static inline uint32_t bits_of_f32(float value)
{
    return key_order_f32(value);
}

static inline uint64_t bits_of_f64(double value)
{
    return key_order_f64(value);
}

#define ONE_COLUMN(kind, type, width)                                                                                  \
    void *rt_group_upsert_##kind(GroupTable *table, bool null, type value)                                             \
    {                                                                                                                  \
        return group_upsert_bits##width(table, null, bits_of_##kind(value));                                           \
    }                                                                                                                  \
    void rt_group_ahead_##kind(const SliceStore *store, bool null, type value, bool near)                              \
    {                                                                                                                  \
        group_ahead_bits##width(store, null, bits_of_##kind(value), near);                                             \
    }
ONE_COLUMN(bool, bool, 8)
ONE_COLUMN(i8, int8_t, 8)
ONE_COLUMN(i16, int16_t, 16)
ONE_COLUMN(i32, int32_t, 32)
ONE_COLUMN(i64, int64_t, 64)
ONE_COLUMN(f32, float, 32)
ONE_COLUMN(f64, double, 64)
#undef ONE_COLUMN

void *rt_group_upsert_str(GroupTable *table, bool null, const Str *text)
{
    return group_upsert_str(table, null, text->data, text->len);
}

bool rt_group_ahead_pays(const SliceStore *store)
{
    return group_ahead_table(store) != NULL;
}

void rt_group_ahead_str(const SliceStore *store, bool null, const Str *text, bool near)
{
    group_ahead(store, null ? 0 : group_hash_text(text->data, text->len), near);
}

uint32_t rt_group_ref(const GroupTable *table)
{
    return table->last_ref;
}

bool rt_distinct_insert(DistinctSet *set, uint32_t group_ref, char *key, uint32_t key_len)
{
    return distinct_insert(set, group_ref, key, key_len);
}

bool rt_groups_next(GroupCursor *cursor)
{
    return groups_next(cursor);
}

const char *rt_groups_key(const GroupCursor *cursor)
{
    return cursor->key;
}

const void *rt_groups_fields(const GroupCursor *cursor)
{
    return cursor->fields;
}
