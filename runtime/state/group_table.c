/* group_table.c -- adding groups, growing the slots, and finding them again after a restore. */
#include "runtime/state/group_table.h"

#include "runtime/base/alloc.h"
#include "runtime/state/group_table_internal.h"

#include <assert.h>

enum {
    SLOTS_MIN = 16,
    SMALL_GROUPS = 2048,
    REF_BITS_MIN = GROUP_REF_PAGE_SHIFT + 2,
    REF_BITS_MAX = 31,
};

static PagePool *pool_of(const GroupTable *table)
{
    return table->pages.pool;
}

void group_table_init(GroupTable *table, GroupShape shape, PagePool *pool, StateHeap *heap)
{
    uint32_t field_bytes = (shape.field_bytes + 7) & ~7u;
    assert(field_bytes <= GROUP_FIELD_BYTES_MAX && (!shape.is_fixed || shape.key_bytes <= GROUP_KEY_INLINE_MAX));
    assert(shape.is_fixed || heap != NULL);
    *table = (GroupTable){
        .slot_count = 1,
        .ref_bits = REF_BITS_MIN,
        .is_fixed = shape.is_fixed,
        .key_bytes = shape.is_fixed ? shape.key_bytes : 0,
        .field_bytes = field_bytes == 0 && shape.is_fixed && shape.key_bytes == 0 ? 8 : field_bytes,
        .heap = heap,
        .has_rows = shape.has_rows,
        .rows_at = shape.rows_at,
    };
    table->fields_at = (table->key_bytes + 7) & ~7u;
    table->slots = &table->no_slot;
    state_pages_init(&table->pages, pool);
}

static void slots_release(GroupTable *table)
{
    if (table->slots != &table->no_slot) {
        page_pool_discharge(pool_of(table), table->slot_count * sizeof(uint32_t));
        mem_free(table->slots);
    }
    table->slots = &table->no_slot;
    table->slot_count = 1;
    table->group_count_full = 0;
}

void group_table_release(GroupTable *table)
{
    slots_release(table);
    state_pages_release(&table->pages);
    table->group_count = 0;
    table->last_ref = 0;
}

/* ---- records ---- */
static uint32_t record_bytes(const GroupTable *table, uint32_t key_len)
{
    return group_fields_at(table, key_len) + table->field_bytes;
}

bool group_key_equal_slow(const GroupTable *table, const char *record, const char *key, uint32_t key_len)
{
    uint32_t head[2];
    memcpy(head, record, sizeof head);
    if (head[0] != (key_len | GROUP_KEY_IN_HEAP))
        return false;
    return memcmp(heap_get(table->heap, head[1]).data, key, key_len) == 0;
}

GroupRecord group_record_at(const GroupTable *table, uint32_t ref)
{
    const char *at = group_record(table, ref);
    if (table->is_fixed)
        return (GroupRecord){ at, table->key_bytes, table->fields_at };
    uint32_t head[2];
    memcpy(head, at, sizeof head);
    uint32_t key_len = head[0] & GROUP_KEY_LEN_MASK;
    if ((head[0] & GROUP_KEY_IN_HEAP) == 0)
        return (GroupRecord){ at + 4, key_len, group_fields_at(table, key_len) };
    return (GroupRecord){ heap_get(table->heap, head[1]).data, key_len, 8 };
}

bool group_walk_next(const GroupTable *table, GroupWalk *walk)
{
    while (walk->page < table->pages.count) {
        if (walk->offset < table->pages.pages[walk->page]->used) {
            walk->ref = walk->page << GROUP_REF_PAGE_SHIFT | walk->offset / 8;
            walk->record = group_record_at(table, walk->ref);
            walk->offset += walk->record.fields_at + table->field_bytes;
            return true;
        }
        walk->page++;
        walk->offset = STATE_PAGE_HEAD;
    }
    return false;
}

/* ---- slots ---- */
static uint64_t slots_for(uint32_t group_count)
{
    uint64_t slots = SLOTS_MIN;
    while (group_count > SMALL_GROUPS ? slots / 16 * 13 < group_count : slots / 4 < group_count)
        slots += slots > 2 * SMALL_GROUPS ? slots / 2 : slots;
    return slots;
}

static uint32_t full_at(uint64_t slots)
{
    return slots > 2 * SMALL_GROUPS ? (uint32_t)(slots / 16 * 13) : (uint32_t)(slots / 4);
}

static void slot_put(GroupTable *table, uint32_t ref, uint64_t hash)
{
    uint64_t at = ((hash >> 32) * table->slot_count) >> 32;
    while (table->slots[at] != 0)
        at = at + 1 == table->slot_count ? 0 : at + 1;
    table->slots[at] = (uint32_t)hash << table->ref_bits | ref;
}

/* Records come in the order of their pages, slots at random: each is asked for some records before it is written. */
static void slots_fill(GroupTable *table)
{
    enum { AHEAD = 32 };
    struct {
        uint64_t hash;
        uint32_t ref;
    } waiting[AHEAD];
    uint32_t count = 0;
    GroupWalk walk = GROUP_WALK_START;
    for (; group_walk_next(table, &walk); count++) {
        uint64_t hash = group_hash(table, walk.record.key, walk.record.key_len);
        __builtin_prefetch(&table->slots[((hash >> 32) * table->slot_count) >> 32], 1);
        uint32_t place = count % AHEAD;
        if (count >= AHEAD)
            slot_put(table, waiting[place].ref, waiting[place].hash);
        waiting[place].hash = hash;
        waiting[place].ref = walk.ref;
    }
    for (uint32_t i = count < AHEAD ? 0 : count - AHEAD; i < count; i++)
        slot_put(table, waiting[i % AHEAD].ref, waiting[i % AHEAD].hash);
}

/* Zeroed slots; large tables in huge pages. */
static uint32_t *slots_alloc(uint64_t slot_count)
{
    size_t bytes = slot_count * sizeof(uint32_t);
    if (bytes < 2 * (size_t)MEM_HUGE_BYTES)
        return mem_alloc_zeroed(bytes);
    bytes = (bytes + MEM_HUGE_BYTES - 1) / MEM_HUGE_BYTES * MEM_HUGE_BYTES;
    uint32_t *slots = mem_alloc_huge(bytes);
    return slots == NULL ? NULL : memset(slots, 0, bytes);
}

static uint32_t ref_bits_for(uint32_t page_count)
{
    uint32_t bits = REF_BITS_MIN;
    while (bits < REF_BITS_MAX && page_count > (uint32_t)1 << (bits - GROUP_REF_PAGE_SHIFT))
        bits++;
    return bits;
}

/* New slots with room for `group_count` groups in `page_count` pages; false: refused, the old ones stay. */
static bool slots_rebuild(GroupTable *table, uint32_t group_count, uint32_t page_count)
{
    uint64_t slot_count = slots_for(group_count);
    if (slot_count < table->slot_count)
        slot_count = table->slot_count;
    if (page_count > (uint32_t)1 << (REF_BITS_MAX - GROUP_REF_PAGE_SHIFT) || slot_count > UINT32_MAX) {
        page_pool_refuse(pool_of(table), STATE_REFUSED_LIMIT);
        return false;
    }
    if (!page_pool_charge(pool_of(table), slot_count * sizeof(uint32_t)))
        return false;
    uint32_t *slots = slots_alloc(slot_count);
    if (slots == NULL) {
        page_pool_discharge(pool_of(table), slot_count * sizeof(uint32_t));
        page_pool_refuse(pool_of(table), STATE_REFUSED_MEMORY);
        return false;
    }
    slots_release(table);
    table->slots = slots;
    table->slot_count = slot_count;
    table->group_count_full = full_at(slot_count);
    table->ref_bits = ref_bits_for(page_count);
    slots_fill(table);
    return true;
}

/* ---- adding ---- */
static void *answer_trash(GroupTable *table)
{
    char *fields = (char *)pool_of(table)->trash + STATE_PAGE_HEAD;
    memset(fields, 0, table->field_bytes);
    table->last_ref = 0;
    return fields;
}

/* Makes sure that one more record of that size has a page and a slot; false: refused. */
static bool make_room(GroupTable *table, uint32_t bytes)
{
    uint32_t page_count = table->pages.count;
    if (page_count == 0 || table->pages.pages[page_count - 1]->used + bytes > STATE_PAGE_BYTES) {
        if (page_count == (uint32_t)1 << (table->ref_bits - GROUP_REF_PAGE_SHIFT) &&
            !slots_rebuild(table, table->group_count, page_count + 1))
            return false;
        if (!state_pages_add(&table->pages, page_count, 1))
            return false;
    }
    return table->group_count < table->group_count_full ||
           slots_rebuild(table, table->group_count + 1, table->pages.count);
}

static bool write_key(GroupTable *table, char *record, const char *key, uint32_t key_len)
{
    if (table->is_fixed) {
        memcpy(record, key, key_len);
        return true;
    }
    if (key_len <= GROUP_KEY_INLINE_MAX) {
        bool has_zero = key_len > 2 && memchr(key + 1, 0, key_len - 2) != NULL;
        uint32_t head = key_len | (has_zero ? GROUP_KEY_HAS_ZERO : 0);
        memcpy(record, &head, sizeof head);
        memcpy(record + 4, key, key_len);
        return true;
    }
    uint32_t head[2] = { key_len | GROUP_KEY_IN_HEAP, heap_put(table->heap, NULL, key_len + (uint64_t)1) };
    if (head[1] == 0)
        return false;
    memcpy(record, head, sizeof head);
    memcpy(heap_write(table->heap, head[1]), key, key_len);
    return true;
}

static bool is_resting(const GroupTable *table)
{
    return table->slots == &table->no_slot && table->group_count > 0;
}

void group_table_rest(GroupTable *table)
{
    slots_release(table);
}

void *group_insert(GroupTable *table, const char *key, uint32_t key_len, uint64_t hash)
{
    assert(!table->is_fixed || key_len == table->key_bytes);
    assert(key_len <= GROUP_KEY_LEN_MASK);
    if (is_resting(table)) {
        if (!slots_rebuild(table, table->group_count, table->pages.count))
            return answer_trash(table);
        return group_upsert(table, key, key_len, hash);
    }
    uint32_t bytes = record_bytes(table, key_len);
    if (pool_of(table)->refused != STATE_REFUSED_NOT || !make_room(table, bytes))
        return answer_trash(table);
    uint32_t page_index = table->pages.count - 1;
    StatePage *page = state_pages_write(&table->pages, page_index);
    char *record = (char *)page + page->used;
    if (pool_of(table)->refused != STATE_REFUSED_NOT || !write_key(table, record, key, key_len))
        return answer_trash(table);
    uint32_t ref = page_index << GROUP_REF_PAGE_SHIFT | page->used / 8;
    page->used += bytes;
    slot_put(table, ref, hash);
    table->group_count++;
    table->last_ref = ref;
    return record + group_fields_at(table, key_len);
}

void group_table_expect(GroupTable *table, uint32_t group_count)
{
    assert(table->group_count == 0);
    if (group_count > table->group_count_full)
        (void)slots_rebuild(table, group_count, table->pages.count);
}

/* The keys of a page at the same places of another one; false: one of them stands in the heap. */
static bool adopt_page(const GroupTable *table, StatePage *page, const StatePage *from, uint32_t *with_rows)
{
    for (uint32_t at = page->used; at < from->used;) {
        const char *record = (const char *)from + at;
        uint32_t fields_at = table->fields_at;
        if (!table->is_fixed) {
            uint32_t head = group_load32(record);
            if ((head & GROUP_KEY_IN_HEAP) != 0)
                return false;
            fields_at = group_fields_at(table, head & GROUP_KEY_LEN_MASK);
        }
        memcpy((char *)page + at, record, fields_at);
        *with_rows += group_load64(record + fields_at + table->rows_at) != 0;
        at += fields_at + table->field_bytes;
    }
    page->used = from->used;
    return true;
}

static bool adopt_pages(GroupTable *table, const GroupTable *from)
{
    uint32_t with_rows = 0;
    for (uint32_t p = 0; p < from->pages.count; p++) {
        if (!state_pages_add(&table->pages, p, 1) ||
            !adopt_page(table, table->pages.pages[p], from->pages.pages[p], &with_rows))
            return false;
    }
    return 2 * (uint64_t)with_rows >= from->group_count;
}

static bool adopt_slots(GroupTable *table, const GroupTable *from)
{
    uint64_t bytes = from->slot_count * sizeof(uint32_t);
    if (!page_pool_charge(pool_of(table), bytes))
        return false;
    table->slots = bytes < 2 * (uint64_t)MEM_HUGE_BYTES ? mem_alloc(bytes) : slots_alloc(from->slot_count);
    if (table->slots == NULL) {
        table->slots = &table->no_slot;
        page_pool_discharge(pool_of(table), bytes);
        page_pool_refuse(pool_of(table), STATE_REFUSED_MEMORY);
        return false;
    }
    memcpy(table->slots, from->slots, bytes);
    table->slot_count = from->slot_count;
    table->group_count_full = from->group_count_full;
    table->ref_bits = from->ref_bits;
    return true;
}

void group_table_adopt(GroupTable *table, const GroupTable *from)
{
    assert(table->group_count == 0 && table->pages.count == 0 && table->has_rows && from->has_rows);
    table->is_single = from->is_single;
    bool has_pages = from->group_count > 0 && adopt_pages(table, from);
    bool is_whole = has_pages && (is_resting(from) ? slots_rebuild(table, from->group_count, table->pages.count)
                                                   : adopt_slots(table, from));
    if (is_whole)
        table->group_count = from->group_count;
    else
        group_table_release(table);
}

/* ---- keys of one column ---- */
void group_make_single(GroupTable *table)
{
    assert(!table->is_fixed || table->key_bytes <= 16);
    table->is_single = true;
    if (table->group_count > 0 && !slots_rebuild(table, table->group_count, table->pages.count))
        table->is_single = false;
}

void *group_upsert_words_slow(GroupTable *table, uint64_t low, uint64_t high)
{
    char key[16];
    memcpy(key, &low, sizeof low);
    memcpy(key + 8, &high, sizeof high);
    return group_insert(table, key, table->key_bytes, group_hash_words(low, high));
}

void *group_upsert_str_slow(GroupTable *table, bool null, const char *text, uint64_t len)
{
    char small[512];
    Str value = { text, len };
    uint64_t bytes = key_bytes_max_str(null ? 0 : len);
    bool is_too_long = len > GROUP_KEY_LEN_MASK / 2 - 2;
    char *key = is_too_long ? NULL : bytes <= sizeof small ? small : mem_alloc(bytes);
    if (key == NULL) {
        page_pool_refuse(pool_of(table), is_too_long ? STATE_REFUSED_LIMIT : STATE_REFUSED_MEMORY);
        return answer_trash(table);
    }
    uint32_t key_len = (uint32_t)(key_put_str(key, null, &value) - key);
    void *fields = group_upsert(table, key, key_len, 0);
    if (key != small)
        mem_free(key);
    return fields;
}

const void *group_find(const GroupTable *table, const char *key, uint32_t key_len)
{
    uint32_t ref = group_lookup(table, key, key_len, group_hash(table, key, key_len));
    return ref == 0 ? NULL : group_record(table, ref) + group_fields_at(table, key_len);
}

/* ---- after a restore ---- */

/* Bytes of the record at `offset`, or 0 when that is none. */
static uint32_t sound_record(const GroupTable *table, const StatePage *page, uint32_t offset)
{
    uint32_t head[2];
    if (page->used - offset < (table->is_fixed ? record_bytes(table, table->key_bytes) : 8))
        return 0;
    if (table->is_fixed)
        return record_bytes(table, table->key_bytes);
    memcpy(head, (const char *)page + offset, sizeof head);
    uint32_t key_len = head[0] & GROUP_KEY_LEN_MASK;
    if ((head[0] & GROUP_KEY_IN_HEAP) == 0)
        return key_len <= GROUP_KEY_INLINE_MAX ? record_bytes(table, key_len) : 0;
    bool found = key_len > GROUP_KEY_INLINE_MAX && heap_has(table->heap, head[1], key_len + (uint64_t)1);
    return found ? record_bytes(table, key_len) : 0;
}

bool group_table_attach(GroupTable *table)
{
    uint64_t group_count = 0;
    for (uint32_t p = 0; p < table->pages.count; p++) {
        const StatePage *page = table->pages.pages[p];
        if (page == NULL || page->span != 1 || page->used > STATE_PAGE_BYTES || page->used < STATE_PAGE_HEAD)
            return false;
        for (uint32_t at = STATE_PAGE_HEAD, bytes; at < page->used; at += bytes, group_count++) {
            bytes = sound_record(table, page, at);
            if (bytes == 0 || bytes > page->used - at)
                return false;
        }
    }
    table->group_count = (uint32_t)group_count;
    return group_count == 0 || slots_rebuild(table, table->group_count, table->pages.count);
}
