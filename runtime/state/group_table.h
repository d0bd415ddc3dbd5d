/* group_table.h -- records by key: the groups of one slice.
 *
 *   slots[] (4 bytes each)             pages
 *   +------------------------+        +------+--------+--------+---
 *   | tag bits | reference   | -----> | head | record | record | ..
 *   +------------------------+        +------+--------+--------+---
 *
 *   reference = page index << 11 | offset in the page / 8; how many bits it needs grows with the pages, the rest of the
 *               slot holds low bits of the hash, so a probe rarely looks at a wrong record
 *   position  = high 32 bits of the hash * slot_count >> 32, then linear; tables up to 2,048 groups are at most a
 *               quarter full, larger ones 13/16, growing by half
 *   hash      = key_hash; once rows came through the functions for keys of one column, a faster one of the column alone
 *               (nobody outside sees it: order comes from the keys)
 *   record    = fixed-size keys: the key, padded to 8, fields
 *               others: u32 key length, the key, a zero byte, padded to 8, fields; a key longer than
 *               GROUP_KEY_INLINE_MAX stands in the slice's heap: u32 length with the top bit set, u32 reference
 *
 * Fields of zero bytes are the empty state of every aggregate, so a new record needs no initialisation.  Records never
 * move and are never removed one by one: the slice goes as a whole.  slots[] is no page: it is rebuilt on restore.
 *
 * The functions that generated code calls for each row are in state_hot.h.
 *
 * Units      bytes.
 * Ownership  field pointers are writable until the next freeze or drop; do not keep them over rows.
 * Threads    task thread only.
 * Errors     a refused pool: records answered are trash (page.h).
 * Cost       4-8 bytes a group beside key and fields; find about 5 ns while in cache. */
#ifndef SQC_STATE_GROUP_TABLE_H
#define SQC_STATE_GROUP_TABLE_H

#include "runtime/abi/key.h"
#include "runtime/state/heap.h"

enum {
    GROUP_REF_PAGE_SHIFT = 11,
    GROUP_REF_UNIT_MASK = (1 << GROUP_REF_PAGE_SHIFT) - 1,
    GROUP_KEY_INLINE_MAX = 1024,
    GROUP_FIELD_BYTES_MAX = 8192,
};
/* In the length that stands before a key of variable size: */
#define GROUP_KEY_IN_HEAP  ((uint32_t)1 << 31)
#define GROUP_KEY_HAS_ZERO ((uint32_t)1 << 30) /* behind the first byte and before the last one */
#define GROUP_KEY_LEN_MASK (GROUP_KEY_HAS_ZERO - 1)

typedef struct GroupTable {
    uint32_t *slots;     /* 0: empty */
    uint64_t slot_count; /* at least 1 */
    uint32_t ref_bits;   /* of a slot: reference; above: tag */
    uint32_t fields_at;  /* fixed keys: offset of the fields in a record */
    StatePages pages;
    uint32_t last_ref; /* of the record that upsert answered last, 0: none */
    bool is_fixed;
    bool is_single;       /* the key is one column, hashed by group_hash_words or group_hash_text (state_hot.h) */
    uint32_t key_bytes;   /* fixed keys */
    uint32_t field_bytes; /* a multiple of 8 */
    uint32_t group_count;
    uint32_t group_count_full; /* grow before more than these */
    bool has_rows;             /* a group whose number of rows (uint64_t in the fields) is 0 is not there */
    uint32_t rows_at;
    uint32_t no_slot; /* slots of a table without groups */
    StateHeap *heap;  /* for long keys; NULL when keys are fixed */
} GroupTable;

typedef struct GroupShape {
    bool is_fixed;        /* all key columns have a fixed size; no columns: fixed, 0 bytes */
    uint32_t key_bytes;   /* when fixed */
    uint32_t field_bytes; /* rounded up to 8 */
    bool has_rows;        /* groups are counted by the number of rows in their fields, .. */
    uint32_t rows_at;     /* .. a uint64_t here: tables may hold keys that have none, which nobody sees */
} GroupShape;

void group_table_init(GroupTable *table, GroupShape shape, PagePool *pool, StateHeap *heap);
void group_table_release(GroupTable *table);
/* Builds slots[] for pages that a restore put in place; false: refused, or the pages do not hold such records. */
bool group_table_attach(GroupTable *table);

/* The keys of another table of the same shape, without rows, at the same references; of an empty table whose groups
 * have rows.  Nothing where fewer than half of those keys have rows, or where keys stand in the heap. */
void group_table_adopt(GroupTable *table, const GroupTable *from);

/* Nobody is expected to look for a key any more.  An upsert makes the slots again; until then a key is not found. */
void group_table_rest(GroupTable *table);

/* Makes slots for that many groups at once; what a refused pool leaves undone does not matter.  Of an empty table. */
void group_table_expect(GroupTable *table, uint32_t group_count);

/* Fields of the group, or NULL.  Read-only: the page may be frozen. */
const void *group_find(const GroupTable *table, const char *key, uint32_t key_len);
/* Rehashes for keys of one column; what a refused pool leaves undone does not matter. */
void group_make_single(GroupTable *table);
/* Out of line: adds a record that is known to be missing. */
void *group_insert(GroupTable *table, const char *key, uint32_t key_len, uint64_t hash);
/* Finds or adds the group of a one-column key that the hot path did not find. */
void *group_upsert_words_slow(GroupTable *table, uint64_t low, uint64_t high);
void *group_upsert_str_slow(GroupTable *table, bool null, const char *text, uint64_t len);
/* Compares a key with that of a record; for keys that stand in the heap too. */
bool group_key_equal_slow(const GroupTable *table, const char *record, const char *key, uint32_t key_len);

/* A group that does not stand in the order of a table. */
typedef struct GroupItem {
    const char *key;
    uint32_t key_len;
    const void *fields;
} GroupItem;

/* Walks the groups that are there in key order.  Memory of the order comes from `scratch` and lives as long. */
typedef struct GroupCursor {
    GroupTable *table;
    const uint32_t *refs;
    const GroupItem *items; /* in place of refs; NULL: not used */
    uint32_t at, count;
    bool may_lack_rows; /* groups without rows are passed over; else there are none */
    /* of the current group */
    const char *key;
    uint32_t key_len;
    const void *fields;
} GroupCursor;

GroupCursor *rt_groups_sorted(GroupTable *table, Arena *scratch);
/* Moves to the next group; false: there is none. */
bool rt_groups_next(GroupCursor *cursor);
/* The slow way of rt_groups_next (state_hot.h), where a group is left: no references, or keys of any length. */
bool groups_next_slow(GroupCursor *cursor);

/* Distinct values of groups: the keys (group, value) that were seen, as a table without fields. */
typedef GroupTable DistinctSet;
enum { DISTINCT_ROOM = 4 };

/* How many rows before its turn a row asks for the slot and for the record of its group (state_hot.h). */
enum { GROUP_AHEAD_FAR = 24, GROUP_AHEAD_NEAR = 12 };

#endif
