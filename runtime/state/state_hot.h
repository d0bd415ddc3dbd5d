/* state_hot.h -- what generated code does to state for each row.
 *
 * The rt_* functions of state_hot.c are these bodies under a name; they are compiled to bitcode too and melt into the
 * generated function.  Whatever grows, copies or makes things is out of line.
 *
 *   Slice *slice = rt_slice_at(store, time, watermark);   NULL: the row is late
 *   void *fields = rt_group_upsert(&slice->groups, key, key_len, rt_key_hash(key, key_len));
 *           or     rt_group_upsert_i64(&slice->groups, is_null, value)   .. for keys of one column: no key is built
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
    return (len & ~GROUP_KEY_HAS_ZERO) == key_len && memcmp(record + 4, key, key_len) == 0;
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

/* ---- hashes of keys of one column: internal to a table, so free to be fast ---- */
#define GROUP_HASH_1 0x9e3779b97f4a7c15u
#define GROUP_HASH_2 0xd6e8feb86659fd93u

static inline uint64_t group_hash_fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Of the first and second eight bytes of a fixed-size key, zero bytes behind it. */
static inline uint64_t group_hash_words(uint64_t low, uint64_t high)
{
    return group_hash_fold(low ^ GROUP_HASH_1, (high ^ GROUP_HASH_2) * GROUP_HASH_1 + low);
}

static inline uint64_t group_load64(const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

static inline uint32_t group_load32(const char *at)
{
    uint32_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

static inline uint64_t group_hash_text(const char *at, uint64_t len)
{
    uint64_t hash = len ^ GROUP_HASH_2;
    if (len < 4) {
        uint64_t bytes = len == 0 ? 0
                                  : (uint64_t)(uint8_t)at[0] | (uint64_t)(uint8_t)at[len / 2] << 8 |
                                        (uint64_t)(uint8_t)at[len - 1] << 16;
        return group_hash_words(bytes, hash);
    }
    if (len < 8)
        return group_hash_words((uint64_t)group_load32(at) << 32 | group_load32(at + len - 4), hash);
    const char *end = at + len;
    for (; end - at > 16; at += 16)
        hash = group_hash_fold(group_load64(at) ^ GROUP_HASH_1, group_load64(at + 8) ^ hash);
    if (len >= 16)
        at = end - 16;
    return group_hash_fold(group_load64(at) ^ GROUP_HASH_1, group_load64(end - 8) ^ hash * GROUP_HASH_1);
}

/* 16 bytes at a time: texts of the same length mostly differ in the first ones, or nowhere. */
static inline bool group_bytes_equal(const char *a, const char *b, uint64_t len)
{
    typedef uint64_t Pair __attribute__((vector_size(16), aligned(1), may_alias));
    if (len >= 16) {
        Pair differ = *(const Pair *)(a + len - 16) ^ *(const Pair *)(b + len - 16);
        for (uint64_t i = 0; i + 16 < len; i += 16)
            differ |= *(const Pair *)(a + i) ^ *(const Pair *)(b + i);
        return (differ[0] | differ[1]) == 0;
    }
    if (len >= 8)
        return group_load64(a) == group_load64(b) && group_load64(a + len - 8) == group_load64(b + len - 8);
    if (len >= 4)
        return group_load32(a) == group_load32(b) && group_load32(a + len - 4) == group_load32(b + len - 4);
    bool differ = false;
    for (uint64_t i = 0; i < len; i++)
        differ |= a[i] != b[i];
    return !differ;
}

/* The hash under which a table keeps a key. */
static inline uint64_t group_hash(const GroupTable *table, const char *key, uint32_t key_len)
{
    uint64_t words[2] = { 0 };
    if (!table->is_single)
        return key_hash(key, key_len);
    if (!table->is_fixed)
        return key_len < 2 ? group_hash_text(key, 0) : group_hash_text(key + 1, key_len - 2);
    memcpy(words, key, key_len);
    return group_hash_words(words[0], words[1]);
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

/* Writable fields of the key's group, zero bytes when it is new.  `hash` is key_hash of the key. */
static inline void *group_upsert(GroupTable *table, const char *key, uint32_t key_len, uint64_t hash)
{
    if (__builtin_expect(table->is_single, 0))
        hash = group_hash(table, key, key_len);
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
    return group_upsert(table, key, key_len, group_hash(table, key, key_len));
}

/* The one group of a table without keys. */
static inline void *group_only(GroupTable *table)
{
    uint32_t last = table->last_ref;
    if (__builtin_expect(last == 0, 0))
        return group_upsert(table, "", 0, group_hash(table, "", 0));
    return group_record_write(table, last) + table->fields_at;
}

/* A key of one fixed-size column of up to 8 bytes (is_wide: 9 to 16), as the words of its encoding: nothing goes
 * through memory, where a load of bytes that were just stored in two pieces would wait for both. */
static inline void *group_upsert_words(GroupTable *table, uint64_t low, uint64_t high, bool is_wide)
{
    if (__builtin_expect(!table->is_single, 0))
        group_make_single(table);
    uint64_t hash = group_hash_words(low, high);
    uint32_t tag = (uint32_t)hash << table->ref_bits;
    uint64_t at = ((hash >> 32) * table->slot_count) >> 32;
    for (;;) {
        uint32_t slot = table->slots[at];
        uint32_t ref = slot ^ tag;
        if (slot == 0)
            return group_upsert_words_slow(table, low, high);
        if ((ref >> table->ref_bits) == 0) {
            const char *record = group_record(table, ref);
            if (group_load64(record) == low && (!is_wide || group_load64(record + 8) == high)) {
                table->last_ref = ref;
                return group_record_write(table, ref) + (is_wide ? 16 : 8);
            }
        }
        at = at + 1 == table->slot_count ? 0 : at + 1;
    }
}

/* The words of a key: its flag, then the bytes of `bits` from the highest; zero where it is NULL. */
static inline uint64_t group_word(bool null, uint64_t bits_swapped)
{
    return null ? 0 : 1 | bits_swapped << 8;
}

static inline void *group_upsert_bits8(GroupTable *table, bool null, uint8_t bits)
{
    return group_upsert_words(table, group_word(null, bits), 0, false);
}

static inline void *group_upsert_bits16(GroupTable *table, bool null, uint16_t bits)
{
    return group_upsert_words(table, group_word(null, __builtin_bswap16(bits)), 0, false);
}

static inline void *group_upsert_bits32(GroupTable *table, bool null, uint32_t bits)
{
    return group_upsert_words(table, group_word(null, __builtin_bswap32(bits)), 0, false);
}

static inline void *group_upsert_bits64(GroupTable *table, bool null, uint64_t bits)
{
    uint64_t value = null ? 0 : __builtin_bswap64(bits);
    return group_upsert_words(table, (uint64_t)!null | value << 8, value >> 56, true);
}

/* A key of one text.  A record whose text has a NUL byte is longer than the text and marked: it never matches here. */
static inline void *group_upsert_str(GroupTable *table, bool null, const char *text, uint64_t len)
{
    if (__builtin_expect(!table->is_single, 0))
        group_make_single(table);
    uint64_t hash = null ? 0 : group_hash_text(text, len);
    uint32_t tag = (uint32_t)hash << table->ref_bits;
    uint64_t at = ((hash >> 32) * table->slot_count) >> 32;
    for (;;) {
        uint32_t slot = table->slots[at];
        uint32_t ref = slot ^ tag;
        if (__builtin_expect(slot == 0 || null || len + 2 > GROUP_KEY_INLINE_MAX, 0))
            return group_upsert_str_slow(table, null, text, len);
        if ((ref >> table->ref_bits) == 0) {
            const char *record = group_record(table, ref);
            if (group_load32(record) == len + 2 && group_bytes_equal(record + 5, text, len)) {
                table->last_ref = ref;
                return group_record_write(table, ref) + group_fields_at(table, (uint32_t)len + 2);
            }
        }
        at = at + 1 == table->slot_count ? 0 : at + 1;
    }
}

/* ---- looking ahead: a table beyond the caches makes each row wait for a slot and then for a record ---- */

/* From here on a lookup misses, and asking early pays: 512 KiB of slots. */
enum { GROUP_AHEAD_SLOTS = 1 << 17 };

/* The table that rows are likely to go into, NULL: asking early does not pay. */
static inline const GroupTable *group_ahead_table(const SliceStore *store)
{
    const Slice *slice = store->current;
    bool pays = slice != NULL && slice->groups.slot_count >= GROUP_AHEAD_SLOTS && slice->groups.is_single;
    return pays ? &slice->groups : NULL;
}

/* A compiler may leave out a call that only asks for memory, so none is left to it. */
#define GROUP_AHEAD static inline __attribute__((always_inline)) void

/* Asks for the slot of a key; `near`: for the record, when the slot has come meanwhile.  Changes nothing. */
GROUP_AHEAD group_ahead(const SliceStore *store, uint64_t hash, bool near)
{
    const GroupTable *table = group_ahead_table(store);
    if (table == NULL)
        return;
    uint64_t at = ((hash >> 32) * table->slot_count) >> 32;
    if (!near) {
        __builtin_prefetch(&table->slots[at], 0);
        return;
    }
    uint32_t tag = (uint32_t)hash << table->ref_bits;
    for (uint32_t tries = 0; tries < 8 && table->slots[at] != 0; tries++) {
        uint32_t ref = table->slots[at] ^ tag;
        if ((ref >> table->ref_bits) == 0) {
            __builtin_prefetch(group_record(table, ref), 1);
            return;
        }
        at = at + 1 == table->slot_count ? 0 : at + 1;
    }
}

GROUP_AHEAD group_ahead_bits8(const SliceStore *store, bool null, uint8_t bits, bool near)
{
    group_ahead(store, group_hash_words(group_word(null, bits), 0), near);
}

GROUP_AHEAD group_ahead_bits16(const SliceStore *store, bool null, uint16_t bits, bool near)
{
    group_ahead(store, group_hash_words(group_word(null, __builtin_bswap16(bits)), 0), near);
}

GROUP_AHEAD group_ahead_bits32(const SliceStore *store, bool null, uint32_t bits, bool near)
{
    group_ahead(store, group_hash_words(group_word(null, __builtin_bswap32(bits)), 0), near);
}

GROUP_AHEAD group_ahead_bits64(const SliceStore *store, bool null, uint64_t bits, bool near)
{
    uint64_t value = null ? 0 : __builtin_bswap64(bits);
    group_ahead(store, group_hash_words((uint64_t)!null | value << 8, value >> 56), near);
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

/* The same, NULL already when the first window that holds the slice has closed. */
static inline Slice *slice_whole(SliceStore *store, int64_t time_us, int64_t watermark_us)
{
    uint64_t into_slice = (uint64_t)time_us - (uint64_t)store->current_start_us;
    if (__builtin_expect(into_slice < store->current_length_us && watermark_us < store->current_close_us, 1))
        return store->current;
    return rt_slice_whole_slow(store, time_us, watermark_us);
}

/* Groups without rows are passed over. */
static inline bool groups_next(GroupCursor *cursor)
{
    const GroupTable *table = cursor->table;
    while (cursor->at != cursor->count) {
        if (__builtin_expect(cursor->items != NULL || !table->is_fixed, 0)) {
            (void)groups_next_slow(cursor);
        } else {
            cursor->key = group_record(table, cursor->refs[cursor->at++]);
            cursor->key_len = table->key_bytes;
            cursor->fields = cursor->key + table->fields_at;
        }
        if (!cursor->may_lack_rows || group_load64((const char *)cursor->fields + table->rows_at) != 0)
            return true;
    }
    return false;
}

/* ---- the same under a name: native code and bitcode ---- */
Slice *rt_slice_at(SliceStore *store, int64_t time_us, int64_t watermark_us);
Slice *rt_slice_whole(SliceStore *store, int64_t time_us, int64_t watermark_us);
int64_t rt_slice_next_close(const SliceStore *store);
GroupTable *rt_slice_groups(Slice *slice);
StateHeap *rt_slice_heap(Slice *slice); /* for FnCtx.heap while aggregates run */
DistinctSet *rt_slice_distinct(Slice *slice, uint32_t number);
int64_t rt_slice_start(const Slice *slice);
int64_t rt_slice_end(const Slice *slice);
uint64_t rt_key_hash(const char *key, uint64_t key_len);
void *rt_group_upsert(GroupTable *table, const char *key, uint32_t key_len, uint64_t hash);
void *rt_group_upsert_near(GroupTable *table, const char *key, uint32_t key_len);
void *rt_group_only(GroupTable *table);
/* For tables whose key is one column of that kind. */
#define KEY_SCALAR(kind, type) void *rt_group_upsert_##kind(GroupTable *table, bool null, type value);
#include "runtime/abi/key_scalars.def"
#undef KEY_SCALAR
void *rt_group_upsert_str(GroupTable *table, bool null, const Str *text);
/* Rows to come: whether asking early pays, and asking. */
bool rt_group_ahead_pays(const SliceStore *store);
#define KEY_SCALAR(kind, type) void rt_group_ahead_##kind(const SliceStore *store, bool null, type value, bool near);
#include "runtime/abi/key_scalars.def"
#undef KEY_SCALAR
void rt_group_ahead_str(const SliceStore *store, bool null, const Str *text, bool near);
/* Reference of the group that upsert answered last. */
uint32_t rt_group_ref(const GroupTable *table);
bool rt_distinct_insert(DistinctSet *set, uint32_t group_ref, char *key, uint32_t key_len);
/* Of the cursor's group. */
const char *rt_groups_key(const GroupCursor *cursor);
const void *rt_groups_fields(const GroupCursor *cursor);

#endif
