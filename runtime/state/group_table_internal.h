/* group_table_internal.h -- walking the records of a group table in the order in which they were added: those without
 * rows too.
 *
 * Ownership  keys and records are views of the table's pages and heap.
 * Threads    task thread only. */
#ifndef SQC_STATE_GROUP_TABLE_INTERNAL_H
#define SQC_STATE_GROUP_TABLE_INTERNAL_H

#include "runtime/state/state_hot.h"

typedef struct GroupRecord {
    const char *key;
    uint32_t key_len;
    uint32_t fields_at; /* in the record */
} GroupRecord;

typedef struct GroupWalk {
    uint32_t page, offset; /* of the next record */
    uint32_t ref;
    GroupRecord record;
} GroupWalk;

#define GROUP_WALK_START ((GroupWalk){ .offset = STATE_PAGE_HEAD })

/* As rt_groups_sorted, with the groups that have no rows among its references. */
GroupCursor *groups_sorted_all(GroupTable *table, Arena *scratch);

bool group_walk_next(const GroupTable *table, GroupWalk *walk);
GroupRecord group_record_at(const GroupTable *table, uint32_t ref);

#endif
