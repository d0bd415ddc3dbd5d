/* snapshot_internal.h -- what an image holds, and its form as bytes.
 *
 *   UNIT   SnapUnit, SnapField x field_count; then PAGE of the heap; then for each slice SLICE and PAGE of its tables
 *   SLICE  SnapSlice, u32 page count of each table
 *   PAGE   SnapPage, the used bytes of the page with freeze number 0
 *   CELL   SnapCell, its bytes
 *
 * Units      bytes, little-endian as in memory.
 * Ownership  an image owns its arena; pages belong to the pool.
 * Threads    an image is read-only. */
#ifndef SQC_STATE_SNAPSHOT_INTERNAL_H
#define SQC_STATE_SNAPSHOT_INTERNAL_H

#include "runtime/state/snapshot.h"

#define SNAP_MAGIC "SQCSTATE"
enum { SNAP_VERSION = 2, SNAP_HEAD_BYTES = 16, SNAP_TABLE_HEAP = 0, SNAP_TABLE_GROUPS = 1 };

typedef enum SnapType { SNAP_UNIT = 1, SNAP_SLICE, SNAP_PAGE, SNAP_CELL } SnapType;

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

typedef struct SnapCell {
    uint64_t id;
    uint32_t version, bytes;
} SnapCell;

/* Checksum of a block. */
uint64_t snap_check(uint32_t type, const char *payload, uint32_t bytes);

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
    ImageUnit *units;
    uint32_t unit_count;
    ImageCell *cells;
    uint32_t cell_count;
};

#endif
