/* state_hot.c -- state_hot.h under names that generated code calls: compiled as native code and as bitcode. */
#include "runtime/state/state_hot.h"

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

void *rt_group_upsert_bool(GroupTable *table, bool null, bool value)
{
    return group_upsert_bits8(table, null, value);
}

void *rt_group_upsert_i8(GroupTable *table, bool null, int8_t value)
{
    return group_upsert_bits8(table, null, (uint8_t)((uint8_t)value ^ 0x80));
}

void *rt_group_upsert_i16(GroupTable *table, bool null, int16_t value)
{
    return group_upsert_bits16(table, null, (uint16_t)((uint16_t)value ^ 0x8000));
}

void *rt_group_upsert_i32(GroupTable *table, bool null, int32_t value)
{
    return group_upsert_bits32(table, null, (uint32_t)value ^ (uint32_t)1 << 31);
}

void *rt_group_upsert_i64(GroupTable *table, bool null, int64_t value)
{
    return group_upsert_bits64(table, null, (uint64_t)value ^ (uint64_t)1 << 63);
}

void *rt_group_upsert_f32(GroupTable *table, bool null, float value)
{
    return group_upsert_bits32(table, null, key_order_f32(value));
}

void *rt_group_upsert_f64(GroupTable *table, bool null, double value)
{
    return group_upsert_bits64(table, null, key_order_f64(value));
}

void *rt_group_upsert_str(GroupTable *table, bool null, const Str *text)
{
    return group_upsert_str(table, null, text->data, text->len);
}

uint32_t rt_group_ref(const GroupTable *table)
{
    return table->last_ref;
}

bool rt_distinct_insert(DistinctSet *set, uint32_t group_ref, char *key, uint32_t key_len)
{
    return distinct_insert(set, group_ref, key, key_len);
}

const char *rt_groups_key(const GroupCursor *cursor)
{
    return cursor->key;
}

const void *rt_groups_fields(const GroupCursor *cursor)
{
    return cursor->fields;
}
