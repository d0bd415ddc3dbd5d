/* lookup_table.c -- building; lookup_calls.c finds. */
#include "runtime/exec/lookup_table.h"

#include "runtime/exec/lookup_calls.h"
#include "runtime/state/state_hot.h"

/* Sparse: a key that is not at its first slot costs a mispredicted branch, as much as the rest of finding it. */
enum { SLOTS_AT_FIRST = 64, SLOTS_PER_KEY = 4 };

void lookup_table_init(LookupTable *table, const RowLayout *layout, const uint32_t *key_columns, uint32_t count)
{
    *table = (LookupTable){ .layout = *layout, .key_columns = key_columns, .key_column_count = count };
    arena_init(&table->arena);
    table->is_text = count == 1 && layout->kinds[key_columns[0]] == PK_STR;
    table->slot_mask = SLOTS_AT_FIRST - 1;
    table->slots = ARENA_ARRAY(&table->arena, LookupEntry *, SLOTS_AT_FIRST);
    void *no_row = arena_alloc_zeroed(&table->arena, layout->row_bytes, 16);
    row_clear(no_row, layout);
    table->no_row = no_row;
}

void lookup_table_release(LookupTable *table)
{
    arena_free(&table->arena);
    *table = (LookupTable){ 0 };
}

static void place(LookupTable *table, LookupEntry *entry)
{
    uint64_t at = entry->hash & table->slot_mask;
    while (table->slots[at] != NULL)
        at = (at + 1) & table->slot_mask;
    table->slots[at] = entry;
}

static void grow(LookupTable *table)
{
    LookupEntry **old = table->slots;
    uint64_t old_count = table->slot_mask + 1;
    table->slot_mask = old_count * 2 - 1;
    table->slots = ARENA_ARRAY(&table->arena, LookupEntry *, old_count * 2);
    for (uint64_t i = 0; i < old_count; i++) {
        if (old[i] != NULL)
            place(table, old[i]);
    }
}

/* The key's bytes, good until the next row; false when a key column is NULL. */
static bool make_key(LookupTable *table, const void *row, Str *key)
{
    if (table->is_text) {
        RtDatum text = row_get(row, &table->layout, table->key_columns[0]);
        *key = text.value.str;
        return !text.is_null;
    }
    uint64_t room = 0;
    for (uint32_t i = 0; i < table->key_column_count; i++) {
        RtDatum datum = row_get(row, &table->layout, table->key_columns[i]);
        if (datum.is_null)
            return false;
        room += key_bytes_max(datum);
    }
    char *bytes = arena_alloc(&table->arena, room, 1), *at = bytes;
    for (uint32_t i = 0; i < table->key_column_count; i++)
        at = key_put(at, row_get(row, &table->layout, table->key_columns[i]));
    *key = (Str){ bytes, (uint64_t)(at - bytes) };
    return true;
}

void lookup_table_add(LookupTable *table, const void *row)
{
    Str key;
    table->row_count++;
    if (!make_key(table, row, &key))
        return;
    /* Key and row stand beside the entry: a hit touches one or two cache lines. */
    uint64_t row_bytes = table->layout.row_bytes;
    LookupEntry *entry = arena_alloc_zeroed(&table->arena, sizeof *entry + row_bytes + key.len, 16);
    if (key.len > 0)
        memcpy(entry->row + row_bytes, key.data, key.len);
    key.data = entry->row + row_bytes;
    uint64_t hash = table->is_text ? group_hash_text(key.data, key.len) : key_hash(key.data, key.len);
    *entry = (LookupEntry){ .hash = hash, .key = key.data, .key_len = key.len };
    entry->last = entry;
    memcpy(entry->row, row, table->layout.row_bytes);
    for (uint32_t c = 0; c < table->layout.column_count; c++) {
        RtDatum datum = row_get(row, &table->layout, c);
        if (datum.is_null || (datum.kind != PK_STR && datum.kind != PK_BLOB))
            continue;
        datum.value.str = str_copy(&table->arena, datum.value.str);
        row_set(entry->row, &table->layout, c, datum);
    }
    LookupEntry *first = lookup_entry_find(table, key.data, key.len, entry->hash);
    if (first != NULL) {
        first->last->next = entry;
        first->last = entry;
        return;
    }
    if (++table->key_count * SLOTS_PER_KEY > table->slot_mask)
        grow(table);
    place(table, entry);
}
