/* group_order.c -- the groups of a table in key order, for emission.
 *
 * Keys of one table share their first bytes (markers, high bytes of small numbers, common beginnings of texts), so the
 * common prefix is found first and the eight bytes behind it stand for the key: they are sorted by radix, skipping byte
 * positions where all agree.  Runs that agree in all eight are then sorted by whole keys. */
#include "runtime/state/group_table_internal.h"

enum { RADIX_MIN = 48 };

typedef struct OrderItem {
    uint64_t prefix; /* 8 key bytes behind the common ones, big-endian, zero behind the end */
    uint32_t ref;
    uint32_t zero;
} OrderItem;

/* How many bytes all keys have in common at their start. */
static uint32_t common_prefix(const GroupTable *table)
{
    GroupWalk walk = GROUP_WALK_START;
    if (!group_walk_next(table, &walk))
        return 0;
    GroupRecord first = walk.record;
    uint32_t common = first.key_len;
    while (common > 0 && group_walk_next(table, &walk)) {
        if (walk.record.key_len < common)
            common = walk.record.key_len;
        if (memcmp(first.key, walk.record.key, common) == 0)
            continue;
        uint32_t same = 0;
        while (first.key[same] == walk.record.key[same])
            same++;
        common = same;
    }
    return common;
}

static uint64_t prefix_at(GroupRecord record, uint32_t skip)
{
    uint64_t prefix = 0;
    uint32_t left = record.key_len - skip;
    memcpy(&prefix, record.key + skip, left < sizeof prefix ? left : sizeof prefix);
    return __builtin_bswap64(prefix);
}

/* From `from` into `to`, by the byte of the prefix at `shift`. */
static void radix_pass(const OrderItem *from, OrderItem *to, uint32_t count, uint32_t shift)
{
    uint32_t starts[256] = { 0 };
    for (uint32_t i = 0; i < count; i++)
        starts[(from[i].prefix >> shift) & 255]++;
    for (uint32_t v = 0, start = 0; v < 256; v++) {
        uint32_t here = starts[v];
        starts[v] = start;
        start += here;
    }
    for (uint32_t i = 0; i < count; i++)
        to[starts[(from[i].prefix >> shift) & 255]++] = from[i];
}

/* Sorts by prefix; `differing` has the bits in which prefixes differ.  The result stands in `items` or `other`, as the
 * answer says. */
static OrderItem *radix_sort(OrderItem *items, OrderItem *other, uint32_t count, uint64_t differing)
{
    for (uint32_t shift = 0; shift < 64; shift += 8) {
        if (((differing >> shift) & 255) == 0)
            continue;
        radix_pass(items, other, count, shift);
        OrderItem *sorted = other;
        other = items;
        items = sorted;
    }
    return items;
}

static bool is_before(const GroupTable *table, const OrderItem *a, const OrderItem *b)
{
    if (a->prefix != b->prefix)
        return a->prefix < b->prefix;
    GroupRecord left = group_record_at(table, a->ref), right = group_record_at(table, b->ref);
    return str_compare((Str){ left.key, left.key_len }, (Str){ right.key, right.key_len }) < 0;
}

static void merge_runs(const GroupTable *table, const OrderItem *from, OrderItem *to, uint32_t middle, uint32_t count)
{
    uint32_t left = 0, right = middle;
    for (uint32_t i = 0; i < count; i++) {
        bool take_right = left == middle || (right < count && is_before(table, &from[right], &from[left]));
        to[i] = take_right ? from[right++] : from[left++];
    }
}

/* By whole keys, in place; `other` has room for as many. */
static void merge_sort(const GroupTable *table, OrderItem *items, OrderItem *other, uint32_t count)
{
    OrderItem *from = items, *to = other;
    for (uint64_t width = 1; width < count; width *= 2) {
        for (uint64_t at = 0; at < count; at += 2 * width) {
            uint64_t left = count - at < width ? count - at : width;
            uint64_t both = count - at < 2 * width ? count - at : 2 * width;
            merge_runs(table, from + at, to + at, (uint32_t)left, (uint32_t)both);
        }
        OrderItem *merged = to;
        to = from;
        from = merged;
    }
    if (from != items)
        memcpy(items, from, count * sizeof *items);
}

/* Items that agree in their prefix stand together. */
static void sort_runs(const GroupTable *table, OrderItem *items, OrderItem *other, uint32_t count)
{
    for (uint32_t at = 0, end; at < count; at = end) {
        for (end = at + 1; end < count && items[end].prefix == items[at].prefix;)
            end++;
        if (end - at > 1)
            merge_sort(table, items + at, other, end - at);
    }
}

static bool has_rows(const GroupTable *table, const GroupWalk *walk)
{
    const char *fields = group_record(table, walk->ref) + walk->record.fields_at;
    return group_load64(fields + table->rows_at) != 0;
}

/* The groups as they were added; the number of them. */
static uint32_t list_items(const GroupTable *table, bool with_empty, OrderItem *items, uint64_t *differing)
{
    uint32_t skip = common_prefix(table), count = 0;
    GroupWalk walk = GROUP_WALK_START;
    while (group_walk_next(table, &walk)) {
        if (!with_empty && !has_rows(table, &walk))
            continue;
        items[count] = (OrderItem){ .prefix = prefix_at(walk.record, skip), .ref = walk.ref };
        *differing |= items[count].prefix ^ items[0].prefix;
        count++;
    }
    return count;
}

static GroupCursor *sorted(GroupTable *table, bool with_empty, Arena *scratch)
{
    uint32_t count = table->group_count;
    GroupCursor *cursor = ARENA_NEW(scratch, GroupCursor);
    uint32_t *refs = arena_alloc(scratch, (count + (size_t)1) * sizeof *refs, _Alignof(uint32_t));
    *cursor = (GroupCursor){ .table = table, .refs = refs, .may_lack_rows = with_empty && table->has_rows };
    if (count == 0)
        return cursor;
    ArenaMark mark = arena_mark(scratch);
    OrderItem *items = arena_alloc(scratch, 2 * (size_t)count * sizeof *items, _Alignof(OrderItem));
    OrderItem *other = items + count;
    uint64_t differing = 0;
    count = cursor->count = list_items(table, with_empty, items, &differing);
    if (count < RADIX_MIN) {
        merge_sort(table, items, other, count);
    } else {
        OrderItem *by_prefix = radix_sort(items, other, count, differing);
        sort_runs(table, by_prefix, by_prefix == items ? other : items, count);
        items = by_prefix;
    }
    for (uint32_t i = 0; i < count; i++)
        refs[i] = items[i].ref;
    arena_release(scratch, mark);
    return cursor;
}

GroupCursor *rt_groups_sorted(GroupTable *table, Arena *scratch)
{
    return sorted(table, !table->has_rows, scratch);
}

GroupCursor *groups_sorted_all(GroupTable *table, Arena *scratch)
{
    return sorted(table, true, scratch);
}

bool groups_next_slow(GroupCursor *cursor)
{
    if (cursor->items != NULL) {
        const GroupItem *item = &cursor->items[cursor->at++];
        cursor->key = item->key;
        cursor->key_len = item->key_len;
        cursor->fields = item->fields;
        return true;
    }
    uint32_t ref = cursor->refs[cursor->at++];
    GroupRecord record = group_record_at(cursor->table, ref);
    cursor->key = record.key;
    cursor->key_len = record.key_len;
    cursor->fields = group_record(cursor->table, ref) + record.fields_at;
    return true;
}
