/* lookup_calls.h -- finding rows of a lookup table: prototypes of the calls are in runtime/abi/task.h. */
#ifndef SQC_EXEC_LOOKUP_CALLS_H
#define SQC_EXEC_LOOKUP_CALLS_H

#include "runtime/exec/lookup_table.h"
#include "runtime/state/state_hot.h"

/* The first entry of a key, or NULL. */
static inline LookupEntry *lookup_entry_find(const LookupTable *table, const char *key, uint64_t len, uint64_t hash)
{
    for (uint64_t at = hash & table->slot_mask;; at = (at + 1) & table->slot_mask) {
        LookupEntry *entry = table->slots[at];
        if (entry == NULL || (entry->hash == hash && entry->key_len == len && group_bytes_equal(entry->key, key, len)))
            return entry;
    }
}

#endif
