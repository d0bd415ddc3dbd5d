/* lookup_table.h -- a bounded table in memory, found by key: the right side of a lookup join.
 *
 * Rows are read once, before the run.  Several rows may have one key; they are answered in the order in which they were
 * added.  Rows with a NULL in the key are kept out: they match nothing.
 *
 *   slots[] -> entry { hash, key, row, next entry with the same key }
 *
 * A key of one text column is kept as the text itself under a quick hash (rt_lookup_find_str); other keys are key
 * encodings under their wire hash (rt_lookup_find).
 *
 * Ownership  rows, keys and entries live in the table's arena; text is copied.
 * Threads    task thread.
 * Errors     out of memory ends the process through the arena. */
#ifndef SQC_EXEC_LOOKUP_TABLE_H
#define SQC_EXEC_LOOKUP_TABLE_H

#include "runtime/abi/key.h"
#include "runtime/abi/row.h"

typedef struct LookupEntry LookupEntry;
struct LookupEntry {
    LookupEntry *next; /* with the same key */
    LookupEntry *last; /* of the chain; of its first entry only */
    uint64_t hash;
    const char *key;
    uint64_t key_len;
    _Alignas(16) char row[];
};

typedef struct LookupTable {
    LookupEntry **slots;
    uint64_t slot_mask; /* slot count - 1 */
    uint64_t key_count;
    uint64_t row_count;
    bool is_text; /* the key is one text column */
    RowLayout layout;
    const uint32_t *key_columns;
    uint32_t key_column_count;
    const void *no_row; /* every column NULL */
    Arena arena;
} LookupTable;

void lookup_table_init(LookupTable *table, const RowLayout *layout, const uint32_t *key_columns, uint32_t count);
void lookup_table_release(LookupTable *table);
/* Copies the row and its text. */
void lookup_table_add(LookupTable *table, const void *row);

#endif
