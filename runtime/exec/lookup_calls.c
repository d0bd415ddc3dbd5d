/* lookup_calls.c -- what a generated lookup join calls for each row; native and bitcode. */
#include "runtime/exec/lookup_calls.h"

#include "runtime/abi/task.h"
#include "runtime/state/state_hot.h"

#include <stddef.h>

const void *rt_lookup_find(const void *table, const char *key, uint64_t len, uint64_t hash)
{
    const LookupEntry *entry = lookup_entry_find(table, key, len, hash);
    return entry == NULL ? NULL : entry->row;
}

const void *rt_lookup_find_str(const void *table, const Str *key)
{
    const LookupEntry *entry = lookup_entry_find(table, key->data, key->len, group_hash_text(key->data, key->len));
    return entry == NULL ? NULL : entry->row;
}

const void *rt_lookup_next(const void *table, const void *row)
{
    (void)table;
    const LookupEntry *entry = (const LookupEntry *)((const char *)row - offsetof(LookupEntry, row));
    return entry->next == NULL ? NULL : entry->next->row;
}

const void *rt_lookup_no_row(const void *table)
{
    return ((const LookupTable *)table)->no_row;
}
