/* snapshot_internal.h -- what an image holds, and its form as bytes.
 *
 *   UNIT   SnapUnit, SnapField x field_count; then PAGE of the heap; then for each slice SLICE and PAGE of its tables
 *   SLICE  SnapSlice, u32 page count of each table
 *   PAGE   SnapPage, the used bytes of the page with freeze number 0
 *   SAME   SnapSame: pages that are what they were in the bytes before; only in increments
 *   CELL   SnapCell, its bytes
 *
 * Units      bytes, little-endian as in memory.
 * Ownership  an image owns its arena; pages belong to the pool.
 * Threads    an image is read-only. */
#ifndef SQC_STATE_SNAPSHOT_INTERNAL_H
#define SQC_STATE_SNAPSHOT_INTERNAL_H

#include "runtime/state/snapshot.h"

#define SNAP_MAGIC "SQCSTATE"
enum { SNAP_VERSION = 3, SNAP_TABLE_HEAP = 0, SNAP_TABLE_GROUPS = 1 };

typedef enum SnapType { SNAP_UNIT = 1, SNAP_SLICE, SNAP_PAGE, SNAP_CELL, SNAP_SAME } SnapType;

typedef struct SnapHead {
    char magic[8];
    uint32_t version, block_count;
    uint64_t before; /* state_part_check of the part before; 0: none is needed */
} SnapHead;

typedef struct SnapBlock {
    uint32_t type, bytes;
    uint64_t check;
} SnapBlock;

typedef struct SnapUnit {
    uint64_t id;
    uint32_t version, is_fixed, key_bytes, field_bytes, distinct_count, field_count;
    int64_t size_us, step_us, offset_us, fired_us;
    uint32_t window_kind, zero;
    uint32_t next_number, slice_count;
} SnapUnit;

typedef struct SnapField {
    uint64_t id;
    uint32_t offset, bytes;
} SnapField;

typedef struct SnapSlice {
    int64_t start_us, end_us, since_us;
    uint32_t number, table_count;
} SnapSlice;

typedef struct SnapPage {
    uint32_t table; /* SNAP_TABLE_HEAP, or SNAP_TABLE_GROUPS + number of the table in the slice */
    uint32_t index;
} SnapPage;

typedef struct SnapSame {
    uint32_t table;        /* as in SnapPage */
    uint32_t first, count; /* indices */
} SnapSame;

typedef struct SnapCell {
    uint64_t id;
    uint32_t version, bytes;
} SnapCell;

/* Checksum of a block. */
uint64_t snap_check(uint32_t type, const char *payload, uint32_t bytes);

/* A block where it stands; the payload follows its head. */
typedef struct SnapBlocks {
    const char **blocks;
    uint64_t count;
} SnapBlocks;

SnapBlock snap_block_at(const char *block);
/* The blocks of the state that a full snapshot and the increments behind it give, in order, with every SAME replaced by
 * the pages it means.  All checksums hold.  Views of the parts; the list lives in the arena, which may fail. */
RtStatus snap_blocks_of(const Str *parts, uint32_t count, Arena *arena, SnapBlocks *out, RtError *error) RT_CHECKED;

typedef struct ImageTable {
    StatePage **pages;
    uint32_t count;
} ImageTable;

typedef struct ImageSlice {
    SnapSlice head;
    ImageTable *tables;
} ImageSlice;

typedef struct ImageUnit {
    SnapUnit head;
    const StateField *fields;
    ImageTable heap;
    ImageSlice *slices;
} ImageUnit;

typedef struct ImageCell {
    SnapCell head;
    char *data;
} ImageCell;

struct StateImage {
    Arena arena;
    uint32_t number; /* of the freeze */
    ImageUnit *units;
    uint32_t unit_count;
    ImageCell *cells;
    uint32_t cell_count;
};

#endif
