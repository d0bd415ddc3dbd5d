/* bag.c -- see bag.h. */
#include "stdlib/bag.h"

static const char HEAD[5] = { 'S', 'Q', 'B', 'G', 1 };

bool bag_open(Str bytes, Bag *bag)
{
    *bag = (Bag){ 0 };
    if (bytes.len < sizeof HEAD || memcmp(bytes.data, HEAD, sizeof HEAD) != 0)
        return false;
    bag->in = byte_in((Str){ bytes.data + sizeof HEAD, bytes.len - sizeof HEAD });
    bag->left = in_varint(&bag->in);
    return !bag->in.bad;
}

bool bag_next(Bag *bag, BagEntry *entry)
{
    if (bag->left == 0)
        return false;
    bag->left--;
    entry->key = in_text(&bag->in);
    entry->count = in_varint(&bag->in);
    return !bag->in.bad;
}

const char *bag_check(Str bytes, uint64_t *entries, uint64_t *rows)
{
    Bag bag;
    BagEntry entry = { 0 };
    Str before = STR_EMPTY;
    *entries = *rows = 0;
    if (!bag_open(bytes, &bag))
        return "they do not start with SQBG and version 1";
    while (bag_next(&bag, &entry)) {
        if (entry.count == 0 || entry.count > (uint64_t)STATE_ROWS_MAX - *rows)
            return "a value is counted too often or not at all";
        if (*entries != 0 && str_compare(before, entry.key) >= 0)
            return "the values do not ascend";
        before = entry.key;
        *entries += 1;
        *rows += entry.count;
    }
    return in_done(&bag.in) ? NULL : "the values end too early or too late";
}

Str bag_encode(Arena *arena, const BagEntry *entries, uint64_t count)
{
    ByteOut out = { .arena = arena };
    out_bytes(&out, HEAD, sizeof HEAD);
    out_varint(&out, count);
    for (uint64_t i = 0; i < count; i++) {
        out_text(&out, entries[i].key);
        out_varint(&out, entries[i].count);
    }
    return out_str(&out);
}
